"""The conversation beside the draft: from the archive when the ticket is in it, else what came with the draft."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from threading import Lock

from clonedesk_connectors.errors import ClonedeskError
from clonedesk_connectors.model import ActorKind, Key, Message
from clonedesk_connectors.protocol.pushback import ContextMessage, Draft
from clonedesk_connectors.review.web.shown import Piece, host_of, marks, pieces
from clonedesk_connectors.store import Archive
from clonedesk_connectors.text.html import html_to_text
from clonedesk_connectors.text.intent import instructs_model

_MOST_MESSAGES = 500  # the newest; a page with more is no help to anybody
_MOST_CHARS = 50_000  # of one message
_IMAGE = re.compile(r"<img\b[^>]{0,2000}?\bsrc\s{0,9}=\s{0,9}[\"']?\s{0,9}(https?://[^\"'\s>]{1,2000})", re.IGNORECASE)
_WHO = {
    ActorKind.CUSTOMER: "Customer",
    ActorKind.HUMAN_AGENT: "Agent",
    ActorKind.AI_AGENT: "AI",
    ActorKind.AUTOMATION: "Automation",
    ActorKind.SYSTEM: "System",
    ActorKind.UNKNOWN: "Unknown author",
}


@dataclass(frozen=True, slots=True)
class Shown:
    """One message. who: kind of author as a word. images: hosts whose images were not loaded. warnings: see `warn`.

    is_newer: it came after the message the draft answers. is_cut: too long, only its beginning is here.
    """

    who: str
    kind: str
    name: str
    at: datetime
    is_note: bool
    body: list[Piece]
    images: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    is_newer: bool = False
    is_cut: bool = False


@dataclass(frozen=True, slots=True)
class Conversation:
    """older: before the customer's last message; shown: from it on."""

    older: tuple[Shown, ...]
    shown: tuple[Shown, ...]

    @property
    def warnings(self) -> list[str]:
        """What is odd anywhere in it, each once."""
        return list(dict.fromkeys(warning for one in (*self.older, *self.shown) for warning in one.warnings))


class Conversations:
    """Reads tickets from an archive that may not exist yet, or may be too old to read: then without it."""

    def __init__(self, archive_url: str) -> None:
        self._url, self._lock = archive_url, Lock()
        self._archive: Archive | None = None

    def of(self, draft: Draft, *, as_then: bool = False) -> Conversation:
        """as_then: only what was there when the draft was written."""
        shown = [*self._stored(draft)] or [*map(_of_context, draft.context)]
        if as_then:
            shown = [one for one in shown if one.at <= draft.based_on.at]
        shown = [replace(one, is_newer=not one.is_note and one.at > draft.based_on.at) for one in shown]
        asked = [place for place, one in enumerate(shown) if one.kind == ActorKind.CUSTOMER and not one.is_note]
        split = asked[-1] if asked else max(0, len(shown) - 1)
        return Conversation(tuple(shown[:split]), tuple(shown[split:]))

    def _stored(self, draft: Draft) -> Iterator[Shown]:
        try:
            archive = self._open()
            ticket = archive.ticket(Key(draft.vendor, draft.account, "ticket", draft.ticket_id))
        except ClonedeskError:
            return
        messages = [event for event in ticket.events if isinstance(event, Message)] if ticket else []
        yield from map(_of_message, messages[-_MOST_MESSAGES:])

    def _open(self) -> Archive:
        with self._lock:
            if self._archive is None:
                self._archive = Archive.open(self._url)
            return self._archive

    def close(self) -> None:
        with self._lock:
            if self._archive is not None:
                self._archive.close()


def warn(text: str, *, hidden: bool = False) -> tuple[str, ...]:
    """What a person should know before trusting a text: hints, no verdicts."""
    found = ["text that readers cannot see"] if hidden else []
    if instructs_model(text):
        found.append("words that read like instructions to an AI")
    if marks(text):
        found.append("invisible or direction-changing characters")
    return tuple(found)


def _of_message(message: Message) -> Shown:
    is_html = message.body_format == "html"
    read = html_to_text(message.body) if is_html else None
    text = read.text if read else message.body
    return Shown(
        _WHO[message.actor.kind],
        message.actor.kind,
        message.actor.name or "",
        message.at,
        message.visibility == "private",
        pieces(text[:_MOST_CHARS]),
        _image_hosts(message.body) if is_html else (),
        warn(text, hidden=read is not None and read.hidden_text),
        is_cut=len(text) > _MOST_CHARS or (read is not None and read.truncated),
    )


def _of_context(message: ContextMessage) -> Shown:
    body = pieces(message.body[:_MOST_CHARS])
    cut = len(message.body) > _MOST_CHARS
    return Shown(_WHO[message.author], message.author, "", message.at, False, body, (), warn(message.body), is_cut=cut)


def _image_hosts(html: str) -> tuple[str, ...]:
    """Hosts of images that a mail program would have asked for; nothing is asked here."""
    return tuple(dict.fromkeys(host for source in _IMAGE.findall(html) if (host := host_of(source))))
