"""Noticing that a list goes round in circles: a helpdesk that ignores a parameter can neither keep a run for ever nor
make it end too early."""

from __future__ import annotations

from collections.abc import Hashable

from clonedesk_connectors.errors import StuckCursor
from clonedesk_connectors.protocol import Mode, Page

CURSOR_CAME_BACK = f"{StuckCursor.__name__}: the vendor's cursor came back"
PAGES_REPEAT = f"{StuckCursor.__name__}: the vendor's pages repeat themselves"

REPEATS = {Mode.SNAPSHOT: 3, Mode.DETAIL: 3, Mode.INCREMENTAL: 10}
"""Pages in a row that bring nothing new. One or two happen while rows move; a walk by time may read a run again."""


class Standstill:
    """Watches the pages of one list, or of one subject's details, from the first to the last.

    A list that is read whole should never show a page twice, whatever the pages between, and not as its last one. In
    one that is read by changes, a page may come again later, so there only the same page over and over counts, and an
    empty one (a day without news) does not.

    resume: where the list goes on after an interruption; it stays behind pages that brought nothing new, so that the
    next run does not jump over what they hid.
    """

    def __init__(self, mode: Mode, cursor: str | None) -> None:
        self._whole = mode is not Mode.INCREMENTAL
        self._limit = REPEATS[mode]
        self._cursors = {hash(cursor)}  # cursors can be long, and a backfill has thousands
        self._pages: set[Hashable] = set()
        self._repeats = 0
        self.resume = cursor

    def found(self, page: Page) -> str | None:
        """Why reading on after this page would never end, or why it is not the end; None when all is well."""
        again = self._shown_before(page)
        if page.done and not (self._whole and again and page.records):
            self.resume = page.cursor
            return None
        if not page.done and hash(page.cursor) in self._cursors:
            return CURSOR_CAME_BACK
        self._cursors.add(hash(page.cursor))
        self._repeats = self._repeats + 1 if again else 0
        if not again:
            self.resume = page.cursor
        return PAGES_REPEAT if page.done or self._repeats >= self._limit else None

    def _shown_before(self, page: Page) -> bool:
        shown = hash(frozenset((record.kind, record.id, record.version) for record in page.records))
        before = shown in self._pages
        if not page.records:
            return self._whole
        if not self._whole:
            self._pages.clear()
        self._pages.add(shown)
        return before
