"""The engine pulls from the Intercom sandbox: nothing lost, nothing asked twice, no limit broken."""

from __future__ import annotations

from collections import Counter
from math import ceil
from pathlib import Path
from random import Random

import pytest

from clonedesk_connectors.model import Handoff, Message, Ticket
from clonedesk_connectors.protocol import Request
from clonedesk_connectors.testing.sandbox.faults import Rule, answer, empty_body, html_page, truncated_json
from clonedesk_connectors.testing.sandbox.intercom import IntercomSandbox
from clonedesk_connectors.testing.sandbox.intercom_desk import ID_BASE
from clonedesk_connectors.testing.sandbox.intercom_search import Reading
from clonedesk_connectors.testing.sandbox.limits import Limit
from clonedesk_connectors.testing.world import World
from tests.sandbox_intercom.client import Clock, Desk, identity, number_of


def sandbox(tickets: int = 300, **options: object) -> IntercomSandbox:
    return IntercomSandbox(World(seed=7, tickets=tickets), limits="none", **options)  # type: ignore[arg-type]


def test_a_first_pull_costs_what_was_promised_and_a_second_one_next_to_nothing(tmp_path: Path) -> None:
    desk = Desk(sandbox(), tmp_path)
    report, wire = desk.pull()
    alive = 300 - len(desk.helpdesk.desk.deletions)
    assert wire.sent["conversations"] == ceil(alive / 150)
    assert wire.sent["conversation"] == alive
    others = sum(wire.sent.values()) - wire.sent["conversations"] - alive
    assert others <= 8
    assert report.tickets["new"] == 300
    assert (report.incomplete_tickets, report.failed_streams) == (1, {})  # one outgrew the vendor's 500 parts
    tickets = desk.tickets()

    again, wire = desk.pull()
    assert dict(wire.sent) == {"conversations": 1, "tickets": 1, "deleted": 1}
    assert again.tickets == {"new": 0, "changed": 0, "deleted": 0}
    assert desk.tickets() == tickets


def test_only_what_changed_is_fetched_again(tmp_path: Path) -> None:
    desk = Desk(sandbox(), tmp_path)
    desk.pull()
    desk.helpdesk.advance(5 * 86_400)
    future = {
        number
        for number in desk.helpdesk.desk.numbers()
        if desk.helpdesk.desk.updated_s(number) > desk.helpdesk.world.end_s
    }
    desk.helpdesk.update(17, comment="It came back")
    _, wire = desk.pull()
    assert wire.sent["conversation"] == len(future | {17})
    assert [one.body for one in desk.tickets()[identity(17)].events if isinstance(one, Message)][-1] == (
        "<p>It came back</p>"
    )


@pytest.mark.parametrize(
    "reading",
    [
        Reading(),
        Reading(or_equal=True),
        Reading(whole_days=True),
        Reading(whole_days=True, or_equal=True, midnight_s=7200),
        Reading(sorts=False),
    ],
    ids=["strict", "or equal", "whole days", "whole days or equal", "sort ignored"],
)
def test_nothing_is_lost_however_the_service_reads_the_query(tmp_path: Path, reading: Reading) -> None:
    desk = Desk(sandbox(240, reading=reading), tmp_path)
    dice = Random(3)

    def disturb(request: Request) -> None:
        if request.stream == "conversations" and "after" in (request.cursor or ""):
            for number in dice.sample(range(1, 241), 6):
                if number in desk.helpdesk.desk:
                    desk.helpdesk.advance(1)
                    desk.helpdesk.update(number, comment=f"more {number}")

    desk.pull(before=disturb)
    assert desk.tickets().keys() == {identity(number) for number in range(1, 241)}
    desk.pull()
    assert_current(desk)


def test_3000_conversations_with_half_of_the_pages_disturbed_and_none_lost(tmp_path: Path) -> None:
    desk = Desk(sandbox(3000), tmp_path)
    dice = Random(11)
    pages: Counter[bool] = Counter()

    def disturb(request: Request) -> None:
        if request.stream != "conversations":
            return
        disturbed = sum(pages.values()) % 2 == 1
        pages[disturbed] += 1
        if disturbed:
            desk.helpdesk.advance(2)
            for number in dice.sample(range(1, 3001), 40):
                if number in desk.helpdesk.desk:
                    desk.helpdesk.update(number, comment=f"update {number}")

    report, _ = desk.pull(before=disturb)
    assert pages[True] >= 10
    assert desk.tickets().keys() == {identity(number) for number in range(1, 3001)}
    assert (report.failed_streams, report.dead_letters) == ({}, 0)
    assert_current(desk)


def assert_current(desk: Desk) -> None:
    """Every ticket that was not deleted is the conversation as it stands now, by the sandbox's own books."""
    books = desk.helpdesk.desk
    for native_id, ticket in desk.tickets().items():
        number = int(native_id) - ID_BASE
        if number in books:
            assert ticket.version == books.updated_s(number)
            said = len(books.history(number).said) - (1 if books.story(number).lost_turns else 0)
            assert ticket.coverage.messages_got == said or books.story(number).lost_turns


def test_a_conversation_deleted_between_search_and_detail_is_a_tombstone(tmp_path: Path) -> None:
    desk = Desk(sandbox(60), tmp_path)

    def delete(request: Request) -> None:
        if request.subject == identity(9):
            desk.helpdesk.delete(9)

    report, _ = desk.pull(before=delete)
    gone = desk.tickets()[identity(9)]
    assert (gone.deleted, gone.coverage.gaps[0].why) == (True, "the conversation answered 404")
    assert (report.failed_streams, report.dead_letters) == ({}, 0)
    desk.pull()
    assert [event.kind for event in desk.tickets()[identity(9)].events][-1] == "deleted"


def test_deletions_come_later_as_marks_on_the_history(tmp_path: Path) -> None:
    desk = Desk(sandbox(60), tmp_path)
    desk.pull()
    desk.helpdesk.delete(9)
    report, wire = desk.pull()
    ticket = desk.tickets()[identity(9)]
    assert (ticket.deleted, ticket.coverage.messages_got > 0) == (True, True)
    assert (report.tickets["deleted"], wire.sent["conversation"]) == (1, 0)


def test_an_older_version_pulls_the_same_tickets_without_the_deletions(tmp_path: Path) -> None:
    desk = Desk(sandbox(60), tmp_path, options={"api_version": "2.11"})
    report, _ = desk.pull()
    assert report.skipped_streams == {"deleted": "HTTP 400 intercom_version_invalid"}
    assert len(desk.tickets()) == 60 - len(desk.helpdesk.desk.deletions)
    assert {ticket.custom_fields["Intercom-Version"] for ticket in desk.tickets().values()} == {"2.11"}


def test_not_one_request_beyond_the_limit(tmp_path: Path) -> None:
    clock = Clock()
    helpdesk = IntercomSandbox(World(seed=7, tickets=300), limits={"app": Limit(100, 10)}, clock=clock)
    started_s = clock.now_s
    report, wire = Desk(helpdesk, tmp_path, clock).pull()
    assert helpdesk.violations == []
    assert sum(wire.sent.values()) == 302
    assert clock.now_s - started_s < 45
    assert (report.failed_streams, report.dead_letters) == ({}, 0)


def test_faults_on_the_way_change_nothing(tmp_path: Path) -> None:
    whole = Desk(sandbox(80), tmp_path)
    whole.pull()
    (tmp_path / "faulty").mkdir()
    helpdesk = sandbox(80)
    error = {"type": "error.list", "errors": [{"code": "service_unavailable"}]}
    limited = {"type": "error.list", "errors": [{"code": "rate_limit_exceeded"}]}
    helpdesk.faults.add(
        Rule(html_page(), path="/conversations/search", nth={1}),
        Rule(empty_body(), path="/conversations/[0-9]*", every=11),
        Rule(truncated_json(), path="/conversations/[0-9]*", every=13),
        Rule(answer(503, error), path="/conversations/[0-9]*", every=17),
        Rule(answer(429, limited), path="/conversations/[0-9]*", nth={5}),
        Rule(answer(200, error), path="/teams", nth={1}),
    )
    desk = Desk(helpdesk, tmp_path / "faulty")
    report, _ = desk.pull()
    assert (report.failed_streams, report.dead_letters) == ({}, 0)
    assert desk.tickets() == whole.tickets()


def test_hand_offs_and_people_are_found_where_the_world_put_them(tmp_path: Path) -> None:
    desk = Desk(sandbox(400), tmp_path)
    desk.pull()
    wrong, judged = [], 0
    for ticket in desk.tickets().values():
        truth = desk.helpdesk.world.story(int(ticket.native_id) - ID_BASE - 1).truth
        if truth.excluded or not truth.ai_touched or truth.scenario == "shared_account":
            continue
        judged += 1
        if handed_to_people(ticket) != truth.h_literal:
            wrong.append(truth.scenario)
    assert wrong == []
    assert judged > 250


def handed_to_people(ticket: Ticket) -> bool:
    """A hand-off, or a person's public message after the AI's first."""
    ai = next((one.seq for one in ticket.events if isinstance(one, Message) and one.actor.kind == "ai_agent"), None)
    after = [one for one in ticket.events if ai is not None and one.seq > ai]
    return any(
        isinstance(one, Handoff)
        or (isinstance(one, Message) and one.visibility == "public" and one.actor.kind == "human_agent")
        for one in after
    )


def test_previews_and_bot_inboxes_are_seen_for_what_they_are(tmp_path: Path) -> None:
    desk = Desk(sandbox(), tmp_path)
    desk.pull()
    tickets = desk.tickets()
    assert tickets[identity(number_of(desk.helpdesk, "internal_test"))].is_test
    routed = tickets[identity(number_of(desk.helpdesk, "ai_confirmed"))]
    assert [(one.to_kind, one.to_id) for one in routed.events if one.kind == "group"] == [("ai", "70000")]
    assert routed.assignee_kind == "ai"


def test_the_wire_never_carries_the_token_in_a_request(tmp_path: Path) -> None:
    desk = Desk(sandbox(20), tmp_path)
    seen: list[str] = []
    desk.pull(before=lambda request: seen.append(repr(request)))
    assert seen
    assert "sandbox-token" not in "".join(seen)
