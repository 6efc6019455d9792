"""What can be read from Intercom: requests from cursors, pages from answers. Pure."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from itertools import pairwise
from typing import Any, TypeVar
from urllib.parse import quote

import msgspec
from pydantic import JsonValue

from clonedesk_connectors.errors import ContractBroken
from clonedesk_connectors.protocol import (
    Bucket,
    FollowUp,
    Mode,
    Page,
    RawRecord,
    Request,
    Response,
    Stream,
    parse_as,
    split_records,
)
from clonedesk_connectors.vendors.intercom.values import ident, obj, seconds

_Cursor = TypeVar("_Cursor", "SearchCursor", "DeletedCursor")

API_VERSION = "2.16"
BUCKET = "account"
# 166 per 10 seconds is the lowest published limit; the headers of the first answer replace it.
BUCKETS = {BUCKET: Bucket(limit=166, per_s=10.0)}

STREAMS = (
    Stream("conversations", Mode.INCREMENTAL, BUCKET, page_size=150),
    Stream("tickets", Mode.INCREMENTAL, BUCKET, page_size=150, optional=True),
    Stream("deleted", Mode.INCREMENTAL, BUCKET, page_size=60, optional=True),
    Stream("admins", Mode.SNAPSHOT, BUCKET, when_changed=True),
    Stream("teams", Mode.SNAPSHOT, BUCKET, when_changed=True),
    Stream("tags", Mode.SNAPSHOT, BUCKET, when_changed=True, optional=True),
    Stream("conversation", Mode.DETAIL, BUCKET),
)

OVERLAP_S = 86_400
"""How far before the newest row of the last run the next one starts: the search index may trail the data."""


@dataclass(frozen=True, slots=True)
class SearchCursor:
    """Position in a search, all times unix seconds.

    floor: where the owner wanted history to start. since: rows updated before this are not wanted now. after: the
    vendor's own token. first: newest row of the first page of this pass; newest: of all passes. descending: the first
    page came in the wrong order.
    """

    floor: int = 0
    since: int = 0
    after: str | None = None
    first: int = 0
    newest: int = 0
    descending: bool = False


@dataclass(frozen=True, slots=True)
class DeletedCursor:
    """Position in the list of deletions (newest first). floor: older deletions are not wanted. total / newest: what the
    last complete reading ended with.

    offset: rows read so far (rows, not pages: the page size may change). found: rows newer than `newest` among them.
    top: newest row of this reading.
    """

    floor: int = 0
    total: int = 0
    newest: int = 0
    offset: int = 0
    found: int = 0
    top: int = 0


class _Head(msgspec.Struct):
    """What paging needs of a row; the rest is read when the ticket is normalised."""

    type: Any = None
    id: Any = None
    updated_at: Any = None
    deleted_at: Any = None


def _dump(cursor: SearchCursor | DeletedCursor) -> str:
    return json.dumps({name: value for name, value in asdict(cursor).items() if value}, separators=(",", ":"))


def _load(kind: type[_Cursor], cursor: str | None) -> _Cursor:
    try:
        return kind(**json.loads(cursor)) if cursor else kind()
    except (ValueError, TypeError):
        raise ContractBroken("the stored cursor is not one of this connector") from None


def first_cursor(stream: str, since: datetime | None) -> str | None:
    """Searches and deletions start at `since`; the directory has no time."""
    start = 0 if since is None else max(0, int(since.timestamp()))
    if start and stream in _SEARCHES:
        return _dump(SearchCursor(floor=start, since=start))
    return _dump(DeletedCursor(floor=start)) if start and stream == "deleted" else None


def build(stream: str, cursor: str | None, page_size: int, subject: str | None, version: str) -> Request:
    """One request, from the cursor alone. Raises ContractBroken for a cursor that is not ours."""
    made = Request(
        stream=stream,
        path=_PATHS[stream],
        bucket=BUCKET,
        headers=(("Accept", "application/json"), ("Intercom-Version", version)),
        subject=subject,
        cursor=cursor,
        page_size=page_size,
    )
    if stream in _SEARCHES:
        return replace(made, method="POST", body=_search_body(_load(SearchCursor, cursor), page_size))
    if stream == "deleted":
        page = _load(DeletedCursor, cursor).offset // page_size + 1
        params = (("page", str(page)), ("per_page", str(page_size)), ("order", "desc"))
        return replace(made, params=params)
    if stream == "conversation":
        return replace(made, path=f"/conversations/{quote(subject or '', safe='')}")
    return made


def _search_body(at: SearchCursor, page_size: int) -> JsonValue:
    """`>` or `=`: complete whether `>` means "greater" or "greater or equal", per second or per day.

    `sort` is accepted but undocumented, so the order is verified while reading.
    """
    since: list[JsonValue] = [{"field": "updated_at", "operator": sign, "value": at.since} for sign in (">", "=")]
    paging: dict[str, JsonValue] = {"per_page": page_size}
    if at.after is not None:
        paging["starting_after"] = at.after
    return {
        "query": {"operator": "OR", "value": since},
        "pagination": paging,
        "sort": {"field": "updated_at", "order": "ascending"},
    }


def parse(request: Request, response: Response) -> Page:
    """Records, follow-ups and the next position. Raises ContractBroken for anything but the documented object."""
    return _PARSERS[request.stream](request, response)


def _rows(response: Response, name: str) -> tuple[dict[str, Any], list[tuple[_Head, bytes]]]:
    envelope, found = split_records(response.body, **{name: _Head})
    if name not in found:
        raise ContractBroken(f"the answer has no list called {name}")
    return envelope, found[name]


def _search(request: Request, response: Response) -> Page:
    list_name, kind, detail = _SEARCHES[request.stream]
    envelope, rows = _rows(response, list_name)
    at = _load(SearchCursor, request.cursor)
    records: dict[str, RawRecord] = {}
    times: list[int] = []
    nameless = 0
    for row, payload in rows:
        native_id, version = ident(row.id), seconds(row.updated_at)
        times.append(version)
        if native_id is None:
            nameless += 1
        elif version >= at.since or not version:
            known = records.get(native_id)
            if known is None or known.version <= version:
                records[native_id] = RawRecord(kind, native_id, payload, version, native_id)
    notes: tuple[str, ...] = ()
    if nameless:
        notes += (f"{request.stream}: {nameless} rows without an id were left out",)
    if _disorder(times) > 0.25:
        notes += (f"{request.stream}: the search is not in ascending order of updated_at",)
    cursor, done = _advance(_seen(at, times), _next_token(envelope))
    return Page(
        records=tuple(records.values()),
        cursor=cursor,
        done=done,
        follow_ups=tuple(FollowUp(detail, one.id, one.version) for one in records.values()) if detail else (),
        notes=notes,
    )


def _count(envelope: dict[str, Any]) -> int | None:
    total = envelope.get("total_count")
    return total if type(total) is int else None


def _next_token(envelope: dict[str, Any]) -> str | None:
    following = obj(envelope.get("pages")).get("next")
    if not following:
        return None
    token = obj(following).get("starting_after")
    if not isinstance(token, str) or not token:
        raise ContractBroken("the next page has no starting_after")
    return token


def _seen(at: SearchCursor, times: list[int]) -> SearchCursor:
    newest = max(times, default=0)
    if at.after is None:
        at = replace(at, first=newest, descending=_disorder(times) > 0.5)
    return replace(at, newest=max(at.newest, newest))


def _disorder(times: list[int]) -> float:
    """The share of neighbours in descending order. A few are normal: the index trails the rows it returns."""
    return sum(later < earlier for earlier, later in pairwise(times)) / max(1, len(times) - 1)


def _advance(at: SearchCursor, token: str | None) -> tuple[str, bool]:
    """Where the next page starts and whether this was the last.

    Ascending, a conversation that changes while we read moves to the end and is met again. Descending (the vendor's
    default, should it ignore `sort`) it jumps ahead of us, so whatever changed since the first page is read once more.
    """
    if token is not None:
        return _dump(replace(at, after=token)), False
    if at.descending and at.after is not None and at.first > at.since:
        return _dump(SearchCursor(at.floor, since=at.first, newest=at.newest)), False
    since = max(at.floor, at.newest - OVERLAP_S) if at.newest else at.since
    return _dump(SearchCursor(at.floor, since)), True


def _conversation(request: Request, response: Response) -> Page:
    """One whole conversation; the body as received is the record."""
    head = parse_as(response.body, _Head)
    native_id = ident(head.id)
    if head.type != "conversation" or native_id is None or native_id != request.subject:
        raise ContractBroken("the answer is not the conversation that was asked for")
    record = RawRecord("conversation", native_id, response.body, seconds(head.updated_at), native_id)
    return Page((record,), None, done=True)


def _deleted(request: Request, response: Response) -> Page:
    """The list may be in order of deletion or of id (not documented), so the end of the news is found by counting:
    as many rows newer than the last reading as the total has grown, and the page ends with an old one.
    """
    envelope, rows = _rows(response, "conversations")
    at = _load(DeletedCursor, request.cursor)
    times = [seconds(row.deleted_at) for row, _ in rows]
    size = request.page_size or 1
    offset = at.offset // size * size + len(rows)
    found = at.found + sum(moment > at.newest for moment in times)
    top = max([at.top, *times])
    total = _count(envelope)
    grown = 0 if total is None else total - at.total
    told = bool(times) and times[-1] <= at.newest and found >= grown
    ended = not obj(envelope.get("pages")).get("next") if total is None else offset >= total
    done = not rows or told or ended
    following = (
        DeletedCursor(at.floor, total or 0, max(top, at.newest))
        if done
        else replace(at, offset=offset, found=found, top=top)
    )
    records = {
        native_id: RawRecord("deletion", native_id, payload, moment, native_id)
        for (row, payload), moment in zip(rows, times, strict=True)
        if (native_id := ident(row.id)) is not None and (moment >= at.floor or not moment)
    }
    return Page(tuple(records.values()), _dump(following), done)


def _directory(request: Request, response: Response) -> Page:
    list_name, kind = _DIRECTORIES[request.stream]
    _, rows = _rows(response, list_name)
    records = {
        native_id: RawRecord(kind, native_id, payload)
        for row, payload in rows
        if (native_id := ident(row.id)) is not None
    }
    return Page(tuple(records.values()), None, done=True)


_SEARCHES = {
    # stream: (list in the answer, kind of record, detail stream)
    "conversations": ("conversations", "conversation_item", "conversation"),
    "tickets": ("tickets", "ticket", None),  # search items already hold the parts
}
_DIRECTORIES = {"admins": ("admins", "admin"), "teams": ("teams", "team"), "tags": ("data", "tag")}
_PATHS = {
    "conversations": "/conversations/search",
    "tickets": "/tickets/search",
    "deleted": "/conversations/deleted",
    "admins": "/admins",
    "teams": "/teams",
    "tags": "/tags",
    "conversation": "/conversations",
    "me": "/me",
}
_PARSERS: dict[str, Callable[[Request, Response], Page]] = {
    "conversations": _search,
    "tickets": _search,
    "deleted": _deleted,
    "conversation": _conversation,
    **dict.fromkeys(_DIRECTORIES, _directory),
}
