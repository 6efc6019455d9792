"""The daily activity export: the only place where Freshdesk tells who changed status, group or assignee, and when.

Not in the API reference; known from public connectors. It needs an account admin's key and the export switched on, and
files are kept for 30 days. A day is asked for by date and answered with the signed address of a file on another host.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from hashlib import sha256
from typing import Any

import msgspec

from clonedesk_connectors.protocol import Page, RawRecord, Request, Response, parse_object, split_records
from clonedesk_connectors.vendors.freshdesk.values import native_id

FILES = "files"
"""Name under which requests to the file host are counted; they cost nothing of the account's limits."""

KEPT_DAYS = 30
SETTLED_DAYS = 2
"""A file that is not there after this many days will not come any more."""

_NEVER = date(2010, 1, 1)
_WHEN = re.compile(r"(\d\d)-(\d\d)-(\d{4}) (\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d)", re.ASCII)


class Head(msgspec.Struct):
    """What is read of a row while it is taken in."""

    ticket_id: Any = None
    performed_at: Any = None


def params(cursor: str | None) -> tuple[tuple[str, str], ...]:
    """The day to ask for. Without a position it is a day that cannot have a file: the answer's `Date` tells today."""
    return (("created_at", (_position(cursor)[0] or _NEVER).isoformat()),)


def _position(cursor: str | None) -> tuple[date | None, int, bool]:
    """A cursor is `DAY/FILE`, or `DAY?` while it is not known whether the account has the export at all."""
    if not cursor:
        return None, 0, False
    day, _, number = cursor.rstrip("?").partition("/")
    return date.fromisoformat(day), int(number or 0), cursor.endswith("?")


def parse(request: Request, response: Response) -> Page:
    """Read a day's address, or the file itself."""
    if request.external_url is not None:
        return Page(tuple(_rows(response.body)), request.cursor, done=True)
    day, number, asking = _position(request.cursor)
    today = _today(response)
    if today is None:
        return Page((), request.cursor, done=True, notes=("activities: an answer without a date; nothing was read",))
    if day is None:
        return Page((), f"{today - timedelta(days=SETTLED_DAYS)}?", done=False)
    if response.status != 200:
        return _no_file(day, today, asking=asking)
    urls = _urls(response.body)
    if asking:
        return Page((), str(today - timedelta(days=KEPT_DAYS)), done=False)
    following = f"{day}/{number + 1}" if number + 1 < len(urls) else str(day + timedelta(days=1))
    then = _file(request, urls[number]) if number < len(urls) else None
    return Page((), following, done=False, then=then)


def _no_file(day: date, today: date, *, asking: bool) -> Page:
    """No file: not switched on, not ready yet, or lost."""
    if asking:
        return Page((), None, done=True, notes=("activities: this account has no daily activity export",))
    if day > today - timedelta(days=SETTLED_DAYS):
        return Page((), str(day), done=True)
    kept_from = today - timedelta(days=KEPT_DAYS)
    following = max(day + timedelta(days=1), kept_from)
    return Page((), str(following), done=False, notes=("activities: a day without a file",))


def _today(response: Response) -> date | None:
    try:
        return parsedate_to_datetime(response.headers.get("date", "")).astimezone(UTC).date()
    except ValueError:
        return None


def _urls(body: bytes) -> list[str]:
    """`export` is a list of files, in an older shape one object."""
    export = parse_object(body).get("export")
    files = export if isinstance(export, list) else [export]
    urls = [file.get("url") for file in files if isinstance(file, dict)]
    return [url for url in urls if isinstance(url, str) and url.startswith(("https://", "http://"))]


def _file(request: Request, url: str) -> Request:
    return Request(request.stream, "", FILES, cursor=request.cursor, external_url=url)


def _rows(body: bytes) -> Iterator[RawRecord]:
    """Rows have no id: what a row says, and how often it was said before in the file, stands in for one. The day of a
    file is shifted by the account's time zone, so rows are never cut to a day."""
    _, found = split_records(body, activities_data=Head)
    said: Counter[str] = Counter()
    for row, payload in found.get("activities_data", ()):
        digest = sha256(payload).hexdigest()[:24]
        when = performed_at(row.performed_at)
        version = int(when.timestamp()) if when else 0
        yield RawRecord("activity", f"{digest}-{said[digest]}", payload, version, native_id(row.ticket_id))
        said[digest] += 1


def performed_at(value: object) -> datetime | None:
    """`21-04-2017 09:33:38 +0000` as aware UTC; None for anything else."""
    found = _WHEN.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        return None
    day, month, year, hour, minute, second = (int(part) for part in found.groups()[:6])
    offset = timedelta(hours=int(found[8]), minutes=int(found[9])) * (-1 if found[7] == "-" else 1)
    try:
        return datetime(year, month, day, hour, minute, second, tzinfo=timezone(offset)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
