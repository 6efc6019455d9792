"""Every documented sample is digested, and every request we can send validates against the vendor's OpenAPI file.

The samples belong to the reference material that lies next to a developer's checkout; without it these tests skip.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from clonedesk_connectors.errors import ContractBroken
from clonedesk_connectors.model import Ticket
from clonedesk_connectors.protocol import Bundle, Request, Verdict

from .build import Directory, answer, intercom

SHARED = Path(os.environ.get("CLONEDESK_SHARED", Path(__file__).parents[3] / "shared")) / "vendors/data/intercom"
pytestmark = pytest.mark.skipif(not SHARED.is_dir(), reason=f"the reference material is not at {SHARED.parts[-4:]}")

LISTS = {"conversation.list": "conversations", "ticket.list": "tickets", "admin.list": "admins", "team.list": "teams"}


def samples() -> list[tuple[str, int, Any]]:
    found = []
    for path in sorted((SHARED / "samples").glob("*.json")):
        sample = json.loads(path.read_text())
        wrapped = isinstance(sample, dict) and "spec_version" in sample
        body, status = (sample["body"], sample["status"]) if wrapped else (sample, 200)
        found.append((path.name, status, body))
    return found


def normalised(kind: str, record: dict[str, Any]) -> Ticket:
    ticket = intercom().normalize(Bundle(str(record["id"]), {kind: [record]}, Directory(), "acme"))
    assert ticket is not None
    return ticket


def digest(status: int, body: Any) -> tuple[str, list[Ticket]]:
    """What one sample is to us, and the tickets it becomes."""
    connector = intercom()
    if isinstance(body, list):
        return "rows of another tool", [
            normalised("conversation", {"id": 1, "conversation_parts": {"conversation_parts": body}})
        ]
    if status >= 400:
        judged = [
            connector.judge(connector.request("conversation", None, 1, subject), answer(body, status)).verdict.value
            for subject in ("500", None)
        ]
        assert Verdict.OK.value not in judged
        return f"error {status}: {'/'.join(judged)}", []
    kind = body.get("type")
    if kind in ("conversation", "ticket"):
        return kind, [normalised(kind, body)]
    if kind == "notification_event":
        return kind, [normalised("conversation", body["data"]["item"])]
    rows = body.get("data") or [{}]
    stream = "tags" if kind == "list" and rows[0].get("type") == "tag" else LISTS.get(kind)
    if stream is None:
        return f"not ours: {kind}", []
    page = connector.parse(connector.request(stream, None, 150), answer(body))
    rows = [json.loads(record.payload) for record in page.records]
    record_kind = {"conversations": "conversation_item", "tickets": "ticket"}.get(stream)
    return f"{kind} of {stream}", [normalised(record_kind, row) for row in rows] if record_kind else []


def test_every_sample_is_digested(capsys: pytest.CaptureFixture[str]) -> None:
    became: Counter[str] = Counter()
    events: Counter[str] = Counter()
    for name, status, body in samples():
        if name.startswith("request_examples"):
            continue
        what, tickets = digest(status, body)
        became[what] += 1
        became["tickets"] += len(tickets)
        for ticket in tickets:
            Ticket.model_validate_json(ticket.model_dump_json())
            events.update(event.kind for event in ticket.events)
            events.update(f"actor {event.actor.kind}" for event in ticket.events)
            events["unknown status"] += ticket.status == "unknown"
    with capsys.disabled():
        print(f"\nIntercom samples: {dict(became.most_common())}\nbecame: {dict(events.most_common())}")
    assert became["tickets"] >= 40
    assert events["message"] >= 70


# --- requests against the OpenAPI document ---


@pytest.fixture(scope="module")
def spec() -> dict[str, Any]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    document: dict[str, Any] = yaml.load((SHARED / "openapi/intercom-2.16.yaml").read_text(), Loader=loader)
    return document


def as_draft_7(node: Any) -> Any:
    """OpenAPI 3.0 says `nullable`, JSON Schema says a type list."""
    if isinstance(node, list):
        return [as_draft_7(item) for item in node]
    if not isinstance(node, dict):
        return node
    made = {name: as_draft_7(value) for name, value in node.items() if name not in ("example", "examples")}
    if node.get("nullable") is True and isinstance(node.get("type"), str):
        made["type"] = [node["type"], "null"]
    return made


def search_schema(spec: dict[str, Any]) -> dict[str, Any]:
    schemas = as_draft_7({"components": {"schemas": spec["components"]["schemas"]}})
    return {"$ref": "#/components/schemas/search_request", **schemas}


def all_requests() -> list[Request]:
    connector = intercom()
    tokens = {"conversations": '{"since":1772352000,"after":"WzFd"}', "tickets": '{"since":1772352000,"after":"WzFd"}'}
    made = [connector.who_am_i()]
    for stream in connector.streams:
        subject = "64619700005694" if stream.name == "conversation" else None
        for cursor in {None, tokens.get(stream.name)}:
            made.append(connector.request(stream.name, cursor, stream.page_size, subject))
    return made


def operation(spec: dict[str, Any], request: Request) -> dict[str, Any]:
    path = "/conversations/{conversation_id}" if request.stream == "conversation" else request.path
    found: dict[str, Any] = spec["paths"][path][request.method.lower()]
    return found


def test_every_request_is_in_the_document_with_its_parameters(spec: dict[str, Any]) -> None:
    for request in all_requests():
        known = {one["name"]: one for one in operation(spec, request).get("parameters", [])}
        for name, value in request.params:
            schema = as_draft_7(known[name]["schema"])
            jsonschema.validate(int(value) if schema["type"] == "integer" else value, schema)
        version = dict(request.headers)["Intercom-Version"]
        assert version in spec["components"]["schemas"]["intercom_version"]["enum"]


def test_every_search_body_validates_against_the_recursive_schema(spec: dict[str, Any]) -> None:
    validator = jsonschema.Draft7Validator(search_schema(spec))
    searches = [request for request in all_requests() if request.body is not None]
    assert len(searches) == 4
    for request in searches:
        assert list(validator.iter_errors(request.body)) == []
    assert list(validator.iter_errors({"query": {"field": "updated_at", "operator": "~>", "value": 1}}))
    assert list(validator.iter_errors({"pagination": {"per_page": 5}}))


def test_documented_deletions_become_records(spec: dict[str, Any]) -> None:
    content = spec["paths"]["/conversations/deleted"]["get"]["responses"]["200"]["content"]["application/json"]
    connector = intercom()
    page = connector.parse(connector.request("deleted", None, 2), answer(content["examples"]["successful"]["value"]))
    assert [record.id for record in page.records] == ["512", "513"]
    assert not page.done


def test_every_documented_conversation_of_the_document_normalises(spec: dict[str, Any]) -> None:
    found: list[Any] = []

    def collect(node: Any) -> None:
        if isinstance(node, dict):
            if node.get("type") in ("conversation", "ticket") and node.keys() >= {"id", "created_at"}:
                found.append(node)
            for value in node.values():
                collect(value)
        elif isinstance(node, list):
            for value in node:
                collect(value)

    collect(spec["paths"])
    for record in found:
        normalised(record["type"], record)
    assert len(found) >= 20


def test_a_contract_is_broken_by_an_error_list_with_status_200() -> None:
    connector = intercom()
    with pytest.raises(ContractBroken):
        connector.parse(connector.request("admins", None, 1), answer({"type": "error.list", "errors": []}))
