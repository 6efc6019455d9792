"""Keeping our requests out of the logs of HTTP libraries: they write addresses with queries, headers and bodies."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_SENDING: ContextVar[bool] = ContextVar("sending", default=False)


def silence(*loggers: str) -> None:
    """Let these loggers write nothing about a request that is sent inside `quiet`. A filter does not reach the loggers
    below a name, so each is named in full."""
    for name in loggers:
        logging.getLogger(name).addFilter(_not_ours)


@contextmanager
def quiet() -> Iterator[None]:
    """A request of ours is being sent in this task or thread."""
    token = _SENDING.set(True)
    try:
        yield
    finally:
        _SENDING.reset(token)


def _not_ours(_record: logging.LogRecord) -> bool:
    """Other users of the same library in the same program keep their logs."""
    return not _SENDING.get()
