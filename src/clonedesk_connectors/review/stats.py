"""How reviewers decide, how far they agree, and what that says about the thresholds."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations
from statistics import median
from typing import Literal

from sqlalchemy import Connection, select

from clonedesk_connectors.quality.precision import wilson
from clonedesk_connectors.review import checks
from clonedesk_connectors.review.listing import Query
from clonedesk_connectors.review.router import Rule
from clonedesk_connectors.review.rows import SEEDED
from clonedesk_connectors.review.settings import ReviewSettings
from clonedesk_connectors.store.records import AnyRow
from clonedesk_connectors.store.review_tables import draft, opinion

By = Literal["reviewer", "segment", "model"]
Pair = tuple[AnyRow, AnyRow]


@dataclass(frozen=True, slots=True)
class ReviewStats:
    """outcomes: how often each. median_seconds: of decisions made here, None without one. agreement: share of double
    reviews with the same decision. rubber_stamped: share of approvals here that took less than `rubber_stamp_s`.
    checks: seeded checks this person decided, which count nowhere else; checks_agreed: share decided as the first time.
    """

    name: str
    decisions: int
    outcomes: dict[str, int] = field(default_factory=dict)
    median_seconds: float | None = None
    agreement: float | None = None
    rubber_stamped: float | None = None
    checks: int = 0
    checks_agreed: float | None = None


@dataclass(frozen=True, slots=True)
class Agreement:
    """Of drafts that two or more people reviewed. kappa: Cohen's, over all pairs; None when it is not defined."""

    drafts: int
    agreed: float | None
    kappa: float | None


@dataclass(frozen=True, slots=True)
class Calibration:
    """One tenth of the confidence range of one segment. approved: Wilson 95 % interval of the share sent as drafted."""

    segment: str
    decile: int
    reviewed: int
    approved: int
    edited: int
    rejected: int
    low: float
    high: float
    advice: str


def _opinions(connection: Connection, query: Query) -> list[AnyRow]:
    joined = opinion.join(draft, draft.c.draft_id == opinion.c.draft_id)
    columns = (
        opinion.c.draft_id,
        opinion.c.reviewer,
        opinion.c.decision,
        opinion.c.outcome,
        opinion.c.seconds,
        opinion.c.is_lead,
        draft.c.model_version,
        draft.c.segment_type,
        draft.c.confidence,
    )
    counting = (~opinion.c.undone, draft.c.vendor != SEEDED, *query.conditions())
    return list(connection.execute(select(*columns).select_from(joined).where(*counting).order_by(opinion.c.id)))


def review_stats(connection: Connection, query: Query, settings: ReviewSettings, by: By) -> list[ReviewStats]:
    """One line per reviewer, segment type or model version, ordered by name."""
    column = {"reviewer": "reviewer", "segment": "segment_type", "model": "model_version"}[by]
    rows = _opinions(connection, query)
    groups: dict[str, list[AnyRow]] = defaultdict(list)
    for row in rows:
        groups[getattr(row, column) or "unknown"].append(row)
    pairs = _pairs(rows)
    seeded = checks.results(connection) if by == "reviewer" else {}
    lines = [_line(name, groups[name], pairs, settings) for name in sorted({*groups, *seeded})]
    return [
        replace(line, checks=len(hits), checks_agreed=_share(hits))
        for line in lines
        for hits in (seeded.get(line.name, []),)
    ]


def _line(name: str, rows: Sequence[AnyRow], pairs: Sequence[Pair], settings: ReviewSettings) -> ReviewStats:
    timed = [row for row in rows if row.seconds is not None]
    mine = set(rows)
    return ReviewStats(
        name,
        len(rows),
        dict(sorted(Counter(row.outcome for row in rows).items())),
        median(row.seconds for row in timed) if timed else None,
        _share([one.decision == other.decision for one, other in pairs if one in mine or other in mine]),
        _share([row.seconds < settings.rubber_stamp_s for row in timed if row.decision == "approve"]),
    )


def agreement(connection: Connection, query: Query) -> Agreement:
    pairs = _pairs(_opinions(connection, query))
    observed = _share([one.decision == other.decision for one, other in pairs])
    drafts = len({one.draft_id for one, _ in pairs})
    return Agreement(drafts, observed, _kappa(pairs, observed))


def _pairs(rows: Iterable[AnyRow]) -> list[Pair]:
    """Blind reviews of the same draft, two by two; a lead who settles a dispute is no blind reviewer."""
    by_draft: dict[str, list[AnyRow]] = defaultdict(list)
    for row in rows:
        if not row.is_lead and row.decision != "observed":
            by_draft[row.draft_id].append(row)
    return [pair for reviews in by_draft.values() for pair in combinations(reviews, 2)]


def _kappa(pairs: Sequence[Pair], observed: float | None) -> float | None:
    """Agreement beyond chance (J. Cohen, "A coefficient of agreement for nominal scales", 1960), with one common
    distribution for both reviewers, because which of the two is first means nothing here.
    """
    if observed is None:
        return None
    counts = Counter(row.decision for pair in pairs for row in pair)
    chance = sum((number / counts.total()) ** 2 for number in counts.values())
    return None if chance == 1 else (observed - chance) / (1 - chance)


def _share(hits: Sequence[bool]) -> float | None:
    return sum(hits) / len(hits) if hits else None


def calibrate(connection: Connection, query: Query, rules: Sequence[Rule]) -> list[Calibration]:
    """What people decided by segment type and tenth of confidence, with what it suggests for that segment's band.

    Unbiased only together with an audit sample: drafts outside the band are otherwise never reviewed.
    """
    bands = {rule.type: rule for rule in reversed(rules) if rule.type}
    groups: dict[tuple[str, int], Counter[str]] = defaultdict(Counter)
    for row in _opinions(connection, query):
        if row.confidence is not None:
            decile = min(9, int(row.confidence * 10))
            groups[row.segment_type or "unknown", decile][_kind(row.outcome)] += 1
    return [_calibration(*key, groups[key], bands.get(key[0])) for key in sorted(groups)]


def _kind(outcome: str) -> str:
    if outcome.startswith("approved"):
        return "approved"
    return "rejected" if outcome in ("rejected", "escalated", "replaced") else "edited"


def _calibration(segment: str, decile: int, counts: Counter[str], rule: Rule | None) -> Calibration:
    total = counts.total()
    low, high = wilson(counts["approved"], total)
    advice = ""
    if rule is not None and low >= 0.9 and decile / 10 < rule.hi:
        advice = f"hi could go down to {decile / 10:.1f}"
    elif rule is not None and high <= 0.5 and (decile + 1) / 10 > rule.lo:
        advice = f"lo could go up to {(decile + 1) / 10:.1f}"
    return Calibration(
        segment, decile, total, counts["approved"], counts["edited"], counts["rejected"], low, high, advice
    )
