"""What a rule says about one ticket's label: a finding with evidence, or an abstention with its reason."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from clonedesk_connectors.model import Event, Message
from clonedesk_connectors.quality.labels import LabelValue


class Verdict(StrEnum):
    """What the evidence does to the label."""

    CONTRADICTS = "contradicts"
    WEAKENS = "weakens"
    UNVERIFIABLE = "unverifiable"
    INELIGIBLE = "ineligible"


class Severity(StrEnum):
    """How bad it is. exclude: not an escalation example at all. unverifiable: cannot be judged from what was synced."""

    LOW = "low"
    MEDIUM = "medium"
    UNVERIFIABLE = "unverifiable"
    HIGH = "high"
    EXCLUDE = "exclude"


SEVERITY_ORDER: Mapping[Severity, int] = {severity: rank for rank, severity in enumerate(Severity)}
"""From mild to decisive. High stands above unverifiable: what is seen to be false stays false whatever is missing."""


class Evidence(NamedTuple):
    """One piece of evidence: what it is, its value in words, and the event (id and UTC time) it was read from.

    value may hold customer text; it is never logged.
    """

    what: str
    value: str = ""
    event: str | None = None
    at: datetime | None = None


class Finding(NamedTuple):
    """What one rule found on one ticket. `explanation` is a sentence for a support lead."""

    rule: str
    version: int
    verdict: Verdict
    severity: Severity
    proposal: LabelValue | None
    evidence: tuple[Evidence, ...]
    params: Mapping[str, str]
    explanation: str
    marks: tuple[str, ...] = ()


class Abstention(NamedTuple):
    """A rule that could not judge, and why, in words. Absence of a finding then means nothing."""

    rule: str
    why: str


def seen(what: str, event: Event | None, value: str = "") -> Evidence:
    """Evidence read from an event."""
    if event is None:
        return Evidence(what, value)
    return Evidence(what, value, event.id, event.at)


def quote(what: str, message: Message, text: str, limit: int) -> Evidence:
    """Evidence that quotes a message, shortened to `limit` characters."""
    flat = " ".join(text.split())
    return seen(what, message, flat if len(flat) <= limit else flat[: limit - 1] + "…")


def worst(findings: Iterable[Finding]) -> Severity | None:
    """The highest severity; None without findings."""
    return max((finding.severity for finding in findings), key=SEVERITY_ORDER.__getitem__, default=None)


def span(length: timedelta | float) -> str:
    """A length of time (or seconds) in words a reader takes in at once: `45 s`, `12 min`, `23 h 59 min`, `6 d 4 h`."""
    seconds = length.total_seconds() if isinstance(length, timedelta) else length
    left = round(abs(seconds))
    parts = []
    for unit, size in (("d", 86400), ("h", 3600), ("min", 60), ("s", 1)):
        count, left = divmod(left, size)
        if count:
            parts.append(f"{count} {unit}")
    return " ".join(parts[:2]) or "0 s"
