"""The world: a seed, a number of tickets and a period; stories, people and texts follow from these."""

from bisect import bisect
from datetime import UTC, datetime
from itertools import accumulate
from math import ceil
from random import Random

from clonedesk_connectors.testing.world import directory, texts
from clonedesk_connectors.testing.world.dice import mix
from clonedesk_connectors.testing.world.model import Step, Story
from clonedesk_connectors.testing.world.scenarios import SCENARIOS, Scenario
from clonedesk_connectors.testing.world.tale import Tale, cast_of

START = datetime(2025, 11, 3, tzinfo=UTC)
END = datetime(2026, 10, 30, tzinfo=UTC)
QUIET_S = 40 * 86400
"""Ordinary tickets start at least this long before the end, so that every window on them has closed by then."""

_DRAWN = tuple(s for s in SCENARIOS.values() if s.weight)
_SINGLES = tuple(s for s in _DRAWN if s.partner is None)
_DRAWN_SUMS = tuple(accumulate(s.weight * (2 if s.partner else 1) for s in _DRAWN))
_SINGLES_SUMS = tuple(accumulate(s.weight for s in _SINGLES))
_TOPICS = tuple(directory.TOPICS)
_INTERNAL_TESTERS = 4
_CHANNELS = ("email",) * 5 + ("web",) * 2 + ("messaging",) * 3


class World:
    """An invented helpdesk history.

    tickets: how many; start, end: the period, aware UTC. `end` is the world's present: later steps are the future.
    The first tickets play every scenario once (on even indexes), after that scenarios come by weight; about 60
    customers per 100 tickets. Everything is a function of (seed, tickets, start, end) and the index.
    """

    def __init__(self, seed: int = 7, tickets: int = 300, start: datetime = START, end: datetime = END) -> None:
        if tickets < 1 or (end - start).total_seconds() < 2 * QUIET_S:
            raise ValueError("a world needs at least one ticket and 80 days")
        self.seed = seed
        self.tickets = tickets
        self.start_s = int(start.timestamp())
        self.end_s = int(end.timestamp())
        self.customers = max(1, ceil(tickets * 0.6)) + _INTERNAL_TESTERS
        """Customers have the indexes 0 .. customers-1; the last four are employees who file test tickets."""

    def customer(self, index: int) -> directory.Customer:
        return directory.customer(self.seed, index, internal=index >= self.customers - _INTERNAL_TESTERS)

    def scenario(self, index: int) -> Scenario:
        """The scenario of a ticket. Leads sit on even indexes and bring their partner at the next one."""
        if index % 2:
            lead = self._drawn(index - 1)
            if lead.partner is not None:
                return SCENARIOS[lead.partner]
        return self._drawn(index)

    def _drawn(self, index: int) -> Scenario:
        point = mix(self.seed, 0x5C, index) / 2**64
        if index % 2:
            return _SINGLES[bisect(_SINGLES_SUMS, point * _SINGLES_SUMS[-1])]
        if index // 2 < len(_DRAWN):
            return _DRAWN[index // 2]
        return _DRAWN[bisect(_DRAWN_SUMS, point * _DRAWN_SUMS[-1])]

    def story(self, index: int) -> Story:
        """Tell the story of one ticket. Raises IndexError outside 0 .. tickets-1."""
        if not 0 <= index < self.tickets:
            raise IndexError(f"the world has tickets 0 to {self.tickets - 1}, not {index}")
        scenario = self.scenario(index)
        lead = None
        if scenario.link is not None and scenario.partner is None:
            lead = self.story(index - 1)
        return self._tell(index, scenario, lead)

    def _tell(self, index: int, scenario: Scenario, lead: Story | None) -> Story:
        roll = mix(self.seed, index)
        dice = Random(roll).random  # noqa: S311
        person = self.customer(lead.customer if lead else self._requester(index, scenario))
        channel = scenario.channel or _CHANNELS[roll % 10]
        topic = lead.topic if lead else _TOPICS[roll // 10 % len(_TOPICS)]
        partner = index - 1 if lead else index + 1 if scenario.partner else None
        created_s = self._created(index, scenario, lead, dice())
        cast = cast_of(person.key, directory.TOPICS[topic], roll // 50)
        bot_channel = channel == "messaging" and scenario.has_ai
        tale = Tale(cast, created_s, None if partner is None else partner + 1, bot_channel=bot_channel)
        for turn in scenario.turns:
            tale.play(turn, dice)
        labels = {label.source: label for label in tale.labels if label.at_s <= self.end_s}
        return Story(
            key=index,
            created_s=created_s,
            channel=channel,
            topic=topic,
            language=person.language,
            tier=person.tier,
            customer=person.key,
            organisation=person.organisation,
            ai_only_until_s=tale.ai_only_until_s,
            lost_turns=scenario.lost_turns,
            link=scenario.link,
            partner=partner,
            steps=tuple(tale.steps),
            truth=scenario.truth._replace(labels=tuple(labels.values())),
        )

    def _requester(self, index: int, scenario: Scenario) -> int:
        outsiders = self.customers - _INTERNAL_TESTERS
        return outsiders + index % _INTERNAL_TESTERS if scenario.internal else index % outsiders

    def _created(self, index: int, scenario: Scenario, lead: Story | None, point: float) -> int:
        if lead is not None:
            plan = self.scenario(index - 1)
            origin = lead.created_s if plan.partner_after == "start" else closed_s(lead.steps)
            low, high = plan.partner_delay_h
            return origin + int((low + point * (high - low)) * 3600)
        if scenario.before_end_h is not None:
            early, late = scenario.before_end_h
            return self.end_s - int((early + point * (late - early)) * 3600)
        span = self.end_s - QUIET_S - self.start_s
        return self.start_s + int(span * (index + point) / self.tickets)

    def text(self, story: Story, step: Step) -> texts.Text:
        """The words of a message or note step, as HTML and plain text, with what was newly written apart."""
        return texts.text(self, story, step)

    def subject(self, story: Story) -> str:
        """The subject line of a ticket, in the customer's language."""
        return texts.subject(self, story)


def closed_s(steps: tuple[Step, ...]) -> int:
    """When a ticket was first solved or closed (unix seconds)."""
    return next(step.at_s for step in steps if step.kind == "status" and step.value in ("solved", "closed"))
