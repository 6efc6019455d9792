"""The review queue: drafts in, one at a time to people, decisions out.

    with ReviewQueue("sqlite:///archive.sqlite") as queue:
        queue.submit(draft)
        item = queue.claim("ana@example.com")
        queue.decide(item.draft_id, item.version, "ana@example.com", "approve")

Every method is one short transaction; threads and processes may share a queue. Names and ids of people are whatever the
caller uses for them. Times are aware and UTC.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from types import TracebackType
from typing import TYPE_CHECKING, Any

from clonedesk_connectors.errors import ClonedeskError, ConfigError
from clonedesk_connectors.model import Ticket
from clonedesk_connectors.protocol.pushback import Draft, Reading
from clonedesk_connectors.review import listing, outbox
from clonedesk_connectors.review.capture import Capture
from clonedesk_connectors.review.claims import Claims, assignees
from clonedesk_connectors.review.deciding import Deciding, Judgement, Said, judge
from clonedesk_connectors.review.ledger import Clock, Ledger, broken_at, wall_clock
from clonedesk_connectors.review.listing import Query
from clonedesk_connectors.review.router import Router
from clonedesk_connectors.review.rows import history_of, item_of, opinion_of
from clonedesk_connectors.review.settings import ReviewSettings
from clonedesk_connectors.review.sight import sight_of, sight_of_reading
from clonedesk_connectors.review.signal import Signals, current, entries
from clonedesk_connectors.review.states import OPEN, Action, ActorKind, By, State
from clonedesk_connectors.review.stats import Agreement, Calibration, ReviewStats, agreement, calibrate, review_stats
from clonedesk_connectors.review.stats import By as StatsBy
from clonedesk_connectors.review.submit import Intake
from clonedesk_connectors.review.values import Decision, Delivery, HistoryEvent, Item, Opinion, Place, Submitted
from clonedesk_connectors.store.review_tables import draft as table

if TYPE_CHECKING:
    from clonedesk_connectors.review.aio import AsyncReviewQueue

_BATCH = 500


class ReviewQueue:
    """Open with the URL of the archive it belongs to (it need not exist); the queue has its own file beside it.

    now: the clock for leases, undo windows and expiry; never compared with a helpdesk's times.
    Raises ConfigError for an unusable URL, SchemaTooNew and StoreError as their names say.
    """

    def __init__(
        self,
        url: str,
        *,
        settings: ReviewSettings | None = None,
        router: Router | None = None,
        now: Clock = wall_clock,
    ) -> None:
        self.settings = settings or ReviewSettings()
        self.ledger = Ledger(url, now)
        self._router = router or Router()
        self._intake = Intake(self.ledger, self.settings, self._router)
        self._claims = Claims(self.ledger, self.settings)
        self._deciding = Deciding(self.ledger, self.settings)
        self._capture = Capture(self.ledger, self.settings)
        self._signals = Signals(self.ledger, self.settings)

    @property
    def aio(self) -> AsyncReviewQueue:
        """This queue for code in an event loop; close this one, not that one."""
        from clonedesk_connectors.review.aio import AsyncReviewQueue  # noqa: PLC0415 - it is built on this class

        return AsyncReviewQueue.over(self)

    # -- drafts in --------------------------------------------------------------------------------------------------

    def submit(self, draft: Draft, *, place: Place = "local", delivery: Delivery = "note") -> Submitted:
        """Put a draft into the queue. The same draft twice is one draft; a newer one of the same ticket and kind
        replaces the open one.

        place: "local" waits for a reviewer at once, "helpdesk" for the push worker to post it as a private note.
        Raises ConfigError when the same text is known under another vendor or kind.
        """
        return self._intake.submit(draft, place, delivery)

    # -- one reviewer, one draft ------------------------------------------------------------------------------------

    def claim(self, reviewer: str, *, draft_id: str | None = None, query: Query | None = None) -> Item | None:
        """Lease the next draft (or this one) for `settings.lease_s`; None when there is none for this person.

        Left out: leased and expired drafts, those this person skipped or has already reviewed, and drafts whose
        conversation moved on. query: only drafts like these.
        """
        row = self._claims.claim(_name(reviewer), draft_id, (query or Query()).conditions())
        return item_of(row) if row else None

    def renew(self, draft_id: str, reviewer: str) -> Item:
        """Heartbeat: lease it for another `settings.lease_s`. Raises ReviewConflict when it is not this person's."""
        return item_of(self._claims.renew(draft_id, reviewer))

    def release(self, draft_id: str, reviewer: str) -> Item:
        """Give a draft back without a decision. Raises ReviewConflict when it is not this person's."""
        return item_of(self._claims.release(draft_id, reviewer, hide=False))

    def skip(self, draft_id: str, reviewer: str) -> Item:
        """Give it back and do not show it to this person again."""
        return item_of(self._claims.release(draft_id, reviewer, hide=True))

    def decide(
        self,
        draft_id: str,
        version: int,
        reviewer: str,
        decision: Decision | str,
        *,
        text: str | None = None,
        reason: str | None = None,
        remark: str | None = None,
        seconds: float | None = None,
    ) -> Item:
        """Approve, edit (text), reject (reason, one of RejectReason) or escalate a claimed draft.

        version: of the item that was shown. seconds: time spent; measured from the claim when None. The item comes
        back `decided`, or `awaiting_review` when more reviews are required, or `needs_adjudication` when reviewers
        disagree. Raises ReviewConflict when the lease or the version is not current (nothing changed), DraftStale
        when the conversation moved on or the draft ran out (it is then `expired`), ConfigError for an unusable
        decision.
        """
        said = self._judged(draft_id, Said(_decision(decision), text, reason, remark, seconds))
        return item_of(self._deciding.decide(draft_id, version, _name(reviewer), said))

    def adjudicate(
        self,
        draft_id: str,
        version: int,
        lead: str,
        decision: Decision | str,
        *,
        text: str | None = None,
        reason: str | None = None,
        remark: str | None = None,
    ) -> Item:
        """Settle a draft on which reviewers disagree; the lead's word counts. Raises like `decide`."""
        said = self._judged(draft_id, Said(_decision(decision), text, reason, remark))
        return item_of(self._deciding.adjudicate(draft_id, version, _name(lead), said))

    def undo(self, draft_id: str, actor: str, *, is_lead: bool = False) -> Item:
        """Take a decision back; the draft is then leased to `actor`.

        Possible for the person who decided (or a lead), for `settings.undo_s`, before delivery and export, and only
        if no newer draft waits. Raises ReviewConflict otherwise.
        """
        return item_of(self._deciding.undo(draft_id, By(actor, ActorKind.LEAD if is_lead else ActorKind.REVIEWER)))

    def _judged(self, draft_id: str, said: Said) -> Judgement:
        with self.ledger.read() as connection:
            body = self.ledger.get(connection, draft_id).body
        return judge(body, said, self.settings.match)

    # -- many at once -----------------------------------------------------------------------------------------------

    def approve_identical(self, draft_ids: Iterable[str], reviewer: str) -> dict[str, str]:
        """Approve drafts whose normalised texts are the same. Returns draft id -> "" or why not.

        Raises ConfigError when the texts differ or there are more than `settings.bulk_limit`; then nothing is done.
        """
        wanted = list(dict.fromkeys(draft_ids))
        if len(wanted) > self.settings.bulk_limit:
            raise ConfigError(f"at most {self.settings.bulk_limit} drafts are approved at once")
        with self.ledger.read() as connection:
            marks = {self.ledger.get(connection, draft_id).body_mark for draft_id in wanted}
        if len(marks) > 1:
            raise ConfigError("only drafts with the same text are approved at once; look at the others one by one")
        return self._bulk(wanted, reviewer, Decision.APPROVE, None)

    def reject_many(self, draft_ids: Iterable[str], reviewer: str, reason: str) -> dict[str, str]:
        """Reject drafts for one reason. Returns draft id -> "" or why not."""
        return self._bulk(draft_ids, reviewer, Decision.REJECT, reason)

    def expire_many(self, draft_ids: Iterable[str], actor: str) -> dict[str, str]:
        """Take open drafts out of the queue without a label. Returns draft id -> "" or why not."""

        def expire(draft_id: str) -> None:
            with self.ledger.write() as connection:
                row = self.ledger.get(connection, draft_id)
                by = By(_name(actor), ActorKind.LEAD)
                self.ledger.move(connection, row, Action.EXPIRE, by, to=State.EXPIRED, reason="by_hand")

        return {draft_id: _try(expire, draft_id) for draft_id in draft_ids}

    def assign_many(self, draft_ids: Iterable[str], reviewer: str | None, actor: str) -> dict[str, str]:
        """Hand drafts out to one person: `claim` gives them to nobody else, and to this person first, unless a draft
        is asked for by its id. reviewer: None takes that back. Returns draft id -> "" or why not.
        """
        person = None if reviewer is None else _name(reviewer)
        return {one: _try(lambda one: self._claims.assign(one, person, _name(actor)), one) for one in draft_ids}

    def assignees(self, draft_ids: Iterable[str]) -> dict[str, str]:
        """Draft id -> whom it is assigned to, for those that are."""
        with self.ledger.read() as connection:
            return assignees(connection, draft_ids)

    def _bulk(self, draft_ids: Iterable[str], reviewer: str, decision: Decision, reason: str | None) -> dict[str, str]:
        def decide(draft_id: str) -> None:
            said = self._judged(draft_id, Said(decision, reason=reason))
            self._deciding.decide(draft_id, None, _name(reviewer), said, bulk=True)

        return {draft_id: _try(decide, draft_id) for draft_id in draft_ids}

    def sweep(self) -> int:
        """Expire open drafts whose time has run out; returns how many. Claims and decisions do not depend on it."""
        by = By("sweep", ActorKind.WORKER)
        with self.ledger.write() as connection:
            over = (table.c.state.in_(OPEN - {State.POSTING}), table.c.expires_ms <= self.ledger.now_ms())
            rows = connection.execute(table.select().where(*over).limit(_BATCH)).all()
            for row in rows:
                self.ledger.move(connection, row, Action.EXPIRE, by, to=State.EXPIRED, reason="ttl")
        return len(rows) + (self.sweep() if len(rows) == _BATCH else 0)

    # -- the helpdesk -----------------------------------------------------------------------------------------------

    def capture(self, ticket: Ticket) -> list[Item]:
        """Read what people did with a ticket's drafts off the ticket. Returns the drafts that changed.

        A human reply after the note decides its draft by comparison (source `inferred`); a tag `ai_draft_reject` or
        `ai_draft_escalate`, or a private note `/draft reject REASON`, decides explicitly; any other newer public
        message expires it; merged, spam and deleted tickets withdraw it. Replies and ratings seen after the end are
        added as `observed_…`, `reopened_24h`, `csat`. Taking the same ticket again changes nothing.
        """
        return [item_of(row) for row in self._capture.take(sight_of(ticket))]

    def capture_reading(self, vendor: str, account: str, ticket_id: str, reading: Reading) -> list[Item]:
        """The same from a live look at the ticket (`PushBack.read_back`)."""
        return [item_of(row) for row in self._capture.take(sight_of_reading(vendor, account, ticket_id, reading))]

    def clear_leak(self, draft_id: str, person: str, *, was_private: bool) -> Item:
        """A person has looked at a note under suspicion; pushing to that account may go on.

        was_private: the draft goes on where it was; otherwise (a customer may have seen it) it is withdrawn.
        Raises ReviewConflict when the draft is not under suspicion.
        """
        return item_of(outbox.clear(self.ledger, draft_id, _name(person), was_private=was_private))

    def retry_delivery(self, draft_id: str, person: str) -> Item:
        """Let the next push try again to deliver an approved text that the helpdesk refused."""
        return item_of(outbox.retry(self.ledger, draft_id, _name(person)))

    # -- what is learned --------------------------------------------------------------------------------------------

    def write_signals(self) -> tuple[int, int]:
        """Append a record for each decision whose undo window is over, and withdraw approvals that did not hold.

        Returns how many were written and withdrawn.
        """
        return self._signals.write()

    def signals(self) -> Iterator[dict[str, Any]]:
        """All records as they count now, in the order they were written; withdrawn ones with weight 0."""
        after = 0
        while True:
            with self.ledger.read() as connection:
                rows = entries(connection, after, _BATCH)
            yield from map(current, rows)
            if len(rows) < _BATCH:
                return
            after = rows[-1].seq

    def stats(self, by: StatsBy = "reviewer", query: Query | None = None) -> list[ReviewStats]:
        """How people decide, per reviewer, segment or model version."""
        with self.ledger.read() as connection:
            return review_stats(connection, query or Query(), self.settings, by)

    def agreement(self, query: Query | None = None) -> Agreement:
        """How far blind reviewers of the same drafts agree."""
        with self.ledger.read() as connection:
            return agreement(connection, query or Query())

    def calibrate(self, query: Query | None = None) -> list[Calibration]:
        """What people decided by segment and tenth of confidence, with Wilson intervals and suggestions."""
        with self.ledger.read() as connection:
            return calibrate(connection, query or Query(), self._router.rules)

    # -- reading ----------------------------------------------------------------------------------------------------

    def get(self, draft_id: str) -> Item:
        """Raises ReviewConflict for an unknown draft."""
        with self.ledger.read() as connection:
            return item_of(self.ledger.get(connection, draft_id))

    def find(self, query: Query | None = None, *, limit: int = 50, offset: int = 0) -> list[Item]:
        """Waiting drafts (`states=(State.AWAITING_REVIEW,)`) as they are handed out, all others last changed first."""
        with self.ledger.read() as connection:
            return [item_of(row) for row in listing.find(connection, query or Query(), limit, offset)]

    def counts(self, query: Query | None = None) -> dict[State, int]:
        """Drafts by state; every state is named."""
        with self.ledger.read() as connection:
            return listing.counts(connection, query or Query())

    def history(self, draft_id: str) -> list[HistoryEvent]:
        """Everything that happened to a draft, oldest first; append-only, each line sealed with a hash."""
        with self.ledger.read() as connection:
            return [history_of(row) for row in listing.history(connection, draft_id, 0, 10_000)]

    def opinions(self, draft_id: str) -> list[Opinion]:
        """What people said of a draft, undone and overruled opinions included. Not for reviewers: reviews are blind."""
        with self.ledger.read() as connection:
            return [opinion_of(row) for row in listing.opinions(connection, draft_id)]

    def subscribe(self, after: int = 0) -> Iterator[HistoryEvent]:
        """History lines of all drafts after a sequence number, up to now. `aio` has one that waits for more."""
        while True:
            with self.ledger.read() as connection:
                rows = listing.history(connection, None, after, _BATCH)
            if not rows:
                return
            yield from map(history_of, rows)
            after = rows[-1].seq

    def reveal(self, draft_id: str, person: str) -> None:
        """Write down that this person looks at personal data of a draft. Raises ReviewConflict for an unknown one."""
        with self.ledger.write() as connection:
            row = self.ledger.get(connection, draft_id)
            self.ledger.note_reveal(connection, row, By(_name(person), ActorKind.REVIEWER))

    def has_revealed(self, draft_id: str, person: str) -> bool:
        with self.ledger.read() as connection:
            return listing.has_revealed(connection, draft_id, person)

    def verify(self) -> int | None:
        """The first history line that was altered or follows a removed one; None when the history is whole."""
        with self.ledger.read() as connection:
            return broken_at(connection)

    def close(self) -> None:
        self.ledger.close()

    def __enter__(self) -> ReviewQueue:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _name(person: str) -> str:
    if not person.strip() or len(person) > 200:
        raise ConfigError("a reviewer needs a name of 1 to 200 characters")
    return person


def _decision(word: str) -> Decision:
    try:
        return Decision(word)
    except ValueError:
        raise ConfigError(f"a decision is one of: {', '.join(Decision)}") from None


def _try(action: Callable[[str], object], draft_id: str) -> str:
    try:
        action(draft_id)
    except ClonedeskError as error:
        return str(error)
    return ""
