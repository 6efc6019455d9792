"""The words of the model. UNKNOWN is a value: the vendor's own word stays beside it in a `raw_…` field."""

from __future__ import annotations

from enum import StrEnum


class ActorKind(StrEnum):
    CUSTOMER = "customer"
    HUMAN_AGENT = "human_agent"
    AI_AGENT = "ai_agent"
    AUTOMATION = "automation"
    SYSTEM = "system"
    UNKNOWN = "unknown"


class AssigneeKind(StrEnum):
    HUMAN = "human"
    AI = "ai"
    GROUP = "group"
    NONE = "none"
    UNKNOWN = "unknown"


class Status(StrEnum):
    NEW = "new"
    OPEN = "open"
    PENDING = "pending"
    ON_HOLD = "on_hold"
    SOLVED = "solved"
    CLOSED = "closed"
    DELETED = "deleted"
    UNKNOWN = "unknown"

    @property
    def is_closure(self) -> bool:
        """Whether entering this status closes the ticket (a fact about status, not a verdict about the problem)."""
        return self in (Status.SOLVED, Status.CLOSED)


class Channel(StrEnum):
    EMAIL = "email"
    WEB_FORM = "web_form"
    CHAT = "chat"
    MESSAGING = "messaging"
    SOCIAL = "social"
    PHONE = "phone"
    SMS = "sms"
    MOBILE = "mobile"
    API = "api"
    OUTBOUND = "outbound"
    SYSTEM = "system"
    UNKNOWN = "unknown"


class Priority(StrEnum):
    NONE = "none"
    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    URGENT = "urgent"
    UNKNOWN = "unknown"


class Scale(StrEnum):
    """The scale a rating was given on; `Satisfaction.value` is that rating mapped to 1-5."""

    ONE_TO_FIVE = "1-5"
    ONE_TO_THREE = "1-3"
    ONE_TO_SEVEN = "1-7"
    ZERO_TO_TEN = "0-10"
    GOOD_BAD = "good-bad"
    CATEGORY = "bad-neutral-good"
    FRESHDESK = "freshdesk"
    FRESHDESK_CLASSIC = "freshdesk-classic"
    UNKNOWN = "unknown"


class Rated(StrEnum):
    """Who a rating judges."""

    HUMAN = "human"
    AI = "ai"
    TICKET = "ticket"
    UNKNOWN = "unknown"


class AiEnding(StrEnum):
    """How the AI's part ended, in the vendor's words. Not a verdict: silence is not success."""

    CUSTOMER_CONFIRMED = "customer_confirmed"
    CUSTOMER_SILENT = "customer_silent"
    CUSTOMER_LEFT = "customer_left"
    HANDED_OFF = "handed_off"
    NEGATIVE_FEEDBACK = "negative_feedback"
    NEVER_HANDED_OFF = "never_handed_off"
    UNKNOWN = "unknown"
