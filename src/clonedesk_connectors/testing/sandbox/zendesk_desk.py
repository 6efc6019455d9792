"""The Zendesk sandbox's memory: which ticket and which update comes when, what changed since, and what time it is
there.

Indexes hold numbers only (about 20 bytes per update); stories are told again when a page needs them, with a bounded
cache.
"""

from array import array
from collections import OrderedDict
from collections.abc import Iterator
from heapq import heapify, heappop, heappush
from typing import Any, NamedTuple

from clonedesk_connectors.testing.sandbox.timeline import Timeline
from clonedesk_connectors.testing.sandbox.zendesk_history import History, history_of
from clonedesk_connectors.testing.world import Step, Story, World
from clonedesk_connectors.testing.world.tale import FOREVER

_CACHED = 1024
"""Histories kept: a page of events comes from a few hundred tickets; many more would only slow the garbage collector.
"""
_LIVE_TURN = 512
"""Turns of live changes are numbered from here, above those of any story."""

_ARCHIVE_MIN_COMMENTS = 3


class Rating(NamedTuple):
    """offered_s, answered_s: unix seconds (answered_s None: no answer yet); value: 1..5."""

    number: int
    offered_s: int
    answered_s: int | None
    value: int | None


class Desk:
    """State of the sandbox. `now_s` is the desk's own time (unix seconds) and moves only by `advance` and changes.

    archived_share: share of tickets whose last comments are missing from the bulk events and only in their audits.
    """

    def __init__(self, world: World, archived_share: float) -> None:
        self.world = world
        self.now_s = world.end_s
        self.archived: dict[int, frozenset[int]] = {}
        self.ratings: list[Rating] = []
        self._cache: OrderedDict[int, History] = OrderedDict()
        self._live: dict[int, Story] = {}
        self._generated = array("Q")
        self._ai_until = array("Q")
        self._future: list[tuple[int, int, int]] = []
        event_keys = array("Q")
        block = round(1 / archived_share) if archived_share else 0
        waiting = 0
        for index in range(world.tickets):
            story = world.story(index)
            if block and index % block == min(41, block - 1):
                waiting += 1
            if waiting and self._archivable(story):
                waiting -= 1
                self.archived[story.number] = _last_comment_turns(story)
            self._enter(story, event_keys)
        self.tickets = Timeline((second << 32) | (n + 1) for n, second in enumerate(self._generated))
        self.events = Timeline(event_keys)
        self.ratings.sort(key=lambda rating: (rating.offered_s, rating.number))
        heapify(self._future)

    def _archivable(self, story: Story) -> bool:
        if story.lost_turns or story.truth.excluded:
            return False
        messages = sum(step.kind == "message" for step in story.steps)
        return messages >= _ARCHIVE_MIN_COMMENTS and any(
            s.kind == "status" and s.value == "closed" for s in story.steps
        )

    def _enter(self, story: Story, event_keys: "array[int]") -> None:
        hidden = self.archived.get(story.number, frozenset())
        seen = -1
        last_s = story.created_s
        for step in story.steps:
            if step.turn == seen:
                continue
            seen = step.turn
            if step.at_s > self.now_s:
                self._future.append((step.at_s, story.number, step.turn))
                continue
            last_s = step.at_s
            if step.turn >= story.lost_turns and step.turn not in hidden:
                event_keys.append(event_key(step.at_s, story.number, step.turn))
        self._generated.append(min(last_s + _lag_s(story.number), max(self.now_s, last_s)))
        self._ai_until.append(story.ai_only_until_s)
        self._note_ratings(story)

    def _note_ratings(self, story: Story) -> None:
        offered_s = None
        for step in story.until(self.now_s):
            if step.kind == "csat_offered":
                offered_s = step.at_s
                self.ratings.append(Rating(story.number, offered_s, None, None))
            elif step.kind == "csat" and offered_s is not None:
                self.ratings[-1] = Rating(story.number, offered_s, step.at_s, step.value)

    def exists(self, number: int) -> bool:
        return 1 <= number <= self.world.tickets

    def story(self, number: int) -> Story:
        return self._live.get(number) or self.world.story(number - 1)

    def history(self, number: int, *, keep: bool = True) -> History:
        """What has happened on a ticket so far. keep: whether it is likely to be asked for again soon."""
        history = self._cache.get(number)
        if history is None:
            history = history_of(self.story(number), self.now_s)
            if not keep:
                return history
            self._cache[number] = history
            if len(self._cache) > _CACHED:
                self._cache.popitem(last=False)
        else:
            self._cache.move_to_end(number)
        return history

    def generated_s(self, number: int) -> int:
        """When the ticket's row last changed in any way; system updates count."""
        return self._generated[number - 1]

    def is_ai_only(self, number: int) -> bool:
        """Whether the ticket still has the support type AI agent."""
        return self.now_s < self._ai_until[number - 1]

    def in_scope(self, number: int, scope: str) -> bool:
        return scope == "all" or self.is_ai_only(number) == (scope == "ai_agent")

    def walk_tickets(self, first: int, scope: str) -> Iterator[tuple[int, int]]:
        """(generated second, number) from a key on, without the newest minute."""
        for key in self.tickets.walk(first):
            second, number = key >> 32, key & 0xFFFFFFFF
            if second > self.now_s - 60:
                return
            if self.in_scope(number, scope):
                yield second, number

    def walk_events(self, first_s: int, scope: str) -> Iterator[tuple[int, tuple[int, int]]]:
        """(second, (ticket number, turn)) from a second on, without the newest minute."""
        for key in self.events.walk(first_s << 32):
            second, number, turn = key >> 32, (key >> 10) & 0x3FFFFF, key & 0x3FF
            if second > self.now_s - 60:
                return
            if self.in_scope(number, scope):
                yield second, (number, turn)

    def advance(self, seconds: int) -> None:
        """Let time pass: future steps happen, newer rows leave the withheld minute."""
        self.now_s += seconds
        while self._future and self._future[0][0] <= self.now_s:
            at_s, number, turn = heappop(self._future)
            self.events.add(event_key(at_s, number, turn))
            self.touch(number, at_s)

    def touch(self, number: int, at_s: int | None = None) -> None:
        """Move a ticket's generated time (default: now). Without a new update this is a system change: updated_at
        stays.
        """
        second = max(self.now_s if at_s is None else at_s, self.generated_s(number))
        self.tickets.remove((self.generated_s(number) << 32) | number)
        self.tickets.add((second << 32) | number)
        self._generated[number - 1] = second
        self._cache.pop(number, None)

    def change(self, number: int, role: str, actor: int, *kinds: tuple[str, Any, str | None]) -> int:
        """Add one live update of (kind, value, detail) steps at the desk's now; returns its turn."""
        story = self.story(number)
        turn = max(_LIVE_TURN, max(step.turn for step in story.steps) + 1)
        new = tuple(Step(turn, self.now_s, role, actor, kind, value, None, detail) for kind, value, detail in kinds)
        before = story.until(self.now_s)
        self._drop_future(number)
        self._live[number] = story._replace(steps=before + new)
        if self.is_ai_only(number):
            self._ai_until[number - 1] = self.now_s if role in ("human", "shared") else FOREVER
        self.events.add(event_key(self.now_s, number, turn))
        self.touch(number)
        return turn

    def _drop_future(self, number: int) -> None:
        """A live change takes a ticket out of its script: what was planned for it does not happen."""
        kept = [item for item in self._future if item[1] != number]
        self._future.clear()
        for item in kept:
            heappush(self._future, item)


def event_key(at_s: int, number: int, turn: int) -> int:
    """Second, ticket number (22 bits) and turn (10 bits) in one sortable number."""
    return at_s << 32 | number << 10 | turn


def _lag_s(number: int) -> int:
    """How long after its last update a row's generated time lies: mostly a moment, for every 16th a day (system
    updates).
    """
    return 86_400 if number % 16 == 5 else number % 3


def _last_comment_turns(story: Story) -> frozenset[int]:
    turns = [step.turn for step in story.steps if step.kind in ("message", "note")]
    return frozenset(turns[-2:])
