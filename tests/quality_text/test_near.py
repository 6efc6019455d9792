from __future__ import annotations

import numpy as np
import pytest

from clonedesk_connectors.quality.textmodel import neighbours
from clonedesk_connectors.quality.textmodel.duplicates import sharing
from clonedesk_connectors.quality.textmodel.grams import counted, hashed
from clonedesk_connectors.quality.textmodel.neighbours import near_groups
from clonedesk_connectors.quality.textmodel.noise import Channel, Known

LETTER = "Dear team, my parcel with the blue lamp has not arrived although the tracking page says delivered on {}."
NONE = Known(np.array([], dtype=np.int64), np.array([], dtype=np.int64))


def still(rows: int) -> Channel:
    return Channel(np.zeros(rows), np.zeros(rows))


def test_case_spacing_numbers_and_small_edits_do_not_part_copies():
    texts = [
        LETTER.format("12 May"),
        "where is my refund",
        LETTER.format("3   MAY").upper(),
        LETTER.format("12 May").replace("lamp", "lmp") + " thx",
        "where is my invoice",
    ]
    assert near_groups(texts, 0.9).tolist() == [0, 1, 0, 0, 4]


def test_a_group_holds_copies_of_its_leader_and_no_chains():
    base = "the quick brown fox jumps over the lazy dog while seven wizards box quietly in the old barn"
    drift = [base]
    for i in range(12):
        drift.append(drift[-1][: 7 * i] + "zzz" + drift[-1][7 * i + 3 :])
    groups = near_groups(drift, 0.9)
    rows = counted(drift)
    assert len(set(groups.tolist())) > 1
    cosine = [float(rows[i].multiply(rows[int(leader)]).sum()) for i, leader in enumerate(groups)]
    assert min(cosine) >= 0.9 - 1e-6


def test_many_equal_texts_make_one_group():
    assert set(near_groups(["again and again"] * 50_000, 0.9).tolist()) == {0}


def test_candidates_grow_with_the_texts_and_not_their_square():
    bodies = [f"{LETTER} {chr(97 + i % 26)}{chr(97 + i // 26)}" for i in range(400)]
    pairs = neighbours._candidates(neighbours._signatures(bodies))
    assert len(pairs) <= 2 * neighbours.BANDS * 400
    assert (pairs[:, 0] < pairs[:, 1]).all()


def test_grams_stay_inside_their_text():
    grams, starts = hashed(["abc", "", "abc"], 3)
    assert starts.tolist() == [0, 4, 5]
    assert grams[:4].tolist() == grams[5:].tolist()


def test_the_dot_product_of_counted_rows_is_the_cosine():
    rows = counted(["lost parcel", "lost parcel", "xyz qqq www"])
    assert float(rows[0].multiply(rows[1]).sum()) == pytest.approx(1.0, abs=1e-5)
    assert float(rows[0].multiply(rows[2]).sum()) < 0.05


def groups_of_five(rng: np.random.Generator, count: int, flip: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    ending = np.repeat((rng.random(count) < 0.5).astype(np.int64), 5)
    wrong = rng.random(count * 5) < flip
    return np.repeat(np.arange(count), 5), np.where(wrong, 1 - ending, ending), wrong


def test_shared_endings_are_noticed_and_deviants_found():
    group, label, wrong = groups_of_five(np.random.default_rng(0), 200, 0.15)
    found = sharing(group, np.full(1000, 0.5), label, still(1), still(1000), NONE)
    p_wrong = found.revised(np.full(1000, 0.1), label)
    assert found.share > 0.7
    assert 0.1 <= found.extra <= 0.2
    assert found.gain > 50
    assert p_wrong[wrong].mean() > 0.5
    assert p_wrong[~wrong].mean() < 0.08


def test_independent_endings_are_left_alone():
    label = (np.random.default_rng(0).random(1000) < 0.5).astype(np.int64)
    found = sharing(np.repeat(np.arange(200), 5), np.full(1000, 0.5), label, still(1), still(1000), NONE)
    assert (found.groups, found.share, found.gain) == (200, 0.0, 0.0)
    assert found.revised(np.full(1000, 0.1), label).tolist() == [0.1] * 1000


def test_a_known_ending_decides_an_even_group():
    group, label, _ = groups_of_five(np.random.default_rng(0), 200, 0.15)
    group = np.concatenate([group, [200, 200]])
    label = np.concatenate([label, [1, 0]])
    known = Known(np.array([1000]), np.array([0]))  # labelled escalated, found to be resolved
    found = sharing(group, np.full(1002, 0.5), label, still(1), still(1002), known)
    assert found.truth[1001] < 0.05
    before = sharing(group, np.full(1002, 0.5), label, still(1), still(1002), NONE)
    assert before.truth[1001] == pytest.approx(0.5)


def test_without_copies_nothing_is_said():
    found = sharing(np.arange(3), np.full(3, 0.5), np.array([1, 0, 1]), still(1), still(3), NONE)
    assert (found.groups, found.share, found.gain) == (0, 0.0, 0.0)
    assert found.revised(np.array([0.2, 0.3, 0.4]), np.array([1, 0, 1])).tolist() == [0.2, 0.3, 0.4]
