"""What the archive holds of one account."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from sqlalchemy import Connection, delete, func, select, update

from clonedesk_connectors.protocol import FollowUp
from clonedesk_connectors.store import cache, queue, records, tables
from clonedesk_connectors.store.values import (
    Changes,
    Checkpoint,
    DeadWork,
    FindingReview,
    GoneWork,
    PageWork,
    Pending,
    QueueWork,
    StoredRecord,
    Work,
)

if TYPE_CHECKING:
    from clonedesk_connectors.store.archive import Archive


class AccountArchive:
    """One account's records, checkpoints, queue and tickets. Every method is one transaction."""

    def __init__(self, archive: Archive, account_id: int, vendor: str, name: str) -> None:
        self.archive, self.id, self.vendor, self.name = archive, account_id, vendor, name

    # -- what the engine writes -------------------------------------------------------------------------------------

    def commit(self, works: Sequence[Work]) -> Changes:
        """Commit fetched pages with their follow-ups and checkpoints, all or nothing; pages go in together."""
        pages = [work for work in works if isinstance(work, PageWork)]
        with self.archive.transaction() as connection:
            changes = self._pages(connection, pages) if pages else Changes()
            for work in works:
                match work:
                    case GoneWork():
                        queue.bury(connection, self.id, work)
                    case DeadWork():
                        queue.add_dead_letter(connection, self.id, work)
                    case QueueWork():
                        queued = queue.enqueue(connection, self.id, work.follow_ups)
                        changes = replace(changes, queued=changes.queued + queued)
        return changes

    def _pages(self, connection: Connection, works: Sequence[PageWork]) -> Changes:
        pages = [work.page for work in works]
        changes = records.store_records(connection, self.id, [one for page in pages for one in page.records])
        queued = queue.enqueue(connection, self.id, [one for page in pages for one in page.follow_ups])
        for work in works:
            if work.checkpoint is not None:
                self._save_checkpoint(connection, work.checkpoint)
        settled = [queue.Settled.of(work.pending, work.page) for work in works if work.pending is not None]
        queue.settle(connection, self.id, settled)
        return replace(changes, queued=queued)

    def _save_checkpoint(self, connection: Connection, checkpoint: Checkpoint) -> None:
        key = {"account_id": self.id, "stream": checkpoint.stream}
        row = {"cursor": checkpoint.cursor, "done": checkpoint.done, "page_size": checkpoint.page_size}
        statement = records.upsert(connection, tables.checkpoint).values(**key, **row)
        connection.execute(statement.on_conflict_do_update(index_elements=list(key), set_=row))

    # -- positions and queue ----------------------------------------------------------------------------------------

    def checkpoints(self) -> dict[str, Checkpoint]:
        table = tables.checkpoint.c
        with self.archive.transaction() as connection:
            rows = connection.execute(
                select(table.stream, table.cursor, table.done, table.page_size).where(table.account_id == self.id)
            )
            return {row.stream: Checkpoint(*row) for row in rows}

    def waiting(self, limit: int, in_flight: Iterable[tuple[str, str]] = ()) -> list[Pending]:
        with self.archive.transaction() as connection:
            return queue.waiting(connection, self.id, limit, in_flight)

    def revive(self) -> None:
        """Give dead letters another chance (at the start of a run)."""
        with self.archive.transaction() as connection:
            queue.revive(connection, self.id)

    # -- raw records ------------------------------------------------------------------------------------------------

    def directory(self, kind: str, native_ids: Sequence[str] | None = None) -> list[StoredRecord]:
        with self.archive.transaction() as connection:
            return records.records_of(connection, self.id, kind, native_ids)

    def bundles(self, ticket_ids: Sequence[str]) -> dict[str, dict[str, list[bytes]]]:
        with self.archive.transaction() as connection:
            return records.bundles_of(connection, self.id, ticket_ids)

    def gone(self, ticket_ids: Sequence[str]) -> dict[str, dict[str, int]]:
        with self.archive.transaction() as connection:
            return queue.gone_of(connection, self.id, list(ticket_ids))

    # -- the ticket cache -------------------------------------------------------------------------------------------

    def ticket_ids(self, *, known_only: bool = True) -> list[str]:
        """Native ids in order (numbers by value); with `known_only` only those normalised at least once."""
        table = tables.ticket.c
        wanted = [table.account_id == self.id] + ([table.body.is_not(None)] if known_only else [])
        with self.archive.transaction() as connection:
            order = (func.length(table.native_id), table.native_id)
            return list(connection.scalars(select(table.native_id).where(*wanted).order_by(*order)))

    def known_ids(self, batch: int = 5_000) -> Iterator[str]:
        """Native ids of all tickets normalised at least once, then of those a sweep has asked for, whatever came of it.
        Unordered; read bit by bit, because an archive may hold millions and most sweeps want none.
        """
        table, last = tables.ticket.c, ""
        while True:
            mine = table.account_id == self.id, table.body.is_not(None), table.native_id > last
            with self.archive.transaction() as connection:
                wanted = select(table.native_id).where(*mine).order_by(table.native_id).limit(batch)
                ids = list(connection.scalars(wanted))
            yield from ids
            if len(ids) < batch:
                break
            last = ids[-1]
        with self.archive.transaction() as connection:
            probed = queue.probed(connection, self.id)
        yield from probed

    def bodies(self) -> Iterator[bytes]:
        """Compressed normalised tickets in the order of `ticket_ids`."""
        yield from cache.bodies(self)

    def dirty_after(self, native_id: str, limit: int) -> list[str]:
        """Tickets that wait to be normalised, after this id in text order."""
        table = tables.ticket.c
        with self.archive.transaction() as connection:
            return list(
                connection.scalars(
                    select(table.native_id)
                    .where(table.account_id == self.id, table.dirty, table.native_id > native_id)
                    .order_by(table.native_id)
                    .limit(limit)
                )
            )

    def mark_all_dirty(self) -> None:
        table = tables.ticket.c
        with self.archive.transaction() as connection:
            clean = table.account_id == self.id, ~table.dirty
            connection.execute(update(tables.ticket).where(*clean).values(dirty=True))

    def save(self, batch: Sequence[cache.Normalised], gaps: Iterable[FollowUp] = ()) -> tuple[cache.Saved, int]:
        """Store normalised tickets, quarantine entries and the follow-ups they need, together.

        Returns what was new, changed and deleted, and how many follow-ups now wait.
        """
        with self.archive.transaction() as connection:
            return cache.save(connection, self.id, batch), queue.enqueue(connection, self.id, gaps)

    def shape(self) -> str | None:
        """Fingerprint of the directory and settings the tickets were normalised with."""
        with self.archive.transaction() as connection:
            return connection.scalar(select(tables.account.c.shape).where(tables.account.c.id == self.id))

    def set_shape(self, shape: str) -> None:
        with self.archive.transaction() as connection:
            connection.execute(update(tables.account).where(tables.account.c.id == self.id).values(shape=shape))

    def drop_tickets(self) -> None:
        """Empty the cache before a rebuild from raw records."""
        with self.archive.transaction() as connection:
            connection.execute(delete(tables.quarantine).where(tables.quarantine.c.account_id == self.id))
            connection.execute(
                update(tables.ticket).where(tables.ticket.c.account_id == self.id).values(dirty=True, body=None)
            )

    def body(self, native_id: str) -> bytes | None:
        """One compressed normalised ticket; None where there is none."""
        table = tables.ticket.c
        with self.archive.transaction() as connection:
            found: bytes | None = connection.scalar(
                select(table.body).where(table.account_id == self.id, table.native_id == native_id)
            )
        return found

    def last_change(self) -> int | None:
        """The newest change of any ticket, in unix seconds by the vendor's clock; None without tickets."""
        table = tables.ticket.c
        with self.archive.transaction() as connection:
            newest: int | None = connection.scalar(
                select(func.max(table.updated_at)).where(table.account_id == self.id)
            )
        return newest

    # -- reviewed findings ------------------------------------------------------------------------------------------

    def finding_reviews(self) -> list[FindingReview]:
        """What people said of findings, oldest first."""
        table = tables.finding_review.c
        columns = [table[name] for name in FindingReview._fields]
        with self.archive.transaction() as connection:
            rows = connection.execute(select(*columns).where(table.account_id == self.id).order_by(table.at))
            return [FindingReview(*row) for row in rows]

    def add_finding_review(self, review: FindingReview) -> None:
        """Keep a word; a later one on the same finding replaces it."""
        row = {"account_id": self.id, **review._asdict()}
        keys = ["account_id", "native_id", "rule"]
        with self.archive.transaction() as connection:
            statement = records.upsert(connection, tables.finding_review).values(row)
            rest = {name: value for name, value in row.items() if name not in keys}
            connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=rest))

    def summary(self) -> cache.Summary:
        with self.archive.transaction() as connection:
            return cache.summary(connection, self.id)
