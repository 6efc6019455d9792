"""Harbourdesk for clonedesk-connectors: a complete connector in one file. Copy it to start your own.

Harbourdesk is invented. Its API, in short: `/v1/tickets` lists tickets in the order of their last change and hands out
a cursor; `/v1/tickets/{id}/entries` and `/v1/staff` are read by `offset` and say their `total`; every answer says what
is left of the limit. A ticket's `revision` grows with every change, `updated_at` only moves when a person wrote.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from clonedesk_connectors import model as m
from clonedesk_connectors import protocol as p
from clonedesk_connectors.errors import AuthError, ContractBroken
from clonedesk_connectors.text.times import parse_time

Json = dict[str, Any]

# Harbourdesk's words (its API reference, "Ticket" and "Entry"). What is not here becomes UNKNOWN, with the word kept.
STATUS = p.MappingTable(
    {"open": m.Status.OPEN, "waiting": m.Status.PENDING, "done": m.Status.SOLVED, "locked": m.Status.CLOSED},
    unknown=m.Status.UNKNOWN,
)
CHANNEL = p.MappingTable({"mail": m.Channel.EMAIL, "form": m.Channel.WEB_FORM}, unknown=m.Channel.UNKNOWN)
ROLE = p.MappingTable(
    {"customer": m.ActorKind.CUSTOMER, "agent": m.ActorKind.HUMAN_AGENT, "rule": m.ActorKind.AUTOMATION},
    unknown=m.ActorKind.UNKNOWN,
)


class HarbourdeskConnector:
    """One Harbourdesk account. Pure: it builds requests and reads answers, the engine does the rest."""

    name = "harbourdesk"
    protocol_version = 1
    capabilities = p.Capabilities(
        history="complete",
        events="messages and status changes",
        csat="no",
        ai_involvement="staff marked as bots",
        deleted="marked",
        archived="no",
        redactions="no",
        push_back="no",
        requests_per_1000=1025,
    )
    streams = (
        p.Stream("tickets", p.Mode.INCREMENTAL, "account", page_size=100),
        p.Stream("staff", p.Mode.SNAPSHOT, "account", page_size=50, when_changed=True),
        p.Stream("entries", p.Mode.DETAIL, "account", page_size=50),
    )
    buckets: Mapping[str, p.Bucket] = {"account": p.Bucket(limit=120, per_s=60)}
    credential_forms = (p.CredentialForm("key", ("KEY",), "an API key, made under Settings"),)
    shaping_kinds = ("staff",)

    def __init__(self, account: p.Account) -> None:
        self.account = account

    def base_url(self) -> str:
        return self.account.base_url or f"https://{self.account.name}.harbourdesk.example"

    def sign_in(self, form: str, secrets: Mapping[str, str]) -> p.Token | p.Request:
        return p.Token({"Authorization": f"Key {secrets['KEY']}"})

    def token(self, response: p.Response) -> p.Token:
        raise AuthError("harbourdesk keys are used as they are")

    def who_am_i(self) -> p.Request:
        return p.Request("me", "/v1/me", "account")

    def identity(self, response: p.Response) -> p.Identity | None:
        me = p.parse_object(response.body) if response.status == 200 else {}
        return p.Identity(str(me["id"]), role=str(me.get("role"))) if me.get("id") else None

    def first_cursor(self, stream: str, since: datetime | None) -> str | None:
        """Our own mark `since=`; Harbourdesk's cursors never begin like this."""
        return f"since={since:%Y-%m-%dT%H:%M:%SZ}" if stream == "tickets" and since else None

    def request(self, stream: str, cursor: str | None, page_size: int, subject: str | None = None) -> p.Request:
        path = f"/v1/tickets/{subject}/entries" if stream == "entries" else f"/v1/{stream}"
        params: tuple[tuple[str, str], ...] = (("limit", str(page_size)),)
        if cursor is not None:
            name = "offset" if stream != "tickets" else "since" if cursor.startswith("since=") else "after"
            params += ((name, cursor.removeprefix("since=")),)
        return p.Request(stream, path, "account", params=params, subject=subject, cursor=cursor, page_size=page_size)

    def parse(self, request: p.Request, response: p.Response) -> p.Page:
        envelope, found = p.split_records(response.body, request.stream)
        rows = found.get(request.stream)
        if rows is None or any(_text(row.get("id")) is None for row, _ in rows):
            raise ContractBroken(f"the answer has no list called {request.stream}, or a row without an id")
        return _tickets(envelope, rows) if request.stream == "tickets" else _listed(request, envelope, rows)

    def judge(self, request: p.Request, response: p.Response) -> p.Outcome:
        return p.judge_status(request, response)

    def budget(self, request: p.Request, response: p.Response) -> Iterable[p.Budget]:
        limit, left, resets = (response.headers.get(f"x-allowed{part}", "") for part in ("", "-left", "-reset-in"))
        if limit.isdecimal() and left.isdecimal() and resets.isdecimal():
            yield p.Budget("account", int(limit), int(left), int(resets))

    def people(self, records: Mapping[str, list[Json]]) -> Iterable[tuple[str, str]]:
        return ()  # staff is a shaping kind, customers travel with their tickets

    def shape(self, kind: str, record: Mapping[str, Any]) -> str:
        return str(record.get("bot"))

    def normalize(self, bundle: p.Bundle) -> m.Ticket | None:
        if not bundle.records.get("ticket"):
            return None
        row = bundle.records["ticket"][-1]
        entries = bundle.records.get("entry", [])
        timed = sorted(((at, one) for one in entries if (at := parse_time(one.get("at")))), key=lambda pair: pair[0])
        events = tuple(_event(bundle, at, place, entry) for place, (at, entry) in enumerate(timed))
        deleted, expected, person = row.get("deleted") is True, row.get("messages"), _part(row, "requester")
        return m.Ticket(
            vendor=self.name,
            account=bundle.account,
            native_id=bundle.ticket_id,
            version=_whole(row.get("revision")),
            created_at=parse_time(row.get("created_at")),
            updated_at=parse_time(row.get("updated_at")),
            status=m.Status.DELETED if deleted else STATUS(row.get("state")),
            raw_status=_text(row.get("state")),
            channel=CHANNEL(row.get("channel")),
            raw_channel=_text(row.get("channel")),
            subject=_text(row.get("subject")),
            requester=m.Person(id=key, email=_text(person.get("email"))) if (key := _text(person.get("id"))) else None,
            deleted=deleted,
            events=events,
            coverage=m.Coverage(
                messages_expected=expected if type(expected) is int else None,
                messages_got=sum(isinstance(event, m.Message) for event in events),
                events_complete=len(timed) == len(entries),
            ),
        )

    def gaps(self, bundle: p.Bundle, ticket: m.Ticket) -> Iterable[p.FollowUp]:
        return ()

    def sweep(self, known: Iterable[str]) -> p.Sweep:
        return p.Sweep()  # the list holds every ticket, deleted ones included


def _tickets(envelope: Json, rows: list[tuple[Json, bytes]]) -> p.Page:
    after, end = envelope.get("after"), envelope.get("end")
    if not isinstance(after, str) or not isinstance(end, bool):
        raise ContractBroken("a page of tickets does not say where it ends")
    versions = ((str(row["id"]), _whole(row.get("revision")), payload) for row, payload in rows)
    records = tuple(p.RawRecord("ticket", key, payload, version, key) for key, version, payload in versions)
    return p.Page(records, after, end, tuple(p.FollowUp("entries", one.id, one.version) for one in records))


def _listed(request: p.Request, envelope: Json, rows: list[tuple[Json, bytes]]) -> p.Page:
    total, kind = envelope.get("total"), "entry" if request.stream == "entries" else request.stream
    if type(total) is not int:
        raise ContractBroken("a list does not say how long it is")
    records = tuple(p.RawRecord(kind, str(row["id"]), payload, bundle=request.subject) for row, payload in rows)
    # Counted is what was asked for, not what came: a page may repeat rows of the page before.
    position = int(request.cursor or 0) + (request.page_size or 1)
    return p.Page(records, str(position), done=position >= total)


def _event(bundle: p.Bundle, at: datetime, seq: int, entry: Json) -> m.Event:
    kind, actor = _text(entry.get("type")) or "", _actor(bundle, _part(entry, "by"))
    common: Json = {"id": str(entry.get("id")), "at": at, "seq": seq, "native_kind": kind, "actor": actor}
    if kind in ("reply", "note"):
        return m.Message(**common, visibility="public" if kind == "reply" else "private", body=str(entry.get("html")))
    if kind == "state":
        return m.StatusChange(**common, to_status=STATUS(entry.get("to")), raw_to=_text(entry.get("to")))
    return m.Other(**common)


def _actor(bundle: p.Bundle, by: Json) -> m.Actor:
    key, role = _text(by.get("id")), _text(by.get("role"))
    kind, evidence = ROLE(role), m.Evidence(source="by.role", value=str(role))
    if key in bundle.config.bot_users:
        kind, evidence = m.ActorKind.AI_AGENT, m.Evidence(source="config.bot_users", value=str(key))
    elif (bundle.directory.get("staff", key) or {}).get("bot") is True:
        kind, evidence = m.ActorKind.AI_AGENT, m.Evidence(source="staff.bot", value="true")
    return m.Actor(kind=kind, id=key, name=_text(by.get("name")), evidence=(evidence,))


def _part(row: Json, name: str) -> Json:
    found = row.get(name)
    return found if isinstance(found, dict) else {}


def _text(value: object) -> str | None:
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) and value != "" else None


def _whole(value: object) -> int:
    return value if type(value) is int and 0 <= value < 2**62 else 0


connector = HarbourdeskConnector  # the factory behind the entry point: an account in, a connector out
