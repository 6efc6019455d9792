"""What people decide: checked against lease, version and freshness in the transaction that writes it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, insert, select, update

from clonedesk_connectors.errors import ConfigError, DraftStale
from clonedesk_connectors.review.claims import check_free, check_lease, has_open_draft
from clonedesk_connectors.review.fresh import stale_cause
from clonedesk_connectors.review.ledger import UNCLAIMED, Ledger
from clonedesk_connectors.review.matcher import MatchOutcome, MatchResult, MatchSettings, compare
from clonedesk_connectors.review.settings import ReviewSettings
from clonedesk_connectors.review.states import Action, ActorKind, By, State
from clonedesk_connectors.review.values import Decision, RejectReason, ReviewConflict
from clonedesk_connectors.store.records import AnyRow
from clonedesk_connectors.store.review_tables import opinion

_KEPT = (MatchOutcome.APPROVED_VERBATIM, MatchOutcome.APPROVED_FORMATTING)
_QUEUE = By("queue", ActorKind.WORKER)


@dataclass(frozen=True, slots=True)
class Judgement:
    """A decision, measured. final_text: None where nothing is to be sent."""

    decision: Decision
    outcome: str
    reason: str | None = None
    remark: str | None = None
    final_text: str | None = None
    similarity: float | None = None
    critical_change: bool = False
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """A decision as a person made it."""

    decision: Decision
    text: str | None = None
    reason: str | None = None
    remark: str | None = None
    seconds: float | None = None


def judge(body: str, said: Said, settings: MatchSettings) -> Judgement:
    """Measure a decision. An edit that changes nothing is an approval, an approval with another text an edit.

    Raises ConfigError for an empty text, a rejection without a known reason, or a text that nobody would send.
    """
    decision, text, reason = said.decision, said.text, said.reason
    if reason is not None and reason not in [*RejectReason]:
        raise ConfigError(f"the reason must be one of: {', '.join(RejectReason)}")
    if decision in (Decision.REJECT, Decision.ESCALATE):
        if decision is Decision.REJECT and reason is None:
            raise ConfigError(f"a rejection needs a reason, one of: {', '.join(RejectReason)}")
        if text is not None:
            raise ConfigError(f"{decision} takes no text")
        outcome = "rejected" if decision is Decision.REJECT else "escalated"
        return Judgement(decision, outcome, reason, said.remark, seconds=said.seconds)
    final = body if text is None else text
    if not final.strip() or "\0" in final:
        raise ConfigError("the text to send is empty or holds a NUL character")
    result = compare(body, final, settings=settings)
    return Judgement(
        Decision.APPROVE if result.outcome in _KEPT else Decision.EDIT,
        explicit_outcome(result),
        reason,
        said.remark,
        final,
        result.similarity,
        result.critical_change,
        said.seconds,
    )


def explicit_outcome(result: MatchResult) -> str:
    """A person who edits a draft has used it: what would be uncertain from outside is an edit."""
    return MatchOutcome.EDITED if result.outcome is MatchOutcome.UNCERTAIN else result.outcome


class Deciding:
    """See the methods of the same names in `ReviewQueue`."""

    def __init__(self, ledger: Ledger, settings: ReviewSettings) -> None:
        self._ledger, self._settings = ledger, settings

    def decide(
        self, draft_id: str, version: int | None, reviewer: str, said: Judgement, *, bulk: bool = False
    ) -> AnyRow:
        """version: None only in bulk, where nobody has the draft on the screen."""
        by, now_ms = By(reviewer, ActorKind.REVIEWER), self._ledger.now_ms()
        with self._ledger.write() as connection:
            row = self._ledger.get(connection, draft_id)
            if bulk:
                check_free(row, reviewer, now_ms)
            else:
                check_lease(row, reviewer, now_ms)
                if row.version != version:
                    raise _changed(row)
            expired = self._expired(connection, row, now_ms)
            if expired is None:
                return self._settle(connection, row, by, said, bulk=bulk)
        raise DraftStale(f"draft {draft_id} expired ({expired}); the decision was not taken, no label was written")

    def _expired(self, connection: Connection, row: AnyRow, now_ms: int) -> str | None:
        cause = "ttl" if row.expires_ms <= now_ms else stale_cause(connection, row)
        if cause is not None:
            self._ledger.move(connection, row, Action.EXPIRE, _QUEUE, to=State.EXPIRED, reason=cause)
        return cause

    def _settle(self, connection: Connection, row: AnyRow, by: By, said: Judgement, *, bulk: bool) -> AnyRow:
        """Write the opinion; with the last one required also the decision, or the dispute."""
        others = opinions_of(connection, row.draft_id)
        if any(other.reviewer == by.name for other in others):
            raise ReviewConflict(f"{by.name} has already reviewed draft {row.draft_id}", state=State(row.state))
        seconds = self._seconds(row) if said.seconds is None else said.seconds
        self._add_opinion(connection, row, by, said, seconds)
        if len(others) + 1 < row.reviews_required:
            return self._ledger.move(connection, row, Action.OPINE, by, reason="", **UNCLAIMED)
        if not all(self._agree(other, said) for other in others):
            return self._ledger.move(connection, row, Action.DISPUTE, by, to=State.NEEDS_ADJUDICATION, reason="dispute")
        columns = self._columns(by, said, seconds) | {"bulk": bulk}
        return self._ledger.move(
            connection, row, Action.DECIDE, by, to=State.DECIDED, reason=said.reason or said.outcome, **columns
        )

    def adjudicate(self, draft_id: str, version: int, lead: str, said: Judgement) -> AnyRow:
        by = By(lead, ActorKind.LEAD)
        with self._ledger.write() as connection:
            row = self._ledger.get(connection, draft_id)
            if row.version != version:
                raise _changed(row)
            self._add_opinion(connection, row, by, said, said.seconds)
            columns = self._columns(by, said, said.seconds) | {"authoritative": True}
            return self._ledger.move(
                connection, row, Action.ADJUDICATE, by, to=State.DECIDED, reason=said.reason or said.outcome, **columns
            )

    def undo(self, draft_id: str, by: By) -> AnyRow:
        now_ms = self._ledger.now_ms()
        with self._ledger.write() as connection:
            row = self._ledger.get(connection, draft_id)
            self._check_undo(connection, row, by, now_ms)
            mine = (opinion.c.draft_id == draft_id, opinion.c.reviewer == row.decided_by)
            connection.execute(update(opinion).where(*mine).values(undone=True))
            lease = {
                "claimed_by": by.name,
                "claimed_ms": now_ms,
                "lease_until_ms": now_ms + self._settings.lease_s * 1000,
            }
            undecided = dict.fromkeys(_DECISION_COLUMNS) | {"bulk": False, "authoritative": False}
            return self._ledger.move(
                connection, row, Action.UNDO, by, to=State.AWAITING_REVIEW, reason="", **undecided, **lease
            )

    def _check_undo(self, connection: Connection, row: AnyRow, by: By, now_ms: int) -> None:
        def refuse(why: str) -> ReviewConflict:
            return ReviewConflict(f"draft {row.draft_id}: {why}, so nothing was undone", state=State(row.state))

        if row.state != State.DECIDED:
            raise refuse(f"it is {row.state}")
        if row.source != "explicit":
            raise refuse("the answer was sent in the helpdesk")
        if by.kind is not ActorKind.LEAD and by.name != row.decided_by:
            raise refuse(f"{row.decided_by} decided it")
        if row.signal != "none" or now_ms > row.decided_ms + self._settings.undo_s * 1000:
            raise refuse("the time for that is over")
        if has_open_draft(connection, row):
            raise refuse("a newer draft of the ticket waits")

    def _agree(self, other: AnyRow, said: Judgement) -> bool:
        if other.decision != said.decision:
            return False
        if said.decision is not Decision.EDIT:
            return True
        alike = compare(other.final_text, said.final_text or "", settings=self._settings.match)
        return alike.similarity >= self._settings.agreement and not alike.critical_change

    def _seconds(self, row: AnyRow) -> float | None:
        return None if row.claimed_ms is None else max(0.0, (self._ledger.now_ms() - row.claimed_ms) / 1000)

    def _columns(self, by: By, said: Judgement, seconds: float | None) -> dict[str, Any]:
        values = (
            said.outcome,
            said.reason,
            said.final_text,
            said.similarity,
            said.critical_change,
            by.name,
            self._ledger.now_ms(),
            "explicit",
            seconds,
        )
        return dict(zip(_DECISION_COLUMNS, values, strict=True))

    def _add_opinion(self, connection: Connection, row: AnyRow, by: By, said: Judgement, seconds: float | None) -> None:
        connection.execute(
            insert(opinion).values(
                draft_id=row.draft_id,
                reviewer=by.name,
                decision=said.decision,
                outcome=said.outcome,
                reason=said.reason,
                remark=said.remark,
                final_text=said.final_text,
                similarity=said.similarity,
                critical_change=said.critical_change,
                seconds=seconds,
                at_ms=self._ledger.now_ms(),
                is_lead=by.kind is ActorKind.LEAD,
                undone=False,
            )
        )


_DECISION_COLUMNS = (
    "outcome",
    "outcome_reason",
    "final_text",
    "similarity",
    "critical_change",
    "decided_by",
    "decided_ms",
    "source",
    "seconds",
)


def opinions_of(connection: Connection, draft_id: str) -> list[AnyRow]:
    """Opinions that count, oldest first."""
    counting = (opinion.c.draft_id == draft_id, ~opinion.c.undone)
    return list(connection.execute(select(opinion).where(*counting).order_by(opinion.c.id)))


def _changed(row: AnyRow) -> ReviewConflict:
    return ReviewConflict(
        f"draft {row.draft_id} changed since it was shown (version {row.version}); nothing was decided",
        state=State(row.state),
        claimed_by=row.claimed_by,
    )
