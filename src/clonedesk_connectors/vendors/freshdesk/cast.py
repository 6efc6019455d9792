"""Who is who on one ticket. Nothing in the API says "AI", so every judgement is a sum of weighed, recorded hints."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from clonedesk_connectors.model import Actor, ActorKind, AssigneeKind, Evidence, Person
from clonedesk_connectors.protocol import AccountConfig, Directory
from clonedesk_connectors.vendors.freshdesk.mapping import BOT, CLEAR_AI_NAME, VAGUE_AI_NAME
from clonedesk_connectors.vendors.freshdesk.options import Options
from clonedesk_connectors.vendors.freshdesk.values import Json, label, native_id, part, text

Hint = tuple[str, str, float]
"""(kind of evidence, what it holds, weight)."""

DOUBTFUL = 0.4
"""From this sum on a listed agent is no longer taken for a person, although not yet for an AI."""


def combined(hints: Iterable[Hint]) -> float:
    """Independent hints add up to 1 - (1-a)(1-b)…"""
    doubt = 1.0
    for _, _, weight in hints:
        doubt *= 1.0 - weight
    return 1.0 - doubt


@lru_cache(maxsize=16384)
def actor(kind: ActorKind, key: str | None, name: str | None, *evidence: tuple[str, str]) -> Actor:
    """An actor with its evidence as (vendor field or setting, value). Shared: most tickets know the same people."""
    because = tuple(Evidence(source=source, value=value) for source, value in evidence)
    return Actor(kind=kind, id=key, name=name, evidence=because)


NOBODY = actor(ActorKind.UNKNOWN, None, None)


class Cast:
    """The people, bots and rules of one ticket."""

    def __init__(self, ticket: Json, directory: Directory, config: AccountConfig, options: Options) -> None:
        self.ticket, self.directory, self.config, self.options = ticket, directory, config, options
        self.requester_id = native_id(ticket.get("requester_id"))
        self.source = native_id(ticket.get("source"))
        self.status_name = self.choice("default_status", ticket.get("status"))
        self._ai_names = frozenset(group.lower() for group in config.ai_groups)
        self._agents: dict[str, Actor] = {}

    # --- the account's own words ---

    def choice(self, field: str, number: object) -> str | None:
        """The name of a status or source number in ticket_fields. Statuses come as {number: [agent's, customer's]},
        everything else as {name: number}."""
        key = native_id(number)
        choices = (self.directory.get("ticket_field", field) or {}).get("choices")
        if key is None or not isinstance(choices, dict):
            return None
        if (names := choices.get(key)) is not None:
            return text(names[0]) if isinstance(names, list) and names else text(names)
        return next((text(name) for name, value in choices.items() if native_id(value) == key), None)

    def number(self, field: str, name: str) -> str | None:
        """The reverse: activity rows hold names."""
        choices = (self.directory.get("ticket_field", field) or {}).get("choices")
        if not isinstance(choices, dict):
            return None
        if (value := native_id(choices.get(name))) is not None:
            return value
        return next(
            (key for key, names in choices.items() if isinstance(names, list) and name in names[:1]),
            None,
        )

    # --- people ---

    def author(self, conversation: Json) -> Actor:
        """Who wrote a conversation: the account's settings first, then the vendor's own marks, then the weights."""
        key = native_id(conversation.get("user_id"))
        if key in self.config.bot_users or key in self.config.human_users:
            return self.agent(key)
        if conversation.get("incoming") is True:
            return actor(ActorKind.CUSTOMER, key, self._requester_name(key), ("conversation.incoming", "true"))
        rule = native_id(conversation.get("automation_id"))
        if rule is not None or conversation.get("auto_response") is True:
            mark = ("conversation.automation_id", rule) if rule else ("conversation.auto_response", "true")
            return actor(ActorKind.AUTOMATION, key, None, mark)
        return self.agent(key)

    def agent(self, key: str | None) -> Actor:
        """A person or AI on the helpdesk's side, by id."""
        if key is None:
            return NOBODY
        if key not in self._agents:
            self._agents[key] = self._identify(key)
        return self._agents[key]

    def _identify(self, key: str) -> Actor:
        listed = self._listed(key)
        contact = part(listed or {}, "contact")
        name = text(contact.get("name")) or (self._choice_name(key) if listed is None else None)
        if key in self.config.human_users:
            return actor(ActorKind.HUMAN_AGENT, key, name, ("config.human_users", key))
        if listed is None and name is None and key == self.requester_id:
            return actor(ActorKind.CUSTOMER, key, self._requester_name(key), ("ticket.requester_id", key))
        hints = tuple(self._hints(key, name, text(contact.get("email")), known=listed is not None or name is not None))
        total = combined(hints)
        evidence = tuple((kind, f"{value} ({weight:g})") for kind, value, weight in hints)
        if hints and total >= self.options.ai_threshold:
            return actor(ActorKind.AI_AGENT, key, name, *evidence)
        if (listed is None and name is None) or total >= DOUBTFUL:
            return actor(ActorKind.UNKNOWN, key, name, *evidence)
        where = "agents" if listed is not None else "ticket_fields.default_agent"
        return actor(ActorKind.HUMAN_AGENT, key, name, (where, key), *evidence)

    def _hints(self, key: str, name: str | None, email: str | None, *, known: bool) -> Iterable[Hint]:
        weights = self.options.ai_weights
        if key in self.config.bot_users:
            yield "configured_user", key, weights["configured_user"]
        for said in filter(None, (name, (email or "").partition("@")[0])):
            if CLEAR_AI_NAME.search(said):
                yield "name", "of an AI", weights["name"]
                break
            if VAGUE_AI_NAME.search(said):
                yield "vague_name", "may be of an AI", weights["vague_name"]
                break
        if not known:
            yield "unlisted", "not in the agents list", weights["unlisted"]
            if self.source == BOT:
                yield "bot_source", BOT, weights["bot_source"]
        if key == native_id(self.ticket.get("responder_id")) and is_ai_name(self.status_name):
            yield "ai_status", self.status_name or "", weights["ai_status"]

    def _listed(self, key: str) -> Json | None:
        found = self.directory.get("agent", key)
        return dict(found) if found is not None else None

    def _choice_name(self, key: str) -> str | None:
        """Without admin rights the agents are still named among the choices of a ticket field."""
        return self.choice("default_agent", key)

    def _requester_name(self, key: str | None) -> str | None:
        return text(part(self.ticket, "requester").get("name")) if key == self.requester_id else None

    def requester(self) -> Person | None:
        """The customer; with a name and an address only where the account's options ask for them."""
        if self.requester_id is None:
            return None
        person = part(self.ticket, "requester")
        return Person(
            id=self.requester_id,
            name=text(person.get("name")),
            email=text(person.get("email")),
            phone=label(person.get("phone")) or label(person.get("mobile")),
            organization_id=native_id(self.ticket.get("company_id")),
            is_staff=self._listed(self.requester_id) is not None,
        )

    # --- groups and the ticket as a whole ---

    def group_name(self, key: str | None) -> str | None:
        if key is None:
            return None
        group: Mapping[str, Any] | None = self.directory.get("group", key)
        return text(group.get("name")) if group else self.choice("default_group", key)

    def group_kind(self, key: str | None) -> AssigneeKind:
        """AI only where the account names the group; a telling name alone is a hint on the ticket."""
        if key is None:
            return AssigneeKind.NONE
        name = self.group_name(key) or ""
        named = key in self.config.ai_groups or name.lower() in self._ai_names
        return AssigneeKind.AI if named else AssigneeKind.GROUP

    def assignee_kind(self, key: str | None) -> AssigneeKind:
        if key is None:
            return AssigneeKind.NONE
        kind = self.agent(key).kind
        return {ActorKind.AI_AGENT: AssigneeKind.AI, ActorKind.HUMAN_AGENT: AssigneeKind.HUMAN}.get(
            kind, AssigneeKind.UNKNOWN
        )


def is_ai_name(name: str | None) -> bool:
    """Whether a status, group or person is named after an AI."""
    return name is not None and CLEAR_AI_NAME.search(name) is not None
