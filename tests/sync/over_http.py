"""Pull from a sandbox helpdesk over real HTTP, with time that only moves when somebody sleeps."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from random import Random
from typing import Any

from clonedesk_connectors import app
from clonedesk_connectors.protocol import Connector
from clonedesk_connectors.store import Archive
from clonedesk_connectors.sync import Pull, RunReport
from clonedesk_connectors.transport.httpx_ import HttpxTransport
from clonedesk_connectors.transport.session import Session
from tests.sync.toy import FakeTime


def make_pull(
    helpdesk: Any, archive: Archive, *, page_size: int | None = None, share: float = 1.0, time: FakeTime | None = None,
    connector: Connector | None = None, timeout_s: float = 20.0, max_body_bytes: int = 8_000_000, **options: Any,
) -> Pull:  # fmt: skip
    connector = connector or app.connect("zendesk", "acme", base_url=helpdesk.url).connector
    if page_size:
        connector.streams = tuple(replace(stream, page_size=page_size) for stream in connector.streams)
    time = time or FakeTime()
    secrets = {"CLIENT_ID": helpdesk.client_id, "CLIENT_SECRET": helpdesk.client_secret}
    session = Session(
        connector,
        HttpxTransport(helpdesk.url, connections=2, timeout_s=timeout_s, max_body_bytes=max_body_bytes),
        "oauth_client",
        secrets,
        share=share,
        clock=time.clock,
        sleep=time.sleep,
        rng=Random(1),
    )
    return Pull(connector, session, archive.account("zendesk", "acme"), clock=time.clock, **options)


def pull_from(helpdesk: Any, store: str, **options: Any) -> RunReport:
    """One run into the archive at this URL."""
    with Archive.open(store, write=True) as archive:
        return asyncio.run(make_pull(helpdesk, archive, **options).run())


def tickets_in(store: str) -> list[bytes]:
    with Archive.open(store) as archive:
        return list(archive.ticket_lines())
