"""Answers that are made to exhaust the reader."""

from __future__ import annotations

import gzip
import tracemalloc
from typing import Any

import pytest

import clonedesk_connectors as cd
from clonedesk_connectors.errors import ContractBroken
from clonedesk_connectors.protocol import parse_object, split_list, split_records
from clonedesk_connectors.testing.sandbox import faults as f
from clonedesk_connectors.testing.sandbox.calls import Call, Reply
from clonedesk_connectors.transport import TransportFailed
from clonedesk_connectors.transport.body import CappedBody
from tests.hardening.ways import CAP_BYTES, WAYS, Way, intercom_httpx, pull, zendesk_httpx

BOMB_BYTES = 60_000_000


def test_a_gzip_bomb_is_never_larger_in_memory_than_the_cap() -> None:
    packed = gzip.compress(b"\0" * BOMB_BYTES)
    tracemalloc.start()
    try:
        with pytest.raises(TransportFailed, match="too_large"):
            CappedBody("gzip", CAP_BYTES).feed(packed)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 3 * CAP_BYTES


@pytest.mark.parametrize("way", WAYS)
def test_a_helpdesk_that_answers_with_gzip_bombs_fails_its_streams_and_nothing_else(
    way: Way, store: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    packed = gzip.compress(b" " * 10 * CAP_BYTES + b"{}")
    sandbox, connect = way(monkeypatch)
    sandbox.faults.add(f.Rule(lambda call, handler: Reply(packed, 200, {"content-encoding": "gzip"})))
    with sandbox:
        report = pull(connect(sandbox), store, page_size=1)
    assert (report.status.value, report.tickets["new"]) == ("incomplete", 0)
    assert "too_large" in str(report.failed_streams)


DEEP = b'{"a":' * 200_000 + b"1" + b"}" * 200_000


@pytest.mark.parametrize(
    ("read", "body"),
    [
        (parse_object, DEEP),
        (lambda body: split_records(body, "tickets"), b'{"tickets":[' + DEEP + b"]}"),
        (lambda body: split_records(body, "tickets"), b'{"meta":' + DEEP + b',"tickets":[]}'),
        (split_list, b"[" + DEEP + b"]"),
        (split_list, b"[" * 200_000 + b"]" * 200_000),
    ],
    ids=["object", "record", "envelope", "list", "lists in lists"],
)
def test_json_that_is_nested_without_end_is_an_unreadable_answer(read: Any, body: bytes) -> None:
    with pytest.raises(ContractBroken):
        read(body)


@pytest.mark.parametrize(("depth", "pulled"), [(500, ("complete", 4)), (100_000, ("incomplete", 0))])
@pytest.mark.parametrize(
    ("way", "before"), [(zendesk_httpx, b'"custom_fields":['), (intercom_httpx, b'"custom_attributes":{"deep":')]
)
def test_a_field_that_is_nested_deeply_is_kept_or_fails_its_stream_and_nothing_else(
    way: Way, before: bytes, depth: int, pulled: tuple[str, int], store: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As deep as our reader goes, and much deeper."""
    deep = b'{"a":' * depth + b"1" + b"}" * depth

    def put(call: Call, handler: f.Handler) -> Reply:
        reply = handler(call)
        place = before.partition(b'"deep":')[0]
        return Reply(reply.encoded().replace(place, before + deep + b","), reply.status, reply.headers)

    sandbox, connect = way(monkeypatch)
    sandbox.faults.add(f.Rule(put))
    with sandbox:
        report = pull(connect(sandbox), store, cap_bytes=20_000_000)
    assert (report.status.value, report.tickets["new"]) == pulled


def test_a_conversation_of_very_many_parts_is_read_and_its_missing_ones_are_named() -> None:
    """The vendor sends 500 at most. More cost time in proportion, and never pass for the whole."""
    author = {"type": "user", "id": "1"}
    parts = [
        {
            "type": "conversation_part",
            "id": str(n),
            "part_type": "comment",
            "body": "x",
            "created_at": n,
            "author": author,
        }
        for n in range(1, 5_001)
    ]
    conversation = {
        "type": "conversation", "id": "7", "created_at": 1, "state": "open", "source": {"author": author, "body": "x"},
        "conversation_parts": {"conversation_parts": parts, "total_count": 9_000},
    }  # fmt: skip
    ticket = cd.normalize(conversation)
    assert ticket.coverage.messages_got == 5_001
    assert [gap.what for gap in ticket.coverage.gaps] == ["messages"]


def test_a_list_that_points_back_to_itself_is_given_up(store: str, monkeypatch: pytest.MonkeyPatch) -> None:
    sandbox, connect = WAYS[0](monkeypatch)
    sandbox.faults.add(f.Rule(f.repeat_cursor(), path="/api/v2/incremental/tickets/*"))
    with sandbox:
        report = pull(connect(sandbox), store)
    assert report.status.value == "incomplete"
    assert "StuckCursor" in report.failed_streams["tickets"]
    assert len(sandbox.log) < 60
