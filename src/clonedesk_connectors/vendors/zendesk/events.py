"""From a ticket's updates to events.

Events are built as plain dicts; `Ticket.model_validate` checks them once.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Sequence, Set
from datetime import datetime
from typing import Any

from clonedesk_connectors.text.times import parse_time
from clonedesk_connectors.vendors.zendesk.cast import Cast, Via, read_via
from clonedesk_connectors.vendors.zendesk.chat import read_turn
from clonedesk_connectors.vendors.zendesk.mapping import PRIORITY, SCORE, STATUS
from clonedesk_connectors.vendors.zendesk.updates import Move, Update, changes
from clonedesk_connectors.vendors.zendesk.values import dicts, native_id, part, short, text, words

Json = dict[str, Any]
COMMENTS = frozenset({"Comment", "VoiceComment", "FacebookComment"})
FIELD_SETS = frozenset({"Create", "Change"})
CUSTOM_STATUS = "custom_status_id"

MERGED_TAG = "closed_by_merge"
REDACTED = re.compile("\u2587+")
"""The blocks the vendor writes over redacted text."""


class Trail:
    """Collects the events of one ticket in vendor order, then applies what later events did to earlier messages.

    type_field: the field whose first value is kept. watched: fields whose last setter is kept (escalation labels).
    has_rating: ratings came as records of their own, so their echoes in the history are not counted again.
    """

    def __init__(
        self, cast: Cast, born: datetime | None, type_field: str, watched: Collection[str], has_rating: bool
    ) -> None:
        self.cast, self.born, self.type_field, self.watched = cast, born, type_field, watched
        self.has_rating = has_rating
        self._telling = {*_FIELDS, *watched, type_field, "field_name", "custom_ticket_fields"}
        self.events: list[Json] = []
        self.comment_times: list[datetime] = []
        self.first_type: object = None
        self.setters: dict[str, Json] = {}
        self.untimed = self.turns = self.calls = 0
        self.created = False
        self._ids: set[str] = set()
        self._turns_told: set[object] = set()
        self._comments: list[tuple[Json, Json]] = []
        self._later: list[tuple[str, Json]] = []
        self.lost = False

    def read(self, update: Update) -> None:
        """Every child of one update, and the merge it may be."""
        self.untimed += not update.timed
        self.lost, begun = False, len(self.events)
        by_author, (word, reference) = self.cast.doer(update.author, update.via), update.said
        for index, child in enumerate(update.children):
            kind = child.get("event_type") or child.get("type")
            if type(kind) is not str:
                kind = "unknown"
            moves: Sequence[Move] | None = None
            if kind in FIELD_SETS:
                moves = self._firsts(child) if kind == "Create" else self._moves(child, update)
                if not moves:
                    continue
            via, actor, own = update.via, by_author, child.get("via")
            if own and (own != word or type(own) is not str or child.get("via_reference_id") != reference):
                via = read_via(own, child.get("via_reference_id"))
                actor = by_author if via.cause is update.via.cause else self.cast.doer(update.author, via)
            key = native_id(child.get("id"))
            if key is None or key in self._ids:
                key = self.name(f"{update.id}:{index}")
            else:
                self._ids.add(key)
            base = {"id": key, "at": update.at, "actor": actor, "native_kind": kind, "cause": via.cause}
            if moves:
                self._fields(base, child, moves)
            elif kind in COMMENTS:
                self._comment(base, child, via)
            else:
                _READERS.get(kind, Trail._plain)(self, base, child)
        if self.lost or update.via.kind == "merge" or update.via.rel == "merge":
            self._merge(update, self.events[begun:])

    def name(self, wanted: str) -> str:
        """An event id that no other event of this ticket has."""
        while wanted in self._ids:
            wanted += "'"
        self._ids.add(wanted)
        return wanted

    def finish(self) -> None:
        """Apply visibility changes and redactions, in whatever order they were told."""
        removed = {native_id(told.get("attachment_id")) for kind, told in self._later if kind == "file"}
        texts = Counter(native_id(told.get("comment_id")) for kind, told in self._later if kind == "text")
        for kind, told in self._later:
            target = native_id(told.get("comment_id"))
            for comment, message in self._comments:
                if target is None or native_id(comment.get("id")) != target:
                    continue
                if kind == "visibility":
                    message["visibility"] = _visibility(told)
                elif kind == "text":
                    _redact(message, texts[target])
                else:
                    message["attachments"] = _attachments(comment, removed)

    def _plain(self, base: Json, _child: Json) -> None:
        """An event of a kind that is not ours to judge; what it holds stays in the raw record."""
        self.events.append({**base, "kind": "other"})

    # --- messages ---------------------------------------------------------------------------------------------------

    def _comment(self, base: Json, child: Json, via: Via) -> None:
        body, form = body_of(child)
        if body is None:
            self._plain(base, child)
            return
        base["at"] = parse_time(child.get("created_at")) or base["at"]
        if child.get("author_id") is not None:
            base["actor"] = self.cast.doer(child["author_id"], via)
        base.update(
            kind="message",
            visibility=_visibility(child),
            body=body,
            body_format=form,
            channel=via.channel,
            attachments=_attachments(child, frozenset()) if child.get("attachments") else (),
            via_api=via.kind == "api",
        )
        self._comments.append((child, base))
        self.comment_times.append(base["at"])
        self.calls += base["native_kind"] == "VoiceComment"
        self.events.append(base)

    def _privacy(self, base: Json, child: Json) -> None:
        """Public only where the vendor says so in as many words; anything unclear stays as it is."""
        if not isinstance(child.get("public"), bool):
            self._plain(base, child)
            return
        self._later.append(("visibility", child))
        target, visibility = native_id(child.get("comment_id")), _visibility(child)
        self.events.append({**base, "kind": "visibility", "target": target, "visibility": visibility})

    def _redaction(self, base: Json, child: Json) -> None:
        self._later.append(("text" if base["native_kind"] == "CommentRedactionEvent" else "file", child))
        self.events.append({**base, "kind": "redaction", "target": native_id(child.get("comment_id"))})

    def _chat(self, base: Json, child: Json) -> None:
        self._plain(base, child)
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
                "id": self.name(key),
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

    def _firsts(self, child: Json) -> Sequence[Move]:
        """First values: events only where their field has events of its own; the raw record keeps the others."""
        self.created = True
        if self._telling.isdisjoint(child):
            return ()
        moves = changes(child)
        if self.first_type is None:
            self._keep_type(moves, first=True)
        return [m for m in moves if (m[0] in _FIELDS and m[1] is not None) or m[0] in self.watched]

    def _moves(self, child: Json, update: Update) -> Sequence[Move]:
        """Changes; but not a custom status that is just the usual one of the status that the same update sets."""
        moves = changes(child)
        if self.first_type is None:
            self._keep_type(moves, first=False)
        if len(moves) == 1 and moves[0][0] == CUSTOM_STATUS and CUSTOM_STATUS not in self.watched:
            status = self.cast.directory.get("custom_status", native_id(moves[0][1])) or {}
            if status.get("default") is True and update.sets_status():
                return ()
        return moves

    def _keep_type(self, moves: Sequence[Move], *, first: bool) -> None:
        for field, new, old in moves:
            if field == self.type_field:
                self.first_type = new if first or old is None else old

    def _fields(self, base: Json, child: Json, moves: Sequence[Move]) -> None:
        for number, (field, new, old) in enumerate(moves):
            event = base if len(moves) == 1 else {**base}
            if number:
                event["id"] = self.name(f"{base['id']}:{field}")
            read = _FIELDS.get(field)
            if read:
                read(self, event, new, old, child)
            else:
                event.update(kind="other", data={"field": field, "from": short(old), "to": short(new)})
            if field in self.watched:
                self.setters[field] = event
            self.events.append(event)

    def _assignment(self, event: Json, new: object, old: object, _child: Json) -> None:
        to = self.cast.assignee_kind(new)
        event.update(kind="assignment", to_kind=to, from_id=native_id(old), to_id=native_id(new))

    def _group(self, event: Json, new: object, old: object, _child: Json) -> None:
        to = self.cast.group_kind(new)
        event.update(kind="group", to_kind=to, from_id=native_id(old), to_id=native_id(new))

    def _score(self, event: Json, new: object, old: object, _child: Json) -> None:
        if self.has_rating:
            event.update(kind="other", data={"field": "satisfaction_score", "from": short(old), "to": short(new)})
        else:
            event.update(kind="csat", satisfaction=score(new, event["at"]))

    def _rating(self, base: Json, child: Json) -> None:
        if self.has_rating:
            self._plain(base, child)
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
        side = "into" if self.lost else "absorbed"
        actor = self.cast.doer(update.author, update.via)
        base = {"id": self.name(f"{update.id}:merge"), "at": update.at, "actor": actor, "native_kind": "merge"}
        self.events.append({**base, "cause": update.via.cause, "kind": "merge", side: other})


_READERS = {
    "CommentPrivacyChange": Trail._privacy,
    "CommentRedactionEvent": Trail._redaction,
    "AttachmentRedactionEvent": Trail._redaction,
    "ChatStartedEvent": Trail._chat,
    "ChatEndedEvent": Trail._chat,
    "SatisfactionRating": Trail._rating,
}


def ticket_number(body: str) -> str | None:
    """The first `#123` of a text."""
    _, mark, rest = body.partition("#")
    while mark:
        digits = rest[: len(rest) - len(rest.lstrip("0123456789"))]
        if digits:
            return digits
        _, mark, rest = rest.partition("#")
    return None


def _status(_trail: Trail, event: Json, new: object, old: object, _child: Json) -> None:
    if new == "deleted":
        event.update(kind="deleted")
    elif old == "deleted":
        event.update(kind="deleted", reason="restored")
    else:
        before = None if old is None else STATUS(old)
        event.update(kind="status", from_status=before, to_status=STATUS(new), raw_from=short(old), raw_to=short(new))


def _tags(trail: Trail, event: Json, new: object, old: object, child: Json) -> None:
    """Tags added and removed: as stated, else the difference of the two lists."""
    added, removed, now, before = child.get("added_tags"), child.get("removed_tags"), words(new), words(old)
    event.update(
        kind="tag",
        added=words(added) if isinstance(added, list) else [tag for tag in now if tag not in before],
        removed=words(removed) if isinstance(removed, list) else [tag for tag in before if tag not in now],
    )
    trail.lost = trail.lost or MERGED_TAG in event["added"]


def _priority(_trail: Trail, event: Json, new: object, old: object, _child: Json) -> None:
    before = None if old is None else PRIORITY(old)
    after = PRIORITY("none" if new is None else new)
    event.update(kind="priority", from_priority=before, to_priority=after, raw_to=text(new))


_FIELDS: dict[str, Callable[[Trail, Json, object, object, Json], None]] = {
    "status": _status,
    "priority": _priority,
    "tags": _tags,
    "assignee_id": Trail._assignment,
    "group_id": Trail._group,
    "satisfaction_score": Trail._score,
}
"""Fields with events of their own."""


def _visibility(child: Json) -> str:
    return "public" if child.get("public") is True else "private"


def _redact(message: Json, times: int) -> None:
    """Text removed later must not survive here. Kept only if it shows as many blocks as there were redactions: then
    what we hold is already the vendor's redacted text.
    """
    message["redacted"] = True
    if len(REDACTED.findall(message["body"])) < times:
        message["body"] = ""


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


def _attachments(comment: Json, removed: Set[str | None]) -> list[Json]:
    return [
        {
            "name": text(file.get("file_name")),
            "content_type": text(file.get("content_type")),
            "size_bytes": file["size"] if type(file.get("size")) is int else None,
        }
        for file in dicts(comment.get("attachments"))
        if not removed or native_id(file.get("id")) not in removed
    ]
