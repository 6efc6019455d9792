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

from clonedesk_connectors.protocol import Bucket, Budget

NEVER = math.inf

_ROUNDING_S = 1.0
"""Vendors state resets in whole seconds and do not say whether rounded up or down."""

_LONGEST_WINDOW_S = 3600.0
"""A reset further away than the longest window any vendor has is a misreading (a date, a clock that is wrong)."""


@dataclass(slots=True)
class Spending:
    """One request's cost in one window. `order` is its place in the order of sending."""

    cost: int
    order: int
    counted_before: int
    """Cost of our requests that were certainly counted when this one was sent."""


@dataclass(slots=True)
class Window:
    """limit: None as long as nobody has said one. share: the part of it that we may use."""

    limit: int | None
    per_s: float
    share: float
    probed: bool = False
    paused_until: float = -NEVER
    flying: int = 0
    _used: int = 0
    _held: list[tuple[float, int]] = field(default_factory=list)
    _sent: int = 0
    _answered: int = 0
    _order: int = 0
    _room: int | None = None
    _room_until: float = 0.0
    _room_order: int = 0

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
        if not self.probed:
            return NEVER if self.flying else now
        if self._room is not None and self._room < cost:
            return self._room_until
        if self._used and self._used + cost > self.allowed:  # a cost above the whole share goes alone
            return self._held[0][0] if self._held else NEVER
        return now

    def spend(self, cost: int) -> Spending:
        self.flying += 1
        self._used += cost
        self._sent += cost
        self._order += 1
        if self._room is not None:
            self._room -= cost
        return Spending(cost, self._order, self._answered)

    def settle(self, spending: Spending, now: float, told: Budget | None, *, answered: bool) -> None:
        """A request is over. told: what its answer says about this limit; answered: whether there was an answer."""
        self.flying -= 1
        self._answered += spending.cost
        self.probed = self.probed or answered
        hold_s = self._remaining_s(told)
        heappush(self._held, (now + hold_s, spending.cost))
        if told is None:
            return
        self.learn_limit(told)
        if told.remaining is not None and (self._room is None or spending.order > self._room_order):
            maybe_uncounted = self._sent - spending.counted_before - spending.cost
            self._room = told.remaining - maybe_uncounted
            self._room_until = now + hold_s
            self._room_order = spending.order

    def learn_limit(self, told: Budget) -> None:
        """Take over a limit: plans change while we run."""
        if told.limit is not None:
            self.limit = told.limit

    def pause(self, now: float, wait_s: float) -> None:
        """Nothing goes for `wait_s`; then one request at a time until the vendor answers one."""
        self.paused_until = max(self.paused_until, now + wait_s)
        self.probed = False

    def resets_in_s(self, now: float) -> float:
        """Best guess of how long an exhausted limit stays so."""
        return self._room_until - now if self._room is not None and self._room_until > now else self.per_s

    def _remaining_s(self, told: Budget | None) -> float:
        """For how long after its answer a request may still count."""
        resets_s = told.resets_s if told else None
        if resets_s is None or not 0 <= resets_s <= _LONGEST_WINDOW_S:
            return self.per_s
        if resets_s > self.per_s:
            return resets_s + _ROUNDING_S
        return min(self.per_s, resets_s + _ROUNDING_S)

    def _expire(self, now: float) -> None:
        while self._held and self._held[0][0] <= now:
            self._used -= heappop(self._held)[1]
        if self._room is not None and self._room_until <= now:
            self.probed = self.probed and self._room > 0  # after a drought one request looks first
            self._room = None
