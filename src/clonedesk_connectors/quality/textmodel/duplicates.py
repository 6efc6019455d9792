"""What near-duplicate tickets with opposing labels say about each other.

Two tickets with the same words need not have had the same ending. Whether they had is asked of the data: each group of
near-duplicates either shares one true ending, with labels flipped at an extra rate, or has endings drawn one by one.
Both the share of such groups and the rate are estimated, so that near-duplicates count for nothing where they prove
nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaln, expit, logit

from .noise import Channel, Known

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

EXTRA = (0.0, 0.03, 0.06, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35)  # rates of flips in shared groups that are tried
SPREAD = 10.0  # near-duplicates resemble each other more than the text model knows: Beta-binomial of this size
ROUNDS = 40
LEAST_GAIN = 2.0  # log-likelihood that two fitted numbers must win before they are believed (Akaike)
CERTAIN = 0.005  # nothing is held less likely than this


@dataclass(frozen=True)
class Sharing:
    """How near-duplicates share endings.

    shared, truth: per row, probability that the row's group shares one ending, and that this ending is escalated.
    share, extra: share of groups with one ending and their rate of flips. gain: log-likelihood won over independence.
    """

    shared: Floats
    truth: Floats
    groups: int
    share: float
    extra: float
    gain: float

    def revised(self, wrong: Floats, label: Ints) -> Floats:
        """Return P(label is wrong), revised by the row's near-duplicates."""
        contrary = np.where(label == 1, 1 - self.truth, self.truth)
        return (1 - self.shared) * wrong + self.shared * contrary


def sharing(group: Ints, probability: Floats, label: Ints, common: Channel, own: Channel, known: Known) -> Sharing:
    """Estimate which groups of two or more rows share one true ending, and which ending it is."""
    _, where, size = np.unique(group, return_inverse=True, return_counts=True)
    many = np.flatnonzero(size > 1)
    nothing = Sharing(np.zeros(len(label)), np.full(len(label), 0.5), len(many), 0.0, 0.0, 0.0)
    prior = np.clip(np.bincount(where, logit(common.truth(probability))) / size, -4, 4)
    alone = _independent(where, size, probability, label, common.then(own), known)[many]
    best: tuple[float, Floats, Floats, float, float] | None = None
    for extra in EXTRA:
        flips = common.then(own).then(Channel(np.array(extra), np.array(extra)))
        resolved, escalated = _one_ending(where, prior, flips, label, known)
        together = np.logaddexp(resolved, escalated)[many]
        share, member = _mixed(together, alone)
        total = float(np.logaddexp(np.log(share) + together, np.log(1 - share) + alone).sum())
        if best is None or total > best[0]:
            best = total, member, expit(escalated - resolved), share, extra
    assert best is not None
    total, member, truth, share, extra = best
    gain = total - float(alone.sum())
    if gain < LEAST_GAIN:
        return nothing
    shared = np.zeros(len(size))
    shared[many] = member
    return Sharing(shared[where], truth[where], len(many), share, extra, gain)


def _independent(where: Ints, size: Ints, probability: Floats, label: Ints, flips: Channel, known: Known) -> Floats:
    """Return each group's log-likelihood if labels are drawn one by one, at a chance the group has in common."""
    drawn = label.copy()
    drawn[known.rows] = known.truth
    told = _log_given(flips, label)[known.rows, known.truth]  # a known row: its truth is drawn, then its label given
    mean = np.clip(np.bincount(where, probability) / size, 0.02, 0.98)
    hits = np.bincount(where, drawn)
    a, b = SPREAD * mean, SPREAD * (1 - mean)
    told_by_group = np.bincount(where[known.rows], told, len(size))
    return np.asarray(betaln(a + hits, b + size - hits) - betaln(a, b) + told_by_group, dtype=np.float64)


def _one_ending(where: Ints, prior: Floats, flips: Channel, label: Ints, known: Known) -> tuple[Floats, Floats]:
    """Return each group's log-likelihood with one ending, resolved and escalated; prior is the group's log-odds."""
    fit = _log_given(flips, label)
    fit[known.rows, 1 - known.truth] += np.log(CERTAIN)
    return np.bincount(where, fit[:, 0]) + np.log(expit(-prior)), np.bincount(where, fit[:, 1]) + np.log(expit(prior))


def _log_given(flips: Channel, label: Ints) -> Floats:
    """Return the log-likelihood of each row's label if truly resolved, and if truly escalated: shape (rows, 2)."""
    return np.asarray(np.log(np.clip(np.column_stack(flips.given(label)), CERTAIN, 1 - CERTAIN)), dtype=np.float64)


def _mixed(together: Floats, alone: Floats) -> tuple[float, Floats]:
    """Fit the share of groups with one ending; return it and each group's probability of being one of them."""
    share, member = 0.3, np.zeros(len(alone))
    for _ in range(ROUNDS):
        member = expit(logit(share) + together - alone)
        share = float(np.clip((member.sum() + 1) / (len(member) + 4), 1e-4, 1 - 1e-4))
    return share, member
