"""Seeded checks: decided drafts shown again, to see how reviewers decide."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from clonedesk_connectors.protocol.pushback import BasedOn
from clonedesk_connectors.review.queue import ReviewQueue
from clonedesk_connectors.review.settings import ReviewSettings
from clonedesk_connectors.review.states import State
from clonedesk_connectors.review.values import Item
from tests.review.build import HandClock, make_draft, vendor_time
from tests.review.test_capture import ANA, KIM, Thread

Open = Callable[..., ReviewQueue]


def decide(queue: ReviewQueue, reviewer: str, decision: str, draft_id: str | None = None) -> Item:
    item = queue.claim(reviewer, draft_id=draft_id)
    assert item is not None
    reason = "tone" if decision == "reject" else None
    return queue.decide(item.draft_id, item.version, reviewer, decision, reason=reason, seconds=30)


@pytest.fixture
def seeded(open_queue: Open, clock: HandClock, monkeypatch: pytest.MonkeyPatch) -> ReviewQueue:
    """Draft 1 was approved by ana and cannot be undone any more; each new draft brings a check."""
    queue = open_queue(settings=ReviewSettings(double_review_rate=0.0, seeded_check_rate=0.02))
    monkeypatch.setattr(queue._intake, "_draw", lambda purpose, draft_id: 0.0 if purpose == "check" else 1.0)
    queue.submit(make_draft())
    decide(queue, "ana", "approve")
    clock.advance(601)
    return queue


def checks_of(queue: ReviewQueue) -> list[Item]:
    return [item for item in queue.find() if item.is_check]


def test_a_decided_draft_is_shown_again_to_somebody_else_once(seeded: ReviewQueue) -> None:
    for number in ("2", "3"):
        seeded.submit(make_draft(number))
    [check] = checks_of(seeded)
    assert (check.state, check.draft.ticket_id, check.draft.body) == (State.AWAITING_REVIEW, "1", make_draft().body)
    assert check.draft.vendor == "acmedesk"  # looks like any other draft
    assert seeded.claim("ana", draft_id=check.draft_id) is None
    assert seeded.claim("bo", draft_id=check.draft_id) is not None


def test_a_check_counts_for_the_reviewer_and_nowhere_else(seeded: ReviewQueue, clock: HandClock) -> None:
    seeded.submit(make_draft("2"))
    [check] = checks_of(seeded)
    decide(seeded, "bo", "reject", check.draft_id)
    clock.advance(601)
    assert seeded.write_signals() == (1, 0)  # of draft 1
    lines = {line.name: (line.decisions, line.checks, line.checks_agreed) for line in seeded.stats()}
    assert lines == {"ana": (1, 0, None), "bo": (0, 1, 0.0)}
    assert [line.reviewed for line in seeded.calibrate()] == [1]
    assert seeded.verify() is None


def test_a_check_decided_as_the_first_time_agrees(seeded: ReviewQueue) -> None:
    seeded.submit(make_draft("2"))
    [check] = checks_of(seeded)
    decide(seeded, "bo", "approve", check.draft_id)
    assert [(line.checks, line.checks_agreed) for line in seeded.stats() if line.name == "bo"] == [(1, 1.0)]


def test_what_happens_to_the_ticket_does_not_touch_its_check(seeded: ReviewQueue) -> None:
    seeded.submit(make_draft("2"))
    [check] = checks_of(seeded)
    seeded.capture(Thread().message(60, ANA, "Something else").message(90, KIM, "Thanks").ticket())
    newer = BasedOn(message_id="1-m9", at=vendor_time(100))
    seeded.submit(make_draft("1", based_on=newer, body="A newer answer"))
    assert seeded.get(check.draft_id).state is State.AWAITING_REVIEW
    assert decide(seeded, "bo", "approve", check.draft_id).state is State.DECIDED


def test_no_check_without_a_final_decision_made_here(seeded: ReviewQueue, clock: HandClock) -> None:
    seeded.submit(make_draft("2"))  # takes draft 1
    decide(seeded, "ana", "approve", next(i.draft_id for i in seeded.find() if i.draft.ticket_id == "2"))
    seeded.submit(make_draft("3"))  # draft 2 can still be undone
    assert len(checks_of(seeded)) == 1


def test_checks_are_off_by_default(queue: ReviewQueue, clock: HandClock) -> None:
    queue.submit(make_draft())
    decide(queue, "ana", "approve")
    clock.advance(601)
    for number in range(2, 40):
        queue.submit(make_draft(str(number)))
    assert checks_of(queue) == []
