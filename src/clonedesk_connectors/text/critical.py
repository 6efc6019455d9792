"""Tokens that change what a reply promises: numbers, amounts, dates, links, addresses, negation.

No similarity threshold tells a typo from a changed amount or a lost `not`, so these are compared on their own.
Not covered: antonyms without a negation word (`before` and `after`, `included` and `excluded`), names.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from clonedesk_connectors.text.critical_words import (
    AMBIGUOUS,
    BY_LANGUAGE,
    DATE,
    EMAIL,
    JAPANESE,
    LINK,
    MONEY,
    NEGATION,
    NUMBER,
    PERIOD,
    SYMBOLS,
)
from clonedesk_connectors.text.language import guess_language
from clonedesk_connectors.text.normal import CJK, URL, fold, tokens

_KINDS = (NUMBER, MONEY, DATE, PERIOD, LINK, EMAIL, NEGATION)


@dataclass(frozen=True, slots=True)
class CriticalToken:
    """`kind` is number, money, date, period, link, email or negation; `value` the canonical token."""

    kind: str
    value: str


def critical_tokens(text: str, language: str | None = None) -> tuple[CriticalToken, ...]:
    """List the critical tokens of a text in reading order; Japanese words follow, by kind.

    language: ISO 639-1 code of the word lists to use; guessed when None. When that is unsure or the language has no
    list, all lists are used, without the words that mean something else in another language.
    """
    if language is None:
        guess = guess_language(text)
        language = guess.language if guess else None
    folded = fold(text)
    return critical_among(tokens(folded), folded, language)


def critical_among(found_tokens: Iterable[str], folded: str, language: str | None) -> tuple[CriticalToken, ...]:
    """As `critical_tokens`, for a folded text whose tokens and language are known already."""
    kinds = _word_kinds(language if language in BY_LANGUAGE else None)
    found = [CriticalToken(kind, token) for token in found_tokens if (kind := _kind(token, kinds))]
    if CJK.search(folded):
        for kind, pattern in JAPANESE.items():
            found += [CriticalToken(kind, word) for word in pattern.findall(folded)]
    return tuple(found)


@cache
def _word_kinds(language: str | None) -> dict[str, str]:
    tables = BY_LANGUAGE.values() if language is None else [BY_LANGUAGE[language]]
    kinds = {word: kind for table in tables for kind, words in table.items() for word in words}
    for word in AMBIGUOUS if language is None else ():
        kinds.pop(word, None)
    return kinds | SYMBOLS


def _kind(token: str, kinds: dict[str, str]) -> str | None:
    if "@" in token:
        return EMAIL
    if ("." in token and URL.fullmatch(token)) or ("/" in token and not token[0].isdigit()):
        return LINK
    if any(map(str.isdigit, token)):
        return NUMBER
    return NEGATION if token.endswith("n't") else kinds.get(token)


def critical_difference(
    draft: tuple[CriticalToken, ...], final: tuple[CriticalToken, ...]
) -> tuple[tuple[CriticalToken, ...], tuple[CriticalToken, ...]]:
    """Return (only in draft, only in final), counted per token; both empty when nothing critical changed.

    Negations are only counted: `do not` and `don't` say the same. Swapped values (`from 10 to 20` made `from 20 to
    10`) are returned on both sides.
    """
    only_draft: list[CriticalToken] = []
    only_final: list[CriticalToken] = []
    for kind in _KINDS:
        left = [token for token in draft if token.kind == kind]
        right = [token for token in final if token.kind == kind]
        if kind == NEGATION:
            left, right = ([], []) if len(left) == len(right) else (left, right)
        elif Counter(left) == Counter(right):
            left, right = ([], []) if left == right else (left, right)
        else:
            left, right = _minus(left, right), _minus(right, left)
        only_draft += left
        only_final += right
    return tuple(only_draft), tuple(only_final)


def _minus(left: list[CriticalToken], right: list[CriticalToken]) -> list[CriticalToken]:
    return list((Counter(left) - Counter(right)).elements())
