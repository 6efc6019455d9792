"""Freshdesk's codes and words to ours, as data.

Sources: API reference v2 (stored copy of late 2025), public recordings of real accounts, support articles. Rows marked
"memory" are not written down by the vendor; a wrong one shows up as `unknown`, never as a crash.
"""

from __future__ import annotations

import re

from clonedesk_connectors.model import AiEnding, Channel, Priority, Scale, Status
from clonedesk_connectors.protocol import MappingTable

# `ticket.status`. API reference, "Ticket Properties". Accounts add their own from 6 up, named in ticket_fields.
STATUS = MappingTable({2: Status.OPEN, 3: Status.PENDING, 4: Status.SOLVED, 5: Status.CLOSED}, unknown=Status.UNKNOWN)

# Status names, for activity rows and for the two extra statuses that new accounts start with (6 and 7).
STATUS_NAME = MappingTable(
    {
        "open": Status.OPEN,
        "pending": Status.PENDING,
        "resolved": Status.SOLVED,
        "closed": Status.CLOSED,
        "waiting on customer": Status.PENDING,
        "waiting on third party": Status.ON_HOLD,
        "assigned to ai agent": Status.OPEN,  # support article on the e-mail AI agent
    },
    unknown=Status.UNKNOWN,
)

PRIORITY = MappingTable(
    {1: Priority.LOW, 2: Priority.NORMAL, 3: Priority.HIGH, 4: Priority.URGENT}, unknown=Priority.UNKNOWN
)
PRIORITY_NAME = MappingTable(
    {"low": Priority.LOW, "medium": Priority.NORMAL, "high": Priority.HIGH, "urgent": Priority.URGENT},
    unknown=Priority.UNKNOWN,
)

# A due time of an SLA policy has passed. The reference calls it "escalated"; it has nothing to do with a hand-over.
SLA_FLAGS = {
    "is_escalated": "sla_breached.resolution",
    "fr_escalated": "sla_breached.first_response",
    "nr_escalated": "sla_breached.next_response",
}

# `ticket.source`: 1-3, 7, 9, 10 in the API reference; the rest from one production account's notes, 15 and the names up
# to SMS confirmed on a trial account. Numbers above 100 are an account's own.
SOURCE: dict[str, tuple[str, Channel]] = {
    "1": ("email", Channel.EMAIL),
    "2": ("portal", Channel.WEB_FORM),
    "3": ("phone", Channel.PHONE),
    "4": ("forum", Channel.SOCIAL),
    "5": ("twitter", Channel.SOCIAL),
    "6": ("facebook", Channel.SOCIAL),
    "7": ("chat", Channel.CHAT),
    "8": ("mobihelp", Channel.MOBILE),
    "9": ("feedback widget", Channel.WEB_FORM),
    "10": ("outbound email", Channel.OUTBOUND),
    "11": ("ecommerce", Channel.MESSAGING),
    "12": ("bot", Channel.CHAT),
    "13": ("whatsapp", Channel.MESSAGING),
    "15": ("web chat", Channel.CHAT),
    "16": ("web form", Channel.WEB_FORM),
    "17": ("instagram message", Channel.MESSAGING),
    "18": ("instagram comment", Channel.SOCIAL),
    "19": ("facebook message", Channel.MESSAGING),
    "20": ("facebook comment", Channel.SOCIAL),
    "21": ("mobile chat", Channel.MOBILE),
    "22": ("sms", Channel.SMS),
}
OUTBOUND, BOT = "10", "12"
CHAT_SOURCES = frozenset({"7", "12", "13", "15", "17", "19", "21"})
"""Sources whose description may repeat the first message (seen on web chat)."""
AI_FIRST_SOURCES = frozenset({"13", "15", "17", "19", "21"})
"""Channels where "Start with AI Agent" can be switched on (support article on AI in Omni)."""

# `conversation.source`. API reference; 6 and its category 7 (a survey answer, not a message) from recordings.
CONVERSATION_CHANNEL = {
    "0": "reply",
    "2": "note",
    "5": "twitter",
    "6": "survey",
    "7": "facebook",
    "8": "forward",
    "9": "phone",
    "11": "ecommerce",
}
SURVEY_SOURCE, SURVEY_CATEGORY = "6", "7"

# Rating codes, judged by `default_question` only. API reference, "Satisfaction Ratings". In classic surveys 1 is the
# BEST answer, the opposite of a 1-5 scale.
CSAT: dict[Scale, MappingTable[int | None]] = {
    Scale.FRESHDESK: MappingTable({103: 5, 102: 5, 101: 4, 100: 3, -101: 2, -102: 1, -103: 1}, unknown=None),
    Scale.FRESHDESK_CLASSIC: MappingTable({1: 5, 2: 3, 3: 1}, unknown=None),
}
NEW_SURVEY_CODE = 100
"""Codes of this size or more, positive or negative, belong to the new surveys."""

# How much one kind of evidence for an AI counts (0 to 1). Nothing in the API says "AI", so everything is a weighed
# hint; hints combine as 1 - (1-a)(1-b)...; `ai_weights` and `ai_threshold` in the account's options change them.
AI_WEIGHTS: dict[str, float] = {
    "configured_user": 1.0,
    "configured_group": 1.0,
    "name": 0.8,  # "Freddy", "… AI Agent", "… Bot"
    "vague_name": 0.5,  # "assistant", "virtual", "AI": also part of people's job titles
    "unlisted": 0.2,  # a replying author missing from the agents list: the virtual assignee, or somebody who left
    "ai_status": 0.9,  # the status says an AI agent has the ticket
    "bot_source": 0.6,
    "ai_source": 0.1,
    "group_name": 0.7,
    "tag": 0.5,
    "note": 0.7,  # a bot's or automation's private note about handing over or resolving
    "activity": 0.9,  # an activity row made by an AI
    "author": 1.0,  # a message whose author is an AI by the weights above
}
CLEAR_AI_NAME = re.compile(r"(?:^|[\W_])(?:freddy|ai[\W_]*agent|(?:chat)?bot)(?:$|[\W_])", re.IGNORECASE)
VAGUE_AI_NAME = re.compile(r"(?:^|[\W_])(?:ai|assistant|virtual)(?:$|[\W_])", re.IGNORECASE)

# What a bot's or automation's private note says about the AI's part. Words of the e-mail AI agent's automation events
# (support article): handed over, resolved, timed out, each with a reason. The vendor itself files silence as resolved.
# First match wins; the flag says whether responsibility is handed to people.
AI_NOTE: tuple[tuple[re.Pattern[str], AiEnding, bool], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), ending, handoff)
    for pattern, ending, handoff in (
        (r"\bnegative feedback\b", AiEnding.NEGATIVE_FEEDBACK, True),
        (
            r"\bhand(?:ed|ing)?[ -]?over\b|\b(?:transferred|escalated) to (?:an? )?(?:human|agent)",
            AiEnding.HANDED_OFF,
            True,
        ),
        (r"\bpositive feedback\b", AiEnding.CUSTOMER_CONFIRMED, False),
        (r"\binactiv", AiEnding.CUSTOMER_SILENT, False),
        (r"\btimed? ?out\b", AiEnding.CUSTOMER_LEFT, False),
        (r"\bresolved by (?:the )?(?:ai|bot|freddy)\b", AiEnding.UNKNOWN, False),
    )
)

# The note on a merged ticket. There is no field for it; the text is localised and editable (memory), so this finds the
# default wording only and needs a closed ticket beside it.
MERGED_INTO = re.compile(
    r"merged (?:in)?to (?:the )?ticket\W*(?:id\W*)?(\d{1,15})"
    r"|(?:mit|in) (?:dem )?ticket\W*(\d{1,15}) zusammengeführt"
    r"|fusionné (?:avec|dans) le ticket\W*(\d{1,15})"
    r"|(?:fusionado|combinado) (?:con|en) el ticket\W*(\d{1,15})"
    r"|mesclado (?:com|ao|no) (?:o )?t[ií](?:cket|quete)\W*(\d{1,15})"
    r"|samengevoegd met ticket\W*(\d{1,15})",
    re.IGNORECASE,
)
ABSORBED = re.compile(
    r"ticket\W*(?:with id\W*)?(\d{1,15}) (?:is|was|has been) merged (?:in)?to this ticket", re.IGNORECASE
)

# Calls per minute a plan allows to the list of tickets, by its total (API reference, "Rate limits"; checked late 2025).
# The answer's headers tell the total only.
LIST_LIMIT = {50: 20, 200: 20, 400: 100, 700: 200, 1000: 300, 2000: 400}

# A 403 with one of these says that nobody is served, not that this record may not be read.
ACCOUNT_CLOSED = frozenset(
    {"account_suspended", "password_lockout", "password_expired", "invalid_credentials", "ssl_required"}
)
