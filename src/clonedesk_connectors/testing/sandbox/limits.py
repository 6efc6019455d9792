"""Rate limits as fixed windows on an injected clock."""

from collections.abc import Callable, Iterable, Mapping
from math import ceil
from typing import NamedTuple

_KEPT_WINDOWS = 10_000


class Limit(NamedTuple):
    """total calls in each window of window_s seconds."""

    total: int
    window_s: float = 60


class Standing(NamedTuple):
    """One bucket now; resets_s: whole seconds until its window ends, rounded up."""

    name: str
    total: int
    remaining: int
    resets_s: int


class Limits:
    """Counts calls against named buckets.

    A name like `tickets-update/42` is a bucket of its own with the limit of `tickets-update`. Names without a limit
    are free. clock: seconds, any origin.
    """

    def __init__(self, table: Mapping[str, Limit], clock: Callable[[], float]) -> None:
        self._table = dict(table)
        self._clock = clock
        self._windows: dict[str, tuple[float, int]] = {}

    def spend(self, names: Iterable[str], cost: int = 1) -> int | None:
        """Take `cost` from every bucket, or nothing at all if one is short.

        Returns None when it was taken, else the whole seconds until the last short bucket opens again.
        """
        standings = [standing for standing in map(self.standing, names) if standing is not None]
        short = [standing.resets_s for standing in standings if standing.remaining < cost]
        if short:
            return max(short)
        for standing in standings:
            start, used = self._windows.get(standing.name, (self._clock(), 0))
            self._windows[standing.name] = (start, used + cost)
        return None

    def standing(self, name: str) -> Standing | None:
        """The state of one bucket, None if it has no limit."""
        limit = self._table.get(name.partition("/")[0])
        if limit is None:
            return None
        now = self._clock()
        start, used = self._windows.get(name, (now, 0))
        if now - start >= limit.window_s:
            self._windows.pop(name, None)
            start, used = now, 0
        if len(self._windows) > _KEPT_WINDOWS:
            self._windows.clear()
        return Standing(name, limit.total, limit.total - used, ceil(start + limit.window_s - now))
