"""Reading a file page by page: a page is some whole lines from a byte offset on."""

from __future__ import annotations

import json
from typing import Any

from clonedesk_connectors.protocol import Mode, Outcome, Page, RawRecord, Request, Response, Stream, judge_status
from clonedesk_connectors.text.times import unix_s

TICKETS, LINES = "tickets", "lines"

STREAMS = (Stream(TICKETS, Mode.SNAPSHOT, LINES, page_size=500),)
"""Read whole each time: a newer export may differ anywhere, and a line that has not changed costs next to nothing."""

AT_END = "x-file-end"
"""Header of an answer that reaches the end of the file."""

_BOM = b"\xef\xbb\xbf"


def request(stream: str, cursor: str | None, page_size: int) -> Request:
    """`page_size` lines from byte `cursor` on."""
    params = (("offset", cursor or "0"), ("lines", str(page_size)))
    return Request(stream, "/", LINES, params=params, cursor=cursor, page_size=page_size)


def parse(request: Request, response: Response) -> Page:
    """A ticket a line. What is no ticket is kept as it is, under its place in the file, and counted in a note."""
    offset = int(request.cursor or 0)
    records, bad = [], 0
    for line in response.body.splitlines(keepends=True):
        text = line.removeprefix(_BOM).strip() if offset == 0 else line.strip()
        if text:
            record = _record(text)
            bad += record is None
            records.append(record or RawRecord("unreadable_line", str(offset), text))
        offset += len(line)
    notes = (f"{bad} lines are not tickets; they are kept as raw records of kind unreadable_line",) if bad else ()
    done = response.headers.get(AT_END) == "yes"
    return Page(tuple(records), None if done else str(offset), done, notes=notes)


def _record(text: bytes) -> RawRecord | None:
    try:
        row = json.loads(text)
    except (ValueError, RecursionError):
        return None
    key = native_id(row) if isinstance(row, dict) else None
    return RawRecord("ticket", key, text, _version(row), key) if key is not None else None


def native_id(row: dict[str, Any]) -> str | None:
    """The ticket's id as text: `native_id` in our own export, `id` in the minimal format."""
    value = row.get("native_id", row.get("id"))
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value if isinstance(value, str) and value.isprintable() and value.strip() else None


def _version(row: dict[str, Any]) -> int:
    own = row.get("version")
    return own if type(own) is int and 0 <= own < 2**62 else unix_s(row.get("updated_at"))


def judge(request: Request, response: Response) -> Outcome:
    return judge_status(request, response)
