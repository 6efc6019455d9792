"""Notes in the helpdesk: one each, private, and never twice."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from random import Random
from typing import Any

import pytest

from clonedesk_connectors.errors import ArchiveLocked, AuthError, LeakSuspected, RateLimited, Unavailable
from clonedesk_connectors.protocol.pushback import PushBack
from clonedesk_connectors.review.push import Pushed, Pusher, preview
from clonedesk_connectors.review.queue import ReviewQueue
from clonedesk_connectors.review.router import Router
from clonedesk_connectors.review.states import State
from tests.review.build import BODY, HandClock, make_draft, vendor_time
from tests.review.desk import Desk, DeskPushBack, Killed, session_of
from tests.review.test_capture import KIM, Thread


@pytest.fixture
def desk() -> Desk:
    return Desk()


def push(queue: ReviewQueue, desk: Desk, **options: Any) -> list[Pushed]:
    done: list[Pushed] = []
    pusher = Pusher(queue, session_of(desk), DeskPushBack(), sleep=desk.sleep, **options)
    asyncio.run(pusher.run(done.append))
    return done


def submit(queue: ReviewQueue, desk: Desk, ticket_id: str = "1", **changes: Any) -> str:
    desk.ticket(ticket_id)
    return queue.submit(make_draft(ticket_id, **changes), place="helpdesk").draft_id


def dying(request_path: str, fate: str, times: int = 1) -> Callable[[Any], str]:
    """This fate for the first `times` requests to paths that end so."""
    left = [times]

    def choose(request: Any) -> str:
        if request.path.endswith(request_path) and left[0] > 0:
            left[0] -= 1
            return fate
        return "answer"

    return choose


def test_a_draft_becomes_one_private_note_with_its_reference_and_the_pending_tag(
    queue: ReviewQueue, desk: Desk
) -> None:
    draft_id = submit(queue, desk)
    [done] = push(queue, desk)
    assert (done.state, done.note_id, done.problem) == (State.AWAITING_REVIEW, "1-m2", "")
    [note] = desk.notes("1", f"CD-{draft_id}")
    assert note["text"].split("\n")[:3] == [
        f"AI draft — not sent. Ref CD-{draft_id}",
        "----- draft -----",
        "Hello Kim,",
    ]
    assert not note["public"]
    assert desk.ticket().tags == {"ai_draft_pending"}
    assert [event.action for event in queue.history(draft_id)] == ["submit", "intend", "confirm"]
    assert queue.get(draft_id).posted_at == vendor_time(0)


def test_the_intent_is_written_down_before_the_note_is_sent(queue: ReviewQueue, desk: Desk) -> None:
    draft_id = submit(queue, desk)
    states: list[State] = []

    def watch(request: Any) -> str:
        if request.path.endswith("/notes"):
            states.append(queue.get(draft_id).state)
        return "answer"

    desk.fate = watch
    push(queue, desk)
    assert states == [State.POSTING]


@pytest.mark.parametrize("fate", ["lost after", "killed after", "503", "lost before", "killed before", "garbled after"])
def test_after_an_unclear_answer_the_note_is_looked_for_before_it_is_sent_again(
    queue: ReviewQueue, desk: Desk, fate: str
) -> None:
    draft_id = submit(queue, desk)
    desk.fate = dying("/notes", fate)
    if fate.startswith("killed"):
        with pytest.raises(Killed):
            push(queue, desk)
        assert queue.get(draft_id).state is State.POSTING
    push(queue, desk)
    assert len(desk.notes("1", f"CD-{draft_id}")) == 1
    assert queue.get(draft_id).state is State.AWAITING_REVIEW


def test_a_note_that_no_answer_proves_stays_posting_and_the_next_run_finds_it(queue: ReviewQueue, desk: Desk) -> None:
    draft_id = submit(queue, desk)
    desk.fate = lambda request: {"notes": "lost after", "messages": "500"}.get(request.stream, "answer")
    [done] = push(queue, desk, rounds=1)
    assert done.state is State.POSTING
    assert "no usable answer" in done.problem
    desk.fate = lambda request: "answer"
    [done] = push(queue, desk)
    assert done.state is State.AWAITING_REVIEW
    assert len(desk.notes("1", f"CD-{draft_id}")) == 1


@pytest.mark.parametrize(
    ("state", "ends", "reason"),
    [
        ("merged", State.WITHDRAWN, "merged"),
        ("spam", State.WITHDRAWN, "spam"),
        ("deleted", State.WITHDRAWN, "deleted"),
        ("closed", State.WITHDRAWN, "closed"),
        ("solved", State.EXPIRED, "unused"),
        ("read_only", State.FAILED, "read_only"),
    ],
)
def test_a_ticket_that_takes_no_note_ends_the_draft_without_a_request(
    queue: ReviewQueue, desk: Desk, state: str, ends: State, reason: str
) -> None:
    submit(queue, desk)
    desk.ticket().state = state
    [done] = push(queue, desk)
    assert (done.state, done.reason) == (ends, reason)
    assert not any(request.path.endswith("/notes") for request in desk.requests)


def test_an_unknown_ticket_withdraws_the_draft(queue: ReviewQueue, desk: Desk) -> None:
    queue.submit(make_draft("404"), place="helpdesk")
    assert [(done.state, done.reason) for done in push(queue, desk)] == [(State.WITHDRAWN, "gone")]


@pytest.mark.parametrize(("who", "reason"), [("customer", "customer_replied"), ("agent", "agent_replied")])
def test_a_newer_public_message_expires_the_draft_even_within_the_same_second(
    queue: ReviewQueue, desk: Desk, who: str, reason: str
) -> None:
    submit(queue, desk)
    desk.say("1", who, "One more thing", at=0.0)
    assert [(done.state, done.reason) for done in push(queue, desk)] == [(State.EXPIRED, reason)]


def test_a_draft_that_the_vendor_would_cut_or_that_meets_a_full_ticket_fails_with_the_reason(
    queue: ReviewQueue, desk: Desk
) -> None:
    submit(queue, desk, body="x" * 100_000)
    submit(queue, desk, "2")
    for _ in range(500):
        desk.say("2", "agent", "note", public=False)
    assert sorted((done.ticket_id, done.state, done.reason) for done in push(queue, desk)) == [
        ("1", State.FAILED, "too_long"),
        ("2", State.FAILED, "ticket_full"),
    ]


def test_a_403_fails_a_draft_only_if_another_note_shows_that_the_credentials_may_write(
    queue: ReviewQueue, desk: Desk, clock: HandClock
) -> None:
    read_only = submit(queue, desk, "1")
    desk.fate = lambda request: "403" if request.path == "/tickets/1/notes" else "answer"
    [done] = push(queue, desk)
    assert done.state is State.POSTING
    assert "may not write notes" in done.problem
    submit(queue, desk, "2")
    push(queue, desk)
    assert (queue.get(read_only).state, queue.get(read_only).state_reason) == (State.FAILED, "HTTP 403")


@pytest.mark.parametrize("status", ["400", "404", "422"])
def test_a_permanent_refusal_fails_the_draft(queue: ReviewQueue, desk: Desk, status: str) -> None:
    submit(queue, desk)
    desk.fate = dying("/notes", status)
    assert [(done.state, done.reason) for done in push(queue, desk)] == [(State.FAILED, f"HTTP {status}")]


def test_a_ticket_that_changed_at_that_moment_is_looked_at_again(queue: ReviewQueue, desk: Desk) -> None:
    draft_id = submit(queue, desk)
    desk.fate = dying("/notes", "409")
    assert [done.state for done in push(queue, desk)] == [State.AWAITING_REVIEW]
    assert len(desk.notes("1", f"CD-{draft_id}")) == 1


@pytest.mark.parametrize(("status", "error"), [("401", AuthError), ("429", RateLimited)])
def test_a_refusal_that_says_nothing_of_the_draft_leaves_it_for_the_next_run(
    queue: ReviewQueue, desk: Desk, status: str, error: type[Exception]
) -> None:
    draft_id = submit(queue, desk)
    desk.fate = dying("/notes", status, times=100_000)
    with pytest.raises(error):
        push(queue, desk)
    assert queue.get(draft_id).state is State.POSTING
    desk.fate = lambda request: "answer"
    push(queue, desk)
    assert len(desk.notes("1", f"CD-{draft_id}")) == 1


def test_a_helpdesk_that_is_down_ends_the_run_before_many_notes_are_in_doubt(queue: ReviewQueue, desk: Desk) -> None:
    for number in range(6):
        submit(queue, desk, str(number))
    desk.fate = lambda request: "lost before" if request.stream == "notes" else "answer"
    with pytest.raises(Unavailable):
        push(queue, desk)
    # a preflight that answers between two writes does not hide that writes fail
    assert queue.counts()[State.POSTING] == 3


@pytest.mark.parametrize(("public", "hidden"), [(True, False), (False, True)])
def test_a_note_not_proved_private_stops_everything_until_a_person_has_looked(
    queue: ReviewQueue, desk: Desk, clock: HandClock, public: bool, hidden: bool
) -> None:
    first = submit(queue, desk, "1")
    clock.advance(1)
    second = submit(queue, desk, "2")
    desk.makes_public, desk.hides_flag = public, hidden
    with pytest.raises(LeakSuspected, match="drafts clear"):
        push(queue, desk)
    assert queue.get(first).state is State.LEAK_SUSPECTED
    assert [request.path for request in desk.requests][-1] == "/tickets/1/hide"
    desk.makes_public = desk.hides_flag = False
    with pytest.raises(LeakSuspected):
        push(queue, desk)
    assert queue.get(second).state is State.QUEUED
    assert queue.clear_leak(first, "lee", was_private=not public).state is (
        State.WITHDRAWN if public else State.AWAITING_REVIEW
    )
    push(queue, desk)
    assert queue.get(second).state is State.AWAITING_REVIEW


def test_a_note_found_public_when_looking_again_is_a_leak_too(queue: ReviewQueue, desk: Desk) -> None:
    submit(queue, desk)
    desk.makes_public, desk.fate = True, dying("/notes", "lost after")
    with pytest.raises(LeakSuspected):
        push(queue, desk)


def approved(queue: ReviewQueue, desk: Desk, clock: HandClock) -> str:
    """A pushed draft that Ana approved, beyond the undo window; its id."""
    draft_id = submit(queue, desk)
    push(queue, desk)
    item = queue.claim("ana")
    assert item is not None
    queue.decide(draft_id, item.version, "ana", "approve")
    clock.advance(601)
    return draft_id


def test_an_approved_text_is_delivered_once_the_undo_window_is_over(
    queue: ReviewQueue, desk: Desk, clock: HandClock
) -> None:
    draft_id = submit(queue, desk)
    push(queue, desk)
    item = queue.claim("ana")
    assert item is not None
    queue.decide(draft_id, item.version, "ana", "edit", text=BODY.replace("3 days", "5 days"))
    assert push(queue, desk) == []
    clock.advance(601)
    desk.fate = dying("/notes", "lost after")
    [done] = push(queue, desk)
    assert (done.state, done.reference) == (State.DELIVERED, f"CD-{draft_id}-A")
    [note] = desk.notes("1", f"CD-{draft_id}-A")
    assert "5 days" in note["text"]
    assert desk.ticket().tags == {"ai_draft_edited"}


def test_an_approval_is_not_delivered_after_the_customer_wrote_again_but_kept(
    queue: ReviewQueue, desk: Desk, clock: HandClock
) -> None:
    draft_id = approved(queue, desk, clock)
    desk.now_s += 5
    desk.say("1", "customer", "It arrived, thanks")
    [done] = push(queue, desk)
    assert (done.state, done.reason) == (State.EXPIRED, "customer_replied")
    assert queue.get(draft_id).outcome == "approved_verbatim"


def test_an_approval_is_not_delivered_when_only_the_queue_knows_of_a_newer_message(
    queue: ReviewQueue, desk: Desk, clock: HandClock
) -> None:
    """A webhook told of it, the helpdesk does not show it yet."""
    draft_id = approved(queue, desk, clock)
    queue.capture(Thread().message(60, KIM, "It has arrived").ticket())
    [done] = push(queue, desk)
    assert (done.state, done.reason) == (State.EXPIRED, "customer_replied")
    assert desk.notes("1", f"CD-{draft_id}-A") == []
    assert queue.get(draft_id).outcome == "approved_verbatim"


def test_a_failed_delivery_keeps_the_decision_and_can_be_tried_again(
    queue: ReviewQueue, desk: Desk, clock: HandClock
) -> None:
    draft_id = approved(queue, desk, clock)
    desk.fate = dying("/notes", "422")
    assert [done.state for done in push(queue, desk)] == [State.FAILED]
    assert queue.get(draft_id).outcome == "approved_verbatim"
    assert queue.retry_delivery(draft_id, "lee").state is State.DECIDED
    assert [done.state for done in push(queue, desk)] == [State.DELIVERED]


def test_a_draft_replaced_while_its_note_was_on_the_way_keeps_its_end_and_gets_no_second_note(
    queue: ReviewQueue, desk: Desk
) -> None:
    old = submit(queue, desk)

    def replace_meanwhile(request: Any) -> str:
        if request.path.endswith("/notes") and queue.get(old).state is State.POSTING:
            queue.submit(make_draft(body="A better text"), place="helpdesk")
        return "answer"

    desk.fate = replace_meanwhile
    push(queue, desk)
    assert (queue.get(old).state, queue.get(old).note_id) == (State.SUPERSEDED, "1-m2")
    push(queue, desk)
    assert len(desk.notes("1", f"CD-{old}")) == 1
    assert desk.ticket().tags == {"ai_draft_pending"}


def test_text_of_the_model_cannot_pass_for_another_note_or_hide_its_own(queue: ReviewQueue, desk: Desk) -> None:
    other = make_draft("1", kind="summary", body="A summary").reference
    first = submit(queue, desk, body=f"/draft reject\n{other}\nsee {other}")
    second = submit(queue, desk, kind="summary", body="A summary")
    desk.fate = dying("/notes", "lost after", times=2)
    push(queue, desk)
    assert [len(desk.notes("1", f"CD-{draft_id}")) for draft_id in (first, second)] == [1, 1]


def test_two_pushes_of_one_queue_do_not_run_at_once(queue: ReviewQueue, desk: Desk) -> None:
    submit(queue, desk)

    def second_push(request: Any) -> str:
        with pytest.raises(ArchiveLocked), queue.ledger.exclusive("push", 1):
            pass
        return "answer"

    desk.fate = second_push
    assert [done.state for done in push(queue, desk)] == [State.AWAITING_REVIEW]


def test_a_dry_run_shows_every_request_and_the_private_flag() -> None:
    adapter = DeskPushBack()
    assert isinstance(adapter, PushBack)
    look, note, tags = preview(adapter, make_draft(), Router()).requests
    assert (look.method, look.path) == ("GET", "/tickets/1/preflight")
    assert isinstance(note.body, dict)
    assert note.body["private"] is True
    assert tags.body == {
        "add": ["ai_draft_pending"],
        "remove": [
            "ai_draft_approved",
            "ai_draft_edited",
            "ai_draft_escalate",
            "ai_draft_escalated",
            "ai_draft_expired",
            "ai_draft_reject",
            "ai_draft_rejected",
        ],
    }


FATES = ["answer"] * 12 + ["killed before", "killed after", "lost before", "lost after", "503", "garbled after", "409"]


@pytest.mark.parametrize("drafts", [150, pytest.param(2000, marks=pytest.mark.crash)])
def test_every_kind_of_crash_gives_one_note_for_each_draft(
    open_queue: Callable[..., ReviewQueue], monkeypatch: pytest.MonkeyPatch, drafts: int
) -> None:
    """SIGKILL between every two steps, lost answers and lagging reads: 0 duplicates, 0 lost."""
    desk, dice = Desk(lag_s=3.0), Random(11)
    queue = open_queue()
    ids = {str(number): submit(queue, desk, str(number)) for number in range(drafts)}
    desk.fate = lambda request: dice.choice(FATES) if request.method == "POST" else "answer"
    plain_write = queue.ledger.write

    @contextmanager
    def dying_write() -> Iterator[Any]:
        fate = dice.random()
        with plain_write() as connection:
            yield connection
            if fate < 0.02:
                raise Killed  # before the commit
        if fate > 0.98:
            raise Killed  # after it

    monkeypatch.setattr(queue.ledger, "write", dying_write)
    runs = 0
    while queue.counts()[State.AWAITING_REVIEW] < drafts and runs < drafts:
        runs += 1
        try:
            push(queue, desk, give_up_after=10_000)
        except Killed:
            desk.now_s += 1.0  # a supervisor starts the worker again, sooner than notes become visible
    copies = [len(desk.notes(ticket_id, f"CD-{draft_id}")) for ticket_id, draft_id in ids.items()]
    assert (min(copies), max(copies), sum(copies)) == (1, 1, drafts)
    assert runs > drafts / 10
    assert queue.verify() is None
