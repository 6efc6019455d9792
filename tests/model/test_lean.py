"""Lean tickets: as strict as `Ticket`, with the same fields and the same JSON."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any, get_args

import pytest
from pydantic import ValidationError

from clonedesk_connectors.model import Actor, ActorKind, Cause, Evidence, Ticket, ticket_json
from clonedesk_connectors.model.events import Event
from clonedesk_connectors.model.lean import lean_ticket, read_lean_ticket, whole_ticket

AT = datetime(2026, 1, 1, tzinfo=UTC)
WHO = Actor(kind=ActorKind.AI_AGENT, id="8", evidence=(Evidence(source="user.role", value="bot"),))
BASE = {"id": "1", "at": AT, "actor": WHO, "native_kind": "x", "cause": Cause(kind="rule", id="3")}
RATING = {"raw": "good", "scale": "good-bad", "value": 5, "answered_at": AT}
EVENTS: list[dict[str, Any]] = [
    {"kind": "message", "visibility": "public", "body": "hi", "attachments": [{"name": "a.png", "size_bytes": 3}]},
    {"kind": "status", "from_status": "new", "to_status": "open", "raw_to": "open"},
    {"kind": "assignment", "to_kind": "human", "to_id": "7"},
    {"kind": "group", "to_kind": "group", "from_id": "1"},
    {"kind": "tag", "added": ["a"], "removed": []},
    {"kind": "priority", "to_priority": "high"},
    {"kind": "ai_turn", "ending": None, "confidence": 0.5},
    {"kind": "handoff", "to_id": "5"},
    {"kind": "csat", "satisfaction": RATING},
    {"kind": "feedback", "helped": False},
    {"kind": "merge", "into": "9"},
    {"kind": "follow_up", "of": "2"},
    {"kind": "redaction", "target": "1"},
    {"kind": "visibility", "visibility": "private"},
    {"kind": "deleted", "reason": "spam"},
    {"kind": "other", "data": {"field": "x", "to": None}},
]


def facts(*events: dict[str, Any], **more: Any) -> dict[str, Any]:
    told = [{**BASE, "seq": seq, **event} for seq, event in enumerate(events)]
    return {"vendor": "toy", "account": "a", "native_id": "5", "status": "open", "events": told, **more}


def test_every_kind_of_event_has_the_same_json() -> None:
    kinds = {get_args(member.model_fields["kind"].annotation)[0] for member in get_args(get_args(Event)[0])}
    assert {event["kind"] for event in EVENTS} == kinds
    full = facts(
        *EVENTS,
        created_at=AT,
        tags=["a"],
        requester={"id": "1", "email": "a@example.com"},
        custom_fields={"1": None},
        vendor_labels=[{"name": "n", "value": "v", "set_at": AT}],
        coverage={"messages_expected": 2, "messages_got": 1, "gaps": [{"what": "messages", "why": "1 of 2"}]},
    )
    lean = lean_ticket(full)
    assert json.loads(ticket_json(lean)) == json.loads(ticket_json(Ticket.model_validate(full)))
    assert (lean.coverage.lacks_messages, lean.coverage.complete, lean.key.native_id) == (True, False, "5")


def test_a_ticket_read_lean_has_the_same_json_and_stands_for_the_same_ticket() -> None:
    ticket = Ticket.model_validate(facts(*EVENTS, created_at=AT, requester={"id": "1"}, coverage={"messages_got": 1}))
    line = ticket_json(ticket)
    lean = read_lean_ticket(line)
    assert not isinstance(lean, Ticket)
    assert json.loads(ticket_json(lean)) == json.loads(line)
    assert [(event.kind, event.actor.kind, event.at.tzinfo) for event in lean.events] == [
        (event.kind, event.actor.kind, UTC) for event in ticket.events
    ]
    assert whole_ticket(lean) == ticket
    assert whole_ticket(ticket) is ticket


@pytest.mark.parametrize("line", [b"{", b"[]", b"null", b'{"vendor": "toy"}'])
def test_a_line_that_is_no_ticket_is_refused(line: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the texts are msgspec's
        read_lean_ticket(line)


@pytest.mark.parametrize(
    "wrong",
    [
        facts(status="odd"),
        facts(surprise=1),
        facts(native_id=5),
        facts(schema_version=2),
        facts(created_at=datetime(2026, 1, 1)),  # noqa: DTZ001 - a time without a zone is what is refused
        facts(tags=[1]),
        facts(custom_fields={"1": 2}),
        facts({"kind": "csat", "satisfaction": {**RATING, "value": 6}}),
        facts({"kind": "csat", "satisfaction": {**RATING, "value": 0}}),
        facts({"kind": "unheard_of"}),
        facts({"kind": "message", "visibility": "internal", "body": "x"}),
        facts({"kind": "message", "visibility": "public"}),
        facts({"kind": "deleted", "reason": "lost"}),
        facts({"kind": "deleted", "actor": "somebody"}),
        facts({"kind": "deleted", "cause": "a rule"}),
        facts({"kind": "deleted", "surprise": 1}),
        {name: value for name, value in facts().items() if name != "status"},
    ],
)
def test_what_is_no_ticket_is_refused_by_both(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Ticket.model_validate(wrong)
    with pytest.raises(ValueError):  # noqa: PT011 - the texts are msgspec's and name no value we would show
        lean_ticket(wrong)
