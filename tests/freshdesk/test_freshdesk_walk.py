"""The keyset walk against a list that behaves like the vendor's: 300-page wall, ties, rows that move."""

from __future__ import annotations

from random import Random

import pytest

from clonedesk_connectors.vendors.freshdesk.walk import RUN_UNSETTLED, UNORDERED, WALL, Walk, advance

from .helpers import T0, Shelf, acme, walk


@pytest.mark.parametrize("inclusive", [True, False])
def test_every_row_is_read_whether_or_not_since_includes_its_own_second(inclusive):
    rows = {key: T0 + key // 3 for key in range(1, 1001)}
    shelf = Shelf(rows, inclusive=inclusive)
    seen, cursor, notes = walk(acme(), shelf, None)
    assert seen == rows
    assert notes == []
    assert len(shelf.requests) == 11
    assert Walk.load(cursor) == Walk(since=T0 + 333 - 300)


@pytest.mark.parametrize("inclusive", [True, False])
def test_a_run_of_equal_seconds_longer_than_pages_is_read_twice_and_passed(inclusive):
    rows = {key: T0 + key for key in range(1, 50)} | dict.fromkeys(range(50, 400), T0 + 100)
    rows |= {key: T0 + key for key in range(400, 450)}
    shelf = Shelf(rows, inclusive=inclusive)
    seen, _, notes = walk(acme(), shelf, None)
    assert seen == rows
    assert notes == []
    pages = [int(dict(request.params)["page"]) for request in shelf.requests]
    assert max(pages) == 4
    assert len(pages) < 12


def test_a_list_that_ends_inside_a_run_is_read_again_before_it_counts_as_read():
    rows = dict.fromkeys(range(1, 251), T0)
    shelf = Shelf(rows)
    seen, cursor, _ = walk(acme(), shelf, None)
    assert seen == rows
    assert [int(dict(request.params)["page"]) for request in shelf.requests] == [1, 1, 2, 3, 1, 2, 3]
    assert Walk.load(cursor).since == T0 - 300


def test_rows_that_leave_a_run_while_it_is_read_push_nothing_out():
    def touch(rows: dict[int, int], count: int) -> None:
        if count in (3, 4, 5):
            moved = count - 2
            rows[moved] = T0 + 5000 + count

    rows = dict.fromkeys(range(1, 501), T0 + 100) | {key: T0 + key for key in range(501, 700)}
    shelf = Shelf(rows, disturb=touch)
    seen, _, _ = walk(acme(), shelf, None)
    assert seen == shelf.rows


def test_tickets_updated_on_every_request_are_all_seen_with_their_newest_version_or_again_next_time():
    dice = Random(5)
    clock = [T0 + 100_000]

    def touch(rows: dict[int, int], count: int) -> None:
        for key in dice.sample(sorted(rows), 3):
            clock[0] += 1
            rows[key] = clock[0]

    rows = {key: T0 + key * 7 for key in range(1, 2001)}
    shelf = Shelf(rows, disturb=touch)
    desk = acme()
    seen, cursor, _ = walk(desk, shelf, None)
    assert set(seen) == set(rows)
    shelf.disturb = None
    again, _, _ = walk(desk, shelf, cursor)
    assert seen | again == shelf.rows


def test_shuffled_ties_are_given_up_after_five_readings_and_reported():
    dice = Random(3)
    rows = dict.fromkeys(range(1, 351), T0)
    shelf = Shelf(rows, order=lambda key, at: (at, dice.random()))
    seen, _, notes = walk(acme(), shelf, None)
    assert RUN_UNSETTLED in notes
    assert len(seen) > 300
    assert len(shelf.requests) == 1 + 4 * 5


def test_the_page_wall_inside_one_second_is_jumped_and_reported():
    rows = dict.fromkeys(range(1, 1001), T0) | dict.fromkeys(range(1001, 1051), T0 + 10)
    shelf = Shelf(rows, wall=5)
    desk = acme()
    request = desk.request("tickets", Walk(T0 - 1, 500, T0).dump(), 100)
    refusal = shelf.send(request)
    assert desk.judge(request, refusal).verdict == "ok"
    seen, _, notes = walk(desk, shelf, None)
    assert notes == [WALL]
    assert set(range(1001, 1051)) <= seen.keys()
    assert len(seen) == 550


def test_a_page_size_that_shrinks_and_grows_inside_a_run_skips_nothing():
    rows = dict.fromkeys(range(1, 331), T0)
    seen, _, _ = walk(acme(), Shelf(rows), None, sizes=[100, 100, 50, 50, 25, 25, 50, 100, 100])
    assert seen == rows


def test_a_list_in_another_order_is_read_by_page_number_and_reported():
    rows = {key: T0 + key for key in range(1, 251)}
    seen, cursor, notes = walk(acme(), Shelf(rows, order=lambda key, at: -at), None)
    assert seen == rows
    assert set(notes) == {UNORDERED}
    assert Walk.load(cursor).since == T0 + 250 - 300


def test_an_empty_account_ends_at_once_and_starts_there_next_time():
    shelf = Shelf({})
    desk = acme()
    _, cursor, _ = walk(desk, shelf, None)
    assert len(shelf.requests) == 1
    assert cursor == desk.first_cursor("tickets", None)


def test_a_second_run_without_changes_is_one_request():
    rows = {key: T0 + key for key in range(1, 301)}
    shelf = Shelf(rows)
    desk = acme(overlap_s="60")
    _, cursor, _ = walk(desk, shelf, None)
    before = len(shelf.requests)
    seen, again, _ = walk(desk, shelf, cursor)
    assert len(shelf.requests) - before == 1
    assert sorted(seen) == list(range(240, 301))
    assert again == cursor


def test_a_page_that_comes_again_does_not_move_the_cursor() -> None:
    rows = [(100, 1), (100, 2)]
    first = advance(Walk(100), rows, 2, more=True, reread=True, overlap_s=300).walk
    assert first.offset == 2
    again = advance(first, rows, 2, more=True, reread=True, overlap_s=300)
    assert (again.walk, again.done) == (first, False)
