"""What capture needs to know of a ticket, from a normalised `Ticket` or from a live `Reading`. Vendor times only."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from clonedesk_connectors.model import (
    Actor,
    ActorKind,
    Csat,
    Event,
    Message,
    Status,
    StatusChange,
    TagChange,
    Ticket,
)
from clonedesk_connectors.protocol.pushback import Reading, TicketState
from clonedesk_connectors.review.reader import text_of
from clonedesk_connectors.review.states import COMMAND_TAGS
from clonedesk_connectors.review.values import Decision, RejectReason

_REOPEN_WINDOW = timedelta(hours=24)
_COMMAND = re.compile(r"\s*/draft\s+(reject|escalate)\b[:\s]*(.*)", re.IGNORECASE | re.DOTALL)
_REFERENCE = re.compile(r"\bCD-([A-Z2-7]{12})(?:-A)?\b")
_STATES = {Status.SOLVED: TicketState.SOLVED, Status.CLOSED: TicketState.CLOSED, Status.DELETED: TicketState.DELETED}
_TAG_DECISIONS = dict(zip(COMMAND_TAGS, (Decision.REJECT, Decision.ESCALATE), strict=True))


@dataclass(frozen=True, slots=True)
class Command:
    """An explicit word about a draft, said in the helpdesk. at: None when only the tag is seen, not when it was set.

    draft_id: the draft it names; None means the one that waits. remark: the person's own words.
    """

    decision: Decision
    by: str
    at: datetime | None = None
    draft_id: str | None = None
    reason: str | None = None
    remark: str | None = None


@dataclass(frozen=True, slots=True)
class Sight:
    """messages: in the vendor's order, oldest first. reopened: times a person reopened the ticket within 24 hours of a
    closure, with the time of that closure. ratings: (time, 1-5). newest_at: of anything seen. is_complete: proved to
    hold every message. merged_into: the ticket this one went into, where the helpdesk tells.
    """

    vendor: str
    account: str
    ticket_id: str
    state: TicketState
    messages: tuple[Message, ...]
    commands: tuple[Command, ...] = ()
    reopened: tuple[tuple[datetime, datetime], ...] = ()
    ratings: tuple[tuple[datetime, int], ...] = ()
    requester_id: str | None = None
    newest_at: datetime | None = None
    is_complete: bool = False
    merged_into: str | None = None


def sight_of(ticket: Ticket) -> Sight:
    messages = tuple(event for event in ticket.events if isinstance(event, Message))
    return Sight(
        ticket.vendor,
        ticket.account,
        ticket.native_id,
        _state(ticket),
        messages,
        commands=(*_note_commands(messages), *_tag_commands(ticket)),
        reopened=tuple(_reopened(ticket.events)),
        ratings=tuple(_ratings(ticket.events)),
        requester_id=ticket.requester.id if ticket.requester else None,
        newest_at=max((event.at for event in ticket.events), default=None),
        is_complete=ticket.coverage.complete,
        merged_into=ticket.merged_into,
    )


def sight_of_reading(vendor: str, account: str, ticket_id: str, reading: Reading) -> Sight:
    """A reading that does not tell the state is taken for an open ticket: nothing ends because of what is not said."""
    tags = (Command(_TAG_DECISIONS[tag], "helpdesk") for tag in COMMAND_TAGS if tag in (reading.tags or ()))
    return Sight(
        vendor,
        account,
        ticket_id,
        reading.state or TicketState.OPEN,
        reading.messages,
        commands=(*_note_commands(reading.messages), *tags),
        merged_into=reading.merged_into,
    )


def _state(ticket: Ticket) -> TicketState:
    if ticket.is_spam:
        return TicketState.SPAM
    if ticket.deleted:
        return TicketState.DELETED
    return TicketState.MERGED if ticket.merged_into else _STATES.get(ticket.status, TicketState.OPEN)


def _note_commands(messages: Iterable[Message]) -> Iterator[Command]:
    for message in messages:
        is_staff_note = message.visibility == "private" and message.actor.kind is ActorKind.HUMAN_AGENT
        if is_staff_note and "/draft" in message.body.casefold():
            found = _COMMAND.match(text_of(message))
            if found:
                yield _note_command(found[1], found[2], message)


def _note_command(verb: str, rest: str, message: Message) -> Command:
    named = _REFERENCE.search(rest)
    words = _REFERENCE.sub("", rest).split()
    is_code = bool(words) and words[0].casefold() in [*RejectReason]
    reason = words[0].casefold() if is_code else "other"
    decision = Decision(verb.casefold())
    return Command(
        decision,
        _who(message.actor),
        message.at,
        named[1] if named else None,
        reason if is_code or decision is Decision.REJECT else None,
        " ".join(words[is_code:]) or None,
    )


def _tag_commands(ticket: Ticket) -> Iterator[Command]:
    """Command tags that are on the ticket now, with the last time each was set, where the vendor tells."""
    for tag, decision in _TAG_DECISIONS.items():
        if tag in ticket.tags:
            changes = (event for event in ticket.events if isinstance(event, TagChange) and tag in event.added)
            last = max(changes, key=lambda change: change.at, default=None)
            yield Command(decision, _who(last.actor), last.at) if last else Command(decision, "helpdesk")


def _who(actor: Actor) -> str:
    return actor.id or "unknown"


def _ratings(events: Iterable[Event]) -> Iterator[tuple[datetime, int]]:
    for event in events:
        if isinstance(event, Csat) and event.satisfaction.value is not None:
            yield event.satisfaction.answered_at or event.at, event.satisfaction.value


def _reopened(events: Iterable[Event]) -> Iterator[tuple[datetime, datetime]]:
    """(closed, reopened). Only what a person did: a rule that reopens and closes again is no second problem."""
    closed: datetime | None = None
    for event in events:
        if not isinstance(event, StatusChange):
            continue
        if event.to_status.is_closure:
            closed = closed or event.at
        elif closed is not None:
            is_person = event.actor.kind in (ActorKind.CUSTOMER, ActorKind.HUMAN_AGENT)
            if is_person and event.at - closed <= _REOPEN_WINDOW:
                yield closed, event.at
            closed = None
