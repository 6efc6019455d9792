"""The second half of the demo: drafts go to the invented helpdesks, their agents do with them what agents do, and what
they did comes back.

The drafts are the demo's own words, no model wrote them. Everything else is the ordinary library over HTTP: submit,
push, pull, capture, signals.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import cycle
from pathlib import Path
from typing import Any

from clonedesk_connectors import app
from clonedesk_connectors.errors import LeakSuspected
from clonedesk_connectors.model import ActorKind, AssigneeKind, Message, Status, Ticket
from clonedesk_connectors.protocol.pushback import BasedOn, Draft, ModelInfo, Segment
from clonedesk_connectors.review.gather import capture_archive
from clonedesk_connectors.review.listing import Query
from clonedesk_connectors.review.push import Pushed, Pusher
from clonedesk_connectors.review.queue import ReviewQueue
from clonedesk_connectors.review.reader import newest_public
from clonedesk_connectors.review.settings import ReviewSettings
from clonedesk_connectors.review.states import State
from clonedesk_connectors.review.values import Item
from clonedesk_connectors.testing.agents import Agent, Shift
from clonedesk_connectors.testing.sandbox.intercom_desk import ID_BASE
from clonedesk_connectors.testing.world.directory import FIRST_HUMAN

SCENES = (
    *("approved", "approved", "edited", "rejected by note", "ignored", "overtaken"),
    *("approved", "edited", "formatted", "rejected by tag", "ignored", "approved"),
)
"""What becomes of the first, second, … draft of a helpdesk."""

_QUESTION = "I am sorry to write again, but nothing has arrived so far. What happens now?"
_ONE_MORE = "One more thing: I found the old order number, it is 4711. Does that help?"
_OWN_REPLY = (
    "Good morning, I am Imke from the warehouse team. Nobody had scanned your parcel, so I walked over and found it "
    "behind the sorting line. The driver brings it tomorrow before noon; please keep your phone at hand."
)
_MATTERS = {
    "delivery": "the parcel went missing on its way",
    "refund": "the first transfer was returned by the bank",
    "invoice": "the invoice was charged twice",
    "password": "the reset failed and a paid day was lost",
    "setup": "the setup did not work as promised",
}
_LAG_S = 120
"""More than any vendor's newest minute, which their exports leave out."""
_OUTCOMES = {
    "approved_verbatim": "approved",
    "approved_formatting": "approved",
    "light_edit": "edited",
    "partial": "edited",
    "edited": "edited",
}
COLUMNS = ("drafts", "approved", "edited", "rejected", "replaced", "expired", "explicit", "inferred")


@dataclass(frozen=True, slots=True)
class Desk:
    """One running sandbox helpdesk, and our connection to it."""

    vendor: str
    helpdesk: Any
    connection: app.Connection

    def number(self, ticket_id: str) -> int:
        """The ticket's number in the world."""
        return int(ticket_id) - (ID_BASE if self.vendor == "intercom" else 0)

    @property
    def notes(self) -> int:
        """Private notes of ours, as the sandbox counted them."""
        return sum(write.public is False and not write.by_agent for write in self.helpdesk.writes)


def run(archive: Path, desks: Sequence[Desk], *, kept: bool) -> Iterator[str]:
    """The lines of the story. desks: pulled into the archive already. kept: whether the archive stays afterwards."""
    store = f"sqlite:///{archive}"
    with ReviewQueue(store, settings=ReviewSettings(undo_s=0)) as queue:  # nobody waits 10 minutes in a demo
        yield ""
        yield "AI drafts for open tickets, in the demo's own invented words (no model wrote them), to the helpdesks:"
        for desk in desks:
            yield from _posted(desk, store, queue)
        with app.open_store(store) as opened:
            capture_archive(queue, opened)
        for desk in desks:  # the tags follow what was captured; no note is written
            app.run_sync(_push(desk, store, queue))
        yield ""
        yield "Their agents answered in the helpdesks; a pull and a capture later the queue knows:"
        yield from _table(queue, desks)
        yield from _examples(queue)
        yield from proof(desks)
        yield from _how_to_see(store if kept else None, queue)


def _posted(desk: Desk, store: str, queue: ReviewQueue) -> Iterator[str]:
    """Customers write again, drafts are made and pushed, and then people act."""
    drafts = drafts_for(desk, store)
    for draft in drafts:
        queue.submit(draft, place="helpdesk")
    began = time.monotonic()
    pushed = app.run_sync(_push(desk, store, queue))
    yield (
        f"  {desk.vendor:<10} {len(drafts):>3} drafts became {desk.notes} private notes in "
        f"{time.monotonic() - began:.1f} s"
    )
    yield from sorted({f"{'':<13}{one.problem}" for one in pushed if one.problem})
    desk.helpdesk.advance(_LAG_S)
    app.run_sync(_act(desk, drafts))
    desk.helpdesk.advance(_LAG_S)
    app.pull(desk.connection, store)


def drafts_for(desk: Desk, store: str) -> list[Draft]:
    """Drafts for the open tickets of people whose customers have just written again."""
    with app.open_store(store) as opened:
        solved = [one for one in opened.tickets(desk.vendor) if _is_solved_by_a_person(one)]
    for ticket in sorted(solved, key=lambda one: int(one.native_id))[: len(SCENES)]:
        desk.helpdesk.update(desk.number(ticket.native_id), comment=_QUESTION)
    desk.helpdesk.advance(_LAG_S)
    app.pull(desk.connection, store)
    with app.open_store(store) as opened:
        waiting = [one for one in opened.tickets(desk.vendor) if _waits_for_a_person(one)]
    return [_draft(ticket) for ticket in sorted(waiting, key=lambda one: int(one.native_id))]


def _is_solved_by_a_person(ticket: Ticket) -> bool:
    ended = Status.CLOSED if ticket.vendor == "intercom" else Status.SOLVED
    newest = newest_public(_messages(ticket))
    is_answered = newest is not None and newest.actor.kind is ActorKind.HUMAN_AGENT
    return is_answered and ticket.status is ended and ticket.assignee_kind is AssigneeKind.HUMAN


def _waits_for_a_person(ticket: Ticket) -> bool:
    newest = newest_public(_messages(ticket))
    is_asked = newest is not None and newest.actor.kind is ActorKind.CUSTOMER
    return is_asked and ticket.status is Status.OPEN and ticket.assignee_kind is AssigneeKind.HUMAN


def _messages(ticket: Ticket) -> list[Message]:
    return [event for event in ticket.events if isinstance(event, Message)]


def _draft(ticket: Ticket) -> Draft:
    newest = newest_public(_messages(ticket))
    assert newest is not None
    amount = 20 + int(ticket.native_id) % 60
    matter = _MATTERS.get(ticket.ticket_type or "", "something went wrong on our side")
    return Draft(
        vendor=ticket.vendor,
        account=ticket.account,
        ticket_id=ticket.native_id,
        body=(
            f"Hello,\n\nthank you for your patience. We have looked into it again: {matter}. A refund of {amount}.00 "
            "EUR was sent to your bank today and arrives within 3 working days. If it does not, please answer this "
            "message and we will follow it up with the bank at once.\n\nKind regards"
        ),
        confidence=round(0.5 + int(ticket.native_id) % 45 / 100, 2),
        segment=Segment(
            type=ticket.ticket_type, channel=ticket.channel.value, tier=ticket.tier, language=ticket.language
        ),
        based_on=BasedOn(message_id=newest.id, at=newest.at),
        model=ModelInfo(name="none, the demo's own words", version="demo-1"),
        created_at=datetime.now(UTC),
        reason="invented for the demo",
    )


async def _push(desk: Desk, store: str, queue: ReviewQueue) -> list[Pushed]:
    """What `drafts push` does. A sandbox shows at once what was written, so nothing has to settle."""
    pushed: list[Pushed] = []
    async with app.open_push_back(desk.connection, store) as (session, adapter):
        await Pusher(queue, session, adapter, settle_s=0).run(pushed.append)
    return pushed


async def _act(desk: Desk, drafts: Sequence[Draft]) -> None:
    async with Shift(desk.vendor, desk.connection.account, desk.helpdesk, FIRST_HUMAN) as agent:
        for scene, draft in zip(cycle(SCENES), drafts, strict=False):
            if scene == "overtaken":
                desk.helpdesk.update(desk.number(draft.ticket_id), comment=_ONE_MORE)
            else:
                await _answer(agent, scene, draft)


async def _answer(agent: Agent, scene: str, draft: Draft) -> None:
    ticket_id, text = draft.ticket_id, draft.body
    match scene:
        case "approved":
            await agent.reply(ticket_id, text)
        case "formatted":
            await agent.reply(ticket_id, text.replace("Hello,", "Dear customer,") + ",\nImke Torvald\nCustomer care")
        case "edited":
            await agent.reply(ticket_id, text.replace(".00 EUR", ".50 EUR"))
        case "ignored":
            await agent.reply(ticket_id, _OWN_REPLY)
        case "rejected by note":
            await agent.note(ticket_id, "/draft reject wrong_fact the transfer was not returned")
        case "rejected by tag":
            await agent.tag(ticket_id, "ai_draft_reject")


def counted(items: Sequence[Item]) -> dict[str, int]:
    """How the drafts of one helpdesk ended, by the names of the table's columns."""
    row = dict.fromkeys(COLUMNS, 0) | {"drafts": len(items)}
    for item in items:
        end = "expired" if item.state is State.EXPIRED else _OUTCOMES.get(item.outcome or "", item.outcome or "")
        row[end] = row.get(end, 0) + 1
        if item.source is not None:
            row[item.source] += 1
    return row


def _table(queue: ReviewQueue, desks: Sequence[Desk]) -> Iterator[str]:
    yield f"  {'':<10}" + "".join(f"{name:>10}" for name in COLUMNS)
    for desk in desks:
        row = counted(queue.find(Query(vendor=desk.vendor), limit=10_000))
        yield f"  {desk.vendor:<10}" + "".join(f"{row[name]:>10}" for name in COLUMNS)
    yield "  explicit: said with a tag or `/draft reject`; inferred: by comparing the agent's reply with the draft"


def _examples(queue: ReviewQueue) -> Iterator[str]:
    decided = queue.find(Query(states=(State.DECIDED,)), limit=10_000)
    for item in [one for one in decided if one.critical_change and one.outcome == "light_edit"][:1]:
        was, now = _first_difference(item.draft.body.split(), (item.final_text or "").split())
        yield (
            f"  e.g. {_named(item)}: {item.outcome}, similarity {item.similarity:.2f}, and a critical change: "
            f"{was} became {now}"
        )
    for item in [one for one in decided if one.outcome_reason == "wrong_fact"][:1]:
        yield f"  and {_named(item)}: {item.outcome}, {item.outcome_reason}, by a private note of {item.decided_by}"


def _named(item: Item) -> str:
    return f"{item.reference} for {item.draft.vendor} ticket {item.draft.ticket_id}"


def _first_difference(draft: Sequence[str], final: Sequence[str]) -> tuple[str, str]:
    return next(((old, new) for old, new in zip(draft, final, strict=False) if old != new), ("", ""))


def proof(desks: Sequence[Desk]) -> Iterator[str]:
    """Raises LeakSuspected when a sandbox saw a public text of ours."""
    ours = [write for desk in desks for write in desk.helpdesk.writes if not write.by_agent]
    public = sum(write.public is True for write in ours)
    replies = sum(write.public is True for desk in desks for write in desk.helpdesk.writes if write.by_agent)
    if public:
        raise LeakSuspected(f"the sandbox helpdesks saw {public} public texts of ours")
    notes = sum(desk.notes for desk in desks)
    yield (
        f"Public writes of ours, as the helpdesks counted: {public} of {len(ours)} ({notes} private notes, the rest "
        f"are tags). The {replies} public replies are the agents'."
    )


def _how_to_see(store: str | None, queue: ReviewQueue) -> Iterator[str]:
    written, _ = queue.write_signals()
    yield f"{written} decisions became training signals. To see all of it:"
    where = store or "sqlite:///demo.sqlite"
    if store is None:
        yield "  clonedesk-sync demo --keep demo.sqlite"
    yield f"  clonedesk-sync drafts list --store {where}"
    yield f"  clonedesk-sync export signals --out - --store {where}"
    yield f"  clonedesk-sync review serve --reviewer you@example.com --store {where}"
