"""The base of the conformance kit: what its user gives, and the pulls that several checks share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

from clonedesk_connectors.model import Status, Ticket
from clonedesk_connectors.protocol import Connector, Request, Response
from clonedesk_connectors.testing.conformance.helpdesk import Helpdesk
from clonedesk_connectors.testing.conformance.rig import Ran, Rig, Snapshot, expect
from clonedesk_connectors.testing.inprocess import FakeTime

FEW = 24
"""Tickets of an ordinary check. With `small_page` rows a page that is several pages."""


class Recording(NamedTuple):
    """An undisturbed first pull of `FEW` tickets in small pages."""

    ran: Ran
    snapshot: Snapshot
    helpdesk: Helpdesk


class Kit:
    """What a connector's author gives to the kit; see `ConnectorConformance`."""

    http = True
    """False for a connector that reads files: nothing can answer 429 or HTML then."""
    small_page = 5
    """Page size that makes several pages of a few tickets."""
    derived_kinds: frozenset[str] = frozenset()
    """Kinds of raw records that are the connector's own statements, for example about a request, not vendor JSON."""
    own_pages: frozenset[str] = frozenset()
    """Lists that the connector divides itself, for example one request per day: their end is not the vendor's word."""

    def connector(self) -> Connector:
        """A new connector for the account that `helpdesk` plays."""
        raise NotImplementedError

    def helpdesk(self, tickets: int, clock: Callable[[], float]) -> Helpdesk:
        """A helpdesk with that many ordinary tickets; the same each time. clock: unix seconds, moved by the kit."""
        raise NotImplementedError

    def wall(self, request: Request) -> Response | None:
        """The vendor's refusal of a page too deep to be read, None for a request it answers.

        By default every page of a list after its first is refused with a plain 400.
        """
        first = self.connector().first_cursor(request.stream, None)
        if request.subject is not None or request.cursor in (None, first) or request.stream not in self._list_names():
            return None
        return Response(400, {"content-type": "application/json"}, b'{"error":"page limit exceeded"}')

    # -- what the checks use ----------------------------------------------------------------------------------------

    def _list_names(self) -> frozenset[str]:
        return frozenset(stream.name for stream in self.connector().streams if stream.mode != "detail")

    @contextmanager
    def _rig(self, tickets: int = FEW, page_size: int | None = None) -> Iterator[Rig]:
        time = FakeTime()
        rig = Rig(self.connector, self.helpdesk(tickets, time), time, page_size)
        try:
            yield rig
        finally:
            rig.close()
            rig.helpdesk.close()

    @contextmanager
    def _fresh(self, rig: Rig, page_size: int | None = None) -> Iterator[Rig]:
        """An empty archive for the helpdesk of a rig."""
        other = rig.beside(page_size)
        try:
            yield other
        finally:
            other.close()

    def _recording(self) -> Recording:
        """Made once per class: nothing changes it."""
        made: Recording | None = type(self).__dict__.get("_made")
        if made is None:
            with self._rig(page_size=self.small_page) as rig:
                ran = rig.pull()
                finished(ran)
                made = Recording(ran, rig.snapshot(), rig.helpdesk)
            setattr(type(self), "_made", made)  # noqa: B010
        return made


def finished(ran: Ran) -> None:
    """The run reached the end of every stream. Tickets that the vendor itself gives incompletely are no failure."""
    if ran.error is not None:
        raise AssertionError(f"the run ended early: {type(ran.error).__name__}") from ran.error
    report = ran.report
    expect(not report.failed_streams, f"streams ended early: {report.failed_streams}")
    expect(not report.dead_letters, f"{report.dead_letters} requests gave up on an undisturbed helpdesk")
    expect(not report.quarantined, f"{report.quarantined} tickets could not be normalised")


def same_tickets(found: Snapshot, wanted: Snapshot, when: str) -> None:
    """Both archives hold the same tickets, word for word."""
    missing = sorted(wanted.tickets.keys() - found.tickets.keys())
    extra = sorted(found.tickets.keys() - wanted.tickets.keys())
    expect(not missing, f"{when}: {len(missing)} tickets are missing, e.g. {missing[:3]}")
    expect(not extra, f"{when}: {len(extra)} tickets too many, e.g. {extra[:3]}")
    other = [key for key, ticket in wanted.tickets.items() if found.tickets[key] != ticket]
    expect(not other, f"{when}: {len(other)} tickets differ, e.g. {other[:3]} in {_unlike(found, wanted, other[:1])}")


def _unlike(found: Snapshot, wanted: Snapshot, ids: list[str]) -> str:
    pairs = [(found.tickets[key], wanted.tickets[key]) for key in ids]
    return ", ".join(name for name in Ticket.model_fields for a, b in pairs if getattr(a, name) != getattr(b, name))


def talkative(snapshot: Snapshot) -> list[str]:
    """Tickets to write on, in order: open ones, or where a vendor has too few of them, closed ones too.

    Tickets that only an AI may write on are left out.
    """
    tickets = sorted(snapshot.tickets.values(), key=lambda ticket: (len(ticket.native_id), ticket.native_id))
    alive = [
        one
        for one in tickets
        if not (one.deleted or one.merged_into or one.is_spam or one.archived or one.support_scope == "ai_agent")
    ]
    still_open = [one for one in alive if one.status is not Status.CLOSED]
    return [one.native_id for one in (still_open if len(still_open) > FEW // 4 else alive)]


def same_records(found: Snapshot, wanted: Snapshot, when: str) -> None:
    """Both archives hold the same raw records, byte for byte."""
    kinds = [
        kind
        for kind in sorted(wanted.records.keys() | found.records.keys())
        if wanted.records.get(kind) != found.records.get(kind)
    ]
    expect(not kinds, f"{when}: raw records differ: {', '.join(kinds)}")
