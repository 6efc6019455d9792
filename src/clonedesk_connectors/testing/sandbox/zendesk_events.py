"""Updates in the two shapes Zendesk gives them: rows of the bulk export, and audits of one ticket.

The bulk row names the changed field by the key and writes ids as numbers; the audit has `field_name` and ids as
strings. `via` of a bulk row is a string, elsewhere an object. The exact bulk shape of Create and Change children is
from memory of integrators, not from recordings.
"""

from collections.abc import Iterator
from html import escape
from typing import Any

from clonedesk_connectors.testing.sandbox.zendesk_history import Change, History, Update
from clonedesk_connectors.testing.sandbox.zendesk_people import (
    BRAND,
    FORM,
    INTEGRATION,
    ORGANIZATION_BASE,
    RULE_BASE,
    People,
    iso,
    user_id,
)
from clonedesk_connectors.testing.world import Step, World
from clonedesk_connectors.testing.world import directory as world_directory
from clonedesk_connectors.testing.world.directory import RULE_INDEX
from clonedesk_connectors.testing.world.texts import words

AUDIT_BASE = 4_000_000_000_000
REDACTED = "▇▇▇▇▇▇▇▇"
_VIA_WORD = {"email": "Mail", "web": "Web form", "messaging": "Native messaging", "api": "Web service"}
_VIA_CHANNEL = {"email": "email", "web": "web", "messaging": "native_messaging", "api": "api"}
_SYSTEM = {"client": "Mozilla/5.0 (sandbox)", "ip_address": "203.0.113.7", "location": "Nowhere"}
Event = dict[str, Any]


def audit_id(number: int, turn: int) -> int:
    """Id of the update of a ticket; its events count up from there."""
    return AUDIT_BASE + (number << 16) + (turn << 6)


class Events:
    """Renders updates for one world."""

    def __init__(self, world: World, people: People) -> None:
        self._world = world
        self._people = people

    def bulk_row(self, history: History, update: Update, *, with_comments: bool) -> dict[str, Any]:
        """One row of `incremental/ticket_events`."""
        number = history.story.number
        rule = _rule_of(update.first)
        return {
            "child_events": [
                self._bulk(event, update, with_comments) for event in self._events(history, update, as_sent=True)
            ],
            "id": audit_id(number, update.turn),
            "ticket_id": number,
            "timestamp": update.at_s,
            "created_at": iso(update.at_s),
            "updater_id": user_id(update.first.role, update.first.actor),
            "via": "Rule" if rule is not None else _VIA_WORD[self._channel(history, update.first)],
            "via_reference_id": rule,
            "system": {} if rule is not None else _SYSTEM,
            "metadata": {},
            "event_type": "Audit",
        }

    def audit(self, history: History, update: Update) -> dict[str, Any]:
        """One row of `tickets/{id}/audits`."""
        number = history.story.number
        return {
            "id": audit_id(number, update.turn),
            "ticket_id": number,
            "created_at": iso(update.at_s),
            "author_id": user_id(update.first.role, update.first.actor),
            "metadata": {"system": {} if update.first.role == "automation" else _SYSTEM, "custom": {}},
            "events": [_in_audit(event) for event in self._events(history, update, as_sent=False)],
            "via": self.via(history, _speaker(update)),
        }

    def comments(self, history: History) -> list[dict[str, Any]]:
        """Rows of `tickets/{id}/comments`, oldest first; updates that were cut away are missing."""
        rows = []
        for update in history.updates:
            if update.turn < history.story.lost_turns:
                continue
            for event in self._events(history, update, as_sent=False):
                if event["type"] == "Comment":
                    row = _without(event, "via_reference_id")
                    row["metadata"] = {"system": _SYSTEM, "custom": {}}
                    if update.first.role == "automation":
                        row["metadata"]["flags"] = [4]
                    rows.append(row)
        return rows

    def _events(self, history: History, update: Update, *, as_sent: bool) -> Iterator[Event]:
        """Events of an update in the audit shape. as_sent: comments with the visibility they had when written."""
        identity = audit_id(history.story.number, update.turn)
        rendered = [*self._others(history, update, as_sent)]
        if update.turn == 0:
            rendered.extend(self._create(history, update))
        else:
            rendered.extend(self._change(history, update, change) for change in update.changes)
        rendered.extend(self._notifications(history, update))
        for position, event in enumerate(rendered, 1):
            event["id"] = identity + position
            if event["type"] == "Comment":
                event["audit_id"] = identity
            yield event

    def _others(self, history: History, update: Update, as_sent: bool) -> Iterator[Event]:
        for step in update.others:
            if step.kind in ("message", "note"):
                yield self._comment(history, step, as_sent)
            elif (render := _OTHERS.get(step.kind)) is not None:
                event = render(self._world, history, step)
                yield event | {"via": self.via(history, step)} if step.role == "automation" else event

    def _comment(self, history: History, step: Step, as_sent: bool) -> Event:
        story = history.story
        ordinal = comment_ordinal(history, step)
        if ordinal in history.state.redacted:
            html = body = REDACTED
        else:
            text = self._world.text(story, step)
            html, body = text.html, text.plain
        return {
            "id": 0,
            "type": "Comment",
            "author_id": user_id(step.role, step.actor) if step.role != "automation" else user_id("shared", 1),
            "body": body,
            "html_body": f'<div class="zd-comment" dir="auto">{html}</div>',
            "plain_body": body,
            "public": step.kind == "message" if as_sent else history.state.public[ordinal],
            "attachments": [],
            "audit_id": 0,
            "via": self.via(history, step),
            "created_at": iso(step.at_s),
            "via_reference_id": None,
        }

    def _notifications(self, history: History, update: Update) -> Iterator[Event]:
        """The mail a trigger sends for each public answer; a side effect that is no message of its own."""
        if history.story.channel != "email":
            return
        for step in update.others:
            if step.kind == "message" and step.role != "customer":
                yield {
                    "id": 0,
                    "type": "Notification",
                    "subject": "[Hollowbrook] Re: {{ticket.title}}",
                    "body": "{{ticket.comments_formatted}}",
                    "recipients": [user_id("customer", history.story.customer)],
                    "via": self.via(history, step._replace(role="automation", actor=RULE_INDEX["notify"])),
                }

    def _create(self, history: History, update: Update) -> Iterator[Event]:
        story = history.story
        state: dict[str, Any] = {
            "subject": self._world.subject(story),
            "requester_id": str(user_id("customer", story.customer)),
            "priority": None,
            "type": "question",
            "status": "new",
            "tags": [f"topic_{story.topic}"],
            "brand_id": str(BRAND),
            "ticket_form_id": str(FORM),
        }
        if story.organisation is not None:
            state["organization_id"] = str(ORGANIZATION_BASE + story.organisation)
        for change in update.changes:
            state[change.field] = _audit_value(change.field, change.value)
        for name, value in state.items():
            yield {"id": 0, "type": "Create", "value": value, "field_name": name}

    def _change(self, history: History, update: Update, change: Change) -> Event:
        event: Event = {
            "id": 0,
            "type": "Change",
            "value": _audit_value(change.field, change.value),
            "field_name": change.field,
            "previous_value": _audit_value(change.field, change.previous),
        }
        if change.step.role == "automation":
            event["via"] = self.via(history, change.step)
        return event

    def _bulk(self, event: Event, update: Update, with_comments: bool) -> Event:
        """The bulk shape of an audit-shaped event."""
        if event["type"] == "Comment":
            if with_comments:
                return event | {"event_type": "Comment"}
            return {
                "id": event["id"],
                "via": "Web form",
                "via_reference_id": None,
                "comment_present": True,
                "comment_public": event["public"],
                "event_type": "Comment",
            }
        row = _without(event, "type", "field_name", "value", "via")
        row["event_type"] = event["type"]
        rule = _rule_in(event) or _rule_of(update.first)
        row["via"], row["via_reference_id"] = ("Web form", None) if rule is None else ("Rule", rule)
        if "field_name" in event:
            _name_by_key(row, event)
        return row

    def via(self, history: History, step: Step) -> dict[str, Any]:
        """The `via` object of whoever made a step."""
        if step.role == "automation":
            rule = world_directory.RULES[step.actor]
            origin = {"id": RULE_BASE + rule.key, "title": rule.title}
            return {"channel": "rule", "source": {"from": origin, "to": {}, "rel": rule.kind}}
        channel = self._channel(history, step)
        source: dict[str, Any] = {"from": {}, "to": {}, "rel": None}
        if step.kind == "merge":
            source = {"from": {"ticket_ids": [history.story.number]}, "to": {"ticket_id": step.value}, "rel": "merge"}
        elif channel == "email" and step.role == "customer":
            person = self._world.customer(step.actor)
            source["from"] = {"address": person.email, "name": person.name}
            source["to"] = {"name": "Hollowbrook", "address": "support@example.org"}
        return {"channel": _VIA_CHANNEL[channel], "source": source}

    def _channel(self, history: History, step: Step) -> str:
        channel = history.story.channel
        if step.role == "customer" or (channel == "messaging" and step.role != INTEGRATION):
            return channel
        return "web" if step.role == "human" else "api"


def _speaker(update: Update) -> Step:
    """The step that names how an update came about."""
    return next((step for step in update.others if step.kind == "merge"), update.first)


def comment_ordinal(history: History, step: Step) -> int:
    """The position of a comment among the ticket's comments, from 0."""
    ordinal = 0
    for update in history.updates:
        for other in update.others:
            if other is step:
                return ordinal
            ordinal += other.kind in ("message", "note")
    raise LookupError("the step is not part of this history")


def _comment_id(history: History, ordinal: int) -> int:
    for update in history.updates:
        for position, step in enumerate(update.others, 1):
            if step.kind in ("message", "note"):
                if ordinal == 0:
                    return audit_id(history.story.number, update.turn) + position
                ordinal -= 1
    raise LookupError("no such comment")


def _audit_value(name: str, value: Any) -> Any:
    return str(value) if name.endswith("_id") and value is not None else value


def _name_by_key(row: Event, event: Event) -> None:
    name, value, previous = event["field_name"], event["value"], event.get("previous_value")
    if name.isdigit():
        row["custom_ticket_fields"] = {name: value}
        if "previous_value" in event:
            row["previous_value"] = {name: previous}
    elif name == "tags":
        row["tags"] = value
        row["added_tags"] = [tag for tag in value if tag not in (previous or ())]
        row["removed_tags"] = [tag for tag in previous or () if tag not in value]
        row.pop("previous_value", None)
    else:
        row[name] = int(value) if name.endswith("_id") and value is not None else value
        if name.endswith("_id") and previous is not None:
            row["previous_value"] = int(previous)


def _rule_of(step: Step) -> int | None:
    return RULE_BASE + step.actor if step.role == "automation" else None


def _rule_in(event: Event) -> int | None:
    source = event.get("via", {}).get("source", {})
    return (
        source["from"].get("id")
        if event["type"] != "Comment" and source.get("rel") in ("trigger", "automation")
        else None
    )


def _without(event: Event, *names: str) -> Event:
    return {name: value for name, value in event.items() if name not in names}


def _in_audit(event: Event) -> Event:
    """Comments are shorter in audits than in the bulk export and in the list of comments."""
    return _without(event, "created_at", "via_reference_id", "via") if event["type"] == "Comment" else event


def _offered(world: World, history: History, step: Step) -> Event:
    return {
        "id": 0,
        "type": "Change",
        "value": "offered",
        "field_name": "satisfaction_score",
        "previous_value": "unoffered",
    }


def _rated(world: World, history: History, step: Step) -> Event:
    score = "good" if step.value >= 4 else "bad"
    return {"id": 0, "type": "Change", "value": score, "field_name": "satisfaction_score", "previous_value": "offered"}


def _merge(world: World, history: History, step: Step) -> Event:
    return {"id": 0, "type": "TicketMerge", "target_ticket_id": step.value}


def _redact(world: World, history: History, step: Step) -> Event:
    return {"id": 0, "type": "CommentRedactionEvent", "comment_id": _comment_id(history, step.value)}


def _privacy(world: World, history: History, step: Step) -> Event:
    public = step.kind == "make_public"
    return {"id": 0, "type": "CommentPrivacyChange", "comment_id": _comment_id(history, step.value), "public": public}


def _side_channel(world: World, history: History, step: Step) -> Event:
    if step.value == "conversation":
        subject = world.subject(history.story)
        return {"id": 0, "type": "CollabThreadCreated", "subject": subject, "recipients": ["depot@example.org"]}
    spoken = words(world, history.story, "human", 0x5D)
    data = {"call_duration": 60 + history.story.number % 600, "answered_by_id": user_id(step.role, step.actor)}
    body = f"Outbound call\n{spoken}"
    html = f"<p>Outbound call<br>{escape(spoken)}</p>"
    return {"id": 0, "type": "VoiceComment", "public": False, "data": data, "body": body, "html_body": html}


_OTHERS = {
    "csat_offered": _offered,
    "csat": _rated,
    "merge": _merge,
    "redact": _redact,
    "make_public": _privacy,
    "make_private": _privacy,
    "side_channel": _side_channel,
}
