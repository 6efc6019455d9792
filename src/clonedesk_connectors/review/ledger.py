"""The queue's database: short transactions that many processes take in turns, and the append-only history.

The archive has one writer for hours, the queue many writers for milliseconds. So the queue is a database of its own
(SQLite: a file beside the archive, PostgreSQL: the same database) without a process lock: every writing transaction
takes the write lock at once (BEGIN IMMEDIATE, or one advisory lock), which also gives the history one order.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select, update
from sqlalchemy.exc import DBAPIError

from clonedesk_connectors.errors import StoreError
from clonedesk_connectors.review.states import Action, By, State, is_allowed, tag_of
from clonedesk_connectors.review.values import ReviewConflict
from clonedesk_connectors.store import tables
from clonedesk_connectors.store.database import beside, open_engine, open_shared, parse_url, sqlite_path
from clonedesk_connectors.store.lock import FileLock, lock_database
from clonedesk_connectors.store.migrations import migrate_review
from clonedesk_connectors.store.records import AnyRow
from clonedesk_connectors.store.review_tables import draft, event

_WRITE_LOCK = 0x7265_7669  # "revi"
_SALT = "review_salt"
_GENESIS = "0" * 64

UNCLAIMED: dict[str, Any] = {"claimed_by": None, "claimed_ms": None, "lease_until_ms": None}

Clock = Callable[[], datetime]


def wall_clock() -> datetime:
    return datetime.now(UTC)


def to_ms(moment: datetime) -> int:
    """Unix milliseconds of an aware moment."""
    return round(moment.timestamp() * 1000)


def from_ms(ms: int | None) -> datetime | None:
    return None if ms is None else datetime.fromtimestamp(ms / 1000, UTC)


@contextmanager
def _plain_errors() -> Iterator[None]:
    """Database failures as our own errors, without the statement or its values."""
    try:
        yield
    except DBAPIError as error:
        kind = type(error.orig).__name__
        raise StoreError(f"the review queue could not be used ({kind}); nothing of this step was kept") from None


class Ledger:
    """Opens, migrates and writes the review database. `now` is our own clock; vendor times never meet it."""

    def __init__(self, url: str, now: Clock = wall_clock) -> None:
        self.url = beside(parse_url(url), "review")
        self._now = now
        self._writer = open_shared(self.url)
        self._is_sqlite = sqlite_path(self.url) is not None
        try:
            with self.write() as connection:
                migrate_review(connection)
                self.salt = _salt(connection)
        except BaseException:
            self._writer.dispose()
            raise
        self._reader = open_engine(self.url, write=False) if self._is_sqlite else self._writer

    def close(self) -> None:
        self._reader.dispose()
        self._writer.dispose()

    def now_ms(self) -> int:
        return to_ms(self._now())

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction that no other writer can interleave with. Raises StoreError when the database fails."""
        with _plain_errors(), self._writer.begin() as connection:
            if not self._is_sqlite:
                connection.execute(select(func.pg_advisory_xact_lock(_WRITE_LOCK)))
            yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One consistent view; never waits for a writer."""
        with _plain_errors(), self._reader.begin() as connection:
            yield connection

    @contextmanager
    def exclusive(self, what: str, key: int) -> Iterator[None]:
        """Only one process does this to this queue. Ends with the process. Raises ArchiveLocked."""
        with ExitStack() as stack:
            path = sqlite_path(self.url)
            if path is not None:
                stack.enter_context(FileLock(path.with_name(f"{path.name}.{what}")))
            else:
                with _plain_errors():
                    connection = stack.enter_context(self._writer.connect())
                    connection.detach()  # so that closing it ends the session, and with it the lock
                    lock_database(connection, key)
            yield

    def find(self, connection: Connection, draft_id: str) -> AnyRow | None:
        return connection.execute(select(draft).where(draft.c.draft_id == draft_id)).one_or_none()

    def get(self, connection: Connection, draft_id: str) -> AnyRow:
        """Raises ReviewConflict for a draft that does not exist."""
        row = self.find(connection, draft_id)
        if row is None:
            raise ReviewConflict(f"there is no draft {draft_id!r} in this queue")
        return row

    def create(
        self, connection: Connection, values: Mapping[str, Any], by: By, *, state: State, reason: str = ""
    ) -> AnyRow:
        """Insert a new draft with the first line of its history."""
        assert is_allowed(Action.SUBMIT, None, state)
        stored = {**values, "state": state, "state_reason": reason, "version": 1, "changed_ms": self.now_ms()}
        row = connection.execute(insert(draft).values(stored).returning(draft)).one()
        self._record(connection, row, Action.SUBMIT, None, by, reason, stored)
        return row

    def move(
        self,
        connection: Connection,
        row: AnyRow,
        action: Action,
        by: By,
        *,
        to: State | None = None,
        reason: str = "",
        **changes: Any,
    ) -> AnyRow:
        """Make one step: check the arrow, change the row as it was read, append the history line.

        to: None stays. Raises ReviewConflict when the row changed since it was read, or the step is not allowed.
        """
        source = State(row.state)
        target = to or source
        if not is_allowed(action, source, target):
            raise ReviewConflict(f"draft {row.draft_id} is {source}: {action} is not possible now", state=source)
        values = {**changes, "state": target, "version": row.version + 1, "changed_ms": self.now_ms()}
        if to is not None:
            outcome = changes.get("outcome", row.outcome)
            values |= {"state_reason": reason, "tags_due": tag_of(to, outcome), **UNCLAIMED, **changes}
        same = (draft.c.draft_id == row.draft_id, draft.c.version == row.version)
        fresh = connection.execute(update(draft).where(*same).values(values).returning(draft)).one_or_none()
        if fresh is None:
            raise ReviewConflict(f"draft {row.draft_id} changed meanwhile", state=source)
        self._record(connection, fresh, action, source, by, reason, values)
        return fresh

    def note_claim(self, connection: Connection, row: AnyRow, by: By) -> None:
        """History line of a claim, whose one UPDATE has already changed the row."""
        changes = {"claimed_by": row.claimed_by, "lease_until_ms": row.lease_until_ms}
        self._record(connection, row, Action.CLAIM, State.AWAITING_REVIEW, by, "", changes)

    def note_reveal(self, connection: Connection, row: AnyRow, by: By) -> None:
        """History line of a look at hidden personal data, which changes nothing: not even the version."""
        self._record(connection, row, Action.REVEAL, State(row.state), by, "", {})

    def _record(
        self,
        connection: Connection,
        row: AnyRow,
        action: Action,
        source: State | None,
        by: By,
        reason: str,
        changes: Mapping[str, Any],
    ) -> None:
        last = select(event.c.hash).order_by(event.c.seq.desc()).limit(1)
        line = {
            "draft_id": row.draft_id,
            "at_ms": self.now_ms(),
            "actor": by.name,
            "actor_kind": by.kind,
            "action": action,
            "from_state": source,
            "to_state": row.state,
            "version": row.version,
            "reason": reason,
            "payload_hash": _sha256(changes),
            "prev_hash": connection.scalar(last) or _GENESIS,
        }
        connection.execute(insert(event).values(**line, hash=_sha256(line)))


def _sha256(value: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()


def _salt(connection: Connection) -> str:
    """A secret of this queue: keeps hashes of ids from being guessed, and draws from being predicted."""
    meta = tables.meta.c
    found: str | None = connection.scalar(select(meta.value).where(meta.key == _SALT))
    if found is None:
        found = secrets.token_hex(32)
        connection.execute(insert(tables.meta).values(key=_SALT, value=found))
    return found


def broken_at(connection: Connection) -> int | None:
    """The first history line that does not fit the one before it; None when the whole chain holds."""
    previous = _GENESIS
    for row in connection.execute(select(event).order_by(event.c.seq)).mappings():
        line = {name: row[name] for name in row if name not in ("seq", "hash")}
        if line["prev_hash"] != previous or _sha256(line) != row["hash"]:
            return int(row["seq"])
        previous = row["hash"]
    return None
