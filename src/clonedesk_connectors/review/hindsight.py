"""What later events say about a draft that has ended: was it used after all, and did the answer hold?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from clonedesk_connectors.model import ActorKind, Message
from clonedesk_connectors.protocol.pushback import TicketState
from clonedesk_connectors.review.ledger import from_ms, to_ms
from clonedesk_connectors.review.matcher import MatchOutcome, MatchResult, compare
from clonedesk_connectors.review.reader import text_of
from clonedesk_connectors.review.settings import ReviewSettings
from clonedesk_connectors.review.sight import Sight
from clonedesk_connectors.review.states import State
from clonedesk_connectors.store.records import AnyRow

_USED = (
    MatchOutcome.APPROVED_VERBATIM,
    MatchOutcome.APPROVED_FORMATTING,
    MatchOutcome.LIGHT_EDIT,
    MatchOutcome.PARTIAL,
    MatchOutcome.EDITED,
)
_DECIDED = (State.DECIDED, State.DELIVERING, State.DELIVERED, State.EXPIRED, State.FAILED)


def hindsight(sight: Sight, row: AnyRow, settings: ReviewSettings) -> dict[str, Any]:
    """Columns that change; empty when there is nothing new."""
    found: dict[str, Any] = {}
    if row.observed_outcome is None and row.source != "inferred":
        found |= _observed(sight, row, settings)
    reply_vms = found.get("decided_vms", row.decided_vms)
    if row.outcome is not None and State(row.state) in _DECIDED and reply_vms is not None:
        found |= _evidence(sight, reply_vms)
    return {name: value for name, value in found.items() if value != getattr(row, name)}


def _observed(sight: Sight, row: AnyRow, settings: ReviewSettings) -> dict[str, Any]:
    """A reply that used the draft after its end, or what became of a text approved here. In the ticket that this one
    was merged into, a reply that used nothing of it may be about something else and says nothing.
    """
    is_approved = row.final_text is not None
    if not is_approved and not _may_be_used(row):
        return {}
    replies = [*_replies(sight, row, settings)]
    if not replies:
        return {}
    if is_approved and sight.ticket_id == row.ticket_id:
        reply, result = replies[0], compare(row.final_text, text_of(replies[0]), settings=settings.match)
    else:
        results: list[tuple[Message, MatchResult]] = [
            (one, compare(row.final_text or row.body, text_of(one), settings=settings.match)) for one in replies
        ]
        reply, result = max(results, key=lambda pair: pair[1].similarity)
        if result.outcome not in _USED:
            return {}
    seen = {"observed_outcome": result.outcome.value, "observed_similarity": result.similarity}
    return seen | ({"decided_vms": to_ms(reply.at)} if is_approved else {})


def _may_be_used(row: AnyRow) -> bool:
    """Ended, but the conversation goes on."""
    is_merged = State(row.state) is State.WITHDRAWN and row.state_reason == TicketState.MERGED
    return is_merged or State(row.state) in (State.EXPIRED, State.SUPERSEDED)


def _replies(sight: Sight, row: AnyRow, settings: ReviewSettings) -> Iterator[Message]:
    """Human answers after the message the draft is based on, for some days."""
    based_on_at = from_ms(row.based_on_vms)
    assert based_on_at is not None
    for message in sight.messages:
        is_answer = message.visibility == "public" and message.actor.kind is ActorKind.HUMAN_AGENT
        in_time = timedelta(0) <= message.at - based_on_at <= timedelta(days=settings.late_days)
        if is_answer and in_time and message.id != row.based_on_id:
            yield message


def _evidence(sight: Sight, reply_vms: int) -> dict[str, Any]:
    """reopened_24h and csat stay unknown until they are seen; they are about what came after the reply."""
    found: dict[str, Any] = {}
    if any(to_ms(closed) >= reply_vms for closed, _ in sight.reopened):
        found["reopened_24h"] = True
    rated = [value for at, value in sight.ratings if to_ms(at) > reply_vms]
    if rated:
        found["csat"] = rated[-1]
    if _has_second_reply(sight, reply_vms):
        found["second_human_reply"] = True
    return found


def _has_second_reply(sight: Sight, reply_vms: int) -> bool:
    """Whether a person wrote again before the customer did."""
    for message in sight.messages:
        if message.visibility == "public" and to_ms(message.at) > reply_vms:
            if message.actor.kind is ActorKind.HUMAN_AGENT:
                return True
            if message.actor.kind is ActorKind.CUSTOMER:
                return False
    return False
