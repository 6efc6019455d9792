"""Rules about how the label was written: L14, L15, L16."""

from __future__ import annotations

from itertools import pairwise

from clonedesk_connectors.quality.case import Case, who
from clonedesk_connectors.quality.facts import answered_at
from clonedesk_connectors.quality.findings import Evidence, Severity, Verdict, span
from clonedesk_connectors.quality.labels import (
    ABANDONED,
    ESCALATED,
    RESOLVED_AI,
    EscalationLabel,
    LabelChange,
    LabelSource,
    LabelValue,
)
from clonedesk_connectors.quality.rules.rule import Abstain, Found, rule
from clonedesk_connectors.quality.walk import PROGRAMS

_OUTCOME = LabelSource.VENDOR_OUTCOME
_MACHINE_CAUSES = frozenset({"bulk", "rule", "api", "import"})


@rule("L14", "Label written after the end", needs_ai=True)
def written_late(case: Case) -> Found | Abstain | None:
    """Set more than 1 h after the final closure, by bulk edit, rule, import or somebody who never took part.

    Medium; high once another rule shows the label false (see `combine`).
    """
    claims = [label for label in case.labels.current if label.source is not _OUTCOME]
    if not claims or not case.facts.closures:
        return None
    dated = [label for label in claims if label.set_at is not None]
    if not dated:
        return Abstain("nobody knows when the label was written")
    closed = case.facts.closures[-1].at
    for label in dated:
        late = label.set_at - closed if label.set_at is not None else case.settings.late_label
        how = _outside(case, label) if late > case.settings.late_label else None
        if how is not None:
            return _late(case, label, span(late), how)
    return None


def _outside(case: Case, label: EscalationLabel) -> str | None:
    """Why the setter is not part of the conversation, in words; None when they are or nobody knows."""
    if label.set_at is None:
        return None
    actor = label.set_by
    batch = case.context.batches.size(actor.id if actor else None, "label", label.set_at)
    if batch:
        return f"together with {batch - 1} other tickets within a minute"
    if label.cause is not None and label.cause.kind in _MACHINE_CAUSES:
        return f"by {label.cause.kind} {label.cause.name or label.cause.id or ''}".strip()
    if label.source is LabelSource.IMPORT:
        return "by an import"
    if actor is None:
        return None
    if actor.kind in PROGRAMS:
        return f"by {who(actor)}"
    took_part = any(
        event.actor.id == actor.id and event.actor.kind is actor.kind
        for event in case.facts.events
        if event.id != label.event and event.kind not in ("tag", "other")
    )
    return None if took_part or actor.id is None else f"by {who(actor)}, who never took part"


def _late(case: Case, label: EscalationLabel, late: str, how: str) -> Found:
    old = next((c.old for c in reversed(case.labels.changes) if c.event.id == label.event), None)
    evidence = (
        Evidence("label", f"{label.value} ({label.source} {label.name})", label.event, label.set_at),
        Evidence("set", how),
        Evidence("old value", old.value if old is not None else "none"),
        Evidence("final closure", f"{late} before the label", None, case.facts.closures[-1].at),
    )
    text = f"The label was written {late} after the end, {how}: an afterthought, not an observation."
    params = {"delay": span(case.settings.late_label)}
    return Found(Verdict.WEAKENS, Severity.MEDIUM, text, evidence, params=params)


@rule("L15", "Labels contradict each other")
def conflicting(case: Case) -> Found | Abstain | None:
    """Two labels of different meaning on one ticket. The proposal is the one the trail supports, if any."""
    values, current = case.labels.values, case.labels.current
    if len(current) == 1 and values:
        return None
    denied = {label.rules_out for label in current if label.rules_out is not None}
    if len(values) < 2 and not values & denied:
        unread = any(label.value is LabelValue.UNKNOWN and label.rules_out is None for label in current)
        return Abstain("a label has a word that nobody mapped") if unread else None
    evidence = tuple(
        Evidence(f"label by {label.source} {label.name}", _claim(label), label.event, label.set_at)
        for label in case.labels.current
    )
    told = " and ".join(sorted({_claim(label) for label in case.labels.current}))
    supported = supported_value(case)
    text = f"The ticket carries labels that cannot both be true: {told}."
    if supported is not None:
        text += f" Its history supports {supported}."
    return Found(Verdict.CONTRADICTS, Severity.HIGH, text, evidence, supported)


def _claim(label: EscalationLabel) -> str:
    return label.value.value if label.rules_out is None else f"not {label.rules_out.value}"


def supported_value(case: Case) -> LabelValue | None:
    """What the history alone says; None when it does not decide."""
    outcome = case.outcome
    if not case.facts.ai_touched or not case.facts.complete or outcome.windows:
        return None
    if outcome.escalated:
        return ESCALATED
    if outcome.confirmed is not None:
        return RESOLVED_AI
    return ABANDONED if outcome.definite else None


@rule("L16", "Label was changed")
def changed(case: Case) -> Found | Abstain | None:
    """The value flipped two times or more, or changed after a rating arrived."""
    changes = [change for change in case.labels.changes if change.new is not None]
    if not changes:
        return Abstain("the history of the label is not known")
    if len(changes) == 1 and not case.facts.ratings:
        return None
    flips = _flips(changes)
    rating = case.facts.rating if case.facts.ratings else None
    after = None if rating is None else next((flip for flip in flips if flip.event.at > answered_at(rating)), None)
    if len(flips) < 2 and after is None:
        return None
    evidence = tuple(
        Evidence(
            f"{change.source} {change.name} by {who(change.event.actor)}",
            f"{change.old or 'none'} → {change.new}",
            change.event.id,
            change.event.at,
        )
        for change in changes
    )
    times = f"{len(flips)} times" if len(flips) > 1 else "once"
    text = f"The label was changed {times}" + (", after the rating had arrived." if after is not None else ".")
    return Found(Verdict.WEAKENS, Severity.MEDIUM, text, evidence, params={"flips": "2"})


def _flips(changes: list[LabelChange]) -> list[LabelChange]:
    """The changes that replaced one value by another in the same place (all tags are one place)."""
    found: list[LabelChange] = []
    places = {(change.source, change.name if change.source is LabelSource.FIELD else "") for change in changes}
    for source, name in sorted(places):
        here = [c for c in changes if c.source is source and (source is not LabelSource.FIELD or c.name == name)]
        if here[0].old is not None and here[0].old is not here[0].new:
            found.append(here[0])
        found += [later for earlier, later in pairwise(here) if later.new is not earlier.new]
    return found
