"""People of the sandbox helpdesks act over HTTP as themselves, and what they write is told from what we write."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

pytest.importorskip("uvicorn")
from clonedesk_connectors import app
from clonedesk_connectors.model import ActorKind, Message
from clonedesk_connectors.testing import sandbox
from clonedesk_connectors.testing.agents import Shift
from clonedesk_connectors.testing.sandbox.intercom_desk import ID_BASE
from clonedesk_connectors.testing.world import World
from clonedesk_connectors.testing.world.directory import FIRST_HUMAN, STAFF

NUMBER = {"zendesk": 19, "intercom": 19, "freshdesk": 19}
PEOPLE = {"zendesk": 6_000_000_000_000, "intercom": 4_000_000, "freshdesk": 67_013_000_000}
"""Where the ids of staff begin."""


async def work(vendor: str, helpdesk: Any, ticket_id: str) -> None:
    async with Shift(vendor, "acme", helpdesk, FIRST_HUMAN + 4) as agent:
        await agent.reply(ticket_id, "An answer <b>\nof two lines")
        await agent.note(ticket_id, "/draft reject tone")
        await agent.tag(ticket_id, "ai_draft_reject")


@pytest.mark.parametrize("vendor", sandbox.SANDBOXES)
def test_what_an_agent_writes_is_the_agents(vendor: str, tmp_path: Any) -> None:
    store = f"sqlite:///{tmp_path / 'archive.sqlite'}"
    with getattr(sandbox, sandbox.SANDBOXES[vendor])(World(seed=7, tickets=60), limits="none") as helpdesk:
        ticket_id = str(NUMBER[vendor] + (ID_BASE if vendor == "intercom" else 0))
        helpdesk.update(NUMBER[vendor], comment="I write again")
        asyncio.run(work(vendor, helpdesk, ticket_id))
        helpdesk.advance(120)
        connection = app.connect(
            vendor,
            "acme",
            base_url=helpdesk.url,
            credentials=helpdesk.credentials,
            config=helpdesk.account_config,
        )
        app.pull(connection, store)
        assert {write.by_agent for write in helpdesk.writes} == {True}
        assert [write.public for write in helpdesk.writes] == [True, False, None]
        assert len(helpdesk.public_writes) == 1
    with app.open_store(store) as opened:
        ticket = next(one for one in opened.tickets() if one.native_id == ticket_id)
    asked, reply, note = [event for event in ticket.events if isinstance(event, Message)][-3:]
    assert asked.actor.kind is ActorKind.CUSTOMER
    assert (reply.visibility, note.visibility) == ("public", "private")
    assert "An answer &lt;b&gt;" in reply.body
    for message in (reply, note):
        assert message.actor.kind is ActorKind.HUMAN_AGENT
        assert message.actor.id == str(PEOPLE[vendor] + FIRST_HUMAN + 4)
    assert "ai_draft_reject" in ticket.tags


def test_only_people_have_credentials_of_their_own() -> None:
    world = World(seed=7, tickets=2)
    zendesk = sandbox.ZendeskSandbox(world)
    assert zendesk.credentials_of(FIRST_HUMAN) == {"email": STAFF[FIRST_HUMAN].email, "token": zendesk.api_token}
    freshdesk = sandbox.FreshdeskSandbox(world)
    assert freshdesk.credentials_of(FIRST_HUMAN) == {"api_key": "sandbox-key-of-3"}
    with pytest.raises(KeyError):
        freshdesk.credentials_of(0)
