"""The documented opt-in: one pull of a real account onto a tape with every text replaced (see cassettes/README.md)."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

import clonedesk_connectors as cd
from clonedesk_connectors.testing.sandbox.zendesk import ZendeskSandbox
from clonedesk_connectors.testing.world import World
from tests.cassettes.reading import pull
from tests.cassettes.scrub import anonymous, response_scrubber
from tests.cassettes.tape import CASSETTES, HOMES, player

ASKED = os.environ.get("CLONEDESK_RECORD", "")


def record(connection: cd.Connection, path: Path, store: str, since: datetime | None = None) -> None:
    """One pull of a connection, recorded without anybody's words."""
    address = connection.connector.base_url()
    home = HOMES[connection.vendor]
    hosts: Mapping[str, str] = {address: home, urlsplit(address).netloc: urlsplit(home).netloc}
    tape = player(hosts, before_record_response=response_scrubber(hosts, anonymous))
    path.unlink(missing_ok=True)
    with tape.use_cassette(str(path), record_mode="all"):
        pull(connection, store, since=since)


@pytest.mark.skipif(not ASKED, reason="records a real account only when asked: CLONEDESK_RECORD=VENDOR:ACCOUNT")
def test_record_a_real_account(record_mode: str, store: str) -> None:
    if record_mode != "rewrite":
        pytest.skip("needs --record-mode=rewrite")
    vendor, _, account = ASKED.partition(":")
    since = datetime.now(UTC) - timedelta(days=1)
    record(cd.connect(vendor, account), CASSETTES / vendor / f"real-{account}.yaml", store, since)


@pytest.mark.allow_loopback
def test_what_is_recorded_of_an_account_has_none_of_its_words(tmp_path: Path, store: str) -> None:
    """The same against a sandbox, whose words we know."""
    path = tmp_path / "real.yaml"
    with ZendeskSandbox(World(seed=5, tickets=3), limits="none") as helpdesk:
        credentials = {"email": helpdesk.email, "token": helpdesk.api_token}
        record(cd.connect("zendesk", "acme", base_url=helpdesk.url, credentials=credentials), path, store)
        address = helpdesk.url
    text = path.read_text("utf-8")
    with cd.open_store(store) as archive:
        tickets: list[Any] = list(archive.tickets())
    words = {ticket.subject for ticket in tickets} | {ticket.requester.name for ticket in tickets}
    words |= {event.body for ticket in tickets for event in ticket.events if event.kind == "message"}
    assert len(words) > 10
    assert not [word for word in words if word in text]
    assert urlsplit(address).netloc not in text
    assert "open" in text
    assert len(yaml.safe_load(text)["interactions"]) > 5
