"""Small tickets for suggestions: only what is looked at."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from clonedesk_connectors.model import Actor, ActorKind, Message, Person, Status, TagChange, Ticket

T0 = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
KINDS = {
    "customer": ActorKind.CUSTOMER,
    "human": ActorKind.HUMAN_AGENT,
    "ai": ActorKind.AI_AGENT,
    "rule": ActorKind.AUTOMATION,
    "unknown": ActorKind.UNKNOWN,
}


def says(number: int, by: str, after_s: float, body: str, **fields: Any) -> Message:
    """by: "kind", or "kind:id:name"."""
    kind, key, name = (*by.split(":"), "", "")[:3]
    actor = Actor(kind=KINDS[kind], id=key or None, name=name or None)
    at = fields.pop("at", T0) + timedelta(seconds=after_s)
    return Message(
        id=f"e{number}", at=at, seq=number, actor=actor, native_kind="x", body=body, visibility="public", **fields
    )


def ticket(
    number: int,
    *turns: tuple[str, float, str],
    at: datetime = T0,
    given: tuple[str, ...] = (),
    requester: Person | None = None,
    **header: Any,
) -> Ticket:
    """turns: (author, seconds after `at`, text). given: tags that were set and may be gone."""
    events: list[Any] = [says(place, by, after_s, body, at=at) for place, (by, after_s, body) in enumerate(turns)]
    if given:
        someone = Actor(kind=ActorKind.AUTOMATION)
        events.append(TagChange(id="t", at=at, seq=99, actor=someone, native_kind="x", added=given))
    return Ticket(
        vendor="zendesk",
        account="acme",
        native_id=str(number),
        status=Status.SOLVED,
        events=tuple(events),
        requester=requester or Person(id=f"p{number}", email=f"p{number}@example.com"),
        **header,
    )


def asked(number: int, by: str, after_s: float, answer: str, **more: Any) -> Ticket:
    """A question and one answer."""
    return ticket(number, ("customer", 0, f"where is my parcel number {number}"), (by, after_s, answer), **more)
