"""The command: where it listens, what it prints, what it refuses."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from clonedesk_connectors import cli

Served = dict[str, Any]


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Served:
    """What the server would have been started with."""
    seen: Served = {}
    monkeypatch.setattr(uvicorn, "run", lambda app, **options: seen.update(options, app=app))
    return seen


def run(monkeypatch: pytest.MonkeyPatch, folder: Path, *arguments: str) -> int:
    command = ["clonedesk-sync", "review", "serve", "--store", f"sqlite:///{folder / 'a.sqlite'}", *arguments]
    monkeypatch.setattr(sys, "argv", command)
    with pytest.raises(SystemExit) as ended:
        cli.main()
    return int(ended.value.code or 0)


def test_it_listens_on_this_machine_only_and_prints_one_login_link(
    served: Served, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, tmp_path, "--reviewer", "ana@example.com") == 0
    assert (served["host"], served["port"], served["access_log"]) == ("127.0.0.1", 8765, False)
    out = capsys.readouterr().out.splitlines()
    assert len(out) == 1
    assert out[0].startswith("http://127.0.0.1:8765/login?token=")
    assert (tmp_path / "a.review.sqlite").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "review.example"])
def test_another_address_needs_to_be_allowed(
    served: Served, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str], host: str
) -> None:
    assert run(monkeypatch, tmp_path, "--reviewer", "ana@example.com", "--host", host) == 2
    assert "behind a TLS proxy" in capsys.readouterr().err
    assert served == {}


@pytest.mark.parametrize("names", [(), ("--host-name", "*")])
def test_a_remote_page_needs_its_name(
    served: Served, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, names: tuple[str, ...]
) -> None:
    assert run(monkeypatch, tmp_path, "--reviewer", "a", "--host", "0.0.0.0", "--allow-remote", *names) == 2
    assert served == {}


def test_a_remote_page_is_opened_by_its_name_over_tls(
    served: Served, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ("--reviewer", "a", "--host", "0.0.0.0", "--allow-remote", "--host-name", "review.example")
    assert run(monkeypatch, tmp_path, *options) == 0
    assert served["host"] == "0.0.0.0"
    assert capsys.readouterr().out.startswith("https://review.example/login?token=")
