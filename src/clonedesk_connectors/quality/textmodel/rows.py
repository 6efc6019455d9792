"""Decide which rows the text can say anything about, and state why not for every other row."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from .noise import Known
from .settings import TextSettings

Ints = NDArray[np.int64]
_T = TypeVar("_T")
_WORD = re.compile(r"\w")


class Abstained(StrEnum):
    """Why the text model says nothing about a row."""

    NO_TEXT = "no_text"
    LABEL_NOT_JUDGED = "label_not_judged"
    HELD_OUT = "held_out"
    NO_PROBABILITY = "no_probability"
    TOO_FEW_TICKETS = "too_few_tickets"
    TOO_FEW_OF_A_LABEL = "too_few_of_a_label"
    TOO_FEW_TEXTS = "too_few_different_texts"
    TEXT_SAYS_NOTHING = "text_says_nothing"


MEANING = {
    Abstained.NO_TEXT: "tickets have no customer text",
    Abstained.LABEL_NOT_JUDGED: "tickets have a label other than the two that the text model compares",
    Abstained.HELD_OUT: "tickets belong to a held-out split and were not read",
    Abstained.NO_PROBABILITY: "tickets came without a usable probability",
    Abstained.TOO_FEW_TICKETS: "tickets are too few to learn from",
    Abstained.TOO_FEW_OF_A_LABEL: "tickets: one of the two labels is missing or too rare to learn from",
    Abstained.TOO_FEW_TEXTS: "tickets: their texts hardly differ, so text cannot tell them apart",
    Abstained.TEXT_SAYS_NOTHING: "tickets: their text does not predict their label, so it cannot doubt it",
}


@dataclass(frozen=True)
class Rows:
    """The rows to judge (numbers in the caller's order), their labels as 1 and 0, and the reason for each other row."""

    judged: Ints
    label: Ints
    reasons: list[Abstained | None]

    def without(self, reason: Abstained) -> Rows:
        """Return the same rows with none to judge, for one more reason."""
        return Rows(self.judged[:0], self.label[:0], [old or reason for old in self.reasons])

    def notes(self) -> list[str]:
        """Say in words what was not judged and how many tickets that are."""
        counts = Counter(reason for reason in self.reasons if reason)
        return [f"{counts[reason]} {MEANING[reason]}" for reason in Abstained if counts[reason]]

    def pick(self, column: Sequence[_T] | None) -> list[_T | None]:
        """Return the judged rows of a column, or None for each if there is no such column."""
        return [None] * len(self.judged) if column is None else [column[i] for i in self.judged]

    def known(self, facts: Mapping[int, str], settings: TextSettings) -> Known:
        """Return those of the facts (row number -> true label) that concern a judged row and one of the two labels."""
        values = {settings.escalated: 1, settings.resolved: 0}
        place = {int(row): i for i, row in enumerate(self.judged) if int(row) in facts} if facts else {}
        used = sorted((place[row], values[label]) for row, label in facts.items() if row in place and label in values)
        table = np.array(used, dtype=np.int64).reshape(-1, 2)
        return Known(table[:, 0], table[:, 1])


def sort_out(
    texts: Sequence[str | None],
    labels: Sequence[str | None],
    held_out: Sequence[bool] | None,
    probabilities: NDArray[np.float64] | None,
    settings: TextSettings,
) -> Rows:
    """Split the rows into those the text model judges and those it does not."""
    values = {settings.escalated: 1, settings.resolved: 0}
    reasons: list[Abstained | None] = [None] * len(texts)
    for i, (text, label) in enumerate(zip(texts, labels, strict=True)):
        if held_out is not None and held_out[i]:
            reasons[i] = Abstained.HELD_OUT
        elif label not in values:
            reasons[i] = Abstained.LABEL_NOT_JUDGED
        elif text is None or not _WORD.search(text):
            reasons[i] = Abstained.NO_TEXT
        elif probabilities is not None and not 0 <= probabilities[i] <= 1:
            reasons[i] = Abstained.NO_PROBABILITY
    judged = np.array([i for i, reason in enumerate(reasons) if reason is None], dtype=np.int64)
    ones = np.array([values[str(labels[i])] for i in judged], dtype=np.int64)
    rows = Rows(judged, ones, reasons)
    if len(judged) < settings.min_tickets:
        return rows.without(Abstained.TOO_FEW_TICKETS)
    if np.bincount(ones, minlength=2).min() < settings.min_per_label:
        return rows.without(Abstained.TOO_FEW_OF_A_LABEL)
    return rows
