"""The writing side of the Zendesk sandbox: ticket updates with comments, tags, safe updates, and what they refuse."""

import re
from typing import Any, NamedTuple

from clonedesk_connectors.testing.sandbox.calls import Call, Reply
from clonedesk_connectors.testing.sandbox.zendesk_auth import agent_of
from clonedesk_connectors.testing.sandbox.zendesk_desk import Desk
from clonedesk_connectors.testing.sandbox.zendesk_events import Events, audit_id
from clonedesk_connectors.testing.sandbox.zendesk_history import History
from clonedesk_connectors.testing.sandbox.zendesk_people import GROUP_BASE, INTEGRATION, STAFF_BASE, STATUS_IDS, iso
from clonedesk_connectors.testing.sandbox.zendesk_replies import (
    bad_request,
    invalid_record,
    read_only_ticket,
    record_not_found,
    update_conflict,
)
from clonedesk_connectors.testing.sandbox.zendesk_tickets import Tickets

MAX_BODY = 64 * 1024
_PLACEHOLDER = re.compile(r"\{\{\s*([\w.]+)[^}]*\}\}")
_CODE = re.compile(r"(<code>.*?</code>)", re.DOTALL)
_UNSAFE = re.compile(r"<!--.*?-->|<script.*?</script>|\sdata-[\w-]+=\"[^\"]*\"", re.DOTALL)
Steps = list[tuple[str, Any, str | None]]


class Write(NamedTuple):
    """One write that took effect. public: a comment the customer sees (None: no comment); body: as it was stored.
    by_agent: a person of the helpdesk made it, not the integration.
    """

    ticket_id: int
    method: str
    path: str
    audit_id: int
    public: bool | None
    body: str | None
    by_agent: bool = False


class Writer:
    """Handlers of PUT, POST and DELETE below `/api/v2/tickets/{id}`."""

    def __init__(self, desk: Desk, tickets: Tickets, events: Events) -> None:
        self._desk = desk
        self._tickets = tickets
        self._events = events
        self.writes: list[Write] = []

    def ticket(self, call: Call, number_text: str) -> Reply:
        """`PUT /tickets/{id}`."""
        number = int(number_text)
        body = call.json()
        wanted = body.get("ticket") if isinstance(body, dict) else None
        if not isinstance(wanted, dict):
            return bad_request("InvalidRequest", "The body must hold a ticket object")
        refused = self._refusal(number, wanted)
        if refused is not None:
            return refused
        history = self._desk.history(number)
        steps, public, text = self._comment(history, wanted.get("comment"))
        steps += _fields(history, wanted)
        turn = self._desk.change(number, *_writer(call), *steps)
        self._record(call, number, turn, public, text)
        after = self._desk.history(number)
        return Reply({"ticket": self._tickets.row(number), "audit": self._events.audit(after, after.updates[-1])})

    def tags(self, call: Call, number_text: str) -> Reply:
        """PUT adds, POST replaces, DELETE removes the tags in the body."""
        number = int(number_text)
        body = call.json()
        if not isinstance(body, dict) or not isinstance(body.get("tags"), list):
            return bad_request("InvalidRequest", "The body must hold a list of tags")
        refused = self._refusal(number, body)
        if refused is not None:
            return refused
        given, old = {str(tag) for tag in body["tags"]}, set(self._desk.history(number).state.tags)
        new = {"PUT": old | given, "POST": given, "DELETE": old - given}[call.method]
        turn = self._desk.change(number, *_writer(call), ("set_tags", sorted(new), None))
        self._record(call, number, turn, None, None)
        return Reply(b"", 204) if call.method == "DELETE" else Reply({"tags": sorted(new)})

    def _record(self, call: Call, number: int, turn: int, public: bool | None, text: str | None) -> None:
        is_agent = agent_of(call) is not None
        self.writes.append(Write(number, call.method, call.path, audit_id(number, turn), public, text, is_agent))

    def _refusal(self, number: int, wanted: dict[str, Any]) -> Reply | None:
        """Why Zendesk would not write: gone, closed, still the AI agent's, or changed since the caller read it.

        How it refuses AI agent tickets is not documented; 403 is our reading. `safe_update: false` acts like true.
        """
        if not self._desk.exists(number):
            return record_not_found()
        history = self._desk.history(number)
        if history.state.status == "deleted":
            return record_not_found()
        if history.state.status == "closed":
            return invalid_record("status", "Status: closed prevents ticket update")
        if wanted.get("status", "open") not in STATUS_IDS:
            return invalid_record("status", "Status: is not included in the list")
        if self._desk.is_ai_only(number):
            return read_only_ticket()
        if "safe_update" in wanted and wanted.get("updated_stamp") != iso(history.updated_s):
            return update_conflict()
        return None

    def _comment(self, history: History, comment: Any) -> tuple[Steps, bool | None, str | None]:
        """The steps of a comment, whether it is public, and its text as stored. html_body wins over body."""
        if not isinstance(comment, dict) or not (comment.get("html_body") or comment.get("body")):
            return [], None, None
        # Left out, `public` inherits the ticket's visibility: the trap a connector must not fall into.
        public = bool(comment["public"]) if "public" in comment else any(history.state.public)
        kind = "html" if comment.get("html_body") else "text"
        given = str(comment.get("html_body") or comment["body"])[:MAX_BODY]
        stored = self._filled(history, _UNSAFE.sub("", given) if kind == "html" else given)
        return [("message" if public else "note", kind, stored)], public, stored

    def _filled(self, history: History, text: str) -> str:
        """Execute `{{placeholders}}`, except inside <code>; what Zendesk does not know becomes empty."""
        requester = self._desk.world.customer(history.story.customer)
        known = {
            "ticket.id": str(history.story.number),
            "ticket.status": history.state.status,
            "ticket.requester.name": requester.name,
            "ticket.requester.email": requester.email,
        }
        parts = _CODE.split(text)
        parts[::2] = [_PLACEHOLDER.sub(lambda found: known.get(found[1], ""), part) for part in parts[::2]]
        return "".join(parts)


def _writer(call: Call) -> tuple[str, int]:
    """Role and actor of whoever writes."""
    agent = agent_of(call)
    return (INTEGRATION, 0) if agent is None else ("human", agent)


def _fields(history: History, wanted: dict[str, Any]) -> Steps:
    """Field changes of a ticket update; `tags` replaces all tags, custom fields merge by id."""
    steps: Steps = [(name, wanted[name], None) for name in ("status", "priority") if name in wanted]
    if "assignee_id" in wanted:
        assignee = wanted["assignee_id"]
        steps.append(("assign", None if assignee is None else int(assignee) - STAFF_BASE, None))
    if wanted.get("group_id") is not None:
        steps.append(("group", int(wanted["group_id"]) - GROUP_BASE, None))
    if any(name in wanted for name in ("tags", "additional_tags", "remove_tags")):
        tags = set(wanted.get("tags", history.state.tags)) | set(wanted.get("additional_tags", ()))
        steps.append(("set_tags", sorted(tags - set(wanted.get("remove_tags", ()))), None))
    for item in wanted.get("custom_fields", ()):
        steps.append(("set_field", (int(item["id"]), item.get("value")), None))
    return steps
