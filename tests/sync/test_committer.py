"""What is ready together is committed together."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import pytest

from clonedesk_connectors.store import Changes
from clonedesk_connectors.store.values import QueueWork
from clonedesk_connectors.sync.committer import Committer

WORK = QueueWork(())


class Archive:
    """Counts what is committed at once."""

    def __init__(self) -> None:
        self.sizes: list[int] = []

    def commit(self, works: Sequence[object]) -> Changes:
        self.sizes.append(len(works))
        return Changes(new=len(works))


async def test_works_wait_for_others_that_are_under_way_until_there_are_enough() -> None:
    archive: Any = Archive()
    working = Committer(archive)
    found = await asyncio.gather(*(working.commit(WORK, more_coming=True) for _ in range(32)))
    assert archive.sizes == [32]
    assert sum(changes.new for changes in found) == 32


async def test_a_work_for_which_nothing_is_under_way_takes_the_waiting_ones_with_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("clonedesk_connectors.sync.committer._LINGER_S", 600)
    archive: Any = Archive()
    working = Committer(archive)
    waiting = asyncio.ensure_future(working.commit(WORK, more_coming=True))
    await asyncio.sleep(0)
    assert archive.sizes == []
    await working.commit(WORK)
    await waiting
    assert archive.sizes == [2]


async def test_a_work_never_waits_for_long() -> None:
    archive: Any = Archive()
    await Committer(archive).commit(WORK, more_coming=True)
    assert archive.sizes == [1]


async def test_who_waits_for_a_commit_that_fails_is_told() -> None:
    def fail(works: Sequence[object]) -> Changes:
        raise OSError("disk full")

    broken: Any = SimpleNamespace(commit=fail)
    working = Committer(broken)
    with pytest.raises(OSError, match="disk full"):
        await working.commit(WORK)
    with pytest.raises(OSError, match="disk full"):
        await working.commit(WORK)
