"""Ctrl-C and SIGTERM end what talks to a helpdesk in the same way: it is cancelled and finishes the commit it is in."""

from __future__ import annotations

import contextlib
import signal
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Coroutine

T = TypeVar("T")


def run_until_told(work: Coroutine[Any, Any, T]) -> T:
    """Run a command's coroutine. Raises KeyboardInterrupt when Ctrl-C or SIGTERM has ended it."""
    from clonedesk_connectors import app

    # A shell that started us in the background has Ctrl-C ignored; SIGTERM becomes one below, so it must be heard.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    return app.run_sync(_listening(work))


async def _listening(work: Coroutine[Any, Any, T]) -> T:
    """Let signals wake the loop.

    asyncio.run cancels on Ctrl-C, but wakes up for it only when it is asleep already: a signal that comes in the
    instant before would be noticed with the next answer from the network, a minute later. A loop that has a handler of
    its own is woken by every signal (signal.set_wakeup_fd).
    """
    import asyncio

    # Refused on Windows, where asyncio.run is always woken, and to a loop that another thread runs.
    with contextlib.suppress(RuntimeError):
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, signal.raise_signal, signal.SIGINT)
    return await work
