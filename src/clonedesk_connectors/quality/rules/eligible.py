"""Rules about tickets that are no examples or cannot be judged: L12, L21, L22, L23, L24, L25."""

from __future__ import annotations

import re
from collections.abc import Iterator

from clonedesk_connectors.model import Merge, Message, Status
from clonedesk_connectors.quality.case import Case, who
from clonedesk_connectors.quality.findings import Evidence, Severity, Verdict, seen, span
from clonedesk_connectors.quality.rules.rule import Abstain, Found, rule
from clonedesk_connectors.quality.scope import test_reason
from clonedesk_connectors.quality.walk import UNKNOWN

_WORD = re.compile(r"\w+")
# Scripts written without spaces: every character is counted as a word of several letters.
_DENSE = re.compile("[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_DENSE_CHARS = 4
_UNREAD = Abstain("texts cannot be read: the extra [text] is not installed")
_PLENTY = 20
"""More words than greeting, thanks and name together ever have; such messages need no closer look."""
# Exclusions that come after "test" in the audit's order: with one of these, the ticket is none.
_NO_TEST = (None, "merged", "no_customer_message", "history_incomplete")


@rule("L12", "Merged, spam, duplicate or deleted")
def not_a_case(case: Case) -> Found | Abstain | None:
    """Marked deleted or spam, merged into another ticket, or carrying a tag of the configured list."""
    ticket, facts = case.facts.ticket, case.facts
    evidence: list[Evidence] = []
    if facts.excluded == "deleted":
        evidence.append(Evidence("deleted", "yes"))
    if ticket.is_spam:
        evidence.append(Evidence("spam", "marked by the helpdesk"))
    if ticket.merged_into is not None:
        event = next((e for e in facts.events if isinstance(e, Merge) and e.into), None)
        evidence.append(seen("merged into", event, ticket.merged_into))
    for tag in ticket.tags:
        if tag.lower() in case.settings.excluded_tags:
            evidence.append(Evidence("tag", tag))
    if not evidence:
        return _strange_status(case)
    text = "The ticket was deleted, merged, a duplicate or spam, so it is no example of how an AI case ends."
    return Found(Verdict.INELIGIBLE, Severity.EXCLUDE, text, tuple(evidence))


def _strange_status(case: Case) -> Abstain | None:
    """A status whose word nobody mapped may mean anything."""
    ticket = case.facts.ticket
    if ticket.status is not Status.UNKNOWN or ticket.raw_status is None:
        return None
    return Abstain("the ticket has a status that is not known")


@rule("L21", "Nothing to judge")
def nothing_to_judge(case: Case) -> Found | Abstain | None:
    """All the customer's own text together has fewer than 3 words or 15 characters, or none of it is left."""
    messages = [message for message in case.facts.customer if message.body and not message.redacted]
    if not messages:
        text = "There is no text by the customer: nothing was written, only files were sent, or all of it was removed."
        return Found(Verdict.UNVERIFIABLE, Severity.UNVERIFIABLE, text, (Evidence("messages with text", "0"),))
    if case.reader is None:
        return _UNREAD
    if case.reader.says_enough(messages[0], _PLENTY):
        return None
    settings = case.settings
    words = chars = 0
    for message in messages:
        more_words, more_chars = _size(case.reader.own_words(message))
        words, chars = words + more_words, chars + more_chars
        if words >= settings.min_words and chars >= settings.min_chars:
            return None
    text = f"The customer wrote only {words} words ({chars} characters): too little to tell what the matter was."
    left = " / ".join(case.reader.own_words(message) for message in messages)
    params = {"words": str(settings.min_words), "characters": str(settings.min_chars)}
    evidence = (Evidence("the customer's text", left, messages[0].id, messages[0].at),)
    return Found(Verdict.UNVERIFIABLE, Severity.UNVERIFIABLE, text, evidence, params=params)


def _size(text: str) -> tuple[int, int]:
    dense = len(_DENSE.findall(text))
    words = _WORD.findall(_DENSE.sub(" ", text)) if dense else _WORD.findall(text)
    return len(words) + dense, len(text.strip()) + dense * (_DENSE_CHARS - 1)


@rule("L22", "Test or internal")
def test_or_internal(case: Case) -> Found | Abstain | None:
    """The requester is staff, internal or a test account; a test tag or brand; a monitor that repeats one text."""
    known = case.facts.excluded
    reason = None if known in _NO_TEST else test_reason(case.facts.ticket, case.config, case.settings)
    repeats = case.context.monitors.get(case.facts.key, 0)
    if reason is None and not repeats:
        return Abstain("the requester is not known") if case.facts.ticket.requester is None else None
    if reason is None:
        reason = f"the requester sent the same text {repeats} times, like a monitor"
    text = f"This is no customer's case: {reason}."
    params = {"identical texts": str(case.settings.monitor_bodies)}
    return Found(Verdict.INELIGIBLE, Severity.EXCLUDE, text, (Evidence("match", reason),), params=params)


@rule("L23", "History is not complete", version=2)
def truncated(case: Case) -> Found | Abstain | None:
    """Something of the history is known to be missing. Every rule that rests on absence is then off."""
    facts = case.facts
    coverage = facts.ticket.coverage
    if facts.excluded == "deleted":
        return None
    if facts.complete:
        unsaid = coverage.messages_expected is None and coverage.events_complete is None
        return Abstain("the helpdesk does not say how much history there is") if unsaid else None
    counts = f"{coverage.messages_got} of {coverage.messages_expected or 'an unknown number of'} messages"
    evidence = [Evidence("missing", lack) for lack in facts.missing]
    evidence.append(Evidence("synced", counts))
    if facts.events:
        evidence += [seen("first event", facts.events[0]), seen("last event", facts.events[-1])]
    text = "Part of the history is missing, so what cannot be seen may still have happened: " + "; ".join(facts.missing)
    return Found(Verdict.UNVERIFIABLE, Severity.UNVERIFIABLE, text + ".", tuple(evidence))


@rule("L24", "Not settled yet")
def not_settled(case: Case) -> Found | Abstain | None:
    """Still open, or something that could change the picture may still happen after the cut-off."""
    facts, windows = case.facts, case.outcome.windows
    if facts.excluded in ("deleted", "spam", "merged"):
        return None
    if not (facts.unsettled or windows):
        return _strange_status(case)
    evidence = [Evidence("cut-off", case.cut.isoformat(), None, case.cut)]
    if facts.unsettled:
        status = facts.ticket.raw_status or facts.ticket.status.value
        evidence.append(Evidence("status", status))
    evidence += [
        Evidence(f"{window.what} possible until", window.until.isoformat(), None, window.until) for window in windows
    ]
    if facts.unsettled:
        text = "The ticket is still open, so how it ends is not known yet."
    else:
        until = max(window.until for window in windows)
        left = span(until - case.cut)
        text = f"It can be judged from {until:%Y-%m-%d %H:%M} UTC on ({left} after the cut-off of this check)."
    return Found(Verdict.UNVERIFIABLE, Severity.UNVERIFIABLE, text, tuple(evidence))


@rule("L25", "No AI involved", absence=True)
def no_ai(case: Case) -> Found | Abstain | None:
    """Labelled either way, but the AI did not touch the ticket before a human answered."""
    facts = case.facts
    if facts.ai_touched:
        return None
    if facts.first_ai is None and any(isinstance(e, Message) and e.actor.kind is UNKNOWN for e in facts.events):
        return Abstain("somebody who may be a person or the AI wrote")
    first = facts.human[0] if facts.human else None
    if facts.ai_late and first is not None:
        text = "A person answered before the AI said anything, so this is not a case the AI had."
    elif facts.ai_assisted:
        text = "The AI only wrote drafts or notes for staff; it never spoke to the customer."
    else:
        text = "No AI spoke to the customer or was given the ticket."
    responder = seen("first to answer", first, who(first.actor)) if first else Evidence("first to answer", "nobody")
    return Found(Verdict.INELIGIBLE, Severity.EXCLUDE, text, (responder, *_first_ai(case)))


def _first_ai(case: Case) -> Iterator[Evidence]:
    if case.facts.first_ai is not None:
        yield seen("first act of the AI", case.facts.first_ai)
