"""What a look shows is what the archive would hold: the same messages, ids and authors, however long the ticket."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import pytest

from clonedesk_connectors.model import Message, Ticket
from clonedesk_connectors.protocol import Response
from clonedesk_connectors.protocol.pushback import TicketState
from clonedesk_connectors.review.gather import push_back_of
from clonedesk_connectors.review.reader import look, newest_public
from clonedesk_connectors.store import Archive
from clonedesk_connectors.store.codec import decompress
from clonedesk_connectors.sync import Pull
from clonedesk_connectors.testing import InProcessTransport
from clonedesk_connectors.testing.sandbox.calls import Call, Reply
from clonedesk_connectors.testing.world import World
from clonedesk_connectors.transport.session import Session
from tests.pushback.rig import BASE_URL, T0, VENDORS, Rig

DONE = (TicketState.OPEN, TicketState.SOLVED, TicketState.CLOSED, TicketState.MERGED)


def pulled(rig: Rig, archive: Archive) -> dict[str, Ticket]:
    """A real pull of everything."""

    def answer(call: Call) -> Reply:
        return rig.sandbox.files.handle(call) if call.base_url == "" else rig.sandbox.handle(call)  # type: ignore[union-attr]

    rig.sandbox.advance(120)  # past the minute that exports withhold
    transport = InProcessTransport(answer, BASE_URL, rig.time)
    session = Session(
        rig.connector, transport, rig.vendor.form, rig.vendor.secrets,
        clock=rig.time, sleep=rig.time.sleep, rng=Random(1),
    )  # fmt: skip
    account = archive.account(rig.vendor.name, "acme")
    asyncio.run(Pull(rig.connector, session, account, clock=rig.time).run())
    tickets = (Ticket.model_validate_json(decompress(body)) for body in account.bodies())
    return {ticket.native_id: ticket for ticket in tickets}


def told(messages: Any) -> list[tuple[str, ...]]:
    return [(one.id, one.visibility, one.actor.kind, one.actor.id or "") for one in messages]


OPTIONS = {"freshdesk": {"activities": "no"}}


@pytest.mark.parametrize("vendor", VENDORS)
def test_messages_have_the_ids_and_authors_that_a_pull_gives_them(
    make_rig: Callable[..., Rig], tmp_path: Path, vendor: str
) -> None:
    rig = make_rig(vendor, world=World(seed=5, tickets=60), options=OPTIONS.get(vendor, {}))
    url = f"sqlite:///{tmp_path / 'pulled.sqlite'}"
    with Archive.open(url, write=True) as archive:
        tickets = pulled(rig, archive)
        rig.push = push_back_of(rig.connector, archive)
        compared = 0
        for number in range(1, 61):
            ticket = tickets.get(rig.ticket_id(number))
            if ticket is None or ticket.deleted or ticket.is_spam or ticket.archived:
                continue
            seen = rig.look(number)
            wanted = [event for event in ticket.events if isinstance(event, Message)]
            calls = {message.id for message in wanted if message.native_kind == "VoiceComment"}  # no comment shows them
            assert told(seen.messages) == told(one for one in wanted if one.id not in calls), number
            assert set(seen.tags or ()) == set(ticket.tags)
            assert seen.state in DONE
            compared += 1
    assert compared > 40


@pytest.mark.parametrize("vendor", ["zendesk", "freshdesk"])
def test_a_long_ticket_is_read_to_its_end(make_rig: Callable[..., Rig], vendor: str) -> None:
    rig = make_rig(vendor)
    [number] = rig.open_tickets(1)
    draft = rig.draft(number)
    for turn in range(230):
        rig.sandbox.update(number, by="human", comment=f"Invented note {turn}", public=False)
    seen = rig.messages(number)
    assert sum("Invented note" in message.body for message in seen) == 230
    assert len({message.id for message in seen}) == len(seen)
    draft_id = rig.submit(draft)
    rig.wire.fate = lambda call: "lost after" if rig.is_write(call) and not rig.sandbox.writes else "answer"
    rig.run()
    assert len(rig.notes(number, draft_id)) == 1


def test_a_preflight_at_zendesk_reads_back_to_the_newest_public_comment_and_no_further(
    make_rig: Callable[..., Rig],
) -> None:
    rig = make_rig("zendesk")
    [number] = rig.open_tickets(1)
    for turn in range(130):
        rig.sandbox.update(number, by="human", comment=f"Invented note {turn}", public=False)
    seen = asyncio.run(look(rig.session(), rig.push, rig.push.preflight(str(number))))
    assert newest_public(seen.messages) is not None
    assert [call.path.rpartition("/")[2] for call in rig.wire.calls] == [str(number), "comments", "comments"]
    rig.say(number, "An invented question")
    rig.wire.calls.clear()
    asyncio.run(look(rig.session(), rig.push, rig.push.preflight(str(number))))
    assert len(rig.wire.calls) == 2


def test_a_messaging_ticket_that_shows_nothing_public_is_read_from_its_conversation_log(
    make_rig: Callable[..., Rig],
) -> None:
    rig = make_rig("zendesk")
    ticket = {"id": 7, "status": "open", "tags": [], "updated_at": "2026-03-01T00:00:00Z", "requester_id": 5}
    stub = {
        "id": 70,
        "audit_id": 69,
        "author_id": -1,
        "public": False,
        "body": "",
        "created_at": "2026-03-01T00:00:00Z",
    }
    turns = [
        {
            "id": f"e{turn}",
            "type": "Messaging::ConversationMessage",
            "created_at": f"2026-03-01T00:0{turn}:00Z",
            "author": {"type": "user", "id": "c1"},
            "content": {"type": "text", "text": f"Invented turn {turn}"},
        }
        for turn in (1, 2)
    ]
    answers: dict[str, Any] = {
        "/api/v2/tickets/7": {"ticket": {**ticket, "from_messaging_channel": True}},
        "/api/v2/tickets/7/comments": {"comments": [stub], "meta": {"has_more": False}},
    }

    def edit(call: Call, body: Any) -> Any:
        if call.path.endswith("/conversation_log"):
            at = int(call.get("page[after]") or 0)
            return {"events": turns[at : at + 1], "meta": {"has_more": at == 0, "after_cursor": "1"}}
        return answers[call.path]

    rig.wire.edit = edit
    rig.wire.sandbox = _Agreeable()  # type: ignore[assignment]
    seen = asyncio.run(look(rig.session(), rig.push, rig.push.preflight("7")))
    public = [(one.id, one.body) for one in seen.messages if one.visibility == "public"]
    assert public == [("log:e1", "Invented turn 1"), ("log:e2", "Invented turn 2")]


@pytest.mark.parametrize(
    ("since_s", "more", "follows"), [(0, True, "comments"), (9, True, None), (9, False, "conversation_log")]
)
def test_the_conversation_log_is_read_only_when_all_comments_were(
    make_rig: Callable[..., Rig], since_s: int, more: bool, follows: str | None
) -> None:
    push = make_rig("zendesk").push
    row = {"id": 1, "public": False, "body": "a note", "created_at": "2026-03-01T00:00:05Z"}
    since = datetime(2026, 3, 1, 0, 0, since_s, tzinfo=UTC)
    ticket = {"ticket": {"id": 7, "status": "open", "from_messaging_channel": True}}
    first = push.reading(push.read_back("7", since), Response(200, {}, json.dumps(ticket).encode()))
    assert first.then is not None
    page = {"comments": [row], "meta": {"has_more": more, "after_cursor": "abc"}}
    then = push.reading(first.then, Response(200, {}, json.dumps(page).encode())).then
    assert (then.path.rpartition("/")[2] if then else None) == follows


class _Agreeable:
    def handle(self, call: Call) -> Reply:
        return Reply({})


def test_comments_without_text_or_of_new_kinds_are_messages_too(make_rig: Callable[..., Rig]) -> None:
    push = make_rig("zendesk").push
    rows = [
        {"id": 3, "type": "HologramComment", "public": True, "body": None, "created_at": "2026-03-01T00:00:03Z"},
        {"id": 2, "body": "no flag", "created_at": "2026-03-01T00:00:02Z"},
        {"id": 1, "public": False, "body": "a note", "created_at": "2026-03-01T00:00:01Z"},
    ]
    answer = Response(200, {}, json.dumps({"comments": rows}).encode())
    seen = push.reading(push.find_note("7", T0), answer)
    assert [(one.id, one.visibility) for one in seen.messages] == [("1", "private"), ("2", "public"), ("3", "public")]


def test_an_agent_of_freshdesk_is_known_by_the_archives_list(make_rig: Callable[..., Rig]) -> None:
    class Agents:
        def get(self, kind: str, native_id: object) -> dict[str, Any] | None:
            return {"contact": {"name": "Ana"}} if (kind, native_id) == ("agent", "11") else None

    rig = make_rig("freshdesk")
    row = {
        "id": 1,
        "user_id": 11,
        "private": False,
        "incoming": False,
        "body": "x",
        "created_at": "2026-03-01T00:00:00Z",
    }
    answer = Response(200, {}, json.dumps([row]).encode())
    kinds = []
    for push in (rig.push, rig.connector.push_back(Agents())):  # type: ignore[attr-defined]
        [seen] = push.reading(push.find_note("7", T0), answer).messages
        kinds.append(str(seen.actor.kind))
    assert kinds == ["unknown", "human_agent"]


@pytest.mark.parametrize(("options", "asked"), [({}, 1), ({"admin_id": "4000002"}, 0)])
def test_who_writes_at_intercom_is_an_option_or_asked_for(
    make_rig: Callable[..., Rig], options: dict[str, str], asked: int
) -> None:
    rig = make_rig("intercom", options=options)
    [number] = rig.open_tickets(1)
    draft_id = rig.submit(rig.draft(number))
    rig.run()
    assert len(rig.notes(number, draft_id)) == 1
    paths = [call.path for call in rig.wire.calls]
    write = next(at for at, call in enumerate(rig.wire.calls) if rig.is_write(call))
    assert (paths[:write].count("/me"), json.loads(rig.wire.calls[write].body)["admin_id"]) == (asked, "4000002")
