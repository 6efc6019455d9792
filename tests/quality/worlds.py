"""The invented world as normalised tickets, without HTTP: the Zendesk sandbox's records as the connector reads them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from clonedesk_connectors.model import Message, Ticket
from clonedesk_connectors.protocol import AccountConfig, Bundle
from clonedesk_connectors.quality.standard_reader import StandardReader
from clonedesk_connectors.testing.sandbox.zendesk_desk import Desk
from clonedesk_connectors.testing.sandbox.zendesk_events import Events
from clonedesk_connectors.testing.sandbox.zendesk_history import LABEL_TAGS
from clonedesk_connectors.testing.sandbox.zendesk_people import (
    FIELD_OUTCOME,
    FIELD_TOPIC,
    GROUP_BASE,
    STAFF_BASE,
    People,
)
from clonedesk_connectors.testing.sandbox.zendesk_tickets import Tickets
from clonedesk_connectors.testing.world import Story, World
from clonedesk_connectors.testing.world.directory import AI_AGENT, AI_GROUP, STAFF_DOMAIN
from clonedesk_connectors.vendors.zendesk.normalize import normalize

CONFIG = AccountConfig(
    bot_users=frozenset({str(STAFF_BASE + AI_AGENT)}),
    ai_groups=frozenset({str(GROUP_BASE + AI_GROUP)}),
    internal_domains=frozenset({STAFF_DOMAIN}),
    type_field=str(FIELD_TOPIC),
    tier_field="tier",
    label_tags={tag: value for value, tag in LABEL_TAGS.items()},
    label_fields={str(FIELD_OUTCOME): {"escalated": "escalated", "resolved_ai": "resolved_ai"}},
)


class WorldDesk:
    """One world's tickets in the Zendesk connector's reading; `cut` is the world's end in unix seconds."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._desk = Desk(world, 0)
        self._people = People(world, world.start_s)
        survey_from_s = world.start_s + int((world.end_s - world.start_s) * 0.6)
        self._tickets = Tickets(self._desk, self._people, survey_from_s)
        self._events = Events(world, self._people)
        self.names: dict[str, str] = {}
        self._ratings: dict[int, list[Any]] = {}
        for rating in self._desk.ratings:
            self._ratings.setdefault(rating.number, []).append(rating)

    def get(self, kind: str, native_id: object) -> dict[str, Any] | None:
        """The account's directory, looked up like the archive's."""
        if native_id is None or not str(native_id).lstrip("-").isdigit():
            return None
        key = int(str(native_id))
        if kind == "staff":
            user = self._people.user(key)
            return user if user is not None and user["role"] != "end-user" else None
        if kind == "user":
            return self._people.user(key)
        if kind == "custom_status":
            return next((row for row in self._people.custom_statuses() if row["id"] == key), None)
        return None

    def stories(self) -> Iterator[Story]:
        return (self.world.story(index) for index in range(self.world.tickets))

    def tickets(self) -> Iterator[Ticket]:
        for story in self.stories():
            yield self.ticket(story)

    def ticket(self, story: Story) -> Ticket:
        number = story.number
        history = self._desk.history(number)
        rows = [
            self._events.bulk_row(history, update, with_comments=True)
            for update in history.updates
            if update.turn >= story.lost_turns
        ]
        records: dict[str, list[Any]] = {
            "ticket": [self._tickets.row(number, ["comment_count"])],
            "ticket_event": rows,
            "satisfaction_rating": [],
            "survey_response": [],
        }
        for rating in self._ratings.get(number, []):
            if not self._tickets.is_survey(rating):
                records["satisfaction_rating"].append(self._tickets.rating_row(rating))
            elif rating.value is not None:
                records["survey_response"].append(self._tickets.survey_row(rating))
        ticket = normalize("hollowbrook", Bundle(str(number), records, self, "hollowbrook", CONFIG))
        assert ticket is not None
        steps = [step for step in story.steps if step.kind in ("message", "note") and step.turn >= story.lost_turns]
        messages = [event for event in ticket.events if event.kind == "message" and event.native_kind == "Comment"]
        if len(steps) == len(messages):
            self.names |= {message.id: step.value for message, step in zip(messages, steps, strict=True)}
        return ticket


class PerfectReader(StandardReader):
    """Knows what every text of the world was written for, so that rules are measured apart from phrase tables."""

    def __init__(self, names: dict[str, str]) -> None:
        super().__init__()
        self._names = names

    def _name(self, message: Message) -> str:
        return self._names.get(message.id, "")

    def wants_human(self, message: Message) -> bool:
        return self._name(message) == "ask_person"

    def thanks(self, message: Message) -> bool:
        return self._name(message) == "thanks"

    def unhappy(self, message: Message) -> bool:
        return self._name(message) == "complain"

    def asks(self, message: Message) -> bool:
        return self._name(message) in ("question", "greeting")

    def answers(self, message: Message) -> bool:
        return self._name(message) in ("answer", "handover")
