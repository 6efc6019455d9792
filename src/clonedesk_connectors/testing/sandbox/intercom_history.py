"""One conversation's past in Intercom's terms: steps of the story become parts, and the state they led to.

Where the world knows more than Intercom can say, the choice is named here: a pending ticket is snoozed when a person
made it so and stays open when the AI did; a message cannot change its visibility; a merge only closes.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from clonedesk_connectors.testing.sandbox.intercom_people import ADMIN_BASE, INTEGRATION, TEAM_BASE
from clonedesk_connectors.testing.world import Step, Story
from clonedesk_connectors.testing.world.directory import AI_AGENT, LABEL_TAGS

OUTCOME_ATTRIBUTE = "AI outcome"
ANSWERS = frozenset({"answer", "question", "fallback"})
_PEOPLE = ("human", "shared", INTEGRATION)


class Part(NamedTuple):
    """kind: part_type; said: ordinal of the text that is the body; assigned_to, details: as the API shows them."""

    step: Step
    kind: str
    said: int | None = None
    assigned_to: dict[str, Any] | None = None
    details: dict[str, Any] | None = None
    state: str = "open"


class Tagged(NamedTuple):
    name: str
    step: Step


@dataclass(slots=True)
class History:
    """A story as far as it has happened. said: every text in order, the first being the source.

    redacted: time of redaction by ordinal of the text. ai_spoke: name of the AI's last answer (or only line).
    person: id of the teammate who wrote last. handed_over, confirmed, refused: what the AI's part came to.
    """

    story: Story
    parts: list[Part] = field(default_factory=list)
    said: list[Step] = field(default_factory=list)
    redacted: dict[int, int] = field(default_factory=dict)
    state: str = "open"
    admin: int | None = None
    team: int | None = None
    priority: str | None = None
    tags: list[Tagged] = field(default_factory=list)
    outcome: str | None = None
    offered_s: int | None = None
    rating: Step | None = None
    rates_ai: bool = False
    reopens: int = 0
    deleted_s: int | None = None
    updated_s: int = 0
    ai_spoke: str | None = None
    person: int | None = None
    handed_over: bool = False
    confirmed: bool = False
    refused: bool = False

    def add(self, step: Step, kind: str, **more: Any) -> None:
        self.parts.append(Part(step, kind, state=self.state, **more))

    def become(self, step: Step, state: str, kind: str) -> None:
        """Change the state. A write through the API may bring a text along, which is part of the same part."""
        if state == self.state and step.detail is None:
            return
        self.reopens += self.state == "closed" and state != "closed"
        self.state = state
        self.add(step, kind, said=self.listen(step))

    def listen(self, step: Step) -> int | None:
        """Take the text a step may have; returns its ordinal."""
        if step.detail is None:
            return None
        said = step._replace(kind="message", value="html")
        self.said.append(said)
        _listen(self, said)
        return len(self.said) - 1


def history_of(story: Story, now_s: int) -> History:
    """Play the visible steps of a story. The story must have begun."""
    history = History(story)
    for step in story.until(now_s):
        history.updated_s = step.at_s
        play = _PLAYS.get(step.kind)
        if play is not None:
            play(history, step)
    return history


def _message(history: History, step: Step) -> None:
    first = not history.said
    history.said.append(step)
    _listen(history, step)
    if first:
        return
    kind = "comment"
    if step.role == "customer" and history.state != "open":
        history.reopens += history.state == "closed"
        history.state, kind = "open", "open"
    history.add(step, kind, said=len(history.said) - 1)


def _listen(history: History, step: Step) -> None:
    """What a message means for the AI's part."""
    if step.role == "ai":
        history.ai_spoke = step.value if step.value in ANSWERS or history.ai_spoke is None else history.ai_spoke
        history.confirmed = history.refused = False
    elif step.role in _PEOPLE:
        history.person = step.actor if step.role == INTEGRATION else ADMIN_BASE + step.actor
    elif step.role == "customer" and history.person is None:
        history.confirmed = step.value == "thanks"
        history.refused = step.value in ("complain", "ask_person")


def _note(history: History, step: Step) -> None:
    history.said.append(step)
    history.add(step, "note", said=len(history.said) - 1)


def _status(history: History, step: Step) -> None:
    if step.value == "deleted":
        history.deleted_s = step.at_s
    elif step.value in ("solved", "closed"):
        history.become(step, "closed", "close")
    elif step.value in ("pending", "hold", "snoozed"):
        if step.role in _PEOPLE:
            history.become(step, "snoozed", "snoozed")
    else:
        history.become(step, "open", "open")


def _assign(history: History, step: Step) -> None:
    target = None if step.value in (None, AI_AGENT) else ADMIN_BASE + step.value
    if target == history.admin:
        return
    history.admin = target
    kind = "default_assignment" if step.role == "automation" else "assignment"
    if history.state == "closed":
        history.reopens += 1
        history.state, kind = "open", "assign_and_reopen"
    nobody = {"type": "nobody_admin", "id": None}
    assigned_to = nobody if target is None else {"type": "admin", "id": str(target)}
    history.add(step, kind, assigned_to=assigned_to, said=history.listen(step))


def _group(history: History, step: Step) -> None:
    history.team = TEAM_BASE + step.value
    kind = "default_assignment" if step.role == "automation" else "assignment"
    history.add(step, kind, assigned_to={"type": "team", "id": str(history.team)}, said=history.listen(step))


def _handoff(history: History, step: Step) -> None:
    history.handed_over = True
    history.add(
        step, "operator_workflow_event", details={"workflow": {"name": "Hand over"}, "event": {"type": "start"}}
    )


def _tag(history: History, step: Step) -> None:
    if all(tagged.name != step.value for tagged in history.tags):
        history.tags.append(Tagged(step.value, step))
        history.add(step, "conversation_tags_updated")


def _untag(history: History, step: Step) -> None:
    history.tags = [tagged for tagged in history.tags if tagged.name != step.value]
    history.add(step, "conversation_tags_updated")


def _label(history: History, step: Step) -> None:
    if step.detail == "field":
        by = "workflow" if step.role == "automation" else "admin"
        details = {"attribute": {"name": OUTCOME_ATTRIBUTE}, "value": {"name": step.value, "previous": history.outcome}}
        history.outcome = step.value
        history.add(step, f"conversation_attribute_updated_by_{by}", details=details)
        return
    history.tags = [tagged for tagged in history.tags if tagged.name not in LABEL_TAGS.values()]
    _tag(history, step._replace(value=LABEL_TAGS[step.value]))


def _csat(history: History, step: Step) -> None:
    history.rating = step
    history.rates_ai = history.person is None and history.ai_spoke is not None
    history.add(step, "conversation_rating_changed")
    if step.detail is not None:
        history.add(step, "conversation_rating_remark_added")


def _offered(history: History, step: Step) -> None:
    history.offered_s = step.at_s


def _priority(history: History, step: Step) -> None:
    history.priority = step.value


def _redact(history: History, step: Step) -> None:
    history.redacted[step.value] = step.at_s


def _side_channel(history: History, step: Step) -> None:
    history.add(step, "call_summary" if step.value == "call" else "side_conversation_started")


_PLAYS: dict[str, Callable[[History, Step], None]] = {
    "message": _message,
    "note": _note,
    "status": _status,
    "assign": _assign,
    "group": _group,
    "handoff": _handoff,
    "tag": _tag,
    "untag": _untag,
    "label": _label,
    "csat": _csat,
    "csat_offered": _offered,
    "priority": _priority,
    "redact": _redact,
    "side_channel": _side_channel,
}
