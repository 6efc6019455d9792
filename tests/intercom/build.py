"""Small invented Intercom JSON. T0 is 2026-03-01T08:00:00Z."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from clonedesk_connectors.model import Ticket
from clonedesk_connectors.protocol import Account, AccountConfig, Bundle, Response
from clonedesk_connectors.vendors.intercom import IntercomConnector, connector

Json = dict[str, Any]

T0 = 1772352000
CUSTOMER: Json = {"type": "user", "id": "6650c0ffee", "name": "Mira Holt", "email": "mira@example.com"}
FIN: Json = {
    "type": "bot",
    "id": "900",
    "name": "Fin",
    "email": "operator+demo@intercom.io",
    "from_ai_agent": True,
    "is_ai_answer": True,
}
WORKFLOW: Json = {**FIN, "name": "Operator", "from_ai_agent": False, "is_ai_answer": False}
ADA: Json = {"type": "admin", "id": "11", "name": "Ada Brook", "email": "ada@example.com"}
TEAMS = {"70": {"id": "70", "admin_ids": [11, 12]}, "71": {"id": "71", "admin_ids": []}, "72": {"id": "72"}}
ADMINS = {"11": ADA, "900": {"type": "admin", "id": "900", "email": "operator+demo@intercom.io"}}


def at(seconds: int) -> datetime:
    return datetime(2026, 3, 1, 8, tzinfo=UTC) + timedelta(seconds=seconds)


class Directory:
    def get(self, kind: str, native_id: object) -> Json | None:
        return {"team": TEAMS, "admin": ADMINS}.get(kind, {}).get(str(native_id))


def part(number: int, kind: str, author: Json, after: int, body: str | None = None, **more: Any) -> Json:
    return {
        "type": "conversation_part",
        "id": str(number),
        "part_type": kind,
        "body": body,
        "created_at": T0 + after,
        "updated_at": T0 + after,
        "assigned_to": None,
        "author": author,
        "attachments": [],
        "redacted": False,
        "app_package_code": None,
        **more,
    }


def conversation(*parts: Json, **more: Any) -> Json:
    return {
        "type": "conversation",
        "id": "500",
        "created_at": T0,
        "updated_at": T0 + 9000,
        "source": {
            "type": "conversation",
            "id": "s1",
            "delivered_as": "customer_initiated",
            "subject": "",
            "body": "<p>Where is my parcel?</p>",
            "author": CUSTOMER,
            "attachments": [],
        },
        "contacts": {"type": "contact.list", "contacts": [{"type": "contact", "id": "6650c0ffee"}]},
        "admin_assignee_id": 0,
        "team_assignee_id": 0,
        "state": "open",
        "statistics": None,
        "conversation_rating": None,
        "custom_attributes": {},
        "ai_agent": None,
        "ai_agent_participated": False,
        "conversation_parts": {
            "type": "conversation_part.list",
            "conversation_parts": list(parts),
            "total_count": len(parts),
        },
        **more,
    }


def item(**more: Any) -> Json:
    """The same conversation as a line of the search: everything but the parts."""
    row = conversation(**more)
    del row["conversation_parts"]
    return row


def intercom(config: AccountConfig | None = None, **account: Any) -> IntercomConnector:
    return connector(Account(vendor="intercom", name="acme", config=config or AccountConfig(), **account))


def normalise(
    *, config: AccountConfig | None = None, gone: dict[str, int] | None = None, **records: list[Json]
) -> Ticket | None:
    config = config or AccountConfig()
    bundle = Bundle("500", records, Directory(), "acme", config, gone or {})
    return intercom(config).normalize(bundle)


def ticket_of(*parts: Json, config: AccountConfig | None = None, **more: Any) -> Ticket:
    ticket = normalise(conversation=[conversation(*parts, **more)], config=config)
    assert ticket is not None
    return ticket


def kinds(ticket: Ticket) -> list[str]:
    return [event.kind for event in ticket.events]


def answer(body: object, status: int = 200, **headers: str) -> Response:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Response(status, {name.replace("_", "-"): value for name, value in headers.items()}, raw)
