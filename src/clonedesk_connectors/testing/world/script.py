"""The little language of the scenarios, and its compiler.

One line is one turn: `[?60% | &] DELAY ACTOR: EFFECT; EFFECT [by RULE]; ...`

- DELAY after the turn before: `0`, `30s`, `5s-60s`, `1h-23h`, or `sweep` (the next bulk edit, at least 1 h
  away).
- ACTOR: customer, ai, human (the one who takes the ticket), colleague, shared, operations, or `rule/NAME`.
- EFFECT: a verb of `tale.VERBS` with its words. `by RULE` makes it a side effect of the turn.
- `?60%` makes the turn happen in that share of the stories, `&` only if the turn before happened.

Automations run on the hour, so the turn of a `rule/` with a delay of an hour or more moves up to the next full hour.
"""

import re
from collections.abc import Iterable
from typing import NamedTuple

from clonedesk_connectors.testing.world.directory import RULE_INDEX

_UNITS = {"s": 1, "m": 60, "h": 3600}
_LINE = re.compile(r"(?:\?(?P<chance>\d+)% |(?P<also>&) )?(?P<delay>\S+) (?P<actor>[\w/]+): (?P<effects>.+)")


class Effect(NamedTuple):
    verb: str
    words: tuple[str, ...]
    rule: int | None


class Turn(NamedTuple):
    """also: only with the turn before. Delays in seconds; `sweep` replaces them by the next bulk edit."""

    chance: float
    also: bool
    shortest_s: int
    spread_s: int
    sweep: bool
    on_the_hour: bool
    actor: str
    rule: int | None
    effects: tuple[Effect, ...]


def compile_turns(lines: Iterable[str]) -> tuple[Turn, ...]:
    """Compile the turns of a scenario. Raises ValueError for a line that does not follow the grammar."""
    return tuple(_turn(line) for line in lines)


def _turn(line: str) -> Turn:
    found = _LINE.fullmatch(line)
    if found is None:
        raise ValueError(f"not a scenario line: {line!r}")
    sweep = found["delay"] == "sweep"
    shortest, longest = (0, 0) if sweep else _delay(found["delay"])
    actor, _, rule_name = found["actor"].partition("/")
    return Turn(
        chance=int(found["chance"]) / 100 if found["chance"] else 1.0,
        also=found["also"] is not None,
        shortest_s=shortest,
        spread_s=longest - shortest + 1,
        sweep=sweep,
        on_the_hour=bool(rule_name) and shortest >= 3600,
        actor=actor,
        rule=RULE_INDEX[rule_name] if rule_name else None,
        effects=tuple(_effect(part) for part in found["effects"].split(";")),
    )


def _delay(text: str) -> tuple[int, int]:
    first, _, last = text.partition("-")
    return _seconds(first), _seconds(last or first)


def _seconds(text: str) -> int:
    return 0 if text == "0" else int(text[:-1]) * _UNITS[text[-1]]


def _effect(text: str) -> Effect:
    words = text.split()
    rule = None
    if "by" in words:
        rule = RULE_INDEX[words[-1]]
        words = words[: words.index("by")]
    return Effect(words[0], tuple(words[1:]), rule)
