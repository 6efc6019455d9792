"""The garbage collector rests during a pull and is as before afterwards."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from clonedesk_connectors.collector import collecting_rarely, not_collecting


@pytest.fixture(autouse=True)
def usual() -> Iterator[None]:
    before = gc.get_threshold()
    gc.set_threshold(700, 10, 10)
    yield
    gc.set_threshold(*before)
    gc.enable()


def test_a_pull_collects_rarely_and_even_a_failed_one_puts_it_back() -> None:
    def fail() -> None:
        with collecting_rarely():
            assert gc.get_threshold() == (20_000, 10, 10)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert gc.get_threshold() == (700, 10, 10)


@pytest.mark.parametrize("chosen", [0, 50_000])
def test_who_already_collects_less_often_keeps_their_own_figure(chosen: int) -> None:
    gc.set_threshold(chosen, 10, 10)
    with collecting_rarely():
        assert gc.get_threshold()[0] == chosen
    assert gc.get_threshold()[0] == chosen


@pytest.mark.parametrize("was_on", [True, False])
def test_a_batch_is_not_collected_and_the_switch_stays_as_it_was(was_on: bool) -> None:
    if not was_on:
        gc.disable()
    with not_collecting():
        assert not gc.isenabled()
    assert gc.isenabled() is was_on
