"""Intercom on tape, recorded from our sandbox: it proves our clients, not the vendor."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from intercom import AsyncIntercom, Intercom
from intercom.types import MultipleFilterSearchRequest, SingleFilterSearchRequest, StartingAfterPaging

import clonedesk_connectors as cd
from clonedesk_connectors.errors import AuthError
from clonedesk_connectors.testing.sandbox import faults as f
from clonedesk_connectors.testing.sandbox.calls import Call, Reply
from clonedesk_connectors.testing.sandbox.intercom import TOKEN, IntercomSandbox
from clonedesk_connectors.testing.world import World
from tests.cassettes.reading import Said, fetch, messages, pull, rows, tickets_in
from tests.cassettes.tape import RECORDED_AT_S, Desk, Tapes

SINCE = datetime(2020, 1, 1, tzinfo=UTC)
TICKETS = 5
VERSION = {"Intercom-Version": "2.16"}


def sandbox(*rules: f.Rule) -> IntercomSandbox:
    faults = f.Faults(*rules)
    return IntercomSandbox(World(seed=5, tickets=TICKETS), limits="none", faults=faults, clock=lambda: RECORDED_AT_S)


def connect(desk: Desk, **options: Any) -> cd.Connection:
    if "client" not in options:
        options["credentials"] = {"token": options.pop("token", TOKEN)}
    return cd.connect("intercom", "acme", base_url=desk.url, **options)


def test_a_full_pull_in_pages_of_two_and_then_only_what_changed(tapes: Tapes, store: str) -> None:
    with tapes("intercom/pull", sandbox) as desk:
        first = pull(connect(desk), store, page_size=2, since=SINCE)
        desk.meanwhile(lambda helpdesk: helpdesk.advance(3 * 86400))
        desk.meanwhile(lambda helpdesk: helpdesk.update(1, by="human", comment="We have sent a new lamp."))
        desk.meanwhile(lambda helpdesk: helpdesk.delete(2))
        second = pull(connect(desk), store, page_size=2, since=SINCE)
    assert (first.status.value, first.tickets["new"], first.retries) == ("complete", TICKETS, 0)
    assert (second.status.value, second.tickets) == ("complete", {"new": 0, "changed": 2, "deleted": 1})
    assert len([said for said in messages(tickets_in(store)) if "a new lamp." in said.body]) == 1


def test_limits_and_failures_are_waited_out(tapes: Tapes) -> None:
    rules = f.Rule(f.rate_limited(7), nth={1, 2}), f.Rule(f.server_error(502, html=True), nth={3})
    with tapes("intercom/limited", lambda: sandbox(*rules)) as desk:
        connection = connect(desk)
        page, waits = fetch(connection, connection.connector.request("teams", None, 100))
    assert len(page.records) == 4
    assert waits == [7, 7, 0.5]


def test_a_token_that_is_not_accepted_stops_the_work(tapes: Tapes, store: str) -> None:
    with tapes("intercom/refused", sandbox) as desk, pytest.raises(AuthError, match="401"):
        pull(connect(desk, token="wrong"), store, since=SINCE)


def gzipped(call: Call, handler: f.Handler) -> Reply:
    reply = handler(call)
    return Reply(gzip.compress(reply.encoded()), reply.status, {**reply.headers, "content-encoding": "gzip"})


def test_compressed_answers_through_our_client_and_through_the_sdks(tapes: Tapes, store: str, tmp_path: Path) -> None:
    packed = {"decode_compressed_response": False}
    with tapes("intercom/gzip", lambda: sandbox(f.Rule(gzipped)), **packed) as desk:
        report = pull(connect(desk), store, since=SINCE)
    assert (report.status.value, report.tickets["new"]) == ("complete", TICKETS)
    with tapes.another_reader("intercom/gzip", **packed) as url:
        again = f"sqlite:///{tmp_path / 'again.sqlite'}"
        pull(connect(Desk(url), client=Intercom(token=TOKEN, base_url=url)), again, since=SINCE)
    assert tickets_in(again) == tickets_in(store)


# --- one tape, two readers ------------------------------------------------------------------------------------------


def same_place(asked: Any, recorded: Any) -> None:
    """Same object or same page of the same search."""
    assert (asked.method, asked.path) == (recorded.method, recorded.path)
    pages = [json.loads(one.body or b"{}").get("pagination", {}).get("starting_after") for one in (asked, recorded)]
    assert pages[0] == pages[1]


def query(since_s: int) -> MultipleFilterSearchRequest:
    filters = [SingleFilterSearchRequest(field="updated_at", operator=sign, value=since_s) for sign in (">", "=")]
    return MultipleFilterSearchRequest(operator="OR", value=filters)


async def sdks_own_pull(client: AsyncIntercom, per_page: int) -> AsyncIterator[Any]:
    """Every conversation of a search, whole, in the SDK's own words. Its pager asks for page 1 for ever, so each page
    is asked for by hand; it has no word for the order, so that is added to the body."""
    ascending: Any = {"additional_body_parameters": {"sort": {"field": "updated_at", "order": "ascending"}}}
    after = None
    while True:
        paging = StartingAfterPaging(per_page=per_page, starting_after=after)
        search = await client.conversations.search(
            query=query(int(SINCE.timestamp())), pagination=paging, request_options=ascending
        )
        for row in search.items or ():
            yield await client.conversations.find(conversation_id=row.id)
        following = search.response.pages.next if search.response and search.response.pages else None
        if following is None:
            return
        after = following.starting_after


def read_by_sdk(url: str, per_page: int = 2) -> dict[str, Any]:
    async def read() -> dict[str, Any]:
        client = AsyncIntercom(token=TOKEN, base_url=url, headers=VERSION)
        found = {one.id: one async for one in sdks_own_pull(client, per_page)}
        await client._client_wrapper.httpx_client.httpx_client.aclose()
        return found

    return asyncio.run(read())


def said(conversation: Any) -> set[Said]:
    """What is written in an SDK object: the source and every part with a body."""
    number, source = conversation.id, conversation.source
    first = Said(number, str(source.id), str(source.author.id), True, source.body)
    parts = conversation.conversation_parts.conversation_parts
    return {first} | {
        Said(number, str(part.id), str(part.author.id), part.part_type != "note", part.body)
        for part in parts
        if part.body
    }


def test_a_full_pull_through_python_intercom_and_what_its_own_calls_read_from_it(tapes: Tapes, store: str) -> None:
    with tapes("intercom/pull_sdk", sandbox) as desk:
        client = Intercom(token=TOKEN, base_url=desk.url)
        report = pull(connect(desk, client=client), store, page_size=2, since=SINCE)
        client._client_wrapper.httpx_client.httpx_client.close()
    assert (report.status.value, report.tickets["new"]) == ("complete", TICKETS)
    ours = tickets_in(store)
    with tapes.another_reader("intercom/pull_sdk", same_place) as url:
        theirs = read_by_sdk(url)
    assert set(theirs) == set(ours)
    expected = set().union(*map(said, theirs.values()))
    assert {one._replace(id="") for one in messages(ours)} == {one._replace(id="") for one in expected}
    assert len(messages(ours)) == len(expected) == 15


def test_we_read_what_python_intercom_recorded_and_find_the_same(tapes: Tapes, store: str) -> None:
    with tapes("intercom/intercom_sdk", sandbox) as desk:
        theirs = read_by_sdk(desk.url)
    with tapes.another_reader("intercom/intercom_sdk", same_place) as url:
        connection = connect(Desk(url))
        request = connection.connector.request
        cursor, done, ours = connection.connector.first_cursor("conversations", SINCE), False, set()
        while not done:
            page, _ = fetch(connection, request("conversations", cursor, 2))
            for record in page.records:
                whole, _ = fetch(connection, request("conversation", None, 1, record.id))
                ours |= messages({record.id: cd.normalize(rows(whole, "conversation")[0])})
            cursor, done = page.cursor, page.done
    expected = set().union(*map(said, theirs.values()))
    assert {one._replace(id="") for one in ours} == {one._replace(id="") for one in expected}
    assert len(ours) == 15
