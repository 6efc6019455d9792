"""Sharing an account's limits between everything that calls it. The only place that waits for a limit."""

from __future__ import annotations

import asyncio
from bisect import insort
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from random import Random

from clonedesk_connectors.errors import RateLimited
from clonedesk_connectors.protocol import Bucket, Budget
from clonedesk_connectors.transport.base import Clock, Sleep
from clonedesk_connectors.transport.retry import JITTER, LONGEST_WAIT_S
from clonedesk_connectors.transport.window import NEVER, Spending, Window

ACCOUNT = "account"
"""The bucket every request draws from beside its own. A pause on it stops everything."""

_SHORTEST_PAUSE_S = 1.0
"""A vendor that says "retry after 0" must not make us spin."""

_TICK_S = 0.001
"""Never sleep less: a shorter step may not move the clock at all."""


class Permit:
    """Leave to send one request. Settle it whatever happens; settling again does nothing."""

    def __init__(self, budgets: Budgets, spent: Mapping[str, Spending]) -> None:
        self._budgets = budgets
        self._spent = spent

    def settle(self, told: Iterable[Budget] | None = None) -> None:
        """The request is over. told: what its answer says about limits; None when there was no answer."""
        spent, self._spent = self._spent, {}
        if spent:
            self._budgets._settle(spent, told)


@dataclass(order=True, slots=True)
class _Waiter:
    rank: tuple[bool, int]
    windows: Mapping[str, Window] = field(compare=False)
    cost: int = field(compare=False)
    turn: asyncio.Future[Permit] = field(compare=False)

    def late(self, now: float) -> dict[str, float]:
        """The windows that do not let it go now, and when they may."""
        ready = ((name, window.ready_at(now, self.cost)) for name, window in self.windows.items())
        return {name: at for name, at in ready if at > now}

    def longest_pause_s(self, now: float) -> float:
        return max(window.paused_until for window in self.windows.values()) - now


class Budgets:
    """The limits of one account.

    share: the part of every limit that is ours, more than 0 and at most 1; the rest is left to the customer's own
    programs. Beyond that we stop as soon as the vendor says that nothing remains, whoever used it. First come, first
    served within a bucket, except that `priority` goes first. max_wait_s: a longer pause is an error, not a wait.
    limited: how often the vendor told us to stop.
    """

    def __init__(
        self,
        buckets: Mapping[str, Bucket],
        *,
        clock: Clock,
        sleep: Sleep,
        rng: Random,
        share: float = 0.8,
        max_wait_s: float = LONGEST_WAIT_S,
    ) -> None:
        if not 0 < share <= 1:
            raise ValueError("a share is more than 0 and at most 1")
        self.limited = 0
        self._windows = {name: Window.assumed(bucket, share) for name, bucket in buckets.items()}
        self._share = share
        self._max_wait_s = max_wait_s
        self._clock, self._sleep, self._rng = clock, sleep, rng
        self._read_at, self._elapsed_s = clock(), 0.0
        self._waiting: list[_Waiter] = []
        self._waiting_since, self._waited_s = 0.0, 0.0
        self._arrivals = 0
        self._alarm: asyncio.Task[None] | None = None
        self._alarm_at = NEVER

    @property
    def waited_s(self) -> float:
        """Seconds during which somebody had to wait for a limit; two who wait at the same time count once."""
        return self._waited_s + (self._now() - self._waiting_since if self._waiting else 0.0)

    async def acquire(self, bucket: str, cost: int = 1, *, priority: bool = False) -> Permit:
        """Wait for leave to spend `cost` from a bucket and from the account.

        Raises RateLimited when the vendor asks for a longer pause than we are willing to wait.
        """
        self._arrivals += 1
        windows = {name: self._window(name) for name in (bucket, ACCOUNT)}
        turn: asyncio.Future[Permit] = asyncio.get_running_loop().create_future()
        if not self._waiting:
            self._waiting_since = self._now()
        insort(self._waiting, _Waiter((not priority, self._arrivals), windows, cost, turn))
        self._admit()
        try:
            return await turn
        except asyncio.CancelledError:
            if not turn.cancelled() and not turn.exception():  # let go and cancelled in the same moment
                turn.result().settle()
            self._admit()
            raise

    def pause(self, bucket: str, wait_s: float | None) -> float:
        """Stop a bucket (the account: everything) because the vendor said so; returns the seconds asked for.

        wait_s: as the vendor gave it; None means until the limit resets, as far as we know.
        """
        now = self._now()
        self.limited += 1
        window = self._window(bucket)
        asked_s = max(_SHORTEST_PAUSE_S, window.resets_in_s(now) if wait_s is None else wait_s)
        window.pause(now, asked_s * (1 + JITTER * self._rng.random()))
        self._admit()
        return asked_s

    def _window(self, name: str) -> Window:
        return self._windows.setdefault(name, Window.assumed(None, self._share))

    def _now(self) -> float:
        """Elapsed time that never runs backwards, whatever the clock does."""
        read_at = self._clock()
        self._elapsed_s += max(0.0, read_at - self._read_at)
        self._read_at = read_at
        return self._elapsed_s

    def _settle(self, spent: Mapping[str, Spending], told: Iterable[Budget] | None) -> None:
        now = self._now()
        reports = {report.bucket: report for report in told or ()}
        if told is not None and not reports:
            for name in spent:
                self._windows[name].forget_assumption()
        for name, spending in spent.items():
            self._windows[name].settle(spending, now, reports.pop(name, None), answered=told is not None)
        for name, report in reports.items():
            self._window(name).learn_limit(report)
        self._admit()

    def _admit(self) -> None:
        """Let go everybody whose turn it is. Who cannot go closes the exhausted limit for those behind."""
        now = self._now()
        closed: set[str] = set()
        still: list[_Waiter] = []
        wake_at = NEVER
        for waiter in self._waiting:
            if waiter.turn.done():  # cancelled
                continue
            late = waiter.late(now) if closed.isdisjoint(waiter.windows) else None
            if late is not None and self._decide(waiter, late, now):
                continue
            still.append(waiter)
            if late:
                closed.update(late)
                wake_at = min(wake_at, max(late.values()))
        if self._waiting and not still:
            self._waited_s += now - self._waiting_since
        self._waiting = still
        self._wake(now, wake_at)

    def _decide(self, waiter: _Waiter, late: Mapping[str, float], now: float) -> bool:
        """Let a waiter go or turn it away; False when it has to wait."""
        if not late:
            spent = {name: window.spend(waiter.cost) for name, window in waiter.windows.items()}
            waiter.turn.set_result(Permit(self, spent))
            return True
        pause_s = waiter.longest_pause_s(now)
        if pause_s <= self._max_wait_s * (1 + JITTER):
            return False
        names = ", ".join(sorted(name for name, window in waiter.windows.items() if window.paused_until > now))
        waiter.turn.set_exception(
            RateLimited(
                f"the helpdesk allows no more requests ({names}) for {pause_s:.0f} s; we wait at most "
                f"{self._max_wait_s:.0f} s. Nothing is lost: run the same command again later."
            )
        )
        return True

    def _wake(self, now: float, at: float) -> None:
        """Make sure that somebody looks again at that time, and nobody when nobody waits."""
        if self._alarm and (not self._waiting or at < self._alarm_at):
            self._alarm.cancel()
            self._alarm, self._alarm_at = None, NEVER
        if at < self._alarm_at:
            self._alarm_at = at
            self._alarm = asyncio.create_task(self._ring(max(_TICK_S, at - now)))

    async def _ring(self, delay_s: float) -> None:
        await self._sleep(delay_s)
        self._alarm, self._alarm_at = None, NEVER
        self._admit()
