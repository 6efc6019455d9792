"""What `--dry-run` prints is what a push sends, byte for byte; what is not known yet is said to be so."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from clonedesk_connectors.review.drafts import Line, read_drafts
from clonedesk_connectors.review.push import READ_FIRST
from clonedesk_connectors.review.router import Router, Rule
from clonedesk_connectors.review.states import State
from clonedesk_connectors.testing.sandbox.calls import Call
from clonedesk_connectors.testing.sandbox.intercom_people import ADMIN_BASE
from clonedesk_connectors.testing.world.directory import FIRST_HUMAN
from tests.pushback.rig import Rig

BODY = 'Hello "Kim" & Ünal,\n\n<b>your</b> refund of 20,00 € for {{ticket.id}} is on its way.\r\n👋 \u202eKind regards'
HOW_TO = "Not usable? Add the tag ai_draft_reject or ai_draft_escalate, or write a private note: /draft reject REASON"
TEXT_OF_BODY = (
    "Hello &quot;Kim&quot; &amp; Ünal,<br><br>&lt;b&gt;your&lt;/b&gt; refund of 20,00 € for {\u2060{ticket.id}}"
)


def shown_and_sent(rig: Rig) -> tuple[dict[str, Any], str, list[Call]]:
    """The line of a dry run, read and as printed, and everything that the push after it sent."""
    [number] = rig.open_tickets(1)
    [line] = read_drafts([rig.draft(number, body=BODY).model_dump_json()], rig.vendor.name, "acme")
    rig.wire.calls.clear()
    printed = json.dumps(line.preview(rig.push, Router()), ensure_ascii=False)
    assert rig.wire.calls == []
    line.submit(rig.queue)
    assert [done.state for done in rig.run()] == [State.AWAITING_REVIEW]
    return json.loads(printed), printed, rig.wire.calls


def version_of(rig: Rig, note: Call) -> str:
    """What the push read first and put into the note."""
    body = note.json()
    return str(
        {"zendesk": body.get("ticket", {}).get("updated_stamp"), "intercom": body.get("admin_id")}[rig.vendor.name]
    )


def test_a_dry_run_prints_the_requests_of_the_push(rig: Rig) -> None:
    shown, _, calls = shown_and_sent(rig)
    look, note, tags = shown["requests"]
    [sent] = [call for call in calls if rig.is_write(call)]
    text = json.dumps(note["body"])
    if rig.vendor.name != "freshdesk":
        assert text.count(READ_FIRST) == 1
        text = text.replace(READ_FIRST, version_of(rig, sent))
    assert text.encode() == sent.body
    assert (note["method"], note["path"]) == (sent.method, sent.path)
    plain = json.dumps(note["body"], ensure_ascii=False)
    assert TEXT_OF_BODY in plain
    assert f"Why you see this: all: 0.00–2.00, confidence 0.70<br>{HOW_TO}" in plain
    for reading in (look, tags):
        again = [call for call in calls if (call.method, call.path) == (reading["method"], reading["path"])]
        assert any(dict(call.query) == reading.get("params", {}) for call in again)


def test_a_dry_run_shows_no_null_and_names_the_tags_that_are_written(rig: Rig) -> None:
    shown, printed, _ = shown_and_sent(rig)
    assert "null" not in printed
    assert shown["tags"] == {
        "add": ["ai_draft_pending"],
        "remove": [
            "ai_draft_approved",
            "ai_draft_edited",
            "ai_draft_escalate",
            "ai_draft_escalated",
            "ai_draft_expired",
            "ai_draft_reject",
            "ai_draft_rejected",
        ],
    }
    assert (shown["label"], shown["line"]) == ("review", 1)


def test_the_teammate_who_writes_is_shown_where_the_account_names_one(make_rig: Callable[..., Rig]) -> None:
    rig = make_rig("intercom", options={"admin_id": str(ADMIN_BASE + FIRST_HUMAN)})
    shown, printed, calls = shown_and_sent(rig)
    [sent] = [call for call in calls if rig.is_write(call)]
    assert READ_FIRST not in printed
    assert json.dumps(shown["requests"][1]["body"]).encode() == sent.body


def test_a_draft_that_the_router_sends_past_the_queue_has_no_requests(rig: Rig) -> None:
    [number] = rig.open_tickets(1)
    line = Line(3, rig.draft(number, confidence=0.95))
    shown = line.preview(rig.push, Router((Rule(lo=0.5, hi=0.9),)))
    assert (shown["label"], shown["requests"]) == ("auto_ok", [])
    assert shown["tags"] == {"add": [], "remove": []}
    assert shown["reason"] == "all: 0.50–0.90, confidence 0.95"


def test_an_id_that_no_helpdesk_has_is_a_problem_of_its_line(rig: Rig) -> None:
    [number] = rig.open_tickets(1)
    shown = Line(1, rig.draft(number).model_copy(update={"ticket_id": "../users"})).preview(rig.push, Router())
    assert "belongs to nothing" in shown["problem"]
