from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from clonedesk_connectors.review import ledger
from clonedesk_connectors.review.queue import ReviewQueue
from clonedesk_connectors.review.settings import ReviewSettings
from clonedesk_connectors.store.database import open_engine
from tests.review.build import HandClock


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def open_queue(
    tmp_path: Path, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., ReviewQueue]]:
    """Opens queues on one file; single reviews unless a test asks for more."""
    # Thousands of commits: no test here pulls the plug, so none waits for the disk.
    monkeypatch.setattr(ledger, "open_shared", lambda url: open_engine(url, write=True))
    opened: list[ReviewQueue] = []

    def open_one(**options: Any) -> ReviewQueue:
        options.setdefault("settings", ReviewSettings(double_review_rate=0.0))
        opened.append(ReviewQueue(f"sqlite:///{tmp_path / 'archive.sqlite'}", now=clock, **options))
        return opened[-1]

    yield open_one
    for queue in opened:
        queue.close()


@pytest.fixture
def queue(open_queue: Callable[..., ReviewQueue]) -> ReviewQueue:
    return open_queue()
