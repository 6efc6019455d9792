"""The incremental exports: tickets by cursor and by time, ticket events, organizations, users."""

import base64
import binascii
import re
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any
from urllib.parse import urlencode

from clonedesk_connectors.testing.sandbox.calls import Call, Reply
from clonedesk_connectors.testing.sandbox.zendesk_desk import Desk
from clonedesk_connectors.testing.sandbox.zendesk_events import Events
from clonedesk_connectors.testing.sandbox.zendesk_people import People
from clonedesk_connectors.testing.sandbox.zendesk_replies import bad_request
from clonedesk_connectors.testing.sandbox.zendesk_tickets import ORGANIZATION_COUNT, Tickets

MAX_ROWS = 1000
_SCOPES = ("all", "agent", "ai_agent")
_CURSOR = re.compile(r"(\d+)\.0\|\|(\d+)\|")


class Exports:
    """Handlers of `/api/v2/incremental/*`."""

    def __init__(self, desk: Desk, people: People, tickets: Tickets, events: Events) -> None:
        self._desk = desk
        self._people = people
        self._tickets = tickets
        self._events = events

    def tickets_by_cursor(self, call: Call) -> Reply:
        """Ordered by (generated_timestamp, id); the cursor says after which row to go on."""
        first = self._first_key(call)
        if isinstance(first, Reply):
            return first
        size, include = page_size(call), included(call)
        if "last_audits" in include:
            return bad_request("InvalidInclude", "last_audits is not supported on incremental endpoints")
        walk = self._desk.walk_tickets(first, _scope(call))
        if call.get("exclude_deleted") == "true":
            walk = (item for item in walk if self._desk.history(item[1]).state.status != "deleted")
        found = list(islice(walk, size + 1))
        page = found[:size]
        rows = [self._tickets.row(number, include) for _, number in page]
        cursor = encode_cursor(*page[-1]) if page else call.get("cursor") or encode_cursor(first >> 32, 0)
        body = {
            "tickets": rows,
            "after_url": _url(call, cursor=cursor),
            "after_cursor": cursor,
            "before_url": None,
            "before_cursor": None,
            "end_of_stream": len(found) <= size,
        }
        return Reply(body | self._tickets.sideloads(rows, include))

    def _first_key(self, call: Call) -> int | Reply:
        if cursor := call.get("cursor"):
            place = decode_cursor(cursor)
            return (
                bad_request("InvalidValue", "cursor is not valid") if place is None else (place[0] << 32 | place[1]) + 1
            )
        start_s = self._start_s(call)
        return start_s if isinstance(start_s, Reply) else start_s << 32

    def _start_s(self, call: Call) -> int | Reply:
        start_s = call.number("start_time", -1)
        if start_s < 0:
            return bad_request("InvalidStartTime", "start_time is required")
        if start_s > self._desk.now_s - 60:
            return bad_request("StartTimeTooRecent", "Too recent start_time. Use a start_time older than 60 seconds")
        return start_s

    def tickets_by_time(self, call: Call) -> Reply:
        include = included(call)

        def rows(numbers: list[Any]) -> list[Any]:
            return [self._tickets.row(number, include) for number in numbers]

        return self._by_time(
            call, "tickets", lambda start_s: self._desk.walk_tickets(start_s << 32, _scope(call)), rows
        )

    def ticket_events(self, call: Call) -> Reply:
        """One row per update, by time; the bodies only with `include=comment_events`."""
        with_comments = "comment_events" in included(call)

        def rows(places: list[Any]) -> list[Any]:
            return [self._event_row(number, turn, with_comments) for number, turn in places]

        return self._by_time(call, "ticket_events", lambda start_s: self._desk.walk_events(start_s, _scope(call)), rows)

    def _event_row(self, number: int, turn: int, with_comments: bool) -> dict[str, Any]:
        history = self._desk.history(number)
        update = next(update for update in history.updates if update.turn == turn)
        return self._events.bulk_row(history, update, with_comments=with_comments)

    def organizations(self, call: Call) -> Reply:
        second = self._desk.world.start_s

        def walk(start_s: int) -> Iterator[tuple[int, Any]]:
            return ((second, index) for index in range(ORGANIZATION_COUNT) if second >= start_s)

        return self._by_time(
            call, "organizations", walk, lambda indexes: [self._people.organization(i) for i in indexes]
        )

    def users_by_cursor(self, call: Call) -> Reply:
        """All users in the order of their ids; everybody was created with the account."""
        if not call.get("cursor") and isinstance(refused := self._start_s(call), Reply):
            return refused
        place = decode_cursor(call.get("cursor"))
        size, first = page_size(call), 0 if place is None else place[1]
        rows, more = self._people.users(first, size, frozenset())
        cursor = encode_cursor(self._desk.world.start_s, first + len(rows))
        body = {
            "users": rows,
            "after_url": _url(call, cursor=cursor),
            "after_cursor": cursor,
            "before_url": None,
            "before_cursor": None,
            "end_of_stream": not more,
        }
        return Reply(body)

    def _by_time(
        self,
        call: Call,
        name: str,
        walk: Callable[[int], Iterator[tuple[int, Any]]],
        render: Callable[[list[Any]], list[Any]],
    ) -> Reply:
        start_s = self._start_s(call)
        if isinstance(start_s, Reply):
            return start_s
        page, end_s, more = time_page(walk(start_s), start_s, page_size(call))
        body = {
            name: render(page),
            "count": len(page),
            "end_of_stream": not more,
            "end_time": end_s,
            "next_page": _url(call, start_time=str(end_s)),
        }
        return Reply(body)


def time_page(rows: Iterator[tuple[int, Any]], start_s: int, size: int) -> tuple[list[Any], int, bool]:
    """A page of rows that each carry their second: the rows, `end_time`, and whether more follow.

    A full page ends at the second of its last row, which the next page repeats. Only if the page lies within one
    second it is extended to that whole second, and the next page starts one second later (read off recordings).
    """
    page = list(islice(rows, size))
    end_s = page[-1][0] if page else start_s
    following = next(rows, None)
    if following is not None and page[0][0] == end_s:
        while following is not None and following[0] == end_s:
            page.append(following)
            following = next(rows, None)
        end_s += 1
    return [payload for _, payload in page], end_s, following is not None


def page_size(call: Call) -> int:
    return min(max(call.number("per_page", MAX_ROWS), 1), MAX_ROWS)


def included(call: Call) -> frozenset[str]:
    return frozenset(name.strip() for value in call.all("include") for name in value.split(","))


def _scope(call: Call) -> str:
    scope = call.get("support_type_scope")
    return scope if scope in _SCOPES else "agent"


def _url(call: Call, **position: str) -> str:
    """A link to another page; of the other parameters it keeps `per_page` only (seen in recordings)."""
    parameters = dict(position)
    if size := call.get("per_page"):
        parameters["per_page"] = size
    path = call.path if call.path.endswith(".json") else f"{call.path}.json"
    return f"{call.base_url}{path}?{urlencode(parameters)}"


def encode_cursor(second: int, identity: int) -> str:
    return base64.b64encode(f"{second}.0||{identity}|".encode()).decode()


def decode_cursor(cursor: str) -> tuple[int, int] | None:
    """(generated second, id) of a cursor, None if it is none of ours."""
    try:
        text = base64.b64decode(cursor, validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        return None
    found = _CURSOR.fullmatch(text)
    return (int(found[1]), int(found[2])) if found else None
