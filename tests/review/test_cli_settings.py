"""The commands of the queue use the table [review] of the settings file."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from clonedesk_connectors import cli
from clonedesk_connectors.review.queue import ReviewQueue
from clonedesk_connectors.review.settings import ReviewSettings
from clonedesk_connectors.store import Archive
from tests.review.build import make_draft

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'archive.sqlite'}"


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    """Runs a command with a settings file of this text; returns exit code, stdout, stderr."""

    def call(text: str, *arguments: str) -> tuple[int, str, str]:
        path = tmp_path / "clonedesk.toml"
        path.write_text(text)
        monkeypatch.setattr(sys, "argv", ["clonedesk-sync", *arguments, "--config", str(path)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        shown = capsys.readouterr()
        return int(ended.value.code or 0), shown.out, shown.err

    return call


ACME = '[accounts.acme]\nvendor = "zendesk"\n'
RULES = "[review]\naudit_sample = 0\n[[review.rules]]\nlo = 0.5\nhi = 0.65\n"


def drafts_file(tmp_path: Path) -> str:
    file = tmp_path / "drafts.jsonl"
    drafts = (make_draft(str(n), vendor="zendesk", confidence=confidence) for n, confidence in enumerate((0.6, 0.7)))
    file.write_text("\n".join(draft.model_dump_json() for draft in drafts))
    return str(file)


def test_drafts_push_routes_as_the_file_says(run: Run, url: str, tmp_path: Path) -> None:
    push = ("drafts", "push", drafts_file(tmp_path), "acme", "--store", url, "--dry-run")
    code, out, _ = run(ACME + RULES, *push)
    shown = [json.loads(line) for line in out.splitlines()]
    assert code == 0
    assert [(one["label"], len(one["requests"]) > 0) for one in shown] == [("review", True), ("auto_ok", False)]
    assert "all: 0.50–0.65, confidence 0.60" in shown[0]["requests"][1]["body"]["ticket"]["comment"]["html_body"]
    code, out, _ = run(ACME, *push)
    assert [json.loads(line)["label"] for line in out.splitlines()] == ["review", "review"]


def test_drafts_capture_waits_for_the_undo_window_of_the_file(run: Run, url: str) -> None:
    with Archive.open(url, write=True):
        pass
    with ReviewQueue(url, settings=ReviewSettings(double_review_rate=0.0)) as queue:
        queue.submit(make_draft())
        item = queue.claim("ana")
        assert item is not None
        queue.decide(item.draft_id, item.version, "ana", "reject", reason="tone")
    assert "0 signals written" in run("[review]\nundo_s = 3600\n", "drafts", "capture", "--store", url)[2]
    assert "1 signals written" in run("[review]\nundo_s = 0\n", "drafts", "capture", "--store", url)[2]


def test_review_serve_and_claim_use_the_lease_of_the_file(run: Run, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    uvicorn = pytest.importorskip("uvicorn")
    from clonedesk_connectors.review import web

    seen: list[Any] = []
    monkeypatch.setattr(uvicorn, "run", lambda app, **options: None)
    monkeypatch.setattr(web, "make_app", lambda queue, *rest: seen.append(queue.settings))
    run("[review]\nlease_s = 77\ndouble_review_rate = 0.5\n", "review", "serve", "--reviewer", "ana", "--store", url)
    assert [(one.lease_s, one.double_review_rate) for one in seen] == [(77, 0.5)]

    with ReviewQueue(url) as queue:
        queue.submit(make_draft())
    item = json.loads(run("[review]\nlease_s = 7200\n", "review", "claim", "--reviewer", "ana", "--store", url)[1])
    with ReviewQueue(url) as queue:
        [claim] = [one for one in queue.history(item["draft_id"]) if one.action == "claim"]
        until = queue.get(item["draft_id"]).lease_until
    assert until is not None
    assert round((until - claim.at).total_seconds(), -2) == 7200


@pytest.mark.parametrize(
    "command",
    [
        ("drafts", "list"),
        ("drafts", "capture"),
        ("review", "claim", "--reviewer", "ana"),
        ("review", "serve", "--reviewer", "ana"),
        ("export", "signals", "--out", "-"),
    ],
)
def test_a_table_that_cannot_be_used_stops_every_command(run: Run, url: str, command: tuple[str, ...]) -> None:
    code, out, err = run("[review]\nundo_s = -3\n", *command, "--store", url)
    assert (code, out) == (2, "")
    assert "review.undo_s" in err


def test_doctor_checks_the_table(run: Run, url: str) -> None:
    code, out, _ = run(RULES, "doctor", "--store", url)
    assert code == 0
    assert "ok   review       1 routing rules, 2 settings in " in out
    code, out, _ = run("[review]\naudit_sample = 3\n", "doctor", "--store", url)
    assert code == 1
    assert "FAIL review " in out
    assert "ok   review" not in run("", "doctor", "--store", url)[1]
