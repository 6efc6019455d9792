"""Decisions back from the helpdesk: what people did with a ticket, read as what they thought of its drafts.

An explicit word (a tag, `/draft reject`) beats inference; a human reply is matched with the drafts people could see;
anything else public that is newer than `based_on` ends a draft. Planning happens outside the transaction; a step is
taken only if its draft is still in the state the plan was made for, else the next capture makes it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from clonedesk_connectors.model import ActorKind as ModelActor
from clonedesk_connectors.model import Message
from clonedesk_connectors.protocol.pushback import ContextMessage, TicketState, reference_of
from clonedesk_connectors.review import merges
from clonedesk_connectors.review.hindsight import hindsight
from clonedesk_connectors.review.ledger import Ledger, from_ms, to_ms
from clonedesk_connectors.review.matcher import DraftMatch, MatchOutcome, PostedDraft, ThreadMessage, match
from clonedesk_connectors.review.reader import cause_of, moved_on, newest_public, text_of
from clonedesk_connectors.review.rows import context_json
from clonedesk_connectors.review.settings import ReviewSettings
from clonedesk_connectors.review.sight import Command, Sight
from clonedesk_connectors.review.states import Action, ActorKind, By, State
from clonedesk_connectors.store.records import AnyRow, upsert
from clonedesk_connectors.store.review_tables import draft, opinion, ticket_seen
from clonedesk_connectors.text.normal import flat

_D = draft.c
_SYNC = By("capture", ActorKind.SYNC)
_GONE = {TicketState.MERGED, TicketState.SPAM, TicketState.DELETED}
_NOT_WRITABLE = _GONE | {TicketState.CLOSED}
_VISIBLE = (State.AWAITING_REVIEW, State.NEEDS_ADJUDICATION)
_ENDINGS = {
    MatchOutcome.SUPERSEDED: (Action.SUPERSEDE, State.SUPERSEDED, "better_match"),
    MatchOutcome.NOT_SEEN: (Action.EXPIRE, State.EXPIRED, "agent_replied"),
    MatchOutcome.EXPIRED: (Action.EXPIRE, State.EXPIRED, "customer_replied"),
}
_CONTEXT_MESSAGES = 20


@dataclass(frozen=True, slots=True)
class Step:
    """One planned step of one draft. said: what goes into the opinions, for a decision."""

    row: AnyRow
    action: Action
    to: State | None
    by: By = _SYNC
    reason: str = ""
    changes: dict[str, Any] = field(default_factory=dict)
    said: dict[str, Any] | None = None


class Capture:
    """See `ReviewQueue.capture`."""

    def __init__(self, ledger: Ledger, settings: ReviewSettings) -> None:
        self._ledger, self._settings = ledger, settings

    def take(self, sight: Sight) -> list[AnyRow]:
        """Returns the drafts that changed. Two passes: what ended in the first may have been used all the same, here or
        in the ticket this one was merged into.
        """
        same = (_D.vendor == sight.vendor, _D.account == sight.account, _D.ticket_id == sight.ticket_id)
        ours = select(draft).where(*same).order_by(_D.submitted_ms, _D.draft_id)
        with self._ledger.read() as connection:
            rows, followed = connection.execute(ours).all(), merges.drafts_of(connection, sight)
        if not rows and not followed:
            return []
        self._remember(sight, rows)
        changed = self._walk([*self._open_steps(sight, rows)])
        with self._ledger.read() as connection:
            rows = connection.execute(ours).all()
        late = [step for row in (*rows, *followed) for step in self._late_step(sight, row)]
        return [*{row.draft_id: row for row in (*changed, *self._walk(late))}.values()]

    def _walk(self, steps: Sequence[Step]) -> list[AnyRow]:
        changed = []
        with self._ledger.write() as connection:
            for step in steps:
                current = self._ledger.get(connection, step.row.draft_id)
                if current.state != step.row.state:
                    continue
                changes = step.changes
                if step.said is not None:
                    now_ms = self._ledger.now_ms()
                    _add_opinion(connection, step, step.said, now_ms)
                    changes = {**changes, "decided_ms": now_ms}
                moved = self._ledger.move(
                    connection, current, step.action, step.by, to=step.to, reason=step.reason, **changes
                )
                changed.append(moved)
        return changed

    # -- open drafts ------------------------------------------------------------------------------------------------

    def _open_steps(self, sight: Sight, rows: Sequence[AnyRow]) -> Iterator[Step]:
        visible = [row for row in rows if State(row.state) in _VISIBLE and row.posted_vms is not None]
        told = {step.row.draft_id: step for step in self._commanded(sight, visible)}
        quiet = [row for row in visible if row.draft_id not in told]
        matched = {} if sight.state in _GONE else self._matched(sight, quiet)
        for row in rows:
            if State(row.state) not in (State.QUEUED, *_VISIBLE):
                continue  # ended, or on its way to the helpdesk: the push worker looks for itself
            if row.draft_id in told:
                yield told[row.draft_id]
            elif row.draft_id in matched:
                yield matched[row.draft_id]
            else:
                yield from _ended(sight, row)

    def _commanded(self, sight: Sight, visible: Sequence[AnyRow]) -> Iterator[Step]:
        for command in sight.commands:
            named = [row for row in visible if command.draft_id in (None, row.draft_id)]
            target = next((row for row in reversed(named) if _is_meant(command, row)), None)
            if target is not None:
                yield _command_step(command, target)

    def _matched(self, sight: Sight, rows: Sequence[AnyRow]) -> dict[str, Step]:
        """Steps of drafts that a reply, or the lack of one, has decided."""
        posted = [
            PostedDraft(row.draft_id, row.body, _moment(row.posted_vms), _moment(row.based_on_vms)) for row in rows
        ]
        thread = [thread_message(message) for message in sight.messages if message.visibility == "public"]
        by_id = {row.draft_id: row for row in rows}
        found = match(posted, thread, settings=self._settings.match) if posted else ()
        texts = {message.message_id: message.text for message in thread}
        return {
            one.draft_id: _match_step(by_id[one.draft_id], one, texts)
            for one in found
            if one.outcome is not MatchOutcome.WAITING
        }

    # -- afterwards -------------------------------------------------------------------------------------------------

    def _late_step(self, sight: Sight, row: AnyRow) -> Iterator[Step]:
        changes = hindsight(sight, row, self._settings)
        if changes:
            yield Step(row, Action.LATE, None, reason=",".join(sorted(changes)), changes=changes)

    # -- what is known of the ticket --------------------------------------------------------------------------------

    def _remember(self, sight: Sight, rows: Sequence[AnyRow]) -> None:
        """Keep the newest public message for freshness checks, and the context for training data."""
        newest = newest_public(sight.messages)
        with self._ledger.write() as connection:
            merges.remember(connection, sight.vendor, sight.account, sight.ticket_id, sight.merged_into)
            if newest is not None:
                _see(connection, sight, newest)
            for row in rows:
                if row.context is None or row.requester_id is None:
                    known = {"context": row.context or _context(sight, row)}
                    known["requester_id"] = row.requester_id or sight.requester_id
                    connection.execute(update(draft).where(_D.draft_id == row.draft_id).values(known))


def _add_opinion(connection: Connection, step: Step, said: dict[str, Any], now_ms: int) -> None:
    values = {"draft_id": step.row.draft_id, "reviewer": step.by.name, "at_ms": now_ms}
    plain = {"critical_change": False, "is_lead": False, "undone": False}
    connection.execute(insert(opinion).values(**plain | values | said))


def _is_meant(command: Command, row: AnyRow) -> bool:
    """A word said before the note was there cannot be about it; a tag of unknown age counts once our own tags, which
    clear the old ones, have been set.
    """
    if command.at is None:
        return bool(row.tags_shown == row.tags_due)
    return to_ms(command.at) >= int(row.posted_vms)


def _command_step(command: Command, row: AnyRow) -> Step:
    outcome = "rejected" if command.decision == "reject" else "escalated"
    said = {
        "decision": command.decision,
        "outcome": outcome,
        "reason": command.reason,
        "remark": command.remark,
    }
    changes = {
        "outcome": outcome,
        "outcome_reason": command.reason,
        "decided_by": command.by,
        "decided_vms": to_ms(command.at) if command.at else None,
        "source": "explicit",
    }
    by = By(command.by, ActorKind.AGENT)
    return Step(row, Action.OBSERVE, State.DECIDED, by, command.reason or outcome, changes, said)


def _match_step(row: AnyRow, found: DraftMatch, texts: dict[str, str]) -> Step:
    if found.outcome in _ENDINGS:
        action, to, reason = _ENDINGS[found.outcome]
        seen = {"outcome": "not_seen"} if found.outcome is MatchOutcome.NOT_SEEN else {}
        return Step(row, action, to, reason=reason, changes=dict(seen))
    assert found.result is not None
    assert found.decided_at is not None
    measured = {
        "outcome": found.outcome.value,
        "final_text": "\n\n".join(texts[message_id] for message_id in found.message_ids),
        "similarity": found.result.similarity,
        "critical_change": found.result.critical_change,
    }
    by = By(found.author_id or "unknown", ActorKind.AGENT)
    changes = {**measured, "decided_by": by.name, "decided_vms": to_ms(found.decided_at), "source": "inferred"}
    return Step(row, Action.OBSERVE, State.DECIDED, by, found.outcome, changes, {"decision": "observed", **measured})


def _ended(sight: Sight, row: AnyRow) -> Iterator[Step]:
    """The end of a draft that nobody used."""
    if sight.state in _GONE:
        yield Step(row, Action.WITHDRAW, State.WITHDRAWN, reason=sight.state)
        return
    cause = moved_on(row.based_on_id, _moment(row.based_on_vms), sight.messages)
    if cause is None and sight.state in (TicketState.SOLVED, TicketState.CLOSED):
        cause = "unused"
    if cause is not None:
        yield Step(row, Action.EXPIRE, State.EXPIRED, reason=cause)
    elif _note_is_gone(sight, row):
        yield Step(row, Action.WITHDRAW, State.WITHDRAWN, reason="note_gone")


def _note_is_gone(sight: Sight, row: AnyRow) -> bool:
    """Somebody deleted the note or took its text away. Only from a history that is complete and newer."""
    if not sight.is_complete or row.posted_vms is None or sight.newest_at is None:
        return False
    if to_ms(sight.newest_at) <= row.posted_vms:
        return False
    private = (message for message in sight.messages if message.visibility == "private")
    return not any(_is_note(row, message) for message in private)


def _is_note(row: AnyRow, message: Message) -> bool:
    """By its reference; where the helpdesk took that away, by its id and the draft's text."""
    text = text_of(message)
    is_ours = reference_of(text) == f"CD-{row.draft_id}"
    return is_ours or (message.id == row.note_id and flat(row.body) in flat(text))


def thread_message(message: Message) -> ThreadMessage:
    return ThreadMessage(message.id, text_of(message), message.at, message.actor.kind, message.actor.id or "")


def _context(sight: Sight, row: AnyRow) -> str | None:
    """The last public messages up to the one the draft is based on; None while that one has not been seen."""
    public = [message for message in sight.messages if message.visibility == "public"]
    at = next((n for n, message in enumerate(public, 1) if message.id == row.based_on_id), None)
    if at is None:
        return None
    return context_json(
        ContextMessage(id=one.id, at=one.at, author=ModelActor(one.actor.kind), body=text_of(one).replace("\0", ""))
        for one in public[max(0, at - _CONTEXT_MESSAGES) : at]
    )


def _see(connection: Connection, sight: Sight, newest: Message) -> None:
    """Only forward: an older copy of the ticket must not make a stale draft look fresh again."""
    key = {"vendor": sight.vendor, "account": sight.account, "ticket_id": sight.ticket_id}
    same = tuple(ticket_seen.c[name] == value for name, value in key.items())
    known = connection.execute(select(ticket_seen).where(*same)).one_or_none()
    newest_vms = to_ms(newest.at)
    if known is not None:
        is_newer = newest_vms > known.message_vms
        follows = newest_vms == known.message_vms and any(one.id == known.message_id for one in sight.messages)
        if not is_newer and not follows:
            return
    is_writable = sight.state not in _NOT_WRITABLE
    values = {
        "message_id": newest.id,
        "message_vms": newest_vms,
        "cause": cause_of(newest) if is_writable else sight.state.value,
        "is_writable": is_writable,
    }
    statement = upsert(connection, ticket_seen).values(**key, **values)
    connection.execute(statement.on_conflict_do_update(index_elements=list(key), set_=values))


def _moment(ms: int) -> datetime:
    moment = from_ms(ms)
    assert moment is not None
    return moment
