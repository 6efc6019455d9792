"""From findings to one verdict per ticket: severity, proposal, decision and training weight."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple

from clonedesk_connectors.quality.findings import Abstention, Finding, Severity, Verdict, worst
from clonedesk_connectors.quality.labels import Labels, LabelValue
from clonedesk_connectors.quality.precision import RulePrecision
from clonedesk_connectors.quality.settings import CheckSettings

_DROPPED = frozenset({Severity.HIGH, Severity.EXCLUDE, Severity.UNVERIFIABLE})


class Decision(StrEnum):
    """What to do with the label. keep: use it (perhaps with less weight); drop: do not; needs_review: people decide."""

    KEEP = "keep"
    DROP = "drop"
    NEEDS_REVIEW = "needs_review"


# Bound once, as in `walk`.
KEEP, DROP, NEEDS_REVIEW = Decision.KEEP, Decision.DROP, Decision.NEEDS_REVIEW


class Segment(NamedTuple):
    """Where a ticket belongs; None is a cell of its own and never dropped."""

    ticket_type: str | None
    channel: str
    tier: str | None


class TicketResult(NamedTuple):
    """What the check says about one labelled ticket.

    severity: the worst of the findings, None without any. proposal: the label the findings agree on, None when they
    propose none or disagree (`decision` is needs_review then). weight: for training, 0 to 1. course: the fingerprint of
    type, first text and events that near-duplicates share.
    """

    key: str
    segment: Segment
    labels: Labels
    findings: tuple[Finding, ...]
    abstentions: tuple[Abstention, ...]
    severity: Severity | None
    proposal: LabelValue | None
    decision: Decision
    weight: float


def combine(
    key: str,
    segment: Segment,
    labels: Labels,
    findings: Sequence[Finding],
    abstentions: tuple[Abstention, ...],
    settings: CheckSettings,
    precision: Mapping[str, RulePrecision],
) -> TicketResult:
    """Put the findings of one ticket together. Rules that reviews proved bad count as low."""
    if not findings:
        return TicketResult(
            key, segment, labels, (), abstentions, None, None, _clean(labels), _weight(labels, None, settings)
        )
    weighed = tuple(_demoted(one, precision) for one in _late_labels(findings))
    severity = worst(weighed)
    proposals = {one.proposal for one in weighed if one.proposal is not None and one.severity is not Severity.LOW}
    proposal = next(iter(proposals)) if len(proposals) == 1 else None
    if severity is Severity.EXCLUDE:
        decision = DROP
    elif len(proposals) > 1:
        decision = NEEDS_REVIEW
    else:
        decision = DROP if severity in _DROPPED else _clean(labels)
    weight = 0.0 if decision is not KEEP else _weight(labels, severity, settings)
    return TicketResult(key, segment, labels, weighed, abstentions, severity, proposal, decision, weight)


def _clean(labels: Labels) -> Decision:
    return KEEP if labels.value is not None else DROP


def _weight(labels: Labels, severity: Severity | None, settings: CheckSettings) -> float:
    if labels.value is None:
        return 0.0
    return (
        {Severity.MEDIUM: settings.weight_medium, Severity.LOW: settings.weight_low}.get(severity, 1.0)
        if severity
        else 1.0
    )


def _late_labels(findings: Sequence[Finding]) -> Sequence[Finding]:
    """L14 is medium alone, and high once another rule shows the label false."""
    if not any(one.rule == "L14" for one in findings):
        return findings
    contradicted = any(one.verdict is Verdict.CONTRADICTS and one.rule != "L14" for one in findings)
    if not contradicted:
        return findings
    return [one._replace(severity=Severity.HIGH) if one.rule == "L14" else one for one in findings]


def _demoted(finding: Finding, precision: Mapping[str, RulePrecision]) -> Finding:
    known = precision.get(finding.rule)
    if known is None or not known.demoted or finding.severity is Severity.LOW:
        return finding
    note = f" (Counted as low: people confirmed only {known.confirmed} of {known.reviewed} findings of this rule.)"
    return finding._replace(
        severity=Severity.LOW, explanation=finding.explanation + note, marks=(*finding.marks, "demoted")
    )
