"""Finished decisions as training signals: one canonical record each, appended once, never changed.

A record is written when its decision can no longer be undone. If the ticket shows later that the answer did not hold
(reopened within 24 hours, rated 1 or 2), an approval is withdrawn by a second entry; the first one stays.
Ids of people and tickets are HMACs with the queue's own salt: the same in every export, not to be guessed outside.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any

from sqlalchemy import Connection, and_, insert, or_, select, update

from clonedesk_connectors.review.deciding import opinions_of
from clonedesk_connectors.review.ledger import Ledger
from clonedesk_connectors.review.rows import SEEDED, draft_of
from clonedesk_connectors.review.settings import ReviewSettings
from clonedesk_connectors.review.states import State
from clonedesk_connectors.store.records import AnyRow
from clonedesk_connectors.store.review_tables import draft, signal

SCHEMA_VERSION = 1
_D = draft.c
_BATCH = 500
_APPROVALS = ("approved_verbatim", "approved_formatting", "light_edit")
_WEIGHTS = {"partial": 0.7, "replaced": 0.7, "uncertain": 0.0, "not_seen": 0.0}
"""By outcome; every other outcome weighs 1."""


class Signals:
    """See `ReviewQueue.write_signals` and `ReviewQueue.signals`."""

    def __init__(self, ledger: Ledger, settings: ReviewSettings) -> None:
        self._ledger, self._settings = ledger, settings

    def write(self) -> tuple[int, int]:
        """Append what is due; returns how many records were written and how many withdrawn."""
        written = self._each(self._due(), self._append)
        return written, self._each(self._refuted(), self._withdraw)

    def _each(self, wanted: Any, act: Any) -> int:
        """In short transactions, so that reviewers do not wait."""
        done = 0
        while True:
            with self._ledger.write() as connection:
                rows = connection.execute(select(draft).where(wanted).order_by(_D.draft_id).limit(_BATCH)).all()
                for row in rows:
                    act(connection, row)
            done += len(rows)
            if len(rows) < _BATCH:
                return done

    def _due(self) -> Any:
        undo_over = self._ledger.now_ms() - self._settings.undo_s * 1000
        ended = (State.DECIDED, State.DELIVERING, State.DELIVERED, State.EXPIRED, State.FAILED)
        decided = and_(_D.decided_ms.is_not(None), _D.decided_ms <= undo_over)
        real = _D.vendor != SEEDED  # an answer seen twice is no second example
        return and_(real, _D.signal == "none", _D.outcome.is_not(None), decided, _D.state.in_(ended))

    def _refuted(self) -> Any:
        did_not_hold = or_(_D.reopened_24h, _D.csat <= 2)
        return and_(_D.signal == "written", _D.outcome.in_(_APPROVALS), did_not_hold)

    def _append(self, connection: Connection, row: AnyRow) -> None:
        """What is refuted before it is written needs no second entry: its record says so itself."""
        self._add(connection, row, "written", "", self._record(connection, row))
        mark = "withdrawn" if refutation(row) else "written"
        connection.execute(update(draft).where(_D.draft_id == row.draft_id).values(signal=mark))

    def _withdraw(self, connection: Connection, row: AnyRow) -> None:
        reason = refutation(row) or ""
        self._add(connection, row, "withdrawn", reason, {"later": _later(row)})
        connection.execute(update(draft).where(_D.draft_id == row.draft_id).values(signal="withdrawn"))

    def _add(self, connection: Connection, row: AnyRow, entry: str, reason: str, record: dict[str, Any]) -> None:
        connection.execute(
            insert(signal).values(
                draft_id=row.draft_id,
                entry=entry,
                at_ms=self._ledger.now_ms(),
                reason=reason,
                record=json.dumps(record, ensure_ascii=False, sort_keys=True),
            )
        )

    def _hash(self, *parts: str | None) -> str | None:
        if None in parts:
            return None
        text = "|".join(part or "" for part in parts)
        return hmac.new(self._ledger.salt.encode(), text.encode(), hashlib.sha256).hexdigest()[:32]

    def _record(self, connection: Connection, row: AnyRow) -> dict[str, Any]:
        """All fields of the canonical record. Texts are as they were: redaction happens when a format is exported."""
        submitted = draft_of(row)
        account = (row.vendor, row.account)
        disagreed = len({one.decision for one in opinions_of(connection, row.draft_id) if not one.is_lead}) > 1
        return {
            "schema_version": SCHEMA_VERSION,
            "signal_id": self._hash("signal", row.draft_id),
            "account_hash": self._hash("account", *account),
            "ticket_hash": self._hash("ticket", *account, row.ticket_id),
            "customer_hash": self._hash("customer", *account, row.requester_id),
            "reviewer_hash": self._hash("reviewer", *account, row.decided_by),
            "draft_id": row.draft_id,
            "based_on_message_id": row.based_on_id,
            "model": submitted.model.model_dump(),
            "source": row.source,
            "outcome": row.outcome,
            "sim": row.similarity,
            "critical_change": row.critical_change,
            "reason_code": row.outcome_reason,
            "created_at": round(submitted.created_at.timestamp() * 1000),
            "decided_at": row.decided_ms,
            "seconds_spent": row.seconds,
            "segment": submitted.segment.model_dump(),
            "confidence": row.confidence,
            "threshold_band": row.route_reason,
            "audited": row.audited,
            "bulk": row.bulk,
            "disagreed": disagreed,
            "authoritative": row.authoritative,
            "context_messages": json.loads(row.context) if row.context else [],
            "draft_text": row.body,
            "final_text": row.final_text,
            "escalation": _escalation(row),
            "observed": {"outcome": row.observed_outcome, "sim": row.observed_similarity},
            "later": _later(row),
            "withdrawn": refutation(row),
            "weight": weight(row, self._settings, disagreed=disagreed),
            "split": None,
            "redaction": None,
            "export_batch": None,
        }


def refutation(row: AnyRow) -> str | None:
    """Why an approval no longer counts; None while it does."""
    if row.outcome not in _APPROVALS:
        return None
    if row.reopened_24h:
        return "reopened_24h"
    return "low_csat" if row.csat is not None and row.csat <= 2 else None


def weight(row: AnyRow, settings: ReviewSettings, *, disagreed: bool) -> float:
    """How much a decision counts, 0 to 1."""
    if refutation(row) or (disagreed and not row.authoritative):
        return 0.0
    value = _WEIGHTS.get(row.outcome, 1.0)
    is_hasty = row.seconds is not None and row.seconds < settings.rubber_stamp_s and row.outcome in _APPROVALS
    was_not_sent = row.observed_outcome is not None and row.observed_outcome not in _APPROVALS
    doubts = (
        (row.source == "inferred", 0.7),
        (row.bulk, 0.5),
        (is_hasty, 0.5),
        (was_not_sent and row.outcome in _APPROVALS, 0.5),
    )
    for applies, factor in doubts:
        value *= factor if applies else 1.0
    return round(value, 4)


def _later(row: AnyRow) -> dict[str, Any]:
    """What was seen afterwards; null means not seen, which is not the same as "did not happen"."""
    return {
        "reopened_24h": row.reopened_24h,
        "csat": row.csat,
        "second_human_reply": row.second_human_reply,
    }


def _escalation(row: AnyRow) -> dict[str, Any]:
    """Only what a person said here; what the label checker knows of the ticket joins in a later export."""
    is_said = row.outcome == "escalated" or row.outcome_reason == "should_escalate"
    return {"label": "escalate" if is_said else None, "reliability": row.source if is_said else None, "reasons": []}


def entries(connection: Connection, after: int, limit: int) -> list[AnyRow]:
    """Written records with, where there is one, the entry that withdrew them; by sequence number."""
    gone = signal.alias()
    joined = signal.outerjoin(gone, and_(gone.c.draft_id == signal.c.draft_id, gone.c.entry == "withdrawn"))
    columns = (
        signal.c.seq,
        signal.c.record,
        gone.c.reason.label("withdrawn"),
        gone.c.at_ms.label("withdrawn_ms"),
        gone.c.record.label("withdrawal"),
    )
    wanted = (signal.c.entry == "written", signal.c.seq > after)
    return list(
        connection.execute(select(*columns).select_from(joined).where(*wanted).order_by(signal.c.seq).limit(limit))
    )


def current(row: AnyRow) -> dict[str, Any]:
    """A record as it counts now: withdrawn ones are listed, with weight 0 and the reason."""
    record: dict[str, Any] = json.loads(row.record)
    if row.withdrawn is not None:
        record |= json.loads(row.withdrawal) | {"withdrawn": row.withdrawn, "weight": 0.0}
    return record | {"withdrawn_at": row.withdrawn_ms}
