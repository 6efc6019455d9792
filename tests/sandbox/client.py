"""A caller that talks to a sandbox without a socket, and a clock that only moves when told."""

import base64
import json
from typing import Any

from clonedesk_connectors.testing.sandbox.calls import Call, Reply
from clonedesk_connectors.testing.sandbox.server import Sandbox
from clonedesk_connectors.testing.sandbox.zendesk import ZendeskSandbox

BASE_URL = "http://desk.test"


class Clock:
    def __init__(self) -> None:
        self.now_s = 1_000_000.0

    def __call__(self) -> float:
        return self.now_s


def basic(helpdesk: ZendeskSandbox) -> dict[str, str]:
    pair = f"{helpdesk.email}/token:{helpdesk.api_token}"
    return {"authorization": "Basic " + base64.b64encode(pair.encode()).decode()}


def send(helpdesk: Sandbox, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> Reply:
    """Send one call; `path` may carry a query string."""
    path, _, query = path.partition("?")
    pairs = tuple((key, value) for key, _, value in (part.partition("=") for part in query.split("&") if part))
    if headers is None:
        assert isinstance(helpdesk, ZendeskSandbox)
        headers = basic(helpdesk)
    payload = b"" if body is None else json.dumps(body).encode()
    return helpdesk.handle(Call(method, path, pairs, headers, payload, BASE_URL))


def get(helpdesk: ZendeskSandbox, path: str) -> Any:
    """The JSON of a GET that must succeed, after a round trip over its bytes."""
    reply = send(helpdesk, "GET", path)
    assert reply.status == 200, reply.body
    return json.loads(reply.encoded())


def all_tickets(helpdesk: ZendeskSandbox, more: str = "&support_type_scope=all") -> list[Any]:
    rows: list[Any] = []
    place = "start_time=0"
    while True:
        page = get(helpdesk, f"/api/v2/incremental/tickets/cursor.json?{place}{more}")
        rows.extend(page["tickets"])
        if page["end_of_stream"]:
            return rows
        place = f"cursor={page['after_cursor']}"


def all_events(helpdesk: ZendeskSandbox, more: str = "&support_type_scope=all&include=comment_events") -> list[Any]:
    """Every event row once, walked the way the time-based pages ask for."""
    rows: dict[int, Any] = {}
    start_s = 0
    while True:
        page = get(helpdesk, f"/api/v2/incremental/ticket_events.json?start_time={start_s}{more}")
        rows.update((row["id"], row) for row in page["ticket_events"])
        if page["end_of_stream"]:
            return list(rows.values())
        assert page["end_time"] > start_s
        start_s = page["end_time"]
