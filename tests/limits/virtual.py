"""An event loop whose seconds pass at once, and a helpdesk behind it that takes its time.

Time moves only when every task sleeps and no thread works for one of them, so what happens at the same time on a real
clock happens at the same virtual second here, whatever this machine is doing.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Mapping
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from clonedesk_connectors.protocol import Connector, Request, Response
from clonedesk_connectors.store import Archive
from clonedesk_connectors.sync import Pull, RunReport
from clonedesk_connectors.testing.inprocess import InProcessTransport
from clonedesk_connectors.transport.session import Session

START_S = 1_790_000_000.0
ONE_WAY_S = 0.15
"""How long a request, and its answer, is on the way."""


class _Selector(selectors.DefaultSelector):  # type: ignore[misc, valid-type]
    """Lets the loop's time jump instead of waiting, unless a thread will wake the loop."""

    loop: VirtualLoop

    def select(self, timeout: float | None = None) -> Any:
        if self.loop.in_threads:
            return super().select(timeout if timeout == 0 else None)
        found = super().select(0)
        if not found:
            assert timeout is not None, "everybody waits and nothing will happen"
            self.loop.now_s += timeout
        return found


class VirtualLoop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self.now_s, self.in_threads = 0.0, 0  # near zero, or the nanoseconds asyncio adds would be lost in rounding
        selector = _Selector()
        selector.loop = self
        super().__init__(selector)

    def time(self) -> float:
        return self.now_s

    def unix_s(self) -> float:
        """The helpdesk's clock."""
        return START_S + self.now_s

    def run_in_executor(self, executor: Any, func: Any, *args: Any) -> Any:
        future = super().run_in_executor(executor, func, *args)
        self.in_threads += 1
        future.add_done_callback(self._thread_done)
        return future

    def _thread_done(self, _future: object) -> None:
        self.in_threads -= 1


class Sent(NamedTuple):
    """A request as the helpdesk saw it arrive. at: seconds since the pull began."""

    at: float
    stream: str
    bucket: str
    cost: int


class Distant:
    """A transport to a helpdesk that is some milliseconds away and answers many requests at once."""

    def __init__(self, loop: VirtualLoop, inner: InProcessTransport) -> None:
        self._loop, self._inner = loop, inner
        self.sent: list[Sent] = []

    async def send(self, request: Request, headers: Mapping[str, str]) -> Response:
        await asyncio.sleep(ONE_WAY_S)
        if request.external_url is None:
            self.sent.append(Sent(self._loop.time(), request.stream, request.bucket, request.cost))
        response = await self._inner.send(request, headers)
        await asyncio.sleep(ONE_WAY_S)
        return response

    async def aclose(self) -> None:
        await self._inner.aclose()


def pulled(
    loop: VirtualLoop, connector: Connector, helpdesk: Any, form: str, secrets: Mapping[str, str], folder: Path
) -> tuple[RunReport, list[Sent]]:
    """One pull at the usual share of 0.8. helpdesk: a sandbox whose clock is the loop's."""
    transport = Distant(loop, InProcessTransport(helpdesk.handle, clock=loop.unix_s))

    async def run() -> RunReport:
        session = Session(connector, transport, form, secrets, clock=loop.time, rng=Random(1))
        with Archive.open(f"sqlite:///{folder / 'a.db'}", write=True) as archive:
            account = archive.account(connector.name, connector.account.name)
            return await Pull(connector, session, account, clock=loop.time).run()

    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        return runner.run(run()), transport.sent


def most_in_a_window(sent: list[Sent], per_s: float) -> int:
    """The largest cost that arrived within `per_s` seconds, wherever they begin."""
    return max(sum(one.cost for one in sent if begin.at <= one.at < begin.at + per_s) for begin in sent)


def used(sent: list[Sent], allowed: int, per_s: float) -> float:
    """The part of the share that was used while work waited, without the first window, in which limits are learned.

    All of it is used if what is sent `allowed` places later is sent one window later.
    """
    times = [one.at for one in sent for _ in range(one.cost)][allowed:]
    lags = [late - early for early, late in zip(times, times[allowed:], strict=False)]
    assert len(lags) > 2 * allowed, "too little work to tell"
    return per_s * len(lags) / sum(lags)
