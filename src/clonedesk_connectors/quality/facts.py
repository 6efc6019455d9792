"""What happened to one ticket, derived once from its events, before any label is looked at.

Facts are frozen and hold the events themselves, so that everything a rule says can name event ids. They need no
text and no other ticket; what needs those is in `outcome`. Increase FACTS_VERSION when the same events would give
other facts.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from operator import attrgetter
from typing import NamedTuple

from clonedesk_connectors.model import (
    AiTurn,
    Csat,
    Event,
    FeedbackGiven,
    FollowUpLink,
    Handoff,
    Message,
    Other,
    Status,
    StatusChange,
    TagChange,
    Ticket,
)
from clonedesk_connectors.protocol import AccountConfig
from clonedesk_connectors.quality.routing import Bounce, bounces, handovers
from clonedesk_connectors.quality.scope import excluded, missing
from clonedesk_connectors.quality.settings import CheckSettings
from clonedesk_connectors.quality.walk import (
    AI,
    HUMAN,
    PROGRAMS,
    STATUS_UNKNOWN,
    SYSTEM,
    TO_HUMAN,
    Closure,
    Return,
    Routing,
    Walk,
    by_time,
    walk,
)

FACTS_VERSION = 2

# A tuple: comparing enum members by identity is several times faster than hashing them.
_UNSETTLED = (Status.OPEN, Status.PENDING, Status.NEW, Status.ON_HOLD)
_id = attrgetter("id")


class Facts(NamedTuple):
    """The facts of one ticket; tuples are in the order of the events.

    events: ordered by (at, seq), each id once; events of tickets merged into this one included. `customer`, `ai`,
    `human` are public messages; names ending in `_after` hold only what came after `first_ai`. `returns`: a
    customer's own events on the closed ticket. unknown_after: events that would decide if their unknown actor were a
    person. unsettled: still new, open, pending or on hold. excluded: why the ticket leaves every count (deleted,
    spam, test, merged, no_customer_message, history_incomplete). complete: nothing is known to be missing; `missing`
    says in words what is.
    """

    ticket: Ticket
    key: str
    events: tuple[Event, ...]
    first_ai: Message | Routing | None
    ai_touched: bool
    ai_assisted: bool
    ai_late: bool
    customer: tuple[Message, ...]
    ai: tuple[Message, ...]
    human: tuple[Message, ...]
    human_after: tuple[Message, ...]
    notes_after: tuple[Message, ...]
    human_status_after: tuple[StatusChange, ...]
    unknown_after: tuple[Event, ...]
    routing: tuple[Routing, ...]
    handovers: tuple[Handoff | Routing, ...]
    bounces: tuple[Bounce, ...]
    closures: tuple[Closure, ...]
    returns: tuple[Return, ...]
    ratings: tuple[Csat, ...]
    feedback: tuple[FeedbackGiven, ...]
    turns: tuple[AiTurn, ...]
    tag_changes: tuple[TagChange, ...]
    follow_ups: tuple[FollowUpLink, ...]
    others: tuple[Other, ...]
    last_public: Message | None
    unsettled: bool
    excluded: str | None
    complete: bool
    missing: tuple[str, ...]
    disordered: bool
    duplicate_ids: tuple[str, ...]

    @property
    def last_ai_closure(self) -> Closure | None:
        """The last closure that counts as the AI's."""
        for closure in reversed(self.closures):
            if closure.by_ai:
                return closure
        return None

    @property
    def closing_unknown(self) -> bool:
        """The ticket is closed, and no event says when and by whom."""
        return not self.closures and self.ticket.status.is_closure

    @property
    def ended_at(self) -> datetime | None:
        """When the AI's handling ended, for repeat contacts: its last closure or message.

        A closure by a time rule only ends the waiting, so then the last AI message counts.
        """
        closure = self.last_ai_closure
        if closure is not None and closure.by not in PROGRAMS:
            return closure.at
        if self.ai:
            return self.ai[-1].at
        return closure.at if closure is not None else None

    @property
    def rating(self) -> Csat | None:
        """The last answered rating."""
        answered = [event for event in self.ratings if event.satisfaction.value is not None]
        return max(answered, key=answered_at) if answered else None


def answered_at(rating: Csat) -> datetime:
    """When a rating was given: the vendor's own time of the answer, else the event's."""
    return rating.satisfaction.answered_at or rating.at


def derive(ticket: Ticket, config: AccountConfig, settings: CheckSettings, joined: Sequence[Event] = ()) -> Facts:
    """Derive the facts of one ticket. `joined` are events of tickets that were merged into it."""
    events, duplicates = _once(ticket.events)
    state = walk(events)
    disordered = state.disordered
    if disordered or joined:  # ties keep the source's order
        events = tuple(sorted((*events, *joined), key=by_time))
        state = walk(events)
    first_ai = state.first_ai
    ai_touched = first_ai is not None and len(state.human) == len(state.human_after)
    _settle_closures(ticket, state, settings)
    lacking = missing(ticket, events, settings)
    taken_back = bounces(state, events, settings) if state.routing_after else ()
    return Facts(
        ticket=ticket,
        key=f"{ticket.vendor}:{ticket.account}:ticket:{ticket.native_id}",
        events=events,
        first_ai=first_ai,
        ai_touched=ai_touched,
        ai_assisted=state.ai_private and first_ai is None,
        ai_late=first_ai is not None and not ai_touched,
        customer=tuple(state.customer),
        ai=tuple(state.ai),
        human=tuple(state.human),
        human_after=tuple(state.human_after),
        notes_after=state.notes_after,
        human_status_after=state.human_status_after,
        unknown_after=state.unknown_after,
        routing=tuple(state.routing),
        handovers=handovers(state, taken_back),
        bounces=taken_back,
        closures=tuple(state.closures),
        returns=state.returns,
        ratings=state.ratings,
        feedback=state.feedback,
        turns=state.turns,
        tag_changes=tuple(state.tag_changes),
        follow_ups=state.follow_ups,
        others=tuple(state.others),
        last_public=state.last_public,
        unsettled=ticket.status in _UNSETTLED,
        excluded=excluded(ticket, bool(state.customer), config, settings, lacking),
        complete=not lacking,
        missing=lacking,
        disordered=disordered,
        duplicate_ids=duplicates,
    )


def _once(events: tuple[Event, ...]) -> tuple[tuple[Event, ...], tuple[str, ...]]:
    """The events with each id once (the first is kept), and the ids that came twice."""
    if len(set(map(_id, events))) == len(events):
        return events, ()
    kept: dict[str, Event] = {}
    twice: list[str] = []
    for event in events:
        if event.id in kept:
            twice.append(event.id)
        else:
            kept[event.id] = event
    return tuple(kept.values()), tuple(dict.fromkeys(twice))


def _settle_closures(ticket: Ticket, state: Walk, settings: CheckSettings) -> None:
    """Correct the walk's closures by what only the whole ticket shows."""
    if state.closures:
        if not state.assigned and ticket.assignee_kind is TO_HUMAN:  # a person held it all along, unseen in events
            state.closures = [closure._replace(by_ai=False) for closure in state.closures]
            state.returns = tuple(Return(back.closure._replace(by_ai=False), back.event) for back in state.returns)
    elif ticket.status is STATUS_UNKNOWN and state.first_ai is not None:
        _close_by_silence(state, settings)


def _close_by_silence(state: Walk, settings: CheckSettings) -> None:
    """Sources without a status: an AI message followed by a day without any message closes the ticket then."""
    talk = sorted((*state.customer, *state.ai, *state.human), key=by_time)
    for message, following in zip(talk, [*talk[1:], None], strict=True):
        if state.closures and message.actor.kind is not AI:
            state.returns += (Return(state.closures[-1], message),)
        if message.actor.kind is HUMAN:
            return
        if message.actor.kind is AI:
            closes_at = message.at + settings.quiet_close
            if following is None or following.at >= closes_at:
                state.closures.append(Closure(closes_at, None, SYSTEM, by_ai=True))
