"""Tickets that went into another one. Their drafts have ended; only replies in that other ticket are still matched."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, select

from clonedesk_connectors.review.sight import Sight
from clonedesk_connectors.store.records import AnyRow, upsert
from clonedesk_connectors.store.review_tables import draft, merged

_M = merged.c


def remember(connection: Connection, vendor: str, account: str, ticket_id: str, into: str | None) -> None:
    """Keep where a ticket went; into: None where nobody says, which changes nothing."""
    if into and into != ticket_id:
        key = {"vendor": vendor, "account": account, "ticket_id": ticket_id}
        statement = upsert(connection, merged).values(**key, target_id=into)
        connection.execute(statement.on_conflict_do_update(index_elements=list(key), set_={"target_id": into}))


def sources(connection: Connection, vendor: str, account: str, ticket_id: str) -> set[str]:
    """Tickets that ended up in this one, over any number of merges; never the ticket itself."""
    found: set[str] = set()
    newest = {ticket_id}
    while newest:
        wanted = (_M.vendor == vendor, _M.account == account, _M.target_id.in_(newest))
        newest = {*connection.scalars(select(_M.ticket_id).where(*wanted))} - found - {ticket_id}
        found |= newest
    return found


def targets(connection: Connection, vendor: str, account: str, ticket_ids: Iterable[str]) -> dict[str, str]:
    """Ticket id -> the ticket it ended up in; only those that went somewhere else. A circle ends where it began."""
    mine = (_M.vendor == vendor, _M.account == account)
    steps = {
        row.ticket_id: row.target_id for row in connection.execute(select(_M.ticket_id, _M.target_id).where(*mine))
    }
    found: dict[str, str] = {}
    for ticket_id in ticket_ids:
        at, passed = ticket_id, {ticket_id}
        while (following := steps.get(at)) is not None and following not in passed:
            at = following
            passed.add(at)
        if at != ticket_id:
            found[ticket_id] = at
    return found


def drafts_of(connection: Connection, sight: Sight) -> list[AnyRow]:
    """Drafts of the tickets that ended up in this one."""
    gone = sources(connection, sight.vendor, sight.account, sight.ticket_id)
    same = (draft.c.vendor == sight.vendor, draft.c.account == sight.account, draft.c.ticket_id.in_(gone))
    ours = select(draft).where(*same).order_by(draft.c.submitted_ms, draft.c.draft_id)
    return list(connection.execute(ours)) if gone else []
