"""Who has which draft on the screen: leases that end by themselves."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import ColumnElement, Connection, ScalarSelect, and_, delete, exists, insert, or_, select, update

from clonedesk_connectors.review.checks import knows_answer
from clonedesk_connectors.review.fresh import is_stale
from clonedesk_connectors.review.ledger import UNCLAIMED, Ledger
from clonedesk_connectors.review.settings import ReviewSettings
from clonedesk_connectors.review.states import OPEN, Action, ActorKind, By, State
from clonedesk_connectors.review.values import ReviewConflict
from clonedesk_connectors.store.records import AnyRow, upsert
from clonedesk_connectors.store.review_tables import assignment, draft, opinion, skip

_D = draft.c
IN_ORDER = (_D.due_ms, _D.tier_rank, _D.certainty, _D.submitted_ms, _D.draft_id)
"""Due first, then tier, then the most informative decision, then age; ties by id."""


class Claims:
    """See the methods of the same names in `ReviewQueue`."""

    def __init__(self, ledger: Ledger, settings: ReviewSettings) -> None:
        self._ledger, self._settings = ledger, settings

    def claim(self, reviewer: str, draft_id: str | None, only: Iterable[ColumnElement[bool]]) -> AnyRow | None:
        now_ms = self._ledger.now_ms()
        lease = {
            "claimed_by": reviewer,
            "claimed_ms": now_ms,
            "lease_until_ms": now_ms + self._settings.lease_s * 1000,
            "version": _D.version + 1,
        }
        with self._ledger.write() as connection:
            for way in [_D.draft_id == draft_id] if draft_id else _ways(connection, reviewer):
                chosen = _D.draft_id == _next_for(reviewer, now_ms, [*only, way])
                row = connection.execute(update(draft).where(chosen).values(lease).returning(draft)).one_or_none()
                if row is not None:
                    self._ledger.note_claim(connection, row, By(reviewer, ActorKind.REVIEWER))
                    return row
        return None

    def assign(self, draft_id: str, reviewer: str | None, lead: str) -> AnyRow:
        """reviewer: None for nobody again."""
        with self._ledger.write() as connection:
            row = self._ledger.get(connection, draft_id)
            check_free(row, reviewer, self._ledger.now_ms())
            by = By(lead, ActorKind.LEAD)
            moved = self._ledger.move(connection, row, Action.ASSIGN, by, reason=reviewer or "nobody")
            connection.execute(delete(assignment).where(assignment.c.draft_id == draft_id))
            if reviewer:
                connection.execute(insert(assignment).values(draft_id=draft_id, reviewer=reviewer))
            return moved

    def renew(self, draft_id: str, reviewer: str) -> AnyRow:
        now_ms = self._ledger.now_ms()
        until = {"lease_until_ms": now_ms + self._settings.lease_s * 1000}
        with self._ledger.write() as connection:
            check_lease(self._ledger.get(connection, draft_id), reviewer, now_ms)
            return connection.execute(update(draft).where(_D.draft_id == draft_id).values(until).returning(draft)).one()

    def release(self, draft_id: str, reviewer: str, *, hide: bool) -> AnyRow:
        now_ms = self._ledger.now_ms()
        with self._ledger.write() as connection:
            row = self._ledger.get(connection, draft_id)
            check_lease(row, reviewer, now_ms)
            if hide:
                _hide(connection, draft_id, reviewer, now_ms)
            action = Action.SKIP if hide else Action.RELEASE
            return self._ledger.move(connection, row, action, By(reviewer, ActorKind.REVIEWER), **UNCLAIMED)


def _next_for(reviewer: str, now_ms: int, only: Iterable[ColumnElement[bool]]) -> ScalarSelect[str]:
    skipped = exists(select(skip.c.draft_id).where(skip.c.draft_id == _D.draft_id, skip.c.reviewer == reviewer))
    return (
        select(_D.draft_id)
        .where(
            _D.state == State.AWAITING_REVIEW,
            or_(_D.lease_until_ms.is_(None), _D.lease_until_ms <= now_ms),
            _D.expires_ms > now_ms,
            ~skipped,
            ~has_judged(reviewer),
            ~knows_answer(reviewer),
            ~is_stale(),
            *only,
        )
        .order_by(*IN_ORDER)
        .limit(1)
        .scalar_subquery()
    )


def _ways(connection: Connection, reviewer: str) -> list[ColumnElement[bool]]:
    """What this person was assigned comes first, if that is anything, then what is nobody's."""
    waiting = assignment.join(draft, _D.draft_id == assignment.c.draft_id)
    mine = select(_D.draft_id).select_from(waiting).where(assignment.c.reviewer == reviewer)
    has_any = connection.scalar(mine.where(_D.state == State.AWAITING_REVIEW).limit(1)) is not None
    free = ~exists(select(assignment.c.draft_id).where(assignment.c.draft_id == _D.draft_id))
    return [_D.draft_id.in_(mine), free] if has_any else [free]


def assignees(connection: Connection, draft_ids: Iterable[str]) -> dict[str, str]:
    """Draft id -> whom it is assigned to; only those that are."""
    wanted = assignment.c.draft_id.in_([*draft_ids])
    return {row.draft_id: row.reviewer for row in connection.execute(select(assignment).where(wanted))}


def check_free(row: AnyRow, reviewer: str | None, now_ms: int) -> None:
    """Raises ReviewConflict while another person than this one has it open."""
    if row.claimed_by not in (None, reviewer) and row.lease_until_ms > now_ms:
        raise ReviewConflict(
            f"draft {row.draft_id} is being reviewed by {row.claimed_by}",
            state=State(row.state),
            claimed_by=row.claimed_by,
        )


def has_judged(reviewer: str) -> ColumnElement[bool]:
    """Whether this person's opinion of the draft already counts: a second review needs a second person."""
    mine = and_(opinion.c.draft_id == _D.draft_id, opinion.c.reviewer == reviewer, ~opinion.c.undone)
    return exists(select(opinion.c.id).where(mine))


def has_open_draft(connection: Connection, row: AnyRow) -> bool:
    """Whether a draft of the same ticket and kind is open."""
    same = (_D[name] == getattr(row, name) for name in ("vendor", "account", "ticket_id", "kind"))
    return connection.scalar(select(_D.draft_id).where(*same, _D.state.in_(OPEN))) is not None


def check_lease(row: AnyRow, reviewer: str, now_ms: int) -> None:
    """Raises ReviewConflict unless this person holds the draft now."""
    state = State(row.state)
    if state is not State.AWAITING_REVIEW:
        raise ReviewConflict(f"draft {row.draft_id} is {state}, not waiting for review any more", state=state)
    if row.claimed_by != reviewer or row.lease_until_ms <= now_ms:
        holder = row.claimed_by if row.lease_until_ms and row.lease_until_ms > now_ms else None
        who = f"it is being reviewed by {holder}" if holder else "the lease has run out"
        raise ReviewConflict(f"draft {row.draft_id} is not yours to change: {who}", state=state, claimed_by=holder)


def _hide(connection: Connection, draft_id: str, reviewer: str, now_ms: int) -> None:
    statement = upsert(connection, skip).values(draft_id=draft_id, reviewer=reviewer, at_ms=now_ms)
    connection.execute(statement.on_conflict_do_nothing())
