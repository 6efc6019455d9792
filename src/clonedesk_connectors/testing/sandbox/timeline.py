"""A sorted index of numbers that is cheap to keep for millions of rows and still takes changes."""

from array import array
from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator
from heapq import merge


class Timeline:
    """Sorted unsigned 64-bit keys: a compact base built once, and the changes since then on top."""

    def __init__(self, keys: Iterable[int]) -> None:
        self._base = array("Q", sorted(keys))
        self._added: list[int] = []
        self._removed: set[int] = set()

    def add(self, key: int) -> None:
        insort(self._added, key)

    def remove(self, key: int) -> None:
        """Remove a key that is in the timeline."""
        position = bisect_left(self._added, key)
        if position < len(self._added) and self._added[position] == key:
            del self._added[position]
        else:
            self._removed.add(key)

    def walk(self, first: int) -> Iterator[int]:
        """The keys from `first` on, ascending."""
        return merge(self._walk_base(first), self._added[bisect_left(self._added, first) :])

    def _walk_base(self, first: int) -> Iterator[int]:
        base, removed = self._base, self._removed
        for position in range(bisect_left(base, first), len(base)):
            if base[position] not in removed:
                yield base[position]

    def __len__(self) -> int:
        return len(self._base) + len(self._added) - len(self._removed)
