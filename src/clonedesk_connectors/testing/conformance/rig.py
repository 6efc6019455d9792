"""How the kit watches: a connector and a transport that remember everything, and a pull that can be run at will."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random
from typing import Any, NamedTuple, cast

from clonedesk_connectors.model import Ticket
from clonedesk_connectors.protocol import Bundle, Connector, Mode, Page, RawRecord, Request, Response, to_json
from clonedesk_connectors.store import Archive
from clonedesk_connectors.sync import Pull, RunReport
from clonedesk_connectors.testing.conformance.helpdesk import Helpdesk
from clonedesk_connectors.testing.inprocess import FakeTime
from clonedesk_connectors.transport.base import Transport
from clonedesk_connectors.transport.session import Session

REQUEST_CAP = 20_000
"""A run that sends more has lost its way."""

Before = Callable[[Request], Response | Exception | None]
After = Callable[[Request, Response], Response]


def expect(condition: object, message: str) -> None:
    """An assertion that also holds under `python -O` and says what the connector did wrong."""
    if not condition:
        raise AssertionError(message)


class Asked(NamedTuple):
    """What the engine wanted, and the request the connector made of it."""

    stream: str
    cursor: str | None
    page_size: int
    subject: str | None
    made: Request


class Exchange(NamedTuple):
    request: Request
    response: Response
    page: Page


class Normalised(NamedTuple):
    """A bundle as it was before `normalize` saw it, what came of it, and which directory records it looked up."""

    bundle: Bundle
    ticket: Ticket | None
    looked_up: frozenset[tuple[str, str]]


class Found:
    """Directory records remembered from a run; everything else is unknown."""

    def __init__(self, records: Mapping[tuple[str, str], Mapping[str, Any]]) -> None:
        self._records = records

    def get(self, kind: str, native_id: object) -> Mapping[str, Any] | None:
        return self._records.get((kind, str(native_id)))


class _Listening:
    def __init__(self, directory: Any) -> None:
        self._directory = directory
        self.asked: set[tuple[str, str]] = set()
        self.found: dict[tuple[str, str], Mapping[str, Any]] = {}

    def get(self, kind: str, native_id: object) -> Mapping[str, Any] | None:
        key = (kind, str(native_id))
        self.asked.add(key)
        record: Mapping[str, Any] | None = self._directory.get(kind, native_id)
        if record is not None:
            self.found[key] = deepcopy(record)
        return record


class Watched:
    """A connector that remembers what passed through it. page_size: replaces that of its streams where smaller."""

    def __init__(self, connector: Connector, page_size: int | None = None) -> None:
        self.inner = connector
        self.streams = tuple(
            replace(stream, page_size=min(page_size or stream.page_size, stream.page_size))
            for stream in connector.streams
        )
        self.asked: list[Asked] = []
        self.exchanges: list[Exchange] = []
        self.normalised: dict[str, Normalised] = {}

    def __getattr__(self, name: str) -> Any:
        if name == "facts":  # the engine would take them instead of `normalize`, and the checks would see no ticket
            raise AttributeError(name)
        return getattr(self.inner, name)

    def request(self, stream: str, cursor: str | None, page_size: int, subject: str | None = None) -> Request:
        made = self.inner.request(stream, cursor, page_size, subject)
        self.asked.append(Asked(stream, cursor, page_size, subject, made))
        return made

    def parse(self, request: Request, response: Response) -> Page:
        page = self.inner.parse(request, response)
        self.exchanges.append(Exchange(request, response, page))
        return page

    def normalize(self, bundle: Bundle) -> Ticket | None:
        before, listening = deepcopy(bundle.records), _Listening(bundle.directory)
        ticket = self.inner.normalize(replace(bundle, directory=listening))
        seen = replace(bundle, records=before, directory=Found(listening.found))
        self.normalised[bundle.ticket_id] = Normalised(seen, ticket, frozenset(listening.asked))
        return ticket


class Wire:
    """A transport that can be told to misbehave. before: may answer or fail instead of the helpdesk."""

    def __init__(self, inner: Transport, before: Before, after: After, cap: int) -> None:
        self._inner, self._before, self._after, self._cap = inner, before, after, cap
        self.sent: list[Request] = []
        self.headers: list[Mapping[str, str]] = []

    async def send(self, request: Request, headers: Mapping[str, str]) -> Response:
        self.sent.append(request)
        self.headers.append(headers)
        expect(len(self.sent) <= self._cap, f"the run does not end: more than {self._cap} requests")
        odd = self._before(request)
        if isinstance(odd, Exception):
            raise odd
        return odd or self._after(request, await self._inner.send(request, headers))

    async def aclose(self) -> None:
        await self._inner.aclose()


@dataclass
class Ran:
    """One finished or broken run. error: what ended it early."""

    report: RunReport
    watched: Watched
    wire: Wire
    error: Exception | None = None

    def sent(self, mode: Mode) -> list[Request]:
        """The requests of streams of a mode."""
        streams = {stream.name for stream in self.watched.streams if stream.mode is mode}
        return [request for request in self.wire.sent if request.stream in streams]


@dataclass(frozen=True)
class Snapshot:
    """What an archive holds, comparable: raw records and normalised tickets."""

    records: Mapping[str, tuple[Any, ...]]
    tickets: Mapping[str, Ticket]


@dataclass
class Rig:
    """One helpdesk, one archive, one clock. Close it."""

    make: Callable[[], Connector]
    helpdesk: Helpdesk
    time: FakeTime
    page_size: int | None = None
    folder: tempfile.TemporaryDirectory[str] = field(default_factory=tempfile.TemporaryDirectory)

    def __post_init__(self) -> None:
        self.archive = Archive.open(f"sqlite:///{Path(self.folder.name) / 'archive.sqlite'}", write=True)
        made = self.make()
        self.account = self.archive.account(made.name, made.account.name)

    def close(self) -> None:
        self.archive.close()
        self.folder.cleanup()

    def beside(self, page_size: int | None = None) -> Rig:
        """An empty archive for the same helpdesk."""
        return Rig(self.make, self.helpdesk, self.time, page_size)

    def pull(
        self,
        before: Before = lambda request: None,
        after: After = lambda request, response: response,
        *,
        secrets: Mapping[str, str] | None = None,
        stop_at: int | None = None,
        cap: int = REQUEST_CAP,
    ) -> Ran:
        """Run to the end, to an error, or to the request number `stop_at` (from 1), which is never answered.

        cap: more requests than this are an AssertionError.
        """
        watched = Watched(self.make(), self.page_size)
        wire = Wire(self.helpdesk.transport(), before, after, cap)
        connector = cast(Connector, watched)
        session = Session(
            connector,
            wire,
            self.helpdesk.form,
            secrets or self.helpdesk.secrets,
            clock=self.time,
            sleep=self.time.sleep,
            rng=Random(1),  # noqa: S311 - jitter, the same each time
        )
        workers = 8 if stop_at is None else 1
        pull = Pull(connector, session, self.account, workers=workers, clock=self.time)
        ran = Ran(pull.report, watched, wire)
        try:
            asyncio.run(_stopped(pull, wire, stop_at) if stop_at else pull.run())
        except Exception as error:  # noqa: BLE001 - the checks look at it
            ran.error = error
        if isinstance(ran.error, AssertionError):
            raise ran.error
        return ran

    def snapshot(self) -> Snapshot:
        kinds = self.account.summary().raw_records
        records = {kind: tuple(self.account.directory(kind)) for kind in sorted(kinds)}
        return Snapshot(records, {ticket.native_id: ticket for ticket in self.archive.tickets()})


async def _stopped(pull: Pull, wire: Wire, stop_at: int) -> None:
    task = asyncio.ensure_future(pull.run())
    earlier = wire._before

    def before(request: Request) -> Response | Exception | None:
        if len(wire.sent) == stop_at:
            task.cancel()
        return earlier(request)

    wire._before = before
    with suppress(asyncio.CancelledError):
        await task


def fingerprint(request: Request) -> str:
    """A request as a key."""
    return to_json(request)


def lists(ran: Ran) -> dict[str, list[Exchange]]:
    """The exchanges of every stream that is read as a list, in order, without the further requests of a page."""
    parts = {fingerprint(one.page.then) for one in ran.watched.exchanges if one.page.then}
    found: dict[str, list[Exchange]] = {}
    for exchange in ran.watched.exchanges:
        if exchange.request.subject is None and fingerprint(exchange.request) not in parts:
            found.setdefault(exchange.request.stream, []).append(exchange)
    return found


def records(ran: Ran) -> list[RawRecord]:
    return [record for exchange in ran.watched.exchanges for record in exchange.page.records]
