"""What a message wants, by tables of phrases: conservative, in ten languages, always with the phrase as evidence.

A hit is a hint for a rule that also looks at events; no hit proves anything. Languages are not guessed first: every
table is tried, because short messages are where guessing fails and where these phrases matter.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from clonedesk_connectors.text.normal import core, word_count
from clonedesk_connectors.text.wording.asking import ASKS, FALLBACK, INTRODUCES, OFFERS_HELP, OFFERS_MORE
from clonedesk_connectors.text.wording.helped import NOT_HELPED, SOLVED
from clonedesk_connectors.text.wording.hostile import INSTRUCTION
from clonedesk_connectors.text.wording.human import HUMAN
from clonedesk_connectors.text.wording.table import MAX_CHARS, Evidence, lowered

__all__ = [
    "Evidence",
    "acknowledges",
    "ai_clarification_only",
    "ai_fallback",
    "ai_greeting_only",
    "asks_for_answer",
    "asks_for_human",
    "asks_question",
    "instructs_model",
    "says_not_helped",
    "says_solved",
]

_MAX_ACKNOWLEDGEMENT_WORDS = 25
_MAX_GREETING_WORDS = 45
_MAX_COURTESY_WORDS = 2  # "Of course!" before a question
_QUESTION = re.compile("[?¿؟]")
_SENTENCE = re.compile(r"(?<=[.!?。؟])\s*(?=\S)|\n+")
_URL = re.compile(r"https?://\S+")
# A `but`, a negation, a request or thanks in advance: then the message says more than thanks.
_MORE_THAN_THANKS = re.compile(
    r"\b(?:but|however|although|except|aber|jedoch|mais|cependant|pero|mas|porém|però|maar|echter|ale|jednak|"
    r"not|nicht|pas|niet|nie|não|non|only|nur leider|please|por favor|per favore|s'il vous plaît|proszę|"
    r"in advance|im voraus|d'avance|de antemano|desde já|in anticipo|alvast|z góry)\b|n't\b|"
    r"でも|しかし|ですが|けど|لكن|(?:^| )لم |(?:^| )لا |مقدما"
)


def asks_for_human(text: str) -> Evidence | None:
    """Find a request to speak to a person."""
    return HUMAN.find(lowered(text))


def acknowledges(text: str) -> Evidence | None:
    """Find a message that only says thanks or solved: short, no question, no request, no `but`, no negation."""
    low = lowered(text)
    thanks = SOLVED.find(low)
    if thanks is None or _surely_longer(low, _MAX_ACKNOWLEDGEMENT_WORDS) or _MORE_THAN_THANKS.search(low):
        return None
    if word_count(low) > _MAX_ACKNOWLEDGEMENT_WORDS:
        return None
    if asks_question(text) or says_not_helped(text) or asks_for_human(text):
        return None
    return thanks


def _surely_longer(text: str, words: int) -> bool:
    """Whether a text has more words than that, seen without counting them properly; False also means "not known"."""
    return text.isascii() and sum(1 for piece in text.split() if piece[0].isalpha()) > words


def says_solved(text: str) -> Evidence | None:
    """Find thanks or `solved` anywhere: what `acknowledges` needs, and far from enough for it."""
    return SOLVED.find(lowered(text))


def says_not_helped(text: str) -> Evidence | None:
    """Find a statement that the answer did not help, or plain anger."""
    return NOT_HELPED.find(lowered(text))


def asks_question(text: str) -> Evidence | None:
    """Find a question or a request for data; question marks inside links do not count."""
    return _question(lowered(text))


def asks_for_answer(text: str) -> Evidence | None:
    """Find a question that waits for an answer: an offer of (further) help is a courtesy and does not count."""
    low = lowered(text)
    if _question(low) is None:
        return None
    asked = (_question(part) for part in _sentences(low) if OFFERS_MORE.find(part) is None)
    return next((found for found in asked if found is not None and OFFERS_HELP.find(found.quote) is None), None)


def ai_fallback(text: str) -> Evidence | None:
    """Find an AI answer that says it has no answer."""
    return FALLBACK.find(lowered(text))


def ai_greeting_only(text: str) -> Evidence | None:
    """Find an AI message that says hello, who it is and that it offers help, and nothing else."""
    low = lowered(text)
    offer = OFFERS_HELP.find(low) or INTRODUCES.find(low)
    if offer is None or word_count(low) > _MAX_GREETING_WORDS:
        return None
    return offer if all(map(_greets, _sentences(lowered(core(text[:MAX_CHARS]))))) else None


def ai_clarification_only(text: str) -> Evidence | None:
    """Find an AI message that only asks: every sentence is a question, a request for data or a courtesy."""
    asked = _question(lowered(text))
    if asked is None:
        return None
    for sentence in _sentences(lowered(core(text[:MAX_CHARS]))):
        question = _question(sentence)
        if question is None and word_count(sentence) > _MAX_COURTESY_WORDS and SOLVED.find(sentence) is None:
            return None
    return asked


def instructs_model(text: str) -> Evidence | None:
    """Find words aimed at a language model (`ignore all previous instructions`). A hint for people, never a filter."""
    return INSTRUCTION.find(lowered(text))


def _question(low: str) -> Evidence | None:
    if "://" in low:
        low = _URL.sub(" ", low)
    if mark := _QUESTION.search(low):
        return Evidence("und", low[max(0, mark.start() - 60) : mark.end()].strip())
    return ASKS.find(low)


def _greets(sentence: str) -> bool:
    """Whether a sentence of a greeting says nothing about the matter."""
    return (
        word_count(sentence) <= _MAX_COURTESY_WORDS
        or OFFERS_HELP.find(sentence) is not None
        or INTRODUCES.find(sentence) is not None
        or SOLVED.find(sentence) is not None
    )


def _sentences(low: str) -> Iterator[str]:
    return filter(None, _SENTENCE.split(low))
