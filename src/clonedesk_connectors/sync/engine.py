"""The engine: runs every stream of a connector to the vendor's end and commits each page before asking for the next."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from clonedesk_connectors.collector import collecting_rarely
from clonedesk_connectors.errors import Unavailable
from clonedesk_connectors.protocol import Connector, Mode, Page, Request, Stream, Verdict
from clonedesk_connectors.store import AccountArchive, Checkpoint, Pending
from clonedesk_connectors.store.cache import Saved
from clonedesk_connectors.store.values import DeadWork, GoneWork, PageWork, QueueWork
from clonedesk_connectors.sync.committer import Committer
from clonedesk_connectors.sync.normalise import normalise_dirty
from clonedesk_connectors.sync.report import Progress, RunReport, Status
from clonedesk_connectors.sync.standstill import Standstill
from clonedesk_connectors.transport.session import Fetched, Session

REFILL = 256
MAX_FAILURES_IN_A_ROW = 10
SINCE = "(since)"
"""Name under which the start of a history that does not reach back to the beginning is kept, beside the streams."""


class Pull:
    """One run over one account. Make one, `await run()`; cancelling it finishes the commit in progress.

    since: aware UTC; where first runs start (a stream that has a checkpoint goes on from there).
    workers: follow-ups in flight at once. on_progress is called in the event loop after each commit.
    """

    def __init__(
        self,
        connector: Connector,
        session: Session,
        account: AccountArchive,
        *,
        since: datetime | None = None,
        workers: int = 8,
        on_progress: Callable[[Progress], None] = lambda progress: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._connector, self._session, self._account = connector, session, account
        self._since, self._on_progress, self._clock = since, on_progress, clock
        self._details = workers * 3 if workers > 1 else 1  # being fetched, or waiting to be committed
        self._streams = {stream.name: stream for stream in connector.streams}
        self._committer = Committer(account)
        self._checkpoints: dict[str, Checkpoint] = {}
        self._wake = asyncio.Event()
        self._fetching = 0
        self._slot = asyncio.Semaphore(workers)
        self._lanes_open = 0
        self._begun_late = False
        self._failures_in_a_row = 0
        self._saved = Saved()
        self.report = RunReport(connector.name, connector.account.name)

    async def run(self) -> RunReport:
        """Pull everything that is new. Raises AuthError, Unavailable, RateLimited or StoreError when it cannot go on;
        what was committed until then stays, and `report` tells how far it came.
        """
        started = self._clock()
        try:
            with collecting_rarely():
                await self._run()
            self.report.status = self._verdict()
        except BaseException as error:
            self.report.status = Status.FAILED
            self.report.error = type(error).__name__
            raise
        finally:
            await self._committer.close()
            await self._session.aclose()
            self._count(started)
        return self.report

    async def _run(self) -> None:
        await self._committer.call(self._account.revive)
        self._checkpoints = await self._committer.call(self._account.checkpoints)
        await self._remember_since()
        await self._read(self._of_mode(Mode.INCREMENTAL))
        await self._read([stream for stream in self._of_mode(Mode.SNAPSHOT) if self._is_due(stream)])
        swept = False
        while True:
            queued = await self._normalise()
            if not queued and not swept:
                swept, queued = True, await self._sweep()
            if not queued:
                return
            await self._drain()

    async def _remember_since(self) -> None:
        """A history that was begun at a date never looks for what lies before it, in later runs either."""
        known = self._checkpoints.pop(SINCE, None)
        if self._since is not None and known is None and not self._checkpoints:
            known = Checkpoint(SINCE, self._since.isoformat(), done=True)
            await self._committer.commit(PageWork(Page((), None, done=True), known))
        self._begun_late = known is not None

    # -- lists ------------------------------------------------------------------------------------------------------

    def _of_mode(self, mode: Mode) -> list[Stream]:
        return [stream for stream in self._connector.streams if stream.mode is mode]

    def _is_due(self, stream: Stream) -> bool:
        known = self._checkpoints.get(stream.name)
        news = self.report.records["new"] + self.report.records["changed"]
        return not stream.when_changed or known is None or not known.done or news > 0

    async def _read(self, streams: list[Stream]) -> None:
        """Read these lists side by side, and the follow-ups they queue meanwhile."""
        ended = {stream.name: asyncio.Event() for stream in streams}
        self._lanes_open = len(streams)
        try:
            async with asyncio.TaskGroup() as group:
                for stream in streams:
                    group.create_task(self._lane(stream, ended))
                group.create_task(self._drain())
        except ExceptionGroup as failed:
            raise failed.exceptions[0] from None  # one reason is what the caller can act on

    async def _lane(self, stream: Stream, ended: dict[str, asyncio.Event]) -> None:
        try:
            for name in stream.after:
                if name in ended:
                    await ended[name].wait()
            await self._read_list(stream)
        finally:
            ended[stream.name].set()
            self._lanes_open -= 1
            self._wake.set()

    async def _read_list(self, stream: Stream) -> None:
        cursor, size = self._start(stream)
        standstill = Standstill(stream.mode, cursor)
        while True:
            request = self._connector.request(stream.name, cursor, size)
            try:
                page = await self._page(request, stream)
            except Unavailable as error:
                if size > 1:
                    size = max(1, size // 2)
                    continue
                await self._give_up(request, stream, str(error))
                return
            if page is None:
                return
            cursor, stuck = page.cursor, standstill.found(page)
            done, smaller = page.done and not stuck, size if size < stream.page_size else None
            position = Checkpoint(stream.name, standstill.resume, done, smaller)
            await self._commit(PageWork(page, position), stream)
            if stuck:
                await self._give_up(request, stream, stuck)
            if stuck or done:
                return
            size = min(stream.page_size, size * 2)

    def _start(self, stream: Stream) -> tuple[str | None, int]:
        known = self._checkpoints.get(stream.name)
        if known is None or (known.done and stream.mode is Mode.SNAPSHOT):
            return self._connector.first_cursor(stream.name, self._since), stream.page_size
        return known.cursor, known.page_size or stream.page_size

    async def _page(self, request: Request, stream: Stream) -> Page | None:
        """The page, or None when the stream ends here because the account lacks it or refuses the request."""
        fetched = await self._session.fetch(request)
        if fetched.outcome.verdict in (Verdict.SKIP, Verdict.GONE):
            self.report.skipped_streams[stream.name] = fetched.outcome.reason
            return None
        if fetched.page is None:
            await self._give_up(request, stream, fetched.outcome.reason)
        return fetched.page

    async def _give_up(self, request: Request, stream: Stream, reason: str) -> None:
        self.report.failed_streams[stream.name] = reason
        await self._committer.commit(DeadWork(request, reason))

    # -- follow-ups -------------------------------------------------------------------------------------------------

    async def _drain(self) -> None:
        """Fetch what waits, a bounded number at once, until nothing waits and no list can queue more."""
        running: dict[asyncio.Task[None], Pending] = {}
        backlog: deque[Pending] = deque()
        try:
            while True:
                if not backlog:
                    busy = [(item.stream, item.subject) for item in running.values()]
                    backlog.extend(await self._committer.call(self._account.waiting, REFILL, busy))
                while backlog and len(running) < self._details:
                    item = backlog.popleft()
                    running[asyncio.create_task(self._detail(item))] = item
                if running:
                    done, _ = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
                    for task in done:
                        del running[task]
                        task.result()
                elif self._lanes_open:
                    self._wake.clear()
                    await self._wake.wait()
                else:
                    return
        finally:
            for task in running:
                task.cancel()

    async def _detail(self, item: Pending) -> None:
        stream = self._streams[item.stream]
        standstill = Standstill(stream.mode, item.cursor)
        while True:
            request = self._connector.request(item.stream, item.cursor, stream.page_size, item.subject)
            try:
                fetched = await self._fetch(request)
                self._failures_in_a_row = 0
            except Unavailable as error:
                await self._detail_failed(item, request, error)
                return
            if fetched.outcome.verdict is Verdict.GONE:
                await self._committer.commit(GoneWork(item, fetched.response_meta.status))
                return
            page = fetched.page
            stuck = standstill.found(page) if page else None
            if page is None or stuck:
                item = replace(item, cursor=standstill.resume)
                await self._committer.commit(DeadWork(request, stuck or fetched.outcome.reason, item))
                return
            await self._commit(PageWork(page, pending=item), stream)
            if page.done:
                self.report.follow_ups += 1
                return
            item = replace(item, cursor=page.cursor)

    async def _fetch(self, request: Request) -> Fetched:
        async with self._slot:
            self._fetching += 1
            try:
                return await self._session.fetch(request)
            finally:
                self._fetching -= 1

    async def _detail_failed(self, item: Pending, request: Request, error: Unavailable) -> None:
        await self._committer.commit(DeadWork(request, str(error), item))
        self._failures_in_a_row += 1
        if self._failures_in_a_row >= MAX_FAILURES_IN_A_ROW:
            raise error

    # -- commits, tickets, report -----------------------------------------------------------------------------------

    async def _commit(self, work: PageWork, stream: Stream) -> None:
        more_coming = work.pending is not None and self._fetching > 0
        changes = await self._committer.commit(work, more_coming=more_coming)
        for note in work.page.notes:
            self.report.notes[note] = self.report.notes.get(note, 0) + 1
        for name in self.report.records:
            self.report.records[name] += getattr(changes, name)
        if changes.queued:
            self._wake.set()
        self._tell(stream.name)

    async def _normalise(self) -> int:
        loop = asyncio.get_running_loop()

        def on_batch(saved: Saved) -> None:
            self._saved += saved
            loop.call_soon_threadsafe(self._tell, "tickets")

        return await self._committer.call(normalise_dirty, self._account, self._connector, on_batch)

    async def _sweep(self) -> int:
        """Ask for tickets that no list showed. A ticket of which only a rating has come is not known yet."""
        if self._begun_late:
            return 0
        sweep = await self._committer.call(lambda: self._connector.sweep(self._account.known_ids()))
        self.report.unresolved_gaps = sweep.left
        return (await self._committer.commit(QueueWork(sweep.probes))).queued if sweep.probes else 0

    def _tell(self, stream: str) -> None:
        session, records = self._session, self.report.records
        done = self._saved.new + self._saved.changed
        self._on_progress(Progress(stream, session.requests.total(), sum(records.values()), done, session.waited_s))

    def _verdict(self) -> Status:
        summary = self._account.summary()
        self.report.quarantined, self.report.dead_letters = len(summary.quarantined), len(summary.dead_letters)
        self.report.messages, self.report.events = summary.messages, summary.events
        self.report.incomplete_tickets = summary.incomplete
        if self.report.failed_streams or summary.dead_letters or summary.incomplete or self.report.unresolved_gaps:
            return Status.INCOMPLETE
        return Status.QUARANTINED if summary.quarantined else Status.COMPLETE

    def _count(self, started: float) -> None:
        report, session = self.report, self._session
        for (stream, bucket), number in sorted(session.requests.items()):
            report.requests[bucket] = report.requests.get(bucket, 0) + number
            report.requests_by_stream[stream] = report.requests_by_stream.get(stream, 0) + number
        report.retries, report.waited_s, report.elapsed_s = session.retries, session.waited_s, self._clock() - started
        report.tickets = {"new": self._saved.new, "changed": self._saved.changed, "deleted": self._saved.deleted}
