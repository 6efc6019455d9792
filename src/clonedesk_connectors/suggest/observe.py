"""What is worth remembering of tickets while looking for suggestions. Sizes are capped; nothing quotes a text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from clonedesk_connectors.model import Actor, ActorKind, Message, TagChange, Ticket
from clonedesk_connectors.protocol import AccountConfig
from clonedesk_connectors.suggest.tally import Delays, Heavy
from clonedesk_connectors.suggest.words import ai_name

Records = Mapping[str, Mapping[str, Any]]

MAX_AUTHORS, MAX_GROUPS, MAX_TAGS, MAX_FIELDS = 5_000, 2_000, 5_000, 500
MAX_VALUES = 64
MAX_BODIES = 50_000
SHORTEST_BODY_CHARS = 15
"""Shorter texts ("hello, are you there") repeat by themselves."""

_MAYBE_BOT = (ActorKind.HUMAN_AGENT, ActorKind.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Known:
    """What the account's directory adds: staff id -> mail address, group id -> name, field id -> title."""

    emails: Mapping[str, str] = field(default_factory=dict)
    groups: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, staff: Records, groups: Records, fields: Records) -> Known:
        """From directory records by id, whatever the vendor; what has no usable address or name is left out."""
        return cls(_texts(staff, "email"), _texts(groups, "name"), _texts(fields, "title", "label", "name"))


def _texts(records: Records, *names: str) -> dict[str, str]:
    """The first of these members that holds text, in the record itself or in its contact."""
    found: dict[str, str] = {}
    for key, record in records.items():
        contact = record.get("contact")
        values = [part.get(name) for part in (record, contact) if isinstance(part, Mapping) for name in names]
        text = next((value for value in values if isinstance(value, str) and value), None)
        if text is not None:
            found[key] = text
    return found


class Author:
    """One member of staff. hours: public messages by hour of day, UTC."""

    __slots__ = ("bodies", "delays", "hours", "messages", "name")

    def __init__(self) -> None:
        self.name = ""
        self.messages = 0
        self.delays = Delays()
        self.bodies: Heavy[int] = Heavy(100)
        self.hours = [0] * 24


class Share:
    """Tickets of a group or tag: all, those an AI wrote in, and those only an AI answered."""

    __slots__ = ("ai", "only_ai", "tickets")

    def __init__(self) -> None:
        self.tickets = self.ai = self.only_ai = 0

    def add(self, ai: bool, human: bool) -> None:
        self.tickets += 1
        self.ai += ai
        self.only_ai += ai and not human


class Observations:
    """Add tickets one by one; read the counts afterwards."""

    def __init__(self, config: AccountConfig, known: Known) -> None:
        self.config, self.known = config, known
        self.tickets = self.ai_tickets = 0
        self.authors: dict[str, Author] = {}
        self.groups: dict[str, Share] = {}
        self.tags: dict[str, Share] = {}
        self.fields: dict[str, Heavy[str]] = {}
        self.filled: dict[str, int] = {}
        self.requester_domains: Heavy[str] = Heavy(5_000)
        self.staff_domains: Heavy[str] = Heavy(5_000)
        self.repeated: Heavy[tuple[str, int]] = Heavy(MAX_BODIES)
        for email in known.emails.values():
            self.staff_domains.add(_domain(email))

    def add(self, ticket: Ticket) -> None:
        """Take one ticket in; spam, deleted and known test tickets do not count."""
        if ticket.deleted or ticket.is_spam or ticket.is_test:
            return
        self.tickets += 1
        ai, human = self._add_messages(ticket)
        self.ai_tickets += ai
        self._add_requester(ticket)
        if ticket.group_id is not None:
            _share(self.groups, ticket.group_id, MAX_GROUPS, ai, human)
        given = [tag for event in ticket.events if isinstance(event, TagChange) for tag in event.added]
        for tag in dict.fromkeys(tag.lower() for tag in (*ticket.tags, *given)):
            _share(self.tags, tag, MAX_TAGS, ai, human)
        for name, value in ticket.custom_fields.items():
            if value and (name in self.fields or len(self.fields) < MAX_FIELDS):
                self.fields.setdefault(name, Heavy(MAX_VALUES)).add(value)
                self.filled[name] = self.filled.get(name, 0) + 1

    def _add_messages(self, ticket: Ticket) -> tuple[bool, bool]:
        """Whether an AI and whether a human of the team wrote publicly."""
        ai = human = False
        asked_at, first = None, True
        for event in ticket.events:
            if not isinstance(event, Message) or event.visibility != "public":
                continue
            if event.actor.kind is ActorKind.CUSTOMER:
                asked_at = event.at
                if first and ticket.requester is not None and len(event.body) >= SHORTEST_BODY_CHARS:
                    self.repeated.add((ticket.requester.id, hash(event.body.strip())))
                first = False
                continue
            is_ai = self._is_ai(event.actor)
            ai, human = ai or is_ai, human or (event.actor.kind is ActorKind.HUMAN_AGENT and not is_ai)
            delay_s = None if asked_at is None else (event.at - asked_at).total_seconds()
            self._add_author(event, delay_s)
            asked_at = None
        return ai, human

    def _is_ai(self, actor: Actor) -> bool:
        if actor.kind is ActorKind.AI_AGENT:
            return True
        hint = ai_name(actor.name or "") if actor.kind in _MAYBE_BOT else None
        return hint is not None and hint[0] >= 0.7

    def _add_author(self, message: Message, delay_s: float | None) -> None:
        key = message.actor.id
        if key is None or message.actor.kind not in _MAYBE_BOT or key in self.config.human_users:
            return
        author = self.authors.get(key)
        if author is None:
            if len(self.authors) >= MAX_AUTHORS:
                return
            author = self.authors[key] = Author()
        author.name = message.actor.name or author.name
        author.messages += 1
        author.hours[message.at.hour] += 1
        author.bodies.add(hash(message.body.strip()))
        if delay_s is not None:
            author.delays.add(delay_s)

    def _add_requester(self, ticket: Ticket) -> None:
        person = ticket.requester
        if person is None or not person.email or "@" not in person.email:
            return
        (self.staff_domains if person.is_staff else self.requester_domains).add(_domain(person.email))


def _share(shares: dict[str, Share], key: str, most: int, ai: bool, human: bool) -> None:
    if key in shares or len(shares) < most:
        shares.setdefault(key, Share()).add(ai, human)


def _domain(email: str) -> str:
    return email.rpartition("@")[2].strip().lower()
