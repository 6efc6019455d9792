"""The writing side of the Zendesk sandbox: what it stores, executes, refuses and records."""

from typing import Any

import pytest

from clonedesk_connectors.testing.sandbox.calls import Reply
from clonedesk_connectors.testing.sandbox.faults import Faults, Rule, lost_answer
from clonedesk_connectors.testing.sandbox.zendesk import ZendeskSandbox
from clonedesk_connectors.testing.world import World
from tests.sandbox.client import all_tickets, get, send
from tests.sandbox.test_zendesk_sandbox_read import number_of


@pytest.fixture
def helpdesk() -> ZendeskSandbox:
    return ZendeskSandbox(World(seed=7, tickets=120), limits="none")


@pytest.fixture
def number(helpdesk: ZendeskSandbox) -> int:
    """A solved ticket of an ordinary kind."""
    return number_of(helpdesk, "human_silent_close")


def put(helpdesk: ZendeskSandbox, number: int, **ticket: Any) -> Reply:
    return send(helpdesk, "PUT", f"/api/v2/tickets/{number}.json", {"ticket": ticket})


def newest(helpdesk: ZendeskSandbox, number: int) -> Any:
    return get(helpdesk, f"/api/v2/tickets/{number}/comments?sort=-created_at&page[size]=1")["comments"][0]


def test_a_private_note_is_stored_and_recorded(helpdesk: ZendeskSandbox, number: int) -> None:
    helpdesk.advance(5)
    reply = put(helpdesk, number, comment={"html_body": "<p>Draft</p><p>[draft:01X]</p>", "public": False})
    assert reply.status == 200
    assert reply.body["audit"]["author_id"] == 6_100_000_000_001
    comment = newest(helpdesk, number)
    assert (comment["public"], comment["plain_body"]) == (False, "Draft[draft:01X]")
    assert comment["html_body"] == '<div class="zd-comment" dir="auto"><p>Draft</p><p>[draft:01X]</p></div>'
    assert [(w.ticket_id, w.public, w.audit_id) for w in helpdesk.writes] == [(number, False, comment["audit_id"])]
    assert helpdesk.public_writes == []


def test_a_comment_without_the_flag_goes_to_the_customer(helpdesk: ZendeskSandbox, number: int) -> None:
    put(helpdesk, number, comment={"body": "Oops"})
    assert newest(helpdesk, number)["public"] is True
    assert [write.body for write in helpdesk.public_writes] == ["Oops"]


def test_placeholders_are_executed_outside_code_only(helpdesk: ZendeskSandbox, number: int) -> None:
    html = "<p>{{ticket.id}} {{agent.secret}} <code>{{ticket.id}}</code> &#123;&#123;ticket.id}}</p>"
    put(helpdesk, number, comment={"html_body": html, "public": False})
    assert helpdesk.writes[0].body == f"<p>{number}  <code>{{{{ticket.id}}}}</code> &#123;&#123;ticket.id}}}}</p>"


def test_data_attributes_and_comments_do_not_survive(helpdesk: ZendeskSandbox, number: int) -> None:
    put(helpdesk, number, comment={"html_body": '<p data-draft="01X">Hi<!-- 01X --></p>', "public": False})
    assert helpdesk.writes[0].body == "<p>Hi</p>"


def test_a_safe_update_with_an_old_stamp_writes_nothing(helpdesk: ZendeskSandbox, number: int) -> None:
    stamp = get(helpdesk, f"/api/v2/tickets/{number}")["ticket"]["updated_at"]
    helpdesk.advance(10)
    helpdesk.update(number, comment="I wrote in between")
    note = {"body": "Draft", "public": False}
    for safe in (True, False):
        reply = put(helpdesk, number, comment=note, safe_update=safe, updated_stamp=stamp)
        assert (reply.status, reply.body["error"]) == (409, "UpdateConflict")
    assert helpdesk.writes == []
    fresh = get(helpdesk, f"/api/v2/tickets/{number}")["ticket"]["updated_at"]
    assert put(helpdesk, number, comment=note, safe_update=True, updated_stamp=fresh).status == 200


def test_a_closed_ticket_refuses_every_write(helpdesk: ZendeskSandbox) -> None:
    reply = put(helpdesk, number_of(helpdesk, "follow_up_late"), comment={"body": "x", "public": False})
    assert reply.status == 422
    assert reply.body["details"] == {"status": [{"description": "Status: closed prevents ticket update"}]}


def test_an_ai_agent_ticket_is_read_only(helpdesk: ZendeskSandbox) -> None:
    rows = all_tickets(helpdesk, "&support_type_scope=ai_agent")
    number = next(row["id"] for row in rows if row["status"] == "solved")
    assert put(helpdesk, number, comment={"body": "x", "public": False}).status == 403
    assert helpdesk.writes == []


@pytest.mark.parametrize(("body", "status"), [([], 400), ({"ticket": 1}, 400), ({"ticket": {"status": "odd"}}, 422)])
def test_a_request_that_makes_no_sense_is_refused(
    helpdesk: ZendeskSandbox, number: int, body: Any, status: int
) -> None:
    assert send(helpdesk, "PUT", f"/api/v2/tickets/{number}", body).status == status


def test_what_is_gone_is_404(helpdesk: ZendeskSandbox) -> None:
    assert put(helpdesk, 9999, status="open").status == 404
    assert put(helpdesk, number_of(helpdesk, "deleted"), status="open").status == 404
    assert send(helpdesk, "PUT", "/api/v2/tickets/9999/tags", {"tags": ["a"]}).status == 404


def test_fields_change_with_the_comment(helpdesk: ZendeskSandbox, number: int) -> None:
    helpdesk.advance(5)
    reply = put(
        helpdesk,
        number,
        status="open",
        priority="low",
        assignee_id=6_000_000_000_003,
        group_id=5_000_000_000_002,
        additional_tags=["clonedesk_draft"],
        remove_tags=["ai_handoff"],
        custom_fields=[{"id": 5_400_000_000_002, "value": "escalated"}],
    )
    ticket = reply.body["ticket"]
    assert (ticket["status"], ticket["priority"]) == ("open", "low")
    assert (ticket["assignee_id"], ticket["group_id"]) == (6_000_000_000_003, 5_000_000_000_002)
    assert "clonedesk_draft" in ticket["tags"]
    assert "ai_handoff" not in ticket["tags"]
    assert {"id": 5_400_000_000_002, "value": "escalated"} in ticket["custom_fields"]
    assert helpdesk.writes[0].public is None
    assert put(helpdesk, number, assignee_id=None, tags=["only"]).body["ticket"]["tags"] == ["only"]


def test_tags_are_added_replaced_and_removed(helpdesk: ZendeskSandbox, number: int) -> None:
    path = f"/api/v2/tickets/{number}/tags"
    assert "draft" in send(helpdesk, "PUT", path, {"tags": ["draft"]}).body["tags"]
    assert send(helpdesk, "POST", path, {"tags": ["one", "two"]}).body["tags"] == ["one", "two"]
    assert send(helpdesk, "DELETE", path, {"tags": ["one"]}).status == 204
    assert get(helpdesk, f"/api/v2/tickets/{number}")["ticket"]["tags"] == ["two"]
    assert send(helpdesk, "PUT", path, {"tags": "draft"}).status == 400
    assert [write.method for write in helpdesk.writes] == ["PUT", "POST", "DELETE"]


def test_a_write_whose_answer_is_lost_has_happened_all_the_same(helpdesk: ZendeskSandbox, number: int) -> None:
    helpdesk.faults = Faults(Rule(lost_answer(504), method="PUT", nth={1}))
    assert put(helpdesk, number, comment={"body": "Draft", "public": False}).status == 504
    assert len(helpdesk.writes) == 1
    assert newest(helpdesk, number)["plain_body"] == "Draft"


def test_the_next_pull_sees_the_write(helpdesk: ZendeskSandbox, number: int) -> None:
    helpdesk.advance(100)
    put(helpdesk, number, comment={"body": "Draft", "public": False})
    helpdesk.advance(61)
    assert all_tickets(helpdesk)[-1]["id"] == number
