"""What one answer of Zendesk holds, and where the next page starts."""

from __future__ import annotations

import json
from typing import Any

import pytest

from clonedesk_connectors.errors import ContractBroken
from clonedesk_connectors.protocol import Page
from tests.zendesk.helpers import ZENDESK, ask, load, response


def page_of(stream: str, body: object, cursor: str | None = None, subject: str | None = None) -> Page:
    return ZENDESK.parse(ask(stream, cursor, subject), response(body))


def events_page(rows: list[tuple[int, int]], end_time: int | None, done: bool, cursor: str | None = None) -> Page:
    """rows: (id, second)."""
    body = {
        "ticket_events": [{"id": key, "ticket_id": 7, "timestamp": second} for key, second in rows],
        "end_time": end_time,
        "end_of_stream": done,
        "count": len(rows),
    }
    return page_of("ticket_events", body, cursor)


def test_a_page_of_tickets_holds_tickets_and_their_directory_records() -> None:
    page = page_of("tickets", load("tickets_page.json"))
    assert [(r.kind, r.id, r.version, r.bundle) for r in page.records] == [
        ("ticket", "28", 1772447400, "28"),
        ("ticket", "29", 1772447401, "29"),
        ("user", "901", 1769940000, None),
        ("group", "52", 1769940000, None),
        ("organization", "61", 1769940000, None),
        ("custom_status", "71", 1769940000, None),
    ]
    assert (page.cursor, page.done) == ("MTc3MjQ0NzQwMS4wfHwyOXw=", False)


def test_records_keep_the_bytes_they_came_in() -> None:
    odd = b'{"tickets":[ {"id":1, "subject":"caf\\u00e9" ,"generated_timestamp":5} ],"end_of_stream":true}'
    assert page_of("tickets", odd).records[0].payload == b'{"id":1, "subject":"caf\\u00e9" ,"generated_timestamp":5}'


def test_the_last_page_keeps_the_place_for_the_next_run() -> None:
    page = page_of("tickets", {"tickets": [], "after_cursor": None, "end_of_stream": True}, "MTc=")
    assert (page.cursor, page.done) == ("MTc=", True)


def test_a_short_page_is_not_the_last_one() -> None:
    page = page_of("tickets", {"tickets": [], "after_cursor": "MTg=", "end_of_stream": False}, "MTc=")
    assert (page.cursor, page.done) == ("MTg=", False)


def test_the_scope_pass_keeps_a_statement_for_each_ticket_and_one_of_its_end() -> None:
    body = {
        "tickets": [{"id": 28, "generated_timestamp": 1772447400, "description": "private"}],
        "after_cursor": "MTg=",
        "end_of_stream": True,
    }
    scope, end = page_of("tickets_ai", body).records
    assert (scope.kind, scope.id, scope.version, scope.bundle) == ("support_scope", "28", 1772447400, "28")
    assert json.loads(scope.payload) == {
        "id": "28",
        "generated_timestamp": 1772447400,
        "support_type_scope": "ai_agent",
    }
    assert (end.kind, end.id, end.bundle) == ("scope_pass", "ai_agent", None)


def test_an_unfinished_scope_pass_says_nothing_of_an_end() -> None:
    page = page_of("tickets_ai", {"tickets": [], "after_cursor": "MTg=", "end_of_stream": False})
    assert page.records == ()


def test_events_belong_to_their_ticket_and_never_change() -> None:
    record = events_page([(11, 100)], 100, done=True).records[0]
    assert (record.kind, record.id, record.version, record.bundle) == ("ticket_event", "11", 0, "7")


def test_the_position_holds_the_ids_of_the_last_second() -> None:
    page = events_page([(11, 100), (12, 101), (13, 101)], 101, done=False)
    assert page.cursor == '{"end_time":101,"seen":["12","13"]}'


def test_rows_repeated_at_the_seam_are_kept_once() -> None:
    page = events_page([(12, 101), (13, 101), (14, 102)], 102, done=True, cursor='{"end_time":101,"seen":["12","13"]}')
    assert [record.id for record in page.records] == ["14"]


def test_an_unchanged_end_finds_nothing_new() -> None:
    position = '{"end_time":101,"seen":["12","13"]}'
    page = events_page([(12, 101), (13, 101)], 101, done=True, cursor=position)
    assert (page.records, page.cursor, page.done) == ((), position, True)


def test_an_end_that_does_not_advance_goes_on_one_second_later_and_says_so() -> None:
    page = events_page([(12, 101)], 101, done=False, cursor='{"end_time":101,"seen":[]}')
    assert [record.id for record in page.records] == ["12"]
    assert page.cursor == '{"end_time":102,"seen":[]}'
    assert page.notes == ("ticket_events: end_time did not advance; went on one second later",)


def test_an_end_that_goes_backwards_is_an_error_because_following_it_would_never_end() -> None:
    with pytest.raises(ContractBroken):
        events_page([], 50, done=False, cursor='{"end_time":101,"seen":[]}')


def test_an_empty_export_may_have_no_end_time() -> None:
    page = events_page([], None, done=True, cursor='{"end_time":101,"seen":["12"]}')
    assert page.cursor == '{"end_time":101,"seen":["12"]}'


def test_the_ids_kept_for_the_seam_are_bounded() -> None:
    page = events_page([(key, 101) for key in range(10_000, 12_500)], 101, done=True)
    assert page.cursor is not None
    assert len(json.loads(page.cursor)["seen"]) == 1000


def test_ratings_are_read_to_the_end_and_then_from_the_newest_time_shown() -> None:
    first = page_of(
        "satisfaction_ratings",
        {
            "satisfaction_ratings": [rating(1, "2026-03-02T10:00:00Z")],
            "meta": {"has_more": True, "after_cursor": "abc"},
        },
    )
    assert first.cursor == '{"start":0,"newest":1772445600,"after":"abc"}'
    assert ("page[after]", "abc") in ask("satisfaction_ratings", first.cursor).params
    last = page_of(
        "satisfaction_ratings",
        {"satisfaction_ratings": [rating(2, "2026-03-01T10:00:00Z")], "meta": {"has_more": False}},
        first.cursor,
    )
    assert (last.cursor, last.done) == ('{"start":1772445600,"newest":1772445600}', True)


def rating(key: int, created_at: str) -> dict[str, Any]:
    return {"id": key, "ticket_id": 7, "created_at": created_at, "updated_at": "2026-03-03T10:00:00Z"}


def test_surveys_that_may_still_be_answered_are_read_again() -> None:
    body = {"survey_responses": [load("survey.json")], "meta": {"has_more": False}}
    page = page_of("survey_responses", body)
    record = page.records[0]
    assert (record.kind, record.id, record.version, record.bundle) == ("survey_response", "01SURVEY", 1772533800, "7")
    assert page.cursor == json.dumps({"start": 1772533800 - 28 * 86400, "newest": 1772533800}, separators=(",", ":"))


def test_audits_belong_to_the_ticket_they_were_asked_for() -> None:
    body = {"audits": [{"id": 11}], "meta": {"has_more": True, "after_cursor": "abc"}}
    page = page_of("audits", body, subject="7")
    assert [(r.kind, r.id, r.bundle) for r in page.records] == [("audit", "11", "7")]
    assert (page.cursor, page.done) == ("abc", False)


def test_an_archived_ticket_answers_with_all_audits_at_once() -> None:
    page = page_of("audits", {"audits": [{"id": 11}], "count": 1, "next_page": None}, subject="7")
    assert (page.cursor, page.done) == (None, True)


def test_the_staff_list_is_kept_apart_from_the_people_on_tickets() -> None:
    page = page_of("users", {"users": [{"id": 801, "updated_at": "2026-03-02T10:00:00Z"}], "meta": {"has_more": False}})
    assert [(r.kind, r.id, r.version) for r in page.records] == [("staff", "801", 1772445600)]


def test_unpaginated_lists_end_at_once() -> None:
    assert page_of("custom_statuses", {"custom_statuses": [{"id": 71}]}).done


@pytest.mark.parametrize(
    ("stream", "body"),
    [
        ("tickets", {"tickets": [], "after_cursor": None, "end_of_stream": False}),
        ("tickets", {"tickets": [], "after_cursor": "a"}),
        ("tickets", {"end_of_stream": True}),
        ("tickets", {"tickets": [{"subject": "no id"}], "end_of_stream": True}),
        ("tickets", {"tickets": {}, "end_of_stream": True}),
        ("tickets", b"<html></html>"),
        ("tickets", b'{"tickets": [{"id": 1'),
        ("tickets", []),
        ("ticket_events", {"ticket_events": [], "end_of_stream": False}),
        ("ticket_events", {"ticket_events": [], "end_time": "5", "end_of_stream": False}),
        ("groups", {"users": []}),
        ("groups", {"groups": [], "meta": {"has_more": True}}),
    ],
)
def test_an_answer_of_another_shape_is_a_broken_contract(stream: str, body: object) -> None:
    with pytest.raises(ContractBroken):
        page_of(stream, body)
