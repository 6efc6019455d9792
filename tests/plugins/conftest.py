"""Plugins as they are installed: distributions in a folder of their own, seen by a new process."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., "subprocess.CompletedProcess[str]"]
COMMAND = "from clonedesk_connectors.cli import main; main()"


@pytest.fixture
def site(tmp_path: Path) -> Path:
    folder = tmp_path / "site"
    folder.mkdir()
    return folder


@pytest.fixture
def run(site: Path, tmp_path: Path) -> Run:
    """Run Python with the plugins of `site` installed; a first argument `clonedesk-sync` is our own command."""

    def run(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        name, *rest = arguments
        command = ["-c", COMMAND, *rest] if name == "clonedesk-sync" else [name, *rest]
        environment = {**os.environ, "PYTHONPATH": str(site), **variables}
        return subprocess.run(
            [sys.executable, *command], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )

    return run


@pytest.fixture
def distribution(site: Path) -> Callable[[str, str, str], None]:
    """Install a distribution by hand: its name, the connector it offers, and the source of its module."""

    def install(name: str, offers: str, source: str) -> None:
        module = name.replace("-", "_")
        (site / f"{module}.py").write_text(source, "utf-8")
        metadata = site / f"{module}-1.0.dist-info"
        metadata.mkdir()
        (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n", "utf-8")
        entry = f"[clonedesk_connectors.connectors]\n{offers} = {module}:connector\n"
        (metadata / "entry_points.txt").write_text(entry, "utf-8")

    return install
