"""Statistical rules and rules about actors, languages and faults: L17, L18, L19, L20, L26, L27."""

from __future__ import annotations

from collections.abc import Iterator

from clonedesk_connectors.model import Event, Message
from clonedesk_connectors.quality.case import Case, who
from clonedesk_connectors.quality.context import writes
from clonedesk_connectors.quality.facts import answered_at
from clonedesk_connectors.quality.findings import Evidence, Severity, Verdict, seen, span
from clonedesk_connectors.quality.labels import ESCALATED, RESOLVED_AI
from clonedesk_connectors.quality.rules.rule import Abstain, Found, rule
from clonedesk_connectors.quality.walk import UNKNOWN

_NO_TEXT = "there is no text by the customer to compare"


@rule("L17", "Labeller is an outlier", labels=(ESCALATED, RESOLVED_AI), needs_ai=True, needs_model=True, late=True)
def agent_outlier(case: Case) -> Found | Abstain | None:
    """The person who set the label goes against the text model far more often than everybody: low per ticket."""
    name = case.gist.labeller
    if name is None:
        return Abstain("no person is known to have set the label")
    assert case.opinions is not None
    line, settings = case.opinions.labellers.get(name), case.settings
    if line is None or line.tickets < settings.agent_min_tickets:
        return Abstain(f"the labeller has fewer than {settings.agent_min_tickets} labelled tickets")
    if line.posterior <= settings.agent_posterior:
        return None
    evidence = (
        Evidence("labelled tickets", str(line.tickets)),
        Evidence("rate against the text", f"{line.rate:.0%} ({line.low:.0%} to {line.high:.0%})"),
        Evidence("everybody's rate", f"{line.pooled:.0%}"),
    )
    text = f"Agent {name} labels {line.rate:.0%} of {line.tickets} tickets against the text; all {line.pooled:.0%}."
    params = {"tickets": str(settings.agent_min_tickets), "posterior": f"{settings.agent_posterior:g}"}
    return Found(Verdict.WEAKENS, Severity.LOW, text, evidence, params=params)


@rule("L18", "Near-duplicates disagree", labels=(ESCALATED, RESOLVED_AI), needs_ai=True, late=True)
def duplicates_disagree(case: Case) -> Found | Abstain | None:
    """A ticket with the same text, type and course of events carries the opposite label."""
    if case.opinions is None and not case.context.duplicates:  # then the fingerprint is not worth its price
        return None if case.labels.value is None or writes(case.facts) else Abstain(_NO_TEXT)
    gist = case.gist
    if gist.label is None:
        return None
    if not gist.course:
        return Abstain(_NO_TEXT)
    opinion = case.opinions.tickets.get(gist.key) if case.opinions is not None else None
    pair = case.context.duplicates.get(gist.course)
    if pair is not None:
        other, how = (pair.resolved if gist.label is ESCALATED else pair.escalated), "the same"
    elif opinion is not None and opinion.twins:
        other, how = opinion.twins[0], "nearly the same"
    else:
        return None
    evidence = (
        Evidence("this label", gist.label.value),
        Evidence("ticket with the opposite label", other),
        Evidence("text", f"{how} (at least {case.settings.near_text:g})"),
    )
    text = f"Ticket {other} has {how} text, type and course of events but the opposite label; one of the two is wrong."
    return Found(
        Verdict.WEAKENS, Severity.MEDIUM, text, evidence, params={"similarity": f"{case.settings.near_text:g}"}
    )


@rule("L19", "Text model disagrees", labels=(ESCALATED, RESOLVED_AI), needs_ai=True, needs_model=True, late=True)
def model_disagrees(case: Case) -> Found | Abstain | None:
    """The text alone makes the label unlikely, calibrated to an expected precision. A hint, not a proof."""
    assert case.opinions is not None
    opinion = case.opinions.tickets.get(case.gist.key)
    if opinion is None:
        return Abstain("the text model did not judge this ticket")
    if not opinion.flagged:
        return None
    evidence = (
        Evidence("probability that the label is wrong", f"{opinion.p_wrong:.2f}"),
        Evidence("expected precision of the list down to here", f"{opinion.expected_precision:.2f}"),
    )
    text = f"Judged by its text alone the label is wrong with a probability of {opinion.p_wrong:.0%}."
    return Found(Verdict.WEAKENS, Severity.LOW, text, evidence)


@rule("L20", "Languages do not match", needs_ai=True, needs_text=True)
def language_mismatch(case: Case) -> Found | Abstain | None:
    """The AI answered in another language than the customer wrote, twice or more; or a language it is not made for."""
    reader, settings, facts = case.reader, case.settings, case.facts
    if reader is None or not facts.customer or (len(facts.ai) < settings.language_turns and settings.languages is None):
        return None
    spoken, confidence = reader.language(facts.customer[0])
    if spoken is None or confidence < settings.language_confidence:
        return Abstain("the customer's language cannot be told")
    outside = settings.languages is not None and spoken not in settings.languages
    wrong = list(_other_language(case, spoken)) if len(facts.ai) >= settings.language_turns else []
    if not outside and len(wrong) < settings.language_turns:
        return None
    evidence = (seen("customer", facts.customer[0], f"{spoken} ({confidence:.2f})"), *wrong)
    what = (
        f"The customer wrote {spoken}, which the AI is not made for"
        if outside
        else "The AI answered in another language"
    )
    params = {"turns": str(settings.language_turns), "confidence": f"{settings.language_confidence:g}"}
    return Found(
        Verdict.WEAKENS, Severity.LOW, f"{what}; what the text says about the label is void.", evidence, params=params
    )


def _other_language(case: Case, spoken: str) -> Iterator[Evidence]:
    assert case.reader is not None
    for message in case.facts.ai:
        language, confidence = case.reader.language(message)
        if language is not None and language != spoken and confidence >= case.settings.language_confidence:
            yield seen("AI", message, f"{language} ({confidence:.2f})")


@rule("L26", "Person or program?", version=2, absence=True)
def actor_unknown(case: Case) -> Found | Abstain | None:
    """The event that would decide was made by an actor who may be a person or a program.

    Where nobody wrote and the helpdesk does not tell who changed the status, there is nobody to name: it abstains.
    """
    facts = case.facts
    deciding: tuple[Event, ...] = ()
    if facts.ai_touched:
        acts = (*facts.human_after, *facts.notes_after, *facts.human_status_after, *facts.unknown_after)
        deciding = acts if acts and all(case.maybe_program(act.actor) for act in acts) else ()
    elif facts.first_ai is None:
        deciding = tuple(e for e in facts.events if isinstance(e, Message) and e.actor.kind is UNKNOWN)
    if not deciding:
        return None
    telling = [act for act in deciding if isinstance(act, Message) or act.actor.id or act.actor.name]
    if not telling:
        return Abstain("the helpdesk does not tell who made the change that would decide")
    actor = telling[0].actor
    evidence = (*(seen(event.kind, event, who(event.actor)) for event in deciding[:3]), *_pattern(case, actor.id))
    text = (
        f"Whether a person acted depends on {who(actor)}, who may be a person or a program. "
        "Name this actor in the account's bot_users or human_users and check again."
    )
    return Found(Verdict.UNVERIFIABLE, Severity.UNVERIFIABLE, text, evidence)


def _pattern(case: Case, actor_id: str | None) -> Iterator[Evidence]:
    pattern = case.context.unknown_actors.get(actor_id or "")
    if pattern is None:
        return
    share = pattern.tickets / case.context.tickets if case.context.tickets else 0.0
    yield Evidence("share of tickets where this actor decides", f"{share:.1%}")
    if pattern.median_reply_s is not None:
        yield Evidence("median time to reply", span(pattern.median_reply_s))
    yield Evidence("texts sent more than once", f"{pattern.repeated:.0%}")


@rule("L27", "Impossible order")
def impossible_order(case: Case) -> Found | Abstain | None:
    """Time runs backwards, something happened before the ticket existed, ids repeat, or a human came before the AI."""
    facts = case.facts
    suspect = facts.disordered or facts.duplicate_ids or facts.ratings or facts.ai_late or _too_early(case)
    evidence = tuple(_faults(case)) if suspect else ()
    if not evidence:
        return Abstain("nobody knows when the ticket was created") if facts.ticket.created_at is None else None
    text = f"The history cannot be right as it stands: {evidence[0].what}. Fix the data before trusting the label."
    return Found(Verdict.UNVERIFIABLE, Severity.HIGH, text, evidence)


def _faults(case: Case) -> Iterator[Evidence]:
    facts = case.facts
    if facts.duplicate_ids:
        yield Evidence("event ids occur twice", ", ".join(facts.duplicate_ids[:5]), facts.duplicate_ids[0])
    if facts.disordered:
        yield Evidence("events are told in an order that their times contradict")
    if _too_early(case):
        yield seen("an event lies before the ticket's creation", facts.events[0])
    for rating in facts.ratings:
        asked = rating.satisfaction.asked_at
        if (
            asked is not None
            and rating.satisfaction.value is not None
            and asked - answered_at(rating) > case.settings.clock_slack
        ):
            yield seen("a rating was answered before it was asked for", rating)
    if facts.ai_late and case.label(ESCALATED) is not None and facts.human:
        answered = facts.human[0]
        yield seen("a person answered before the AI, yet the ticket is called escalated", answered, who(answered.actor))


def _too_early(case: Case) -> bool:
    """Whether the first event lies before the creation; events of merged tickets may well be older."""
    created, events = case.facts.ticket.created_at, case.facts.events
    if created is None or not events or events[0].at >= created:
        return False
    joined = {event.id for event in case.context.joined.get(case.facts.key, ())}
    return created - events[0].at > case.settings.clock_slack and events[0].id not in joined
