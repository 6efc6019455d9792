"""Drafts, and what a vendor implements so that they reach people as private notes. Pure values in, pure values out.

The worker (`review/push.py`) owns every decision: when to look, when to write, whether a note is ours and whether it is
private. A vendor only builds requests and reads answers. A note is private by construction: `note` writes the vendor's
private flag as a literal, and no value of this module can say otherwise.
"""

from __future__ import annotations

import hashlib
import html
import re
from base64 import b32encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Protocol, runtime_checkable

from pydantic import AfterValidator, Field

from clonedesk_connectors.errors import RecordGone
from clonedesk_connectors.model import ActorKind, Message, Ticket
from clonedesk_connectors.model.base import Instant, Value
from clonedesk_connectors.protocol.values import Request, Response
from clonedesk_connectors.text.normal import flat

MAX_BODY_CHARS = 1_000_000


def _storable(text: str) -> str:
    if "\0" in text:
        raise ValueError("text cannot hold a NUL character")
    return text


def _not_blank(text: str) -> str:
    if not text.strip():
        raise ValueError("a draft needs a text")
    return text


Text = Annotated[str, AfterValidator(_storable)]
Name = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_storable)]


class Segment(Value):
    """What routing, thresholds and reports are kept by. None: not known."""

    type: Name | None = None
    channel: Name | None = None
    tier: Name | None = None
    language: Name | None = None


class BasedOn(Value):
    """The last public message the model had read: the event id of that `Message`, and the vendor's time of it."""

    message_id: Name
    at: Instant


class ModelInfo(Value):
    """What wrote the draft. prompt_hash: of the prompt template, never the prompt."""

    name: Name
    version: Name
    prompt_hash: Name | None = None


class ContextMessage(Value):
    """A public message the draft answers, as plain text."""

    id: Name
    at: Instant
    author: ActorKind
    body: Text


class Draft(Value):
    """AI text for one ticket, as submitted.

    kind: one ticket has at most one open draft of each kind. confidence: calibrated, 0 to 1. created_at: the caller's
    time; ttl_s counts from submission. due_at: when an answer is due. reason, sources: shown to the reviewer.
    requester_id, context: for training data; filled from the archive when absent.
    """

    vendor: Name
    account: Name
    ticket_id: Name
    kind: Name = "reply"
    body: Annotated[str, Field(max_length=MAX_BODY_CHARS), AfterValidator(_storable), AfterValidator(_not_blank)]
    confidence: float | None = Field(default=None, ge=0, le=1)
    segment: Segment = Segment()
    based_on: BasedOn
    model: ModelInfo
    created_at: Instant
    ttl_s: int = Field(default=86_400, gt=0, le=31_536_000)
    due_at: Instant | None = None
    reason: Text | None = None
    sources: tuple[Text, ...] = ()
    requester_id: Name | None = None
    context: tuple[ContextMessage, ...] = ()

    @property
    def draft_id(self) -> str:
        """12 characters of base32 over what makes the draft this draft: the same input gives the same id."""
        parts = (self.account, self.ticket_id, self.based_on.message_id, self.model.version, flat(self.body))
        return b32encode(hashlib.sha256("|".join(parts).encode()).digest()).decode()[:12]

    @property
    def reference(self) -> str:
        """The visible mark of the note: the one kind of marker that no sanitiser removes."""
        return f"CD-{self.draft_id}"


class NotePurpose(StrEnum):
    DRAFT = "draft"
    """Text that waits for a person."""
    APPROVED = "approved"
    """Text a person approved on the review page, for an agent to send."""


_HEADS = {
    NotePurpose.DRAFT: "AI draft — not sent. Ref {}",
    NotePurpose.APPROVED: "Approved text — not sent yet. Ref {}",
}
_OPEN, _CLOSE = "----- draft -----", "----- end of draft -----"
_REFERENCE = re.compile(r"(?<![\w-])CD-[A-Z2-7]{12}(?:-A)?(?![\w-])")
_COMMAND = re.compile(r"\s*/draft\b", re.IGNORECASE)
_TOKEN_OPENING = re.compile(r"\{(?=[{%])")


@dataclass(frozen=True, slots=True)
class Note:
    """A private note to write. There is no visibility here: a note is private.

    reference: `CD-` and the draft id, with `-A` for approved text. lines: shown below the text, e.g. the confidence.
    """

    ticket_id: str
    reference: str
    purpose: NotePurpose
    body: str = field(repr=False)
    lines: tuple[str, ...] = ()
    ticket_version: str | None = None
    """`Reading.version` of the look that allowed this write, for vendors that refuse to write over newer changes."""

    @property
    def head(self) -> str:
        return _HEADS[self.purpose].format(self.reference)

    def text(self) -> str:
        """The whole note as plain text."""
        return "\n".join((self.head, _OPEN, self.body, _CLOSE, *self.lines))

    def html(self) -> str:
        """The whole note as HTML in which everything of the draft is escaped text and no template token is one."""
        shown = html.escape(_inert(self.text()), quote=True).replace("\r\n", "\n").replace("\r", "\n")
        return "<p>" + shown.replace("\n", "<br>") + "</p>"


def _inert(text: str) -> str:
    """Helpdesks carry out template tokens (`{{ticket.id}}`, `{% if … %}`), so a word joiner parts their braces.
    It is invisible, survives sanitisers and copying, and is folded away where texts are compared.
    """
    return _TOKEN_OPENING.sub("{\u2060", text)


def reference_of(text: str) -> str | None:
    """The reference a note's text carries: the first, because the head comes before anything a model wrote.

    None for a staff command about a draft (`/draft …`), which may name one.
    """
    found = None if _COMMAND.match(text) else _REFERENCE.search(text)
    return found[0] if found else None


def path_id(native_id: str) -> str:
    """An id as it stands in a path. Raises RecordGone for anything but letters and digits: no helpdesk has such a one,
    and a path must not be steered by it.
    """
    if not (native_id.isascii() and native_id.isalnum()):
        raise RecordGone("an id that is not letters and digits belongs to nothing at this helpdesk")
    return native_id


def messages_of(ticket: Ticket | None) -> tuple[Message, ...]:
    """The messages of what `normalize` made of an answer."""
    return tuple(event for event in ticket.events if isinstance(event, Message)) if ticket else ()


class NoDirectory:
    """The directory of an account of which nothing was pulled yet."""

    def get(self, kind: str, native_id: object) -> Mapping[str, Any] | None:
        return None


NOBODY = NoDirectory()


class TicketState(StrEnum):
    """What a look at the ticket says about writing to it."""

    OPEN = "open"
    SOLVED = "solved"
    CLOSED = "closed"
    MERGED = "merged"
    SPAM = "spam"
    DELETED = "deleted"
    READ_ONLY = "read_only"
    """Notes are refused, e.g. while the vendor's own AI agent has the ticket."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What one answer shows of one ticket, or several joined (`then`).

    state: None when this answer does not say. messages: public and private ones in the vendor's order, oldest first,
    ids and authors as `normalize` gives them; a message that is not stated to be private is public. tags: all of the
    ticket's, None when not shown. message_count: the vendor's own count of all messages. version: opaque, for
    `Note.ticket_version`. then: a request whose answer belongs to this.
    """

    state: TicketState | None = None
    messages: tuple[Message, ...] = ()
    tags: frozenset[str] | None = None
    merged_into: str | None = None
    message_count: int | None = None
    version: str | None = None
    then: Request | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the answer to a written note proves. private: None when the answer does not say, which counts as a leak."""

    note_id: str | None
    private: bool | None
    at: datetime | None
    """The vendor's time of the note."""


class Refusal(StrEnum):
    """Why a write that was answered with an error was not carried out."""

    PERMANENT = "permanent"
    """It will never be accepted."""
    CONFLICT = "conflict"
    """The ticket changed since the look; look again, then write again."""


@dataclass(frozen=True, slots=True)
class TagChange:
    """Tags to add and to take away, and nothing else of the ticket's tags."""

    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()


@runtime_checkable
class PushBack(Protocol):
    """The writing side of a vendor. Offered by its connector as `push_back(directory)`; the directory (who is staff)
    is the archive's and may be left out, then authors that an answer does not explain are unknown.

    Every request about a ticket sets `subject` to the ticket's id, so that 403 and 404 mean "this ticket", not "these
    credentials". Writes are sent once; the worker looks before it ever sends one again.
    """

    max_messages: int | None
    """A ticket with this many messages takes no more (None: no known limit)."""

    max_note_bytes: int | None
    """Longer notes (UTF-8 of `Note.html()`) would be cut by the vendor without a word (None: no known limit)."""

    def preflight(self, ticket_id: str) -> Request:
        """Read the ticket's state, newest messages and version, before a write."""
        ...

    def find_note(self, ticket_id: str, since: datetime) -> Request:
        """Read the ticket's own message list from `since` (the vendor's clock) on: never search, never an export."""
        ...

    def read_back(self, ticket_id: str, since: datetime) -> Request:
        """Read what people did from `since` (the vendor's clock) on: messages, tags, state."""
        ...

    def reading(self, request: Request, response: Response) -> Reading:
        """Read an answer to one of the three requests above. Raises ContractBroken when it is not what is documented.

        `then` leads to what is still missing for the question asked; the parts are joined by the caller.
        """
        ...

    def note(self, note: Note) -> Request:
        """The one place that writes text. Private by a literal in this function; it sets no status and no assignee."""
        ...

    def receipt(self, request: Request, response: Response) -> Receipt:
        """Read a successful answer to `note`."""
        ...

    def refusal(self, request: Request, response: Response) -> Refusal:
        """Read an answer to `note` that was judged DEAD or GONE."""
        ...

    def tags(self, ticket_id: str, change: TagChange) -> tuple[Request, ...]:
        """The first requests of a change of tags; they change nothing but the tags named, and may be repeated."""
        ...

    def tags_then(self, change: TagChange, request: Request, response: Response) -> tuple[Request, ...]:
        """What the answer to a request of `tags` (or of this) makes necessary: endpoints that add and remove, else all
        tags as just read with the change. Raises ContractBroken when the helpdesk did not keep the change.
        """
        ...

    def make_private(self, ticket_id: str, note_id: str) -> Request | None:
        """Hide a note that turned out public; None where the vendor offers no such call."""
        ...
