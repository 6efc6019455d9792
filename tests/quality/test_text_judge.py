"""The text model behind the rules: what it is told, and what comes back by ticket key."""

from __future__ import annotations

import random

import pytest

pytest.importorskip("sklearn", reason="needs the extra [quality]")

import numpy as np
from threadpoolctl import threadpool_info

from clonedesk_connectors.quality.labels import ESCALATED, RESOLVED_AI
from clonedesk_connectors.quality.opinions import TextOpinions, TextRow
from clonedesk_connectors.quality.text_judge import ModelJudge
from tests.quality.build import Story, fired, resolved, run

WORDS = {
    ESCALATED: ["fraud", "lawyer", "stolen", "charged", "angry", "refund", "manager", "dispute", "bank", "police"],
    RESOLVED_AI: ["password", "reset", "login", "page", "link", "mail", "address", "change", "button", "help"],
}


def rows(count: int = 300) -> list[TextRow]:
    dice = random.Random(3)
    made = []
    for number in range(count):
        label = ESCALATED if number % 2 else RESOLVED_AI
        text = " ".join(dice.choices(WORDS[label], k=6)) + f" case {number}"
        made.append(TextRow(f"t{number}", text, label, f"agent{number % 3}", "kind", f"p{number}", 1, None))
    return made


def flipped(row: TextRow) -> TextRow:
    return row._replace(label=RESOLVED_AI if row.label is ESCALATED else ESCALATED)


@pytest.fixture(scope="module")
def opinions() -> TextOpinions:
    """t7: wrong label. t9: wrong label, proved by a rule. t8: a person said it is wrong. t10, t11: near-duplicates."""
    given = rows()
    given[7] = flipped(given[7])
    given[9] = flipped(given[9])._replace(anchor=RESOLVED_AI)
    text = "my parcel with the blue lamp never arrived at the new address in the old town"
    given[10] = given[10]._replace(text=text, label=ESCALATED)
    given[11] = given[11]._replace(text=text + "!", label=RESOLVED_AI)
    return ModelJudge().judge(given, {"t8": ESCALATED, "elsewhere": ESCALATED})


def test_one_thread_does_the_arithmetic():
    threads = set()

    def encode(texts: list[str]) -> np.ndarray:
        threads.update(pool["num_threads"] for pool in threadpool_info())
        return np.array([[len(text), text.count("a")] for text in texts], dtype=float)

    ModelJudge(encode=encode).judge(rows(), {})
    assert threads == {1}


def test_a_label_that_its_text_contradicts_is_suspected(opinions):
    assert opinions.tickets["t7"].p_wrong > 3 * opinions.tickets["t6"].p_wrong
    assert opinions.tickets["t7"].expected_precision > opinions.tickets["t6"].expected_precision


def test_what_is_known_is_not_doubted(opinions):
    assert opinions.tickets["t9"].p_wrong == 0.0
    assert opinions.tickets["t8"].p_wrong == 1.0
    assert not opinions.tickets["t8"].flagged


def test_near_duplicates_with_opposite_labels_name_each_other(opinions):
    assert opinions.tickets["t10"].twins == ("t11",)
    assert opinions.tickets["t11"].twins == ("t10",)
    assert opinions.tickets["t13"].twins == ()


def test_every_labeller_gets_a_line(opinions):
    assert {line.tickets for line in opinions.labellers.values()} == {100}
    assert set(opinions.labellers) == {"agent0", "agent1", "agent2"}
    assert all(line.low <= line.rate <= line.high for line in opinions.labellers.values())


def test_too_few_tickets_are_said_and_nothing_is_guessed():
    report = run(resolved(), text_model=ModelJudge())
    assert any("too few" in note for note in report.notes)
    assert fired(resolved(), Story("2"), text_model=ModelJudge()) == {"L09"}
