"""What is remembered of each ticket while the text model learns, so that nothing need be read once more to be counted.

About 300 bytes per ticket: findings without their evidence (shared between tickets), and what the rules on the text
model ask about.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from clonedesk_connectors.quality.case import Case, Gist, Recalled
from clonedesk_connectors.quality.combine import Segment, TicketResult, combine
from clonedesk_connectors.quality.context import Context
from clonedesk_connectors.quality.findings import Abstention, Finding
from clonedesk_connectors.quality.labels import Labels, LabelValue
from clonedesk_connectors.quality.opinions import TextOpinions
from clonedesk_connectors.quality.panel import Panel, Plan
from clonedesk_connectors.quality.precision import RulePrecision
from clonedesk_connectors.quality.settings import CheckSettings

_Marks = tuple[tuple[object, ...], ...]
_UNDECIDED = Labels()
_BARE = {value: Labels(values=frozenset({value}), value=value) for value in LabelValue}


class _Early(NamedTuple):
    """One ticket; plan: the rules on the text model that are to be asked about it."""

    gist: Gist
    segment: Segment
    findings: tuple[Finding, ...]
    abstentions: tuple[Abstention, ...]
    plan: Plan


class Recall:
    """Collects the verdicts of the rules, and completes them once the text model has spoken."""

    def __init__(self, late: Panel) -> None:
        self._late = late
        self._tickets: list[_Early] = []
        self._segments: dict[Segment, Segment] = {}
        self._findings: dict[_Marks, tuple[Finding, ...]] = {}
        self._why: dict[tuple[int, int], tuple[tuple[Abstention, ...], ...]] = {}  # by identity, which it keeps alive

    def keep(self, case: Case, result: TicketResult) -> None:
        """Remember one ticket and what the other rules said of it."""
        place = self._segments.setdefault(result.segment, result.segment)
        plan = self._late.plan(case)
        self._tickets.append(_Early(case.gist, place, self._bare(result.findings), result.abstentions, plan))

    def _bare(self, findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
        """The findings without what only a reader needs; equal ones are one object."""
        if not findings:
            return ()
        marks = tuple((one.rule, one.verdict, one.severity, one.proposal, one.marks) for one in findings)
        known = self._findings.get(marks)
        if known is None:
            bare = (one._replace(evidence=(), params={}, explanation="") for one in findings)
            known = self._findings[marks] = tuple(bare)
        return known

    def _both(self, one: tuple[Abstention, ...], other: tuple[Abstention, ...]) -> tuple[Abstention, ...]:
        """Two groups of abstentions as one tuple, the same for all tickets that share them."""
        known = self._why.get((id(one), id(other)))
        if known is None:
            known = self._why[id(one), id(other)] = (one, other, (*one, *other))
        return known[2]

    def results(
        self,
        opinions: TextOpinions,
        context: Context,
        settings: CheckSettings,
        precision: Mapping[str, RulePrecision],
    ) -> Iterator[TicketResult]:
        """What `combine` says of each ticket, for counting: without evidence, and of the labels only the value."""
        for gist, segment, early, unable, plan in self._tickets:
            findings, abstained = self._late.ask(Recalled(gist, opinions, context, settings), plan)
            labels = _BARE[gist.label] if gist.label is not None else _UNDECIDED
            why = self._both(unable, abstained)
            yield combine(gist.key, segment, labels, (*early, *findings), why, settings, precision)
