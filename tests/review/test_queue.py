"""The queue as its callers see it: one draft, one person, one decision."""

from __future__ import annotations

import asyncio
import os
import stat
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from sqlalchemy import delete, update

import clonedesk_connectors as cd
from clonedesk_connectors.errors import ConfigError, DraftStale, SchemaTooNew, StoreError
from clonedesk_connectors.protocol.pushback import BasedOn, ModelInfo, Segment
from clonedesk_connectors.review.listing import Query
from clonedesk_connectors.review.queue import ReviewQueue
from clonedesk_connectors.review.router import Router, Rule
from clonedesk_connectors.review.settings import ReviewSettings
from clonedesk_connectors.review.states import State
from clonedesk_connectors.review.values import Item, ReviewConflict
from clonedesk_connectors.store import tables
from clonedesk_connectors.store.review_tables import event
from tests.review.build import BODY, T0, V0, HandClock, make_draft, vendor_time

Open = Callable[..., ReviewQueue]


def claim(queue: ReviewQueue, reviewer: str = "ana", **options: Any) -> Item:
    item = queue.claim(reviewer, **options)
    assert item is not None
    return item


def settings(**changes: Any) -> ReviewSettings:
    return ReviewSettings(**{"double_review_rate": 0.0, **changes})


# -- drafts in ---------------------------------------------------------------------


def test_the_draft_id_is_a_function_of_account_ticket_message_model_and_normalised_text() -> None:
    draft = make_draft()
    assert (draft.draft_id, draft.reference) == ("JG6HT6AJG6YL", "CD-JG6HT6AJG6YL")
    assert make_draft(body=BODY.replace("\n\n", "\n") + "  ", confidence=0.1).draft_id == draft.draft_id
    others = [
        make_draft("2"),
        make_draft(account="other"),
        make_draft(body=BODY + "!"),
        make_draft(based_on=BasedOn(message_id="1-m9", at=V0)),
        make_draft(model=ModelInfo(name="draftwriter", version="8")),
    ]
    assert len({draft.draft_id, *(other.draft_id for other in others)}) == 6


def test_the_same_draft_twice_is_one_draft(queue: ReviewQueue) -> None:
    first, second = queue.submit(make_draft()), queue.submit(make_draft())
    assert (first.is_new, second.is_new) == (True, False)
    assert second.draft_id == first.draft_id
    assert len(queue.history(first.draft_id)) == 2


def test_a_draft_for_the_helpdesk_waits_for_the_worker_and_is_not_handed_out(queue: ReviewQueue) -> None:
    assert queue.submit(make_draft(), place="helpdesk").state is State.QUEUED
    assert queue.claim("ana") is None


def test_the_same_text_under_another_kind_is_refused(queue: ReviewQueue) -> None:
    queue.submit(make_draft())
    with pytest.raises(ConfigError, match="another kind or vendor"):
        queue.submit(make_draft(kind="summary"))


def test_a_newer_draft_replaces_the_open_one_and_an_older_one_does_not(queue: ReviewQueue) -> None:
    first = queue.submit(make_draft())
    newer = queue.submit(make_draft(body="Newer", based_on=BasedOn(message_id="1-m3", at=vendor_time(30))))
    late = queue.submit(make_draft(body="Late"))
    assert queue.get(first.draft_id).state is State.SUPERSEDED
    assert queue.get(first.draft_id).state_reason == newer.draft_id
    assert (late.state, late.reason) == (State.SUPERSEDED, newer.draft_id)
    assert queue.get(newer.draft_id).state is State.AWAITING_REVIEW
    assert queue.submit(make_draft(kind="summary", body="Summary")).state is State.AWAITING_REVIEW


@pytest.mark.parametrize(
    "changes",
    [{"body": " \n"}, {"body": "a\0b"}, {"confidence": 1.2}, {"created_at": T0.replace(tzinfo=None)}, {"x": 1}],
)
def test_an_unusable_draft_is_refused_without_showing_its_text(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as caught:
        make_draft(**changes)
    assert BODY[:10] not in str(caught.value)


def test_thresholds_label_a_draft_and_only_the_band_and_a_sample_are_reviewed(open_queue: Open) -> None:
    rules = (Rule(0.4, 0.8), Rule(0.2, 0.6, type="billing"), Rule(0.9, 0.95, type="billing", tier="gold"))
    queue = open_queue(router=Router(rules, audit_sample=0.0))

    def label(confidence: float | None, **segment: str) -> tuple[str, str | None, bool]:
        sent = queue.submit(
            make_draft(confidence=confidence, body=f"{confidence} {segment}", segment=Segment(**segment))
        )
        return sent.label, sent.state and sent.state.value, sent.audited

    waits = "awaiting_review"
    assert label(0.5) == ("review", waits, False)
    assert label(0.85) == ("auto_ok", None, False)
    assert label(0.1) == ("escalate", None, False)
    assert label(0.7, type="billing") == ("auto_ok", None, False)
    assert label(0.7, type="billing", tier="gold") == ("escalate", None, False)
    assert label(None) == ("review", waits, False)
    everything = open_queue(router=Router(rules, audit_sample=1.0))
    sampled = everything.submit(make_draft("9", confidence=0.99, segment=Segment()))
    assert (sampled.label, sampled.audited, sampled.state) == ("auto_ok", True, State.AWAITING_REVIEW)
    assert "0.40–0.80" in sampled.route_reason
    with pytest.raises(ConfigError):
        Rule(0.8, 0.4)


def test_the_audit_sample_is_a_fixed_draw_of_about_the_share_asked_for(open_queue: Open) -> None:
    queue = open_queue(router=Router((Rule(0.4, 0.8),), audit_sample=0.2))
    drafts = [make_draft(str(number), confidence=0.9, segment=Segment()) for number in range(200)]
    first = [queue.submit(draft).audited for draft in drafts]
    assert first == [queue.submit(draft).audited for draft in drafts]
    assert 20 <= sum(first) <= 60


# -- claims ---------------------------------------------------------------------


def test_drafts_are_handed_out_by_due_time_tier_uncertainty_age_and_id(open_queue: Open, clock: HandClock) -> None:
    queue = open_queue(settings=settings(tiers=("gold", "silver")), router=Router((Rule(0.0, 1.0),)))
    plain = Segment(tier="silver")
    order = [
        ("due", {"due_at": T0 + timedelta(hours=1), "segment": Segment(), "confidence": 0.99}),
        ("gold", {"segment": Segment(tier="gold"), "confidence": 0.99}),
        ("unsure", {"segment": plain, "confidence": 0.5}),
        ("old", {"segment": plain, "confidence": 0.9}),
        ("young", {"segment": plain, "confidence": 0.9}),
        ("unknown tier", {"segment": Segment(tier="tin"), "confidence": 0.5}),
    ]
    late = {"young"}
    for is_late in (False, True):
        clock.advance(60)
        for name, changes in reversed(order):
            if (name in late) is is_late:
                queue.submit(make_draft(name, **changes))
    wanted = [name for name, _ in order]
    waiting = Query(states=(State.AWAITING_REVIEW,))
    assert [item.draft.ticket_id for item in queue.find(waiting)] == wanted
    assert [claim(queue).draft.ticket_id for _ in order] == wanted


def test_a_claim_lasts_until_it_is_decided_released_or_runs_out(queue: ReviewQueue, clock: HandClock) -> None:
    queue.submit(make_draft())
    item = claim(queue)
    assert (item.claimed_by, item.lease_until) == ("ana", T0 + timedelta(minutes=10))
    assert queue.claim("bo") is None
    clock.advance(599)
    renewed = queue.renew(item.draft_id, "ana")
    assert (renewed.version, renewed.lease_until) == (item.version, T0 + timedelta(seconds=1199))
    clock.advance(600)
    assert claim(queue, "bo").draft_id == item.draft_id
    with pytest.raises(ReviewConflict, match="being reviewed by bo"):
        queue.renew(item.draft_id, "ana")
    queue.release(item.draft_id, "bo")
    assert claim(queue, "ana", draft_id=item.draft_id).claimed_by == "ana"


def test_a_skipped_draft_is_hidden_from_that_person_only(queue: ReviewQueue) -> None:
    queue.submit(make_draft())
    item = claim(queue)
    queue.skip(item.draft_id, "ana")
    assert queue.claim("ana") is None
    assert claim(queue, "bo").draft_id == item.draft_id


def test_only_drafts_like_these_are_claimed(queue: ReviewQueue) -> None:
    queue.submit(make_draft("1"))
    queue.submit(make_draft("2", segment=Segment(type="shipping")))
    assert claim(queue, query=Query(segment_type="shipping")).draft.ticket_id == "2"


def test_a_reviewer_needs_a_name(queue: ReviewQueue) -> None:
    with pytest.raises(ConfigError):
        queue.claim(" ")


# -- decisions ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("decision", "options", "outcome"),
    [
        ("approve", {}, "approved_verbatim"),
        ("approve", {"text": BODY.replace("40.00", "45.00")}, "light_edit"),
        ("edit", {"text": BODY}, "approved_verbatim"),
        ("edit", {"text": "Something else entirely, written from nothing by a person."}, "replaced"),
        ("reject", {"reason": "unsafe", "remark": "names a drug"}, "rejected"),
        ("escalate", {}, "escalated"),
    ],
)
def test_a_decision_is_measured(queue: ReviewQueue, decision: str, options: dict[str, str], outcome: str) -> None:
    queue.submit(make_draft())
    item = claim(queue)
    done = queue.decide(item.draft_id, item.version, "ana", decision, **options)
    assert (done.state, done.outcome, done.source, done.decided_by) == (State.DECIDED, outcome, "explicit", "ana")
    assert (done.final_text is None) == (outcome in ("rejected", "escalated"))
    assert done.claimed_by is None


@pytest.mark.parametrize(
    ("decision", "options"),
    [
        ("reject", {}),
        ("reject", {"reason": "because"}),
        ("escalate", {"text": "text"}),
        ("edit", {"text": "  "}),
        ("shrug", {}),
    ],
)
def test_an_unusable_decision_changes_nothing(queue: ReviewQueue, decision: str, options: dict[str, str]) -> None:
    queue.submit(make_draft())
    item = claim(queue)
    with pytest.raises(ConfigError):
        queue.decide(item.draft_id, item.version, "ana", decision, **options)
    assert queue.get(item.draft_id) == item


def test_of_two_people_who_decide_one_draft_the_second_is_told_and_nothing_changes(
    queue: ReviewQueue, clock: HandClock
) -> None:
    queue.submit(make_draft())
    slow = claim(queue, "ana")
    clock.advance(601)
    fast = claim(queue, "bo")
    before = queue.history(fast.draft_id)
    with pytest.raises(ReviewConflict, match="being reviewed by bo") as caught:
        queue.decide(slow.draft_id, slow.version, "ana", "approve")
    assert (caught.value.state, caught.value.claimed_by, caught.value.exit_code) == (State.AWAITING_REVIEW, "bo", 5)
    assert queue.history(fast.draft_id) == before
    done = queue.decide(fast.draft_id, fast.version, "bo", "reject", reason="tone")
    with pytest.raises(ReviewConflict, match="decided"):
        queue.decide(slow.draft_id, slow.version, "ana", "approve")
    assert queue.get(fast.draft_id) == done


def test_a_decision_with_an_old_version_or_after_the_lease_is_refused(queue: ReviewQueue, clock: HandClock) -> None:
    queue.submit(make_draft())
    item = claim(queue)
    with pytest.raises(ReviewConflict, match="changed since it was shown"):
        queue.decide(item.draft_id, item.version - 1, "ana", "approve")
    clock.advance(600)
    with pytest.raises(ReviewConflict, match="lease has run out"):
        queue.decide(item.draft_id, item.version, "ana", "approve")
    with pytest.raises(ReviewConflict, match="no draft"):
        queue.decide("AAAAAAAAAAAA", 1, "ana", "approve")


def test_a_draft_out_of_time_is_not_handed_out_and_expires_when_decided_or_swept(
    queue: ReviewQueue, clock: HandClock
) -> None:
    queue.submit(make_draft("1", ttl_s=60))
    queue.submit(make_draft("2", ttl_s=60))
    item = claim(queue)
    clock.advance(60)
    assert queue.claim("bo") is None
    with pytest.raises(DraftStale, match="ttl"):
        queue.decide(item.draft_id, item.version, "ana", "approve")
    assert (queue.get(item.draft_id).state, queue.get(item.draft_id).state_reason) == (State.EXPIRED, "ttl")
    assert queue.sweep() == 1
    assert queue.counts()[State.EXPIRED] == 2


def test_the_time_spent_is_measured_from_the_claim_unless_it_is_given(queue: ReviewQueue, clock: HandClock) -> None:
    for ticket_id in ("1", "2"):
        queue.submit(make_draft(ticket_id))
    for seconds, wanted in ((None, 42.0), (7.5, 7.5)):
        item = claim(queue)
        clock.advance(42)
        assert queue.decide(item.draft_id, item.version, "ana", "approve", seconds=seconds).seconds == wanted


# -- undo ---------------------------------------------------------------------


def decided(queue: ReviewQueue, reviewer: str = "ana") -> Item:
    queue.submit(make_draft())
    item = claim(queue, reviewer)
    return queue.decide(item.draft_id, item.version, reviewer, "approve")


def test_a_decision_can_be_taken_back_and_stays_in_the_history(queue: ReviewQueue) -> None:
    item = decided(queue)
    back = queue.undo(item.draft_id, "ana")
    assert (back.state, back.outcome, back.final_text, back.claimed_by) == (State.AWAITING_REVIEW, None, None, "ana")
    queue.decide(item.draft_id, back.version, "ana", "reject", reason="tone")
    assert [(one.outcome, one.undone) for one in queue.opinions(item.draft_id)] == [
        ("approved_verbatim", True),
        ("rejected", False),
    ]
    assert [one.action for one in queue.history(item.draft_id)][-3:] == ["decide", "undo", "decide"]


def test_only_the_same_person_or_a_lead_takes_a_decision_back_and_only_in_time(
    queue: ReviewQueue, clock: HandClock
) -> None:
    item = decided(queue)
    with pytest.raises(ReviewConflict, match="ana decided it"):
        queue.undo(item.draft_id, "bo")
    back = queue.undo(item.draft_id, "lee", is_lead=True)
    queue.decide(item.draft_id, back.version, "lee", "approve")
    clock.advance(601)
    with pytest.raises(ReviewConflict, match="time for that is over"):
        queue.undo(item.draft_id, "lee")


def test_nothing_is_taken_back_once_it_is_exported_or_replaced(queue: ReviewQueue, clock: HandClock) -> None:
    item = decided(queue)
    queue.submit(make_draft(body="Newer"))
    with pytest.raises(ReviewConflict, match="newer draft"):
        queue.undo(item.draft_id, "ana")
    clock.advance(600)
    assert queue.write_signals() == (1, 0)
    with pytest.raises(ReviewConflict, match="over"):
        queue.undo(item.draft_id, "ana")
    with pytest.raises(ReviewConflict, match="it is awaiting_review"):
        queue.undo(queue.find(Query(states=(State.AWAITING_REVIEW,)))[0].draft_id, "ana")


# -- more than one review ---------------------------------------------------------------------


def two_reviews(open_queue: Open) -> ReviewQueue:
    queue = open_queue(router=Router((Rule(0.0, 1.0, reviews_required=2),)))
    queue.submit(make_draft())
    return queue


def review(queue: ReviewQueue, reviewer: str, decision: str, **options: Any) -> Item:
    item = claim(queue, reviewer)
    return queue.decide(item.draft_id, item.version, reviewer, decision, **options)


def test_two_people_review_blindly_and_agree(open_queue: Open) -> None:
    queue = two_reviews(open_queue)
    first = review(queue, "ana", "approve")
    assert (first.state, first.outcome) == (State.AWAITING_REVIEW, None)
    assert queue.claim("ana") is None
    assert review(queue, "bo", "approve").state is State.DECIDED


@pytest.mark.parametrize(
    ("first", "second", "agree"),
    [
        (BODY.replace("Monday", "Tuesday morning"), BODY.replace("Monday", "Tuesday  morning"), True),
        (BODY.replace("40.00", "41.00"), BODY.replace("40.00", "42.00"), False),
    ],
)
def test_two_edits_agree_only_if_they_say_the_same(open_queue: Open, first: str, second: str, agree: bool) -> None:
    queue = two_reviews(open_queue)
    review(queue, "ana", "edit", text=first)
    done = review(queue, "bo", "edit", text=second)
    assert done.state is (State.DECIDED if agree else State.NEEDS_ADJUDICATION)


def test_a_lead_settles_a_dispute_and_the_word_counts(open_queue: Open) -> None:
    queue = two_reviews(open_queue)
    review(queue, "ana", "approve")
    disputed = review(queue, "bo", "reject", reason="wrong_fact")
    assert disputed.state is State.NEEDS_ADJUDICATION
    assert queue.claim("cleo") is None
    with pytest.raises(ReviewConflict):
        queue.adjudicate(disputed.draft_id, disputed.version - 1, "lee", "approve")
    done = queue.adjudicate(disputed.draft_id, disputed.version, "lee", "reject", reason="wrong_fact")
    assert (done.state, done.outcome, done.authoritative, done.decided_by) == (State.DECIDED, "rejected", True, "lee")
    assert [one.is_lead for one in queue.opinions(done.draft_id)] == [False, False, True]


def test_a_share_of_drafts_is_reviewed_twice(open_queue: Open) -> None:
    queue = open_queue(settings=ReviewSettings(double_review_rate=1.0))
    queue.submit(make_draft())
    assert claim(queue).reviews_required == 2


# -- many at once ---------------------------------------------------------------------


def test_assigned_drafts_go_to_their_person_first_and_to_nobody_else(queue: ReviewQueue, clock: HandClock) -> None:
    ids = []
    for number in range(3):
        ids.append(queue.submit(make_draft(str(number))).draft_id)
        clock.advance(1)
    assert queue.assign_many([ids[2], ids[1], "AAAAAAAAAAAA"], "bo", "lea") == {
        ids[2]: "",
        ids[1]: "",
        "AAAAAAAAAAAA": "there is no draft 'AAAAAAAAAAAA' in this queue",
    }
    assert queue.assignees(ids) == {ids[1]: "bo", ids[2]: "bo"}

    def taken(reviewer: str, **asked: str) -> str | None:
        item = queue.claim(reviewer, **asked)  # type: ignore[arg-type]
        return item.draft_id if item else None

    assert [taken("bo"), taken("ana"), taken("ana")] == [ids[1], ids[0], None]
    assert taken("ana", draft_id=ids[2]) == ids[2]  # asked for by its id
    queue.release(ids[2], "ana")
    assert queue.assign_many([ids[1]], "ana", "lea") == {ids[1]: f"draft {ids[1]} is being reviewed by bo"}
    assert queue.assign_many([ids[2]], None, "lea") == {ids[2]: ""}
    assert taken("ana") == ids[2]
    said = [(event.actor, event.reason) for event in queue.history(ids[2]) if event.action == "assign"]
    assert said == [("lea", "bo"), ("lea", "nobody")]


def test_an_ended_draft_is_assigned_to_nobody(queue: ReviewQueue) -> None:
    draft_id = queue.submit(make_draft()).draft_id
    queue.expire_many([draft_id], "lea")
    assert "assign is not possible" in queue.assign_many([draft_id], "bo", "lea")[draft_id]
    assert queue.assignees([draft_id]) == {}


def test_a_queue_of_an_earlier_version_is_brought_up_to_date(queue: ReviewQueue, open_queue: Open) -> None:
    draft_id = queue.submit(make_draft()).draft_id
    with queue.ledger.write() as connection:
        for later in ("draft_assignment", "review_merge"):
            connection.exec_driver_sql(f"DROP TABLE {later}")
        older = update(tables.meta).where(tables.meta.c.key == "review_schema_version").values(value="1")
        connection.execute(older)
    again = open_queue()
    assert again.assign_many([draft_id], "bo", "lea") == {draft_id: ""}


def test_identical_drafts_are_approved_together_and_others_are_not(open_queue: Open) -> None:
    queue = open_queue(settings=settings(bulk_limit=3))
    same = [queue.submit(make_draft(str(n), body="Thanks, we are on it." + " " * n)).draft_id for n in range(3)]
    other = queue.submit(make_draft("9")).draft_id
    with pytest.raises(ConfigError, match="same text"):
        queue.approve_identical([same[0], other], "ana")
    with pytest.raises(ConfigError, match="at most 3"):
        queue.approve_identical([*same, other], "ana")
    assert queue.counts()[State.AWAITING_REVIEW] == 4
    held = claim(queue, "bo", draft_id=same[2])
    result = queue.approve_identical(same, "ana")
    assert [bool(why) for why in result.values()] == [False, False, True]
    assert "being reviewed by bo" in result[held.draft_id]
    assert queue.get(same[0]).bulk


def test_many_are_rejected_or_expired_at_once(queue: ReviewQueue) -> None:
    ids = [queue.submit(make_draft(str(n))).draft_id for n in range(4)]
    assert set(queue.reject_many(ids[:2], "ana", "tone").values()) == {""}
    assert set(queue.expire_many(ids[2:], "lee").values()) == {""}
    assert "expired" in queue.expire_many(ids[2:3], "lee")[ids[2]]
    assert {queue.get(draft_id).outcome for draft_id in ids} == {"rejected", None}


# -- reading ---------------------------------------------------------------------


def test_decided_drafts_are_found_by_text_person_and_outcome_newest_first(queue: ReviewQueue, clock: HandClock) -> None:
    for ticket_id, text in (("1", "The 50% voucher"), ("2", "The 500 voucher"), ("3", BODY)):
        clock.advance(1)
        queue.submit(make_draft(ticket_id, body=text))
        item = claim(queue)
        queue.decide(item.draft_id, item.version, "ana", "approve")
    found = queue.find(Query(states=(State.DECIDED,), text="50% VOUCHER"))
    assert [item.draft.ticket_id for item in found] == ["1"]
    everything = Query(decided_by="ana", outcome="approved_verbatim")
    assert [item.draft.ticket_id for item in queue.find(everything)] == ["3", "2", "1"]
    assert [item.draft.ticket_id for item in queue.find(everything, limit=1, offset=1)] == ["2"]
    assert queue.counts(everything)[State.DECIDED] == 3


def test_subscribers_get_every_line_once_and_can_go_on_later(queue: ReviewQueue) -> None:
    queue.submit(make_draft("1"))
    first = list(queue.subscribe())
    queue.submit(make_draft("2"))
    assert [one.action for one in queue.subscribe(after=first[-1].seq)] == ["submit", "offer"]


@pytest.mark.parametrize("attack", ["change", "remove"])
def test_an_altered_or_shortened_history_is_noticed(queue: ReviewQueue, attack: str) -> None:
    decided(queue)
    assert queue.verify() is None
    with queue.ledger.write() as connection:
        if attack == "change":
            connection.execute(update(event).where(event.c.seq == 3).values(actor="bo"))
        else:
            connection.execute(delete(event).where(event.c.seq == 3))
    assert queue.verify() == (3 if attack == "change" else 4)


def test_no_text_of_a_draft_is_in_the_history(queue: ReviewQueue) -> None:
    item = decided(queue)
    shown = " ".join(one.model_dump_json() for one in queue.history(item.draft_id))
    assert "refund" not in shown


def test_async_callers_use_the_same_queue(queue: ReviewQueue) -> None:
    async def work() -> list[str]:
        await queue.aio.submit(make_draft())
        item = await queue.aio.claim("ana")
        assert item is not None
        await queue.aio.decide(item.draft_id, item.version, "ana", "approve")
        pauses: list[float] = []

        async def pause(seconds: float) -> None:
            pauses.append(seconds)
            await queue.aio.submit(make_draft("2"))

        seen: list[str] = []
        async for one in queue.aio.subscribe(sleep=pause):
            seen.append(one.action)
            if len(seen) == 6:
                break
        assert pauses == [2.0]
        return seen

    assert asyncio.run(work()) == ["submit", "offer", "claim", "decide", "submit", "offer"]


# -- the database ---------------------------------------------------------------------


def test_the_queue_is_a_private_file_beside_the_archive_and_leaves_the_archive_alone(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'archive.sqlite'}"
    with cd.open_store(url, write=True), cd.ReviewQueue(url) as queue:
        queue.submit(make_draft())
    path = tmp_path / "archive.review.sqlite"
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
    with cd.ReviewQueue(url) as again:
        assert len(again.find()) == 1


def test_a_commit_of_the_queue_reaches_the_disk(tmp_path: Path) -> None:
    with ReviewQueue(f"sqlite:///{tmp_path / 'a.sqlite'}") as queue, queue.ledger.write() as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2  # FULL


def test_a_queue_of_a_later_version_is_refused(queue: ReviewQueue, open_queue: Open) -> None:
    with queue.ledger.write() as connection:
        newer = update(tables.meta).where(tables.meta.c.key == "review_schema_version").values(value="99")
        connection.execute(newer)
    with pytest.raises(SchemaTooNew):
        open_queue()


def test_a_database_failure_is_our_own_error_without_the_statement(queue: ReviewQueue) -> None:
    with queue.ledger.write() as connection:
        connection.exec_driver_sql("DROP TABLE draft_event")
    with pytest.raises(StoreError, match="OperationalError") as caught:
        queue.submit(make_draft())
    assert "INSERT" not in str(caught.value)
    assert queue.find() == []
