"""Tickets that are no place for a note, and conversations that move on while a draft waits."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from clonedesk_connectors.protocol.pushback import TicketState
from clonedesk_connectors.review.gather import capture_live, watched
from clonedesk_connectors.review.states import State
from clonedesk_connectors.review.values import ReviewConflict
from clonedesk_connectors.testing.sandbox.calls import Call
from tests.pushback.rig import Rig

Change = Callable[[Rig, int], None]


def status(word: str) -> Change:
    return lambda rig, number: rig.sandbox.update(number, by="human", status=word)


def mark(word: str) -> Change:
    return lambda rig, number: rig.sandbox.mark(number, word)  # type: ignore[union-attr]


def merge(rig: Rig, number: int, into: int = 3) -> None:
    """As the sandbox's world merges: closed, with the vendor's own sign of it."""
    steps = [("merge", into, None), ("status", "closed", None)]
    if rig.vendor.name == "zendesk":
        said = f"This request was closed and merged into request #{into}."
        steps += [("tag", "closed_by_merge", None), ("note", "text", said)]
        rig.wire.edit = lambda call, body: _as_merge(body)
    rig.sandbox.desk.change(number, "human", 1, *steps)


def _as_merge(body: Any) -> Any:
    """The comment of a merge is marked as one; the sandbox marks only the event beside it."""
    for comment in body.get("comments", ()):
        if "closed and merged into request" in comment["body"]:
            comment["via"] = {"channel": "web", "source": {"from": {}, "to": {}, "rel": "merge"}}
    return body


PLACES: list[tuple[str, Change, State, str]] = [
    ("zendesk", status("solved"), State.EXPIRED, "unused"),
    ("zendesk", status("closed"), State.WITHDRAWN, "closed"),
    ("zendesk", status("deleted"), State.WITHDRAWN, "gone"),
    ("zendesk", merge, State.WITHDRAWN, "merged"),
    ("intercom", status("closed"), State.EXPIRED, "unused"),
    ("intercom", lambda rig, number: rig.sandbox.delete(number), State.WITHDRAWN, "gone"),  # type: ignore[union-attr]
    ("freshdesk", status("solved"), State.EXPIRED, "unused"),
    ("freshdesk", status("closed"), State.WITHDRAWN, "closed"),
    ("freshdesk", mark("spam"), State.WITHDRAWN, "spam"),
    ("freshdesk", mark("deleted"), State.WITHDRAWN, "deleted"),
    ("freshdesk", lambda rig, number: rig.sandbox.archive(number), State.WITHDRAWN, "gone"),  # type: ignore[union-attr]
    ("freshdesk", lambda rig, number: rig.sandbox.destroy(number), State.WITHDRAWN, "gone"),  # type: ignore[union-attr]
    ("freshdesk", merge, State.WITHDRAWN, "merged"),
]


@pytest.mark.parametrize(("vendor", "change", "ends", "reason"), PLACES)
def test_a_ticket_that_takes_no_note_ends_the_draft_without_a_write(
    make_rig: Callable[..., Rig], vendor: str, change: Change, ends: State, reason: str
) -> None:
    rig = make_rig(vendor)
    [number] = rig.open_tickets(1)
    draft = rig.draft(number)
    change(rig, number)
    rig.submit(draft)
    assert [(done.state, done.reason) for done in rig.run()] == [(ends, reason)]
    assert rig.sandbox.writes == []


@pytest.mark.parametrize("ticket_id", ["999999999999", "0", "no-such/ticket", "１７"])
def test_a_ticket_that_nobody_has_withdraws_the_draft(rig: Rig, ticket_id: str) -> None:
    [number] = rig.open_tickets(1)
    rig.submit(rig.draft(number).model_copy(update={"ticket_id": ticket_id}))
    assert [(done.state, done.reason) for done in rig.run()] == [(State.WITHDRAWN, "gone")]
    assert rig.sandbox.writes == []


def test_a_ticket_of_the_vendors_own_ai_agent_is_read_only(make_rig: Callable[..., Rig]) -> None:
    rig = make_rig("zendesk")
    desk: Any = rig.sandbox.desk
    [fine] = rig.open_tickets(1)
    numbers = range(1, rig.sandbox.world.tickets + 1)
    held = next(n for n in numbers if desk.is_ai_only(n) and desk.history(n).state.status in ("open", "solved"))
    rig.say(held, "Invented words to a machine")
    rig.submit(rig.draft(fine))
    draft_id = rig.submit(rig.draft(held))
    done = {one.draft_id: one for one in rig.run()}[draft_id]
    assert (done.state, done.reason) == (State.FAILED, "HTTP 403 Forbidden")
    assert rig.notes(held, draft_id) == []


@pytest.mark.parametrize("notes", [0, 25, 120])
def test_a_merged_ticket_says_where_it_went(make_rig: Callable[..., Rig], notes: int) -> None:
    rig = make_rig("freshdesk")
    [number] = rig.open_tickets(1)
    for turn in range(notes):
        rig.sandbox.update(number, by="human", comment=f"Invented note {turn}", public=False)
    merge(rig, number)
    seen = rig.look(number)
    assert (seen.state, seen.merged_into) == (TicketState.MERGED, "3")


class EveryoneIsStaff:
    """The archive's list of agents, without which nobody knows who answers a Freshdesk ticket."""

    def get(self, kind: str, native_id: object) -> dict[str, Any] | None:
        return {"contact": {"name": "Ana"}} if kind == "agent" else None


@pytest.mark.parametrize("vendor", ["zendesk", "freshdesk"])  # Intercom does not say where a conversation went
@pytest.mark.parametrize("posted", [True, False])
def test_a_reply_in_the_ticket_of_a_merge_is_matched_with_the_draft(
    make_rig: Callable[..., Rig], vendor: str, posted: bool
) -> None:
    rig = make_rig(vendor)
    if vendor == "freshdesk":
        rig.push = rig.connector.push_back(EveryoneIsStaff())  # type: ignore[attr-defined]
    number, target = rig.open_tickets(4)[2:]
    draft = rig.draft(number)
    if posted:
        rig.submit(draft)
        rig.run()
    merge(rig, number, into=target)
    if not posted:
        rig.submit(draft)
        rig.run()
    rig.say(target, draft.body, by="human")
    _, problems = asyncio.run(capture_live(rig.queue, rig.session(), rig.push))
    item = rig.queue.get(draft.draft_id)
    assert (item.state, item.state_reason) == (State.WITHDRAWN, "merged")
    assert item.observed_outcome == "approved_verbatim"
    assert problems == []
    assert rig.ticket_id(target) in watched(rig.queue, vendor, "acme")


def test_a_closed_ticket_of_many_pages_is_closed(make_rig: Callable[..., Rig]) -> None:
    rig = make_rig("freshdesk")
    [number] = rig.open_tickets(1)
    for turn in range(120):
        rig.sandbox.update(number, by="human", comment=f"Invented note {turn}", public=False)
    rig.sandbox.update(number, by="human", status="closed")
    assert rig.look(number).state is TicketState.CLOSED


@pytest.mark.parametrize(("by", "cause"), [("customer", "customer_replied"), ("human", "agent_replied")])
def test_a_public_message_after_the_one_the_draft_answers_expires_it_without_a_write(
    rig: Rig, by: str, cause: str
) -> None:
    [number] = rig.open_tickets(1)
    rig.submit(rig.draft(number))
    rig.say(number, "One more invented thing", by=by)
    if (rig.vendor.name, by) == ("freshdesk", "human"):
        cause = "other_reply"  # without the archive's list of agents nobody knows who that was
    assert [(done.state, done.reason) for done in rig.run()] == [(State.EXPIRED, cause)]
    assert rig.sandbox.writes == []


def test_a_private_note_of_somebody_else_changes_nothing(rig: Rig) -> None:
    [number] = rig.open_tickets(1)
    rig.submit(rig.draft(number))
    rig.say(number, "I look into it", by="human", public=False)
    assert [done.state for done in rig.run()] == [State.AWAITING_REVIEW]


def test_a_customer_who_writes_between_look_and_write_ends_the_draft(rig: Rig) -> None:
    """Zendesk refuses the write (safe update). The others take it, and the next look at the ticket ends the draft."""
    [number] = rig.open_tickets(1)
    draft_id = rig.submit(rig.draft(number))
    left = [True]

    def interrupt(call: Call) -> str:
        if left and rig.is_write(call):
            left.clear()
            rig.say(number, "One more invented thing")
        return "answer"

    rig.wire.fate = interrupt
    rig.run()
    asyncio.run(capture_live(rig.queue, rig.session(), rig.push))
    item = rig.queue.get(draft_id)
    assert (item.state, item.state_reason) == (State.EXPIRED, "customer_replied")
    assert len(rig.notes(number, draft_id)) == (0 if rig.vendor.name == "zendesk" else 1)
    assert rig.sandbox.public_writes == []


def test_a_customer_who_writes_before_the_approval_makes_it_impossible(rig: Rig) -> None:
    [number] = rig.open_tickets(1)
    draft_id = rig.submit(rig.draft(number))
    rig.run()
    item = rig.queue.claim("ana")
    assert item is not None
    rig.say(number, "One more invented thing")
    asyncio.run(capture_live(rig.queue, rig.session(), rig.push))
    with pytest.raises(ReviewConflict, match="is expired"):
        rig.queue.decide(draft_id, item.version, "ana", "approve")


def test_an_approved_text_is_delivered_as_a_second_private_note_unless_the_customer_wrote_again(rig: Rig) -> None:
    numbers = rig.open_tickets(2)
    drafts = {rig.submit(rig.draft(number)): number for number in numbers}
    rig.run()
    for _ in drafts:
        item = rig.queue.claim("ana")
        assert item is not None
        rig.queue.decide(item.draft_id, item.version, "ana", "approve")
    rig.now += timedelta(minutes=11)
    rig.say(numbers[1], "One more invented thing")
    states = {one.ticket_id: (one.state, one.reason) for one in rig.run()}
    assert states == {
        rig.ticket_id(numbers[0]): (State.DELIVERED, ""),
        rig.ticket_id(numbers[1]): (State.EXPIRED, "customer_replied"),
    }
    copies = {number: len(rig.notes(number, f"{draft_id}-A")) for draft_id, number in drafts.items()}
    assert copies == {numbers[0]: 1, numbers[1]: 0}
    assert rig.sandbox.public_writes == []


@pytest.mark.parametrize("vendor", ["zendesk", "intercom"])
def test_a_note_whose_text_is_taken_away_is_not_written_again(make_rig: Callable[..., Rig], vendor: str) -> None:
    """These vendors delete no note; they redact it."""
    rig = make_rig(vendor)
    [number] = rig.open_tickets(1)
    draft_id = rig.submit(rig.draft(number))
    rig.run()
    texts = sum(step.kind in ("message", "note") for step in rig.sandbox.desk.story(number).steps)
    rig.sandbox.desk.change(number, "human", 1, ("redact", texts - 1, None))
    assert rig.notes(number, draft_id) == []
    rig.run()
    asyncio.run(capture_live(rig.queue, rig.session(), rig.push))
    rig.run()
    assert rig.notes(number, draft_id) == []
    assert sum(rig.is_write(call) for call in rig.wire.calls) == 1
    assert rig.queue.get(draft_id).state is State.AWAITING_REVIEW


def test_a_note_that_an_agent_deletes_is_not_written_again(make_rig: Callable[..., Rig]) -> None:
    rig = make_rig("freshdesk")
    [number] = rig.open_tickets(1)
    draft_id = rig.submit(rig.draft(number))
    rig.run()
    [note] = rig.notes(number, draft_id)
    said = rig.sandbox.desk.history(number).said[-1]  # type: ignore[union-attr]
    rig.sandbox.desk.change(number, "human", 1, ("drop_note", said.ordinal, None))
    assert rig.notes(number, draft_id) == []
    rig.run()
    asyncio.run(capture_live(rig.queue, rig.session(), rig.push))
    rig.run()
    assert rig.notes(number, draft_id) == []
    assert rig.queue.get(draft_id).note_id == note.id
    assert len(rig.sandbox.writes) == 2  # the note and its tag
