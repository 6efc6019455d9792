"""Looking at one ticket through a vendor's `PushBack`: follow `then`, join the parts, read texts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from clonedesk_connectors.errors import ContractBroken, RecordGone
from clonedesk_connectors.model import ActorKind, Message
from clonedesk_connectors.protocol import Connector, Request, Verdict
from clonedesk_connectors.protocol.pushback import PushBack, Reading
from clonedesk_connectors.text.html import html_to_text
from clonedesk_connectors.transport.session import Answer

_LONGEST_CHAIN = 200
_FORBIDDEN = 403
_CAUSES = {ActorKind.CUSTOMER: "customer_replied", ActorKind.HUMAN_AGENT: "agent_replied"}


class MayNotRead(RecordGone):
    """403: about one ticket it means that the ticket is none of ours, but the credentials may read none at all."""


class Caller(Protocol):
    """What the queue needs of a `transport.Session`."""

    connector: Connector

    async def call(self, request: Request, *, idempotent: bool = True, priority: bool = False) -> Answer: ...


async def look(caller: Caller, push: PushBack, request: Request) -> Reading:
    """All that a question shows.

    Raises RecordGone when the ticket is not there, MayNotRead when it may not be read, ContractBroken for an answer
    that cannot be read or does not end, and what `Session.call` raises.
    """
    whole = Reading()
    following: Request | None = request
    for _ in range(_LONGEST_CHAIN):
        if following is None:
            return whole
        answer = await caller.call(following, priority=True)
        if answer.outcome.verdict is Verdict.GONE and answer.response.status == _FORBIDDEN:
            raise MayNotRead(f"ticket {request.subject}: these credentials may not read it ({answer.outcome.reason})")
        if answer.outcome.verdict is Verdict.GONE:
            raise RecordGone(f"ticket {request.subject} is gone ({answer.outcome.reason})")
        if answer.outcome.verdict is not Verdict.OK:
            raise ContractBroken(f"ticket {request.subject} could not be read ({answer.outcome.reason})")
        part = push.reading(following, answer.response)
        whole, following = _joined(whole, part), part.then
    raise ContractBroken(f"ticket {request.subject}: reading it asks for more requests without end")


def _joined(whole: Reading, part: Reading) -> Reading:
    """Messages of all parts, once each and by time; of everything else the first part that tells."""
    known = {message.id for message in whole.messages}
    more = tuple(message for message in part.messages if message.id not in known)
    return replace(
        whole,
        state=whole.state or part.state,
        messages=tuple(sorted((*whole.messages, *more), key=lambda message: message.at)),
        tags=part.tags if whole.tags is None else whole.tags,
        merged_into=whole.merged_into or part.merged_into,
        message_count=part.message_count if whole.message_count is None else whole.message_count,
        version=whole.version or part.version,
    )


def text_of(message: Message) -> str:
    """A message as plain text, with everything that was shown in it."""
    return html_to_text(message.body).text if message.body_format == "html" else message.body


def newest_public(messages: Iterable[Message]) -> Message | None:
    """messages: in the vendor's order, oldest first."""
    return next((message for message in reversed([*messages]) if message.visibility == "public"), None)


def moved_on(based_on_id: str, based_on_at: datetime, messages: Sequence[Message]) -> str | None:
    """Why a draft answers no longer the newest public message; None while it does. Vendor times only."""
    public = [message for message in messages if message.visibility == "public"]
    order = [message.id for message in public]
    if based_on_id in order:
        later = public[order.index(based_on_id) + 1 :]
    else:
        later = [message for message in public if message.at >= based_on_at]
    return cause_of(later[0]) if later else None


def cause_of(message: Message) -> str:
    """What a newer public message means for a draft."""
    return _CAUSES.get(message.actor.kind, "other_reply")
