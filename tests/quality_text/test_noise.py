from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit, logit

from clonedesk_connectors.quality.textmodel import confident
from clonedesk_connectors.quality.textmodel.calibrate import calibrated, expected_precision
from clonedesk_connectors.quality.textmodel.labellers import judge_labellers
from clonedesk_connectors.quality.textmodel.noise import ALIKE, CAUTIOUS, Channel, Known, estimate, wrong_probability
from clonedesk_connectors.quality.textmodel.verdict import _rearranged, training_weights, weigh

NONE = Known(np.array([], dtype=np.int64), np.array([], dtype=np.int64))


def rate(value: float) -> np.ndarray:
    return np.array(value)


def desk(rows: int, miss: float, invented: float, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Draw P(labelled escalated), labels and truth of a desk whose texts mostly decide the ending."""
    rng = np.random.default_rng(seed)
    chance = np.clip(rng.beta(0.3, 0.5, rows), 0.01, 0.99)
    truth = (rng.random(rows) < chance).astype(np.int64)
    flipped = rng.random(rows) < np.where(truth == 1, miss, invented)
    return (1 - miss) * chance + invented * (1 - chance), np.where(flipped, 1 - truth, truth), truth


def two_classes(seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    p, label, _ = desk(1000, 0.15, 0.1, seed)
    p = np.clip(p + np.random.default_rng(seed).normal(0, 0.1, 1000), 0.02, 0.98)
    return label, p, np.column_stack([1 - p, p])


def test_confident_learning_gives_the_numbers_of_cleanlab():
    count = pytest.importorskip("cleanlab.count", exc_type=ImportError)
    rank = pytest.importorskip("cleanlab.rank", exc_type=ImportError)
    for seed in range(3):
        label, p, both = two_classes(seed)
        assert confident.thresholds(label, p) == pytest.approx(count.get_confident_thresholds(label, both))
        joint = count.compute_confident_joint(label, both, calibrate=False)
        assert confident.confident_joint(label, p).tolist() == joint.tolist()
        theirs = count.estimate_joint(label, both, confident_joint=joint)
        assert confident.noise_joint(label, p) == pytest.approx(theirs, abs=0.001)  # cleanlab rounds to whole tickets
        quality = rank.get_label_quality_scores(label, both)
        assert confident.self_confidence(label, p) == pytest.approx(quality)
        margin = rank.get_label_quality_scores(label, both, method="normalized_margin")
        assert confident.self_confidence(label, p) == pytest.approx(margin)


def test_confident_learning_by_hand():
    label, p = np.array([1, 1, 0, 0]), np.array([0.9, 0.1, 0.2, 0.8])
    assert confident.thresholds(label, p) == pytest.approx([0.5, 0.5])
    assert confident.confident_joint(label, p).tolist() == [[1, 1], [1, 1]]
    assert confident.noise_joint(label, p).tolist() == [[0.25, 0.25], [0.25, 0.25]]
    assert confident.self_confidence(label, p) == pytest.approx([0.9, 0.1, 0.8, 0.2])


def test_channels_follow_each_other():
    both = Channel(rate(0.1), rate(0.2)).then(Channel(rate(0.5), rate(0.0)))
    assert float(both.miss) == pytest.approx(0.1 + 0.9 * 0.5)
    assert float(both.invent) == pytest.approx(0.2 * 0.5)


def test_the_chance_of_a_wrong_label_follows_bayes():
    chance = 0.8  # truly escalated; labelled so with 0.8 * 0.9 + 0.2 * 0.05
    seen = np.array([chance * 0.9 + (1 - chance) * 0.05] * 2)
    got = wrong_probability(seen, np.array([1, 0]), Channel(rate(0.1), rate(0.05)), Channel(np.zeros(2), np.zeros(2)))
    assert got == pytest.approx([0.2 * 0.05 / 0.73, 0.8 * 0.1 / 0.27])


@pytest.mark.parametrize(("miss", "invented"), [(0.1, 0.1), (0.25, 0.0), (0.0, 0.25), (0.0, 0.0)])
def test_text_alone_bounds_the_common_rates_and_shows_their_direction(miss, invented):
    p, label, _ = desk(8000, miss, invented)
    mean = estimate(p, label, Channel(np.zeros(8000), np.zeros(8000)), np.ones(8000, bool), NONE).mean
    assert miss / 3 <= float(mean.miss) <= miss + 0.03
    assert invented / 3 <= float(mean.invent) <= invented + 0.03


@pytest.mark.parametrize(("miss", "invented"), [(0.1, 0.1), (0.2, 0.0)])
def test_ends_taken_to_be_alike_show_the_direction_that_caution_leaves_open(miss, invented):
    rng = np.random.default_rng(2)
    chance = expit(logit(0.35) + rng.normal(0, 1.2, 8000))
    truth = (rng.random(8000) < chance).astype(np.int64)
    label = np.where(rng.random(8000) < np.where(truth == 1, miss, invented), 1 - truth, truth)
    seen, own = miss_and_invent(chance, miss, invented), Channel(np.zeros(8000), np.zeros(8000))
    bold, cautious = (estimate(seen, label, own, np.ones(8000, bool), NONE, how).mean for how in (ALIKE, CAUTIOUS))
    lean = float(bold.miss) - float(bold.invent)
    if miss == invented:
        assert abs(lean) < 0.05
    else:
        assert lean > 0.1
        assert lean > float(cautious.miss) - float(cautious.invent)


def miss_and_invent(chance: np.ndarray, miss: float, invented: float) -> np.ndarray:
    return (1 - miss) * chance + invented * (1 - chance)


def test_a_bolder_order_hands_the_same_probabilities_out_differently():
    assert _rearranged(np.array([0.5, 0.1, 0.3]), np.array([2.0, 9.0, 1.0])).tolist() == [0.3, 0.5, 0.1]


def test_an_order_takes_noise_for_granted_and_caution_does_not():
    p, label, _ = desk(4000, 0.0, 0.0)
    nobody = Channel(np.zeros(4000), np.zeros(4000))
    bold, cautious = (estimate(p, label, nobody, np.ones(4000, bool), NONE, how).pairs for how in (ALIKE, CAUTIOUS))
    assert bold.max(axis=1).min() >= 0.05
    assert (cautious == 0).all(axis=1).any()


def test_tickets_of_a_careless_labeller_keep_what_is_known_of_the_labeller():
    """The order among all others is a guess at the direction of noise; it must not hand their doubt to others."""
    p, label, _ = desk(4000, 0.0, 0.0, seed=1)
    careless = np.arange(4000) % 10 == 0
    label = np.where(careless & (np.random.default_rng(2).random(4000) < 0.4), 1 - label, label)
    names = [f"a{number % 10}" for number in range(4000)]
    alone = np.arange(4000)
    verdict = weigh(p, label, np.zeros(4000, dtype=np.int64), alone, names, NONE)
    people = judge_labellers(names, np.zeros(4000, dtype=np.int64), p, label, NONE)
    rates = estimate(p, label, people.channel, np.ones(4000, bool), NONE)
    own = sum(weight * wrong_probability(p, label, common, people.channel) for weight, common in rates.channels())
    assert verdict.p_wrong[careless] == pytest.approx(own[careless])
    assert np.sort(verdict.p_wrong[~careless]) == pytest.approx(np.sort(own[~careless]))


def test_known_truths_decide_the_direction_that_vague_texts_hide():
    rng = np.random.default_rng(0)
    chance = rng.uniform(0.25, 0.6, 4000)
    truth = (rng.random(4000) < chance).astype(np.int64)
    label = np.where((truth == 1) & (rng.random(4000) < 0.25), 0, truth)
    own, alone = Channel(np.zeros(4000), np.zeros(4000)), np.ones(4000, bool)
    vague = estimate(0.75 * chance, label, own, alone, NONE).mean
    rows = np.arange(300)
    told = estimate(0.75 * chance, label, own, alone, Known(rows, truth[rows])).mean
    assert abs(float(vague.miss) - 0.25) > 0.08
    assert float(told.miss) == pytest.approx(0.25, abs=0.06)
    assert float(told.invent) < 0.02


def labelled(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, list[str | None], np.ndarray]:
    p, label, _ = desk(3000, 0.0, 0.0)
    who, types = rng.integers(10, size=3000), rng.integers(4, size=3000)
    flipped = (who == 4) & (types == 2) & (rng.random(3000) < 0.5)
    return p, np.where(flipped, 1 - label, label), [f"agent {w}" for w in who], types


def test_a_labeller_careless_in_one_type_is_found_there_and_only_there():
    p, label, names, types = labelled(np.random.default_rng(1))
    found = judge_labellers(names, types, p, label, NONE)
    four = np.array(names) == "agent 4"
    flips = (found.channel.miss + found.channel.invent) / 2
    assert flips[four & (types == 2)].mean() > 0.3
    assert flips[four & (types != 2)].mean() < 0.12
    assert flips[~four].max() < 0.03
    assert [line.name for line in found.lines if line.careless > 0.5] == ["agent 4"]
    line = next(line for line in found.lines if line.name == "agent 4")
    assert line.low < 0.125 < line.high
    assert line.tickets == int(four.sum())


def test_unknown_and_rare_labellers_count_as_careful():
    p, label, _ = desk(100, 0.0, 0.0)
    names: list[str | None] = [None] * 91 + ["rare"] * 9
    found = judge_labellers(names, np.zeros(100, dtype=np.int64), p, 1 - label, NONE)
    assert found.lines == ()
    assert found.channel.miss.tolist() == [0.0] * 100


def test_reviews_count_for_a_labeller_where_text_says_nothing():
    rng = np.random.default_rng(0)
    truth = rng.integers(2, size=400)
    who = np.arange(400) % 4
    label = np.where((who == 0) & (rng.random(400) < 0.5), 1 - truth, truth)
    names, types, p = [str(w) for w in who], np.zeros(400, dtype=np.int64), np.full(400, 0.5)
    blind = judge_labellers(names, types, p, label, NONE)
    told = judge_labellers(names, types, p, label, Known(np.arange(400), truth))
    assert max(line.careless for line in blind.lines) < 0.5
    assert [line.name for line in told.lines if line.careless > 0.95] == ["0"]


def test_calibration_moves_towards_what_reviewers_found_and_keeps_the_order():
    said = np.linspace(0.05, 0.95, 500)
    rows = np.arange(0, 500, 2)
    wrong = np.random.default_rng(0).random(250) < said[rows] / 3
    got = calibrated(said, rows, wrong)
    assert (np.diff(got) > 0).all()
    assert got[rows].mean() == pytest.approx(wrong.mean(), abs=0.05)


def test_few_reviews_move_little_and_none_move_nothing():
    said = np.array([0.2, 0.6])
    assert calibrated(said, NONE.rows, np.array([], dtype=bool)).tolist() == [0.2, 0.6]
    assert calibrated(said, np.array([1]), np.array([False]))[1] == pytest.approx(0.5, abs=0.11)


def test_expected_precision_accumulates_from_the_worst():
    assert expected_precision(np.array([0.2, 0.8, 0.5])) == pytest.approx([0.5, 0.8, 0.65])


def test_training_weights_give_back_what_one_sided_noise_took():
    p_wrong, label = np.array([0.0, 0.0, 0.5, 0.0]), np.array([1, 0, 0, 0])
    assert training_weights(p_wrong, label) == pytest.approx([1.5, 1.0, 0.5, 1.0])
