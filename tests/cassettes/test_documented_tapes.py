"""Recordings made by hand in the shape of the vendors' documented answers: paging ends, limits, every kind of error."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest
from intercom import Intercom
from zenpy import Zenpy

import clonedesk_connectors as cd
from clonedesk_connectors.errors import AuthError
from clonedesk_connectors.protocol import Request
from tests.cassettes.reading import Clock, Said, fetch, messages, open_session, rows
from tests.cassettes.tape import Tapes
from tests.cassettes.test_intercom_tapes import said
from tests.cassettes.test_intercom_tapes import same_place as same_conversation
from tests.cassettes.test_zendesk_tapes import body_of, same_place

TEXTS = {
    ("The lamp flickers since Monday.", True),
    ("Serial number is on the recall list.", False),
    ("A new lamp is on its way.", True),
}
"""What is written in the one ticket that all three tapes tell, and whether the customer sees it."""


def texts(found: set[Said]) -> set[tuple[str, bool]]:
    return {(one.body.split(">")[-2].partition("<")[0] if "<" in one.body else one.body, one.public) for one in found}


def outcome(connection: cd.Connection, request: Request) -> tuple[str, str]:
    """Verdict and reason of a request that brings no page."""

    async def read() -> tuple[str, str]:
        session = open_session(connection, Clock())
        try:
            fetched = await session.fetch(request)
        finally:
            await session.aclose()
        assert fetched.page is None
        return fetched.outcome.verdict.value, fetched.outcome.reason

    return asyncio.run(read())


# --- Zendesk --------------------------------------------------------------------------------------------------------


def test_zendesk(tapes: Tapes) -> None:
    with tapes("zendesk/documented") as desk:
        connection = cd.connect("zendesk", "acme", base_url=desk.url, credentials={"oauth_token": "t"})
        request = connection.connector.request
        first, waits = fetch(connection, request("tickets", "start_time=1772409600", 1))
        last, _ = fetch(connection, request("tickets", first.cursor, 1))
        events, _ = fetch(connection, request("ticket_events", '{"end_time":1772409600,"seen":[]}', 1000))
        audits, _ = fetch(connection, request("audits", None, 100, "41"))
        assert outcome(connection, request("audits", None, 100, "42")) == ("gone", "HTTP 404 RecordNotFound")
        assert outcome(connection, request("satisfaction_ratings", None, 100)) == ("skip", "HTTP 403 Forbidden")
        with pytest.raises(AuthError, match="HTTP 401"):
            fetch(connection, request("groups", None, 100))
    assert waits == [54]
    assert [(page.done, len(rows(page, "ticket"))) for page in (first, last)] == [(False, 1), (True, 1)]
    assert [(audits.done, len(audits.records)), (events.done, len(events.records))] == [(True, 3), (True, 3)]
    ticket = cd.normalize(
        {"ticket": rows(first, "ticket")[0], "users": rows(first, "user")}, audits=rows(audits, "audit")
    )
    assert texts(messages({"41": ticket})) == TEXTS
    assert [event.kind for event in ticket.events if event.kind != "message"] == [
        "status", "priority", "assignment", "status", "status", "other",
    ]  # fmt: skip
    deleted = cd.normalize(rows(last, "ticket")[0])
    assert (deleted.deleted, deleted.status.value) == (True, "deleted")


def test_zenpy_reads_the_same_from_it(tapes: Tapes, monkeypatch: pytest.MonkeyPatch) -> None:
    since = datetime(2026, 3, 2, tzinfo=UTC)

    def without_limits(response: Any) -> Any:
        return None if response["status"]["code"] == 429 else response

    with tapes.another_reader("zendesk/documented", same_place, before_record_response=without_limits) as url:
        monkeypatch.setenv("ZENPY_FORCE_NETLOC", url.removeprefix("https://"))
        client = Zenpy(subdomain="acme", oauth_token="t", disable_cache=True)
        tickets = list(client.tickets.incremental(start_time=since, paginate_by_time=False))
        updates = list(client.tickets.events(since, include=["comment_events"]))
        audits = list(client.tickets.audits(41))
    assert [(ticket.id, ticket.status) for ticket in tickets] == [(41, "solved"), (42, "deleted")]
    from_events = {
        Said("41", str(one["id"]), str(one["author_id"]), one["public"], body_of(one))
        for update in updates
        for one in update.child_events
        if one["event_type"] == "Comment"
    }
    ours = cd.normalize(tickets[0], audits=audits)
    assert messages({"41": ours}) == from_events
    assert texts(from_events) == TEXTS


# --- Intercom -------------------------------------------------------------------------------------------------------


def test_intercom(tapes: Tapes) -> None:
    with tapes("intercom/documented") as desk:
        connection = cd.connect("intercom", "acme", base_url=desk.url, credentials={"token": "t"})
        request = connection.connector.request
        start = connection.connector.first_cursor("conversations", datetime(2026, 3, 2, tzinfo=UTC))
        first, waits = fetch(connection, request("conversations", start, 1))
        last, _ = fetch(connection, request("conversations", first.cursor, 1))
        whole, _ = fetch(connection, request("conversation", None, 1, "215000000000041"))
        gone = outcome(connection, request("conversation", None, 1, "215000000000042"))
        with pytest.raises(AuthError, match="unauthorized"):
            fetch(connection, request("teams", None, 100))
    assert waits == [9, 0.5]  # until the limit is reset, by the answer's own clock; then an empty 200
    assert [(page.done, [record.id for record in page.records]) for page in (first, last)] == [
        (False, ["215000000000041"]),
        (True, ["215000000000042"]),
    ]
    assert gone == ("gone", "HTTP 404 not_found")
    ticket = cd.normalize(rows(whole, "conversation")[0])
    assert texts(messages({"41": ticket})) == TEXTS | {("Please switch it off and on again.", True)}
    assert [event.actor.kind.value for event in ticket.events if event.kind == "message"] == [
        "customer", "ai_agent", "human_agent", "human_agent",
    ]  # fmt: skip
    assert [(label.name, label.value) for label in ticket.vendor_labels] == [
        ("ai_agent.resolution_state", "routed_to_team")
    ]


def test_python_intercom_reads_the_same_from_it(tapes: Tapes) -> None:
    with tapes.another_reader("intercom/documented", same_conversation) as url:
        client = Intercom(token="t", base_url=url)
        found: Any = client.conversations.find(conversation_id="215000000000041")
        client._client_wrapper.httpx_client.httpx_client.close()
    ours = messages({"215000000000041": cd.normalize(found)})
    assert {one._replace(id="") for one in ours} == {one._replace(id="") for one in said(found)}
    assert len(ours) == 4


# --- Freshdesk ------------------------------------------------------------------------------------------------------


def test_freshdesk(tapes: Tapes) -> None:
    with tapes("freshdesk/documented") as desk:
        connection = cd.connect("freshdesk", "acme", base_url=desk.url, credentials={"api_key": "k"})
        request = connection.connector.request
        start = connection.connector.first_cursor("tickets", datetime(2026, 3, 1, tzinfo=UTC))
        first, waits = fetch(connection, request("tickets", start, 1))
        again, _ = fetch(connection, request("tickets", first.cursor, 1))
        last, _ = fetch(connection, request("tickets", again.cursor, 1))
        whole, _ = fetch(connection, request("conversations", None, 100, "41"))
        gone = outcome(connection, request("conversations", None, 100, "42"))
        with pytest.raises(AuthError, match="HTTP 401"):
            fetch(connection, request("groups", None, 100))
    assert waits == [31]
    assert [[record.id for record in page.records] for page in (first, again, last)] == [["41"], ["41"], ["42"]]
    # Without a link to a next page there is no page 3; what may have moved meanwhile is read once more.
    assert ("page", "1") in request("tickets", last.cursor, 1).params
    assert gone[0] == "gone"
    ticket = cd.normalize(rows(first, "ticket")[0], comments=rows(whole, "conversation"))
    assert texts(messages({"41": ticket})) == TEXTS  # the survey's answer is no message, although it comes as one
    assert [(label.name, label.value) for label in ticket.vendor_labels] == [("sla_breached.resolution", "true")]
    odd = cd.normalize(rows(last, "ticket")[0])
    assert (odd.raw_status, odd.channel.value) == ("7", "unknown")
