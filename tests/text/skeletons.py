"""What a regular expression can match, as far as plain letters go: for proving that a cue is in every match."""

from __future__ import annotations

from re import _constants as op
from re import _parser as parser
from typing import Any

UNKNOWN = "\0"
_KEPT = 20
"""More than the longest cue: of a long piece only its ends can still become part of one."""


def uncovered(row: str, cues: tuple[str, ...]) -> set[str]:
    """The (shortened) texts that `row` may match although they contain no cue; UNKNOWN stands for any letters."""
    return _texts(parser.parse(row), cues)


def _texts(sequence: Any, cues: tuple[str, ...]) -> set[str]:
    found = {""}
    for code, argument in sequence:
        more = _options(code, argument, cues)
        joined = {before + after for before in found for after in more}
        found = {_shortened(text) for text in joined if not any(cue in text for cue in cues)}
    return found


def _options(code: Any, argument: Any, cues: tuple[str, ...]) -> set[str]:
    if code is op.LITERAL:
        return {chr(argument)}
    if code is op.SUBPATTERN:
        return _texts(argument[3], cues)
    if code is op.BRANCH:
        return set().union(*(_texts(branch, cues) for branch in argument[1]))
    if code in (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT):
        least, most, inner = argument
        once = _texts(inner, cues)
        if most == 1:
            return once if least else once | {""}
        return {text + UNKNOWN for text in once} if least else {"", UNKNOWN}
    if code is op.IN and all(kind is op.LITERAL for kind, _ in argument):
        return {chr(letter) for _, letter in argument}
    return {""} if code in (op.AT, op.ASSERT, op.ASSERT_NOT) else {UNKNOWN}


def _shortened(text: str) -> str:
    return text if len(text) <= 2 * _KEPT else text[:_KEPT] + UNKNOWN + text[-_KEPT:]
