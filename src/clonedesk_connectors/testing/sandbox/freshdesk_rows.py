"""Freshdesk's rows: tickets with what can be included, conversations and ratings."""

from collections.abc import Collection

from clonedesk_connectors.testing.sandbox.freshdesk_desk import ARCHIVED, Desk, Rating
from clonedesk_connectors.testing.sandbox.freshdesk_history import History, Said, conversation_id
from clonedesk_connectors.testing.sandbox.freshdesk_people import (
    COMPANY_BASE,
    CONTACT_BASE,
    EMAIL,
    OUTBOUND,
    PORTAL,
    RULE_BASE,
    SURVEY_CLASSIC,
    SURVEY_NEW,
    WEB_CHAT,
    People,
    Row,
    agent_id,
    iso,
)
from clonedesk_connectors.testing.world import Story
from clonedesk_connectors.testing.world.texts import words

SUPPORT = "support@example.org"
_SOURCES = {"email": EMAIL, "web": PORTAL, "messaging": WEB_CHAT}
_DUE_S, _FIRST_DUE_S = 3 * 86400, 8 * 3600
_KINDS = {"reply": (0, 3), "note": (2, 2), "survey": (6, 7), "phone": (9, 2), "forward": (8, 6)}
"""Kind of a conversation: its source and category."""

_NEW_CODES = {5: 103, 4: 101, 3: 100, 2: -101, 1: -103}
_CLASSIC_CODES = {5: 1, 4: 1, 3: 2, 2: 3, 1: 3}
_STATS = (
    "agent_responded_at",
    "requester_responded_at",
    "first_responded_at",
    "status_updated_at",
    "reopened_at",
    "resolved_at",
    "closed_at",
    "pending_since",
)


class Rows:
    """Renders rows. survey_from_s: ratings from then on come from the newer survey."""

    def __init__(self, desk: Desk, people: People, survey_from_s: int) -> None:
        self._desk, self._people, self._survey_from_s = desk, people, survey_from_s

    def ticket(self, number: int, include: Collection[str]) -> Row:
        """One ticket. include: of stats, requester, description, company, conversations."""
        history = self._desk.history(number)
        story = history.story
        sparse = number % 7 == 3  # old tickets have null where others have empty lists
        none: list[str] | None = None if sparse else []
        due_s, first_due_s = story.created_s + _DUE_S, story.created_s + _FIRST_DUE_S
        ended_s = history.stats.get("resolved_at") or self._desk.now_s
        answered_s = history.stats.get("first_responded_at") or ended_s
        row: Row = {
            "cc_emails": none,
            "fwd_emails": none,
            "reply_cc_emails": none,
            "ticket_cc_emails": none,
            "fr_escalated": (answered_s or 0) > first_due_s,
            "spam": history.spam,
            "email_config_id": None,
            "group_id": history.group,
            "priority": history.priority,
            "requester_id": CONTACT_BASE + story.customer,
            "responder_id": history.responder,
            "source": source_of(story),
            "company_id": None if story.organisation is None else COMPANY_BASE + story.organisation,
            "status": history.status,
            "subject": self._desk.world.subject(story),
            "association_type": None,
            "support_email": SUPPORT if story.channel == "email" else None,
            "to_emails": [SUPPORT] if story.channel == "email" else None,
            "product_id": None,
            "id": number,
            "type": story.topic.capitalize(),
            "due_by": iso(due_s),
            "fr_due_by": iso(first_due_s),
            "is_escalated": ended_s > due_s,
            "custom_fields": history.fields,
            "created_at": iso(story.created_s),
            "updated_at": iso(self._desk.updated_s(number)),
            "associated_tickets_count": None,
            "tags": history.tags,
        }
        if not sparse:
            row |= {"nr_due_by": None, "nr_escalated": False}
        if history.deleted:
            row["deleted"] = True
        if self._desk.place(number) == ARCHIVED:
            row["archived"] = True
        return row | self._included(history, include)

    def _included(self, history: History, include: Collection[str]) -> Row:
        more: Row = {}
        if "description" in include:
            first = history.said[0]
            html, plain = (None, None) if first.hidden else self._words(history, first)
            more |= {"description": html, "description_text": plain}
        if "stats" in include:
            more["stats"] = {name: None if (at_s := history.stats.get(name)) is None else iso(at_s) for name in _STATS}
            more["stats"]["status_updated_at"] = iso(history.stats.get("status_updated_at") or history.story.created_s)
        if "requester" in include:
            more["requester"] = self._people.requester(history.story.customer)
        if "company" in include and history.story.organisation is not None:
            company = self._people.companies()[history.story.organisation]
            more["company"] = {"id": company["id"], "name": company["name"]}
        if "conversations" in include:
            more["conversations"] = self.conversations(history.story.number)[:10]
        return more

    def conversations(self, number: int) -> list[Row]:
        """Everything but the description, in order of creation."""
        history = self._desk.history(number)
        return [self.conversation(history, said) for said in history.said[1:] if not said.hidden]

    def conversation(self, history: History, said: Said) -> Row:
        step, number = said.step, history.story.number
        source, category = _KINDS[said.kind]
        html, plain = self._words(history, said)
        incoming = step.role == "customer"
        rule = RULE_BASE + step.actor if step.role == "automation" else None
        return {
            "body": html,
            "body_text": plain,
            "id": conversation_id(number, said.ordinal),
            "incoming": incoming,
            "private": said.private,
            "user_id": agent_id(step.role, step.actor),
            "support_email": None if incoming or said.private else SUPPORT,
            "source": source,
            "category": 1 if incoming and said.kind == "reply" else category,
            "to_emails": [],
            "from_email": None,
            "cc_emails": [],
            "bcc_emails": None,
            "email_failure_count": None,
            "outgoing_failures": None,
            "thread_id": None,
            "thread_message_id": None,
            "created_at": iso(step.at_s),
            "updated_at": iso(said.updated_s),
            "last_edited_at": iso(said.updated_s) if said.updated_s > step.at_s else None,
            "last_edited_user_id": None,
            "attachments": [],
            "automation_id": rule,
            "automation_type_id": None if rule is None else 4,
            "auto_response": rule is not None,
            "ticket_id": number,
            "source_additional_info": None,
        }

    def _words(self, history: History, said: Said) -> tuple[str, str]:
        """HTML and plain text of a conversation."""
        if said.text is not None:
            return (said.text if "<" in said.text else f"<div>{said.text}</div>"), said.text
        if said.kind == "survey":
            comment = self._comment(history.story, said.step.detail)
            return f"<div>{comment or ''}</div>", comment or ""
        text = self._desk.world.text(history.story, said.step)
        return text.html, text.plain

    def _comment(self, story: Story, name: str | None) -> str | None:
        return None if name is None else words(self._desk.world, story, name, 0xC5)

    def rating(self, rating: Rating) -> Row:
        """One row of satisfaction_ratings; earlier ones carry classic codes, where 1 is the best."""
        history, at_s = self._desk.history(rating.number), rating.step.at_s
        newer = at_s >= self._survey_from_s
        code = (_NEW_CODES if newer else _CLASSIC_CODES)[rating.step.value]
        return {
            "id": 67_000_000 + rating.number * 10 + rating.nth,
            "survey_id": SURVEY_NEW if newer else SURVEY_CLASSIC,
            "user_id": CONTACT_BASE + history.story.customer,
            "agent_id": history.responder,
            "feedback": self._comment(history.story, rating.step.detail),
            "group_id": history.group,
            "ticket_id": rating.number,
            "created_at": iso(at_s),
            "updated_at": iso(at_s),
            "ratings": {"default_question": code},
        }


def source_of(story: Story) -> int:
    """The channel's number; a ticket that begins with staff is an outbound mail."""
    return OUTBOUND if story.steps[0].role != "customer" else _SOURCES[story.channel]
