"""What a label rule is, and how it is asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import NamedTuple

from clonedesk_connectors.quality.case import Case
from clonedesk_connectors.quality.findings import Abstention, Evidence, Finding, Severity, Verdict
from clonedesk_connectors.quality.labels import LabelValue

_NO_PARAMS: Mapping[str, str] = MappingProxyType({})


class Found(NamedTuple):
    """What a rule's function returns when it fires; `Rule.finding` adds the rule's name and version."""

    verdict: Verdict
    severity: Severity
    explanation: str
    evidence: tuple[Evidence, ...]
    proposal: LabelValue | None = None
    params: Mapping[str, str] = _NO_PARAMS
    marks: tuple[str, ...] = ()


class Abstain(NamedTuple):
    """What a rule's function returns when it cannot judge: why, in words."""

    why: str


CLOSING_UNKNOWN = "the ticket is closed, but no event says when and by whom"


def unmapped_rating(case: Case) -> Abstain | None:
    """For rules on ratings: abstain when there is an answer whose scale nobody could map."""
    for event in case.facts.ratings:
        told = event.satisfaction
        if told.value is None and told.answered_at is not None:
            return Abstain("a rating was given on a scale that is not known")
    return None


Judge = Callable[[Case], Found | Abstain | None]


@dataclass(frozen=True, slots=True)
class Rule:
    """One label rule.

    labels: the claims it is about; None for any. needs_ai: only for tickets an AI touched and that count at all.
    absence: it rests on something not being there, so it is off when history is missing. needs_text, needs_model: it
    cannot work without the extra `[text]` or `[quality]`. late: of the case it looks only at what `Recalled` has, so it
    can be asked after the text model without reading the ticket again; all others must not use `opinions` without
    `needs_model`. Raise `version` when the same ticket would be judged
    otherwise.
    """

    id: str
    title: str
    judge: Judge
    version: int = 1
    labels: frozenset[LabelValue] | None = None
    needs_ai: bool = False
    absence: bool = False
    needs_text: bool = False
    needs_model: bool = False
    late: bool = False
    _missing: dict[str, Abstention] = field(default_factory=dict, compare=False, repr=False)

    def finding(self, said: Found) -> Finding:
        """What the rule's function found, under the rule's name."""
        return Finding(
            self.id,
            self.version,
            said.verdict,
            said.severity,
            said.proposal,
            said.evidence,
            said.params,
            said.explanation,
            said.marks,
        )

    def abstain(self, why: str) -> Abstention:
        """The abstention with this reason; equal ones are one object, because most tickets share a few."""
        known = self._missing.get(why)
        if known is None:
            known = Abstention(self.id, why)
            if len(self._missing) < 100:
                self._missing[why] = known
        return known

    def unable(self, case: Case) -> str | None:
        """Why the rule cannot be asked about this ticket at all; None when it can."""
        if self.absence and not case.facts.complete:
            return "part of the history is missing, so that something was not seen does not mean that it did not happen"
        if self.needs_text and case.reader is None:
            return "texts cannot be read: the extra [text] is not installed"
        if self.needs_model and case.opinions is None:
            return "no text model was used: it needs the extra [quality]"
        return None


def rule(
    id: str,
    title: str,
    *,
    labels: tuple[LabelValue, ...] | None = None,
    version: int = 1,
    needs_ai: bool = False,
    absence: bool = False,
    needs_text: bool = False,
    needs_model: bool = False,
    late: bool = False,
) -> Callable[[Judge], Rule]:
    """Make a rule out of a function."""

    def made(judge: Judge) -> Rule:
        about = None if labels is None else frozenset(labels)
        return Rule(id, title, judge, version, about, needs_ai, absence, needs_text, needs_model, late)

    return made
