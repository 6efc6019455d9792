"""What the push worker writes down: intents before requests, results after them, and the breaker."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, NamedTuple

from sqlalchemy import Connection, delete, select, update

from clonedesk_connectors.errors import LeakSuspected
from clonedesk_connectors.protocol.pushback import NotePurpose, Reading, Receipt, TagChange, TicketState
from clonedesk_connectors.review import merges
from clonedesk_connectors.review.claims import IN_ORDER, has_open_draft
from clonedesk_connectors.review.fresh import stale_cause
from clonedesk_connectors.review.ledger import Ledger, from_ms, to_ms
from clonedesk_connectors.review.reader import moved_on
from clonedesk_connectors.review.settings import ReviewSettings
from clonedesk_connectors.review.states import COMMAND_TAGS, OUTCOME_TAGS, PENDING_TAG, Action, ActorKind, By, State
from clonedesk_connectors.review.values import ReviewConflict
from clonedesk_connectors.store.records import AnyRow, upsert
from clonedesk_connectors.store.review_tables import breaker, draft

_D = draft.c
_WORKER = By("push", ActorKind.WORKER)
_ALL_TAGS = frozenset({PENDING_TAG, *OUTCOME_TAGS, *COMMAND_TAGS})


@dataclass(frozen=True, slots=True)
class Errand:
    """One kind of note: the state that means "it may be there", and the one that means "it is"."""

    purpose: NotePurpose
    ready: State
    begin: Action
    doing: State
    done: State
    column: str

    def reference(self, draft_id: str) -> str:
        return f"CD-{draft_id}" + ("-A" if self.purpose is NotePurpose.APPROVED else "")


DRAFT = Errand(NotePurpose.DRAFT, State.QUEUED, Action.INTEND, State.POSTING, State.AWAITING_REVIEW, "note_id")
APPROVED = Errand(
    NotePurpose.APPROVED, State.DECIDED, Action.DELIVER, State.DELIVERING, State.DELIVERED, "delivery_note_id"
)


class Work(NamedTuple):
    errand: Errand
    draft_id: str


class Turn(Enum):
    """Why no note is written. EXPIRE: the conversation moved on; WITHDRAW: the ticket is no place for it any more."""

    EXPIRE = Action.EXPIRE, State.EXPIRED
    WITHDRAW = Action.WITHDRAW, State.WITHDRAWN
    REFUSE = Action.REFUSE, State.FAILED


_NO_PLACE = {
    TicketState.MERGED: (Turn.WITHDRAW, "merged"),
    TicketState.SPAM: (Turn.WITHDRAW, "spam"),
    TicketState.DELETED: (Turn.WITHDRAW, "deleted"),
}
_NO_USE = {  # a newer message says more than these
    TicketState.SOLVED: (Turn.EXPIRE, "unused"),
    TicketState.CLOSED: (Turn.WITHDRAW, "closed"),
    TicketState.READ_ONLY: (Turn.REFUSE, "read_only"),
}


class Outbox:
    """The part of the queue that belongs to one account's helpdesk."""

    def __init__(self, ledger: Ledger, settings: ReviewSettings, vendor: str, account: str) -> None:
        self._ledger, self._settings = ledger, settings
        self._vendor, self._account = vendor, account
        self._mine = (_D.vendor == vendor, _D.account == account)

    # -- what there is to do ----------------------------------------------------------------------------------------

    def begun(self) -> list[Work]:
        """Notes an earlier run may or may not have written."""
        with self._ledger.read() as connection:
            return [
                Work(errand, draft_id)
                for errand in (DRAFT, APPROVED)
                for draft_id in connection.scalars(
                    select(_D.draft_id).where(*self._mine, _D.state == errand.doing).order_by(*IN_ORDER)
                )
            ]

    def waiting(self) -> list[Work]:
        """Notes to write for the first time: queued drafts, and approved texts that cannot be undone any more."""
        undo_over = self._ledger.now_ms() - self._settings.undo_s * 1000
        queued = (_D.state == State.QUEUED, _D.place == "helpdesk")
        approved = (
            _D.state == State.DECIDED,
            _D.source == "explicit",
            _D.final_text.is_not(None),
            _D.delivery == "note",
            _D.decided_ms <= undo_over,
        )
        with self._ledger.read() as connection:
            return [
                Work(errand, draft_id)
                for errand, wanted in ((DRAFT, queued), (APPROVED, approved))
                for draft_id in connection.scalars(select(_D.draft_id).where(*self._mine, *wanted).order_by(*IN_ORDER))
            ]

    def get(self, draft_id: str) -> AnyRow:
        with self._ledger.read() as connection:
            return self._ledger.get(connection, draft_id)

    # -- one note ---------------------------------------------------------------------------------------------------

    def check(self, errand: Errand, row: AnyRow, reading: Reading, limit: str | None) -> bool:
        """End the draft if it should not be posted now; True when it ended. limit: a vendor limit it would break."""
        turn = self._turn(errand, row, reading, limit)
        if turn is not None:
            if reading.merged_into:  # capture goes on there
                with self._ledger.write() as connection:
                    merges.remember(connection, row.vendor, row.account, row.ticket_id, reading.merged_into)
            self.turn_away(errand, row, *turn)
        return turn is not None

    def _turn(self, errand: Errand, row: AnyRow, reading: Reading, limit: str | None) -> tuple[Turn, str] | None:
        if reading.state in _NO_PLACE:
            return _NO_PLACE[reading.state]
        based_on_at = from_ms(row.based_on_vms)
        assert based_on_at is not None
        cause = moved_on(row.based_on_id, based_on_at, reading.messages)
        if cause is not None:
            return Turn.EXPIRE, cause
        if reading.state in _NO_USE:
            return _NO_USE[reading.state]
        if errand is DRAFT and row.expires_ms <= self._ledger.now_ms():
            return Turn.EXPIRE, "ttl"
        return (Turn.REFUSE, limit) if limit else None

    def turn_away(self, errand: Errand, row: AnyRow, turn: Turn, reason: str) -> None:
        """End a draft without a note. The decision of an approved text is kept; only its delivery lapses."""
        action, to = turn.value
        if errand is APPROVED and turn is not Turn.REFUSE:
            action, to = Action.LAPSE, State.EXPIRED
        with self._ledger.write() as connection:
            current = self._ledger.get(connection, row.draft_id)
            if State(current.state) in (State(row.state), errand.doing):
                self._ledger.move(connection, current, action, _WORKER, to=to, reason=reason)

    def begin(self, errand: Errand, row: AnyRow) -> AnyRow | None:
        """Write the intent down, before the request; None when the conversation moved on (the draft has ended).

        Raises ReviewConflict when the draft changed since it was read, LeakSuspected when the breaker is open.
        """
        with self._ledger.write() as connection:
            self._check_breaker(connection)
            current = self._ledger.get(connection, row.draft_id)
            if current.version != row.version:
                raise ReviewConflict(f"draft {row.draft_id} changed meanwhile", state=State(current.state))
            cause = stale_cause(connection, current)
            if cause is None:
                is_again = State(current.state) is errand.doing
                action, to = (Action.RETRY, None) if is_again else (errand.begin, errand.doing)
                return self._ledger.move(connection, current, action, _WORKER, to=to, attempts=current.attempts + 1)
        self.turn_away(errand, row, Turn.EXPIRE, cause)
        return None

    def confirm(self, errand: Errand, draft_id: str, receipt: Receipt) -> None:
        """The note is there and private. A draft that ended while its note was on the way keeps its end."""
        with self._ledger.write() as connection:
            row = self._ledger.get(connection, draft_id)
            to = errand.done if State(row.state) is errand.doing else None
            changes: dict[str, Any] = {errand.column: receipt.note_id}
            if errand is DRAFT:  # a vendor that tells no time: the earliest it can be, in its own clock
                changes["posted_vms"] = to_ms(receipt.at) if receipt.at else row.based_on_vms
            self._ledger.move(connection, row, Action.CONFIRM, _WORKER, to=to, **changes)

    # -- the breaker ------------------------------------------------------------------------------------------------

    def suspect(self, errand: Errand, draft_id: str, receipt: Receipt) -> None:
        with self._ledger.write() as connection:
            row = self._ledger.get(connection, draft_id)
            reason = "public" if receipt.private is False else "unproved"
            self._ledger.move(
                connection,
                row,
                Action.SUSPECT,
                _WORKER,
                to=State.LEAK_SUSPECTED,
                reason=reason,
                **{errand.column: receipt.note_id},
            )
            open_breaker = upsert(connection, breaker).values(
                vendor=self._vendor,
                account=self._account,
                draft_id=draft_id,
                reason=reason,
                opened_ms=self._ledger.now_ms(),
            )
            connection.execute(open_breaker.on_conflict_do_nothing())

    def check_breaker(self) -> None:
        """Raises LeakSuspected while a person has not cleared the last suspicion."""
        with self._ledger.read() as connection:
            self._check_breaker(connection)

    def _check_breaker(self, connection: Connection) -> None:
        mine = (breaker.c.vendor == self._vendor, breaker.c.account == self._account)
        row = connection.execute(select(breaker).where(*mine)).one_or_none()
        if row is not None:
            raise LeakSuspected(
                f"{self._vendor} account {self._account!r}: the note CD-{row.draft_id} could not be shown to be "
                f"private ({row.reason}), so nothing is pushed. Look at the ticket, then run "
                f"`clonedesk-sync drafts clear {row.draft_id}`."
            )

    # -- tags -------------------------------------------------------------------------------------------------------

    @staticmethod
    def pending_tags() -> TagChange:
        return _change(PENDING_TAG)

    def tags_due(self) -> list[tuple[str, TagChange, dict[str, str]]]:
        """Tickets whose tag is out of date: (ticket, change, draft id -> the tag that settles). A ticket with an open
        draft shows that it waits, else what became of the newest.
        """
        noted = (*self._mine, _D.note_id.is_not(None))
        overdue = select(_D.ticket_id).where(*noted, _D.tags_due != _D.tags_shown)
        with self._ledger.read() as connection:
            rows = connection.execute(
                select(_D.ticket_id, _D.draft_id, _D.tags_due)
                .where(*noted, _D.ticket_id.in_(overdue))
                .order_by(_D.submitted_ms, _D.draft_id)
            ).all()
        tickets: dict[str, dict[str, str]] = defaultdict(dict)
        for row in rows:
            tickets[row.ticket_id][row.draft_id] = row.tags_due
        return [(ticket_id, _change(_shown(tags)), tags) for ticket_id, tags in sorted(tickets.items())]

    def tags_done(self, shown: Mapping[str, str]) -> None:
        """A tag is no step of a draft's life, so there is no history line."""
        with self._ledger.write() as connection:
            for draft_id, tag in shown.items():
                connection.execute(update(draft).where(_D.draft_id == draft_id).values(tags_shown=tag))


def _shown(tags: Mapping[str, str]) -> str:
    """tags: by draft, oldest first."""
    return PENDING_TAG if PENDING_TAG in tags.values() else [*tags.values()][-1]


def _change(tag: str) -> TagChange:
    """Show this tag and no other of ours; the reviewers' command tags have then done their work."""
    return TagChange(add=(tag,) if tag else (), remove=tuple(sorted(_ALL_TAGS - {tag})))


def clear(ledger: Ledger, draft_id: str, person: str, *, was_private: bool) -> AnyRow:
    """A person has looked at the note; see `ReviewQueue.clear_leak`."""
    with ledger.write() as connection:
        row = ledger.get(connection, draft_id)
        to = State.WITHDRAWN
        if was_private and row.delivery_note_id:
            to = State.DELIVERED
        elif was_private and not has_open_draft(connection, row):
            to = State.AWAITING_REVIEW
        cleared = ledger.move(connection, row, Action.CLEAR, By(person, ActorKind.LEAD), to=to, reason="cleared")
        mine = (_D.vendor == row.vendor, _D.account == row.account)
        if not connection.scalar(select(_D.draft_id).where(*mine, _D.state == State.LEAK_SUSPECTED).limit(1)):
            same = (breaker.c.vendor == row.vendor, breaker.c.account == row.account)
            connection.execute(delete(breaker).where(*same))
        return cleared


def retry(ledger: Ledger, draft_id: str, person: str) -> AnyRow:
    """Raises ReviewConflict for anything but a failed delivery; a draft that never was decided is submitted anew."""
    with ledger.write() as connection:
        row = ledger.get(connection, draft_id)
        if State(row.state) is not State.FAILED or row.outcome is None:
            raise ReviewConflict(f"draft {draft_id} is no failed delivery", state=State(row.state))
        return ledger.move(connection, row, Action.RETRY, By(person, ActorKind.LEAD), to=State.DECIDED)
