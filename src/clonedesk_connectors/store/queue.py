"""Follow-ups that wait, with the generation that catches a subject changing while its detail is in flight."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from clonedesk_connectors.protocol import FollowUp, Page, to_json
from clonedesk_connectors.store import tables
from clonedesk_connectors.store.bulk import among
from clonedesk_connectors.store.records import upsert
from clonedesk_connectors.store.values import DeadWork, GoneWork, Pending

_T = tables.follow_up
_C = tables.follow_up.c

_AGAIN = (
    update(_T)
    .where(
        _C.account_id == bindparam("k_account"),
        _C.stream == bindparam("k_stream"),
        _C.subject == bindparam("k_subject"),
    )
    .values(version=bindparam("new_version"), generation=_C.generation + 1, state="pending", cursor=None)
)


def enqueue(connection: Connection, account_id: int, follow_ups: Iterable[FollowUp]) -> int:
    """Queue what is new or has a higher version than last time; returns how many now wait because of this call."""
    latest: dict[tuple[str, str], int] = {}
    for item in follow_ups:
        key = (item.stream, item.subject)
        latest[key] = max(item.version, latest.get(key, item.version))
    inserts, again = [], []
    for stream in sorted({stream for stream, _ in latest}):
        subjects = sorted(subject for name, subject in latest if name == stream)
        known = _versions(connection, account_id, stream, subjects)
        for subject in subjects:
            version = latest[stream, subject]
            if subject not in known:
                inserts.append({"account_id": account_id, "stream": stream, "subject": subject, "version": version})
            elif version > known[subject]:
                again.append(
                    {"k_account": account_id, "k_stream": stream, "k_subject": subject, "new_version": version}
                )
    if inserts:
        connection.execute(insert(_T).values(generation=1, state="pending"), inserts)
    if again:
        connection.execute(_AGAIN, again)
    return len(inserts) + len(again)


def _versions(connection: Connection, account_id: int, stream: str, subjects: list[str]) -> dict[str, int]:
    mine = _C.account_id == account_id, _C.stream == stream, among(connection, _C.subject, subjects)
    return {row.subject: row.version for row in connection.execute(select(_C.subject, _C.version).where(*mine))}


def waiting(connection: Connection, account_id: int, limit: int, skip: Iterable[tuple[str, str]] = ()) -> list[Pending]:
    """The next follow-ups to fetch, leaving out those already in flight."""
    busy = set(skip)
    rows = connection.execute(
        select(_C.stream, _C.subject, _C.version, _C.generation, _C.cursor)
        .where(_C.account_id == account_id, _C.state == "pending")
        .order_by(_C.stream, _C.subject)
        .limit(limit + len(busy))
    )
    free = (Pending(*row) for row in rows if (row.stream, row.subject) not in busy)
    return [item for item, _ in zip(free, range(limit), strict=False)]


def count_waiting(connection: Connection, account_id: int) -> int:
    return connection.scalar(select(func.count()).where(_C.account_id == account_id, _C.state == "pending")) or 0


def probed(connection: Connection, account_id: int) -> list[str]:
    """Subjects that were asked for without a version: probes, which are sent once, ever."""
    wanted = select(_C.subject).where(_C.account_id == account_id, _C.version == 0).distinct()
    return list(connection.scalars(wanted))


class Settled(NamedTuple):
    """How a fetch ended: done, gone, dead, or pending with the cursor it goes on from."""

    pending: Pending
    state: str
    status: int | None = None
    cursor: str | None = None

    @classmethod
    def of(cls, pending: Pending, page: Page) -> Settled:
        """After a page: done, or waiting to go on where the page ended."""
        return cls(pending, "done") if page.done else cls(pending, "pending", cursor=page.cursor)


_SETTLE = (
    update(_T)
    .where(
        _C.account_id == bindparam("k_account"),
        _C.stream == bindparam("k_stream"),
        _C.subject == bindparam("k_subject"),
        _C.generation == bindparam("k_generation"),
    )
    .values(state=bindparam("n_state"), status=bindparam("n_status"), cursor=bindparam("n_cursor"))
)


def settle(connection: Connection, account_id: int, settled: Sequence[Settled]) -> None:
    """Record how fetches ended, except where the subject changed meanwhile: that one keeps waiting."""
    rows = [
        {
            "k_account": account_id,
            "k_stream": pending.stream,
            "k_subject": pending.subject,
            "k_generation": pending.generation,
            "n_state": state,
            "n_status": status,
            "n_cursor": cursor,
        }
        for pending, state, status, cursor in settled
    ]
    if rows:
        connection.execute(_SETTLE, rows)


def bury(connection: Connection, account_id: int, work: GoneWork) -> None:
    """A tombstone; the ticket is normalised again, so that it knows what cannot be had."""
    settle(connection, account_id, [Settled(work.pending, "gone", work.status)])
    connection.execute(
        update(tables.ticket)
        .where(tables.ticket.c.account_id == account_id, tables.ticket.c.native_id == work.pending.subject)
        .values(dirty=True)
    )


def add_dead_letter(connection: Connection, account_id: int, work: DeadWork) -> None:
    if work.pending is not None:
        settle(connection, account_id, [Settled(work.pending, "dead", cursor=work.pending.cursor)])
    row = {"request": to_json(work.request), "reason": work.reason}
    key = {"account_id": account_id, "stream": work.request.stream, "subject": work.request.subject or ""}
    statement = upsert(connection, tables.dead_letter).values(**key, **row)
    connection.execute(statement.on_conflict_do_update(index_elements=list(key), set_=row))


def revive(connection: Connection, account_id: int) -> None:
    """A new run tries everything again that the last one gave up."""
    connection.execute(delete(tables.dead_letter).where(tables.dead_letter.c.account_id == account_id))
    connection.execute(update(_T).where(_C.account_id == account_id, _C.state == "dead").values(state="pending"))


def gone_of(connection: Connection, account_id: int, ticket_ids: list[str]) -> dict[str, dict[str, int]]:
    """Tombstones by ticket: detail stream -> status."""
    found: dict[str, dict[str, int]] = {}
    mine = _C.account_id == account_id, _C.state == "gone", among(connection, _C.subject, ticket_ids)
    for subject, stream, status in connection.execute(select(_C.subject, _C.stream, _C.status).where(*mine)):
        found.setdefault(subject, {})[stream] = status
    return found
