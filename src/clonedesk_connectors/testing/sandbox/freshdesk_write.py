"""The writing side of the Freshdesk sandbox: notes, replies, ticket updates and bulk jobs, and what they refuse."""

import re
from typing import Any, NamedTuple

from clonedesk_connectors.testing.sandbox.calls import Call, Reply
from clonedesk_connectors.testing.sandbox.freshdesk_desk import DELETED, MAIN, SPAM, Desk
from clonedesk_connectors.testing.sandbox.freshdesk_history import Said
from clonedesk_connectors.testing.sandbox.freshdesk_people import (
    AGENT_BASE,
    CLOSED,
    CONVERSATION_BASE,
    FIELDS,
    GROUP_BASE,
    INTEGRATION,
    OPEN,
    PENDING,
    PRIORITIES,
    RESOLVED,
    agent_of,
)
from clonedesk_connectors.testing.sandbox.freshdesk_replies import invalid, method_not_allowed, not_found
from clonedesk_connectors.testing.sandbox.freshdesk_rows import Rows

_UNSAFE = re.compile(r"<!--.*?-->|<script.*?</script>|\sdata-[\w-]+=\"[^\"]*\"", re.DOTALL)
_STATUSES = {OPEN: "open", PENDING: "pending", RESOLVED: "solved", CLOSED: "closed"}
_NOTE = frozenset({"body", "private", "notify_emails", "user_id", "incoming", "attachments"})
_REPLY = frozenset({"body", "from_email", "user_id", "cc_emails", "bcc_emails", "attachments"})
_TICKET = frozenset({"status", "priority", "tags", "responder_id", "group_id", "custom_fields", "type"})
Steps = list[tuple[str, Any, str | None]]


class Write(NamedTuple):
    """One write that took effect. public: whether the customer sees text of it (None: it has none). by_agent: a person
    of the helpdesk made it, not the integration.
    """

    ticket_id: int
    method: str
    path: str
    public: bool | None
    body: str | None
    by_agent: bool = False


class Writer:
    """Handlers of POST, PUT and DELETE. notified: addresses that `notify_emails` sent mail to."""

    def __init__(self, desk: Desk, rows: Rows) -> None:
        self._desk, self._rows = desk, rows
        self.writes: list[Write] = []
        self.notified: list[str] = []
        self._jobs = 0

    def note(self, call: Call, number: str) -> Reply:
        """`POST /tickets/{id}/notes`: private unless the body says otherwise."""
        body = call.json()
        refused = self._refusal(int(number), body, _NOTE)
        if refused is not None:
            return refused
        self.notified.extend(body.get("notify_emails") or ())
        return self._say(call, int(number), body, public=body.get("private") is False)

    def reply(self, call: Call, number: str) -> Reply:
        """`POST /tickets/{id}/reply`: goes to the customer at once."""
        refused = self._refusal(int(number), call.json(), _REPLY)
        return refused or self._say(call, int(number), call.json(), public=True)

    def _say(self, call: Call, number: int, body: dict[str, Any], *, public: bool) -> Reply:
        if not isinstance(body.get("body"), str) or not body["body"]:
            return invalid("body", "missing_field", "Mandatory attribute missing")
        stored = _UNSAFE.sub("", body["body"])
        history = self._desk.change(number, *_writer(call), ("message" if public else "note", "html", stored))
        self._record(call, number, public, stored)
        return Reply(self._rows.conversation(history, history.said[-1]), 201)

    def ticket(self, call: Call, number: str) -> Reply:
        """`PUT /tickets/{id}`: `tags` replaces all tags, custom fields merge by key."""
        body = call.json()
        refused = self._refusal(int(number), body, _TICKET)
        if refused is not None:
            return refused
        steps = self._steps(int(number), body)
        if isinstance(steps, Reply):
            return steps
        self._desk.change(int(number), *_writer(call), *steps)
        self._record(call, int(number), None, None)
        return Reply(self._rows.ticket(int(number), {"description"}))

    def bulk_update(self, call: Call) -> Reply:
        """`POST /tickets/bulk_update`: a job; every ticket of it changes in the same second."""
        action = (call.json() or {}).get("bulk_action") if isinstance(call.json(), dict) else None
        if not isinstance(action, dict) or not isinstance(action.get("ids"), list):
            return invalid("bulk_action", "missing_field", "Mandatory attribute missing")
        for number in (one for one in action["ids"] if isinstance(one, int) and self._desk.place(one) == MAIN):
            steps = self._steps(number, action.get("properties") or {})
            if isinstance(steps, Reply):
                return steps
            text = (action.get("reply") or {}).get("body")
            if text:
                steps.append(("message", "html", _UNSAFE.sub("", text)))
            self._desk.change(number, *_writer(call), *steps)
            self._record(call, number, True if text else None, text)
        self._jobs += 1
        job = f"{self._jobs:032x}"
        return Reply({"job_id": job, "href": f"{call.base_url}/api/v2/jobs/{job}"}, 202)

    def job(self, call: Call, job: str) -> Reply:
        """`GET /jobs/{id}`: jobs are done at once here."""
        return Reply({"id": job, "status": "COMPLETED", "progress": 100}) if int(job, 16) <= self._jobs else not_found()

    def edit(self, call: Call, identity: str) -> Reply:
        """`PUT /conversations/{id}`: notes only."""
        found = self._note_by(int(identity))
        if isinstance(found, Reply):
            return found
        number, said = found
        body = call.json()
        if not isinstance(body, dict) or not isinstance(body.get("body"), str):
            return invalid("body", "missing_field", "Mandatory attribute missing")
        stored = _UNSAFE.sub("", body["body"])
        history = self._desk.change(number, *_writer(call), ("edit_note", said.ordinal, stored))
        self._record(call, number, not said.private, stored)
        return Reply(self._rows.conversation(history, history.said[said.ordinal]))

    def remove(self, call: Call, identity: str) -> Reply:
        """`DELETE /conversations/{id}`: it is no longer listed."""
        found = self._note_by(int(identity))
        if isinstance(found, Reply):
            return found
        number, said = found
        self._desk.change(number, *_writer(call), ("drop_note", said.ordinal, None))
        self._record(call, number, None, None)
        return Reply(b"", 204)

    def _record(self, call: Call, number: int, public: bool | None, body: str | None) -> None:
        is_agent = agent_of(call) is not None
        self.writes.append(Write(number, call.method, call.path, public, body, is_agent))

    def _note_by(self, identity: int) -> tuple[int, Said] | Reply:
        number, ordinal = divmod(identity - CONVERSATION_BASE, 1000)
        if self._desk.place(number) != MAIN:
            return not_found()
        said = next((one for one in self._desk.history(number).said[1:] if one.ordinal == ordinal), None)
        if said is None or said.hidden:
            return not_found()
        return (number, said) if said.kind == "note" else method_not_allowed()

    def _refusal(self, number: int, body: Any, members: frozenset[str]) -> Reply | None:
        place = self._desk.place(number)
        if place in (SPAM, DELETED):
            return method_not_allowed()
        if place != MAIN:
            return not_found()
        if not isinstance(body, dict):
            return invalid("body", "invalid_json", "Request body has invalid json format")
        unknown = sorted(body.keys() - members)
        return invalid(unknown[0], "invalid_field", "Unexpected/invalid field in request") if unknown else None

    def _steps(self, number: int, wanted: dict[str, Any]) -> Steps | Reply:
        steps: Steps = []
        if "status" in wanted:
            if wanted["status"] not in _STATUSES:
                return invalid("status", "invalid_value", "It should be one of these values: '2,3,4,5'")
            steps.append(("status", _STATUSES[wanted["status"]], None))
        if "priority" in wanted:
            names = {code: name for name, code in PRIORITIES.items()}
            if wanted["priority"] not in names:
                return invalid("priority", "invalid_value", "It should be one of these values: '1,2,3,4'")
            steps.append(("priority", names[wanted["priority"]], None))
        if "tags" in wanted:
            if not isinstance(wanted["tags"], list):
                return invalid("tags", "datatype_mismatch", "Value set is of type String. It should be a/an Array")
            steps.append(("set_tags", [str(tag) for tag in wanted["tags"]], None))
        for name, kind, base in (("responder_id", "assign", AGENT_BASE), ("group_id", "group", GROUP_BASE)):
            if name in wanted:
                steps.append((kind, None if wanted[name] is None else int(wanted[name]) - base, None))
        for name, value in (wanted.get("custom_fields") or {}).items():
            if name not in FIELDS:
                return invalid(name, "invalid_field", "Unexpected/invalid field in request")
            steps.append(("set_field", (name, value), None))
        return steps


def _writer(call: Call) -> tuple[str, int]:
    """Role and actor of whoever writes."""
    agent = agent_of(call)
    return (INTEGRATION, 0) if agent is None else ("human", agent)
