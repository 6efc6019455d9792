"""The commands as a script calls them, against the invented Zendesk where a helpdesk is needed."""

from __future__ import annotations

import json
import stat
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from clonedesk_connectors import cli
from clonedesk_connectors.review.queue import ReviewQueue
from clonedesk_connectors.review.settings import ReviewSettings
from clonedesk_connectors.store.review_tables import event
from tests.review.build import BODY, make_draft


class Ran(NamedTuple):
    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]


Run = Callable[..., Ran]


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'archive.sqlite'}"


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], url: str) -> Run:
    monkeypatch.setenv("CLONEDESK_CONFIG", "")

    def call(*arguments: str, store: bool = True) -> Ran:
        monkeypatch.setattr(sys, "argv", ["clonedesk-sync", *arguments, *(["--store", url] if store else [])])
        try:
            cli.main()
            code = 0
        except SystemExit as end:
            code = int(end.code or 0)
        shown = capsys.readouterr()
        return Ran(code, shown.out, shown.err)

    return call


@pytest.fixture
def filled(url: str) -> Iterator[ReviewQueue]:
    """A queue with one waiting draft, on the real clock."""
    with ReviewQueue(url, settings=ReviewSettings(double_review_rate=0.0)) as queue:
        queue.submit(make_draft())
        yield queue


def test_a_script_claims_decides_and_reads_the_history(run: Run, filled: ReviewQueue) -> None:
    [item] = run("review", "claim", "--reviewer", "ana").lines
    assert item["draft"]["body"] == BODY
    decide = ("review", "decide", item["reference"], "reject", "--reviewer", "ana")
    late = run(*decide, "--version", "1", "--reason", "tone")
    assert (late.code, "changed since it was shown" in late.err) == (5, True)
    [decided] = run(*decide, "--version", str(item["version"]), "--reason", "tone").lines
    assert (decided["state"], decided["outcome"]) == ("decided", "rejected")
    [undone] = run("review", "undo", item["draft_id"], "--reviewer", "ana").lines
    assert undone["state"] == "awaiting_review"
    shown = run("drafts", "history", item["reference"], "--json")
    assert [line["action"] for line in shown.lines[0]["history"]] == ["submit", "offer", "claim", "decide", "undo"]
    assert "reject" not in run("drafts", "history", item["reference"]).err
    assert run("review", "claim", "--reviewer", "bo").out.strip() == "null"


def test_an_edited_text_is_read_from_a_file(run: Run, filled: ReviewQueue, tmp_path: Path) -> None:
    [item] = run("review", "claim", "--reviewer", "ana").lines
    edited = tmp_path / "edited.txt"
    edited.write_text(BODY.replace("3 days", "4 days"))
    arguments = ("review", "decide", item["draft_id"], "edit", "--reviewer", "ana", "--version", str(item["version"]))
    assert run(*arguments, "--text", str(tmp_path / "none.txt")).code == 2
    [decided] = run(*arguments, "--text", str(edited)).lines
    assert (decided["outcome"], decided["critical_change"]) == ("light_edit", True)


def test_lists_show_no_text_and_show_does(run: Run, filled: ReviewQueue) -> None:
    listed = run("drafts", "list", "--state", "awaiting_review")
    assert "acmedesk acme ticket 1" in listed.out
    assert "refund" not in listed.out + listed.err
    [both] = run("drafts", "list", "--json").lines
    assert both["counts"] == {"awaiting_review": 1}
    assert "refund" in run("drafts", "show", both["drafts"][0]["reference"]).out
    assert run("drafts", "list", "--state", "lost").code == 2
    assert run("drafts", "show", "CD-NOSUCHDRAFT1").code == 5


def test_an_altered_history_is_reported(run: Run, filled: ReviewQueue) -> None:
    [item] = filled.find()
    with filled.ledger.write() as connection:
        connection.execute(event.update().where(event.c.seq == 1).values(actor="somebody else"))
    shown = run("drafts", "history", item.draft_id)
    assert (shown.code, "altered at line 1" in shown.err) == (7, True)


def test_signals_are_exported_to_a_private_file(run: Run, filled: ReviewQueue, tmp_path: Path, url: str) -> None:
    item = filled.claim("ana")
    assert item is not None
    filled.decide(item.draft_id, item.version, "ana", "approve", seconds=30)
    out = tmp_path / "signals.jsonl"
    assert "0 signals" in run("export", "signals", "--out", str(out)).err
    with ReviewQueue(url, now=lambda: item.submitted_at + timedelta(hours=1)) as later:
        later.write_signals()
    assert "1 signals" in run("export", "signals", "--out", str(out)).err
    [record] = [json.loads(line) for line in out.read_text().splitlines()]
    assert (record["outcome"], record["weight"]) == ("approved_verbatim", 1.0)
    assert stat.S_IMODE(out.stat().st_mode) == 0o600


def test_stats_are_shown_and_printed_as_json(run: Run, filled: ReviewQueue) -> None:
    item = filled.claim("ana")
    assert item is not None
    filled.decide(item.draft_id, item.version, "ana", "approve", seconds=1)
    shown = run("review", "stats")
    assert "ana: 1 decisions, median 1 s  approved_verbatim 1" in shown.out
    assert "100% of the approvals took no time to read" in shown.out
    [report] = run("review", "stats", "--by", "segment", "--json").lines
    assert report["stats"][0]["name"] == "billing"
    assert report["calibration"][0]["approved"] == 1
    assert run("review", "stats", "--by", "mood").code == 2


def test_capture_from_an_archive_that_is_not_there_says_so(run: Run, filled: ReviewQueue) -> None:
    assert "there is no archive" in run("drafts", "capture").err


def test_clear_and_retry_refuse_drafts_that_need_neither(run: Run, filled: ReviewQueue) -> None:
    [item] = filled.find()
    assert run("drafts", "clear", item.draft_id, "--private", "--by", "lee").code == 5
    assert run("drafts", "retry", item.draft_id, "--by", "lee").code == 5


# -- with a helpdesk ----------------------------------------------------------------------------------------------------


@pytest.fixture
def zendesk() -> Iterator[Any]:
    pytest.importorskip("uvicorn")
    from clonedesk_connectors.testing.sandbox.zendesk import ZendeskSandbox
    from clonedesk_connectors.testing.world import World

    with ZendeskSandbox(World(seed=7, tickets=30)) as sandbox:
        yield sandbox
