"""One line to a `Ticket`: our own export is taken over, the minimal format is read word by word. Nothing raises."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from pydantic import ValidationError

from clonedesk_connectors.model import (
    Actor,
    ActorKind,
    AssigneeKind,
    Coverage,
    Evidence,
    Gap,
    Scale,
    Ticket,
)
from clonedesk_connectors.protocol import AccountConfig, Bundle
from clonedesk_connectors.text.times import parse_time, unix_s
from clonedesk_connectors.vendors.jsonl.mapping import ACTOR, ASSIGNEE, CHANNEL, PRIORITY, STATUS

Json = dict[str, Any]
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def normalize(bundle: Bundle) -> Ticket | None:
    """The last line with this id. Our own format that does not validate (a newer version, an edit by hand) is read as
    the minimal one, with a gap that says so."""
    rows = bundle.records.get("ticket", ())
    if not rows:
        return None
    row = rows[-1]
    if "schema_version" not in row:
        return _minimal(bundle, row, ())
    try:
        return Ticket.model_validate(row | {"vendor": "jsonl", "account": bundle.account})
    except ValidationError:
        return _minimal(bundle, row, (Gap(what="everything", why="the line is not a ticket of this version's export"),))


def _minimal(bundle: Bundle, row: Json, gaps: tuple[Gap, ...]) -> Ticket:
    created, updated = parse_time(row.get("created_at")), parse_time(row.get("updated_at"))
    reader = _Reader(bundle.config, created or updated or EPOCH)
    events = sorted([*reader.messages(row), *reader.others(row)], key=lambda event: event["at"])
    for place, event in enumerate(events):
        event["seq"] = place
    if reader.untimed:
        gaps += (Gap(what="times", why=f"{reader.untimed} events without a readable time were put at the beginning"),)
    status, channel, priority = (_text(row.get(name)) for name in ("status", "channel", "priority"))
    requester, expected = reader.requester(row), row.get("messages_expected")
    assignee = _text(row.get("assignee_id"))
    got = sum(event["kind"] == "message" for event in events)
    return Ticket.model_validate(
        {
            "vendor": "jsonl",
            "account": bundle.account,
            "native_id": bundle.ticket_id,
            "version": unix_s(row.get("updated_at")),
            "created_at": created,
            "updated_at": updated,
            "status": STATUS(status),
            "raw_status": status,
            "channel": CHANNEL(channel),
            "raw_channel": channel,
            "priority": PRIORITY(priority) if priority else "none",
            **{name: _text(row.get(name)) for name in ("subject", "language", "tier", "group_id", "merged_into")},
            "ticket_type": _text(row.get("type")),
            "tags": tuple(dict.fromkeys(_words(row.get("tags")))),
            "requester": requester,
            "assignee_id": assignee,
            "assignee_kind": reader.assignee_kind(assignee),
            "is_spam": row.get("spam") is True,
            "is_test": row.get("test") is True or (requester or {}).get("id") in bundle.config.test_requesters,
            "deleted": row.get("deleted") is True,
            "vendor_labels": list(_labels(row.get("labels"))),
            "events": events,
            "coverage": Coverage(
                messages_got=got,
                messages_expected=expected if type(expected) is int else None,
                events_complete=True if row.get("complete") is True else None,
                gaps=gaps,
            ),
        }
    )


class _Reader:
    """Reads the lists of one line."""

    def __init__(self, config: AccountConfig, born: datetime) -> None:
        self.config, self.born = config, born
        self.untimed = 0
        self._ids: set[str] = set()

    def messages(self, row: Json) -> Iterator[Json]:
        """Only `"public": true` is public: a slip must never show a note to a customer."""
        for place, item in enumerate(_dicts(row.get("messages"))):
            html, plain = _text(item.get("html")), _text(item.get("text"))
            yield self._base("message", place, item, item.get("from")) | {
                "visibility": "public" if item.get("public") is True else "private",
                "body": html or plain or "",
                "body_format": "html" if html else "text",
            }

    def others(self, row: Json) -> Iterator[Json]:
        """What else happened: status, assignment, handoff, tag and csat; anything else is kept by its name."""
        for place, item in enumerate(_dicts(row.get("events"))):
            kind = _text(item.get("kind")) or "unknown"
            read = _EVENTS.get(kind)
            base = self._base(kind, place, item, item.get("by"))
            yield base | (read(item) if read else {"kind": "other"})

    def _base(self, kind: str, place: int, item: Json, who: object) -> Json:
        at = parse_time(item.get("at"))
        self.untimed += at is None
        key = _text(item.get("id")) or f"{kind}:{place}"
        while key in self._ids:
            key += "'"
        self._ids.add(key)
        return {"id": key, "at": at or self.born, "actor": self.actor(who), "native_kind": kind, "kind": kind}

    def actor(self, who: object) -> Actor:
        """A word (`customer`, `agent`, `ai` …), or an object with `kind`, `id` and `name`."""
        person = who if isinstance(who, dict) else {"kind": who}
        key, word = _text(person.get("id")), _text(person.get("kind"))
        kind, evidence = ACTOR(word), Evidence(source="from", value=word or "")
        if key in self.config.bot_users:
            kind, evidence = ActorKind.AI_AGENT, Evidence(source="config.bot_users", value=str(key))
        elif key in self.config.human_users:
            kind, evidence = ActorKind.HUMAN_AGENT, Evidence(source="config.human_users", value=str(key))
        return Actor(kind=kind, id=key, name=_text(person.get("name")), evidence=(evidence,) if evidence.value else ())

    def assignee_kind(self, key: str | None) -> AssigneeKind:
        if key is None:
            return AssigneeKind.NONE
        return AssigneeKind.AI if key in self.config.bot_users else AssigneeKind.UNKNOWN

    def requester(self, row: Json) -> Json | None:
        given = row.get("requester")
        person = given if isinstance(given, dict) else {"id": given}
        key = _text(person.get("id")) or _text(person.get("email"))
        return {"id": key, "name": _text(person.get("name")), "email": _text(person.get("email"))} if key else None


def _status(item: Json) -> Json:
    to, before = _text(item.get("to")), _text(item.get("from"))
    return {
        "to_status": STATUS(to),
        "raw_to": to,
        "from_status": STATUS(before) if before else None,
        "raw_from": before,
    }


def _assignment(item: Json) -> Json:
    return {"to_kind": ASSIGNEE(_text(item.get("to"))), "to_id": _text(item.get("to_id"))}


def _handoff(item: Json) -> Json:
    return {"to_id": _text(item.get("to_id")), "raw": _text(item.get("reason"))}


def _tag(item: Json) -> Json:
    return {"added": _words(item.get("added")), "removed": _words(item.get("removed"))}


def _csat(item: Json) -> Json:
    value = item.get("value")
    fits = type(value) is int and 1 <= value <= 5
    scale = Scale.ONE_TO_FIVE if fits else Scale.UNKNOWN
    found = {"raw": str(value)[:40], "scale": scale, "value": value if fits else None}
    return {"satisfaction": found | {"answered_at": parse_time(item.get("at")), "comment": _text(item.get("comment"))}}


_EVENTS = {"status": _status, "assignment": _assignment, "handoff": _handoff, "tag": _tag, "csat": _csat}


def _labels(given: object) -> Iterator[Json]:
    """`{"outcome": "escalated"}`, or a list of objects with name, value and, where known, set_at and set_by."""
    rows = [{"name": n, "value": v} for n, v in given.items()] if isinstance(given, dict) else _dicts(given)
    for row in rows:
        name, value = _text(row.get("name")), _text(row.get("value"))
        if name and value:
            set_by = _text(row.get("set_by"))
            yield {"name": name, "value": value, "set_at": parse_time(row.get("set_at")), "set_by": set_by}


def _text(value: object) -> str | None:
    """Text or a number as text, without what cannot be encoded; None for anything else."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str) or not value:
        return None
    return value if value.isascii() else value.encode("utf-8", "replace").decode()


def _dicts(value: object) -> list[Json]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _words(value: object) -> tuple[str, ...]:
    return tuple(word for item in value if (word := _text(item))) if isinstance(value, list) else ()
