"""Freshdesk on tape, recorded from our sandbox: it proves our client, not the vendor. There is no SDK to read with."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime
from typing import Any

import pytest

import clonedesk_connectors as cd
from clonedesk_connectors.errors import AuthError
from clonedesk_connectors.testing.sandbox import faults as f
from clonedesk_connectors.testing.sandbox.calls import Call, Reply
from clonedesk_connectors.testing.sandbox.freshdesk import API_KEY, FreshdeskSandbox
from clonedesk_connectors.testing.world import World
from tests.cassettes.reading import fetch, messages, pull, tickets_in
from tests.cassettes.tape import Desk, Tapes

SINCE = datetime(2020, 1, 1, tzinfo=UTC)
TICKETS = 4
WORLD = World(seed=5, tickets=TICKETS)


def sandbox(*rules: f.Rule) -> FreshdeskSandbox:
    """The clock stands at the end of the world, because the connector reads today's date from the answers."""
    faults = f.Faults(*rules)
    return FreshdeskSandbox(WORLD, limits="none", faults=faults, clock=lambda: float(WORLD.end_s), archived_share=0)


def connect(desk: Desk, key: str = API_KEY) -> cd.Connection:
    options = {"activities": "no"}  # the export lies on another host, which a tape of one account cannot show
    return cd.connect("freshdesk", "acme", base_url=desk.url, credentials={"api_key": key}, options=options)


def test_a_full_pull_in_pages_of_two_and_then_only_what_changed(tapes: Tapes, store: str) -> None:
    with tapes("freshdesk/pull", sandbox) as desk:
        first = pull(connect(desk), store, page_size=2, since=SINCE)
        desk.meanwhile(lambda helpdesk: helpdesk.advance(3600))
        desk.meanwhile(lambda helpdesk: helpdesk.update(1, by="human", comment="We have sent a new lamp."))
        desk.meanwhile(lambda helpdesk: helpdesk.advance(3600))
        second = pull(connect(desk), store, page_size=2, since=SINCE)
    assert (first.tickets["new"], first.retries, second.tickets["new"]) == (TICKETS, 0, 0)
    assert len([said for said in messages(tickets_in(store)) if "a new lamp." in said.body]) == 1


def test_limits_and_failures_are_waited_out(tapes: Tapes) -> None:
    rules = f.Rule(f.rate_limited(7), nth={1, 2}), f.Rule(f.server_error(503), nth={3})
    with tapes("freshdesk/limited", lambda: sandbox(*rules)) as desk:
        connection = connect(desk)
        page, waits = fetch(connection, connection.connector.request("groups", None, 100))
    assert len(page.records) == 4
    assert waits == [7, 7, 0.5]


def test_a_key_that_is_not_accepted_stops_the_work(tapes: Tapes, store: str) -> None:
    with tapes("freshdesk/refused", sandbox) as desk, pytest.raises(AuthError, match="401"):
        pull(connect(desk, "wrong"), store, since=SINCE)


def gzipped(call: Call, handler: Any) -> Reply:
    reply = handler(call)
    return Reply(gzip.compress(reply.encoded()), reply.status, {**reply.headers, "content-encoding": "gzip"})


def test_compressed_answers(tapes: Tapes, store: str) -> None:
    with tapes("freshdesk/gzip", lambda: sandbox(f.Rule(gzipped)), decode_compressed_response=False) as desk:
        assert pull(connect(desk), store, since=SINCE).tickets["new"] == TICKETS
