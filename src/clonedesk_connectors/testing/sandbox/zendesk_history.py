"""One ticket's past in Zendesk's terms: turns become updates with field changes, and the ticket state after each.

A change is (field, value, previous, step); ids are numbers here, whoever renders them decides about strings.
"""

from dataclasses import dataclass, field
from itertools import groupby
from operator import attrgetter
from typing import Any, NamedTuple

from clonedesk_connectors.testing.sandbox.zendesk_people import (
    CUSTOM_STATUS_IDS,
    FIELD_OUTCOME,
    FIELD_TOPIC,
    GROUP_BASE,
    STAFF_BASE,
    STATUS_IDS,
)
from clonedesk_connectors.testing.world import Step, Story
from clonedesk_connectors.testing.world.directory import LABEL_TAGS

HANDOFF_TAG = "ai_handoff"
_TURN = attrgetter("turn")


class Change(NamedTuple):
    field: str
    value: Any
    previous: Any
    step: Step


class Update(NamedTuple):
    """One save. changes: in order; others: steps that are events of their own (comments, ratings, merges ...)."""

    turn: int
    at_s: int
    changes: tuple[Change, ...]
    others: tuple[Step, ...]
    first: Step


@dataclass(slots=True)
class State:
    """The ticket as it stands after the visible updates. redacted: ordinals of comments; public: per comment."""

    status: str = "new"
    custom_status_id: int = STATUS_IDS["new"]
    assignee_id: int | None = None
    group_id: int | None = None
    priority: str | None = None
    tags: list[str] = field(default_factory=list)
    custom_fields: dict[int, Any] = field(default_factory=dict)
    offered_s: int | None = None
    rating: Step | None = None
    redacted: set[int] = field(default_factory=set)
    public: list[bool] = field(default_factory=list)


class History(NamedTuple):
    """A story as far as it has happened: its updates and the state they led to."""

    story: Story
    updates: tuple[Update, ...]
    state: State

    @property
    def updated_s(self) -> int:
        return self.updates[-1].at_s


def history_of(story: Story, now_s: int) -> History:
    """Play the visible steps of a story. The story must have begun."""
    state = State(tags=[f"topic_{story.topic}"], custom_fields={FIELD_TOPIC: story.topic, FIELD_OUTCOME: None})
    updates: list[Update] = []
    for turn, group in groupby(story.until(now_s), key=_TURN):
        steps = list(group)
        changes: list[Change] = []
        others: list[Step] = []
        for step in steps:
            play = _CHANGES.get(step.kind)
            if play is not None:
                play(state, step, changes)
            else:
                others.append(step)
                _remember(state, step)
        updates.append(Update(turn, steps[0].at_s, tuple(changes), tuple(others), steps[0]))
    return History(story, tuple(updates), state)


def _remember(state: State, step: Step) -> None:
    """What a step that is no field change leaves on the ticket."""
    if step.kind in ("message", "note"):
        state.public.append(step.kind == "message")
    elif step.kind == "redact":
        state.redacted.add(step.value)
    elif step.kind in ("make_public", "make_private"):
        state.public[step.value] = step.kind == "make_public"
    elif step.kind == "csat_offered":
        state.offered_s = step.at_s
    elif step.kind == "csat":
        state.rating = step


def _status(state: State, step: Step, changes: list[Change]) -> None:
    changes.append(Change("status", step.value, state.status, step))
    state.status = step.value
    if step.value in STATUS_IDS and step.value != "closed":
        _own_status(state, step, STATUS_IDS[step.value], changes)


def _own_status(state: State, step: Step, identity: int, changes: list[Change]) -> None:
    changes.append(Change("custom_status_id", identity, state.custom_status_id, step))
    state.custom_status_id = identity


def _custom_status(state: State, step: Step, changes: list[Change]) -> None:
    if changes and changes[-1].field == "custom_status_id":
        state.custom_status_id = changes.pop().previous
    _own_status(state, step, CUSTOM_STATUS_IDS[step.value], changes)


def _assign(state: State, step: Step, changes: list[Change]) -> None:
    identity = None if step.value is None else STAFF_BASE + step.value
    if identity != state.assignee_id:
        changes.append(Change("assignee_id", identity, state.assignee_id, step))
        state.assignee_id = identity


def _group(state: State, step: Step, changes: list[Change]) -> None:
    identity = GROUP_BASE + step.value
    changes.append(Change("group_id", identity, state.group_id, step))
    state.group_id = identity


def _priority(state: State, step: Step, changes: list[Change]) -> None:
    if step.value != state.priority:
        changes.append(Change("priority", step.value, state.priority, step))
        state.priority = step.value


def _tags(state: State, step: Step, changes: list[Change], tags: list[str]) -> None:
    if tags != state.tags:
        changes.append(Change("tags", tags, state.tags, step))
        state.tags = tags


def _tag(state: State, step: Step, changes: list[Change]) -> None:
    _tags(state, step, changes, sorted({*state.tags, step.value}))


def _handoff(state: State, step: Step, changes: list[Change]) -> None:
    _tags(state, step, changes, sorted({*state.tags, HANDOFF_TAG}))


def _set_tags(state: State, step: Step, changes: list[Change]) -> None:
    _tags(state, step, changes, sorted(step.value))


def _label(state: State, step: Step, changes: list[Change]) -> None:
    if step.detail == "field":
        _set_field(state, step._replace(value=(FIELD_OUTCOME, step.value)), changes)
    else:
        others = set(state.tags) - set(LABEL_TAGS.values())
        _tags(state, step, changes, sorted({*others, LABEL_TAGS[step.value]}))


def _set_field(state: State, step: Step, changes: list[Change]) -> None:
    identity, value = step.value
    changes.append(Change(str(identity), value, state.custom_fields.get(identity), step))
    state.custom_fields[identity] = value


_CHANGES = {
    "status": _status,
    "custom_status": _custom_status,
    "assign": _assign,
    "group": _group,
    "priority": _priority,
    "tag": _tag,
    "handoff": _handoff,
    "label": _label,
    "set_tags": _set_tags,
    "set_field": _set_field,
}
