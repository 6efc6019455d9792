"""An invented helpdesk behind the real session: writes that get lost, answers that do, and reads that lag."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from types import SimpleNamespace
from typing import Any, cast

from clonedesk_connectors.model import Actor, ActorKind, Message
from clonedesk_connectors.protocol import (
    Bucket,
    Budget,
    Connector,
    CredentialForm,
    Outcome,
    Request,
    Response,
    Token,
    judge_status,
    parse_object,
)
from clonedesk_connectors.protocol.pushback import Note, Reading, Receipt, Refusal, TagChange, TicketState
from clonedesk_connectors.transport.base import Failure, TransportFailed
from clonedesk_connectors.transport.session import Session
from tests.review.build import V0, vendor_time


class Killed(BaseException):
    """The process dies here."""


@dataclass
class DeskTicket:
    state: str = "open"
    messages: list[dict[str, Any]] = field(default_factory=list)
    tags: set[str] = field(default_factory=set)


class Desk:
    """The server, as a transport. `fate` names what happens to each request: see `_fates`.

    lag_s: how long a written note stays invisible to reads. now_s: the vendor's clock, moved by `sleep` only.
    """

    def __init__(self, lag_s: float = 3.0) -> None:
        self.tickets: dict[str, DeskTicket] = {}
        self.lag_s, self.now_s = lag_s, 0.0
        self.fate: Callable[[Request], str] = lambda request: "answer"
        self.requests: list[Request] = []
        self.makes_public = False
        self.hides_flag = False

    def ticket(self, ticket_id: str = "1") -> DeskTicket:
        """A ticket whose customer has written message `…-m1` at the vendor's second 0."""
        if ticket_id not in self.tickets:
            self.tickets[ticket_id] = DeskTicket()
            self.say(ticket_id, "customer", "Where is my refund?", at=0.0)
        return self.tickets[ticket_id]

    def say(self, ticket_id: str, who: str, text: str, *, public: bool = True, at: float | None = None) -> str:
        messages = self.ticket(ticket_id).messages
        message_id = f"{ticket_id}-m{len(messages) + 1}"
        at = self.now_s if at is None else at
        messages.append({"id": message_id, "at": at, "who": who, "public": public, "text": text, "seen": at})
        return message_id

    def notes(self, ticket_id: str, reference: str) -> list[dict[str, Any]]:
        return [one for one in self.ticket(ticket_id).messages if reference in one["text"].split("\n")[0]]

    async def sleep(self, seconds: float) -> None:
        self.now_s += seconds

    async def send(self, request: Request, headers: Mapping[str, str]) -> Response:
        self.requests.append(request)
        fate = self.fate(request)
        if fate == "killed before":
            raise Killed
        if fate == "lost before":
            raise TransportFailed(Failure.TIMEOUT)
        if fate.isdigit():
            return Response(int(fate), {}, b"{}")
        answer = self._answer(request)
        if fate == "killed after":
            raise Killed
        if fate == "lost after":
            raise TransportFailed(Failure.RESET)
        if fate == "garbled after":
            return Response(200, {}, b"<html>proxy</html>")
        assert fate == "answer", fate
        return answer

    def _answer(self, request: Request) -> Response:
        assert request.subject is not None
        ticket = self.tickets.get(request.subject)
        if ticket is None:
            return Response(404, {}, b"{}")
        body = cast("dict[str, Any]", request.body)
        if request.path.endswith("/notes"):
            assert body["private"] is True
            message_id = self.say(request.subject, "api", body["text"], public=self.makes_public)
            ticket.messages[-1]["seen"] = self.now_s + self.lag_s
            told = {} if self.hides_flag else {"private": not self.makes_public}
            return _json({"id": message_id, "at": self.now_s, **told})
        if request.path.endswith("/tags"):
            ticket.tags = (ticket.tags | set(body["add"])) - set(body["remove"])
            return _json({})
        if request.path.endswith("/hide"):
            return _json({})
        seen = [one for one in ticket.messages if one["seen"] <= self.now_s]
        return _json({"state": ticket.state, "messages": seen, "tags": sorted(ticket.tags)})

    async def aclose(self) -> None:
        return None


def _json(value: Any) -> Response:
    return Response(200, {}, json.dumps(value).encode())


_KINDS = {"customer": ActorKind.CUSTOMER, "agent": ActorKind.HUMAN_AGENT, "api": ActorKind.AUTOMATION}


class DeskPushBack:
    """What a vendor implements. Finding a note reads page by page, to exercise `then`."""

    max_messages: int | None = 500
    max_note_bytes: int | None = 64_000

    def _get(self, ticket_id: str, what: str) -> Request:
        return Request(what, f"/tickets/{ticket_id}/{what}", "account", subject=ticket_id)

    def _post(self, ticket_id: str, what: str, body: Any) -> Request:
        return Request(what, f"/tickets/{ticket_id}/{what}", "account", "POST", body=body, subject=ticket_id)

    def preflight(self, ticket_id: str) -> Request:
        return self._get(ticket_id, "preflight")

    def find_note(self, ticket_id: str, since: datetime) -> Request:
        assert since >= V0
        return self._get(ticket_id, "messages")

    def read_back(self, ticket_id: str, since: datetime) -> Request:
        assert since >= V0
        return self._get(ticket_id, "read_back")

    def reading(self, request: Request, response: Response) -> Reading:
        body = parse_object(response.body)
        page = [_message(one) for one in body["messages"]]
        if request.stream == "messages":
            start = int(request.cursor or 0)
            more = Request("messages", request.path, "account", subject=request.subject, cursor=str(start + 2))
            return Reading(messages=tuple(page[start : start + 2]), then=more if len(page) > start + 2 else None)
        count = len(body["messages"])
        state = TicketState(body["state"]) if body["state"] else None
        return Reading(state, tuple(page), frozenset(body["tags"]), message_count=count, version=str(count))

    def note(self, note: Note) -> Request:
        return self._post(note.ticket_id, "notes", {"text": note.text(), "private": True})

    def receipt(self, request: Request, response: Response) -> Receipt:
        body = parse_object(response.body)
        return Receipt(body["id"], body.get("private"), vendor_time(body["at"]))

    def refusal(self, request: Request, response: Response) -> Refusal:
        return Refusal.CONFLICT if response.status == 409 else Refusal.PERMANENT

    def tags(self, ticket_id: str, change: TagChange) -> tuple[Request, ...]:
        return (self._post(ticket_id, "tags", {"add": list(change.add), "remove": list(change.remove)}),)

    def tags_then(self, change: TagChange, request: Request, response: Response) -> tuple[Request, ...]:
        return ()

    def make_private(self, ticket_id: str, note_id: str) -> Request | None:
        return self._post(ticket_id, "hide", {"note": note_id})


def _message(one: Mapping[str, Any]) -> Message:
    return Message(
        id=one["id"],
        at=vendor_time(one["at"]),
        actor=Actor(kind=_KINDS[one["who"]], id=one["who"]),
        native_kind="message",
        visibility="public" if one["public"] else "private",
        body=one["text"],
        body_format="text",
    )


class DeskConnector:
    """As much of a connector as a session needs."""

    name = "acmedesk"
    account = SimpleNamespace(name="acme", vendor="acmedesk")
    buckets: Mapping[str, Bucket] = {"account": Bucket(1_000_000)}
    credential_forms = (CredentialForm("key", ("KEY",)),)

    def sign_in(self, form: str, secrets: Mapping[str, str]) -> Token:
        return Token({"authorization": "Bearer invented"})

    def judge(self, request: Request, response: Response) -> Outcome:
        return judge_status(request, response)

    def budget(self, request: Request, response: Response) -> Iterable[Budget]:
        return ()


def session_of(desk: Desk, *, attempts: int = 2) -> Session:
    connector = cast("Connector", DeskConnector())
    return Session(
        connector,
        desk,
        "key",
        {"KEY": "x"},
        attempts=attempts,
        clock=lambda: desk.now_s,
        sleep=desk.sleep,
        rng=Random(1),
    )
