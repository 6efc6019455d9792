"""A whole Zendesk account over real HTTP, with everything that goes wrong on the way: nothing is lost."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from clonedesk_connectors.errors import AuthError
from clonedesk_connectors.model import Ticket
from clonedesk_connectors.store import Archive
from clonedesk_connectors.sync import Status
from tests.sync.over_http import make_pull, pull_from, tickets_in
from tests.sync.toy import FakeTime

pytest.importorskip("uvicorn")
from clonedesk_connectors.testing.sandbox import faults as f
from clonedesk_connectors.testing.sandbox.calls import Call
from clonedesk_connectors.testing.sandbox.zendesk import ZendeskSandbox
from clonedesk_connectors.testing.world import World

TICKETS = 120
EXPORTS = "/api/v2/incremental/*"


@pytest.fixture(scope="module")
def world() -> World:
    return World(seed=11, tickets=TICKETS)


@pytest.fixture(scope="module")
def clean(world: World, tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    """The tickets of an undisturbed pull."""
    store = f"sqlite:///{tmp_path_factory.mktemp('clean') / 'a.sqlite'}"
    with ZendeskSandbox(world, limits="none") as helpdesk:
        pull_from(helpdesk, store, page_size=25)
    return tickets_in(store)


@pytest.fixture
def helpdesk(world: World) -> Iterator[ZendeskSandbox]:
    with ZendeskSandbox(world, limits="none") as running:
        yield running


@pytest.fixture
def store(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'archive.sqlite'}"


def test_the_undisturbed_pull_is_whole(clean: list[bytes]) -> None:
    assert len(clean) >= TICKETS - 2  # the export withholds the newest minute


PASSING = {
    "429 with seconds": f.rate_limited(17),
    "429 with a date": f.rate_limited(30, date_from_s=1_700_000_000),
    "429 without a word": f.rate_limited(None),
    "429 as an HTML page": f.rate_limited(None, html=True),
    "500": f.server_error(500),
    "502 as an HTML page": f.server_error(502, html=True),
    "503": f.server_error(503),
    "504": f.server_error(504),
    "hang": f.hang(),
    "cut in mid-body": f.cut_body(),
    "truncated JSON": f.truncated_json(),
    "HTML with status 200": f.html_page(),
    "empty body": f.empty_body(),
    "gzip bomb": f.gzip_bomb(64 * 1024 * 1024),
    "a list for an object": f.wrong_type(),
}


@pytest.mark.parametrize("action", PASSING.values(), ids=PASSING.keys())
def test_a_passing_fault_on_the_exports_loses_nothing(
    helpdesk: ZendeskSandbox, store: str, clean: list[bytes], action: f.Action
) -> None:
    helpdesk.faults.add(f.Rule(action, path=EXPORTS, nth={2, 5}))
    report = pull_from(helpdesk, store, page_size=25, timeout_s=0.5)
    assert tickets_in(store) == clean
    assert report.dead_letters == 0
    assert helpdesk.faults.fired == 2


def test_the_wait_is_the_one_the_vendor_asks_for(helpdesk: ZendeskSandbox, store: str) -> None:
    helpdesk.faults.add(f.Rule(f.rate_limited(17), path=EXPORTS, nth={2}))
    time = FakeTime()
    pull_from(helpdesk, store, time=time)
    assert 17 <= time.now < 20


def test_pages_that_only_work_when_small_are_read_in_pieces(
    helpdesk: ZendeskSandbox, store: str, clean: list[bytes]
) -> None:
    helpdesk.faults.add(f.Rule(f.server_error(504), path=EXPORTS, query="per_page=25", every=2))
    pull_from(helpdesk, store, page_size=25)
    assert tickets_in(store) == clean


def test_duplicate_rows_across_pages_change_nothing(helpdesk: ZendeskSandbox, store: str, clean: list[bytes]) -> None:
    kept: dict[str, list[object]] = {}

    def repeat(call: Call, body: dict[str, object]) -> dict[str, object]:
        for name in ("tickets", "ticket_events"):
            rows = body.get(name)
            if isinstance(rows, list):
                lane = f"{name} {'ai_agent' in str(call.query)}"
                body[name] = kept.get(lane, []) + rows
                kept[lane] = rows[-3:]
        return body

    helpdesk.faults.add(f.Rule(f.edited(repeat), path=EXPORTS))
    pull_from(helpdesk, store, page_size=25)
    assert tickets_in(store) == clean


def test_tickets_that_change_while_they_are_pulled_arrive_as_they_are_in_the_end(world: World, store: str) -> None:
    with ZendeskSandbox(world, limits="none") as helpdesk:
        changed = iter(range(10, 60, 7))

        def disturb(call: object, body: object) -> object:
            number = next(changed, None)
            if number is not None:
                helpdesk.advance(120)
                helpdesk.update(number, by="customer", comment="One more thing, please call me back.")
                helpdesk.advance(120)
            return body

        helpdesk.faults.add(f.Rule(f.edited(disturb), path="/api/v2/incremental/tickets/*"))
        pull_from(helpdesk, store, page_size=25)
        helpdesk.faults.clear()
        report = pull_from(helpdesk, store, page_size=25)
    with Archive.open(store) as archive:
        late = [
            ticket.native_id
            for ticket in archive.tickets()
            if any(e.kind == "message" and "call me back" in e.body for e in ticket.events)
        ]
    assert len(late) >= 5
    assert report.dead_letters == 0


def test_a_ticket_that_changes_without_a_new_updated_at_is_read_again(helpdesk: ZendeskSandbox, store: str) -> None:
    pull_from(helpdesk, store)
    helpdesk.advance(300)
    helpdesk.touch(40)
    helpdesk.advance(300)
    report = pull_from(helpdesk, store)
    assert report.records["changed"] >= 1


def test_a_second_pull_without_changes_takes_at_most_eight_requests(helpdesk: ZendeskSandbox, store: str) -> None:
    pull_from(helpdesk, store)
    helpdesk.log.clear()
    report = pull_from(helpdesk, store)
    assert report.requests_total == len(helpdesk.log) <= 8
    assert report.tickets == {"new": 0, "changed": 0, "deleted": 0}


@pytest.mark.parametrize("action", [f.not_found(), f.forbidden()], ids=["404", "403"])
def test_a_child_that_is_gone_is_a_tombstone(helpdesk: ZendeskSandbox, store: str, action: f.Action) -> None:
    helpdesk.faults.add(f.Rule(action, path="/api/v2/tickets/*/audits*"))
    helpdesk.faults.add(f.Rule(f.edited(_without_some), path="/api/v2/incremental/ticket_events*"))
    report = pull_from(helpdesk, store)
    assert report.dead_letters == 0
    with closing(sqlite3.connect(store.removeprefix("sqlite:///"))) as raw:
        assert raw.execute("SELECT count(*) FROM follow_up WHERE state='gone'").fetchone()[0] > 0


def _without_some(call: object, body: dict[str, list[object]]) -> dict[str, list[object]]:
    body["ticket_events"] = [row for number, row in enumerate(body["ticket_events"]) if number % 3]
    return body


def test_missing_events_are_repaired_from_the_audits(helpdesk: ZendeskSandbox, store: str, clean: list[bytes]) -> None:
    helpdesk.faults.add(f.Rule(f.edited(_without_some), path="/api/v2/incremental/ticket_events*"))
    pull_from(helpdesk, store)
    assert _messages(tickets_in(store)) == _messages(clean)


def _messages(lines: list[bytes]) -> dict[str, int]:
    """Messages by ticket, without deleted tickets: the vendor keeps no audits of those."""
    tickets = [Ticket.model_validate_json(line) for line in lines]
    return {t.native_id: sum(e.kind == "message" for e in t.events) for t in tickets if not t.deleted}


def test_a_cursor_that_repeats_stops_the_lane_and_says_so(helpdesk: ZendeskSandbox, store: str) -> None:
    first: list[object] = []

    def repeat(call: object, body: dict[str, object]) -> dict[str, object]:
        first.append(body["after_cursor"])
        return body | {"after_cursor": first[0], "end_of_stream": False}

    helpdesk.faults.add(f.Rule(f.edited(repeat), path="/api/v2/incremental/tickets/cursor*"))
    report = pull_from(helpdesk, store, page_size=25)
    assert report.status is Status.INCOMPLETE
    assert report.failed_streams["tickets"].startswith("StuckCursor")


def test_a_next_link_to_another_host_is_never_followed(helpdesk: ZendeskSandbox, world: World, store: str) -> None:
    with ZendeskSandbox(world, limits="none") as thief:

        def lure(call: object, body: dict[str, object]) -> dict[str, object]:
            found = dict(body)
            for name in ("after_url", "next_page"):
                if name in found:
                    found[name] = f"{thief.url}/api/v2/incremental/tickets/cursor?cursor=x"
            if isinstance(found.get("links"), dict):
                found["links"] = {"next": f"{thief.url}/steal"}
            return found

        helpdesk.faults.add(f.Rule(f.edited(lure)))
        pull_from(helpdesk, store, page_size=25)
        assert list(thief.log) == []


def test_a_redirect_to_another_host_is_not_followed(helpdesk: ZendeskSandbox, world: World, store: str) -> None:
    with ZendeskSandbox(world, limits="none") as thief:
        helpdesk.faults.add(f.Rule(f.redirect(f"{thief.url}/api/v2/groups"), path="/api/v2/groups*"))
        report = pull_from(helpdesk, store)
        assert list(thief.log) == []
    assert "groups" in report.failed_streams


ODD = {
    "unknown status": f.set_value("tickets.*.status", "marinating"),
    "unknown channel": f.set_value("tickets.*.via", {"channel": "carrier_pigeon"}),
    "channel is null": f.set_value("tickets.*.via", None),
    "unknown event type": f.set_value("ticket_events.*.child_events.0.event_type", "Teleport"),
    "malformed dates": f.set_value("tickets.*.created_at", "2025-13-45T99:99:99Z"),
    "malformed event dates": f.set_value("ticket_events.*.created_at", "yesterday"),
    "no tags": f.drop_value("tickets.*.tags"),
    "null requester": f.set_value("tickets.*.requester_id", None),
    "ids as text": f.set_value("tickets.*.assignee_id", "6000000000000"),
    "children absent": f.drop_value("ticket_events.*.child_events"),
    "children null": f.set_value("ticket_events.*.child_events", None),
    "a huge body": f.set_value("ticket_events.*.child_events.0.html_body", "<p>" + "x" * 60_000 + "</p>"),
    "right to left and emoji": f.set_value("tickets.*.subject", "\u202eשלום 🎉\u200f"),
}


@pytest.mark.parametrize("action", ODD.values(), ids=ODD.keys())
def test_odd_values_are_kept_and_lose_no_ticket(
    helpdesk: ZendeskSandbox, store: str, clean: list[bytes], action: f.Action
) -> None:
    helpdesk.faults.add(f.Rule(action, path=EXPORTS))
    report = pull_from(helpdesk, store, max_body_bytes=64_000_000)
    assert report.quarantined == 0
    assert report.dead_letters == 0
    assert len(tickets_in(store)) == len(clean)


def test_wrong_credentials_are_one_clear_error_and_nothing_is_logged(
    helpdesk: ZendeskSandbox, store: str, caplog: pytest.LogCaptureFixture
) -> None:
    helpdesk.client_secret = "CANARY-wrong"
    with caplog.at_level(logging.DEBUG), pytest.raises(AuthError) as caught:
        pull_from(helpdesk, store)
    assert "CANARY" not in str(caught.value) + caplog.text


def test_no_customer_text_and_no_token_reaches_the_log(
    helpdesk: ZendeskSandbox, store: str, clean: list[bytes], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        pull_from(helpdesk, store)
    assert "Bearer" not in caplog.text
    assert "@example" not in caplog.text
    assert helpdesk.client_secret not in caplog.text


def test_the_limits_are_kept_and_used(world: World, tmp_path: Path) -> None:
    """Enterprise limits on a shared fake clock: no request over a limit, and the export limit is used to the full."""
    time = FakeTime()
    store = f"sqlite:///{tmp_path / 'archive.sqlite'}"
    with ZendeskSandbox(world, limits="enterprise", clock=lambda: 1_700_000_000 + time.now) as helpdesk:
        report = pull_from(helpdesk, store, page_size=4, share=0.8, time=time)
        assert helpdesk.violations == []
        exports = sum("incremental" in seen.path for seen in helpdesk.log)
    windows = time.now / 60
    assert exports > 80
    assert exports >= 0.95 * 8 * int(windows)
    assert report.waited_s == pytest.approx(time.now, rel=0.05)


def test_every_stream_names_what_it_asks_for_in_a_run_of_its_own(helpdesk: ZendeskSandbox, store: str) -> None:
    with Archive.open(store, write=True) as archive:
        report = asyncio.run(make_pull(helpdesk, archive).run())
    assert report.requests_by_stream["sign_in"] == 1
    assert all(seen.credentialed for seen in helpdesk.log if seen.path != "/oauth/tokens")
