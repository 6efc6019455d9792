"""One thread for all arithmetic here: on a busy machine threads that wait for each other cost ten times more."""

from __future__ import annotations

from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True, scope="package")
def one_thread() -> Iterator[None]:
    threadpoolctl = pytest.importorskip("threadpoolctl", reason="needs the extra [quality]")
    with threadpoolctl.threadpool_limits(1):
        yield
