"""Vendor words to ours, as data. What is not in the table is `unknown`, never a guess."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Generic, TypeVar

V = TypeVar("V")


class MappingTable(Generic[V]):
    """Look up a vendor's word. Keys are compared as lower-case text, so `2`, `"2"` and `"Open"` / `"open"` agree."""

    __slots__ = ("_rows", "unknown")

    def __init__(self, rows: Mapping[str | int, V], *, unknown: V) -> None:
        self._rows = {str(key).lower(): value for key, value in rows.items()}
        self.unknown = unknown

    def __call__(self, raw: object) -> V:
        """The mapped value, or `unknown` for None, another type or a word the table does not have."""
        if type(raw) is str and raw in self._rows:
            return self._rows[raw]
        return self._rows.get(str(raw).lower(), self.unknown)

    def __contains__(self, raw: object) -> bool:
        return str(raw).lower() in self._rows

    def __iter__(self) -> Iterator[tuple[str, V]]:
        """The rows, for the documentation."""
        return iter(self._rows.items())
