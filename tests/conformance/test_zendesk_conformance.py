"""The Zendesk connector passes the kit against the Zendesk sandbox."""

from __future__ import annotations

from collections.abc import Callable

import pytest

pytest.importorskip("uvicorn")
from clonedesk_connectors.protocol import Account
from clonedesk_connectors.testing import ConnectorConformance, SandboxHelpdesk, World
from clonedesk_connectors.testing.sandbox import ZendeskSandbox
from clonedesk_connectors.vendors.zendesk import ZendeskConnector, connector

ORDINARY = 0.0015
"""The sandbox's usual share of tickets that need a request of their own; few tickets get more of them."""


class TestZendesk(ConnectorConformance):
    derived_kinds = frozenset({"support_scope", "scope_pass"})

    def connector(self) -> ZendeskConnector:
        return connector(Account(vendor="zendesk", name="acme"))

    def helpdesk(self, tickets: int, clock: Callable[[], float]) -> SandboxHelpdesk:
        archived = ORDINARY if tickets >= 1000 else 0.2
        sandbox = ZendeskSandbox(World(seed=7, tickets=tickets), clock=clock, archived_share=archived)
        secrets = {"CLIENT_ID": sandbox.client_id, "CLIENT_SECRET": sandbox.client_secret}
        return SandboxHelpdesk(sandbox, "oauth_client", secrets)
