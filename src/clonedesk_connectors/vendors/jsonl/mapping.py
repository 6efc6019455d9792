"""Words of the minimal format to ours. Case does not matter; every word of the model itself is understood too."""

from __future__ import annotations

from clonedesk_connectors.model import ActorKind, AssigneeKind, Channel, Priority, Status
from clonedesk_connectors.protocol import MappingTable

STATUS = MappingTable(
    {**{word.value: word for word in Status}, "hold": Status.ON_HOLD, "resolved": Status.SOLVED},
    unknown=Status.UNKNOWN,
)
PRIORITY = MappingTable(
    {**{word.value: word for word in Priority}, "medium": Priority.NORMAL}, unknown=Priority.UNKNOWN
)
CHANNEL = MappingTable(
    {**{word.value: word for word in Channel}, "web": Channel.WEB_FORM, "voice": Channel.PHONE},
    unknown=Channel.UNKNOWN,
)
ACTOR = MappingTable(
    {
        **{word.value: word for word in ActorKind},
        "user": ActorKind.CUSTOMER,
        "agent": ActorKind.HUMAN_AGENT,
        "human": ActorKind.HUMAN_AGENT,
        "ai": ActorKind.AI_AGENT,
        "bot": ActorKind.AI_AGENT,
        "rule": ActorKind.AUTOMATION,
    },
    unknown=ActorKind.UNKNOWN,
)
ASSIGNEE = MappingTable({word.value: word for word in AssigneeKind}, unknown=AssigneeKind.UNKNOWN)
