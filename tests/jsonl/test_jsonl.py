"""Tickets from a file: our own export, the minimal format, and lines that are neither."""

from __future__ import annotations

import json
from datetime import UTC
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clonedesk_connectors.errors import AuthError, ConfigError
from clonedesk_connectors.model import Actor, Coverage, Message, Status, Ticket, VendorLabel
from clonedesk_connectors.protocol import Account, AccountConfig, Bundle, Connector, Identity, Page, Response, Token
from clonedesk_connectors.transport.base import Failure, TransportFailed
from clonedesk_connectors.transport.file_ import LINE_CAP_BYTES, FileTransport
from clonedesk_connectors.vendors.jsonl import JsonlConnector, connector

Json = dict[str, Any]
DESK = connector(Account(vendor="jsonl", name="old-desk", options={"path": "tickets.jsonl"}))
DESK_ANSWER = Response(200, {}, b"")


class Nobody:
    def get(self, kind: str, native_id: object) -> None:
        return None


def read(row: Json, desk: JsonlConnector = DESK) -> Ticket:
    key = str(row.get("native_id", row.get("id")))
    found = desk.normalize(Bundle(key, {"ticket": [row]}, Nobody(), "old-desk", desk.account.config))
    assert found is not None
    return found


async def pull(path: Path, page_size: int) -> list[Page]:
    """Read a file to its end through the transport, page by page."""
    transport, cursor = FileTransport(path), DESK.first_cursor("tickets", None)
    pages: list[Page] = []
    while not pages or not pages[-1].done:
        request = DESK.request("tickets", cursor, page_size)
        response = await transport.send(request, {})
        assert DESK.judge(request, response).verdict == "ok"
        pages.append(DESK.parse(request, response))
        assert pages[-1].done or pages[-1].cursor != cursor
        cursor = pages[-1].cursor
    await transport.aclose()
    return pages


MINIMAL: Json = {
    "id": 17,
    "created_at": "2025-03-01T09:00:00+01:00",
    "updated_at": "2025-03-02T08:00:00Z",
    "status": "Resolved",
    "channel": "voice",
    "priority": "medium",
    "type": "refund",
    "tier": "gold",
    "subject": "Money back",
    "tags": ["vip", "vip", 5],
    "labels": {"outcome": "escalated"},
    "requester": {"id": "c1", "name": "Alva Abelard", "email": "alva@example.com"},
    "assignee_id": 11,
    "messages": [
        {"at": "2025-03-01T08:00:00Z", "from": "customer", "text": "I want my money back", "public": True},
        {"at": "2025-03-01T08:01:00Z", "from": {"kind": "bot", "id": "nova"}, "html": "<p>OK</p>", "public": True},
        {"at": "2025-03-01T09:00:00Z", "from": "agent", "text": "angry one", "public": "true"},
    ],
    "events": [
        {"at": "2025-03-01T08:30:00Z", "kind": "handoff", "by": "ai", "to_id": "billing", "reason": "asked"},
        {"at": "2025-03-01T08:30:00Z", "kind": "assignment", "by": "rule", "to": "human", "to_id": 11},
        {"at": "2025-03-01T10:00:00Z", "kind": "status", "by": "agent", "from": "open", "to": "solved"},
        {"at": "2025-03-01T10:05:00Z", "kind": "tag", "by": "agent", "added": ["done"]},
        {"at": "2025-03-02T08:00:00Z", "kind": "csat", "by": "customer", "value": 2, "comment": "slow"},
        {"at": "never", "kind": "teleport"},
    ],
}  # fmt: skip


def test_it_is_a_connector_of_the_protocol_and_needs_a_path():
    assert isinstance(DESK, Connector)
    assert DESK.base_url().startswith("file:///")
    with pytest.raises(ConfigError):
        connector(Account(vendor="jsonl", name="x")).base_url()


def test_there_is_nothing_to_sign_in_to():
    assert DESK.sign_in("file", {}) == Token({})
    with pytest.raises(AuthError):
        DESK.token(DESK_ANSWER)
    assert dict(DESK.who_am_i().params)["lines"] == "1"
    assert DESK.identity(DESK_ANSWER) == Identity("file", "old-desk")
    nothing = (
        DESK.budget(DESK.who_am_i(), DESK_ANSWER),
        DESK.people({}),
        DESK.gaps,
        DESK.sweep(["1"]).probes,
        DESK.shape("x", {}),
    )
    assert nothing[0] == nothing[1] == nothing[3] == ()
    assert list(DESK.gaps(Bundle("1", {}, Nobody()), read(MINIMAL))) == []


async def test_a_file_is_read_in_pages_of_whole_lines_and_every_line_once(tmp_path):
    path = tmp_path / "t.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + b"".join(b'{"id": %d}\r\n' % key for key in range(7)) + b'\n{"id":"last"}')
    pages = await pull(path, 3)
    assert [[record.id for record in page.records] for page in pages] == [
        ["0", "1", "2"],
        ["3", "4", "5"],
        ["6", "last"],
    ]
    assert pages[0].records[0].payload == b'{"id": 0}'
    assert [page.cursor for page in pages] == ["36", "69", None]


async def test_an_empty_file_is_one_empty_page(tmp_path):
    path = tmp_path / "t.jsonl"
    path.write_bytes(b"")
    assert await pull(path, 10) == [Page((), None, done=True)]


async def test_lines_that_are_no_tickets_are_kept_under_their_place_and_counted(tmp_path):
    path = tmp_path / "t.jsonl"
    path.write_bytes(b'{"id":1}\n{"id":\n[1]\n{"id":null}\n{"id":"\\u0007"}\n\xff\n' + b"[" * 99_999 + b'\n{"id":2}\n')
    (page,) = await pull(path, 100)
    assert [(record.kind, record.id) for record in page.records if record.bundle] == [("ticket", "1"), ("ticket", "2")]
    assert [(r.id, r.payload[:8]) for r in page.records if r.kind == "unreadable_line"] == [
        ("9", b'{"id":'),
        ("16", b"[1]"),
        ("20", b'{"id":nu'),
        ("32", b'{"id":"\\'),
        ("48", b"\xff"),
        ("50", b"[[[[[[[["),
    ]
    assert page.notes == ("6 lines are not tickets; they are kept as raw records of kind unreadable_line",)


async def test_a_file_that_is_not_there_or_has_no_lines_is_a_failure_without_a_path_in_it(tmp_path):
    request = DESK.request("tickets", None, 10)
    with pytest.raises(TransportFailed) as missing:
        await FileTransport(tmp_path / "nowhere.jsonl").send(request, {})
    assert (missing.value.reason, str(tmp_path) in str(missing.value)) == (Failure.CONNECT, False)
    path = tmp_path / "t.jsonl"
    with path.open("wb") as file:
        file.truncate(LINE_CAP_BYTES + 10)
    with pytest.raises(TransportFailed) as endless:
        await FileTransport(path).send(request, {})
    assert endless.value.reason is Failure.TOO_LARGE


def test_the_minimal_format_is_read_word_by_word():
    found = read(MINIMAL)
    assert (found.vendor, found.account, found.native_id, found.version) == ("jsonl", "old-desk", "17", 1740902400)
    assert (found.status, found.raw_status, found.channel, found.priority) == (
        Status.SOLVED,
        "Resolved",
        "phone",
        "normal",
    )
    assert (found.ticket_type, found.tier, found.tags) == ("refund", "gold", ("vip", "5"))
    assert found.vendor_labels == (VendorLabel(name="outcome", value="escalated"),)
    assert (found.requester and found.requester.email, found.assignee_id) == ("alva@example.com", "11")
    assert [(e.seq, e.id, e.kind, e.actor.kind, e.at.strftime("%d %H:%M")) for e in found.events] == [
        (0, "message:0", "message", "customer", "01 08:00"),
        (1, "teleport:5", "other", "unknown", "01 08:00"),
        (2, "message:1", "message", "ai_agent", "01 08:01"),
        (3, "handoff:0", "handoff", "ai_agent", "01 08:30"),
        (4, "assignment:1", "assignment", "automation", "01 08:30"),
        (5, "message:2", "message", "human_agent", "01 09:00"),
        (6, "status:2", "status", "human_agent", "01 10:00"),
        (7, "tag:3", "tag", "human_agent", "01 10:05"),
        (8, "csat:4", "csat", "customer", "02 08:00"),
    ]
    assert [(e.visibility, e.body, e.body_format) for e in found.events if isinstance(e, Message)] == [
        ("public", "I want my money back", "text"),
        ("public", "<p>OK</p>", "html"),
        ("private", "angry one", "text"),
    ]
    assert found.events[8].satisfaction.value == 2
    assert (found.events[4].to_kind, found.events[4].to_id, found.events[6].to_status) == ("human", "11", "solved")
    assert found.coverage.messages_got == 3
    assert [gap.what for gap in found.coverage.gaps] == ["times"]


def test_the_smallest_ticket_is_an_id():
    found = read({"id": "x"})
    assert (found.status, found.channel, found.priority, found.events) == (Status.UNKNOWN, "unknown", "none", ())
    assert found.coverage == Coverage()


def test_unknown_words_are_kept_and_never_guessed():
    found = read({"id": 1, "status": "snoozed", "channel": "pigeon", "priority": "P1", "messages": [{"from": "alien"}]})
    assert (found.status, found.raw_status, found.channel, found.raw_channel) == (
        "unknown",
        "snoozed",
        "unknown",
        "pigeon",
    )
    assert (found.priority, found.events[0].actor.kind) == ("unknown", "unknown")
    odd = read({"id": 1, "events": [{"at": "2025-01-01", "kind": "csat", "value": 9}]})
    assert (odd.events[0].satisfaction.value, odd.events[0].satisfaction.raw) == (None, "9")


def test_flags_and_completeness_are_what_the_line_says():
    found = read({"id": 1, "spam": True, "deleted": True, "test": True, "complete": True, "messages_expected": 0})
    assert (found.is_spam, found.deleted, found.is_test, found.coverage.complete) == (True, True, True, True)


def test_the_account_says_who_is_a_bot_a_person_or_a_test():
    config = AccountConfig(
        bot_users=frozenset({"11"}), human_users=frozenset({"12"}), test_requesters=frozenset({"c1"})
    )
    desk = connector(Account(vendor="jsonl", name="old-desk", options={"path": "t"}, config=config))
    rows = [{"from": {"kind": "agent", "id": 11}}, {"from": {"kind": "bot", "id": "12"}}]
    found = read({"id": 1, "assignee_id": "11", "requester": "c1", "messages": rows}, desk)
    assert [event.actor.kind for event in found.events] == ["ai_agent", "human_agent"]
    assert (found.assignee_kind, found.is_test) == ("ai", True)


def test_labels_may_say_when_and_by_whom_they_were_set():
    label = {"name": "outcome", "value": "resolved", "set_at": "2025-03-01T00:00:00Z", "set_by": 5}
    found = read({"id": 1, "labels": [label, {"name": "x"}, 5]})
    assert found.vendor_labels[0].set_by == "5"
    assert len(found.vendor_labels) == 1


def test_our_own_export_comes_back_as_it_went_out():
    original = read(MINIMAL).model_copy(update={"archived": True, "language": "de"})
    line = json.loads(original.model_dump_json())
    assert read(line) == original
    elsewhere = read(line | {"vendor": "zendesk", "account": "acme"})
    assert (elsewhere.vendor, elsewhere.account) == ("jsonl", "old-desk")


def test_an_export_of_another_version_is_read_as_far_as_it_goes_and_says_so():
    found = read(
        {"schema_version": 99, "native_id": "5", "status": "open", "events": [{"kind": "hologram", "at": None}]}
    )
    assert (found.native_id, found.status) == ("5", Status.OPEN)
    assert "everything" in [gap.what for gap in found.coverage.gaps]


def test_a_bundle_without_a_line_is_no_ticket():
    assert DESK.normalize(Bundle("1", {}, Nobody())) is None


scalars = st.one_of(
    st.none(), st.booleans(), st.integers(-(10**9), 10**9), st.floats(), st.text(max_size=8),
    st.sampled_from(["2025-03-01T08:00:00Z", "\ud800", "customer", "bot", "open"]),
)  # fmt: skip
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4), inner, max_size=2),
    max_leaves=5,
)
ITEM = ("id", "at", "from", "text", "html", "public", "kind", "by", "to", "to_id", "added", "value")
LINE = ("schema_version", "created_at", "updated_at", "status", "tags", "labels", "requester", "priority")
items = st.fixed_dictionaries({}, optional=dict.fromkeys(ITEM, values))
rows = st.fixed_dictionaries(
    {},
    optional=dict.fromkeys(LINE, values)
    | {"messages": st.lists(items, max_size=3) | values, "events": st.lists(items | values, max_size=3)},
)


@settings(max_examples=150, deadline=None, derandomize=True, database=None)
@given(rows)
def test_normalize_never_raises_and_is_ordered_utc_and_keeps_private_private(row):
    found = read(row | {"id": "7"})
    assert found == read(row | {"id": "7"})
    assert all(a.at <= b.at for a, b in pairwise(found.events))
    assert all(event.at.tzinfo is UTC and isinstance(event.actor, Actor) for event in found.events)
    given_messages = row.get("messages")
    if isinstance(given_messages, list):
        public = [item for item in given_messages if isinstance(item, dict) and item.get("public") is True]
        assert sum(isinstance(e, Message) and e.visibility == "public" for e in found.events) == len(public)
