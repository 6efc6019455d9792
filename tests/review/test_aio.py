"""`cd.aio.ReviewQueue`: the same queue for code in an event loop."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable
from datetime import timedelta
from pathlib import Path

import pytest

import clonedesk_connectors as cd
from clonedesk_connectors.errors import ConfigError
from clonedesk_connectors.review.queue import ReviewQueue
from clonedesk_connectors.review.settings import ReviewSettings
from clonedesk_connectors.review.states import State
from clonedesk_connectors.review.values import ReviewConflict
from tests.review.build import HandClock, make_draft


@pytest.fixture
def opened(tmp_path: Path, clock: HandClock) -> cd.aio.ReviewQueue:
    url = f"sqlite:///{tmp_path / 'archive.sqlite'}"
    return cd.aio.ReviewQueue(url, now=clock, settings=ReviewSettings(double_review_rate=0.0))


async def test_a_draft_is_submitted_claimed_decided_and_becomes_a_signal(
    opened: cd.aio.ReviewQueue, clock: HandClock
) -> None:
    async with opened as queue:
        sent = await queue.submit(make_draft(), place="local")
        item = await queue.claim("ana")
        assert item is not None
        assert (item.draft_id, item.claimed_by) == (sent.draft_id, "ana")
        decided = await queue.decide(item.draft_id, item.version, "ana", "reject", reason="tone")
        assert (decided.state, decided.outcome) == (State.DECIDED, "rejected")
        clock.now += timedelta(minutes=11)
        assert await queue.write_signals() == (1, 0)
        assert [record["reason_code"] async for record in queue.signals()] == ["tone"]
        assert [one.action for one in await queue.history(item.draft_id)] == ["submit", "offer", "claim", "decide"]
        assert await queue.verify() is None


async def test_of_two_tasks_that_decide_one_version_one_is_told_so(opened: cd.aio.ReviewQueue) -> None:
    async with opened as queue:
        await queue.submit(make_draft())
        item = await queue.claim("ana")
        assert item is not None

        def decide() -> Awaitable[object]:
            return queue.decide(item.draft_id, item.version, "ana", "approve")

        results = await asyncio.gather(decide(), decide(), return_exceptions=True)
        assert sorted(type(one).__name__ for one in results) == ["Item", "ReviewConflict"]


async def test_many_tasks_claim_every_draft_once(opened: cd.aio.ReviewQueue) -> None:
    async with opened as queue:
        for number in range(20):
            await queue.submit(make_draft(str(number)))
        claims = await asyncio.gather(*(queue.claim(f"person {n}") for n in range(30)))
        taken = [item.draft_id for item in claims if item is not None]
        assert (len(taken), len(set(taken)), claims.count(None)) == (20, 20, 10)


async def test_errors_are_those_of_the_plain_queue(opened: cd.aio.ReviewQueue) -> None:
    async with opened as queue:
        with pytest.raises(ReviewConflict, match="there is no draft"):
            await queue.get("AAAAAAAAAAAA")
        with pytest.raises(ConfigError, match="a reviewer needs a name"):
            await queue.claim(" ")


async def test_a_subscription_goes_on_where_it_was(opened: cd.aio.ReviewQueue) -> None:
    async with opened as queue:
        await queue.submit(make_draft())
        pauses: list[float] = []

        async def pause(seconds: float) -> None:
            pauses.append(seconds)
            await queue.submit(make_draft("2"))

        seen = []
        async for event in queue.subscribe(after=1, poll_s=5.0, sleep=pause):
            seen.append((event.seq, event.action))
            if len(seen) == 3:
                break
        assert (seen, pauses) == ([(2, "offer"), (3, "submit"), (4, "offer")], [5.0])


async def test_a_queue_that_is_not_open_says_how_to_open_it(opened: cd.aio.ReviewQueue) -> None:
    with pytest.raises(ConfigError, match="async with"):
        await opened.claim("ana")
    async with opened as queue:
        assert await queue.claim("ana") is None
    with pytest.raises(ConfigError, match="async with"):
        await opened.claim("ana")


def test_every_method_of_the_queue_is_there_with_the_same_parameters() -> None:
    for name, method in vars(ReviewQueue).items():
        if name.startswith("_") or not inspect.isfunction(method):
            continue
        mirrored = getattr(cd.aio.ReviewQueue, name)
        assert inspect.iscoroutinefunction(mirrored) or inspect.isasyncgenfunction(mirrored), name
        if name != "subscribe":  # that one also says how it waits
            assert inspect.signature(mirrored).parameters == inspect.signature(method).parameters, name
