"""Replay: recording off and the network blocked. Recording: only when asked, `--record-mode=rewrite`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cassettes.tape import Tapes


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "allow_loopback: a recording is made from a server on this machine")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--record-mode") != "rewrite":
        here = Path(__file__).parent
        for item in items:
            if here in item.path.parents:
                hosts = [r"127\.0\.0\.1"] if item.get_closest_marker("allow_loopback") else []
                item.add_marker(pytest.mark.block_network(allowed_hosts=hosts))


@pytest.fixture
def tapes(record_mode: str) -> Tapes:
    return Tapes(recording=record_mode == "rewrite")


@pytest.fixture
def store(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'archive.sqlite'}"


@pytest.fixture(autouse=True)
def _through_httpx(monkeypatch: pytest.MonkeyPatch) -> None:
    """vcrpy hears what httpx sends and not what our bare connections do, so all goes the way of proxied requests."""
    monkeypatch.setattr("clonedesk_connectors.transport.httpx_.Line", lambda *connection: None)
