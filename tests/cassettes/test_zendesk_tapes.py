"""Zendesk on tape, recorded from our sandbox: it proves our clients, not the vendor."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from zenpy import Zenpy

import clonedesk_connectors as cd
from clonedesk_connectors.errors import AuthError
from clonedesk_connectors.testing.sandbox import faults as f
from clonedesk_connectors.testing.sandbox.calls import Call, Reply
from clonedesk_connectors.testing.sandbox.zendesk import ZendeskSandbox
from clonedesk_connectors.testing.sandbox.zendesk_auth import API_TOKEN, EMAIL
from clonedesk_connectors.testing.world import World
from tests.cassettes.reading import Said, fetch, messages, pull, rows, tickets_in
from tests.cassettes.tape import RECORDED_AT_S, Desk, Tapes

SINCE = datetime(2020, 1, 1, tzinfo=UTC)
TICKETS = 5


def sandbox(*rules: f.Rule) -> ZendeskSandbox:
    faults = f.Faults(*rules)
    world = World(seed=5, tickets=TICKETS)
    return ZendeskSandbox(world, limits="none", faults=faults, clock=lambda: RECORDED_AT_S, archived_share=0)


def connect(desk: Desk, **options: Any) -> cd.Connection:
    if "client" not in options:
        options["credentials"] = {"email": EMAIL, "token": options.pop("token", API_TOKEN)}
    return cd.connect("zendesk", "acme", base_url=desk.url, **options)


@pytest.fixture
def zenpy_to(monkeypatch: pytest.MonkeyPatch) -> Any:
    def make(url: str) -> Zenpy:
        scheme, _, host = url.partition("://")
        monkeypatch.setenv("ZENPY_FORCE_SCHEME", scheme)
        monkeypatch.setenv("ZENPY_FORCE_NETLOC", host)
        return Zenpy(subdomain="acme", email=EMAIL, token=API_TOKEN, disable_cache=True)

    return make


def test_a_full_pull_in_pages_of_two_and_then_only_what_changed(tapes: Tapes, store: str) -> None:
    with tapes("zendesk/pull", sandbox) as desk:
        first = pull(connect(desk), store, page_size=2, since=SINCE)
        desk.meanwhile(lambda helpdesk: helpdesk.advance(3600))
        desk.meanwhile(lambda helpdesk: helpdesk.update(1, by="human", comment="We have sent a new lamp."))
        desk.meanwhile(lambda helpdesk: helpdesk.advance(3600))
        second = pull(connect(desk), store, page_size=2, since=SINCE)
    assert (first.status.value, first.tickets["new"], first.retries) == ("complete", TICKETS, 0)
    assert (second.status.value, second.tickets["new"], second.tickets["changed"]) == ("complete", 0, 1)
    assert {said.ticket for said in messages(tickets_in(store)) if "a new lamp." in said.body} == {"1"}


def test_limits_and_failures_are_waited_out(tapes: Tapes) -> None:
    rules = f.Rule(f.rate_limited(7), nth={1, 2}), f.Rule(f.server_error(503), nth={3}), f.Rule(f.html_page(), nth={4})
    with tapes("zendesk/limited", lambda: sandbox(*rules)) as desk:
        connection = connect(desk)
        page, waits = fetch(connection, connection.connector.request("groups", None, 100))
    assert len(page.records) == 4
    assert waits == [7, 7, 0.5, 1]


def test_credentials_that_are_not_accepted_stop_the_work(tapes: Tapes, store: str) -> None:
    with tapes("zendesk/refused", sandbox) as desk, pytest.raises(AuthError, match="401"):
        pull(connect(desk, token="wrong"), store, since=SINCE)


def gzipped(call: Call, handler: f.Handler) -> Reply:
    reply = handler(call)
    return Reply(gzip.compress(reply.encoded()), reply.status, {**reply.headers, "content-encoding": "gzip"})


def test_compressed_answers_through_httpx_and_through_requests(
    tapes: Tapes, store: str, tmp_path: Path, zenpy_to: Any
) -> None:
    """Recorded through httpx: vcrpy stores what it records through requests unpacked, and replays both packed."""
    packed = {"decode_compressed_response": False}
    with tapes("zendesk/gzip", lambda: sandbox(f.Rule(gzipped)), **packed) as desk:
        report = pull(connect(desk), store, since=SINCE)
    assert (report.status.value, report.tickets["new"]) == ("complete", TICKETS)
    with tapes.another_reader("zendesk/gzip", **packed) as url:
        again = f"sqlite:///{tmp_path / 'again.sqlite'}"
        pull(connect(Desk(url), client=zenpy_to(url)), again, since=SINCE)
    assert tickets_in(again) == tickets_in(store)


# --- one tape, two readers ------------------------------------------------------------------------------------------


def same_place(asked: Any, recorded: Any) -> None:
    """Same list and same position; the words around them differ (`.json`, side-loads, page sizes)."""
    assert asked.method == recorded.method
    assert asked.path.removesuffix(".json") == recorded.path.removesuffix(".json")
    mine, theirs = ({"support_type_scope": "all", **dict(one.query)} for one in (asked, recorded))
    for name in ("start_time", "cursor", "support_type_scope", "page[after]"):
        assert mine.get(name) == theirs.get(name)


def test_a_full_pull_through_zenpy_and_what_zenpy_itself_reads_from_it(tapes: Tapes, store: str, zenpy_to: Any) -> None:
    with tapes("zendesk/pull_zenpy", sandbox) as desk:
        report = pull(connect(desk, client=zenpy_to(desk.url)), store, page_size=3, since=SINCE)
    assert (report.status.value, report.tickets["new"]) == ("complete", TICKETS)
    ours = tickets_in(store)
    with tapes.another_reader("zendesk/pull_zenpy", same_place) as url:
        client = zenpy_to(url)
        tickets = list(client.tickets.incremental(start_time=SINCE, paginate_by_time=False, per_page=3))
        updates = list(client.tickets.events(SINCE, include=["comment_events"]))
    assert {str(ticket.id) for ticket in tickets} == set(ours)
    assert {str(ticket.id): ticket.subject for ticket in tickets} == {key: one.subject for key, one in ours.items()}
    theirs = {
        Said(str(row.ticket_id), str(child["id"]), str(child["author_id"]), child["public"], body_of(child))
        for row in updates
        for child in row.child_events
        if child.get("event_type") == "Comment"
    }
    assert theirs == messages(ours)
    assert len(theirs) == 15


def body_of(comment: dict[str, Any]) -> str:
    text: str = comment.get("html_body") or comment.get("plain_body") or comment["body"]
    return text


def zenpys_own_pull(client: Zenpy) -> Iterator[Said]:
    """Tickets, then the audits of each, in zenpy's own words."""
    for ticket in client.tickets.incremental(start_time=SINCE, paginate_by_time=False):
        for audit in client.tickets.audits(ticket.id):
            for event in audit.events:
                if event["type"] == "Comment":
                    author, public = str(event["author_id"]), event["public"]
                    yield Said(str(ticket.id), str(event["id"]), author, public, body_of(event))


def test_we_read_what_zenpy_recorded_and_find_the_same(tapes: Tapes, store: str, zenpy_to: Any) -> None:
    with tapes("zendesk/zenpy_sdk", sandbox) as desk:
        theirs = set(zenpys_own_pull(zenpy_to(desk.url)))
    with tapes.another_reader("zendesk/zenpy_sdk", same_place) as url:
        connection = connect(Desk(url))
        request = connection.connector.request
        page, _ = fetch(connection, request("tickets", f"start_time={int(SINCE.timestamp())}", 1000))
        ours = set()
        for ticket in rows(page, "ticket"):
            audits, _ = fetch(connection, request("audits", None, 100, str(ticket["id"])))
            ours |= messages({str(ticket["id"]): cd.normalize(ticket, audits=rows(audits, "audit"))})
    assert ours == theirs
    assert len(ours) == 10  # of 15: zenpy cannot ask for AI agent tickets, and leaves them out without a word
