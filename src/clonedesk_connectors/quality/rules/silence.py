"""Rules about labels that take silence for success: L08, L09, L10, L11, L13."""

from __future__ import annotations

from collections.abc import Iterator

from clonedesk_connectors.model import Message
from clonedesk_connectors.quality.case import Case, who
from clonedesk_connectors.quality.context import status_action
from clonedesk_connectors.quality.findings import Evidence, Severity, Verdict, quote, seen, span
from clonedesk_connectors.quality.labels import ABANDONED, ESCALATED, RESOLVED_AI, LabelSource, LabelValue
from clonedesk_connectors.quality.outcome import Silence
from clonedesk_connectors.quality.people import Repeat, nearest
from clonedesk_connectors.quality.rules.rule import CLOSING_UNKNOWN, Abstain, Found, rule
from clonedesk_connectors.quality.walk import AI, PROGRAMS, UNKNOWN, Closure

_WHY = {
    "a": "the AI's last message asks the customer something",
    "b": "the customer's last message asks for a person or says it did not help",
    "c": "the customer pressed that it did not help",
    "e": "the AI never gave a real answer",
}
_UNREAD = "the texts could not be read: the extra [text] is not installed"


@rule("L08", "Silent after a question", labels=(RESOLVED_AI,), version=2, needs_ai=True, absence=True)
def silent_after_question(case: Case) -> Found | Abstain | None:
    """Definitely abandoned: silence, nothing confirms, and reason a, b, c or e."""
    silence = case.outcome.silence
    if silence is None:
        return None
    reasons = [letter for letter in silence.reasons if letter in _WHY]
    if not reasons:
        return None if silence.read else Abstain(_UNREAD)
    why = "; ".join(_WHY[letter] for letter in reasons)
    text = f"The customer went silent and {why}. Silence is not a resolution."
    params = {"silence": span(case.settings.silence)}
    return Found(Verdict.CONTRADICTS, Severity.HIGH, text, _silent(case, silence), ABANDONED, params, tuple(reasons))


@rule("L09", "Unconfirmed silence", labels=(RESOLVED_AI,), version=2, needs_ai=True, absence=True)
def unconfirmed_silence(case: Case) -> Found | Abstain | None:
    """Possibly abandoned: silence, nothing confirms, and no reason to doubt the answer. A rate, not a verdict."""
    silence = case.outcome.silence
    if silence is None or silence.reasons:
        return None
    if not silence.read:
        return Abstain(_UNREAD)
    text = "Nobody knows whether this helped: the customer never answered, which helpdesks count as resolved."
    params = {"silence": span(case.settings.silence)}
    return Found(Verdict.WEAKENS, Severity.LOW, text, _silent(case, silence), params=params)


def _silent(case: Case, silence: Silence) -> tuple[Evidence, ...]:
    said = quote("the AI's last message", silence.last_ai, case.words(silence.last_ai), case.settings.quote_chars)
    found = [said, Evidence("silence until the cut-off", span(silence.length))]
    closure = case.facts.last_ai_closure
    if closure is not None:
        found.append(_closed(closure))
    for label in case.labels.current:
        if label.source is LabelSource.VENDOR_OUTCOME:
            found.append(Evidence(f"the helpdesk's own {label.name}", label.raw))
    return tuple(found)


def _closed(closure: Closure) -> Evidence:
    by = who(closure.event.actor) if closure.event is not None else closure.by.value
    return Evidence("closed by", by, closure.event.id if closure.event is not None else None, closure.at)


@rule("L10", "Asked for a person", labels=(RESOLVED_AI,), version=2, needs_ai=True, absence=True, needs_text=True)
def asked_for_person(case: Case) -> Found | Abstain | None:
    """A customer message asks for a person, and no human message (public or private) follows it."""
    reader, facts = case.reader, case.facts
    assert reader is not None
    answered = max((m.at for m in (*facts.human_after, *facts.notes_after)), default=None)
    later = (m for m in reversed(facts.customer) if answered is None or m.at > answered)
    asked = next(filter(reader.wants_human, later), None)
    if asked is None:
        return None
    if any(isinstance(e, Message) and e.at >= asked.at for e in facts.unknown_after):
        return Abstain("an actor who may be a person answered the request")
    said = quote("the customer's words", asked, case.words(asked), case.settings.quote_chars)
    evidence = (said, Evidence("language", reader.language(asked)[0] or "not known"))
    confirmed = case.outcome.confirmed
    if confirmed is not None and confirmed.at >= asked.at:
        text = "The customer asked for a person; the AI went on, and the customer confirmed in the end."
        return Found(Verdict.WEAKENS, Severity.LOW, text, (*evidence, seen("confirmation", confirmed)))
    text = "The customer asked for a person and none ever answered."
    return Found(Verdict.CONTRADICTS, Severity.HIGH, text, evidence, ESCALATED if case.outcome.escalated else ABANDONED)


@rule("L11", "Closed by a clock or in bulk", labels=(RESOLVED_AI,), needs_ai=True)
def closed_by_clock(case: Case) -> Found | Abstain | None:
    """The last AI closure was made by a rule, or by one actor on 20 or more tickets within a minute."""
    closure = case.facts.last_ai_closure
    if closure is None or closure.event is None:
        return Abstain(CLOSING_UNKNOWN) if case.facts.closing_unknown else None
    if closure.by is AI:
        return None
    event = closure.event
    if closure.by is UNKNOWN and event.actor.id is None:
        return Abstain("the helpdesk does not tell who closed the ticket")
    batch = case.context.batches.size(event.actor.id, status_action(event), event.at)
    if closure.by not in PROGRAMS and not batch:
        return None
    evidence = tuple(_clock(case, closure, batch))
    silent = case.outcome.silence is not None
    severity = Severity.MEDIUM if silent else Severity.LOW
    how = f"together with {batch - 1} others within a minute" if batch else "by a time or inactivity rule"
    text = f"The ticket was closed {how}, not because anybody said it was solved."
    params = {"batch": str(case.settings.batch_size), "span": span(case.settings.batch_span)}
    return Found(Verdict.WEAKENS, severity, text, evidence, params=params, marks=(f"closed_by:{closure.by.value}",))


def _clock(case: Case, closure: Closure, batch: int) -> Iterator[Evidence]:
    yield _closed(closure)
    if closure.event is not None and closure.event.cause is not None:
        cause = closure.event.cause
        yield Evidence("cause", f"{cause.kind} {cause.name or cause.id or ''}".strip(), closure.event.id)
    if batch:
        yield Evidence("tickets given the same status by one actor at once", str(batch))


@rule("L13", "Came back elsewhere", labels=(RESOLVED_AI,), version=2, needs_ai=True)
def came_back_elsewhere(case: Case) -> Found | Abstain | None:
    """The same person opened another ticket about the same matter within 7 days of the AI's end, in any channel."""
    settings = case.settings
    if case.facts.ticket.requester is None:
        return Abstain("the requester is not known, so neither are their other tickets")
    repeat = nearest(case.context.repeats.get(case.facts.key, ()), settings)
    if repeat is None:
        return None
    strong = repeat.explicit or repeat.similarity >= settings.repeat_strong
    params = {
        "window": span(settings.repeat_window),
        "similarity": f"{settings.repeat_same:g}/{settings.repeat_strong:g}",
    }
    gap = span(repeat.gap)
    text = f"The same customer wrote again about this {gap} later, in ticket {repeat.key}: it was not resolved here."
    verdict, severity = (Verdict.CONTRADICTS, Severity.HIGH) if strong else (Verdict.WEAKENS, Severity.MEDIUM)
    return Found(verdict, severity, text, _repeat(case, repeat), _after_repeat(case), params)


def _repeat(case: Case, repeat: Repeat) -> tuple[Evidence, ...]:
    return (
        Evidence("this ticket", f"{case.facts.key} ({repeat.channels[0]})"),
        Evidence("later ticket", f"{repeat.key} ({repeat.channels[1]})", None, repeat.at),
        Evidence("gap", span(repeat.gap)),
        Evidence("similarity of the first messages", f"{repeat.similarity:.2f}"),
        Evidence("same type", "yes" if repeat.same_type else "no"),
        Evidence("same person by", repeat.basis),
    )


def _after_repeat(case: Case) -> LabelValue | None:
    if case.outcome.escalated:
        return ESCALATED
    return ABANDONED if case.outcome.silence is not None or case.outcome.unanswered is not None else None
