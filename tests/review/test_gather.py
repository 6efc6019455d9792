"""Where capture looks, and what it does with tickets it cannot read."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any, cast

import pytest

from clonedesk_connectors.errors import CapabilityMissing, ContractBroken, Unavailable
from clonedesk_connectors.protocol import Connector
from clonedesk_connectors.review.gather import capture_live, push_back_of
from clonedesk_connectors.review.queue import ReviewQueue
from clonedesk_connectors.review.reader import look
from clonedesk_connectors.review.states import State
from tests.review.build import make_draft
from tests.review.desk import Desk, DeskPushBack, session_of


def test_a_live_capture_reads_only_tickets_with_drafts_and_reports_what_it_cannot_read(queue: ReviewQueue) -> None:
    desk = Desk()
    for ticket_id in ("1", "2", "3"):
        desk.ticket(ticket_id)
        queue.submit(make_draft(ticket_id))
    queue.submit(make_draft("404"))
    desk.ticket("9")
    desk.now_s = 5.0
    desk.say("1", "customer", "Hello?")
    desk.fate = lambda request: "422" if request.subject == "3" else "answer"
    changed, problems = asyncio.run(capture_live(queue, session_of(desk), DeskPushBack()))
    assert {item.draft.ticket_id: item.state for item in changed} == {"1": State.EXPIRED, "404": State.WITHDRAWN}
    assert problems == ["ticket 3 could not be read (HTTP 422)"]
    assert {request.subject for request in desk.requests} == {"1", "2", "3", "404"}


def test_a_webhook_asks_for_its_ticket_alone(queue: ReviewQueue) -> None:
    desk = Desk()
    for ticket_id in ("1", "2"):
        desk.ticket(ticket_id)
        queue.submit(make_draft(ticket_id))
    asyncio.run(capture_live(queue, session_of(desk), DeskPushBack(), ["2", "77"]))
    assert [request.subject for request in desk.requests] == ["2"]


def test_a_reading_that_never_ends_is_given_up() -> None:
    class Endless(DeskPushBack):
        def reading(self, request: Any, response: Any) -> Any:
            return SimpleNamespace(
                **dict.fromkeys(("state", "tags", "merged_into", "message_count", "version")), messages=(), then=request
            )

    desk = Desk()
    desk.ticket("1")
    adapter = Endless()
    with pytest.raises(ContractBroken, match="without end"):
        asyncio.run(look(session_of(desk), adapter, adapter.preflight("1")))
    assert len(desk.requests) == 200


@pytest.mark.parametrize("offer", [{}, {"push_back": lambda: object()}])
def test_a_connector_that_cannot_write_notes_says_so(offer: dict[str, Any]) -> None:
    connector = SimpleNamespace(name="readonly", account=SimpleNamespace(name="acme"), **offer)
    with pytest.raises(CapabilityMissing, match="readonly"):
        push_back_of(cast("Connector", connector), None)


def test_a_ticket_that_may_not_be_read_or_gives_no_answer_keeps_its_draft_and_the_others_are_captured(
    queue: ReviewQueue,
) -> None:
    desk = Desk()
    ids = {}
    for ticket_id in ("1", "2", "3"):
        desk.ticket(ticket_id)
        ids[ticket_id] = queue.submit(make_draft(ticket_id), place="local").draft_id
        desk.say(ticket_id, "customer", "One more thing", at=5.0)
    desk.now_s = 6.0
    fates = {"1": "403", "2": "503"}
    desk.fate = lambda request: fates.get(request.subject or "", "answer")
    changed, problems = asyncio.run(capture_live(queue, session_of(desk), DeskPushBack()))
    assert [(item.draft.ticket_id, item.state_reason) for item in changed] == [("3", "customer_replied")]
    assert problems[0] == "ticket 1: these credentials may not read it (HTTP 403)"
    assert "record 2: no usable answer (HTTP 503)" in problems[1]
    assert [queue.get(ids[one]).state for one in ("1", "2")] == [State.AWAITING_REVIEW, State.AWAITING_REVIEW]


def test_a_helpdesk_that_is_down_ends_a_capture_after_three_tickets(queue: ReviewQueue) -> None:
    desk = Desk()
    for number in range(5):
        desk.ticket(str(number))
        queue.submit(make_draft(str(number)), place="local")
    desk.fate = lambda request: "503"
    with pytest.raises(Unavailable):
        asyncio.run(capture_live(queue, session_of(desk, attempts=1), DeskPushBack()))
    assert [request.subject for request in desk.requests] == ["0", "1", "2"]
