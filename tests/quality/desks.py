"""One invented world as each vendor's connector reads it: pulled from the sandboxes by the engine, without a socket."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from clonedesk_connectors.model import Ticket
from clonedesk_connectors.protocol import Account, AccountConfig
from clonedesk_connectors.store import Archive
from clonedesk_connectors.sync import Pull
from clonedesk_connectors.testing import FakeTime, InProcessTransport
from clonedesk_connectors.testing.sandbox.calls import Call, Reply
from clonedesk_connectors.testing.sandbox.freshdesk import FreshdeskSandbox
from clonedesk_connectors.testing.sandbox.intercom import IntercomSandbox
from clonedesk_connectors.testing.sandbox.intercom_desk import ID_BASE
from clonedesk_connectors.testing.sandbox.zendesk import ZendeskSandbox
from clonedesk_connectors.testing.world import Story, World
from clonedesk_connectors.testing.world.scenarios import SCENARIOS, Scenario
from clonedesk_connectors.transport.session import Session
from clonedesk_connectors.vendors import freshdesk, intercom, zendesk

ACCOUNT = "acme"
FORMS = {"zendesk": "oauth_client", "intercom": "token", "freshdesk": "api_key"}
CONNECTORS: dict[str, Any] = {"zendesk": zendesk, "intercom": intercom, "freshdesk": freshdesk}
LATER_S = 3600
"""The pull comes an hour after the world's end, so that no connector holds anything back for being too recent."""
EXPORT_KEPT_S = 25 * 86400
"""Pulls at least this often lose nothing of an export that is kept for 30 days."""


class Pulled(NamedTuple):
    """One vendor's reading of the world."""

    vendor: str
    tickets: list[Ticket]
    config: AccountConfig

    def key(self, story: Story) -> str:
        number = ID_BASE + story.number if self.vendor == "intercom" else story.number
        return f"{self.vendor}:{ACCOUNT}:ticket:{number}"


class LossyWorld(World):
    """Every 50th ticket has lost its beginning: in the world as it is that is too rare to prove anything by."""

    def _drawn(self, index: int) -> Scenario:
        return SCENARIOS["truncated_history"] if index % 50 == 48 else super()._drawn(index)


class Then:
    """The same world at an earlier present; everything later is still to come."""

    def __init__(self, world: World, end_s: int) -> None:
        self._world, self.end_s = world, end_s

    def __getattr__(self, name: str) -> Any:
        return getattr(self._world, name)


def pulled(vendor: str, world: World) -> Pulled:
    """All of one vendor's tickets, read once at the world's end."""
    made = {"zendesk": ZendeskSandbox, "intercom": IntercomSandbox, "freshdesk": FreshdeskSandbox}
    clock = FakeTime(world.end_s + LATER_S)
    return _pulled(vendor, made[vendor](world, limits="none", clock=clock), clock, [0])


def followed(world: World) -> Pulled:
    """Freshdesk with the activity export, read every few weeks from the first day on, as a running service does."""
    begin_s = world.start_s + EXPORT_KEPT_S
    clock = FakeTime(begin_s)
    sandbox = FreshdeskSandbox(Then(world, begin_s), limits="none", clock=clock, archived_share=0.0)  # type: ignore[arg-type]
    left_s = world.end_s - begin_s
    steps = [0, *(min(EXPORT_KEPT_S, left_s - done) for done in range(0, left_s, EXPORT_KEPT_S))]
    return _pulled("freshdesk", sandbox, clock, steps)


def _pulled(vendor: str, sandbox: Any, clock: FakeTime, steps: list[int]) -> Pulled:
    """steps: seconds that pass before each pull."""
    connector = CONNECTORS[vendor].connector(Account(vendor=vendor, name=ACCOUNT, config=sandbox.account_config))
    secrets = {name.upper(): value for name, value in sandbox.credentials.items()}
    if vendor == "freshdesk":
        sandbox.files.url = "https://files.example.com"

    def handle(call: Call) -> Reply:
        host = sandbox.files if call.path.startswith("/exports/") else sandbox
        reply: Reply = host.handle(call)
        return reply

    async def pull(archive: Archive) -> None:
        for seconds in steps:
            if seconds:
                sandbox.advance(seconds)
                clock.now_s += seconds
            transport = InProcessTransport(handle, clock=clock)
            session = Session(
                connector, transport, FORMS[vendor], secrets, share=1.0, clock=clock, sleep=clock.sleep, rng=Random(1)
            )
            await Pull(connector, session, archive.account(vendor, ACCOUNT), clock=clock).run()

    with TemporaryDirectory() as folder, Archive.open(f"sqlite:///{Path(folder, 'a.db')}", write=True) as archive:
        asyncio.run(pull(archive))
        return Pulled(vendor, list(archive.tickets()), sandbox.account_config)


def stories(world: World) -> Iterator[Story]:
    return map(world.story, range(world.tickets))
