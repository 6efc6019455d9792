"""What people did in the helpdesk, read as decisions. All times here are the vendor's, years away from our clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy import update

from clonedesk_connectors.errors import DraftStale
from clonedesk_connectors.model import (
    Actor,
    ActorKind,
    Coverage,
    Csat,
    Event,
    Message,
    Person,
    Satisfaction,
    Scale,
    Status,
    StatusChange,
    TagChange,
    Ticket,
)
from clonedesk_connectors.protocol.pushback import Note, NotePurpose, Reading, TicketState
from clonedesk_connectors.review.gather import watched
from clonedesk_connectors.review.queue import ReviewQueue
from clonedesk_connectors.review.states import State
from clonedesk_connectors.store.review_tables import draft as table
from tests.review.build import BODY, HandClock, make_draft, vendor_time

ANA = Actor(kind=ActorKind.HUMAN_AGENT, id="ana")
BO = Actor(kind=ActorKind.HUMAN_AGENT, id="bo")
KIM = Actor(kind=ActorKind.CUSTOMER, id="kim")
RULE = Actor(kind=ActorKind.AUTOMATION, id="rule")
DAY = 86_400.0


@dataclass
class Thread:
    """A ticket under construction; every call adds an event at a vendor second."""

    ticket_id: str = "1"
    events: list[Event] = field(default_factory=list)
    status: Status = Status.OPEN
    changes: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.message(0, KIM, "Where is my refund?")

    def message(self, at: float, actor: Actor, text: str, *, public: bool = True, html: bool = False) -> Thread:
        event = Message(
            id=f"{self.ticket_id}-m{len(self.events) + 1}",
            at=vendor_time(at),
            actor=actor,
            native_kind="message",
            visibility="public" if public else "private",
            body=text,
            body_format="html" if html else "text",
        )
        self.events.append(event)
        return self

    def note(self, at: float, actor: Actor, text: str) -> Thread:
        return self.message(at, actor, text, public=False)

    def closes(self, at: float, actor: Actor = ANA) -> Thread:
        return self._status(at, actor, Status.SOLVED)

    def reopens(self, at: float, actor: Actor = KIM) -> Thread:
        return self._status(at, actor, Status.OPEN)

    def _status(self, at: float, actor: Actor, status: Status) -> Thread:
        self.status = status
        self.events.append(
            StatusChange(id=f"s{at}", at=vendor_time(at), actor=actor, native_kind="status", to_status=status)
        )
        return self

    def rates(self, at: float, value: int) -> Thread:
        satisfaction = Satisfaction(raw=str(value), scale=Scale.ONE_TO_FIVE, value=value)
        self.events.append(
            Csat(id=f"c{at}", at=vendor_time(at), actor=KIM, native_kind="csat", satisfaction=satisfaction)
        )
        return self

    def tags(self, at: float, actor: Actor, tag: str) -> Thread:
        self.changes["tags"] = (tag,)
        self.events.append(TagChange(id=f"t{at}", at=vendor_time(at), actor=actor, native_kind="tag", added=(tag,)))
        return self

    def ticket(self, **changes: Any) -> Ticket:
        values = {"vendor": "acmedesk", "account": "acme", "native_id": self.ticket_id, "status": self.status}
        values["requester"] = Person(id="kim")
        return Ticket(**{**values, **self.changes, "events": tuple(self.events), **changes})


Post = Callable[..., str]


@pytest.fixture
def post(queue: ReviewQueue) -> Post:
    """Puts a draft into the queue as if its note had been posted at a vendor second."""

    def put(at: float = 10, **changes: Any) -> str:
        draft_id = queue.submit(make_draft(**changes)).draft_id
        with queue.ledger.write() as connection:
            seen = {
                "note_id": "n1",
                "posted_vms": round(vendor_time(at).timestamp() * 1000),
                "tags_shown": "ai_draft_pending",
            }
            connection.execute(update(table).where(table.c.draft_id == draft_id).values(seen))
        return draft_id

    return put


@pytest.mark.parametrize(
    ("reply", "outcome", "critical"),
    [
        (BODY, "approved_verbatim", False),
        (BODY.replace("Hello Kim,", "Hi Kim!").replace("Ana", "Ana Diaz"), "approved_formatting", False),
        (BODY.replace("40.00", "45.00"), "light_edit", True),
        ("Sorry, we cannot help with that here, please ask the bank that issued your card instead.", "replaced", True),
    ],
)
def test_a_human_reply_after_the_note_decides_the_draft(
    queue: ReviewQueue, post: Post, reply: str, outcome: str, critical: bool
) -> None:
    draft_id = post()
    [item] = queue.capture(Thread().message(60, ANA, reply).ticket())
    assert (item.draft_id, item.state, item.outcome, item.critical_change) == (
        draft_id,
        State.DECIDED,
        outcome,
        critical,
    )
    assert (item.source, item.decided_by, item.final_text) == ("inferred", "ana", reply)
    assert item.replied_at == vendor_time(60)
    assert queue.history(draft_id)[-1].actor_kind == "agent"


def test_html_replies_are_compared_as_text(queue: ReviewQueue, post: Post) -> None:
    post()
    html = "<p>" + BODY.replace("\n\n", "</p><p>").replace("\n", "<br>") + "</p>"
    [item] = queue.capture(Thread().message(60, ANA, html, html=True).ticket())
    assert item.outcome == "approved_verbatim"


def test_taking_the_same_ticket_again_changes_nothing(queue: ReviewQueue, post: Post) -> None:
    draft_id = post()
    ticket = Thread().message(60, ANA, BODY).ticket()
    queue.capture(ticket)
    before = queue.history(draft_id)
    assert queue.capture(ticket) == []
    assert queue.history(draft_id) == before


@pytest.mark.parametrize(
    ("actor", "at", "reason"),
    [(KIM, 60, "customer_replied"), (RULE, 60, "other_reply"), (ANA, 5, "agent_replied"), (KIM, 0, "customer_replied")],
)
def test_any_other_newer_public_message_expires_the_draft(
    queue: ReviewQueue, post: Post, actor: Actor, at: float, reason: str
) -> None:
    post()
    [item] = queue.capture(Thread().message(at, actor, "Something public").ticket())
    assert (item.state, item.state_reason) == (State.EXPIRED, reason)


def test_a_private_note_expires_nothing(queue: ReviewQueue, post: Post) -> None:
    draft_id = post()
    assert queue.capture(Thread().note(60, ANA, "I look at this").ticket()) == []
    assert queue.get(draft_id).state is State.AWAITING_REVIEW


def test_an_answer_older_than_the_note_is_not_taken_for_a_decision(queue: ReviewQueue, post: Post) -> None:
    post(at=10)
    [item] = queue.capture(Thread().message(5, ANA, BODY).ticket())
    assert (item.state, item.outcome, item.observed_outcome) == (State.EXPIRED, "not_seen", "approved_verbatim")


def test_a_draft_nobody_could_see_in_the_helpdesk_expires_and_remembers_a_reply_like_it(queue: ReviewQueue) -> None:
    queue.submit(make_draft())
    [item] = queue.capture(Thread().message(60, ANA, BODY).ticket())
    assert (item.state, item.state_reason) == (State.EXPIRED, "agent_replied")
    assert (item.outcome, item.observed_outcome) == (None, "approved_verbatim")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [({"merged_into": "9"}, "merged"), ({"is_spam": True}, "spam"), ({"deleted": True}, "deleted")],
)
def test_a_ticket_that_is_gone_withdraws_the_draft(
    queue: ReviewQueue, post: Post, changes: dict[str, Any], reason: str
) -> None:
    post()
    [item] = queue.capture(Thread().message(60, ANA, BODY).ticket(**changes))
    assert (item.state, item.state_reason) == (State.WITHDRAWN, reason)


UNRELATED = "We have shipped your new router today, it arrives tomorrow before noon."


def test_a_reply_in_the_ticket_it_was_merged_into_is_what_became_of_a_draft(queue: ReviewQueue, post: Post) -> None:
    draft_id = post()
    [ended] = queue.capture(Thread().ticket(merged_into="2"))
    assert (ended.state, ended.state_reason, ended.observed_outcome) == (State.WITHDRAWN, "merged", None)
    [item] = queue.capture(Thread("2").message(60, ANA, UNRELATED).message(90, ANA, BODY).ticket())
    assert (item.draft_id, item.state, item.observed_outcome) == (draft_id, State.WITHDRAWN, "approved_verbatim")
    assert queue.capture(Thread("2").message(60, ANA, UNRELATED).message(90, ANA, BODY).ticket()) == []


def test_a_merge_is_followed_over_several_tickets_and_around_a_circle(queue: ReviewQueue, post: Post) -> None:
    post()
    queue.capture(Thread().ticket(merged_into="2"))
    queue.capture(Thread("2").ticket(merged_into="3"))
    queue.capture(Thread("3").ticket(merged_into="2"))
    assert watched(queue, "acmedesk", "acme").keys() == {"1", "3"}
    [item] = queue.capture(Thread("3").message(60, ANA, BODY).ticket())
    assert item.observed_outcome == "approved_verbatim"


def test_a_merged_ticket_is_not_followed_for_longer_than_late_replies_are(
    queue: ReviewQueue, post: Post, clock: HandClock
) -> None:
    post()
    queue.capture(Thread().ticket(merged_into="2"))
    clock.advance(7 * DAY + 1)
    assert watched(queue, "acmedesk", "acme") == {}
    assert queue.capture(Thread("2").message(8 * DAY, ANA, BODY).ticket()) == []


def test_an_approved_text_is_looked_for_in_the_ticket_of_the_merge_and_other_answers_there_say_nothing(
    queue: ReviewQueue,
) -> None:
    queue.submit(make_draft())
    item = queue.claim("ana@example.com")
    assert item is not None
    queue.decide(item.draft_id, item.version, "ana@example.com", "approve")
    queue.capture(Thread().ticket(merged_into="2"))
    assert queue.capture(Thread("2").message(60, BO, UNRELATED).ticket()) == []
    [sent] = queue.capture(Thread("2").message(60, BO, UNRELATED).message(90, ANA, BODY).ticket())
    assert (sent.outcome, sent.observed_outcome) == ("approved_verbatim", "approved_verbatim")


def test_a_draft_whose_capture_was_cut_short_is_neither_handed_out_nor_decided(
    queue: ReviewQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft_id = queue.submit(make_draft()).draft_id
    item = queue.claim("ana")
    assert item is not None
    with monkeypatch.context() as patch:
        patch.setattr(queue._capture, "_walk", lambda steps: 1 / 0)  # it dies between what it saw and what follows
        with pytest.raises(ZeroDivisionError):
            queue.capture(Thread().message(60, KIM, "It has arrived").ticket())
    with pytest.raises(DraftStale, match="customer_replied"):
        queue.decide(draft_id, item.version, "ana", "approve")
    assert queue.get(draft_id).state is State.EXPIRED
    assert queue.opinions(draft_id) == []


def test_a_ticket_solved_without_a_reply_leaves_the_draft_unused(queue: ReviewQueue, post: Post) -> None:
    post()
    [item] = queue.capture(Thread().closes(60).ticket())
    assert (item.state, item.state_reason) == (State.EXPIRED, "unused")


@pytest.mark.parametrize(
    ("text", "outcome", "reason", "remark"),
    [
        ("/draft reject wrong_fact the amount is off", "rejected", "wrong_fact", "the amount is off"),
        ("/draft reject sounds rude", "rejected", "other", "sounds rude"),
        ("/DRAFT Escalate", "escalated", None, None),
        ("/draft reject {reference} tone", "rejected", "tone", None),
    ],
)
def test_a_command_note_decides_explicitly_and_beats_a_reply(
    queue: ReviewQueue, post: Post, text: str, outcome: str, reason: str | None, remark: str | None
) -> None:
    draft_id = post()
    thread = Thread().note(50, BO, text.format(reference=f"CD-{draft_id}")).message(60, ANA, BODY)
    [item] = queue.capture(thread.ticket())
    assert (item.outcome, item.outcome_reason, item.source, item.decided_by) == (outcome, reason, "explicit", "bo")
    assert [opinion.remark for opinion in queue.opinions(draft_id)] == [remark]


@pytest.mark.parametrize(
    ("actor", "at", "text"),
    [
        (BO, 5, "/draft reject tone"),
        (RULE, 50, "/draft reject tone"),
        (BO, 50, "/draft reject CD-AAAAAAAAAAAA tone"),
        (BO, 50, "see /draft reject tone"),
    ],
)
def test_a_command_that_is_older_not_a_persons_or_about_another_draft_decides_nothing(
    queue: ReviewQueue, post: Post, actor: Actor, at: float, text: str
) -> None:
    post(at=10)
    assert queue.capture(Thread().note(at, actor, text).ticket()) == []


def test_a_command_tag_decides_if_it_was_set_after_the_note(queue: ReviewQueue, post: Post) -> None:
    post(at=10)
    assert queue.capture(Thread().tags(5, BO, "ai_draft_reject").ticket()) == []
    [item] = queue.capture(Thread().tags(50, BO, "ai_draft_escalate").ticket())
    assert (item.outcome, item.decided_by, item.source) == ("escalated", "bo", "explicit")


def test_a_live_reading_decides_like_a_ticket_and_trusts_a_tag_only_after_ours_were_set(
    queue: ReviewQueue, post: Post
) -> None:
    draft_id = post()
    reading = Reading(TicketState.OPEN, (), frozenset({"ai_draft_reject"}))
    with queue.ledger.write() as connection:
        connection.execute(update(table).values(tags_shown=""))
    assert queue.capture_reading("acmedesk", "acme", "1", reading) == []
    with queue.ledger.write() as connection:
        connection.execute(update(table).values(tags_shown=table.c.tags_due))
    [item] = queue.capture_reading("acmedesk", "acme", "1", reading)
    assert (item.draft_id, item.outcome) == (draft_id, "rejected")


def test_of_two_drafts_the_better_match_wins_and_the_other_is_superseded(queue: ReviewQueue, post: Post) -> None:
    reply, short = post(), post(kind="short", body="Your refund was sent on Monday.")
    changed = {item.draft_id: item for item in queue.capture(Thread().message(60, ANA, BODY).ticket())}
    assert changed[reply].outcome == "approved_verbatim"
    assert changed[short].state is State.SUPERSEDED


def test_a_deleted_note_withdraws_the_draft_only_when_the_history_is_complete(queue: ReviewQueue, post: Post) -> None:
    draft_id = post()
    shown = Note("1", f"CD-{draft_id}", NotePurpose.DRAFT, BODY).text()
    complete = Coverage(messages_expected=2, messages_got=2, events_complete=True)
    with_note = Thread().note(10, RULE, shown).note(50, ANA, "reading")
    without = Thread().note(50, ANA, "reading")
    assert queue.capture(with_note.ticket(coverage=complete)) == []
    assert queue.capture(without.ticket()) == []
    [item] = queue.capture(without.ticket(coverage=complete))
    assert (item.state, item.state_reason) == (State.WITHDRAWN, "note_gone")


@pytest.mark.parametrize(
    ("text", "state"),
    [
        (f"AI draft\n----- draft -----\n{BODY}\n", State.AWAITING_REVIEW),  # the reference was taken away
        (f"BY HELPDESK\n\n{BODY}", State.AWAITING_REVIEW),
        ("", State.WITHDRAWN),
        ("This message was removed", State.WITHDRAWN),
    ],
)
def test_a_note_that_the_helpdesk_rewrites_is_still_there_while_it_holds_the_draft(
    queue: ReviewQueue, post: Post, text: str, state: State
) -> None:
    draft_id = post()
    complete = Coverage(messages_expected=3, messages_got=3, events_complete=True)
    thread = Thread().note(10, RULE, text).note(50, ANA, "reading")
    thread.events[1] = thread.events[1].model_copy(update={"id": "n1"})
    queue.capture(thread.ticket(coverage=complete))
    assert queue.get(draft_id).state is state


def test_an_older_copy_of_the_ticket_does_not_make_a_stale_draft_fresh(queue: ReviewQueue) -> None:
    queue.capture(Thread().ticket())
    draft_id = queue.submit(make_draft()).draft_id
    queue.capture(Thread().message(60, KIM, "Hello?").ticket())
    queue.capture(Thread().ticket())
    assert queue.get(draft_id).state is State.EXPIRED
    again = queue.submit(make_draft(body="Another text"))
    assert (again.state, again.reason) == (State.EXPIRED, "customer_replied")


def test_what_was_sent_of_an_approved_text_is_added_to_the_decision(queue: ReviewQueue) -> None:
    draft_id = queue.submit(make_draft()).draft_id
    item = queue.claim("ana")
    assert item is not None
    queue.decide(draft_id, item.version, "ana", "approve")
    [seen] = queue.capture(Thread().message(60, ANA, BODY.replace("3 days", "9 days")).ticket())
    assert (seen.state, seen.outcome, seen.observed_outcome) == (State.DECIDED, "approved_verbatim", "light_edit")


def test_reopening_rating_and_a_second_reply_are_added_as_later_evidence(queue: ReviewQueue, post: Post) -> None:
    post()
    thread = Thread().message(60, ANA, BODY).closes(61)
    queue.capture(thread.ticket())
    thread.message(90, BO, "One correction").reopens(61 + DAY).rates(62 + DAY, 2)
    [item] = queue.capture(thread.ticket())
    assert (item.reopened_24h, item.csat, item.second_human_reply) == (True, 2, True)


@pytest.mark.parametrize(("after", "actor"), [(DAY + 1, KIM), (100, RULE)])
def test_a_reopening_after_a_day_or_by_a_rule_is_no_evidence(
    queue: ReviewQueue, post: Post, after: float, actor: Actor
) -> None:
    post()
    thread = Thread().message(60, ANA, BODY).closes(61).reopens(61 + after, actor)
    [item] = queue.capture(thread.ticket())
    assert item.reopened_24h is None


def test_a_ticket_without_drafts_is_not_remembered(queue: ReviewQueue) -> None:
    assert queue.capture(Thread("77").ticket()) == []


def test_the_context_comes_from_the_ticket_when_the_draft_brought_none(
    queue: ReviewQueue, post: Post, clock: HandClock
) -> None:
    post()
    queue.capture(Thread().message(60, ANA, BODY).ticket())
    clock.advance(601)
    queue.write_signals()
    [record] = queue.signals()
    assert [(one["author"], one["body"]) for one in record["context_messages"]] == [("customer", "Where is my refund?")]
    assert record["customer_hash"] is not None
