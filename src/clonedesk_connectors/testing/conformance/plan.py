"""Checks of the plan: requests, pages and cursors are plain values, built by pure functions."""

from __future__ import annotations

import ast
import inspect
import warnings
from collections.abc import Iterator
from copy import deepcopy
from itertools import pairwise
from pathlib import Path
from unittest import SkipTest

from clonedesk_connectors.protocol import Mode, Page, Request, Response, from_json, to_json
from clonedesk_connectors.sync.standstill import PAGES_REPEAT
from clonedesk_connectors.testing.conformance.kit import Kit
from clonedesk_connectors.testing.conformance.rig import expect, lists

IMPURE = frozenset(
    {"aiohttp", "asyncio", "ftplib", "http", "httpx", "keyring", "multiprocessing", "os", "random", "requests"}
    | {"secrets", "shelve", "socket", "sqlalchemy", "sqlite3", "ssl", "subprocess", "tempfile", "tenacity"}
    | {"threading", "time", "urllib3", "uuid"}
)
"""Modules a connector has no business with."""

_NOW = frozenset({"now", "utcnow", "today"})


class PlanChecks(Kit):
    """See the module."""

    def test_the_plan_survives_json(self) -> None:
        """Every request, response and page is the same value after a round trip through JSON.

        The queue, the checkpoint and the dead letter are JSON; what does not survive is lost at the next start.
        """
        for request, response, page in self._recording().ran.watched.exchanges:
            for value in (request, response, page):
                what = f"a {type(value).__name__} of {request.stream}"
                expect(_same_after_json(value), f"{what} does not survive JSON: use the documented types")

    def test_requests_are_built_from_the_stored_position_alone(self) -> None:
        """A connector made anew builds the same requests, in any order: nothing is remembered between calls."""
        asked = self._recording().ran.watched.asked
        fresh = self.connector()
        for stream, cursor, size, subject, made in reversed(asked):
            for _ in range(2):
                again = fresh.request(stream, cursor, size, subject)
                expect(again == made, f"{stream}: another connector builds another request from the same cursor")

    def test_cursors_are_stored_and_replayed_verbatim(self) -> None:
        """A request carries its stream, subject and cursor exactly as asked, and so does the next page's request."""
        recording = self._recording()
        for stream, cursor, _, subject, made in recording.ran.watched.asked:
            same = (made.stream, made.cursor, made.subject) == (stream, cursor, subject)
            expect(same, f"{stream}: the request does not carry the stream, cursor and subject it was asked for")
        for stream, exchanges in lists(recording.ran).items():
            for before, after in pairwise(exchanges):
                kept = after.request.cursor == before.page.cursor
                expect(kept, f"{stream}: a page's cursor was not replayed as it was")
        with self._rig(page_size=self.small_page) as rig:
            first = lists(rig.pull())
            ends = {stream: exchanges[-1].page.cursor for stream, exchanges in first.items()}
            stored = rig.account.checkpoints()
            expect({name: stored[name].cursor for name in ends} == ends, "a stored cursor differs from the page's")
            modes = {stream.name: stream.mode for stream in self.connector().streams}
            for stream, exchanges in lists(rig.pull()).items():
                goes_on = modes[stream] is Mode.INCREMENTAL
                expect(
                    not goes_on or exchanges[0].request.cursor == ends[stream],
                    f"{stream}: the next run does not start at the stored cursor",
                )

    def test_parse_and_normalise_are_pure_and_deterministic(self) -> None:
        """The same input gives the same output, from a new connector, in another order, and input stays untouched."""
        recording = self._recording()
        fresh = self.connector()
        state = deepcopy(vars(fresh))
        for request, response, page in reversed(recording.ran.watched.exchanges):
            expect(fresh.parse(request, response) == page, f"{request.stream}: parsing again gives another page")
            verdict = fresh.judge(request, response)
            expect(fresh.judge(request, response) == verdict, f"{request.stream}: judging again gives another verdict")
        for bundle, ticket, _ in reversed(recording.ran.watched.normalised.values()):
            given = deepcopy(bundle.records)
            expect(
                fresh.normalize(bundle) == ticket, f"ticket {bundle.ticket_id}: normalising again gives another ticket"
            )
            expect(bundle.records == given, f"ticket {bundle.ticket_id}: normalising changes its input")
        expect(vars(fresh) == state, "the connector remembers something: its attributes change while it works")

    def test_it_touches_no_network_clock_or_disk(self) -> None:
        """The connector's own modules import nothing that does IO, sleeps or rolls dice, and never ask for the time."""
        for path in sorted(_sources(type(self.connector()))):
            for what, line in _impurities(ast.parse(path.read_text("utf-8"))):
                raise AssertionError(f"{path.name}:{line}: {what}: a connector is pure, the engine does such things")

    def test_it_never_gets_stuck(self) -> None:
        """Every page that is not the last moves the cursor, and a cursor of the vendor's that stands still is seen.

        Snapshot lists are left out of the second part: where pages have numbers, there is no such cursor.
        """
        for stream, exchanges in lists(self._recording().ran).items():
            cursors = [exchanges[0].request.cursor, *(one.page.cursor for one in exchanges if not one.page.done)]
            expect(len(set(cursors)) == len(cursors), f"{stream}: a page that is not the last repeats a cursor")
        streams = {stream.name for stream in self.connector().streams if stream.mode is Mode.INCREMENTAL}
        if not streams:
            raise SkipTest("this connector has no incremental stream whose cursor could stand still")
        first: dict[str, Response] = {}

        def stand_still(request: Request, response: Response) -> Response:
            if request.stream not in streams or response.status != 200:
                return response
            return first.setdefault(request.stream, response)

        with self._rig(page_size=self.small_page) as rig:
            ran = rig.pull(after=stand_still, cap=100 + 10 * len(self._recording().ran.wire.sent))
        hidden = [stream for stream, reason in ran.report.failed_streams.items() if reason == PAGES_REPEAT]
        expect(not hidden, f"{', '.join(hidden)}: the vendor's cursor stood still, but the connector's went on")


def _same_after_json(value: Request | Response | Page) -> bool:
    try:
        with warnings.catch_warnings(action="ignore"):  # pydantic's word about a wrong type; the result says it too
            return from_json(type(value), to_json(value)) == value
    except ValueError:
        return False


def _sources(cls: type) -> set[Path]:
    """The files of a connector: of a package all, of a plain module that one. Ours from `protocol` down are trusted."""
    found: set[Path] = set()
    for base in cls.__mro__[:-1]:
        file = inspect.getsourcefile(base)
        if file is None:
            continue
        path = Path(file)
        found |= set(path.parent.glob("*.py")) if path.name == "__init__.py" else {path}
    return found


def _impurities(tree: ast.AST) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names = [node.module or ""]
        for name in names:
            if name.partition(".")[0] in IMPURE:
                yield f"imports {name}", getattr(node, "lineno", 0)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _NOW:
            yield f"calls {node.func.attr}()", node.lineno
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "open":
            yield "opens a file", node.lineno
