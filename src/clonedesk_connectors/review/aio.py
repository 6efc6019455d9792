"""The queue for code inside an event loop: the same calls, each in a thread; and a subscription that waits."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from itertools import islice
from typing import TYPE_CHECKING, Any

from clonedesk_connectors.model import Ticket
from clonedesk_connectors.protocol.pushback import Draft
from clonedesk_connectors.review.values import Decision, HistoryEvent, Item, Submitted

if TYPE_CHECKING:
    from clonedesk_connectors.review.queue import ReviewQueue

_BATCH = 500


class AsyncReviewQueue:
    """`ReviewQueue.aio`. Arguments, results and errors are those of the methods of the same names."""

    def __init__(self, queue: ReviewQueue) -> None:
        self._queue = queue

    async def submit(self, draft: Draft, **options: Any) -> Submitted:
        return await asyncio.to_thread(self._queue.submit, draft, **options)

    async def claim(self, reviewer: str, **options: Any) -> Item | None:
        return await asyncio.to_thread(self._queue.claim, reviewer, **options)

    async def decide(
        self, draft_id: str, version: int, reviewer: str, decision: Decision | str, **options: Any
    ) -> Item:
        return await asyncio.to_thread(self._queue.decide, draft_id, version, reviewer, decision, **options)

    async def capture(self, ticket: Ticket) -> list[Item]:
        return await asyncio.to_thread(self._queue.capture, ticket)

    def _read(self, after: int) -> list[HistoryEvent]:
        return list(islice(self._queue.subscribe(after), _BATCH))

    async def subscribe(
        self, after: int = 0, *, poll_s: float = 2.0, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    ) -> AsyncIterator[HistoryEvent]:
        """History lines of all drafts as they are written, without end; `after`: where an earlier subscription was."""
        while True:
            found = await asyncio.to_thread(self._read, after)
            for event in found:
                yield event
                after = event.seq
            if not found:
                await sleep(poll_s)
