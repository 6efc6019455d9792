"""The connector passes the kit, and reads a ticket as its vendor means it."""

from __future__ import annotations

from collections.abc import Callable

from clonedesk_connector_harbourdesk import HarbourdeskConnector, connector
from invented_harbourdesk import InventedHarbourdesk

from clonedesk_connectors import Account, AccountConfig
from clonedesk_connectors.protocol import Bundle
from clonedesk_connectors.testing import ConnectorConformance


class TestHarbourdesk(ConnectorConformance):
    def connector(self) -> HarbourdeskConnector:
        return connector(Account(vendor="harbourdesk", name="pier"))

    def helpdesk(self, tickets: int, clock: Callable[[], float]) -> InventedHarbourdesk:
        return InventedHarbourdesk(tickets, clock)


def test_staff_marked_as_bots_and_users_named_by_the_owner_are_ai() -> None:
    class Staff:
        def get(self, kind: str, native_id: object) -> dict[str, object] | None:
            return {"bot": True} if (kind, native_id) == ("staff", "3") else None

    entries = [
        {"id": n, "at": "2026-01-02T03:04:05Z", "type": "reply", "by": {"id": n, "role": "agent"}, "html": "Aye"}
        for n in (2, 3, 4)
    ]
    records = {"ticket": [{"id": 9, "state": "done"}], "entry": entries}
    bundle = Bundle("9", records, Staff(), "pier", AccountConfig(bot_users=frozenset({"4"})))
    ticket = connector(Account(vendor="harbourdesk", name="pier")).normalize(bundle)
    assert ticket is not None
    assert [event.actor.kind for event in ticket.events] == ["human_agent", "ai_agent", "ai_agent"]
    assert ticket.status == "solved"
