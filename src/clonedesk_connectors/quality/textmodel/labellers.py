"""Flip rates of each labeller, by type of ticket, with empirical-Bayes shrinkage.

Most labellers are as careful as the common flip rates say; a few are not, and those often only for some types. So a
labeller is first either careful or careless (a two-group mixture, Efron 2008), and the rates of a careless one for each
type come from that labeller's own distribution over a grid, shrunk to the distribution of all careless ones
(non-parametric empirical Bayes: Kiefer and Wolfowitz 1956, fitted by EM).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit, logsumexp

from .noise import Channel, Known

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

LEAST = 10  # labellers with fewer tickets count as careful: nothing can be said
STEPS = (0.0, 0.03, 0.08, 0.15, 0.25, 0.35, 0.5, 0.65)
GRID = np.array([(miss, invent) for miss in STEPS for invent in STEPS if miss + invent < 1.05])
SINGLE = np.linspace(0, 0.8, 41)  # rates tried for a labeller as a whole
SHRINK = 3.0  # a labeller's distribution weighs the others' as much as this number of its own types
ROUNDS = 40
COMMON = 0.1  # flips expected of a careful labeller where the truth is known
START = 0.1  # share of careless labellers before looking, worth ten labellers


@dataclass(frozen=True)
class Labeller:
    """One labeller's tickets, its rate of labels flipped beyond the common rates, and how sure that is.

    rate, low, high: posterior mean and 95 % interval over all types together. careless: probability of being one of the
    careless. twice_pooled: probability that the rate is above twice the pooled rate of all labellers.
    """

    name: str
    tickets: int
    rate: float
    low: float
    high: float
    careless: float
    twice_pooled: float


@dataclass(frozen=True)
class Labellers:
    """Flip rates for each row (zero where the labeller is not known), and a line per labeller."""

    channel: Channel
    lines: tuple[Labeller, ...]


def careful(rows: int) -> Labellers:
    """Return what is said where no labeller is known."""
    return Labellers(Channel(np.zeros(rows), np.zeros(rows)), ())


def judge_labellers(
    names: Sequence[str | None], types: Ints, probability: Floats, label: Ints, known: Known
) -> Labellers:
    """Estimate the flip rates of each labeller beyond what the text model, fitted on everybody, explains."""
    person, who = _numbered(names)
    rows = np.flatnonzero(person >= 0)
    if not len(rows):
        return careful(len(label))
    sure = probability.copy()  # where the truth is known, it replaces what the text says
    sure[known.rows] = np.where(known.truth == 1, 1 - COMMON, COMMON)
    person, p, y = person[rows], sure[rows], label[rows]
    cells, cell = np.unique(person * (types.max() + 2) + types[rows] + 1, return_inverse=True)
    owner = (cells // (types.max() + 2)).astype(np.int64)
    fit: Floats = np.column_stack([np.bincount(cell, _log_fit(p, y, m, i), len(cells)) for m, i in GRID])
    rates, careless = _two_groups(fit, owner)
    channel = careful(len(label)).channel
    channel.miss[rows], channel.invent[rows] = rates[cell].T
    return Labellers(channel, _lines(who, person, p, y, careless))


def _numbered(names: Sequence[str | None]) -> tuple[Ints, list[str]]:
    """Number the labellers who have enough tickets; -1 for all others."""
    first: dict[str | None, int] = {}
    code = np.array([first.setdefault(name, len(first)) for name in names], dtype=np.int64)
    count = np.bincount(code, minlength=len(first))
    who = [name for name, number in first.items() if name is not None and count[number] >= LEAST]
    number = np.full(len(first), -1)
    number[[first[name] for name in who]] = np.arange(len(who))
    return number[code], who


def _log_fit(probability: Floats, label: Ints, miss: float, invent: float) -> Floats:
    seen = np.clip((1 - miss) * probability + invent * (1 - probability), 1e-4, 1 - 1e-4)
    return np.asarray(np.log(np.where(label == 1, seen, 1 - seen)), dtype=np.float64)


def _two_groups(fit: Floats, owner: Ints) -> tuple[Floats, Floats]:
    """Return the mean rates (miss, invent) of each cell and the probability of each labeller being careless.

    fit: log-likelihood of each cell (labeller x type) at each point of GRID, whose first point is no flips.
    """
    people, types = owner.max() + 1, np.bincount(owner)
    top = fit.max(axis=1)
    scaled, calm = np.exp(fit - top[:, None]), np.bincount(owner, fit[:, 0])
    start = np.exp(-4 * GRID.mean(axis=1))
    start /= start.sum()
    crowd, own, share = start, np.tile(start, (people, 1)), START
    for _ in range(ROUNDS):
        stormy = np.bincount(owner, np.log(scaled @ crowd) + top)
        careless = expit(logit(share) + stormy - calm)
        share = (careless.sum() + 10 * START) / (people + 10)
        cell = scaled * own[owner]
        cell /= cell.sum(axis=1, keepdims=True)
        mass = np.zeros_like(own)
        np.add.at(mass, owner, cell)
        own = (SHRINK * crowd + mass) / (SHRINK + types)[:, None]
        crowd = (2 * start + careless @ (mass / types[:, None])) / (2 + careless.sum())
    return careless[owner][:, None] * (cell @ GRID), careless


def _lines(who: list[str], person: Ints, probability: Floats, label: Ints, careless: Floats) -> tuple[Labeller, ...]:
    count = np.bincount(person, minlength=len(who))
    fit = np.column_stack([np.bincount(person, _log_fit(probability, label, r, r), len(who)) for r in SINGLE])
    belief = np.exp(fit - logsumexp(fit, axis=1, keepdims=True))
    rate, below = belief @ SINGLE, belief.cumsum(axis=1)
    pooled = float(rate @ count / count.sum())
    above = (belief * (2 * pooled < SINGLE)).sum(axis=1)
    low, high = SINGLE[(below >= 0.025).argmax(axis=1)], SINGLE[(below >= 0.975).argmax(axis=1)]
    table = zip(who, count, rate, low, high, careless, above, strict=True)
    return tuple(Labeller(name, int(n), *(float(v) for v in values)) for name, n, *values in table)
