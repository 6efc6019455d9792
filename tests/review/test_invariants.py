"""The ten invariants of a review queue, for any order of what callers, reviewers, agents, customers and crashes do."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections import Counter
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from sqlalchemy import func, select

from clonedesk_connectors.errors import DraftStale, PushBackError
from clonedesk_connectors.protocol.pushback import BasedOn
from clonedesk_connectors.review.push import Pusher
from clonedesk_connectors.review.queue import ReviewQueue
from clonedesk_connectors.review.settings import ReviewSettings
from clonedesk_connectors.review.states import FINAL, OPEN, Action, State, is_allowed
from clonedesk_connectors.review.values import Item, ReviewConflict
from clonedesk_connectors.store.review_tables import draft as table
from clonedesk_connectors.store.review_tables import event
from tests.review.build import HandClock, make_draft, vendor_time
from tests.review.desk import Desk, DeskPushBack, Killed, session_of

TICKETS = st.sampled_from(["1", "2"])
PEOPLE = st.sampled_from(["ana", "bo"])
TEXTS = ["Your refund was sent on Monday and arrives soon.", "Please send us the order number, then we look."]
DECISIONS = st.sampled_from(["approve", "edit", "reject", "escalate"])
FATES = st.sampled_from(["answer", "killed before", "killed after", "lost before", "lost after", "409", "422"])
UNDO_S = 100


class Life(RuleBasedStateMachine):
    """Two tickets, two reviewers, one helpdesk. The desk's clock runs years ahead of ours."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.mkdtemp()
        self.clock, self.desk = HandClock(), Desk(lag_s=3.0)
        options = ReviewSettings(double_review_rate=0.3, undo_s=UNDO_S, lease_s=60)
        self.queue = ReviewQueue(f"sqlite:///{Path(self.folder) / 'a.sqlite'}", settings=options, now=self.clock)
        self.held: list[Item] = []
        self.decided: set[str] = set()
        self.texts = 0
        self.told: dict[str, dict[str, Any]] = {}  # ticket: the newest public message the queue has seen

    def teardown(self) -> None:
        self.queue.close()
        shutil.rmtree(self.folder)

    # -- what happens -------------------------------------------------------------------

    @rule(
        ticket=TICKETS,
        kind=st.sampled_from(["reply", "summary"]),
        place=st.sampled_from(["local", "helpdesk"]),
        pushes=st.lists(FATES, max_size=3),
    )
    def submit(self, ticket: str, kind: str, place: Any, pushes: list[str]) -> None:
        newest = [one for one in self.desk.ticket(ticket).messages if one["public"]][-1]
        based_on = BasedOn(message_id=newest["id"], at=vendor_time(newest["at"]))
        self.texts += 1
        body = f"{TEXTS[self.texts % 2]} ({kind} {self.texts})"
        self.queue.submit(make_draft(ticket, kind=kind, body=body, based_on=based_on, ttl_s=500), place=place)
        for fate in pushes:
            self.push(fate, 0)

    @rule(fate=FATES, at=st.integers(0, 3))
    def push_again(self, fate: str, at: int) -> None:
        self.push(fate, at)

    def push(self, fate: str, at: int) -> None:
        """A run of the worker in which the write number `at` meets this fate."""
        count = iter(range(1_000_000))
        self.desk.fate = lambda request: fate if request.method == "POST" and next(count) == at else "answer"
        with suppress(Killed, PushBackError):
            asyncio.run(Pusher(self.queue, session_of(self.desk), DeskPushBack(), sleep=self.desk.sleep).run())
        self.desk.now_s += 1

    @rule(person=PEOPLE)
    def claim_only(self, person: str) -> None:
        self.claim(person)

    def claim(self, person: str) -> None:
        item = self.queue.claim(person)
        if item is not None:
            self.held.append(item)

    @rule(person=PEOPLE, decision=DECISIONS, then=st.sampled_from(["nothing", "undo", "deliver"]), fate=FATES)
    def review(self, person: str, decision: str, then: str, fate: str) -> None:
        self.claim(person)
        if self.held:
            self.decide(-1, decision, steals=False)
            if then == "undo":
                self.undo(-1, person)
            elif then == "deliver":
                self.clock.advance(UNDO_S + 1)
                self.push(fate, 0)

    @precondition(lambda self: self.held)
    @rule(
        which=st.integers(0, 9),
        decision=DECISIONS,
        steals=st.booleans(),
    )
    def decide_late(self, which: int, decision: str, steals: bool) -> None:
        self.decide(which, decision, steals)

    def decide(self, which: int, decision: str, steals: bool) -> None:
        item = self.held[which % len(self.held)]
        person = {"ana": "bo", "bo": "ana"}[item.claimed_by or "ana"] if steals else item.claimed_by or "ana"
        options = {"edit": {"text": item.draft.body + " Kind regards, and more."}, "reject": {"reason": "tone"}}
        before = self.queue.get(item.draft_id)
        try:
            self.queue.decide(item.draft_id, item.version, person, decision, **options.get(decision, {}))
        except ReviewConflict:
            assert self.queue.get(item.draft_id) == before  # a conflict changes nothing
        except DraftStale:
            assert self.queue.get(item.draft_id).state is State.EXPIRED
        else:
            key = f"{item.draft_id} {item.version}"
            assert key not in self.decided  # (5) once per version
            self.decided.add(key)
            assert (before.version, before.claimed_by) == (item.version, person)
            assert self._is_fresh(item)  # (8)

    @precondition(lambda self: self.held)
    @rule(which=st.integers(0, 9), person=PEOPLE)
    def undo_late(self, which: int, person: str) -> None:
        self.undo(which, person)

    def undo(self, which: int, person: str) -> None:
        item = self.queue.get(self.held[which % len(self.held)].draft_id)
        try:
            back = self.queue.undo(item.draft_id, person)
        except ReviewConflict:
            return
        assert item.signal == "none"
        assert item.decided_by == person
        self.held.append(back)

    @precondition(lambda self: self.held)
    @rule(which=st.integers(0, 9), person=st.sampled_from(["ana", "bo", None]))
    def assign(self, which: int, person: str | None) -> None:
        self.queue.assign_many([self.held[which % len(self.held)].draft_id], person, "lea")

    @precondition(lambda self: self.held)
    @rule(which=st.integers(0, 9), person=PEOPLE)
    def reveal(self, which: int, person: str) -> None:
        self.queue.reveal(self.held[which % len(self.held)].draft_id, person)

    @rule(ticket=TICKETS, who=st.sampled_from(["customer", "agent"]), copies=st.booleans())
    def write(self, ticket: str, who: str, copies: bool) -> None:
        self.say(ticket, who, copies)

    def say(self, ticket: str, who: str, copies: bool) -> None:
        texts = [item.draft.body for item in self.queue.find() if item.draft.ticket_id == ticket]
        self.desk.now_s += 1
        self.desk.say(ticket, who, texts[0] if copies and texts else "Something new", public=True)

    @rule(ticket=TICKETS, copies=st.booleans(), state=st.sampled_from(["open", "solved"]))
    def answer(self, ticket: str, copies: bool, state: str) -> None:
        """A person answers in the helpdesk, and the queue hears of it."""
        self.say(ticket, "agent", copies)
        self.capture(ticket, state)

    @rule(ticket=TICKETS, private=st.sampled_from(["/draft reject tone", "/draft escalate", "an ordinary note"]))
    def annotate(self, ticket: str, private: str) -> None:
        self.desk.say(ticket, "agent", private, public=False)

    @rule(ticket=TICKETS, state=st.sampled_from(["open", "open", "open", "solved", "merged", "spam"]))
    def look(self, ticket: str, state: str) -> None:
        self.capture(ticket, state)

    def capture(self, ticket: str, state: str) -> None:
        stored = self.desk.ticket(ticket)
        stored.state = state
        adapter = DeskPushBack()
        request = adapter.read_back(ticket, vendor_time(0))
        reading = adapter.reading(request, self.desk._answer(request))
        if state == "merged":
            reading = replace(reading, merged_into={"1": "2", "2": "1"}[ticket])
        self.queue.capture_reading("acmedesk", "acme", ticket, reading)
        assert self.queue.capture_reading("acmedesk", "acme", ticket, reading) == []
        if any(item.draft.ticket_id == ticket for item in self.queue.find(limit=10_000)):  # else nothing is kept
            self.told[ticket] = [one for one in stored.messages if one["public"]][-1]
        stored.state = "open"

    @rule(seconds=st.sampled_from([1, 1, 61, 101, 501]))
    def wait(self, seconds: int) -> None:
        self.clock.advance(seconds)

    @rule()
    def export(self) -> None:
        self.queue.sweep()
        self.queue.write_signals()

    # -- what must hold -----------------------------------------------------------------

    @invariant()
    def every_step_is_in_the_history_and_allowed(self) -> None:  # (1) and (7)
        with self.queue.ledger.read() as connection:
            rows = connection.execute(select(table.c.draft_id, table.c.state, table.c.version)).all()
            lines = connection.execute(select(event).order_by(event.c.seq)).all()
        assert self.queue.verify() is None
        at: dict[str, Any] = {}
        for line in lines:
            source = State(line.from_state) if line.from_state else None
            assert is_allowed(Action(line.action), source, State(line.to_state))
            is_look = line.action == Action.REVEAL  # changes nothing, not even the version
            assert at.get(line.draft_id, (None, 0)) == (line.from_state, line.version - (not is_look))
            if source in FINAL:
                assert line.to_state == line.from_state or line.action == Action.RETRY
            at[line.draft_id] = (line.to_state, line.version)
        assert {row.draft_id: (row.state, row.version) for row in rows} == at

    @invariant()
    def a_ticket_has_one_open_draft_of_a_kind(self) -> None:  # (2)
        with self.queue.ledger.read() as connection:
            counted = select(func.count()).where(table.c.state.in_(OPEN)).group_by(table.c.ticket_id, table.c.kind)
            assert all(number == 1 for number in connection.scalars(counted))

    @invariant()
    def a_draft_has_one_note_and_it_is_private(self) -> None:  # (3) and (4)
        for ticket in self.desk.tickets.values():
            notes = [one for one in ticket.messages if one["who"] == "api"]
            assert all(not one["public"] for one in notes)
            assert all(number == 1 for number in Counter(one["text"].split("\n")[0] for one in notes).values())

    @invariant()
    def a_decided_draft_stays_listed_and_keeps_its_decision(self) -> None:  # (6)
        listed = {item.draft_id: item for item in self.queue.find(limit=10_000)}
        for item in self.held:
            assert item.draft_id in listed
        for item in listed.values():
            if item.state in (State.DECIDED, State.DELIVERING, State.DELIVERED):
                assert item.outcome
                assert item.source
                assert item.decided_by

    @invariant()
    def only_what_cannot_be_undone_is_exported(self) -> None:  # (9)
        written = {record["draft_id"] for record in self.queue.signals()}
        for draft_id in written:
            item = self.queue.get(draft_id)
            assert item.signal != "none"
            assert item.decided_at is not None
            assert (self.clock.now - item.decided_at).total_seconds() >= UNDO_S

    @invariant()
    def the_two_clocks_never_meet(self) -> None:  # (10): the desk's clock runs five years ahead
        for item in self.queue.find(limit=10_000):
            for ours in (item.submitted_at, item.expires_at, item.lease_until, item.decided_at):
                assert ours is None or ours.year == 2026
            for theirs in (item.posted_at, item.replied_at):
                assert theirs is None or theirs.year == 2031

    def _is_fresh(self, item: Item) -> bool:
        """As far as the queue has been told."""
        newest, based_on = self.told.get(item.draft.ticket_id), item.draft.based_on
        return newest is None or newest["id"] == based_on.message_id or vendor_time(newest["at"]) < based_on.at


Life.TestCase.settings = settings(
    max_examples=25,
    stateful_step_count=30,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
TestTheTenInvariants = Life.TestCase
