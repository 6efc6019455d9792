"""Small builders for Zendesk records. Everything is invented; shapes are the vendor's."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from clonedesk_connectors.model import Ticket
from clonedesk_connectors.protocol import Account, AccountConfig, Bundle, Request, Response
from clonedesk_connectors.vendors.zendesk import ZendeskConnector, connector

DATA = Path(__file__).parent / "data"
ZENDESK = connector(Account(vendor="zendesk", name="hollowbrook"))

CUSTOMER, ANN, BOT, STRANGER = 901, 801, 802, 777
PEOPLE: dict[tuple[str, str], dict[str, Any]] = {
    ("user", "901"): {
        "id": 901,
        "role": "end-user",
        "name": "Corvin Ash",
        "email": "corvin@example.com",
        "locale": "de",
        "user_fields": {"tier": "gold"},
    },
    ("staff", "801"): {"id": 801, "role": "agent", "name": "Ann Bell", "default_group_id": 52},
    ("staff", "802"): {"id": 802, "role": "agent", "name": "Nova", "default_group_id": 51},
    ("custom_status", "71"): {"id": 71, "status_category": "pending"},
}


class Folk:
    """A directory in memory."""

    def __init__(self, people: Mapping[tuple[str, str], dict[str, Any]]) -> None:
        self.people = people

    def get(self, kind: str, native_id: object) -> dict[str, Any] | None:
        return self.people.get((kind, str(native_id)))


def load(name: str) -> Any:
    return json.loads((DATA / name).read_text())


def response(body: object, status: int = 200, **headers: str) -> Response:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Response(status, {name.replace("_", "-"): value for name, value in headers.items()}, raw)


def ask(stream: str, cursor: str | None = None, subject: str | None = None, size: int = 100) -> Request:
    return ZENDESK.request(stream, cursor, size, subject)


def header(**fields: Any) -> dict[str, Any]:
    """A ticket row of the export: open, by a customer, last changed at 10:30 on 2026-03-02."""
    return {
        "id": 7,
        "status": "open",
        "created_at": "2026-03-02T10:00:00Z",
        "updated_at": "2026-03-02T10:30:00Z",
        "generated_timestamp": 1772447400,
        "requester_id": CUSTOMER,
        "via": {"channel": "web", "source": {"from": {}, "to": {}, "rel": None}},
        "tags": [],
    } | fields


def row(minute: int, author: int, *children: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """One row of the ticket events export, `minute` minutes past 10."""
    at = f"2026-03-02T10:{minute:02d}:00Z"
    place = {"id": 1000 + minute, "ticket_id": 7, "created_at": at, "updater_id": author, "via": "Web form"}
    return place | {"event_type": "Audit", "child_events": list(children)} | fields


def comment(key: int, author: int, body: str = "Hello", **fields: Any) -> dict[str, Any]:
    return {
        "id": key,
        "event_type": "Comment",
        "author_id": author,
        "html_body": f"<p>{body}</p>",
        "plain_body": body,
        "public": True,
        "attachments": [],
    } | fields


def change(key: int, field: str, new: object, old: object = None, **fields: Any) -> dict[str, Any]:
    """A change in the bulk shape: the field is the key."""
    return {"id": key, "event_type": "Change", field: new, "previous_value": old} | fields


BY_RULE = {"channel": "rule", "source": {"from": {"id": 31, "title": "Escalate"}, "to": {}, "rel": "trigger"}}


def read(
    *rows: dict[str, Any],
    ticket: dict[str, Any] | None = None,
    config: AccountConfig | None = None,
    people: Mapping[tuple[str, str], dict[str, Any]] = PEOPLE,
    gone: Mapping[str, int] | None = None,
    by: ZendeskConnector = ZENDESK,
    **kinds: list[dict[str, Any]],
) -> Ticket:
    """Normalise a ticket from bulk rows and whatever other kinds of records are given."""
    ticket_of = by.normalize(bundle(*rows, ticket=ticket, config=config, people=people, gone=gone, **kinds))
    assert ticket_of is not None
    return ticket_of


def bundle(
    *rows: dict[str, Any],
    ticket: dict[str, Any] | None = None,
    config: AccountConfig | None = None,
    people: Mapping[tuple[str, str], dict[str, Any]] = PEOPLE,
    gone: Mapping[str, int] | None = None,
    **kinds: list[dict[str, Any]],
) -> Bundle:
    records = {"ticket": [ticket or header()], "ticket_event": list(rows), **kinds}
    return Bundle("7", records, Folk(people), "hollowbrook", config or AccountConfig(), gone or {})
