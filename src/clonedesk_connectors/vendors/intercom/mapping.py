"""Intercom's words in ours. Sources: the API reference and OpenAPI files 2.7 to 2.16; checked 2026-11."""

from __future__ import annotations

from clonedesk_connectors.model import AiEnding, Channel, Priority, Status
from clonedesk_connectors.protocol import MappingTable

# Conversation `state`. A snoozed conversation comes back by itself or with the customer's next message.
STATUS = MappingTable({"open": Status.OPEN, "snoozed": Status.PENDING, "closed": Status.CLOSED}, unknown=Status.UNKNOWN)

# `ticket_state` (its `category` since 2.12; the value itself before).
TICKET_STATUS = MappingTable(
    {
        "submitted": Status.NEW,
        "in_progress": Status.OPEN,
        "waiting_on_customer": Status.PENDING,
        "resolved": Status.SOLVED,
    },
    unknown=Status.UNKNOWN,
)

# `priority` has five values since 2.16 and was a flag before; the two sets of words do not overlap.
PRIORITY = MappingTable(
    {
        "none": Priority.NONE,
        "low": Priority.LOW,
        "medium": Priority.NORMAL,
        "high": Priority.HIGH,
        "urgent": Priority.URGENT,
        "not_priority": Priority.NONE,
        "priority": Priority.HIGH,
    },
    unknown=Priority.UNKNOWN,
)

# `source.type`.
CHANNEL = MappingTable(
    {
        "conversation": Channel.MESSAGING,
        "messenger": Channel.MESSAGING,
        "email": Channel.EMAIL,
        "facebook": Channel.SOCIAL,
        "instagram": Channel.SOCIAL,
        "twitter": Channel.SOCIAL,
        "whatsapp": Channel.MESSAGING,
        "sms": Channel.SMS,
        "phone_call": Channel.PHONE,
        "phone_switch": Channel.PHONE,
        "push": Channel.MOBILE,
    },
    unknown=Channel.UNKNOWN,
)

# `ai_agent.resolution_state`: how the AI's part ended. `routed_to_team` and `abandoned` up to 2.14; `escalated`,
# `negative_feedback` and `procedure_handoff` since 2.15. The vendor's words, not our verdict.
AI_ENDING = MappingTable(
    {
        "confirmed_resolution": AiEnding.CUSTOMER_CONFIRMED,
        "assumed_resolution": AiEnding.CUSTOMER_SILENT,  # silence, counted as resolved by the vendor
        "abandoned": AiEnding.CUSTOMER_LEFT,
        "routed_to_team": AiEnding.HANDED_OFF,
        "escalated": AiEnding.HANDED_OFF,
        "procedure_handoff": AiEnding.HANDED_OFF,
        "negative_feedback": AiEnding.NEGATIVE_FEEDBACK,
    },
    unknown=AiEnding.UNKNOWN,
)

# What a part does to the state. Part types are free text; those not named anywhere in this file change nothing.
PART_STATUS: MappingTable[Status | None] = MappingTable(
    {
        "open": Status.OPEN,
        "close": Status.CLOSED,
        "snoozed": Status.PENDING,
        "unsnoozed": Status.OPEN,
        "timer_unsnooze": Status.OPEN,
        "note_and_reopen": Status.OPEN,
        "assign_and_reopen": Status.OPEN,
        "assign_and_unsnooze": Status.OPEN,
    },
    unknown=None,
)

ASSIGNING = frozenset(
    {
        "assignment",
        "default_assignment",
        "balanced_assignment",
        "away_mode_assignment",
        "assign_and_reopen",
        "assign_and_unsnooze",
    }
)
RULE_MADE = frozenset({"default_assignment", "balanced_assignment", "away_mode_assignment", "timer_unsnooze"})
"""Made by a workspace rule, whoever is named as the author."""

CUSTOMER_TYPES = frozenset({"user", "lead", "contact", "visitor"})
SENT_BY_MACHINE = frozenset({"automated", "campaigns_initiated", "operator_initiated"})
"""`source.delivered_as` of a first message that a teammate is named for but did not type."""
MERGED = frozenset({"merged_primary_conversation"})
"""The conversation absorbed another one; the part does not name it."""
