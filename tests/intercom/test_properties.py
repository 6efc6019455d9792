"""Whatever arrives: normalising never raises, repeats itself, and keeps private text private."""

from __future__ import annotations

import json
from datetime import UTC
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clonedesk_connectors.errors import ContractBroken
from clonedesk_connectors.model import Message
from clonedesk_connectors.protocol import AccountConfig, Bundle, Page

from .build import ADA, CUSTOMER, FIN, T0, Directory, answer, conversation, intercom, part

BOUNDED = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])

words = st.sampled_from(
    [
        "admin",
        "user",
        "lead",
        "bot",
        "team",
        "open",
        "closed",
        "note",
        "note_and_reopen",
        "comment",
        "assignment",
        "close",
        "resolved",
        "escalated",
        "fin_preview",
        "customer_initiated",
        "Customer",
        "Back-office",
        "operator+w1@intercom.io",
        "11",
        "70",
        "0",
    ]
)
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**40), 10**40),
    st.integers(T0, T0 + 90_000),
    st.floats(),
    words,
    st.text(max_size=8),
)
anything = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3), max_leaves=8
)

AUTHOR = ("type", "id", "name", "email", "from_ai_agent", "is_ai_answer")
PART = [
    "id",
    "part_type",
    "body",
    "created_at",
    "updated_at",
    "assigned_to",
    "author",
    "attachments",
    "redacted",
    "app_package_code",
    "event_details",
    "metadata",
    "email_message_metadata",
    "ticket_state",
    "previous_ticket_state",
]
HEAD = [
    "id",
    "created_at",
    "updated_at",
    "source",
    "contacts",
    "admin_assignee_id",
    "team_assignee_id",
    "assignee",
    "state",
    "priority",
    "title",
    "company",
    "tags",
    "conversation_rating",
    "custom_attributes",
    "statistics",
    "linked_objects",
    "ai_agent",
    "ai_agent_participated",
    "external_references",
    "ticket_state",
    "ticket_type",
    "ticket_attributes",
    "category",
    "is_shared",
    "open",
]
AGENT = ("source_type", "resolution_state", "rating", "rating_remark", "created_at", "updated_at")


def mostly(names: Any, known: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Objects with these members: absent, as they should be, or anything at all."""
    members = {name: st.one_of(known[name], anything) if name in known else anything for name in names}
    return st.fixed_dictionaries({}, optional=members)


people = st.one_of(st.sampled_from([ADA, CUSTOMER, FIN]), mostly(AUTHOR, {"type": words, "id": words}))
targets = mostly(("type", "id"), {"type": words, "id": words})
times = st.integers(T0, T0 + 90_000)
parts = mostly(
    PART,
    {"author": people, "assigned_to": targets, "part_type": words, "created_at": times, "body": st.just("<p>x</p>")},
)
part_list = mostly(
    ("conversation_parts", "ticket_parts", "total_count"),
    {"conversation_parts": st.lists(parts, max_size=5), "ticket_parts": st.lists(parts, max_size=3)},
)
heads = mostly(
    [*HEAD, "conversation_parts", "ticket_parts"],
    {
        "conversation_parts": part_list,
        "ticket_parts": part_list,
        "created_at": times,
        "updated_at": times,
        "source": mostly(("id", "type", "delivered_as", "body", "author", "subject"), {"author": people}),
        "ai_agent": mostly(AGENT, {"resolution_state": words}),
        "conversation_rating": mostly(("rating", "teammate", "contact", "created_at"), {"teammate": targets}),
    },
)
bundles = st.fixed_dictionaries(
    {},
    optional={
        name: st.lists(heads, min_size=1, max_size=1)
        for name in ("conversation", "conversation_item", "ticket", "deletion")
    },
)
configs = st.sampled_from([AccountConfig(), AccountConfig(ai_groups=frozenset({"70"}), bot_users=frozenset({"11"}))])


@BOUNDED
@given(bundles, configs, st.sampled_from([{}, {"conversation": 404}, {"conversation": 403}]))
def test_anything_normalises_the_same_way_twice_in_order_and_in_utc(
    records: dict[str, Any], config: AccountConfig, gone: dict[str, int]
) -> None:
    bundle = Bundle("500", records, Directory(), "acme", config, gone)
    before = json.dumps(records)
    ticket = intercom(config).normalize(bundle)
    assert intercom(config).normalize(bundle) == ticket
    assert json.dumps(records) == before
    if ticket is None:
        assert not any(row for rows in records.values() for row in rows)
        return
    list(intercom(config).gaps(bundle, ticket))
    assert [event.seq for event in ticket.events] == list(range(len(ticket.events)))
    assert [event.at for event in ticket.events] == sorted(event.at for event in ticket.events)
    assert all(event.at.tzinfo is UTC for event in ticket.events)
    assert len({event.id for event in ticket.events}) == len(ticket.events)


@BOUNDED
@given(st.lists(st.tuples(st.sampled_from(["note", "note_and_reopen"]), people, anything), max_size=4))
def test_private_text_is_never_public(notes: list[tuple[str, Any, Any]]) -> None:
    secret = [
        part(number, kind, author, number, "<p>secret</p>") | {"assigned_to": odd, "metadata": odd, "redacted": odd}
        for number, (kind, author, odd) in enumerate(notes)
    ]
    ticket = intercom().normalize(Bundle("500", {"conversation": [conversation(*secret)]}, Directory(), "acme"))
    assert ticket is not None
    texts = [event for event in ticket.events if isinstance(event, Message) and event.body == "<p>secret</p>"]
    assert len(texts) == len(notes)
    assert all(event.visibility == "private" for event in texts)
    exposed = ticket.model_copy(update={"events": tuple(event for event in ticket.events if event not in texts)})
    assert "secret" not in exposed.model_dump_json()


@BOUNDED
@given(st.sampled_from(["conversations", "tickets", "deleted", "admins", "teams", "tags"]), anything, st.data())
def test_any_answer_is_a_page_or_a_broken_contract(stream: str, body: object, data: st.DataObject) -> None:
    name = {"deleted": "conversations", "tags": "data"}.get(stream, stream)
    rows = data.draw(st.lists(heads, max_size=4))
    body = {name: rows, "pages": body, "total_count": body} if isinstance(body, dict | int) else body
    connector = intercom()
    request = connector.request(stream, None, 60)
    response = answer(json.dumps(body).encode())
    connector.judge(request, response)
    try:
        page = connector.parse(request, response)
    except ContractBroken:
        return
    assert isinstance(page, Page)
    assert page.done or page.cursor != request.cursor
    assert connector.parse(request, response) == page
