"""Zendesk's words to ours, as data.

Sources, all checked 2026-11: the vendor's reference pages "Tickets", "Via types", "Ticket audit events", "Satisfaction
ratings" and "CSAT survey responses", and recorded answers. What a table lacks is UNKNOWN and keeps its raw text.
"""

from __future__ import annotations

from clonedesk_connectors.model import ActorKind, Channel, Priority, Status
from clonedesk_connectors.protocol import MappingTable

# Ticket `status` (with custom statuses: their category). `deleted` exists only in exports.
STATUS = MappingTable(
    {
        "new": Status.NEW,
        "open": Status.OPEN,
        "pending": Status.PENDING,
        "hold": Status.ON_HOLD,
        "solved": Status.SOLVED,
        "closed": Status.CLOSED,
        "deleted": Status.DELETED,
    },
    unknown=Status.UNKNOWN,
)

# Ticket `priority`; null means that nobody set one.
PRIORITY = MappingTable(
    {
        "none": Priority.NONE,
        "": Priority.NONE,
        "low": Priority.LOW,
        "normal": Priority.NORMAL,
        "high": Priority.HIGH,
        "urgent": Priority.URGENT,
    },
    unknown=Priority.UNKNOWN,
)

# `via.channel`: a word, the word's number, or (in ticket events) its display name.
CHANNEL = MappingTable(
    {
        "web": Channel.WEB_FORM,
        "web_form": Channel.WEB_FORM,
        "web form": Channel.WEB_FORM,
        0: Channel.WEB_FORM,
        "web_widget": Channel.WEB_FORM,
        48: Channel.WEB_FORM,
        "dropbox": Channel.WEB_FORM,
        17: Channel.WEB_FORM,
        "email": Channel.EMAIL,
        "mail": Channel.EMAIL,
        4: Channel.EMAIL,
        "api": Channel.API,
        "web_service": Channel.API,
        "web service (api)": Channel.API,
        5: Channel.API,
        "chat": Channel.CHAT,
        29: Channel.CHAT,
        "chat_transcript": Channel.CHAT,
        "native_messaging": Channel.MESSAGING,
        "messaging": Channel.MESSAGING,
        "sunshine_conversations_api": Channel.MESSAGING,
        "whatsapp": Channel.MESSAGING,
        "line": Channel.MESSAGING,
        "wechat": Channel.MESSAGING,
        "telegram": Channel.MESSAGING,
        "viber": Channel.MESSAGING,
        "apple_business_chat": Channel.MESSAGING,
        "facebook": Channel.SOCIAL,
        "facebook_post": Channel.SOCIAL,
        "facebook_message": Channel.SOCIAL,
        "facebook_messenger": Channel.SOCIAL,
        "instagram_dm": Channel.SOCIAL,
        "twitter": Channel.SOCIAL,
        "twitter_dm": Channel.SOCIAL,
        "twitter_like": Channel.SOCIAL,
        "any_channel": Channel.SOCIAL,
        "voice": Channel.PHONE,
        "phone": Channel.PHONE,
        "sms": Channel.SMS,
        "native_sms": Channel.SMS,
        "mobile": Channel.MOBILE,
        "mobile_sdk": Channel.MOBILE,
        "iphone": Channel.MOBILE,
        15: Channel.MOBILE,
        "android": Channel.MOBILE,
        "rule": Channel.SYSTEM,
        8: Channel.SYSTEM,
        "system": Channel.SYSTEM,
        "sample_ticket": Channel.SYSTEM,
        "closed_ticket": Channel.SYSTEM,
        "merge": Channel.SYSTEM,
        19: Channel.SYSTEM,
    },
    unknown=Channel.UNKNOWN,
)

# `via` of an update -> the kind of cause behind it; None: a person simply did it.
CAUSE: MappingTable[str | None] = MappingTable(
    {
        "rule": "rule",
        "trigger": "rule",
        "automation": "rule",
        8: "rule",
        "api": "api",
        "web_service": "api",
        "web service (api)": "api",
        5: "api",
        "merge": "merge",
        19: "merge",
        "batch": "bulk",
        20: "bulk",
        "linked_problem": "linked_problem",
        9: "linked_problem",
        "group_deletion": "admin",
        10: "admin",
        "user_deletion": "admin",
        12: "admin",
        "group_change": "admin",
        13: "admin",
        "automatic_solution_suggestions": "answer_bot",
        22: "answer_bot",
        "answer_bot_api": "answer_bot",
        "recovered_from_suspended_tickets": "recovered",
        21: "recovered",
        "system": "system",
        "sample_ticket": "system",
    },
    unknown=None,
)

# Causes that make the change somebody else's than the author's.
CAUSE_ACTOR = MappingTable(
    {
        "rule": ActorKind.AUTOMATION,
        "linked_problem": ActorKind.AUTOMATION,
        "answer_bot": ActorKind.AI_AGENT,
        "system": ActorKind.SYSTEM,
        "admin": ActorKind.SYSTEM,
    },
    unknown=ActorKind.UNKNOWN,
)

# `user.role`.
ROLE = MappingTable(
    {
        "end-user": ActorKind.CUSTOMER,
        "end_user": ActorKind.CUSTOMER,
        "agent": ActorKind.HUMAN_AGENT,
        "admin": ActorKind.HUMAN_AGENT,
    },
    unknown=ActorKind.UNKNOWN,
)

# Author of a chat or messaging turn: `author.type` of the conversation log, `actor_type` of a chat history, or the
# words that stand in place of an actor id there. "business" is a person or a bot: the source decides.
CHAT_AUTHOR = MappingTable(
    {
        "user": ActorKind.CUSTOMER,
        "end-user": ActorKind.CUSTOMER,
        "end_user": ActorKind.CUSTOMER,
        "visitor": ActorKind.CUSTOMER,
        "bot": ActorKind.AI_AGENT,
        "agent": ActorKind.HUMAN_AGENT,
        "system": ActorKind.SYSTEM,
        "__system": ActorKind.SYSTEM,
        "trigger": ActorKind.AUTOMATION,
        "__trigger": ActorKind.AUTOMATION,
    },
    unknown=ActorKind.UNKNOWN,
)

# `source.type` of a messaging turn. Constants of the vendor's own messaging clients.
CHAT_SOURCE = MappingTable(
    {
        "zd:answerbot": ActorKind.AI_AGENT,
        "ultimate": ActorKind.AI_AGENT,
        "zd:agentworkspace": ActorKind.HUMAN_AGENT,
        "zd:surveys": ActorKind.AUTOMATION,
    },
    unknown=ActorKind.UNKNOWN,
)

# Old satisfaction model: `score`. Two values only, so the ends of our scale; "offered" is a question, not an answer.
SCORE: MappingTable[int | None] = MappingTable(
    {
        "bad": 1,
        "bad_with_comment": 1,
        "bad_without_comment": 1,
        "good": 5,
        "good_with_comment": 5,
        "good_without_comment": 5,
    },
    unknown=None,
)

# New satisfaction model: `rating_category`, used where the scale has not five options.
RATING_CATEGORY: MappingTable[int | None] = MappingTable({"bad": 1, "neutral": 3, "good": 5}, unknown=None)

# Which five-point ratings each category holds on the vendor's default scale; a pair outside is another scale.
FIVE_POINT: MappingTable[tuple[int, ...]] = MappingTable({"bad": (1, 2), "neutral": (3,), "good": (4, 5)}, unknown=())
