"""Notes in Intercom conversations, and reading what people did with them. Pure; facts in QUIRKS.md, "Writing back"."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from typing import Any

from clonedesk_connectors.errors import ContractBroken
from clonedesk_connectors.model import Ticket
from clonedesk_connectors.protocol import Account, Bundle, Directory, Request, Response, parse_object
from clonedesk_connectors.protocol.pushback import (
    Note,
    Reading,
    Receipt,
    Refusal,
    TagChange,
    TicketState,
    messages_of,
    path_id,
    reference_of,
)
from clonedesk_connectors.vendors.intercom.normalize import normalize
from clonedesk_connectors.vendors.intercom.streams import build
from clonedesk_connectors.vendors.intercom.values import ident, items, obj, scalar, text

LOOK, ME, TAGGED, TAG_ID = "push_conversation", "push_me", "push_tags", "push_tag_id"
Json = dict[str, Any]


class IntercomPushBack:
    """`PushBack` for one workspace. Notes are written by the teammate of option `admin_id`, else by the one the token
    belongs to, who is then asked for before each write.
    """

    max_messages: int | None = None
    max_note_bytes: int | None = None

    def __init__(self, account: Account, api_version: str, directory: Directory) -> None:
        self._account, self._version, self._directory = account, api_version, directory
        self._admin_id = account.options.get("admin_id")

    # --- looking ----------------------------------------------------------------------------------------------------

    def preflight(self, ticket_id: str) -> Request:
        """The conversation, then who we are: `Reading.version` is the teammate that writes. The vendor has no guard
        against writing over newer changes.
        """
        return replace(self._get(LOOK, ticket_id), cursor="preflight")

    def find_note(self, ticket_id: str, since: datetime) -> Request:
        return self._get(LOOK, ticket_id)

    def read_back(self, ticket_id: str, since: datetime) -> Request:
        return self._get(LOOK, ticket_id)

    def reading(self, request: Request, response: Response) -> Reading:
        """The answer always holds the 500 most recent parts."""
        if request.stream == ME:
            return Reading(version=_admin(response))
        conversation = _conversation(response)
        raw = scalar(conversation.get("state"))
        # Closed is no end here: the next message of either side opens the conversation again.
        state = {None: None, "closed": TicketState.SOLVED}.get(raw, TicketState.OPEN)
        asks = request.cursor == "preflight" and self._admin_id is None
        return Reading(
            state=state,
            messages=messages_of(self._normalised(request, conversation)),
            tags=frozenset(_tags(conversation)),
            version=self._admin_id,
            then=self._me() if asks else None,
        )

    def _normalised(self, request: Request, conversation: Json) -> Ticket | None:
        account, subject = self._account, request.subject or ""
        records = {"conversation": [conversation]}
        bundle = Bundle(subject, records, self._directory, account.name, account.config)
        return normalize(bundle, account.name, self._version)

    # --- writing ----------------------------------------------------------------------------------------------------

    def note(self, note: Note) -> Request:
        """The same address takes public replies: what makes a note is the literal `message_type`."""
        writer = self._admin_id or note.ticket_version
        body: Json = {"message_type": "note", "type": "admin", "admin_id": writer, "body": note.html()}
        return self._post("push_note", note.ticket_id, "/reply", body)

    def receipt(self, request: Request, response: Response) -> Receipt:
        """The answer is the whole conversation; ours is what carries the reference, as the vendor rewrites HTML."""
        reference = reference_of(str(obj(request.body).get("body")))
        messages = messages_of(self._normalised(request, _conversation(response)))
        ours = [message for message in messages if reference_of(message.body) == reference]
        if not ours or reference is None:
            return Receipt(None, None, None)
        return Receipt(ours[0].id, all(message.visibility == "private" for message in ours), ours[0].at)

    def refusal(self, request: Request, response: Response) -> Refusal:
        return Refusal.CONFLICT if response.status == 409 else Refusal.PERMANENT

    def make_private(self, ticket_id: str, note_id: str) -> Request | None:
        return None

    def tags(self, ticket_id: str, change: TagChange) -> tuple[Request, ...]:
        """Tags are changed one by one, by id and in a teammate's name, so two answers come first."""
        if self._admin_id is None:
            return (replace(self._me(), cursor=json.dumps({"ticket": path_id(ticket_id)})),)
        return (self._tagged(ticket_id, self._admin_id),)

    def tags_then(self, change: TagChange, request: Request, response: Response) -> tuple[Request, ...]:
        at: Json = json.loads(request.cursor or "{}")
        if request.stream == ME:
            return (self._tagged(at["ticket"], _admin(response)),)
        if request.stream == TAGGED:
            present = _tags(_conversation(response))
            gone = [self._untag(at, present[tag]) for tag in change.remove if tag in present]
            return (*gone, *(self._tag_id(at, tag) for tag in change.add if tag not in present))
        if request.stream == TAG_ID:
            tag_id = ident(parse_object(response.body).get("id"))
            if tag_id is None:
                raise ContractBroken("the answer names no tag")
            return (self._post("push_tag", at["ticket"], "/tags", {"id": tag_id, "admin_id": at["admin"]}),)
        return ()

    def _tagged(self, ticket_id: str, admin_id: str) -> Request:
        at = {"ticket": ticket_id, "admin": admin_id}
        return replace(self._get(TAGGED, ticket_id), cursor=json.dumps(at))

    def _tag_id(self, at: Json, tag: str) -> Request:
        """`POST /tags` finds a tag by name and makes it where there is none. A token that may not is no reason to end
        the run, so the request is about the conversation.
        """
        made = replace(self._me(), stream=TAG_ID, path="/tags", method="POST", body={"name": tag})
        return replace(made, subject=at["ticket"], cursor=json.dumps(at))

    def _untag(self, at: Json, tag_id: str) -> Request:
        made = self._post("push_untag", at["ticket"], f"/tags/{path_id(tag_id)}", {"admin_id": at["admin"]})
        return replace(made, method="DELETE")

    # --- requests ---------------------------------------------------------------------------------------------------

    def _me(self) -> Request:
        """No `subject`: it is about the credentials, not about a conversation."""
        return replace(build("me", None, 1, None, self._version), stream=ME)

    def _get(self, stream: str, ticket_id: str) -> Request:
        return replace(build("conversation", None, 1, path_id(ticket_id), self._version), stream=stream)

    def _post(self, stream: str, ticket_id: str, below: str, body: Json) -> Request:
        made = self._get(stream, ticket_id)
        return replace(made, path=made.path + below, method="POST", body=body)


def _admin(response: Response) -> str:
    me = parse_object(response.body)
    admin_id = ident(me.get("id"))
    if me.get("type") != "admin" or admin_id is None:
        raise ContractBroken("the token belongs to no teammate; set the option admin_id")
    return admin_id


def _conversation(response: Response) -> Json:
    conversation = parse_object(response.body)
    if conversation.get("type") != "conversation":
        raise ContractBroken("the answer is no conversation")
    return conversation


def _tags(conversation: Json) -> dict[str, str]:
    """Name to id of the tags that are set."""
    listed = items(obj(conversation.get("tags")).get("tags"))
    found = ((text(tag.get("name")), ident(tag.get("id"))) for tag in listed)
    return {name: tag_id for name, tag_id in found if name and tag_id}
