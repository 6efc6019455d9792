from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from clonedesk_connectors.errors import AuthError, ConfigError, ContractBroken
from clonedesk_connectors.protocol import (
    Budget,
    Connector,
    FollowUp,
    Outcome,
    Page,
    Request,
    Sweep,
    Token,
    Verdict,
    from_json,
    to_json,
)

from .build import T0, answer, intercom, item

DAY = 86_400


def search_page(rows: list[dict[str, object]], token: str | None = None, total: int | None = None) -> dict[str, object]:
    pages: dict[str, object] = {"type": "pages", "page": 1, "per_page": 150, "total_pages": 1}
    if token:
        pages["next"] = {"per_page": 150, "starting_after": token}
    return {"type": "conversation.list", "total_count": total, "pages": pages, "conversations": rows}


def read(cursor: str | None, body: object, stream: str = "conversations") -> Page:
    connector = intercom()
    return connector.parse(connector.request(stream, cursor, 150), answer(body))


def rows(*seconds: int) -> list[dict[str, object]]:
    return [item(id=str(100 + number), updated_at=T0 + after) for number, after in enumerate(seconds)]


def test_it_is_a_connector() -> None:
    assert isinstance(intercom(), Connector)


# --- requests ---


def test_the_first_search_asks_for_everything_in_ascending_order() -> None:
    request = intercom().request("conversations", None, 150)
    assert (request.method, request.path, request.bucket) == ("POST", "/conversations/search", "account")
    assert dict(request.headers) == {"Accept": "application/json", "Intercom-Version": "2.16"}
    assert request.body == {
        "query": {
            "operator": "OR",
            "value": [
                {"field": "updated_at", "operator": ">", "value": 0},
                {"field": "updated_at", "operator": "=", "value": 0},
            ],
        },
        "pagination": {"per_page": 150},
        "sort": {"field": "updated_at", "order": "ascending"},
    }


def test_a_start_time_and_a_token_go_into_the_search_verbatim() -> None:
    connector = intercom()
    start = connector.first_cursor("tickets", datetime(2026, 3, 1, 8, tzinfo=UTC))
    page = connector.parse(
        connector.request("tickets", start, 150),
        answer({"tickets": [], "pages": {"next": {"starting_after": "WzE3Ml0="}}}),
    )
    body = connector.request("tickets", page.cursor, 75).body
    assert isinstance(body, dict)
    assert body["pagination"] == {"per_page": 75, "starting_after": "WzE3Ml0="}
    assert [leaf["value"] for leaf in body["query"]["value"]] == [T0, T0]  # type: ignore[index, call-overload]


def test_the_directory_starts_at_its_beginning() -> None:
    assert intercom().first_cursor("admins", datetime(2026, 3, 1, tzinfo=UTC)) is None
    assert intercom().first_cursor("conversations", None) is None


def test_a_detail_request_escapes_the_id_and_carries_the_version_of_the_account() -> None:
    request = intercom(options={"api_version": "2.11"}).request("conversation", None, 100, "7/../me?x")
    assert request.path == "/conversations/7%2F..%2Fme%3Fx"
    assert ("Intercom-Version", "2.11") in request.headers


def test_requests_survive_json() -> None:
    for stream in intercom().streams:
        request = intercom().request(stream.name, None, stream.page_size, "5")
        assert from_json(Request, to_json(request)) == request


def test_a_foreign_cursor_is_refused() -> None:
    with pytest.raises(ContractBroken):
        intercom().request("conversations", '{"page":3}', 150)


@pytest.mark.parametrize(
    ("region", "url"),
    [(None, "https://api.intercom.io"), ("EU", "https://api.eu.intercom.io"), ("au", "https://api.au.intercom.io")],
)
def test_each_region_has_its_address(region: str | None, url: str) -> None:
    assert intercom(region=region).base_url() == url


def test_a_configured_address_wins_and_an_unknown_region_is_refused() -> None:
    assert intercom(base_url="http://127.0.0.1:9", region="eu").base_url() == "http://127.0.0.1:9"
    with pytest.raises(ConfigError, match="us, eu, au"):
        intercom(region="mars").base_url()


def test_an_api_version_that_is_none_is_refused() -> None:
    with pytest.raises(ConfigError):
        intercom(options={"api_version": "2.16\r\nX-Evil: 1"})


# --- signing in ---


def test_the_token_is_a_bearer_token() -> None:
    assert intercom().sign_in("token", {"TOKEN": "dG9r"}) == Token({"Authorization": "Bearer dG9r"})
    with pytest.raises(ConfigError):
        intercom().sign_in("password", {"TOKEN": "dG9r"})
    with pytest.raises(AuthError):
        intercom().token(answer({}))


def test_me_proves_who_the_token_belongs_to() -> None:
    me = {"type": "admin", "id": 77, "name": "Ada Brook", "app": {"type": "app", "id_code": "w1", "region": "US"}}
    identity = intercom().identity(answer(me))
    assert identity is not None
    assert (identity.id, identity.name, intercom().who_am_i().path) == ("77", "Ada Brook", "/me")


@pytest.mark.parametrize("body", [b"<html>", {}, {"type": "admin", "id": "1"}, {"type": "user", "id": "1", "app": {}}])
def test_anything_else_proves_nothing(body: object) -> None:
    assert intercom().identity(answer(body)) is None


# --- the search ---


def test_each_row_is_kept_as_received_and_asks_for_its_detail_once_per_version() -> None:
    raw = b'{"conversations": [ {"id" : 7, "updated_at":\t1772352000,"x":1.0} ],"pages":{"next":null},"total_count":1}'
    connector = intercom()
    page = connector.parse(connector.request("conversations", None, 150), answer(raw))
    record = page.records[0]
    assert (record.kind, record.id, record.version, record.bundle) == ("conversation_item", "7", T0, "7")
    assert record.payload == b'{"id" : 7, "updated_at":\t1772352000,"x":1.0}'
    assert page.follow_ups == (FollowUp("conversation", "7", T0),)


def test_the_last_page_ends_the_stream_and_the_next_run_starts_a_day_before_the_newest_row() -> None:
    page = read(None, search_page(rows(0, 500)))
    assert (page.done, page.cursor) == (True, json.dumps({"since": T0 + 500 - DAY}, separators=(",", ":")))


def test_a_run_that_finds_nothing_keeps_its_place() -> None:
    page = read('{"since":1772352000}', search_page([]))
    assert (page.done, page.cursor) == (True, '{"since":1772352000}')


def test_the_overlap_never_reaches_before_the_time_the_owner_asked_for() -> None:
    connector = intercom()
    start = connector.first_cursor("conversations", datetime(2026, 3, 1, 8, tzinfo=UTC))
    assert read(start, search_page(rows(0, 500))).cursor == '{"floor":1772352000,"since":1772352000}'


def test_rows_from_before_the_start_are_left_out_because_the_server_may_filter_by_whole_days() -> None:
    page = read('{"since":1772352100}', search_page(rows(99, 100, 101)))
    assert [record.version - T0 for record in page.records] == [100, 101]


def test_the_same_id_twice_on_a_page_is_one_record_of_the_newer_version() -> None:
    twice = [item(id="9", updated_at=T0 + 5), item(id="9", updated_at=T0 + 8), item(id="9", updated_at=T0 + 5)]
    page = read(None, search_page(twice))
    assert [(record.id, record.version - T0) for record in page.records] == [("9", 8)]
    assert page.follow_ups == (FollowUp("conversation", "9", T0 + 8),)


def test_a_row_without_an_id_is_reported() -> None:
    page = read(None, search_page([{"updated_at": T0}, *rows(3)]))
    assert [record.id for record in page.records] == ["100"]
    assert page.notes == ("conversations: 1 rows without an id were left out",)


def test_a_row_without_a_readable_time_is_kept() -> None:
    page = read('{"since":1772352100}', search_page([item(id="4", updated_at="soon")]))
    assert [(record.id, record.version) for record in page.records] == [("4", 0)]


def test_a_repeated_token_gives_the_same_cursor_so_that_the_engine_stops() -> None:
    first = read(None, search_page(rows(1, 2), "tok"))
    second = read(first.cursor, search_page(rows(1, 2), "tok"))
    assert not second.done
    assert second.cursor == first.cursor


def test_a_descending_search_reads_what_changed_meanwhile_once_more() -> None:
    first = read(None, search_page(rows(900, 800), "a"))
    last = read(first.cursor, search_page(rows(700, 600)))
    assert "not in ascending order" in first.notes[0]
    assert (last.done, last.cursor) == (False, '{"since":1772352900,"newest":1772352900}')
    again = read(last.cursor, search_page(rows(950, 900)))
    assert (again.done, again.cursor) == (True, json.dumps({"since": T0 + 950 - DAY}, separators=(",", ":")))


def test_a_single_row_out_of_order_is_normal() -> None:
    first = read(None, search_page(rows(1, 2, 800, 3, 4, 5, 6), "a"))
    assert first.notes == ()
    assert read(first.cursor, search_page(rows(7, 9))).done


def test_a_burst_in_one_second_is_in_order() -> None:
    assert read(None, search_page(rows(5, 5, 5, 5), "a")).notes == ()


def test_ticket_rows_need_no_detail() -> None:
    body = {"type": "ticket.list", "tickets": [{"id": "61", "updated_at": T0}], "pages": None}
    page = read(None, body, "tickets")
    assert [(record.kind, record.id, record.bundle) for record in page.records] == [("ticket", "61", "61")]
    assert (page.follow_ups, page.done) == ((), True)


@pytest.mark.parametrize(
    "body",
    [b"", b"<html></html>", b"[]", b'{"conversations":[', {"type": "error.list"}, {"conversations": [5]}],
)
def test_anything_but_the_documented_list_is_an_error_never_an_empty_page(body: object) -> None:
    with pytest.raises(ContractBroken):
        read(None, body)


def test_a_next_page_without_a_token_is_an_error() -> None:
    with pytest.raises(ContractBroken):
        read(None, {"conversations": [], "pages": {"next": "https://elsewhere.example.com/"}})


# --- one conversation ---


def test_the_body_of_a_conversation_is_the_record() -> None:
    raw = b'{ "type":"conversation", "id":500, "updated_at":1772352000 }'
    connector = intercom()
    page = connector.parse(connector.request("conversation", None, 100, "500"), answer(raw))
    record = page.records[0]
    assert (record.kind, record.id, record.version, record.payload) == ("conversation", "500", T0, raw)
    assert page.done


@pytest.mark.parametrize("body", [{"type": "conversation", "id": "501"}, {"type": "ticket", "id": "500"}, {}])
def test_another_object_is_not_taken_for_the_conversation(body: object) -> None:
    connector = intercom()
    with pytest.raises(ContractBroken):
        connector.parse(connector.request("conversation", None, 100, "500"), answer(body))


# --- directory ---


@pytest.mark.parametrize(("stream", "name", "kind"), [("admins", "admins", "admin"), ("tags", "data", "tag")])
def test_directories_are_one_page(stream: str, name: str, kind: str) -> None:
    page = read(None, {"type": "list", name: [{"id": 5, "name": "x"}, {"name": "no id"}]}, stream)
    assert [(record.kind, record.id, record.bundle) for record in page.records] == [(kind, "5", None)]
    assert page.done


def test_only_what_matters_to_tickets_reshapes_them() -> None:
    connector = intercom()
    assert connector.shape("team", {"id": "1", "admin_ids": [3, "2"], "name": "x"}) == "2,3"
    assert connector.shape("team", {"admin_ids": None}) == ""
    assert connector.shape("admin", {"email": "operator+w1@intercom.io"}) == "operator"
    assert connector.shape("admin", {"email": "operator+w1@example.com"}) == ""
    assert list(connector.people({"conversation": [item()]})) == []
    assert connector.sweep(["500"]) == Sweep()


# --- deletions ---


def deletions(total: int | None, *rows_: tuple[int, int]) -> dict[str, object]:
    listed = [{"type": "conversation", "id": str(one), "deleted_at": T0 + after} for one, after in rows_]
    return {"type": "conversations.list", "total_count": total, "conversations": listed, "pages": {"next": None}}


def test_deletions_become_records_of_their_conversation() -> None:
    connector = intercom()
    request = connector.request("deleted", None, 60)
    assert request.params == (("page", "1"), ("per_page", "60"), ("order", "desc"))
    page = connector.parse(request, answer(deletions(1, (512, 7))))
    record = page.records[0]
    assert (record.kind, record.id, record.version, record.bundle) == ("deletion", "512", T0 + 7, "512")
    assert (page.done, page.cursor) == (True, '{"total":1,"newest":1772352007}')


def test_a_second_reading_of_the_deletions_stops_where_the_first_began() -> None:
    connector = intercom()

    def next_page(cursor: str | None, body: object) -> Page:
        return connector.parse(connector.request("deleted", cursor, 2), answer(body))

    first = next_page(None, deletions(3, (1, 30), (2, 20)))
    assert not first.done
    assert connector.request("deleted", first.cursor, 2).params[0] == ("page", "2")
    assert next_page(first.cursor, deletions(3, (3, 10))).done
    known = '{"total":3,"newest":1772352030}'
    assert next_page(known, deletions(3, (1, 30), (2, 20))).done
    grown = next_page(known, deletions(6, (9, 60), (8, 50)))
    assert not grown.done
    assert next_page(grown.cursor, deletions(6, (7, 40), (1, 30))).cursor == '{"total":6,"newest":1772352060}'


def test_deletions_in_order_of_id_are_read_until_all_news_are_found() -> None:
    connector = intercom()
    known = '{"total":3,"newest":1772352030}'
    page = connector.parse(connector.request("deleted", known, 2), answer(deletions(4, (9, 30), (8, 20))))
    assert not page.done
    last = connector.parse(connector.request("deleted", page.cursor, 2), answer(deletions(4, (7, 60), (1, 10))))
    assert (last.done, last.cursor) == (True, '{"total":4,"newest":1772352060}')


def test_deletions_from_before_the_start_are_left_out() -> None:
    connector = intercom()
    start = connector.first_cursor("deleted", datetime(2026, 3, 1, 8, tzinfo=UTC))
    page = connector.parse(connector.request("deleted", start, 60), answer(deletions(3, (1, 30), (2, 0), (3, -1))))
    assert [record.id for record in page.records] == ["1", "2"]
    assert page.cursor == '{"floor":1772352000,"total":3,"newest":1772352030}'


def test_a_smaller_page_goes_on_at_the_same_row() -> None:
    connector = intercom()
    page = connector.parse(connector.request("deleted", None, 2), answer(deletions(9, (1, 30), (2, 20))))
    assert connector.request("deleted", page.cursor, 1).params[0] == ("page", "3")


def test_deletions_without_a_total_end_with_the_last_page() -> None:
    assert read(None, deletions(None, (1, 30)), "deleted").done


# --- verdicts ---


def error(code: str) -> dict[str, object]:
    return {"type": "error.list", "request_id": "r", "errors": [{"code": code, "message": "customer text"}]}


@pytest.mark.parametrize(
    ("stream", "status", "body", "verdict"),
    [
        ("conversations", 200, {"type": "conversation.list"}, Verdict.OK),
        ("conversations", 200, b"", Verdict.RETRY),
        ("conversations", 200, b"<!doctype html>", Verdict.RETRY),
        ("conversations", 200, error("server_error"), Verdict.RETRY),
        ("conversations", 401, error("unauthorized"), Verdict.ABORT),
        ("conversations", 400, error("token_revoked"), Verdict.ABORT),
        ("conversations", 403, error("api_plan_restricted"), Verdict.SKIP),
        ("conversations", 403, error("forbidden"), Verdict.ABORT),
        ("conversations", 400, error("parameter_invalid"), Verdict.DEAD),
        ("conversations", 400, error("intercom_version_invalid"), Verdict.DEAD),
        ("conversations", 404, error("not_found"), Verdict.DEAD),
        ("conversations", 408, b"", Verdict.RETRY),
        ("conversations", 503, b"<html>", Verdict.RETRY),
        ("conversations", 302, b"", Verdict.DEAD),
        ("deleted", 400, error("intercom_version_invalid"), Verdict.SKIP),
        ("deleted", 404, error("not_found"), Verdict.SKIP),
        ("tickets", 403, b"nope", Verdict.SKIP),
        ("conversation", 404, error("not_found"), Verdict.GONE),
        ("conversation", 404, b"", Verdict.GONE),
        ("conversation", 403, error("api_plan_restricted"), Verdict.GONE),
        ("conversation", 410, error("contact_merged"), Verdict.GONE),
        ("conversation", 500, error("server_error"), Verdict.RETRY),
    ],
)
def test_each_answer_has_one_meaning(stream: str, status: int, body: object, verdict: Verdict) -> None:
    connector = intercom()
    subject = "500" if stream == "conversation" else None
    outcome = connector.judge(connector.request(stream, None, 60, subject), answer(body, status))
    assert outcome.verdict is verdict
    assert "customer text" not in outcome.reason


@pytest.mark.parametrize(
    "errors", [None, [], {}, [None], [{}], [{"code": 5}], [{"code": "mira@example.com wrote"}], [{"code": ""}]]
)
def test_an_odd_error_body_is_judged_by_its_status(errors: object) -> None:
    connector = intercom()
    outcome = connector.judge(
        connector.request("conversations", None, 150), answer({"type": "error.list", "errors": errors}, 500)
    )
    assert outcome == Outcome(Verdict.RETRY, "HTTP 500")


def test_a_limit_lasts_until_the_window_of_the_headers_ends() -> None:
    connector = intercom()
    request = connector.request("conversations", None, 150)
    told = {"date": "Sun, 01 Mar 2026 08:00:00 GMT", "x_ratelimit_reset": str(T0 + 4)}
    assert connector.judge(request, answer(error("rate_limit_exceeded"), 429, **told)) == Outcome(
        Verdict.LIMITED, "HTTP 429 rate_limit_exceeded", 4.0
    )
    assert connector.judge(request, answer(b"<html>", 429)).wait_s == 10.0
    assert connector.judge(request, answer(b"", 429, retry_after="7")).wait_s == 7.0


@pytest.mark.parametrize("date", ["", "yesterday"])
def test_without_a_readable_date_a_whole_window_is_assumed(date: str) -> None:
    response = answer({}, x_ratelimit_limit="1666", x_ratelimit_remaining="3", x_ratelimit_reset="9", date=date)
    assert list(intercom().budget(intercom().who_am_i(), response)) == [Budget("account", 1666, 3, 10.0)]


def test_answers_without_limit_headers_say_nothing() -> None:
    assert list(intercom().budget(intercom().who_am_i(), answer({}, x_ratelimit_limit="many"))) == []
