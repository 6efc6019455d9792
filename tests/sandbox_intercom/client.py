"""A caller that talks to the Intercom sandbox without a socket, and the engine over it."""

from __future__ import annotations

import asyncio
import json
import weakref
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from email.utils import formatdate
from pathlib import Path
from random import Random
from typing import Any

from clonedesk_connectors.model import Ticket
from clonedesk_connectors.protocol import Account, Request, Response
from clonedesk_connectors.store import Archive
from clonedesk_connectors.sync import Pull, RunReport
from clonedesk_connectors.testing.sandbox.calls import Call, Reply
from clonedesk_connectors.testing.sandbox.intercom import TOKEN, IntercomSandbox
from clonedesk_connectors.testing.sandbox.intercom_desk import ID_BASE
from clonedesk_connectors.transport.session import Session
from clonedesk_connectors.vendors.intercom import connector

BASE_URL = "http://desk.test"


class Clock:
    """Time that moves only when somebody sleeps."""

    def __init__(self) -> None:
        self.now_s = 1_772_352_000.0

    def __call__(self) -> float:
        return self.now_s

    async def sleep(self, seconds: float) -> None:
        self.now_s += seconds
        await asyncio.sleep(0)


def send(
    helpdesk: IntercomSandbox,
    method: str,
    path: str,
    body: Any = None,
    version: str | None = "2.16",
    token: str = TOKEN,
) -> Reply:
    """Send one call; `path` may carry a query string."""
    path, _, query = path.partition("?")
    pairs = tuple((key, value) for key, _, value in (part.partition("=") for part in query.split("&") if part))
    headers = {"authorization": f"Bearer {token}"} | ({"intercom-version": version} if version else {})
    return helpdesk.handle(
        Call(method, path, pairs, headers, b"" if body is None else json.dumps(body).encode(), BASE_URL)
    )


def good(helpdesk: IntercomSandbox, method: str, path: str, body: Any = None, version: str | None = "2.16") -> Any:
    """The JSON of a call that must succeed, after a round trip over its bytes."""
    reply = send(helpdesk, method, path, body, version)
    assert reply.status == 200, reply.body
    return json.loads(reply.encoded())


def code(reply: Reply) -> tuple[int, str]:
    """Status and error code."""
    return reply.status, reply.body["errors"][0]["code"]


def identity(number: int) -> str:
    return str(ID_BASE + number)


def conversation(helpdesk: IntercomSandbox, number: int, version: str = "2.16") -> Any:
    return good(helpdesk, "GET", f"/conversations/{identity(number)}", version=version)


def parts(helpdesk: IntercomSandbox, number: int) -> list[Any]:
    listed: list[Any] = conversation(helpdesk, number)["conversation_parts"]["conversation_parts"]
    return listed


def number_of(helpdesk: IntercomSandbox, scenario: str) -> int:
    """The first conversation that plays a scenario."""
    stories = map(helpdesk.world.story, range(helpdesk.world.tickets))
    return next(story.number for story in stories if story.truth.scenario == scenario)


def walk(
    helpdesk: IntercomSandbox,
    query: Any,
    *,
    per_page: int = 50,
    sort: Any = None,
    between: Callable[[int], None] = lambda page: None,
) -> Iterator[Any]:
    """Every row of a search, page by page; `between` is called after each page with its number."""
    token, page = None, 0
    while True:
        body = {"query": query, "pagination": {"per_page": per_page, "starting_after": token}}
        found = good(helpdesk, "POST", "/conversations/search", body | ({"sort": sort} if sort else {}))
        yield from found["conversations"]
        following = found["pages"].get("next")
        if not following:
            return
        page += 1
        between(page)
        token = following["starting_after"]


class Wire:
    """The engine's transport over the sandbox. before: called with each request before it is answered."""

    def __init__(self, helpdesk: IntercomSandbox, before: Callable[[Request], None] = lambda request: None) -> None:
        self.helpdesk = helpdesk
        self.before = before
        self.sent: Counter[str] = Counter()

    async def send(self, request: Request, headers: Mapping[str, str]) -> Response:
        self.before(request)
        self.sent[request.stream] += 1
        await asyncio.sleep(0)
        lower = {name.lower(): value for name, value in (*request.headers, *headers.items())}
        body = b"" if request.body is None else json.dumps(request.body).encode()
        reply = self.helpdesk.handle(Call(request.method, request.path, request.params, lower, body, BASE_URL))
        usual = {"date": formatdate(self.helpdesk.clock(), usegmt=True)}
        return Response(reply.status, usual | reply.headers, reply.encoded())

    async def aclose(self) -> None:
        pass


class Desk:
    """A sandbox and an archive that is pulled into from it."""

    def __init__(self, helpdesk: IntercomSandbox, folder: Path, clock: Clock | None = None, **options: Any) -> None:
        self.helpdesk = helpdesk
        self.archive = Archive.open(f"sqlite:///{folder / 'archive.db'}", write=True)
        weakref.finalize(self, self.archive.close)
        self.clock = clock or Clock()
        self.connector = connector(Account(vendor="intercom", name="acme", **options))

    def pull(self, before: Callable[[Request], None] = lambda request: None, **options: Any) -> tuple[RunReport, Wire]:
        wire = Wire(self.helpdesk, before)
        session = Session(
            self.connector,
            wire,
            "token",
            {"TOKEN": TOKEN},
            share=1.0,
            clock=self.clock,
            sleep=self.clock.sleep,
            rng=Random(1),
        )
        account = self.archive.account("intercom", "acme")
        pull = Pull(self.connector, session, account, clock=self.clock, **options)
        return asyncio.run(pull.run()), wire

    def tickets(self) -> dict[str, Ticket]:
        return {ticket.native_id: ticket for ticket in self.archive.tickets("intercom", "acme")}
