"""Counters whose memory does not grow with what is counted."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Hashable, Iterator
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)


class Heavy(Generic[K]):
    """Counts of the frequent keys among at most `capacity` (Misra and Gries, 1982).

    A count is exact while fewer than `capacity` different keys were seen, afterwards a lower bound.
    """

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._counts: dict[K, int] = {}

    def add(self, key: K) -> None:
        if key in self._counts or len(self._counts) < self._capacity:
            self._counts[key] = self._counts.get(key, 0) + 1
        else:
            self._counts = {kept: count - 1 for kept, count in self._counts.items() if count > 1}

    def __getitem__(self, key: K) -> int:
        return self._counts.get(key, 0)

    def __len__(self) -> int:
        return len(self._counts)

    def at_least(self, count: int) -> Iterator[tuple[K, int]]:
        """Keys seen that often, most frequent first."""
        found = [pair for pair in self._counts.items() if pair[1] >= count]
        return iter(sorted(found, key=lambda pair: -pair[1]))


class Delays:
    """Waiting times in seconds, kept as counts of a few ranges."""

    STEPS_S = (2, 5, 10, 30, 60, 300, 1800, 7200, 86400)

    def __init__(self) -> None:
        self.count = 0
        self._ranges = [0] * (len(self.STEPS_S) + 1)

    def add(self, seconds: float) -> None:
        self.count += 1
        self._ranges[bisect_left(self.STEPS_S, seconds)] += 1

    def median_at_most_s(self) -> int | None:
        """The smallest step that half of them do not exceed; None without any, or beyond the last step."""
        seen = 0
        for step, number in zip(self.STEPS_S, self._ranges, strict=False):
            seen += number
            if self.count and 2 * seen >= self.count:
                return step
        return None
