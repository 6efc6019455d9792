"""Several processes at one queue, on both databases."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from sqlalchemy import insert

from clonedesk_connectors.errors import ArchiveLocked
from clonedesk_connectors.protocol.pushback import BasedOn
from clonedesk_connectors.review.ledger import to_ms, wall_clock
from clonedesk_connectors.review.queue import ReviewQueue
from clonedesk_connectors.review.router import Router
from clonedesk_connectors.review.rows import columns_of
from clonedesk_connectors.review.settings import ReviewSettings
from clonedesk_connectors.review.states import State
from clonedesk_connectors.review.values import Item, ReviewConflict
from clonedesk_connectors.store import Archive
from clonedesk_connectors.store.review_tables import draft as table
from tests.review.build import BODY, make_draft, vendor_time
from tests.store import postgres

ROOT = Path(__file__).parents[2]
no_postgres = postgres.binaries() is None and not os.environ.get("REQUIRE_POSTGRES")


@pytest.fixture(scope="module")
def postgres_url() -> Iterator[str]:
    # Not below pytest's own folder: every other test run takes away the server's right to enter it.
    with TemporaryDirectory() as folder, postgres.server(Path(folder)) as running:
        yield running


@pytest.fixture(
    params=[
        "sqlite",
        pytest.param("postgres", marks=pytest.mark.skipif(no_postgres, reason="PostgreSQL is not installed")),
    ]
)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'archive.sqlite'}"
    found: str = request.getfixturevalue("postgres_url")
    with ReviewQueue(found) as queue, queue.ledger.write() as connection:
        for one in ("review_draft", "draft_event", "draft_opinion", "draft_skip", "review_ticket", "review_signal"):
            connection.exec_driver_sql(f"TRUNCATE {one}")
    return found


def fill(queue: ReviewQueue, number: int) -> None:
    """Waiting drafts in one statement: `submit` one by one is not what is tested here."""
    now_ms = to_ms(wall_clock())
    rows = []
    for ticket_id in range(number):
        draft = make_draft(str(ticket_id))
        route = Router().route(draft, 0.5)
        row = columns_of(
            draft, route, ReviewSettings(), place="local", delivery="note", reviews=1, now_ms=now_ms + ticket_id
        )
        state = {"state": "awaiting_review", "state_reason": "", "version": 1, "changed_ms": now_ms}
        rows.append(row | state)
    with queue.ledger.write() as connection:
        connection.execute(insert(table), rows)


@pytest.mark.parametrize("drafts", [120, pytest.param(4000, marks=pytest.mark.crash)])
def test_four_processes_claim_every_draft_once(url: str, drafts: int) -> None:
    with ReviewQueue(url) as queue:
        fill(queue, drafts)
        command = [sys.executable, "-m", "tests.review.worker", url]
        workers = [
            subprocess.Popen([*command, f"reviewer {number}"], cwd=ROOT, stdout=subprocess.PIPE, text=True)
            for number in range(4)
        ]
        claimed = [line for worker in workers for line in worker.communicate(timeout=300)[0].split()]
        assert [worker.returncode for worker in workers] == [0, 0, 0, 0]
        assert len(claimed) == len(set(claimed)) == drafts
        assert queue.verify() is None
        assert queue.counts()[State.AWAITING_REVIEW] == drafts


def test_of_many_threads_that_decide_one_version_one_succeeds(url: str) -> None:
    with ReviewQueue(url, settings=ReviewSettings(double_review_rate=0.0)) as queue:
        queue.submit(make_draft())
        item = queue.claim("ana")
        assert item is not None

        def decide(number: int) -> str:
            try:
                done = queue.decide(item.draft_id, item.version, "ana", "reject", reason="tone", seconds=number)
            except ReviewConflict:
                return "conflict"
            return done.state

        with ThreadPoolExecutor(8) as threads:
            results = list(threads.map(decide, range(8)))
        assert sorted(results) == ["conflict"] * 7 + ["decided"]
        assert [event.action for event in queue.history(item.draft_id)] == ["submit", "offer", "claim", "decide"]


def test_a_whole_life_on_this_database(url: str) -> None:
    with ReviewQueue(url, settings=ReviewSettings(double_review_rate=0.0, undo_s=0)) as queue:
        first = queue.submit(make_draft())
        second = queue.submit(make_draft(body="Newer", based_on=BasedOn(message_id="1-m3", at=vendor_time(9))))
        assert queue.get(first.draft_id).state is State.SUPERSEDED
        item = queue.claim("ana")
        assert item is not None
        assert item.draft_id == second.draft_id
        queue.skip(item.draft_id, "ana")
        assert queue.claim("ana") is None
        item = queue.claim("bo")
        assert item is not None
        done: Item = queue.decide(item.draft_id, item.version, "bo", "edit", text=BODY)
        assert done.state is State.DECIDED
        assert queue.write_signals() == (1, 0)
        assert [record["outcome"] for record in queue.signals()] == ["replaced"]
        assert queue.verify() is None
        assert [line.name for line in queue.stats("reviewer")] == ["bo"]


def test_a_pull_that_writes_the_archive_does_not_stop_the_queue(url: str) -> None:
    with Archive.open(url, write=True), ReviewQueue(url) as queue:
        assert queue.submit(make_draft()).state is State.AWAITING_REVIEW


def test_only_one_push_runs_at_a_time_and_the_next_one_may_follow(url: str) -> None:
    with ReviewQueue(url) as queue, ReviewQueue(url) as other:
        with queue.ledger.exclusive("push", 77), pytest.raises(ArchiveLocked), other.ledger.exclusive("push", 77):
            pass
        with other.ledger.exclusive("push", 77):
            pass
