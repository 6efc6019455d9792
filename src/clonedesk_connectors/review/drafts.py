"""Drafts from JSON lines, and one result for each line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from clonedesk_connectors.errors import ConfigError, RecordGone
from clonedesk_connectors.protocol import Request
from clonedesk_connectors.protocol.pushback import Draft, PushBack
from clonedesk_connectors.review.push import Pushed, preview
from clonedesk_connectors.review.queue import ReviewQueue
from clonedesk_connectors.review.router import Router
from clonedesk_connectors.review.states import State
from clonedesk_connectors.review.values import Item, Submitted

_AGAIN = "run the same command again"


@dataclass(slots=True)
class Line:
    """One line of input. problem: why it was not taken, or is not finished; never a part of the draft. tag_problem: the
    note is there, but the ticket's tags do not say so yet.
    """

    number: int
    draft: Draft | None = None
    submitted: Submitted | None = None
    problem: str = ""
    tag_problem: str = ""

    @property
    def draft_id(self) -> str | None:
        return self.draft.draft_id if self.draft else None

    @property
    def is_unfinished(self) -> bool:
        return bool(self.problem or self.tag_problem)

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

    def preview(self, push: PushBack, router: Router) -> dict[str, Any]:
        """What pushing the draft of this line would send, see `push.preview`."""
        if self.draft is None:
            return self.as_dict()
        try:
            shown = preview(push, self.draft, router)
        except RecordGone as error:  # an id that no helpdesk has
            return self.as_dict() | {"problem": str(error)}
        return self.as_dict() | {
            "label": shown.route.label,
            "reason": shown.route.reason,
            "requests": [_request(one) for one in shown.requests],
            "tags": {"add": [*shown.tags.add], "remove": [*shown.tags.remove]},
        }

    def result(self, queue: ReviewQueue, untagged: Mapping[str, str]) -> dict[str, Any]:
        """How the draft of this line stands now. state: None when the router sent it past the queue.

        untagged: what `Pusher.run` returned.
        """
        shown = self.as_dict()
        if self.submitted is None:
            self.problem = self.problem or f"not reached; {_AGAIN}"
            return shown | {"problem": self.problem}
        shown |= {"label": self.submitted.label, "is_new": self.submitted.is_new}
        if self.submitted.state is None:
            return shown | {"problem": "", "state": None, "reason": self.submitted.route_reason, "note_id": None}
        item = queue.get(self.submitted.draft_id)
        if item.state is State.QUEUED and not self.problem:
            self.problem = f"not reached yet; {_AGAIN}"
        self.tag_problem = _tag_problem(item, untagged)
        return shown | {
            "problem": self.problem,
            "tag_problem": self.tag_problem,
            "state": item.state,
            "reason": item.state_reason,
            "note_id": item.note_id,
        }


def _tag_problem(item: Item, untagged: Mapping[str, str]) -> str:
    if item.note_id is None or item.tags_due == item.tags_shown:
        return ""
    return untagged.get(item.draft.ticket_id, f"the ticket's tags are not changed yet; {_AGAIN}")


def _request(one: Request) -> dict[str, Any]:
    """Without what it does not have: a null would look like something that is sent."""
    parts = {"params": dict(one.params), "headers": dict(one.headers), "body": one.body}
    return {"method": one.method, "path": one.path} | {name: value for name, value in parts.items() if value}


def read_drafts(lines: Iterable[str], vendor: str, account: str) -> list[Line]:
    """Blank lines are left out, everything else gives one `Line`, in order."""
    return [_read(number, text, vendor, account) for number, text in enumerate(lines, 1) if text.strip()]


def _read(number: int, text: str, vendor: str, account: str) -> Line:
    try:
        draft = Draft.model_validate_json(text)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "line"
        return Line(number, problem=f"{where}: {first['msg'].removeprefix('Value error, ')}")
    if (draft.vendor, draft.account) != (vendor, account):
        return Line(number, problem=f"this draft is not for {vendor} account {account}")
    return Line(number, draft)
