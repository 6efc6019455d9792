"""Reading single values that may be anything: ids, words, small scalars."""

from __future__ import annotations

from typing import Any

_LARGEST = 10**30  # far above any id, far below where Python refuses to write a number as text

SHORT = 200
"""Characters of a field value that an event may carry; longer ones are texts and stay in the raw record."""


def native_id(value: object) -> str | None:
    """An id as text; None for anything that is not one."""
    if type(value) is int:
        return str(value) if -_LARGEST < value < _LARGEST else None
    return (value.strip() or None) if isinstance(value, str) else None


def text(value: object) -> str | None:
    """A non-empty string, else None."""
    return value if isinstance(value, str) and value else None


def short(value: object) -> str | None:
    """A small scalar as text; None for anything larger or nested."""
    if isinstance(value, str):
        return value if len(value) <= SHORT else None
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) or (isinstance(value, int) and -_LARGEST < value < _LARGEST):
        return str(value)
    return None


def words(value: object) -> list[str]:
    """A list of words; tags also come as one string with blanks."""
    if isinstance(value, str):
        return value.split()
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def dicts(value: object) -> list[dict[str, Any]]:
    """The objects of a list; nothing for anything else."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def part(record: dict[str, Any], name: str) -> dict[str, Any]:
    """A member that should be an object; an empty one otherwise."""
    value = record.get(name)
    return value if isinstance(value, dict) else {}
