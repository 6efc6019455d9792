"""Intercom's JSON: search rows, whole conversations and tickets, in the words of the API version that is asked for."""

from typing import Any

from clonedesk_connectors.testing.sandbox.intercom_desk import ID_BASE, Desk
from clonedesk_connectors.testing.sandbox.intercom_history import ANSWERS, OUTCOME_ATTRIBUTE, History, Part
from clonedesk_connectors.testing.sandbox.intercom_people import APP_CODE, INTEGRATION, Row, author, contact_id
from clonedesk_connectors.testing.world import Step
from clonedesk_connectors.testing.world.texts import words

Version = tuple[int, int]

MOST_PARTS = 500
DELETED_TEXT = "<p><i>This message was deleted</i></p>"
_PRIORITY = {None: "none", "low": "low", "normal": "medium", "high": "high", "urgent": "urgent"}
_TICKET_PART = ("id", "part_type", "body", "created_at", "updated_at", "assigned_to", "author", "attachments")
_OLDER_STATES = {"escalated": "routed_to_team", "negative_feedback": "abandoned"}


class Rows:
    """Renders one desk. quirks: some conversations break the schema the way real ones do."""

    def __init__(self, desk: Desk, *, quirks: bool) -> None:
        self._desk = desk
        self._quirks = quirks

    def _odd(self, number: int, every: int, which: int) -> bool:
        return self._quirks and number % every == which

    # --- conversations ---

    def item(self, number: int, version: Version) -> Row:
        """A conversation as a search shows it: everything but the parts."""
        history = self._desk.history(number)
        story, organisation = history.story, history.story.organisation
        row: Row = {
            "type": "conversation",
            "id": str(ID_BASE + number),
            "title": None,
            "created_at": story.created_s,
            "updated_at": self._desk.updated_s(number),
            "waiting_since": None,
            "snoozed_until": self._desk.updated_s(number) + 86_400 if history.state == "snoozed" else None,
            "source": self._source(history),
            "contacts": self._contacts(history),
            "first_contact_reply": None,
            "admin_assignee_id": history.admin or 0,
            "team_assignee_id": history.team or 0,
            "open": history.state != "closed",
            "state": history.state,
            "read": True,
            "tags": {"type": "tag.list", "tags": self._tags(history)},
            "priority": self._priority(history, version),
            "sla_applied": None,
            "statistics": self._statistics(history),
            "conversation_rating": self._rating(history, version),
            "teammates": self._teammates(history, version),
            "custom_attributes": self._attributes(history, version),
            "topics": {},
            "ticket": None,
            "linked_objects": self._linked(history),
            "ai_agent": self._ai_agent(history, version),
            "ai_agent_participated": history.ai_spoke is not None,
        }
        if organisation is not None:
            row["company"] = {"type": "company", "id": str(31_000 + organisation)}
        return row

    def whole(self, number: int, version: Version, *, plain: bool = False) -> Row:
        """A conversation with its parts: the 500 most recent, without those that were lost for good."""
        history = self._desk.history(number)
        parts = [self._part(history, index, plain=plain) for index in self._kept(history)]
        row = self.item(number, version)
        if plain:
            row["source"]["body"] = self._said(history, 0, plain=True)
        return row | {
            "conversation_parts": {
                "type": "conversation_part.list",
                "conversation_parts": parts,
                "total_count": len(parts),
            }
        }

    def _kept(self, history: History) -> list[int]:
        lost = history.story.lost_turns
        return [index for index, part in enumerate(history.parts) if part.step.turn >= lost][-MOST_PARTS:]

    def _source(self, history: History) -> Row:
        first, story = history.said[0], history.story
        by = {"customer": "customer_initiated", "automation": "automated"}.get(first.role, "admin_initiated")
        return {
            "type": "email" if story.channel == "email" else "conversation",
            "id": str(900_000_000 + story.number),
            "delivered_as": by,
            "subject": f"<p>{self._desk.world.subject(story)}</p>" if story.channel == "email" else "",
            "body": self._said(history, 0),
            "author": self._author(history, first),
            "attachments": [],
            "url": None,
            "redacted": 0 in history.redacted,
        }

    def _said(self, history: History, ordinal: int, *, plain: bool = False) -> str:
        if ordinal in history.redacted:
            return DELETED_TEXT
        text = self._desk.world.text(history.story, history.said[ordinal])
        return text.plain if plain else text.html

    def _author(self, history: History, step: Step) -> Row:
        name = step.value if step.kind in ("message", "note") else None
        flags = not self._odd(history.story.number, 11, 3)
        return author(self._desk.world, step.role, step.actor, name, flags=flags)

    def _part(self, history: History, index: int, *, plain: bool = False) -> Row:
        part, number = history.parts[index], history.story.number
        redacted_s = None if part.said is None else history.redacted.get(part.said)
        identity = number * 10_000 + index + 1
        return {
            "type": "conversation_part",
            "id": identity if self._odd(number, 9, 4) else str(identity),
            "part_type": part.kind,
            "body": self._said(history, part.said, plain=plain) if part.said is not None else None,
            "created_at": part.step.at_s,
            "updated_at": redacted_s or part.step.at_s,
            "notified_at": part.step.at_s,
            "assigned_to": part.assigned_to,
            "author": self._author(history, part.step),
            "attachments": [],
            "external_id": None,
            "redacted": redacted_s is not None,
            "email_message_metadata": self._mail(history, part),
            "metadata": {},
            "state": part.state,
            "tags": [],
            "event_details": part.details,
            "app_package_code": APP_CODE if part.step.role == INTEGRATION else None,
        }

    def _mail(self, history: History, part: Part) -> Row | None:
        if history.story.channel != "email" or part.said is None or part.kind == "note":
            return None
        return {"subject": self._desk.world.subject(history.story), "email_address_headers": [], "message_id": ""}

    def _contacts(self, history: History) -> Row:
        contact = {"type": "contact", "id": contact_id(history.story.customer)}
        return {"type": "contact.list", "contacts": [contact | {"external_id": str(history.story.customer)}]}

    def _tags(self, history: History) -> list[Row]:
        rows = []
        for name, step in history.tags:
            who = self._author(history, step)
            by = {"type": "contact" if step.role == "customer" else "admin", "id": who["id"]}
            identity = self._desk.tags.id_of(name)
            rows.append({"type": "tag", "id": identity, "name": name, "applied_at": step.at_s, "applied_by": by})
        return rows

    def _priority(self, history: History, version: Version) -> str:
        if version < (2, 16):
            return "priority" if history.priority in ("high", "urgent") else "not_priority"
        return _PRIORITY[history.priority]

    def _statistics(self, history: History) -> Row | None:
        if self._odd(history.story.number, 7, 2) and not history.story.lost_turns:
            return None
        closes = [part for part in history.parts if part.kind == "close"]
        return {
            "type": "conversation_statistics",
            "time_to_assignment": None,
            "time_to_admin_reply": None,
            "last_close_at": closes[-1].step.at_s if closes else None,
            "last_closed_by_id": self._author(history, closes[-1].step)["id"] if closes else None,
            "count_reopens": history.reopens,
            "count_assignments": sum(part.assigned_to is not None for part in history.parts),
            "count_conversation_parts": len(history.parts),
        }

    def _rating(self, history: History, version: Version) -> Row | None:
        step = history.rating
        contact = {"type": "contact", "id": contact_id(history.story.customer)}
        if step is None:
            if history.offered_s is None or version >= (2, 15):
                return None
            asked: Row = {"rating": None, "remark": None, "created_at": history.offered_s, "contact": contact}
            return asked | {"teammate": None}
        if history.rates_ai:
            return None
        return {
            "rating": step.value,
            "remark": self._remark(history, step),
            "created_at": history.offered_s or step.at_s,
            "updated_at": step.at_s,
            "contact": contact,
            "teammate": {"type": "admin", "id": str(history.person)} if history.person else None,
        }

    def _remark(self, history: History, step: Step) -> str | None:
        return None if step.detail is None else words(self._desk.world, history.story, step.detail, 0xC5)

    def _teammates(self, history: History, version: Version) -> Row | None:
        if history.person is None:
            return None
        rows = [{"type": "admin", "id": str(history.person)}]
        return {"type": "admin.list", ("teammates" if version >= (2, 16) else "admins"): rows}

    def _attributes(self, history: History, version: Version) -> Row:
        story = history.story
        state = self._resolution(history, version)
        attributes = {"Topic": story.topic, "Tier": story.tier, OUTCOME_ATTRIBUTE: history.outcome}
        return attributes | ({"Fin AI Agent resolution state": state} if state else {})

    def _linked(self, history: History) -> Row:
        partner = history.story.partner
        rows = []
        if partner is not None and partner + 1 in self._desk:
            rows.append({"type": "conversation", "id": str(ID_BASE + partner + 1), "category": None})
        return {"type": "list", "data": rows, "total_count": len(rows), "has_more": False}

    def _resolution(self, history: History, version: Version) -> str | None:
        """The vendor's one final label; silence after an answer counts as an assumed resolution."""
        if history.ai_spoke not in ANSWERS:
            return None
        state = "confirmed_resolution" if history.confirmed else "negative_feedback" if history.refused else None
        if history.handed_over:
            state = "escalated"
        if state is None:
            return "assumed_resolution" if history.state == "closed" else None
        return _OLDER_STATES.get(state, state) if version < (2, 15) else state

    def _ai_agent(self, history: History, version: Version) -> Row | None:
        if history.ai_spoke is None:
            return None
        rating = history.rating if history.rates_ai else None
        internal = self._desk.world.customer(history.story.customer).internal
        return {
            "source_type": "workflow_preview" if internal else "workflow",
            "source_title": "Answer and route",
            "last_answer_type": "ai_answer" if history.ai_spoke in ANSWERS else None,
            "resolution_state": self._resolution(history, version),
            "rating": rating.value if rating else None,
            "rating_remark": self._remark(history, rating) if rating else None,
            "created_at": history.offered_s if rating else None,
            "updated_at": rating.at_s if rating else None,
            "content_sources": {"type": "content_source.list", "total_count": 0, "content_sources": []},
        }

    # --- tickets ---

    def is_ticket(self, number: int) -> bool:
        """Every fifteenth conversation was converted to a customer ticket."""
        return number % 15 == 8

    def ticket(self, number: int, version: Version) -> Row:
        """A converted conversation as the Tickets API shows it, parts included."""
        history = self._desk.history(number)
        category = {"closed": "resolved"}.get(history.state, "in_progress" if history.admin else "submitted")
        label = category.replace("_", " ").capitalize()
        state = {"type": "ticket_state", "id": "8577", "category": category}
        parts = [self._ticket_part(history, index) for index in self._kept(history)]
        parts.append(self._converted(history))
        nobody: Any = "0" if self._quirks else 0
        return {
            "type": "ticket",
            "id": str(ID_BASE + number),
            "ticket_id": str(number),
            "category": "Customer",
            "ticket_attributes": {"_default_title_": self._desk.world.subject(history.story)},
            "ticket_state": state | {"internal_label": label, "external_label": label}
            if version >= (2, 12)
            else category,
            "ticket_type": {"type": "ticket_type", "id": "100", "name": "Request", "category": "Customer"},
            "contacts": self._contacts(history),
            "admin_assignee_id": history.admin or nobody,
            "team_assignee_id": history.team or nobody,
            "created_at": history.story.created_s,
            "updated_at": self._desk.updated_s(number),
            "open": history.state != "closed",
            "ticket_parts": {"type": "ticket_part.list", "ticket_parts": parts, "total_count": len(parts)},
            "linked_objects": self._linked(history),
            "is_shared": True,
        }

    def _ticket_part(self, history: History, index: int) -> Row:
        part = self._part(history, index)
        kept = (
            "id",
            "part_type",
            "body",
            "created_at",
            "updated_at",
            "assigned_to",
            "author",
            "attachments",
            "redacted",
        )
        row = {name: part[name] for name in kept}
        return row | {"type": "ticket_part"}

    def _converted(self, history: History) -> Row:
        """The part only the ticket has: the conversion."""
        opened = history.story.steps[0]
        return {
            "type": "ticket_part",
            "id": str(history.story.number * 10_000 + 9_999),
            "part_type": "ticket_state_updated_by_admin",
            "previous_ticket_state": "submitted",
            "ticket_state": "submitted",
            "created_at": opened.at_s,
            "updated_at": opened.at_s,
            "author": self._author(history, opened._replace(role="automation", kind="status")),
            "attachments": [],
            "redacted": False,
        }
