"""Raw records on disk: slices of compressed blocks.

A page's records are sorted by ticket and packed into blocks of about 64 kB, then compressed. When a record is replaced
or erased its old slice is overwritten with spaces, so text the vendor redacted does not survive in the archive; the
other slices keep their place. A block without live records is deleted.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from clonedesk_connectors.protocol import RawRecord
from clonedesk_connectors.store import tables
from clonedesk_connectors.store.bulk import among
from clonedesk_connectors.store.codec import compress, decompress

BLOCK_BYTES = 64 * 1024
_AT_ONCE = 256


class Slice(NamedTuple):
    """Where a record lies."""

    block_id: int
    start: int
    size: int


def pack(connection: Connection, records: Iterable[RawRecord]) -> list[tuple[RawRecord, Slice]]:
    """Write the payloads into new blocks; returns where each one lies."""
    ordered = sorted(records, key=lambda record: (record.bundle or "", record.kind))
    next_id: int = (connection.scalar(select(func.max(tables.block.c.id))) or 0) + 1
    placed: list[tuple[RawRecord, Slice]] = []
    blocks: list[dict[str, object]] = []
    parts: list[bytes] = []
    size = 0
    for record in ordered:
        if parts and size + len(record.payload) > BLOCK_BYTES:
            blocks.append({"id": next_id + len(blocks), "live": len(parts), "data": compress(b"".join(parts))})
            parts, size = [], 0
        placed.append((record, Slice(next_id + len(blocks), size, len(record.payload))))
        parts.append(record.payload)
        size += len(record.payload)
    if parts:
        blocks.append({"id": next_id + len(blocks), "live": len(parts), "data": compress(b"".join(parts))})
        connection.execute(insert(tables.block), blocks)
    return placed


def read(connection: Connection, places: Sequence[tuple[int, int, int]]) -> list[bytes]:
    """What lies in these places, each as the members of a `Slice`, in their order. Only a slice of each block is kept:
    tickets that changed lie far apart, in several blocks each.
    """
    wanted: Mapping[int, list[int]] = defaultdict(list)
    for number, (block_id, _, _) in enumerate(places):
        wanted[block_id].append(number)
    found = [b""] * len(places)
    for block_id, plain in _opened(connection, wanted):
        for number in wanted[block_id]:
            _, start, size = places[number]
            found[number] = plain[start : start + size]
    return found


def _opened(connection: Connection, block_ids: Iterable[int]) -> Iterator[tuple[int, bytes]]:
    """The plain bytes of each block, one after the other."""
    block, ids = tables.block.c, sorted(block_ids)
    for at in range(0, len(ids), _AT_ONCE):
        mine = among(connection, block.id, ids[at : at + _AT_ONCE])
        for row in connection.execute(select(block.id, block.data).where(mine)).all():
            yield row.id, decompress(row.data)


def blank(connection: Connection, slices: Iterable[Slice]) -> None:
    """Overwrite slices whose record is replaced or gone; delete blocks that hold nothing any more."""
    by_block: Mapping[int, list[Slice]] = defaultdict(list)
    for piece in slices:
        by_block[piece.block_id].append(piece)
    if not by_block:
        return
    changed: list[dict[str, Any]] = []
    for block_id, data in _opened(connection, by_block):
        plain = bytearray(data)
        for piece in by_block[block_id]:
            plain[piece.start : piece.start + piece.size] = b" " * piece.size
        changed.append({"b_id": block_id, "gone": len(by_block[block_id]), "b_data": compress(bytes(plain))})
    block = tables.block.c
    connection.execute(
        update(tables.block)
        .where(block.id == bindparam("b_id"))
        .values(live=block.live - bindparam("gone"), data=bindparam("b_data")),
        changed,
    )
    touched = among(connection, block.id, [row["b_id"] for row in changed])
    connection.execute(delete(tables.block).where(touched, block.live <= 0))
