"""How labels go wrong: flip rates by direction, and the probability that a label is wrong given them.

`miss` is P(labelled resolved | truly escalated), `invent` is P(labelled escalated | truly resolved).

Text alone cannot tell a wrong label from an unlikely true one. What it can tell is a bound: where the text is most
one-sided, the share of contrary labels is at least the flip rate (the anchor points of Liu and Tao 2016). How
much of that share is honest ambiguity is integrated out, with a prior that allows for texts that decide little: else
every desk with vague texts would be called noisy. Tickets whose truth is known decide far more.

Which tickets come first is a lesser question than how probably they are wrong, and is answered more boldly (`ALIKE`):
there texts are taken to reach equally far from the base rate on both sides, in log-odds, so that an end more contrary
than the other one tells the direction of noise. Where that is not so, the order suffers, and no probability does. And
an order matters only where labels are wrong, so there noise is taken for granted: otherwise belief in clean labels,
which puts no ticket first, would leave the order to the least probable direction.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit, logsumexp

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

RATES = np.array([0, 0.01, 0.02, 0.035, 0.05, 0.075, 0.1, 0.125, 0.15, 0.2, 0.25, 0.3, 0.4])
EXTREME = 0.04  # share of tickets, at each end, that are taken for the most one-sided
# Contrary truths there ~ Beta(1, b), one in 1 + b expected: (b, belief in it). Texts decide much, or little.
AMBIGUITY = ((15.0, 0.7), (5.0, 0.3))
TAIL_ROWS = 400  # no end counts as more tickets than this: the model of an end is too simple to be trusted further
REACH = np.linspace(0.5, 5.0, 31)  # log-odds between base rate and most one-sided texts that are tried, in ALIKE
STEPS = np.array([-1.8, -1.2, -0.6, 0, 0.6, 1.2, 1.8])  # standard deviations
LENIENCE = 0.2 * STEPS  # log-odds by which each side may still be off
LENIENCE_WEIGHT = np.exp(-0.5 * STEPS**2) / np.exp(-0.5 * STEPS**2).sum()
OTHER = 0.05  # prior belief in both directions at odds
DECAY = 8.0  # flip rates ~ exp(-8 rate): small ones are more usual
QUIET = 0.05  # labellers whose own rates are below this count as careful
LIKELY = 0.003  # rate pairs less probable than this are left out


@dataclass(frozen=True)
class Assumption:
    """How common flip rates are believed to be before looking: both directions alike, or one only.

    least: the lowest rate that is believed in. alike: whether the honest ambiguity of the two ends is tied together
    (see above for both).
    """

    symmetric: float
    optimistic: float
    pessimistic: float
    least: float
    alike: bool


CAUTIOUS = Assumption(0.57, 0.19, 0.19, least=0.0, alike=False)
# Helpdesks count silence as success, so labels lean to resolved.
ALIKE = Assumption(0.6, 0.25, 0.1, least=0.05, alike=True)


@dataclass(frozen=True)
class Channel:
    """Flip rates per row (or one for all)."""

    miss: Floats
    invent: Floats

    @property
    def quiet(self) -> Bools:
        """Which rows have hardly any flips of their own."""
        return np.asarray(np.maximum(self.miss, self.invent) < QUIET)

    def then(self, other: Channel) -> Channel:
        """Return the flip rates of this channel followed by another."""
        return Channel(
            self.miss * (1 - other.invent) + (1 - self.miss) * other.miss,
            self.invent * (1 - other.miss) + (1 - self.invent) * other.invent,
        )

    def given(self, label: Ints) -> tuple[Floats, Floats]:
        """Return P(label | truly resolved) and P(label | truly escalated) for each row."""
        return np.where(label == 1, self.invent, 1 - self.invent), np.where(label == 1, 1 - self.miss, self.miss)

    def truth(self, probability: Floats) -> Floats:
        """Turn the probability of the label escalated into that of truly escalated."""
        truth = (probability - self.invent) / (1 - self.miss - self.invent)
        return np.asarray(np.clip(truth, 0.01, 0.99), dtype=np.float64)


@dataclass(frozen=True)
class Rates:
    """Belief over the flip rates common to all labels: pairs (miss, invent) with their probabilities."""

    pairs: Floats
    weight: Floats

    @property
    def mean(self) -> Channel:
        miss, invent = self.weight @ self.pairs
        return Channel(np.array(miss), np.array(invent))

    def channels(self) -> list[tuple[float, Channel]]:
        return [(w, Channel(np.array(m), np.array(i))) for w, (m, i) in zip(self.weight, self.pairs, strict=True)]


@dataclass(frozen=True)
class Known:
    """Rows whose true ending was found out: their numbers and 1 for escalated, 0 for resolved."""

    rows: Ints
    truth: Ints

    def among(self, chosen: Bools) -> Known:
        """Return the known rows that are chosen."""
        kept = chosen[self.rows]
        return Known(self.rows[kept], self.truth[kept])


def wrong_probability(probability: Floats, label: Ints, common: Channel, own: Channel) -> Floats:
    """Return P(label is wrong) from P(labelled escalated), the common flip rates and those of the row's labeller."""
    truth = common.truth(probability)
    resolved, escalated = common.then(own).given(label)
    joint = np.column_stack([(1 - truth) * resolved, truth * escalated])
    wrong = np.where(label == 1, joint[:, 0], joint[:, 1]) / joint.sum(axis=1)
    return np.asarray(wrong, dtype=np.float64)


def estimate(
    probability: Floats, label: Ints, own: Channel, alone: Bools, known: Known, belief: Assumption = CAUTIOUS
) -> Rates:
    """Weigh all pairs of common flip rates by the ends of the text score and by known truths.

    Tickets of careless labellers, and those that are not `alone` but have near-duplicates, are left out of both: their
    errors have causes of their own and say nothing of the common rates.
    """
    plain = alone & own.quiet
    quiet = np.flatnonzero(plain) if plain.sum() * EXTREME >= 20 else np.arange(len(label))
    order = quiet[np.argsort(probability[quiet], kind="stable")]
    size = max(20, int(EXTREME * len(order)))
    low, high = label[order[:size]], 1 - label[order[-size:]]
    pairs = np.array([(m, i) for m in RATES for i in RATES])
    if belief.alike:
        ends = _tied_tails(pairs, float(label[quiet].mean()), low, high)
    else:
        worlds = [np.log(w) + _tail(high, b)[:, None] + _tail(low, b)[None, :] for b, w in AMBIGUITY]
        ends = np.logaddexp.reduce(worlds).ravel()
    total = _prior(belief).ravel() + ends + _testimony(pairs, probability, label, own, known.among(plain))
    weight = np.exp(total - logsumexp(total))
    kept = weight > LIKELY
    return Rates(pairs[kept], weight[kept] / weight[kept].sum())


def _prior(belief: Assumption) -> Floats:
    single = np.exp(-DECAY * RATES) * (belief.least <= RATES)
    single /= single.sum()
    table = OTHER * single[:, None] * single[None, :]
    table[np.diag_indices(len(RATES))] += belief.symmetric * single
    table[:, 0] += belief.optimistic * single
    table[0, :] += belief.pessimistic * single
    return np.asarray(np.log(table, out=np.full(table.shape, -np.inf), where=table > 0), dtype=np.float64)


def _tied_tails(pairs: Floats, base: float, low: Ints, high: Ints) -> Floats:
    """Return the log-likelihood of each rate pair, if both ends lie equally far from the base rate in log-odds.

    base: share of labels "escalated". low, high: the contrary labels of the two ends.
    """
    miss, invent = (column[:, None, None] for column in pairs.T)
    centre = logit(np.clip((base - invent) / (1 - miss - invent), 0.02, 0.98))
    reach = REACH[None, :, None]

    def end(contrary: Ints, rate: Floats, other: Floats, place: Floats) -> Floats:
        share = min(1.0, TAIL_ROWS / len(contrary))
        hits, misses = contrary.sum() * share, (1 - contrary).sum() * share
        seen = np.clip(rate + (1 - rate - other) * expit(place + LENIENCE), 0.002, 0.998)
        fit = hits * np.log(seen) + misses * np.log(1 - seen)
        return np.asarray(logsumexp(fit, axis=2, b=LENIENCE_WEIGHT), dtype=np.float64)

    both = end(low, invent, miss, centre - reach) + end(high, miss, invent, -centre - reach)
    return np.asarray(logsumexp(both, axis=1), dtype=np.float64)


def _tail(contrary: Ints, certainty: float) -> Floats:
    """Return the log-likelihood of each rate, given the contrary labels among the most one-sided tickets."""
    share = min(1.0, TAIL_ROWS / len(contrary))
    hits, misses = contrary.sum() * share, (1 - contrary).sum() * share
    honest = np.linspace(0.005, 0.595, 60)
    prior = (certainty - 1) * np.log(1 - honest)
    seen = RATES[:, None] + (1 - RATES[:, None]) * honest
    fit = hits * np.log(seen) + misses * np.log(1 - seen) + prior - logsumexp(prior)
    return np.asarray(logsumexp(fit, axis=1), dtype=np.float64)


def _testimony(pairs: Floats, probability: Floats, label: Ints, own: Channel, known: Known) -> Floats:
    """Return the log-likelihood of each rate pair, given which labels turned out wrong among the known tickets."""
    rows = known.rows
    wrong = known.truth != label[rows]
    mine = Channel(own.miss[rows], own.invent[rows])
    out = np.empty(len(pairs))
    for k, (miss, invent) in enumerate(pairs):
        common = Channel(np.array(miss), np.array(invent))
        p = np.clip(wrong_probability(probability[rows], label[rows], common, mine), 0.005, 0.995)
        out[k] = np.log(np.where(wrong, p, 1 - p)).sum()
    return out
