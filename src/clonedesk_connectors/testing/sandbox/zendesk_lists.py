"""The list and single-record endpoints, with cursor (page[size]) and offset (page, per_page) pagination."""

import base64
import binascii
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from clonedesk_connectors.testing.sandbox.calls import Call, Reply
from clonedesk_connectors.testing.sandbox.zendesk_desk import Desk, Rating
from clonedesk_connectors.testing.sandbox.zendesk_events import Events
from clonedesk_connectors.testing.sandbox.zendesk_exports import included
from clonedesk_connectors.testing.sandbox.zendesk_people import People
from clonedesk_connectors.testing.sandbox.zendesk_replies import bad_request, record_not_found
from clonedesk_connectors.testing.sandbox.zendesk_tickets import Tickets

_MAX_PAGE = 100
_MAX_OFFSET = 10_000
Slice = Callable[[int, int], tuple[list[Any], int, bool]]
"""(first position, how many) -> rows, position after the last one looked at, whether more follow."""


class Lists:
    """Handlers of everything below `/api/v2` that is not an export."""

    def __init__(self, desk: Desk, people: People, tickets: Tickets, events: Events) -> None:
        self._desk = desk
        self._people = people
        self._tickets = tickets
        self._events = events

    def users(self, call: Call) -> Reply:
        roles = frozenset(call.all("role[]") + call.all("role"))

        def some(first: int, count: int) -> tuple[list[Any], int, bool]:
            rows, more = self._people.users(first, count, roles)
            return rows, first + len(rows), more

        return paged(call, "users", some)

    def groups(self, call: Call) -> Reply:
        return paged(call, "groups", whole(self._people.groups()))

    def brands(self, call: Call) -> Reply:
        return paged(call, "brands", whole(self._people.brands()))

    def custom_statuses(self, call: Call) -> Reply:
        """Not paginated."""
        return Reply({"custom_statuses": self._people.custom_statuses()})

    def ticket_fields(self, call: Call) -> Reply:
        return paged(call, "ticket_fields", whole(self._people.ticket_fields()))

    def satisfaction_ratings(self, call: Call) -> Reply:
        """Ratings of the older good/bad kind; start_time and end_time compare with updated_at."""
        start_s, end_s = call.number("start_time", 0), call.number("end_time", 1 << 62)
        score = call.get("score")

        def wanted(rating: Rating) -> bool:
            if self._tickets.is_survey(rating) or not start_s <= (rating.answered_s or rating.offered_s) < end_s:
                return False
            return not score or score in _scores(rating)

        return paged(call, "satisfaction_ratings", self._ratings(wanted, self._tickets.rating_row))

    def survey_responses(self, call: Call) -> Reply:
        """Answers of the five-step survey; created_at filters are in milliseconds."""
        start_ms = call.number("filter[created_at_start]", 0)
        end_ms = call.number("filter[created_at_end]", 1 << 62)
        subjects = [zrn for zrn in call.get("filter[subject_zrns]").split(",") if zrn]

        def wanted(rating: Rating) -> bool:
            if rating.answered_s is None or not self._tickets.is_survey(rating):
                return False
            if subjects and f"zen:ticket:{rating.number}" not in subjects:
                return False
            return start_ms <= rating.answered_s * 1000 <= end_ms

        return paged(call, "survey_responses", self._ratings(wanted, self._tickets.survey_row))

    def _ratings(self, wanted: Callable[[Rating], bool], render: Callable[[Rating], Any]) -> Slice:
        ratings = self._desk.ratings

        def some(first: int, count: int) -> tuple[list[Any], int, bool]:
            rows: list[Any] = []
            for position in range(first, len(ratings)):
                if wanted(ratings[position]):
                    if len(rows) == count:
                        return rows, position, True
                    rows.append(render(ratings[position]))
            return rows, len(ratings), False

        return some

    def ticket(self, call: Call, number: str) -> Reply:
        if not self._readable(number):
            return record_not_found()
        row = self._tickets.row(int(number), included(call))
        return Reply({"ticket": row} | self._tickets.sideloads([row], included(call)))

    def show_many(self, call: Call) -> Reply:
        """At most 100 ids; unknown and deleted ones are left out."""
        ids = [text for text in call.get("ids").split(",") if text]
        if len(ids) > _MAX_PAGE:
            return bad_request("TooManyValues", "ids has too many values, max_count 100")
        rows = [self._tickets.row(int(text), included(call)) for text in ids if self._readable(text)]
        return Reply({"tickets": rows, "count": len(rows), "next_page": None, "previous_page": None})

    def audits(self, call: Call, number: str) -> Reply:
        """The history of one ticket; an archived ticket comes in one piece whatever was asked."""
        if not self._readable(number):
            return record_not_found()
        history = self._desk.history(int(number))
        updates = [update for update in history.updates if update.turn >= history.story.lost_turns]
        rows = [self._events.audit(history, update) for update in updates]
        if int(number) in self._desk.archived:
            return Reply({"audits": rows, "meta": {"has_more": False}, "next_page": None, "count": len(rows)})
        return paged(call, "audits", whole(_ordered(call, rows)))

    def comments(self, call: Call, number: str) -> Reply:
        if not self._readable(number):
            return record_not_found()
        rows = _ordered(call, self._events.comments(self._desk.history(int(number))))
        reply = paged(call, "comments", whole(rows))
        if "users" in included(call) and reply.status == 200:
            ids = dict.fromkeys(row["author_id"] for row in reply.body["comments"])
            reply.body["users"] = [user for identity in ids if (user := self._people.user(identity))]
        return reply

    def _readable(self, number: str) -> bool:
        if not number.isdigit() or not self._desk.exists(int(number)):
            return False
        return self._desk.history(int(number)).state.status != "deleted"


def _scores(rating: Rating) -> tuple[str, ...]:
    if rating.value is None:
        return ("offered",)
    return ("received", "good" if rating.value >= 4 else "bad")


def _ordered(call: Call, rows: list[Any]) -> list[Any]:
    descending = call.get("sort") == "-created_at" or call.get("sort_order") == "desc"
    return rows[::-1] if descending else rows


def whole(rows: list[Any]) -> Slice:
    """A slice of a list that fits into memory."""
    return lambda first, count: (rows[first : first + count], min(first + count, len(rows)), first + count < len(rows))


def paged(call: Call, name: str, some: Slice) -> Reply:
    """Cursor pagination if `page[size]` or `page[after]` is given, else offset pagination."""
    if call.get("page[size]") or call.get("page[after]"):
        return _by_cursor(call, name, some)
    size = min(max(call.number("per_page", _MAX_PAGE), 1), _MAX_PAGE)
    page = max(call.number("page", 1), 1)
    if page * size > _MAX_OFFSET:
        return bad_request("InvalidPaginationDepth", "Number of records exceeds the limit for offset pagination")
    rows, position, more = some((page - 1) * size, size)
    following = _link(call, page=str(page + 1), per_page=str(size)) if more else None
    return Reply({name: rows, "next_page": following, "previous_page": None, "count": position})


def _by_cursor(call: Call, name: str, some: Slice) -> Reply:
    size = min(max(call.number("page[size]", _MAX_PAGE), 1), _MAX_PAGE)
    first = _position(call.get("page[after]"))
    if first is None:
        return bad_request("InvalidPaginationParameter", "page[after] is not valid")
    rows, position, more = some(first, size)
    cursor = base64.b64encode(f"sandbox:{position}".encode()).decode()
    following = _link(call, **{"page[after]": cursor, "page[size]": str(size)}) if more else None
    meta = {"has_more": more, "after_cursor": cursor if rows else None, "before_cursor": None}
    return Reply({name: rows, "meta": meta, "links": {"prev": None, "next": following}})


def _position(cursor: str) -> int | None:
    if not cursor:
        return 0
    try:
        word, _, position = base64.b64decode(cursor, validate=True).decode("ascii").partition(":")
    except (binascii.Error, ValueError):
        return None
    return int(position) if word == "sandbox" and position.isdigit() else None


def _link(call: Call, **position: str) -> str:
    kept = [(key, value) for key, value in call.query if key not in position]
    path = call.path if call.path.endswith(".json") else f"{call.path}.json"
    return f"{call.base_url}{path}?{urlencode([*kept, *position.items()])}"
