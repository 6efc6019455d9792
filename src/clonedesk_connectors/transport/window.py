"""What is known about one limit, and when something may be spent from it. Plain bookkeeping: no waiting, no clock.

The rule that keeps us below a limit without knowing where the vendor's windows begin: a request holds its cost from the
moment it is let go until the window it was counted in has certainly ended. It was counted before its answer arrived, so
that is one period after the answer, or sooner when the answer says when its window ends. Whatever the vendor counts in
one window was therefore held at the same time here, wherever that window lies.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from heapq import heappop, heappush
from typing import NamedTuple

from clonedesk_connectors.protocol import Bucket, Budget

NEVER = math.inf

_ROUNDING_S = 1.0
"""Vendors state resets in whole seconds and do not say whether rounded up or down."""

_LONGEST_WINDOW_S = 3600.0
"""A reset further away than the longest window any vendor has is a misreading (a date, a clock that is wrong)."""


class Spending(NamedTuple):
    """One request's cost in one window, and its place in the order of sending."""

    cost: int
    order: int


@dataclass(slots=True)
class Window:
    """limit: None as long as nobody has said one. share: the part of it that we may use."""

    limit: int | None
    per_s: float
    share: float
    paused_until: float = -NEVER
    _told: bool = False  # whether the vendor has ever said what the limit is
    _probed: bool = False
    _sent: int = 0  # requests
    _flying: int = 0  # requests
    _flying_cost: int = 0
    _used: int = 0  # cost, in flight or held
    _held: list[tuple[float, int]] = field(default_factory=list)  # (until, cost), a heap
    _left: int | None = None  # what the vendor said remains, the least in its present window
    _left_until: float = 0.0
    _left_order: int = 0  # the last request sent before that was known

    @classmethod
    def assumed(cls, bucket: Bucket | None, share: float) -> Window:
        """Start from a connector's assumption; without one only the vendor's answers limit us."""
        return cls(bucket.limit, bucket.per_s, share) if bucket else cls(None, 60.0, share)

    @property
    def allowed(self) -> float:
        """What we may spend in one window: never nothing, or no work would ever be done."""
        return NEVER if self.limit is None else max(1, math.floor(self.limit * self.share + 1e-9))

    def ready_at(self, now: float, cost: int) -> float:
        """When `cost` may be spent: not later than `now` means at once, NEVER only after an answer has arrived."""
        self._expire(now)
        if self.paused_until > now:
            return self.paused_until
        if self._flying and not self._probed:
            return NEVER
        if self._left is not None and self._left - self._flying_cost < cost:
            return self._left_until
        if self._used and self._used + cost > self.allowed:  # a cost above the whole share goes alone
            return self._held[0][0] if self._held else NEVER
        return now

    def spend(self, cost: int) -> Spending:
        self._sent += 1
        self._flying += 1
        self._flying_cost += cost
        self._used += cost
        return Spending(cost, self._sent)

    def settle(self, spending: Spending, now: float, told: Budget | None, *, answered: bool) -> None:
        """A request is over. told: what its answer says about this limit; answered: whether there was an answer."""
        self._flying -= 1
        self._flying_cost -= spending.cost
        self._probed = self._probed or answered
        until = now + self._counts_for_s(told)
        heappush(self._held, (until, spending.cost))
        if told is not None:
            self.learn_limit(told)
            self._learn_left(spending, told.remaining, until)

    def learn_limit(self, told: Budget) -> None:
        """Take over a limit: plans change while we run."""
        if told.limit is not None:
            self.limit, self._told = told.limit, True

    def forget_assumption(self) -> None:
        """The helpdesk states no limits at all: what we assumed has no ground."""
        if not self._told:
            self.limit = None

    def pause(self, now: float, wait_s: float) -> None:
        """Nothing goes for `wait_s`; then one request at a time until the vendor answers one.

        How long to wait is the vendor's latest word, so what it said of the rest of its window no longer matters.
        """
        self.paused_until = max(self.paused_until, now + wait_s)
        self._probed = False
        self._left = None

    def resets_in_s(self, now: float) -> float:
        """Best guess of how long an exhausted limit stays so."""
        return self._left_until - now if self._left is not None and self._left_until > now else self.per_s

    def _learn_left(self, spending: Spending, remaining: int | None, until: float) -> None:
        """Answers overtake each other. What remains only shrinks within a window, so of answers that were under way
        together the least is the latest and knows of all the others; only what is still in flight may be missing."""
        if remaining is None:
            return
        later = spending.order > self._left_order  # sent when the present value was known: surely newer
        if self._left is None or later or remaining < self._left:
            self._left, self._left_until, self._left_order = remaining, until, self._sent

    def _counts_for_s(self, told: Budget | None) -> float:
        """For how long after its answer a request may still count."""
        resets_s = told.resets_s if told else None
        if resets_s is None or not 0 <= resets_s <= _LONGEST_WINDOW_S:
            return self.per_s
        if resets_s > self.per_s + 2 * _ROUNDING_S:  # a longer window than we knew, not two rounded clocks
            return resets_s + _ROUNDING_S
        return min(self.per_s, resets_s + _ROUNDING_S)

    def _expire(self, now: float) -> None:
        while self._held and self._held[0][0] <= now:
            self._used -= heappop(self._held)[1]
        if self._left is not None and self._left_until <= now:
            # After a drought, a long silence or a leap of the clock, one request looks first.
            self._probed = self._probed and self._left > 0 and now < self._left_until + self.per_s
            self._left = None
