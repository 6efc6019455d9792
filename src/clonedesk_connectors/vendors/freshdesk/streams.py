"""Freshdesk over the wire: which request comes next, and what an answer means. Pure; see QUIRKS.md for the evidence."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from itertools import chain, islice, pairwise
from typing import Any
from urllib.parse import quote

import msgspec

from clonedesk_connectors.protocol import (
    Bucket,
    Budget,
    FollowUp,
    Mode,
    Outcome,
    Page,
    RawRecord,
    Request,
    Response,
    Stream,
    Sweep,
    Verdict,
    judge_status,
    parse_as,
    split_list,
)
from clonedesk_connectors.text.times import unix_s
from clonedesk_connectors.vendors.freshdesk import activities
from clonedesk_connectors.vendors.freshdesk.mapping import ACCOUNT_CLOSED, LIST_LIMIT
from clonedesk_connectors.vendors.freshdesk.options import Options
from clonedesk_connectors.vendors.freshdesk.values import native_id
from clonedesk_connectors.vendors.freshdesk.walk import Walk, advance, over_the_wall

ACCOUNT, LIST = "account", "list"

BUCKETS = {ACCOUNT: Bucket(50), LIST: Bucket(20)}
"""Credits per minute until the headers say more: the trial's total, and the smallest limit of the ticket list. Whether
that limit counts calls or credits is not documented, so a call takes its credits: right either way, and still faster
than the conversations that each page makes necessary."""

STREAMS = (
    Stream("tickets", Mode.INCREMENTAL, LIST),
    Stream("spam", Mode.INCREMENTAL, LIST),
    Stream("deleted", Mode.INCREMENTAL, LIST),
    Stream("ratings", Mode.INCREMENTAL, ACCOUNT, optional=True),
    Stream("activities", Mode.INCREMENTAL, ACCOUNT, optional=True),
    Stream("ticket_fields", Mode.SNAPSHOT, ACCOUNT, optional=True, when_changed=True),
    Stream("agents", Mode.SNAPSHOT, ACCOUNT, optional=True, when_changed=True),
    Stream("groups", Mode.SNAPSHOT, ACCOUNT, optional=True, when_changed=True),
    Stream("surveys", Mode.SNAPSHOT, ACCOUNT, optional=True, when_changed=True),
    Stream("companies", Mode.SNAPSHOT, ACCOUNT, optional=True, when_changed=True),
    Stream("conversations", Mode.DETAIL, ACCOUNT),
    Stream("archived_conversations", Mode.DETAIL, ACCOUNT),
    Stream("probe", Mode.DETAIL, ACCOUNT),
    Stream("archived", Mode.DETAIL, ACCOUNT),
)
OPTIONAL = frozenset(stream.name for stream in STREAMS if stream.optional)
WALKED = ("tickets", "spam", "deleted", "ratings")
PROBES = ("probe", "archived")

PAGE_MAX = 100
BEGINNING = int(datetime(2010, 1, 1, tzinfo=UTC).timestamp())
"""Before the product existed. Without `updated_since` the list shows 30 days only."""

RATING_EDITS_S = 14 * 86400
"""A rating can be edited but is listed by its creation, so this much is read again."""

FOUND_LOST, FOUND_ARCHIVED, GONE = (
    "id-gap audit: a ticket that no list showed",
    "id-gap audit: an archived ticket",
    "id-gap audit: gone for good",
)


class Head(msgspec.Struct):
    """All that paging reads of a record; whatever the vendor sends there."""

    id: Any = None
    ticket_id: Any = None
    created_at: Any = None
    updated_at: Any = None


Rows = list[tuple[Head, bytes]]

_CODE_WORD = re.compile(r"[a-z][a-z_]{0,40}", re.ASCII)
Params = tuple[tuple[str, str], ...]


# --- requests -------------------------------------------------------------------------------------------------------


def first_cursor(stream: str, since: datetime | None) -> str | None:
    """A walk starts at `since`; lists that are read whole start at their first row."""
    if stream in WALKED:
        return Walk(max(0, int(since.timestamp())) if since else BEGINNING).dump()
    return None


def request(stream: str, cursor: str | None, page_size: int, subject: str | None, options: Options) -> Request:
    """Build one request from the stored position alone."""
    size = min(page_size, PAGE_MAX)
    path = _PATHS[stream].format(subject=quote(subject or "", safe=""))
    if stream in WALKED:
        return _walk_request(stream, path, cursor, size, options)
    params: Params = ()
    cost = 1
    if stream == "activities":
        params = activities.params(cursor)
    elif stream == "probe":
        params, cost = (("include", "stats"),), 2
        if options.requester:
            params, cost = (("include", "requester,stats"),), 3
    elif stream not in _UNPAGED:
        params = _paging(int(cursor or 0) // size + 1, size)
    return Request(stream, path, ACCOUNT, params=params, subject=subject, cursor=cursor, page_size=size, cost=cost)


def _walk_request(stream: str, path: str, cursor: str | None, size: int, options: Options) -> Request:
    at = Walk.load(cursor or first_cursor(stream, None) or "")
    since = datetime.fromtimestamp(at.since, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    paging = _paging(at.page(size), size)
    if stream == "ratings":
        return Request(stream, path, ACCOUNT, params=(("created_since", since), *paging), cursor=cursor, page_size=size)
    include = ("stats", "description", *(("requester",) if options.requester else ()))
    params: Params = (
        *((("filter", stream),) if stream != "tickets" else ()),
        ("updated_since", since),
        ("order_by", "updated_at"),
        ("order_type", "asc"),
        ("include", ",".join(include)),
        *paging,
    )
    # API reference, "Rate limits": a list costs one credit and two more for everything it includes.
    cost = 1 + 2 * len(include)
    return Request(stream, path, LIST, params=params, cursor=cursor, page_size=size, cost=cost)


def _paging(page: int, size: int) -> Params:
    return ("page", str(page)), ("per_page", str(size))


_PATHS = {
    "tickets": "/api/v2/tickets",
    "spam": "/api/v2/tickets",
    "deleted": "/api/v2/tickets",
    "ratings": "/api/v2/surveys/satisfaction_ratings",
    "activities": "/api/v2/export/ticket_activities",
    "ticket_fields": "/api/v2/ticket_fields",
    "agents": "/api/v2/agents",
    "groups": "/api/v2/groups",
    "surveys": "/api/v2/surveys",
    "companies": "/api/v2/companies",
    "conversations": "/api/v2/tickets/{subject}/conversations",
    "archived_conversations": "/api/v2/tickets/archived/{subject}/conversations",
    "probe": "/api/v2/tickets/{subject}",
    "archived": "/api/v2/tickets/archived/{subject}",
}
_UNPAGED = frozenset({"ticket_fields", "surveys", "archived"})


# --- answers --------------------------------------------------------------------------------------------------------


def parse(request: Request, response: Response, options: Options) -> Page:
    """Read one page. Raises ContractBroken when the body is not what the vendor documents."""
    if request.stream in WALKED:
        return _read_walk(request, response, options)
    return _READERS[request.stream](request, response)


def _read_walk(request: Request, response: Response, options: Options) -> Page:
    at = Walk.load(request.cursor or first_cursor(request.stream, None) or "")
    ratings = request.stream == "ratings"
    if response.status == 400:
        step = over_the_wall(at, overlap_s=RATING_EDITS_S if ratings else None)
        return Page((), step.walk.dump(), step.done, notes=step.notes)
    rows: Rows = split_list(response.body, Head)
    records = tuple(_ratings(rows) if ratings else _tickets(rows))
    step = advance(
        at,
        [(unix_s(row.created_at if ratings else row.updated_at), _number(row.id)) for row, _ in rows],
        request.page_size or PAGE_MAX,
        more=_more(request, response, len(rows)),
        reread=not ratings,
        overlap_s=RATING_EDITS_S if ratings else options.overlap_s,
    )
    follow_ups = () if ratings else tuple(map(_conversations_of, records))
    notes = (*step.notes, *_nameless(len(rows) - len(records)))
    return Page(records, step.walk.dump(), step.done, follow_ups, notes=notes)


def _more(request: Request, response: Response, rows: int) -> bool:
    """A short page may have a successor and the Link header may get lost on the way, so either is believed."""
    return rows > 0 and ('rel="next"' in response.headers.get("link", "") or rows >= (request.page_size or PAGE_MAX))


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0


def _nameless(count: int) -> tuple[str, ...]:
    return (f"{count} rows without an id were left out",) if count else ()


def _tickets(rows: Rows) -> Iterator[RawRecord]:
    for row, payload in rows:
        key = native_id(row.id)
        if key is not None and key.isascii() and key.isdecimal():
            yield RawRecord("ticket", key, payload, unix_s(row.updated_at), key)


def _ratings(rows: Rows) -> Iterator[RawRecord]:
    """A rating's id may be missing (a documented sample has `false`): then ticket and time stand in for it."""
    for row, payload in rows:
        ticket = native_id(row.ticket_id)
        if ticket is not None:
            key = native_id(row.id) or f"{ticket}:{unix_s(row.created_at)}"
            yield RawRecord("rating", key, payload, unix_s(row.updated_at), ticket)


def _listed(rows: Rows, kind: str, bundle: str | None) -> tuple[RawRecord, ...]:
    return tuple(
        RawRecord(kind, key, payload, unix_s(row.updated_at), bundle)
        for row, payload in rows
        if (key := native_id(row.id)) is not None
    )


def _conversations_of(ticket: RawRecord, *, archived: bool = False) -> FollowUp:
    return FollowUp("archived_conversations" if archived else "conversations", ticket.id, ticket.version)


def _read_conversations(request: Request, response: Response) -> Page:
    rows: Rows = split_list(response.body, Head)
    return _paged(request, response, len(rows), _listed(rows, "conversation", request.subject))


def _paged(request: Request, response: Response, rows: int, records: tuple[RawRecord, ...]) -> Page:
    """A list that is read by page number. The cursor counts rows, so that the page size may change on the way."""
    notes = _nameless(rows - len(records))
    if not _more(request, response, rows):
        return Page(records, None, done=True, notes=notes)
    size = request.page_size or PAGE_MAX
    return Page(records, str((int(request.cursor or 0) // size + 1) * size), done=False, notes=notes)


def _read_directory(kind: str) -> Callable[[Request, Response], Page]:
    def read(request: Request, response: Response) -> Page:
        rows: Rows = split_list(response.body, Head)
        records = _listed(rows, kind, None)
        if request.stream in _UNPAGED:
            return Page(records, None, done=True, notes=_nameless(len(rows) - len(records)))
        return _paged(request, response, len(rows), records)

    return read


def _read_fields(_request: Request, response: Response) -> Page:
    """Default fields are kept by their type (`default_status`): their numbers differ from account to account."""
    records = []
    for row, payload in split_list(response.body):
        type_ = row.get("type")
        name = type_ if isinstance(type_, str) and type_.startswith("default_") else row.get("name")
        if isinstance(name, str) and name:
            records.append(RawRecord("ticket_field", name, payload, unix_s(row.get("updated_at"))))
    return Page(tuple(records), None, done=True)


def _read_probe(request: Request, response: Response) -> Page:
    """An id that no list showed: lost (then kept), archived, or gone. The body of a 404 is often empty."""
    subject = request.subject or ""
    archived = request.stream == "archived"
    if response.status == 404:
        if archived:
            return Page((), None, done=True, notes=(GONE,))
        return Page((), None, done=True, follow_ups=(FollowUp("archived", subject),))
    version = unix_s(parse_as(response.body, Head).updated_at)
    record = RawRecord("ticket", subject, response.body, version, subject)
    note = FOUND_ARCHIVED if archived else FOUND_LOST
    return Page((record,), None, done=True, follow_ups=(_conversations_of(record, archived=archived),), notes=(note,))


_READERS: dict[str, Callable[[Request, Response], Page]] = {
    "activities": activities.parse,
    "ticket_fields": _read_fields,
    "agents": _read_directory("agent"),
    "groups": _read_directory("group"),
    "surveys": _read_directory("survey"),
    "companies": _read_directory("company"),
    "conversations": _read_conversations,
    "archived_conversations": _read_conversations,
    "probe": _read_probe,
    "archived": _read_probe,
}


def sweep(known: Iterable[str], budget: int) -> Sweep:
    """The id-gap audit: ticket ids are dense, so a number below the highest one that no list showed is archived, gone
    or lost. Newest first, because lost rows matter more than old archives; `known` holds what was probed before too.

    budget: how many to ask for now, the others are left; 0 switches the audit off, then it knows of none.
    """
    if not budget:
        return Sweep()
    ids = sorted({int(one) for one in known if one.isascii() and one.isdecimal()}, reverse=True)
    gaps = [range(upper - 1, lower, -1) for upper, lower in pairwise([*ids, 0]) if upper - lower > 1]
    probes = tuple(FollowUp("probe", str(gap)) for gap in islice(chain.from_iterable(gaps), budget))
    return Sweep(probes, sum(map(len, gaps)) - len(probes))


# --- verdicts and limits --------------------------------------------------------------------------------------------


def judge(request: Request, response: Response) -> Outcome:
    """The common reading of a status, sharpened by what the vendor's code word or the stream makes of it."""
    status = response.status
    if request.external_url is not None:
        return judge_status(request, response)  # refused means expired; the next run asks for a new address
    if 200 <= status < 300 and response.body[:64].lstrip()[:1] not in (b"[", b"{"):
        return Outcome(Verdict.RETRY, "the answer is not JSON")
    codes = _codes(response) if status in (400, 403) else ()
    if (
        (status == 404 and request.stream in PROBES)
        or (status in (400, 404) and request.stream == "activities")
        or (status == 400 and request.stream in WALKED and ("page", "invalid_value") in codes)
    ):
        return Outcome(Verdict.OK)
    words = " ".join(code for _, code in codes)
    if any(code in ACCOUNT_CLOSED for _, code in codes):
        return Outcome(Verdict.ABORT, f"HTTP {status} {words}")
    outcome = judge_status(request, response, optional=request.stream in OPTIONAL)
    return Outcome(outcome.verdict, f"{outcome.reason} {words}", outcome.wait_s) if words else outcome


def _codes(response: Response) -> tuple[tuple[str, str], ...]:
    """(field, code) of an error body, code words only: messages may repeat what a customer wrote."""
    try:
        body = json.loads(response.body)
        errors = body.get("errors") or [body]
        return tuple(
            (str(error.get("field")), code)
            for error in errors
            if isinstance(code := error.get("code"), str) and _CODE_WORD.fullmatch(code)
        )
    except (ValueError, AttributeError, TypeError, RecursionError):
        return ()


def budget(response: Response) -> Iterator[Budget]:
    """`X-RateLimit-Total` and `-Remaining` are the account's credits per minute, everybody's use included. The list's
    own limit is not in any header, but the plan, and so the total, decides it."""
    total = _whole(response.headers.get("x-ratelimit-total"))
    remaining = _whole(response.headers.get("x-ratelimit-remaining"))
    if total is not None or remaining is not None:
        yield Budget(ACCOUNT, total, remaining)
    if (list_limit := LIST_LIMIT.get(total or 0)) is not None:
        yield Budget(LIST, list_limit)


def _whole(value: str | None) -> int | None:
    return int(value) if value is not None and value.isascii() and value.isdecimal() else None
