"""What both readers of a tape must agree on, and our own pull over it on a clock that only moves for sleepers."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from random import Random
from typing import Any, NamedTuple

import clonedesk_connectors as cd
from clonedesk_connectors import app
from clonedesk_connectors.model import Ticket
from clonedesk_connectors.protocol import Page, Request
from clonedesk_connectors.store import Archive
from clonedesk_connectors.sync import Pull, RunReport
from clonedesk_connectors.testing.inprocess import FakeTime
from clonedesk_connectors.transport.httpx_ import HttpxTransport
from clonedesk_connectors.transport.session import Session


class Said(NamedTuple):
    """One message: ids as text, `body` as the vendor sent it."""

    ticket: str
    id: str
    author: str | None
    public: bool
    body: str


def messages(tickets: Mapping[str, Ticket]) -> set[Said]:
    return {
        Said(number, event.id, event.actor.id, event.visibility == "public", event.body)
        for number, ticket in tickets.items()
        for event in ticket.events
        if event.kind == "message"
    }


class Clock(FakeTime):
    """Also remembers how long it was slept on, where that was not at once."""

    def __init__(self) -> None:
        super().__init__(0.0)
        self.waits: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.waits += [round(seconds, 1)] if seconds else []
        await super().sleep(seconds)


class NoJitter(Random):
    def random(self) -> float:
        return 0.0


def open_session(connection: cd.Connection, clock: Clock) -> Session:
    """The connection's way to its helpdesk, on a clock of our own."""
    found = app.credentials_of(connection)
    bridge, connector = connection.bridge, connection.connector
    transport = bridge.open() if bridge else HttpxTransport(connector.base_url(), connections=2)
    secrets = found.reveal()
    return Session(connector, transport, found.form, secrets, share=1, clock=clock, sleep=clock.sleep, rng=NoJitter())


def pull(
    connection: cd.Connection, store: str, *, page_size: int | None = None, since: datetime | None = None
) -> RunReport:
    """One run of the engine. page_size: for every stream, so that small tapes have many pages."""
    connector: Any = connection.connector
    if page_size:
        connector.streams = tuple(replace(stream, page_size=page_size) for stream in connector.streams)
    clock = Clock()
    with Archive.open(store, write=True) as archive:
        account = archive.account(connection.vendor, connection.account)
        run = Pull(connector, open_session(connection, clock), account, since=since, clock=clock)
        return asyncio.run(run.run())


def fetch(connection: cd.Connection, request: Request) -> tuple[Page, list[float]]:
    """One page of one stream, and the seconds waited for it."""
    clock = Clock()

    async def read() -> Page:
        session = open_session(connection, clock)
        try:
            fetched = await session.fetch(request)
        finally:
            await session.aclose()
        assert fetched.page is not None, fetched.outcome
        return fetched.page

    return asyncio.run(read()), clock.waits


def rows(page: Page, kind: str) -> list[Any]:
    """The JSON of a page's records of one kind."""
    return [json.loads(record.payload) for record in page.records if record.kind == kind]


def tickets_in(store: str) -> dict[str, Ticket]:
    with cd.open_store(store) as archive:
        return {ticket.native_id: ticket for ticket in archive.tickets()}
