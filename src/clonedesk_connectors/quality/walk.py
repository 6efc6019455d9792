"""One pass over a ticket's ordered events: who spoke, who was given the ticket, when it closed and who came back.

The walk only sorts what happened into lists. What follows from it (escalated, reopened in time, abandoned) is decided
in `facts`, `outcome` and the rules. Choices the definitions leave open are made here:

- "After the first AI turn" means later in the order of events, not only in time.
- A closure is entering {solved, closed} from outside: solved to closed is not a second closure.
- Messages by automation or system (acknowledgements, survey mails) are nobody's turn.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any, NamedTuple

from clonedesk_connectors.model import (
    ActorKind,
    AiTurn,
    AssigneeKind,
    Assignment,
    Csat,
    Event,
    FeedbackGiven,
    FollowUpLink,
    GroupChange,
    Handoff,
    Message,
    Other,
    Status,
    StatusChange,
    TagChange,
)

# Bound once: looking up an enum member by name costs more than everything else done to an event.
CUSTOMER, HUMAN, AI, UNKNOWN = ActorKind.CUSTOMER, ActorKind.HUMAN_AGENT, ActorKind.AI_AGENT, ActorKind.UNKNOWN
AUTOMATION, SYSTEM = ActorKind.AUTOMATION, ActorKind.SYSTEM
PROGRAMS = (AUTOMATION, SYSTEM)
TO_HUMAN, TO_AI, TO_GROUP = AssigneeKind.HUMAN, AssigneeKind.AI, AssigneeKind.GROUP
TO_NOBODY, TO_UNKNOWN = AssigneeKind.NONE, AssigneeKind.UNKNOWN
SOLVED, CLOSED, DELETED, STATUS_UNKNOWN = Status.SOLVED, Status.CLOSED, Status.DELETED, Status.UNKNOWN

Routing = Assignment | GroupChange

# Causes that make a customer's event nobody's own decision.
IMPERSONAL = frozenset({"rule", "merge", "bulk", "import", "survey", "system", "admin", "linked_problem"})


by_time = attrgetter("at", "seq")
"""The order of events; sorting by it keeps the source's order where both are equal."""


class Closure(NamedTuple):
    """The ticket's status entered solved or closed, or (sources without a status) it fell silent; `event` is None then.

    by_ai: an AI closure in the sense of the audit: no human public message since the first AI turn, no human person
    assigned, not closed by a human. silent_human: a person closed it without a public reply. uncertain: the closer
    may be a person or a program.
    """

    at: datetime
    event: StatusChange | None
    by: ActorKind
    by_ai: bool
    silent_human: bool = False
    uncertain: bool = False


class Return(NamedTuple):
    """A customer's own event on a closed ticket: a message, or the status change that took it out of closure."""

    closure: Closure
    event: Message | StatusChange


class Walk:
    """What the pass collects; `first_ai` splits the collections whose names end in `_after`.

    What most tickets do not have is a tuple, because an empty one costs nothing. disordered: an event was earlier than
    the one before it.
    """

    __slots__ = (
        "ai",
        "ai_private",
        "assigned",
        "assignee",
        "closed",
        "closures",
        "customer",
        "disordered",
        "feedback",
        "first_ai",
        "follow_ups",
        "handoffs",
        "human",
        "human_after",
        "human_status_after",
        "last_public",
        "notes_after",
        "others",
        "ratings",
        "returns",
        "routing",
        "routing_after",
        "tag_changes",
        "turns",
        "unknown_after",
    )

    def __init__(self) -> None:
        self.first_ai: Message | Routing | None = None
        self.ai_private = False
        self.disordered = False
        self.last_public: Message | None = None
        self.closed: Closure | None = None
        self.assignee: AssigneeKind | None = None
        self.assigned = False
        self.customer: list[Message] = []
        self.ai: list[Message] = []
        self.human: list[Message] = []
        self.human_after: list[Message] = []
        self.notes_after: tuple[Message, ...] = ()
        self.human_status_after: tuple[StatusChange, ...] = ()
        self.unknown_after: tuple[Event, ...] = ()
        self.routing: list[Routing] = []
        self.routing_after: list[Routing] = []
        self.handoffs: tuple[Handoff, ...] = ()
        self.closures: list[Closure] = []
        self.returns: tuple[Return, ...] = ()
        self.ratings: tuple[Csat, ...] = ()
        self.feedback: tuple[FeedbackGiven, ...] = ()
        self.turns: tuple[AiTurn, ...] = ()
        self.tag_changes: list[TagChange] = []
        self.follow_ups: tuple[FollowUpLink, ...] = ()
        self.others: list[Other] = []


def walk(events: Sequence[Event]) -> Walk:
    """Sort ordered events into lists. Cost: one call per event."""
    state = Walk()
    last = events[0].at if events else None
    for event in events:
        at = event.at
        if last is not None and at < last:
            state.disordered = True
        last = at
        _HANDLERS[event.kind](state, event)
    return state


def _message(state: Walk, event: Message) -> None:
    kind = event.actor.kind
    if event.visibility == "private":
        if kind is AI:
            state.ai_private = True
        elif kind is HUMAN and state.first_ai is not None:
            state.notes_after += (event,)
        return
    if kind is CUSTOMER:
        state.customer.append(event)
        if state.closed is not None:
            state.returns += (Return(state.closed, event),)
    elif kind is AI:
        state.ai.append(event)
        if state.first_ai is None:
            state.first_ai = event
    elif kind is HUMAN:
        state.human.append(event)
        if state.first_ai is not None:
            state.human_after.append(event)
    elif kind is UNKNOWN:
        if state.first_ai is not None:
            state.unknown_after += (event,)
    else:
        return
    state.last_public = event


def _status(state: Walk, event: StatusChange) -> None:
    to = event.to_status
    if to is SOLVED or to is CLOSED:
        if state.closed is None:
            _close(state, event)
    elif state.closed is not None and to is not DELETED and to is not STATUS_UNKNOWN:
        cause = event.cause
        if event.actor.kind is CUSTOMER and (cause is None or cause.kind not in IMPERSONAL):
            state.returns += (Return(state.closed, event),)
        state.closed = None
    if state.first_ai is not None and event.actor.kind is HUMAN:
        state.human_status_after += (event,)


def _close(state: Walk, event: StatusChange) -> None:
    kind, touched = event.actor.kind, state.first_ai is not None
    unanswered = touched and not state.human_after
    state.closed = Closure(
        event.at,
        event,
        kind,
        by_ai=unanswered and kind is not HUMAN and state.assignee is not TO_HUMAN,
        silent_human=unanswered and kind is HUMAN,
        uncertain=kind is UNKNOWN,
    )
    state.closures.append(state.closed)
    if touched and kind is UNKNOWN:
        state.unknown_after += (event,)


def _assignment(state: Walk, event: Assignment) -> None:
    state.assigned = True
    state.assignee = event.to_kind
    _routed(state, event)


def _routed(state: Walk, event: Routing) -> None:
    state.routing.append(event)
    if state.first_ai is not None:
        state.routing_after.append(event)
        if event.to_kind is TO_UNKNOWN:
            state.unknown_after += (event,)
    elif event.to_kind is TO_AI:
        state.first_ai = event


def _handoff(state: Walk, event: Handoff) -> None:
    if state.first_ai is not None:
        state.handoffs += (event,)


def _tag(state: Walk, event: TagChange) -> None:
    state.tag_changes.append(event)


def _other(state: Walk, event: Other) -> None:
    state.others.append(event)


def _collector(name: str) -> Callable[[Walk, Any], None]:
    def handler(state: Walk, event: Any) -> None:
        setattr(state, name, (*getattr(state, name), event))

    return handler


def _ignore(state: Walk, event: Any) -> None:
    """Events that say nothing about who has the ticket and how it ends."""


_HANDLERS: dict[str, Callable[[Walk, Any], None]] = {
    "message": _message,
    "status": _status,
    "assignment": _assignment,
    "group": _routed,
    "handoff": _handoff,
    "csat": _collector("ratings"),
    "feedback": _collector("feedback"),
    "ai_turn": _collector("turns"),
    "tag": _tag,
    "follow_up": _collector("follow_ups"),
    "other": _other,
    "priority": _ignore,
    "merge": _ignore,
    "redaction": _ignore,
    "visibility": _ignore,
    "deleted": _ignore,
}
