"""Telling one story: a compiled script is played turn by turn and leaves steps behind."""

from collections.abc import Callable
from typing import Any, NamedTuple

from clonedesk_connectors.testing.world.directory import AI_AGENT, AI_GROUP, HUMANS_OF_GROUP, OPERATIONS, SHARED_ACCOUNT
from clonedesk_connectors.testing.world.model import AI, AUTOMATION, CUSTOMER, HUMAN, SHARED, Label, Step
from clonedesk_connectors.testing.world.script import Turn

FOREVER = 1 << 62
_HOUR, _SWEEP_EVERY = 3600, 28 * 86400
_SWEEP_OFFSET = 3 * 86400 + 22 * 3600  # a Sunday at 22:00 UTC: 1970-01-01 was a Thursday


class Cast(NamedTuple):
    """Who plays: indexes of the customer, the human who takes the ticket, a colleague, and the human group."""

    customer: int
    human: int
    colleague: int
    group: int


def cast_of(customer: int, group: int, roll: int) -> Cast:
    """Pick two different people of the group from a roll."""
    people = HUMANS_OF_GROUP[group]
    first = roll % len(people)
    second = (first + 1 + roll // len(people) % (len(people) - 1)) % len(people)
    return Cast(customer, people[first], people[second], group)


class Tale:
    """The state of a ticket while its story is told."""

    __slots__ = (
        "ai_only_until_s",
        "assignee",
        "at_s",
        "cast",
        "group",
        "happened",
        "labels",
        "partner_number",
        "status",
        "steps",
        "turn",
    )

    def __init__(self, cast: Cast, at_s: int, partner_number: int | None, *, bot_channel: bool) -> None:
        self.cast = cast
        self.at_s = at_s
        self.partner_number = partner_number
        self.turn = -1
        self.happened = True
        self.status = "new"
        self.assignee: int | None = None
        self.group: int | None = None
        self.labels: list[Label] = []
        self.steps: list[Step] = []
        self.ai_only_until_s = FOREVER if bot_channel else 0

    def play(self, turn: Turn, dice: Callable[[], float]) -> None:
        """Play one turn, if the dice let it happen."""
        if not turn.also:
            self.happened = turn.chance >= 1.0 or dice() < turn.chance
        if not self.happened:
            return
        if turn.sweep:
            self.at_s = next_sweep(self.at_s + _HOUR)
        elif turn.spread_s > 1 or turn.shortest_s:
            self.at_s += turn.shortest_s + int(dice() * turn.spread_s)
        if turn.on_the_hour:
            self.at_s += -self.at_s % _HOUR
        self.turn += 1
        role, actor = self.player(turn.actor, turn.rule)
        for effect in turn.effects:
            if effect.rule is None:
                VERBS[effect.verb](self, role, actor, effect.words)
            else:
                VERBS[effect.verb](self, AUTOMATION, effect.rule, effect.words)

    def player(self, name: str, rule: int | None) -> tuple[str, int]:
        """Find the role and index behind a name; a person's first appearance ends an AI-only conversation."""
        if rule is not None:
            return AUTOMATION, rule
        if name == "customer":
            return CUSTOMER, self.cast.customer
        if name == "ai":
            return AI, AI_AGENT
        self.person_appears()
        if name == "shared":
            return SHARED, SHARED_ACCOUNT
        return HUMAN, {"human": self.cast.human, "colleague": self.cast.colleague, "operations": OPERATIONS}[name]

    def person_appears(self) -> None:
        self.ai_only_until_s = min(self.ai_only_until_s, self.at_s)

    def add(
        self, role: str, actor: int, kind: str, value: Any = None, previous: Any = None, detail: str | None = None
    ) -> None:
        self.steps.append(Step(self.turn, self.at_s, role, actor, kind, value, previous, detail))

    def become(self, role: str, actor: int, status: str) -> None:
        """Change the status; two changes in one save by one actor are one change."""
        if status == self.status:
            return
        last = self.steps[-1] if self.steps else None
        if last and (last.kind, last.turn, last.role) == ("status", self.turn, role):
            self.steps[-1] = last._replace(value=status)
        else:
            self.add(role, actor, "status", status, self.status)
        self.status = status


def next_sweep(at_s: int) -> int:
    """The first bulk edit at or after a time (unix seconds): every fourth Sunday at 22:00:00 UTC, all tickets at
    once.
    """
    return at_s + (_SWEEP_OFFSET - at_s) % _SWEEP_EVERY


Verb = Callable[[Tale, str, int, tuple[str, ...]], None]


def _ask(tale: Tale, role: str, actor: int, words: tuple[str, ...]) -> None:
    tale.add(role, actor, "message", words[0] if words else "ask")


def _say(tale: Tale, role: str, actor: int, words: tuple[str, ...]) -> None:
    tale.add(role, actor, "message", words[0])
    waiting = ("pending", "hold", "solved") if role == CUSTOMER else ("new",)
    if tale.status in waiting and role != AUTOMATION:
        tale.become(role, actor, "open")


def _note(tale: Tale, role: str, actor: int, words: tuple[str, ...]) -> None:
    tale.add(role, actor, "note", words[0])


def _status(tale: Tale, role: str, actor: int, words: tuple[str, ...]) -> None:
    tale.become(role, actor, words[0])


def _custom_status(tale: Tale, role: str, actor: int, words: tuple[str, ...]) -> None:
    name, category = words
    tale.become(role, actor, category)
    tale.add(role, actor, "custom_status", name, category)


def _assign(tale: Tale, role: str, actor: int, words: tuple[str, ...]) -> None:
    target = {"ai": AI_AGENT, "human": tale.cast.human, "colleague": tale.cast.colleague, "none": None}[words[0]]
    if words[0] in ("human", "colleague"):
        tale.person_appears()
    tale.add(role, actor, "assign", target, tale.assignee)
    tale.assignee = target


def _group(tale: Tale, role: str, actor: int, words: tuple[str, ...]) -> None:
    target = AI_GROUP if words[0] == "ai" else tale.cast.group
    if target != AI_GROUP:
        tale.person_appears()
    if target != tale.group:
        tale.add(role, actor, "group", target, tale.group)
        tale.group = target


def _handoff(tale: Tale, role: str, actor: int, words: tuple[str, ...]) -> None:
    tale.add(role, actor, "handoff", tale.cast.group)
    _assign(tale, role, actor, ("none",))
    _group(tale, role, actor, ("human",))


def _label(tale: Tale, role: str, actor: int, words: tuple[str, ...]) -> None:
    value, source, *how = words
    old = next((label.value for label in reversed(tale.labels) if label.source == source), None)
    tale.add(role, actor, "label", value, old, source)
    tale.labels.append(Label(value, source, tale.at_s, role, actor, "bulk" in how))


def _csat(tale: Tale, role: str, actor: int, words: tuple[str, ...]) -> None:
    tale.add(role, actor, "csat", int(words[0]), None, words[1] if len(words) > 1 else None)


def _merge(tale: Tale, role: str, actor: int, words: tuple[str, ...]) -> None:
    tale.add(role, actor, "note", "merged")
    tale.add(role, actor, "merge", tale.partner_number)
    tale.add(role, actor, "tag", "closed_by_merge")
    tale.become(role, actor, "closed")


def _plain(kind: str) -> Verb:
    def verb(tale: Tale, role: str, actor: int, words: tuple[str, ...]) -> None:
        tale.add(role, actor, kind, *words)

    return verb


def _numbered(kind: str) -> Verb:
    def verb(tale: Tale, role: str, actor: int, words: tuple[str, ...]) -> None:
        tale.add(role, actor, kind, int(words[0]))

    return verb


VERBS: dict[str, Verb] = {
    "ask": _ask,
    "say": _say,
    "note": _note,
    "status": _status,
    "custom_status": _custom_status,
    "assign": _assign,
    "group": _group,
    "handoff": _handoff,
    "label": _label,
    "csat": _csat,
    "merge": _merge,
    "tag": _plain("tag"),
    "priority": _plain("priority"),
    "csat_offered": _plain("csat_offered"),
    "side_channel": _plain("side_channel"),
    "redact": _numbered("redact"),
    "make_public": _numbered("make_public"),
    "make_private": _numbered("make_private"),
}
