"""Runs `clonedesk-sync` in this process, with a keyring that lives in memory."""

from __future__ import annotations

import io
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

import pytest

from clonedesk_connectors import cli
from tests.secrets.fakes import Memory


class Ran(NamedTuple):
    code: int
    out: str
    err: str


Run = Callable[..., Ran]


def runner(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """A function that runs one command; `stdin` is what is piped in."""

    def call(*arguments: str, stdin: str = "") -> Ran:
        monkeypatch.setattr(sys, "argv", ["clonedesk-sync", *arguments])
        monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
        before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            cli.main()
            code = 0
        except SystemExit as end:
            code = int(end.code or 0)
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
        shown = capsys.readouterr()
        return Ran(code, shown.out, shown.err)

    return call


def isolate(monkeypatch: pytest.MonkeyPatch, folder: Path, backend: Memory) -> None:
    """No variable, file or keyring of the person who runs the tests."""
    for name in list(os.environ):
        if name.startswith("CLONEDESK_"):
            monkeypatch.delenv(name)
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(folder / "data"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(folder / "config"))
    monkeypatch.chdir(folder)
    use_keyring(monkeypatch, backend)


def use_keyring(monkeypatch: pytest.MonkeyPatch, backend: object) -> None:
    fake = ModuleType("keyring")
    fake.get_keyring = lambda: backend  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "keyring", fake)
