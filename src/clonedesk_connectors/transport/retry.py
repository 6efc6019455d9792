"""The only place that repeats a request.

Two kinds of repetition: a failure (counted, with growing pauses) and a limit (not a failure: the budget makes everybody
wait, here only the time is added up so that it ends somewhere).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from random import Random
from typing import TypeVar

from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type

from clonedesk_connectors.transport.base import Sleep

T = TypeVar("T")

JITTER = 0.1
"""Share of a wait that is added at random, so that workers and programs do not return in the same instant."""


LONGEST_WAIT_S = 3900.0
"""Some accounts have limits per hour; a long run should survive one of those."""


class Again(Exception):
    """This attempt came to nothing.

    reason: code words, never a body. wait_s: the vendor's own word, if it gave one. failure: False when the next
    attempt needs no pause of its own (a limit, where the budget holds it back; a renewed token). final: repeating is
    useless or dangerous.
    """

    def __init__(self, reason: str, wait_s: float | None = None, *, failure: bool = True, final: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.wait_s = wait_s
        self.failure = failure
        self.final = final


@dataclass(slots=True)
class Tally:
    """What one call has cost so far."""

    failures: int = 0
    waited_s: float = 0.0


class Retry:
    """One policy for all calls of a session.

    attempts: how often a failing request is sent in all. max_wait_s: the longest a call waits for the vendor, by
    limits and by its own word together. Pauses between failures: base_s, doubled each time up to cap_s, halved at
    random (AWS "equal jitter"); a wait the vendor asks for is never shortened.
    """

    def __init__(
        self,
        sleep: Sleep,
        rng: Random,
        *,
        attempts: int = 5,
        max_wait_s: float = LONGEST_WAIT_S,
        base_s: float = 1.0,
        cap_s: float = 60.0,
    ) -> None:
        self.repeats = 0
        self.max_wait_s = max_wait_s
        self._attempts = attempts
        self._base_s, self._cap_s = base_s, cap_s
        self._rng = rng
        # Shared by concurrent calls: tenacity keeps its state in the RetryCallState of each call, and the callbacks
        # below never suspend, so calls cannot see each other's half-made decisions.
        self._retrying = AsyncRetrying(
            sleep=sleep,
            wait=self._wait_s,
            stop=self._exhausted,
            retry=retry_if_exception_type(Again),
            before_sleep=self._count,
            reraise=True,
        )

    async def __call__(self, attempt: Callable[[], Awaitable[T]]) -> T:
        """Call until it returns. Raises the last `Again` when it must not or may not be repeated any more."""
        try:
            return await attempt()  # nearly every call: tenacity's bookkeeping is only for the others
        except Again as again:
            first = [again]
        result: T = await self._retrying(self._once, Tally(), attempt, first)
        return result

    @staticmethod
    async def _once(tally: Tally, attempt: Callable[[], Awaitable[T]], first: list[Again]) -> T:
        """One attempt. first: how the first one ended, until it was counted."""
        try:
            if first:
                raise first.pop()
            return await attempt()
        except Again as again:
            tally.failures += again.failure
            tally.waited_s += again.wait_s or 0.0
            raise

    def _exhausted(self, state: RetryCallState) -> bool:
        tally: Tally = state.args[0]
        return _reason(state).final or tally.failures >= self._attempts or tally.waited_s > self.max_wait_s

    def _wait_s(self, state: RetryCallState) -> float:
        again = _reason(state)
        if not again.failure:
            return 0.0
        if again.wait_s is not None:
            return again.wait_s * (1 + JITTER * self._rng.random())
        tally: Tally = state.args[0]
        pause_s = min(self._cap_s, self._base_s * 2.0 ** (tally.failures - 1))
        return pause_s * (0.5 + 0.5 * self._rng.random())

    def _count(self, state: RetryCallState) -> None:
        self.repeats += 1


def _reason(state: RetryCallState) -> Again:
    error = state.outcome.exception() if state.outcome else None
    assert isinstance(error, Again)
    return error
