"""The JSON of a ticket, as it is kept and exported."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone

from clonedesk_connectors.model import Actor, ActorKind, Evidence, Status, Ticket, ticket_json

AGENT = Actor(
    kind=ActorKind.HUMAN_AGENT,
    id="7",
    name='Zoë "Z" \u2028 😀 \x00',
    evidence=(Evidence(source="role", value="agent"),),
)
EVENT = {"id": "1", "actor": AGENT, "native_kind": "Change"}
MOMENTS = (
    datetime(2026, 1, 1, 1, 2, 3, tzinfo=UTC),
    datetime(2026, 1, 1, 1, 2, 3, 45, tzinfo=timezone(timedelta(hours=2))),
    "2026-01-01T00:00:00.5+05:30",
    "0001-01-01T00:00:00Z",
)


def ticket(**more: object) -> Ticket:
    return Ticket.model_validate(
        {"vendor": "toy", "account": "acme", "native_id": "5", "status": Status.OPEN, "version": 2**62, **more}
    )


def test_it_is_what_pydantic_writes() -> None:
    events = [
        *({**EVENT, "at": at, "kind": "other", "data": {"field": None, "ß": "x"}} for at in MOMENTS),
        {**EVENT, "at": MOMENTS[0], "kind": "status", "to_status": "solved"},
        *(
            {**EVENT, "at": MOMENTS[0], "kind": "ai_turn", "confidence": number}
            for number in (0.0, 1.0, 0.1, 1e-7, float("nan"), float("inf"))
        ),
    ]
    full = ticket(events=events, tags=["a", "b"], requester={"id": "9"}, custom_fields={"b": None, "a": "x"})
    assert ticket_json(full) == full.model_dump_json().encode()
    assert Ticket.model_validate_json(ticket_json(ticket(events=events[:5]))) == ticket(events=events[:5])


def test_words_times_and_absent_values_are_written_plainly() -> None:
    written = json.loads(ticket_json(ticket(created_at="2026-01-01T02:00:00+02:00")))
    assert (written["status"], written["created_at"], written["subject"]) == ("open", "2026-01-01T00:00:00Z", None)
