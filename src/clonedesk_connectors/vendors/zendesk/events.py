"""From a ticket's updates to events. One reader for both shapes: ticket events (bulk) and audits (per ticket).

Events are built as plain dicts; `Ticket.model_validate` checks them once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple

from clonedesk_connectors.text.times import parse_time
from clonedesk_connectors.vendors.zendesk.cast import Cast, Via, read_via
from clonedesk_connectors.vendors.zendesk.chat import read_turn
from clonedesk_connectors.vendors.zendesk.mapping import PRIORITY, SCORE, STATUS
from clonedesk_connectors.vendors.zendesk.values import dicts, native_id, part, short, text, words

Json = dict[str, Any]

COMMENTS = frozenset({"Comment", "VoiceComment", "FacebookComment"})
FIELD_SETS = frozenset({"Create", "Change"})
PLACE = frozenset(
    """id type event_type via via_reference_id audit_id ticket_id created_at timestamp field_name value previous_value
    added_tags removed_tags custom_ticket_fields""".split()
)
"""Members of a bulk child that say where a change stands; every other member is a field that changed."""

OWN_EVENT = frozenset({"status", "priority", "tags", "assignee_id", "group_id", "satisfaction_score"})
"""Fields whose first value is an event; the other first values are the header's and stay in the raw record."""

MERGED_TAG = "closed_by_merge"
REDACTED = "\u2587"
"""The block the vendor writes over redacted text."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Update(NamedTuple):
    """One audit of one ticket, wherever it came from. `timed`: it had a readable time of its own."""

    id: str
    at: datetime
    author: object
    via: Via
    children: list[Json]
    timed: bool


class Change(NamedTuple):
    """One field of one child, in either shape."""

    field: str
    new: object
    old: object
    added: object
    removed: object


def updates(rows: Iterable[Json], audits: Iterable[Json], born: datetime | None) -> list[Update]:
    """Bulk rows and fetched audits as one history in vendor order: an audit replaces the row of the same id."""
    found: dict[str, Update] = {}
    for row in rows:
        update = _update(row, "child_events", "updater_id", born)
        found[update.id] = update
    for audit in audits:
        update = _update(audit, "events", "author_id", born)
        found[update.id] = update
    return sorted(found.values(), key=lambda update: (update.at, len(update.id), update.id))


def _update(row: Json, children: str, author: str, born: datetime | None) -> Update:
    at = parse_time(row.get("created_at")) or parse_time(row.get("timestamp"))
    via = read_via(row.get("via"), row.get("via_reference_id"))
    key = native_id(row.get("id")) or "unknown"
    return Update(key, at or born or EPOCH, row.get(author), via, dicts(row.get(children)), at is not None)


def changes(child: Json) -> Iterator[Change]:
    """The fields a child sets: named by `field_name` in audits, by its own key in ticket events."""
    old, added, removed = child.get("previous_value"), child.get("added_tags"), child.get("removed_tags")
    name = child.get("field_name")
    if isinstance(name, str | int):
        yield Change(str(name), child.get("value"), old, added, removed)
        return
    custom, before = part(child, "custom_ticket_fields"), part(child, "previous_value")
    for field, value in custom.items():
        yield Change(field, value, before.get(field) if before else old, None, None)
    for field, value in child.items():
        if field not in PLACE:
            yield Change(field, value, old, added, removed)


class Trail:
    """Collects the events of one ticket in vendor order, then applies what later events did to earlier messages.

    watched: fields whose last setter is of interest (escalation labels). has_rating: ratings came as records of their
    own, so their echoes in the history are not counted again.
    """

    def __init__(self, cast: Cast, born: datetime | None, watched: Iterable[str], has_rating: bool) -> None:
        self.cast, self.born, self.watched, self.has_rating = cast, born, frozenset(watched), has_rating
        self.events: list[Json] = []
        self.comment_times: list[datetime] = []
        self.first_values: dict[str, object] = {}
        self.setters: dict[str, Json] = {}
        self.bodiless = self.untimed = self.turns = 0
        self.created = False
        self._ids: set[str] = set()
        self._turns_told: set[object] = set()
        self._messages: dict[str, list[Json]] = {}
        self._files: dict[str, list[str | None]] = {}
        self._later: list[tuple[str, Json]] = []

    def read(self, update: Update) -> None:
        """Every child of one update, and the merge it may be."""
        self.untimed += not update.timed
        begun = len(self.events)
        for index, child in enumerate(update.children):
            kind = text(child.get("event_type")) or text(child.get("type")) or "unknown"
            own, place = child.get("via"), f"{update.id}:{index}"
            via = read_via(own, child.get("via_reference_id")) if own else update.via
            base = {
                "id": self.name(native_id(child.get("id")) or place, place),
                "at": update.at,
                "actor": self.cast.doer(update.author, via),
                "native_kind": kind,
                "cause": via.cause,
            }
            if kind in FIELD_SETS:
                self._fields(base, child, kind)
            elif kind in COMMENTS:
                self._comment(base, child, via)
            elif kind in _READERS:
                _READERS[kind](self, base, child)
            else:
                self._other(base)
        if via_merge(update.via) or any(MERGED_TAG in event.get("added", ()) for event in self.events[begun:]):
            self._merge(update, self.events[begun:])

    def name(self, wanted: str, spare: str) -> str:
        """An event id that no other event of this ticket has."""
        name = wanted if wanted not in self._ids else spare
        while name in self._ids:
            name += "'"
        self._ids.add(name)
        return name

    def finish(self) -> None:
        """Apply visibility changes and redactions, in whatever order they were told."""
        for kind, child in self._later:
            target = native_id(child.get("comment_id")) or ""
            for message in self._messages.get(target, ()):
                if kind == "privacy":
                    message["visibility"] = "private"
                elif kind == "text":
                    _redact(message)
                else:
                    self._drop_file(target, message, native_id(child.get("attachment_id")))

    def _other(self, base: Json, **data: object) -> None:
        self.events.append({**base, "kind": "other", "data": {name: short(value) for name, value in data.items()}})

    # --- messages ---------------------------------------------------------------------------------------------------

    def _comment(self, base: Json, child: Json, via: Via) -> None:
        body, form = body_of(child)
        if body is None:
            self.bodiless += 1
            self._other(base)
            return
        base["at"] = parse_time(child.get("created_at")) or base["at"]
        if child.get("author_id") is not None:
            base["actor"] = self.cast.doer(child["author_id"], via)
        files = dicts(child.get("attachments"))
        message = {
            **base,
            "kind": "message",
            "visibility": "public" if child.get("public") is True else "private",
            "body": body,
            "body_format": form,
            "channel": via.channel,
            "attachments": [_attachment(file) for file in files],
            "via_api": via.kind == "api",
        }
        key = native_id(child.get("id")) or base["id"]
        self._messages.setdefault(key, []).append(message)
        self._files[key] = [native_id(file.get("id")) for file in files]
        self.comment_times.append(base["at"])
        self.events.append(message)

    def _privacy(self, base: Json, child: Json) -> None:
        """A comment made private. The vendor cannot publish a private note, so nothing here ever does."""
        if child.get("public") is not False:
            self._other(base, comment_id=child.get("comment_id"))
            return
        self._later.append(("privacy", child))
        target = native_id(child.get("comment_id"))
        self.events.append({**base, "kind": "visibility", "target": target, "visibility": "private"})

    def _redaction(self, base: Json, child: Json) -> None:
        self._later.append(("text" if base["native_kind"] == "CommentRedactionEvent" else "file", child))
        self.events.append({**base, "kind": "redaction", "target": native_id(child.get("comment_id"))})

    def _drop_file(self, target: str, message: Json, file: str | None) -> None:
        names = self._files[target]
        if file in names:
            at = names.index(file)
            del names[at], message["attachments"][at]

    def _chat(self, base: Json, child: Json) -> None:
        self._other(base)
        for index, entry in enumerate(dicts(part(child, "value").get("history"))):
            self.turn(entry, f"{base['id']}:{index}", base["at"])

    def turn(self, entry: Json, key: str, fallback: datetime) -> None:
        """One turn of a chat history or of the conversation log; the same turn may be told twice."""
        turn = read_turn(entry)
        if turn is None or turn.identity in self._turns_told:
            return
        self._turns_told.add(turn.identity)
        self.turns += 1
        self.events.append(
            {
                "id": self.name(key, key),
                "at": turn.at or fallback,
                "actor": self.cast.chat_author(turn),
                "native_kind": turn.kind,
                "kind": "message",
                "visibility": "public",
                "body": turn.body,
                "body_format": turn.form,
                "channel": turn.source or "chat",
            }
        )

    # --- fields -----------------------------------------------------------------------------------------------------

    def _fields(self, base: Json, child: Json, kind: str) -> None:
        creating = kind == "Create"
        self.created = self.created or creating
        wanted = base["id"]
        for number, change in enumerate(changes(child)):
            first = change.new if creating or change.old is None else change.old
            if first is not None:
                self.first_values.setdefault(change.field, first)
            if change.field in self.watched:
                self.setters[change.field] = base
            if creating and (change.new is None or change.field not in OWN_EVENT):
                continue
            if number:
                base = {**base, "id": self.name(f"{wanted}:{change.field}", f"{wanted}:{number}")}
            self.events.append(self._change(base, change))

    def _change(self, base: Json, change: Change) -> Json:
        new, old = change.new, change.old
        if change.field == "status":
            return _status(base, new, old)
        if change.field == "assignee_id":
            to = self.cast.assignee_kind(new)
            return {**base, "kind": "assignment", "to_kind": to, "from_id": native_id(old), "to_id": native_id(new)}
        if change.field == "group_id":
            to = self.cast.group_kind(new)
            return {**base, "kind": "group", "to_kind": to, "from_id": native_id(old), "to_id": native_id(new)}
        if change.field == "tags":
            added, removed = tag_change(change)
            return {**base, "kind": "tag", "added": added, "removed": removed}
        if change.field == "priority":
            before = None if old is None else PRIORITY(old)
            after = PRIORITY("none" if new is None else new)
            return {**base, "kind": "priority", "from_priority": before, "to_priority": after, "raw_to": text(new)}
        if change.field == "satisfaction_score" and not self.has_rating:
            return {**base, "kind": "csat", "satisfaction": score(new, base["at"])}
        return {**base, "kind": "other", "data": {"field": change.field, "from": short(old), "to": short(new)}}

    def _rating(self, base: Json, child: Json) -> None:
        if self.has_rating:
            self._other(base, score=child.get("score"))
            return
        satisfaction = score(child.get("score"), base["at"], child.get("body"))
        self.events.append({**base, "kind": "csat", "satisfaction": satisfaction})

    # --- merges -----------------------------------------------------------------------------------------------------

    def _merge(self, update: Update, events: list[Json]) -> None:
        """The ticket that loses is closed with a tag of its own; both get a comment that names the other's number."""
        other = native_id(update.via.source.get("ticket_id"))
        if other is None:
            bodies = (event["body"] for event in events if event["kind"] == "message")
            other = next((number for number in map(ticket_number, bodies) if number), None)
        lost = any(MERGED_TAG in event.get("added", ()) for event in events)
        side = "into" if lost else "absorbed"
        place, actor = f"{update.id}:merge", self.cast.doer(update.author, update.via)
        base = {"id": self.name(place, place), "at": update.at, "actor": actor, "native_kind": "merge"}
        self.events.append({**base, "cause": update.via.cause, "kind": "merge", side: other})


_READERS = {
    "CommentPrivacyChange": Trail._privacy,
    "CommentRedactionEvent": Trail._redaction,
    "AttachmentRedactionEvent": Trail._redaction,
    "ChatStartedEvent": Trail._chat,
    "ChatEndedEvent": Trail._chat,
    "SatisfactionRating": Trail._rating,
}


def via_merge(via: Via) -> bool:
    """Whether an update is part of a merge."""
    return via.kind == "merge" or via.rel == "merge"


def ticket_number(body: str) -> str | None:
    """The first `#123` of a text."""
    _, mark, rest = body.partition("#")
    while mark:
        digits = rest[: len(rest) - len(rest.lstrip("0123456789"))]
        if digits:
            return digits
        _, mark, rest = rest.partition("#")
    return None


def _status(base: Json, new: object, old: object) -> Json:
    if new == "deleted":
        return {**base, "kind": "deleted"}
    if old == "deleted":
        return {**base, "kind": "deleted", "reason": "restored"}
    return {
        **base,
        "kind": "status",
        "from_status": None if old is None else STATUS(old),
        "to_status": STATUS(new),
        "raw_from": short(old),
        "raw_to": short(new),
    }


def _redact(message: Json) -> None:
    """Text removed later must not survive here, unless what we hold is already the vendor's redacted text."""
    message["redacted"] = True
    if REDACTED not in message["body"]:
        message["body"] = ""


def tag_change(change: Change) -> tuple[list[str], list[str]]:
    """Tags added and removed: as stated, else the difference of the two lists."""
    new, old = words(change.new), words(change.old)
    return (
        words(change.added) if isinstance(change.added, list) else [tag for tag in new if tag not in old],
        words(change.removed) if isinstance(change.removed, list) else [tag for tag in old if tag not in new],
    )


def score(raw: object, at: datetime, comment: object = None) -> Json:
    """An answer, or an offer, of the old satisfaction model."""
    value = SCORE(raw)
    moment = "asked_at" if value is None else "answered_at"
    return {"raw": short(raw) or "", "scale": "good-bad", "value": value, moment: at, "comment": text(comment)}


def body_of(comment: Json) -> tuple[str | None, str]:
    """The richest text of a comment and its form; None where the export left the text out."""
    html = comment.get("html_body")
    if isinstance(html, str) and html:
        return html, "html"
    plain = comment.get("plain_body")
    body = plain if isinstance(plain, str) and plain else comment.get("body")
    return (body if isinstance(body, str) else html if isinstance(html, str) else None), "text"


def _attachment(file: Json) -> Json:
    size = file.get("size")
    return {
        "name": text(file.get("file_name")),
        "content_type": text(file.get("content_type")),
        "size_bytes": size if type(size) is int else None,
    }
