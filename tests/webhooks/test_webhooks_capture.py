"""A webhook, and what the helpdesk then shows of that ticket, become a decision. The page's example runs."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from clonedesk_connectors.protocol import Request
from clonedesk_connectors.review.gather import capture_live
from clonedesk_connectors.review.states import State
from clonedesk_connectors.review.webhooks import webhook_app
from clonedesk_connectors.testing.world import World
from tests.pushback.rig import VENDORS, Rig
from tests.webhooks.test_webhooks import NOW, PAYLOADS, SECRETS, signed

PAGE = (Path(__file__).parents[2] / "docs" / "webhooks.md").read_text("utf-8")


@pytest.fixture
def make_rig(tmp_path: Path) -> Callable[[str], Rig]:
    return lambda vendor: Rig(VENDORS[vendor], World(seed=11, tickets=40), tmp_path)


def payload(rig: Rig, number: int) -> bytes:
    place = json.dumps(PAYLOADS[rig.vendor.name])
    known = {"zendesk": '"35436"', "intercom": '"215468000001"', "freshdesk": "17,"}[rig.vendor.name]
    return place.replace(known, known.replace(re.sub(r"\D", "", known), rig.ticket_id(number))).encode()


async def post(app: Any, vendor: str, body: bytes, signer: str | None = None) -> int:
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="https://hooks.example.com") as client:
        response = await client.post(f"/{vendor}", content=body, headers=signed(signer or vendor, body))
    return response.status_code


@pytest.mark.parametrize("vendor", ["zendesk", "intercom"])
def test_an_agents_reply_is_captured_when_the_helpdesk_tells_of_it(make_rig: Callable[[str], Rig], vendor: str) -> None:
    rig = make_rig(vendor)
    try:
        numbers = rig.open_tickets(2)
        drafts = [rig.submit(rig.draft(number)) for number in numbers]
        rig.run()
        for number, draft_id in zip(numbers, drafts, strict=True):
            rig.say(number, rig.queue.get(draft_id).draft.body, by="human")

        async def look(vendor: str, ticket_id: str) -> None:
            await capture_live(rig.queue, rig.session(), rig.push, [ticket_id])

        app = webhook_app(SECRETS, look, now=lambda: NOW)
        assert asyncio.run(post(app, vendor, payload(rig, numbers[0]))) == 202
        told, untold = (rig.queue.get(draft_id) for draft_id in drafts)
        assert (told.state, told.outcome) == (State.DECIDED, "approved_verbatim")
        assert untold.state is State.AWAITING_REVIEW
    finally:
        rig.queue.close()


async def test_the_example_of_the_page_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Up to the request that it would send: the ticket has no draft, so there is none."""
    [example] = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ZENDESK_WEBHOOK_SECRET", SECRETS["zendesk"])
    monkeypatch.setenv("CLONEDESK_ZENDESK_OAUTH_TOKEN", "invented")
    sent: list[Request] = []
    names: dict[str, Any] = {"__name__": "hooks"}
    exec(compile(example, "hooks.py", "exec"), names)
    monkeypatch.setattr(
        "clonedesk_connectors.transport.httpx_.HttpxTransport.send", lambda _, request, *rest: sent.append(request)
    )
    try:
        await names["look"]("zendesk", "35436")
        assert await post(names["app"], "zendesk", b"{}", signer="intercom") == 401
        assert sent == []
    finally:
        names["queue"].close()
