"""What the text model returns: scores per ticket, evidence for one ticket, and a report on the noise."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from .labellers import Labeller
from .rows import Abstained
from .score import Features, Scored

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class NoiseReport:
    """How the labels seem to go wrong.

    miss, invent: common flip rates, P(labelled resolved | escalated) and P(labelled escalated | resolved).
    symmetric: probability that both are at least 0.03. optimistic, pessimistic: probability that `miss`, or `invent`,
    is at least 0.03 and three times the other. Text alone seldom makes any of the three probable; known endings do.
    upper_joint: confident learning's joint of given (row: resolved, escalated) and true label (column); an upper bound.
    near_groups: groups of near-duplicates; near_share of them share one ending, with labels flipped at near_flips.
    kinds: kinds of noise that are established: symmetric, optimistic, pessimistic, labellers, near_duplicates.
    known: tickets of known truth that were used. All numbers are NaN where nothing was judged.
    """

    miss: float = np.nan
    invent: float = np.nan
    symmetric: float = np.nan
    optimistic: float = np.nan
    pessimistic: float = np.nan
    upper_joint: Floats = field(default_factory=lambda: np.full((2, 2), np.nan))
    labellers: tuple[Labeller, ...] = ()
    near_groups: int = 0
    near_share: float = np.nan
    near_flips: float = np.nan
    kinds: tuple[str, ...] = ()
    known: int = 0


@dataclass(frozen=True)
class Neighbour:
    """A ticket with a like text: its row, its label and the cosine of their words (0-1)."""

    row: int
    label: str
    similarity: float


@dataclass(frozen=True)
class Evidence:
    """Why one label is doubted.

    p_escalated: probability of the label "escalated" by the text alone. terms: words that speak against the given
    label, with their weight in log-odds, strongest first. near_duplicates: the other rows of its near-duplicate group.
    """

    row: int
    p_escalated: float
    terms: tuple[tuple[str, float], ...]
    neighbours: tuple[Neighbour, ...]
    near_duplicates: tuple[int, ...]


@dataclass(frozen=True)
class Judged:
    """What `explain` needs of the judged rows; in their order."""

    rows: Ints
    label: Ints
    features: Features
    scored: Scored
    near: Ints


@dataclass(frozen=True)
class TextScores:
    """Scores in the order of the tickets given; NaN (and weight 1) where `abstained` gives a reason.

    p_wrong: probability that the label is wrong; 0 or 1 where the truth is known.
    expected_precision: share of wrong labels expected in the list that ends with this ticket, worst first.
    flagged: p_wrong reaches the precision asked for and nobody has reviewed the ticket.
    weights: training weights that keep the class balance of the estimated truth.
    """

    p_wrong: Floats
    expected_precision: Floats
    flagged: Bools
    weights: Floats
    abstained: list[Abstained | None]
    noise: NoiseReport
    notes: tuple[str, ...]
    labels: tuple[str, str]
    known_rows: Ints
    judged: Judged | None

    @property
    def flagged_precision(self) -> float:
        """Share of wrong labels expected among the flagged; NaN if none is flagged."""
        return float(self.p_wrong[self.flagged].mean()) if self.flagged.any() else np.nan

    def to_review(self, count: int) -> list[int]:
        """Return the rows whose review helps most: half the worst of all, a quarter the worst of each label.

        The quarters find out which direction of error is real; without them a one-sided error stays unseen.
        """
        if self.judged is None:
            return []
        score = np.where(np.isnan(self.p_wrong), -1.0, self.p_wrong)
        score[self.known_rows] = -1.0
        order = np.argsort(-score, kind="stable")[: int((score >= 0).sum())]
        side = np.full(len(score), -1)
        side[self.judged.rows] = self.judged.label
        quarter = count // 4
        picks = [*order[side[order] == 0][:quarter], *order[side[order] == 1][:quarter], *order]
        return [int(row) for row in dict.fromkeys(picks)][:count]

    def explain(self, row: int, neighbours: int = 5, terms: int = 5) -> Evidence | None:
        """Return the evidence for one row, or None if it was not judged. Costs one pass over all texts."""
        if self.judged is None or self.abstained[row] is not None:
            return None
        data, i = self.judged, int(np.searchsorted(self.judged.rows, row))
        like = np.asarray(data.features.words.dot(data.features.words[i].T).todense()).ravel()
        like[i] = -1.0
        near = [int(k) for k in np.argsort(-like, kind="stable")[:neighbours] if like[k] > 0]
        same = np.flatnonzero(data.near == data.near[i])
        return Evidence(
            row=row,
            p_escalated=float(data.scored.probability[i]),
            terms=self._terms(i, terms),
            neighbours=tuple(
                Neighbour(int(data.rows[k]), self.labels[data.label[k]], min(1.0, float(like[k]))) for k in near
            ),
            near_duplicates=tuple(int(r) for r in data.rows[same] if r != row),
        )

    def _terms(self, i: int, count: int) -> tuple[tuple[str, float], ...]:
        assert self.judged is not None
        words = self.judged.features.words[i]
        against = words.data * self.judged.scored.coefficients[words.indices]
        against = -against if self.judged.label[i] else against
        strongest = np.argsort(-against, kind="stable")[:count]
        names = self.judged.features.names[words.indices]
        return tuple((str(names[k]), float(against[k])) for k in strongest if against[k] > 0)
