"""The pages around the drafts."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from clonedesk_connectors.review.web import Role
from tests.review.build import BODY
from tests.web.conftest import Person
from tests.web.world import ANA, BEN, LEA, World, submit


def decide(world: World, number: int, reviewer: str, decision: str, **said: Any) -> str:
    draft_id = submit(world.queue, number)
    item = world.queue.claim(reviewer, draft_id=draft_id)
    assert item is not None
    world.queue.decide(draft_id, item.version, reviewer, decision, **said)
    return draft_id


def listed(page: str) -> list[str]:
    return re.findall(r'class="row" href="/drafts/([A-Z2-7]{12})"', page)


async def test_decided_drafts_are_found_by_word_ticket_person_and_outcome(ana: Person, world: World) -> None:
    first = decide(world, 11, ANA, "approve")
    world.clock.advance(1)
    second = decide(world, 12, BEN, "edit", text=BODY.replace("Monday", "Wednesday"))
    world.clock.advance(1)
    third = decide(world, 13, BEN, "reject", reason="tone")
    assert listed((await ana.get("/decided")).text) == [third, second, first]
    assert listed((await ana.post("/decided", text="wednesDAY")).text) == [second]
    assert listed((await ana.post("/decided", ticket_id="11")).text) == [first]
    assert listed((await ana.post("/decided", decided_by=BEN)).text) == [third, second]
    assert listed((await ana.post("/decided", outcome="rejected")).text) == [third]
    assert "No draft fits." in (await ana.post("/decided", text="100%")).text


async def test_long_lists_come_in_pages(ana: Person, world: World) -> None:
    done = [decide(world, number, ANA, "approve") for number in range(20, 72)]
    first = await ana.get("/decided")
    assert len(listed(first.text)) == 50
    assert ">Older</button>" in first.text
    rest = await ana.post("/decided", page="1")
    assert sorted(listed(first.text) + listed(rest.text)) == sorted(done)
    assert ">Newer</button>" in rest.text
    assert listed((await ana.post("/decided", page="none")).text) == listed(first.text)


async def test_reviewers_see_their_own_numbers_and_leads_all(ana: Person, sign_in: Any, world: World) -> None:
    decide(world, 11, ANA, "approve")
    decide(world, 12, BEN, "reject", reason="tone")
    mine = (await ana.get("/statistics")).text
    assert ANA in mine
    assert BEN not in mine
    assert "approved verbatim 1" in mine
    lea = await sign_in(LEA, Role.LEAD)
    everyone = (await lea.get("/statistics")).text
    assert ANA in everyone
    assert BEN in everyone
    assert "By segment and confidence" in everyone


async def test_the_counts_tell_what_waits(ana: Person, world: World) -> None:
    page = (await ana.get("/")).text
    assert "<dt>awaiting review</dt><dd>3</dd>" in page
    decide(world, 11, ANA, "approve")
    assert "<dt>decided</dt><dd>1</dd>" in (await ana.get("/")).text
    part = (await ana.get("/", **{"hx-target": "counts"})).text
    assert part.startswith('<dl id="counts"')
    assert "<dt>decided</dt><dd>1</dd>" in part


async def test_an_empty_queue_says_so(ana: Person, world: World) -> None:
    world.queue.expire_many([item.draft_id for item in world.queue.find()], "root@example.com")
    assert "Nothing is waiting." in (await ana.get("/")).text


async def test_the_keys_are_on_a_page_of_their_own_too(ana: Person) -> None:
    page = (await ana.get("/keys")).text
    for key in ("a", "e", "r", "x", "s", "u", "j", "k", "?", "Ctrl+Enter", "Esc"):
        assert f"<kbd>{key}</kbd>" in page


@pytest.mark.parametrize(("options", "is_shown"), [({}, True), ({"hide_score": True}, False)])
async def test_the_score_can_wait_until_after_the_decision(
    tmp_path: Path, options: dict[str, bool], is_shown: bool, score: Callable[..., Any]
) -> None:
    before, after = await score(tmp_path, **options)
    assert ("confidence 70%" in before) is is_shown
    assert "confidence 70%" in after


@pytest.fixture
def score() -> Callable[..., Any]:
    async def look(folder: Path, **options: Any) -> tuple[str, str]:
        import httpx

        from tests.web.world import open_world

        with open_world(folder, **options) as world:
            transport = httpx.ASGITransport(world.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
                await client.get(world.login())
                waiting = world.queue.find()[0].draft_id
                done = decide(world, 11, ANA, "approve")
                return (await client.get(f"/drafts/{waiting}")).text, (await client.get(f"/drafts/{done}")).text

    return look
