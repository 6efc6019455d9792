"""Who is who in one conversation: customers, teammates, Fin, workflows and teams, each with the evidence."""

from __future__ import annotations

import re
from collections.abc import Iterable

from clonedesk_connectors.model import Actor, ActorKind, AssigneeKind, Evidence, Rated
from clonedesk_connectors.protocol import AccountConfig, Directory
from clonedesk_connectors.vendors.intercom.mapping import CUSTOMER_TYPES, RULE_MADE, SENT_BY_MACHINE
from clonedesk_connectors.vendors.intercom.values import Json, ident, scalar, text

_OPERATOR = re.compile(r"operator(\+[^@]*)?@intercom\.io", re.ASCII)


def is_operator(person: Json) -> bool:
    """Fin and Operator are one bot that some answers list as an admin; its address gives it away."""
    return _OPERATOR.fullmatch(str(person.get("email"))) is not None


def members(team: Json) -> frozenset[str]:
    """Ids of the members of a team record."""
    ids = team.get("admin_ids")
    return frozenset(filter(None, map(ident, ids))) if isinstance(ids, list) else frozenset()


class Cast:
    """The actors of one conversation.

    authors: every author object of it; whether any of them carries the AI flags, and which ids are bots, is known only
    from all of them. ai_participated: what the conversation itself says.
    """

    def __init__(
        self, directory: Directory, config: AccountConfig, authors: Iterable[Json], ai_participated: bool
    ) -> None:
        self._directory, self._config = directory, config
        self._ai_participated = ai_participated
        self._bots: set[str] = set()
        self._flags_known = False
        for author in authors:
            self._flags_known = self._flags_known or "from_ai_agent" in author
            if author.get("type") == "bot" or is_operator(author):
                self._bots.add(ident(author.get("id")) or "")

    def actor(self, author: Json, *, via: str = "", api_code: str | None = None) -> Actor:
        """An author. via: the part type, or `delivered_as` of a first message; api_code: `app_package_code`.

        UNKNOWN where a person and a program look the same.
        """
        kind, evidence = self._judge(author, api_code)
        if via in RULE_MADE:
            kind, evidence = ActorKind.AUTOMATION, {"part_type": via}
        elif kind is ActorKind.HUMAN_AGENT and via in SENT_BY_MACHINE:
            kind, evidence = ActorKind.AUTOMATION, {"source.delivered_as": via}
        return Actor(
            kind=kind,
            id=ident(author.get("id")),
            name=text(author.get("name")),
            evidence=tuple(Evidence(source=source, value=value) for source, value in evidence.items()),
        )

    def _judge(self, author: Json, api_code: str | None) -> tuple[ActorKind, dict[str, str]]:
        native_id, kind = ident(author.get("id")) or "", scalar(author.get("type"))
        if native_id in self._config.human_users:
            return ActorKind.HUMAN_AGENT, {"config.human_users": native_id}
        if native_id in self._config.bot_users:
            return ActorKind.AI_AGENT, {"config.bot_users": native_id}
        for flag in ("from_ai_agent", "is_ai_answer"):
            if author.get(flag) is True:
                return ActorKind.AI_AGENT, {f"author.{flag}": "true"}
        if kind in CUSTOMER_TYPES:
            return ActorKind.CUSTOMER, {"author.type": kind}
        if kind == "bot" or is_operator(author) or (kind == "admin" and self.is_bot(native_id)):
            return self._bot(author, {"author.type": str(kind)} | ({} if kind == "bot" else {"bot_user": native_id}))
        if kind == "admin":
            if api_code:
                return ActorKind.UNKNOWN, {"author.type": kind, "app_package_code": api_code}
            return ActorKind.HUMAN_AGENT, {"author.type": kind}
        return ActorKind.UNKNOWN, {"author.type": kind} if kind else {}

    def _bot(self, author: Json, evidence: dict[str, str]) -> tuple[ActorKind, dict[str, str]]:
        """Fin and Operator share a user. Without the flags (old data) the name decides, then the conversation."""
        if author.get("from_ai_agent") is False:
            return ActorKind.AUTOMATION, evidence | {"author.from_ai_agent": "false"}
        name = text(author.get("name")) or ""
        if name.strip().lower() == "fin":
            return ActorKind.AI_AGENT, evidence | {"author.name": name}
        if self._ai_participated and not self._flags_known:
            return ActorKind.AI_AGENT, evidence | {"ai_agent_participated": "true"}
        return ActorKind.AUTOMATION, evidence

    def is_bot(self, native_id: str) -> bool:
        """Whether an assignee or rated teammate is a program."""
        if native_id in self._config.human_users:
            return False
        if native_id in self._bots or native_id in self._config.bot_users:
            return True
        return is_operator(self._directory.get("admin", native_id) or {})

    def admin_kind(self, native_id: str | None) -> AssigneeKind:
        if native_id is None:
            return AssigneeKind.NONE
        return AssigneeKind.AI if self.is_bot(native_id) else AssigneeKind.HUMAN

    def team_kind(self, native_id: str | None) -> AssigneeKind:
        """AI for teams named in the configuration and for bot inboxes: known teams without a human member."""
        if native_id is None:
            return AssigneeKind.NONE
        if native_id in self._config.ai_groups:
            return AssigneeKind.AI
        team = self._directory.get("team", native_id)
        if team is None or not isinstance(team.get("admin_ids"), list):
            return AssigneeKind.GROUP
        has_people = any(not self.is_bot(one) for one in members(team))
        return AssigneeKind.GROUP if has_people else AssigneeKind.AI

    def rated(self, teammate: Json) -> Rated:
        """Whom a `conversation_rating` judges."""
        native_id = ident(teammate.get("id"))
        if native_id is None:
            return Rated.UNKNOWN
        return Rated.AI if teammate.get("type") == "bot" or self.is_bot(native_id) else Rated.HUMAN
