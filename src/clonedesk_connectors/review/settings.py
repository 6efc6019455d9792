"""Defaults of the review queue; each is a setting."""

from __future__ import annotations

from dataclasses import dataclass, field

from clonedesk_connectors.review.matcher import DEFAULT_SETTINGS, MatchSettings


@dataclass(frozen=True, slots=True)
class ReviewSettings:
    """lease_s: how long a claim lasts without a heartbeat. undo_s: how long a decision can be taken back, and the
    earliest age at which it is delivered or becomes a signal. double_review_rate: share of drafts that two people see
    without knowing of each other. agreement: similarity from which two edits count as the same. bulk_limit: drafts per
    bulk approval. rubber_stamp_s: approvals faster than this are counted apart. tiers: most urgent first.
    late_days: how long after the end a reply may still match.
    """

    lease_s: int = 600
    undo_s: int = 600
    double_review_rate: float = 0.02
    agreement: float = 0.9
    bulk_limit: int = 20
    rubber_stamp_s: float = 3.0
    tiers: tuple[str, ...] = ()
    late_days: int = 7
    match: MatchSettings = field(default_factory=lambda: DEFAULT_SETTINGS)
