"""The writing side of the Intercom sandbox: what takes effect, what is refused, and what is done to the text."""

from __future__ import annotations

from typing import Any

import pytest

from clonedesk_connectors.testing.sandbox.intercom import IntercomSandbox
from clonedesk_connectors.testing.sandbox.intercom_people import ADMIN_BASE, BOT, TEAM_BASE
from clonedesk_connectors.testing.world import World
from clonedesk_connectors.testing.world.directory import FIRST_HUMAN
from tests.sandbox_intercom.client import code, conversation, good, identity, number_of, parts, send

ADMIN = str(ADMIN_BASE + FIRST_HUMAN)
NOTE = {"message_type": "note", "type": "admin", "admin_id": ADMIN, "body": "<p>Draft 7</p>"}


@pytest.fixture
def helpdesk() -> IntercomSandbox:
    return IntercomSandbox(World(seed=7, tickets=120), limits="none", quirks=False)


def reply(helpdesk: IntercomSandbox, number: int, **body: Any) -> Any:
    return good(helpdesk, "POST", f"/conversations/{identity(number)}/reply", NOTE | body)


def manage(helpdesk: IntercomSandbox, number: int, **body: Any) -> Any:
    return good(helpdesk, "POST", f"/conversations/{identity(number)}/parts", {"admin_id": ADMIN, **body})


def test_a_note_is_private_and_marked_as_written_through_the_api(helpdesk: IntercomSandbox) -> None:
    before = conversation(helpdesk, 3)["updated_at"]
    answer = reply(helpdesk, 3)
    part = answer["conversation_parts"]["conversation_parts"][-1]
    assert (part["part_type"], part["body"], part["app_package_code"]) == ("note", "<p>Draft 7</p>", "sandbox-app")
    assert part["author"]["id"] == ADMIN
    assert answer["updated_at"] > before
    (write,) = helpdesk.writes
    assert (write.conversation_id, write.part_id, write.public, write.body) == (
        identity(3),
        part["id"],
        False,
        "<p>Draft 7</p>",
    )
    assert helpdesk.public_writes == []


def test_a_comment_is_public(helpdesk: IntercomSandbox) -> None:
    reply(helpdesk, 3, message_type="comment", body="Hello there")
    assert parts(helpdesk, 3)[-1]["body"] == "<p>Hello there</p>"
    assert [write.public for write in helpdesk.public_writes] == [True]


def test_sending_twice_writes_twice(helpdesk: IntercomSandbox) -> None:
    reply(helpdesk, 3)
    reply(helpdesk, 3)
    assert [part["part_type"] for part in parts(helpdesk, 3)[-2:]] == ["note", "note"]


def test_html_is_rewritten(helpdesk: IntercomSandbox) -> None:
    body = '<html> <body data-x="1"><!-- draft:7 -->\n <p class="a"  data-draft="7">One\n two</p></body></html>'
    reply(helpdesk, 3, body=body)
    assert parts(helpdesk, 3)[-1]["body"] == "<p>One two</p>"


def test_a_customer_who_writes_reopens(helpdesk: IntercomSandbox) -> None:
    number = number_of(helpdesk, "ai_confirmed")
    reply(helpdesk, number, message_type="comment", type="user", body="Still broken")
    part = parts(helpdesk, number)[-1]
    assert (part["part_type"], part["author"]["type"], part["app_package_code"]) == ("open", "user", None)
    assert conversation(helpdesk, number)["state"] == "open"


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({"message_type": "whisper"}, (400, "parameter_invalid")),
        ({"body": " "}, (400, "parameter_invalid")),
        ({"type": "user"}, (400, "parameter_invalid")),
        ({"admin_id": "12"}, (404, "admin_not_found")),
        ({"admin_id": None}, (404, "admin_not_found")),
    ],
)
def test_a_bad_reply_is_refused_and_leaves_no_trace(
    helpdesk: IntercomSandbox, body: Any, error: tuple[int, str]
) -> None:
    assert code(send(helpdesk, "POST", f"/conversations/{identity(3)}/reply", NOTE | body)) == error
    assert helpdesk.writes == []


@pytest.mark.parametrize("path", ["reply", "parts", "tags"])
def test_a_missing_conversation_is_not_found(helpdesk: IntercomSandbox, path: str) -> None:
    assert code(send(helpdesk, "POST", f"/conversations/404404/{path}", NOTE)) == (404, "not_found")


def test_state_changes_and_their_text(helpdesk: IntercomSandbox) -> None:
    assert manage(helpdesk, 3, message_type="open")["state"] == "open"
    closed = manage(helpdesk, 3, message_type="close", body="Goodbye :)")
    part = closed["conversation_parts"]["conversation_parts"][-1]
    assert (closed["state"], part["part_type"], part["body"]) == ("closed", "close", "<p>Goodbye :)</p>")
    assert [write.public for write in helpdesk.writes] == [None, True]
    snoozed = manage(helpdesk, 3, message_type="snoozed", snoozed_until=1)
    assert (snoozed["state"], snoozed["snoozed_until"] is not None) == ("snoozed", True)
    assert code(
        send(helpdesk, "POST", f"/conversations/{identity(3)}/parts", {"message_type": "explode", "admin_id": ADMIN})
    ) == (400, "parameter_invalid")


def test_assigning_a_closed_conversation_reopens_it(helpdesk: IntercomSandbox) -> None:
    number = number_of(helpdesk, "ai_confirmed")
    answer = manage(helpdesk, number, message_type="assignment", type="admin", assignee_id=ADMIN, body="Yours")
    part = answer["conversation_parts"]["conversation_parts"][-1]
    assert (part["part_type"], part["assigned_to"]) == ("assign_and_reopen", {"type": "admin", "id": ADMIN})
    assert (answer["admin_assignee_id"], answer["state"]) == (int(ADMIN), "open")
    nobody = manage(helpdesk, number, message_type="assignment", type="admin", assignee_id="0")
    assert nobody["admin_assignee_id"] == 0
    team = manage(helpdesk, number, message_type="assignment", type="team", assignee_id=TEAM_BASE + 2)
    assert team["team_assignee_id"] == TEAM_BASE + 2
    for kind, assignee in (("team", TEAM_BASE + 99), ("admin", 12), ("admin", None)):
        asked = {"message_type": "assignment", "type": kind, "assignee_id": assignee, "admin_id": BOT}
        answer = send(helpdesk, "POST", f"/conversations/{identity(number)}/parts", asked)
        assert code(answer) == (404, "assignee_not_found")


def test_tags_are_added_once_and_removed_with_a_body(helpdesk: IntercomSandbox) -> None:
    tag = good(helpdesk, "POST", "/tags", {"name": "review"})
    assert good(helpdesk, "POST", "/tags", {"name": "review"}) == tag
    path = f"/conversations/{identity(3)}/tags"
    for _ in range(2):
        assert good(helpdesk, "POST", path, {"id": tag["id"], "admin_id": ADMIN}) == tag
    listed = [one for one in conversation(helpdesk, 3)["tags"]["tags"] if one["name"] == "review"]
    assert [one["applied_by"]["id"] for one in listed] == [ADMIN]
    assert good(helpdesk, "DELETE", f"{path}/{tag['id']}", {"admin_id": ADMIN}) == tag
    assert "review" not in [one["name"] for one in conversation(helpdesk, 3)["tags"]["tags"]]
    assert code(send(helpdesk, "DELETE", f"{path}/{tag['id']}", {"admin_id": ADMIN})) == (404, "tag_not_found")
    assert code(send(helpdesk, "DELETE", "/conversations/9/tags/9")) == (404, "not_found")
    assert code(send(helpdesk, "POST", path, {"id": "9", "admin_id": ADMIN})) == (404, "tag_not_found")
    assert code(send(helpdesk, "POST", path, {"id": tag["id"]})) == (404, "admin_not_found")
    assert code(send(helpdesk, "POST", "/tags", {})) == (400, "parameter_invalid")
    assert {write.public for write in helpdesk.writes} == {None}
