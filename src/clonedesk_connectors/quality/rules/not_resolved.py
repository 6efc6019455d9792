"""Rules about labels that say the AI resolved it, though people or the customer came after: L02, L04, L05, L06, L28."""

from __future__ import annotations

from clonedesk_connectors.model import Message
from clonedesk_connectors.quality.case import Case, who
from clonedesk_connectors.quality.context import body_hash, macro_delay
from clonedesk_connectors.quality.facts import answered_at
from clonedesk_connectors.quality.findings import Evidence, Severity, Verdict, quote, seen, span
from clonedesk_connectors.quality.labels import ESCALATED, RESOLVED_AI
from clonedesk_connectors.quality.outcome import Reopening
from clonedesk_connectors.quality.rules.rule import CLOSING_UNKNOWN, Abstain, Found, rule, unmapped_rating
from clonedesk_connectors.quality.walk import AI


@rule("L02", "Resolved by AI, but a human replied", labels=(RESOLVED_AI,), needs_ai=True)
def human_replied(case: Case) -> Found | Abstain | None:
    """A human public message after the first AI message, by nobody who is configured as a bot."""
    facts = case.facts
    if not facts.human_after:
        return None
    spoke = facts.ai[0].at if facts.ai else None
    replies = [
        message
        for message in facts.human_after
        if message.actor.id not in case.config.bot_users and (spoke is None or message.at >= spoke)
    ]
    if not replies:
        return None
    if all(case.maybe_program(message.actor) for message in replies):
        return Abstain("whoever replied may be a person or a program (L26)")
    if _only_a_macro(case):
        return Abstain("the only human message looks automatic (L29)")
    first = replies[0]
    evidence = (quote(f"message by {who(first.actor)}", first, case.words(first), case.settings.quote_chars),)
    times = "once" if len(replies) == 1 else f"{len(replies)} times"
    text = f"A person answered the customer {times} after the AI had spoken, so the AI did not resolve it alone."
    return Found(Verdict.CONTRADICTS, Severity.HIGH, text, evidence, ESCALATED)


def _only_a_macro(case: Case) -> bool:
    delay = macro_delay(case.facts)
    if delay is None or delay >= case.settings.macro_delay:
        return False
    return case.context.macros.get(body_hash(case.facts.human_after[0], case.reader), 0) >= case.settings.macro_repeats


@rule("L04", "Reopened within 24 hours", labels=(RESOLVED_AI,), needs_ai=True)
def reopened(case: Case) -> Found | Abstain | None:
    """The customer came back at most 24 h after an AI closure: by message, by reopening or by a follow-up ticket."""
    if not case.outcome.reopenings:
        return Abstain(CLOSING_UNKNOWN) if case.facts.closing_unknown else None
    back = case.outcome.reopenings[0]
    params = {"window": span(case.settings.reopen_window)}
    evidence = _reopening(case, back)
    delta = span(back.delta)
    thanks = case.ack_only()
    if thanks:
        text = f"The customer wrote again {delta} after the AI closed the ticket, but only to say thanks."
        return Found(Verdict.WEAKENS, Severity.LOW, text, evidence, params=params, marks=("ack_only",))
    text = f"The customer came back {delta} after the AI closed the ticket: it was not resolved."
    if thanks is None:
        text += " The texts could not be read, so it may have been mere thanks."
        return Found(Verdict.WEAKENS, Severity.MEDIUM, text, evidence, ESCALATED, params, ("ack_unread",))
    return Found(Verdict.CONTRADICTS, Severity.HIGH, text, evidence, ESCALATED, params)


def _reopening(case: Case, back: Reopening) -> tuple[Evidence, ...]:
    closure = back.closure
    closed = Evidence(
        "closure", f"by {closure.by.value.replace('_', ' ')}", closure.event.id if closure.event else None, closure.at
    )
    delta = f"{span(back.delta)} later"
    if back.event is None:
        return closed, Evidence("follow-up ticket", f"{back.ticket}, {delta}", None, back.at)
    if isinstance(back.event, Message):
        words = quote("message", back.event, case.words(back.event), case.settings.quote_chars)
        return closed, seen("reopening", back.event, delta), words
    return closed, seen("reopening", back.event, delta)


@rule("L05", "Reopened later", labels=(RESOLVED_AI,), needs_ai=True)
def reopened_later(case: Case) -> Found | Abstain | None:
    """The customer came back more than 24 h and at most 14 d after an AI closure: outside the definition."""
    if not case.outcome.later:
        return Abstain(CLOSING_UNKNOWN) if case.facts.closing_unknown else None
    back = case.outcome.later[0]
    settings = case.settings
    params = {
        "after": span(settings.reopen_window),
        "until": span(settings.late_reopen_window),
    }
    delta = span(back.delta)
    evidence = _reopening(case, back)
    if case.reader is not None and isinstance(back.event, Message) and case.reader.thanks(back.event):
        text = f"The customer wrote again {delta} after the AI closed the ticket, but only to say thanks."
        return Found(Verdict.WEAKENS, Severity.LOW, text, evidence, params=params, marks=("ack_only",))
    text = f"The customer came back {delta} after the AI closed the ticket: too late to count, early enough to doubt."
    return Found(Verdict.WEAKENS, Severity.MEDIUM, text, evidence, params=params)


@rule("L06", "Low rating of the AI", labels=(RESOLVED_AI,), needs_ai=True)
def low_rating(case: Case) -> Found | Abstain | None:
    """The last rating is 1-2 and no person had written before it."""
    rating = case.outcome.low_rating
    if rating is None:
        return unmapped_rating(case)
    told = rating.satisfaction
    shown = f"{told.value} of 5 (raw {told.raw} on scale {told.scale}, about {told.rated})"
    evidence = [Evidence("rating", shown, rating.id, answered_at(rating))]
    if told.comment:
        evidence.append(Evidence("comment", told.comment[: case.settings.quote_chars], rating.id))
    text = f"The customer rated the AI's handling {told.value} of 5, and no person had written before."
    return Found(Verdict.CONTRADICTS, Severity.HIGH, text, tuple(evidence), ESCALATED)


@rule("L28", "AI after the human", labels=(RESOLVED_AI,), needs_ai=True)
def ai_after_human(case: Case) -> Found | Abstain | None:
    """A person answered, and later the AI spoke again and ended the ticket."""
    facts = case.facts
    if not facts.human_after or not facts.ai:
        return None
    human, last = facts.human_after[0], facts.ai[-1]
    if (last.at, last.seq) <= (human.at, human.seq):
        return None
    if facts.closing_unknown:
        return Abstain(CLOSING_UNKNOWN)
    if facts.closures and facts.closures[-1].by is not AI:
        return None
    evidence = (seen(f"answer by {who(human.actor)}", human), seen("AI after it", last))
    text = (
        "A person had already answered when the AI spoke again and ended the ticket; the credit is not the AI's alone."
    )
    return Found(Verdict.CONTRADICTS, Severity.MEDIUM, text, evidence, ESCALATED)
