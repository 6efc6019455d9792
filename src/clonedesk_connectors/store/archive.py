"""The archive. One writer process at a time; readers never wait for it.

All methods are synchronous; threads that share an archive take turns, one transaction at a time.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from threading import RLock
from types import TracebackType

from sqlalchemy import Connection, insert, select
from sqlalchemy.exc import DBAPIError

from clonedesk_connectors.errors import ArchiveLocked, StoreError
from clonedesk_connectors.model import Key, Ticket
from clonedesk_connectors.model.lean import read_lean_ticket
from clonedesk_connectors.store import tables
from clonedesk_connectors.store.account import AccountArchive
from clonedesk_connectors.store.codec import decompress
from clonedesk_connectors.store.database import open_engine, parse_url, sqlite_path
from clonedesk_connectors.store.lock import FileLock, lock_database
from clonedesk_connectors.store.migrations import LATEST, migrate, schema_version
from clonedesk_connectors.store.values import Changes, Checkpoint, Pending

__all__ = ["AccountArchive", "Archive", "Changes", "Checkpoint", "Pending"]


@contextmanager
def _plain_errors() -> Iterator[None]:
    """Database failures as our own errors, without the statement or its values."""
    try:
        yield
    except DBAPIError as error:
        reason = str(error.orig)
        if "locked" in reason:
            raise ArchiveLocked("another process holds the archive; wait for it and run again") from None
        raise StoreError(f"the archive could not be used: {reason}; nothing of this step was kept") from None


class Archive:
    """Open with `Archive.open(url)` for reading or `Archive.open(url, write=True)`; close it, or use `with`.

    Raises ConfigError for an unusable URL, ArchiveLocked when another process writes, SchemaTooNew for an archive of
    a later version and StoreError when the database cannot be used.
    """

    def __init__(self, url: str, *, write: bool) -> None:
        parsed = parse_url(url)
        self.writable = write
        self._stack = ExitStack()
        self._mutex = RLock()
        try:
            engine = open_engine(parsed, write=write)
            self._stack.callback(engine.dispose)
            path = sqlite_path(parsed)
            if write and path is not None:
                self._stack.enter_context(FileLock(path))
            with _plain_errors():
                self._connection = self._stack.enter_context(engine.connect())
            with self.transaction() as connection:
                if write and path is None:
                    lock_database(connection)
                self._check_schema(connection)
        except BaseException:
            self._stack.close()
            raise

    @classmethod
    def open(cls, url: str, *, write: bool = False) -> Archive:
        return cls(url, write=write)

    def _check_schema(self, connection: Connection) -> None:
        if self.writable or schema_version(connection) > LATEST:
            migrate(connection)
        elif schema_version(connection) < LATEST:
            raise StoreError("this archive was made by an older version; run `clonedesk-sync pull` or `rebuild` once")

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """One transaction. Raises StoreError when the database fails."""
        with self._mutex, _plain_errors(), self._connection.begin():
            yield self._connection

    def account(self, vendor: str, name: str) -> AccountArchive:
        """The part of the archive that belongs to one account; created on first use when writable."""
        table = tables.account
        wanted = (table.c.vendor == vendor) & (table.c.name == name)
        with self.transaction() as connection:
            account_id = connection.scalar(select(table.c.id).where(wanted))
            if account_id is None:
                if not self.writable:
                    raise StoreError(f"the archive holds nothing of {vendor} account {name!r}")
                connection.execute(insert(table).values(vendor=vendor, name=name))
                account_id = connection.scalar(select(table.c.id).where(wanted))
        assert account_id is not None
        return AccountArchive(self, account_id, vendor, name)

    def accounts(self) -> list[AccountArchive]:
        with self.transaction() as connection:
            rows = connection.execute(
                select(tables.account).order_by(tables.account.c.vendor, tables.account.c.name)
            ).all()
        return [AccountArchive(self, row.id, row.vendor, row.name) for row in rows]

    def ticket_lines(self, vendor: str | None = None, account: str | None = None) -> Iterator[bytes]:
        """The JSON of every normalised ticket, by account and native id (numbers by value)."""
        for part in self.accounts():
            if vendor in (None, part.vendor) and account in (None, part.name):
                yield from map(decompress, part.bodies())

    def tickets(self, vendor: str | None = None, account: str | None = None) -> Iterator[Ticket]:
        """The same as `Ticket` values, one at a time."""
        return map(Ticket.model_validate_json, self.ticket_lines(vendor, account))

    def lean_tickets(self) -> Iterator[Ticket]:
        """All of them with the same fields, several times faster, to read and drop: without pydantic's classes and
        methods.
        """
        return map(read_lean_ticket, self.ticket_lines())

    def ticket(self, key: Key) -> Ticket | None:
        """One normalised ticket; None where there is none of this key. Raises StoreError for an unknown account."""
        body = self.account(key.vendor, key.account).body(key.native_id)
        return None if body is None else Ticket.model_validate_json(decompress(body))

    def close(self) -> None:
        self._stack.close()

    def __enter__(self) -> Archive:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
