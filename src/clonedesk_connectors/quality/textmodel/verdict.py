"""Put the evidence together: text, common flip rates, labellers, near-duplicates, known truths."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .calibrate import calibrated
from .confident import noise_joint
from .duplicates import Sharing, sharing
from .labellers import Labellers, judge_labellers
from .noise import ALIKE, Channel, Known, Rates, estimate, wrong_probability
from .result import NoiseReport

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

PROVEN = 0.8  # belief from which a direction of noise is named; vague texts alone bring up to 0.6 on clean labels


@dataclass(frozen=True)
class Verdict:
    """P(label is wrong) and a training weight for each judged row, and the report on the noise."""

    p_wrong: Floats
    weights: Floats
    noise: NoiseReport


def weigh(
    probability: Floats, label: Ints, types: Ints, near: Ints, labellers: Sequence[str | None], known: Known
) -> Verdict:
    """Turn out-of-fold P(labelled escalated) into P(label is wrong), by all that is known of how labels go wrong."""
    people = judge_labellers(labellers, types, probability, label, known)
    alone = np.bincount(near)[near] == 1
    rates = estimate(probability, label, people.channel, alone, known)
    guess = estimate(probability, label, people.channel, alone, known, ALIKE)
    p_wrong = _expected(rates, probability, label, people.channel)
    usual = people.channel.quiet  # what is known of a careless labeller orders the others better than a guess
    p_wrong[usual] = _rearranged(p_wrong[usual], _expected(guess, probability, label, people.channel)[usual])
    twins = sharing(near, probability, label, rates.mean, people.channel, known)
    p_wrong = twins.revised(p_wrong, label)
    wrong = known.truth != label[known.rows]
    p_wrong = calibrated(p_wrong, known.rows, wrong)
    p_wrong[known.rows] = wrong
    noise = _report(rates, people, twins, noise_joint(label, probability), len(known.rows))
    return Verdict(p_wrong, training_weights(p_wrong, label), noise)


def _expected(rates: Rates, probability: Floats, label: Ints, own: Channel) -> Floats:
    """Return P(label is wrong), averaged over the belief in the common flip rates."""
    total = np.zeros(len(label))
    for weight, common in rates.channels():
        total += weight * wrong_probability(probability, label, common, own)
    return total


def _rearranged(values: Floats, order: Floats) -> Floats:
    """Return the same values, given out in the order of others: the highest to the row that is highest there."""
    out = np.empty(len(values))
    out[np.argsort(order, kind="stable")] = np.sort(values)
    return out


def training_weights(p_wrong: Floats, label: Ints) -> Floats:
    """Return P(label is right), scaled so that each label weighs in all what its true count is estimated at.

    Without the scaling, one-sided noise would leave the side that lost its labels too light, and probabilities learnt
    from the weighted tickets would be off.
    """
    right = 1 - p_wrong
    kept = np.bincount(label, right, 2)
    gained = np.bincount(1 - label, p_wrong, 2)
    factor = (kept + gained) / np.maximum(kept, 1e-9)
    return np.asarray(right * factor[label], dtype=np.float64)


def _report(rates: Rates, people: Labellers, twins: Sharing, joint: Floats, known: int) -> NoiseReport:
    mean, (miss, invent) = rates.mean, rates.pairs.T
    symmetric = float(rates.weight @ (np.minimum(miss, invent) >= 0.03))
    optimistic = float(rates.weight @ ((miss >= 0.03) & (miss >= 3 * invent)))
    pessimistic = float(rates.weight @ ((invent >= 0.03) & (invent >= 3 * miss)))
    found = {
        "symmetric": symmetric > PROVEN,
        "optimistic": optimistic > PROVEN,
        "pessimistic": pessimistic > PROVEN,
        "labellers": any(line.careless > 0.95 for line in people.lines),
        "near_duplicates": twins.gain > 5 and twins.extra > 0,
    }
    return NoiseReport(
        miss=float(mean.miss),
        invent=float(mean.invent),
        symmetric=symmetric,
        optimistic=optimistic,
        pessimistic=pessimistic,
        upper_joint=joint,
        labellers=people.lines,
        near_groups=twins.groups,
        near_share=twins.share,
        near_flips=twins.extra,
        kinds=tuple(kind for kind, present in found.items() if present),
        known=known,
    )
