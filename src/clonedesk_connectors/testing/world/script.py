"""The little language scenarios are written in, and its compiler.

One line is one turn: `[?60%] DELAY ACTOR: EFFECT; EFFECT [by RULE]; ...`

- DELAY after the turn before: `0`, `30s`, `5s-60s`, `1h-23h`, `2d`, or `sweep` (the next weekly bulk edit, at least 1 h away).
- ACTOR: customer, ai, human (the one who takes the ticket), colleague, shared, operations, or `rule/NAME`.
- EFFECT: a verb of `tale.VERBS` with its words. `by RULE` makes it a side effect of the turn.
- `?60%` makes the turn happen in that share of the stories.

Automations run on the hour, so the turn of a `rule/` with a delay of an hour or more moves up to the next full hour.
"""

import re
from typing import NamedTuple

from clonedesk_connectors.testing.world.directory import RULE_INDEX

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_LINE = re.compile(r"(?:\?(?P<chance>\d+)% )?(?P<delay>\S+) (?P<actor>[\w/]+): (?P<effects>.+)")


class Effect(NamedTuple):
    verb: str
    words: tuple[str, ...]
    rule: int | None


class Turn(NamedTuple):
    """Delays in seconds; `sweep` replaces the delay by the next bulk edit. `on_the_hour`: see the module."""

    chance: float
    shortest_s: int
    spread_s: int
    sweep: bool
    on_the_hour: bool
    actor: str
    rule: int | None
    effects: tuple[Effect, ...]


def compile_script(text: str) -> tuple[Turn, ...]:
    """Compile a script. Raises ValueError for a line that does not follow the grammar."""
    return tuple(_turn(line.strip()) for line in text.strip().splitlines())


def _turn(line: str) -> Turn:
    found = _LINE.fullmatch(" ".join(line.split()))
    if found is None:
        raise ValueError(f"not a scenario line: {line!r}")
    chance = int(found["chance"]) / 100 if found["chance"] else 1.0
    sweep = found["delay"] == "sweep"
    shortest, longest = (0, 0) if sweep else _delay(found["delay"])
    actor, _, rule_name = found["actor"].partition("/")
    rule = RULE_INDEX[rule_name] if rule_name else None
    effects = tuple(_effect(part) for part in found["effects"].split(";"))
    return Turn(
        chance, shortest, longest - shortest + 1, sweep, rule is not None and shortest >= 3600, actor, rule, effects
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
