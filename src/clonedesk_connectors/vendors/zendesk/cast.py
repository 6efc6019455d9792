"""Who is who on one ticket: people, bots, rules and the system, each with the evidence."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from clonedesk_connectors.model import Actor, ActorKind, AssigneeKind, Cause, Evidence
from clonedesk_connectors.protocol import AccountConfig, Directory
from clonedesk_connectors.vendors.zendesk.chat import Turn
from clonedesk_connectors.vendors.zendesk.mapping import CAUSE, CAUSE_ACTOR, CHAT_AUTHOR, CHAT_SOURCE, ROLE
from clonedesk_connectors.vendors.zendesk.values import native_id, part, text

SYSTEM_USER = "-1"
"""The vendor's own user: its system and, in messaging, its bots."""


@lru_cache(maxsize=2048)  # staff and rules, which come again and again; customers pass through
def _actor(kind: ActorKind, key: str | None, name: str | None, *evidence: tuple[str, str]) -> Actor:
    because = tuple(Evidence(source=source, value=value) for source, value in evidence)
    return Actor(kind=kind, id=key, name=name, evidence=because)


NOBODY = _actor(ActorKind.UNKNOWN, None, None)


class Via(NamedTuple):
    """How something came about. `channel` is the vendor's word, number or display name, as text; `machine` the rule or
    machine that did it, None where the author did.
    """

    channel: str | None
    kind: str | None
    cause: Cause | None
    machine: Actor | None
    source: Mapping[str, Any]
    rel: str | None


def read_via(via: object, reference: object = None) -> Via:
    """Read a `via`: an object in audits and comments, a bare word in ticket events (with the rule's id beside it)."""
    if type(via) is str and (reference is None or type(reference) is int):
        return _worded_via(via, reference)
    if not isinstance(via, dict):
        return _plain_via(native_id(via), native_id(reference))
    channel, source = native_id(via.get("channel")), part(via, "source")
    if not source.get("from") and not source.get("rel"):
        return _plain_via(channel, native_id(reference))
    origin, rel = part(source, "from"), native_id(source.get("rel"))
    rule = native_id(origin.get("id")) or native_id(reference)
    return Via(channel, *_behind(channel, rule, text(origin.get("title")), rel), origin, rel)


@lru_cache(maxsize=4096)
def _worded_via(word: str, reference: int | None) -> Via:
    return _plain_via(native_id(word), native_id(reference))


@lru_cache(maxsize=4096)
def _plain_via(channel: str | None, rule: str | None) -> Via:
    return Via(channel, *_behind(channel, rule, None, None), {}, None)


@lru_cache(maxsize=4096)
def _behind(
    channel: str | None, rule: str | None, title: str | None, rel: str | None
) -> tuple[str | None, Cause | None, Actor | None]:
    """(kind of cause, cause, machine)"""
    kind = CAUSE(channel) if channel else None
    if kind is None:
        return None, None, None
    cause = Cause(kind=kind, id=rule if kind == "rule" else None, name=title)
    who = CAUSE_ACTOR(kind)
    if who is ActorKind.UNKNOWN:
        return kind, cause, None
    return kind, cause, _actor(who, cause.id, title, ("via", ":".join(word for word in (channel, rel) if word)))


class Cast:
    """The actors of one ticket. Looks each person up once."""

    def __init__(self, directory: Directory, config: AccountConfig, requester: str | None, ai_scope: bool) -> None:
        self.directory, self.config = directory, config
        self.requester, self.ai_scope = requester, ai_scope
        self._people: dict[object, Actor] = {}

    def person(self, user_id: object) -> Actor:
        """The person or bot behind a user id, by what the account says, then by the vendor's role."""
        if type(user_id) not in (int, str):
            return NOBODY
        actor = self._people.get(user_id)
        if actor is None:
            key = native_id(user_id)
            actor = self._people[user_id] = NOBODY if key is None else self._identify(key)
        return actor

    def doer(self, user_id: object, via: Via) -> Actor:
        """Who made a change: the rule or machine behind it where there is one, else its author."""
        return via.machine or self.person(user_id)

    def chat_author(self, turn: Turn) -> Actor:
        """Author of a chat turn. A listed user is judged like anywhere else; the vendor's words decide the rest."""
        key = turn.author_id
        if key and key != SYSTEM_USER and self._is_known(key):
            return self.person(key)
        for label, table, word in (
            ("source.type", CHAT_SOURCE, turn.source),
            ("author.type", CHAT_AUTHOR, turn.author),
        ):
            kind = table(word)
            if kind is not ActorKind.UNKNOWN:
                return _actor(kind, key, turn.name, (label, str(word)))
        return _actor(ActorKind.UNKNOWN, key, turn.name)

    def assignee_kind(self, user_id: object) -> AssigneeKind:
        """What an assignee is; NONE for nobody, UNKNOWN for a user we cannot place."""
        actor = self.person(user_id)
        return AssigneeKind.NONE if actor is NOBODY else _ASSIGNEE.get(actor.kind, AssigneeKind.UNKNOWN)

    def group_kind(self, group_id: object) -> AssigneeKind:
        key = native_id(group_id)
        if key is None:
            return AssigneeKind.NONE
        return AssigneeKind.AI if key in self.config.ai_groups else AssigneeKind.GROUP

    def customer(self) -> dict[str, Any] | None:
        """The requester with what the directory knows of them: the fields of a `Person`."""
        if self.requester is None:
            return None
        user = self._user(self.requester)
        return {
            "id": self.requester,
            "name": text(user.get("name")),
            "email": text(user.get("email")),
            "phone": text(user.get("phone")),
            "organization_id": native_id(user.get("organization_id")),
            "is_staff": ROLE(user.get("role")) is ActorKind.HUMAN_AGENT,
        }

    @property
    def locale(self) -> str | None:
        """The requester's language, in the vendor's word."""
        return text(self._user(self.requester).get("locale")) if self.requester else None

    @property
    def user_fields(self) -> dict[str, Any]:
        """The requester's custom fields."""
        return part(dict(self._user(self.requester)), "user_fields") if self.requester else {}

    def _is_known(self, key: str) -> bool:
        config = self.config
        return key in config.bot_users or key in config.human_users or key == self.requester or bool(self._user(key))

    def _user(self, key: str) -> Mapping[str, Any]:
        """The staff list first: who left the team is an end user now, but was not when they answered."""
        return self.directory.get("staff", key) or self.directory.get("user", key) or {}

    def _identify(self, key: str) -> Actor:
        user = self._user(key)
        name, role = text(user.get("name")), user.get("role")
        if key in self.config.bot_users:
            return _actor(ActorKind.AI_AGENT, key, name, ("config.bot_users", key))
        if key in self.config.human_users:
            return _actor(ActorKind.HUMAN_AGENT, key, name, ("config.human_users", key))
        if key == SYSTEM_USER:
            return self._system_user()
        group = native_id(user.get("default_group_id"))
        kind = ROLE(role)
        if kind is ActorKind.HUMAN_AGENT and group in self.config.ai_groups:
            return _actor(ActorKind.AI_AGENT, key, name, ("config.ai_groups", str(group)))
        if kind is not ActorKind.UNKNOWN:
            return _actor(kind, key, name, ("user.role", str(role)))
        if key == self.requester:
            return _actor(ActorKind.CUSTOMER, key, name, ("ticket.requester_id", key))
        return _actor(ActorKind.UNKNOWN, key, name)

    def _system_user(self) -> Actor:
        """No trigger runs on an AI agent ticket, so there the vendor's own user is its bot."""
        evidence = ("author_id", SYSTEM_USER)
        if self.ai_scope:
            return _actor(ActorKind.AI_AGENT, SYSTEM_USER, None, evidence, ("support_type_scope", "ai_agent"))
        return _actor(ActorKind.SYSTEM, SYSTEM_USER, None, evidence)


_ASSIGNEE = {
    ActorKind.HUMAN_AGENT: AssigneeKind.HUMAN,
    ActorKind.CUSTOMER: AssigneeKind.UNKNOWN,
    ActorKind.AI_AGENT: AssigneeKind.AI,
}
