"""Each command once, as a program would call it: output, exit code, errors."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from clonedesk_connectors import cli
from clonedesk_connectors.cli.progress import HEARTBEAT_S, JsonHeartbeat
from clonedesk_connectors.model import Ticket
from clonedesk_connectors.store import Archive
from clonedesk_connectors.sync import Progress

pytest.importorskip("uvicorn")
from clonedesk_connectors.testing.sandbox import faults as f
from clonedesk_connectors.testing.sandbox.zendesk import ZendeskSandbox
from clonedesk_connectors.testing.world import World


class Ran(NamedTuple):
    code: int
    out: str
    err: str

    @property
    def report(self) -> dict[str, object]:
        found: dict[str, object] = json.loads(self.out.splitlines()[-1])
        return found


Run = Callable[..., Ran]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    def call(*arguments: str) -> Ran:
        monkeypatch.setattr(sys, "argv", ["clonedesk-sync", *arguments])
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


@pytest.fixture(scope="module")
def helpdesk() -> Iterator[ZendeskSandbox]:
    with ZendeskSandbox(World(seed=3, tickets=60), limits="none") as running:
        yield running


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, helpdesk: ZendeskSandbox, tmp_path: Path) -> None:
    helpdesk.faults.clear()
    for name in list(os.environ):
        if name.startswith("CLONEDESK_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("CLONEDESK_ZENDESK_CLIENT_ID", helpdesk.client_id)
    monkeypatch.setenv("CLONEDESK_ZENDESK_CLIENT_SECRET", helpdesk.client_secret)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))


@pytest.fixture
def pull(run: Run, helpdesk: ZendeskSandbox) -> Run:
    return lambda *more: run("pull", "zendesk", "--account", "acme", "--base-url", helpdesk.url, *more)


def test_pull_then_status_then_export_then_rebuild(run: Run, pull: Run, tmp_path: Path) -> None:
    store = f"sqlite:///{tmp_path / 'a.sqlite'}"
    report = pull("--store", store, "--json").report
    assert report["vendor"] == "zendesk"
    assert report["tickets"]["new"] >= 58  # type: ignore[index]
    assert report["requests"]["total"] == sum(  # type: ignore[index]
        number
        for name, number in report["requests"].items()  # type: ignore[attr-defined]
        if name != "total"
    )
    shown = run("status", "--store", store).out
    assert shown.startswith("zendesk acme: ")
    (account,) = run("status", "--store", store, "--json").report["accounts"]  # type: ignore[misc]
    assert account["tickets"] == report["tickets"]["new"]  # type: ignore[index]
    assert set(account["streams"].values()) == {True}
    out = tmp_path / "tickets.jsonl"
    assert run("export", "tickets", "--store", store, "--out", str(out)).code == 0
    first = out.read_bytes()
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    ids = [Ticket.model_validate_json(line).native_id for line in first.splitlines()]
    assert ids == sorted(ids, key=int)
    assert run("rebuild", "--store", store, "--json").report == {"rebuilt": {"zendesk acme": len(ids)}}
    assert run("rebuild", "--store", store).out.startswith("zendesk acme: ")
    assert run("export", "tickets", "--store", store, "--out", "-", "--vendor", "intercom").out == ""
    run("export", "tickets", "--store", store, "--out", str(out))
    assert out.read_bytes() == first


def test_a_plain_pull_says_what_it_did_and_uses_the_data_directory(pull: Run, tmp_path: Path) -> None:
    shown = pull()
    assert shown.out.splitlines()[1].startswith("tickets  ")
    assert (tmp_path / "data" / "clonedesk" / "archive.sqlite").exists()


def test_problems_are_listed(run: Run, pull: Run, helpdesk: ZendeskSandbox, tmp_path: Path) -> None:
    store = f"sqlite:///{tmp_path / 'a.sqlite'}"
    helpdesk.faults.add(f.Rule(f.answer(422, {"error": "x"}), path="/api/v2/ticket_fields*"))
    shown = pull("--store", store)
    assert shown.code == 7
    assert "stream ticket_fields stopped early: HTTP 422" in shown.err
    assert "dead letter ticket_fields (list): HTTP 422" in run("status", "--store", store, "--problems").out


def test_wrong_credentials_end_with_3_and_one_paragraph(pull: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLONEDESK_ZENDESK_CLIENT_SECRET", "CANARY")
    shown = pull("--json")
    assert shown.code == 3
    assert shown.report["status"] == "failed"
    assert len(shown.err.strip().splitlines()) == 1
    assert "CANARY" not in shown.out + shown.err


def test_missing_credentials_name_the_variables(
    run: Run, helpdesk: ZendeskSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CLONEDESK_ZENDESK_CLIENT_SECRET")
    shown = run("pull", "zendesk", "--account", "acme", "--base-url", helpdesk.url)
    assert shown.code == 2
    assert "CLONEDESK_ZENDESK_CLIENT_SECRET" in shown.err


@pytest.mark.parametrize(
    "account",
    [
        "evil.com/#",
        "evil.com",
        "a.b",
        "a/b",
        "a@b",
        "-a",
        "a b",
        "A" * 64,
        "a\r\nx: y",
        "xn--é",
        "",
        "..",
        "a?b",
        "a:80",
    ],
)
def test_an_account_that_is_not_a_plain_name_is_refused_before_any_request(
    run: Run, helpdesk: ZendeskSandbox, account: str
) -> None:
    helpdesk.log.clear()
    shown = run("pull", "zendesk", f"--account={account}")
    assert shown.code == 2
    assert "an account name is" in shown.err
    assert not helpdesk.log


@pytest.mark.parametrize(
    "url", ["http://example.com", "ftp://127.0.0.1", "https://user@example.com", "http://127.0.0.1.example.com"]
)
def test_only_https_or_loopback_is_accepted_as_base_url(run: Run, url: str) -> None:
    assert run("pull", "zendesk", "--account", "acme", "--base-url", url).code == 2


@pytest.mark.parametrize(("option", "value"), [("--since", "soon"), ("--budget-share", "0"), ("--budget-share", "1.5")])
def test_options_that_make_no_sense_are_refused(pull: Run, option: str, value: str) -> None:
    assert pull(option, value).code == 2


def test_since_limits_the_first_run(pull: Run, tmp_path: Path) -> None:
    everything = pull("--store", f"sqlite:///{tmp_path / 'a.sqlite'}", "--json").report
    part = pull("--store", f"sqlite:///{tmp_path / 'b.sqlite'}", "--since", "2026-08-01", "--json").report
    assert 0 < part["tickets"]["new"] < everything["tickets"]["new"]  # type: ignore[index]


def test_an_unknown_vendor_lists_the_installed_ones(run: Run) -> None:
    shown = run("pull", "nosuch", "--account", "acme")
    assert (shown.code, "zendesk" in shown.err) == (2, True)


def test_a_locked_archive_ends_with_5(pull: Run, tmp_path: Path) -> None:
    store = f"sqlite:///{tmp_path / 'a.sqlite'}"
    with Archive.open(store, write=True):
        shown = pull("--store", store)
    assert shown.code == 5
    assert "another process is writing" in shown.err


def test_a_missing_archive_is_named(run: Run, tmp_path: Path) -> None:
    shown = run("status", "--store", f"sqlite:///{tmp_path / 'none.sqlite'}")
    assert (shown.code, "there is no archive" in shown.err) == (5, True)


def test_an_export_that_cannot_be_written_leaves_nothing_behind(run: Run, pull: Run, tmp_path: Path) -> None:
    store = f"sqlite:///{tmp_path / 'a.sqlite'}"
    pull("--store", store)
    shown = run("export", "tickets", "--store", store, "--out", str(tmp_path / "no" / "t.jsonl"))
    assert shown.code == 5
    assert not list(tmp_path.glob("**/*.part"))


def test_connectors_are_listed(run: Run) -> None:
    shown = run("connectors").out
    assert "zendesk" in shown
    assert "CLIENT_ID + CLIENT_SECRET" in shown
    rows = run("connectors", "--json").report["connectors"]
    assert {"name": "zendesk", "distribution": "clonedesk-connectors", "state": "ok"}.items() <= rows[-1].items()  # type: ignore[index]


def test_doctor_checks_the_installation_and_the_credentials(
    run: Run, helpdesk: ZendeskSandbox, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    store = ("--store", f"sqlite:///{tmp_path / 'none.sqlite'}")
    account = ("zendesk", "--account", "acme", "--base-url", helpdesk.url)
    shown = run("doctor", *account, *store)
    assert shown.code == 0
    assert "accepted: admin" in shown.out
    monkeypatch.setenv("CLONEDESK_ZENDESK_CLIENT_SECRET", "wrong")
    shown = run("doctor", *account, *store, "--json")
    assert shown.code == 1
    assert [check["name"] for check in shown.report["checks"] if not check["ok"]] == ["credentials"]  # type: ignore[index,attr-defined]


def test_an_unexpected_error_is_one_line_and_a_traceback_only_with_debug(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def explode(url: str) -> None:
        raise RuntimeError("customer text")

    monkeypatch.setattr("clonedesk_connectors.app.open_store", explode)
    shown = run("status")
    assert (shown.code, "customer text" in shown.err, "RuntimeError" in shown.err) == (1, False, True)
    assert "Traceback" in run("--debug", "status").err


@contextlib.contextmanager
def hanging_pull(helpdesk: ZendeskSandbox, store: str, *start: str, ignored: bool) -> Iterator[subprocess.Popen[str]]:
    """A pull in a process of its own that waits for an answer. ignored: as a shell starts it in the background."""
    helpdesk.faults.add(f.Rule(f.hang(60), path="/api/v2/incremental/ticket_events*"))
    helpdesk.log.clear()
    command = ["pull", "zendesk", "--account", "acme", "--base-url", helpdesk.url, "--store", store, "--json"]
    with subprocess.Popen(
        [sys.executable, *(start or ("-m", "clonedesk_connectors.cli")), *command],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN if ignored else signal.SIG_DFL),
    ) as child:  # fmt: skip
        try:
            deadline = time.monotonic() + 60
            while not any("ticket_events" in seen.path for seen in helpdesk.log) and time.monotonic() < deadline:
                time.sleep(0.02)
            yield child
        finally:
            child.kill()
            helpdesk.faults.clear()


@pytest.mark.parametrize("ignored", [False, True], ids=["in the foreground", "in the background"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_finishes_the_commit_says_how_to_go_on_and_ends_with_130(
    run: Run, pull: Run, helpdesk: ZendeskSandbox, tmp_path: Path, number: signal.Signals, ignored: bool
) -> None:
    store = f"sqlite:///{tmp_path / 'a.sqlite'}"
    with hanging_pull(helpdesk, store, ignored=ignored) as child:
        child.send_signal(number)
        out, err = child.communicate(timeout=30)
    assert child.returncode == 130
    assert json.loads(out.splitlines()[-1])["status"] == "failed"
    assert "Run the same command to go on" in err
    assert pull("--store", store, "--json").report["dead_letters"] == 0
    assert run("status", "--store", store, "--json").code == 0


HEARD_ELSEWHERE = """
import runpy, signal, threading
threading.Thread(target=threading.Event().wait, daemon=True).start()
signal.pthread_sigmask(signal.SIG_BLOCK, [NUMBER])
runpy.run_module("clonedesk_connectors.cli", run_name="__main__")
"""
"""The kernel hands this signal to the other thread. The main one learns of it without being woken, as when a signal
comes in the instant before it falls asleep."""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_that_does_not_wake_the_main_thread_is_heard(
    helpdesk: ZendeskSandbox, tmp_path: Path, number: signal.Signals
) -> None:
    start = ("-c", HEARD_ELSEWHERE.replace("NUMBER", str(int(number))))
    with hanging_pull(helpdesk, f"sqlite:///{tmp_path / 'a.sqlite'}", *start, ignored=False) as child:
        child.send_signal(number)
        child.communicate(timeout=30)
    assert child.returncode == 130


def test_the_heartbeat_speaks_when_enough_time_has_passed() -> None:
    now, lines = [0.0], list[str]()
    beat = JsonHeartbeat(lines.append, lambda: now[0])
    for seconds in (1, HEARTBEAT_S - 2, 2, 1):
        now[0] += seconds
        beat(Progress("tickets", 3, 10, 0, 1.5))
    assert [json.loads(line)["progress"]["records"] for line in lines] == [10]


def test_history_of_another_system_comes_in_from_a_file(run: Run, tmp_path: Path) -> None:
    lines = [{"id": n, "created_at": "2025-03-01T08:00:00Z", "status": "solved", "messages": []} for n in (1, 2)]
    (tmp_path / "old tickets.jsonl").write_text("\n".join(map(json.dumps, lines)))
    store = f"sqlite:///{tmp_path / 'a.sqlite'}"
    address = (tmp_path / "old tickets.jsonl").as_uri()
    report = run("pull", "jsonl", "--account", "legacy", "--base-url", address, "--store", store, "--json").report
    assert (report["status"], report["tickets"]["new"]) == ("complete", 2)  # type: ignore[index]
    exported = tmp_path / "t.jsonl"
    run("export", "tickets", "--store", store, "--out", str(exported))
    address = exported.as_uri()
    again = run("pull", "jsonl", "--account", "copy", "--base-url", address, "--store", store, "--json").report
    assert again["tickets"]["new"] == 2  # type: ignore[index]
    assert run("pull", "jsonl", "--account", "none").code == 2
