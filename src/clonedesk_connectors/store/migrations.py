"""Numbered forward migrations. A new archive runs all of them; an old one those it lacks; a newer one is refused."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection, inspect, select, update

from clonedesk_connectors.errors import SchemaTooNew
from clonedesk_connectors.store import tables

_ARCHIVE = (
    tables.meta,
    tables.account,
    tables.record,
    tables.block,
    tables.checkpoint,
    tables.follow_up,
    tables.dead_letter,
    tables.quarantine,
    tables.ticket,
)


def _first(connection: Connection) -> None:
    tables.metadata.create_all(connection, tables=_ARCHIVE)


MIGRATIONS: tuple[Callable[[Connection], None], ...] = (_first,)
LATEST = len(MIGRATIONS)
_KEY = "schema_version"


def schema_version(connection: Connection) -> int:
    """0 for an empty database."""
    if not inspect(connection).has_table(tables.meta.name):
        return 0
    value = connection.scalar(select(tables.meta.c.value).where(tables.meta.c.key == _KEY))
    return int(value or 0)


def migrate(connection: Connection) -> None:
    """Bring the archive to the newest schema. Raises SchemaTooNew for one written by a later version."""
    at = schema_version(connection)
    if at > LATEST:
        raise SchemaTooNew(
            f"this archive has schema {at}, this version of clonedesk-connectors knows {LATEST}; "
            "update the library (the archive was not touched)"
        )
    if at == LATEST:
        return
    for step in MIGRATIONS[at:]:
        step(connection)
    if at == 0:
        connection.execute(tables.meta.insert().values(key=_KEY, value=str(LATEST)))
    else:
        connection.execute(update(tables.meta).where(tables.meta.c.key == _KEY).values(value=str(LATEST)))
