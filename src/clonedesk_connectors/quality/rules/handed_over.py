"""Rules about labels that say a person took over: L01, L03, L07, L29, L30."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from clonedesk_connectors.model import Event
from clonedesk_connectors.quality.case import Case, who
from clonedesk_connectors.quality.context import body_hash, macro_delay, sibling
from clonedesk_connectors.quality.facts import answered_at
from clonedesk_connectors.quality.findings import Evidence, Severity, Verdict, seen, span
from clonedesk_connectors.quality.labels import ABANDONED, ESCALATED, RESOLVED_AI, LabelValue
from clonedesk_connectors.quality.outcome import rates_ai
from clonedesk_connectors.quality.rules.rule import Abstain, Found, rule, unmapped_rating


@rule("L01", "Escalated, but nobody came", labels=(ESCALATED,), needs_ai=True, absence=True)
def nobody_came(case: Case) -> Found | Abstain | None:
    """Label escalated; after the AI no human message (public or private) and no human status change."""
    facts, outcome = case.facts, case.outcome
    if outcome.h_strict is not None or outcome.reopenings or outcome.low_rating is not None:
        return None
    if facts.unknown_after:
        return Abstain("an actor who may be a person acted after the AI")
    last = facts.handovers[-1].at if facts.handovers else _claimed_at(case)
    waited = case.cut - last
    if waited < case.settings.handover_wait:
        return Abstain(f"too early: judged {case.settings.handover_wait.days} days after the hand-over")
    recent = tuple(seen("one of the last three events", event, _label_of(event)) for event in facts.events[-3:])
    params = {"wait": span(case.settings.handover_wait)}
    if facts.handovers:
        asked = seen("hand-over", facts.handovers[-1], f"waited {span(waited)}")
        text = "The ticket was handed over, but no person ever wrote, noted or changed anything: asked for, not served."
        return Found(
            Verdict.WEAKENS, Severity.MEDIUM, text, (asked, *recent), params=params, marks=("requested_unanswered",)
        )
    none = Evidence("hand-over", "there is none in the history")
    text = "The label says escalated, but nothing was handed over and no person ever acted on the ticket."
    return Found(Verdict.CONTRADICTS, Severity.HIGH, text, (none, *recent), _instead(case), params)


def _claimed_at(case: Case) -> datetime:
    label = case.label(ESCALATED)
    if label is not None and label.set_at is not None:
        return label.set_at
    return case.facts.events[-1].at


def _instead(case: Case) -> LabelValue | None:
    """What the ticket is if no person was involved."""
    if case.outcome.confirmed is not None:
        return RESOLVED_AI
    return ABANDONED if case.outcome.definite or case.outcome.unanswered is not None else None


def _label_of(event: Event) -> str:
    return f"{event.kind} by {who(event.actor)}"


def _routing_unknown(case: Case) -> Abstain | None:
    """For rules on assignments: abstain where the helpdesk tells of none, and does not say that there were none."""
    if case.facts.routing or case.facts.ticket.coverage.events_complete is not None:
        return None
    return Abstain("the helpdesk does not tell who was given the ticket, and when")


@rule("L03", "Bounced back", labels=(ESCALATED,), needs_ai=True, absence=True)
def bounced(case: Case) -> Found | Abstain | None:
    """Given to a person or group, then back to the AI or nobody within 24 h, no human message between."""
    if case.outcome.h_strict is not None:
        return None
    bounce = next((bounce for bounce in case.facts.bounces if not bounce.flicker), None)
    if bounce is None:
        return _routing_unknown(case)
    gap = span(bounce.back.at - bounce.to_human.at)
    evidence = (seen("given to people", bounce.to_human), seen("taken back", bounce.back, f"after {gap}"))
    text = f"The ticket went to people and came back after {gap} without a human word: escalated only on paper."
    params = {"window": span(case.settings.bounce)}
    return Found(Verdict.WEAKENS, Severity.MEDIUM, text, evidence, params=params, marks=("literal_only",))


@rule("L07", "Good rating on an escalated ticket", labels=(ESCALATED,), needs_ai=True, absence=True)
def good_rating(case: Case) -> Found | Abstain | None:
    """Label escalated, strict H false, last rating 4-5 with no human before it."""
    rating = case.facts.rating if case.facts.ratings else None
    if rating is None:
        return unmapped_rating(case)
    if case.outcome.h_strict is not None or not rates_ai(rating, case.facts):
        return None
    value = rating.satisfaction.value or 0
    if value < 4:
        return None
    shown = Evidence("rating", f"{value} of 5 (raw {rating.satisfaction.raw})", rating.id, answered_at(rating))
    text = f"The customer rated {value} of 5 and no person had acted: the AI seems to have solved it."
    missing = Evidence("human events before the rating", "none")
    return Found(Verdict.CONTRADICTS, Severity.MEDIUM, text, (shown, missing), RESOLVED_AI)


@rule("L29", "The only human message looks automatic", labels=(ESCALATED, RESOLVED_AI), needs_ai=True, absence=True)
def macro_only(case: Case) -> Found | Abstain | None:
    """The only human message came within 10 s of the assignment, with a text sent like that in 5 or more tickets."""
    facts, settings = case.facts, case.settings
    if not facts.human_after:
        return None
    delay = macro_delay(facts)
    if delay is None or delay >= settings.macro_delay:
        return _routing_unknown(case)
    message = facts.human_after[0]
    repeats = case.context.macros.get(body_hash(message, case.reader), 0)
    if repeats < settings.macro_repeats:
        return None
    evidence = (
        seen("message", message, f"{span(delay)} after the assignment, by {who(message.actor)}"),
        Evidence("tickets that got the same text in the same way", str(repeats)),
    )
    text = "The only human message came seconds after the assignment, word for word as elsewhere: likely a macro."
    params = {"delay": span(settings.macro_delay), "repeats": str(settings.macro_repeats)}
    return Found(Verdict.WEAKENS, Severity.MEDIUM, text, evidence, params=params, marks=("human_not_proven",))


@rule("L30", "Worked on elsewhere", labels=(RESOLVED_AI,), version=2, needs_ai=True)
def side_channel(case: Case) -> Found | Abstain | None:
    """A call, side conversation or linked ticket holds human work that the ticket itself does not show."""
    facts = case.facts
    candidates = facts.others or facts.human_after or facts.notes_after or facts.ticket.linked
    evidence = tuple(_side_work(case)) if candidates else ()
    if not evidence:
        return None if case.facts.complete else Abstain("part of the history is missing, and calls may be part of it")
    text = "A person worked on this outside the thread (call, side conversation or linked ticket)."
    return Found(Verdict.CONTRADICTS, Severity.MEDIUM, text, evidence, ESCALATED)


def _side_work(case: Case) -> Iterator[Evidence]:
    facts, kinds = case.facts, case.settings.side_channels
    first = facts.first_ai
    work: tuple[Event, ...] = (*facts.others, *facts.human_after, *facts.notes_after)
    for event in work:
        if first is not None and event.at >= first.at and event.native_kind.lower() in kinds:
            yield seen("side channel", event, event.native_kind)
    if facts.ticket.linked:
        follow_ups = {follow.key for follow in case.context.follow_ups.get(facts.key, ())}
        for native_id in facts.ticket.linked:
            key = sibling(facts, native_id)
            if key not in follow_ups and hash(key) in case.context.worked:
                yield Evidence("linked ticket with human work", key)
