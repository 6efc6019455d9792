"""The text model: from texts and labels to the probability that each label is wrong."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from .calibrate import expected_precision
from .neighbours import near_groups
from .result import Judged, NoiseReport, TextScores
from .rows import Abstained, Rows, sort_out
from .score import EDGE, Encoder, Features, Scored, features, informative, out_of_fold
from .settings import TextSettings
from .verdict import Verdict, weigh

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class TextModel:
    """Finds labels that the customer's text, the labeller or near-duplicate tickets make improbable.

    Deterministic for the settings' seed. Keeps nothing between calls.
    """

    def __init__(self, settings: TextSettings | None = None) -> None:
        self.settings = settings or TextSettings()

    def fit_score(
        self,
        texts: Sequence[str | None],
        labels: Sequence[str | None],
        *,
        labellers: Sequence[str | None] | None = None,
        types: Sequence[str | None] | None = None,
        outcomes: Sequence[Hashable] | None = None,
        groups: Sequence[Hashable] | None = None,
        held_out: Sequence[bool] | None = None,
        anchors: Mapping[int, str] | None = None,
        reviewed: Mapping[int, str] | None = None,
        encode: Encoder | None = None,
        probabilities: ArrayLike | None = None,
    ) -> TextScores:
        """Score every label; all sequences are in the order of `texts`, one entry per ticket.

        outcomes: anything that sums up a ticket's events; near-duplicates are compared only where it is equal.
        groups: customers; a customer's tickets are never scored by a model that saw others of the same customer.
        held_out: tickets of a test split; never read. anchors, reviewed: row -> true label, by rules and by people.
        encode: texts -> vectors, joins TF-IDF. probabilities: P(escalated) from elsewhere, instead of our own.
        Odd or missing values are told in `abstained` and `notes`. Raises ValueError for sequences of unequal length.
        One thread: the matrices are small, and on a busy machine threads that wait for each other cost ten times more.
        """
        given = None if probabilities is None else np.asarray(probabilities, dtype=np.float64)
        for column in (labels, labellers, types, outcomes, groups, held_out, given):
            if column is not None and len(column) != len(texts):
                raise ValueError(f"every column needs one entry per text: {len(texts)} texts, {len(column)} entries")
        with threadpool_limits(1):
            rows = sort_out(texts, labels, held_out, given, self.settings)
            bodies = [str(texts[i])[: self.settings.max_chars] for i in rows.judged]
            near = near_groups(bodies, self.settings.near)
            facts = {**(anchors or {}), **(reviewed or {})}
            if len(np.unique(near)) < self.settings.min_texts:
                return self._scores(rows.without(Abstained.TOO_FEW_TEXTS), facts)
            kinds = _numbers(rows.pick(types))
            data = features(bodies, kinds, self.settings.max_terms, encode, self.settings.seed)
            scored = self._scored(data, rows, _together(rows.pick(groups), near, self.settings.folds), given)
            if not informative(scored.probability, rows.label):
                return self._scores(rows.without(Abstained.TEXT_SAYS_NOTHING), facts)
            twins = _numbers(list(zip(near, kinds, rows.pick(outcomes), strict=True)))
            known = rows.known(facts, self.settings)
            verdict = weigh(scored.probability, rows.label, kinds, twins, rows.pick(labellers), known)
            return self._scores(rows, facts, Judged(rows.judged, rows.label, data, scored, twins), verdict)

    def _scored(self, data: Features, rows: Rows, together: Ints, given: Floats | None) -> Scored:
        if given is None:
            return out_of_fold(data, rows.label, together, self.settings.folds, self.settings.seed)
        return Scored(np.clip(given[rows.judged], EDGE, 1 - EDGE), np.zeros(data.words.shape[1]))

    def _scores(
        self, rows: Rows, facts: Mapping[int, str], judged: Judged | None = None, verdict: Verdict | None = None
    ) -> TextScores:
        count = len(rows.reasons)
        p_wrong, weights, precision = np.full(count, np.nan), np.ones(count), np.full(count, np.nan)
        if verdict is not None:
            p_wrong[rows.judged], weights[rows.judged] = verdict.p_wrong, verdict.weights
            precision[rows.judged] = expected_precision(verdict.p_wrong)
        flagged = p_wrong >= self.settings.precision  # NaN compares as False
        known = rows.judged[rows.known(facts, self.settings).rows]
        flagged[known] = False
        notes = rows.notes()
        if len(known) < len(facts):
            notes.append(f"{len(facts) - len(known)} known endings concern no judged ticket or no judged label")
        return TextScores(
            p_wrong=p_wrong,
            expected_precision=precision,
            flagged=flagged,
            weights=weights,
            abstained=rows.reasons,
            noise=verdict.noise if verdict else NoiseReport(),
            notes=tuple(notes),
            labels=(self.settings.resolved, self.settings.escalated),
            known_rows=known,
            judged=judged,
        )


def _numbers(values: Sequence[Hashable]) -> Ints:
    """Number values in order of appearance; None is -1."""
    first: dict[Hashable, int] = {}
    return np.array([-1 if v is None else first.setdefault(v, len(first)) for v in values], dtype=np.int64)


def _together(groups: Sequence[Hashable], near: Ints, folds: int) -> Ints:
    """Return which rows must share a fold: a customer's, or near-duplicates where customers are unknown or too few."""
    numbers = _numbers(groups)
    if len(np.unique(numbers[numbers >= 0])) < folds:
        return near
    return np.where(numbers >= 0, numbers, len(numbers) + near)
