"""The example plugin, built and installed as a user would: found by its entry point, tested, and pulled from."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest

pytest.importorskip("hatchling", reason="hatchling builds the example plugin")
from clonedesk_connectors.store import Archive
from clonedesk_connectors.testing import Call
from tests.conformance.reference import EXAMPLE, InventedHarbourdesk
from tests.plugins.conftest import Run

TICKETS = 30


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built by the example's own build backend, without a network."""
    folder = tmp_path_factory.mktemp("wheel")
    build = "import sys, hatchling.build; print(hatchling.build.build_wheel(sys.argv[1]))"
    done = subprocess.run(
        [sys.executable, "-c", build, str(folder)], cwd=EXAMPLE, capture_output=True, text=True, check=True
    )
    return folder / done.stdout.strip().splitlines()[-1]


@pytest.fixture(autouse=True)
def _installed(wheel: Path, site: Path) -> None:
    with zipfile.ZipFile(wheel) as file:
        file.extractall(site)


@contextmanager
def served(helpdesk: InventedHarbourdesk) -> Iterator[str]:
    """The invented helpdesk over real HTTP on this machine."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            address = urlsplit(self.path)
            headers = {name.lower(): value for name, value in self.headers.items()}
            reply = helpdesk.handle(Call("GET", address.path, tuple(parse_qsl(address.query)), headers))
            body = reply.encoded()
            self.send_response(reply.status)
            for name, value in (reply.headers | {"content-length": str(len(body))}).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_it_is_one_file_of_less_than_200_lines() -> None:
    (source,) = EXAMPLE.glob("*.py")
    assert len(source.read_text("utf-8").splitlines()) < 200


def test_it_is_listed_with_its_distribution(run: Run) -> None:
    done = run("clonedesk-sync", "connectors", "--json")
    rows = {row["name"]: row for row in json.loads(done.stdout)["connectors"]}
    assert rows["harbourdesk"] == {
        "name": "harbourdesk",
        "distribution": "clonedesk-connector-harbourdesk",
        "state": "ok",
        "credentials": ["KEY"],
    }
    assert {"freshdesk", "intercom", "jsonl", "zendesk"} <= rows.keys()


def test_it_is_pulled_from_through_its_entry_point(run: Run, tmp_path: Path) -> None:
    helpdesk = InventedHarbourdesk(TICKETS, time.monotonic)
    store = f"sqlite:///{tmp_path / 'pier.sqlite'}"
    with served(helpdesk) as url:
        done = run(
            "clonedesk-sync", "pull", "harbourdesk", "--account", "pier", "--base-url", url, "--store", store,
            CLONEDESK_HARBOURDESK_KEY=helpdesk.secrets["KEY"],
        )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert f"tickets  {TICKETS} new" in done.stdout
    with Archive.open(store) as archive:
        assert {ticket.native_id for ticket in archive.tickets("harbourdesk", "pier")} == helpdesk.ticket_ids()


def test_its_own_tests_pass_against_the_installed_plugin(run: Run) -> None:
    """This is where the conformance kit passes the connector that the broken ones are made from."""
    done = run("-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:asyncio", "-W", "error", str(EXAMPLE))
    assert done.returncode == 0, done.stdout
    assert "32 passed, 1 skipped" in done.stdout
