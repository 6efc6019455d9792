"""The keyset walk: reading a list that is ordered by time, without cursors, past any page wall, while rows move.

Each page starts again at the time where the last one ended, so a row that changes meanwhile (and moves to the end)
shifts nothing under us. Only inside a run of equal seconds that is longer than a page must page numbers be used; there
a moving row CAN shift others past the page edge, so the run is read again until two readings agree. What may still be
missed (a vendor that shuffles ties) is what the id-gap audit is for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from clonedesk_connectors.protocol import from_json, to_json

MAX_READINGS = 5
"""Readings of one run of equal seconds before it is left to the id-gap audit."""

RUN_UNSETTLED = "a run of equal seconds kept changing while it was read; the id-gap audit looks for what was missed"
WALL = "the vendor's page wall was reached; the id-gap audit looks for what lies behind it"
UNORDERED = "the list is not in the order that was asked for; it was read by page number"

_MASK = (1 << 64) - 1


@dataclass(frozen=True, slots=True)
class Walk:
    """A position. All times are unix seconds.

    since: rows from this second on are wanted; the run of equal seconds being read is `since` and the second after.
    offset: rows (not pages: the page size may change) already read from `since` on. top: newest row of this walk.
    readings: complete readings of the run so far. seen / before: sums over the ids of this reading and the last one.
    last: the same sum for the page before in this run.
    """

    since: int
    offset: int = 0
    top: int = 0
    readings: int = 0
    seen: int = 0
    before: int = 0
    last: int = 0

    @classmethod
    def load(cls, cursor: str) -> Walk:
        return from_json(cls, cursor)

    def dump(self) -> str:
        return to_json(self)

    def page(self, size: int) -> int:
        """Number of the page that holds the next row; rows before it may be read twice, never skipped."""
        return self.offset // size + 1


@dataclass(frozen=True, slots=True)
class Step:
    """Where to go from a page. done: the list has ended for now and `walk` is where the next run starts."""

    walk: Walk
    done: bool = False
    notes: tuple[str, ...] = ()


def advance(at: Walk, rows: Sequence[tuple[int, int]], size: int, *, more: bool, reread: bool, overlap_s: int) -> Step:
    """Take one page. rows: (time, id) in the order of the page, time 0 where it cannot be read; more: a page follows.

    reread: whether runs of equal seconds are read until two readings agree. overlap_s: how far before the newest row
    the next run starts. Starting one second before the last row makes the walk right whether the vendor's "since"
    includes its own second or not.
    """
    page = sum(_spread(id_) for _, id_ in rows) & _MASK
    if more and at.offset and page == at.last:
        return Step(at)  # the page before once more, as if page numbers were ignored: going on would never end
    times = [time for time, _ in rows if time]
    ordered = all(earlier <= later for earlier, later in pairwise(times))
    newest = times[-1] if times and ordered else 0
    at = replace(at, top=max([at.top, *times]))
    past_run = newest > at.since + 1
    in_run = sum(_spread(id_) for time, id_ in rows if time <= at.since + 1 or not ordered)
    at = replace(at, seen=(at.seen + in_run) & _MASK)
    notes = () if ordered else (UNORDERED,)
    if more and not past_run:
        return Step(replace(at, offset=at.page(size) * size, last=page), notes=notes)
    by_number = at.offset > 0 or at.readings > 0
    if reread and by_number and at.seen != at.before:
        if at.readings + 1 < MAX_READINGS:
            return Step(Walk(at.since, 0, at.top, at.readings + 1, 0, at.seen), notes=notes)
        notes = (*notes, RUN_UNSETTLED)
    if more:
        return Step(Walk(newest - 1, top=at.top), notes=notes)
    return Step(Walk(max(0, at.top - overlap_s) if at.top else at.since), done=True, notes=notes)


def over_the_wall(at: Walk, *, overlap_s: int | None) -> Step:
    """The vendor serves no further page: go on behind the run of equal seconds that filled all of them.

    overlap_s: given where a list cannot be continued from a time; what the pages showed is then all there is.
    """
    if overlap_s is not None:
        return Step(Walk(max(at.since, at.top - overlap_s)), done=True, notes=(WALL,))
    return Step(Walk(max(at.since + 1, at.top) + 1, top=at.top), notes=(WALL,))


def _spread(number: int) -> int:
    """Ids summed as they are would hide a swap (1+4 = 2+3)."""
    mixed = (number * 0x9E3779B97F4A7C15) & _MASK
    mixed ^= mixed >> 29
    return (mixed * 0xBF58476D1CE4E5B9) & _MASK
