"""The life of a draft as one table: which action leads from which state to which.

`Ledger.move` refuses everything that is not in ARROWS, and writes the row and its history event in one transaction.
A lease is an attribute of `awaiting_review`, not a state. What people thought of a draft is its `outcome`, also none.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class State(StrEnum):
    QUEUED = "queued"
    POSTING = "posting"
    """The note may or may not be in the helpdesk: the intent was written down before the request was sent."""
    AWAITING_REVIEW = "awaiting_review"
    NEEDS_ADJUDICATION = "needs_adjudication"
    DECIDED = "decided"
    DELIVERING = "delivering"
    DELIVERED = "delivered"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"
    FAILED = "failed"
    LEAK_SUSPECTED = "leak_suspected"


class Action(StrEnum):
    SUBMIT = "submit"
    OFFER = "offer"  # local mode: no helpdesk involved
    INTEND = "intend"
    RETRY = "retry"
    CONFIRM = "confirm"
    REFUSE = "refuse"
    SUSPECT = "suspect"
    CLEAR = "clear"
    CLAIM = "claim"
    RELEASE = "release"
    SKIP = "skip"
    ASSIGN = "assign"  # to one reviewer, or to nobody again
    OPINE = "opine"  # a decision that is not the last one required
    DECIDE = "decide"
    DISPUTE = "dispute"
    ADJUDICATE = "adjudicate"
    OBSERVE = "observe"  # a decision inferred from, or signalled in, the helpdesk
    UNDO = "undo"
    DELIVER = "deliver"
    LAPSE = "lapse"  # approved, but the conversation moved on: the decision stays, nothing is delivered
    EXPIRE = "expire"
    SUPERSEDE = "supersede"
    WITHDRAW = "withdraw"
    REVEAL = "reveal"  # somebody looked at personal data; no step
    LATE = "late"  # a reply or rating seen after the end


class ActorKind(StrEnum):
    """Who acted on a draft."""

    CALLER = "caller"
    WORKER = "worker"
    SYNC = "sync"
    REVIEWER = "reviewer"
    LEAD = "lead"
    AGENT = "agent"


class By(NamedTuple):
    """An actor: the name or id of a person or program, and what it acts as."""

    name: str
    kind: ActorKind


_S = State
OPEN = frozenset({_S.QUEUED, _S.POSTING, _S.AWAITING_REVIEW, _S.NEEDS_ADJUDICATION})
"""At most one draft of a ticket and kind is in one of these."""

FINAL = frozenset({_S.DELIVERED, _S.EXPIRED, _S.SUPERSEDED, _S.WITHDRAWN, _S.FAILED})
"""No way out, except RETRY of a failed delivery, whose decision must not be lost."""

_ENDED = FINAL | {_S.DECIDED}

ARROWS: dict[Action, tuple[tuple[frozenset[State], State | None], ...]] = {
    # action: ((from states, to state; None = stays where it is), ...); SUBMIT starts from nothing
    Action.SUBMIT: (
        (frozenset(), _S.QUEUED),
        (frozenset(), _S.SUPERSEDED),  # submitted later than a draft that had read more of the conversation
    ),
    Action.OFFER: ((frozenset({_S.QUEUED}), _S.AWAITING_REVIEW),),
    Action.INTEND: ((frozenset({_S.QUEUED}), _S.POSTING),),
    Action.RETRY: (
        (frozenset({_S.POSTING, _S.DELIVERING}), None),
        (frozenset({_S.FAILED}), _S.DECIDED),
    ),
    Action.CONFIRM: (
        (frozenset({_S.POSTING}), _S.AWAITING_REVIEW),
        (frozenset({_S.DELIVERING}), _S.DELIVERED),
        (frozenset({_S.SUPERSEDED, _S.EXPIRED, _S.WITHDRAWN}), None),  # ended while its note was on the way
    ),
    Action.REFUSE: ((frozenset({_S.QUEUED, _S.POSTING, _S.DELIVERING}), _S.FAILED),),
    Action.SUSPECT: ((frozenset(_S) - {_S.LEAK_SUSPECTED}, _S.LEAK_SUSPECTED),),
    Action.CLEAR: (
        (frozenset({_S.LEAK_SUSPECTED}), _S.AWAITING_REVIEW),
        (frozenset({_S.LEAK_SUSPECTED}), _S.DELIVERED),
        (frozenset({_S.LEAK_SUSPECTED}), _S.WITHDRAWN),
    ),
    Action.CLAIM: ((frozenset({_S.AWAITING_REVIEW}), None),),
    Action.RELEASE: ((frozenset({_S.AWAITING_REVIEW}), None),),
    Action.SKIP: ((frozenset({_S.AWAITING_REVIEW}), None),),
    Action.ASSIGN: ((OPEN, None),),
    Action.OPINE: ((frozenset({_S.AWAITING_REVIEW}), None),),
    Action.DECIDE: ((frozenset({_S.AWAITING_REVIEW}), _S.DECIDED),),
    Action.DISPUTE: ((frozenset({_S.AWAITING_REVIEW}), _S.NEEDS_ADJUDICATION),),
    Action.ADJUDICATE: ((frozenset({_S.NEEDS_ADJUDICATION}), _S.DECIDED),),
    Action.OBSERVE: ((frozenset({_S.AWAITING_REVIEW, _S.NEEDS_ADJUDICATION}), _S.DECIDED),),
    Action.UNDO: ((frozenset({_S.DECIDED}), _S.AWAITING_REVIEW),),
    Action.DELIVER: ((frozenset({_S.DECIDED}), _S.DELIVERING),),
    Action.LAPSE: ((frozenset({_S.DECIDED, _S.DELIVERING}), _S.EXPIRED),),
    Action.EXPIRE: ((OPEN, _S.EXPIRED),),
    Action.SUPERSEDE: ((OPEN, _S.SUPERSEDED),),
    Action.WITHDRAW: ((OPEN, _S.WITHDRAWN),),
    Action.REVEAL: ((frozenset(_S), None),),
    Action.LATE: ((_ENDED | {_S.DELIVERING}, None),),
}


def is_allowed(action: Action, source: State | None, target: State) -> bool:
    """Whether the table has this arrow. source: None for a draft that does not exist yet."""
    if action is Action.SUBMIT:
        return source is None and any(target is to for _, to in ARROWS[action])
    return any(source in sources and target is (to or source) for sources, to in ARROWS[action])


PENDING_TAG = "ai_draft_pending"
COMMAND_TAGS = ("ai_draft_reject", "ai_draft_escalate")
"""What people put on a ticket to decide without a reply."""
_OUTCOME_TAGS = {
    "approved_verbatim": "ai_draft_approved",
    "approved_formatting": "ai_draft_approved",
    "rejected": "ai_draft_rejected",
    "escalated": "ai_draft_escalated",
    "replaced": "ai_draft_rejected",
}
OUTCOME_TAGS = frozenset({*_OUTCOME_TAGS.values(), "ai_draft_edited", "ai_draft_expired"})


def tag_of(state: State, outcome: str | None) -> str:
    """The tag a ticket with this draft's note should show; empty for none."""
    if state in (State.AWAITING_REVIEW, State.NEEDS_ADJUDICATION):
        return PENDING_TAG
    if state in (State.DECIDED, State.DELIVERING, State.DELIVERED) and outcome:
        return _OUTCOME_TAGS.get(outcome, "ai_draft_edited")
    return "ai_draft_expired" if state is State.EXPIRED else ""
