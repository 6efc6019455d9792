"""What is written where: names never come from a helpdesk, and nothing is written that a spreadsheet would run."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Any

import pytest

import clonedesk_connectors as cd
from clonedesk_connectors.errors import ConfigError
from clonedesk_connectors.export.tickets import write_tickets
from clonedesk_connectors.testing.sandbox import faults as f
from clonedesk_connectors.testing.sandbox.calls import Call
from tests.hardening.ways import pull, zendesk_httpx

SRC = Path(cd.__file__).parent
EVIL = ["../../evil", "/etc/evil", "..\\evil", "evil\x00.txt", "=HYPERLINK(1)", "+1+1", "-1+1", "@SUM(1)", "\tevil"]


def test_no_csv_is_written() -> None:
    """Formulas hide in CSV files that are opened as spreadsheets. We read them (labels) and write none."""
    writing = ("writer", "DictWriter", "to_csv", "write_csv")
    found = [
        f"{path.name}:{node.lineno}"
        for path in SRC.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Attribute)
        and node.attr in writing
        and (node.attr.endswith("csv") or (isinstance(node.value, ast.Name) and node.value.id == "csv"))
    ]
    assert found == []


def test_what_a_helpdesk_says_is_no_part_of_a_file_name_and_stays_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def say(call: Call, body: Any) -> Any:
        for ticket in body["tickets"]:
            first, second, third = (EVIL[(ticket["id"] + step) % len(EVIL)] for step in (0, 4, 8))
            ticket.update(subject=first, external_id=second, status=third, tags=EVIL)
        return body

    sandbox, connect = zendesk_httpx(monkeypatch)
    sandbox.faults.add(f.Rule(f.edited(say), "/api/v2/incremental/tickets/*"))
    store, out = tmp_path / "deep" / "down" / "archive.sqlite", tmp_path / "deep" / "down" / "tickets.jsonl"
    store.parent.mkdir(parents=True)
    with sandbox:
        assert pull(connect(sandbox), f"sqlite:///{store}").tickets["new"] == 4
    with cd.open_store(f"sqlite:///{store}") as archive:
        write_tickets(archive, str(out))
    tickets = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    assert {ticket["subject"] for ticket in tickets} == set(EVIL[1:5])
    assert all(ticket["tags"] == EVIL for ticket in tickets)
    names = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()}
    assert {"deep/down/archive.sqlite", "deep/down/tickets.jsonl"} <= names
    assert all(name.startswith("deep/down/archive.sqlite") for name in names - {"deep/down/tickets.jsonl"})


@pytest.mark.parametrize("name", EVIL)
def test_an_account_or_vendor_cannot_be_a_path(name: str) -> None:
    with pytest.raises(ConfigError):
        cd.connect("zendesk", name)
    with pytest.raises(ConfigError):
        cd.connect(name, "acme")
