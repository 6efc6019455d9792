"""Recorded answers of the real vendor and its API description, where this checkout has them beside it."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from clonedesk_connectors.model import Ticket
from clonedesk_connectors.protocol import Bundle, Page
from tests.zendesk.helpers import ZENDESK, Folk, ask, response

REAL = Path(__file__).parents[3] / "shared" / "vendors" / "data" / "zendesk"
pytestmark = pytest.mark.skipif(
    not REAL.is_dir(), reason=f"no recorded answers at ../{REAL.relative_to(REAL.parents[3])}"
)

KINDS = {"tickets": "ticket", "ticket_audits": "audit", "satisfaction_ratings": "satisfaction_rating"}
LISTS = ("tickets", "audits", "satisfaction_ratings", "users")


def recorded() -> Iterator[tuple[str, dict[str, Any]]]:
    """(request address, body) of every recorded answer that is an object."""
    for path in sorted((REAL / "recorded").glob("*.json")):
        for exchange in json.loads(path.read_text()):
            body = exchange["response"]["body"]
            if isinstance(body, dict):
                yield exchange["request"]["uri"], body


def rows_of(body: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for name in LISTS:
        for row in body.get(name) or ():
            yield name, row
    for single, name in (("ticket", "tickets"), ("audit", "audits"), ("user", "users")):
        if isinstance(body.get(single), dict):
            yield name, body[single]


class Pile:
    """Records of every ticket, as they are found."""

    def __init__(self) -> None:
        self.bundles: dict[str, dict[str, list[dict[str, Any]]]] = {}
        self.people: dict[tuple[str, str], dict[str, Any]] = {}
        self.records = 0

    def put(self, kind: str, ticket_id: object, record: dict[str, Any]) -> None:
        self.records += 1
        self.bundles.setdefault(str(ticket_id), {}).setdefault(kind, []).append(record)

    def add(self, name: str, row: dict[str, Any]) -> None:
        if name == "users":
            self.people["user", str(row["id"])] = row
        elif name == "tickets":
            self.put("ticket", row["id"], row)
        else:
            self.put({"audits": "audit", "satisfaction_ratings": "satisfaction_rating"}[name], row["ticket_id"], row)

    def tickets(self) -> Iterator[Ticket]:
        for ticket_id, records in self.bundles.items():
            # Histories were recorded without their tickets; a header of nothing but a number must do.
            whole = {"ticket": [{"id": ticket_id}], **records}
            ticket = ZENDESK.normalize(Bundle(ticket_id, whole, Folk(self.people), "recorded"))
            assert ticket is not None
            yield ticket


@pytest.fixture(scope="module")
def pile() -> Pile:
    found = Pile()
    for _, body in recorded():
        for name, row in rows_of(body):
            found.add(name, row)
    for line in (REAL / "recorded_airbyte" / "records.jsonl").read_text().splitlines():
        record = json.loads(line)
        kind, data = record["stream"], record["data"]
        if kind in KINDS:
            found.put(KINDS[kind], data["ticket_id"] if kind != "tickets" else data["id"], data)
        elif kind == "ticket_comments":
            found.put("ticket_event", data["ticket_id"], {"id": data["audit_id"], "child_events": [data]})
    _add_seeds(found)
    return found


def _add_seeds(found: Pile) -> None:
    with (REAL / "seeds_fivetran" / "ticket_data.csv").open() as file:
        for line in csv.DictReader(file):
            found.put("ticket", line["id"], {**line, "via": {"channel": line["via_channel"]}})
    with (REAL / "seeds_fivetran" / "ticket_field_history_data.csv").open() as file:
        for number, line in enumerate(csv.DictReader(file)):
            child = {"event_type": "Change", "field_name": line["field_name"], "value": line["value"] or None}
            event = {"id": number, "created_at": line["updated"], "updater_id": line["user_id"] or None}
            found.put("ticket_event", line["ticket_id"], {**event, "child_events": [child]})


def test_every_recorded_history_becomes_a_ticket(pile: Pile) -> None:
    tickets = list(pile.tickets())
    events = Counter(event.kind for ticket in tickets for event in ticket.events)
    unknown = Counter(ticket.raw_status for ticket in tickets if ticket.status == "unknown" and ticket.raw_status)
    print(
        f"{pile.records} records: {len(tickets)} tickets, {events['message']} messages, {events.total()} events, "
        f"{events['other']} of them without a kind of ours, {unknown.total()} tickets with an unknown status"
    )
    assert (len(tickets), events["message"]) == (len(pile.bundles), 28)
    assert not unknown
    assert all(ticket.channel != "unknown" for ticket in tickets if ticket.raw_channel)


def test_every_recorded_export_page_can_be_read() -> None:
    pages: Counter[str] = Counter()
    rows: Counter[str] = Counter()
    for uri, body in recorded():
        stream = _stream_of(uri)
        if stream is not None:
            page = read_page(stream, body)
            pages[stream] += 1
            rows[stream] += len(page.records)
            assert page.cursor is not None or page.done
    print(f"pages {dict(pages)}, records {dict(rows)}")
    assert pages["tickets"] > 10


def _stream_of(uri: str) -> str | None:
    if "/incremental/tickets/cursor" in uri:
        return "tickets"
    return "audits" if "ticket_audits" in uri else None


def read_page(stream: str, body: dict[str, Any]) -> Page:
    return ZENDESK.parse(ask(stream, None, "7" if stream == "audits" else None), response(body))


def test_recorded_cursors_advance_through_the_export() -> None:
    cursors = [
        read_page("tickets", body).cursor for uri, body in recorded() if "tickets/cursor" in uri and "per_page=1" in uri
    ]
    assert len(set(cursors)) == len(cursors)


@pytest.mark.parametrize("stream", [stream.name for stream in ZENDESK.streams])
def test_our_requests_are_in_the_vendors_own_description(stream: str) -> None:
    described = json.loads((REAL / "openapi" / "zendesk-support-subset.json").read_text())
    request = ask(stream, None, "7")
    path = re.sub(r"/tickets/\d+/", "/tickets/{ticket_id}/", request.path)
    if path not in described["paths"]:
        pytest.skip(f"{path} is not part of the description")
    operation = described["paths"][path]["get"]
    listed = [*operation.get("parameters", ()), *described["paths"][path].get("parameters", ())]
    names = {_resolved(described, parameter)["name"] for parameter in listed}
    asked = {name for name, _ in request.params} - LATER_THAN_THE_DESCRIPTION - IN_PROSE.get(stream, frozenset())
    assert asked <= names | {"page[size]", "page[after]"}


LATER_THAN_THE_DESCRIPTION = frozenset({"support_type_scope", "per_page", "include"})
"""Documented on the reference page of the exports; the description of June 2025 lacks them."""

IN_PROSE = {"satisfaction_ratings": frozenset({"score", "start_time"})}
"""Described in the text of the operation instead of as parameters."""


def _resolved(described: dict[str, Any], parameter: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in parameter:
        return parameter
    found: Any = described
    for part in parameter["$ref"].removeprefix("#/").split("/"):
        found = found[part]
    return found  # type: ignore[no-any-return]
