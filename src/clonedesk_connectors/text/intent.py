"""What a message wants, by tables of phrases: conservative, in nine languages, always with the phrase as evidence.

A hit is a hint for a rule that also looks at events; no hit proves anything. Languages are not guessed first: every
table is tried, because short messages are where guessing fails and where these phrases matter.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from clonedesk_connectors.text import intent_patterns as table
from clonedesk_connectors.text.normal import core, fold, word_count

_MAX_CHARS = 10_000
_MAX_ACKNOWLEDGEMENT_WORDS = 25
_MAX_GREETING_WORDS = 45
_MAX_COURTESY_WORDS = 2  # "Of course!" before a question
_QUESTION = re.compile("[?¿]")
_GAP = r"(?:(?:\W++\w++){0,3}\W++)"  # possessive: never retried, so a hit costs its own length
_URL = re.compile(r"https?://\S+")
# A `but` or a negation: then the message says more than thanks.
_MORE_THAN_THANKS = re.compile(
    r"\b(?:but|however|although|except|aber|jedoch|mais|cependant|pero|mas|porém|però|maar|echter|ale|jednak|"
    r"not|nicht|pas|niet|nie|não|non)\b|n't\b|"
    r"でも|しかし|ですが|けど"
)


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why a text was recognised.

    language: of the phrase table that matched, ISO 639-1; `und` for a bare question mark. quote: the matched words of
    the folded, lower-case text; it is customer text and stays out of logs.
    """

    language: str
    quote: str


def asks_for_human(text: str) -> Evidence | None:
    """Find a request to speak to a person."""
    return _find(table.HUMAN, _lowered(text))


def acknowledges(text: str) -> Evidence | None:
    """Find a message that only says thanks or solved: short, no question, no `but`, no negation."""
    lowered = _lowered(text)
    if asks_question(text) or _MORE_THAN_THANKS.search(lowered) or says_not_helped(text) or asks_for_human(text):
        return None
    if word_count(lowered) > _MAX_ACKNOWLEDGEMENT_WORDS:
        return None
    return _find(table.SOLVED, lowered)


def says_not_helped(text: str) -> Evidence | None:
    """Find a statement that the answer did not help, or plain anger."""
    return _find(table.NOT_HELPED, _lowered(text))


def asks_question(text: str) -> Evidence | None:
    """Find a question or a request for data; question marks inside links do not count."""
    lowered = _URL.sub(" ", _lowered(text))
    if mark := _QUESTION.search(lowered):
        return Evidence("und", lowered[max(0, mark.start() - 60) : mark.end()].strip())
    return _find(table.ASKS, lowered)


def ai_fallback(text: str) -> Evidence | None:
    """Find an AI answer that says it has no answer."""
    return _find(table.FALLBACK, _lowered(text))


def ai_greeting_only(text: str) -> Evidence | None:
    """Find an AI message that greets and offers help but says nothing else."""
    lowered = _lowered(text)
    if word_count(lowered) > _MAX_GREETING_WORDS or len(lowered.split("?")) > 2:
        return None
    return _find(table.OFFERS_HELP, lowered)


def ai_clarification_only(text: str) -> Evidence | None:
    """Find an AI message that only asks: every sentence is a question, a request for data or a courtesy."""
    asked: Evidence | None = None
    for sentence in re.split(r"(?<=[.!?。])\s*(?=\S)|\n+", core(text[:_MAX_CHARS])):
        question = asks_question(sentence)
        if (
            question is None
            and word_count(sentence) > _MAX_COURTESY_WORDS
            and _find(table.SOLVED, sentence.lower()) is None
        ):
            return None
        asked = asked or question
    return asked


def instructs_model(text: str) -> Evidence | None:
    """Find words aimed at a language model (`ignore all previous instructions`). A hint for people, never a filter."""
    return _find(table.INSTRUCTION, _lowered(text))


def _lowered(text: str) -> str:
    return fold(text[:_MAX_CHARS]).lower()


def _find(phrases: Mapping[str, tuple[str, ...]], lowered: str) -> Evidence | None:
    for language, rows in phrases.items():
        if found := _compiled(rows).search(lowered):
            return Evidence(language, found.group())
    return None


@cache
def _compiled(rows: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{row})" for row in rows).replace("~", _GAP), re.MULTILINE)
