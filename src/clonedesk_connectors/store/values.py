"""What passes between the engine and the archive."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from clonedesk_connectors.protocol import FollowUp, Page, RawRecord, Request


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Committed position of a stream; `done` when the vendor's end was reached."""

    stream: str
    cursor: str | None
    done: bool
    page_size: int | None = None


@dataclass(frozen=True, slots=True)
class Pending:
    """A follow-up that waits. `generation` moves when its subject changes again while it is being fetched."""

    stream: str
    subject: str
    version: int
    generation: int
    cursor: str | None = None


@dataclass(frozen=True, slots=True)
class PageWork:
    """A fetched page: of a list (`checkpoint` is where the stream then stands) or of a follow-up (`pending`)."""

    page: Page
    checkpoint: Checkpoint | None = None
    pending: Pending | None = None


@dataclass(frozen=True, slots=True)
class GoneWork:
    """A follow-up answered 403/404: remembered as a tombstone."""

    pending: Pending
    status: int


@dataclass(frozen=True, slots=True)
class DeadWork:
    """A request that gave up; kept with its reason, tried again by the next run."""

    request: Request
    reason: str
    pending: Pending | None = None


@dataclass(frozen=True, slots=True)
class QueueWork:
    """Follow-ups that nothing but our own checks made necessary."""

    follow_ups: tuple[FollowUp, ...]


Work = PageWork | GoneWork | DeadWork | QueueWork


@dataclass(frozen=True, slots=True)
class Changes:
    """What a commit did to the raw records, and how many follow-ups it queued."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    queued: int = 0


class FindingReview(NamedTuple):
    """A person's word on one finding of the label checker. at: unix seconds; truth: the right label, where given."""

    native_id: str
    rule: str
    version: int
    confirmed: bool
    truth: str | None
    reviewer: str
    at: int


class StoredRecord(NamedTuple):
    """A raw record read back (a tuple: hundreds of thousands are made in a run)."""

    kind: str
    id: str
    version: int
    payload: bytes


__all__ = [
    "Changes",
    "Checkpoint",
    "DeadWork",
    "FindingReview",
    "FollowUp",
    "GoneWork",
    "PageWork",
    "Pending",
    "QueueWork",
    "RawRecord",
    "StoredRecord",
    "Work",
]
