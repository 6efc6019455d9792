"""From the first message, parts, tags and ratings of one conversation to events.

Events are plain dicts; `Ticket.model_validate` checks them once. Facts: a part is a public message if it has a body and
its type is not a note (a filter on `comment` would lose every customer message that reopened a conversation).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from clonedesk_connectors.model import Actor, ActorKind, AiEnding, AssigneeKind, Scale, Status
from clonedesk_connectors.vendors.intercom.cast import Cast
from clonedesk_connectors.vendors.intercom.mapping import (
    AI_ENDING,
    ASSIGNING,
    MERGED,
    PART_STATUS,
    RULE_MADE,
    TICKET_STATUS,
)
from clonedesk_connectors.vendors.intercom.values import Json, ident, items, obj, scalar, text, when

Event = dict[str, Any]

ASSIGNED_AFTER_AI = "assigned_after_ai"
"""Rule of a hand-off: a person, or a team with people, was assigned while the AI was talking."""
RESOLUTION_STATE = "ai_agent.resolution_state"
"""Rule of a hand-off: the vendor says so, but no assignment shows it."""
FLICKER = timedelta(seconds=60)
"""An assignment by automation that is undone within this time was routing, not a hand-off."""
SHORT = 200


class Part(NamedTuple):
    """A part with its id and readable time."""

    id: str
    at: datetime
    kind: str
    json: Json


class Trail:
    """Collects the events of one conversation, and what the later reading needs to know of the earlier.

    internal: nothing here was ever shown to a customer. status: the last known; None until something shows it.
    ai_at: time of the AI's last public message. ai_has_it: the AI spoke or was assigned, and no person was since.
    handoff: the last that an assignment showed.
    """

    def __init__(self, cast: Cast, status: Status | None, *, internal: bool) -> None:
        self.cast, self.internal = cast, internal
        self.events: list[Event] = []
        self.status = status
        self.assignees: dict[str, str | None] = {}
        self.ai_at: datetime | None = None
        self.ai_has_it = False
        self.handoff: Event | None = None

    def add(self, base: Event, kind: str, suffix: str = "", **fields: Any) -> None:
        key = f"{base['id']}:{suffix}" if suffix else base["id"]
        self.events.append({**base, "id": key, "kind": kind, **fields})

    # --- messages ---

    def first_message(self, source: Json, at: datetime) -> None:
        """The message that opened the conversation; it is not among the parts."""
        via = scalar(source.get("delivered_as")) or ""
        base = {
            "id": f"source:{ident(source.get('id')) or ''}",
            "at": at,
            "actor": self.cast.actor(obj(source.get("author")), via=via),
            "native_kind": via or "source",
        }
        self._message(base, source, note=False, channel=scalar(source.get("type")))

    def _message(self, base: Event, json: Json, *, note: bool, channel: str | None) -> bool:
        body, form = text(json.get("body")), "html"
        files = items(json.get("attachments"))
        options = items(obj(json.get("metadata")).get("quick_reply_options"))
        if body is None and options:
            body, form = "\n".join(filter(None, (text(option.get("text")) for option in options))), "text"
        redacted = json.get("redacted") is True
        if not (body or files or redacted):
            return False
        private = note or self.internal
        self.add(
            base,
            "message",
            visibility="private" if private else "public",
            body=body or "",
            body_format=form,
            channel=channel,
            attachments=[_attachment(file) for file in files],
            redacted=redacted,
            via_api=bool(text(json.get("app_package_code"))),
        )
        if not private:
            self._spoken(base["actor"], base["at"])
        return True

    def _spoken(self, actor: Actor, at: datetime) -> None:
        if actor.kind is ActorKind.AI_AGENT:
            self.ai_at, self.ai_has_it = at, True
        elif actor.kind is ActorKind.HUMAN_AGENT:
            self.ai_has_it = False

    # --- parts ---

    def part(self, part: Part) -> None:
        """Everything one part says, in the order: text, responsibility, state."""
        json, kind, known = part.json, part.kind, len(self.events)
        code = text(json.get("app_package_code"))
        base: Event = {
            "id": part.id,
            "at": part.at,
            "actor": self.cast.actor(obj(json.get("author")), via=kind, api_code=code),
            "native_kind": kind,
            "cause": _cause(kind, code, obj(json.get("event_details"))),
        }
        channel = "email" if obj(json.get("email_message_metadata")) else None
        if self._message(base, json, note=kind.startswith("note"), channel=channel) and json.get("redacted") is True:
            at = max(part.at, when(json.get("updated_at")) or part.at)
            unknown = Actor(kind=ActorKind.UNKNOWN)  # the part names its author, not who redacted it
            self.add({**base, "at": at, "actor": unknown, "cause": None}, "redaction", "redacted", target=part.id)
        if kind in ASSIGNING:
            self._assigned(base, obj(json.get("assigned_to")))
        self._state(base, json)
        if kind in MERGED:
            self.add(base, "merge", "merged")
        if len(self.events) == known:
            self.add(base, "other", data=_details(json))

    def _assigned(self, base: Event, target: Json) -> None:
        native_id, target_kind = ident(target.get("id")), target.get("type")
        slot = "team" if target_kind == "team" else "admin"
        if slot == "team":
            kind, event, suffix = self.cast.team_kind(native_id), "group", "group"
        else:
            kind, event, suffix = self.cast.admin_kind(native_id), "assignment", "assigned"
            if native_id is not None and target_kind == "bot":
                kind = AssigneeKind.AI
            elif native_id is not None and target_kind not in ("admin", "bot", None):
                kind = AssigneeKind.UNKNOWN
        self.add(base, event, suffix, to_kind=kind, from_id=self.assignees.get(slot), to_id=native_id)
        self.assignees[slot] = native_id
        if kind in (AssigneeKind.AI, AssigneeKind.NONE):
            self._taken_back(base["at"])
            self.ai_has_it = self.ai_has_it or kind is AssigneeKind.AI
        elif kind in (AssigneeKind.HUMAN, AssigneeKind.GROUP) and self.ai_has_it:
            self.add(base, "handoff", "handoff", to_id=native_id, raw=ASSIGNED_AFTER_AI)
            self.ai_has_it, self.handoff = False, self.events[-1]

    def _taken_back(self, at: datetime) -> None:
        made = self.handoff
        if made and made["actor"].kind is ActorKind.AUTOMATION and at - made["at"] <= FLICKER:
            self.events.remove(made)
            self.handoff, self.ai_has_it = None, True

    def _state(self, base: Event, json: Json) -> None:
        before, after = scalar(json.get("previous_ticket_state")), scalar(json.get("ticket_state"))
        if after is not None and after != before:
            old = TICKET_STATUS(before) if before else None
            self._status(base, TICKET_STATUS(after), old, before, after)
            return
        status = PART_STATUS(base["native_kind"])
        if status is not None:
            old = self.status if self.status is not status else None
            self._status(base, status, old, None, base["native_kind"])

    def _status(self, base: Event, new: Status, old: Status | None, raw_from: str | None, raw_to: str) -> None:
        self.add(base, "status", "status", from_status=old, to_status=new, raw_from=raw_from, raw_to=raw_to)
        self.status = new

    # --- what stands beside the parts ---

    def tags(self, tags: list[dict[str, Any]]) -> None:
        """Tags that are set now, where the vendor says since when. Removed tags leave no trace."""
        for tag in tags:
            at, name = when(tag.get("applied_at")), text(tag.get("name"))
            if at is None or name is None:
                continue
            base = {
                "id": f"tag:{ident(tag.get('id')) or name}",
                "at": at,
                "actor": self.cast.actor(obj(tag.get("applied_by"))),
                "native_kind": "tag",
            }
            self.add(base, "tag", added=(name,))

    def rating(self, rating: Json, last: datetime | None) -> None:
        """`conversation_rating`: `created_at` is when it was asked for. Before 2.15 it may be an unanswered request."""
        if not rating:
            return
        raw, asked = scalar(rating.get("rating")), when(rating.get("created_at"))
        answered = when(rating.get("updated_at")) if raw is not None else None
        self._csat(
            "rating",
            answered or asked or last,
            actor=self._customer(obj(rating.get("contact"))),
            raw=raw,
            rated=self.cast.rated(obj(rating.get("teammate"))),
            asked_at=asked,
            answered_at=answered,
            comment=text(rating.get("remark")),
        )

    def ai_rating(self, ai_agent: Json, last: datetime | None) -> None:
        """The rating of the AI agent; the times in `ai_agent` are the rating's, not the involvement's."""
        raw = scalar(ai_agent.get("rating"))
        if raw is None:
            return
        asked, answered = when(ai_agent.get("created_at")), when(ai_agent.get("updated_at"))
        self._csat(
            "ai_rating",
            answered or asked or last,
            actor=self._customer({}),
            raw=raw,
            rated="ai",
            asked_at=asked,
            answered_at=answered or asked,
            comment=text(ai_agent.get("rating_remark")),
        )

    def _customer(self, contact: Json) -> Actor:
        return Actor(kind=ActorKind.CUSTOMER, id=ident(contact.get("id")))

    def _csat(self, native_kind: str, at: datetime | None, *, actor: Actor, raw: str | None, **fields: Any) -> None:
        if at is None:
            return
        value = int(raw) if raw in ("1", "2", "3", "4", "5") else None
        base = {"id": native_kind, "at": at, "actor": actor, "native_kind": native_kind}
        satisfaction = {"raw": raw or "requested", "scale": Scale.ONE_TO_FIVE, "value": value, **fields}
        self.add(base, "csat", satisfaction=satisfaction)

    def ai_agent(self, ai_agent: Json, last: datetime | None, holder: str | None) -> None:
        """What the vendor says of the AI's part, which has no time of its own: that of the AI's last message.

        last: time of the last change, where the AI wrote nothing. holder: the person, or team with people, who has the
        conversation now.
        """
        at = self.ai_at or last
        if at is None:
            return
        state = text(ai_agent.get("resolution_state"))
        ending = AI_ENDING(state) if state else None
        actor = Actor(kind=ActorKind.AI_AGENT)
        base: Event = {"id": "ai_agent", "at": at, "actor": actor, "native_kind": RESOLUTION_STATE}
        self.add(base, "ai_turn", ending=ending, raw=state, preview=is_preview(ai_agent))
        if ending is AiEnding.HANDED_OFF and self.handoff is None:
            rule = f"{RESOLUTION_STATE}={state}"
            self.add(base, "handoff", "handoff", to_id=holder, raw=rule, requested_only=holder is None)
        if ending in (AiEnding.CUSTOMER_CONFIRMED, AiEnding.NEGATIVE_FEEDBACK):
            helped = ending is AiEnding.CUSTOMER_CONFIRMED
            self.add({**base, "actor": self._customer({})}, "feedback", "feedback", helped=helped)

    def deleted(self, at: datetime | None) -> None:
        if at is not None:
            base = {"id": "deleted", "at": at, "actor": Actor(kind=ActorKind.UNKNOWN), "native_kind": "deleted"}
            self.add(base, "deleted")

    def ordered(self) -> list[Event]:
        """By time; ties keep the vendor's order. Ids are unique even if the vendor repeats one."""
        seen: set[str] = set()
        self.events.sort(key=lambda event: event["at"])
        for seq, event in enumerate(self.events):
            event["seq"] = seq
            while event["id"] in seen:
                event["id"] += "'"
            seen.add(event["id"])
        return self.events


def is_preview(ai_agent: Json) -> bool:
    """Whether the AI was tried out by a teammate (`workflow_preview`, `fin_preview`)."""
    return (text(ai_agent.get("source_type")) or "").endswith("preview")


def _attachment(file: Json) -> Event:
    size = file.get("filesize")
    return {
        "name": text(file.get("name")),
        "content_type": text(file.get("content_type")),
        "size_bytes": size if type(size) is int and 0 <= size < 2**63 else None,
    }


def _cause(kind: str, code: str | None, details: Json) -> Event | None:
    if code:
        return {"kind": "api", "id": code}
    workflow = text(obj(details.get("workflow")).get("name"))
    if workflow or kind.endswith("_by_workflow"):
        return {"kind": "rule", "name": workflow}
    return {"kind": "rule", "name": kind} if kind in RULE_MADE else None


def _details(part: Json) -> dict[str, str | None]:
    """The small scalar members of what a part says of an event, e.g. `value.name`."""
    found = _scalars("", obj(part.get("event_details")) or obj(part.get("updated_attribute_data")), 3)
    return {name: value[:SHORT] for name, value in found}


def _scalars(prefix: str, json: Json, depth: int) -> Iterator[tuple[str, str]]:
    for name, value in json.items():
        if isinstance(value, dict) and depth:
            yield from _scalars(f"{prefix}{name}.", value, depth - 1)
        elif (word := scalar(value)) is not None:
            yield prefix + name, word
