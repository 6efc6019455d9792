"""Push-back on tape, recorded from our sandboxes: a note each for two tickets, the answer to the second one lost.

A lost answer is a 504 after the work was done, because a tape cannot hold a cut line.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest
import yaml

import clonedesk_connectors as cd
from clonedesk_connectors.model import Message
from clonedesk_connectors.protocol.pushback import BasedOn, Draft, ModelInfo, PushBack, reference_of
from clonedesk_connectors.review.push import Pushed, Pusher
from clonedesk_connectors.review.queue import ReviewQueue
from clonedesk_connectors.review.reader import look, newest_public, text_of
from clonedesk_connectors.review.settings import ReviewSettings
from clonedesk_connectors.testing.sandbox import FreshdeskSandbox, IntercomSandbox, ZendeskSandbox
from clonedesk_connectors.testing.sandbox import faults as f
from clonedesk_connectors.testing.sandbox.intercom_desk import ID_BASE
from clonedesk_connectors.testing.world import World
from clonedesk_connectors.transport.session import Session
from tests.cassettes import test_freshdesk_tapes, test_intercom_tapes, test_zendesk_tapes
from tests.cassettes.reading import Clock, open_session
from tests.cassettes.tape import CASSETTES, Tapes

NOW = datetime.fromisoformat("2026-03-02T09:00:00+00:00")
WORLD = World(seed=11, tickets=40)
NUMBERS = (7, 8)
"""Tickets that take notes, at every vendor. The answer to the note of the second is lost."""


@dataclass(frozen=True)
class Vendor:
    """tape: name. write: method and end of the path that writes a note. private: what says so in the body."""

    tape: str
    sandbox: Any
    connect: Any
    write: tuple[str, str]
    private: tuple[str, Any]
    first_id: int = 0

    def ticket_id(self, number: int) -> str:
        return str(self.first_id + number)

    def make(self) -> Any:
        method, end = self.write
        lost = f.Rule(f.lost_answer(), path=f"*/{self.ticket_id(NUMBERS[1])}{end}", method=method, nth={1})
        return self.sandbox(WORLD, limits="none", faults=f.Faults(lost), clock=lambda: float(WORLD.end_s))


VENDORS = [
    Vendor("zendesk/pushback", ZendeskSandbox, test_zendesk_tapes.connect, ("PUT", ""), ("public", False)),
    Vendor(
        "intercom/pushback",
        IntercomSandbox,
        test_intercom_tapes.connect,
        ("POST", "/reply"),
        ("message_type", "note"),
        ID_BASE,
    ),
    Vendor("freshdesk/pushback", FreshdeskSandbox, test_freshdesk_tapes.connect, ("POST", "/notes"), ("private", True)),
]


def ask(helpdesk: Any) -> None:
    for number in NUMBERS:
        helpdesk.advance(1)
        helpdesk.update(number, by="customer", comment=f"Invented question {number}", status="open")


async def drafted(session: Session, push: PushBack, vendor: str, ticket_id: str) -> Draft:
    """An answer to the newest public message that the helpdesk shows."""
    newest = newest_public((await look(session, push, push.preflight(ticket_id))).messages)
    assert newest is not None
    return Draft(
        vendor=vendor,
        account="acme",
        ticket_id=ticket_id,
        body="Hello,\n\na new lamp is on its way.",
        based_on=BasedOn(message_id=newest.id, at=newest.at),
        model=ModelInfo(name="draftwriter", version="7"),
        created_at=NOW,
    )


async def push_all(connection: cd.Connection, store: str, tickets: list[str]) -> tuple[list[Pushed], list[Message]]:
    """What became of a draft for each ticket, and all messages that then carry the reference of one."""
    clock = Clock()
    session = open_session(connection, clock)
    connector: Any = connection.connector
    push: PushBack = connector.push_back()
    queue = ReviewQueue(store, now=lambda: NOW, settings=ReviewSettings(double_review_rate=0.0))
    try:
        drafts = [await drafted(session, push, connection.vendor, ticket_id) for ticket_id in tickets]
        for draft in drafts:
            queue.submit(draft, place="helpdesk")
        done: list[Pushed] = []
        assert await Pusher(queue, session, push, sleep=clock.sleep).run(done.append) == {}
        seen = [
            message
            for draft in drafts
            for message in (await look(session, push, push.find_note(draft.ticket_id, draft.based_on.at))).messages
            if reference_of(text_of(message)) == draft.reference
        ]
    finally:
        queue.close()
        await session.aclose()
    return sorted(done, key=lambda pushed: pushed.ticket_id), seen


def recorded(tape: str) -> Iterator[tuple[str, str, Any, int]]:
    """Method, path, JSON body and status of every recorded call that writes."""
    text = (CASSETTES / f"{tape}.yaml").read_text("utf-8")
    for call in yaml.safe_load(text)["interactions"]:
        asked = call["request"]
        if asked["method"] != "GET":
            path = asked["uri"].partition("?")[0]
            yield asked["method"], path, json.loads(asked["body"] or "{}"), call["response"]["status"]["code"]


@pytest.mark.parametrize("vendor", VENDORS, ids=lambda vendor: vendor.tape)
def test_each_draft_is_one_private_note_even_when_an_answer_is_lost(tapes: Tapes, store: str, vendor: Vendor) -> None:
    tickets = [vendor.ticket_id(number) for number in NUMBERS]
    with tapes(vendor.tape, vendor.make) as desk:
        desk.meanwhile(ask)
        done, seen = asyncio.run(push_all(vendor.connect(desk), store, tickets))
    assert [(pushed.ticket_id, pushed.state.value, pushed.problem) for pushed in done] == [
        (ticket_id, "awaiting_review", "") for ticket_id in tickets
    ]
    assert [(note.id, note.visibility) for note in seen] == [(pushed.note_id, "private") for pushed in done]


@pytest.mark.parametrize("vendor", VENDORS, ids=lambda vendor: vendor.tape)
def test_what_was_sent_is_private_in_the_vendors_own_words(vendor: Vendor) -> None:
    method, end = vendor.write
    name, value = vendor.private
    writes = [*recorded(vendor.tape)]
    notes = sorted((write for write in writes if "CD-" in json.dumps(write[2])), key=lambda write: write[1])
    others = [body for _, _, body, _ in writes if "CD-" not in json.dumps(body)]
    assert [
        (verb, path.endswith(f"/{vendor.ticket_id(n)}{end}"))
        for n, (verb, path, _, _) in zip((7, 8), notes, strict=True)
    ] == [(method, True)] * 2
    assert [status >= 300 for *_, status in notes] == [False, True]
    for _, _, body, _ in notes:
        flagged = body["ticket"]["comment"] if "ticket" in body else body
        assert json.dumps(flagged[name]) == json.dumps(value)  # False is not 0
    assert json.dumps(others).count("ai_draft_pending") == 2
    assert not any(word in json.dumps(others) for word in ("comment", "message_type", "html"))
