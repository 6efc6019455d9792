"""Take over scores that cleanlab computed, without importing cleanlab."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray


def probabilities_from_quality(
    quality: ArrayLike, labels: Sequence[str | None], escalated: str = "escalated", resolved: str = "resolved_ai"
) -> NDArray[np.float64]:
    """Turn cleanlab's label quality (0-1, low = suspicious) into P(escalated), for `TextModel.fit_score`.

    With two classes cleanlab's `self_confidence` and `normalized_margin` scores are both the probability of the given
    label (checked against cleanlab 2.9), so nothing is lost. Scores made with `adjust_pred_probs=True` or
    `confidence_weighted_entropy` are rankings, not probabilities: do not pass them. Other labels give NaN.
    Raises ValueError for sequences of unequal length.
    """
    given = np.asarray(quality, dtype=np.float64)
    if len(given) != len(labels):
        raise ValueError(f"cleanlab scored {len(given)} labels, but there are {len(labels)}")
    side = np.array([1 if label == escalated else 0 if label == resolved else -1 for label in labels])
    return np.where(side == 1, given, np.where(side == 0, 1 - given, np.nan))
