"""From activity rows to events: the exact history of status, assignment and tags, where the account exports it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from hashlib import sha256

from clonedesk_connectors.model import Actor, ActorKind, Cause, Status
from clonedesk_connectors.vendors.freshdesk.activities import performed_at
from clonedesk_connectors.vendors.freshdesk.cast import actor, is_ai_name
from clonedesk_connectors.vendors.freshdesk.events import Trail
from clonedesk_connectors.vendors.freshdesk.mapping import PRIORITY, PRIORITY_NAME
from clonedesk_connectors.vendors.freshdesk.values import Json, label, native_id, part, text, words

WITH_CREATION = timedelta(minutes=1)
"""Rows from so shortly after a ticket's creation on hold its whole history."""


def read_activities(trail: Trail, rows: Iterable[Json]) -> bool | None:
    """Returns whether the history is whole: None without rows, else by its two ends."""
    timed = sorted(
        ((at, key, row) for key, row in _named(rows) if (at := performed_at(row.get("performed_at"))) is not None),
        key=lambda item: item[:2],
    )
    if not timed:
        return None
    status: tuple[Status | None, str | None] = (None, None)
    for at, key, row in timed:
        status = _read(trail, f"activity:{key}", at, row, status)
    begins = timed[0][0] - trail.born <= WITH_CREATION
    return begins and status[0] is trail.status(trail.ticket.get("status"))


def _named(rows: Iterable[Json]) -> Iterator[tuple[str, Json]]:
    """Rows have no id: what they say, and how often it was said before, stands in for one."""
    said: Counter[str] = Counter()
    for row in rows:
        digest = sha256(json.dumps(row, sort_keys=True).encode()).hexdigest()[:16]
        yield f"{digest}-{said[digest]}", row
        said[digest] += 1


def _read(
    trail: Trail, key: str, at: datetime, row: Json, before: tuple[Status | None, str | None]
) -> tuple[Status | None, str | None]:
    """One row may hold several changes. Returns the status after it. A note is an event already: its conversation."""
    done = part(row, "activity")
    who, cause = _performer(trail, row, done)
    cast, count = trail.cast, len(trail.events)

    def add(kind: str, **more: object) -> None:
        trail.add(f"{key}:{kind}", at, who, "activity", kind, cause=cause, **more)

    if "status" in done:
        raw = label(done["status"])
        after = (trail.status(raw), raw)
        add("status", from_status=before[0], to_status=after[0], raw_from=before[1], raw_to=raw)
        before = after
    if "priority" in done:
        raw = label(done["priority"])
        add("priority", to_priority=PRIORITY(raw) if (raw or "").isdecimal() else PRIORITY_NAME(raw), raw_to=raw)
    if "group" in done:
        name = text(done["group"])
        group = cast.number("default_group", name) or name if name else None
        add("group", to_kind=cast.group_kind(group), to_id=group)
    if "agent_id" in done:
        agent = native_id(done["agent_id"])
        add("assignment", to_kind=cast.assignee_kind(agent), to_id=agent)
    if "added_tags" in done or "removed_tags" in done:
        add("tag", added=words(done.get("added_tags")), removed=words(done.get("removed_tags")))
    if len(trail.events) == count and done.keys() - {"note"}:
        add("other", data={name[:60]: label(value) for name, value in done.items() if label(value) is not None})
    return before


def _performer(trail: Trail, row: Json, done: Json) -> tuple[Actor, Cause | None]:
    """A person, or the system: an automation is named in the row, the vendor's own AI only by that name."""
    rule = part(done, "automation")
    name = text(rule.get("rule")) or text(rule.get("name"))
    cause = Cause(kind="rule", id=native_id(rule.get("id")), name=name) if rule else None
    if row.get("performer_type") != "system":
        key = native_id(row.get("performer_id"))
        if key is not None and key == trail.cast.requester_id:
            return actor(ActorKind.CUSTOMER, key, None, ("ticket.requester_id", key)), cause
        return trail.cast.agent(key), cause
    said = ("activity.performer_type", "system")
    if is_ai_name(name):
        weight = trail.cast.options.ai_weights["activity"]
        trail.hint("activity", name or "")
        kind = ActorKind.AI_AGENT if weight >= trail.cast.options.ai_threshold else ActorKind.UNKNOWN
        return actor(kind, None, name, said, ("activity.automation", name or "")), cause
    return actor(ActorKind.AUTOMATION if rule else ActorKind.SYSTEM, None, name, said), cause
