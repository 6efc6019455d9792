"""The writing side of the Intercom sandbox: replies and notes, state, assignment, tags. Nothing here is idempotent.

Bodies are rewritten as they are stored: document wrappers, comments and unknown attributes vanish, white space shrinks.
"""

import re
from collections.abc import Callable
from typing import Any, NamedTuple

from clonedesk_connectors.testing.sandbox.calls import Call, Reply
from clonedesk_connectors.testing.sandbox.intercom_desk import Desk
from clonedesk_connectors.testing.sandbox.intercom_people import ADMIN_BASE, INTEGRATION, TEAM_BASE, Row, admin_row
from clonedesk_connectors.testing.sandbox.intercom_replies import error, invalid, not_found
from clonedesk_connectors.testing.sandbox.intercom_rows import Rows, Version
from clonedesk_connectors.testing.world.directory import GROUPS

_DROPPED = re.compile(r"<!--.*?-->|<script.*?</script>|</?(?:html|head|body)[^>]*>", re.DOTALL | re.IGNORECASE)
_ATTRIBUTES = re.compile(r"""\s+(?:data-[\w-]+|class|id|style)=(?:"[^"]*"|'[^']*')""")
_SPACE = re.compile(r"\s+")
Step = tuple[str, Any, str | None]


class Write(NamedTuple):
    """One write that took effect. public: text the customer sees (None: no text); body: as it was stored. by_agent: a
    teammate made it in the Inbox, not the integration.
    """

    conversation_id: str
    method: str
    path: str
    part_id: str | None
    public: bool | None
    body: str | None
    by_agent: bool = False


class Writer:
    """Handlers below `/conversations/{id}`, and `/tags`. inbox: the authorization that stands for the Inbox."""

    def __init__(self, desk: Desk, rows: Rows, inbox: str) -> None:
        self._desk, self._inbox = desk, inbox
        self._rows = rows
        self.writes: list[Write] = []

    def reply(self, call: Call, version: Version, identity: str) -> Reply:
        """`POST /conversations/{id}/reply`: a note, or a comment by a teammate or the customer."""
        wanted, number = _object(call), self._desk.number_of(identity)
        kind = wanted.get("message_type")
        if number is None:
            return not_found("Conversation")
        if kind not in ("note", "comment"):
            return invalid("message_type must be note or comment")
        if not isinstance(wanted.get("body"), str) or not wanted["body"].strip():
            return invalid("body is required")
        body = rewritten(wanted["body"])
        step = ("note" if kind == "note" else "message", "html", body)
        if wanted.get("type") == "user":
            if kind == "note":
                return invalid("a contact cannot write a note")
            return self._customer(call, version, number, step)
        return self._as_admin(call, version, number, wanted, lambda: step)

    def parts(self, call: Call, version: Version, identity: str) -> Reply:
        """`POST /conversations/{id}/parts`: close, snooze, open or assign. A body here is public."""
        wanted, number = _object(call), self._desk.number_of(identity)
        kind = wanted.get("message_type")
        if number is None:
            return not_found("Conversation")
        if kind not in ("assignment", *_STATES):
            return invalid("message_type must be close, snoozed, open or assignment")
        body = wanted.get("body")
        text = rewritten(body) if isinstance(body, str) and body.strip() else None
        if kind in _STATES:
            return self._as_admin(call, version, number, wanted, lambda: ("status", _STATES[kind], text))
        return self._as_admin(call, version, number, wanted, lambda: _assigned(wanted, text))

    def tag(self, call: Call, version: Version, identity: str) -> Reply:
        """`POST /conversations/{id}/tags`; adding a tag twice is harmless."""
        wanted, number = _object(call), self._desk.number_of(identity)
        name = self._desk.tags.name_of(str(wanted.get("id")))
        if number is None:
            return not_found("Conversation")
        if name is None:
            return error(404, "tag_not_found", "Tag not found")
        done = self._as_admin(call, version, number, wanted, lambda: ("tag", name, None))
        return done if done.status != 200 else Reply(self._tag_row(name))

    def untag(self, call: Call, version: Version, identity: str, tag: str) -> Reply:
        """`DELETE /conversations/{id}/tags/{tag_id}` with the teammate in the body."""
        wanted, number, name = _object(call), self._desk.number_of(identity), self._desk.tags.name_of(tag)
        if number is None:
            return not_found("Conversation")
        if name is None or all(tagged.name != name for tagged in self._desk.history(number).tags):
            return error(404, "tag_not_found", "Tag not found")
        done = self._as_admin(call, version, number, wanted, lambda: ("untag", name, None))
        return done if done.status != 200 else Reply(self._tag_row(name))

    def create_tag(self, call: Call, version: Version) -> Reply:
        """`POST /tags`: create a tag, or find it by name."""
        name = _object(call).get("name")
        if not isinstance(name, str) or not name.strip():
            return invalid("name is required")
        return Reply(self._tag_row(name))

    def _tag_row(self, name: str) -> Row:
        return {"type": "tag", "id": self._desk.tags.id_of(name), "name": name}

    def _as_admin(self, call: Call, version: Version, number: int, wanted: Row, step: Callable[[], Step]) -> Reply:
        text = str(wanted.get("admin_id", ""))
        if not text.isascii() or not text.isdigit() or admin_row(int(text)) is None:
            return error(404, "admin_not_found", "Admin not found")
        try:
            made = step()
        except LookupError:
            return error(404, "assignee_not_found", "Assignee not found")
        if self._is_agent(call):
            return self._write(call, version, number, "human", int(text) - ADMIN_BASE, made)
        return self._write(call, version, number, INTEGRATION, int(text), made)

    def _is_agent(self, call: Call) -> bool:
        return call.headers.get("authorization") == self._inbox

    def _customer(self, call: Call, version: Version, number: int, step: Step) -> Reply:
        return self._write(call, version, number, "customer", self._desk.story(number).customer, step)

    def _write(self, call: Call, version: Version, number: int, role: str, actor: int, step: Step) -> Reply:
        self._desk.change(number, role, actor, step)
        row = self._rows.whole(number, version)
        kind, _, text = step
        made = row["conversation_parts"]["conversation_parts"]
        identity = str(made[-1]["id"]) if made else None
        public = None if text is None else kind != "note"
        is_agent = self._is_agent(call)
        self.writes.append(Write(row["id"], call.method, call.path, identity, public, text, is_agent))
        return Reply(row)


_STATES = {"close": "closed", "snoozed": "snoozed", "open": "open"}


def _object(call: Call) -> Row:
    body = call.json()
    return body if isinstance(body, dict) else {}


def _assigned(wanted: Row, text: str | None) -> Step:
    """Raises LookupError for an assignee that is nobody here; "0" takes the assignee away."""
    asked = str(wanted.get("assignee_id"))
    target = int(asked) if asked.isascii() and asked.isdigit() else -1
    if wanted.get("type") == "team":
        groups = {TEAM_BASE + group.key: group.key for group in GROUPS}
        return "group", groups[target], text
    if target and admin_row(target) is None:
        raise LookupError(target)
    return "assign", target - ADMIN_BASE if target else None, text


def rewritten(html: str) -> str:
    """A body as Intercom stores it; plain text becomes a paragraph."""
    kept = _SPACE.sub(" ", _ATTRIBUTES.sub("", _DROPPED.sub("", html))).strip()
    return kept if kept.startswith("<") else f"<p>{kept}</p>"
