"""The Intercom connector passes the kit against the Intercom sandbox."""

from __future__ import annotations

from collections.abc import Callable
from unittest import SkipTest

import pytest

pytest.importorskip("uvicorn")
from clonedesk_connectors.protocol import Account
from clonedesk_connectors.testing import ConnectorConformance, SandboxHelpdesk, World
from clonedesk_connectors.testing.sandbox.intercom import IntercomSandbox
from clonedesk_connectors.testing.sandbox.intercom_desk import ID_BASE
from clonedesk_connectors.vendors.intercom import IntercomConnector, connector


class InventedIntercom(SandboxHelpdesk):
    def change_quietly(self, ticket_id: str) -> None:
        raise SkipTest("every change of a conversation moves its updated_at")


class TestIntercom(ConnectorConformance):
    def connector(self) -> IntercomConnector:
        return connector(Account(vendor="intercom", name="acme"))

    def helpdesk(self, tickets: int, clock: Callable[[], float]) -> SandboxHelpdesk:
        sandbox = IntercomSandbox(World(seed=7, tickets=tickets), clock=clock)
        return InventedIntercom(sandbox, "token", {"TOKEN": sandbox.token}, lambda number: str(ID_BASE + number))
