"""What is asked of Zendesk, and from where it goes on."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime

import pytest

from clonedesk_connectors.errors import AuthError, ConfigError
from clonedesk_connectors.protocol import Account, Connector, Request, Sweep, Token
from clonedesk_connectors.vendors.zendesk import connector
from tests.zendesk.helpers import ZENDESK, ask, response

SINCE = datetime(2026, 1, 1, tzinfo=UTC)


def test_it_is_a_connector() -> None:
    assert isinstance(ZENDESK, Connector)


def test_the_address_is_the_subdomain_of_the_account() -> None:
    assert ZENDESK.base_url() == "https://hollowbrook.zendesk.com"


def test_the_account_may_name_another_address() -> None:
    account = Account(vendor="zendesk", name="hollowbrook", base_url="http://127.0.0.1:8080")
    assert connector(account).base_url() == "http://127.0.0.1:8080"


def test_tickets_of_every_support_type_are_asked_for_with_all_they_need() -> None:
    request = ask("tickets", "start_time=1767225600", size=1000)
    assert request.path == "/api/v2/incremental/tickets/cursor"
    assert dict(request.params) == {
        "start_time": "1767225600",
        "per_page": "1000",
        "support_type_scope": "all",
        "include": "users,groups,organizations,brands,custom_statuses,metric_sets,comment_count",
    }


def test_a_vendor_cursor_is_sent_as_it_came_and_the_scope_with_it() -> None:
    params = dict(ask("tickets", "MTY5NTA1MjY2My4wfHwyOHw=").params)
    assert params["cursor"] == "MTY5NTA1MjY2My4wfHwyOHw="
    assert params["support_type_scope"] == "all"
    assert "start_time" not in params


def test_the_scope_pass_asks_for_ai_agent_tickets_and_nothing_beside() -> None:
    assert dict(ask("tickets_ai", None, size=500).params) == {
        "start_time": "0",
        "per_page": "500",
        "support_type_scope": "ai_agent",
    }


def test_events_are_asked_for_with_their_comments() -> None:
    assert dict(ask("ticket_events", '{"end_time":1767225600,"seen":["9"]}', size=1000).params) == {
        "start_time": "1767225600",
        "include": "comment_events",
        "per_page": "1000",
        "support_type_scope": "all",
    }


def test_staff_is_asked_for_by_both_roles() -> None:
    assert ask("users", "abc").params == (
        ("role[]", "agent"),
        ("role[]", "admin"),
        ("page[size]", "100"),
        ("page[after]", "abc"),
    )


def test_a_subject_cannot_leave_its_place_in_the_path() -> None:
    assert ask("audits", None, "7/../../users").path == "/api/v2/tickets/7%2F..%2F..%2Fusers/audits"


def test_surveys_are_asked_for_in_milliseconds() -> None:
    params = dict(ask("survey_responses", '{"start":1767225600,"newest":1767225600}').params)
    assert params["filter[created_at_start]"] == "1767225600000"


@pytest.mark.parametrize(
    ("stream", "cursor"),
    [
        ("tickets", "start_time=1767225600"),
        ("tickets_ai", "start_time=1767225600"),
        ("ticket_events", '{"end_time":1767225600,"seen":[]}'),
        ("satisfaction_ratings", '{"start":1767225600,"newest":1767225600}'),
        ("groups", None),
    ],
)
def test_a_first_run_starts_at_the_given_time(stream: str, cursor: str | None) -> None:
    assert ZENDESK.first_cursor(stream, SINCE) == cursor


def test_an_oauth_client_is_exchanged_for_a_reading_token() -> None:
    request = ZENDESK.sign_in("oauth_client", {"CLIENT_ID": "c", "CLIENT_SECRET": "s"})
    assert isinstance(request, Request)
    assert (request.method, request.path) == ("POST", "/oauth/tokens")
    assert request.body == {
        "grant_type": "client_credentials",
        "client_id": "c",
        "client_secret": "s",
        "scope": "read",
    }


def test_the_scope_can_be_widened_by_an_option() -> None:
    account = Account(vendor="zendesk", name="hollowbrook", options={"oauth_scope": "read tickets:write"})
    request = connector(account).sign_in("oauth_client", {"CLIENT_ID": "c", "CLIENT_SECRET": "s"})
    assert isinstance(request, Request)
    assert isinstance(request.body, dict)
    assert request.body["scope"] == "read tickets:write"


def test_a_granted_token_is_a_bearer_token_with_its_life() -> None:
    answer = response({"access_token": "abc", "token_type": "bearer", "scope": "read", "expires_in": 7200})
    assert ZENDESK.token(answer) == Token({"Authorization": "Bearer abc"}, 7200.0, ("read",))


@pytest.mark.parametrize("body", [{"error": "invalid_client", "error_description": "x"}, b"<html>", {}])
def test_a_refused_exchange_is_an_auth_error_without_the_vendors_prose(body: object) -> None:
    with pytest.raises(AuthError, match=r"^zendesk gave no access token: HTTP 401( invalid_client)?$"):
        ZENDESK.token(response(body, 401))


def test_a_legacy_token_is_basic_authentication() -> None:
    token = ZENDESK.sign_in("api_token", {"EMAIL": "ann@example.com", "TOKEN": "t"})
    assert isinstance(token, Token)
    word, _, pair = token.headers["Authorization"].partition(" ")
    assert (word, base64.b64decode(pair).decode()) == ("Basic", "ann@example.com/token:t")


def test_a_ready_token_is_used_as_it_is_and_never_shown() -> None:
    token = ZENDESK.sign_in("oauth_token", {"OAUTH_TOKEN": "abc"})
    assert token == Token({"Authorization": "Bearer abc"})
    assert "abc" not in repr(token)


def test_an_unknown_way_to_sign_in_is_a_settings_error() -> None:
    with pytest.raises(ConfigError, match="'password'"):
        ZENDESK.sign_in("password", {})


def test_the_answer_to_who_am_i_names_the_user_and_the_role() -> None:
    assert ZENDESK.who_am_i().path == "/api/v2/users/me"
    identity = ZENDESK.identity(response({"user": {"id": 801, "name": "Ann Bell", "role": "admin"}}))
    assert identity is not None
    assert (identity.id, identity.name, identity.role) == ("801", "Ann Bell", "admin")


@pytest.mark.parametrize(
    "answer",
    [
        response({"user": {"id": None, "name": "Anonymous user", "role": "end-user"}}),
        response({"user": {"id": 801, "name": "Ann Bell"}}),
        response({"user": {"id": 801, "role": "admin"}}, 401),
        response(b"<html>"),
    ],
    ids=["anonymous", "no role", "refused", "not JSON"],
)
def test_an_answer_that_proves_nothing_is_nobody(answer: object) -> None:
    assert ZENDESK.identity(answer) is None  # type: ignore[arg-type]


def test_what_matters_of_a_directory_record_leaves_out_what_moves_by_itself() -> None:
    ann = {"id": 801, "role": "agent", "default_group_id": 52, "name": "Ann", "last_login_at": "2026-03-02T10:00:00Z"}
    assert ZENDESK.shape("staff", ann) == "agent|52|Ann"
    assert ZENDESK.shape("custom_status", {"id": 71, "status_category": "hold", "default": False}) == "hold|False"
    assert ZENDESK.shape("scope_pass", {"end_of_stream": True}) == ""


def test_the_exports_need_no_sweep() -> None:
    assert ZENDESK.sweep(["7", "9"]) == Sweep()


def test_our_own_positions_are_plain_json() -> None:
    position = ZENDESK.first_cursor("ticket_events", None)
    assert position is not None
    assert json.loads(position) == {"end_time": 0, "seen": []}
