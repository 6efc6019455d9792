"""Intercom rows of the directory: teammates, teams, tags and the authors of parts; and the ids of everybody."""

from collections.abc import Iterable
from typing import Any

from clonedesk_connectors.testing.world import World
from clonedesk_connectors.testing.world import directory as world_directory

Row = dict[str, Any]

ADMIN_BASE = 4_000_000
BOT = 3_999_999
"""Fin and Operator are one user; the name changes with what it does."""
BOT_EMAIL = "operator+sandbox@intercom.io"
TEAM_BASE = 70_000
CONTACT_BASE = 0x6650C0DE0000000000000000
INTEGRATION = "integration"
"""Role of whoever writes through the API; its actor is the id of the teammate it writes for."""
APP_CODE = "sandbox-app"
_SCRIPTED = frozenset({"greeting", "handover", "auto_ack"})


def contact_id(index: int) -> str:
    return f"{CONTACT_BASE + index:024x}"


def team_row(group: world_directory.Group) -> Row:
    """A team; the AI's team has no people in it, which makes it a bot inbox."""
    people = () if group.is_ai else world_directory.HUMANS_OF_GROUP[group.key]
    ids = [ADMIN_BASE + key for key in people]
    return {"type": "team", "id": str(TEAM_BASE + group.key), "name": group.name, "admin_ids": ids}


def teams() -> list[Row]:
    return [team_row(group) for group in world_directory.GROUPS]


def admin_row(identity: int) -> Row | None:
    """A teammate by id; the bot is listed among them."""
    if identity == BOT:
        return _admin(BOT, "Operator", BOT_EMAIL, [])
    key = identity - ADMIN_BASE
    if not 0 <= key < len(world_directory.STAFF) or key == world_directory.AI_AGENT:
        return None
    member = world_directory.STAFF[key]
    team_ids = [] if member.group is None else [TEAM_BASE + member.group]
    return _admin(identity, member.name, member.email, team_ids)


def admins() -> list[Row]:
    ids = [ADMIN_BASE + member.key for member in world_directory.STAFF]
    return [row for row in map(admin_row, [*ids, BOT]) if row is not None]


def _admin(identity: int, name: str, email: str, team_ids: list[int]) -> Row:
    return {
        "type": "admin",
        "id": str(identity),
        "name": name,
        "email": email,
        "job_title": "Support",
        "away_mode_enabled": False,
        "away_mode_reassign": False,
        "has_inbox_seat": identity != BOT,
        "team_ids": team_ids,
        "avatar": None,
        "team_priority_level": {},
    }


def author(world: World, role: str, actor: int, text_name: str | None, *, flags: bool) -> Row:
    """The author object of a part. text_name: what was said; Fin's own lines are from it, but no generated answer."""
    if role == "customer":
        person = world.customer(actor)
        row: Row = {"type": "user", "id": contact_id(actor), "name": person.name, "email": person.email}
    elif role in ("ai", "automation"):
        name = "Fin" if role == "ai" else "Operator"
        row = {"type": "bot", "id": str(BOT), "name": name, "email": BOT_EMAIL}
    else:
        identity = actor if role == INTEGRATION else ADMIN_BASE + actor
        admin = admin_row(identity) or {}
        row = {"type": "admin", "id": str(identity), "name": admin.get("name"), "email": admin.get("email")}
    if flags:
        row["from_ai_agent"] = role == "ai"
        row["is_ai_answer"] = role == "ai" and text_name is not None and text_name not in _SCRIPTED
    return row


class Tags:
    """Names of tags and their ids, in the order in which they became known."""

    def __init__(self, names: Iterable[str]) -> None:
        self._ids: dict[str, str] = {}
        for name in names:
            self.id_of(name)

    def id_of(self, name: str) -> str:
        return self._ids.setdefault(name, str(500_001 + len(self._ids)))

    def name_of(self, identity: str) -> str | None:
        return next((name for name, known in self._ids.items() if known == identity), None)

    def rows(self) -> list[Row]:
        return [{"type": "tag", "id": identity, "name": name} for name, identity in self._ids.items()]
