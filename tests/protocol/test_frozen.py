"""The protocol is frozen: a connector written for its version goes on working."""

from __future__ import annotations

import json

from tests.protocol import frozen


def test_the_protocol_is_what_its_version_says() -> None:
    """If a connector of this version would no longer work: raise PROTOCOL_VERSION. If every one still would (an
    optional field, a further optional capability): say so in the changelog. Then: python -m tests.protocol.frozen
    """
    assert frozen.file().name == "version_1.json"
    assert frozen.described() == json.loads(frozen.file().read_text("utf-8"))


def test_the_description_sees_fields_defaults_members_and_signatures() -> None:
    found = frozen.described()
    assert found["Budget"]["remaining"] == "int | None = None"
    assert found["Page"]["done"] == "bool"
    assert found["Verdict"]["GONE"] == "gone"
    assert found["Connector"]["request"] == (
        "(self, stream: str, cursor: str | None, page_size: int, subject: str | None = None) -> Request"
    )
    assert found["PushBack"]["make_private"] == "(self, ticket_id: str, note_id: str) -> Request | None"
