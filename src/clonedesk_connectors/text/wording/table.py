"""How phrases are written down and searched.

A row is one regular expression over folded, lower-case text (Arabic also without vowel marks and with one form of each
letter, see `lowered`). Conservative: a phrase is listed only if it hardly means anything else in a support ticket.
`~` stands for up to four words of one sentence in between. Searching rows is expensive, so every language names `cues`:
pieces of words, as they stand in the rows, of which every match of a row contains at least one (a test proves it). A
row is searched only where one of its cues occurs.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import cache, cached_property, lru_cache
from typing import NamedTuple

from clonedesk_connectors.text.normal import fold

MAX_CHARS = 10_000
# Possessive: never retried, so a hit costs its own length.
_GAP = r"(?:(?:[^\w.!?\n]++\w++){0,4}[^\w.!?\n]++)"
_ARABIC = re.compile("[\u0600-\u06ff]")
_ARABIC_FORMS = str.maketrans("أإآٱىة", "اااايه", "ًٌٍَُِّْـ")


class Evidence(NamedTuple):
    """Why a text was recognised.

    language: of the phrase table that matched, ISO 639-1; `und` for a bare question mark. quote: the matched words of
    the folded, lower-case text; it is customer text and stays out of logs.
    """

    language: str
    quote: str


class Row(NamedTuple):
    """One regular expression, and the cues of its language that occur in it: one of them is in every match."""

    pattern: str
    cues: tuple[str, ...]


class Table(dict[str, tuple[Row, ...]]):
    """Phrases for one purpose by language, ISO 639-1."""

    def __init__(self, languages: dict[str, tuple[Row, ...]]) -> None:
        super().__init__(languages)
        self._rows = [(language, row.pattern) for language, rows in languages.items() for row in rows]
        self._rows_of: dict[str, list[int]] = {}
        for number, row in enumerate(row for rows in languages.values() for row in rows):
            for cue in row.cues:
                self._rows_of.setdefault(cue, []).append(number)

    @cached_property
    def _probes(self) -> dict[str, list[str]]:
        """Cues by a piece that they share: one look tells that none of them is there. Made when first asked."""
        left, found = set(self._rows_of), dict[str, list[str]]()
        while left:
            shared = Counter(piece for cue in left for piece in _pieces(cue))
            piece, _ = max(shared.items(), key=lambda item: (item[1], item[0]))
            found[piece] = [cue for cue in left if piece in cue]
            left.difference_update(found[piece])
        return found

    @cached_property
    def _ascii_probes(self) -> dict[str, list[str]]:
        return {piece: cues for piece, cues in self._probes.items() if piece.isascii()}

    def find(self, text: str) -> Evidence | None:
        """The first phrase in a `lowered` text, in the order of languages and rows."""
        probes = self._ascii_probes if text.isascii() else self._probes
        likely = [cues for piece, cues in probes.items() if piece in text]
        if not likely:
            return None
        hit = {number for cues in likely for cue in cues if cue in text for number in self._rows_of[cue]}
        for number in sorted(hit):
            language, pattern = self._rows[number]
            if found := _compiled(pattern).search(text):
                return Evidence(language, found.group())
        return None


def _pieces(cue: str) -> set[str]:
    """All that three neighbouring characters of a cue spell; a shorter cue is its own piece."""
    return {cue[start : start + 3] for start in range(max(1, len(cue) - 2))}


def phrases(cues: str, *patterns: str) -> tuple[Row, ...]:
    """Rows of one language. Cues are separated by white space; `·` stands for a space in a cue."""
    known = [cue.replace("·", " ") for cue in dict.fromkeys(cues.split())]
    return tuple(Row(pattern, tuple(cue for cue in known if cue.strip() in pattern)) for pattern in patterns)


@lru_cache(8)  # one message is asked several things in a row
def lowered(text: str) -> str:
    """The first 10,000 characters as the rows expect them."""
    folded = fold(text[:MAX_CHARS]).lower()
    return folded.translate(_ARABIC_FORMS) if not folded.isascii() and _ARABIC.search(folded) else folded


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern.replace("~", _GAP), re.MULTILINE)
