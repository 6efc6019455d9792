"""What a check found in all: by rule, severity and segment, and what dropping does to the escalation rate."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from clonedesk_connectors.quality.combine import KEEP, Decision, Segment, TicketResult
from clonedesk_connectors.quality.findings import Severity
from clonedesk_connectors.quality.labels import ESCALATED
from clonedesk_connectors.quality.precision import wilson

_DROPS = frozenset({Severity.HIGH, Severity.EXCLUDE, Severity.UNVERIFIABLE})


class SegmentRow(NamedTuple):
    """One cell. labelled / escalated: tickets with exactly one label, and those called escalated.

    kept / kept_escalated: the same after dropping.
    """

    name: str
    labelled: int
    escalated: int
    kept: int
    kept_escalated: int

    @property
    def rate(self) -> float | None:
        """Escalation rate by label before dropping; None without tickets."""
        return self.escalated / self.labelled if self.labelled else None

    @property
    def kept_rate(self) -> float | None:
        """Escalation rate of what is kept; None when nothing is."""
        return self.kept_escalated / self.kept if self.kept else None

    @property
    def kept_interval(self) -> tuple[float, float]:
        """Wilson 95 % interval of `kept_rate`."""
        return wilson(self.kept_escalated, self.kept)


@dataclass(slots=True)
class Tally:
    """Counts results as they come; memory grows with rules and segments, not with tickets.

    sole: per rule, tickets that would be usable but for this one rule. waiting: tickets only L24 holds back.
    """

    rules: Counter[tuple[str, Severity]] = field(default_factory=Counter)
    abstained: Counter[tuple[str, str]] = field(default_factory=Counter)
    severities: Counter[Severity | None] = field(default_factory=Counter)
    decisions: Counter[Decision] = field(default_factory=Counter)
    rules_by_segment: Counter[tuple[str, Segment]] = field(default_factory=Counter)
    sole: Counter[str] = field(default_factory=Counter)
    cells: dict[Segment, list[int]] = field(default_factory=dict)
    _clean: int = 0
    _unable: dict[int, list[Any]] = field(default_factory=dict)  # by identity: [abstentions, tickets]

    def add(self, result: TicketResult) -> None:
        """Count one ticket."""
        kept = result.decision is KEEP
        if result.findings or not kept:
            self._findings(result, kept)
        else:
            self._clean += 1
        if result.abstentions:
            group = self._unable.get(id(result.abstentions))
            if group is None:
                self._unable[id(result.abstentions)] = [result.abstentions, 1]
            else:
                group[1] += 1
        value = result.labels.value
        if value is not None:
            cell = self.cells.get(result.segment)
            if cell is None:
                cell = self.cells[result.segment] = [0, 0, 0, 0]
            escalated = value is ESCALATED
            cell[0] += 1
            cell[1] += escalated
            cell[2] += kept
            cell[3] += escalated and kept

    def _findings(self, result: TicketResult, kept: bool) -> None:
        self.severities[result.severity] += 1
        self.decisions[result.decision] += 1
        for finding in result.findings:
            self.rules[finding.rule, finding.severity] += 1
            self.rules_by_segment[finding.rule, result.segment] += 1
        if not kept:
            dropping = {finding.rule for finding in result.findings if finding.severity in _DROPS}
            if len(dropping) == 1:
                self.sole[dropping.pop()] += 1

    def close(self) -> None:
        """Add up what was counted in the short way: clean tickets, and abstentions by group."""
        for abstentions, tickets in self._unable.values():
            for rule, why in abstentions:
                self.abstained[rule, why] += tickets
        self._unable.clear()
        if self._clean:
            self.severities[None] += self._clean
            self.decisions[KEEP] += self._clean
            self._clean = 0

    def by(self, axis: str) -> tuple[SegmentRow, ...]:
        """One row per value of `ticket_type`, `channel` or `tier`, missing as `(none)`; rows add up to the total."""
        rows: dict[str, list[int]] = {}
        for segment, cell in self.cells.items():
            name = getattr(segment, axis) or "(none)"
            rows[name] = [a + b for a, b in zip(rows.get(name, [0, 0, 0, 0]), cell, strict=True)]
        return tuple(SegmentRow(name, *counts) for name, counts in sorted(rows.items()))

    def rules_by(self, axis: str) -> Mapping[str, Mapping[str, int]]:
        """Findings per value of an axis (see `by`) and rule, the most frequent rule first."""
        counts: dict[str, Counter[str]] = {}
        for (rule, segment), found in sorted(self.rules_by_segment.items(), key=lambda item: item[0][0]):
            counts.setdefault(getattr(segment, axis) or "(none)", Counter())[rule] += found
        return {name: dict(rules.most_common()) for name, rules in sorted(counts.items())}

    @property
    def total(self) -> SegmentRow:
        """All tickets with exactly one label."""
        columns = zip(*self.cells.values(), strict=True) if self.cells else ([0], [0], [0], [0])
        return SegmentRow("all", *(sum(column) for column in columns))


class Readiness(NamedTuple):
    """How far the clean labelled interactions are from what behavioural fine-tuning wants.

    clean: labelled tickets that are kept. missing: clean ones still needed for the goal. by_type: the same per ticket
    type. steps: what would get there fastest, as (tickets gained, sentence), largest first.
    """

    goal: int
    clean: int
    missing: int
    by_type: Mapping[str, int]
    steps: tuple[tuple[int, str], ...]


_STEPS = {
    "L23": "are held back only by missing history; pull it again or reconcile",
    "L24": "only have to settle; check again after the dates L24 names",
    "L26": "depend only on an actor of unknown kind; name it in bot_users or human_users",
    "L21": "have too little text; messages that were not synced may help",
    "L15": "only carry conflicting labels; decide which source counts",
}


def readiness(tally: Tally, unlabelled_ai: int, goal: int) -> Readiness:
    """Compare with the goal and rank what would help. unlabelled_ai: tickets an AI handled that carry no label."""
    clean = tally.total.kept
    steps = [(unlabelled_ai, "were handled by an AI and carry no label at all; label them")] if unlabelled_ai else []
    for rule, count in tally.sole.items():
        steps.append(
            (count, _STEPS.get(rule, f"are dropped by {rule} alone; review its findings or correct the labels"))
        )
    steps.sort(key=lambda step: (-step[0], step[1]))
    sentences = tuple((count, f"{count} tickets {what}.") for count, what in steps)
    by_type = {row.name: row.kept for row in tally.by("ticket_type")}
    return Readiness(goal, clean, max(0, goal - clean), by_type, sentences)
