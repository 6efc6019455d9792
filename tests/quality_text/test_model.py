from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from clonedesk_connectors.quality.textmodel.model import TextModel
from clonedesk_connectors.quality.textmodel.result import TextScores
from clonedesk_connectors.quality.textmodel.rows import Abstained
from clonedesk_connectors.quality.textmodel.settings import TextSettings
from tests.quality_text.desk import Desk, invent


@pytest.fixture(scope="module")
def desk() -> Desk:
    return invent(1500, seed=1)


@pytest.fixture(scope="module")
def noisy(desk: Desk) -> tuple[np.ndarray, list[str], TextScores]:
    """Return a tenth of wrong labels, all labels, and their scores; shared because fitting takes its time."""
    wrong = flips(1500, 0.1)
    return wrong, desk.labels(wrong), TextModel().fit_score(desk.texts, desk.labels(wrong), types=desk.types)


def flips(rows: int, rate: float, seed: int = 5) -> np.ndarray:
    return np.random.default_rng(seed).random(rows) < rate


def test_wrong_labels_rank_far_above_right_ones(noisy):
    wrong, _, scores = noisy
    worst = np.argsort(-scores.p_wrong)[:100]
    assert wrong.mean() < 0.12
    assert wrong[worst].mean() > 0.8
    assert 0.3 < scores.noise.symmetric < 0.8
    assert scores.noise.kinds == ()


def test_a_tenth_of_wrong_labels_is_flagged_once_reviews_confirm_it(desk, noisy):
    wrong, labels, before = noisy
    truth = {i: "escalated" if desk.truth[i] else "resolved_ai" for i in before.to_review(40)}
    scores = TextModel().fit_score(desk.texts, labels, types=desk.types, reviewed=truth)
    assert scores.flagged.sum() >= 50
    assert wrong[scores.flagged].mean() > 0.6
    assert scores.noise.kinds == ("symmetric",)


def test_the_same_seed_gives_the_same_scores(desk, noisy):
    _, labels, scores = noisy
    again, other = (
        TextModel(TextSettings(seed=seed)).fit_score(desk.texts, labels, types=desk.types) for seed in (0, 1)
    )
    assert again.p_wrong.tolist() == scores.p_wrong.tolist()
    assert other.p_wrong.tolist() != scores.p_wrong.tolist()


def test_right_labels_are_hardly_ever_flagged(desk):
    scores = TextModel().fit_score(desk.texts, desk.labels(flips(1500, 0.0)), types=desk.types)
    assert scores.flagged.sum() <= 5
    assert scores.noise.kinds == ()


def test_a_careless_labeller_is_named_and_its_labels_doubted_more(desk):
    rng = np.random.default_rng(2)
    agents = rng.integers(10, size=1500)
    wrong = (agents == 7) & (rng.random(1500) < 0.4)
    scores = TextModel().fit_score(
        desk.texts, desk.labels(wrong), types=desk.types, labellers=[f"a{a}" for a in agents]
    )
    assert [line.name for line in scores.noise.labellers if line.careless > 0.95] == ["a7"]
    seven = next(line for line in scores.noise.labellers if line.name == "a7")
    assert seven.low < 0.4 < seven.high + 0.05
    assert seven.twice_pooled > 0.95
    assert "labellers" in scores.noise.kinds
    assert set(agents[scores.flagged]) == {7}
    assert wrong[scores.flagged].mean() > 0.6


def test_a_deviant_among_agreeing_copies_is_flagged_only_if_events_agree(desk):
    rng = np.random.default_rng(3)
    copied = np.repeat(rng.choice(1500, 120, replace=False), 4)
    texts = desk.texts + [f"{desk.texts[i]} {'!' * (k % 3)}" for k, i in enumerate(copied)]
    wrong = np.concatenate([np.zeros(1500, bool), rng.random(480) < 0.2])
    everyone = Desk(
        texts, desk.types + [desk.types[i] for i in copied], np.concatenate([desk.truth, desk.truth[copied]])
    )
    labels = everyone.labels(wrong)
    together = TextModel().fit_score(texts, labels)
    apart = TextModel().fit_score(texts, labels, outcomes=list(range(len(texts))))
    assert "near_duplicates" in together.noise.kinds
    assert together.noise.near_groups == 120
    assert wrong[together.flagged].sum() >= 60
    assert wrong[together.flagged].mean() > 0.7
    assert apart.noise.near_groups == 0
    assert apart.noise.near_share == 0.0


def test_reviews_reveal_that_only_resolved_labels_are_wrong(desk):
    wrong = (desk.truth == 1) & flips(1500, 0.25)
    labels = desk.labels(wrong)
    first = TextModel().fit_score(desk.texts, labels)
    asked = first.to_review(80)
    truth = {i: "escalated" if desk.truth[i] else "resolved_ai" for i in asked}
    second = TextModel().fit_score(desk.texts, labels, reviewed=truth)
    assert "optimistic" in second.noise.kinds
    assert second.noise.known == 80
    assert second.p_wrong[asked].tolist() == [float(wrong[i]) for i in asked]
    assert not second.flagged[asked].any()
    given = np.array([label == "escalated" for label in labels])
    assert second.p_wrong[~given].max() > 5 * np.delete(second.p_wrong, asked)[np.delete(given, asked)].max()


def test_anchors_count_like_reviews_and_people_overrule_rules(desk):
    labels = desk.labels(flips(1500, 0.1))
    by_rules = TextModel().fit_score(
        desk.texts, labels, anchors={0: "escalated", 1: "resolved_ai"}, reviewed={0: labels[0]}
    )
    assert by_rules.p_wrong[[0, 1]].tolist() == [0.0, float(labels[1] == "escalated")]
    assert by_rules.known_rows.tolist() == [0, 1]
    assert by_rules.noise.known == 2


def test_reviews_are_asked_of_both_directions_and_never_twice(noisy):
    _, labels, scores = noisy
    asked = scores.to_review(40)
    rest = replace(scores, known_rows=np.array(asked)).to_review(40)
    assert len(set(asked)) == 40
    assert not set(asked) & set(rest)
    assert 10 <= sum(labels[i] == "escalated" for i in asked) <= 30


def test_a_held_out_ticket_changes_nothing_and_gets_no_score(desk):
    labels = desk.labels(flips(1500, 0.1))
    held_out = [i % 5 == 0 for i in range(1500)]
    poisoned = ["poison" if out else label for out, label in zip(held_out, labels, strict=True)]
    texts = ["other words" if out else text for out, text in zip(held_out, desk.texts, strict=True)]
    one = TextModel().fit_score(desk.texts, labels, held_out=held_out, reviewed={5: "escalated"})
    two = TextModel().fit_score(texts, poisoned, held_out=held_out)
    assert np.isnan(one.p_wrong[::5]).all()
    assert one.abstained[5] == Abstained.HELD_OUT
    assert np.array_equal(one.p_wrong, two.p_wrong, equal_nan=True)
    assert one.notes == (
        "300 tickets belong to a held-out split and were not read",
        "1 known endings concern no judged ticket or no judged label",
    )


def test_unjudgeable_tickets_are_counted_and_weigh_one(desk):
    labels: list[str | None] = list(desk.labels(flips(1500, 0.0)))
    texts: list[str | None] = list(desk.texts)
    texts[0], texts[1], texts[2] = None, " ?! ", ""
    labels[3], labels[4] = "abandoned", None
    scores = TextModel().fit_score(texts, labels)
    assert [scores.abstained[i] for i in range(6)] == [*["no_text"] * 3, *["label_not_judged"] * 2, None]
    assert scores.notes == (
        "3 tickets have no customer text",
        "2 tickets have a label other than the two that the text model compares",
    )
    assert scores.weights[:5].tolist() == [1.0] * 5
    assert not scores.flagged[:5].any()
    assert scores.explain(0) is None


@pytest.mark.parametrize(
    ("texts", "labels", "note"),
    [
        (["help me please"] * 10, ["escalated", "resolved_ai"] * 5, "10 tickets are too few to learn from"),
        (
            [f"help with case {chr(97 + i % 26)}" for i in range(300)],
            ["escalated"] * 300,
            "300 tickets: one of the two labels is missing or too rare to learn from",
        ),
        (
            ["all the same"] * 5_000,
            ["escalated", "resolved_ai"] * 2_500,
            "5000 tickets: their texts hardly differ, so text cannot tell them apart",
        ),
    ],
)
def test_what_cannot_be_learnt_from_is_stated(texts, labels, note):
    scores = TextModel().fit_score(texts, labels)
    assert scores.notes == (note,)
    assert not scores.flagged.any()
    assert np.isnan(scores.p_wrong).all()
    assert scores.to_review(5) == []
    assert np.isnan(scores.flagged_precision)


def test_no_tickets_are_no_error():
    scores = TextModel().fit_score([], [])
    assert scores.notes == ()
    assert scores.p_wrong.shape == (0,)


def test_text_that_does_not_predict_labels_is_not_used_to_doubt_them(desk):
    coin = np.random.default_rng(0).random(1500) < 0.5
    scores = TextModel().fit_score(desk.texts, ["escalated" if c else "resolved_ai" for c in coin])
    assert scores.notes == ("1500 tickets: their text does not predict their label, so it cannot doubt it",)


def test_any_script_and_broken_unicode_is_read(desk):
    odd = ["申请退款 我的订单 坏了", "где мой заказ верните деньги", "أين طلبي", "\ud800 kaputt", "ขอคืนเงิน"] * 20
    labels = ["escalated", "resolved_ai"] * 50
    scores = TextModel().fit_score(desk.texts + odd, desk.labels(flips(1500, 0.05)) + labels)
    assert np.isfinite(scores.p_wrong).all()


def test_columns_of_another_length_are_refused(desk):
    with pytest.raises(ValueError, match="1500 texts, 3 entries"):
        TextModel().fit_score(desk.texts, desk.labels(flips(1500, 0.0)), types=["a", "b", "c"])


def test_expected_precision_is_the_mean_of_the_list_so_far(noisy):
    scores = replace(noisy[2], flagged=noisy[2].p_wrong >= 0.2)
    order = np.argsort(-scores.p_wrong, kind="stable")
    assert scores.expected_precision[order[0]] == pytest.approx(scores.p_wrong[order[0]])
    assert scores.expected_precision[order[99]] == pytest.approx(scores.p_wrong[order[:100]].mean())
    assert scores.flagged_precision == pytest.approx(scores.p_wrong[scores.flagged].mean())


def test_weights_keep_the_class_balance_of_the_estimated_truth(noisy):
    _, labels, scores = noisy
    given = np.array([label == "escalated" for label in labels])
    escalated = (1 - scores.p_wrong[given]).sum() + scores.p_wrong[~given].sum()
    assert scores.weights[given].sum() == pytest.approx(escalated)
    assert scores.weights.sum() == pytest.approx(1500)


def test_evidence_names_words_neighbours_and_copies():
    desk = invent(1500, seed=1)
    row = next(i for i, kind in enumerate(desk.types) if kind == "legal" and desk.truth[i] == 1)
    texts = [*desk.texts, desk.texts[row]]
    labels = [*desk.labels(np.arange(1500) == row), "escalated"]
    evidence = TextModel().fit_score(texts, labels).explain(row)
    assert evidence is not None
    assert evidence.p_escalated > 0.8
    assert evidence.near_duplicates == (1500,)
    assert evidence.neighbours[0].row == 1500
    assert evidence.neighbours[0].similarity == pytest.approx(1.0, abs=1e-6)
    assert evidence.neighbours[0].label == "escalated"
    assert all(weight > 0 for _, weight in evidence.terms)
    legal = {"lawyer", "court", "complaint", "damages", "sue", "letter", "deadline"}
    assert any(set(term.split()) & legal or term.endswith("*") for term, _ in evidence.terms)


def test_a_customer_is_scored_by_models_that_saw_none_of_its_tickets():
    desk = invent(600, seed=9)
    texts = [f"{text} customer{i % 20}code" for i, text in enumerate(desk.texts)]
    labels = ["escalated" if i % 20 < 10 else "resolved_ai" for i in range(600)]  # only the customer decides
    alone = TextModel().fit_score(texts, labels)
    grouped = TextModel().fit_score(texts, labels, groups=[f"c{i % 20}" for i in range(600)])
    assert alone.judged is not None
    assert alone.judged.scored.probability[np.array(labels) == "escalated"].mean() > 0.8
    assert grouped.notes == ("600 tickets: their text does not predict their label, so it cannot doubt it",)
