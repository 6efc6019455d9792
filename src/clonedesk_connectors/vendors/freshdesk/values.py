"""Reading vendor values that may be anything: nothing here raises, and what does not fit is None or empty."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]


def native_id(value: object) -> str | None:
    """An id as text; None for anything that is not one."""
    if type(value) is int:
        return str(value)
    return text(value.strip()) if isinstance(value, str) else None


def text(value: object) -> str | None:
    """Non-empty text that can be encoded (JSON may hold half of a surrogate pair); None for anything else."""
    if not isinstance(value, str) or not value:
        return None
    return value if value.isascii() else value.encode("utf-8", "replace").decode()


def label(value: object) -> str | None:
    """A short scalar as text: custom field values, status names."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float) else text(value)


def part(record: Json, name: str) -> Json:
    """A nested object, empty where there is none."""
    value = record.get(name)
    return value if isinstance(value, dict) else {}


def dicts(value: object) -> list[Json]:
    """The objects of a list; lists of this vendor are often null."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def words(value: object) -> tuple[str, ...]:
    """The texts of a list, or of one comma-separated text."""
    items = value.split(",") if isinstance(value, str) else value if isinstance(value, list) else []
    return tuple(word for item in items if (word := text(item.strip() if isinstance(item, str) else None)))
