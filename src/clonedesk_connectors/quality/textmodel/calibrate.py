"""Correct probabilities of being wrong by what reviewers found, and turn them into expected precision.

Platt scaling (Platt 1999): an offset and a slope, held to "no change" by a Gaussian prior, so that a handful of reviews
moves little and two hundred move much. The order of tickets stays: which direction of error is the real one has
already been learnt from the same reviews (see noise).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit, logit

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

PRIOR_SD = np.array([1.0, 0.3])  # offset, change of slope
EDGE = 1e-4


def calibrated(p_wrong: Floats, rows: Ints, wrong: NDArray[np.bool_]) -> Floats:
    """Return `p_wrong` corrected by the outcome `wrong` of the known `rows`; unchanged if there are none."""
    if not len(rows):
        return p_wrong
    odds = logit(np.clip(p_wrong, EDGE, 1 - EDGE))
    seen = odds[rows]

    def loss(change: Floats) -> float:
        z = change[0] + (1 + change[1]) * seen
        return float(np.logaddexp(0, np.where(wrong, -z, z)).sum() + 0.5 * ((change / PRIOR_SD) ** 2).sum())

    offset, slope = minimize(loss, np.zeros(2), method="L-BFGS-B", bounds=[(-5, 5), (-0.8, 2)]).x
    return np.asarray(expit(offset + (1 + slope) * odds), dtype=np.float64)


def expected_precision(p_wrong: Floats) -> Floats:
    """Return, for each row, the share of wrong labels expected in the list that ends with it, worst first."""
    order = np.argsort(-p_wrong, kind="stable")
    out = np.empty(len(p_wrong))
    out[order] = np.cumsum(p_wrong[order]) / np.arange(1, len(p_wrong) + 1)
    return out
