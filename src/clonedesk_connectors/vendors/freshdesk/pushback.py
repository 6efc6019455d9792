"""Private notes in Freshdesk, and reading what people did with them. Pure; facts in QUIRKS.md, "Writing back"."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime

from clonedesk_connectors.errors import ContractBroken
from clonedesk_connectors.model import Status, Ticket
from clonedesk_connectors.protocol import Account, Bundle, Directory, Request, Response, parse_object, split_list
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
from clonedesk_connectors.vendors.freshdesk.normalize import normalize
from clonedesk_connectors.vendors.freshdesk.options import Options
from clonedesk_connectors.vendors.freshdesk.streams import ACCOUNT, PAGE_MAX
from clonedesk_connectors.vendors.freshdesk.values import Json, dicts, native_id, words

UPDATES = "tickets-update"
"""Ticket updates have a smaller limit than the account; it is in no header."""

TICKET, CONVERSATIONS, TAGS, RETAGGED = "push_ticket", "push_conversations", "push_tags", "push_retag"
_CARRIED = ("requester_id", "responder_id", "source", "status")
"""What of the ticket it takes to tell who wrote a conversation."""
_FIRST = 10
"""So many conversations come with a ticket at most."""
_MOST_WRITES = 2


class FreshdeskPushBack:
    """`PushBack` for one account."""

    max_messages: int | None = None
    max_note_bytes: int | None = None

    def __init__(self, account: Account, options: Options, directory: Directory) -> None:
        self._account, self._options, self._directory = account, options, directory

    # --- looking ----------------------------------------------------------------------------------------------------

    def preflight(self, ticket_id: str) -> Request:
        """The ticket with its first conversations, which for most tickets are all; each of the two costs a credit."""
        return replace(_request(TICKET, "GET", ticket_id), params=(("include", "conversations"),), cost=2)

    def find_note(self, ticket_id: str, since: datetime) -> Request:
        """Conversations come oldest first and by page only, so all of them are read."""
        return _conversations(ticket_id, {})

    def read_back(self, ticket_id: str, since: datetime) -> Request:
        return self.preflight(ticket_id)

    def reading(self, request: Request, response: Response) -> Reading:
        return self._read_ticket(request, response) if request.stream == TICKET else self._read_page(request, response)

    def _read_ticket(self, request: Request, response: Response) -> Reading:
        """The ticket holds the first message. That it was merged is said in a note only, which may be a later one."""
        raw = parse_object(response.body)
        rows = dicts(raw.get("conversations"))
        ticket = self._normalised(request, raw, rows)
        state = _state(raw, ticket)
        whole = isinstance(raw.get("conversations"), list) and len(rows) < _FIRST
        following = None
        if not whole and state not in (TicketState.SPAM, TicketState.DELETED):
            at = {"ticket": {name: raw.get(name) for name in _CARRIED}, "closed": state is TicketState.CLOSED}
            following = _conversations(request.subject or "", at)
        return Reading(
            state=None if following and state is TicketState.CLOSED else state,
            messages=messages_of(ticket),
            tags=frozenset(_tags(raw)),
            merged_into=ticket.merged_into if ticket and state is TicketState.MERGED else None,
            then=following,
        )

    def _read_page(self, request: Request, response: Response) -> Reading:
        at = json.loads(request.cursor or "{}")
        rows = [row for row, _ in split_list(response.body)]
        ticket = self._normalised(request, at.get("ticket", {}), rows)
        merged_into = ticket.merged_into if ticket and at.get("closed") else None
        more = bool(rows) and ('rel="next"' in response.headers.get("link", "") or len(rows) >= PAGE_MAX)
        following = _conversations(request.subject or "", at, at["page"] + 1) if more else None
        closed = TicketState.CLOSED if at.get("closed") and not more else None
        state = TicketState.MERGED if merged_into else closed
        return Reading(state=state, messages=messages_of(ticket), merged_into=merged_into, then=following)

    def _normalised(self, request: Request, raw: Json, conversations: list[Json]) -> Ticket | None:
        """What `normalize` makes of an answer, so that ids and authors are those of the archive. Not stated to be
        private means public, which is the safe error here.
        """
        rows = [{**row, "private": row.get("private") is True} for row in conversations]
        records = {"ticket": [raw], "conversation": rows}
        account = self._account
        return normalize(
            Bundle(request.subject or "", records, self._directory, account.name, account.config), self._options
        )

    # --- writing ----------------------------------------------------------------------------------------------------

    def note(self, note: Note) -> Request:
        """The notes address, never `/reply`. `notify_emails` would send mail and is never set."""
        body: Json = {"body": note.html(), "private": True}
        return replace(_request("push_note", "POST", note.ticket_id, "/notes"), body=body)

    def receipt(self, request: Request, response: Response) -> Receipt:
        """The answer is the note. Its id is that of the message in the archive."""
        row = parse_object(response.body)
        key, private = native_id(row.get("id")), row.get("private")
        note_id = f"conversation:{key}" if key else None
        return Receipt(note_id, private if isinstance(private, bool) else None, parse_time(row.get("created_at")))

    def refusal(self, request: Request, response: Response) -> Refusal:
        return Refusal.CONFLICT if response.status == 409 else Refusal.PERMANENT

    def make_private(self, ticket_id: str, note_id: str) -> Request | None:
        return None

    def tags(self, ticket_id: str, change: TagChange) -> tuple[Request, ...]:
        """The vendor only takes a whole list, so it is read right before it is written."""
        return (_request(TAGS, "GET", ticket_id),)

    def tags_then(self, change: TagChange, request: Request, response: Response) -> tuple[Request, ...]:
        """The list as just read with the change, then whether the answer holds what was written: if not, once more."""
        raw = parse_object(response.body)
        present, writes = _tags(raw), int(request.cursor or 0)
        if request.stream == TAGS:
            wanted = [*(tag for tag in present if tag not in change.remove)]
            wanted += [tag for tag in change.add if tag not in present]
            if wanted == present or raw.get("spam") is True or raw.get("deleted") is True:
                return ()
            writing = _request(RETAGGED, "PUT", request.subject or "", bucket=UPDATES)
            return (replace(writing, body={"tags": [*wanted]}, cursor=str(writes + 1)),)
        written = request.body["tags"] if isinstance(request.body, dict) else []
        if {tag.lower() for tag in words(written)} == {tag.lower() for tag in present}:
            return ()
        if writes >= _MOST_WRITES:
            raise ContractBroken("the helpdesk did not keep the tags")
        return (replace(_request(TAGS, "GET", request.subject or ""), cursor=str(writes)),)


def _request(stream: str, method: str, ticket_id: str, below: str = "", bucket: str = ACCOUNT) -> Request:
    return Request(stream, f"/api/v2/tickets/{path_id(ticket_id)}{below}", bucket, method, subject=ticket_id)


def _conversations(ticket_id: str, at: Json, page: int = 1) -> Request:
    paging = (("page", str(page)), ("per_page", str(PAGE_MAX)))
    made = _request(CONVERSATIONS, "GET", ticket_id, "/conversations")
    return replace(made, params=paging, cursor=json.dumps({**at, "page": page}))


def _tags(raw: Json) -> list[str]:
    """Raises ContractBroken where the list is missing: written back as empty it would lose what others set."""
    if not isinstance(raw.get("tags"), list):
        raise ContractBroken("the answer has no list of tags")
    return list(dict.fromkeys(words(raw["tags"])))


def _state(raw: Json, ticket: Ticket | None) -> TicketState | None:
    if raw.get("deleted") is True:
        return TicketState.DELETED
    if raw.get("spam") is True:
        return TicketState.SPAM
    if ticket is None or raw.get("status") is None:
        return None
    if ticket.status is Status.CLOSED and ticket.merged_into:
        return TicketState.MERGED
    ended = {Status.SOLVED: TicketState.SOLVED, Status.CLOSED: TicketState.CLOSED}
    return ended.get(ticket.status, TicketState.OPEN)
