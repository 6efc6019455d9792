"""Checks of reading lists: nothing is lost between pages, at walls, in bursts or when tickets change meanwhile."""

from __future__ import annotations

import json
from typing import Any
from unittest import SkipTest

from clonedesk_connectors.protocol import Mode, Request, Response
from clonedesk_connectors.sync import Status
from clonedesk_connectors.testing.conformance.kit import Kit, finished, same_tickets, talkative
from clonedesk_connectors.testing.conformance.rig import Rig, expect, lists

LATER_S = 3600
"""Lets a helpdesk show what it holds back of its newest moments."""


class PagingChecks(Kit):
    """See the module."""

    def test_every_ticket_the_vendor_has_is_there(self) -> None:
        """A first pull finds every ticket of the vendor's own total, under its own id, and every message it counts."""
        _, snapshot, helpdesk = self._recording()
        wanted, account = helpdesk.ticket_ids(), self.connector().account
        expect(len(wanted) > self.small_page, "the helpdesk must have more tickets than fit on a small page")
        expect(snapshot.tickets.keys() == wanted, f"missing: {sorted(wanted - snapshot.tickets.keys())[:5]}")
        for key, ticket in snapshot.tickets.items():
            named = (ticket.vendor, ticket.account, ticket.native_id)
            expect(named == (self.connector().name, account.name, key), f"ticket {key} goes by another name")
        for key, count in helpdesk.message_counts().items():
            got = sum(event.kind == "message" for event in snapshot.tickets[key].events)
            expect(got == count, f"ticket {key} has {got} of {count} messages")

    def test_a_second_pull_without_changes_reads_no_detail(self) -> None:
        """A detail is fetched once per version of its ticket, and what is read again changes nothing."""
        with self._rig() as rig:
            finished(rig.pull())
            before = rig.snapshot()
            again = rig.pull()
            finished(again)
            expect(not again.sent(Mode.DETAIL), f"{len(again.sent(Mode.DETAIL))} details were fetched again")
            changed = {name: number for name, number in again.report.tickets.items() if number}
            expect(not changed, f"nothing changed, but the report says {changed}")
            same_tickets(rig.snapshot(), before, "after a second pull")

    def test_a_burst_of_one_second_larger_than_a_page_is_read_whole(self) -> None:
        """More tickets change in one second than a page holds; no position between them may be lost."""
        with self._rig(page_size=self.small_page) as rig:
            finished(rig.pull())
            targets = talkative(rig.snapshot())
            expect(len(targets) > self.small_page, "the helpdesk needs more open tickets than fit on a small page")
            for number, ticket in enumerate(targets):
                rig.helpdesk.say(ticket, f"<p>burst {number}</p>", public=True)
            self._catch_up(rig, "after a burst of one second")

    def test_rows_repeated_at_page_edges_change_nothing(self) -> None:
        """Each page begins with the last rows of the page before, as when rows shift; nothing is lost or twice."""
        repeat = _Repeat()
        with self._rig(page_size=self.small_page) as rig:
            finished(rig.pull(after=repeat))
            if not repeat.done:
                raise SkipTest("no list of this connector is JSON with more than one page")
            same_tickets(rig.snapshot(), self._recording().snapshot, "with repeated rows")

    def test_a_page_shown_for_ever_is_never_the_end(self) -> None:
        """A helpdesk that shows a list's first page again and again ends the run, which names the list as stuck."""
        sent = len(self._recording().ran.wire.sent)
        pages = lists(self._recording().ran)
        paged = sorted({stream for stream in pages if not pages[stream][0].page.done} - self.own_pages)
        if not paged:
            raise SkipTest("no list of this connector has more than one page")
        for stream in paged:
            with self._rig(page_size=self.small_page) as rig:
                ran = rig.pull(after=_Frozen(stream), cap=100 + 10 * sent)
            told = ran.error is not None or stream in ran.report.failed_streams
            expect(told, f"{stream}: its first page was shown for ever, and the run took that for the whole list")

    def test_tickets_that_change_while_pages_are_read_are_not_lost(self) -> None:
        """Before each further page some ticket changes and moves in the list; all tickets end up present and new."""
        with self._rig(page_size=self.small_page) as rig:
            targets = talkative(self._recording().snapshot)
            seen: set[str] = set()

            def disturb(request: Request) -> None:
                first_page = request.stream not in seen
                seen.add(request.stream)
                if request.subject is None and not first_page and targets:
                    rig.helpdesk.say(targets.pop(0), "<p>meanwhile</p>", public=True)
                    rig.helpdesk.advance(1)

            finished(rig.pull(before=disturb))
            self._catch_up(rig, "after changes while reading")

    def test_a_change_without_updated_at_is_seen(self) -> None:
        """What changes without moving `updated_at` reaches the archive all the same."""
        with self._rig(page_size=self.small_page) as rig:
            finished(rig.pull())
            before = rig.snapshot()
            rig.helpdesk.advance(LATER_S)
            finished(rig.pull())
            rig.helpdesk.change_quietly(talkative(before)[0])
            rig.helpdesk.advance(LATER_S)
            finished(rig.pull())
            with self._fresh(rig) as fresh:
                finished(fresh.pull())
                after = fresh.snapshot()
            expect(after.records != before.records, "change_quietly changed nothing that the vendor shows")
            same_tickets(rig.snapshot(), after, "after a change without updated_at")
            ours, theirs = rig.snapshot().records, after.records
            old = [kind for kind, rows in theirs.items() if not set(rows) <= set(ours.get(kind, ()))]
            expect(not old, f"the archive still holds the old {', '.join(old)}")

    def test_a_page_wall_never_truncates_silently(self) -> None:
        """Where the vendor refuses to page deeper, all tickets are found some other way, or the report says it."""
        hit: list[str] = []

        def refuse(request: Request) -> Response | None:
            refusal = self.wall(request)
            if refusal is not None:
                hit.append(request.stream)
            return refusal

        with self._rig(page_size=self.small_page) as rig, self._fresh(rig) as fresh:
            for ticket in talkative(self._recording().snapshot):  # a wall is often met in one crowded second
                rig.helpdesk.say(ticket, "<p>crowd</p>", public=True)
            rig.helpdesk.advance(LATER_S)
            ran = rig.pull(before=refuse)
            expect(hit, "no request ran into the wall; use more tickets or a smaller page")
            finished(fresh.pull())
            told = ran.error is not None or ran.report.status is Status.INCOMPLETE or ran.report.notes
            same = rig.snapshot().tickets == fresh.snapshot().tickets
            expect(told or same, f"{', '.join(sorted(set(hit)))}: a page was refused and the run calls itself complete")

    def _catch_up(self, rig: Rig, when: str) -> None:
        """Time passes, one more pull: the archive equals a new one that was filled in large pages."""
        rig.helpdesk.advance(LATER_S)
        finished(rig.pull())
        with self._fresh(rig) as fresh:
            finished(fresh.pull())
            same_tickets(rig.snapshot(), fresh.snapshot(), when)
            expect(fresh.snapshot().tickets.keys() == rig.helpdesk.ticket_ids(), f"{when}: tickets are missing")


class _Frozen:
    """Answers every request of a list with its first page."""

    def __init__(self, stream: str) -> None:
        self._stream = stream
        self._first: Response | None = None

    def __call__(self, request: Request, response: Response) -> Response:
        if request.stream != self._stream or request.subject is not None or response.status != 200:
            return response
        self._first = self._first or response
        return self._first


class _Repeat:
    """Puts the last two rows of each list page at the head of the next. done: how often that happened."""

    def __init__(self) -> None:
        self.done = 0
        self._before: dict[str, list[Any]] = {}

    def __call__(self, request: Request, response: Response) -> Response:
        if request.subject is not None or response.status != 200:
            return response
        try:
            body = json.loads(response.body)
        except ValueError:
            return response
        rows = _rows(body)
        head, self._before[request.stream] = self._before.get(request.stream, []), rows[-2:]
        if not head or not rows:
            return response
        rows[:0] = head
        self.done += 1
        text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
        return Response(response.status, response.headers, text.encode())


def _rows(body: Any) -> list[Any]:
    """The list of records in an answer: the whole of it, or its longest member."""
    if isinstance(body, list):
        return body
    members = body.values() if isinstance(body, dict) else ()
    return max((value for value in members if isinstance(value, list)), key=len, default=[])
