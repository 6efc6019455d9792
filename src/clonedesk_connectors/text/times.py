"""Lenient time parsing. Vendors send offsets, fractions, unix seconds and, now and then, nonsense."""

from __future__ import annotations

from datetime import UTC, datetime

_LATEST = 253402300799  # 9999-12-31T23:59:59Z


def parse_time(value: object) -> datetime | None:
    """An aware UTC datetime from ISO 8601 text or unix seconds; None for anything else (never raises, never guesses).

    Text without an offset is read as UTC, which is what all three vendors document.
    """
    if isinstance(value, str):
        try:
            when = datetime.fromisoformat(value)
            if when.tzinfo is UTC:
                return when
            return when.replace(tzinfo=UTC) if when.tzinfo is None else when.astimezone(UTC)
        except (ValueError, OverflowError):
            return None
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= _LATEST:
        return datetime.fromtimestamp(value, UTC)
    return None


def unix_s(value: object) -> int:
    """Whole unix seconds of the same inputs; 0 where there is no time. Good as a record version."""
    if type(value) is int:
        return value if 0 <= value <= _LATEST else 0
    when = parse_time(value)
    return int(when.timestamp()) if when else 0
