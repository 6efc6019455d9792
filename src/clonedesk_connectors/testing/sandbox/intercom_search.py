"""Intercom's searches: the query language, the order, and cursors that are positions in that order.

A cursor is not a snapshot. Ascending, a row that changes while a caller pages moves to the end; descending, it jumps
ahead of the caller.
"""

import base64
import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from clonedesk_connectors.testing.sandbox.calls import Reply
from clonedesk_connectors.testing.sandbox.intercom_desk import ID_BASE, Desk
from clonedesk_connectors.testing.sandbox.intercom_replies import invalid

MOST_ROWS = 150
DEFAULT_ROWS = 20
_MOST_FILTERS = 15
_DAY_S = 86_400
_GROUPS = ("AND", "OR")
_SORTS = ("updated_at", "created_at", "id")

Predicate = Callable[[int], bool]


class Refused(Exception):
    """The query is not one Intercom would take; the text is for the error body."""


class Reading(NamedTuple):
    """How the service reads what its documentation leaves open.

    or_equal: `>` and `<` include equality. whole_days: dates compare by day, anchored `midnight_s` seconds after
    midnight UTC. sorts: it honours `sort`; else newest first, whatever was asked.
    """

    or_equal: bool = False
    whole_days: bool = False
    midnight_s: int = 0
    sorts: bool = True


class Page(NamedTuple):
    numbers: Sequence[int]
    total: int
    pages: dict[str, Any]


class Search:
    """Finds conversations of one desk. `reading` may be changed at any time."""

    def __init__(self, desk: Desk, reading: Reading) -> None:
        self._desk = desk
        self.reading = reading
        self._found: dict[str, list[tuple[int, int]]] = {}
        self._revision = -1
        self._numbers: dict[str, Callable[[int], int]] = {
            "updated_at": desk.updated_s,
            "created_at": desk.created_s,
            "id": lambda number: ID_BASE + number,
            "admin_assignee_id": lambda number: desk.history(number).admin or 0,
            "team_assignee_id": lambda number: desk.history(number).team or 0,
            "statistics.count_reopens": lambda number: desk.history(number).reopens,
        }
        self._words: dict[str, Callable[[int], Iterable[str]]] = {
            "state": lambda number: (desk.history(number).state,),
            "tag_ids": lambda number: [desk.tags.id_of(tagged.name) for tagged in desk.history(number).tags],
            "ai_agent_participated": lambda number: (str(desk.history(number).ai_spoke is not None).lower(),),
            "open": lambda number: (str(desk.history(number).state != "closed").lower(),),
        }

    def page(self, body: Any, among: Predicate) -> Page | Reply:
        """One page of the conversations that match a search body; the vendor's 400 for a body it would not take."""
        if not isinstance(body, dict) or "query" not in body:
            return invalid("query is required")
        paging = body.get("pagination") or {}
        rows = paging.get("per_page", DEFAULT_ROWS) if isinstance(paging, dict) else None
        if not isinstance(rows, int) or not 1 <= rows <= MOST_ROWS:
            return invalid(f"per_page must be between 1 and {MOST_ROWS}")
        try:
            field, descending = self._order(body.get("sort"))
            matches = self._predicate(body["query"], 1)
            after = _position(paging.get("starting_after"))
        except Refused as refused:
            return invalid(str(refused))
        key = json.dumps([body["query"], field, descending, self.reading, among.__name__])
        found = self._sorted(key, lambda number: among(number) and matches(number), field, descending)
        return self._cut(found, rows, after, descending)

    def newest(self, rows: int, starting_after: str | None, among: Predicate) -> Page | Reply:
        """One page of the plain list: everything, newest change first."""
        query = {"field": "updated_at", "operator": ">", "value": 0}
        body = {"query": query, "pagination": {"per_page": rows, "starting_after": starting_after}}
        return self.page(body, among)

    def _sorted(self, key: str, matches: Predicate, field: str, descending: bool) -> list[tuple[int, int]]:
        if self._revision != self._desk.revision:
            self._found.clear()
            self._revision = self._desk.revision
        found = self._found.get(key)
        if found is None:
            value = self._numbers[field]
            pairs = ((value(number), number) for number in self._desk.numbers() if matches(number))
            found = self._found[key] = sorted(pairs, reverse=descending)
        return found

    def _cut(
        self, found: list[tuple[int, int]], rows: int, after: tuple[int, int, int] | None, descending: bool
    ) -> Page:
        number = 1
        start = 0
        if after is not None:
            value_ms, tie, number = after
            place = (value_ms // 1000, tie)
            start = sum(pair >= place if descending else pair <= place for pair in found)
        chosen = found[start : start + rows]
        pages: dict[str, Any] = {
            "type": "pages",
            "page": number,
            "per_page": rows,
            "total_pages": -(-len(found) // rows),
        }
        if start + rows < len(found):
            value, tie = chosen[-1]
            token = base64.b64encode(json.dumps([value * 1000, tie, number + 1], separators=(",", ":")).encode())
            pages["next"] = {"per_page": rows, "starting_after": token.decode()}
        return Page([pair[1] for pair in chosen], len(found), pages)

    def _order(self, sort: Any) -> tuple[str, bool]:
        if sort is None or not self.reading.sorts:
            return "updated_at", True
        field, order = (sort.get("field"), sort.get("order")) if isinstance(sort, dict) else (None, None)
        if field not in _SORTS or order not in ("ascending", "descending"):
            raise Refused("invalid_sort_order")
        return field, order == "descending"

    # --- the query language ---

    def _predicate(self, query: Any, level: int) -> Predicate:
        if not isinstance(query, dict):
            raise Refused("a filter must be an object")
        if query.get("operator") in _GROUPS and "field" not in query:
            return self._group(query, level)
        return self._single(query.get("field"), query.get("operator"), query.get("value"))

    def _group(self, query: dict[str, Any], level: int) -> Predicate:
        filters = query.get("value")
        if not isinstance(filters, list) or not filters:
            raise Refused("a group needs a list of filters")
        if len(filters) > _MOST_FILTERS:
            raise Refused(f"at most {_MOST_FILTERS} filters in a group")
        nested = any(isinstance(one, dict) and one.get("operator") in _GROUPS for one in filters)
        if nested and level > 1:
            raise Refused("at most 2 levels of filters")
        parts = [self._predicate(one, level + 1) for one in filters]
        combine = all if query["operator"] == "AND" else any
        return lambda number: combine(part(number) for part in parts)

    def _single(self, field: Any, operator: Any, value: Any) -> Predicate:
        if field in self._numbers and field != "id":
            return self._number_filter(field, operator, value)
        if field == "id":
            return self._word_filter(lambda number: (str(ID_BASE + number),), operator, value)
        if field in self._words:
            return self._word_filter(self._words[field], operator, value)
        raise Refused("unknown field")

    def _number_filter(self, field: str, operator: Any, value: Any) -> Predicate:
        read = self._numbers[field]
        wanted = [_whole(one) for one in (value if isinstance(value, list) else [value])]
        scale = self._day if self.reading.whole_days and field.endswith("_at") else int
        targets = [scale(one) for one in wanted]
        compare = self._comparison(operator)
        return lambda number: compare(scale(read(number)), targets)

    def _comparison(self, operator: Any) -> Callable[[int, list[int]], bool]:
        equal = self.reading.or_equal
        known: dict[str, Callable[[int, list[int]], bool]] = {
            "=": lambda have, want: have == want[0],
            "!=": lambda have, want: have != want[0],
            ">": lambda have, want: have > want[0] or (equal and have == want[0]),
            "<": lambda have, want: have < want[0] or (equal and have == want[0]),
            ">=": lambda have, want: have >= want[0],
            "<=": lambda have, want: have <= want[0],
            "IN": lambda have, want: have in want,
            "NIN": lambda have, want: have not in want,
        }
        if operator not in known:
            raise Refused("operator is not valid for this field")
        return known[operator]

    def _day(self, seconds: int) -> int:
        return (seconds - self.reading.midnight_s) // _DAY_S

    def _word_filter(self, read: Callable[[int], Iterable[str]], operator: Any, value: Any) -> Predicate:
        wanted = {str(one).lower() for one in (value if isinstance(value, list) else [value])}
        if operator in ("=", "IN"):
            return lambda number: not wanted.isdisjoint(read(number))
        if operator in ("!=", "NIN"):
            return lambda number: wanted.isdisjoint(read(number))
        raise Refused("operator is not valid for this field")


def _whole(value: Any) -> int:
    """A number, or a number written as text; anything else does not match the type of the field."""
    if isinstance(value, bool) or not isinstance(value, int | str) or not str(value).lstrip("-").isdigit():
        raise Refused("the value does not match the type of the field")
    return int(value)


def _position(token: Any) -> tuple[int, int, int] | None:
    if token is None:
        return None
    try:
        value_ms, tie, page = json.loads(base64.b64decode(token, validate=True))
        return int(value_ms), int(tie), int(page)
    except (ValueError, TypeError):
        raise Refused("starting_after is not a cursor") from None
