"""Where capture looks: the archive after a pull, or the helpdesk itself for the tickets that have drafts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from sqlalchemy import func, or_, select

from clonedesk_connectors.errors import CapabilityMissing, ContractBroken, RecordGone, Unavailable
from clonedesk_connectors.model import Ticket
from clonedesk_connectors.protocol import Connector
from clonedesk_connectors.protocol.pushback import PushBack, Reading, TicketState
from clonedesk_connectors.review.ledger import from_ms
from clonedesk_connectors.review.queue import ReviewQueue
from clonedesk_connectors.review.reader import Caller, MayNotRead, look
from clonedesk_connectors.review.states import OPEN
from clonedesk_connectors.review.values import Item
from clonedesk_connectors.store import AccountArchive, Archive, tables
from clonedesk_connectors.store.bulk import among
from clonedesk_connectors.store.codec import decompress
from clonedesk_connectors.store.review_tables import draft
from clonedesk_connectors.sync.normalise import StoredDirectory

_D = draft.c
_DAY_MS = 86_400_000
_GIVE_UP_AFTER = 3
"""Unclear answers in a row after which the helpdesk counts as down, as in `Pusher`."""
_AT_ONCE = 500


def push_back_of(connector: Connector, archive: Archive | None) -> PushBack:
    """The writing side of a connector, with what the archive knows of the account's people.

    Raises CapabilityMissing for a connector that cannot write notes.
    """
    make = getattr(connector, "push_back", None)
    if make is None:
        raise CapabilityMissing(f"the connector {connector.name!r} cannot write notes")
    name = connector.account.name
    parts = archive.accounts() if archive else []
    known = next((part for part in parts if (part.vendor, part.name) == (connector.name, name)), None)
    push = make(StoredDirectory(known, connector)) if known else make()
    if not isinstance(push, PushBack):
        raise CapabilityMissing(f"the connector {connector.name!r} offers only a part of what pushing needs")
    return push


def watched(queue: ReviewQueue, vendor: str, account: str) -> dict[str, datetime]:
    """Tickets whose drafts may still change: open ones, and ended ones for `late_days` (our clock).

    Ticket id -> the vendor's time of the earliest message such a draft is based on.
    """
    since_ms = queue.ledger.now_ms() - queue.settings.late_days * _DAY_MS
    lately = func.coalesce(_D.decided_ms, _D.submitted_ms) >= since_ms
    wanted = (_D.vendor == vendor, _D.account == account, or_(_D.state.in_(OPEN), lately))
    with queue.ledger.read() as connection:
        rows = connection.execute(
            select(_D.ticket_id, func.min(_D.based_on_vms)).where(*wanted).group_by(_D.ticket_id).order_by(_D.ticket_id)
        )
        return {ticket_id: since for ticket_id, ms in rows if (since := from_ms(ms)) is not None}


def capture_archive(queue: ReviewQueue, archive: Archive) -> list[Item]:
    """Capture from the tickets the last pull brought. Returns the drafts that changed."""
    changed: list[Item] = []
    for part in archive.accounts():
        for ticket in _stored(part, watched(queue, part.vendor, part.name)):
            changed += queue.capture(ticket)
    return changed


def _stored(part: AccountArchive, ticket_ids: Iterable[str]) -> Iterator[Ticket]:
    table = tables.ticket.c
    ids = [*ticket_ids]
    for at in range(0, len(ids), _AT_ONCE):
        chunk = ids[at : at + _AT_ONCE]
        with part.archive.transaction() as connection:
            mine = (table.account_id == part.id, among(connection, table.native_id, chunk), table.body.is_not(None))
            bodies = connection.scalars(select(table.body).where(*mine).order_by(table.native_id)).all()
        yield from (Ticket.model_validate_json(decompress(body)) for body in bodies)


async def capture_live(
    queue: ReviewQueue, caller: Caller, push: PushBack, ticket_ids: Iterable[str] | None = None
) -> tuple[list[Item], list[str]]:
    """Ask the helpdesk itself, ticket by ticket; ticket_ids: only these (e.g. of a webhook), if they have drafts.

    Returns the drafts that changed, and a line for each ticket that could not be read; its drafts stay as they are.
    Raises what `Session.call` does, Unavailable after three tickets in a row.
    """
    vendor, account = caller.connector.name, caller.connector.account.name
    tickets = watched(queue, vendor, account)
    wanted = tickets if ticket_ids is None else {one: tickets[one] for one in ticket_ids if one in tickets}
    changed: list[Item] = []
    problems: list[str] = []
    unclear = 0
    for ticket_id, since in wanted.items():
        try:
            reading = await look(caller, push, push.read_back(ticket_id, since))
            unclear = 0
        except (MayNotRead, ContractBroken) as error:
            problems.append(str(error))
            continue
        except RecordGone:
            reading = Reading(state=TicketState.DELETED)
        except Unavailable as error:
            unclear += 1
            if unclear >= _GIVE_UP_AFTER:
                raise
            problems.append(str(error))
            continue
        changed += queue.capture_reading(vendor, account, ticket_id, reading)
    return changed, problems
