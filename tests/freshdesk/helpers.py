"""Small invented Freshdesk answers, and a list that behaves like the vendor's."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from clonedesk_connectors.model import Ticket
from clonedesk_connectors.protocol import Account, AccountConfig, Bundle, Page, Request, Response, from_json, to_json
from clonedesk_connectors.text.times import unix_s
from clonedesk_connectors.vendors.freshdesk import FreshdeskConnector, connector

Json = dict[str, Any]
T0 = unix_s("2025-03-01T08:00:00Z")


def iso(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def acme(config: AccountConfig | None = None, **options: str) -> FreshdeskConnector:
    return connector(Account(vendor="freshdesk", name="acme", options=options, config=config or AccountConfig()))


def answer(body: object, status: int = 200, **headers: str) -> Response:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Response(status, {name.replace("_", "-"): value for name, value in headers.items()}, raw)


class People:
    """A directory: agents, groups, fields and surveys by kind and id."""

    def __init__(self, *, agents: Mapping[int, str] = {}, **kinds: Mapping[str, Json]) -> None:
        self.kinds: dict[str, Mapping[str, Json]] = dict(kinds)
        self.kinds["agent"] = {
            str(key): {"id": key, "contact": {"name": name, "email": f"agent{key}@example.com"}}
            for key, name in agents.items()
        }

    def get(self, kind: str, native_id: object) -> Json | None:
        return self.kinds.get(kind, {}).get(str(native_id))


def ticket(key: int = 7, **fields: Any) -> Json:
    """A ticket as the list shows it: e-mail, opened 2025-03-01 08:00 UTC by requester 900."""
    made: Json = {
        "id": key,
        "requester_id": 900,
        "responder_id": None,
        "group_id": None,
        "status": 2,
        "priority": 1,
        "source": 1,
        "subject": "Where is my parcel",
        "description": "<div>Where is my parcel?</div>",
        "description_text": "Where is my parcel?",
        "cc_emails": None,
        "tags": [],
        "custom_fields": {},
        "spam": False,
        "created_at": "2025-03-01T08:00:00Z",
        "updated_at": "2025-03-01T12:00:00Z",
    }
    return made | fields


def conversation(key: int, at: str, body: str, *, user: int | None = 11, **fields: Any) -> Json:
    """A reply by agent 11 at a time of day on 2025-03-01."""
    made: Json = {
        "id": key,
        "user_id": user,
        "incoming": False,
        "private": False,
        "source": 0,
        "category": 3,
        "body": f"<div>{body}</div>",
        "body_text": body,
        "attachments": [],
        "created_at": f"2025-03-01T{at}Z",
        "updated_at": f"2025-03-01T{at}Z",
    }
    return made | fields


STAFF = People(agents={11: "Imke Torvald", 12: "Freddy AI Agent"})


def read(
    head: Json,
    conversations: Iterable[Json] = (),
    *,
    desk: FreshdeskConnector | None = None,
    people: People = STAFF,
    gone: Mapping[str, int] = {},
    **kinds: list[Json],
) -> Ticket:
    desk = desk or acme()
    records = {"ticket": [head], "conversation": list(conversations), **kinds}
    found = desk.normalize(Bundle(str(head["id"]), records, people, "acme", desk.account.config, gone))
    assert found is not None
    return found


class Shelf:
    """The vendor's ticket list over (updated_at, id) rows that may move between requests.

    inclusive: whether `updated_since` includes its own second. disturb: called before each request with the rows.
    """

    def __init__(
        self,
        rows: Mapping[int, int],
        *,
        inclusive: bool = True,
        disturb: Callable[[dict[int, int], int], None] | None = None,
        order: Callable[[int, int], Any] = lambda key, at: (at, key),
        wall: int = 300,
    ) -> None:
        self.rows, self.inclusive, self.disturb, self.order, self.wall = dict(rows), inclusive, disturb, order, wall
        self.requests: list[Request] = []

    def send(self, request: Request) -> Response:
        self.requests.append(from_json(Request, to_json(request)))
        if self.disturb:
            self.disturb(self.rows, len(self.requests))
        params = dict(request.params)
        page, size = int(params["page"]), int(params["per_page"])
        if page > self.wall:
            return answer({"errors": [{"field": "page", "message": "too far", "code": "invalid_value"}]}, 400)
        since = unix_s(params["updated_since"]) - (1 if self.inclusive else 0)
        found = sorted((key for key, at in self.rows.items() if at > since), key=lambda k: self.order(k, self.rows[k]))
        shown = found[(page - 1) * size : page * size]
        link = {"link": '<https://acme.freshdesk.com/x?page=2>; rel="next"'} if len(found) > page * size else {}
        return answer([{"id": key, "updated_at": iso(self.rows[key])} for key in shown], **link)


def walk(
    desk: FreshdeskConnector, shelf: Shelf, cursor: str | None, *, sizes: Iterable[int] = (), limit: int = 3000
) -> tuple[dict[int, int], str, list[str]]:
    """Drive one stream to its end: (newest version seen by id, the cursor of the next run, notes)."""
    seen: dict[int, int] = {}
    notes: list[str] = []
    plan = iter(sizes)
    for _ in range(limit):
        request = desk.request("tickets", cursor, next(plan, 100))
        page: Page = desk.parse(request, shelf.send(request))
        for record in page.records:
            seen[int(record.id)] = max(seen.get(int(record.id), 0), record.version)
        notes += page.notes
        assert page.cursor is not None
        assert page.done or page.cursor != cursor
        cursor = page.cursor
        if page.done:
            return seen, cursor, notes
    raise AssertionError("the walk does not end")
