"""Which drafts people should see: thresholds by segment. Nothing is ever sent because of a label."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from pydantic import ConfigDict, Field

from clonedesk_connectors.errors import ConfigError
from clonedesk_connectors.protocol.pushback import Draft, Segment

Label = Literal["auto_ok", "review", "escalate"]


@dataclass(frozen=True, slots=True)
class Rule:
    """Thresholds for the segments that have all the named properties: below `lo` escalate, from `hi` on auto_ok."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    lo: Annotated[float, Field(strict=True)]
    hi: Annotated[float, Field(strict=True)]
    type: str | None = None
    channel: str | None = None
    tier: str | None = None
    language: str | None = None
    reviews_required: Annotated[int, Field(strict=True, le=10)] = 1

    def __post_init__(self) -> None:
        if not 0 <= self.lo <= self.hi or self.reviews_required < 1:
            raise ConfigError("a routing rule needs 0 <= lo <= hi and at least one review")

    def _wanted(self) -> dict[str, str]:
        names = ("type", "channel", "tier", "language")
        return {name: value for name in names if (value := getattr(self, name)) is not None}

    def fits(self, segment: Segment) -> bool:
        return all(getattr(segment, name) == value for name, value in self._wanted().items())

    @property
    def weight(self) -> int:
        return len(self._wanted())

    @property
    def title(self) -> str:
        return " ".join(self._wanted().values()) or "all"


EVERYTHING = Rule(lo=0.0, hi=2.0)
"""Without rules every draft is reviewed: no confidence reaches 2."""


@dataclass(frozen=True, slots=True)
class Route:
    """label: what the thresholds say. audited: not borderline, but drawn into review so that thresholds can be judged
    without selection. certainty: 0 for a draft in the middle of its band, 1000 at its edge: uncertain ones go first.
    """

    label: Label
    reason: str
    audited: bool
    reviews_required: int
    certainty: int

    @property
    def needs_review(self) -> bool:
        return self.audited or self.label == "review"


@dataclass(frozen=True, slots=True)
class Router:
    """The most specific fitting rule counts; of equally specific ones the first. audit_sample: a share, 0 to 1."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    rules: Sequence[Rule] = ()
    audit_sample: Annotated[float, Field(strict=True, ge=0, le=1)] = 0.05

    def route(self, draft: Draft, draw: float) -> Route:
        """draw: a number in [0, 1) that belongs to this draft, so that the same draft is always routed the same."""
        rule = max(
            (rule for rule in self.rules if rule.fits(draft.segment)), key=lambda r: r.weight, default=EVERYTHING
        )
        band = f"{rule.title}: {rule.lo:.2f}–{rule.hi:.2f}"
        if draft.confidence is None:
            return Route("review", f"{band}, no confidence given", False, rule.reviews_required, 0)
        label: Label = "review"
        if draft.confidence < rule.lo:
            label = "escalate"
        elif draft.confidence >= rule.hi:
            label = "auto_ok"
        audited = label != "review" and draw < self.audit_sample
        reason = f"{band}, confidence {draft.confidence:.2f}" + (", audit sample" if audited else "")
        return Route(label, reason, audited, rule.reviews_required, _certainty(rule, draft.confidence))


def _certainty(rule: Rule, confidence: float) -> int:
    half = (min(rule.hi, 1.0) - rule.lo) / 2
    return min(1000, round(1000 * abs(confidence - rule.lo - half) / half)) if half > 0 else 1000
