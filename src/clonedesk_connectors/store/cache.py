"""The ticket cache: normalised tickets, rebuildable from raw records at any time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import Connection, bindparam, delete, false, func, select, update

from clonedesk_connectors.model import Ticket, ticket_json
from clonedesk_connectors.store import queue, tables
from clonedesk_connectors.store.bulk import Bulk, among
from clonedesk_connectors.store.codec import compress
from clonedesk_connectors.store.records import upsert

if TYPE_CHECKING:
    from clonedesk_connectors.store.account import AccountArchive

_T = tables.ticket.c


class Packed(NamedTuple):
    """A ticket as the columns of its row."""

    version: int
    created_at: int | None
    updated_at: int | None
    status: str
    deleted: bool
    complete: bool
    messages: int
    events: int
    body: bytes


class Normalised:
    """The result for one ticket: the ticket, or the reason it is quarantined, or neither (its header is missing).

    The ticket is packed at once, while it is warm in the processor's memory, and need not wait for the transaction.
    """

    __slots__ = ("native_id", "packed", "quarantined")

    def __init__(self, native_id: str, ticket: Ticket | None = None, quarantined: str | None = None) -> None:
        self.native_id, self.quarantined = native_id, quarantined
        self.packed = None if ticket is None else _pack(ticket)


def _pack(ticket: Ticket) -> Packed:
    return Packed(
        ticket.version,
        int(ticket.created_at.timestamp()) if ticket.created_at else None,
        int(ticket.updated_at.timestamp()) if ticket.updated_at else None,
        ticket.status.value,
        ticket.deleted,
        ticket.deleted or not ticket.coverage.lacks_messages,
        ticket.coverage.messages_got,
        len(ticket.events),
        compress(ticket_json(ticket)),
    )


@dataclass(frozen=True, slots=True)
class Saved:
    new: int = 0
    changed: int = 0
    deleted: int = 0

    def __add__(self, other: Saved) -> Saved:
        return Saved(self.new + other.new, self.changed + other.changed, self.deleted + other.deleted)


@dataclass(frozen=True, slots=True)
class Summary:
    """Counts of one account, for `status` and reports. quarantined and dead letters are named, not only counted."""

    tickets: int = 0
    deleted: int = 0
    incomplete: int = 0
    messages: int = 0
    events: int = 0
    waiting: int = 0
    unnormalised: int = 0
    raw_records: dict[str, int] = field(default_factory=dict)
    quarantined: dict[str, str] = field(default_factory=dict)
    dead_letters: list[tuple[str, str, str]] = field(default_factory=list)


_UPDATE = Bulk(
    lambda _: (
        update(tables.ticket)
        .where(_T.account_id == bindparam("k_account"), _T.native_id == bindparam("k_id"))
        .values(dirty=false(), **{name: bindparam(f"n_{name}") for name in Packed._fields})
    ),
    ("k_account", "k_id", *(f"n_{name}" for name in Packed._fields)),
)


def save(connection: Connection, account_id: int, batch: Sequence[Normalised]) -> Saved:
    """Write the results of one batch and tell what they changed."""
    before = _before(connection, account_id, [item.native_id for item in batch])
    rows, new, changed, deleted = [], 0, 0, 0
    for item in batch:
        if item.packed is None:
            continue
        old_body, was_deleted = before.get(item.native_id, (None, False))
        new += old_body is None
        changed += old_body not in (None, item.packed.body)
        deleted += item.packed.deleted and not was_deleted
        rows.append((account_id, item.native_id, *item.packed))
    _UPDATE(connection, rows)
    _clean(connection, account_id, [item.native_id for item in batch if item.packed is None])
    _quarantine(connection, account_id, batch)
    return Saved(new, changed, deleted)


def _before(connection: Connection, account_id: int, ids: Sequence[str]) -> dict[str, tuple[bytes | None, bool]]:
    mine = _T.account_id == account_id, among(connection, _T.native_id, ids)
    rows = connection.execute(select(_T.native_id, _T.body, _T.deleted).where(*mine))
    return {row.native_id: (row.body, row.deleted) for row in rows}


def _clean(connection: Connection, account_id: int, ids: Sequence[str]) -> None:
    if ids:
        mine = _T.account_id == account_id, among(connection, _T.native_id, ids)
        connection.execute(update(tables.ticket).where(*mine).values(dirty=False))


def _quarantine(connection: Connection, account_id: int, batch: Sequence[Normalised]) -> None:
    table = tables.quarantine
    bad = [
        {"account_id": account_id, "native_id": item.native_id, "reason": item.quarantined}
        for item in batch
        if item.quarantined
    ]
    if bad:
        statement = upsert(connection, table)
        connection.execute(
            statement.on_conflict_do_update(
                index_elements=["account_id", "native_id"], set_={"reason": statement.excluded.reason}
            ),
            bad,
        )
    if connection.scalar(select(func.count()).where(table.c.account_id == account_id)):
        good = among(connection, table.c.native_id, [item.native_id for item in batch if not item.quarantined])
        connection.execute(delete(table).where(table.c.account_id == account_id, good))


def bodies(account: AccountArchive, batch: int = 500) -> Iterator[bytes]:
    ids = account.ticket_ids()
    for at in range(0, len(ids), batch):
        wanted = ids[at : at + batch]
        with account.archive.transaction() as connection:
            mine = _T.account_id == account.id, among(connection, _T.native_id, wanted)
            rows = connection.execute(select(_T.native_id, _T.body).where(*mine)).all()
        found = {row.native_id: row.body for row in rows}
        yield from (found[native_id] for native_id in wanted if found.get(native_id) is not None)


def summary(connection: Connection, account_id: int) -> Summary:
    mine = _T.account_id == account_id
    counts = connection.execute(
        select(
            func.count(),
            func.count().filter(_T.deleted),
            func.count().filter(~_T.complete),
            func.coalesce(func.sum(_T.messages), 0),
            func.coalesce(func.sum(_T.events), 0),
        ).where(mine, _T.body.is_not(None))
    ).one()
    record, bad, dead = tables.record.c, tables.quarantine.c, tables.dead_letter.c
    tickets, deleted, incomplete, messages, events = counts
    return Summary(
        tickets,
        deleted,
        incomplete,
        messages,
        events,
        waiting=queue.count_waiting(connection, account_id),
        unnormalised=connection.scalar(select(func.count()).where(mine, _T.dirty)) or 0,
        raw_records={
            row.kind: row.n
            for row in connection.execute(
                select(record.kind, func.count().label("n"))
                .where(record.account_id == account_id)
                .group_by(record.kind)
            )
        },
        quarantined={
            row.native_id: row.reason
            for row in connection.execute(
                select(bad.native_id, bad.reason).where(bad.account_id == account_id).order_by(bad.native_id)
            )
        },
        dead_letters=[
            (row.stream, row.subject, row.reason)
            for row in connection.execute(
                select(dead.stream, dead.subject, dead.reason)
                .where(dead.account_id == account_id)
                .order_by(dead.stream, dead.subject)
            )
        ],
    )
