"""Escalation labels: what somebody or something wrote about how a ticket ended for the AI, and who wrote it when.

A label is a claim. It is collected from configured tags and fields, from the vendor's own outcome, and from imports;
nothing here decides whether it is true.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from clonedesk_connectors.errors import ConfigError
from clonedesk_connectors.model import Actor, ActorKind, Cause, Event, Other, TagChange, Ticket
from clonedesk_connectors.protocol import AccountConfig, MappingTable
from clonedesk_connectors.quality.facts import Facts


class LabelValue(StrEnum):
    """What a label claims."""

    ESCALATED = "escalated"
    RESOLVED_AI = "resolved_ai"
    ABANDONED = "abandoned"
    UNKNOWN = "unknown"


class LabelSource(StrEnum):
    """Where a label is written."""

    TAG = "tag"
    FIELD = "field"
    VENDOR_OUTCOME = "vendor_outcome"
    IMPORT = "import"
    MANUAL = "manual"


ESCALATED, RESOLVED_AI, ABANDONED = LabelValue.ESCALATED, LabelValue.RESOLVED_AI, LabelValue.ABANDONED
_UNKNOWN = LabelValue.UNKNOWN
_TAG, _FIELD = LabelSource.TAG, LabelSource.FIELD

# Intercom `ai_agent.resolution_state`: the vendor's claim. `assumed_resolution` is silence that the vendor counts as
# resolved. Source: API reference, "AI Agent" object, versions 2.14 to 2.16; checked 2026-11.
RESOLUTION_STATE: MappingTable[LabelValue] = MappingTable(
    {
        "confirmed_resolution": RESOLVED_AI,
        "assumed_resolution": RESOLVED_AI,
        "routed_to_team": ESCALATED,
        "escalated": ESCALATED,
        "procedure_handoff": ESCALATED,
        "abandoned": ABANDONED,
    },
    unknown=LabelValue.UNKNOWN,
)
_OUTCOMES = {"resolution_state": RESOLUTION_STATE, "ai_agent.resolution_state": RESOLUTION_STATE}

_MOST_SPELLINGS = 10_000

# Zendesk: a ticket in the AI agent scope never reached a person. That says "not escalated", and nothing about success.
_NEVER_ESCALATED = {("support_scope", "ai_agent"), ("support_type", "ai_agent")}
_OUTCOME_NAMES = frozenset({*_OUTCOMES, *(name for name, _ in _NEVER_ESCALATED)})


class EscalationLabel(NamedTuple):
    """One claim. raw: the word as written; name: the tag, field, vendor field or import it stands in.

    set_at (UTC) and set_by are None where nobody knows; event: the id of the event that set it; cause: the trigger,
    bulk edit or API client behind it. rules_out: a value this claim denies without claiming another one.
    """

    value: LabelValue
    source: LabelSource
    name: str
    raw: str
    set_at: datetime | None = None
    set_by: Actor | None = None
    event: str | None = None
    cause: Cause | None = None
    rules_out: LabelValue | None = None


class LabelChange(NamedTuple):
    """A label was written (old None), replaced, or taken away (new None)."""

    event: Event
    source: LabelSource
    name: str
    old: LabelValue | None
    new: LabelValue | None


class Labels(NamedTuple):
    """All labels of one ticket: those in force, and the history that its events show.

    values: the different things that are claimed (UNKNOWN claims nothing); value: the claim, if there is exactly one.
    """

    current: tuple[EscalationLabel, ...] = ()
    changes: tuple[LabelChange, ...] = ()
    values: frozenset[LabelValue] = frozenset()
    value: LabelValue | None = None

    @property
    def labeller(self) -> str | None:
        """The id of the person who wrote the label; programs and unknown setters have none."""
        setter = next((label.set_by for label in self.current if label.set_by is not None), None)
        return setter.id if setter is not None and setter.kind is ActorKind.HUMAN_AGENT else None


NO_LABELS = Labels()
_ONE = tuple((value, frozenset({value})) for value in LabelValue)


def together(current: Iterable[EscalationLabel], changes: Iterable[LabelChange] = ()) -> Labels:
    """Put the labels of one ticket together."""
    now, then = tuple(current), tuple(changes)
    if len(now) == 1:
        for value, alone in _ONE:  # the common case, without hashing an enum member
            if now[0].value is value and value is not _UNKNOWN:
                return Labels(now, then, alone, value)
    values = frozenset(label.value for label in now if label.value is not _UNKNOWN)
    return Labels(now, then, values, next(iter(values)) if len(values) == 1 else None)


class LabelReader:
    """Collects the labels of the tickets of one account.

    Raises ConfigError when the configuration maps a tag or field value to a word that is not a label.
    """

    def __init__(self, config: AccountConfig) -> None:
        self._tags = {tag.lower(): _value(label, f"tag {tag!r}") for tag, label in config.label_tags.items()}
        self._spelled: dict[str, LabelValue | None] = {}
        self._fields = {
            field: {value.lower(): _value(label, f"field {field!r}") for value, label in meanings.items()}
            for field, meanings in config.label_fields.items()
        }

    def read(self, facts: Facts, given: Iterable[EscalationLabel] = ()) -> Labels:
        """The labels of one ticket; `given` are imported and manual ones."""
        ticket = facts.ticket
        current: list[EscalationLabel] = [*given]
        changes: list[LabelChange] = []
        if self._tags and (ticket.tags or facts.tag_changes):
            self._read_tags(ticket, facts.tag_changes, current, changes)
        if self._fields and (ticket.custom_fields or facts.others):
            written = list(self._field_changes(facts.others))
            changes.extend(written)
            current.extend(self._field_labels(ticket, written))
        if ticket.vendor_labels or ticket.support_scope:
            current.extend(_outcomes(ticket))
        if not current and not changes:
            return NO_LABELS
        if len(changes) > 1:
            changes.sort(key=lambda change: (change.event.at, change.event.seq))
        return together(current, changes)

    def _read_tags(
        self,
        ticket: Ticket,
        events: Iterable[TagChange],
        current: list[EscalationLabel],
        changes: list[LabelChange],
    ) -> None:
        setters: dict[str, TagChange] = {}
        standing: LabelValue | None = None
        for event in events:
            removed = self._first_value(event.removed) if event.removed else None
            old, standing = (standing if removed is None else removed), (standing if removed is None else None)
            written = False
            for tag in event.added:
                value = self._value_of(tag)
                if value is not None:
                    standing, written = value, True
                    setters[tag.lower()] = event
                    changes.append(LabelChange(event, _TAG, tag.lower(), old, value))
            if removed is not None and not written:
                changes.append(LabelChange(event, _TAG, "", removed, None))
        for tag in ticket.tags:
            value = self._value_of(tag)
            if value is not None:
                current.append(_label(value, _TAG, tag, tag, setters.get(tag.lower()), ticket))

    def _value_of(self, tag: str) -> LabelValue | None:
        """What a tag claims. Accounts have few different tags, so each spelling is looked up once (bounded)."""
        try:
            return self._spelled[tag]
        except KeyError:
            value = self._tags.get(tag.lower())
            if len(self._spelled) < _MOST_SPELLINGS:
                self._spelled[tag] = value
            return value

    def _first_value(self, tags: Iterable[str]) -> LabelValue | None:
        return next((value for value in map(self._value_of, tags) if value is not None), None)

    def _field_changes(self, events: Iterable[Other]) -> Iterator[LabelChange]:
        """Vendors tell a changed field as an `other` event with the members field, from and to."""
        for event in events:
            field = event.data.get("field")
            meanings = self._fields.get(field) if field is not None else None
            if field is not None and meanings is not None:
                old, new = (meanings.get((event.data.get(side) or "").lower()) for side in ("from", "to"))
                if old is not new:
                    yield LabelChange(event, _FIELD, field, old, new)

    def _field_labels(self, ticket: Ticket, changes: Iterable[LabelChange]) -> Iterator[EscalationLabel]:
        for field, meanings in self._fields.items():
            raw = ticket.custom_fields.get(field)
            value = meanings.get(raw.lower()) if raw is not None else None
            if raw is not None and value is not None:
                setter = next((c.event for c in reversed([*changes]) if c.name == field), None)
                yield _label(value, _FIELD, field, raw, setter, ticket)


def _value(word: str, where: str) -> LabelValue:
    try:
        return LabelValue(word.lower())
    except ValueError:
        known = ", ".join(LabelValue)
        raise ConfigError(f"{where} is configured as label {word!r}; a label is one of {known}") from None


def _label(
    value: LabelValue, source: LabelSource, name: str, raw: str, setter: Event | None, ticket: Ticket
) -> EscalationLabel:
    if setter is not None:
        return EscalationLabel(value, source, name, raw, setter.at, setter.actor, setter.id, setter.cause)
    told = next((label for label in ticket.vendor_labels if label.name == f"{source}:{name}"), None)
    if told is not None:
        return EscalationLabel(value, source, name, raw, told.set_at, _actor(told.set_by))
    return EscalationLabel(value, source, name, raw)


def _outcomes(ticket: Ticket) -> Iterator[EscalationLabel]:
    kind = LabelSource.VENDOR_OUTCOME
    scope = ("support_scope", ticket.support_scope)
    told = [label for label in ticket.vendor_labels if label.name in _OUTCOME_NAMES]
    if scope in _NEVER_ESCALATED and not any((label.name, label.value) == scope for label in told):
        yield EscalationLabel(LabelValue.UNKNOWN, kind, scope[0], scope[1] or "", rules_out=ESCALATED)
    for label in told:
        set_by = _actor(label.set_by)
        if label.name in _OUTCOMES:
            value = _OUTCOMES[label.name](label.value)
            yield EscalationLabel(value, kind, label.name, label.value, label.set_at, set_by)
        elif (label.name, label.value) in _NEVER_ESCALATED:
            unknown = LabelValue.UNKNOWN
            yield EscalationLabel(unknown, kind, label.name, label.value, label.set_at, set_by, rules_out=ESCALATED)


def _actor(text: str | None) -> Actor | None:
    """Read `kind` or `kind:id`; a word that is no kind is the id of an unknown actor."""
    if text is None:
        return None
    kind, _, actor_id = text.partition(":")
    try:
        return Actor(kind=ActorKind(kind), id=actor_id or None)
    except ValueError:
        return Actor(kind=ActorKind.UNKNOWN, id=text)


Given = Mapping[str, tuple[EscalationLabel, ...]]
"""Imported and manual labels by ticket key."""
