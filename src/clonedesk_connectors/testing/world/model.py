"""What happened in the invented world, in words of no vendor.

A `Story` is one ticket: a header and an ordered list of `Step`s. Steps with the same `turn` were made by one save: the
first one names who did it, later ones by another actor are side effects (a rule that fired on that save).
All times are whole seconds since 1970 in UTC; `at` and `created_at` give the same instant as an aware datetime.
"""

from datetime import UTC, datetime
from typing import Any, NamedTuple

ROLES = ("customer", "human", "ai", "shared", "automation")
"""`shared` is the one staff account that both people and scripts use."""

CUSTOMER, HUMAN, AI, SHARED, AUTOMATION = ROLES

LINKS = ("merged_into", "merge_target", "returned_as", "return_of", "followed_up_by", "follow_up_of")

STATUSES = ("new", "open", "pending", "hold", "solved", "closed", "deleted")


class Step(NamedTuple):
    """One thing that happened.

    actor: index of the customer, staff member or rule (by role). What `value`, `previous` and `detail` hold, by kind:

    ===============  ==========================================================================================
    message, note    value: name of the text; or `text` or `html`, and detail is the text itself (live changes)
    status           value, previous: one of `STATUSES`
    custom_status    value: name of a workflow state inside the status category `previous`
    assign           value, previous: staff index or None
    group            value, previous: group index or None
    tag              value: the tag added
    priority         value, previous: low, normal, high, urgent or None
    handoff          explicit hand-over, or the request for one; value: group index
    csat_offered     the survey went out
    csat             value: 1..5; detail: name of the comment's text or None
    label            value, previous: resolved_ai, escalated, abandoned or None; detail: `tag` or `field`
    merge            value: number of the ticket this one was merged into
    redact           value: ordinal of the message or note whose text was removed
    make_private     value: ordinal of the message that became a note; make_public: the reverse
    side_channel     value: call or conversation
    ===============  ==========================================================================================
    """

    turn: int
    at_s: int
    role: str
    actor: int
    kind: str
    value: Any = None
    previous: Any = None
    detail: str | None = None

    @property
    def at(self) -> datetime:
        return datetime.fromtimestamp(self.at_s, UTC)


class Label(NamedTuple):
    """What somebody or something wrote on the ticket about how it ended for the AI."""

    value: str
    source: str
    at_s: int
    role: str
    actor: int
    bulk: bool


class Truth(NamedTuple):
    """What is true about a ticket, as of the end of the world's period.

    outcome: what a careful reader who saw everything would say: escalated, resolved_ai, abandoned or unknown. The flags
    follow the definitions of the audit to the letter, so they may say less or more than the outcome.
    h_literal/h_strict, r, c: the three ways to be functionally escalated (handed over; reopened within 24 h of an AI
    closure; rated 1-2 after the AI). abandonment: definite, possible or None, the reason in one letter (a: the AI asks,
    b: the customer wants a person or says no, d: came back elsewhere, e: no real answer). decided: no window is open.
    excluded: why the ticket leaves every count, or None.
    rules: label rules that must fire given the written label; tolerated: those that may fire under a fair reading.
    """

    outcome: str = "unknown"
    ai_touched: bool = True
    h_literal: bool = False
    h_strict: bool = False
    r: bool = False
    r_ack_only: bool = False
    c: bool = False
    abandonment: str | None = None
    abandonment_reason: str | None = None
    confirmed: bool = False
    unanswered: bool = False
    decided: bool = True
    excluded: str | None = None
    rules: frozenset[str] = frozenset()
    tolerated: frozenset[str] = frozenset()
    scenario: str = ""
    labels: tuple[Label, ...] = ()

    @property
    def functional_escalation(self) -> bool:
        """The union H or R or C, with the literal reading of H."""
        return self.h_literal or self.r or self.c


class Story(NamedTuple):
    """One ticket of the world.

    key: the index; number: key + 1. topic: the ticket type. tier: of the requester's organisation or None.
    ai_only_until_s: before that second it is a bot conversation no person has got (0: it never was one).
    lost_turns: that many first turns were cut away for good (retention), although they are still counted.
    partner: index of the linked ticket or None; link: what this ticket is to it (see `LINKS`).
    Steps after `World.end` are the future: they happen when a sandbox's clock advances.
    """

    key: int
    created_s: int
    channel: str
    topic: str
    language: str
    tier: str | None
    customer: int
    organisation: int | None
    ai_only_until_s: int
    lost_turns: int
    link: str | None
    partner: int | None
    steps: tuple[Step, ...]
    truth: Truth

    @property
    def number(self) -> int:
        return self.key + 1

    @property
    def created_at(self) -> datetime:
        return datetime.fromtimestamp(self.created_s, UTC)

    def until(self, now_s: int) -> tuple[Step, ...]:
        """The steps that have happened at `now_s` (inclusive)."""
        steps = self.steps
        if steps[-1].at_s <= now_s:
            return steps
        return tuple(step for step in steps if step.at_s <= now_s)
