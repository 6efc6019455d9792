"""Is the draft still an answer to the last public message? Vendor times are compared with vendor times only."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Connection, and_, exists, or_, select

from clonedesk_connectors.store.records import AnyRow
from clonedesk_connectors.store.review_tables import draft, ticket_seen

_SEEN, _D = ticket_seen.c, draft.c

_SAME_TICKET = and_(_SEEN.vendor == _D.vendor, _SEEN.account == _D.account, _SEEN.ticket_id == _D.ticket_id)
_MOVED_ON = or_(
    ~_SEEN.is_writable,
    _SEEN.message_vms > _D.based_on_vms,
    # Vendors count in whole seconds: another message of the same second came after the one the draft had read.
    and_(_SEEN.message_vms == _D.based_on_vms, _SEEN.message_id != _D.based_on_id),
)


def is_stale() -> ColumnElement[bool]:
    """For the WHERE of a statement over drafts."""
    return exists(select(_SEEN.ticket_id).where(_SAME_TICKET, _MOVED_ON))


def stale_cause(connection: Connection, row: AnyRow) -> str | None:
    """Why this draft answers no longer the newest public message; None while it does."""
    wanted = select(_SEEN.cause).join(draft, _SAME_TICKET).where(_D.draft_id == row.draft_id, _MOVED_ON)
    cause: str | None = connection.scalar(wanted)
    return cause
