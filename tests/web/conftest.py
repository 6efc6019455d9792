from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest

from clonedesk_connectors.review import ledger
from clonedesk_connectors.review.web import Role
from clonedesk_connectors.store.database import open_engine
from tests.web.world import ANA, World, hidden, open_world

SAME_SITE = {"sec-fetch-site": "same-origin"}


@pytest.fixture(autouse=True)
def quick_commits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger, "open_shared", lambda url: open_engine(url, write=True))


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with open_world(tmp_path) as opened:
        yield opened


class Person:
    """A signed-in browser without a screen: follows nothing by itself, sends the CSRF token of the page it saw last."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client
        self.csrf = ""

    async def get(self, path: str, **headers: str) -> httpx.Response:
        answer = await self.client.get(path, headers=headers)
        if 'name="csrf"' in answer.text:
            self.csrf = hidden(answer.text, "csrf")
        return answer

    async def post(self, path: str, headers: dict[str, str] | None = None, **form: Any) -> httpx.Response:
        sent = {**SAME_SITE, **(headers or {})}
        return await self.client.post(path, data={"csrf": self.csrf, **form}, headers=sent)

    async def follow(self, path: str, **form: Any) -> httpx.Response:
        answer = await self.post(path, **form)
        assert answer.status_code == 303, answer.text
        return await self.get(answer.headers["location"])


@pytest.fixture
async def visitor(world: World) -> AsyncIterator[Callable[[], httpx.AsyncClient]]:
    """Makes clients that are not signed in."""
    async with AsyncExitStack() as stack:
        made: list[httpx.AsyncClient] = []

        def make() -> httpx.AsyncClient:
            made.append(httpx.AsyncClient(transport=httpx.ASGITransport(world.app), base_url="http://127.0.0.1:8765"))
            stack.push_async_callback(made[-1].aclose)
            return made[-1]

        yield make


@pytest.fixture
def sign_in(world: World, visitor: Callable[[], httpx.AsyncClient]) -> Callable[..., Any]:
    async def sign_in(name: str = ANA, role: Role = Role.REVIEWER) -> Person:
        person = Person(visitor())
        answer = await person.client.get(world.login(name, role))
        assert answer.status_code == 303
        await person.get("/")
        return person

    return sign_in


@pytest.fixture
async def ana(sign_in: Callable[..., Any]) -> Person:
    person: Person = await sign_in()
    return person
