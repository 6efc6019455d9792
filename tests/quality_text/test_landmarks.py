"""Tickets described by the tickets they are most like."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from clonedesk_connectors.quality.textmodel.landmarks import LANDMARKS, NEAREST, nearness
from clonedesk_connectors.quality.textmodel.score import features, out_of_fold

SYLLABLES = ("ka", "lo", "mi", "tu", "re", "sa", "ve", "no", "pi", "du")


def vocabularies(rng: np.random.Generator, count: int, size: int) -> list[list[str]]:
    """Return word lists that share nothing, in a language of nobody."""
    words = ["".join(rng.choice(SYLLABLES, 4)) for _ in range(count * size * 2)]
    distinct = list(dict.fromkeys(words))
    return [distinct[start * size : (start + 1) * size] for start in range(count)]


def matters(rows: int, seed: int) -> tuple[list[str], np.ndarray, np.ndarray]:
    """Return texts about sixty matters with sixty words each, their matter, and labels that depend on it."""
    rng = np.random.default_rng(seed)
    words = vocabularies(rng, 60, 60)
    matter = rng.integers(60, size=rows)
    texts = [" ".join(rng.choice(words[number], 9)) for number in matter]
    return texts, matter, (rng.random(rows) < np.where(matter % 2 == 1, 0.9, 0.1)).astype(np.int64)


def unit_rows(texts: list[str]) -> sp.csr_matrix:
    return features(texts, np.full(len(texts), -1), 10_000, None, 0).words


def test_a_text_is_described_by_texts_of_its_matter_though_they_share_few_words():
    texts, matter, _ = matters(1_200, seed=1)
    near = nearness(unit_rows(texts), seed=0)
    chosen = np.sort(np.random.default_rng(0).choice(1_200, 1_200, replace=False))  # every text is a landmark
    assert near.shape == (1_200, len(chosen))
    same = [near[row].toarray()[0, matter == matter[row]].sum() for row in range(0, 1_200, 40)]
    assert np.mean(same) > 0.9


def test_nearness_counts_for_nothing_where_single_words_decide():
    """Every text has its neighbours, but its label hangs on one rare word."""
    texts, matter, _ = matters(1_200, seed=3)
    label = np.random.default_rng(4).integers(2, size=1_200)
    said = [f"{text} {'no' if one else 'yes'}" for text, one in zip(texts, label, strict=True)]
    scored = out_of_fold(features(said, matter, 10_000, None, 0), label, np.arange(1_200), 5, seed=0)
    assert roc_auc_score(label, scored.probability) > 0.98


def test_weights_add_up_to_one_and_a_text_without_words_has_none():
    near = nearness(unit_rows(["one two three", "one two four", "two three four", "five one", "", "?"] * 30), seed=0)
    assert near.sum(axis=1).ravel().tolist()[0][:6] == pytest.approx([1, 1, 1, 1, 0, 0])


def test_the_same_seed_gives_the_same_landmarks_and_columns_stay_few():
    words = sp.random(4_000, 300, density=0.03, format="csr", dtype=np.float32, random_state=1)
    one, same, other = (nearness(words, seed) for seed in (5, 5, 6))
    assert one.shape == (4_000, LANDMARKS)
    assert one.nnz <= 4_000 * NEAREST
    assert (one != same).nnz == 0
    assert (one != other).nnz > 0


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from(["a", "b c", "c d e", "", "a a a", "x y", "z"]), min_size=1, max_size=30))
def test_any_few_texts_get_rows_that_add_up_to_one_or_nothing(texts: list[str]):
    near = nearness(unit_rows(texts), seed=0)
    assert near.shape[0] == len(texts)
    total = np.asarray(near.sum(axis=1)).ravel()
    assert np.logical_or(np.isclose(total, 1, atol=1e-5), total == 0).all()


def test_texts_that_differ_in_nothing_that_counts_are_no_error():
    near = features(["b c", "B c", "b C", "B C"], np.full(4, -1), 100, None, 0).near
    assert np.asarray(near.sum(axis=1)).ravel() == pytest.approx([1, 1, 1, 1])
