from __future__ import annotations

import asyncio
import math
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from transport_fakes import FakeClock, NoJitter

from clonedesk_connectors.errors import RateLimited
from clonedesk_connectors.protocol import Bucket, Budget
from clonedesk_connectors.transport.budget import Budgets

RESETS: dict[str, Callable[[float], float | None]] = {
    "not said": lambda seconds: None,
    "exact": lambda seconds: seconds,
    "rounded down": lambda seconds: float(math.floor(seconds)),
    "rounded up": lambda seconds: float(math.ceil(seconds)),
}


@dataclass
class Server:
    """Counts requests in windows of its own, which begin at `offset_s`, and says what it has left."""

    clock: FakeClock
    limit: int
    resets: Callable[[float], float | None]
    offset_s: float = 0.0
    per_s: float = 60.0
    used: Counter[int] = field(default_factory=Counter)
    ours: Counter[int] = field(default_factory=Counter)
    times: list[float] = field(default_factory=list)
    refused: int = 0

    def count(self, *, cost: int = 1, ours: bool = True) -> Budget:
        window, into_s = divmod(self.clock.now - self.offset_s, self.per_s)
        if self.used[int(window)] + cost > self.limit:
            self.refused += ours
        else:
            self.used[int(window)] += cost
            self.ours[int(window)] += cost * ours
            self.times += [self.clock.now] * ours
        return Budget("b", self.limit, self.limit - self.used[int(window)], self.resets(self.per_s - into_s))


def budgets_on(clock: FakeClock, share: float = 0.8, rng: Random | None = None, **buckets: Bucket) -> Budgets:
    return Budgets(
        buckets or {"b": Bucket(100)},
        clock=clock,
        sleep=clock.sleep,
        rng=rng or NoJitter(),
        share=share,
        max_wait_s=900,
    )


async def ask(budgets: Budgets, server: Server, delay_s: float, answer_s: float, cost: int = 1) -> None:
    permit = await budgets.acquire("b", cost)
    await server.clock.sleep(delay_s)
    told = server.count(cost=cost)
    await server.clock.sleep(answer_s)
    permit.settle([told])


async def work_until(clock: FakeClock, end: float, workers: int, one: Callable[[], object]) -> None:
    async def worker() -> None:
        while clock.now < end:
            await one()  # type: ignore[misc]

    await asyncio.gather(*(worker() for _ in range(workers)))


@settings(max_examples=60, deadline=None)
@given(
    limit=st.integers(3, 90),
    kind=st.sampled_from([(resets, share) for resets in sorted(RESETS) for share in (0.5, 0.8)] + [("exact", 1.0)]),
    offset_s=st.floats(0, 60),
    workers=st.integers(1, 12),
    seed=st.integers(0, 2**32),
)
def test_a_share_is_never_passed_and_never_wasted(
    limit: int, kind: tuple[str, float], offset_s: float, workers: int, seed: int
) -> None:
    resets, share = kind
    clock, dice, windows = FakeClock(1000.0), Random(seed), 6
    server = Server(clock, limit, RESETS[resets], offset_s)
    budgets = budgets_on(clock, share, Random(seed), b=Bucket(limit=50))
    slow_s = 0.5 * 60 * workers / limit  # half of what the connections can carry is enough for the whole limit
    latency = lambda: dice.uniform(0, min(0.5, slow_s / 2))  # noqa: E731

    clock.run(work_until(clock, 1000 + 60 * windows, workers, lambda: ask(budgets, server, latency(), latency())))

    allowed = math.floor(limit * share)
    assert server.refused == 0
    assert max(server.ours.values()) <= allowed
    # Fully used means: as many places later as we may use, a window later. The first window is for learning.
    lags = [late - early for early, late in zip(server.times[allowed:], server.times[2 * allowed :], strict=False)]
    assert sum(lags) <= len(lags) * 60 / 0.95


@settings(max_examples=30, deadline=None)
@given(limit=st.integers(10, 60), resets=st.sampled_from(sorted(RESETS)), seed=st.integers(0, 2**32))
def test_other_programs_find_their_part_of_the_limit_whenever_they_come(limit: int, resets: str, seed: int) -> None:
    clock, dice = FakeClock(), Random(seed)
    server = Server(clock, limit, RESETS[resets], dice.uniform(0, 60))
    budgets = budgets_on(clock, 0.8, Random(seed), b=Bucket(limit=50))
    theirs = limit - math.floor(limit * 0.8)
    denied = Counter[str]()

    async def others() -> None:
        for window in range(17, 23):
            for at in sorted(dice.uniform(0, 60) for _ in range(theirs)):
                await clock.sleep(max(0.0, window * 60 + server.offset_s + at - clock.now))
                before = server.used.total()
                server.count(ours=False)
                denied["others"] += server.used.total() == before

    async def both() -> None:
        ours = work_until(clock, 1000 + 360, 4, lambda: ask(budgets, server, dice.random(), dice.random()))
        await asyncio.gather(ours, others())

    clock.run(both())
    assert server.refused == 0
    assert denied["others"] == 0


@settings(max_examples=30, deadline=None)
@given(limit=st.integers(5, 60), resets=st.sampled_from(sorted(RESETS)), seed=st.integers(0, 2**32))
def test_a_greedy_neighbour_costs_us_time_but_never_makes_us_greedy(limit: int, resets: str, seed: int) -> None:
    clock, dice, workers = FakeClock(), Random(seed), 4
    server = Server(clock, limit, RESETS[resets], dice.uniform(0, 60))
    budgets = budgets_on(clock, 0.8, Random(seed), b=Bucket(limit=50))
    said_stop: list[float] = []

    async def ours() -> None:
        refused = server.refused
        await ask(budgets, server, dice.random(), dice.random())
        if server.refused > refused:
            said_stop.append(clock.now)
            budgets.pause("b", 60 - (clock.now - server.offset_s) % 60)

    async def neighbour() -> None:
        while clock.now < 1360:
            await clock.sleep(dice.uniform(0, 120 / limit))
            server.count(ours=False)

    async def both() -> None:
        await asyncio.gather(work_until(clock, 1360, workers, ours), neighbour())

    clock.run(both())
    assert max(server.ours.values()) <= math.floor(limit * 0.8)
    assert len(said_stop) <= workers * len(server.used)  # at most what was under way, once a window


def test_when_others_take_more_than_their_part_we_stop_at_what_remains() -> None:
    clock = FakeClock(960.0)  # a window begins at 960
    server = Server(clock, 10, RESETS["exact"])
    budgets = budgets_on(clock)
    for _ in range(7):
        server.count(ours=False)

    clock.run(work_until(clock, 1015, 2, lambda: ask(budgets, server, 0.1, 0.1)))

    assert server.ours[16] == 3  # not the 8 that are our share
    assert server.refused == 0


def test_until_the_vendor_has_said_anything_one_request_goes_first() -> None:
    clock = FakeClock()
    budgets = budgets_on(clock, b=Bucket(10))
    let_go: list[float] = []

    async def one() -> None:
        permit = await budgets.acquire("b")
        let_go.append(clock.now)
        await clock.sleep(3)
        permit.settle([])

    async def three() -> None:
        await asyncio.gather(one(), one(), one())

    clock.run(three())
    assert let_go == [1000, 1003, 1003]


def test_a_smaller_plan_is_obeyed_from_the_answer_that_shows_it() -> None:
    clock = FakeClock(960.0)
    server = Server(clock, 100, RESETS["exact"])
    budgets = budgets_on(clock)

    async def downgrade() -> None:
        await clock.sleep(61)
        server.limit = 20

    async def both() -> None:
        await asyncio.gather(downgrade(), work_until(clock, 960 + 175, 4, lambda: ask(budgets, server, 0.5, 0.5)))

    clock.run(both())
    assert [server.ours[window] for window in (16, 17, 18)] == [80, 16, 16]
    assert server.refused == 0


def test_a_bigger_plan_is_used_from_the_answer_that_shows_it() -> None:
    clock = FakeClock(960.0)
    server = Server(clock, 20, RESETS["exact"])
    budgets = budgets_on(clock, b=Bucket(5))
    clock.run(work_until(clock, 960 + 50, 4, lambda: ask(budgets, server, 0.1, 0.1)))
    assert server.ours[16] == 16


def test_a_request_dearer_than_our_share_goes_alone_instead_of_never() -> None:
    clock = FakeClock(960.0)
    server = Server(clock, 5, RESETS["exact"])
    budgets = budgets_on(clock)
    clock.run(work_until(clock, 960 + 170, 3, lambda: ask(budgets, server, 0.1, 0.1, cost=5)))
    assert [server.ours[window] for window in (16, 17, 18)] == [5, 5, 5]


def test_a_clock_that_is_set_back_stops_nothing() -> None:
    clock = FakeClock(1000.0)
    server = Server(clock, 10, lambda seconds: 60.0)
    budgets = budgets_on(clock)

    async def nine() -> None:
        for _ in range(8):
            await ask(budgets, server, 0, 0)
        clock.now -= 500
        await ask(budgets, server, 0, 0)

    clock.run(nine())
    assert clock.now == 560.0


def test_an_absurd_reset_is_not_believed() -> None:
    clock = FakeClock()
    server = Server(clock, 2, lambda seconds: 1.7e9)
    budgets = budgets_on(clock, share=0.5)

    async def two() -> None:
        await ask(budgets, server, 0, 0)
        await ask(budgets, server, 0, 0)

    clock.run(two())
    assert clock.now == 1060.0


@pytest.mark.parametrize(("resets_s", "later_s"), [(9.0, 10.0), (12.0, 10.0), (15.0, 16.0)])
def test_a_reset_just_beyond_the_window_is_rounding_and_one_far_beyond_is_a_longer_window(
    resets_s: float, later_s: float
) -> None:
    """Intercom rounds the end of its ten seconds up, and the answer's `Date` down."""
    clock = FakeClock()
    server = Server(clock, 2, lambda seconds: resets_s)
    budgets = budgets_on(clock, share=0.5, b=Bucket(2, 10.0))

    async def two() -> None:
        await ask(budgets, server, 0, 0)
        await ask(budgets, server, 0, 0)

    clock.run(two())
    assert clock.now == 1000 + later_s


async def _times(budgets: Budgets, clock: FakeClock, *buckets: str) -> dict[str, float]:
    times: dict[str, float] = {}

    async def one(bucket: str) -> None:
        permit = await budgets.acquire(bucket)
        times[bucket] = clock.now
        permit.settle([])

    await asyncio.gather(*(one(bucket) for bucket in buckets))
    return times


def test_a_limit_on_one_bucket_leaves_the_others_running() -> None:
    clock = FakeClock()
    budgets = budgets_on(clock, account=Bucket(100), exports=Bucket(10), lists=Bucket(10))

    async def main() -> dict[str, float]:
        budgets.pause("exports", 17)
        return await _times(budgets, clock, "exports", "lists")

    assert clock.run(main()) == {"lists": 1000, "exports": 1017}


def test_a_limit_on_the_account_stops_every_bucket() -> None:
    clock = FakeClock()
    budgets = budgets_on(clock, account=Bucket(100), exports=Bucket(10), lists=Bucket(10))

    async def main() -> dict[str, float]:
        budgets.pause("account", 17)
        return await _times(budgets, clock, "exports", "lists", "account")

    assert clock.run(main()) == {"lists": 1017, "exports": 1017, "account": 1017}


def test_a_pause_is_spread_by_jitter_and_never_cut_short() -> None:
    clock = FakeClock()
    budgets = budgets_on(clock, rng=Random(7))

    async def main() -> None:
        budgets.pause("b", 100)
        await budgets.acquire("b")

    clock.run(main())
    assert 1100 < clock.now <= 1110


@pytest.mark.parametrize(("asked", "waits"), [(0.0, 1.0), (None, 60.0), (2.5, 2.5)])
def test_a_pause_without_a_length_lasts_a_window_and_one_of_zero_lasts_a_second(
    asked: float | None, waits: float
) -> None:
    clock = FakeClock()
    budgets = budgets_on(clock)

    async def main() -> None:
        assert budgets.pause("b", asked) == waits
        await budgets.acquire("b")

    clock.run(main())
    assert clock.now == 1000 + waits
    assert (budgets.waited_s, budgets.limited) == (waits, 1)


def test_a_pause_without_a_length_ends_when_the_window_does() -> None:
    clock = FakeClock()
    budgets = budgets_on(clock)

    async def main() -> float:
        permit = await budgets.acquire("b")
        permit.settle([Budget("b", 10, 0, resets_s=4)])
        return budgets.pause("b", None)

    assert clock.run(main()) == 5  # and a second for the vendor's rounding


def test_a_pause_with_a_length_replaces_what_was_said_to_remain() -> None:
    clock = FakeClock()
    budgets = budgets_on(clock)

    async def main() -> None:
        (await budgets.acquire("b")).settle([Budget("b", 10, 0)])
        budgets.pause("b", 17)
        await budgets.acquire("b")

    clock.run(main())
    assert clock.now == 1017


def test_after_a_pause_our_share_is_still_our_share() -> None:
    clock = FakeClock()
    budgets = budgets_on(clock)

    async def main() -> None:
        (await budgets.acquire("b")).settle([Budget("b", 1)])
        budgets.pause("b", 17)
        await budgets.acquire("b")

    clock.run(main())
    assert clock.now == 1060


def test_after_a_pause_one_request_looks_before_the_rest_follows() -> None:
    clock = FakeClock()
    budgets = budgets_on(clock)
    let_go: list[float] = []

    async def one() -> None:
        permit = await budgets.acquire("b")
        let_go.append(clock.now)
        await clock.sleep(2)
        permit.settle([Budget("b", 100, 50, 30)])

    async def main() -> None:
        await one()
        budgets.pause("b", 10)
        await asyncio.gather(one(), one(), one())

    clock.run(main())
    assert let_go == [1000, 1012, 1014, 1014]


def test_a_pause_longer_than_we_wait_ends_the_work_of_everybody_with_what_to_do() -> None:
    clock = FakeClock()
    budgets = budgets_on(clock)

    async def main() -> list[object]:
        waiting = [asyncio.create_task(budgets.acquire("b")) for _ in range(2)]
        await asyncio.sleep(0)
        budgets.pause("b", 5000)
        return await asyncio.gather(*waiting, budgets.acquire("b"), return_exceptions=True)

    first, *others = clock.run(main())
    assert not isinstance(first, BaseException)  # was let go before
    assert [type(error) for error in others] == [RateLimited, RateLimited]
    assert str(others[0]) == (
        "the helpdesk allows no more requests (b) for 5000 s; we wait at most 900 s. "
        "Nothing is lost: run the same command again later."
    )
    assert clock.now == 1000


async def _times_of_three(budgets: Budgets, clock: FakeClock) -> list[float]:
    times: list[float] = []

    async def one() -> None:
        permit = await budgets.acquire("b")
        times.append(clock.now)
        await clock.sleep(2)
        permit.settle([Budget("b", 100, 50)])

    await asyncio.gather(one(), one(), one())
    return times


def test_after_a_drought_one_request_looks_before_the_rest_follows() -> None:
    clock = FakeClock()
    budgets = budgets_on(clock)

    async def main() -> list[float]:
        (await budgets.acquire("b")).settle([Budget("b", 100, 0, resets_s=9)])
        return await _times_of_three(budgets, clock)

    assert clock.run(main()) == [1010, 1012, 1012]


def test_after_a_long_silence_one_request_looks_before_the_rest_follows() -> None:
    clock = FakeClock()
    budgets = budgets_on(clock)

    async def main() -> list[float]:
        (await budgets.acquire("b")).settle([Budget("b", 100, 99, resets_s=9)])
        clock.now += 3600
        return await _times_of_three(budgets, clock)

    assert clock.run(main()) == [4600, 4602, 4602]


def test_what_remains_may_grow_again_without_a_word_about_resets() -> None:
    clock = FakeClock()
    budgets = budgets_on(clock)

    async def main() -> None:
        (await budgets.acquire("b")).settle([Budget("b", 100, 2)])
        (await budgets.acquire("b")).settle([Budget("b", 100, 99)])
        for _ in range(5):
            await budgets.acquire("b")

    clock.run(main())
    assert clock.now == 1000


def test_a_short_pause_ends_in_time_although_a_longer_one_was_there_before() -> None:
    clock = FakeClock()
    budgets = budgets_on(clock, account=Bucket(100), exports=Bucket(10), lists=Bucket(10))

    async def main() -> dict[str, float]:
        budgets.pause("exports", 100)
        exports = asyncio.create_task(_times(budgets, clock, "exports"))
        await asyncio.sleep(0)
        budgets.pause("lists", 10)
        return await _times(budgets, clock, "lists") | await exports

    assert clock.run(main()) == {"lists": 1010, "exports": 1100}


async def _order_of(budgets: Budgets, clock: FakeClock, **priority: bool) -> list[str]:
    order: list[str] = []

    async def one(name: str, first: bool) -> None:
        permit = await budgets.acquire("b", priority=first)
        order.append(name)
        permit.settle([])

    budgets.pause("b", 10)
    await asyncio.gather(*(one(name, first) for name, first in priority.items()))
    return order


def test_first_come_first_served_but_push_back_goes_first() -> None:
    clock = FakeClock()
    order = clock.run(_order_of(budgets_on(clock), clock, page=False, detail=False, note=True, more=False))
    assert order == ["note", "page", "detail", "more"]


def test_a_dear_request_is_not_overtaken_by_cheap_ones() -> None:
    clock = FakeClock()
    budgets = budgets_on(clock, b=Bucket(10))
    order: list[int] = []

    async def one(cost: int) -> None:
        permit = await budgets.acquire("b", cost)
        order.append(cost)
        permit.settle([])

    async def main() -> None:
        await one(4)
        await asyncio.gather(one(5), one(1), one(2))

    clock.run(main())
    assert order == [4, 5, 1, 2]


def test_who_is_cancelled_while_waiting_leaves_the_queue_and_takes_nothing() -> None:
    clock = FakeClock()
    budgets = budgets_on(clock, b=Bucket(1))

    async def main() -> float:
        permit = await budgets.acquire("b")
        impatient, patient = (asyncio.create_task(budgets.acquire("b")) for _ in range(2))
        await asyncio.sleep(0)
        impatient.cancel()
        permit.settle([Budget("b", 1)])
        await patient
        return clock.now

    assert clock.run(main()) == 1060


def test_who_is_cancelled_in_the_moment_of_being_let_go_gives_its_leave_back() -> None:
    clock = FakeClock()
    budgets = budgets_on(clock)

    async def main() -> None:
        permit = await budgets.acquire("b")
        unlucky = asyncio.create_task(budgets.acquire("b"))
        await asyncio.sleep(0)
        permit.settle()  # no answer: the next one may look, and gets its leave now
        unlucky.cancel()
        await budgets.acquire("b")

    clock.run(main())
    assert clock.now == 1000


def test_two_who_wait_at_the_same_time_are_counted_once() -> None:
    clock = FakeClock()
    budgets = budgets_on(clock)
    seen: list[float] = []

    async def watcher() -> None:
        await clock.sleep(10)
        seen.append(budgets.waited_s)

    async def main() -> None:
        budgets.pause("b", 30)
        await asyncio.gather(_times(budgets, clock, "b"), _times(budgets, clock, "b"), watcher())

    clock.run(main())
    assert seen == [10]
    assert budgets.waited_s == 30


def test_a_limit_told_about_a_bucket_we_have_not_used_yet_is_remembered() -> None:
    clock = FakeClock()
    budgets = budgets_on(clock, b=Bucket(10), new=Bucket(100))

    async def main() -> float:
        (await budgets.acquire("b")).settle([Budget("new", 1), Budget("never heard of", 7, 7)])
        (await budgets.acquire("new")).settle([])
        (await budgets.acquire("new")).settle([])
        return clock.now

    assert clock.run(main()) == 1060


def test_a_bucket_nobody_knows_a_limit_of_is_held_back_only_by_the_account() -> None:
    clock = FakeClock()
    budgets = budgets_on(clock, account=Bucket(4))

    async def main() -> list[float]:
        times = []
        for _ in range(4):
            (await budgets.acquire("unheard of")).settle([Budget("account", 4)])
            times.append(clock.now)
        return times

    assert clock.run(main()) == [1000, 1000, 1000, 1060]


def test_an_assumed_limit_falls_when_the_helpdesk_states_none_and_a_stated_one_stays() -> None:
    clock = FakeClock()
    budgets = budgets_on(clock, b=Bucket(1), told=Bucket(1))

    async def main() -> list[float]:
        times = []
        for _ in range(3):
            (await budgets.acquire("b")).settle([])
            times.append(clock.now)
        (await budgets.acquire("told")).settle([Budget("told", 1)])
        (await budgets.acquire("told")).settle([])
        return [*times, clock.now]

    assert clock.run(main()) == [1000, 1000, 1000, 1060]


@pytest.mark.parametrize("share", [0, -0.1, 1.1])
def test_a_share_outside_nothing_and_everything_is_refused(share: float) -> None:
    with pytest.raises(ValueError, match="share"):
        budgets_on(FakeClock(), share)
