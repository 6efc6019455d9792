"""Requests, pages, verdicts and limits, each as plain values."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from clonedesk_connectors.errors import AuthError, ConfigError, ContractBroken
from clonedesk_connectors.protocol import (
    Account,
    AccountConfig,
    Budget,
    Bundle,
    Connector,
    FollowUp,
    Identity,
    Mode,
    Page,
    RawRecord,
    Request,
    Sweep,
    Token,
    Verdict,
    from_json,
    to_json,
)
from clonedesk_connectors.vendors.freshdesk import connector

from .helpers import STAFF, acme, answer, conversation, ticket

DESK = acme()
NEXT = '<https://acme.freshdesk.com/api/v2/tickets?page=2>; rel="next"'
FIRST = (("page", "1"), ("per_page", "100"))


def test_it_is_a_connector_of_the_protocol():
    assert isinstance(DESK, Connector)
    assert [stream.name for stream in DESK.streams if stream.mode is not Mode.DETAIL] == [
        "tickets", "spam", "deleted", "ratings", "activities", "ticket_fields", "agents", "groups", "surveys",
    ]  # fmt: skip


def test_the_first_page_of_tickets_asks_for_everything_the_list_can_give_and_costs_five_credits():
    request = DESK.request("tickets", DESK.first_cursor("tickets", None), 100)
    assert (request.path, request.bucket, request.cost) == ("/api/v2/tickets", "list", 5)
    assert request.params == (
        ("updated_since", "2010-01-01T00:00:00Z"),
        ("order_by", "updated_at"),
        ("order_type", "asc"),
        ("include", "stats,description"),
        ("page", "1"),
        ("per_page", "100"),
    )


def test_spam_and_deleted_are_the_same_list_with_a_filter():
    since = datetime(2025, 6, 1, tzinfo=UTC)
    for name in ("spam", "deleted"):
        params = dict(DESK.request(name, DESK.first_cursor(name, since), 100).params)
        assert (params["filter"], params["updated_since"]) == (name, "2025-06-01T00:00:00Z")


def test_requesters_are_read_only_where_the_account_asks_or_needs_their_addresses():
    by_option, by_need = acme(requester="yes"), acme(AccountConfig(internal_domains=frozenset({"example.org"})))
    for desk in (by_option, by_need):
        request = desk.request("tickets", None, 100)
        assert (dict(request.params)["include"], request.cost) == ("stats,description,requester", 7)
        probe = desk.request("probe", None, 100, "9")
        assert (probe.params, probe.cost) == ((("include", "requester,stats"),), 3)


@pytest.mark.parametrize(
    ("stream", "cursor", "path", "params"),
    [
        ("conversations", None, "/api/v2/tickets/7/conversations", FIRST),
        ("conversations", "200", "/api/v2/tickets/7/conversations", (("page", "3"), ("per_page", "100"))),
        ("archived_conversations", None, "/api/v2/tickets/archived/7/conversations", FIRST),
        ("probe", None, "/api/v2/tickets/7", (("include", "stats"),)),
        ("archived", None, "/api/v2/tickets/archived/7", ()),
        ("ticket_fields", None, "/api/v2/ticket_fields", ()),
        ("agents", "100", "/api/v2/agents", (("page", "2"), ("per_page", "100"))),
    ],
)  # fmt: skip
def test_other_requests_are_built_from_the_position_alone(stream, cursor, path, params):
    request = DESK.request(stream, cursor, 100, "7")
    assert (request.path, request.params) == (path, params)
    assert from_json(Request, to_json(request)) == request


def test_a_hostile_id_cannot_leave_its_place_in_the_path():
    assert DESK.request("conversations", None, 100, "../agents?x=").path == (
        "/api/v2/tickets/..%2Fagents%3Fx%3D/conversations"
    )


def test_a_page_of_tickets_keeps_each_rows_own_bytes_and_asks_for_its_conversations():
    one = b'{"id":1, "updated_at":"2025-03-01T08:00:00Z"}'
    two = b'{"id":2,"updated_at":"2025-03-01T13:30:05+05:30"}'
    body = b"[ " + one + b" ," + two + b',{"id":".."}]'
    page = DESK.parse(DESK.request("tickets", None, 100), answer(body))
    assert page.records == (
        RawRecord("ticket", "1", one, 1740816000, "1"),
        RawRecord("ticket", "2", two, 1740816005, "2"),
    )
    assert page.follow_ups == (FollowUp("conversations", "1", 1740816000), FollowUp("conversations", "2", 1740816005))
    assert page.notes == ("1 rows without an id were left out",)
    assert page.done


@pytest.mark.parametrize("body", [b"<html>", b'{"tickets":[]}', b"[1]", b'[{"id":1}', b"null", b""])
@pytest.mark.parametrize("stream", ["tickets", "ratings", "agents", "ticket_fields", "conversations"])
def test_anything_but_a_list_of_objects_is_an_error_and_never_an_empty_page(stream, body):
    with pytest.raises(ContractBroken):
        DESK.parse(DESK.request(stream, None, 100, "7"), answer(body))


def test_conversations_go_on_while_a_link_or_a_full_page_says_so():
    rows = [conversation(key, "09:00:00", "hello") for key in range(100)]
    request = DESK.request("conversations", None, 100, "7")
    full, linked, last = (
        DESK.parse(request, answer(rows)),
        DESK.parse(request, answer(rows[:30], link=NEXT)),
        DESK.parse(DESK.request("conversations", "100", 100, "7"), answer(rows[:1])),
    )
    assert (full.cursor, full.done) == ("100", False)
    assert (linked.cursor, linked.done) == ("100", False)
    assert (last.cursor, last.done) == (None, True)
    assert last.records[0].bundle == "7"


def test_a_link_after_an_empty_page_is_not_followed_for_ever():
    assert DESK.parse(DESK.request("conversations", None, 100, "7"), answer([], link=NEXT)).done


def test_ratings_start_two_weeks_before_the_newest_one_next_time():
    rows = [
        {"id": 1, "ticket_id": 7, "created_at": "2025-03-20T08:00:00Z", "updated_at": "2025-03-21T08:00:00Z"},
        {"id": False, "ticket_id": 8, "created_at": "2025-03-20T09:00:00Z", "updated_at": None},
        {"id": 3, "ticket_id": None, "created_at": "2025-03-20T10:00:00Z"},
    ]
    page = DESK.parse(DESK.request("ratings", None, 100), answer(rows))
    assert [(r.id, r.version, r.bundle) for r in page.records] == [
        ("1", 1742544000, "7"),
        ("8:1742461200", 0, "8"),
    ]
    again = DESK.request("ratings", page.cursor, 100)
    assert dict(again.params)["created_since"] == "2025-03-06T10:00:00Z"


def test_a_wall_in_the_ratings_ends_the_stream_with_a_note_instead_of_looping():
    request = DESK.request("ratings", None, 100)
    page = DESK.parse(request, answer({"errors": [{"field": "page", "code": "invalid_value"}]}, 400))
    assert page.done
    assert len(page.notes) == 1


def test_default_fields_are_kept_by_type_and_own_fields_by_name():
    rows = [{"id": 1, "name": "status", "type": "default_status"}, {"id": 2, "name": "cf_tier", "type": "custom_text"}]
    page = DESK.parse(DESK.request("ticket_fields", None, 100), answer([*rows, {"id": 3}]))
    assert [(r.kind, r.id, r.bundle) for r in page.records] == [
        ("ticket_field", "default_status", None),
        ("ticket_field", "cf_tier", None),
    ]


def test_a_probe_finds_a_lost_ticket_or_goes_on_to_the_archive():
    request = DESK.request("probe", None, 100, "7")
    found = DESK.parse(request, answer(ticket(7)))
    assert found.records[0].kind == "ticket"
    assert found.follow_ups == (FollowUp("conversations", "7", 1740830400),)
    missing = answer(b"", 404)
    assert DESK.judge(request, missing).verdict is Verdict.OK
    assert DESK.parse(request, missing) == Page((), None, done=True, follow_ups=(FollowUp("archived", "7"),))


def test_an_archived_ticket_is_read_with_its_conversations_and_a_gone_one_is_remembered():
    request = DESK.request("archived", None, 100, "7")
    found = DESK.parse(request, answer(ticket(7, archived=True)))
    assert found.follow_ups == (FollowUp("archived_conversations", "7", 1740830400),)
    assert found.notes == ("id-gap audit: an archived ticket",)
    gone = answer(b"", 404)
    assert DESK.judge(request, gone).verdict is Verdict.OK
    assert DESK.parse(request, gone) == Page((), None, done=True, notes=("id-gap audit: gone for good",))


def test_the_audit_probes_the_newest_unseen_numbers_within_its_budget():
    known = ["9", "3", "5", "4", "x", "²"]
    assert [f.subject for f in DESK.sweep(known).probes] == ["8", "7", "6", "2", "1"]
    assert DESK.sweep(known).left == 0
    assert acme(gap_budget="2").sweep(known) == Sweep((FollowUp("probe", "8"), FollowUp("probe", "7")), 3)
    assert acme(gap_budget="0").sweep(known) == Sweep()
    assert DESK.sweep([]) == Sweep()
    far = DESK.sweep(["99999999999"])
    assert (len(far.probes), far.left) == (1000, 99_999_998_998)


def code(name: str, field: str = "x") -> dict[str, object]:
    return {"description": "Validation failed", "errors": [{"field": field, "message": "Ann's words", "code": name}]}


@pytest.mark.parametrize(
    ("stream", "status", "body", "verdict", "reason"),
    [
        ("tickets", 200, [], Verdict.OK, ""),
        ("tickets", 200, b"  <html>we are down</html>", Verdict.RETRY, "the answer is not JSON"),
        ("tickets", 200, b"", Verdict.RETRY, "the answer is not JSON"),
        ("tickets", 400, code("invalid_value", "page"), Verdict.OK, ""),
        ("tickets", 400, code("invalid_field", "since"), Verdict.DEAD, "HTTP 400 invalid_field"),
        ("tickets", 400, b"nonsense", Verdict.DEAD, "HTTP 400"),
        ("tickets", 401, {"code": "invalid_credentials", "message": "…"}, Verdict.ABORT, "HTTP 401"),
        ("tickets", 403, {"code": "access_denied", "message": "…"}, Verdict.ABORT, "HTTP 403 access_denied"),
        ("ratings", 403, {"code": "require_feature", "message": "…"}, Verdict.SKIP, "HTTP 403 require_feature"),
        ("agents", 403, b"", Verdict.SKIP, "HTTP 403"),
        ("conversations", 404, b"", Verdict.GONE, "HTTP 404"),
        ("conversations", 403, {"code": "access_denied"}, Verdict.GONE, "HTTP 403 access_denied"),
        ("conversations", 403, {"code": "account_suspended"}, Verdict.ABORT, "HTTP 403 account_suspended"),
        ("conversations", 405, b"", Verdict.DEAD, "HTTP 405"),
        ("probe", 403, b"", Verdict.GONE, "HTTP 403"),
        ("activities", 404, b"", Verdict.OK, ""),
        ("activities", 403, b"", Verdict.SKIP, "HTTP 403"),
        ("tickets", 503, b"<html>", Verdict.RETRY, "HTTP 503"),
    ],
)
def test_what_an_answer_means(stream, status, body, verdict, reason):
    subject = "7" if stream in ("conversations", "probe") else None
    outcome = DESK.judge(DESK.request(stream, None, 100, subject), answer(body, status))
    assert (outcome.verdict, outcome.reason) == (verdict, reason)


def test_the_reason_of_a_refusal_never_repeats_what_the_vendor_wrote_in_words():
    body = {"errors": [{"field": "f", "message": "m", "code": "Dear Ann"}, {"code": "invalid_value"}, {"code": 5}]}
    outcome = DESK.judge(DESK.request("tickets", None, 100), answer(body, 400))
    assert outcome.reason == "HTTP 400 invalid_value"


def test_a_signed_file_is_judged_by_its_status_alone():
    request = Request("activities", "", "files", external_url="https://files.example.net/a?sig=1")
    assert DESK.judge(request, answer(b"<Error/>", 503)).verdict is Verdict.RETRY
    assert DESK.judge(request, answer({"activities_data": []})).verdict is Verdict.OK


def test_a_429_says_how_long_everybody_waits():
    outcome = DESK.judge(DESK.request("tickets", None, 100), answer(b"", 429, retry_after="17"))
    assert (outcome.verdict, outcome.wait_s) == (Verdict.LIMITED, 17.0)


def test_the_headers_tell_the_accounts_credits_and_by_the_plan_the_limit_of_the_list():
    asked = DESK.who_am_i()
    told = list(DESK.budget(asked, answer([], x_ratelimit_total="400", x_ratelimit_remaining="317")))
    assert told == [Budget("account", 400, 317), Budget("list", 100)]
    assert list(DESK.budget(asked, answer([], x_ratelimit_total="3000", x_ratelimit_remaining="9"))) == [
        Budget("account", 3000, 9)
    ]
    assert list(DESK.budget(asked, answer([], x_ratelimit_total="many"))) == []


def test_the_key_is_the_user_of_a_basic_authorization():
    assert DESK.sign_in("api_key", {"API_KEY": "k3y"}) == Token({"Authorization": "Basic azN5Olg="})
    assert "azN5" not in repr(DESK.sign_in("api_key", {"API_KEY": "k3y"}))
    with pytest.raises(ConfigError):
        DESK.sign_in("oauth", {})
    with pytest.raises(AuthError):
        DESK.token(answer({}))


def test_who_the_key_belongs_to():
    assert DESK.who_am_i().path == "/api/v2/agents/me"
    me = {"id": 11, "type": "support_agent", "contact": {"name": "Imke Torvald"}}
    assert DESK.identity(answer(me)) == Identity("11", "Imke Torvald", "support_agent")
    assert DESK.identity(answer({"code": "x"}, 401)) is None
    assert DESK.identity(answer(b"", 404)) is None
    assert DESK.identity(answer({})) is None


def test_the_address_is_the_vendors_own_or_a_safe_replacement():
    assert DESK.base_url() == "https://acme.freshdesk.com"
    local = connector(Account(vendor="freshdesk", name="acme", base_url="http://127.0.0.1:8080"))
    assert local.base_url() == "http://127.0.0.1:8080"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"colour": "red"}, "no option 'colour'"),
        ({"requester": "maybe"}, "'requester' is yes or no"),
        ({"gap_budget": "-1"}, "'gap_budget' is a whole number"),
        ({"statuses": "6"}, "'statuses' is a list"),
        ({"statuses": "6=sleeping"}, "'statuses' gives statuses of ours"),
        ({"ai_weights": "smell=0.5"}, "'ai_weights' knows"),
        ({"ai_weights": "tag=2"}, "'ai_weights' takes numbers from 0 to 1"),
        ({"ai_threshold": "high"}, "'ai_threshold' takes numbers from 0 to 1"),
    ],
)
def test_an_option_that_cannot_be_read_is_named_before_anything_is_sent(options, message):
    with pytest.raises(ConfigError, match=message):
        acme(**options)


def test_streams_the_account_does_not_want_are_left_out():
    names = {stream.name for stream in acme(activities="no").streams}
    assert "activities" not in names
    assert "companies" not in names
    assert "companies" in {stream.name for stream in acme(AccountConfig(tier_field="account_tier")).streams}


def test_only_what_shapes_tickets_counts_as_a_change_of_the_directory():
    agent = {"id": 11, "updated_at": "x", "contact": {"name": "Imke", "email": "i@example.com", "last_login_at": "y"}}
    assert DESK.shape("agent", agent) == "Imke i@example.com"
    assert DESK.shape("group", {"id": 1, "name": "Billing", "updated_at": "x"}) == "Billing"
    assert DESK.shape("survey", {"questions": [{"accepted_ratings": [1, 2, 3]}]}) == "[[1, 2, 3]]"
    assert DESK.shape("ticket_field", {"choices": {"2": ["Open"]}}) == "{'2': ['Open']}"


def test_the_directory_records_a_ticket_needs_are_named():
    records = {
        "ticket": [ticket(7, responder_id=11, group_id=4, company_id=5)],
        "conversation": [conversation(1, "09:00:00", "hi", user=12)],
        "rating": [{"agent_id": 11, "survey_id": 3}],
        "activity": [{"performer_id": 13, "activity": {"agent_id": 14}}],
    }
    named = set(DESK.people(records))
    assert {("agent", str(key)) for key in (11, 12, 13, 14, 900)} | {
        ("group", "4"),
        ("company", "5"),
        ("survey", "3"),
    } <= named
    assert ("ticket_field", "default_status") in named


def test_of_a_tickets_bytes_only_its_company_has_to_be_looked_up_and_only_where_companies_are_read():
    tiered = acme(AccountConfig(tier_field="account_tier"))
    payloads = {"ticket": [json.dumps(ticket(7, company_id=5)).encode(), b'{"id": 8}'], "conversation": [b"{}"]}
    assert list(tiered.people_in(payloads)) == [("company", "5")]
    assert list(DESK.people_in(payloads)) == []
    assert {kind for kind, _ in DESK.people({"ticket": [ticket(7)]})} <= {*DESK.shaping_kinds, "company"}


def test_a_ticket_whose_conversations_vanished_is_looked_up_in_the_archive():
    def gaps(gone: dict[str, int], **fields: object) -> list[FollowUp]:
        bundle = Bundle("7", {"ticket": [ticket(7, **fields)]}, STAFF, "acme", gone=gone)
        found = DESK.normalize(bundle)
        assert found is not None
        return list(DESK.gaps(bundle, found))

    assert gaps({"conversations": 404}) == [FollowUp("archived_conversations", "7", 1740830400)]
    assert gaps({"conversations": 404}, deleted=True) == []
    assert gaps({}) == []


def test_parse_is_pure():
    request = DESK.request("tickets", None, 100)
    response = answer(json.dumps([ticket(1), ticket(2)]).encode())
    assert DESK.parse(request, response) == DESK.parse(request, response)
