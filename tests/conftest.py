"""What all tests share."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from clonedesk_connectors import app

# A slow machine is no failure, and the same code gives the same result: search further with another profile, by hand.
settings.register_profile("suite", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("suite")

COVERAGE_LOSES_CALLERS = sys.version_info < (3, 12) and "coverage" in sys.modules
"""On Python 3.11 coverage's tracer loses the frames that wait for an httpx coroutine: the lines after it count as never
run. A thread has frames of its own, so nothing of the caller is lost.
"""


def _in_a_thread(work: Coroutine[Any, Any, Any]) -> Any:
    with ThreadPoolExecutor(max_workers=1) as thread:
        return thread.submit(asyncio.run, work).result()


@pytest.fixture(autouse=True)
def _keep_callers_traced(monkeypatch: pytest.MonkeyPatch) -> None:
    if COVERAGE_LOSES_CALLERS:
        monkeypatch.setattr(app, "run_sync", _in_a_thread)
