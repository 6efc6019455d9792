from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import log_loss

from clonedesk_connectors.quality.textmodel.cleanlab_adapter import probabilities_from_quality
from clonedesk_connectors.quality.textmodel.model import TextModel
from clonedesk_connectors.quality.textmodel.score import features, fold_numbers, out_of_fold, terms
from tests.quality_text.desk import FILLER, TOPICS, invent

NO_TYPES = np.full(600, -1)


def topics_seen(texts: list[str]) -> np.ndarray:
    """Play an encoder: how many words of each topic a text has."""
    words = [set(listed.split()) for listed, _ in TOPICS.values()]
    return np.array([[len(topic & set(text.split())) for topic in words] for text in texts], dtype=float)


def test_words_pairs_and_beginnings_are_counted():
    assert terms("Refund my 退款") == ["refund", "my", "退", "款", "refund my", "my 退", "退 款", "refun*"]


def test_folds_are_even_keep_groups_whole_and_follow_the_seed():
    groups = np.arange(100) // 2
    fold = fold_numbers(groups, 5, seed=0)
    assert np.bincount(fold).tolist() == [20] * 5
    assert (fold[::2] == fold[1::2]).all()
    assert fold.tolist() != fold_numbers(groups, 5, seed=1).tolist()


def test_no_row_sees_its_own_label():
    desk = invent(600, seed=2)
    data = features(desk.texts, NO_TYPES, 10_000, None, 0)
    before = out_of_fold(data, desk.truth, np.arange(600), 5, seed=0).probability
    flipped = desk.truth.copy()
    flipped[:5] = 1 - flipped[:5]
    after = out_of_fold(data, flipped, np.arange(600), 5, seed=0).probability
    assert np.abs(after - before)[:5].max() < 0.1


def test_an_encoder_that_knows_more_than_words_improves_the_probabilities():
    desk = invent(600, seed=2)
    plain = out_of_fold(features(desk.texts, NO_TYPES, 50, None, 0), desk.truth, np.arange(600), 5, seed=0)
    data = features(desk.texts, NO_TYPES, 50, topics_seen, 0)
    encoded = out_of_fold(data, desk.truth, np.arange(600), 5, seed=0)
    assert log_loss(desk.truth, encoded.probability) < log_loss(desk.truth, plain.probability)


def test_an_encoder_with_unusable_numbers_does_no_harm():
    desk = invent(600, seed=2)
    scores = TextModel().fit_score(
        desk.texts, desk.labels(np.zeros(600, bool)), encode=lambda texts: np.full((len(texts), 3), np.nan)
    )
    assert np.isfinite(scores.p_wrong).all()


def test_an_encoder_of_the_wrong_shape_is_refused():
    with pytest.raises(ValueError, match=r"wanted \(1, n\), got \(2, 3\)"):
        features(["same", "same"], np.array([-1, -1]), 100, lambda texts: np.zeros((2, 3)), 0)


def test_words_that_occur_once_are_used_where_there_are_no_others():
    data = features(["one two", "three four"], np.array([-1, -1]), 100, None, 0)
    assert data.words.shape == (2, 6)
    assert features(["?", "!"], np.array([-1, -1]), 100, None, 0).words.shape == (2, 0)


def test_a_fold_with_one_label_left_falls_back_to_the_mean():
    desk = invent(600, seed=2)
    label = np.zeros(600, dtype=np.int64)
    label[:100] = 1
    groups = np.where(label == 1, 0, np.arange(600))  # all escalated tickets are of one customer
    scored = out_of_fold(features(desk.texts, NO_TYPES, 1_000, None, 0), label, groups, 5, seed=0)
    assert np.isfinite(scored.probability).all()


def test_probabilities_from_elsewhere_replace_ours():
    desk = invent(600, seed=2)
    labels = desk.labels(np.zeros(600, bool))
    propensity = np.array([TOPICS[kind][1] for kind in desk.types])
    propensity[0] = np.nan
    scores = TextModel().fit_score(desk.texts, labels, probabilities=propensity)
    assert scores.judged is not None
    assert scores.judged.scored.probability.tolist() == propensity[1:].tolist()
    assert scores.abstained[0] == "no_probability"
    evidence = scores.explain(1)
    assert evidence is not None
    assert evidence.terms == ()


def test_cleanlab_quality_becomes_the_probability_of_escalation():
    got = probabilities_from_quality([0.9, 0.9, 0.5, 0.2], ["escalated", "resolved_ai", "abandoned", "escalated"])
    assert got[[0, 1, 3]].tolist() == pytest.approx([0.9, 0.1, 0.2])
    assert np.isnan(got[2])
    with pytest.raises(ValueError, match="scored 1 labels, but there are 2"):
        probabilities_from_quality([0.9], ["escalated", "escalated"])


def test_filler_words_alone_decide_nothing():
    rng = np.random.default_rng(0)
    texts = [" ".join(rng.permutation(FILLER)[:6]) for _ in range(600)]
    data = features(texts, NO_TYPES, 1_000, None, 0)
    scored = out_of_fold(data, invent(600, seed=2).truth, np.arange(600), 5, seed=0)
    assert scored.probability.std() < 0.1
