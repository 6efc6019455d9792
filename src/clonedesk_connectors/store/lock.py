"""One writer per archive: a lock the operating system drops by itself when the process dies."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from types import TracebackType

from sqlalchemy import Connection, text

from clonedesk_connectors.errors import ArchiveLocked

_ADVISORY_KEY = 0x636C_6F6E  # "clon"


class FileLock:
    """An exclusive lock on `PATH.lock`. Raises ArchiveLocked when another process holds it."""

    def __init__(self, path: Path) -> None:
        self._path = path.with_name(path.name + ".lock")
        self._handle = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(self._handle)
            raise ArchiveLocked(
                f"another process is writing to {path.name}; wait for it or use another --store"
            ) from None

    def close(self) -> None:
        os.close(self._handle)

    def __enter__(self) -> FileLock:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def lock_database(connection: Connection, key: int = _ADVISORY_KEY) -> None:
    """The same on PostgreSQL: a session-level advisory lock, held until the connection ends."""
    if not connection.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": key}).scalar():
        raise ArchiveLocked("another process is writing to this database; wait for it or use another --store")
