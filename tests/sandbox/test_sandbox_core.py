"""What every sandbox shares: limits, faults, credentials, the log and the real server."""

import base64
import gzip
import io
import json
import threading
from typing import Any

import httpx
import pytest

from clonedesk_connectors.testing import sandbox
from clonedesk_connectors.testing.sandbox import ZendeskSandbox, faults
from clonedesk_connectors.testing.sandbox.__main__ import main
from clonedesk_connectors.testing.sandbox.calls import Reply
from clonedesk_connectors.testing.sandbox.faults import Faults, Rule
from clonedesk_connectors.testing.sandbox.limits import Limit, Limits
from clonedesk_connectors.testing.sandbox.timeline import Timeline
from clonedesk_connectors.testing.world import World
from tests.sandbox.client import Clock, basic, get, send

EXPORT = "/api/v2/incremental/tickets/cursor?start_time=0&per_page=3"
WORLD = World(seed=7, tickets=40)


def desk(*rules: Rule, clock: Clock | None = None, limits: Any = "none", token_ttl_s: float = 3600) -> ZendeskSandbox:
    return ZendeskSandbox(WORLD, faults=Faults(*rules), clock=clock or Clock(), limits=limits, token_ttl_s=token_ttl_s)


def answers(*rules: Rule, path: str = EXPORT) -> Reply:
    return send(desk(*rules), "GET", path)


# --- limits ---


def test_the_eleventh_export_in_a_minute_is_refused_and_noted() -> None:
    clock = Clock()
    helpdesk = desk(clock=clock, limits="enterprise")
    for _ in range(10):
        clock.now_s += 1
        assert send(helpdesk, "GET", EXPORT).status == 200
    clock.now_s += 9.5
    refused = send(helpdesk, "GET", EXPORT)
    assert (refused.status, refused.headers["retry-after"]) == (429, "42")
    assert refused.headers["zendesk-ratelimit-incremental-exports"] == "total=10; remaining=0; resets=42"
    assert [seen.path for seen in helpdesk.violations] == ["/api/v2/incremental/tickets/cursor"]
    clock.now_s += 42
    assert send(helpdesk, "GET", EXPORT).status == 200
    assert len(helpdesk.violations) == 1


def test_every_answer_tells_the_state_of_the_account() -> None:
    reply = send(desk(limits="team"), "GET", "/api/v2/groups")
    assert reply.headers == {
        "x-rate-limit": "200",
        "ratelimit-limit": "200",
        "x-rate-limit-remaining": "199",
        "ratelimit-remaining": "199",
        "ratelimit-reset": "60",
    }


@pytest.mark.parametrize(
    ("method", "path", "buckets"),
    [
        ("GET", "/api/v2/incremental/ticket_events.json", ("account", "incremental-exports")),
        ("GET", "/api/v2/incremental/users/cursor.json", ("account", "incremental-exports-cursor")),
        ("GET", "/api/v2/tickets/5/audits", ("account", "ticket-audits")),
        ("PUT", "/api/v2/tickets/5.json", ("account", "tickets-update", "ticket-update/5")),
        ("GET", "/api/v2/tickets/5.json", ("account",)),
    ],
)
def test_endpoints_count_against_their_own_buckets(method: str, path: str, buckets: tuple[str, ...]) -> None:
    helpdesk = desk(limits="high_volume")
    send(helpdesk, method, path)
    assert helpdesk.log[-1].buckets == buckets


def test_a_call_takes_from_all_its_buckets_or_from_none() -> None:
    limits = Limits({"big": Limit(10), "small": Limit(1, 600)}, Clock())
    assert limits.spend(("big", "small/7", "unlimited")) is None
    assert limits.spend(("big", "small/7")) == 600
    assert limits.spend(("big", "small/8"), cost=1) is None
    assert limits.spend(("big",), cost=9) == 60
    standing = limits.standing("big")
    assert standing is not None
    assert standing.remaining == 8


# --- credentials ---


def token(helpdesk: ZendeskSandbox, scope: str = "read") -> Reply:
    body = {
        "grant_type": "client_credentials",
        "client_id": helpdesk.client_id,
        "client_secret": helpdesk.client_secret,
        "scope": scope,
    }
    return send(helpdesk, "POST", "/oauth/tokens", body, headers={})


def bearer(helpdesk: ZendeskSandbox, scope: str = "read") -> dict[str, str]:
    return {"authorization": f"Bearer {token(helpdesk, scope).body['access_token']}"}


def test_users_me_answers_200_to_anybody() -> None:
    helpdesk = desk()
    wrong = {"authorization": "Basic " + base64.b64encode(b"nobody:nothing").decode()}
    assert send(helpdesk, "GET", "/api/v2/users/me.json", headers={}).body["user"]["id"] is None
    assert send(helpdesk, "GET", "/api/v2/users/me.json", headers=wrong).body["user"]["name"] == "Anonymous user"
    assert get(helpdesk, "/api/v2/users/me.json")["user"]["role"] == "admin"


@pytest.mark.parametrize("value", ["", "Bearer nonsense", "Basic %%%", "Basic " + base64.b64encode(b"a:b").decode()])
def test_bad_credentials_are_401_everywhere_else(value: str) -> None:
    reply = send(desk(), "GET", EXPORT, headers={"authorization": value})
    assert (reply.status, reply.body) == (401, {"error": "Couldn't authenticate you"})


def test_a_token_expires_on_the_sandbox_clock() -> None:
    clock = Clock()
    helpdesk = desk(clock=clock, token_ttl_s=120)
    headers = bearer(helpdesk)
    assert send(helpdesk, "GET", EXPORT, headers=headers).status == 200
    clock.now_s += 120
    assert send(helpdesk, "GET", EXPORT, headers=headers).status == 401
    assert send(helpdesk, "GET", EXPORT, headers=bearer(helpdesk)).status == 200


def test_tokens_need_the_right_client_and_grant() -> None:
    helpdesk = desk()
    assert send(helpdesk, "POST", "/oauth/tokens", {"grant_type": "password"}, headers={}).status == 400
    wrong = {"grant_type": "client_credentials", "client_id": "x", "client_secret": "y"}
    assert send(helpdesk, "POST", "/oauth/tokens", wrong, headers={}).status == 401
    assert token(helpdesk, "read tickets:read").status == 400
    assert token(helpdesk, "read tickets:write").body["scope"] == "read tickets:write"


@pytest.mark.parametrize(
    ("scope", "method", "path", "status"),
    [
        ("tickets:read", "GET", "/api/v2/tickets/1", 200),
        ("tickets:read", "GET", "/api/v2/tickets/1/audits", 403),
        ("tickets:read", "GET", "/api/v2/users", 403),
        ("read", "GET", "/api/v2/tickets/1/audits", 200),
        ("read", "PUT", "/api/v2/tickets/1", 403),
        ("read tickets:write", "PUT", "/api/v2/tickets/9999", 404),
        ("read made:up", "GET", "/api/v2/tickets/1", 403),
    ],
)
def test_scopes_decide(scope: str, method: str, path: str, status: int) -> None:
    helpdesk = desk()
    body = {"ticket": {"status": "open"}} if method == "PUT" else None
    assert send(helpdesk, method, path, body, headers=bearer(helpdesk, scope)).status == status


def test_the_log_knows_who_carried_credentials() -> None:
    helpdesk = desk()
    send(helpdesk, "GET", "/api/v2/groups?page[size]=5", headers={})
    send(helpdesk, "GET", "/api/v2/groups")
    assert [(seen.query, seen.status, seen.credentialed) for seen in helpdesk.log] == [
        ("page[size]=5", 401, False),
        ("", 200, True),
    ]


# --- faults ---


def test_a_rule_counts_the_requests_it_matches() -> None:
    helpdesk = desk(
        Rule(faults.server_error(503), path="/api/v2/incremental/*", nth={2}),
        Rule(faults.server_error(500), path="/api/v2/groups", every=3),
        Rule(faults.forbidden(), query="page[size]=1"),
    )
    assert [send(helpdesk, "GET", EXPORT).status for _ in range(3)] == [200, 503, 200]
    assert [send(helpdesk, "GET", "/api/v2/groups").status for _ in range(6)] == [200, 200, 500, 200, 200, 500]
    assert send(helpdesk, "GET", "/api/v2/brands?page[size]=1").status == 403
    helpdesk.faults.clear()
    assert send(helpdesk, "GET", "/api/v2/brands?page[size]=1").status == 200


def test_429_comes_with_seconds_a_date_or_nothing() -> None:
    assert answers(Rule(faults.rate_limited(17))).headers["retry-after"] == "17"
    dated = answers(Rule(faults.rate_limited(60, date_from_s=0)))
    assert dated.headers["retry-after"] == "Thu, 01 Jan 1970 00:01:00 GMT"
    bare = answers(Rule(faults.rate_limited(None, html=True)))
    assert (bare.status, "retry-after" in bare.headers, bare.headers["content-type"]) == (429, False, "text/html")


@pytest.mark.parametrize(
    ("action", "status", "start"),
    [
        (faults.server_error(502, html=True), 502, b"<!DOCTYPE"),
        (faults.server_error(500), 500, b'{"error"'),
        (faults.html_page(), 200, b"<!DOCTYPE"),
        (faults.empty_body(), 200, b""),
        (faults.not_found(), 404, b'{"error":"RecordNotFound"'),
        (faults.forbidden(), 403, b'{"error":{"title"'),
        (faults.wrong_type(), 200, b'[{"tickets"'),
        (faults.truncated_json(), 200, b'{"tickets"'),
        (faults.redirect("http://127.0.0.1:9/"), 302, b""),
    ],
)
def test_an_answer_can_be_anything(action: faults.Action, status: int, start: bytes) -> None:
    reply = answers(Rule(action))
    assert reply.status == status
    assert reply.encoded()[: len(start) or None] == start


def test_truncated_json_is_not_json() -> None:
    body = answers(Rule(faults.truncated_json())).encoded()
    with pytest.raises(ValueError, match=r"Unterminated|Expecting"):
        json.loads(body)


def test_a_gzip_bomb_is_small_until_it_is_opened() -> None:
    reply = answers(Rule(faults.gzip_bomb(1_000_000)))
    assert reply.headers["content-encoding"] == "gzip"
    assert len(reply.encoded()) < 5_000
    assert len(gzip.GzipFile(fileobj=io.BytesIO(reply.encoded())).read()) == 1_000_002


def test_values_can_be_set_and_dropped_anywhere() -> None:
    helpdesk = desk(
        Rule(faults.set_value("tickets.*.via.channel", "carrier_pigeon"), nth={1}),
        Rule(faults.set_value("tickets.0.created_at", "yesterday"), nth={2}),
        Rule(faults.drop_value("tickets.*.status"), nth={3}),
        Rule(faults.set_value("tickets.99.status", None), nth={4}),
        Rule(faults.drop_value("no.such.thing"), nth={5}),
    )
    first, second, third, fourth, fifth = (send(helpdesk, "GET", EXPORT).body for _ in range(5))
    assert {row["via"]["channel"] for row in first["tickets"]} == {"carrier_pigeon"}
    assert second["tickets"][0]["created_at"] == "yesterday"
    assert all("status" not in row for row in third["tickets"])
    assert fourth == fifth


def test_edits_leave_errors_alone() -> None:
    reply = answers(Rule(faults.wrong_type()), path="/api/v2/tickets/9999")
    assert reply.body["error"] == "RecordNotFound"


def test_rows_of_a_page_can_come_again_on_the_next() -> None:
    helpdesk = desk(Rule(faults.duplicate_rows(2)))
    first = send(helpdesk, "GET", EXPORT).body
    second = send(helpdesk, "GET", f"{EXPORT}&cursor={first['after_cursor']}").body
    ids = [row["id"] for row in second["tickets"]]
    assert ids[:2] == [row["id"] for row in first["tickets"]][-2:]
    assert len(ids) == 5


def test_only_small_pages_work() -> None:
    rule = Rule(faults.only_small_pages(3, default=1000))
    assert answers(rule).status == 200
    assert answers(rule, path=EXPORT.replace("per_page=3", "per_page=4")).status == 504
    assert answers(rule, path="/api/v2/incremental/tickets/cursor?start_time=0").status == 504
    assert answers(rule, path="/api/v2/groups?page[size]=3").status == 200


def test_a_cursor_can_stand_still() -> None:
    stuck = Rule(faults.repeat_cursor())
    cursor = answers().body["after_cursor"]
    assert answers(stuck, path=f"/api/v2/incremental/tickets/cursor?cursor={cursor}").body["after_cursor"] == cursor
    events = answers(stuck, path="/api/v2/incremental/ticket_events?start_time=5").body
    assert (events["end_time"], events["end_of_stream"]) == (5, False)
    place = answers(path="/api/v2/users?page[size]=2").body["meta"]["after_cursor"]
    users = answers(stuck, path=f"/api/v2/users?page[size]=2&page[after]={place}").body
    assert users["meta"] == {"has_more": True, "after_cursor": place, "before_cursor": None}


def test_links_can_lead_away() -> None:
    body = answers(Rule(faults.foreign_next("https://evil.example"))).body
    assert body["after_url"].startswith("https://evil.example/api/v2/incremental/tickets/cursor.json?")
    assert body["tickets"][0]["url"].startswith("http://desk.test/")


# --- the real thing ---


def test_it_answers_over_http_and_drops_connections_when_told() -> None:
    helpdesk = desk(Rule(faults.cut_body(), nth={2}), Rule(faults.hang(0.01), nth={3}))
    with helpdesk, httpx.Client(base_url=helpdesk.url, headers=basic(helpdesk), timeout=20) as client:
        good = client.get(EXPORT)
        assert good.headers["content-type"] == "application/json; charset=utf-8"
        assert len(good.json()["tickets"]) == 3
        assert good.json()["after_url"].startswith(helpdesk.url)
        with pytest.raises(httpx.RemoteProtocolError):
            client.get(EXPORT)
        assert client.get(EXPORT).status_code == 504
        note = client.put("/api/v2/tickets/9999", json={"ticket": {"status": "open"}})
        assert note.status_code == 404
    assert [seen.status for seen in helpdesk.log] == [200, 200, 504, 404]


def test_large_answers_are_compressed_for_callers_that_take_it() -> None:
    address = EXPORT.replace("per_page=3", "per_page=40")
    helpdesk = desk()
    with helpdesk, httpx.Client(base_url=helpdesk.url, headers=basic(helpdesk), timeout=20) as client:
        plain = client.get(address, headers={"Accept-Encoding": "identity"})
        packed = client.get(address, headers={"Accept-Encoding": "gzip"})
        small = client.get("/api/v2/users/me")
    assert [answer.headers.get("content-encoding") for answer in (plain, packed, small)] == [None, "gzip", None]
    assert packed.content == plain.content
    assert int(packed.headers["content-length"]) < len(plain.content) / 4


def test_closing_releases_a_hanging_request() -> None:
    helpdesk = desk(Rule(faults.hang()))
    reached = threading.Event()
    statuses: list[int] = []
    handle = helpdesk.handle

    def watched(call: Any) -> Reply:
        reply = handle(call)
        reached.set()
        return reply

    helpdesk.handle = watched  # type: ignore[method-assign]
    with helpdesk:
        url = helpdesk.url + EXPORT
        caller = threading.Thread(target=lambda: statuses.append(httpx.get(url, timeout=30).status_code))
        caller.start()
        assert reached.wait(20)
    caller.join(20)
    assert statuses == [504]


def test_the_command_prints_the_url_and_serves(capsys: pytest.CaptureFixture[str]) -> None:
    stop = threading.Event()
    stop.set()
    main(["zendesk", "--tickets", "5", "--seed", "3"], stop)
    assert capsys.readouterr().out.startswith("http://127.0.0.1:")


def test_the_command_knows_the_plans(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["zendesk", "--limits", "imaginary"])
    assert "zendesk has the limits team, growth" in capsys.readouterr().err


def test_the_package_offers_its_names_lazily() -> None:
    assert (sandbox.Faults, sandbox.Rule) == (Faults, Rule)
    with pytest.raises(AttributeError, match="no attribute 'Nothing'"):
        _ = sandbox.Nothing


def test_the_command_stops_on_ctrl_c(capsys: pytest.CaptureFixture[str]) -> None:
    class Interrupted(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            raise KeyboardInterrupt

    main(["zendesk", "--tickets", "5"], Interrupted())
    assert capsys.readouterr().out.endswith("stopped\n")


def test_a_timeline_takes_changes() -> None:
    timeline = Timeline([5, 1, 9])
    timeline.add(7)
    timeline.remove(5)
    timeline.remove(7)
    timeline.add(3)
    assert (list(timeline.walk(0)), list(timeline.walk(4)), len(timeline)) == ([1, 3, 9], [9], 3)
