"""What the sandbox answers is what the vendor's OpenAPI document describes, and it answers over real HTTP.

The document belongs to the reference material next to a developer's checkout; without it those tests skip.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import httpx
import jsonschema
import pytest
import yaml

from clonedesk_connectors.testing.sandbox.intercom import TOKEN, IntercomSandbox
from clonedesk_connectors.testing.sandbox.intercom_people import ADMIN_BASE
from clonedesk_connectors.testing.world import World
from tests.sandbox_intercom.client import good, identity, send

SHARED = Path(os.environ.get("CLONEDESK_SHARED", Path(__file__).parents[3] / "shared")) / "vendors/data/intercom"
with_document = pytest.mark.skipif(not SHARED.is_dir(), reason="the vendor's OpenAPI document is not here")
ALL = {"field": "updated_at", "operator": ">", "value": 0}


@pytest.fixture(scope="module")
def schemas() -> dict[str, Any]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    document = yaml.load((SHARED / "openapi/intercom-2.16.yaml").read_text(), Loader=loader)
    found: dict[str, Any] = as_draft_7({"components": {"schemas": document["components"]["schemas"]}})
    return found


def as_draft_7(node: Any) -> Any:
    """OpenAPI 3.0 says `nullable`; so do answers where the document does not (its own examples break it too)."""
    if isinstance(node, list):
        return [as_draft_7(item) for item in node]
    if not isinstance(node, dict):
        return node
    made = {name: as_draft_7(value) for name, value in node.items() if name not in ("example", "examples")}
    if isinstance(node.get("type"), str):
        made["type"] = [node["type"], "null"]
    if isinstance(node.get("enum"), list):
        made["enum"] = [*node["enum"], None]
    return made


@pytest.fixture(scope="module")
def helpdesk() -> IntercomSandbox:
    return IntercomSandbox(World(seed=7, tickets=120), limits="none", quirks=False)


def problems(schemas: dict[str, Any], name: str, value: Any) -> list[str]:
    validator = jsonschema.Draft7Validator({"$ref": f"#/components/schemas/{name}", **schemas})
    return [
        f"{'.'.join(map(str, error.absolute_path))}: {error.message}"[:200] for error in validator.iter_errors(value)
    ]


@with_document
def test_lists_are_as_documented(schemas: dict[str, Any], helpdesk: IntercomSandbox) -> None:
    query = {"query": ALL, "pagination": {"per_page": 150}}
    answers = {
        "conversation_list": good(helpdesk, "POST", "/conversations/search", query),
        "ticket_list": good(helpdesk, "POST", "/tickets/search", query),
        "admin_list": good(helpdesk, "GET", "/admins"),
        "team_list": good(helpdesk, "GET", "/teams"),
        "tag_list": good(helpdesk, "GET", "/tags"),
        "deleted_conversation_list": good(helpdesk, "GET", "/conversations/deleted"),
        "admin_with_app": good(helpdesk, "GET", "/me"),
        "error": send(helpdesk, "GET", "/nowhere").body,
    }
    found = {name: problems(schemas, name, answer) for name, answer in answers.items()}
    assert {name: errors for name, errors in found.items() if errors} == {}


@with_document
def test_every_conversation_is_as_documented(schemas: dict[str, Any], helpdesk: IntercomSandbox) -> None:
    for number in helpdesk.desk.numbers():
        whole = good(helpdesk, "GET", f"/conversations/{identity(number)}")
        assert problems(schemas, "conversation", whole) == [], number
    assert problems(schemas, "conversation", whole | {"state": "parked"}) != []


@with_document
def test_what_a_write_answers_is_as_documented(schemas: dict[str, Any]) -> None:
    helpdesk = IntercomSandbox(World(seed=7, tickets=20), limits="none")
    note = {"message_type": "note", "type": "admin", "admin_id": str(ADMIN_BASE + 5), "body": "Hello"}
    assert problems(schemas, "admin_reply_conversation_request", note) == []
    answer = good(helpdesk, "POST", f"/conversations/{identity(3)}/reply", note)
    assert problems(schemas, "conversation", answer) == []


def test_it_answers_over_real_http() -> None:
    with IntercomSandbox(World(seed=7, tickets=20)) as helpdesk:
        headers = {"Authorization": f"Bearer {TOKEN}", "Intercom-Version": "2.16"}
        answer = httpx.post(f"{helpdesk.url}/conversations/search", json={"query": ALL}, headers=headers)
    assert answer.json()["total_count"] > 15
    assert (answer.headers["x-ratelimit-limit"], answer.headers["x-ratelimit-remaining"]) == ("1666", "1665")
    assert len(helpdesk.log) == 1
