"""SQLite finds by an index what it looks for: reading a ticket costs what the ticket holds, in archives of any size."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Engine, event

from clonedesk_connectors.store import AccountArchive, Archive, migrations

READS: dict[str, tuple[Callable[[AccountArchive], object], str]] = {
    "records of tickets": (lambda account: account.bundles(["1", "2"]), "record_bundle (account_id=? AND bundle=?)"),
    "tickets to normalise": (lambda account: account.dirty_after("", 5), "ticket_dirty (account_id=? AND native_id>?)"),
    "follow-ups that wait": (lambda account: account.waiting(5), "follow_up_waiting (account_id=? AND state=?)"),
    "tombstones of tickets": (lambda account: account.gone(["1", "2"]), "subject=?)"),
}


@contextmanager
def statements() -> Iterator[list[tuple[str, tuple[object, ...]]]]:
    """The SELECTs that run meanwhile, with their parameters."""
    seen: list[tuple[str, tuple[object, ...]]] = []

    def keep(_connection, _cursor, statement, parameters, _context, _many):  # type: ignore[no-untyped-def]
        if statement.startswith("SELECT"):
            seen.append((statement, parameters))

    event.listen(Engine, "before_cursor_execute", keep)
    try:
        yield seen
    finally:
        event.remove(Engine, "before_cursor_execute", keep)


def plans(file: Path, read: Callable[[AccountArchive], object]) -> str:
    """How SQLite answers what this reads."""
    with Archive.open(f"sqlite:///{file}", write=True) as archive:
        account = archive.account("toy", "acme")
        with statements() as seen:
            read(account)
    with closing(sqlite3.connect(file)) as connection:
        steps = [row[3] for sql, values in seen for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}", values)]
    return "\n".join(steps)


@pytest.mark.parametrize("what", READS)
def test_a_new_archive_is_read_by_its_indexes(what: str, tmp_path: Path) -> None:
    read, index = READS[what]
    assert index in plans(tmp_path / "a.sqlite", read)


def test_an_archive_of_the_first_version_learns_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read, index = READS["records of tickets"]
    with monkeypatch.context() as past:
        past.setattr(migrations, "MIGRATIONS", migrations.MIGRATIONS[:1])
        past.setattr(migrations, "LATEST", 1)
        past.setattr("clonedesk_connectors.store.archive.LATEST", 1)
        assert index not in plans(tmp_path / "a.sqlite", read)
    assert index in plans(tmp_path / "a.sqlite", read)


def test_sqlite_needs_no_postgresql() -> None:
    """Importing that dialect takes a tenth of a second of every command."""
    code = "import sys, clonedesk_connectors.store; print('sqlalchemy.dialects.postgresql' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
