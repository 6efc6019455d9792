"""The closed union of things that happen to a ticket.

Every event has `id` (unique within its ticket and stable between pulls), `at` (aware, UTC), `seq` (position in the
ticket after ordering by time; ties keep the vendor's order), `actor`, `native_kind` (the vendor's word) and, where
the vendor tells it, `cause` (the trigger, macro or API client behind a change).
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from clonedesk_connectors.model.actor import Actor
from clonedesk_connectors.model.base import Instant, Value
from clonedesk_connectors.model.vocab import AiEnding, AssigneeKind, Priority, Rated, Scale, Status


class Cause(Value):
    """What made an event happen when it was not simply its actor: `kind` is rule, macro, api, merge, import …"""

    kind: str
    id: str | None = None
    name: str | None = None


class Attachment(Value):
    """Metadata only. Addresses of attachments are signed and live on other hosts, so they are not kept here."""

    name: str | None = None
    content_type: str | None = None
    size_bytes: int | None = None


class Satisfaction(Value):
    """A rating on its own scale and mapped to 1-5 (`value`; None when it was only asked for or cannot be mapped).

    asked_at / answered_at are UTC; comment is the customer's free text.
    """

    raw: str
    scale: Scale
    value: int | None = Field(default=None, ge=1, le=5)
    rated: Rated = Rated.UNKNOWN
    asked_at: Instant | None = None
    answered_at: Instant | None = None
    comment: str | None = None
    reason: str | None = None


class _Event(Value):
    id: str
    at: Instant
    seq: int = 0
    actor: Actor
    native_kind: str
    cause: Cause | None = None


class Message(_Event):
    """Text the customer can see (`public`) or a note only staff see (`private`).

    `body` is the vendor's richest form of the text, unchanged; `body_format` says which form that is.
    """

    kind: Literal["message"] = "message"
    visibility: Literal["public", "private"]
    body: str
    body_format: Literal["html", "text"] = "html"
    channel: str | None = None
    attachments: tuple[Attachment, ...] = ()
    redacted: bool = False
    via_api: bool = False


class StatusChange(_Event):
    kind: Literal["status"] = "status"
    from_status: Status | None = None
    to_status: Status
    raw_from: str | None = None
    raw_to: str | None = None


class Assignment(_Event):
    """Responsibility moved to a person, an AI agent or nobody. `to_id` is the assignee's vendor id."""

    kind: Literal["assignment"] = "assignment"
    to_kind: AssigneeKind
    from_id: str | None = None
    to_id: str | None = None


class GroupChange(_Event):
    """Responsibility moved to a team. `to_kind` is AI where the account names the group as one of its AI groups."""

    kind: Literal["group"] = "group"
    to_kind: AssigneeKind
    from_id: str | None = None
    to_id: str | None = None


class TagChange(_Event):
    kind: Literal["tag"] = "tag"
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


class PriorityChange(_Event):
    kind: Literal["priority"] = "priority"
    from_priority: Priority | None = None
    to_priority: Priority
    raw_to: str | None = None


class AiTurn(_Event):
    """The vendor's statement about an AI's part in the ticket that is not itself a message."""

    kind: Literal["ai_turn"] = "ai_turn"
    ending: AiEnding | None = None
    raw: str | None = None
    confidence: float | None = None
    preview: bool = False


class Handoff(_Event):
    """The vendor says responsibility was handed, or asked to be handed, to people. `to_id` is a group or agent."""

    kind: Literal["handoff"] = "handoff"
    to_id: str | None = None
    requested_only: bool = False
    raw: str | None = None


class Csat(_Event):
    kind: Literal["csat"] = "csat"
    satisfaction: Satisfaction


class FeedbackGiven(_Event):
    """The customer said an answer helped or did not help (a button, not free text)."""

    kind: Literal["feedback"] = "feedback"
    helped: bool


class Merge(_Event):
    """`into` names the surviving ticket on the merged one; `absorbed` names the merged ticket on the survivor."""

    kind: Literal["merge"] = "merge"
    into: str | None = None
    absorbed: str | None = None


class FollowUpLink(_Event):
    """A new ticket continues a closed one: `of` is the earlier ticket, `to` the later."""

    kind: Literal["follow_up"] = "follow_up"
    of: str | None = None
    to: str | None = None


class Redaction(_Event):
    """Text or an attachment was removed later. `target` is the event id of the message it concerns, when known."""

    kind: Literal["redaction"] = "redaction"
    target: str | None = None


class VisibilityChange(_Event):
    """A message was made public or private later; the message itself already carries the final visibility."""

    kind: Literal["visibility"] = "visibility"
    target: str | None = None
    visibility: Literal["public", "private"]


class Deleted(_Event):
    """The ticket was deleted, marked as spam, or restored."""

    kind: Literal["deleted"] = "deleted"
    reason: Literal["deleted", "spam", "restored"] = "deleted"


class Other(_Event):
    """Anything else. `data` holds the vendor's small scalar fields as text, never message bodies."""

    kind: Literal["other"] = "other"
    data: dict[str, str | None] = Field(default_factory=dict)


Event = Annotated[
    Message
    | StatusChange
    | Assignment
    | GroupChange
    | TagChange
    | PriorityChange
    | AiTurn
    | Handoff
    | Csat
    | FeedbackGiven
    | Merge
    | FollowUpLink
    | Redaction
    | VisibilityChange
    | Deleted
    | Other,
    Field(discriminator="kind"),
]
