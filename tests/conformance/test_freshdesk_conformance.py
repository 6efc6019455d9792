"""The Freshdesk connector passes the kit against the Freshdesk sandbox."""

from __future__ import annotations

from collections.abc import Callable
from unittest import SkipTest

import pytest

pytest.importorskip("uvicorn")
from clonedesk_connectors.protocol import Account, Request, Response
from clonedesk_connectors.testing import Call, ConnectorConformance, Reply, SandboxHelpdesk, World
from clonedesk_connectors.testing.sandbox.freshdesk import FreshdeskSandbox
from clonedesk_connectors.testing.sandbox.freshdesk_desk import GONE, UNBORN
from clonedesk_connectors.vendors.freshdesk import FreshdeskConnector, connector

DEEPEST_PAGE = 2


class InventedFreshdesk(SandboxHelpdesk):
    """The account and the other host, where its daily exports lie."""

    def handle(self, call: Call) -> Reply:
        if call.path.startswith("/exports/"):
            return self.sandbox.files.handle(call)
        return super().handle(call)

    def ticket_ids(self) -> set[str]:
        desk = self.sandbox.desk
        return {key for key in super().ticket_ids() if desk.place(int(key)) not in (GONE, UNBORN)}

    def change_quietly(self, ticket_id: str) -> None:
        raise SkipTest("a Freshdesk change that does not move updated_at is not visible in any list")


class TestFreshdesk(ConnectorConformance):
    own_pages = frozenset({"activities"})
    activities = "yes"

    def connector(self) -> FreshdeskConnector:
        return connector(Account(vendor="freshdesk", name="acme", options={"activities": self.activities}))

    def test_killed_at_every_request_it_resumes_to_the_same_archive(self) -> None:
        """Without the daily exports: sixty requests that only repeat each other would make this slow."""
        self.activities = "no"
        super().test_killed_at_every_request_it_resumes_to_the_same_archive()

    def helpdesk(self, tickets: int, clock: Callable[[], float]) -> InventedFreshdesk:
        sandbox = FreshdeskSandbox(World(seed=7, tickets=tickets), clock=clock)
        sandbox.files.url = "https://files.example.com"
        return InventedFreshdesk(sandbox, "api_key", {"API_KEY": sandbox.api_key})

    def wall(self, request: Request) -> Response | None:
        """The vendor's wall is a page number (300); here a lower one."""
        page = dict(request.params).get("page", "1")
        if request.stream != "tickets" or int(page) <= DEEPEST_PAGE:
            return None
        body = b'{"description":"Validation failed","errors":[{"field":"page","code":"invalid_value"}]}'
        return Response(400, {"content-type": "application/json"}, body)
