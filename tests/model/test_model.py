"""The model's promises: frozen, strict, discreet, in UTC, and described by the checked-in schema."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from pydantic import BaseModel, ValidationError

from clonedesk_connectors import model
from clonedesk_connectors.model import Actor, Coverage, Gap, Key, Message, Satisfaction, Status, Ticket

SCHEMA = Path(__file__).parents[2] / "docs" / "ticket.schema.json"
MODELS = [one for one in vars(model).values() if isinstance(one, type) and issubclass(one, BaseModel)]
TICKET = {"vendor": "toy", "account": "acme", "native_id": "17", "status": "open"}
MESSAGE = {
    "id": "1",
    "at": "2026-03-01T09:30:00+05:30",
    "actor": {"kind": "customer"},
    "native_kind": "comment",
    "kind": "message",
    "visibility": "public",
    "body": "<p>Aye</p>",
}


def test_the_checked_in_schema_is_current() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "clonedesk_connectors.model.schema"], capture_output=True, text=True, check=True
    )
    assert SCHEMA.read_text("utf-8") == run.stdout


def test_an_exported_ticket_fits_the_schema() -> None:
    validate = pytest.importorskip("jsonschema").Draft202012Validator(json.loads(SCHEMA.read_text("utf-8"))).validate
    validate(json.loads(Ticket.model_validate({**TICKET, "events": [MESSAGE]}).model_dump_json()))


@pytest.mark.parametrize("made", MODELS, ids=lambda made: made.__name__)
def test_every_model_is_frozen_strict_about_fields_and_silent_about_input(made: type[BaseModel]) -> None:
    config = made.model_config
    assert (config.get("frozen"), config.get("extra"), config.get("hide_input_in_errors")) == (True, "forbid", True)


def test_a_ticket_cannot_be_changed() -> None:
    ticket = Ticket.model_validate(TICKET)
    with pytest.raises(ValidationError, match="frozen"):
        ticket.status = Status.SOLVED  # type: ignore[misc]


def test_unknown_fields_and_event_kinds_are_refused() -> None:
    with pytest.raises(ValidationError, match="Extra inputs"):
        Ticket.model_validate({**TICKET, "verdict": "escalated"})
    with pytest.raises(ValidationError, match="does not match any of the expected tags"):
        Ticket.model_validate({**TICKET, "events": [{**MESSAGE, "kind": "teleport"}]})


def test_errors_never_show_what_a_customer_wrote() -> None:
    with pytest.raises(ValidationError) as caught:
        Ticket.model_validate({**TICKET, "subject": ["my secret"], "events": [{**MESSAGE, "body": {"x": "my secret"}}]})
    assert "my secret" not in str(caught.value)
    assert caught.value.error_count() == 2


@pytest.mark.parametrize(
    "at", ["2026-03-01T09:30:00+05:30", datetime(2026, 3, 1, 9, 30, tzinfo=timezone(timedelta(hours=5.5)))]
)
def test_times_are_held_in_utc(at: object) -> None:
    event = Message.model_validate({**MESSAGE, "at": at})
    assert event.at == datetime(2026, 3, 1, 4, 0, tzinfo=UTC)
    assert event.at.tzinfo is UTC


def test_a_time_without_an_offset_is_refused() -> None:
    with pytest.raises(ValidationError, match="timezone"):
        Message.model_validate({**MESSAGE, "at": "2026-03-01T09:30:00"})


def test_a_ticket_survives_its_own_json() -> None:
    ticket = Ticket.model_validate(
        {**TICKET, "created_at": "2026-03-01T00:00:00Z", "events": [MESSAGE], "custom_fields": {"a": None}}
    )
    assert Ticket.model_validate_json(ticket.model_dump_json()) == ticket


@pytest.mark.parametrize("text", ["zendesk:acme:ticket:17", "toy:acme:file:a:b::c", "toy:acme:note:"])
def test_a_key_survives_its_text(text: str) -> None:
    assert str(Key.parse(text)) == text
    assert Key.parse(text).native_id == text.split(":", 3)[3]


def test_a_key_with_a_missing_part_is_refused() -> None:
    with pytest.raises(ValueError, match="not enough values"):
        Key.parse("zendesk:acme:17")


def test_a_ticket_names_itself() -> None:
    assert str(Ticket.model_validate(TICKET).key) == "toy:acme:ticket:17"


@pytest.mark.parametrize(
    ("coverage", "complete"),
    [
        (Coverage(messages_expected=2, messages_got=2, events_complete=True), True),
        (Coverage(messages_expected=2, messages_got=1, events_complete=True), False),
        (Coverage(messages_expected=None, messages_got=2, events_complete=True), False),
        (Coverage(messages_expected=2, messages_got=2, events_complete=None), False),
        (Coverage(messages_expected=0, events_complete=True, gaps=(Gap(what="events", why="retention"),)), False),
    ],
)
def test_complete_means_proved_complete(coverage: Coverage, complete: bool) -> None:
    assert coverage.complete is complete


@pytest.mark.parametrize("value", [0, 6])
def test_a_rating_is_one_to_five_or_nothing(value: int) -> None:
    with pytest.raises(ValidationError):
        Satisfaction(raw=str(value), scale="1-5", value=value)
    assert Satisfaction(raw="offered", scale="unknown").value is None


def test_only_entering_solved_or_closed_closes_a_ticket() -> None:
    assert [status for status in Status if status.is_closure] == [Status.SOLVED, Status.CLOSED]


def test_an_actor_says_why_it_is_thought_to_be_what_it_is() -> None:
    actor = Actor.model_validate({"kind": "ai_agent", "evidence": [{"source": "config.bot_users", "value": "7"}]})
    assert actor.evidence[0].source == "config.bot_users"
