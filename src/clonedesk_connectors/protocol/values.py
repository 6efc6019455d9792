"""The values that pass between a connector and the engine. All are frozen and survive a round trip through JSON.

A request is plain data, so the work queue, the checkpoint, the dead letter and the test fixture are the same object.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, ClassVar, TypeVar

from pydantic import ConfigDict, JsonValue, TypeAdapter

_T = TypeVar("_T")


class Mode(StrEnum):
    """How a stream is read."""

    INCREMENTAL = "incremental"
    """From the checkpoint of the last run to the vendor's end; the checkpoint outlives the run."""
    SNAPSHOT = "snapshot"
    """Whole, from the start, each time it is read (small lists such as groups)."""
    DETAIL = "detail"
    """One subject at a time, only as a follow-up of another record."""


@dataclass(frozen=True, slots=True)
class Stream:
    """One listable kind of record.

    bucket: the endpoint class whose limit a request counts against.
    after: streams that must be finished before this stream's own end counts (their rows may point into it).
    optional: a 403/404 means the account does not offer it: skipped with a note instead of failing the run.
    when_changed: read only if an incremental stream of this run brought something new (or it was never read).
    """

    name: str
    mode: Mode
    bucket: str
    page_size: int = 100
    after: tuple[str, ...] = ()
    optional: bool = False
    when_changed: bool = False


@dataclass(frozen=True, slots=True)
class Bucket:
    """A limit assumed until the vendor's headers say otherwise: `limit` requests per `per_s` seconds.

    The bucket called "account" is the whole account's: every request draws from it, beside the bucket it names.
    A successful answer that states no limit at all ends the assumption; then only a 429 holds us back.
    """

    limit: int
    per_s: float = 60.0


@dataclass(frozen=True, slots=True)
class Request:
    """One call, relative to the account's own origin.

    stream / subject / cursor / page_size say what it is for: subject is the ticket of a follow-up (None for a list),
    cursor the position it reads from, exactly as stored. `cost` is what it takes from `bucket`, in the vendor's units.
    external_url: a signed file on another host; it replaces `path`, is sent without any credential, and never stored.
    """

    stream: str
    path: str
    bucket: str
    method: str = "GET"
    params: tuple[tuple[str, str], ...] = ()
    body: JsonValue = field(default=None, repr=False)
    headers: tuple[tuple[str, str], ...] = ()
    subject: str | None = None
    cursor: str | None = None
    page_size: int | None = None
    cost: int = 1
    external_url: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Response:
    """What came back: status, lower-case header names, decoded body bytes."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(ser_json_bytes="base64", val_json_bytes="base64")

    status: int
    headers: dict[str, str]
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class RawRecord:
    """Vendor JSON exactly as received, with its key.

    version: the vendor's version as a number that only grows (0 where there is none); an older one never overwrites.
    bundle: native id of the ticket it belongs to; None for directory records (people, groups, fields …).
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(ser_json_bytes="base64", val_json_bytes="base64")

    kind: str
    id: str
    payload: bytes = field(repr=False)
    version: int = 0
    bundle: str | None = None


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A request that a record makes necessary: read `stream` for `subject`, once per (subject, version).

    version: grows with the subject's; 0 is a probe, sent once, ever.
    """

    stream: str
    subject: str
    version: int = 0


@dataclass(frozen=True, slots=True)
class Sweep:
    """Probes for tickets that no list showed. left: how many more there may be that this run does not ask for."""

    probes: tuple[FollowUp, ...] = ()
    left: int = 0


@dataclass(frozen=True, slots=True)
class Page:
    """What one response held.

    cursor: where the next page starts (opaque, stored and replayed verbatim); it must change unless `done`.
    done: the vendor says there is nothing more for now; `cursor` is then where the next run starts.
    then: a further request whose records, follow-ups and notes belong to this page; all are committed together.
    notes: oddities worth a line in the report; never customer text.
    """

    records: tuple[RawRecord, ...]
    cursor: str | None
    done: bool
    follow_ups: tuple[FollowUp, ...] = ()
    then: Request | None = None
    notes: tuple[str, ...] = ()


class Verdict(StrEnum):
    """What to do with a response."""

    OK = "ok"
    RETRY = "retry"
    """Transient. `wait_s` where the vendor says how long."""
    LIMITED = "limited"
    """The limit is exhausted: everybody waits, and it does not count as a failure."""
    GONE = "gone"
    """The subject no longer exists or may not be read: a tombstone."""
    SKIP = "skip"
    """This account does not offer the stream."""
    DEAD = "dead"
    """The vendor refuses this request; kept as a dead letter."""
    ABORT = "abort"
    """The credentials are not accepted: stop."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A verdict, its reason in the vendor's code words (never customer text) and, for waits, seconds."""

    verdict: Verdict
    reason: str = ""
    wait_s: float | None = None


@dataclass(frozen=True, slots=True)
class Budget:
    """What the vendor says of a limit in its headers. resets_s: seconds until the window ends; None if not said."""

    bucket: str
    limit: int | None = None
    remaining: int | None = None
    resets_s: float | None = None


_ADAPTERS: dict[Any, TypeAdapter[Any]] = {}


def _adapter(cls: Any) -> TypeAdapter[Any]:
    adapter = _ADAPTERS.get(cls)
    if adapter is None:
        adapter = _ADAPTERS[cls] = TypeAdapter(cls)
    return adapter


def to_json(value: object) -> str:
    """Any value of this module as JSON text."""
    text: bytes = _adapter(type(value)).dump_json(value)
    return text.decode()


def from_json(cls: type[_T], text: str | bytes) -> _T:
    """Read a value back. Raises pydantic.ValidationError for anything that is not one."""
    value: _T = _adapter(cls).validate_json(text)
    return value
