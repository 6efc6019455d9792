"""A suggestion, and suggestions as TOML to paste or as JSON."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from itertools import groupby

_BARE = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)
LISTS = ("bot_users", "ai_groups", "ai_tags", "internal_domains", "test_requesters")


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One value for an entry of `AccountConfig`. sure: 0-1. label (and field_value): for the label entries."""

    entry: str
    value: str
    sure: float
    evidence: tuple[str, ...]
    label: str = ""
    field_value: str = ""

    @property
    def confidence(self) -> str:
        return "high" if self.sure >= 0.9 else "medium" if self.sure >= 0.7 else "low"


@dataclass(frozen=True, slots=True)
class Advice:
    """All suggestions from so many tickets. of: how many there are, where not all were looked at."""

    tickets: int
    suggestions: tuple[Suggestion, ...]
    of: int | None = None

    def as_dict(self) -> dict[str, object]:
        """The same for programs."""
        rows = [{**asdict(it), "confidence": it.confidence} for it in self.suggestions]
        return {"tickets": self.tickets, "of": self.of, "suggestions": rows}

    def as_toml(self, profile: str, vendor: str | None = None) -> str:
        """Ready to paste into clonedesk.toml. What is not sure is commented out; every word of the data is escaped.

        vendor: for a profile that is not there yet.
        """
        seen = f"{self.tickets:,} tickets" + ("" if self.of is None else f" (a sample of {self.of:,})")
        if not self.suggestions:
            return f"# nothing to suggest from {seen}"
        name = _key(profile)
        lines = [f"# suggested by {seen}; look at each before you keep it"]
        lines += [f"[accounts.{name}]", f"vendor = {quoted(vendor)}", ""] if vendor else []
        lines += [f"[accounts.{name}.config]"]
        for entry, group in groupby(self.suggestions, key=lambda it: it.entry):
            lines += _entry(entry, list(group))
        return "\n".join(lines)


def _entry(entry: str, found: list[Suggestion]) -> Iterator[str]:
    if entry in LISTS:
        yield f"{entry} = ["
        for it in found:
            yield f"  {_off(it)}{quoted(it.value)},  {_because(it)}"
        yield "]"
    elif entry == "label_fields":
        for field, values in groupby(found, key=lambda it: it.value):
            yield from (_line(f"{entry}.{_key(field)}.{_key(it.field_value)}", it.label, it) for it in values)
    else:
        for it in found:
            yield _line(f"{entry}.{_key(it.value)}", it.label, it) if it.label else _line(entry, it.value, it)


def _line(name: str, value: str, it: Suggestion) -> str:
    return f"{_off(it)}{name} = {quoted(value)}  {_because(it)}"


def _off(it: Suggestion) -> str:
    return "# " if it.confidence == "low" else ""


def _because(it: Suggestion) -> str:
    return f"# {it.confidence} ({it.sure:.2f}): " + "; ".join(map(_printable, it.evidence))


def _key(text: str) -> str:
    return text if _BARE.fullmatch(text) else quoted(text)


def quoted(text: str) -> str:
    """A TOML string of printable ASCII-safe text: nothing in it can end the string or move a terminal's cursor."""
    return f'"{_printable(text, also=chr(34) + chr(92))}"'


def _printable(text: str, also: Iterable[str] = ()) -> str:
    return "".join(f"\\U{ord(c):08X}" if c in also or not c.isprintable() else c for c in text)
