"""Heartbeat of a long run, on stderr: one live line on a terminal, JSON lines elsewhere."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict

from clonedesk_connectors.sync import Progress

HEARTBEAT_S = 10.0


@contextmanager
def showing() -> Iterator[Callable[[Progress], None]]:
    """A callback that shows progress, for the length of the block."""
    if sys.stderr.isatty():
        from rich.console import Console

        with Console(stderr=True).status("starting") as line:
            yield lambda progress: line.update(_sentence(progress))
    else:
        yield JsonHeartbeat(lambda text: print(text, file=sys.stderr, flush=True), time.monotonic)  # noqa: T201


class JsonHeartbeat:
    """Writes a JSON line when the last one is at least HEARTBEAT_S old."""

    def __init__(self, write: Callable[[str], None], clock: Callable[[], float]) -> None:
        self._write, self._clock, self._next = write, clock, clock() + HEARTBEAT_S

    def __call__(self, progress: Progress) -> None:
        now = self._clock()
        if now >= self._next:
            self._next = now + HEARTBEAT_S
            self._write(json.dumps({"progress": asdict(progress)}))


def _sentence(progress: Progress) -> str:
    return (
        f"{progress.stream}: {progress.records:,} records, {progress.tickets:,} tickets, "
        f"{progress.requests:,} requests, waited {progress.waited_s:,.0f} s for rate limits"
    )
