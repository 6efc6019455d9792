"""What the review queue hands out."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from clonedesk_connectors.errors import StoreError
from clonedesk_connectors.model.base import Instant, Value
from clonedesk_connectors.protocol.pushback import Draft
from clonedesk_connectors.review.states import State


class ReviewConflict(StoreError):
    """Somebody or something else was faster, or the lease ran out. Nothing was changed.

    state, claimed_by: how the draft stands now (None when it does not exist).
    """

    def __init__(self, message: str, *, state: State | None = None, claimed_by: str | None = None) -> None:
        super().__init__(message)
        self.state, self.claimed_by = state, claimed_by


class Decision(StrEnum):
    """What a person says of a draft."""

    APPROVE = "approve"
    EDIT = "edit"
    REJECT = "reject"
    ESCALATE = "escalate"


class RejectReason(StrEnum):
    WRONG_FACT = "wrong_fact"
    WRONG_POLICY = "wrong_policy"
    TONE = "tone"
    INCOMPLETE = "incomplete"
    UNSAFE = "unsafe"
    SHOULD_ESCALATE = "should_escalate"
    OTHER = "other"


Place = Literal["helpdesk", "local"]
"""Whether a draft is posted as a private note, or reviewed on the local page only."""
Delivery = Literal["note", "none"]
"""What happens to approved text: a private note for the agent who sends it, or nothing but the export."""


class Submitted(Value):
    """The answer to `submit`. state: None when the router sent the draft past the queue (label: auto_ok, escalate)."""

    draft_id: str
    reference: str
    state: State | None
    reason: str = ""
    label: Literal["auto_ok", "review", "escalate"]
    route_reason: str
    audited: bool = False
    is_new: bool


class Item(Value):
    """A draft and all the queue knows of it. `posted_at` and `replied_at` are the vendor's times, the others ours.

    version: to be given back with a decision. outcome … seconds: None until decided. observed_…: what a late reply
    showed. reviews: opinions that count so far, of `reviews_required`. tags_due, tags_shown: our tag that the ticket
    should carry, and the one it was last given; they differ until a push has set it. is_check: a decided draft shown
    again (`ReviewSettings.seeded_check_rate`); not for the eyes of whoever reviews it.
    """

    draft_id: str
    reference: str
    draft: Draft
    state: State
    state_reason: str
    version: int
    submitted_at: Instant
    expires_at: Instant
    place: Place
    delivery: Delivery
    label: str
    route_reason: str
    audited: bool
    reviews_required: int
    is_check: bool = False
    claimed_by: str | None = None
    lease_until: Instant | None = None
    note_id: str | None = None
    posted_at: Instant | None = None
    tags_due: str = ""
    tags_shown: str = ""
    outcome: str | None = None
    outcome_reason: str | None = None
    final_text: str | None = None
    similarity: float | None = None
    critical_change: bool | None = None
    decided_by: str | None = None
    decided_at: Instant | None = None
    replied_at: Instant | None = None
    source: Literal["explicit", "inferred"] | None = None
    seconds: float | None = None
    bulk: bool = False
    authoritative: bool = False
    observed_outcome: str | None = None
    observed_similarity: float | None = None
    reopened_24h: bool | None = None
    csat: int | None = None
    second_human_reply: bool | None = None
    signal: Literal["none", "written", "withdrawn"] = "none"


class HistoryEvent(Value):
    """One line of the append-only history. `seq` grows over the whole queue; `hash` covers `prev_hash`."""

    seq: int
    draft_id: str
    at: Instant
    actor: str
    actor_kind: str
    action: str
    from_state: State | None
    to_state: State
    version: int
    reason: str
    payload_hash: str
    prev_hash: str
    hash: str


class Opinion(Value):
    """What one person said of one draft. decision: a Decision, or "observed" where a reply spoke for itself.
    undone: taken back; kept all the same.
    """

    draft_id: str
    reviewer: str
    decision: str
    outcome: str
    reason: str | None = None
    remark: str | None = None
    final_text: str | None = None
    similarity: float | None = None
    critical_change: bool = False
    seconds: float | None = None
    at: Instant
    is_lead: bool = False
    undone: bool = False
