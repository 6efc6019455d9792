"""Turns of a chat or messaging conversation, in the two shapes the vendor tells them.

A chat history (inside ChatStartedEvent / ChatEndedEvent): actor_id such as `agent:123` or `__system`, message,
timestamp in milliseconds, and for messaging the original message as JSON text. The conversation log: author, content,
source, received_at. Sources: the vendor's API reference "Conversation log" and public test data of other tools.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any, NamedTuple

from clonedesk_connectors.text.times import parse_time
from clonedesk_connectors.vendors.zendesk.values import native_id, part, text


class Turn(NamedTuple):
    """One spoken turn. `identity` is equal for the same turn told twice; `at` is aware and UTC."""

    identity: object
    kind: str
    at: datetime | None
    author: str | None
    author_id: str | None
    name: str | None
    source: str | None
    body: str
    form: str


def read_turn(entry: dict[str, Any]) -> Turn | None:
    """A spoken turn; None for joins, leaves and other machinery, and for comments that the log repeats."""
    message = _original(entry)
    author, content, source = (part(message, name) for name in ("author", "content", "source"))
    body = text(content.get("text")) or text(content.get("body")) or text(entry.get("message"))
    if body is None or entry.get("type") == "Comment":
        return None
    actor_id = native_id(entry.get("actor_id")) or ""
    role, _, number = actor_id.partition(":")
    at = _time(entry.get("timestamp")) or parse_time(message.get("received_at") or message.get("created_at"))
    return Turn(
        identity=native_id(message.get("id")) or native_id(entry.get("message_id")) or (at, actor_id, body),
        kind=text(entry.get("type")) or "ChatMessage",
        at=at,
        author=text(author.get("type")) or text(entry.get("actor_type")) or role or None,
        author_id=native_id(author.get("zen:support:user_id")) or number or None,
        name=text(author.get("display_name")) or text(author.get("displayName")) or text(entry.get("actor_name")),
        source=text(source.get("type")),
        body=body,
        form="html" if content.get("type") == "html" else "text",
    )


def _original(entry: dict[str, Any]) -> dict[str, Any]:
    """The messaging service's own copy of a turn, where the history carries it as text."""
    inner = entry.get("original_message")
    if isinstance(inner, str):
        try:
            inner = json.loads(inner)
        except (ValueError, RecursionError):
            return entry
    return inner if isinstance(inner, dict) else entry


def _time(value: object) -> datetime | None:
    """Chat histories count in milliseconds; anything small enough to be seconds is read as seconds."""
    return parse_time(value / 1000 if isinstance(value, int) and value > 10**11 else value)
