"""Where capture looks: the archive after a pull, or the helpdesk itself for the tickets that have drafts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from sqlalchemy import func, or_, select

from clonedesk_connectors.errors import CapabilityMissing, ContractBroken, RecordGone, Unavailable
from clonedesk_connectors.model import Ticket
from clonedesk_connectors.protocol import Connector
from clonedesk_connectors.protocol.pushback import PushBack, Reading, TicketState
from clonedesk_connectors.review import merges
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
    """Tickets whose drafts may still change: open ones, and ended ones for `late_days` (our clock); and the tickets
    these were merged into.

    Ticket id -> the vendor's time of the earliest message such a draft is based on.
    """
    since_ms = queue.ledger.now_ms() - queue.settings.late_days * _DAY_MS
    lately = func.coalesce(_D.decided_ms, _D.submitted_ms) >= since_ms
    wanted = (_D.vendor == vendor, _D.account == account, or_(_D.state.in_(OPEN), lately))
    with queue.ledger.read() as connection:
        rows = connection.execute(
            select(_D.ticket_id, func.min(_D.based_on_vms)).where(*wanted).group_by(_D.ticket_id).order_by(_D.ticket_id)
        )
        found = {ticket_id: since for ticket_id, ms in rows if (since := from_ms(ms)) is not None}
        for ticket_id, target in merges.targets(connection, vendor, account, [*found]).items():
            found[target] = min(found[ticket_id], found.get(target, found[ticket_id]))
    return found


def capture_archive(queue: ReviewQueue, archive: Archive) -> list[Item]:
    """Capture from the tickets the last pull brought. Returns the drafts that changed."""
    changed: list[Item] = []
    for part in archive.accounts():
        seen: set[str] = set()
        # Again while tickets turn out to have been merged into others.
        while waiting := [one for one in watched(queue, part.vendor, part.name) if one not in seen]:
            for ticket in _stored(part, waiting):
                changed += queue.capture(ticket)
            seen.update(waiting)
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
    asked = None if ticket_ids is None else set(ticket_ids)
    rounds = _Rounds(queue, caller, push)
    while await rounds.look_at(asked):
        pass  # again while tickets turn out to have been merged into others
    return rounds.changed, rounds.problems


class _Rounds:
    """The tickets of one live capture, each read once."""

    def __init__(self, queue: ReviewQueue, caller: Caller, push: PushBack) -> None:
        self._queue, self._caller, self._push = queue, caller, push
        self._account = (caller.connector.name, caller.connector.account.name)
        self._seen: set[str] = set()
        self._unclear = 0
        self.changed: list[Item] = []
        self.problems: list[str] = []

    async def look_at(self, asked: set[str] | None) -> bool:
        """Read what was not read before; False when that was nothing."""
        tickets = watched(self._queue, *self._account)
        wanted = [one for one in tickets if one not in self._seen and (asked is None or one in asked)]
        for ticket_id in wanted:
            reading = await self._reading(ticket_id, tickets[ticket_id])
            if reading is not None:
                self.changed += self._queue.capture_reading(*self._account, ticket_id, reading)
        self._seen.update(wanted)
        return bool(wanted)

    async def _reading(self, ticket_id: str, since: datetime) -> Reading | None:
        """What the helpdesk shows; None when it could not be read."""
        try:
            reading = await look(self._caller, self._push, self._push.read_back(ticket_id, since))
            self._unclear = 0
            return reading
        except (MayNotRead, ContractBroken) as error:
            self.problems.append(str(error))
        except RecordGone:
            return Reading(state=TicketState.DELETED)
        except Unavailable as error:
            self._unclear += 1
            if self._unclear >= _GIVE_UP_AFTER:
                raise
            self.problems.append(str(error))
        return None
