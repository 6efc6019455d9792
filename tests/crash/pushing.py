"""Pushes that die: imports once, then forks one process after the other that pushes, until one gets to the end.

A child kills itself with SIGKILL between two steps, by seeded dice, and its successor goes on from what is on disk.
Time is a number in a file that only passes while somebody sleeps, so that a settle time of ten seconds costs nothing.
`python -m tests.crash.pushing` reads one JSON object (see `Orders`) and prints how many children it took.
"""

from __future__ import annotations

import asyncio
import gc
import json
import mmap
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from clonedesk_connectors.errors import Unavailable
from clonedesk_connectors.protocol import Account, Request, Response
from clonedesk_connectors.review import ledger
from clonedesk_connectors.review.push import Pusher
from clonedesk_connectors.review.queue import ReviewQueue
from clonedesk_connectors.store.database import open_engine
from clonedesk_connectors.testing import FakeTime
from clonedesk_connectors.transport.httpx_ import HttpxTransport
from clonedesk_connectors.transport.session import Session
from tests.pushback.rig import T0, VENDORS

MORE_OFTEN = {"find": 10, "tags": 2, "tags noted": 10}
"""Times as often as elsewhere: these steps are rarer than the others."""
HELPDESK_DOWN = 3
_MOST_CHILDREN = 10_000


class SharedTime(FakeTime):
    """A `FakeTime` that several processes have in common, and the id of the process that pushes now."""

    def __init__(self, path: Path) -> None:
        with path.open("r+b") as file:
            self._numbers = memoryview(mmap.mmap(file.fileno(), 16)).cast("d")

    @classmethod
    def make(cls, path: Path) -> SharedTime:
        path.write_bytes(bytes(16))
        made = cls(path)
        made.now_s = FakeTime().now_s
        return made

    @property
    def now_s(self) -> float:
        return self._numbers[0]

    @now_s.setter
    def now_s(self, moment: float) -> None:
        self._numbers[0] = moment

    @property
    def pid(self) -> int:
        return int(self._numbers[1])

    @pid.setter
    def pid(self, pid: int) -> None:
        self._numbers[1] = pid


@dataclass(frozen=True)
class Orders:
    """rate: how likely a child dies at a step, see `MORE_OFTEN`. kills: a file, one line per death."""

    vendor: str
    url: str
    store: str
    clock: str
    kills: str
    seed: int
    rate: float


class Death:
    """Stands between the steps of a push. part: what the worker is about to do."""

    def __init__(self, orders: Orders, child: int) -> None:
        self._dice, self._rate = Random(f"{orders.seed}/{child}"), orders.rate
        self._log = os.open(orders.kills, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        self.part = "look"

    def passes(self, step: str) -> None:
        if self._dice.random() < self._rate * MORE_OFTEN.get(step.partition(":")[0], 1):
            os.write(self._log, f"{step}\n".encode())
            os.kill(os.getpid(), signal.SIGKILL)

    def doing(self, part: str, method: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def named(*args: Any) -> Any:
            before, self.part = self.part, part
            try:
                return await method(*args)
            finally:
                self.part = before

        return named

    def commits(self, write: Callable[[], Any]) -> Callable[[], Any]:
        @contextmanager
        def dying() -> Iterator[Any]:
            what = {"begin": "intent", "confirm": "done", "tags_done": "tags noted"}.get(
                sys._getframe(2).f_code.co_name, "end"
            )
            with write() as connection:
                yield connection
                self.passes(f"{what}: before the commit")
            self.passes(f"{what}: after the commit")

        return dying


class DyingTransport:
    def __init__(self, inner: HttpxTransport, death: Death) -> None:
        self._inner, self._death = inner, death

    async def send(self, request: Request, headers: Any) -> Response:
        self._death.passes(f"{self._death.part}: before it is sent")
        response = await self._inner.send(request, headers)
        self._death.passes(f"{self._death.part}: answered")
        return response

    async def aclose(self) -> None:
        await self._inner.aclose()


async def push(orders: Orders, death: Death, time: SharedTime) -> dict[str, str]:
    """One run of the worker; returns the tickets whose tags were refused."""
    vendor = VENDORS[orders.vendor]
    account = Account(vendor=vendor.name, name="acme", base_url=orders.url)
    connector = vendor.connector(account)
    transport = DyingTransport(HttpxTransport(orders.url, connections=1), death)
    session = Session(
        connector, transport, vendor.form, vendor.secrets, attempts=2, clock=time, sleep=time.sleep, rng=Random(1)
    )  # fmt: skip
    with ReviewQueue(orders.store, now=lambda: T0) as queue:
        queue.ledger.write = death.commits(queue.ledger.write)  # type: ignore[method-assign]
        pusher = Pusher(queue, session, connector.push_back(), sleep=time.sleep)  # type: ignore[attr-defined]
        for part, name in (("find", "_find"), ("note", "_write"), ("tags", "_change_tags")):
            setattr(pusher, name, death.doing(part, getattr(pusher, name)))
        return await pusher.run()


def be_child(orders: Orders, child: int, time: SharedTime) -> int:
    time.pid = os.getpid()
    try:
        return 1 if asyncio.run(push(orders, Death(orders, child), time)) else 0
    except Unavailable:
        return HELPDESK_DOWN


def leave_it_to_the_system() -> None:
    """Commit without waiting for the disk: what a process has written survives its death, only not a power cut."""
    compiled: dict[Any, Any] = {}  # forks have what was compiled before
    ledger.open_shared = lambda url: open_engine(url, write=True).execution_options(compiled_cache=compiled)  # type: ignore[assignment]


async def warm_up(orders: Orders, time: SharedTime) -> None:
    """Everything that is loaded late, loaded before the first fork: half of what a child costs."""
    vendor = VENDORS[orders.vendor]
    account = Account(vendor=vendor.name, name="acme", base_url=orders.url)
    transport = HttpxTransport(orders.url, connections=1)
    session = Session(vendor.connector(account), transport, vendor.form, vendor.secrets, clock=time, sleep=time.sleep)
    await session.call(session.connector.who_am_i())
    await session.aclose()
    with ReviewQueue(orders.store + ".warm") as queue:
        await Pusher(queue, session, session.connector.push_back()).run()  # type: ignore[attr-defined]


def main() -> None:
    leave_it_to_the_system()
    orders = Orders(**json.load(sys.stdin))
    time = SharedTime(Path(orders.clock))
    asyncio.run(warm_up(orders, time))
    gc.freeze()
    for child in range(_MOST_CHILDREN):
        pid = os.fork()
        if pid == 0:
            os._exit(be_child(orders, child, time))
        _, status = os.waitpid(pid, 0)
        if status == 0:
            print(child + 1)
            return
        if not os.WIFSIGNALED(status) and os.WEXITSTATUS(status) not in (1, HELPDESK_DOWN):
            sys.exit(f"child {child} ended with {os.WEXITSTATUS(status)}")
        time.now_s += 1.0  # a supervisor starts the worker again sooner than notes become visible
    sys.exit("the push came to no end")


if __name__ == "__main__":
    main()
