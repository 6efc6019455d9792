"""`check`: the summary, one ticket's trail, the export, and what people say of findings."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import clonedesk_connectors as cd
from clonedesk_connectors import app, checking, cli
from clonedesk_connectors.cli.check import _plain
from clonedesk_connectors.errors import ConfigError
from clonedesk_connectors.settings import read_profiles

pytest.importorskip("uvicorn")
pytest.importorskip("selectolax")
from clonedesk_connectors.testing.sandbox.zendesk import ZendeskSandbox
from clonedesk_connectors.testing.world import World


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive of 120 tickets and the settings file that describes its account."""
    folder = tmp_path_factory.mktemp("check")
    with ZendeskSandbox(World(tickets=120), limits="none") as helpdesk:
        config = helpdesk.account_config
        connection = cd.connect(
            "zendesk", "acme", base_url=helpdesk.url, credentials=helpdesk.credentials, config=config
        )
        cd.pull(connection, f"sqlite:///{folder / 'a.sqlite'}")
    shown = config.model_dump(mode="json", exclude_defaults=True)
    lines = ["[accounts.acme]", 'vendor = "zendesk"', 'account = "acme"', "[accounts.acme.config]"]
    lines += [f"{name} = {_toml(value)}" for name, value in shown.items()]
    (folder / "clonedesk.toml").write_text("\n".join(lines))
    return folder


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} = {_toml(item)}" for key, item in value.items()) + "}"
    return json.dumps(value)


@pytest.fixture
def run(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    for name in list(os.environ):
        if name.startswith("CLONEDESK_"):
            monkeypatch.delenv(name)

    def call(*arguments: str) -> Any:
        where = ["--store", f"sqlite:///{folder / 'a.sqlite'}", "--config", str(folder / "clonedesk.toml")]
        return CliRunner().invoke(cli.app, ["check", *arguments, *where])

    return call


def test_the_summary_counts_by_rule_and_segment(run: Callable[..., Any]) -> None:
    shown = run().stdout
    assert "with an escalation label" in shown
    assert "L08 high" in shown
    assert "escalation rate by label, before and after dropping:" in shown
    assert "clean labelled interactions:" in shown
    numbers = json.loads(run("--json").stdout)
    assert numbers["tickets"] == 120
    assert sum(numbers["decisions"].values()) == numbers["labelled"]
    assert numbers["readiness"]["goal"] == 5000
    assert "most frequent findings by segment:" in shown
    total = sum(numbers["rules"].values())
    assert [
        sum(n for rules in axis.values() for n in rules.values()) for axis in numbers["rules_by_segment"].values()
    ] == [total] * 3


def test_the_export_has_a_line_per_labelled_ticket_with_its_evidence(run: Callable[..., Any], tmp_path: Path) -> None:
    out = tmp_path / "findings.jsonl"
    assert run("export", "--out", str(out)).exit_code == 0
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    rows = [json.loads(line) for line in out.read_text().splitlines()]
    assert len(rows) == json.loads(run("--json").stdout)["labelled"]
    found = [finding for row in rows for finding in row["findings"]]
    assert {"rule", "severity", "evidence", "explanation"} <= set(found[0])


def a_finding(run: Callable[..., Any], tmp_path: Path, rule: str) -> str:
    run("export", "--out", str(tmp_path / "f.jsonl"))
    for line in (tmp_path / "f.jsonl").read_text().splitlines():
        row = json.loads(line)
        if any(finding["rule"] == rule for finding in row["findings"]):
            return str(row["ticket"])
    raise AssertionError(rule)


def test_show_marks_the_evidence_in_the_trail(run: Callable[..., Any], tmp_path: Path) -> None:
    ticket = a_finding(run, tmp_path, "L04")
    shown = run("show", ticket.rsplit(":", 1)[1]).stdout
    assert any(line.startswith("L04") and "status" in line for line in shown.splitlines())
    assert "L04 high: " in shown
    assert "    closure: by " in shown
    assert "; decision drop; training weight 0; proposed escalated" in shown
    assert run("show", ticket).stdout == shown


def test_control_characters_of_a_ticket_do_not_reach_the_terminal() -> None:
    assert _plain("type \x1b[2Jgone\r\u202e") == "type \ufffd[2Jgone\ufffd\ufffd"


def test_show_can_ask_the_text_model_too(run: Callable[..., Any], tmp_path: Path) -> None:
    pytest.importorskip("sklearn", reason="needs the extra [quality]")
    ticket = a_finding(run, tmp_path, "L02")
    assert "no text model was used" in run("show", ticket).stdout
    assert "no text model was used" not in run("show", ticket, "--text-model").stdout


def test_a_ticket_that_is_not_there_or_not_labelled_is_said(run: Callable[..., Any]) -> None:
    missing = run("show", "999999")
    assert isinstance(missing.exception, ConfigError)
    assert "no account has a ticket '999999'" in str(missing.exception)
    assert isinstance(run("show", "zendesk:acme:ticket:999999").exception, ConfigError)


def test_reviews_are_kept_and_change_the_precision(run: Callable[..., Any], folder: Path, tmp_path: Path) -> None:
    ticket = a_finding(run, tmp_path, "L04")
    assert run("review", ticket, "L04", "--confirm", "--truth", "escalated", "--reviewer", "kim").exit_code == 0
    assert run("review", ticket, "L04", "--refute", "--reviewer", "kim").exit_code == 0
    assert json.loads(run("--json").stdout)["precision"]["L04"]["confirmed"] == 0
    assert "L04: 0 of 1 reviewed findings were right" in run().stdout
    with cd.open_store(f"sqlite:///{folder / 'a.sqlite'}") as store:
        (said,) = checking.reviews(store)
    assert (said.rule, said.confirmed, said.truth, said.ticket) == ("L04", False, None, ticket)


def test_the_library_says_what_the_command_says(run: Callable[..., Any], folder: Path, tmp_path: Path) -> None:
    page = Path(__file__).parents[2] / "docs" / "labels" / "index.md"
    example: dict[str, Any] = {}
    exec(page.read_text(encoding="utf-8").split("```python\n")[1].split("```")[0], example)
    accounts = app.accounts_of(read_profiles(folder / "clonedesk.toml"))
    found = example["untrusted"](f"sqlite:///{folder / 'a.sqlite'}", accounts)
    assert run("export", "--out", str(tmp_path / "f.jsonl")).exit_code == 0
    rows = [json.loads(line) for line in (tmp_path / "f.jsonl").read_text().splitlines()]
    assert len(found) > 10
    assert found == [(row["ticket"], row["proposal"]) for row in rows if row["weight"] == 0]


@pytest.mark.parametrize(("rule", "extra"), [("L99", []), ("L04", ["--truth", "maybe"])])
def test_a_review_of_nothing_is_refused(run: Callable[..., Any], tmp_path: Path, rule: str, extra: list[str]) -> None:
    ticket = a_finding(run, tmp_path, "L04")
    assert isinstance(run("review", ticket, rule, "--confirm", *extra).exception, ConfigError)


def test_imported_labels_are_checked_and_bad_rows_named(run: Callable[..., Any], tmp_path: Path) -> None:
    labels = tmp_path / "labels.csv"
    labels.write_text("ticket,label\nzendesk:acme:ticket:1,escalated\nzendesk:acme:ticket:2,perhaps\n")
    shown = run("--labels", str(labels))
    assert "line 3" in shown.stderr
    assert shown.exit_code == 0


def test_an_empty_archive_says_what_to_do(tmp_path: Path) -> None:
    store = f"sqlite:///{tmp_path / 'empty.sqlite'}"
    cd.open_store(store, write=True).close()
    result = CliRunner().invoke(cli.app, ["check", "--store", store])
    assert "run `clonedesk-sync pull` first" in str(result.exception)
