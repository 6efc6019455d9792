"""Private notes in Zendesk, and reading what people did with them. Pure; facts in QUIRKS.md, "Writing back"."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from clonedesk_connectors.errors import ContractBroken
from clonedesk_connectors.model import Merge
from clonedesk_connectors.protocol import Account, Bundle, Directory, Request, Response, parse_object, split_records
from clonedesk_connectors.protocol.pushback import (
    Note,
    Reading,
    Receipt,
    Refusal,
    TagChange,
    TicketState,
    messages_of,
    path_id,
)
from clonedesk_connectors.text.times import parse_time
from clonedesk_connectors.vendors.zendesk.normalize import normalize
from clonedesk_connectors.vendors.zendesk.streams import ACCOUNT
from clonedesk_connectors.vendors.zendesk.values import dicts, native_id, part, text, words

UPDATES = "tickets-update"
"""The vendor's name for the limit of ticket updates, as in its headers."""

TICKET, COMMENTS, LOG, TAGS = "push_ticket", "push_comments", "push_log", "push_tags"
_PAGE = ("page[size]", "100")
_MERGED_TAG = "closed_by_merge"
_STATES = {"solved": TicketState.SOLVED, "closed": TicketState.CLOSED, "deleted": TicketState.DELETED}
"""Every other status takes notes, or the vendor refuses them itself."""

Json = dict[str, Any]


class _People:
    """The users an answer brought along, before those the archive knows."""

    def __init__(self, users: list[Json], known: Directory) -> None:
        self._users = {native_id(user.get("id")): user for user in users}
        self._known = known

    def get(self, kind: str, native_id: object) -> Mapping[str, Any] | None:
        brought = self._users.get(str(native_id)) if kind == "user" else None
        return brought or self._known.get(kind, native_id)


class ZendeskPushBack:
    """`PushBack` for one account."""

    max_messages: int | None = 5000
    """API reference, "Ticket Comments": a ticket with 5,000 comments answers 422 to another."""
    max_note_bytes: int | None = 65_535
    """Support article on ticket limits: a longer comment is cut off without a word."""

    def __init__(self, account: Account, directory: Directory) -> None:
        self._account, self._directory = account, directory

    # --- looking ----------------------------------------------------------------------------------------------------

    def preflight(self, ticket_id: str) -> Request:
        """The ticket first, then its comments: a change in between makes the write answer 409."""
        return _get(TICKET, ticket_id, "", ("include", "comment_count"))

    def find_note(self, ticket_id: str, since: datetime) -> Request:
        return _comments(ticket_id, {"since": since.timestamp()})

    def read_back(self, ticket_id: str, since: datetime) -> Request:
        return replace(self.preflight(ticket_id), cursor=json.dumps({"since": since.timestamp()}))

    def reading(self, request: Request, response: Response) -> Reading:
        read = {TICKET: self._read_ticket, COMMENTS: self._read_comments, LOG: self._read_log}[request.stream]
        return read(request, response, json.loads(request.cursor or "{}"))

    def _read_ticket(self, request: Request, response: Response, at: Json) -> Reading:
        ticket = _ticket(response)
        tags = frozenset(words(ticket.get("tags")))
        count = ticket.get("comment_count")
        state = _state(ticket)
        at |= {
            "requester": native_id(ticket.get("requester_id")),
            "messaging": ticket.get("from_messaging_channel") is True,
            "merged": state is TicketState.MERGED,
        }
        return Reading(
            state=state,
            tags=tags,
            message_count=count if type(count) is int else None,
            version=text(ticket.get("updated_at")),
            then=_comments(request.subject or "", at),
        )

    def _read_comments(self, request: Request, response: Response, at: Json) -> Reading:
        """A page of comments, newest first. Enough is what reaches back to `since`, else to a public one."""
        envelope, found = split_records(response.body, "comments", "users")
        if "comments" not in found:
            raise ContractBroken("the answer has no list of comments")
        rows = [row for row, _ in found["comments"]]
        seen = self._normalised(request, {"audit": [_as_audit(row) for row in rows]}, found.get("users", []), at)
        at["public"] = at.get("public") or any(message.visibility == "public" for message in seen.messages)
        since = at.get("since")
        enough = at["public"] if since is None else any(m.at.timestamp() < since for m in seen.messages)
        after, subject = _next_page(envelope), request.subject or ""
        if after:
            return seen if enough else replace(seen, then=_comments(subject, {**at, "after": after}))
        # As in normalize: a messaging ticket that shows nothing public keeps its turns elsewhere.
        elsewhere = at.get("messaging") and not at["public"]
        return replace(seen, then=_get(LOG, subject, "/conversation_log", _PAGE) if elsewhere else None)

    def _read_log(self, request: Request, response: Response, at: Json) -> Reading:
        envelope, found = split_records(response.body, "events")
        if "events" not in found:
            raise ContractBroken("the answer has no list of events")
        seen = self._normalised(request, {"conversation_log": [row for row, _ in found["events"]]}, [], at)
        after = _next_page(envelope)
        if after is None:
            return seen
        return replace(seen, then=replace(request, params=(_PAGE, ("page[after]", after))))

    def _normalised(
        self, request: Request, records: dict[str, list[Json]], users: list[tuple[Json, bytes]], at: Json
    ) -> Reading:
        """What `normalize` makes of these records, so that ids and authors are those of the archive."""
        head = {"id": request.subject, "requester_id": at.get("requester")}
        people = _People([user for user, _ in users], self._directory)
        account = self._account
        bundle = Bundle(request.subject or "", {"ticket": [head], **records}, people, account.name, account.config)
        ticket = normalize(account.name, bundle)
        merges = [event for event in ticket.events if isinstance(event, Merge)] if ticket and at.get("merged") else []
        into = next((number for event in reversed(merges) if (number := event.into or event.absorbed)), None)
        return Reading(messages=messages_of(ticket), merged_into=into)

    # --- writing ----------------------------------------------------------------------------------------------------

    def note(self, note: Note) -> Request:
        """`public` left out would inherit the ticket's visibility and may mail the customer. Without the ticket's
        version the vendor refuses: nothing is written over what nobody has looked at.
        """
        comment: Json = {"html_body": note.html(), "public": False}
        body: Json = {"ticket": {"comment": comment, "safe_update": True, "updated_stamp": note.ticket_version}}
        return _put("push_note", note.ticket_id, "", body)

    def receipt(self, request: Request, response: Response) -> Receipt:
        """The answer holds the audit of the update with the comment in it."""
        audit = part(parse_object(response.body), "audit")
        comments = [event for event in dicts(audit.get("events")) if event.get("type") == "Comment"]
        flags = [comment.get("public") for comment in comments]
        private = False if True in flags else (True if flags and all(flag is False for flag in flags) else None)
        note_id = native_id(comments[-1].get("id")) if comments else None
        return Receipt(note_id, private, parse_time(audit.get("created_at")))

    def refusal(self, request: Request, response: Response) -> Refusal:
        return Refusal.CONFLICT if response.status == 409 else Refusal.PERMANENT

    def make_private(self, ticket_id: str, note_id: str) -> Request | None:
        return _put("push_hide", ticket_id, f"/comments/{path_id(note_id)}/make_private", {})

    def tags(self, ticket_id: str, change: TagChange) -> tuple[Request, ...]:
        """The tags are read first: a change that changes nothing would still run the account's triggers."""
        return (_get(TAGS, ticket_id, ""),)

    def tags_then(self, change: TagChange, request: Request, response: Response) -> tuple[Request, ...]:
        """PUT adds and DELETE takes away, whatever else is written meanwhile. Closed tickets take neither."""
        if request.stream != TAGS:
            return ()
        ticket = _ticket(response)
        if _state(ticket) not in (TicketState.OPEN, TicketState.SOLVED):
            return ()
        present = set(words(ticket.get("tags")))
        add = [tag for tag in change.add if tag not in present]
        remove = [tag for tag in change.remove if tag in present]
        writes = [("PUT", add), ("DELETE", remove)]
        adding = _put("push_tags_change", request.subject or "", "/tags", {})
        return tuple(replace(adding, method=method, body={"tags": [*tags]}) for method, tags in writes if tags)


def _get(stream: str, ticket_id: str, below: str, *params: tuple[str, str]) -> Request:
    path = f"/api/v2/tickets/{path_id(ticket_id)}{below}"
    return Request(stream, path, ACCOUNT, params=params, subject=ticket_id)


def _put(stream: str, ticket_id: str, below: str, body: Json) -> Request:
    path = f"/api/v2/tickets/{path_id(ticket_id)}{below}"
    return Request(stream, path, UPDATES, method="PUT", body=body, subject=ticket_id)


def _comments(ticket_id: str, at: Json) -> Request:
    after = (("page[after]", at["after"]),) if at.get("after") else ()
    made = _get(COMMENTS, ticket_id, "/comments", ("sort", "-created_at"), ("include", "users"), _PAGE, *after)
    return replace(made, cursor=json.dumps(at))


def _next_page(envelope: Json) -> str | None:
    meta = part(envelope, "meta")
    return text(meta.get("after_cursor")) if meta.get("has_more") is True else None


def _ticket(response: Response) -> Json:
    ticket = parse_object(response.body).get("ticket")
    if not isinstance(ticket, dict):
        raise ContractBroken("the answer holds no ticket")
    return ticket


def _state(ticket: Json) -> TicketState | None:
    status = text(ticket.get("status"))
    if status == "closed" and _MERGED_TAG in words(ticket.get("tags")):
        return TicketState.MERGED
    return _STATES.get(status, TicketState.OPEN) if status else None


def _as_audit(row: Json) -> Json:
    """A comment as the audit it was written with. Not stated to be private means public, which is the safe error."""
    comment = {**row, "type": "Comment", "public": row.get("public") is not False, "body": row.get("body") or ""}
    audit = {name: row.get(name) for name in ("author_id", "created_at", "via")}
    return {**audit, "id": row.get("audit_id") or row.get("id"), "events": [comment]}
