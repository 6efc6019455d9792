"""Confident learning for two labels, from the published method (Northcutt, Jiang, Chuang 2021, JAIR 70, section 3).

Kept for its class thresholds and its count, which users of other tools know. Its flagged set is much too large where
the text does not decide the ending, so it is reported as an upper bound and never flags anything.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def thresholds(label: Ints, probability: Floats) -> Floats:
    """Return, for labels 0 and 1, the mean out-of-fold probability of that label among the rows that carry it."""
    return np.array([(1 - probability)[label == 0].mean(), probability[label == 1].mean()])


def confident_joint(label: Ints, probability: Floats) -> Ints:
    """Count rows by given label (row) and by the label the text is confident of (column); unsure rows are left out."""
    both = np.column_stack([1 - probability, probability])
    above = both >= thresholds(label, probability) - 1e-6
    sure = above.any(axis=1)
    guess = np.where(above, both, -1.0).argmax(axis=1)
    joint = np.zeros((2, 2))
    np.add.at(joint, (label[sure], guess[sure]), 1)
    return np.asarray(joint, dtype=np.int64)


def noise_joint(label: Ints, probability: Floats) -> Floats:
    """Return the estimated joint distribution of given label (row) and true label (column); sums to 1.

    Equation 3 of the paper, without the rounding to whole tickets that cleanlab adds.
    """
    counts = confident_joint(label, probability).astype(float)
    totals = counts.sum(axis=1, keepdims=True)
    share = np.divide(counts, totals, out=np.eye(2), where=totals > 0)
    return np.asarray(share * np.bincount(label, minlength=2)[:, None] / len(label), dtype=np.float64)


def self_confidence(label: Ints, probability: Floats) -> Floats:
    """Return the probability of the given label: low where the label is suspicious."""
    return np.where(label == 1, probability, 1 - probability)
