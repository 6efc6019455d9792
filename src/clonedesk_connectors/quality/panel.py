"""Asks all rules about a ticket, leaving out in advance those that cannot apply."""

from __future__ import annotations

from collections.abc import Sequence

from clonedesk_connectors.quality.case import Case
from clonedesk_connectors.quality.findings import Abstention, Finding
from clonedesk_connectors.quality.labels import LabelValue
from clonedesk_connectors.quality.rules import Found, Rule
from clonedesk_connectors.quality.rules.rule import Judge

_Kind = tuple[frozenset[LabelValue], bool, bool, bool, bool]
Plan = tuple[tuple[tuple[Rule, Judge], ...], tuple[Abstention, ...]]
"""The rules to ask with their functions, and the abstentions of those that cannot be asked."""

_MOST_GROUPS = 10_000


class Panel:
    """The rules of one check. Tickets of one kind (labels, AI or not, complete or not) share one plan."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self.rules = tuple(rules)
        self._plans: dict[_Kind, Plan] = {}
        self._groups: dict[tuple[int, ...], tuple[Abstention, ...]] = {}
        self._kept: list[tuple[Abstention, ...]] = []  # keeps what `_groups` knows by identity alive

    def parted(self) -> tuple[Panel, Panel] | None:
        """Those asked while the history is at hand, and those that only wait for the text model.

        None where a rule needs both at once.
        """
        if any(rule.needs_model and not rule.late for rule in self.rules):
            return None
        return Panel([rule for rule in self.rules if not rule.late]), Panel([rule for rule in self.rules if rule.late])

    def plan(self, case: Case) -> Plan:
        """Whom to ask about a ticket of this kind."""
        counts = case.facts.ai_touched and case.facts.excluded in (None, "history_incomplete")
        kind = (case.labels.values, counts, case.facts.complete, case.reader is None, case.opinions is None)
        plan = self._plans.get(kind)
        if plan is None:
            plan = self._plans[kind] = self._plan(case, counts)
        return plan

    def ask(self, case: Case, plan: Plan | None = None) -> tuple[tuple[Finding, ...], tuple[Abstention, ...]]:
        """Every finding and every abstention about one labelled ticket, in the order of the rules."""
        able, unable = self.plan(case) if plan is None else plan
        findings: list[Finding] = []
        abstained: list[Abstention] = []
        for rule, judge in able:
            said = judge(case)
            if said is None:
                continue
            if isinstance(said, Found):
                findings.append(rule.finding(said))
            else:
                abstained.append(rule.abstain(said.why))
        return tuple(findings), self._shared(unable, abstained) if abstained else unable

    def _shared(self, unable: tuple[Abstention, ...], abstained: list[Abstention]) -> tuple[Abstention, ...]:
        """One tuple for all tickets with the same abstentions; abstentions themselves are shared by the rules."""
        key = (id(unable), *map(id, abstained))
        known = self._groups.get(key)
        if known is None:
            known = (*unable, *abstained)
            if len(self._groups) < _MOST_GROUPS:
                self._groups[key] = known
                self._kept.append(tuple(abstained))
        return known

    def _plan(self, case: Case, counts: bool) -> Plan:
        able: list[tuple[Rule, Judge]] = []
        unable: list[Abstention] = []
        for rule in self.rules:
            about = rule.labels is None or not rule.labels.isdisjoint(case.labels.values)
            if about and (counts or not rule.needs_ai):
                why = rule.unable(case)
                if why is None:
                    able.append((rule, rule.judge))
                else:
                    unable.append(rule.abstain(why))
        return tuple(able), tuple(unable)
