"""The daily activity export: which days are asked for, and what a file holds."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from clonedesk_connectors.errors import ContractBroken
from clonedesk_connectors.protocol import Page, RawRecord, Request
from clonedesk_connectors.vendors.freshdesk.activities import performed_at

from .helpers import acme, answer

DESK = acme()
TODAY = "Wed, 09 Jul 2025 10:00:00 GMT"
URL = "https://files.example.net/2025-07-08.json?signature=abc"
FILE = {"export": [{"created_at": "8-7-2025", "url": URL}]}


def ask(cursor: str | None, body: object = b"", status: int = 200, date: str = TODAY) -> Page:
    return DESK.parse(DESK.request("activities", cursor, 100), answer(body, status, date=date))


def test_the_first_request_learns_what_day_it_is_and_the_second_whether_there_is_an_export():
    assert dict(DESK.request("activities", None, 100).params) == {"created_at": "2010-01-01"}
    first = ask(None, status=404)
    assert (first.cursor, first.done) == ("2025-07-07?", False)
    second = ask(first.cursor, FILE)
    assert (second.cursor, second.done, second.then) == ("2025-06-09", False, None)


def test_an_account_without_the_export_is_asked_again_next_time_and_says_so():
    page = ask("2025-07-07?", status=404)
    assert (page.cursor, page.done) == (None, True)
    assert page.notes == ("activities: this account has no daily activity export",)


def test_a_day_names_a_signed_file_that_is_read_without_being_part_of_the_account():
    page = ask("2025-07-08", FILE)
    assert (page.cursor, page.done) == ("2025-07-09", False)
    assert page.then is not None
    assert (page.then.external_url, page.then.bucket, page.then.path) == (URL, "files", "")
    assert "signature" not in repr(page.then)


def test_the_older_answer_with_one_object_and_a_day_with_two_files_are_read_too():
    older = ask("2025-07-08", {"export": {"created_at": "8-7-2025", "url": URL}})
    assert older.then is not None
    two = {"export": [{"url": URL}, {"url": URL + "2"}]}
    first, second = ask("2025-07-08", two), ask("2025-07-08/1", two)
    assert (first.cursor, second.cursor) == ("2025-07-08/1", "2025-07-09")
    assert second.then is not None
    assert second.then.external_url == URL + "2"


def test_today_and_yesterday_may_still_come_and_end_the_run_where_they_are():
    for day in ("2025-07-08", "2025-07-09", "2025-07-10"):
        page = ask(day, status=404)
        assert (page.cursor, page.done, page.notes) == (day, True, ())


def test_an_older_day_without_a_file_is_noted_and_passed_and_days_no_longer_kept_are_skipped():
    page = ask("2025-07-01", status=404)
    assert (page.cursor, page.done, page.notes) == ("2025-07-02", False, ("activities: a day without a file",))
    assert ask("2025-01-01", status=404).cursor == "2025-06-09"


def test_an_answer_without_a_date_reads_nothing_and_does_not_loop():
    page = DESK.parse(DESK.request("activities", None, 100), answer(b"", 404))
    assert (page.cursor, page.done, len(page.notes)) == (None, True, 1)


def test_an_answer_without_an_address_is_a_day_without_rows():
    page = ask("2025-07-01", {"export": [{"url": "ftp://x"}, None]})
    assert (page.cursor, page.then) == ("2025-07-02", None)


def test_rows_get_an_id_from_what_they_say_and_belong_to_their_ticket():
    row = '{"performed_at":"08-07-2025 09:33:38 +0200","ticket_id":600,"activity":{"note":{"id":1}}}'
    body = f'{{"metadata":{{}},"activities_data":[{row},{row},{{"ticket_id":null}}]}}'.encode()
    request = Request("activities", "", "files", cursor="2025-07-08", external_url=URL)
    page = DESK.parse(request, answer(body))
    one, two, loose = page.records
    assert one == RawRecord("activity", one.id, row.encode(), 1751960018, "600")
    assert (two.payload, two.version, two.bundle) == (one.payload, one.version, one.bundle)
    assert (one.id[-2:], two.id[-2:], one.id[:-2]) == ("-0", "-1", two.id[:-2])
    assert (loose.version, loose.bundle) == (0, None)
    assert DESK.parse(request, answer(body)) == page


def test_a_file_that_was_cut_off_is_an_error():
    with pytest.raises(ContractBroken):
        DESK.parse(Request("activities", "", "files", external_url=URL), answer(b'{"activities_data":[{"a":1}'))


@pytest.mark.parametrize(
    ("text", "when"),
    [
        ("21-04-2017 09:33:38 +0000", datetime(2017, 4, 21, 9, 33, 38, tzinfo=UTC)),
        ("21-04-2017 09:33:38 +0530", datetime(2017, 4, 21, 4, 3, 38, tzinfo=UTC)),
        ("21-04-2017 09:33:38 -0330", datetime(2017, 4, 21, 13, 3, 38, tzinfo=UTC)),
        ("31-02-2017 09:33:38 +0000", None),
        ("01-01-0001 00:00:00 +1400", None),
        ("21-04-2017 09:33:38 +9900", None),
        ("2017-04-21T09:33:38Z", None),
        (None, None),
    ],
)
def test_times_of_the_export_have_a_format_of_their_own(text, when):
    assert performed_at(text) == when
