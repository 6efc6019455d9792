"""Training signals: one record for each finished decision, withdrawn by what is seen later."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import update

from clonedesk_connectors.review.queue import ReviewQueue
from clonedesk_connectors.review.router import Router, Rule
from clonedesk_connectors.store.review_tables import draft as table
from tests.review.build import BODY, HandClock, make_draft

Decide = Callable[..., str]


@pytest.fixture
def decide(queue: ReviewQueue) -> Decide:
    """Submits and decides a draft; returns its id."""

    def run(decision: str = "approve", *, ticket_id: str = "1", seconds: float = 30.0, **options: Any) -> str:
        draft_id = queue.submit(make_draft(ticket_id, requester_id="kim")).draft_id
        item = queue.claim("ana", draft_id=draft_id)
        assert item is not None
        queue.decide(draft_id, item.version, "ana", decision, seconds=seconds, **options)
        return draft_id

    return run


def records(queue: ReviewQueue, clock: HandClock) -> list[dict[str, Any]]:
    clock.advance(601)
    queue.write_signals()
    return list(queue.signals())


def see(queue: ReviewQueue, draft_id: str, **columns: Any) -> None:
    with queue.ledger.write() as connection:
        connection.execute(update(table).where(table.c.draft_id == draft_id).values(columns))


def test_a_record_carries_everything_later_formats_need(queue: ReviewQueue, clock: HandClock, decide: Decide) -> None:
    draft_id = decide("edit", text=BODY.replace("40.00", "45.00"))
    [record] = records(queue, clock)
    hashes = {name: record.pop(name) for name in list(record) if name.endswith("_hash") or name == "signal_id"}
    assert all(len(value) == 32 for value in hashes.values())
    assert len(set(hashes.values())) == 5
    similarity = record.pop("sim")
    assert 0.9 < similarity < 1
    assert record == {
        "schema_version": 1,
        "draft_id": draft_id,
        "based_on_message_id": "1-m1",
        "model": {"name": "draftwriter", "version": "7", "prompt_hash": "a1b2"},
        "source": "explicit",
        "outcome": "light_edit",
        "critical_change": True,
        "reason_code": None,
        "created_at": 1772442000000,
        "decided_at": 1772442000000,
        "seconds_spent": 30.0,
        "segment": {"type": "billing", "channel": "email", "tier": "gold", "language": "en"},
        "confidence": 0.7,
        "threshold_band": "all: 0.00–2.00, confidence 0.70",
        "audited": False,
        "bulk": False,
        "disagreed": False,
        "authoritative": False,
        "context_messages": [],
        "draft_text": BODY,
        "final_text": BODY.replace("40.00", "45.00"),
        "escalation": {"label": None, "reliability": None, "reasons": []},
        "observed": {"outcome": None, "sim": None},
        "later": {"reopened_24h": None, "csat": None, "second_human_reply": None},
        "withdrawn": None,
        "withdrawn_at": None,
        "weight": 1.0,
        "split": None,
        "redaction": None,
        "export_batch": None,
    }


def test_ids_of_people_and_tickets_are_hashed_with_a_salt_of_this_queue(
    queue: ReviewQueue, clock: HandClock, decide: Decide
) -> None:
    decide(ticket_id="1")
    decide("reject", ticket_id="2", reason="tone")
    one, two = records(queue, clock)
    assert one["customer_hash"] == two["customer_hash"]
    assert one["ticket_hash"] != two["ticket_hash"]
    shown = json.dumps([one, two])
    assert '"ana"' not in shown
    assert '"kim"' not in shown
    assert queue.ledger.salt not in shown


def test_a_decision_becomes_a_signal_once_and_only_when_it_cannot_be_undone(
    queue: ReviewQueue, clock: HandClock, decide: Decide
) -> None:
    decide()
    clock.advance(599)
    assert queue.write_signals() == (0, 0)
    clock.advance(1)
    assert queue.write_signals() == (1, 0)
    assert queue.write_signals() == (0, 0)
    assert len(list(queue.signals())) == 1


@pytest.mark.parametrize(("seen", "reason"), [({"reopened_24h": True}, "reopened_24h"), ({"csat": 2}, "low_csat")])
def test_an_approval_that_did_not_hold_is_withdrawn_and_listed(
    queue: ReviewQueue, clock: HandClock, decide: Decide, seen: dict[str, Any], reason: str
) -> None:
    draft_id = decide()
    assert records(queue, clock)[0]["weight"] == 1.0
    see(queue, draft_id, **seen)
    assert queue.write_signals() == (0, 1)
    assert queue.write_signals() == (0, 0)
    [record] = queue.signals()
    assert (record["weight"], record["withdrawn"]) == (0.0, reason)
    assert record["later"] | seen == record["later"]
    assert record["withdrawn_at"] == 1772442601000
    assert queue.get(draft_id).signal == "withdrawn"


def test_evidence_that_comes_before_the_record_withdraws_it_from_the_start(
    queue: ReviewQueue, clock: HandClock, decide: Decide
) -> None:
    see(queue, decide(), csat=1)
    [record] = records(queue, clock)
    assert (record["weight"], record["withdrawn"], record["withdrawn_at"]) == (0.0, "low_csat", None)


@pytest.mark.parametrize(("csat", "outcome"), [(3, "approved_verbatim"), (1, "rejected")])
def test_a_fair_rating_or_a_rejected_draft_withdraws_nothing(
    queue: ReviewQueue, clock: HandClock, decide: Decide, csat: int, outcome: str
) -> None:
    see(queue, decide(), csat=csat, outcome=outcome)
    records(queue, clock)
    assert queue.write_signals() == (0, 0)
    assert [record["withdrawn"] for record in queue.signals()] == [None]


@pytest.mark.parametrize(
    ("columns", "weight"),
    [
        ({}, 1.0),
        ({"outcome": "partial"}, 0.7),
        ({"outcome": "replaced"}, 0.7),
        ({"outcome": "uncertain"}, 0.0),
        ({"outcome": "edited"}, 1.0),
        ({"source": "inferred"}, 0.7),
        ({"source": "inferred", "outcome": "partial"}, 0.49),
        ({"bulk": True}, 0.5),
        ({"seconds": 2.9}, 0.5),
        ({"seconds": 2.9, "outcome": "rejected"}, 1.0),
        ({"observed_outcome": "replaced"}, 0.5),
        ({"observed_outcome": "approved_formatting"}, 1.0),
    ],
)
def test_doubt_lowers_the_weight(
    queue: ReviewQueue, clock: HandClock, decide: Decide, columns: dict[str, Any], weight: float
) -> None:
    draft_id = decide()
    if columns:
        see(queue, draft_id, **columns)
    assert [record["weight"] for record in records(queue, clock)] == [weight]


def test_a_settled_dispute_counts_in_full_and_says_so(open_queue: Callable[..., ReviewQueue], clock: HandClock) -> None:
    queue = open_queue(router=Router((Rule(0.0, 1.0, reviews_required=2),)))
    queue.submit(make_draft())
    for reviewer, decision, reason in (("ana", "approve", None), ("bo", "reject", "tone")):
        item = queue.claim(reviewer)
        assert item is not None
        item = queue.decide(item.draft_id, item.version, reviewer, decision, reason=reason)
    queue.adjudicate(item.draft_id, item.version, "lee", "escalate", reason="should_escalate")
    [record] = records(queue, clock)
    assert (record["disagreed"], record["authoritative"], record["weight"]) == (True, True, 1.0)
    assert record["escalation"] == {"label": "escalate", "reliability": "explicit", "reasons": []}


def test_drafts_that_nobody_decided_are_no_signals(queue: ReviewQueue, clock: HandClock) -> None:
    queue.submit(make_draft(ttl_s=1))
    queue.submit(make_draft("2"))
    clock.advance(2)
    queue.sweep()
    assert records(queue, clock) == []


# -- statistics ---------------------------------------------------------------------


def test_reviewers_are_counted_with_their_outcomes_speed_and_agreement(
    open_queue: Callable[..., ReviewQueue], clock: HandClock
) -> None:
    queue = open_queue(router=Router((Rule(0.0, 1.0, reviews_required=2),)))
    for ticket_id, second in (("1", "approve"), ("2", "approve"), ("3", "escalate")):
        queue.submit(make_draft(ticket_id))
        for reviewer, decision, seconds in (("ana", "approve", 2.0), ("bo", second, 40.0)):
            item = queue.claim(reviewer)
            assert item is not None
            queue.decide(item.draft_id, item.version, reviewer, decision, seconds=seconds)
    ana, bo = queue.stats()
    assert (ana.name, ana.decisions, ana.outcomes) == ("ana", 3, {"approved_verbatim": 3})
    assert (ana.median_seconds, ana.rubber_stamped) == (2.0, 1.0)
    assert (bo.outcomes, bo.median_seconds) == ({"approved_verbatim": 2, "escalated": 1}, 40.0)
    assert bo.rubber_stamped == 0.0
    assert ana.agreement == bo.agreement == pytest.approx(2 / 3)
    agreed = queue.agreement()
    assert (agreed.drafts, agreed.agreed) == (3, pytest.approx(2 / 3))
    assert agreed.kappa == pytest.approx(-0.2)  # 5 of 6 decisions approve: chance alone gives 26/36
    assert [line.name for line in queue.stats("model")] == ["7"]


def test_without_double_reviews_there_is_no_agreement(queue: ReviewQueue, decide: Decide) -> None:
    decide()
    assert queue.agreement().kappa is None
    [ana] = queue.stats()
    assert ana.agreement is None


def test_the_report_suggests_a_move_of_a_threshold_only_with_enough_evidence(
    open_queue: Callable[..., ReviewQueue],
) -> None:
    queue = open_queue(router=Router((Rule(0.2, 0.9, type="billing"),)))

    def review(number: int, confidence: float, decision: str, reason: str | None = None) -> None:
        queue.submit(make_draft(f"{confidence}-{number}", confidence=confidence))
        item = queue.claim("ana")
        assert item is not None
        queue.decide(item.draft_id, item.version, "ana", decision, reason=reason)

    for number in range(40):
        review(number, 0.85, "approve")
    for number in range(12):
        review(number, 0.25, "reject", "wrong_fact")
    review(0, 0.55, "approve")
    low, middle, high = queue.calibrate()
    assert (low.decile, low.reviewed, low.rejected, low.advice) == (2, 12, 12, "lo could go up to 0.3")
    assert (middle.reviewed, middle.advice) == (1, "")
    assert (high.decile, high.approved, high.advice) == (8, 40, "hi could go down to 0.8")
    assert high.low == pytest.approx(0.912, abs=0.001)
