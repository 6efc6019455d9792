"""What people found out about the rules: precision per rule from reviewed findings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import sqrt
from typing import NamedTuple

from clonedesk_connectors.quality.labels import LabelValue
from clonedesk_connectors.quality.rules import Rule
from clonedesk_connectors.quality.settings import CheckSettings

Z_95 = 1.959964
"""Two-sided 95 % point of the normal distribution."""


class ReviewedFinding(NamedTuple):
    """A person's word on one finding. version: of the rule that made it; other versions do not count any more.

    truth: the label the person thinks is right, where they said so; the text model learns from it.
    """

    rule: str
    version: int
    ticket: str
    confirmed: bool
    truth: LabelValue | None = None


class RulePrecision(NamedTuple):
    """Confirmed of reviewed findings, with the Wilson 95 % interval. demoted: the rule counts as low from now on."""

    rule: str
    reviewed: int
    confirmed: int
    low: float
    high: float
    demoted: bool

    @property
    def rate(self) -> float:
        return self.confirmed / self.reviewed

    def sentence(self) -> str:
        """The numbers in words."""
        told = (
            f"{self.rule}: {self.confirmed} of {self.reviewed} reviewed findings were right "
            f"({self.rate:.0%}, 95 % interval {self.low:.0%} to {self.high:.0%})"
        )
        return told + "; from now on it counts as low." if self.demoted else told + "."


def wilson(hits: int, trials: int) -> tuple[float, float]:
    """The Wilson score interval at 95 %, clipped to 0-1; (0, 1) without trials.

    Source: E. B. Wilson, "Probable inference, the law of succession, and statistical inference", 1927.
    """
    if trials <= 0:
        return 0.0, 1.0
    share, z2 = hits / trials, Z_95 * Z_95
    centre = (share + z2 / (2 * trials)) / (1 + z2 / trials)
    half = Z_95 / (1 + z2 / trials) * sqrt(share * (1 - share) / trials + z2 / (4 * trials * trials))
    return max(0.0, centre - half), min(1.0, centre + half)


def learn(
    reviews: Iterable[ReviewedFinding], rules: Iterable[Rule], settings: CheckSettings
) -> Mapping[str, RulePrecision]:
    """Precision per rule. Of several words on one finding the last counts; reviews of unknown rules are left out."""
    versions = {rule.id: rule.version for rule in rules}
    last = {(one.rule, one.ticket): one.confirmed for one in reviews if versions.get(one.rule) == one.version}
    counts: dict[str, list[int]] = {}
    for (rule, _), confirmed in last.items():
        tally = counts.setdefault(rule, [0, 0])
        tally[0] += 1
        tally[1] += confirmed
    return {rule: _precision(rule, reviewed, right, settings) for rule, (reviewed, right) in sorted(counts.items())}


def _precision(rule: str, reviewed: int, confirmed: int, settings: CheckSettings) -> RulePrecision:
    low, high = wilson(confirmed, reviewed)
    demoted = reviewed >= settings.review_min and confirmed / reviewed < settings.review_floor
    return RulePrecision(rule, reviewed, confirmed, low, high, demoted)
