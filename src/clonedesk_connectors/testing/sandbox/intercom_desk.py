"""The Intercom sandbox's memory: every conversation's last change, what changed since, and what time it is there.

Ids, versions and order are numbers; stories are told again when a page needs them, with a bounded cache.
"""

from array import array
from collections import OrderedDict
from collections.abc import Iterator
from heapq import heapify, heappop
from typing import Any, NamedTuple

from clonedesk_connectors.testing.sandbox.intercom_history import History, history_of
from clonedesk_connectors.testing.sandbox.intercom_people import Tags
from clonedesk_connectors.testing.world import Step, Story, World
from clonedesk_connectors.testing.world.directory import LABEL_TAGS

ID_BASE = 215_468_000_000
_CACHED = 1024
_LIVE_TURN = 512
"""Turns of live changes are numbered from here, above those of any story."""


class Deletion(NamedTuple):
    number: int
    at_s: int


class Desk:
    """State of the sandbox. `now_s` is the desk's own time (unix seconds) and moves only by `advance` and changes.

    Conversations are known by their number in the world (from 1). revision: grows with every change.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self.now_s = world.end_s
        self.revision = 0
        self.deletions: list[Deletion] = []
        self._live: dict[int, Story] = {}
        self._cache: OrderedDict[int, History] = OrderedDict()
        self._updated = array("Q")
        self._created = array("Q")
        self._deleted: set[int] = set()
        self._future: list[tuple[int, int]] = []
        names: dict[str, None] = dict.fromkeys(LABEL_TAGS.values())
        for index in range(world.tickets):
            story = world.story(index)
            past = story.until(self.now_s)
            self._created.append(story.created_s)
            self._updated.append(past[-1].at_s if past else story.created_s)
            self._future.extend((step.at_s, story.number) for step in story.steps if step.at_s > self.now_s)
            names.update((step.value, None) for step in story.steps if step.kind == "tag")
            for step in past:
                if (step.kind, step.value) == ("status", "deleted"):
                    self._delete(story.number, step.at_s)
        heapify(self._future)
        self.tags = Tags(names)

    def number_of(self, identity: str) -> int | None:
        """The conversation with this id, None if there is none or it was deleted."""
        number = int(identity) - ID_BASE if identity.isascii() and identity.isdigit() else 0
        return number if number in self else None

    def __contains__(self, number: int) -> bool:
        known = 1 <= number <= self.world.tickets and number not in self._deleted
        return known and self._created[number - 1] <= self.now_s

    def numbers(self) -> Iterator[int]:
        return (number for number in range(1, self.world.tickets + 1) if number in self)

    def created_s(self, number: int) -> int:
        return self._created[number - 1]

    def updated_s(self, number: int) -> int:
        return self._updated[number - 1]

    def story(self, number: int) -> Story:
        return self._live.get(number) or self.world.story(number - 1)

    def history(self, number: int) -> History:
        """What has happened in a conversation so far."""
        history = self._cache.get(number)
        if history is None:
            history = self._cache[number] = history_of(self.story(number), self.now_s)
            if len(self._cache) > _CACHED:
                self._cache.popitem(last=False)
        return history

    def advance(self, seconds: int) -> None:
        """Let time pass: what the world has planned for it happens."""
        self.now_s += seconds
        self.revision += 1
        while self._future and self._future[0][0] <= self.now_s:
            at_s, number = heappop(self._future)
            if number not in self._live:
                self.touch(number, at_s)
                if (deleted_s := self.history(number).deleted_s) is not None:
                    self._delete(number, deleted_s)

    def touch(self, number: int, at_s: int | None = None) -> None:
        """Move `updated_at` (default: to now) without any other change."""
        self._updated[number - 1] = max(self.now_s if at_s is None else at_s, self.updated_s(number))
        self._cache.pop(number, None)
        self.revision += 1

    def change(self, number: int, role: str, actor: int, *kinds: tuple[str, Any, str | None]) -> None:
        """Add one live turn of (kind, value, detail) steps at the desk's now, in place of what was planned."""
        story = self.story(number)
        turn = max(_LIVE_TURN, max(step.turn for step in story.steps) + 1)
        new = tuple(Step(turn, self.now_s, role, actor, kind, value, None, detail) for kind, value, detail in kinds)
        self._live[number] = story._replace(steps=story.until(self.now_s) + new)
        self.touch(number)

    def delete(self, number: int) -> None:
        """Delete a conversation now."""
        self._delete(number, self.now_s)

    def _delete(self, number: int, at_s: int) -> None:
        if number not in self._deleted:
            self._deleted.add(number)
            self.deletions.append(Deletion(number, at_s))
            self.revision += 1
