"""One ticket's past in Freshdesk's terms: conversations, remembered times, activity rows, and the state they led to.

Where the world knows more than Freshdesk can say, the choice is named here: an AI's hand-over and closing leave a
private note (the product's automation events do); a message that changes its visibility shows the final one only; a
merge is a note on a closed ticket; a rating also arrives as an incoming conversation.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from clonedesk_connectors.testing.sandbox.freshdesk_people import (
    AGENT_BASE,
    AWAITING_COURIER,
    CLOSED,
    CONVERSATION_BASE,
    GROUP_BASE,
    OPEN,
    PENDING,
    PRIORITIES,
    RESOLVED,
    RULE_BASE,
    STATUS_NAMES,
    WAITING_THIRD_PARTY,
    WITH_AI,
    agent_id,
)
from clonedesk_connectors.testing.world import Step, Story
from clonedesk_connectors.testing.world.directory import AI_AGENT, GROUPS, LABEL_TAGS, RULES

HANDED_OVER = "Handed over to the team by AI Agent"
AI_RESOLVED = "Resolved by AI Agent"
AI_INACTIVE = "Resolved by AI Agent: inactivity"
STATUSES = {
    "new": OPEN,
    "open": OPEN,
    "pending": PENDING,
    "hold": WAITING_THIRD_PARTY,
    "solved": RESOLVED,
    "closed": CLOSED,
}


class Said(NamedTuple):
    """One conversation, or the description (ordinal 0). kind: reply, note, survey, phone or forward.

    text: the words, if they are not those of the step.
    """

    ordinal: int
    step: Step
    kind: str
    private: bool
    text: str | None = None
    updated_s: int = 0
    hidden: bool = False


class Activity(NamedTuple):
    """One row of the activity export. performer: agent or contact id, None for the system."""

    at_s: int
    performer: int | None
    changes: dict[str, Any]


@dataclass(slots=True)
class History:
    """A story as far as it has happened. stats: remembered times by their name in `stats` (unix seconds)."""

    story: Story
    said: list[Said] = field(default_factory=list)
    logged: list[tuple[Step, dict[str, Any]]] = field(default_factory=list)
    stats: dict[str, int | None] = field(default_factory=dict)
    status: int = OPEN
    responder: int | None = None
    group: int | None = None
    priority: int = 1
    tags: list[str] = field(default_factory=list)
    fields: dict[str, str | None] = field(default_factory=dict)
    ratings: list[Step] = field(default_factory=list)
    spam: bool = False
    deleted: bool = False
    updated_s: int = 0
    spoken: list[int] = field(default_factory=list)
    """Ordinals of the conversations that are messages or notes of the story, in its order."""

    def say(self, step: Step, kind: str, *, private: bool, text: str | None = None) -> None:
        said = Said(len(self.said), step, kind, private, text, step.at_s, step.turn < self.story.lost_turns)
        self.said.append(said)
        if said.ordinal:
            note = {"id": conversation_id(self.story.number, said.ordinal), "type": 4 if private else 0}
            self.log(step, note=note)

    def change(self, ordinal: int, **what: Any) -> None:
        self.said[ordinal] = self.said[ordinal]._replace(**what)

    def log(self, step: Step, **changes: Any) -> None:
        self.logged.append((step, changes))

    def activities(self) -> list[Activity]:
        """The rows of the activity export: what one actor changed in one second is one row."""
        rows: list[Activity] = []
        for step, changes in self.logged:
            who = agent_id(step.role, step.actor)
            if step.role == "automation":
                changes = changes | {"automation": {"id": RULE_BASE + step.actor, "rule": RULES[step.actor].title}}
            last = rows[-1] if rows else None
            if last and (last.at_s, last.performer) == (step.at_s, who) and not last.changes.keys() & changes.keys():
                last.changes.update(changes)
            else:
                rows.append(Activity(step.at_s, who, dict(changes)))
        return rows


def conversation_id(number: int, ordinal: int) -> int:
    return CONVERSATION_BASE + number * 1000 + ordinal


def history_of(story: Story, now_s: int) -> History:
    """Play the visible steps of a story. The story must have begun."""
    history = History(story, fields={"cf_topic": story.topic, "cf_ai_outcome": None}, tags=[f"topic_{story.topic}"])
    history.log(story.steps[0], status="Open", priority=1)
    for step in story.until(now_s):
        history.updated_s = step.at_s
        play = _PLAYS.get(step.kind)
        if play is not None:
            play(history, step)
    return history


def _message(history: History, step: Step) -> None:
    """The first message is the description; on chat it is the first conversation as well."""
    history.say(step, "reply", private=False)
    if len(history.said) == 1 and history.story.channel == "messaging" and step.role == "customer":
        history.say(step, "reply", private=False)
    history.spoken.append(len(history.said) - 1)
    if len(history.said) > 1:
        stat = "requester_responded_at" if step.role == "customer" else "agent_responded_at"
        history.stats[stat] = step.at_s
        if step.role != "customer":
            history.stats.setdefault("first_responded_at", step.at_s)


def _note(history: History, step: Step) -> None:
    history.say(step, "note", private=True)
    history.spoken.append(len(history.said) - 1)


def _status(history: History, step: Step) -> None:
    if step.value == "deleted":
        history.deleted = True
        return
    _become(history, step, STATUSES[step.value])
    if step.value == "solved" and step.role == "ai":
        history.say(step, "note", private=True, text=AI_RESOLVED)
    elif step.value == "solved" and step.role == "automation" and history.responder == AGENT_BASE + AI_AGENT:
        history.say(step._replace(role="ai", actor=AI_AGENT), "note", private=True, text=AI_INACTIVE)


def _become(history: History, step: Step, status: int) -> None:
    """Set the status; while an AI has an open ticket, the status says so."""
    if status == OPEN and history.responder == AGENT_BASE + AI_AGENT:
        status = WITH_AI
    if status == history.status:
        return
    stats, was_over = history.stats, history.status in (RESOLVED, CLOSED)
    if status in (RESOLVED, CLOSED):
        stats.setdefault("resolved_at", step.at_s)
        if not was_over:
            stats["resolved_at"] = step.at_s
        stats["closed_at"] = step.at_s if status == CLOSED else None
    elif was_over:
        stats |= {"reopened_at": step.at_s, "resolved_at": None, "closed_at": None}
    stats["pending_since"] = step.at_s if status == PENDING else None
    stats["status_updated_at"] = step.at_s
    history.status = status
    history.log(step, status=STATUS_NAMES[status][0])


def _custom_status(history: History, step: Step) -> None:
    _become(history, step, AWAITING_COURIER)


def _assign(history: History, step: Step) -> None:
    history.responder = None if step.value is None else AGENT_BASE + step.value
    history.log(step, agent_id=history.responder)
    if history.status in (OPEN, WITH_AI):
        _become(history, step, OPEN)


def _group(history: History, step: Step) -> None:
    history.group = None if step.value is None else GROUP_BASE + step.value
    history.log(step, group=None if step.value is None else GROUPS[step.value].name)


def _priority(history: History, step: Step) -> None:
    history.priority = PRIORITIES.get(step.value, 1)
    history.log(step, priority=history.priority)


def _tag(history: History, step: Step) -> None:
    if step.value == "spam":
        history.spam = True
    _tags(history, step, sorted({*history.tags, step.value}))


def _set_tags(history: History, step: Step) -> None:
    _tags(history, step, list(step.value))


def _tags(history: History, step: Step, tags: list[str]) -> None:
    added, removed = set(tags) - set(history.tags), set(history.tags) - set(tags)
    history.tags = tags
    if added or removed:
        history.log(
            step,
            **({"added_tags": sorted(added)} if added else {}),
            **({"removed_tags": sorted(removed)} if removed else {}),
        )


def _label(history: History, step: Step) -> None:
    if step.detail == "field":
        _set_field(history, step._replace(value=("cf_ai_outcome", step.value)))
    else:
        _tags(history, step, sorted({*(set(history.tags) - set(LABEL_TAGS.values())), LABEL_TAGS[step.value]}))


def _set_field(history: History, step: Step) -> None:
    name, value = step.value
    history.fields[name] = value
    history.log(step, **{name: value})


def _handoff(history: History, step: Step) -> None:
    history.say(step, "note", private=True, text=HANDED_OVER)


def _csat(history: History, step: Step) -> None:
    """The answer is a rating, and arrives as an incoming conversation as well."""
    history.ratings.append(step)
    history.say(step, "survey", private=False)


def _merge(history: History, step: Step) -> None:
    history.say(step, "note", private=True, text=f"This ticket is closed and merged into ticket {step.value}")


def _side_channel(history: History, step: Step) -> None:
    kind, text = ("phone", "Call with the customer") if step.value == "call" else ("forward", "Forwarded to a supplier")
    history.say(step, kind, private=True, text=text)


def _redact(history: History, step: Step) -> None:
    history.change(history.spoken[step.value], text="[removed]", updated_s=step.at_s)


def _visibility(history: History, step: Step) -> None:
    history.change(history.spoken[step.value], private=step.kind == "make_private", updated_s=step.at_s)


def _edit_note(history: History, step: Step) -> None:
    history.change(step.value, text=step.detail, updated_s=step.at_s)


def _drop_note(history: History, step: Step) -> None:
    history.change(step.value, hidden=True)


def _mark(history: History, step: Step) -> None:
    """spam, delete and restore; the list a ticket is in follows from the two flags."""
    history.spam = step.value == "spam"
    history.deleted = step.value == "deleted"


_PLAYS: dict[str, Callable[[History, Step], None]] = {
    "message": _message,
    "note": _note,
    "status": _status,
    "custom_status": _custom_status,
    "assign": _assign,
    "group": _group,
    "priority": _priority,
    "tag": _tag,
    "set_tags": _set_tags,
    "set_field": _set_field,
    "label": _label,
    "handoff": _handoff,
    "csat": _csat,
    "merge": _merge,
    "side_channel": _side_channel,
    "redact": _redact,
    "make_public": _visibility,
    "make_private": _visibility,
    "edit_note": _edit_note,
    "drop_note": _drop_note,
    "mark": _mark,
}
