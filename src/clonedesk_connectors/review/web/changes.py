"""What an edit changes, word by word, with what matters most marked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from rapidfuzz.distance import Indel

from clonedesk_connectors.review.deciding import explicit_outcome
from clonedesk_connectors.review.matcher import MatchSettings, compare
from clonedesk_connectors.text.critical import critical_tokens
from clonedesk_connectors.text.language import guess_language
from clonedesk_connectors.text.normal import CJK, EMAIL

_MAX_WORDS = 20_000  # of both texts together: the comparison takes memory by their product
_WORD = re.compile(
    rf"{EMAIL.pattern}|https?://\S+|\d+(?:[.,:/-]\d+)*|{CJK.pattern}|[^\W\d_]+?(?={CJK.pattern})|[^\W\d_]+(?:['’][^\W\d_]+)*|\s+|."
)


@dataclass(frozen=True, slots=True)
class Change:
    """A run of text. critical: what kind of promise it changes, for instance `number, date`; empty for none."""

    kind: Literal["same", "removed", "added"]
    text: str
    critical: str = ""


@dataclass(frozen=True, slots=True)
class Comparison:
    """A draft against a final text. outcome, similarity: as the decision will be measured. critical: kinds changed.

    runs: None when the texts are too long to be shown word by word.
    """

    outcome: str
    similarity: float
    critical: tuple[str, ...]
    runs: tuple[Change, ...] | None

    @property
    def is_changed(self) -> bool:
        return self.runs is None or any(run.kind != "same" for run in self.runs)


def compare_words(draft: str, final: str, settings: MatchSettings) -> Comparison:
    """Compare two plain texts for a person to look at."""
    result = compare(draft, final, settings=settings)
    kinds = tuple(dict.fromkeys(token.kind for token in (*result.lost, *result.added)))
    left, right = _WORD.findall(draft), _WORD.findall(final)
    runs = None
    if len(left) + len(right) <= _MAX_WORDS:
        guess = guess_language(draft)
        language = guess.language if guess else None
        runs = tuple(_marked(run, kinds, language) for run in _runs(left, right))
    return Comparison(explicit_outcome(result), result.similarity, kinds, runs)


def _marked(run: Change, kinds: tuple[str, ...], language: str | None) -> Change:
    """Only kinds that differ over the whole text count: `do not` made `don't` changes no promise."""
    if run.kind == "same" or not kinds:
        return run
    found = dict.fromkeys(token.kind for token in critical_tokens(run.text, language) if token.kind in kinds)
    return Change(run.kind, run.text, ", ".join(found))


def _runs(left: list[str], right: list[str]) -> Iterator[Change]:
    """Runs in reading order, what is removed before what is added. Space between two changes belongs to both."""
    removed = added = ""
    operations = Indel.opcodes(left, right)
    for number, step in enumerate(operations, start=1):
        old, new = "".join(left[step.src_start : step.src_end]), "".join(right[step.dest_start : step.dest_end])
        if step.tag == "equal" and not (old.isspace() and (removed or added) and number < len(operations)):
            yield from _changed(removed, added)
            removed = added = ""
            yield Change("same", old)
        else:
            removed, added = removed + old, added + new
    yield from _changed(removed, added)


def _changed(removed: str, added: str) -> Iterator[Change]:
    if removed:
        yield Change("removed", removed)
    if added:
        yield Change("added", added)
