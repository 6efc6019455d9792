"""A caller without a socket, and a small engine: lists, follow-ups, the sweep, and what they leave behind."""

from __future__ import annotations

import base64
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from clonedesk_connectors.model import Ticket
from clonedesk_connectors.protocol import Account, AccountConfig, Bundle, FollowUp, Mode, Page, Request, Response
from clonedesk_connectors.testing.sandbox.calls import Call, Reply
from clonedesk_connectors.testing.sandbox.freshdesk import FreshdeskSandbox
from clonedesk_connectors.testing.sandbox.server import Sandbox
from clonedesk_connectors.vendors.freshdesk import FreshdeskConnector, connector

BASE_URL = "http://desk.test"


class Clock:
    def __init__(self) -> None:
        self.now_s = 1_000_000.0

    def __call__(self) -> float:
        return self.now_s


def key(name: str) -> dict[str, str]:
    return {"authorization": "Basic " + base64.b64encode(f"{name}:X".encode()).decode()}


def send(desk: Sandbox, method: str, path: str, body: Any = None, api_key: str = "sandbox-key") -> Reply:
    """One call; `path` may carry a query string."""
    path, _, query = path.partition("?")
    payload = b"" if body is None else json.dumps(body).encode()
    return desk.handle(Call(method, path, tuple(parse_qsl(query)), key(api_key), payload, BASE_URL))


def get(desk: Sandbox, path: str) -> Any:
    """The JSON of a GET that must succeed, after a round trip over its bytes."""
    reply = send(desk, "GET", path)
    assert reply.status == 200, reply.body
    return json.loads(reply.encoded())


@dataclass
class Store:
    """What a run keeps: raw records by (kind, id), follow-ups by (stream, subject), cursors, notes."""

    records: dict[tuple[str, str], tuple[int, str | None, bytes]] = field(default_factory=dict)
    asked: dict[tuple[str, str], int] = field(default_factory=dict)
    gone: dict[tuple[str, str], int] = field(default_factory=dict)
    cursors: dict[str, str | None] = field(default_factory=dict)
    notes: Counter[str] = field(default_factory=Counter)
    skipped: set[str] = field(default_factory=set)

    def tickets(self) -> set[int]:
        return {int(native_id) for kind, native_id in self.records if kind == "ticket"}

    def get(self, kind: str, native_id: object) -> dict[str, Any] | None:
        found = self.records.get((kind, str(native_id)))
        return json.loads(found[2]) if found else None


@dataclass
class Engine:
    """Drives a connector against a sandbox. credits: what the sandbox charged; requests: calls to the account."""

    desk: FreshdeskSandbox
    connector: FreshdeskConnector
    store: Store = field(default_factory=Store)
    requests: int = 0
    credits: int = 0
    waiting: list[FollowUp] = field(default_factory=list)

    def send(self, request: Request) -> Response:
        if request.external_url is not None:
            url = urlsplit(request.external_url)
            reply = self.desk.files.handle(Call("GET", url.path, tuple(parse_qsl(url.query))))
        else:
            self.requests += 1
            call = Call(request.method, request.path, request.params, key("sandbox-key"), base_url=BASE_URL)
            self.credits += self.desk.cost(call)
            reply = self.desk.handle(call)
        return Response(reply.status, reply.headers, reply.encoded())

    def read(self, request: Request) -> Page | None:
        response = self.send(request)
        outcome = self.connector.judge(request, response)
        if outcome.verdict == "gone":
            self.store.gone[request.stream, request.subject or ""] = response.status
            return None
        if outcome.verdict == "skip":
            self.store.skipped.add(request.stream)
            return None
        assert outcome.verdict == "ok", outcome
        page = self.connector.parse(request, response)
        for record in page.records:
            known = self.store.records.get((record.kind, record.id))
            if known is None or known[0] <= record.version:
                self.store.records[record.kind, record.id] = (record.version, record.bundle, record.payload)
        self.store.notes.update(page.notes)
        self.queue(page.follow_ups)
        if page.then is not None:
            self.read(page.then)
        return page

    def queue(self, follow_ups: Iterable[FollowUp]) -> None:
        for item in follow_ups:
            if self.store.asked.get((item.stream, item.subject), -1) < item.version:
                self.store.asked[item.stream, item.subject] = item.version
                self.waiting.append(item)

    def list(self, name: str) -> None:
        cursor = self.store.cursors.get(name) or self.connector.first_cursor(name, None)
        for _ in range(5000):
            page = self.read(self.connector.request(name, cursor, 100))
            if page is None or page.done:
                self.store.cursors[name] = page.cursor if page else None
                return
            assert page.cursor != cursor
            cursor = page.cursor
        raise AssertionError(f"{name} does not end")

    def details(self, only: str | None = None) -> None:
        while self.waiting:
            item = self.waiting.pop()
            if only is not None and item.stream not in (only, "archived"):
                continue
            cursor: str | None = None
            while page := self.read(self.connector.request(item.stream, cursor, 100, item.subject)):
                if page.done:
                    break
                cursor = page.cursor

    def pull(self) -> None:
        """Like the engine: lists, details, small lists where due, tickets with their gaps, then the sweep."""
        before = len(self.store.records)
        for stream in self.connector.streams:
            if stream.mode is Mode.INCREMENTAL:
                self.list(stream.name)
        news = len(self.store.records) > before or bool(self.waiting)
        for stream in self.connector.streams:
            if stream.mode is Mode.SNAPSHOT and news:
                self.list(stream.name)
        self.details()
        self.sweep()

    def sweep(self, only: str | None = None) -> None:
        known = {str(number) for number in self.store.tickets()}
        known |= {subject for stream, subject in self.store.asked if stream == "probe"}
        self.queue(self.connector.sweep(known).probes)
        self.details(only)

    def tickets(self) -> dict[int, Ticket]:
        bundles: dict[str, dict[str, list[tuple[int, str, bytes]]]] = {}
        for (kind, native_id), (version, bundle, payload) in self.store.records.items():
            if bundle is not None:
                bundles.setdefault(bundle, {}).setdefault(kind, []).append((version, native_id, payload))
        made = {}
        for name, kinds in bundles.items():
            records = {kind: [json.loads(row[2]) for row in sorted(rows)] for kind, rows in kinds.items()}
            gone = {stream: status for (stream, subject), status in self.store.gone.items() if subject == name}
            config = self.connector.account.config
            ticket = self.connector.normalize(Bundle(name, records, self.store, "acme", config, gone))
            if ticket is not None:
                made[int(name)] = ticket
        return made


def engine(desk: FreshdeskSandbox, config: AccountConfig | None = None, **options: str) -> Engine:
    account = Account(vendor="freshdesk", name="acme", options=options, config=config or AccountConfig())
    return Engine(desk, connector(account))
