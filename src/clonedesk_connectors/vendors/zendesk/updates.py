"""A ticket's updates as one history. One reader for both shapes: ticket events (bulk) and audits (per ticket)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, NamedTuple

from clonedesk_connectors.text.times import parse_time
from clonedesk_connectors.vendors.zendesk.cast import Via, read_via
from clonedesk_connectors.vendors.zendesk.values import dicts, native_id, part

Json = dict[str, Any]
Move = tuple[str, object, object]
"""(field, new value, old value)"""

PLACE = frozenset(
    {"id", "type", "event_type", "via", "via_reference_id", "audit_id", "ticket_id", "created_at", "timestamp"}
    | {"field_name", "value", "previous_value", "added_tags", "removed_tags", "custom_ticket_fields"}
)
"""Members of a bulk child that say where a change stands; every other member is a field that changed. `type` is both:
beside `event_type` it is the ticket's type, unless it repeats the kind of event.
"""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Update(NamedTuple):
    """One audit of one ticket, wherever it came from. Sorts in the vendor's order: by time, then by number (`digits`
    is the length of the id). `said`: its `via` and the rule's id beside it, as received. `timed`: it had a readable
    time of its own.
    """

    at: datetime
    digits: int
    id: str
    author: object
    via: Via
    said: tuple[object, object]
    children: list[Json]
    timed: bool

    def sets_status(self) -> bool:
        return any("status" in child or child.get("field_name") == "status" for child in self.children)


def updates(rows: Iterable[Json], audits: Iterable[Json], born: datetime | None) -> list[Update]:
    """Bulk rows and fetched audits as one history in vendor order: an audit replaces the row of the same id."""
    found: dict[str, Update] = {}
    for row in rows:
        update = _update(row, "child_events", "updater_id", born)
        found[update.id] = update
    for audit in audits:
        update = _update(audit, "events", "author_id", born)
        found[update.id] = update
    return sorted(found.values())


def _update(row: Json, children: str, author: str, born: datetime | None) -> Update:
    at = parse_time(row.get("created_at")) or parse_time(row.get("timestamp"))
    said = row.get("via"), row.get("via_reference_id")
    key = native_id(row.get("id")) or "unknown"
    told = dicts(row.get(children))
    return Update(at or born or EPOCH, len(key), key, row.get(author), read_via(*said), said, told, at is not None)


def changes(child: Json) -> Sequence[Move]:
    """What a child changed: named by `field_name` in audits, by its own key in ticket events."""
    fields, plain = _fields(tuple(child))
    old = child.get("previous_value")
    if plain:
        return ((fields[0], child[fields[0]], old),)
    name = child.get("field_name")
    if name is not None:
        return ((native_id(name) or "unknown", child.get("value"), old),)
    moves: list[Move] = []
    for field in fields:
        value = child[field]
        if field == "type":
            if child.get("event_type") in (None, value):
                continue
        elif field == "custom_ticket_fields":
            values = part(child, field)
            before = old if isinstance(old, dict) else dict.fromkeys(values, old)
            moves += ((key, choice, before.get(key)) for key, choice in values.items())
            continue
        moves.append((field, value, old))
    return moves


@lru_cache(maxsize=1024)
def _fields(members: tuple[str, ...]) -> tuple[tuple[str, ...], bool]:
    """The members that may be changes, and whether there is just one that surely is. A desk has few sets of members,
    so they are sorted out once.
    """
    fields = tuple(name for name in members if name not in PLACE or name in ("type", "custom_ticket_fields"))
    return fields, len(fields) == 1 and fields[0] not in PLACE and "field_name" not in members
