"""Freshdesk rows of the directory: agents, groups, companies, ticket fields, surveys; and the ids of everything.

Field sets follow recorded answers and the samples of the API reference. Ids of everything but tickets have 11 digits.
"""

from datetime import UTC, datetime
from typing import Any

from clonedesk_connectors.testing.sandbox.calls import Call
from clonedesk_connectors.testing.world import World
from clonedesk_connectors.testing.world import directory as world_directory

AGENT_BASE = 67_013_000_000
CONTACT_BASE = 67_040_000_000
GROUP_BASE = 67_000_250_000
COMPANY_BASE = 67_001_260_000
RULE_BASE = 67_000_600_000
CONVERSATION_BASE = 67_105_000_000
INTEGRATION_AGENT = AGENT_BASE + 900
SURVEY_NEW, SURVEY_CLASSIC = 67_000_084_490, 67_000_010_001
INTEGRATION = "integration"
"""Role of whoever writes through the API; it exists in this sandbox only."""

OPEN, PENDING, RESOLVED, CLOSED = 2, 3, 4, 5
WAITING_THIRD_PARTY, AWAITING_COURIER, WITH_AI = 7, 8, 9
STATUS_NAMES = {
    OPEN: ("Open", "Being Processed"),
    PENDING: ("Pending", "Awaiting your Reply"),
    RESOLVED: ("Resolved", "This ticket has been Resolved"),
    CLOSED: ("Closed", "This ticket has been Closed"),
    6: ("Waiting on Customer", "Awaiting your Reply"),
    WAITING_THIRD_PARTY: ("Waiting on Third Party", "Being Processed"),
    AWAITING_COURIER: ("Awaiting courier", "Being Processed"),
    WITH_AI: ("Assigned to AI Agent", "Being Processed"),
}
PRIORITIES = {"low": 1, "normal": 2, "high": 3, "urgent": 4}
EMAIL, PORTAL, OUTBOUND, WEB_CHAT = 1, 2, 10, 15
SOURCES = {"Email": EMAIL, "Portal": PORTAL, "Phone": 3, "Outbound Email": OUTBOUND, "Chat": WEB_CHAT}
FIELDS = ("cf_topic", "cf_ai_outcome")
Row = dict[str, Any]


def iso(seconds: int) -> str:
    """Unix seconds as Freshdesk writes a time: UTC with a Z, whole seconds."""
    return datetime.fromtimestamp(seconds, UTC).isoformat()[:19] + "Z"


def agent_id(role: str, actor: int) -> int | None:
    """The id of a world actor; rules act as nobody, API writes as the integration's agent."""
    if role == "automation":
        return None
    if role == INTEGRATION:
        return INTEGRATION_AGENT
    return CONTACT_BASE + actor if role == "customer" else AGENT_BASE + actor


_AGENT_KEYS = {f"sandbox-key-of-{one.key}": one.key for one in world_directory.STAFF if one.kind == "human"}


def key_of(agent: int) -> str:
    """The API key of a person of the helpdesk; everybody has one of their own. Raises KeyError for anyone else."""
    return {known: key for key, known in _AGENT_KEYS.items()}[agent]


def agent_of(call: Call) -> int | None:
    """The person of the helpdesk who makes this call, None for the integration. A key is the user, the password can be
    anything.
    """
    return _AGENT_KEYS.get(call.basic.partition(":")[0])


class People:
    """Renders directory rows of one world."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.created = iso(world.start_s)

    def agents(self) -> list[Row]:
        staff = [self._agent(AGENT_BASE + one.key, one.name, one.email, one.group) for one in world_directory.STAFF]
        return [*staff, self.me()]

    def me(self) -> Row:
        """The owner of the API key."""
        return self._agent(INTEGRATION_AGENT, "Review Integration", "integration@example.org", None)

    def _agent(self, identity: int, name: str, email: str, group: int | None) -> Row:
        contact = {
            "active": True,
            "email": email,
            "job_title": None,
            "language": "en",
            "last_login_at": self.created,
            "mobile": None,
            "name": name,
            "phone": None,
            "time_zone": "UTC",
            "created_at": self.created,
            "updated_at": self.created,
        }
        return {
            "available": True,
            "occasional": False,
            "signature": None,
            "id": identity,
            "ticket_scope": 1,
            "group_ids": [] if group is None else [GROUP_BASE + group],
            "created_at": self.created,
            "updated_at": self.created,
            "available_since": None,
            "type": "support_agent",
            "contact": contact,
            "focus_mode": True,
        }

    def groups(self) -> list[Row]:
        return [
            {
                "id": GROUP_BASE + group.key,
                "name": group.name,
                "description": None,
                "business_hour_id": None,
                "escalate_to": None,
                "unassigned_for": None,
                "auto_ticket_assign": 0,
                "created_at": self.created,
                "updated_at": self.created,
            }
            for group in world_directory.GROUPS
        ]

    def companies(self) -> list[Row]:
        return [
            {
                "id": COMPANY_BASE + one.key,
                "name": one.name,
                "description": None,
                "note": None,
                "domains": [one.domain],
                "created_at": self.created,
                "updated_at": self.created,
                "custom_fields": {},
                "health_score": None,
                "account_tier": one.tier,
                "renewal_date": None,
                "industry": None,
            }
            for one in world_directory.ORGANISATIONS
        ]

    def requester(self, index: int) -> Row:
        """What `include=requester` adds to a ticket."""
        person = self.world.customer(index)
        return {
            "id": CONTACT_BASE + index,
            "name": person.name,
            "email": person.email,
            "mobile": None,
            "phone": None,
        }

    def ticket_fields(self) -> list[Row]:
        """Readable without admin rights; names of statuses, sources, groups and agents are among the choices."""
        choices: dict[str, Any] = {
            "status": {str(number): list(names) for number, names in STATUS_NAMES.items()},
            "source": SOURCES,
            "priority": {"Low": 1, "Medium": 2, "High": 3, "Urgent": 4},
            "ticket_type": [topic.capitalize() for topic in world_directory.TOPICS],
            "group": {group.name: GROUP_BASE + group.key for group in world_directory.GROUPS},
            "agent": {one.name: AGENT_BASE + one.key for one in world_directory.STAFF},
        }
        rows = [self._field(number, name, f"default_{name}", choices[name]) for number, name in enumerate(choices, 1)]
        return rows + [self._field(number, name, "custom_dropdown", []) for number, name in enumerate(FIELDS, 20)]

    def _field(self, number: int, name: str, kind: str, choices: Any) -> Row:
        return {
            "id": 67_000_300_000 + number,
            "name": name,
            "label": name.replace("_", " ").capitalize(),
            "description": None,
            "position": number,
            "required_for_closure": False,
            "required_for_agents": False,
            "type": kind,
            "default": not name.startswith("cf_"),
            "created_at": self.created,
            "updated_at": self.created,
            "choices": choices,
        }

    def surveys(self) -> list[Row]:
        """The older survey of three steps with classic codes, and the one that replaced it."""
        return [
            self._survey(SURVEY_CLASSIC, [1, 2, 3], active=False),
            self._survey(SURVEY_NEW, [103, 102, 101, 100, -101, -102, -103], active=True),
        ]

    def _survey(self, identity: int, accepted: list[int], *, active: bool) -> Row:
        question = {
            "id": "default_question",
            "label": "How would you rate your overall satisfaction with the answer?",
            "accepted_ratings": accepted,
            "default": True,
        }
        return {
            "id": identity,
            "title": "Survey",
            "active": active,
            "created_at": self.created,
            "updated_at": self.created,
            "questions": [question],
        }
