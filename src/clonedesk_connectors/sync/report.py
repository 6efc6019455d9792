"""What a run did, as numbers a program can read."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from clonedesk_connectors.errors import EXIT_INCOMPLETE, EXIT_OK


class Status(StrEnum):
    COMPLETE = "complete"
    """Every stream reached its end and every ticket reached the vendor's own counts."""
    INCOMPLETE = "incomplete"
    """Something could not be read; it is named in the report and tried again by the next run."""
    QUARANTINED = "quarantined"
    """Everything was read; some tickets could not be normalised. Their raw records are kept."""
    FAILED = "failed"
    """The run stopped early. What was committed stays; the next run resumes there."""


@dataclass(frozen=True, slots=True)
class Progress:
    """A heartbeat: counts so far in this run; `waiting` is the number of follow-ups seen but not yet fetched."""

    stream: str
    requests: int
    records: int
    tickets: int
    waited_s: float
    note: str = ""


@dataclass(slots=True)
class RunReport:
    """Counts of one run. tickets are those of this run; messages, events and incomplete_tickets are the archive's
    totals for the account. unresolved_gaps: tickets that may exist although no list showed them, left for later runs
    to ask for. requests: by endpoint class. waited_s: seconds spent waiting for rate limits; elapsed_s: the whole run.
    notes: oddities that connectors reported, and how often.
    """

    vendor: str
    account: str
    status: Status = Status.COMPLETE
    requests: dict[str, int] = field(default_factory=dict)
    requests_by_stream: dict[str, int] = field(default_factory=dict)
    retries: int = 0
    tickets: dict[str, int] = field(default_factory=lambda: {"new": 0, "changed": 0, "deleted": 0})
    messages: int = 0
    events: int = 0
    records: dict[str, int] = field(default_factory=lambda: {"new": 0, "changed": 0, "unchanged": 0})
    follow_ups: int = 0
    quarantined: int = 0
    dead_letters: int = 0
    incomplete_tickets: int = 0
    unresolved_gaps: int = 0
    skipped_streams: dict[str, str] = field(default_factory=dict)
    failed_streams: dict[str, str] = field(default_factory=dict)
    notes: dict[str, int] = field(default_factory=dict)
    waited_s: float = 0.0
    elapsed_s: float = 0.0
    error: str | None = None

    @property
    def requests_total(self) -> int:
        return sum(self.requests.values())

    @property
    def exit_code(self) -> int:
        """0 for a complete run, else 7; a failed run ends with the code of its error."""
        return EXIT_OK if self.status is Status.COMPLETE else EXIT_INCOMPLETE

    def as_dict(self) -> dict[str, Any]:
        """The object that `--json` prints."""
        found = asdict(self)
        found["status"] = self.status.value
        found["requests"] = {"total": self.requests_total, **self.requests}
        found["waited_s"], found["elapsed_s"] = round(self.waited_s, 3), round(self.elapsed_s, 3)
        return found
