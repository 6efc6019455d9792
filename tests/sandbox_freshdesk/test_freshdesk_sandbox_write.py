"""The writing side of the Freshdesk sandbox, and what changes behind a connector's back."""

from __future__ import annotations

import pytest

from clonedesk_connectors.testing.sandbox.freshdesk import FreshdeskSandbox
from clonedesk_connectors.testing.world import World

from .drive import Clock, get, send

WORLD = World(seed=7, tickets=120)


def desk() -> FreshdeskSandbox:
    return FreshdeskSandbox(WORLD, limits="none", clock=Clock(), archived_share=0.0)


def row(helpdesk: FreshdeskSandbox, number: int) -> dict[str, object]:
    return get(helpdesk, f"/api/v2/tickets/{number}?include=stats")


def conversations(helpdesk: FreshdeskSandbox, number: int) -> list[dict[str, object]]:
    return get(helpdesk, f"/api/v2/tickets/{number}/conversations?per_page=100")


def test_a_note_is_private_unless_it_says_otherwise() -> None:
    helpdesk = desk()
    made = send(helpdesk, "POST", "/api/v2/tickets/5/notes", {"body": '<p data-draft="9">hi<!-- x --></p>'})
    assert (made.status, made.body["private"], made.body["body"]) == (201, True, "<p>hi</p>")
    assert made.body["user_id"] == 67013000900
    send(
        helpdesk,
        "POST",
        "/api/v2/tickets/5/notes",
        {"body": "seen", "private": False, "notify_emails": ["a@example.org"]},
    )
    assert [write.public for write in helpdesk.writes] == [False, True]
    assert [write.body for write in helpdesk.public_writes] == ["seen"]
    assert helpdesk.notified == ["a@example.org"]
    assert [one["body_text"] for one in conversations(helpdesk, 5)[-2:]] == ["hi", "seen"]


def test_a_reply_goes_to_the_customer_and_is_recorded_as_that() -> None:
    helpdesk = desk()
    made = send(helpdesk, "POST", "/api/v2/tickets/5/reply", {"body": "hello"})
    assert (made.status, made.body["private"], made.body["source"]) == (201, False, 0)
    assert [(write.ticket_id, write.public) for write in helpdesk.public_writes] == [(5, True)]


@pytest.mark.parametrize(
    ("path", "body", "field", "code"),
    [
        ("tickets/5/notes", {}, "body", "missing_field"),
        ("tickets/5/notes", {"body": "x", "colour": 1}, "colour", "invalid_field"),
        ("tickets/5/notes", [1], "body", "invalid_json"),
        ("tickets/5/reply", {"body": ""}, "body", "missing_field"),
        ("tickets/bulk_update", {"ids": [1]}, "bulk_action", "missing_field"),
    ],
)
def test_a_post_that_makes_no_sense_is_refused_and_leaves_nothing(path, body, field, code) -> None:
    helpdesk = desk()
    reply = send(helpdesk, "POST", f"/api/v2/{path}", body)
    assert (reply.status, reply.body["errors"][0]["field"], reply.body["errors"][0]["code"]) == (400, field, code)
    assert helpdesk.writes == []


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"status": 77}, "status"),
        ({"priority": 9}, "priority"),
        ({"tags": "a,b"}, "tags"),
        ({"custom_fields": {"cf_unknown": "x"}}, "cf_unknown"),
    ],
)
def test_an_update_with_a_wrong_value_names_the_field(body, field) -> None:
    reply = send(desk(), "PUT", "/api/v2/tickets/5", body)
    assert (reply.status, reply.body["errors"][0]["field"]) == (400, field)


def test_tags_replace_all_tags_and_custom_fields_merge() -> None:
    helpdesk = desk()
    before = row(helpdesk, 5)
    assert before["tags"]
    send(helpdesk, "PUT", "/api/v2/tickets/5", {"tags": ["mine"], "custom_fields": {"cf_ai_outcome": "escalated"}})
    after = row(helpdesk, 5)
    assert after["tags"] == ["mine"]
    assert after["custom_fields"] == before["custom_fields"] | {"cf_ai_outcome": "escalated"}  # type: ignore[operator]
    assert after["updated_at"] == "2026-10-30T00:00:00Z"


def test_an_update_changes_status_priority_and_who_is_responsible() -> None:
    helpdesk = desk()
    body = {"status": 3, "priority": 4, "responder_id": 67013000005, "group_id": 67000250002}
    made = send(helpdesk, "PUT", "/api/v2/tickets/5", body).body
    assert {name: made[name] for name in body} == body
    assert send(helpdesk, "PUT", "/api/v2/tickets/5", {"responder_id": None}).body["responder_id"] is None
    assert [write.public for write in helpdesk.writes] == [None, None]


def test_spam_and_deleted_tickets_refuse_writes_and_unknown_ones_are_not_there() -> None:
    helpdesk = desk()
    helpdesk.mark(5, "spam")
    helpdesk.mark(6, "deleted")
    for number, status in ((5, 405), (6, 405), (9999, 404)):
        assert send(helpdesk, "PUT", f"/api/v2/tickets/{number}", {"status": 2}).status == status
        assert send(helpdesk, "POST", f"/api/v2/tickets/{number}/notes", {"body": "x"}).status == status
    assert helpdesk.writes == []


def test_a_bulk_update_is_a_job_and_stamps_all_its_tickets_with_one_second() -> None:
    helpdesk = desk()
    action = {"ids": [1, 2, 9999], "properties": {"tags": ["swept"]}, "reply": {"body": "sorry"}}
    made = send(helpdesk, "POST", "/api/v2/tickets/bulk_update", {"bulk_action": action})
    assert made.status == 202
    assert get(helpdesk, f"/api/v2/jobs/{made.body['job_id']}")["status"] == "COMPLETED"
    assert send(helpdesk, "GET", "/api/v2/jobs/ff").status == 404
    assert row(helpdesk, 1)["updated_at"] == row(helpdesk, 2)["updated_at"]
    assert [write.ticket_id for write in helpdesk.public_writes] == [1, 2]
    wrong = {"ids": [1], "properties": {"status": 99}}
    assert send(helpdesk, "POST", "/api/v2/tickets/bulk_update", {"bulk_action": wrong}).status == 400


def test_notes_can_be_edited_and_removed_and_replies_cannot() -> None:
    helpdesk = desk()
    note = send(helpdesk, "POST", "/api/v2/tickets/5/notes", {"body": "one"}).body["id"]
    reply = send(helpdesk, "POST", "/api/v2/tickets/5/reply", {"body": "two"}).body["id"]
    assert send(helpdesk, "PUT", f"/api/v2/conversations/{note}", {"body": "three"}).body["body_text"] == "three"
    assert send(helpdesk, "PUT", f"/api/v2/conversations/{note}", {}).status == 400
    assert send(helpdesk, "PUT", f"/api/v2/conversations/{reply}", {"body": "x"}).status == 405
    assert send(helpdesk, "DELETE", f"/api/v2/conversations/{note}").status == 204
    assert send(helpdesk, "DELETE", f"/api/v2/conversations/{note}").status == 404
    assert send(helpdesk, "DELETE", "/api/v2/conversations/1").status == 404
    assert [one["body_text"] for one in conversations(helpdesk, 5)[-1:]] == ["two"]


def test_a_customers_comment_reopens_and_the_first_closure_is_forgotten() -> None:
    helpdesk = desk()
    number = next(n for n in range(1, 121) if row(helpdesk, n)["status"] == 4)
    assert row(helpdesk, number)["stats"]["resolved_at"] is not None  # type: ignore[index]
    helpdesk.advance(60)
    helpdesk.update(number, comment="still broken")
    after = row(helpdesk, number)
    assert after["status"] in (2, 9)
    assert after["stats"]["resolved_at"] is None  # type: ignore[index]
    assert after["stats"]["reopened_at"] == after["updated_at"]  # type: ignore[index]
    assert conversations(helpdesk, number)[-1]["incoming"] is True


def test_time_that_passes_lets_the_world_go_on() -> None:
    helpdesk = desk()
    waiting = [n for n in range(1, 121) if any(step.at_s > WORLD.end_s for step in WORLD.story(n - 1).steps)]
    before = {n: row(helpdesk, n)["updated_at"] for n in waiting}
    helpdesk.advance(20 * 86400)
    assert all(str(row(helpdesk, n)["updated_at"]) > str(before[n]) for n in waiting)
    assert waiting


def test_a_touch_moves_a_ticket_without_changing_it_and_restoring_brings_it_back() -> None:
    helpdesk = desk()
    before = row(helpdesk, 5)
    helpdesk.advance(5)
    helpdesk.touch(5)
    after = row(helpdesk, 5)
    assert {name for name in after if after[name] != before[name]} == {"updated_at"}
    helpdesk.mark(5, "deleted")
    assert row(helpdesk, 5)["deleted"] is True
    helpdesk.mark(5, "restored")
    assert "deleted" not in row(helpdesk, 5)
    helpdesk.destroy(5)
    assert send(helpdesk, "GET", "/api/v2/tickets/5").status == 404
