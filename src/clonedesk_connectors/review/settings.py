"""Defaults of the review queue; each is a setting, of `ReviewQueue` and of the table [review] in `clonedesk.toml`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, ClassVar

from pydantic import ConfigDict, Field

from clonedesk_connectors.review.matcher import DEFAULT_SETTINGS, MatchSettings, Share

Seconds = Annotated[int, Field(strict=True, ge=0, le=31_536_000)]
Count = Annotated[int, Field(strict=True, ge=1, le=10_000)]


@dataclass(frozen=True, slots=True)
class ReviewSettings:
    """lease_s: how long a claim lasts without a heartbeat. undo_s: how long a decision can be taken back, and the
    earliest age at which it is delivered or becomes a signal. double_review_rate: share of drafts that two people see
    without knowing of each other. seeded_check_rate: for this share of new drafts a decided one is shown again to
    somebody else, to see how reviewers decide. agreement: similarity from which two edits count as the same.
    bulk_limit: drafts per bulk approval. rubber_stamp_s: approvals faster than this are counted apart. tiers: most
    urgent first. late_days: how long after the end a reply may still match.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    lease_s: Seconds = 600
    undo_s: Seconds = 600
    double_review_rate: Share = 0.02
    seeded_check_rate: Annotated[float, Field(strict=True, ge=0, le=0.02)] = 0.0
    agreement: Share = 0.9
    bulk_limit: Count = 20
    rubber_stamp_s: Annotated[float, Field(strict=True, ge=0, le=3600)] = 3.0
    tiers: tuple[str, ...] = ()
    late_days: Annotated[int, Field(strict=True, ge=0, le=365)] = 7
    match: MatchSettings = field(default_factory=lambda: DEFAULT_SETTINGS)
