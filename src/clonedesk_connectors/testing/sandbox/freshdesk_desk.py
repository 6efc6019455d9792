"""The Freshdesk sandbox's memory: every ticket's last change, the list it is in, and what time it is there.

Order and versions are numbers; stories are told again when a page needs them, with a bounded cache.
"""

from array import array
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from heapq import heapify, heappop
from typing import Any, NamedTuple

from clonedesk_connectors.testing.sandbox.freshdesk_history import History, history_of
from clonedesk_connectors.testing.sandbox.timeline import Timeline
from clonedesk_connectors.testing.world import Step, Story, World
from clonedesk_connectors.testing.world.directory import OPERATIONS

ARCHIVE_AFTER_S = 120 * 86400
MAIN, SPAM, DELETED, ARCHIVED, GONE, UNBORN = "main", "spam", "deleted", "archived", "gone", "unborn"
_LISTED = (MAIN, SPAM, DELETED)
_CACHED = 1024
_LIVE_TURN = 512
"""Turns of live changes are numbered from here, above those of any story."""


class Rating(NamedTuple):
    """value: 1..5 as the world means it; nth: of this ticket."""

    number: int
    nth: int
    step: Step


class Desk:
    """State of the sandbox. `now_s` is the desk's own time (unix seconds) and moves only by `advance` and changes.

    archived_share: of the tickets that are closed and were left alone for 120 days, the part that is archived.
    """

    def __init__(self, world: World, archived_share: float) -> None:
        self.world = world
        self.now_s = world.end_s
        self.ratings: list[Rating] = []
        self._live: dict[int, Story] = {}
        self._cache: OrderedDict[int, History] = OrderedDict()
        self._updated = array("Q")
        self._place: dict[int, str] = {}
        self._future: list[tuple[int, int]] = []
        for index in range(world.tickets):
            self._enter(world.story(index), archived_share)
        heapify(self._future)
        keys: dict[str, list[int]] = {name: [] for name in _LISTED}
        for number in range(1, world.tickets + 1):
            if self.place(number) in keys:
                keys[self.place(number)].append(self._key(number))
        self._lists = {name: Timeline(found) for name, found in keys.items()}

    def _enter(self, story: Story, archived_share: float) -> None:
        past = story.until(self.now_s)
        last_s = past[-1].at_s if past else story.created_s
        self._updated.append(last_s)
        self._future.extend((step.at_s, story.number) for step in story.steps if step.at_s > self.now_s)
        if not past:
            self._place[story.number] = UNBORN
            return
        ended = [step.value for step in past if step.kind == "status" or (step.kind, step.value) == ("tag", "spam")]
        if "spam" in ended:
            self._place[story.number] = SPAM
        elif "deleted" in ended:
            self._place[story.number] = DELETED
        elif ended[-1:] == ["closed"] and last_s < self.now_s - ARCHIVE_AFTER_S and _picked(story, archived_share):
            self._place[story.number] = ARCHIVED
        self._note_ratings(story.number, past)

    def _note_ratings(self, number: int, steps: Iterable[Step]) -> None:
        for step in steps:
            if step.kind == "csat":
                nth = sum(rating.number == number for rating in self.ratings[-1000:])
                self.ratings.append(Rating(number, nth, step))

    def _key(self, number: int) -> int:
        return self._updated[number - 1] << 32 | number

    # --- reading ---

    def place(self, number: int) -> str:
        """The list a ticket is in, or why it is in none; GONE also for numbers that never were."""
        if not 1 <= number <= self.world.tickets:
            return GONE
        return self._place.get(number, MAIN)

    def updated_s(self, number: int) -> int:
        return self._updated[number - 1]

    def story(self, number: int) -> Story:
        return self._live.get(number) or self.world.story(number - 1)

    def history(self, number: int) -> History:
        """What has happened on a ticket so far."""
        history = self._cache.get(number)
        if history is None:
            history = self._cache[number] = history_of(self.story(number), self.now_s)
            if len(self._cache) > _CACHED:
                self._cache.popitem(last=False)
        return history

    def walk(self, name: str, since_s: int) -> Iterator[int]:
        """Numbers of a list in order of their last change, from a second on (inclusive)."""
        return (key & 0xFFFFFFFF for key in self._lists[name].walk(since_s << 32))

    # --- changing ---

    def advance(self, seconds: int) -> None:
        """Let time pass: what the world has planned for it happens."""
        self.now_s += seconds
        due: dict[int, int] = {}
        while self._future and self._future[0][0] <= self.now_s:
            at_s, number = heappop(self._future)
            if number not in self._live:
                due[number] = at_s
        for number, at_s in due.items():
            before = self._updated[number - 1]
            self.touch(number, at_s)
            steps = [step for step in self.story(number).until(self.now_s) if step.at_s > before]
            self._note_ratings(number, steps)
            if self.place(number) == UNBORN:
                self._move(number, MAIN)

    def touch(self, number: int, at_s: int | None = None) -> None:
        """Move `updated_at` (default: to now) without any other change."""
        second = max(self.now_s if at_s is None else at_s, self._updated[number - 1])
        timeline = self._lists.get(self.place(number))
        if timeline:
            timeline.remove(self._key(number))
        self._updated[number - 1] = second
        if timeline:
            timeline.add(self._key(number))
        self._cache.pop(number, None)

    def change(self, number: int, role: str, actor: int, *kinds: tuple[str, Any, str | None]) -> History:
        """Add one live turn of (kind, value, detail) steps at the desk's now, in place of what was planned."""
        story = self.story(number)
        turn = max(_LIVE_TURN, max(step.turn for step in story.steps) + 1)
        new = tuple(Step(turn, self.now_s, role, actor, kind, value, None, detail) for kind, value, detail in kinds)
        self._live[number] = story._replace(steps=story.until(self.now_s) + new)
        self._note_ratings(number, new)
        self.touch(number)
        return self.history(number)

    def mark(self, number: int, value: str) -> None:
        """Put a ticket into spam or the trash, or back (value: spam, deleted or restored)."""
        self.change(number, "human", OPERATIONS, ("mark", value, None))
        self._move(number, {"spam": SPAM, "deleted": DELETED}.get(value, MAIN))

    def hide(self, number: int, place: str) -> None:
        """Archive a ticket, or delete it for good; its `updated_at` stays."""
        self._move(number, place)

    def _move(self, number: int, place: str) -> None:
        if (old := self._lists.get(self.place(number))) is not None:
            old.remove(self._key(number))
        self._place[number] = place
        if (new := self._lists.get(place)) is not None:
            new.add(self._key(number))
        self._cache.pop(number, None)


def _picked(story: Story, share: float) -> bool:
    return story.number * 7919 % 1000 < share * 1000
