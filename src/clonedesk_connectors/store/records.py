"""Raw records of one account: guarded upserts in, whole bundles out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from importlib import import_module
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, insert, select, true, update

from clonedesk_connectors.protocol import RawRecord
from clonedesk_connectors.store import blocks, tables
from clonedesk_connectors.store.blocks import Slice
from clonedesk_connectors.store.bulk import Bulk, among
from clonedesk_connectors.store.codec import digest
from clonedesk_connectors.store.values import Changes, StoredRecord

_RECORD = tables.record.c
AnyRow = Row[*tuple[Any, ...]]
MAX_RECORDS = 20_000
MAX_BYTES = 64 * 1024 * 1024
"""What one ticket may be made of; the vendors' own caps (5,000 comments, 500 parts) lie far below."""


def upsert(connection: Connection, table: Any) -> Any:
    """An INSERT that takes `on_conflict_do_…`, in the dialect of this database."""
    return import_module(f"sqlalchemy.dialects.{connection.dialect.name}").insert(table)  # the other is slow to import


def store_records(connection: Connection, account_id: int, records: Iterable[RawRecord]) -> Changes:
    """Insert or replace. A lower version never overwrites a higher one; the same version only with other content.

    The tickets that the new or changed records belong to are marked for normalising.
    """
    latest: dict[tuple[str, str], RawRecord] = {}
    for record in records:
        rival = latest.get((record.kind, record.id))
        if rival is None or record.version >= rival.version:
            latest[record.kind, record.id] = record
    known = _known(connection, account_id, latest)
    fresh, replaced = {}, []
    for key, record in latest.items():
        old, mark = known.get(key), digest(record.payload)
        if old is not None:
            if record.version < old.version or (record.version == old.version and mark == old.digest):
                continue
            replaced.append(Slice(old.block_id, old.start, old.size))
        fresh[key] = mark
    _write(connection, account_id, latest, fresh, known)
    blocks.blank(connection, replaced)
    _mark_dirty(connection, account_id, {latest[key].bundle for key in fresh})
    return Changes(new=len(fresh) - len(replaced), changed=len(replaced), unchanged=len(latest) - len(fresh))


def _known(connection: Connection, account_id: int, keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], AnyRow]:
    ids: dict[str, list[str]] = defaultdict(list)
    for kind, native_id in keys:
        ids[kind].append(native_id)
    known: dict[tuple[str, str], AnyRow] = {}
    columns = (_RECORD.native_id, _RECORD.version, _RECORD.digest, _RECORD.block_id, _RECORD.start, _RECORD.size)
    for kind, native_ids in ids.items():
        mine = _RECORD.account_id == account_id, _RECORD.kind == kind, among(connection, _RECORD.native_id, native_ids)
        known.update(((kind, row.native_id), row) for row in connection.execute(select(*columns).where(*mine)))
    return known


_FIELDS = ("account_id", "kind", "native_id", "version", "digest", "bundle", "block_id", "start", "size")


_INSERT = Bulk(lambda _: insert(tables.record).values({name: bindparam(name) for name in _FIELDS}), _FIELDS)
_REPLACE = Bulk(
    lambda _: (
        update(tables.record)
        .where(
            _RECORD.account_id == bindparam("k_account"),
            _RECORD.kind == bindparam("k_kind"),
            _RECORD.native_id == bindparam("k_id"),
        )
        .values({name: bindparam(name) for name in _FIELDS[3:]})
    ),
    ("k_account", "k_kind", "k_id", *_FIELDS[3:]),
)


def _write(
    connection: Connection,
    account_id: int,
    latest: dict[tuple[str, str], RawRecord],
    fresh: dict[tuple[str, str], int],
    known: dict[tuple[str, str], AnyRow],
) -> None:
    inserts: list[tuple[Any, ...]] = []
    replaces: list[tuple[Any, ...]] = []
    for record, (block_id, start, size) in blocks.pack(connection, (latest[key] for key in fresh)):
        key = (record.kind, record.id)
        row = (account_id, *key, record.version, fresh[key], record.bundle, block_id, start, size)
        (replaces if key in known else inserts).append(row)
    _INSERT(connection, inserts)
    _REPLACE(connection, replaces)


_MARK = Bulk(
    lambda connection: (
        upsert(connection, tables.ticket)
        .values(account_id=bindparam("account"), native_id=bindparam("ticket"), dirty=true())
        .on_conflict_do_update(index_elements=["account_id", "native_id"], set_={"dirty": true()})
    ),
    ("account", "ticket"),
)


def _mark_dirty(connection: Connection, account_id: int, bundles: set[str | None]) -> None:
    _MARK(connection, [(account_id, bundle) for bundle in sorted(filter(None, bundles))])


_COLUMNS = (
    _RECORD.bundle,
    _RECORD.kind,
    _RECORD.native_id,
    _RECORD.version,
    _RECORD.block_id,
    _RECORD.start,
    _RECORD.size,
)


_IN_ORDER = (_RECORD.version, func.length(_RECORD.native_id), _RECORD.native_id)


def bundles_of(connection: Connection, account_id: int, ticket_ids: Sequence[str]) -> dict[str, dict[str, list[bytes]]]:
    """The payloads of all raw records of these tickets, by ticket and kind, ordered by (version, native id).

    A ticket above MAX_RECORDS or MAX_BYTES is left out: one hostile ticket must not fill the memory.
    """
    mine = _RECORD.account_id == account_id, among(connection, _RECORD.bundle, ticket_ids)
    rows: Sequence[AnyRow] = connection.execute(select(*_COLUMNS).where(*mine).order_by(*_IN_ORDER)).all()
    oversized = _oversized(rows)
    if oversized:
        rows = [row for row in rows if row[0] not in oversized]
    found: dict[str, dict[str, list[bytes]]] = {one: {} for one in ticket_ids if one not in oversized}
    for row, payload in zip(rows, blocks.read(connection, [row[4:] for row in rows]), strict=True):
        found[row[0]].setdefault(row[1], []).append(payload)
    return found


def _oversized(rows: Iterable[AnyRow]) -> set[str]:
    counts: dict[str, int] = {}
    sizes: dict[str, int] = {}
    for row in rows:
        counts[row[0]] = counts.get(row[0], 0) + 1
        sizes[row[0]] = sizes.get(row[0], 0) + row[6]
    return {one for one, count in counts.items() if count > MAX_RECORDS or sizes[one] > MAX_BYTES}


def records_of(
    connection: Connection, account_id: int, kind: str, native_ids: Sequence[str] | None = None
) -> list[StoredRecord]:
    """Records of one kind (all of it, or these ids), ordered by native id."""
    wanted = [_RECORD.account_id == account_id, _RECORD.kind == kind]
    if native_ids is not None:
        wanted.append(among(connection, _RECORD.native_id, native_ids))
    rows = connection.execute(select(*_COLUMNS).where(*wanted)).all()
    payloads = blocks.read(connection, [row[4:] for row in rows])
    records = [StoredRecord(kind, row[2], row[3], payload) for row, payload in zip(rows, payloads, strict=True)]
    return sorted(records, key=lambda record: (len(record.id), record.id))
