"""Invented drafts, a clock that moves by hand, and queues on a temporary file."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from clonedesk_connectors.protocol.pushback import BasedOn, Draft, ModelInfo, Segment

T0 = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
"""Our clock at the start of a test."""
V0 = datetime(2031, 7, 1, 12, 0, tzinfo=UTC)
"""The vendor's clock: years ahead, so that a comparison of the two clocks cannot go unnoticed."""

BODY = "Hello Kim,\n\nyour refund of 40.00 EUR was sent on Monday and arrives within 3 days.\n\nKind regards\nAna"


class HandClock:
    def __init__(self, now: datetime = T0) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


def vendor_time(seconds: float) -> datetime:
    return V0 + timedelta(seconds=seconds)


def make_draft(ticket_id: str = "1", **changes: Any) -> Draft:
    """A draft that answers message `m1` of vendor second 0."""
    values: dict[str, Any] = {
        "vendor": "acmedesk",
        "account": "acme",
        "ticket_id": ticket_id,
        "body": BODY,
        "confidence": 0.7,
        "segment": Segment(type="billing", channel="email", tier="gold", language="en"),
        "based_on": BasedOn(message_id=f"{ticket_id}-m1", at=V0),
        "model": ModelInfo(name="draftwriter", version="7", prompt_hash="a1b2"),
        "created_at": T0,
    }
    return Draft(**{**values, **changes})
