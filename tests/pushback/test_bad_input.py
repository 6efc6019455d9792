"""Bad drafts and bad moments that no other file has: a defined state, nothing lost, nothing sent twice."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from clonedesk_connectors.errors import AuthError, RateLimited
from clonedesk_connectors.review.gather import capture_live
from clonedesk_connectors.review.states import State
from clonedesk_connectors.review.values import Item
from clonedesk_connectors.testing.sandbox.calls import Call
from tests.pushback.rig import Rig


def approved(rig: Rig) -> tuple[int, str]:
    """A draft that a person approved on the page, and whose undo window is over."""
    [number] = rig.open_tickets(1)
    rig.submit(rig.draft(number))
    rig.run()
    item = rig.queue.claim("ana")
    assert item is not None
    rig.queue.decide(item.draft_id, item.version, "ana", "approve")
    rig.now += timedelta(minutes=11)
    return number, item.draft_id


def fails(match: Callable[[Call], bool], fate: str) -> Callable[[Call], str]:
    return lambda call: fate if match(call) else "answer"


def deliveries(rig: Rig, number: int, draft_id: str) -> int:
    return len(rig.notes(number, f"{draft_id}-A"))


# --- a ticket that only the vendor's AI agent may write to ----------------------------------------------------------


def test_a_read_only_ticket_alone_is_not_told_from_missing_rights_and_ends_with_its_time(
    make_rig: Callable[..., Rig],
) -> None:
    """With nothing to compare, a 403 may be about the credentials: the draft waits, nothing is written, time ends
    it.
    """
    rig = make_rig("zendesk")
    desk: Any = rig.sandbox.desk
    numbers = range(1, rig.sandbox.world.tickets + 1)
    held = next(n for n in numbers if desk.is_ai_only(n) and desk.history(n).state.status in ("open", "solved"))
    rig.say(held, "Invented words to a machine")
    draft_id = rig.submit(rig.draft(held))
    for _ in range(2):
        [done] = rig.run()
        assert done.state is State.POSTING
        assert "the ticket is read-only, or these credentials may not write notes" in done.problem
    rig.now += timedelta(hours=25)
    [done] = rig.run()
    assert (done.state, done.reason) == (State.EXPIRED, "ttl")
    assert (rig.notes(held, draft_id), rig.sandbox.writes) == ([], [])


# --- the delivery of an approved text -------------------------------------------------------------------------------


@pytest.mark.parametrize("fate", ["409 before", "429 before", "500 before", "503 after", "lost before", "lost after"])
def test_a_delivery_with_a_passing_or_unclear_answer_is_one_note(rig: Rig, fate: str) -> None:
    number, draft_id = approved(rig)
    left = [fate]
    rig.wire.lag_s = 3.0
    rig.wire.fate = lambda call: left.pop() if left and rig.is_write(call) else "answer"
    [done] = rig.run()
    assert (done.state, done.problem) == (State.DELIVERED, "")
    rig.run()
    assert deliveries(rig, number, draft_id) == 1
    assert rig.sandbox.public_writes == []


@pytest.mark.parametrize("status", ["400", "404", "422"])
def test_a_delivery_that_is_refused_for_good_keeps_the_decision_and_can_be_tried_again(rig: Rig, status: str) -> None:
    number, draft_id = approved(rig)
    rig.wire.fate = fails(rig.is_write, f"{status} before")
    [done] = rig.run()
    assert (done.state, done.reason.split()[:2]) == (State.FAILED, ["HTTP", status])
    assert rig.queue.get(draft_id).outcome == "approved_verbatim"
    rig.wire.fate = lambda call: "answer"
    rig.run()
    assert deliveries(rig, number, draft_id) == 0
    rig.queue.retry_delivery(draft_id, "lee")
    rig.run()
    assert rig.queue.get(draft_id).state is State.DELIVERED
    assert deliveries(rig, number, draft_id) == 1


@pytest.mark.parametrize(("status", "error"), [("401", AuthError), ("429", RateLimited)])
def test_a_delivery_that_ends_the_run_is_made_by_the_next_one(rig: Rig, status: str, error: type[Exception]) -> None:
    number, draft_id = approved(rig)
    rig.wire.fate = fails(rig.is_write, f"{status} before")
    with pytest.raises(error):
        rig.run()
    assert rig.queue.get(draft_id).state is State.DELIVERING
    rig.wire.fate = lambda call: "answer"
    rig.time.now_s += 3_600
    rig.run()
    assert rig.queue.get(draft_id).state is State.DELIVERED
    assert deliveries(rig, number, draft_id) == 1


# --- reading decisions back -----------------------------------------------------------------------------------------


def captured(rig: Rig) -> tuple[list[Item], list[str]]:
    return asyncio.run(capture_live(rig.queue, rig.session(), rig.push))


@pytest.mark.parametrize("status", ["400", "403", "409", "422", "500", "503", "lost"])
def test_a_ticket_that_cannot_be_read_back_keeps_its_draft(rig: Rig, status: str) -> None:
    [number] = rig.open_tickets(1)
    draft_id = rig.submit(rig.draft(number))
    rig.run()
    rig.say(number, "One more invented thing")
    rig.wire.fate = fails(lambda call: call.method == "GET", f"{status} before")
    changed, problems = captured(rig)
    assert (changed, len(problems)) == ([], 1)
    assert rig.ticket_id(number) in problems[0]
    assert rig.queue.get(draft_id).state is State.AWAITING_REVIEW
    rig.wire.fate = lambda call: "answer"
    assert [(item.state, item.state_reason) for item in captured(rig)[0]] == [(State.EXPIRED, "customer_replied")]


@pytest.mark.parametrize(("status", "error"), [("401", AuthError), ("429", RateLimited)])
def test_refused_credentials_and_a_limit_end_a_capture_and_change_nothing(
    rig: Rig, status: str, error: type[Exception]
) -> None:
    [number] = rig.open_tickets(1)
    draft_id = rig.submit(rig.draft(number))
    rig.run()
    rig.wire.fate = lambda call: f"{status} before"
    with pytest.raises(error):
        captured(rig)
    assert rig.queue.get(draft_id).state is State.AWAITING_REVIEW


# --- clocks ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "skew", [timedelta(days=-400), timedelta(minutes=-7), timedelta(minutes=7), timedelta(days=400)]
)
def test_a_clock_that_differs_from_the_vendors_changes_no_outcome(rig: Rig, skew: timedelta) -> None:
    """Ours is wrong by this much, the vendor's is right: what came before what is told by the vendor's times alone."""
    used, late, overtaken = rig.open_tickets(3)
    first = rig.draft(used)
    rig.now = first.based_on.at + skew
    ids = {number: rig.submit(rig.draft(number)) for number in (used, overtaken)}
    too_late = rig.draft(late)
    rig.say(late, "A question after the draft was made")
    ids[late] = rig.submit(too_late)
    rig.run()
    rig.now += timedelta(minutes=1)
    rig.say(overtaken, "One more invented thing")
    rig.say(used, "/draft reject tone", by="human", public=False)
    captured(rig)
    ends = {number: (item.state, item.state_reason) for number in ids for item in [rig.queue.get(ids[number])]}
    assert ends[late] == (State.EXPIRED, "customer_replied")
    assert ends[overtaken] == (State.EXPIRED, "customer_replied")
    rejected = (State.DECIDED, "tone")
    # Without the archive's list of agents Freshdesk does not tell who is staff, so a note cannot be a command.
    assert ends[used] == ((State.AWAITING_REVIEW, "") if rig.vendor.name == "freshdesk" else rejected)
    assert sum(len(rig.notes(number, ids[number])) for number in ids) == 2


# --- the same draft again -------------------------------------------------------------------------------------------


def test_a_draft_submitted_again_after_its_end_stays_ended(rig: Rig) -> None:
    [number] = rig.open_tickets(1)
    draft = rig.draft(number)
    draft_id = rig.submit(draft)
    rig.say(number, "One more invented thing")
    rig.run()
    answer = rig.queue.submit(draft, place="helpdesk")
    assert (answer.is_new, answer.state, answer.draft_id) == (False, State.EXPIRED, draft_id)
    assert rig.run() == []
    assert rig.sandbox.writes == []


def test_a_draft_whose_text_differs_only_in_blanks_is_the_same_draft(rig: Rig) -> None:
    [number] = rig.open_tickets(1)
    one, other = rig.draft(number, body="Hello,  Kim"), rig.draft(number, body=" Hello, Kim\n")
    assert rig.submit(one) == rig.submit(other)
    rig.run()
    assert len(rig.notes(number, one.draft_id)) == 1
