"""The queue for code inside an event loop: the same calls, each in a thread; and a subscription that waits.

async with cd.aio.ReviewQueue("sqlite:///archive.sqlite") as queue:
    await queue.submit(draft)
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from functools import wraps
from itertools import islice
from types import TracebackType
from typing import Any, Concatenate, ParamSpec, Self, TypeVar

from clonedesk_connectors.errors import ConfigError
from clonedesk_connectors.review.ledger import Clock, wall_clock
from clonedesk_connectors.review.queue import ReviewQueue
from clonedesk_connectors.review.router import Router
from clonedesk_connectors.review.settings import ReviewSettings
from clonedesk_connectors.review.values import HistoryEvent

P = ParamSpec("P")
T = TypeVar("T")

_BATCH = 500


def _in_thread(
    method: Callable[Concatenate[ReviewQueue, P], T],
) -> Callable[Concatenate[AsyncReviewQueue, P], Coroutine[Any, Any, T]]:
    @wraps(method)
    async def call(self: AsyncReviewQueue, /, *args: P.args, **kwargs: P.kwargs) -> T:
        return await asyncio.to_thread(method, self.queue, *args, **kwargs)

    return call


class AsyncReviewQueue:
    """`cd.aio.ReviewQueue`, and `ReviewQueue.aio` of a queue that is open. Arguments, results and errors are those of
    `ReviewQueue` and its methods of the same names.
    """

    def __init__(
        self,
        url: str,
        *,
        settings: ReviewSettings | None = None,
        router: Router | None = None,
        now: Clock = wall_clock,
    ) -> None:
        self._make = lambda: ReviewQueue(url, settings=settings, router=router, now=now)
        self._queue: ReviewQueue | None = None

    @classmethod
    def over(cls, queue: ReviewQueue) -> Self:
        """The same queue; whoever opened it closes it."""
        made = cls("")
        made._queue = queue
        return made

    @property
    def queue(self) -> ReviewQueue:
        """The queue itself. Raises ConfigError when it is not open."""
        if self._queue is None:
            raise ConfigError("this queue is not open: use it inside `async with cd.aio.ReviewQueue(…) as queue:`")
        return self._queue

    async def __aenter__(self) -> Self:
        if self._queue is None:
            self._queue = await asyncio.to_thread(self._make)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()
        self._queue = None

    submit = _in_thread(ReviewQueue.submit)
    claim = _in_thread(ReviewQueue.claim)
    renew = _in_thread(ReviewQueue.renew)
    release = _in_thread(ReviewQueue.release)
    skip = _in_thread(ReviewQueue.skip)
    decide = _in_thread(ReviewQueue.decide)
    adjudicate = _in_thread(ReviewQueue.adjudicate)
    undo = _in_thread(ReviewQueue.undo)

    approve_identical = _in_thread(ReviewQueue.approve_identical)
    reject_many = _in_thread(ReviewQueue.reject_many)
    expire_many = _in_thread(ReviewQueue.expire_many)
    assign_many = _in_thread(ReviewQueue.assign_many)
    assignees = _in_thread(ReviewQueue.assignees)
    sweep = _in_thread(ReviewQueue.sweep)

    capture = _in_thread(ReviewQueue.capture)
    capture_reading = _in_thread(ReviewQueue.capture_reading)
    clear_leak = _in_thread(ReviewQueue.clear_leak)
    retry_delivery = _in_thread(ReviewQueue.retry_delivery)

    write_signals = _in_thread(ReviewQueue.write_signals)
    stats = _in_thread(ReviewQueue.stats)
    agreement = _in_thread(ReviewQueue.agreement)
    calibrate = _in_thread(ReviewQueue.calibrate)

    get = _in_thread(ReviewQueue.get)
    find = _in_thread(ReviewQueue.find)
    counts = _in_thread(ReviewQueue.counts)
    history = _in_thread(ReviewQueue.history)
    opinions = _in_thread(ReviewQueue.opinions)
    reveal = _in_thread(ReviewQueue.reveal)
    has_revealed = _in_thread(ReviewQueue.has_revealed)
    verify = _in_thread(ReviewQueue.verify)
    close = _in_thread(ReviewQueue.close)

    async def signals(self) -> AsyncIterator[dict[str, Any]]:
        found = self.queue.signals()
        while batch := await asyncio.to_thread(lambda: list(islice(found, _BATCH))):
            for record in batch:
                yield record

    async def subscribe(
        self, after: int = 0, *, poll_s: float = 2.0, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    ) -> AsyncIterator[HistoryEvent]:
        """History lines of all drafts as they are written, without end; `after`: where an earlier subscription was."""
        while True:
            found = await asyncio.to_thread(_lines, self.queue, after)
            for event in found:
                yield event
                after = event.seq
            if not found:
                await sleep(poll_s)


def _lines(queue: ReviewQueue, after: int) -> list[HistoryEvent]:
    return list(islice(queue.subscribe(after), _BATCH))
