"""The demo tells its story with the ordinary library."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("uvicorn")
from clonedesk_connectors import app
from clonedesk_connectors.testing import demo


def test_the_demo_pulls_checks_and_leaves_an_archive(tmp_path: Path) -> None:
    lines = list(demo.run(tmp_path / "demo.sqlite", 120))
    text = "\n".join(lines)
    assert [line.split()[:2] for line in lines[1:] if " tickets, " in line and "second pull" in line] == [
        ["zendesk", "120"],
        ["intercom", "120"],
        ["freshdesk", "120"],
    ]
    assert "tickets carry an escalation label" in text
    assert "L08" in text
    with app.open_store(f"sqlite:///{tmp_path / 'demo.sqlite'}") as store:
        assert sum(1 for _ in store.tickets()) == 360
