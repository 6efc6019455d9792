"""Lenient reading: real answers break their own schemas (null members, ids as integers, objects as strings)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from clonedesk_connectors.text.times import parse_time

Json = Mapping[str, Any]

_LARGEST = 10**30  # far above any id, far below where Python refuses to write a number as text
_LATEST_S = 253_402_300_799  # the last second of the year 9999


def obj(value: object) -> dict[str, Any]:
    """The value if it is a JSON object, else an empty one."""
    return value if isinstance(value, dict) else {}


def items(value: object) -> list[dict[str, Any]]:
    """The objects of a JSON array; anything else is left out."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def text(value: object) -> str | None:
    """Text that is not blank, else None."""
    return value if isinstance(value, str) and value.strip() else None


def scalar(value: object) -> str | None:
    """A text, number or boolean as text; None for null, objects, lists and absurdly long numbers."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value) if abs(value) < _LARGEST else None
    return str(value) if isinstance(value, str | float) else None


def ident(value: object) -> str | None:
    """An id as text. Intercom sends the same id as a number and as text, and 0 or "0" for nobody."""
    if isinstance(value, bool) or not isinstance(value, str | int) or value in (0, "0", ""):
        return None
    return scalar(value)


def when(value: object) -> datetime | None:
    """Unix seconds, as a number or as text (1.x), or ISO 8601 (some newer members), as aware UTC; None otherwise."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 13:
        value = int(value)
    return parse_time(value)


def seconds(value: object) -> int:
    """A time in whole unix seconds; 0 where it cannot be read."""
    if type(value) is int and 0 < value <= _LATEST_S:
        return value
    moment = when(value)
    return int(moment.timestamp()) if moment else 0


def version_of(record: Json) -> int:
    """`updated_at` in whole unix seconds: what grows with every change."""
    return seconds(record.get("updated_at"))
