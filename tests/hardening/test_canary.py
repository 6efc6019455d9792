"""A known token and known words of a customer go in; they come out as tickets and nowhere else.

What `clonedesk-sync` does with secrets is tested in tests/secrets/test_secrets_canary.py.
"""

from __future__ import annotations

import logging
import sqlite3
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import clonedesk_connectors as cd
from clonedesk_connectors.errors import ClonedeskError
from clonedesk_connectors.testing.sandbox import faults as f
from clonedesk_connectors.testing.sandbox.calls import Call, Reply
from tests.hardening.ways import WAYS, Way, intercom_httpx, pull, zendesk_httpx
from tests.secrets.driver import isolate, runner
from tests.secrets.fakes import Memory

WORDS = "Canary-My-Card-Is-4929"
RECORDS = {("block", "data"), ("ticket", "body")}
"""The columns of an archive that hold records and tickets; all others are about them."""

Clean = Callable[..., None]


@pytest.fixture
def clean(caplog: pytest.LogCaptureFixture) -> Clean:
    """Looks for canaries in texts and in every log record so far."""
    caplog.set_level(logging.DEBUG)

    def check(*texts: object) -> None:
        ours = [record for record in caplog.records if record.name != "asyncio"]
        everything = [*map(str, texts), *(f"{record.getMessage()} {record.__dict__}" for record in ours)]
        for canary in (WORDS, "sandbox-token", "Bearer "):
            assert [text for text in everything if canary in text] == []

    return check


def beside_the_records(path: Path) -> str:
    """Everything in an archive except records and tickets."""
    found = []
    with sqlite3.connect(path) as archive:
        for (table,) in archive.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            rows = archive.execute(f"SELECT * FROM {table}")
            names = [column[0] for column in rows.description]
            for row in rows:
                found += [repr(v) for name, v in zip(names, row, strict=True) if (table, name) not in RECORDS]
    archive.close()
    return "\n".join(found)


def put(value: str) -> f.Action:
    """The words in every text of an answer, also where the vendor's own stand; ids, times and positions stay."""
    kept = ("at", "url", "cursor", "timestamp", "time", "next", "page", "starting_after", "id", "_id")

    def spoil(node: Any, name: str = "") -> Any:
        if isinstance(node, dict):
            return {key: spoil(inner, key) for key, inner in node.items()}
        if isinstance(node, list):
            return [spoil(inner, name) for inner in node]
        return value if isinstance(node, str) and not name.endswith(kept) and node not in KINDS else node

    return f.edited(lambda call, body: spoil(body))


KINDS = ("conversation", "conversation.list", "conversation_part.list", "conversation_part", "list", "admin", "user")
"""Without these an answer of Intercom is not read at all."""


@pytest.mark.parametrize("way", WAYS)
def test_a_pull_tells_nothing_of_what_is_written_and_nothing_of_the_token(
    way: Way, clean: Clean, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "archive.sqlite"
    sandbox, connect = way(monkeypatch)
    sandbox.faults.add(f.Rule(put(WORDS)))
    with sandbox:
        connection = connect(sandbox)
        report = pull(connection, f"sqlite:///{path}")
    with cd.open_store(f"sqlite:///{path}") as archive:
        assert WORDS in b"".join(archive.ticket_lines()).decode()  # they are where they belong
        summaries = [part.summary() for part in archive.accounts()]
    clean(repr(report), report.as_dict(), connection, summaries, beside_the_records(path))


@pytest.mark.parametrize("way", [zendesk_httpx, intercom_httpx])
@pytest.mark.parametrize("status", [200, 401, 403, 404, 422, 429, 500])
def test_errors_tell_nothing_of_an_answer_that_quotes_a_customer(
    way: Way, status: int, clean: Clean, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "archive.sqlite"
    said = {"error": {"title": WORDS, "message": WORDS}, "description": WORDS, "code": WORDS, "details": {WORDS: WORDS}}
    answers = [said, {"error": WORDS, "errors": [{"code": WORDS, "message": WORDS}]}, [WORDS], WORDS.encode()]
    sandbox, connect = way(monkeypatch)

    def quote(call: Call, handler: f.Handler) -> Reply:
        return Reply(answers[len(sandbox.log) % 4], status, {"retry-after": "2000", "x-says": WORDS})

    sandbox.faults.add(f.Rule(quote))
    told = []
    with sandbox:
        try:
            told.append(repr(pull(connect(sandbox), f"sqlite:///{path}", page_size=1).as_dict()))
        except ClonedeskError as error:
            told += [repr(error), *traceback.format_exception(error)]
    assert told
    clean(*told, beside_the_records(path))


def test_a_ticket_that_cannot_be_normalised_is_named_without_its_words(
    clean: Clean, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "archive.sqlite"
    sandbox, connect = zendesk_httpx(monkeypatch)

    def explode(self: object, bundle: Any) -> None:
        raise ValueError(f"cannot read {WORDS}")

    monkeypatch.setattr("clonedesk_connectors.vendors.zendesk.ZendeskConnector.facts", explode)
    with sandbox:
        report = pull(connect(sandbox), f"sqlite:///{path}")
    assert (report.status.value, report.quarantined) == ("quarantined", 4)
    clean(report.as_dict(), beside_the_records(path))


def test_what_the_commands_show_and_log(
    clean: Clean, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    isolate(monkeypatch, tmp_path, Memory())
    run = runner(monkeypatch, capsys)
    sandbox, _ = zendesk_httpx(monkeypatch)
    sandbox.faults.add(f.Rule(put(WORDS), path="/api/v2/incremental/*"))
    monkeypatch.setenv("CLONEDESK_ZENDESK_EMAIL", "integration@example.org")
    monkeypatch.setenv("CLONEDESK_ZENDESK_TOKEN", "sandbox-token")
    store = ("--store", "sqlite:///a.sqlite")
    with sandbox:
        account = ("zendesk", "--account", "acme", "--base-url", sandbox.url)
        shown = [
            run("--debug", *command)
            for command in (
                ("pull", *account, *store),
                ("pull", *account, *store, "--json"),
                ("status", *store, "--problems"),
                ("status", *store, "--json"),
                ("rebuild", *store),
                ("export", "tickets", *store, "--out", "tickets.jsonl"),
                ("connectors",),
                ("demo", "--tickets", "20"),
            )
        ]
    assert [ran.code for ran in shown] == [0, 0, 0, 0, 0, 0, 0, 0]
    assert WORDS in (tmp_path / "tickets.jsonl").read_text("utf-8")
    clean(*(ran.out + ran.err for ran in shown), beside_the_records(tmp_path / "a.sqlite"))
