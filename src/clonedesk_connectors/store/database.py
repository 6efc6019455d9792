"""Opening the database behind an archive: SQLite by default, PostgreSQL by URL."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from clonedesk_connectors.errors import ConfigError, MissingExtraError, StoreError

_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=NORMAL",
    "PRAGMA busy_timeout=10000",
    "PRAGMA cache_size=-32000",
    "PRAGMA temp_store=MEMORY",
)


def parse_url(url: str) -> URL:
    """Accept `sqlite:///FILE` and `postgresql://…`. Raises ConfigError for anything else."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise ConfigError("--store takes a URL such as sqlite:///archive.sqlite or postgresql://host/db") from None
    if parsed.drivername == "sqlite":
        if not parsed.database or parsed.database == ":memory:":
            raise ConfigError("--store needs a file: sqlite:///FILE")
        return parsed
    if parsed.drivername in ("postgresql", "postgresql+psycopg"):
        return parsed.set(drivername="postgresql+psycopg")
    raise ConfigError(f"--store cannot be {parsed.drivername}; use sqlite:///FILE or postgresql://host/db")


def sqlite_path(url: URL) -> Path | None:
    return Path(url.database) if url.drivername == "sqlite" and url.database else None


def open_engine(url: URL, *, write: bool) -> Engine:
    """An engine whose transactions take the write lock at once when `write`; a new SQLite file gets mode 0600."""
    path = sqlite_path(url)
    if path is None:
        try:
            return create_engine(url)
        except ImportError:
            raise MissingExtraError("postgres") from None
    if write:
        _create_private(path)
    elif not path.exists():
        raise StoreError(f"there is no archive at {path.name}; run `clonedesk-sync pull` first or check --store")
    engine = create_engine(url)
    event.listen(engine, "connect", _on_connect)
    begin = "BEGIN IMMEDIATE" if write else "BEGIN"
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(begin))
    return engine


def _create_private(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        path.chmod(0o600)
    except OSError as error:
        raise StoreError(f"cannot open the archive {path.name}: {error.strerror}") from None


def _on_connect(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    for pragma in _PRAGMAS:
        connection.execute(pragma)


def beside(url: URL, part: str) -> URL:
    """A second database of the same archive: `archive.sqlite` gives `archive.PART.sqlite`; PostgreSQL holds both."""
    path = sqlite_path(url)
    if path is None:
        return url
    return url.set(database=str(path.with_name(f"{path.stem}.{part}{path.suffix}")))


def open_shared(url: URL) -> Engine:
    """For a database that many processes write in turns: a writing engine whose commits survive a power cut."""
    engine = open_engine(url, write=True)
    if sqlite_path(url) is not None:
        event.listen(engine, "connect", lambda connection, record: connection.execute("PRAGMA synchronous=FULL"))
    return engine
