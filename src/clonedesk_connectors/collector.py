"""Python's garbage collector, held back where it looks at many objects and finds nothing.

What a pull or a check makes holds no cycles and is freed by counting references. The collector is one for the whole
process: two pulls at once may end each other's rest early, which costs time and nothing else.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_RARELY = 20_000
"""New objects between two collections; Python's own figure is 700."""


@contextmanager
def collecting_rarely() -> Iterator[None]:
    """For a whole pull or check: a twelfth of its time, measured on 4,000 and 40,000 tickets."""
    before = gc.get_threshold()
    if not 0 < before[0] < _RARELY:
        yield
        return
    gc.set_threshold(_RARELY, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


@contextmanager
def not_collecting() -> Iterator[None]:
    """For a bounded batch of work that keeps nothing alive."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
