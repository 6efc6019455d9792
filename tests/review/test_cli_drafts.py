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

from clonedesk_connectors import app, cli
from clonedesk_connectors.model import AssigneeKind, Message, Status
from clonedesk_connectors.protocol.pushback import BasedOn, Draft
from clonedesk_connectors.review.queue import ReviewQueue
from clonedesk_connectors.review.settings import ReviewSettings
from clonedesk_connectors.review.states import State
from clonedesk_connectors.store.review_tables import event
from tests.review.build import BODY, make_draft

ANSWER = "Your refund of 40.00 EUR was sent to your bank on Monday and arrives within 3 days."


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


def test_drafts_are_handed_out_to_one_person(run: Run, url: str) -> None:
    with ReviewQueue(url) as queue:
        ids = [queue.submit(make_draft(str(number))).draft_id for number in range(2)]
    assert (
        run("review", "assign", f"CD-{ids[0]}", ids[1], "--to", "bo", "--by", "lea").out == "2 drafts assigned to bo\n"
    )
    assert run("review", "claim", "--reviewer", "ana").out == "null\n"
    done = run("review", "assign", ids[0], "AAAAAAAAAAAA", "--by", "lea")
    assert (done.code, done.out) == (7, "1 drafts assigned to nobody\n")
    assert done.err == "there is no draft 'AAAAAAAAAAAA' in this queue\n"
    assert json.loads(run("review", "claim", "--reviewer", "ana").out)["draft_id"] == ids[0]


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


# -- with a helpdesk --------------------------------------------------------------------------------------------------


@pytest.fixture
def zendesk(monkeypatch: pytest.MonkeyPatch, run: Run) -> Iterator[Any]:
    """The invented Zendesk, pulled into the archive."""
    pytest.importorskip("uvicorn")
    from clonedesk_connectors.testing.sandbox.zendesk import ZendeskSandbox
    from clonedesk_connectors.testing.world import World

    with ZendeskSandbox(World(seed=3, tickets=60), limits="none") as sandbox:
        monkeypatch.setenv("CLONEDESK_ZENDESK_EMAIL", sandbox.email)
        monkeypatch.setenv("CLONEDESK_ZENDESK_TOKEN", sandbox.api_token)
        assert run("pull", *account_of(sandbox)).code in (0, 7)
        yield sandbox


def account_of(sandbox: Any) -> tuple[str, ...]:
    return ("zendesk", "--account", "acme", "--base-url", sandbox.url)


def draft_for(run: Run, sandbox: Any, url: str) -> Draft:
    """A draft for a ticket a person solved, whose customer has just written again."""
    with app.open_store(url) as archive:
        solved = (one for one in archive.tickets() if one.status is Status.SOLVED)
        ticket_id = next(one.native_id for one in solved if one.assignee_kind is AssigneeKind.HUMAN)
    sandbox.update(int(ticket_id), comment="It still has not arrived.")
    sandbox.advance(120)  # the export leaves out the last minute
    run("pull", *account_of(sandbox))
    with app.open_store(url) as archive:
        ticket = next(one for one in archive.tickets() if one.native_id == ticket_id)
    last = [one for one in ticket.events if isinstance(one, Message) and one.visibility == "public"][-1]
    return make_draft(ticket_id, vendor="zendesk", body=ANSWER, based_on=BasedOn(message_id=last.id, at=last.at))


def test_a_file_of_drafts_is_shown_pushed_and_decided_in_the_helpdesk(
    run: Run, zendesk: Any, url: str, tmp_path: Path
) -> None:
    draft = draft_for(run, zendesk, url)
    file = tmp_path / "drafts.jsonl"
    other = make_draft("1", vendor="zendesk", account="elsewhere")
    broken = {"vendor": "zendesk", "body": "secret text of a customer"}
    file.write_text("\n".join([draft.model_dump_json(), "", json.dumps(broken), other.model_dump_json()]))
    arguments = ("drafts", "push", str(file), *account_of(zendesk))

    asked = run(*arguments)
    assert (asked.code, "--dry-run" in asked.err) == (2, True)
    shown = run(*arguments, "--dry-run")
    requests = shown.lines[0]["requests"]
    assert [request["method"] for request in requests][:2] == ["GET", "PUT"]
    assert requests[1]["body"]["ticket"]["comment"]["public"] is False
    assert zendesk.writes == []

    pushed = run(*arguments, "--yes")
    assert pushed.code == 7  # two lines were not usable
    first, second, third = pushed.lines
    assert (first["line"], first["state"], first["problem"]) == (1, "awaiting_review", "")
    assert (second["line"], third["line"]) == (3, 4)
    assert "not for zendesk account acme" in third["problem"]
    assert "secret" not in shown.out + pushed.out + pushed.err
    notes = [write for write in zendesk.writes if write.body]
    assert [(str(write.ticket_id), write.public) for write in notes] == [(draft.ticket_id, False)]

    again = run(*arguments, "--yes")
    assert (again.lines[0]["is_new"], again.lines[0]["state"]) == (False, "awaiting_review")
    assert len([write for write in zendesk.writes if write.body]) == 1

    zendesk.advance(60)
    assert "0 drafts changed" in run("drafts", "capture", *account_of(zendesk)).err
    zendesk.update(int(draft.ticket_id), by="human", comment=ANSWER.replace("3 days", "5 days"))
    [live] = run("drafts", "capture", *account_of(zendesk)).lines
    assert (live["state"], live["outcome"], live["source"]) == ("decided", "light_edit", "inferred")
    zendesk.advance(120)
    run("pull", *account_of(zendesk))
    assert "0 drafts changed" in run("drafts", "capture").err
    run(*arguments, "--yes")
    assert zendesk.public_writes == []
    with app.open_store(url) as archive, ReviewQueue(url) as queue:
        assert queue.get(draft.draft_id).state is State.DECIDED
        assert archive.account("zendesk", "acme").summary().tickets > 0
