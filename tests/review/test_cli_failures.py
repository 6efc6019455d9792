"""`drafts push` when things fail: every line of input has its result, also when the run ends with an error."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

pytest.importorskip("uvicorn")
from clonedesk_connectors import cli
from clonedesk_connectors.protocol.pushback import BasedOn, Draft
from clonedesk_connectors.testing.sandbox.calls import Call, Reply
from clonedesk_connectors.testing.sandbox.faults import Rule, answer
from clonedesk_connectors.testing.sandbox.zendesk import ZendeskSandbox
from clonedesk_connectors.testing.sandbox.zendesk_people import iso
from clonedesk_connectors.testing.world import World
from tests.review.build import make_draft
from tests.review.build import vendor_time as later_than_all

NUMBERS = (2, 3)
"""Tickets of this world that take notes."""


class Ran(NamedTuple):
    code: int
    lines: list[dict[str, Any]]
    err: str


Push = Callable[..., Ran]


@pytest.fixture
def zendesk() -> Iterator[ZendeskSandbox]:
    with ZendeskSandbox(World(seed=3, tickets=60), limits="none") as sandbox:
        yield sandbox


@pytest.fixture
def push(
    zendesk: ZendeskSandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Push:
    """Pushes these drafts and returns exit code, result lines and stderr."""
    monkeypatch.setenv("CLONEDESK_CONFIG", "")
    monkeypatch.setenv("CLONEDESK_ZENDESK_EMAIL", zendesk.email)
    monkeypatch.setenv("CLONEDESK_ZENDESK_TOKEN", zendesk.api_token)

    def call(*lines: str, options: tuple[str, ...] = ("--yes",)) -> Ran:
        file = tmp_path / "drafts.jsonl"
        file.write_text("\n".join(lines))
        where = ("--account", "acme", "--base-url", zendesk.url, "--store", f"sqlite:///{tmp_path / 'a.sqlite'}")
        monkeypatch.setattr(sys, "argv", ["clonedesk-sync", "drafts", "push", str(file), "zendesk", *where, *options])
        code = 0
        try:
            cli.main()
        except SystemExit as end:
            code = int(end.code or 0)
        shown = capsys.readouterr()
        return Ran(code, [json.loads(line) for line in shown.out.splitlines()], shown.err)

    return call


def draft_for(zendesk: ZendeskSandbox, number: int, **changes: Any) -> Draft:
    """A draft for a ticket whose customer has just written; it answers something later than all there is."""
    zendesk.update(number, comment="Invented question")
    based_on = BasedOn(message_id="newest", at=later_than_all(0))
    return make_draft(str(number), vendor="zendesk", based_on=based_on, **changes)


def two(zendesk: ZendeskSandbox) -> list[str]:
    return [draft_for(zendesk, number).model_dump_json() for number in NUMBERS]


def test_a_403_on_the_tags_after_the_notes_is_in_the_result_lines(zendesk: ZendeskSandbox, push: Push) -> None:
    lines = two(zendesk)
    zendesk.faults.add(Rule(answer(403, {"error": "Forbidden"}), path="/api/v2/tickets/2/tags"))
    ran = push(*lines)
    assert ran.code == 7
    assert [(one["state"], one["problem"], one["tag_problem"]) for one in ran.lines] == [
        ("awaiting_review", "", "ticket 2: tags not changed (HTTP 403 Forbidden)"),
        ("awaiting_review", "", ""),
    ]
    assert "ticket 2: tags not changed (HTTP 403 Forbidden)" in ran.err
    zendesk.faults.clear()
    again = push(*lines)
    assert (again.code, [one["tag_problem"] for one in again.lines]) == (0, ["", ""])
    assert sum(write.public is False for write in zendesk.writes) == 2
    assert zendesk.public_writes == []


def test_credentials_refused_in_the_middle_end_the_run_and_every_line_still_has_its_result(
    zendesk: ZendeskSandbox, push: Push
) -> None:
    lines = two(zendesk)
    zendesk.faults.add(Rule(answer(401, {"error": "Couldn't authenticate you"}), method="PUT", nth={2}))
    ran = push(*lines)
    assert ran.code == 3
    states = {one["ticket_id"]: one["state"] for one in ran.lines}
    assert sorted(states.values()) == ["awaiting_review", "posting"]
    [posted] = [one for one in ran.lines if one["state"] == "awaiting_review"]
    assert "the ticket's tags are not changed yet" in posted["tag_problem"]
    assert sum(write.public is False for write in zendesk.writes) == 1


def test_credentials_that_are_missing_leave_every_line_unreached(
    push: Push, zendesk: ZendeskSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = two(zendesk)
    monkeypatch.delenv("CLONEDESK_ZENDESK_TOKEN")
    ran = push(*lines)
    assert ran.code == 2
    assert [one["problem"] for one in ran.lines] == ["not reached; run the same command again"] * 2
    assert zendesk.writes == []


def test_the_same_draft_twice_in_one_file_is_one_note_with_two_results(zendesk: ZendeskSandbox, push: Push) -> None:
    line = draft_for(zendesk, 2).model_dump_json()
    ran = push(line, line)
    assert [(one["line"], one["state"], one["is_new"]) for one in ran.lines] == [
        (1, "awaiting_review", True),
        (2, "awaiting_review", False),
    ]
    assert len({one["note_id"] for one in ran.lines}) == 1
    assert sum(write.public is False for write in zendesk.writes) == 1


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"body": ""}, "body: a draft needs a text"),
        ({"body": " \n\t"}, "body: a draft needs a text"),
        ({"body": "private words" * 100_000}, "body: String should have at most 1000000 characters"),
        ({"body": None}, "body: Input should be a valid string"),
        ({"confidence": 7}, "confidence: Input should be less than or equal to 1"),
        ({"public": True}, "public: Extra inputs are not permitted"),
    ],
)
def test_an_unusable_line_is_told_by_its_field_and_the_others_are_pushed(
    zendesk: ZendeskSandbox, push: Push, changes: dict[str, Any], told: str
) -> None:
    good = draft_for(zendesk, 2)
    bad = json.dumps({**json.loads(good.model_dump_json()), **changes})
    ran = push(bad, good.model_dump_json(), options=("--yes",))
    assert ran.code == 7
    assert ran.lines[0] == {"line": 1, "problem": told}
    assert ran.lines[1]["state"] == "awaiting_review"
    assert "private words" not in json.dumps(ran.lines) + ran.err
    assert zendesk.public_writes == []


def test_a_dry_run_prints_the_bytes_of_the_body_that_are_then_sent(
    zendesk: ZendeskSandbox, push: Push, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = draft_for(zendesk, 2, body='Grüße & "20,00 €"\n{{ticket.id}} <b>👋</b>')
    stamp = iso(zendesk.desk.history(2).updated_s)
    shown = push(draft.model_dump_json(), options=("--dry-run",)).lines[0]["requests"][1]
    assert zendesk.writes == []
    sent: list[Call] = []
    handle = zendesk.handle

    def listen(call: Call) -> Reply:
        sent.append(call)
        return handle(call)

    monkeypatch.setattr(zendesk, "handle", listen)
    push(draft.model_dump_json())
    body = json.dumps(shown["body"]).replace("(from the answer to the first request)", stamp)
    [note] = [call for call in sent if (call.method, call.path) == (shown["method"], shown["path"])]
    assert note.body == body.encode()
