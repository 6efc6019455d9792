"""Zendesk over the wire: which request comes next, and what an answer means. Pure; see QUIRKS.md for the evidence."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any
from urllib.parse import quote

import msgspec

from clonedesk_connectors.errors import ContractBroken
from clonedesk_connectors.protocol import (
    Bucket,
    Mode,
    Page,
    RawRecord,
    Request,
    Response,
    Stream,
    split_records,
)
from clonedesk_connectors.text.times import unix_s
from clonedesk_connectors.vendors.zendesk.values import dicts, native_id

EXPORTS = "incremental-exports"
ACCOUNT = "account"

BUCKETS = {EXPORTS: Bucket(10), ACCOUNT: Bucket(200)}
"""Per minute, until the headers say more: exports without the add-on, the account limit of the smallest plan."""

STREAMS = (
    Stream("tickets", Mode.INCREMENTAL, EXPORTS, 1000),
    Stream("ticket_events", Mode.INCREMENTAL, EXPORTS, 1000, after=("tickets",)),
    Stream("tickets_ai", Mode.INCREMENTAL, EXPORTS, 1000, after=("tickets",)),
    Stream(
        "satisfaction_ratings", Mode.INCREMENTAL, ACCOUNT, after=("ticket_events",), optional=True, when_changed=True
    ),
    Stream("survey_responses", Mode.INCREMENTAL, ACCOUNT, after=("ticket_events",), optional=True, when_changed=True),
    Stream("users", Mode.SNAPSHOT, ACCOUNT, when_changed=True),
    Stream("groups", Mode.SNAPSHOT, ACCOUNT, optional=True, when_changed=True),
    Stream("custom_statuses", Mode.SNAPSHOT, ACCOUNT, optional=True, when_changed=True),
    Stream("ticket_fields", Mode.SNAPSHOT, ACCOUNT, optional=True, when_changed=True),
    Stream("audits", Mode.DETAIL, ACCOUNT),
    Stream("conversation_log", Mode.DETAIL, ACCOUNT),
)
BUCKET_OF = {stream.name: stream.bucket for stream in STREAMS}

SIDE_LOADS = {
    "users": "user",
    "groups": "group",
    "organizations": "organization",
    "brands": "brand",
    "custom_statuses": "custom_status",
}
"""Directory records that travel with a page of tickets, and the kind they are kept as."""

START = "start_time="
"""Marks our own first cursor; the vendor's cursors are base64 and can never begin like this."""

SEEN_LIMIT = 1000
"""Ids kept for the seam of two event pages. A page holds 1,000 rows unless all share one second, and then the vendor
moves `end_time` past that second itself."""

SURVEY_OPEN_S = 28 * 86400
"""A survey is listed by when it was sent but answered later, so this much is read again."""

Params = tuple[tuple[str, str], ...]


# --- requests -------------------------------------------------------------------------------------------------------


def first_cursor(stream: str, since: datetime | None) -> str | None:
    """Unix seconds in every incremental stream; lists that are read whole have no position."""
    start = int(since.timestamp()) if since else 0
    if stream in ("tickets", "tickets_ai"):
        return f"{START}{start}"
    if stream == "ticket_events":
        return _dumps(end_time=start, seen=[])
    if stream in ("satisfaction_ratings", "survey_responses"):
        return _dumps(start=start, newest=start)
    return None


def request(stream: str, cursor: str | None, page_size: int, subject: str | None = None) -> Request:
    """Build one request from the stored position alone."""
    path, params = _TARGETS[stream](cursor or first_cursor(stream, None), page_size, subject)
    return Request(
        stream=stream,
        path=path,
        bucket=BUCKET_OF[stream],
        params=params,
        subject=subject,
        cursor=cursor,
        page_size=page_size,
    )


def _tickets(cursor: str | None, size: int, _subject: str | None) -> tuple[str, Params]:
    include = ",".join((*SIDE_LOADS, "metric_sets", "comment_count"))
    return "/api/v2/incremental/tickets/cursor", (*_export(cursor, size, "all"), ("include", include))


def _tickets_ai(cursor: str | None, size: int, _subject: str | None) -> tuple[str, Params]:
    return "/api/v2/incremental/tickets/cursor", _export(cursor, size, "ai_agent")


def _export(cursor: str | None, size: int, scope: str) -> Params:
    cursor = cursor or f"{START}0"
    begun = cursor.startswith(START)
    position = ("start_time", cursor.removeprefix(START)) if begun else ("cursor", cursor)
    return position, ("per_page", str(size)), ("support_type_scope", scope)


def _ticket_events(cursor: str | None, size: int, _subject: str | None) -> tuple[str, Params]:
    return "/api/v2/incremental/ticket_events", (
        ("start_time", str(_loads(cursor)["end_time"])),
        ("include", "comment_events"),
        ("per_page", str(size)),
        ("support_type_scope", "all"),
    )


def _ratings(cursor: str | None, size: int, _subject: str | None) -> tuple[str, Params]:
    at = _loads(cursor)
    return "/api/v2/satisfaction_ratings", (
        ("score", "received"),
        ("start_time", str(at["start"])),
        *_paging(at.get("after"), size),
    )


def _surveys(cursor: str | None, size: int, _subject: str | None) -> tuple[str, Params]:
    at = _loads(cursor)
    return "/api/v2/guide/survey_responses", (
        ("filter[created_at_start]", str(at["start"] * 1000)),
        ("sort", "id"),
        *_paging(at.get("after"), size),
    )


def _listed(path: str, *fixed: tuple[str, str]) -> Callable[[str | None, int, str | None], tuple[str, Params]]:
    def target(cursor: str | None, size: int, subject: str | None) -> tuple[str, Params]:
        return path.format(subject=quote(subject or "", safe="")), (*fixed, *_paging(cursor, size))

    return target


def _paging(after: str | None, size: int) -> Params:
    return (("page[size]", str(size)), *((("page[after]", after),) if after else ()))


_TARGETS: dict[str, Callable[[str | None, int, str | None], tuple[str, Params]]] = {
    "tickets": _tickets,
    "tickets_ai": _tickets_ai,
    "ticket_events": _ticket_events,
    "satisfaction_ratings": _ratings,
    "survey_responses": _surveys,
    "users": _listed("/api/v2/users", ("role[]", "agent"), ("role[]", "admin")),
    "groups": _listed("/api/v2/groups"),
    "custom_statuses": lambda _cursor, _size, _subject: ("/api/v2/custom_statuses", ()),
    "ticket_fields": _listed("/api/v2/ticket_fields"),
    "audits": _listed("/api/v2/tickets/{subject}/audits"),
    "conversation_log": _listed("/api/v2/tickets/{subject}/conversation_log"),
}


# --- answers --------------------------------------------------------------------------------------------------------


class Row(msgspec.Struct, gc=False):
    """What paging reads of any row; the rest is read when its ticket is normalised."""

    id: Any = None
    ticket_id: Any = None
    generated_timestamp: Any = None
    updated_at: Any = None
    created_at: Any = None
    timestamp: Any = None


class SurveyRow(Row, gc=False):
    """A survey response names its ticket and its times deeper inside."""

    answers: Any = None
    subjects: Any = None


Rows = dict[str, list[tuple[Any, bytes]]]
_TICKETS_PAGE = dict.fromkeys(("tickets", *SIDE_LOADS), Row)


def parse(request: Request, response: Response) -> Page:
    """Read one page. Raises ContractBroken when the body is not what the vendor documents."""
    return _READERS[request.stream](request, response.body)


def _read_tickets(request: Request, body: bytes) -> Page:
    envelope, found = split_records(body, **_TICKETS_PAGE)
    records = [RawRecord("ticket", key, payload, _version(row), key) for key, row, payload in _rows(found, "tickets")]
    for name, kind in SIDE_LOADS.items():
        records += _directory(kind, found.get(name, []))
    cursor, done = _after(request, envelope)
    return Page(tuple(records), cursor, done)


def _read_ai_scope(request: Request, body: bytes) -> Page:
    """The scope is a property of the request, so each row becomes a small statement of its own."""
    envelope, found = split_records(body, tickets=Row)
    records = [
        RawRecord("support_scope", key, _scope(key, version), version, key)
        for key, version in ((key, _version(row)) for key, row, _ in _rows(found, "tickets"))
    ]
    cursor, done = _after(request, envelope)
    if done:
        records.append(RawRecord("scope_pass", "ai_agent", b'{"end_of_stream":true}', 1))
    return Page(tuple(records), cursor, done)


def _scope(key: str, version: int) -> bytes:
    return _dumps(id=key, generated_timestamp=version, support_type_scope="ai_agent").encode()


def _version(row: Row) -> int:
    return unix_s(row.generated_timestamp) or unix_s(row.updated_at)


def _after(request: Request, envelope: dict[str, Any]) -> tuple[str | None, bool]:
    done, cursor = envelope.get("end_of_stream"), envelope.get("after_cursor")
    if not isinstance(done, bool) or not (done or isinstance(cursor, str)):
        raise ContractBroken("an export page has no end_of_stream or no after_cursor")
    return (cursor if isinstance(cursor, str) else request.cursor), done


def _read_events(request: Request, body: bytes) -> Page:
    envelope, found = split_records(body, ticket_events=Row)
    done, end = envelope.get("end_of_stream"), envelope.get("end_time")
    if not isinstance(done, bool) or not (done or type(end) is int):
        raise ContractBroken("an export page has no end_of_stream or no end_time")
    at = _loads(request.cursor or first_cursor("ticket_events", None))
    start, known = at["end_time"], set(at["seen"])
    rows = list(_rows(found, "ticket_events"))
    records = tuple(
        RawRecord("ticket_event", key, payload, bundle=native_id(row.ticket_id))
        for key, row, payload in rows
        if key not in known
    )
    if not done and end < start:
        raise ContractBroken("an export page ends before it starts")  # else the guard below would creep on for ever
    end = end if type(end) is int and end >= start else start
    notes: tuple[str, ...] = ()
    if end == start and not done:
        end, notes = start + 1, ("ticket_events: end_time did not advance; went on one second later",)
    last = {key for key, row, _ in rows if unix_s(row.timestamp or row.created_at) == end}
    seen = sorted(last | (known if end == start else set()))[:SEEN_LIMIT]
    return Page(records, _dumps(end_time=end, seen=seen), done, notes=notes)


def _read_ratings(request: Request, body: bytes) -> Page:
    envelope, found = split_records(body, satisfaction_ratings=Row)
    records, newest = [], 0
    for key, row, payload in _rows(found, "satisfaction_ratings"):
        newest = max(newest, unix_s(row.created_at))
        records.append(RawRecord("satisfaction_rating", key, payload, unix_s(row.updated_at), native_id(row.ticket_id)))
    return _windowed(request, envelope, records, newest, overlap_s=0)


def _read_surveys(request: Request, body: bytes) -> Page:
    envelope, found = split_records(body, survey_responses=SurveyRow)
    records, newest = [], 0
    for key, row, payload in _rows(found, "survey_responses"):
        answered = (part.get(name) for part in dicts(row.answers) for name in ("updated_at", "created_at"))
        version = max(map(unix_s, (row.updated_at, row.created_at, *answered)))
        newest = max(newest, version)
        tickets = [s.get("id") for s in dicts(row.subjects) if s.get("type") == "ticket"]
        records.append(RawRecord("survey_response", key, payload, version, native_id(tickets[0]) if tickets else None))
    return _windowed(request, envelope, records, newest, overlap_s=SURVEY_OPEN_S)


def _windowed(
    request: Request, envelope: dict[str, Any], records: list[RawRecord], newest: int, overlap_s: int
) -> Page:
    """Paging inside a window that starts at a time; the next window starts at the newest time the vendor showed."""
    at = _loads(request.cursor or first_cursor(request.stream, None))
    newest = max(newest, at["newest"])
    after = _next_page(envelope)
    if after:
        return Page(tuple(records), _dumps(start=at["start"], newest=newest, after=after), done=False)
    start = max(at["start"], newest - overlap_s)
    return Page(tuple(records), _dumps(start=start, newest=newest), done=True)


def _read_list(name: str, kind: str, *, of_ticket: bool = False) -> Callable[[Request, bytes], Page]:
    def read(request: Request, body: bytes) -> Page:
        envelope, found = split_records(body, **{name: Row})
        if name not in found:
            raise ContractBroken(f"the answer has no list called {name}")
        bundle = request.subject if of_ticket else None
        records = tuple(_directory(kind, found[name], bundle))
        after = _next_page(envelope)
        return Page(records, after, done=after is None)

    return read


_READERS: dict[str, Callable[[Request, bytes], Page]] = {
    "tickets": _read_tickets,
    "tickets_ai": _read_ai_scope,
    "ticket_events": _read_events,
    "satisfaction_ratings": _read_ratings,
    "survey_responses": _read_surveys,
    "users": _read_list("users", "staff"),
    "groups": _read_list("groups", "group"),
    "custom_statuses": _read_list("custom_statuses", "custom_status"),
    "ticket_fields": _read_list("ticket_fields", "ticket_field"),
    "audits": _read_list("audits", "audit", of_ticket=True),
    "conversation_log": _read_list("events", "conversation_log", of_ticket=True),
}


def _rows(found: Rows, name: str) -> Iterator[tuple[str, Any, bytes]]:
    """(id, row, its bytes) of a list that must be there."""
    if name not in found:
        raise ContractBroken(f"the answer has no list called {name}")
    for row, payload in found[name]:
        key = native_id(row.id)
        if key is None:
            raise ContractBroken(f"a row of {name} has no id")
        yield key, row, payload


def _directory(kind: str, rows: list[tuple[Any, bytes]], bundle: str | None = None) -> Iterator[RawRecord]:
    for row, payload in rows:
        key = native_id(row.id)
        if key is not None:
            yield RawRecord(kind, key, payload, unix_s(row.updated_at), bundle)


def _next_page(envelope: dict[str, Any]) -> str | None:
    meta = envelope.get("meta")
    if not isinstance(meta, dict) or not meta.get("has_more"):
        return None
    after = meta.get("after_cursor")
    if not isinstance(after, str) or not after:
        raise ContractBroken("a list says that it has more but not where")
    return after


def _dumps(**values: object) -> str:
    return json.dumps({name: value for name, value in values.items() if value is not None}, separators=(",", ":"))


def _loads(cursor: str | None) -> dict[str, Any]:
    position: dict[str, Any] = json.loads(cursor or "{}")
    return position
