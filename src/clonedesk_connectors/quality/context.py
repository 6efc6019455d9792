"""What one ticket cannot know: follow-ups, merges, repeat contacts, bulk edits, repeated bodies, unknown actors.

Tickets are added one by one; of each only a few hundred bytes stay. `finish` gives the `Context` that rules read.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from statistics import median
from typing import NamedTuple

from clonedesk_connectors.model import Event, Message, StatusChange
from clonedesk_connectors.quality.batches import BatchCounter, Batches
from clonedesk_connectors.quality.facts import Facts
from clonedesk_connectors.quality.labels import ESCALATED, RESOLVED_AI, Labels
from clonedesk_connectors.quality.people import PeopleBuilder, Repeat
from clonedesk_connectors.quality.reading import TextReader
from clonedesk_connectors.quality.settings import CheckSettings
from clonedesk_connectors.quality.walk import AI, CUSTOMER, SOLVED, TO_HUMAN

_JOINED = frozenset({"message", "csat", "feedback", "handoff", "ai_turn"})
"""Events of a merged ticket that join the ticket it went into; its status, group and tags were its own."""

_MOST_SAMPLES = 500
_BODY_CHARS = 2000


class FollowUp(NamedTuple):
    """A ticket of the customer's own that continues an earlier one; `at` is its creation (UTC)."""

    at: datetime
    key: str


class ActorPattern(NamedTuple):
    """How an actor of unknown kind behaves. median_reply_s: seconds from the customer's message to theirs.

    None: no sample. repeated: share of their texts that they sent more than once.
    """

    tickets: int
    median_reply_s: float | None
    repeated: float


class Duplicate(NamedTuple):
    """Two tickets with the same text, type and course of events that carry opposing labels."""

    escalated: str
    resolved: str


class Context(NamedTuple):
    """Everything known about other tickets, by ticket key. `tickets`: how many were seen.

    macros: how many tickets got a text as an instant human message, by `body_hash`. duplicates: by `course_hash`.
    worked: hashes of the keys of tickets that no customer opened and in which a person wrote. shared_mailboxes /
    shared_tickets: requesters (and their tickets) that are not one person.
    """

    tickets: int
    batches: Batches
    repeats: Mapping[str, Sequence[Repeat]]
    follow_ups: Mapping[str, Sequence[FollowUp]]
    joined: Mapping[str, Sequence[Event]]
    monitors: Mapping[str, int]
    macros: Mapping[int, int]
    unknown_actors: Mapping[str, ActorPattern]
    duplicates: Mapping[int, Duplicate]
    worked: frozenset[int]
    shared_mailboxes: int = 0
    shared_tickets: int = 0


EMPTY = Context(0, Batches({}), {}, {}, {}, {}, {}, {}, {}, frozenset())
"""A ticket seen alone."""


class ContextBuilder:
    """First pass: add every ticket once, in any order, then `finish`."""

    def __init__(self, settings: CheckSettings, reader: TextReader | None = None) -> None:
        self._settings = settings
        self._reader = reader
        self._tickets = 0
        self._batches = BatchCounter(settings.batch_size, settings.batch_span)
        self._people = PeopleBuilder(settings)
        self._follow_ups: dict[str, list[FollowUp]] = {}
        self._joined: dict[str, list[Event]] = {}
        self._merged: dict[str, str] = {}
        self._macros: dict[int, int] = {}
        self._actors: dict[str, _ActorSamples] = {}
        self._worked: set[int] = set()
        self._escalated: dict[int, str] = {}
        self._resolved: dict[int, str] = {}

    def add(self, facts: Facts, labels: Labels) -> None:
        """Take from one ticket what others need to know."""
        self._tickets += 1
        self._people.add(facts)
        self._add_links(facts)
        self._add_actions(facts, labels)
        if labels.current:
            self._add_text(facts, labels)
        if facts.human and not opened_by_customer(facts):
            self._worked.add(hash(facts.key))
        if facts.human_after:
            delay = macro_delay(facts)
            if delay is not None and delay < self._settings.macro_delay:
                body = body_hash(facts.human_after[0], self._reader)
                self._macros[body] = self._macros.get(body, 0) + 1
        if facts.unknown_after:
            self._add_unknown(facts)

    def _add_links(self, facts: Facts) -> None:
        ticket = facts.ticket
        if ticket.merged_into is not None:
            target = sibling(facts, ticket.merged_into)
            self._merged[facts.key] = target
            moved = [event for event in facts.events if event.kind in _JOINED]
            renamed = [event.model_copy(update={"id": f"{ticket.native_id}/{event.id}"}) for event in moved]
            self._joined.setdefault(target, []).extend(renamed)
        elif ticket.follow_up_of is not None and ticket.created_at is not None and opened_by_customer(facts):
            earlier = sibling(facts, ticket.follow_up_of)
            self._follow_ups.setdefault(earlier, []).append(FollowUp(ticket.created_at, facts.key))

    def _add_actions(self, facts: Facts, labels: Labels) -> None:
        for closure in facts.closures:
            if closure.event is not None and closure.by is not AI and closure.by is not CUSTOMER:
                self._batches.add(closure.event.actor.id, status_action(closure.event), closure.at)
        for change in labels.changes:
            if change.new is not None:
                self._batches.add(change.event.actor.id, "label", change.event.at)
        if facts.handovers and facts.closures:
            for move in facts.handovers:
                if move.at > facts.closures[-1].at and move.kind != "handoff":
                    self._batches.add(move.actor.id, "assignment", move.at)

    def _add_text(self, facts: Facts, labels: Labels) -> None:
        value = labels.value
        known = self._escalated if value is ESCALATED else self._resolved if value is RESOLVED_AI else None
        if known is not None and facts.excluded is None:
            place = course_hash(facts)
            if place:
                known.setdefault(place, facts.key)

    def _add_unknown(self, facts: Facts) -> None:
        for actor_id in {event.actor.id or "" for event in facts.unknown_after}:
            self._actors.setdefault(actor_id, _ActorSamples()).tickets += 1
        for event in facts.unknown_after:
            if event.kind == "message":  # lean events are of other classes
                before = max((m.at for m in facts.customer if m.at <= event.at), default=None)
                reply_s = None if before is None else (event.at - before).total_seconds()
                self._actors[event.actor.id or ""].add(reply_s, body_hash(event, self._reader))

    def finish(self) -> Context:
        """Put everything together. The builder must not be used afterwards."""
        people = self._people.finish()
        for repeats in people.repeats.values():
            repeats.sort(key=lambda repeat: repeat.gap)
        return Context(
            self._tickets,
            self._batches.finish(),
            people.repeats,
            self._follow_ups,
            self._join_chains(),
            people.monitors,
            self._macros,
            {actor: samples.pattern() for actor, samples in self._actors.items()},
            {
                place: Duplicate(key, self._resolved[place])
                for place, key in self._escalated.items()
                if place in self._resolved
            },
            frozenset(self._worked),
            people.shared_mailboxes,
            people.shared_tickets,
        )

    def _join_chains(self) -> dict[str, list[Event]]:
        """A ticket merged into one that was itself merged ends up in the last; a circle stays where it is."""
        found: dict[str, list[Event]] = {}
        for target, events in self._joined.items():
            seen = {target}
            while target in self._merged and self._merged[target] not in seen:
                target = self._merged[target]
                seen.add(target)
            found.setdefault(target, []).extend(events)
        return found


class _ActorSamples:
    """Bounded samples of one unknown actor."""

    __slots__ = ("bodies", "repeats", "replies", "tickets")

    def __init__(self) -> None:
        self.tickets = 0
        self.replies = array("d")
        self.bodies: set[int] = set()
        self.repeats = 0

    def add(self, reply_s: float | None, body: int) -> None:
        if reply_s is not None and len(self.replies) < _MOST_SAMPLES:
            self.replies.append(reply_s)
        if body in self.bodies:
            self.repeats += 1
        elif len(self.bodies) < _MOST_SAMPLES:
            self.bodies.add(body)

    def pattern(self) -> ActorPattern:
        texts = self.repeats + len(self.bodies)
        middle = median(self.replies) if self.replies else None
        return ActorPattern(self.tickets, middle, self.repeats / texts if texts else 0.0)


def status_action(event: StatusChange) -> str:
    """The name under which giving a closing status is counted in batches."""
    return "solved" if event.to_status is SOLVED else "closed"


def sibling(facts: Facts, native_id: str) -> str:
    """The key of another ticket of the same account."""
    return f"{facts.ticket.vendor}:{facts.ticket.account}:ticket:{native_id}"


def opened_by_customer(facts: Facts) -> bool:
    """Whether the first public message is the customer's."""
    if not facts.customer:
        return False
    first = facts.customer[0].at
    return all(message.at >= first for message in (*facts.human[:1], *facts.ai[:1]))


def body_hash(message: Message, reader: TextReader | None = None) -> int:
    """A number for a text's beginning, the same for texts that differ only in case and white space.

    With a reader, quotes and signatures do not count either.
    """
    body = message.body if reader is None else reader.text(message)
    return hash(" ".join(body[:_BODY_CHARS].lower().split()))


def macro_delay(facts: Facts) -> timedelta | None:
    """How long after the ticket was given to a person the only human message went out; None otherwise."""
    if len(facts.human_after) != 1 or facts.notes_after:
        return None
    message = facts.human_after[0]
    given = [move.at for move in facts.routing if move.to_kind is TO_HUMAN and move.at <= message.at]
    return message.at - given[-1] if given else None


def writes(facts: Facts) -> bool:
    """Whether the customer's first message has any text."""
    return bool(facts.customer and facts.customer[0].body)


def course_hash(facts: Facts) -> int:
    """A number for type, first text and course; equal for tickets that should carry the same label. 0: no text."""
    if not writes(facts):
        return 0
    rating = facts.rating if facts.ratings else None
    value = rating.satisfaction.value if rating is not None else None
    course = (
        facts.ai_touched,
        bool(facts.handovers),
        bool(facts.human_after),
        bool(facts.returns),
        None if value is None else value <= 2,
        "".join([closure.by for closure in facts.closures]),  # enum members are text, and text hashes fast
        "".join([facts.last_public.actor.kind]) if facts.last_public is not None else None,
    )
    return hash((facts.ticket.ticket_type, body_hash(facts.customer[0]), course))
