"""One draft on the screen: claim it, look at it, decide, and what keeps the page honest meanwhile."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import Response

from clonedesk_connectors.review.listing import Query
from clonedesk_connectors.review.states import State
from clonedesk_connectors.review.values import Decision, Item, ReviewConflict
from clonedesk_connectors.review.web.changes import Comparison, compare_words
from clonedesk_connectors.review.web.conversation import Conversations, warn
from clonedesk_connectors.review.web.frame import Frame, Visit
from clonedesk_connectors.review.web.masking import hidden_conversation, hide, holds_personal
from clonedesk_connectors.review.web.sessions import Role
from clonedesk_connectors.review.web.shown import pieces

_WAITING = Query(states=(State.AWAITING_REVIEW,))
_NEIGHBOURS = 200  # how far `next` and `previous` look
_STOP_POLLING = 286  # htmx asks no more after this status
_SAID = {Decision.APPROVE: "Approved", Decision.EDIT: "Approved", Decision.REJECT: "Rejected"}


class Desk:
    """Handlers of `/drafts/…` and `/claim`. What the queue refuses is raised and becomes a page in the guard."""

    def __init__(self, frame: Frame, archive_url: str) -> None:
        self._frame, self._queue = frame, frame.queue
        self._conversations = Conversations(archive_url)

    def close(self) -> None:
        self._conversations.close()

    def show(self, visit: Visit) -> Response:
        try:
            item = self._queue.get(visit.draft_id)
        except ReviewConflict:
            raise HTTPException(HTTPStatus.NOT_FOUND, "There is no such draft in this queue.") from None
        if self._is_mine(item, visit):
            visit.session.held = item.draft_id
        return self._draft_page(visit, item, item.final_text)

    def claim(self, visit: Visit) -> Response:
        """The draft named, else the one this person has open already, else the next."""
        wanted = visit.form.get("draft_id") or None
        if wanted is None and (held := self._held(visit)) is not None:
            return self._open(visit, held)
        item = self._queue.claim(visit.session.name, draft_id=wanted)
        if item is not None:
            return self._open(visit, item)
        if wanted is None:
            return self._frame.go(visit, "/", "Nothing is waiting for you.")
        raise ReviewConflict(f"draft {wanted} cannot be taken: {self._why_not(self._queue.get(wanted), visit)}")

    def decide(self, visit: Visit) -> Response:
        form, item = visit.form, self._queue.get(visit.draft_id)
        decision = form.get("decision", "")
        said: dict[str, Any] = {"remark": form.get("remark", "").strip() or None}
        if decision in (Decision.APPROVE, Decision.EDIT):
            said["text"] = _final_text(item, form)
        if decision == Decision.REJECT:
            said["reason"] = form.get("reason") or None
        version = int(form["version"]) if form.get("version", "").isdecimal() else -1
        if item.state is State.NEEDS_ADJUDICATION and visit.session.role >= Role.LEAD:
            done = self._queue.adjudicate(item.draft_id, version, visit.session.name, decision, **said)
        else:
            done = self._queue.decide(item.draft_id, version, visit.session.name, decision, **said)
        undo = done.draft_id if done.state is State.DECIDED else None
        return self._next(visit, f"{_SAID.get(Decision(decision), 'Escalated')} {done.reference}.", undo=undo)

    def skip(self, visit: Visit) -> Response:
        item = self._queue.skip(visit.draft_id, visit.session.name)
        return self._next(visit, f"Skipped {item.reference}; you will not see it again.")

    def release(self, visit: Visit) -> Response:
        item = self._queue.release(visit.draft_id, visit.session.name)
        visit.session.held = None
        return self._frame.go(visit, "/", f"Gave {item.reference} back.")

    def move(self, visit: Visit) -> Response:
        """Give this draft back and take the one after or before it in the order of the queue."""
        step = -1 if visit.form.get("to") == "previous" else 1
        free = [item for item in self._queue.find(_WAITING, limit=_NEIGHBOURS) if not self._other(item, visit)]
        ids = [item.draft_id for item in free]
        at = ids.index(visit.draft_id) if visit.draft_id in ids else -1
        there = ids[at + step] if 0 <= at + step < len(ids) else None
        item = self._queue.claim(visit.session.name, draft_id=there) if there else None
        if item is None:
            return self._frame.go(visit, f"/drafts/{visit.draft_id}", "There is no other draft that way.")
        self._let_go(visit)
        return self._open(visit, item)

    def undo(self, visit: Visit) -> Response:
        is_lead = visit.session.role >= Role.LEAD
        item = self._queue.undo(visit.draft_id, visit.session.name, is_lead=is_lead)
        self._let_go(visit)
        return self._open(visit, item, f"Took the decision on {item.reference} back.")

    def renew(self, visit: Visit) -> Response:
        """The heartbeat: renews the lease, or says why the page must not decide any more."""
        lost = ""
        try:
            item = self._queue.renew(visit.draft_id, visit.session.name)
            if item.expires_at <= self._frame.now():
                lost = "The draft ran out of time."
        except ReviewConflict:
            item = self._queue.get(visit.draft_id)
            lost = self._why_not(item, visit)
        waiting = self._queue.counts(_WAITING)[State.AWAITING_REVIEW]
        answer = self._frame.part("_lease.html", item=item, lost=lost, waiting=waiting)
        answer.status_code = _STOP_POLLING if lost else HTTPStatus.OK
        return answer

    def changes(self, visit: Visit) -> Response:
        """What the edit changes: a part for the script, the whole page with the text as typed without one."""
        item = self._queue.get(visit.draft_id)
        if self._masks(item, visit) and holds_personal(item.draft.body):
            raise ReviewConflict("personal data is hidden; show it before you edit the text", state=item.state)
        typed = visit.form.get("text", "")
        if visit.is_partial:
            return self._frame.part("_changes.html", compared=self._compare(item, typed), final=typed)
        return self._draft_page(visit, item, typed)

    def reveal(self, visit: Visit) -> Response:
        """Show personal data of this draft to this person from now on."""
        self._queue.reveal(visit.draft_id, visit.session.name)
        return self._frame.go(visit, f"/drafts/{visit.draft_id}")

    def _masks(self, item: Item, visit: Visit) -> bool:
        return self._frame.settings.mask and not self._queue.has_revealed(item.draft_id, visit.session.name)

    def _draft_page(self, visit: Visit, item: Item, final: str | None) -> Response:
        is_mine, role = self._is_mine(item, visit), visit.session.role
        settles = item.state is State.NEEDS_ADJUDICATION and role >= Role.LEAD
        is_decided, can_decide = item.outcome is not None, is_mine or settles
        text = item.draft.body if final is None else final
        masks, conversation = self._masks(item, visit), self._conversations.of(item.draft, as_then=item.is_check)
        return self._frame.page(
            visit,
            "draft.html",
            item=item,
            is_mine=is_mine,
            can_decide=can_decide,
            settles=settles,
            can_undo=item.state is State.DECIDED and (item.decided_by == visit.session.name or role >= Role.LEAD),
            why_not="" if can_decide or is_decided else self._why_not(item, visit),
            opinions=self._queue.opinions(item.draft_id) if role >= Role.LEAD else [],
            history=self._queue.history(item.draft_id) if is_decided or role >= Role.LEAD else [],
            conversation=hidden_conversation(conversation) if masks else conversation,
            masks=masks,
            look=(lambda text: hide(pieces(text))) if masks else pieces,
            is_readable=not (masks and (holds_personal(item.draft.body) or holds_personal(text))),
            draft_warnings=warn(item.draft.body),
            text=text,
            compared=self._compare(item, text) if can_decide or item.final_text is not None else None,
            hides_score=self._frame.settings.hide_score and not is_decided,
        )

    def _compare(self, item: Item, final: str) -> Comparison:
        return compare_words(_lines(item.draft.body), _lines(final), self._queue.settings.match)

    def _is_mine(self, item: Item, visit: Visit) -> bool:
        is_waiting = item.state is State.AWAITING_REVIEW and item.expires_at > self._frame.now()
        return is_waiting and self._holder(item) == visit.session.name

    def _holder(self, item: Item) -> str | None:
        """Who has it on the screen now."""
        is_leased = item.lease_until is not None and item.lease_until > self._frame.now()
        return item.claimed_by if is_leased else None

    def _other(self, item: Item, visit: Visit) -> bool:
        return self._holder(item) not in (None, visit.session.name)

    def _held(self, visit: Visit) -> Item | None:
        item = self._queue.get(visit.session.held) if visit.session.held else None
        return item if item and self._is_mine(item, visit) else None

    def _let_go(self, visit: Visit) -> None:
        """Give back what this person has open, if that is still theirs."""
        held = self._held(visit)
        if held is not None:
            self._queue.release(held.draft_id, visit.session.name)

    def _open(self, visit: Visit, item: Item, message: str = "") -> Response:
        visit.session.held = item.draft_id
        return self._frame.go(visit, f"/drafts/{item.draft_id}", message)

    def _next(self, visit: Visit, message: str, *, undo: str | None = None) -> Response:
        visit.session.held = None
        item = self._queue.claim(visit.session.name)
        if item is None:
            return self._frame.go(visit, "/", f"{message} Nothing else is waiting for you.", undo=undo)
        visit.session.held = item.draft_id
        return self._frame.go(visit, f"/drafts/{item.draft_id}", message, undo=undo)

    def _why_not(self, item: Item, visit: Visit) -> str:
        if item.state is not State.AWAITING_REVIEW:
            why = f" ({item.state_reason.replace('_', ' ')})" if item.state is State.EXPIRED else ""
            by = f" by {item.decided_by}" if item.decided_by else ""
            return f"It is {item.state.replace('_', ' ')}{by}{why}."
        if item.expires_at <= self._frame.now():
            return "The draft ran out of time."
        if self._other(item, visit):
            return f"It is being reviewed by {item.claimed_by}."
        return "You do not hold it: it waits for somebody to take it, or you have reviewed or skipped it."


def _lines(text: str) -> str:
    """Forms send line ends as CR LF."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _final_text(item: Item, form: dict[str, str]) -> str | None:
    """None for the draft as it is, so that it stays the same to the last character."""
    typed = form.get("text")
    return None if typed is None or _lines(typed) == _lines(item.draft.body) else _lines(typed)
