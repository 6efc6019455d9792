"""What a user of the text model may choose."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TextSettings:
    """Choices of the text model; the defaults are the ones measured in docs/labels-text-model.md.

    precision: a label is flagged when its own probability of being wrong is at least this (0-1).
    near: cosine of character 3-5-grams from which two texts count as near-duplicates (0-1).
    max_chars: characters of a text that are read, from its start; more costs time and says little about the ending.
    max_terms: words and word pairs kept, most frequent first; bounds memory.
    min_tickets, min_per_label, min_texts: with fewer tickets, tickets of a label or different texts nothing is judged.
    """

    seed: int = 0
    folds: int = 5
    precision: float = 0.5
    near: float = 0.9
    max_chars: int = 2_000
    max_terms: int = 200_000
    min_tickets: int = 200
    min_per_label: int = 20
    min_texts: int = 50
    escalated: str = "escalated"
    resolved: str = "resolved_ai"
