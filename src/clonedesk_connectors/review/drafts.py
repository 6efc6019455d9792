"""Drafts from JSON lines, and one result for each line."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from clonedesk_connectors.errors import ConfigError
from clonedesk_connectors.protocol.pushback import Draft
from clonedesk_connectors.review.push import Pushed
from clonedesk_connectors.review.queue import ReviewQueue
from clonedesk_connectors.review.states import State
from clonedesk_connectors.review.values import Submitted


@dataclass(slots=True)
class Line:
    """One line of input. problem: why it was not taken, or is not finished; never a part of the draft."""

    number: int
    draft: Draft | None = None
    submitted: Submitted | None = None
    problem: str = ""

    @property
    def draft_id(self) -> str | None:
        return self.draft.draft_id if self.draft else None

    @property
    def is_unfinished(self) -> bool:
        return bool(self.problem)

    def submit(self, queue: ReviewQueue) -> None:
        if self.draft is not None:
            try:
                self.submitted = queue.submit(self.draft, place="helpdesk")
            except ConfigError as error:
                self.problem = str(error)

    def note(self, pushed: Pushed) -> None:
        self.problem = pushed.problem

    def as_dict(self) -> dict[str, Any]:
        known = {"line": self.number}
        if self.draft is None:
            return known | {"problem": self.problem}
        return known | {
            "draft_id": self.draft.draft_id,
            "reference": self.draft.reference,
            "ticket_id": self.draft.ticket_id,
        }

    def result(self, queue: ReviewQueue) -> dict[str, Any]:
        """How the draft of this line stands now. state: None when the router sent it past the queue."""
        shown = self.as_dict()
        if self.submitted is None:
            return shown | {"problem": self.problem}
        shown |= {"label": self.submitted.label, "is_new": self.submitted.is_new, "problem": self.problem}
        if self.submitted.state is None:
            return shown | {"state": None, "reason": self.submitted.route_reason, "note_id": None}
        item = queue.get(self.submitted.draft_id)
        if item.state is State.QUEUED and not self.problem:
            shown["problem"] = "not reached yet; run the same command again"
        return shown | {"state": item.state, "reason": item.state_reason, "note_id": item.note_id}


def read_drafts(lines: Iterable[str], vendor: str, account: str) -> list[Line]:
    """Blank lines are left out, everything else gives one `Line`, in order."""
    return [_read(number, text, vendor, account) for number, text in enumerate(lines, 1) if text.strip()]


def _read(number: int, text: str, vendor: str, account: str) -> Line:
    try:
        draft = Draft.model_validate_json(text)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "line"
        return Line(number, problem=f"{where}: {first['msg']}")
    if (draft.vendor, draft.account) != (vendor, account):
        return Line(number, problem=f"this draft is not for {vendor} account {account}")
    return Line(number, draft)
