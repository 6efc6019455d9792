"""Small builders: a ticket told event by event, a reader that understands a few words, and one call to check them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from clonedesk_connectors.model import (
    Actor,
    ActorKind,
    AiTurn,
    AssigneeKind,
    Assignment,
    Cause,
    Channel,
    Coverage,
    Csat,
    FeedbackGiven,
    FollowUpLink,
    GroupChange,
    Handoff,
    Merge,
    Message,
    Other,
    Person,
    Rated,
    Satisfaction,
    Scale,
    Status,
    StatusChange,
    TagChange,
    Ticket,
)
from clonedesk_connectors.protocol import AccountConfig
from clonedesk_connectors.quality.checker import CheckReport, check
from clonedesk_connectors.quality.combine import TicketResult
from clonedesk_connectors.quality.facts import Facts, derive
from clonedesk_connectors.quality.findings import Abstention, Finding
from clonedesk_connectors.quality.rules import BUILT_IN
from clonedesk_connectors.quality.settings import CheckSettings

T0 = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
TAGS = {"resolved_ai": "ai_resolved", "escalated": "ai_escalated", "abandoned": "ai_abandoned"}
CONFIG = AccountConfig(
    label_tags={tag: value for value, tag in TAGS.items()},
    label_fields={"outcome": {"escalated": "escalated", "resolved": "resolved_ai"}},
    internal_domains=frozenset({"example.org"}),
    test_tags=frozenset({"qa"}),
)
ACTORS = {
    "customer": ActorKind.CUSTOMER,
    "human": ActorKind.HUMAN_AGENT,
    "ai": ActorKind.AI_AGENT,
    "rule": ActorKind.AUTOMATION,
    "system": ActorKind.SYSTEM,
    "unknown": ActorKind.UNKNOWN,
}
_PART = re.compile(r"(\d+)([dhms])")
_UNIT_S = {"d": 86400, "h": 3600, "m": 60, "s": 1}


def span(text: str) -> timedelta:
    """`1d2h30m` as a timedelta; a leading minus turns it round."""
    seconds = sum(int(count) * _UNIT_S[unit] for count, unit in _PART.findall(text))
    return timedelta(seconds=-seconds if text.startswith("-") else seconds)


def when(text: str) -> datetime:
    return T0 + span(text)


def actor(name: str) -> Actor:
    """`human`, or `human:bo` for a certain one; `nobody` is an actor of whom the helpdesk tells nothing."""
    if name == "nobody":
        return Actor(kind=ActorKind.UNKNOWN)
    kind, _, key = name.partition(":")
    return Actor(kind=ACTORS[kind], id=key or f"{kind}-1", name=key or None)


class Story:
    """One ticket; every method adds one event at a time after T0 and returns the story."""

    def __init__(self, native_id: str = "1", **header: Any) -> None:
        self.native_id = native_id
        self.header = {
            "vendor": "zendesk",
            "account": "acme",
            "created_at": T0,
            "channel": Channel.EMAIL,
            "ticket_type": "delivery",
            "requester": Person(id=f"p{native_id}", email=f"p{native_id}@example.com"),
        } | header
        self.events: list[Any] = []
        self.tags: list[str] = []
        self.now_status: Status | None = None

    def add(self, at: str, kind: type, by: str, native_kind: str = "x", id: str | None = None, **fields: Any) -> Story:
        number = len(self.events)
        event = kind(id=id or f"e{number}", at=when(at), seq=number, actor=actor(by), native_kind=native_kind, **fields)
        self.events.append(event)
        return self

    def says(self, at: str, by: str, body: str, visibility: str = "public", **fields: Any) -> Story:
        return self.add(at, Message, by, visibility=visibility, body=body, body_format="text", **fields)

    def customer(self, at: str, body: str = "where is my parcel, it should be here by now") -> Story:
        return self.says(at, "customer", body)

    def ai(self, at: str, body: str = "it arrives tomorrow") -> Story:
        return self.says(at, "ai", body)

    def human(self, at: str, body: str = "i have sent a new one", by: str = "human") -> Story:
        return self.says(at, by, body)

    def note(self, at: str, by: str = "human") -> Story:
        return self.says(at, by, "looked at it", visibility="private")

    def status(self, at: str, to: str, by: str, cause: str | None = None) -> Story:
        self.now_status = Status(to)
        return self.add(at, StatusChange, by, to_status=Status(to), cause=Cause(kind=cause) if cause else None)

    def solved(self, at: str, by: str = "ai") -> Story:
        return self.status(at, "solved", by)

    def assign(self, at: str, to: str, by: str = "rule", cause: str | None = None) -> Story:
        return self.add(at, Assignment, by, to_kind=AssigneeKind(to), cause=Cause(kind=cause) if cause else None)

    def group(self, at: str, to: str, by: str = "rule") -> Story:
        return self.add(at, GroupChange, by, to_kind=AssigneeKind(to))

    def handoff(self, at: str, by: str = "ai") -> Story:
        return self.add(at, Handoff, by)

    def rated(
        self, at: str, value: int | None, asked: str | None = None, raw: str = "", comment: str | None = None
    ) -> Story:
        answer = Satisfaction(
            raw=raw or str(value),
            scale=Scale.ONE_TO_FIVE,
            value=value,
            rated=Rated.TICKET,
            asked_at=when(asked) if asked else None,
            answered_at=when(at) if value or raw else None,
            comment=comment,
        )
        return self.add(at, Csat, "customer", satisfaction=answer)

    def feedback(self, at: str, helped: bool) -> Story:
        return self.add(at, FeedbackGiven, "customer", helped=helped)

    def turn(self, at: str, **fields: Any) -> Story:
        return self.add(at, AiTurn, "ai", **fields)

    def other(self, at: str, by: str, native_kind: str, **data: str | None) -> Story:
        return self.add(at, Other, by, native_kind=native_kind, data=data)

    def merged(self, at: str, into: str) -> Story:
        self.header["merged_into"] = into
        return self.add(at, Merge, "human", into=into)

    def followed_up(self, at: str, to: str) -> Story:
        return self.add(at, FollowUpLink, "customer", to=to)

    def label(self, at: str, value: str, by: str = "rule", cause: str | None = None) -> Story:
        """Write the label as a tag, in place of the one that is there."""
        gone = tuple(self.tags)
        self.tags = [TAGS[value]]
        return self.add(
            at, TagChange, by, added=(TAGS[value],), removed=gone, cause=Cause(kind=cause) if cause else None
        )

    def field(self, at: str, value: str, by: str = "rule") -> Story:
        self.header["custom_fields"] = {"outcome": value}
        return self.other(at, by, "Change", field="outcome", **{"from": None, "to": value})

    def ticket(self) -> Ticket:
        messages = sum(isinstance(event, Message) for event in self.events)
        whole = Coverage(messages_expected=messages, messages_got=messages, events_complete=True)
        tags = (*self.header.get("tags", ()), *self.tags)
        fields = {"status": self.now_status or Status.OPEN, "coverage": whole} | self.header | {"tags": tags}
        return Ticket(native_id=self.native_id, events=tuple(self.events), **fields)

    def facts(self, settings: CheckSettings | None = None) -> Facts:
        return derive(self.ticket(), CONFIG, settings or CheckSettings())

    @property
    def key(self) -> str:
        return f"{self.header['vendor']}:{self.header['account']}:ticket:{self.native_id}"


class WordReader:
    """Understands a few English words; `[de]` at the start of a text is its language."""

    def text(self, message: Message) -> str:
        return message.body

    def own_words(self, message: Message) -> str:
        return message.body.removeprefix("hello").strip()

    def says_enough(self, message: Message, words: int) -> bool:
        return len(message.body.split()) > words

    def language(self, message: Message) -> tuple[str | None, float]:
        return (message.body[1:3], 0.9) if message.body.startswith("[") else (None, 0.0)

    def wants_human(self, message: Message) -> bool:
        return "real person" in message.body

    def thanks(self, message: Message) -> bool:
        return message.body.startswith("thanks")

    def unhappy(self, message: Message) -> bool:
        return "useless" in message.body

    def asks(self, message: Message) -> bool:
        return message.body.endswith("?")

    def answers(self, message: Message) -> bool:
        return not message.body.endswith("?") and not message.body.startswith("welcome")


def run(*stories: Story, cut: str = "60d", text: bool = True, labels: Any = None, **choices: Any) -> CheckReport:
    """Check the stories as if everything were synced up to `cut` after T0."""
    tickets = [story.ticket() for story in stories]
    config = choices.pop("config", CONFIG)
    choices.setdefault("rules", BUILT_IN)
    reader = WordReader() if text else None
    return check(lambda: tickets, labels or {}, config, when(cut), open_reader=lambda: reader, **choices)


def result_of(story: Story, *others: Story, **choices: Any) -> TicketResult:
    """The verdict on the first story."""
    return next(one for one in run(story, *others, **choices).results() if one.key == story.key)


def found(rule: str, story: Story, *others: Story, **choices: Any) -> Finding | None:
    """What a rule found on the first story."""
    results = run(story, *others, **choices).results()
    findings = (one for result in results if result.key == story.key for one in result.findings)
    return next((one for one in findings if one.rule == rule), None)


def why_not(rule: str, story: Story, *others: Story, **choices: Any) -> str | None:
    """Why a rule abstained on the first story."""
    abstentions: Iterable[Abstention] = result_of(story, *others, **choices).abstentions
    return next((one.why for one in abstentions if one.rule == rule), None)


def fired(story: Story, *others: Story, **choices: Any) -> set[str]:
    """Ids of the rules that fired on the first story."""
    return {one.rule for one in result_of(story, *others, **choices).findings}


def resolved(story: Story | None = None) -> Story:
    """A ticket the AI answered and solved, labelled so in the same save."""
    story = story or Story()
    return story.customer("0m").ai("1m").solved("10m").label("10m", "resolved_ai", by="ai")


def escalated(story: Story | None = None) -> Story:
    """A ticket labelled escalated after an AI answer; who came is for the test to tell."""
    story = story or Story()
    return story.customer("0m").ai("1m").label("2m", "escalated")
