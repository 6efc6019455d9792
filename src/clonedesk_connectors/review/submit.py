"""Drafts in: once per input, routed, at most one open per ticket and kind."""

from __future__ import annotations

import hashlib
import hmac
from typing import Any

from sqlalchemy import Connection, select

from clonedesk_connectors.errors import ConfigError
from clonedesk_connectors.protocol.pushback import Draft
from clonedesk_connectors.review import checks
from clonedesk_connectors.review.fresh import stale_cause
from clonedesk_connectors.review.ledger import Ledger
from clonedesk_connectors.review.router import Route, Router
from clonedesk_connectors.review.rows import columns_of
from clonedesk_connectors.review.settings import ReviewSettings
from clonedesk_connectors.review.states import OPEN, Action, ActorKind, By, State
from clonedesk_connectors.review.values import Delivery, Place, Submitted
from clonedesk_connectors.store.records import AnyRow
from clonedesk_connectors.store.review_tables import draft as table

_CALLER = By("submit", ActorKind.CALLER)


class Intake:
    """See `ReviewQueue.submit`."""

    def __init__(self, ledger: Ledger, settings: ReviewSettings, router: Router) -> None:
        self._ledger, self._settings, self._router = ledger, settings, router

    def submit(self, draft: Draft, place: Place, delivery: Delivery) -> Submitted:
        route = self._router.route(draft, self._draw("audit", draft.draft_id))
        with self._ledger.write() as connection:
            known = self._ledger.find(connection, draft.draft_id)
            if known is not None:
                _check_same(known, draft)
                return _answer(draft, route, known, is_new=False)
            if not route.needs_review:
                return _answer(draft, route, None, is_new=True)
            values = columns_of(
                draft,
                route,
                self._settings,
                place=place,
                delivery=delivery,
                reviews=self._reviews(draft, route),
                now_ms=self._ledger.now_ms(),
            )
            row = self._insert(connection, values)
            if self._draw("check", draft.draft_id) < self._settings.seeded_check_rate:
                checks.seed(connection, self._ledger, self._settings)
            return _answer(draft, route, row, is_new=True)

    def _insert(self, connection: Connection, values: dict[str, Any]) -> AnyRow:
        rival = _open_rival(connection, values)
        if rival is not None and rival.based_on_vms > values["based_on_vms"]:
            return self._ledger.create(connection, values, _CALLER, state=State.SUPERSEDED, reason=rival.draft_id)
        if rival is not None:
            self._ledger.move(
                connection, rival, Action.SUPERSEDE, _CALLER, to=State.SUPERSEDED, reason=values["draft_id"]
            )
        row = self._ledger.create(connection, values, _CALLER, state=State.QUEUED)
        cause = stale_cause(connection, row)
        if cause is not None:
            return self._ledger.move(connection, row, Action.EXPIRE, _CALLER, to=State.EXPIRED, reason=cause)
        if row.place == "local":
            return self._ledger.move(connection, row, Action.OFFER, _CALLER, to=State.AWAITING_REVIEW)
        return row

    def _reviews(self, draft: Draft, route: Route) -> int:
        is_double = self._draw("double", draft.draft_id) < self._settings.double_review_rate
        return max(route.reviews_required, 2 if is_double else 1)

    def _draw(self, purpose: str, draft_id: str) -> float:
        """A number in [0, 1) that is the same for the same draft and cannot be known outside this queue."""
        mark = hmac.new(self._ledger.salt.encode(), f"{purpose}|{draft_id}".encode(), hashlib.sha256).digest()
        return int.from_bytes(mark[:6]) / 2**48


def _open_rival(connection: Connection, values: dict[str, Any]) -> AnyRow | None:
    same = (table.c[name] == values[name] for name in ("vendor", "account", "ticket_id", "kind"))
    return connection.execute(select(table).where(*same, table.c.state.in_(OPEN))).one_or_none()


def _check_same(row: AnyRow, draft: Draft) -> None:
    if (row.vendor, row.kind) != (draft.vendor, draft.kind):
        raise ConfigError(
            f"draft {row.draft_id} is known as a {row.kind!r} for {row.vendor}; the same text for the same message "
            "cannot be submitted under another kind or vendor"
        )


def _answer(draft: Draft, route: Route, row: AnyRow | None, *, is_new: bool) -> Submitted:
    return Submitted(
        draft_id=draft.draft_id,
        reference=draft.reference,
        state=State(row.state) if row else None,
        reason=row.state_reason if row else "",
        label=route.label,
        route_reason=route.reason,
        audited=route.audited,
        is_new=is_new,
    )
