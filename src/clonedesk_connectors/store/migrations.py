"""Numbered forward migrations. A new archive runs all of them; an old one those it lacks; a newer one is refused."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy import Connection, inspect, select, update

from clonedesk_connectors.errors import SchemaTooNew
from clonedesk_connectors.store import tables
from clonedesk_connectors.store.review_tables import REVIEW_TABLES, REVIEW_TABLES_2

_ARCHIVE = (
    tables.meta,
    tables.account,
    tables.record,
    tables.block,
    tables.checkpoint,
    tables.follow_up,
    tables.dead_letter,
    tables.quarantine,
    tables.finding_review,
    tables.ticket,
)


def _first(connection: Connection) -> None:
    tables.metadata.create_all(connection, tables=_ARCHIVE)


# Rows in a large archive and per value of each index's columns, as SQLite's own ANALYZE would count them. Before it has
# counted, SQLite takes an account for ten records and reads all of them for each batch of tickets.
_COUNTS = (
    ("record", "record", "1000000 1000000 100000 1"),
    ("record", "record_bundle", "1000000 1000000 8"),
    ("follow_up", "follow_up", "100000 100000 50000 1"),
    ("follow_up", "follow_up_waiting", "100000 100000 10000 5000"),
    ("ticket", "sqlite_autoindex_ticket_1", "100000 100000 1"),
    ("ticket", "ticket_dirty", "100 100 1"),
)


def _plan(connection: Connection) -> None:
    """Let SQLite find what it looks for by the right index from the first row on."""
    if connection.dialect.name != "sqlite":
        return
    connection.exec_driver_sql("DROP INDEX ticket_dirty")
    connection.exec_driver_sql("CREATE INDEX ticket_dirty ON ticket (account_id, native_id) WHERE dirty = 1")
    connection.exec_driver_sql("ANALYZE")  # makes the table of counts
    connection.exec_driver_sql("DELETE FROM sqlite_stat1")
    connection.exec_driver_sql("INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES (?, ?, ?)", list(_COUNTS))
    connection.exec_driver_sql("ANALYZE sqlite_schema")  # reads it


MIGRATIONS: tuple[Callable[[Connection], None], ...] = (_first, _plan)
LATEST = len(MIGRATIONS)
_KEY = "schema_version"


def _first_review(connection: Connection) -> None:
    tables.metadata.create_all(connection, tables=(tables.meta, *REVIEW_TABLES))


def _second_review(connection: Connection) -> None:
    tables.metadata.create_all(connection, tables=REVIEW_TABLES_2)


# The review queue is migrated on its own: on SQLite it is a file beside the archive, so that both are written at once.
REVIEW_MIGRATIONS: tuple[Callable[[Connection], None], ...] = (_first_review, _second_review)
_REVIEW_KEY = "review_schema_version"


def schema_version(connection: Connection, key: str = _KEY) -> int:
    """0 for an empty database."""
    if not inspect(connection).has_table(tables.meta.name):
        return 0
    value = connection.scalar(select(tables.meta.c.value).where(tables.meta.c.key == key))
    return int(value or 0)


def migrate(connection: Connection) -> None:
    """Bring the archive to the newest schema. Raises SchemaTooNew for one written by a later version."""
    _migrate(connection, _KEY, MIGRATIONS)


def migrate_review(connection: Connection) -> None:
    """The same for the tables of the review queue."""
    _migrate(connection, _REVIEW_KEY, REVIEW_MIGRATIONS)


def _migrate(connection: Connection, key: str, steps: Sequence[Callable[[Connection], None]]) -> None:
    at, latest = schema_version(connection, key), len(steps)
    if at > latest:
        raise SchemaTooNew(
            f"this archive has schema {at}, this version of clonedesk-connectors knows {latest}; "
            "update the library (the archive was not touched)"
        )
    if at == latest:
        return
    for step in steps[at:]:
        step(connection)
    if at == 0:
        connection.execute(tables.meta.insert().values(key=key, value=str(latest)))
    else:
        connection.execute(update(tables.meta).where(tables.meta.c.key == key).values(value=str(latest)))
