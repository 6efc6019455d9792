"""Whatever a vendor sends, normalising never raises, repeats itself exactly and keeps private things private."""

from __future__ import annotations

import json
from datetime import UTC
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clonedesk_connectors.model import Message, ticket_json
from clonedesk_connectors.model.lean import lean_ticket
from clonedesk_connectors.protocol import AccountConfig, Bundle
from tests.zendesk.helpers import (
    ANN,
    BY_RULE,
    CUSTOMER,
    PEOPLE,
    ZENDESK,
    Folk,
    change,
    comment,
    header,
    load,
    read,
    row,
)

CONFIG = AccountConfig(
    bot_users=frozenset({"802"}),
    ai_groups=frozenset({"51"}),
    label_tags={"ai_resolved": "resolved_ai"},
    label_fields={"42": {"esc": "escalated"}},
    type_field="41",
    tier_field="tier",
)
WHOLE: dict[str, list[dict[str, Any]]] = {
    "ticket": [
        header(comment_count=3, satisfaction_rating={"score": "good"}, custom_fields=[{"id": 42, "value": "esc"}])
    ],
    "ticket_event": [
        *load("one_history.json")["ticket_events"],
        *load("chat_history.json"),
        row(20, ANN, comment(11, ANN, public=False, attachments=[{"id": 5, "size": 1}]), via=BY_RULE),
        row(21, ANN, {"id": 12, "event_type": "CommentPrivacyChange", "comment_id": 11, "public": False}),
        row(22, ANN, {"id": 13, "event_type": "CommentRedactionEvent", "comment_id": 11}),
        row(23, ANN, {"id": 14, "event_type": "AttachmentRedactionEvent", "comment_id": 11, "attachment_id": 5}),
        row(24, ANN, change(15, "tags", ["closed_by_merge"], [])),
    ],
    "audit": load("one_history.json")["audits"],
    "satisfaction_rating": [{"id": 1, "ticket_id": 7, "score": "bad", "created_at": "2026-03-02T11:00:00Z"}],
    "survey_response": [load("survey.json")],
    "support_scope": [{"id": "7", "generated_timestamp": 1772446200}],
    "conversation_log": load("conversation_log.json")["events"],
}

junk = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.just(10**40),
    st.floats(),
    st.text(max_size=20),
    st.sampled_from(["2026-03-02T10:00:00Z", "9999-12-31T23:59:59-23:59", "-1", "deleted", "Comment", "Change", "#"]),
    st.just([]),
    st.just({}),
    st.just([None, 1, {"id": None}]),
    st.just({"from": 1, "history": [1, {"message": "x"}]}),
)


def places(value: object, path: tuple[object, ...] = ()) -> list[tuple[object, ...]]:
    """Every place in a nested record."""
    found = [path] if path else []
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        found += places(inner, (*path, key))
    return found


# A record itself is always an object: the engine stores nothing else. Everything inside it may be anything.
PLACES = [path for path in places(WHOLE) if len(path) > 2]


@st.composite
def mutated(draw: st.DrawFn) -> dict[str, list[dict[str, Any]]]:
    records: Any = json.loads(json.dumps(WHOLE))
    for path in draw(st.lists(st.sampled_from(PLACES), min_size=1, max_size=6)):
        target = _reach(records, path[:-1])
        if isinstance(target, dict) and draw(st.booleans()):
            target.pop(path[-1], None)
        elif isinstance(target, dict):
            target[path[-1]] = draw(junk)
    return records  # type: ignore[no-any-return]


def _reach(value: Any, path: tuple[object, ...]) -> Any:
    for key in path:
        if isinstance(value, dict):
            value = value.get(key)
        elif isinstance(value, list) and isinstance(key, int) and key < len(value):
            value = value[key]
        else:
            return None
    return value


@given(mutated())
@settings(max_examples=300, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
def test_a_mutated_history_is_normalised_in_order_in_utc_and_the_same_every_time(
    records: dict[str, list[dict[str, Any]]],
) -> None:
    bundle = Bundle("7", records, Folk(PEOPLE), "hollowbrook", CONFIG)

    def ticket() -> Any:
        return ZENDESK.normalize(bundle)

    made = ticket()
    if made is None:
        assert not records["ticket"][-1]
        return
    assert made == ticket()
    facts = ZENDESK.facts(bundle)
    assert facts is not None
    assert json.loads(ticket_json(lean_ticket(facts))) == json.loads(ticket_json(made))
    assert [event.seq for event in made.events] == list(range(len(made.events)))
    assert [event.at for event in made.events] == sorted(event.at for event in made.events)
    assert all(event.at.tzinfo is UTC for event in made.events)
    assert len({event.id for event in made.events}) == len(made.events)
    payloads = {kind: [json.dumps(record).encode() for record in listed] for kind, listed in records.items()}
    assert set(ZENDESK.people_in(payloads)) <= set(ZENDESK.people(records))
    assert list(ZENDESK.gaps(bundle, made)) == list(ZENDESK.gaps(bundle, lean_ticket(facts)))


@given(st.lists(st.tuples(st.sampled_from(["comment_id", "public", "type", "event_type"]), junk), max_size=4))
@settings(max_examples=100, deadline=None, derandomize=True)
def test_a_private_note_becomes_public_by_nothing_but_the_vendors_plain_word(changed: list[tuple[str, Any]]) -> None:
    telling = {"id": 12, "event_type": "CommentPrivacyChange", "comment_id": 11, "public": False} | dict(changed)
    ticket = read(row(0, ANN, comment(11, ANN, public=False)), row(1, ANN, telling))
    note = next(event for event in ticket.events if isinstance(event, Message) and event.id == "11")
    assert (note.visibility == "public") == (
        telling["event_type"] == "CommentPrivacyChange" and telling["public"] is True and telling["comment_id"] == 11
    )


def test_a_text_of_sixty_kilobytes_is_kept_whole() -> None:
    message = read(row(0, CUSTOMER, comment(11, CUSTOMER, "x" * 60_000))).events[0]
    assert isinstance(message, Message)
    assert len(message.body) == 60_007


def test_a_history_of_nothing_but_nonsense_is_a_ticket_without_events() -> None:
    ticket = read({"id": None, "child_events": "none"}, {"child_events": [1, None, "x"]}, {})
    assert ticket.events == ()
