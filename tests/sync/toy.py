"""A vendor small enough to read at a glance, with every habit the engine must cope with.

`tickets` is an incremental list by version; `notes` is read per ticket; `staff` is a snapshot list.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random
from typing import Any

from clonedesk_connectors.model import Coverage, Status, Ticket
from clonedesk_connectors.protocol import (
    PROTOCOL_VERSION,
    Account,
    Bucket,
    Budget,
    Bundle,
    Capabilities,
    CredentialForm,
    FollowUp,
    Identity,
    Mode,
    Outcome,
    Page,
    RawRecord,
    Request,
    Response,
    Stream,
    Sweep,
    Token,
    judge_status,
    split_records,
)
from clonedesk_connectors.store import Archive
from clonedesk_connectors.sync import Pull
from clonedesk_connectors.transport.session import Session


class ToyConnector:
    name = "toy"
    protocol_version = PROTOCOL_VERSION
    capabilities = Capabilities("all", "none", "none", "none", "yes", "no", "no", "no", 1100)
    buckets: Mapping[str, Bucket] = {"account": Bucket(1_000_000)}
    credential_forms = (CredentialForm("token", ("TOKEN",)),)
    shaping_kinds = ("staff",)
    streams = (
        Stream("tickets", Mode.INCREMENTAL, "account", page_size=4),
        Stream("late", Mode.INCREMENTAL, "account", page_size=4, after=("tickets",), optional=True),
        Stream("staff", Mode.SNAPSHOT, "account", page_size=2, when_changed=True),
        Stream("notes", Mode.DETAIL, "account", page_size=2),
    )

    def __init__(self, account: Account | None = None) -> None:
        self.account = account or Account(vendor="toy", name="acme")

    def base_url(self) -> str:
        return "https://toy.example.com"

    def sign_in(self, form: str, secrets: Mapping[str, str]) -> Token | Request:
        return Token({"authorization": f"Bearer {secrets['token']}"})

    def token(self, response: Response) -> Token:
        raise NotImplementedError

    def who_am_i(self) -> Request:
        return Request("me", "/me", "account")

    def identity(self, response: Response) -> Identity | None:
        return Identity("1")

    def first_cursor(self, stream: str, since: datetime | None) -> str | None:
        return "0"

    def request(self, stream: str, cursor: str | None, page_size: int, subject: str | None = None) -> Request:
        path = f"/{stream}/{subject}" if subject else f"/{stream}"
        params = (("cursor", cursor or "0"), ("size", str(page_size)))
        return Request(stream, path, "account", params=params, subject=subject, cursor=cursor, page_size=page_size)

    def parse(self, request: Request, response: Response) -> Page:
        envelope, found = split_records(response.body, "rows")
        if "rows" not in found:
            from clonedesk_connectors.errors import ContractBroken

            raise ContractBroken("no rows")
        kind = {"tickets": "ticket", "late": "extra", "staff": "staff", "notes": "note"}[request.stream]
        records = tuple(
            RawRecord(kind, str(row["id"]), text, row.get("v", 0), str(row["ticket"]) if "ticket" in row else None)
            for row, text in found["rows"]
        )
        follow_ups = ()
        if request.stream == "tickets":
            follow_ups = tuple(FollowUp("notes", record.id, record.version) for record in records)
        return Page(records, envelope["next"], envelope["done"], follow_ups)

    def judge(self, request: Request, response: Response) -> Outcome:
        return judge_status(request, response, optional=request.stream == "late")

    def budget(self, request: Request, response: Response) -> Iterable[Budget]:
        return ()

    def people(self, records: Mapping[str, list[dict[str, Any]]]) -> Iterable[tuple[str, str]]:
        return ()

    def shape(self, kind: str, record: Mapping[str, Any]) -> str:
        return str(record.get("role"))

    def normalize(self, bundle: Bundle) -> Ticket | None:
        rows = bundle.records.get("ticket")
        if not rows:
            return None
        row = rows[0]
        if row.get("poison"):
            raise ValueError("customer text that must not be shown")
        notes = bundle.records.get("note", [])
        staff = bundle.directory.get("staff", 1)
        return Ticket(
            vendor="toy",
            account=bundle.account,
            native_id=bundle.ticket_id,
            version=row["v"],
            created_at=datetime(2025, 1, 1, tzinfo=UTC),
            status=Status.OPEN,
            deleted="notes" in bundle.gone,
            subject=",".join(str(note["id"]) for note in notes),
            tier=str(staff["role"]) if staff else None,
            coverage=Coverage(messages_expected=len(notes), messages_got=len(notes), events_complete=True),
        )

    def gaps(self, bundle: Bundle, ticket: Ticket) -> Iterable[FollowUp]:
        return ()

    def sweep(self, known: Iterable[str]) -> Sweep:
        return Sweep()


@dataclass
class ToyHelpdesk:
    """Answers requests from memory. `answer` may be wrapped by a test to misbehave."""

    tickets: dict[int, int] = field(default_factory=dict)  # id -> version
    notes: dict[int, int] = field(default_factory=dict)  # ticket id -> how many
    staff: list[dict[str, Any]] = field(default_factory=lambda: [{"id": 1, "role": "agent"}])
    poison: set[int] = field(default_factory=set)
    log: list[Request] = field(default_factory=list)
    misbehave: Callable[[Request], Response | Exception | None] = lambda request: None

    def rows(self, request: Request) -> tuple[list[dict[str, Any]], int]:
        start, size = int(request.cursor or 0), request.page_size or 1
        if request.stream == "tickets":
            newer = sorted((v, i) for i, v in self.tickets.items() if v > start)[:size]
            rows = [{"id": i, "ticket": i, "v": v, **({"poison": True} if i in self.poison else {})} for v, i in newer]
            return rows, newer[-1][0] if newer else start
        if request.stream == "staff":
            return self.staff[start : start + size], start + size
        if request.stream == "notes":
            total = self.notes.get(int(request.subject or 0), 1)
            numbers = range(start, min(start + size, total))
            return [{"id": f"{request.subject}-{n}", "ticket": request.subject} for n in numbers], start + size
        return [], start

    def total(self, request: Request) -> int:
        if request.stream == "tickets":
            return max(self.tickets.values(), default=0)
        return len(self.staff) if request.stream == "staff" else self.notes.get(int(request.subject or 0), 1)

    async def send(self, request: Request, headers: Mapping[str, str]) -> Response:
        self.log.append(request)
        await asyncio.sleep(0)
        odd = self.misbehave(request)
        if isinstance(odd, Exception):
            raise odd
        if odd is not None:
            return odd
        rows, position = self.rows(request)
        done = request.stream == "late" or position >= self.total(request)
        return json_response({"rows": rows, "next": str(position), "done": done})

    async def aclose(self) -> None:
        pass

    def counts(self) -> Counter[str]:
        return Counter(request.stream for request in self.log)


def json_response(body: object, status: int = 200) -> Response:
    return Response(status, {"content-type": "application/json"}, json.dumps(body).encode())


class FakeTime:
    """A clock that only moves when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 0.0

    def clock(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds
        await asyncio.sleep(0)


def make_pull(archive: Archive, helpdesk: ToyHelpdesk, connector: ToyConnector | None = None, **options: Any) -> Pull:
    connector = connector or ToyConnector()
    time = FakeTime()
    session = Session(
        connector, helpdesk, "token", {"token": "CANARY"}, clock=time.clock, sleep=time.sleep, rng=Random(1)
    )
    return Pull(connector, session, archive.account("toy", "acme"), clock=time.clock, **options)
