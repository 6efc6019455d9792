"""A sandbox helpdesk, its connector, a real session and queue; and between them a wire that can fail anywhere."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any

from clonedesk_connectors.model import Message
from clonedesk_connectors.protocol import Account, Connector
from clonedesk_connectors.protocol.pushback import BasedOn, Draft, ModelInfo, PushBack, Reading
from clonedesk_connectors.review.push import Pushed, Pusher
from clonedesk_connectors.review.queue import ReviewQueue
from clonedesk_connectors.review.reader import look, newest_public
from clonedesk_connectors.review.settings import ReviewSettings
from clonedesk_connectors.testing import FakeTime, InProcessTransport
from clonedesk_connectors.testing.sandbox import FreshdeskSandbox, IntercomSandbox, ZendeskSandbox
from clonedesk_connectors.testing.sandbox.calls import Call, Reply
from clonedesk_connectors.testing.sandbox.intercom_desk import ID_BASE
from clonedesk_connectors.testing.world import World
from clonedesk_connectors.transport.session import Session
from clonedesk_connectors.vendors.freshdesk import FreshdeskConnector
from clonedesk_connectors.vendors.intercom import IntercomConnector
from clonedesk_connectors.vendors.zendesk import ZendeskConnector

BASE_URL = "https://helpdesk.example.com"
T0 = datetime.fromisoformat("2026-03-02T09:00:00+00:00")
Sandbox = ZendeskSandbox | IntercomSandbox | FreshdeskSandbox


class Killed(BaseException):
    """The process dies here."""


@dataclass(frozen=True)
class Vendor:
    """How to reach one vendor's sandbox. ids: what turns the world's ticket number into the vendor's id."""

    name: str
    sandbox: Callable[..., Sandbox]
    connector: Callable[[Account], Connector]
    form: str
    secrets: dict[str, str]
    first_id: int
    write: tuple[str, str]
    """Method and end of the path of the request that writes a note."""


VENDORS = {
    "zendesk": Vendor(
        "zendesk",
        ZendeskSandbox,
        ZendeskConnector,
        "api_token",
        {"EMAIL": ZendeskSandbox.email, "TOKEN": ZendeskSandbox.api_token},
        0,
        ("PUT", ""),
    ),
    "intercom": Vendor(
        "intercom",
        IntercomSandbox,
        IntercomConnector,
        "token",
        {"TOKEN": IntercomSandbox.token},
        ID_BASE,
        ("POST", "/reply"),
    ),
    "freshdesk": Vendor(
        "freshdesk",
        FreshdeskSandbox,
        FreshdeskConnector,
        "api_key",
        {"API_KEY": FreshdeskSandbox.api_key},
        0,
        ("POST", "/notes"),
    ),
}


@dataclass
class Wire:
    """Between session and sandbox. fate: what becomes of a call; lag_s: how long reads do not show what was written.

    Fates: answer, killed before|after, lost before|after, N before|after (HTTP status N instead of the answer).
    """

    sandbox: Sandbox
    time: FakeTime
    lag_s: float = 0.0
    fate: Callable[[Call], str] = lambda call: "answer"
    edit: Callable[[Call, Any], Any] | None = None
    calls: list[Call] = field(default_factory=list)
    hidden: dict[str, float] = field(default_factory=dict)

    def handle(self, call: Call) -> Reply:
        return self.through(call, self.sandbox.handle)

    def through(self, call: Call, ask: Callable[[Call], Reply]) -> Reply:
        """As an action of `Faults` it stands in front of a sandbox that is reached over HTTP."""
        self.calls.append(call)
        what, _, when = self.fate(call).partition(" ")
        if what == "answer":
            return self._answer(call, ask)
        if when == "after":
            self._answer(call, ask)
        if what == "killed":
            raise Killed
        if what == "lost":
            return Reply(wire="cut")
        return Reply({"error": "Invented", "type": "error.list", "errors": [{"code": "invented"}]}, int(what))

    def _answer(self, call: Call, ask: Callable[[Call], Reply]) -> Reply:
        reply = ask(call)
        if call.method == "GET":
            self._hide(reply.body)
        elif reply.status < 300:
            for written in _written(reply.body):
                self.hidden[written] = self.time.now_s + self.lag_s
        if self.edit is not None and not isinstance(reply.body, bytes):
            reply.body = self.edit(call, reply.body)
        return reply

    def _hide(self, body: Any) -> None:
        rows = _rows(body)
        if rows is not None:
            rows[:] = [row for row in rows if self.hidden.get(str(row["id"]), 0.0) <= self.time.now_s]


def _rows(body: Any) -> list[Any] | None:
    """The list of messages in an answer."""
    if isinstance(body, dict) and "conversation_parts" in body:
        body = body["conversation_parts"]
    if isinstance(body, dict):
        return next((body[name] for name in ("comments", "conversation_parts", "conversations") if name in body), None)
    return body if isinstance(body, list) else None


def _written(body: Any) -> Iterator[str]:
    """Ids of the message a write made."""
    if not isinstance(body, dict):
        return
    if "audit" in body:
        yield from (str(event["id"]) for event in body["audit"]["events"] if event["type"] == "Comment")
    elif "conversation_parts" in body:
        yield str(body["conversation_parts"]["conversation_parts"][-1]["id"])
    elif "private" in body:
        yield str(body["id"])


class Rig:
    """One vendor, ready to push. Tickets are named by their number in the world, from 1."""

    def __init__(
        self, vendor: Vendor, world: World, path: Path, *, time: FakeTime | None = None, **account: Any
    ) -> None:
        self.vendor = vendor
        self.now = T0  # our clock; the vendor's is years away and moved by `time`
        self.time = time or FakeTime()
        self.sandbox = vendor.sandbox(world, limits="none", clock=self.time)
        self.wire = Wire(self.sandbox, self.time)
        account.setdefault("config", self.config)
        self.account = Account(vendor=vendor.name, name="acme", base_url=BASE_URL, **account)
        self.connector = vendor.connector(self.account)
        self.push: PushBack = self.connector.push_back()  # type: ignore[attr-defined]
        self.url = f"sqlite:///{path / 'archive.sqlite'}"
        self.queue = ReviewQueue(self.url, now=lambda: self.now, settings=ReviewSettings(double_review_rate=0.0))

    @property
    def config(self) -> Any:
        return getattr(self.sandbox, "account_config", {})

    def session(self, attempts: int = 2) -> Session:
        return Session(
            self.connector,
            InProcessTransport(self.wire.handle, BASE_URL, self.time),
            self.vendor.form,
            self.vendor.secrets,
            attempts=attempts,
            clock=self.time,
            sleep=self.time.sleep,
            rng=Random(1),
        )

    def ticket_id(self, number: int) -> str:
        return str(self.vendor.first_id + number)

    def is_write(self, call: Call) -> bool:
        """Whether this call writes a note."""
        method, end = self.vendor.write
        path = call.path.removesuffix(end)
        return call.method == method and call.path.endswith(end) and path.rpartition("/")[2].isdigit()

    def open_tickets(self, count: int) -> list[int]:
        """Tickets that take notes, each with a fresh question of its customer."""
        found: list[int] = []
        for number in range(1, self.sandbox.world.tickets + 1):
            if len(found) == count:
                break
            if self._is_writable(number):
                self.say(number, f"Invented question {number}")
                found.append(number)
        assert len(found) == count, "the world has too few tickets"
        return found

    def _is_writable(self, number: int) -> bool:
        desk = self.sandbox.desk
        if isinstance(self.sandbox, ZendeskSandbox):
            history = desk.history(number)  # type: ignore[union-attr]
            return history.state.status not in ("closed", "deleted") and not desk.is_ai_only(number)  # type: ignore[union-attr]
        if isinstance(self.sandbox, FreshdeskSandbox):
            return self.sandbox.desk.place(number) == "main" and self.sandbox.desk.history(number).status < 5
        return number in self.sandbox.desk

    def say(self, number: int, text: str, by: str = "customer", **fields: Any) -> None:
        self.sandbox.advance(1)
        if by == "customer":
            fields.setdefault("status", "open")
        self.sandbox.update(number, by=by, comment=text, **fields)

    def look(self, number: int) -> Reading:
        """What the adapter shows of a ticket, past every fault of the wire."""
        plain = Wire(self.sandbox, self.time)
        session = self.session()
        session._transport = InProcessTransport(plain.handle, BASE_URL, self.time)
        request = self.push.read_back(self.ticket_id(number), datetime.fromisoformat("2000-01-01T00:00:00+00:00"))
        return asyncio.run(look(session, self.push, request))

    def messages(self, number: int) -> tuple[Message, ...]:
        return self.look(number).messages

    def draft(self, number: int, **changes: Any) -> Draft:
        """A draft that answers the ticket's newest public message."""
        newest = newest_public(self.messages(number))
        assert newest is not None
        values: dict[str, Any] = {
            "vendor": self.vendor.name,
            "account": "acme",
            "ticket_id": self.ticket_id(number),
            "body": f"Hello,\n\nan invented answer for ticket {number}.\n\nKind regards",
            "confidence": 0.7,
            "based_on": BasedOn(message_id=newest.id, at=newest.at),
            "model": ModelInfo(name="draftwriter", version="7"),
            "created_at": T0,
        }
        return Draft(**{**values, **changes})

    def submit(self, draft: Draft) -> str:
        return self.queue.submit(draft, place="helpdesk").draft_id

    def run(self, **options: Any) -> list[Pushed]:
        """One push. Refused tags are a failure of the test unless it asks for them."""
        done: list[Pushed] = []
        refused = options.pop("refused_tags", None)
        pusher = Pusher(self.queue, self.session(), self.push, sleep=self.time.sleep, **options)
        lines = asyncio.run(pusher.run(done.append))
        if refused is None:
            assert not lines, lines
        else:
            refused |= lines
        return done

    def notes(self, number: int, draft_id: str) -> list[Message]:
        return [message for message in self.messages(number) if f"CD-{draft_id}" in message.body]
