"""Rows of the review database as values, and drafts as rows."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Any

from clonedesk_connectors.protocol.pushback import ContextMessage, Draft
from clonedesk_connectors.review.ledger import from_ms, to_ms
from clonedesk_connectors.review.router import Route
from clonedesk_connectors.review.settings import ReviewSettings
from clonedesk_connectors.review.values import HistoryEvent, Item, Opinion
from clonedesk_connectors.store.records import AnyRow
from clonedesk_connectors.text.normal import flat

NEVER_MS = 2**62
"""Sorts after every real time."""

SEEDED = "seeded check"
"""In the column `vendor` of a check (see `checks.py`); `kind` then holds the id of the draft that is shown again."""

UNTOUCHED: dict[str, object] = {
    "attempts": 0,
    "tags_due": "",
    "tags_shown": "",
    "bulk": False,
    "authoritative": False,
    "signal": "none",
}
"""What a row of the queue begins with, whatever it is for."""

_SAME_NAME = tuple(
    name
    for name in Item.model_fields
    if name not in ("reference", "draft", "is_check") and not name.endswith("_at") and name != "lease_until"
)


def draft_of(row: AnyRow) -> Draft:
    return Draft.model_validate_json(json.dumps({**json.loads(row.submitted), "body": row.body}))


def item_of(row: AnyRow) -> Item:
    return Item(
        **{name: getattr(row, name) for name in _SAME_NAME},
        reference=f"CD-{row.draft_id}",
        draft=draft_of(row),
        is_check=row.vendor == SEEDED,
        submitted_at=from_ms(row.submitted_ms),
        expires_at=from_ms(row.expires_ms),
        lease_until=from_ms(row.lease_until_ms),
        posted_at=from_ms(row.posted_vms),
        decided_at=from_ms(row.decided_ms),
        replied_at=from_ms(row.decided_vms),
    )


def history_of(row: AnyRow) -> HistoryEvent:
    plain = {name: getattr(row, name) for name in HistoryEvent.model_fields if name != "at"}
    return HistoryEvent(**plain, at=from_ms(row.at_ms))


def opinion_of(row: AnyRow) -> Opinion:
    plain = {name: getattr(row, name) for name in Opinion.model_fields if name != "at"}
    return Opinion(**plain, at=from_ms(row.at_ms))


def context_json(messages: Iterable[ContextMessage]) -> str:
    return json.dumps([message.model_dump(mode="json") for message in messages], ensure_ascii=False)


def body_mark(body: str) -> str:
    """The same for drafts whose normalised text is the same."""
    return hashlib.sha256(flat(body).encode()).hexdigest()


def columns_of(
    draft: Draft, route: Route, settings: ReviewSettings, *, place: str, delivery: str, reviews: int, now_ms: int
) -> dict[str, Any]:
    """The row of a new draft, without its state."""
    segment, tier = draft.segment, draft.segment.tier
    return {
        "draft_id": draft.draft_id,
        "vendor": draft.vendor,
        "account": draft.account,
        "ticket_id": draft.ticket_id,
        "kind": draft.kind,
        "model_version": draft.model.version,
        "segment_type": segment.type,
        "segment_channel": segment.channel,
        "segment_tier": tier,
        "segment_language": segment.language,
        "confidence": draft.confidence,
        "body_mark": body_mark(draft.body),
        "body": draft.body,
        "submitted": draft.model_dump_json(exclude={"body"}),
        "requester_id": draft.requester_id,
        "context": context_json(draft.context) if draft.context else None,
        "based_on_id": draft.based_on.message_id,
        "based_on_vms": to_ms(draft.based_on.at),
        "submitted_ms": now_ms,
        "expires_ms": now_ms + draft.ttl_s * 1000,
        "place": place,
        "delivery": delivery,
        "label": route.label,
        "route_reason": route.reason,
        "audited": route.audited,
        "reviews_required": reviews,
        "due_ms": to_ms(draft.due_at) if draft.due_at else NEVER_MS,
        "tier_rank": settings.tiers.index(tier) if tier in settings.tiers else len(settings.tiers),
        "certainty": route.certainty,
        **UNTOUCHED,
    }
