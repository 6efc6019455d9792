"""Bulk edits: one actor doing one thing to many tickets within a minute."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple


class Sweep(NamedTuple):
    """Unix seconds of the first and last action of one bulk edit, and how many tickets it touched."""

    start_s: int
    end_s: int
    size: int


class BatchCounter:
    """Counts actions per (actor, what); eight bytes per action."""

    def __init__(self, least: int, span: timedelta) -> None:
        self._least = least
        self._span_s = int(span.total_seconds())
        self._times: dict[tuple[str, str], array[int]] = {}

    def add(self, actor_id: str | None, what: str, at: datetime) -> None:
        """Note one action; actions of nobody in particular cannot form a batch."""
        if actor_id is not None:
            self._times.setdefault((actor_id, what), array("q")).append(int(at.timestamp()))

    def finish(self) -> Batches:
        found = {}
        for who, times in self._times.items():
            if len(times) >= self._least:
                sweeps = tuple(self._sweeps(sorted(times)))
                if sweeps:
                    found[who] = sweeps
        return Batches(found)

    def _sweeps(self, times: Sequence[int]) -> Iterator[Sweep]:
        """Maximal runs in which every action shares a window of the span with at least `least` actions."""
        start = end = -1  # indexes of the run being built
        for last in range(self._least - 1, len(times)):
            first = last - self._least + 1
            if times[last] - times[first] > self._span_s:
                continue
            if start >= 0 and first > end:
                yield Sweep(times[start], times[end], end - start + 1)
                start = -1
            start = first if start < 0 else start
            end = last
        if start >= 0:
            yield Sweep(times[start], times[end], end - start + 1)


class Batches:
    """The bulk edits that were found."""

    def __init__(self, sweeps: dict[tuple[str, str], tuple[Sweep, ...]]) -> None:
        self._sweeps = sweeps
        self._starts = {who: [sweep.start_s for sweep in found] for who, found in sweeps.items()}

    def size(self, actor_id: str | None, what: str, at: datetime) -> int:
        """How many tickets the bulk edit touched that this action belongs to; 0 when it belongs to none."""
        if actor_id is None or (actor_id, what) not in self._sweeps:
            return 0
        second = int(at.timestamp())
        place = bisect_right(self._starts[actor_id, what], second) - 1
        if place < 0:
            return 0
        sweep = self._sweeps[actor_id, what][place]
        return sweep.size if second <= sweep.end_s else 0

    def __len__(self) -> int:
        return sum(len(found) for found in self._sweeps.values())
