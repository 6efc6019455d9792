"""The push worker: drafts and approved texts become private notes, at most one each, in any order of crashes.

An outbox. The intent is on disk before the request is sent (`posting`, `delivering`). What became of a request without
a clear answer is never guessed: after `settle_s` the ticket's own messages are read, and only a note whose reference
is not there is sent again. A note that cannot be shown to be private stops all pushing to the account until a person
has looked (`ReviewQueue.clear_leak`). One push runs per queue at a time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from clonedesk_connectors.errors import (
    ContractBroken,
    LeakSuspected,
    RecordGone,
    Unavailable,
)
from clonedesk_connectors.model import Message
from clonedesk_connectors.protocol import Request, Verdict
from clonedesk_connectors.protocol.pushback import (
    Draft,
    Note,
    NotePurpose,
    PushBack,
    Reading,
    Receipt,
    TagChange,
    reference_of,
)
from clonedesk_connectors.protocol.pushback import Refusal as Refused
from clonedesk_connectors.review.ledger import from_ms
from clonedesk_connectors.review.outbox import APPROVED, DRAFT, Errand, Outbox, Turn, Work
from clonedesk_connectors.review.queue import ReviewQueue
from clonedesk_connectors.review.reader import Caller, MayNotRead, look, text_of
from clonedesk_connectors.review.router import Route, Router
from clonedesk_connectors.review.states import State
from clonedesk_connectors.review.values import ReviewConflict
from clonedesk_connectors.store.records import AnyRow

_PUSH_LOCK = 0x7075_7368  # "push"
_FORBIDDEN = 403
_NOTHING_THERE = (404, 410)
"""No ticket to tag, or no tag to take away: nothing is left to do."""
_HOW_TO = "Not usable? Add the tag ai_draft_reject or ai_draft_escalate, or write a private note: /draft reject REASON"


@dataclass(frozen=True, slots=True)
class Pushed:
    """What became of one draft in this run. problem: why it is unfinished; the next run goes on."""

    draft_id: str
    reference: str
    ticket_id: str
    state: State
    reason: str = ""
    note_id: str | None = None
    problem: str = ""


OnPushed = Callable[[Pushed], None]
_UNSURE = (Unavailable, ContractBroken, MayNotRead)
"""No clear answer. What a request did, if it was a write, is found out by looking."""


class Pusher:
    """Pushes what waits for one account. `run` may be called again and again.

    settle_s: how long a vendor may need to show what was written. rounds: looks per doubtful note and run.
    give_up_after: unclear answers in a row after which the helpdesk counts as down.
    """

    def __init__(
        self,
        queue: ReviewQueue,
        caller: Caller,
        push: PushBack,
        *,
        settle_s: float = 10.0,
        rounds: int = 3,
        give_up_after: int = 3,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._queue, self._caller, self._push = queue, caller, push
        connector = caller.connector
        self._outbox = Outbox(queue.ledger, queue.settings, connector.name, connector.account.name)
        self._settle_s, self._rounds, self._sleep = settle_s, rounds, sleep
        self._give_up_after, self._unclear = give_up_after, 0
        # Until one look or one note was accepted, a 403 may be about the credentials, which must not end every draft.
        self._has_read = self._accepted = False

    async def run(self, on_pushed: OnPushed = lambda pushed: None) -> dict[str, str]:
        """Post drafts, deliver approved texts, bring tags up to date. on_pushed: called once for each draft.

        Returns ticket id -> why its tags are not as they should be. The notes stay as they are; the next run tries
        the tags again (`Item.tags_due` is not `Item.tags_shown` until then).
        Raises LeakSuspected (nothing more is sent), AuthError, RateLimited, Unavailable when the helpdesk is down, and
        ArchiveLocked while another push runs. What was begun before an error is finished by the next run.
        """
        with self._queue.ledger.exclusive("push", _PUSH_LOCK):
            self._outbox.check_breaker()
            doubtful = dict.fromkeys(self._outbox.begun(), "begun by an earlier run")
            for work in self._outbox.waiting():
                await self._step(self._first, work, doubtful, on_pushed)
            for _ in range(self._rounds):
                if doubtful:
                    await self._sleep(self._settle_s)
                for work in [*doubtful]:
                    await self._step(self._again, work, doubtful, on_pushed)
            for work, problem in doubtful.items():
                on_pushed(self._pushed(work, problem))
            return await self._update_tags()

    async def _step(
        self,
        step: Callable[[Errand, AnyRow], Awaitable[str]],
        work: Work,
        doubtful: dict[Work, str],
        on_pushed: OnPushed,
    ) -> None:
        """One step for one draft; what is not finished by it is in `doubtful` afterwards, with the reason."""
        try:
            problem = await step(work.errand, self._outbox.get(work.draft_id))
            self._unclear = 0
        except _UNSURE as error:
            self._unclear += 1
            if self._unclear >= self._give_up_after:
                raise
            problem = str(error)
        except ReviewConflict:
            problem = ""  # ended meanwhile, e.g. replaced by a newer draft
        if problem:
            doubtful[work] = problem
        else:
            doubtful.pop(work, None)
            on_pushed(self._pushed(work, ""))

    async def _first(self, errand: Errand, row: AnyRow) -> str:
        """Preflight, intent, note. Returns what is unfinished, or ""."""
        reading = await self._preflight(errand, row)
        intent = self._outbox.begin(errand, row) if reading else None
        return await self._write(errand, intent, reading) if reading and intent else ""

    async def _again(self, errand: Errand, row: AnyRow) -> str:
        """Look before sending anything again."""
        if State(row.state) is errand.doing:
            found = await self._find(errand, row)
            if found is not None:
                await self._accept(errand, row, Receipt(found.id, found.visibility == "private", found.at))
                return ""
        elif State(row.state) is not errand.ready:
            return ""
        return await self._first(errand, row)

    async def _find(self, errand: Errand, row: AnyRow) -> Message | None:
        """The note, by its reference: the earliest message that carries it."""
        since = from_ms(row.based_on_vms)
        assert since is not None
        try:
            reading = await look(self._caller, self._push, self._push.find_note(row.ticket_id, since))
        except RecordGone:
            return None  # the preflight says what that means
        reference = errand.reference(row.draft_id)
        return next((seen for seen in reading.messages if reference_of(text_of(seen)) == reference), None)

    async def _preflight(self, errand: Errand, row: AnyRow) -> Reading | None:
        """What the ticket looks like now, or None when it needs no note any more (the draft has then ended)."""
        try:
            reading = await look(self._caller, self._push, self._push.preflight(row.ticket_id))
            self._has_read = True
        except RecordGone as gone:
            if isinstance(gone, MayNotRead) and not self._has_read:
                raise
            self._outbox.turn_away(errand, row, Turn.WITHDRAW, "gone")
            return None
        if reading.state is None:
            raise ContractBroken(f"ticket {row.ticket_id}: its state is not shown")
        return None if self._outbox.check(errand, row, reading, self._limits(errand, row, reading)) else reading

    def _limits(self, errand: Errand, row: AnyRow, reading: Reading) -> str | None:
        """Refuse what the vendor would cut or refuse without a word."""
        full, longest = self._push.max_messages, self._push.max_note_bytes
        if full is not None and reading.message_count is not None and reading.message_count >= full:
            return "ticket_full"
        if longest is not None and len(self._note(errand, row, reading).html().encode()) > longest:
            return "too_long"
        return None

    async def _write(self, errand: Errand, row: AnyRow, reading: Reading) -> str:
        request = self._push.note(self._note(errand, row, reading))
        answer = await self._caller.call(request, idempotent=False, priority=True)
        if answer.outcome.verdict is Verdict.OK:
            await self._accept(errand, row, self._push.receipt(request, answer.response))
        elif self._push.refusal(request, answer.response) is Refused.CONFLICT:
            return "the ticket changed at that moment"
        elif answer.response.status == _FORBIDDEN and not self._accepted:
            return f"{answer.outcome.reason}: the ticket is read-only, or these credentials may not write notes"
        else:
            self._outbox.turn_away(errand, row, Turn.REFUSE, answer.outcome.reason)
        return ""

    async def _accept(self, errand: Errand, row: AnyRow, receipt: Receipt) -> None:
        if receipt.private is True:
            self._accepted = True
            self._outbox.confirm(errand, row.draft_id, receipt)
            return
        self._outbox.suspect(errand, row.draft_id, receipt)
        await self._hide(row, receipt)
        raise LeakSuspected(
            f"{row.vendor} account {row.account!r}, ticket {row.ticket_id}: the note {errand.reference(row.draft_id)} "
            "cannot be shown to be private. Nothing more is pushed to this account. Look at the ticket, then run "
            f"`clonedesk-sync drafts clear {row.draft_id}`."
        )

    async def _hide(self, row: AnyRow, receipt: Receipt) -> None:
        request = self._push.make_private(row.ticket_id, receipt.note_id) if receipt.note_id else None
        if request is not None:
            try:
                await self._caller.call(request, priority=True)
            except Unavailable:
                return  # the breaker is open either way; a person looks

    async def _update_tags(self) -> dict[str, str]:
        """A tag that fails is reported and left to the next run; a helpdesk that is down ends the run."""
        problems: dict[str, str] = {}
        for ticket_id, change, shown in self._outbox.tags_due():
            try:
                why = await self._change_tags(ticket_id, change)
                self._unclear = 0
            except Unavailable as error:
                self._unclear += 1
                if self._unclear >= self._give_up_after:
                    raise
                why = str(error)
            if why:
                problems[ticket_id] = f"ticket {ticket_id}: tags not changed ({why})"
            else:
                self._outbox.tags_done(shown)
        return problems

    async def _change_tags(self, ticket_id: str, change: TagChange) -> str:
        """Send what the vendor needs, one answer leading to the next. Returns why it was refused, or ""."""
        why, waiting = "", [*self._push.tags(ticket_id, change)]
        while waiting:
            request = waiting.pop(0)
            answer = await self._caller.call(request, priority=True)
            if answer.outcome.verdict is Verdict.OK:
                try:
                    waiting += self._push.tags_then(change, request, answer.response)
                except ContractBroken as broken:
                    why = str(broken)
            elif answer.response.status not in _NOTHING_THERE or request.method not in ("GET", "DELETE"):
                why = answer.outcome.reason
        return why

    def _note(self, errand: Errand, row: AnyRow, reading: Reading) -> Note:
        return compose(
            errand.purpose,
            row.draft_id,
            row.ticket_id,
            row.body if errand is DRAFT else row.final_text,
            row.route_reason,
            reading.version,
        )

    def _pushed(self, work: Work, problem: str) -> Pushed:
        row = self._outbox.get(work.draft_id)
        note_id = getattr(row, work.errand.column)
        reference = work.errand.reference(row.draft_id)
        return Pushed(row.draft_id, reference, row.ticket_id, State(row.state), row.state_reason, note_id, problem)


def compose(
    purpose: NotePurpose, draft_id: str, ticket_id: str, body: str, route_reason: str, version: str | None
) -> Note:
    """The note as people see it. The text comes between two fixed lines, after the reference."""
    is_draft = purpose is NotePurpose.DRAFT
    errand = DRAFT if is_draft else APPROVED
    lines = (f"Why you see this: {route_reason}", _HOW_TO) if is_draft else ()
    return Note(ticket_id, errand.reference(draft_id), purpose, body, lines, version)


READ_FIRST = "(from the answer to the first request)"
"""Stands in a preview for what is only known once the ticket was read: its version, or the teammate who writes."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What a push of one draft sends if nothing stands in its way. requests: in their order, without credentials; the
    last ones read the tags. tags: what is then written, as far as it is not so already.
    """

    route: Route
    requests: tuple[Request, ...] = ()
    tags: TagChange = field(default_factory=TagChange)


def preview(push: PushBack, draft: Draft, router: Router) -> Preview:
    """For `--dry-run`: asks nobody and stores nothing. No requests for a draft that the router sends past the queue;
    whether the audit sample takes it after all is drawn when it is submitted.
    """
    route = router.route(draft, draw=1.0)
    if not route.needs_review:
        return Preview(route)
    note = compose(NotePurpose.DRAFT, draft.draft_id, draft.ticket_id, draft.body, route.reason, READ_FIRST)
    pending = Outbox.pending_tags()
    requests = (push.preflight(draft.ticket_id), push.note(note), *push.tags(draft.ticket_id, pending))
    return Preview(route, requests, pending)
