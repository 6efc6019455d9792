"""Seeded checks: decided drafts shown again to other people, to see how reviewers decide.

A check is a row of its own with a reserved vendor name. So nothing that asks for a helpdesk's drafts (push, capture,
freshness, signals) ever meets one. Until it is decided it looks like any other draft.
"""

from __future__ import annotations

import hashlib
import json
from base64 import b32encode
from collections import defaultdict
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, exists, select

from clonedesk_connectors.review.ledger import Ledger
from clonedesk_connectors.review.rows import NEVER_MS, SEEDED, UNTOUCHED
from clonedesk_connectors.review.settings import ReviewSettings
from clonedesk_connectors.review.states import Action, ActorKind, By, State
from clonedesk_connectors.store.records import AnyRow
from clonedesk_connectors.store.review_tables import draft, opinion

_D, _O = draft.c, opinion.c
_BY = By("seeded checks", ActorKind.WORKER)
_TTL_MS = 86_400_000
_COPIED = (
    "account", "ticket_id", "model_version", "segment_type", "segment_channel", "segment_tier", "segment_language",
    "confidence", "body_mark", "body", "requester_id", "context", "based_on_id", "based_on_vms", "label",
    "route_reason", "tier_rank", "certainty",
)  # fmt: skip


def seed(connection: Connection, ledger: Ledger, settings: ReviewSettings) -> AnyRow | None:
    """Put one decided draft into the queue again, each at most once; None when there is none to take.

    Those settled by a lead come first, then those two people agreed on, then the latest.
    """
    now_ms = ledger.now_ms()
    again = draft.alias()
    is_known = and_(
        again.c.vendor == SEEDED, again.c.account == _D.account, again.c.ticket_id == _D.ticket_id,
        again.c.kind == _D.draft_id,
    )  # fmt: skip
    wanted = (
        _D.vendor != SEEDED, _D.source == "explicit", ~_D.bulk, _D.state.in_((State.DECIDED, State.DELIVERED)),
        _D.decided_ms <= now_ms - settings.undo_s * 1000, ~exists(select(again.c.draft_id).where(is_known)),
    )  # fmt: skip
    order = (_D.authoritative.desc(), _D.reviews_required.desc(), _D.decided_ms.desc(), _D.draft_id)
    row = connection.execute(select(draft).where(*wanted).order_by(*order).limit(1)).one_or_none()
    if row is None:
        return None
    made = ledger.create(connection, _values(row, now_ms), _BY, state=State.QUEUED)
    return ledger.move(connection, made, Action.OFFER, _BY, to=State.AWAITING_REVIEW)


def _values(row: AnyRow, now_ms: int) -> dict[str, Any]:
    submitted = json.loads(row.submitted)
    if row.context:
        submitted["context"] = json.loads(row.context)
    mark = hashlib.sha256(f"check|{row.draft_id}".encode()).digest()
    return {name: getattr(row, name) for name in _COPIED} | {
        "draft_id": b32encode(mark).decode()[:12],
        "vendor": SEEDED,
        "kind": row.draft_id,
        "submitted": json.dumps(submitted, ensure_ascii=False),
        "submitted_ms": now_ms,
        "expires_ms": now_ms + _TTL_MS,
        "place": "local",
        "delivery": "none",
        "audited": False,
        "reviews_required": 1,
        "due_ms": NEVER_MS,
        **UNTOUCHED,
    }


def knows_answer(reviewer: str) -> ColumnElement[bool]:
    """Whether this person has said something of the draft that a check shows again."""
    said = exists(select(_O.id).where(_O.draft_id == _D.kind, _O.reviewer == reviewer))
    return and_(_D.vendor == SEEDED, said)


def results(connection: Connection) -> dict[str, list[bool]]:
    """Reviewer -> for each check, whether the decision is the one that counted the first time."""
    first, known, counted = draft.alias(), draft.c.kind, opinion.alias()
    joined = (
        opinion.join(draft, and_(_D.draft_id == _O.draft_id, _D.vendor == SEEDED))
        .join(first, first.c.draft_id == known)
        .join(counted, and_(counted.c.draft_id == known, counted.c.reviewer == first.c.decided_by, ~counted.c.undone))
    )
    found: dict[str, list[bool]] = defaultdict(list)
    rows = connection.execute(
        select(_O.reviewer, _O.decision, counted.c.decision.label("known")).select_from(joined).where(~_O.undone)
    )
    for row in rows:
        found[row.reviewer].append(row.decision == row.known)
    return found
