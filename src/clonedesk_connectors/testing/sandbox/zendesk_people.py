"""Zendesk rows of the directory: users, groups, organizations, brands, statuses, ticket fields; and the ids of
everything.

Field sets follow recorded answers of the Support API. Ids are beyond 2^31, as real ones are.
"""

from datetime import UTC, datetime
from typing import Any

from clonedesk_connectors.testing.world import World
from clonedesk_connectors.testing.world import directory as world_directory

STAFF_BASE = 6_000_000_000_000
CUSTOMER_BASE = 7_000_000_000_000
GROUP_BASE = 5_000_000_000_000
ORGANIZATION_BASE = 5_100_000_000_000
RULE_BASE = 5_600_000_000_000
INTEGRATION_USER = 6_100_000_000_001
BRAND, FORM = 5_200_000_000_001, 5_500_000_000_001
FIELD_TOPIC, FIELD_OUTCOME = 5_400_000_000_001, 5_400_000_000_002
SYSTEM_USER = -1
INTEGRATION = "integration"
"""Role of whoever writes through the API; it exists in this sandbox only."""

STATUS_IDS = {
    name: 5_300_000_000_001 + n for n, name in enumerate(("new", "open", "pending", "hold", "solved", "closed"))
}
CUSTOM_STATUS_IDS = {"awaiting_courier": 5_300_000_000_020}
OPENED = "2025-10-01T08:00:00Z"


def iso(seconds: int) -> str:
    """Unix seconds as Zendesk writes a time: UTC with a Z, whole seconds."""
    return datetime.fromtimestamp(seconds, UTC).isoformat()[:19] + "Z"


def user_id(role: str, actor: int) -> int:
    """The Zendesk id of a world actor; rules act as the system user -1, API writes as the integration's user."""
    if role == "automation":
        return SYSTEM_USER
    if role == INTEGRATION:
        return INTEGRATION_USER
    return CUSTOMER_BASE + actor if role == "customer" else STAFF_BASE + actor


class People:
    """Renders directory rows for one world and one base URL."""

    def __init__(self, world: World, created_s: int) -> None:
        self.world = world
        self.created = iso(created_s)
        self.base_url = ""

    def users(self, first: int, count: int, roles: frozenset[str]) -> tuple[list[dict[str, Any]], bool]:
        """A slice of all users with these roles (empty: everyone), staff first; and whether more follow."""
        staff = [self.user(STAFF_BASE + member.key) for member in world_directory.STAFF]
        staff.append(self.user(INTEGRATION_USER))
        chosen = [row for row in staff if row is not None and (not roles or row["role"] in roles)]
        with_customers = not roles or "end-user" in roles
        total = len(chosen) + (self.world.customers if with_customers else 0)
        rows = chosen[first : first + count]
        for position in range(max(first, len(chosen)), min(first + count, total)):
            rows.append(self._customer(position - len(chosen)))
        return [row for row in rows if row is not None], first + count < total

    def user(self, identity: int) -> dict[str, Any] | None:
        """One user row by Zendesk id, None if there is nobody."""
        if identity == INTEGRATION_USER:
            return self._user(identity, "Review Integration", "integration@example.org", "admin", 4)
        if CUSTOMER_BASE <= identity < CUSTOMER_BASE + self.world.customers:
            return self._customer(identity - CUSTOMER_BASE)
        if STAFF_BASE <= identity < STAFF_BASE + len(world_directory.STAFF):
            member = world_directory.STAFF[identity - STAFF_BASE]
            admin = member.kind == "admin"
            row = self._user(identity, member.name, member.email, "admin" if admin else "agent", 4 if admin else 0)
            row["default_group_id"] = None if member.group is None else GROUP_BASE + member.group
            return row
        return None

    def _customer(self, index: int) -> dict[str, Any]:
        person = self.world.customer(index)
        row = self._user(CUSTOMER_BASE + index, person.name, person.email, "end-user", None)
        row["organization_id"] = None if person.organisation is None else ORGANIZATION_BASE + person.organisation
        row["locale"] = "en-US" if person.language == "en" else person.language
        row["user_fields"] = {"tier": person.tier}
        return row

    def _user(self, identity: int, name: str, email: str, role: str, role_type: int | None) -> dict[str, Any]:
        staff = role != "end-user"
        return {
            "id": identity,
            "url": f"{self.base_url}/api/v2/users/{identity}.json",
            "name": name,
            "email": email,
            "created_at": self.created,
            "updated_at": self.created,
            "time_zone": "UTC",
            "iana_time_zone": "Etc/UTC",
            "phone": None,
            "shared_phone_number": None,
            "photo": None,
            "locale_id": 1,
            "locale": "en-US",
            "organization_id": None,
            "role": role,
            "verified": True,
            "external_id": None,
            "tags": [],
            "alias": None,
            "active": True,
            "shared": False,
            "shared_agent": False,
            "last_login_at": self.created if staff else None,
            "two_factor_auth_enabled": None,
            "signature": None,
            "details": None,
            "notes": None,
            "role_type": role_type,
            "custom_role_id": None,
            "moderator": staff,
            "ticket_restriction": None if staff else "requested",
            "only_private_comments": False,
            "restricted_agent": not staff,
            "suspended": False,
            "default_group_id": None,
            "report_csv": role == "admin",
            "user_fields": {},
        }

    def groups(self) -> list[dict[str, Any]]:
        return [self.group(group.key) for group in world_directory.GROUPS]

    def group(self, index: int) -> dict[str, Any]:
        group = world_directory.GROUPS[index]
        identity = GROUP_BASE + index
        return self._dated(identity, f"groups/{identity}") | {
            "is_public": True,
            "name": group.name,
            "description": "",
            "default": index == 1,
            "deleted": False,
        }

    def organization(self, index: int) -> dict[str, Any]:
        organisation = world_directory.ORGANISATIONS[index]
        identity = ORGANIZATION_BASE + index
        return self._dated(identity, f"organizations/{identity}") | {
            "name": organisation.name,
            "shared_tickets": False,
            "shared_comments": False,
            "external_id": None,
            "domain_names": [organisation.domain],
            "details": "",
            "notes": "",
            "group_id": None,
            "tags": [f"tier_{organisation.tier}"],
            "organization_fields": {"tier": organisation.tier},
        }

    def brands(self) -> list[dict[str, Any]]:
        return [
            self._dated(BRAND, f"brands/{BRAND}")
            | {
                "name": "Hollowbrook",
                "brand_url": "https://hollowbrook.example.org",
                "subdomain": "hollowbrook",
                "host_mapping": None,
                "has_help_center": True,
                "help_center_state": "enabled",
                "active": True,
                "default": True,
                "is_deleted": False,
                "logo": None,
                "ticket_form_ids": [FORM],
                "signature_template": "{{agent.signature}}",
            }
        ]

    def custom_statuses(self) -> list[dict[str, Any]]:
        """One default status per category, and one of our own under hold."""
        rows = [self._status(STATUS_IDS[name], name, name.title(), default=True) for name in list(STATUS_IDS)[:5]]
        own = CUSTOM_STATUS_IDS["awaiting_courier"]
        return [*rows, self._status(own, "hold", "Awaiting courier", default=False)]

    def _status(self, identity: int, category: str, label: str, *, default: bool) -> dict[str, Any]:
        return self._dated(identity, f"custom_statuses/{identity}") | {
            "status_category": category,
            "agent_label": label,
            "raw_agent_label": label,
            "end_user_label": label,
            "raw_end_user_label": label,
            "description": "",
            "raw_description": "",
            "end_user_description": "",
            "raw_end_user_description": "",
            "active": True,
            "default": default,
        }

    def ticket_fields(self) -> list[dict[str, Any]]:
        """The two custom fields and the system fields that clients look up."""
        outcomes = ("resolved_ai", "escalated", "abandoned")
        return [
            self._field(5_400_000_000_010, "subject", "Subject", ()),
            self._field(5_400_000_000_011, "status", "Status", ()),
            self._field(FIELD_TOPIC, "tagger", "Topic", tuple(world_directory.TOPICS)),
            self._field(FIELD_OUTCOME, "tagger", "AI outcome", outcomes),
        ]

    def _field(self, identity: int, kind: str, title: str, options: tuple[str, ...]) -> dict[str, Any]:
        row = self._dated(identity, f"ticket_fields/{identity}") | {
            "type": kind,
            "title": title,
            "raw_title": title,
            "description": title,
            "raw_description": title,
            "position": 0,
            "active": True,
            "required": False,
            "removable": bool(options),
            "tag": None,
        }
        if options:
            row["custom_field_options"] = [
                {
                    "id": identity * 10 + n,
                    "name": option.title(),
                    "raw_name": option.title(),
                    "value": option,
                    "default": False,
                }
                for n, option in enumerate(options)
            ]
        return row

    def _dated(self, identity: int, path: str) -> dict[str, Any]:
        return {
            "url": f"{self.base_url}/api/v2/{path}.json",
            "id": identity,
            "created_at": self.created,
            "updated_at": self.created,
        }
