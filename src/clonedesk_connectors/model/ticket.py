"""One customer issue with its ordered events. No derived labels inside: those are computed and cite event ids."""

from __future__ import annotations

from operator import attrgetter
from typing import Any, Literal

import msgspec
from pydantic import Field

from clonedesk_connectors.model.actor import Person
from clonedesk_connectors.model.base import Instant, Value
from clonedesk_connectors.model.events import Event
from clonedesk_connectors.model.ids import Key
from clonedesk_connectors.model.vocab import AssigneeKind, Channel, Priority, Status

SCHEMA_VERSION = 1


MESSAGE_GAPS = frozenset({"messages", "transcript"})
"""Values of `Gap.what` that mean text is missing, so that the ticket counts as incomplete."""


class Gap(Value):
    """Something the history is known to lack. `what` names it (messages, events, transcript …), `why` the cause."""

    what: str
    why: str


class Coverage(Value):
    """What was got against what the vendor says there is. Absence is not "false": None means the vendor does not say.

    messages_expected / messages_got count public and private messages. `events_complete` is False when changes
    (status, assignment, tags …) are known to be missing, None when that cannot be told.
    """

    messages_expected: int | None = None
    messages_got: int = 0
    events_complete: bool | None = None
    gaps: tuple[Gap, ...] = ()

    @property
    def lacks_messages(self) -> bool:
        """Messages are known to be missing: fewer or more than the vendor counts, or a gap says so."""
        miscounted = self.messages_expected is not None and self.messages_expected != self.messages_got
        return miscounted or any(gap.what in MESSAGE_GAPS for gap in self.gaps)

    @property
    def complete(self) -> bool:
        """Proved complete: nothing known to be missing and the vendor's own count reached."""
        return not self.gaps and self.events_complete is True and self.messages_expected == self.messages_got


class VendorLabel(Value):
    """What the helpdesk itself claims about the outcome, e.g. an AI resolution state. Kept, never trusted."""

    name: str
    value: str
    set_at: Instant | None = None
    set_by: str | None = None


class Ticket(Value):
    """One customer issue. All times are aware and UTC; all ids are strings; `events` is ordered by (at, seq).

    `raw_…` fields keep the vendor's own word beside each mapped value. `version` is the vendor's version number of
    the record (what `upsert` compares). `support_scope` is Zendesk's support type where known ("agent", "ai_agent").
    """

    schema_version: Literal[1] = 1
    vendor: str
    account: str
    native_id: str
    version: int = 0
    created_at: Instant | None = None
    updated_at: Instant | None = None
    status: Status
    raw_status: str | None = None
    channel: Channel = Channel.UNKNOWN
    raw_channel: str | None = None
    priority: Priority = Priority.NONE
    subject: str | None = None
    ticket_type: str | None = None
    language: str | None = None
    tier: str | None = None
    tags: tuple[str, ...] = ()
    requester: Person | None = None
    organization_id: str | None = None
    brand_id: str | None = None
    group_id: str | None = None
    assignee_id: str | None = None
    assignee_kind: AssigneeKind = AssigneeKind.UNKNOWN
    custom_fields: dict[str, str | None] = Field(default_factory=dict)
    merged_into: str | None = None
    follow_up_of: str | None = None
    linked: tuple[str, ...] = ()
    is_spam: bool = False
    is_test: bool = False
    deleted: bool = False
    archived: bool = False
    support_scope: str | None = None
    vendor_labels: tuple[VendorLabel, ...] = ()
    events: tuple[Event, ...] = ()
    coverage: Coverage = Coverage()

    @property
    def key(self) -> Key:
        return Key(self.vendor, self.account, "ticket", self.native_id)


_encode = msgspec.json.Encoder(enc_hook=attrgetter("__dict__")).encode


def ticket_json(ticket: Ticket) -> bytes:
    """The JSON of a ticket as it is kept and exported: what `model_dump_json` gives, in a third of the time."""
    return _encode(ticket)


def ticket_schema() -> dict[str, Any]:
    """The JSON Schema of a `Ticket` as it is exported; the copy in `docs/` is compared with it by a test."""
    return Ticket.model_json_schema(mode="serialization")
