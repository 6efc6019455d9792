"""Chromium over the real server. The clock of the queue moves by hand, the heartbeat is quick."""

from __future__ import annotations

import os
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from clonedesk_connectors.review.web import Role
from tests.web.world import ANA, World, open_world

REQUIRED = bool(os.environ.get("REQUIRE_BROWSER"))
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
POLL_S = 0.3


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Last: Playwright keeps an event loop running in this thread, in which no async test could start."""
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)


def missing(what: str) -> None:
    if REQUIRED:
        pytest.fail(f"{what}, and REQUIRE_BROWSER is set")
    pytest.skip(what)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    if CHROMIUM is None:
        missing("chromium is not installed")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        missing("playwright is not installed")
    with sync_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        yield started
        started.close()


@pytest.fixture(scope="session")
def axe() -> str:
    """The script of axe-core, from the file AXE_PATH names."""
    path = Path(os.environ.get("AXE_PATH", "axe.min.js"))
    if not path.is_file():
        missing("AXE_PATH does not name axe.min.js of the npm package axe-core")
    return path.read_text("utf-8")


@pytest.fixture
def world(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[World]:
    """Parameters are settings of the page."""
    with open_world(tmp_path, poll_s=POLL_S, drafts=4, **getattr(request, "param", {})) as opened:
        yield opened


@pytest.fixture
def base_url(world: World) -> Iterator[str]:
    sock = socket.socket()
    sock.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(world.app, log_level="warning", access_log=False, lifespan="on"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [sock]}, daemon=True)
    thread.start()
    deadline = time.monotonic() + 10
    while not server.started:
        assert time.monotonic() < deadline, "the server did not start"
        time.sleep(0.02)
    yield f"http://127.0.0.1:{sock.getsockname()[1]}"
    server.should_exit = True
    thread.join(10)
    sock.close()


Open = Callable[..., Any]


@pytest.fixture
def open_page(browser: Any, base_url: str, world: World) -> Iterator[Open]:
    """Opens signed-in browsers of their own; `problems` collects console errors and requests to other hosts."""
    contexts: list[Any] = []

    def open_one(name: str = ANA, role: Role = Role.REVIEWER, path: str = "/", **options: Any) -> Any:
        options.setdefault("viewport", {"width": 1280, "height": 800})
        contexts.append(browser.new_context(base_url=base_url, **options))
        page = contexts[-1].new_page()
        page.set_default_timeout(15_000)
        page.problems = []
        page.on("pageerror", lambda error: page.problems.append(str(error)))
        page.on("dialog", lambda dialog: page.problems.append("dialog"))
        page.on("console", lambda line: page.problems.append(line.text) if line.type == "error" else None)
        foreign = lambda asked: None if asked.url.startswith(base_url) else page.problems.append(asked.url)  # noqa: E731
        page.on("request", foreign)
        page.goto(world.login(name, role))
        if path != "/":
            page.goto(path)
        return page

    yield open_one
    for context in contexts:
        context.close()
