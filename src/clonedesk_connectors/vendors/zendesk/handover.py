"""Hand-overs from the AI to people, derived from ordered events, each with the rule that fired."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from clonedesk_connectors.model import ActorKind, AssigneeKind
from clonedesk_connectors.protocol import AccountConfig
from clonedesk_connectors.vendors.zendesk.cast import NOBODY

Json = dict[str, Any]

ASSIGNED = "assignee_became_human"
LEFT_GROUP = "left_ai_group"
LEFT_SCOPE = "left_ai_agent_scope"

_MOVING = frozenset({"assignment", "group", "message", "tag"})


class Holder:
    """Who has the ticket, event by event: "ai", "human" or, before anybody took it, None."""

    def __init__(self, holder: str | None, config: AccountConfig) -> None:
        self.holder, self.config = holder, config
        self.in_ai_group = False

    def after(self, event: Json) -> str | None:
        """Move on by one event; the rule by which it handed the ticket over, if it did."""
        held_by_ai = self.holder == "ai"
        kind = event["kind"]
        if kind == "assignment":
            if event["to_kind"] is AssigneeKind.HUMAN:
                self.holder = "human"
                return ASSIGNED if held_by_ai else None
            if event["to_kind"] is AssigneeKind.AI:
                self.holder = "ai"
        elif kind == "group":
            return self._moved(event, held_by_ai)
        elif kind == "message" and event["visibility"] == "public":
            self._spoke(event["actor"].kind)
        elif kind == "tag" and self.holder is None:
            self.holder = "ai" if any(tag.lower() in self.config.ai_tags for tag in event["added"]) else None
        return None

    def _moved(self, event: Json, held_by_ai: bool) -> str | None:
        was_ai = self.in_ai_group or event["from_id"] in self.config.ai_groups
        self.in_ai_group = event["to_kind"] is AssigneeKind.AI
        if self.in_ai_group:
            self.holder = "ai"
        elif was_ai and event["to_kind"] is AssigneeKind.GROUP:
            handed = held_by_ai or self.holder is None
            self.holder = "human"
            return LEFT_GROUP if handed else None
        return None

    def _spoke(self, speaker: ActorKind) -> None:
        if speaker is ActorKind.HUMAN_AGENT:
            self.holder = "human"
        elif speaker is ActorKind.AI_AGENT and self.holder is None:
            self.holder = "ai"


def with_hand_overs(events: list[Json], config: AccountConfig, was_ai: bool, left_scope: datetime | None) -> list[Json]:
    """The events, with a hand-over after each event that made one. A tag alone is not a hand-over.

    was_ai: the vendor counted the ticket as an AI agent ticket. left_scope: since when (UTC) it can have left that
    scope; then a hand-over took place even if no event shows it.
    """
    holder = Holder("ai" if was_ai else None, config)
    told: list[Json] = []
    found = False
    for event in events:
        told.append(event)
        rule = holder.after(event) if event["kind"] in _MOVING else None
        if rule:
            found = True
            told.append(_hand_over(event, rule, event["to_id"]))
    if left_scope is not None and not found:
        _leave_scope(told, left_scope)
    return told


def _leave_scope(events: list[Json], since: datetime) -> None:
    """Insert the hand-over after the first sign of people since the AI scope was last seen, else at the end."""
    for place, event in enumerate(events):
        if event["at"] >= since and _shows_people(event):
            events.insert(place + 1, _hand_over(event, LEFT_SCOPE, event.get("to_id")))
            return
    last = max(since, events[-1]["at"]) if events else since
    silent = {"id": "support_scope", "at": last, "actor": NOBODY, "native_kind": "support_type_scope", "cause": None}
    events.append(_hand_over(silent, LEFT_SCOPE, None))


def _shows_people(event: Json) -> bool:
    if event["kind"] == "message":
        return event["visibility"] == "public" and event["actor"].kind is ActorKind.HUMAN_AGENT
    return event["kind"] == "group" and event["to_kind"] is AssigneeKind.GROUP


def _hand_over(event: Json, rule: str, to: str | None) -> Json:
    kept = {name: event.get(name) for name in ("at", "actor", "native_kind", "cause")}
    return {**kept, "id": f"{event['id']}:handoff", "kind": "handoff", "to_id": to, "raw": rule}
