"""Whatever the vendor sends: normalize never raises, repeats itself, is in order, in UTC, and keeps private private."""

from __future__ import annotations

import json
from datetime import UTC
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from clonedesk_connectors.errors import ContractBroken
from clonedesk_connectors.model import Message
from clonedesk_connectors.protocol import Bundle, Response

from .helpers import STAFF, acme

DESK = acme(requester="yes", statuses="6=on_hold")
PROFILE = settings(deadline=None, derandomize=True, database=None)
SECRET = "only staff may read this"

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**12), 10**12),
    st.floats(allow_nan=True),
    st.text(max_size=12),
    st.sampled_from(["2025-03-01T08:00:00Z", "2025-03-01T08:00:00+05:30", "T010:08:16Z", "0001-01-01T00:00:00+14:00"]),
    st.sampled_from(["\ud800", "merged into ticket 5", "handed over", "9" * 400]),
)
anything = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)


def names(text: str) -> list[str]:
    return text.split()


TICKET = names(
    "requester_id responder_id group_id status priority source subject description description_text custom_fields tags "
    "created_at updated_at stats requester spam deleted archived company_id product_id type attachments is_escalated"
)
CONVERSATION = names(
    "user_id incoming source category body body_text automation_id auto_response created_at deleted structured_body"
)
RATING = names("id survey_id user_id agent_id feedback ratings created_at")
ACTIVITY = names("performed_at performer_type performer_id activity")
STATS = names("agent_responded_at status_updated_at reopened_at resolved_at closed_at pending_since")
CHANGES = names("status priority group agent_id added_tags automation note x")


def record(names: list[str], **fixed: st.SearchStrategy[object]) -> st.SearchStrategy[dict[str, object]]:
    return st.fixed_dictionaries(fixed, optional={name: anything for name in names if name not in fixed})


times = st.sampled_from(["2025-03-01T08:00:00Z", "2025-03-01T09:30:00+05:30", "never", None, 5])
tickets = record(TICKET, stats=st.fixed_dictionaries({}, optional=dict.fromkeys(STATS, times)) | anything)
conversations = record(CONVERSATION, id=st.integers(1, 50), private=st.sampled_from([True, False, None, 0, "false"]))
activities = record(
    ACTIVITY,
    performed_at=st.sampled_from(["01-03-2025 08:00:01 +0000", "31-02-2025 08:00:01 +0000", None]),
    activity=st.dictionaries(st.sampled_from(CHANGES), anything),
)


def bundle(head: dict, rows: list, ratings: list, acts: list) -> Bundle:
    records = {"ticket": [head | {"id": 7}], "conversation": rows, "rating": ratings, "activity": acts}
    return Bundle("7", records, STAFF, "acme")


@settings(PROFILE, max_examples=150)
@given(
    tickets,
    st.lists(conversations, max_size=4, unique_by=lambda row: row["id"]),
    st.lists(record(RATING), max_size=2),
    st.lists(activities, max_size=3),
)
def test_normalize_never_raises_and_is_deterministic_ordered_and_utc(head, rows, ratings, acts):
    found = DESK.normalize(bundle(head, rows, ratings, acts))
    assert found is not None
    assert found.model_dump() == DESK.normalize(bundle(head, list(reversed(rows)), ratings, acts)).model_dump()
    assert [event.seq for event in found.events] == list(range(len(found.events)))
    assert all(earlier.at <= later.at for earlier, later in pairwise(found.events))
    assert all(event.at.tzinfo is UTC for event in found.events)
    assert len({event.id for event in found.events}) == len(found.events)
    json.loads(found.model_dump_json())
    list(DESK.gaps(bundle(head, rows, ratings, acts), found))
    list(DESK.people({"ticket": [head], "conversation": rows, "rating": ratings, "activity": acts}))


@settings(PROFILE, max_examples=60)
@given(conversations)
def test_what_is_not_marked_public_never_becomes_public(row):
    row |= {"body": SECRET, "body_text": SECRET, "private": row["private"] if row["private"] is not False else True}
    found = DESK.normalize(bundle({"source": 15}, [row], [], []))
    assert not [e for e in found.events if isinstance(e, Message) and e.visibility == "public" and SECRET in e.body]


@settings(PROFILE, max_examples=100)
@given(
    st.sampled_from([stream.name for stream in DESK.streams]),
    st.one_of(
        st.binary(max_size=60),
        anything.map(lambda value: json.dumps(value).encode()),
        st.lists(record([*TICKET, "id", "ticket_id"]), max_size=3).map(lambda rows: json.dumps(rows).encode()),
    ),
    st.sampled_from([200, 400, 401, 403, 404, 429, 503]),
)
def test_parse_and_judge_answer_every_body_with_a_page_a_verdict_or_a_broken_contract(stream, body, status):
    request = DESK.request(stream, None, 100, "7")
    response = Response(status, {"date": "Wed, 09 Jul 2025 10:00:00 GMT"}, body)
    if DESK.judge(request, response).verdict != "ok":
        return
    try:
        page = DESK.parse(request, response)
    except ContractBroken:
        return
    assert page.done or page.cursor != request.cursor
    assert DESK.parse(request, response) == page
