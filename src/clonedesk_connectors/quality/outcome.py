"""What followed for one ticket: the facts seen with other tickets, with texts and with the cut-off.

H, R, C, F, silence and abandonment as the audit defines them. A window that is still open at the cut-off makes a fact
unknown, not false. Texts are read only where nothing else decides.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from clonedesk_connectors.model import Assignment, Csat, Event, GroupChange, Message
from clonedesk_connectors.quality.context import Context
from clonedesk_connectors.quality.facts import Facts, answered_at
from clonedesk_connectors.quality.people import Repeat
from clonedesk_connectors.quality.reading import TextReader
from clonedesk_connectors.quality.settings import CheckSettings
from clonedesk_connectors.quality.walk import AI, CUSTOMER, Closure


class Reopening(NamedTuple):
    """A customer came back after an AI closure: by an event of this ticket, or by a follow-up ticket (`ticket`)."""

    closure: Closure
    at: datetime
    event: Event | None = None
    ticket: str | None = None

    @property
    def delta(self) -> timedelta:
        return self.at - self.closure.at


class Window(NamedTuple):
    """Something that may still happen after the cut-off: `what` it is and until when (UTC)."""

    what: str
    until: datetime


class Silence(NamedTuple):
    """The AI spoke last and nobody answered. reasons: letters of the definite abandonment reasons (a-e of the audit).

    read: the texts were read; otherwise a, b and e are unknown.
    """

    last_ai: Message
    length: timedelta
    reasons: str
    read: bool


class Outcome(NamedTuple):
    """How an AI-touched ticket ended.

    h_literal / h_strict: the first event that proves H in that reading; h_if_human: in the literal one if all actors of
    unknown kind were people. reopenings: within the 24 h, `later` beyond
    them. low_rating: the rating that proves C. escalated: F; None while a window that decides it is open.
    windows: everything still open at the cut-off that could change the picture; empty when F is true.
    silence: not confirmed and silent; confirmed: the event that confirms; unanswered: the customer spoke last. The
    last three are only looked for where F is false.
    """

    h_literal: Event | None = None
    h_strict: Event | None = None
    h_if_human: Event | None = None
    reopenings: tuple[Reopening, ...] = ()
    later: tuple[Reopening, ...] = ()
    low_rating: Csat | None = None
    escalated: bool | None = False
    windows: tuple[Window, ...] = ()
    silence: Silence | None = None
    confirmed: Event | None = None
    unanswered: Message | None = None

    @property
    def definite(self) -> bool:
        """A_def: abandoned for a stated reason."""
        return self.silence is not None and bool(self.silence.reasons)

    @property
    def possible(self) -> bool:
        """A_pos: silent, and the texts gave no reason."""
        return self.silence is not None and self.silence.read and not self.silence.reasons


NO_OUTCOME = Outcome(escalated=None)


def judge(facts: Facts, context: Context, reader: TextReader | None, cut: datetime, settings: CheckSettings) -> Outcome:
    """Judge one ticket at the cut-off `cut` (aware). Tickets no AI touched get NO_OUTCOME."""
    if not facts.ai_touched:
        return NO_OUTCOME
    literal, strict = _handed_over(facts, context)
    if_human = _first(literal, facts.unknown_after[0]) if facts.unknown_after else literal
    inside, later = _came_back(facts, context, settings)
    rating = facts.rating if facts.ratings else None
    low = rating if rating is not None and _is_low(rating, facts) else None
    if literal is not None or inside or low is not None:
        return Outcome(literal, strict, if_human, inside, later, low, escalated=True)
    windows = _open_windows(facts, rating, cut, settings)
    escalated = None if any(window.what == "reopening" for window in windows) else False
    silence, confirmed, unanswered = _ending(facts, context, reader, rating, cut, settings)
    return Outcome(None, strict, if_human, (), later, None, escalated, windows, silence, confirmed, unanswered)


def _handed_over(facts: Facts, context: Context) -> tuple[Event | None, Event | None]:
    """The first event that proves the literal and the strict H."""
    status = facts.human_status_after[0] if facts.human_status_after else None
    if not (facts.human_after or facts.handovers or facts.notes_after or status):
        return None, None
    silent = next((closure.event for closure in facts.closures if closure.silent_human), None)
    human = facts.human_after[0] if facts.human_after else None
    note = facts.notes_after[0] if facts.notes_after else None
    given = next((move for move in facts.handovers if not _swept(move, facts, context)), None)
    return _first(given, human, silent), _first(human, note, status, silent)


def _swept(event: Event, facts: Facts, context: Context) -> bool:
    """Whether an assignment was made after the last closure by a bulk edit: that is housekeeping, not a hand-over."""
    if not isinstance(event, Assignment | GroupChange) or not facts.closures or event.at <= facts.closures[-1].at:
        return False
    bulk = event.cause is not None and event.cause.kind == "bulk"
    return bulk or context.batches.size(event.actor.id, "assignment", event.at) > 0


def _first(*events: Event | None) -> Event | None:
    return min((event for event in events if event is not None), key=lambda event: (event.at, event.seq), default=None)


def _came_back(
    facts: Facts, context: Context, settings: CheckSettings
) -> tuple[tuple[Reopening, ...], tuple[Reopening, ...]]:
    if not (facts.returns or facts.follow_ups or facts.key in context.follow_ups):
        return (), ()
    inside: list[Reopening] = []
    later: list[Reopening] = []
    for back in _returns(facts, context):
        if timedelta(0) < back.delta <= settings.reopen_window:
            inside.append(back)
        elif settings.reopen_window < back.delta <= settings.late_reopen_window:
            later.append(back)
    return tuple(inside), tuple(later)


def _returns(facts: Facts, context: Context) -> Iterator[Reopening]:
    for back in facts.returns:
        if back.closure.by_ai:
            yield Reopening(back.closure, back.event.at, back.event)
    follow_ups = context.follow_ups.get(facts.key, ())
    if follow_ups or facts.follow_ups:
        own = [(link.at, link.to) for link in facts.follow_ups if link.to and link.actor.kind is CUSTOMER]
        known = [(follow.at, follow.key) for follow in follow_ups]
        for at, ticket in sorted(known or own):
            closure = next((c for c in reversed(facts.closures) if c.by_ai and c.at < at), None)
            if closure is not None:
                yield Reopening(closure, at, ticket=ticket)


def _is_low(rating: Csat, facts: Facts) -> bool:
    value = rating.satisfaction.value
    return value is not None and value <= 2 and rates_ai(rating, facts)


def rates_ai(rating: Csat, facts: Facts) -> bool:
    """Whether a rating came after the first AI turn and before any public message by a human."""
    at, first = answered_at(rating), facts.first_ai
    return first is not None and first.at <= at and not any(message.at < at for message in facts.human)


def _open_windows(facts: Facts, rating: Csat | None, cut: datetime, settings: CheckSettings) -> tuple[Window, ...]:
    found: list[Window] = []
    last = facts.last_public
    closure = facts.last_ai_closure if facts.closures else None
    if closure is not None and closure.at + settings.reopen_window > cut:
        found.append(Window("reopening", closure.at + settings.reopen_window))
    if last is not None and last.at + settings.silence > cut:
        found.append(Window("silence" if last.actor.kind is AI else "answer", last.at + settings.silence))
    if facts.ratings and rating is None:
        asked = facts.ratings[-1].satisfaction.asked_at or facts.ratings[-1].at
        if asked + settings.survey_window > cut:
            found.append(Window("survey", asked + settings.survey_window))
    return tuple(found)


def _ending(
    facts: Facts,
    context: Context,
    reader: TextReader | None,
    rating: Csat | None,
    cut: datetime,
    settings: CheckSettings,
) -> tuple[Silence | None, Event | None, Message | None]:
    """Silence, confirmation or an unanswered customer; at most one of the three."""
    last = facts.last_public
    if last is None:
        return None, None, None
    confirmed = _confirmation(facts, reader, rating)
    if confirmed is not None or last.at + settings.silence > cut:
        return None, confirmed, None
    if last.actor.kind is CUSTOMER:
        return None, None, last
    if last.actor.kind is not AI or _acted_after(facts, last, settings):
        return None, None, None
    reasons = _reasons(facts, last, context, reader, settings)
    return Silence(last, cut - last.at, reasons, reader is not None), None, None


def _confirmation(facts: Facts, reader: TextReader | None, rating: Csat | None) -> Event | None:
    """The event after the last substantive AI message that says it helped: button, rating of 4-5, or thanks.

    What the AI says in return for thanks is a courtesy, so thanks count if they are the customer's last message and a
    substantive one of the AI came before.
    """
    if not facts.ai:
        return None
    good = rating if rating is not None and (rating.satisfaction.value or 0) >= 4 else None
    helped = facts.feedback[-1] if facts.feedback and facts.feedback[-1].helped else None
    if good is not None and _holds(facts, reader, answered_at(good)):
        return good
    if helped is not None and _holds(facts, reader, helped.at):
        return helped
    last = facts.customer[-1] if facts.customer else None
    if reader is None or last is None or last.at < facts.ai[0].at or not reader.thanks(last):
        return None
    before = (message for message in facts.ai if (message.at, message.seq) < (last.at, last.seq))
    return last if any(reader.answers(message) for message in before) else None


def _holds(facts: Facts, reader: TextReader | None, at: datetime) -> bool:
    """Whether no substantive AI message follows a moment, and one came before it."""
    after = [message for message in facts.ai if message.at > at]
    if reader is None:
        return not after
    return not any(map(reader.answers, after)) and any(reader.answers(m) for m in facts.ai if m.at <= at)


def _acted_after(facts: Facts, last: Message, settings: CheckSettings) -> bool:
    """Whether the customer changed the status within the silence window after the AI's last message."""
    for event in reversed(facts.events):
        if event is last:
            return False
        if event.kind == "status" and event.actor.kind is CUSTOMER and event.at - last.at <= settings.silence:
            return True
    return False


def _reasons(facts: Facts, last: Message, context: Context, reader: TextReader | None, settings: CheckSettings) -> str:
    found = ""
    if reader is not None:
        if reader.asks(last):
            found += "a"
        if facts.customer and (reader.wants_human(facts.customer[-1]) or reader.unhappy(facts.customer[-1])):
            found += "b"
    if facts.feedback and not facts.feedback[-1].helped:
        found += "c"
    if any(same_type(repeat, settings) for repeat in context.repeats.get(facts.key, ())):
        found += "d"
    if reader is not None and not any(reader.answers(message) for message in facts.ai):
        found += "e"
    return found


def same_type(repeat: Repeat, settings: CheckSettings) -> bool:
    """Whether a repeat contact is about the same ticket type within the window."""
    return repeat.same_type and repeat.gap <= settings.repeat_window


def ack_only(facts: Facts, outcome: Outcome, reader: TextReader | None, settings: CheckSettings) -> bool | None:
    """Whether every customer message of the reopenings is mere thanks; None when the texts cannot be read."""
    if reader is None:
        return None
    if any(back.ticket is not None for back in outcome.reopenings):
        return False
    closures = {id(back.closure): back.closure for back in outcome.reopenings}.values()
    said = [
        message
        for message in facts.customer
        if any(timedelta(0) < message.at - closure.at <= settings.reopen_window for closure in closures)
    ]
    return bool(said) and all(reader.thanks(message) for message in said)
