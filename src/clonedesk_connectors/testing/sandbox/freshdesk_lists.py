"""What Freshdesk lists: tickets with all their traps, and the small lists that are read page by page."""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from random import Random
from typing import TypeVar

from clonedesk_connectors.testing.sandbox.calls import Call, Reply
from clonedesk_connectors.testing.sandbox.freshdesk_desk import ARCHIVED, DELETED, GONE, MAIN, SPAM, UNBORN, Desk
from clonedesk_connectors.testing.sandbox.freshdesk_people import CONTACT_BASE, OPEN, People, Row
from clonedesk_connectors.testing.sandbox.freshdesk_replies import PAGE_WALL, invalid, not_found
from clonedesk_connectors.testing.sandbox.freshdesk_rows import Rows
from clonedesk_connectors.text.times import parse_time

T = TypeVar("T")

WALL = 300
DEFAULT_S = 30 * 86400
"""Without `updated_since` the list holds the tickets created in this time."""

LIST_PARAMETERS = frozenset(
    {"filter", "requester_id", "updated_since", "order_by", "order_type", "include", "page", "per_page"}
)
LIST_INCLUDES = frozenset({"stats", "requester", "description", "company"})
TICKET_INCLUDES = LIST_INCLUDES - {"description"} | {"conversations"}
_FILTERS = {"": MAIN, "new_and_my_open": MAIN, "watching": MAIN, "spam": SPAM, "deleted": DELETED}
_ORDERS = ("created_at", "due_by", "updated_at", "status")


class Lists:
    """Handlers of GET requests. ties: `stable` or `shuffled`, the order of tickets changed in one second.

    before_list: called before each page of tickets, to let the desk change under the reader.
    """

    def __init__(self, desk: Desk, people: People, rows: Rows, ties: str, before_list: Callable[[], None]) -> None:
        self._desk, self._people, self._rows = desk, people, rows
        self._before_list = before_list
        self._dice = Random(11) if ties == "shuffled" else None  # noqa: S311

    # --- tickets ---

    def tickets(self, call: Call) -> Reply:
        """`GET /tickets`."""
        refused = _refused(call, LIST_PARAMETERS, LIST_INCLUDES) or _page_refused(call, wall=WALL)
        if refused is not None:
            return refused
        if call.get("filter") not in _FILTERS:
            return invalid("filter", "invalid_value", f"It should be one of these values: '{','.join(_FILTERS)}'")
        if call.get("order_by", "created_at") not in _ORDERS or call.get("order_type", "desc") not in ("asc", "desc"):
            return invalid("order_by", "invalid_value", f"It should be one of these values: '{','.join(_ORDERS)}'")
        since = parse_time(call.get("updated_since")) if call.get("updated_since") else None
        if since is None and call.get("updated_since"):
            return invalid(
                "updated_since", "invalid_value", "It should be in the combined date and time ISO8601 format"
            )
        self._before_list()
        numbers = self._wanted(call, None if since is None else int(since.timestamp()))
        include = frozenset(filter(None, call.get("include").split(",")))
        return _page(call, self._ordered(call, numbers), lambda number: self._rows.ticket(number, include))

    def _wanted(self, call: Call, since_s: int | None) -> Iterator[int]:
        """Numbers in order of their last change; that `updated_since` includes its second is our reading."""
        desk, who = self._desk, call.get("filter")
        oldest_s = desk.now_s - DEFAULT_S if since_s is None else 0
        for number in desk.walk(_FILTERS[who], since_s or 0):
            if oldest_s and desk.story(number).created_s < oldest_s:
                continue
            if who == "new_and_my_open" and (desk.history(number).status, desk.history(number).responder) != (
                OPEN,
                None,
            ):
                continue
            if who == "watching":
                continue
            if call.get("requester_id") and str(CONTACT_BASE + desk.story(number).customer) != call.get("requester_id"):
                continue
            yield number

    def _ordered(self, call: Call, numbers: Iterator[int]) -> Iterable[int]:
        """The order asked for. Ascending by change is what the walk gives; the rest needs the whole list."""
        by, descending = call.get("order_by", "created_at"), call.get("order_type", "desc") == "desc"
        if self._dice is not None:
            numbers = self._shuffled(numbers)
        if by == "updated_at":
            return reversed(list(numbers)) if descending else numbers
        keys = {
            "created_at": lambda number: self._desk.story(number).created_s,
            "due_by": lambda number: self._desk.story(number).created_s,
            "status": lambda number: self._desk.history(number).status,
        }
        return sorted(numbers, key=keys[by], reverse=descending)

    def _shuffled(self, numbers: Iterator[int]) -> Iterator[int]:
        run: list[int] = []
        for number in numbers:
            if run and self._desk.updated_s(number) != self._desk.updated_s(run[0]):
                yield from self._mixed(run)
                run = []
            run.append(number)
        yield from self._mixed(run)

    def _mixed(self, run: list[int]) -> list[int]:
        assert self._dice is not None
        self._dice.shuffle(run)
        return run

    def ticket(self, call: Call, number: str) -> Reply:
        """`GET /tickets/{id}`: spam and deleted ones too; that an archived one answers 404 is our reading."""
        refused = _refused(call, frozenset({"include"}), TICKET_INCLUDES)
        if refused is not None:
            return refused
        if self._desk.place(int(number)) in (ARCHIVED, GONE, UNBORN):
            return not_found()
        include = {"description", *call.get("include").split(",")}
        return Reply(self._rows.ticket(int(number), include) | {"attachments": []})

    def archived(self, call: Call, number: str) -> Reply:
        """`GET /tickets/archived/{id}`."""
        if (refused := _refused(call, frozenset(), frozenset())) is not None:
            return refused
        if self._desk.place(int(number)) != ARCHIVED:
            return not_found()
        return Reply(self._rows.ticket(int(number), {"description"}) | {"attachments": []})

    def conversations(self, call: Call, number: str) -> Reply:
        """`GET /tickets/{id}/conversations`."""
        return self._conversations(call, number, archived=False)

    def archived_conversations(self, call: Call, number: str) -> Reply:
        return self._conversations(call, number, archived=True)

    def _conversations(self, call: Call, number: str, *, archived: bool) -> Reply:
        refused = _refused(call, frozenset({"page", "per_page"}), frozenset()) or _page_refused(call)
        if refused is not None:
            return refused
        place = self._desk.place(int(number))
        if place in (GONE, UNBORN) or (place == ARCHIVED) is not archived:
            return not_found()
        rows = self._rows.conversations(int(number))
        return _page(call, rows, lambda row: row)

    # --- ratings and the directory ---

    def ratings(self, call: Call) -> Reply:
        """`GET /surveys/satisfaction_ratings`: oldest first; the order is our reading."""
        refused = _refused(call, frozenset({"created_since", "user_id", "page", "per_page"}), frozenset())
        if refused is not None or (refused := _page_refused(call)) is not None:
            return refused
        since = parse_time(call.get("created_since"))
        since_s = int(since.timestamp()) if since else 0
        found = sorted(
            (rating for rating in self._desk.ratings if rating.step.at_s >= since_s and self._visible(rating.number)),
            key=lambda rating: (rating.step.at_s, rating.number),
        )
        return _page(call, found, self._rows.rating)

    def _visible(self, number: int) -> bool:
        return self._desk.place(number) not in (GONE, UNBORN)

    def ticket_ratings(self, call: Call, number: str) -> Reply:
        """`GET /tickets/{id}/satisfaction_ratings`."""
        if not self._visible(int(number)):
            return not_found()
        return Reply([self._rows.rating(rating) for rating in self._desk.ratings if rating.number == int(number)])

    def agents(self, call: Call) -> Reply:
        return self._small(call, self._people.agents())

    def groups(self, call: Call) -> Reply:
        return self._small(call, self._people.groups())

    def companies(self, call: Call) -> Reply:
        return self._small(call, self._people.companies())

    def ticket_fields(self, call: Call) -> Reply:
        return Reply(self._people.ticket_fields())

    def surveys(self, call: Call) -> Reply:
        return Reply(self._people.surveys())

    def me(self, call: Call) -> Reply:
        return Reply(self._people.me())

    def _small(self, call: Call, rows: list[Row]) -> Reply:
        refused = _refused(call, frozenset({"page", "per_page"}), frozenset()) or _page_refused(call)
        return _page(call, rows, lambda row: row) if refused is None else refused


def _refused(call: Call, parameters: frozenset[str], includes: frozenset[str]) -> Reply | None:
    """Unknown parameters and includes are refused."""
    for name, _ in call.query:
        if name not in parameters:
            return invalid(name, "invalid_field", "Unexpected/invalid field in request")
    for name in filter(None, call.get("include").split(",")):
        if name not in includes:
            return invalid("include", "invalid_value", f"Should be a value in the list '{','.join(sorted(includes))}'")
    return None


def _page_refused(call: Call, wall: int | None = None) -> Reply | None:
    if not 1 <= call.number("per_page", 30) <= 100 or (call.get("per_page") and not call.get("per_page").isdigit()):
        return invalid("per_page", "invalid_value", "It should be a Positive Integer less than or equal to 100")
    page = call.number("page", 1)
    if page < 1:
        return invalid("page", "invalid_value", "It should be a Positive Integer")
    return invalid("page", "invalid_value", PAGE_WALL) if wall is not None and page > wall else None


def _page(call: Call, found: Iterable[T], row: Callable[[T], Row]) -> Reply:
    """One page and a Link to the next; the last page has none."""
    size, page = call.number("per_page", 30), call.number("page", 1)
    shown = list(islice(found, (page - 1) * size, page * size + 1))
    headers = {}
    if len(shown) > size:
        query = [(name, value) for name, value in call.query if name != "page"]
        link = "&".join(f"{name}={value}" for name, value in [*query, ("page", str(page + 1))])
        headers["link"] = f'<{call.base_url}{call.path}?{link}>; rel="next"'
    return Reply([row(one) for one in shown[:size]], headers=headers)
