"""The scenario table: how often something happens, what happens, and what is true about it.

The rows are in `scenarios.toml` and `scenarios_rare.toml`.
Keys of a scenario: weight (relative share of all tickets; 0: only as a partner), turns (see `script`), truth (fields of
`model.Truth` that differ from the default), rules and tolerated (label rules), and those of `Scenario`.
"""

import tomllib
from collections.abc import Iterator, Mapping
from importlib.resources import files
from typing import Any, NamedTuple

from clonedesk_connectors.testing.world.model import Truth
from clonedesk_connectors.testing.world.script import Turn, compile_turns


class Scenario(NamedTuple):
    """One row of the table.

    channel: the only channel it happens in, or None. internal: the requester is an employee who tests.
    lost_turns: so many first turns no longer exist. before_end_h: created that many hours before the world's end
    (from, to) instead of anywhere in the period. link, partner: a lead needs a second ticket of the same customer; the
    ticket with the next (odd) index plays `partner`, created partner_delay_h (from, to) after the lead's "start" or
    its "closure" (first solved or closed). has_ai: the AI says or does something.
    """

    name: str
    weight: float
    truth: Truth
    turns: tuple[Turn, ...]
    has_ai: bool
    channel: str | None = None
    internal: bool = False
    lost_turns: int = 0
    before_end_h: tuple[float, float] | None = None
    link: str | None = None
    partner: str | None = None
    partner_after: str = "closure"
    partner_delay_h: tuple[float, float] = (0, 0)


def read_scenarios(text: str) -> dict[str, Scenario]:
    """Read a table in TOML. Raises ValueError or TypeError for an unknown key, verb or rule."""
    tables = tomllib.loads(text)
    return {name: _scenario(name, row, tables["parts"]) for name, row in tables["scenarios"].items()}


def _scenario(name: str, row: dict[str, Any], parts: Mapping[str, list[str]]) -> Scenario:
    truth = Truth(
        scenario=name,
        rules=frozenset(row.pop("rules", ())),
        tolerated=frozenset(row.pop("tolerated", ())),
        **row.pop("truth", {}),
    )
    turns = compile_turns(_lines(row.pop("turns"), parts))
    has_ai = any(turn.actor == "ai" for turn in turns)
    more: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in row.items()}
    return Scenario(name=name, truth=truth, turns=turns, has_ai=has_ai, **more)


def _lines(lines: list[str], parts: Mapping[str, list[str]]) -> Iterator[str]:
    for line in lines:
        if line.startswith("use "):
            yield from _lines(parts[line.removeprefix("use ")], parts)
        else:
            yield line


_FILES = ("scenarios.toml", "scenarios_rare.toml")
_HERE = files("clonedesk_connectors.testing.world")
SCENARIOS = read_scenarios("".join(_HERE.joinpath(name).read_text(encoding="utf-8") for name in _FILES))
