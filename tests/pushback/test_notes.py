"""What a note looks like once the helpdesk has had its way with it, and what proves that it is private."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from clonedesk_connectors.errors import ContractBroken, LeakSuspected
from clonedesk_connectors.protocol import Response
from clonedesk_connectors.protocol.pushback import Refusal
from clonedesk_connectors.review.push import preview
from clonedesk_connectors.review.reader import look, text_of
from clonedesk_connectors.review.router import Router
from clonedesk_connectors.review.states import State
from clonedesk_connectors.testing.sandbox.calls import Call
from tests.pushback.rig import T0, Rig


def posted(rig: Rig, body: str) -> str:
    """The text of the note that a draft became, as people see it."""
    [number] = rig.open_tickets(1)
    draft_id = rig.submit(rig.draft(number, body=body))
    [done] = rig.run()
    assert (done.state, done.reference) == (State.AWAITING_REVIEW, f"CD-{draft_id}")
    [note] = rig.notes(number, draft_id)
    assert (note.id, note.visibility, note.body_format) == (done.note_id, "private", "html")
    item = rig.queue.get(draft_id)
    assert item.posted_at == note.at
    return text_of(note)


def test_markup_in_a_draft_is_shown_as_text(rig: Rig) -> None:
    text = posted(rig, '<script>alert(1)</script><b onclick="x">bold</b> & <!-- gone? --> ‘quoted’')
    assert '<script>alert(1)</script><b onclick="x">bold</b> & <!-- gone? --> ‘quoted’' in text


def test_template_tokens_in_a_draft_are_not_carried_out(rig: Rig) -> None:
    text = posted(rig, "Your number: {{ticket.id}} {{ ticket.requester.email }} {% if a %} {{{b}}}")
    shown = text.replace("\u2060", "")
    assert "Your number: {{ticket.id}} {{ ticket.requester.email }} {% if a %} {{{b}}}" in shown


def test_lines_of_a_draft_stay_lines(rig: Rig) -> None:
    text = posted(rig, "first\r\nsecond\n\nthird")
    assert "first\nsecond\n\nthird" in text.replace("\n\n\n", "\n\n")


@pytest.mark.parametrize("body", ["", " ", "\n\t"])
def test_an_empty_draft_is_none(rig: Rig, body: str) -> None:
    [number] = rig.open_tickets(1)
    with pytest.raises(ValidationError):
        rig.draft(number, body=body)


def test_a_draft_of_100_kb_is_posted_whole_or_refused_with_the_reason(rig: Rig) -> None:
    [number] = rig.open_tickets(1)
    draft_id = rig.submit(rig.draft(number, body="word " * 20_000 + "THE END"))
    [done] = rig.run()
    if rig.vendor.name == "zendesk":
        assert (done.state, done.reason) == (State.FAILED, "too_long")
        assert rig.sandbox.writes == []
    else:
        assert done.state is State.AWAITING_REVIEW
        assert "THE END" in rig.notes(number, draft_id)[0].body


def test_a_draft_of_nothing_but_braces_is_measured_as_it_is_sent(make_rig: Callable[..., Rig]) -> None:
    """Parting the braces makes the text longer; what the vendor would cut must still be refused."""
    rig = make_rig("zendesk")
    [number] = rig.open_tickets(1)
    rig.submit(rig.draft(number, body="{" * 30_000))
    assert [(done.state, done.reason) for done in rig.run()] == [(State.FAILED, "too_long")]


def test_a_ticket_with_5000_comments_takes_no_more(make_rig: Callable[..., Rig]) -> None:
    rig = make_rig("zendesk")
    [number] = rig.open_tickets(1)
    draft = rig.draft(number)

    def count(call: Call, body: Any) -> Any:
        if isinstance(body, dict) and "ticket" in body:
            body["ticket"]["comment_count"] = 5_000
        return body

    rig.wire.edit = count
    rig.submit(draft)
    assert [(done.state, done.reason) for done in rig.run()] == [(State.FAILED, "ticket_full")]


def test_the_same_draft_twice_is_one_note(rig: Rig) -> None:
    [number] = rig.open_tickets(1)
    draft = rig.draft(number)
    assert rig.submit(draft) == rig.submit(draft)
    rig.run()
    rig.submit(draft)
    rig.run()
    assert len(rig.notes(number, draft.draft_id)) == 1


# --- is it private? -------------------------------------------------------------------------------------------------


def change_flag(rig: Rig, public: bool | None) -> Callable[[Call, Any], Any]:
    """The answer to a note says that it is public, or nothing at all (None)."""

    def edit(call: Call, body: Any) -> Any:
        if not rig.is_write(call):
            return body
        if rig.vendor.name == "intercom":
            parts = body["conversation_parts"]["conversation_parts"]
            if public is None:
                parts.pop()
            else:
                parts[-1]["part_type"] = "comment"
            return body
        note = body if rig.vendor.name == "freshdesk" else body["audit"]["events"][0]
        flag = "private" if rig.vendor.name == "freshdesk" else "public"
        if public is None:
            del note[flag]
        else:
            note[flag] = flag == "public"
        return body

    return edit


@pytest.mark.parametrize("public", [True, None])
def test_a_note_that_its_answer_does_not_prove_private_stops_everything(rig: Rig, public: bool | None) -> None:
    first, second = rig.open_tickets(2)
    draft_id = rig.submit(rig.draft(first))
    rig.now += timedelta(seconds=1)
    waiting = rig.submit(rig.draft(second))
    rig.wire.edit = change_flag(rig, public)
    with pytest.raises(LeakSuspected, match="drafts clear"):
        rig.run()
    with pytest.raises(LeakSuspected):
        rig.run()
    assert rig.queue.get(draft_id).state is State.LEAK_SUSPECTED
    assert rig.queue.get(waiting).state is State.QUEUED
    last = rig.wire.calls[-1]
    if rig.vendor.name == "zendesk":
        hidden = rig.queue.get(draft_id).note_id
        assert (last.method, last.path) == ("PUT", f"/api/v2/tickets/{first}/comments/{hidden}/make_private")
    else:
        assert rig.is_write(last)
    rig.wire.edit = None
    rig.queue.clear_leak(draft_id, "lee", was_private=True)
    rig.run()
    assert rig.queue.get(waiting).state is State.AWAITING_REVIEW


def test_a_note_found_without_its_flag_after_a_lost_answer_counts_as_public(rig: Rig) -> None:
    [number] = rig.open_tickets(1)
    rig.submit(rig.draft(number))
    lost = [True]

    def lose(call: Call) -> str:
        if lost and rig.is_write(call):
            lost.clear()
            return "lost after"
        return "answer"

    def strip(call: Call, body: Any) -> Any:
        for row in _rows(body):
            for flag in ("public", "private"):
                row.pop(flag, None)
            if str(row.get("part_type", "")).startswith("note"):
                row["part_type"] = "something_new"
        return body

    rig.wire.fate = lose
    rig.wire.edit = lambda call, body: body if lost else strip(call, body)
    with pytest.raises(LeakSuspected):
        rig.run()


def _rows(body: Any) -> list[Any]:
    if isinstance(body, dict) and "conversation_parts" in body:
        return list(body["conversation_parts"]["conversation_parts"])
    if isinstance(body, dict):
        return [*body.get("comments", ()), *body.get("conversations", ())]
    return body if isinstance(body, list) else []


def test_a_helpdesk_that_rewrites_notes_does_not_make_us_write_again(rig: Rig) -> None:
    """All markup gone, text in capitals, an advertisement above: the reference is still in it."""
    [number] = rig.open_tickets(1)
    draft_id = rig.submit(rig.draft(number))
    lost = [True]

    def lose(call: Call) -> str:
        if lost and rig.is_write(call):
            lost.clear()
            return "lost after"
        return "answer"

    def rewrite(call: Call, body: Any) -> Any:
        for row in _rows(body):
            text = str(row.get("html_body") or row.get("body") or "")
            new = "<div>BY HELPDESK</div>" + text.replace("<br>", " \u00a0<span> ").replace("<p>", "").upper()
            row["body"] = row["html_body"] = new
        return body

    rig.wire.fate, rig.wire.edit = lose, rewrite
    [done] = rig.run()
    assert done.state is State.AWAITING_REVIEW
    assert sum(f"CD-{draft_id}" in (write.body or "") for write in rig.sandbox.writes) == 1


def test_a_clear_answer_needs_no_reference_where_it_holds_only_the_note(rig: Rig) -> None:
    """A helpdesk that strips the reference: Zendesk and Freshdesk answer with the note itself. Intercom answers with
    the whole conversation, in which it can then not be told apart: that counts as a leak.
    """
    [number] = rig.open_tickets(1)
    draft_id = rig.submit(rig.draft(number))

    def strip(call: Call, body: Any) -> Any:
        return json.loads(json.dumps(body).replace(f"CD-{draft_id}", "")) if rig.is_write(call) else body

    rig.wire.edit = strip
    if rig.vendor.name == "intercom":
        with pytest.raises(LeakSuspected):
            rig.run()
        assert rig.queue.get(draft_id).state is State.LEAK_SUSPECTED
    else:
        assert [done.state for done in rig.run()] == [State.AWAITING_REVIEW]
    assert len(rig.notes(number, draft_id)) == 1


# --- small things ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("body", [b"{}", b"[]", b"null", b'{"ticket": 3}', b'{"type": "admin"}', b'{"audit": []}'])
def test_answers_of_another_shape_are_no_readings_and_no_receipts(rig: Rig, body: bytes) -> None:
    answer = Response(200, {}, body)
    for request in (rig.push.preflight("1"), rig.push.find_note("1", T0)):
        try:
            seen = rig.push.reading(request, answer)
        except ContractBroken:
            continue
        assert body == b"[]"  # a list without messages, at Freshdesk
        assert seen.messages == ()
    [number] = rig.open_tickets(1)
    note = preview(rig.push, rig.draft(number), Router()).requests[1]
    try:
        receipt = rig.push.receipt(note, answer)
    except ContractBroken:
        return
    assert (receipt.note_id, receipt.private) == (None, None)


def test_only_a_conflict_may_be_tried_again(rig: Rig) -> None:
    request = rig.push.preflight("1")
    refusals = {status: rig.push.refusal(request, Response(status, {}, b"")) for status in (400, 403, 404, 409, 422)}
    assert [status for status, refusal in refusals.items() if refusal is Refusal.CONFLICT] == [409]


def test_a_ticket_without_a_readable_state_is_written_to_by_nobody(rig: Rig) -> None:
    [number] = rig.open_tickets(1)
    rig.submit(rig.draft(number))

    def drop(call: Call, body: Any) -> Any:
        for name in ("status", "state"):
            for holder in (body, body.get("ticket") if isinstance(body, dict) else None):
                if isinstance(holder, dict):
                    holder.pop(name, None)
        return body

    rig.wire.edit = drop
    [done] = rig.run(rounds=1)
    assert (done.state, "state is not shown" in done.problem) == (State.QUEUED, True)
    assert rig.sandbox.writes == []


def test_a_status_we_do_not_know_is_left_to_the_vendor(rig: Rig) -> None:
    [number] = rig.open_tickets(1)

    def rename(call: Call, body: Any) -> Any:
        for holder in (body, body.get("ticket") if isinstance(body, dict) else None):
            if isinstance(holder, dict) and "status" in holder:
                holder["status"] = 97 if rig.vendor.name == "freshdesk" else "paused_by_moon"
            if isinstance(holder, dict) and "state" in holder:
                holder["state"] = "paused_by_moon"
        return body

    draft = rig.draft(number)
    rig.wire.edit = rename
    rig.submit(draft)
    assert [done.state for done in rig.run()] == [State.AWAITING_REVIEW]


def test_looking_for_a_note_and_reading_back_show_the_same_messages(rig: Rig) -> None:
    [number] = rig.open_tickets(1)
    draft_id = rig.submit(rig.draft(number))
    rig.run()
    found = asyncio.run(look(rig.session(), rig.push, rig.push.find_note(rig.ticket_id(number), T0)))
    known = {message.id: message for message in rig.messages(number)}
    assert all(known[message.id].body == message.body for message in found.messages)
    assert any(f"CD-{draft_id}" in message.body for message in found.messages)
