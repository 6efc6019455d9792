"""All writes go through here: one thread owns the archive, and work that is ready together is committed together."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import ParamSpec, TypeVar

from clonedesk_connectors.store import AccountArchive, Changes
from clonedesk_connectors.store.values import Work

P = ParamSpec("P")
R = TypeVar("R")


_FULL = 16
"""Works that are committed together without waiting for more."""

_LINGER_S = 0.01
"""How long a work waits for others that are under way. A commit costs as much as fetching three details."""


class Committer:
    """Runs archive calls in one thread, so that the event loop stays free and SQLite sees one writer."""

    def __init__(self, account: AccountArchive) -> None:
        self._account = account
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="clonedesk-archive")
        self._ready: list[tuple[Work, asyncio.Future[Changes]]] = []
        self._draining: asyncio.Task[None] | None = None
        self._hurry = asyncio.Event()

    async def call(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run one archive call; cancelling the caller does not interrupt it."""
        loop = asyncio.get_running_loop()
        return await asyncio.shield(loop.run_in_executor(self._thread, lambda: function(*args, **kwargs)))

    async def commit(self, work: Work, *, more_coming: bool = False) -> Changes:
        """Commit one page (or tombstone, dead letter, queue entry), together with whatever else is ready.

        more_coming: other works are under way, for which this one may wait a moment.
        Returns what was changed: of works committed together, the first one gets the sum and the others nothing.
        """
        done: asyncio.Future[Changes] = asyncio.get_running_loop().create_future()
        self._ready.append((work, done))
        if not more_coming or len(self._ready) >= _FULL:
            self._hurry.set()
        if self._draining is None:
            self._draining = asyncio.create_task(self._drain())
        return await asyncio.shield(done)

    async def _drain(self) -> None:
        try:
            while self._ready:
                if not self._hurry.is_set():
                    await self._linger()
                self._hurry.clear()
                batch, self._ready = self._ready, []
                try:
                    changes = await self.call(self._account.commit, [work for work, _ in batch])
                except Exception as error:  # noqa: BLE001 - handed to whoever waits for this commit
                    for _, done in batch:
                        done.set_exception(error)
                        done.exception()  # a caller that was cancelled will never ask
                else:
                    for _, done in batch:
                        done.set_result(changes)
                        changes = Changes()
        finally:
            self._draining = None

    async def _linger(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(_LINGER_S):
                await self._hurry.wait()

    async def close(self) -> None:
        """Finish what is being committed, then stop the thread."""
        if self._draining is not None:
            await asyncio.shield(self._draining)
        self._thread.shutdown(wait=True)
