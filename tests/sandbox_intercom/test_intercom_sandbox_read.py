"""The reading side of the Intercom sandbox: searches, cursors, versions, limits, and what they hide."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from clonedesk_connectors.testing.sandbox.intercom import IntercomSandbox
from clonedesk_connectors.testing.sandbox.intercom_search import Reading
from clonedesk_connectors.testing.sandbox.limits import Limit
from clonedesk_connectors.testing.world import World
from tests.sandbox_intercom.client import Clock, code, conversation, good, identity, number_of, parts, send, walk

ALL = {"field": "updated_at", "operator": ">", "value": 0}
ASCENDING = {"field": "updated_at", "order": "ascending"}


@pytest.fixture
def helpdesk() -> IntercomSandbox:
    return IntercomSandbox(World(seed=7, tickets=300), limits="none")


def search(helpdesk: IntercomSandbox, query: Any, **more: Any) -> Any:
    return good(helpdesk, "POST", "/conversations/search", {"query": query, **more})


def refused(helpdesk: IntercomSandbox, body: Any) -> tuple[int, str]:
    return code(send(helpdesk, "POST", "/conversations/search", body))


# --- searches ---


def test_small_pages_give_the_same_rows_as_one(helpdesk: IntercomSandbox) -> None:
    whole = list(walk(helpdesk, ALL, per_page=150, sort=ASCENDING))
    assert len(whole) == 300 - len(helpdesk.desk.deletions) > 290
    assert list(walk(helpdesk, ALL, per_page=7, sort=ASCENDING)) == whole
    assert [row["updated_at"] for row in whole] == sorted(row["updated_at"] for row in whole)


def test_without_a_sort_the_newest_comes_first(helpdesk: IntercomSandbox) -> None:
    times = [row["updated_at"] for row in walk(helpdesk, ALL)]
    assert times == sorted(times, reverse=True)


def test_search_rows_hold_everything_but_the_parts(helpdesk: IntercomSandbox) -> None:
    row = search(helpdesk, ALL)["conversations"][0]
    whole = good(helpdesk, "GET", f"/conversations/{row['id']}")
    assert whole.keys() - row.keys() == {"conversation_parts"}
    assert {name: whole[name] for name in row} == row


def test_the_cursor_is_a_position_in_milliseconds_with_a_tie_breaker_and_a_page(helpdesk: IntercomSandbox) -> None:
    page = search(helpdesk, ALL, pagination={"per_page": 3}, sort=ASCENDING)
    last = page["conversations"][-1]
    token = json.loads(base64.b64decode(page["pages"]["next"]["starting_after"]))
    assert token == [last["updated_at"] * 1000, int(last["id"]) - 215_468_000_000, 2]
    assert (page["pages"]["page"], page["pages"]["total_pages"], page["total_count"]) == (1, 99, 295)


def test_ascending_a_row_that_changes_is_met_again_and_descending_it_is_lost(helpdesk: IntercomSandbox) -> None:
    up = list(walk(helpdesk, ALL, sort=ASCENDING, between=lambda page: helpdesk.update(40 + page, comment="more")))
    assert {row["id"] for row in up} == {identity(number) for number in helpdesk.desk.numbers()}
    assert len(up) > len({row["id"] for row in up})

    oldest_s = min(map(helpdesk.desk.updated_s, helpdesk.desk.numbers()))
    oldest = next(number for number in helpdesk.desk.numbers() if helpdesk.desk.updated_s(number) == oldest_s)
    down = list(walk(helpdesk, ALL, between=lambda page: helpdesk.touch(oldest)))
    assert identity(oldest) not in {row["id"] for row in down}


@pytest.mark.parametrize(
    ("reading", "operator", "expected"),
    [
        (Reading(), ">", (False, True)),
        (Reading(or_equal=True), ">", (True, True)),
        (Reading(), "=", (True, False)),
        (Reading(whole_days=True), ">", (False, False)),
        (Reading(whole_days=True, or_equal=True), ">", (True, True)),
        (Reading(whole_days=True), "=", (True, True)),
    ],
)
def test_each_reading_of_a_date_filter_can_be_had(
    helpdesk: IntercomSandbox, reading: Reading, operator: str, expected: tuple[bool, bool]
) -> None:
    """At the second asked for, and one second later on the same day."""
    first, second = 11, 12
    for number, after in ((first, 500), (second, 501)):
        helpdesk.desk.touch(number, helpdesk.world.end_s + after)
    helpdesk.search.reading = reading
    query = {"field": "updated_at", "operator": operator, "value": helpdesk.world.end_s + 500}
    found = {row["id"] for row in walk(helpdesk, query)}
    assert (identity(first) in found, identity(second) in found) == expected


def test_groups_fields_and_lists_of_values(helpdesk: IntercomSandbox) -> None:
    tag = helpdesk.desk.tags.id_of("ai_escalated")
    query = {
        "operator": "AND",
        "value": [
            {"field": "state", "operator": "=", "value": "closed"},
            {"operator": "OR", "value": [{"field": "tag_ids", "operator": "IN", "value": [tag]}]},
            {"field": "updated_at", "operator": "<", "value": str(helpdesk.world.end_s)},
            {"field": "ai_agent_participated", "operator": "=", "value": True},
        ],
    }
    found = list(walk(helpdesk, query))
    assert len(found) > 5
    for row in found:
        assert (row["state"], row["ai_agent_participated"]) == ("closed", True)
        assert "ai_escalated" in [one["name"] for one in row["tags"]["tags"]]
    rest = list(walk(helpdesk, {"field": "tag_ids", "operator": "NIN", "value": [tag]}))
    assert not {row["id"] for row in found} & {row["id"] for row in rest}


@pytest.mark.parametrize(
    "body",
    [
        None,
        {},
        {"query": 5},
        {"query": ALL, "pagination": {"per_page": 151}},
        {"query": ALL, "pagination": 5},
        {"query": ALL, "pagination": {"starting_after": "!"}},
        {"query": ALL, "sort": {"field": "updated_at", "order": "up"}},
        {"query": {"field": "updated_at", "operator": ">", "value": "soon"}},
        {"query": {"field": "updated_at", "operator": "~", "value": 1}},
        {"query": {"field": "state", "operator": ">", "value": "open"}},
        {"query": {"field": "shoe_size", "operator": "=", "value": 1}},
        {"query": {"operator": "AND", "value": []}},
        {"query": {"operator": "AND", "value": [ALL] * 16}},
        {"query": {"operator": "AND", "value": [{"operator": "OR", "value": [{"operator": "OR", "value": [ALL]}]}]}},
    ],
)
def test_what_the_query_language_does_not_know_is_refused(helpdesk: IntercomSandbox, body: Any) -> None:
    assert refused(helpdesk, body) == (400, "parameter_invalid")


def test_the_plain_list_pages_from_the_newest(helpdesk: IntercomSandbox) -> None:
    first = good(helpdesk, "GET", "/conversations?per_page=2")
    token = first["pages"]["next"]["starting_after"]
    second = good(helpdesk, "GET", f"/conversations?per_page=2&starting_after={token}")
    rows = first["conversations"] + second["conversations"]
    assert len({row["id"] for row in rows}) == 4
    assert [row["updated_at"] for row in rows] == sorted((row["updated_at"] for row in rows), reverse=True)
    assert code(send(helpdesk, "GET", "/conversations?starting_after=!")) == (400, "parameter_invalid")


# --- one conversation ---


def test_the_source_comes_first_and_a_reopening_customer_writes_an_open_part(
    helpdesk: IntercomSandbox,
) -> None:
    number = number_of(helpdesk, "reopened_24h")
    whole = conversation(helpdesk, number)
    assert whole["source"]["author"]["type"] == "user"
    assert "<p>" in whole["source"]["body"]
    reopening = next(one for one in parts(helpdesk, number) if one["part_type"] == "open")
    assert (reopening["author"]["type"], "<p>" in reopening["body"]) == ("user", True)
    assert whole["statistics"] is None or whole["statistics"]["count_reopens"] == 1


def test_only_the_500_most_recent_parts_are_returned(helpdesk: IntercomSandbox) -> None:
    number = number_of(helpdesk, "ai_confirmed")
    before = len(parts(helpdesk, number))
    for count in range(520):
        helpdesk.update(number, by="human", comment=f"message {count}")
    listed = parts(helpdesk, number)
    assert len(listed) == 500
    assert "message 519" in listed[-1]["body"]
    assert conversation(helpdesk, number)["statistics"]["count_conversation_parts"] == before + 520


def test_lost_turns_are_counted_but_not_shown(helpdesk: IntercomSandbox) -> None:
    number = number_of(helpdesk, "truncated_history")
    whole = conversation(helpdesk, number)
    assert whole["statistics"]["count_conversation_parts"] > whole["conversation_parts"]["total_count"]


def test_messages_of_the_ai_are_marked_and_scripted_lines_are_not_answers(helpdesk: IntercomSandbox) -> None:
    number = number_of(helpdesk, "ai_greeting_only")
    authors = [part["author"] for part in parts(helpdesk, number) if part["author"]["name"] == "Fin"]
    assert [(author["from_ai_agent"], author["is_ai_answer"]) for author in authors] == [(True, False)]
    assert conversation(helpdesk, number)["ai_agent"]["resolution_state"] is None


def test_some_rows_break_the_schema_as_real_ones_do_unless_told_not_to(helpdesk: IntercomSandbox) -> None:
    numbers = list(helpdesk.desk.numbers())
    odd = [conversation(helpdesk, number) for number in numbers[:30]]
    assert any(row["statistics"] is None for row in odd)
    assert any(isinstance(part["id"], int) for row in odd for part in row["conversation_parts"]["conversation_parts"])
    plain = IntercomSandbox(helpdesk.world, limits="none", quirks=False)
    even = [conversation(plain, number) for number in numbers[:30]]
    assert all(row["statistics"] is not None for row in even)
    assert all(isinstance(part["id"], str) for row in even for part in row["conversation_parts"]["conversation_parts"])


def test_plain_text_can_be_asked_for(helpdesk: IntercomSandbox) -> None:
    whole = good(helpdesk, "GET", f"/conversations/{identity(1)}?display_as=plaintext")
    assert "<p>" not in whole["source"]["body"]


def test_redacted_text_is_replaced_in_its_place(helpdesk: IntercomSandbox) -> None:
    redacted = [part for part in parts(helpdesk, number_of(helpdesk, "redacted_message")) if part["redacted"]]
    assert [part["body"] for part in redacted] == ["<p><i>This message was deleted</i></p>"]
    assert redacted[0]["updated_at"] > redacted[0]["created_at"]


# --- versions ---


@pytest.mark.parametrize(
    ("version", "state", "priority", "key"),
    [
        ("2.11", "routed_to_team", "priority", "admins"),
        ("2.14", "routed_to_team", "priority", "admins"),
        ("2.15", "escalated", "priority", "admins"),
        ("2.16", "escalated", "high", "teammates"),
        (None, "routed_to_team", "priority", "admins"),
    ],
)
def test_words_differ_between_versions(
    helpdesk: IntercomSandbox, version: str | None, state: str, priority: str, key: str
) -> None:
    number = number_of(helpdesk, "handover_answered")
    whole = good(helpdesk, "GET", f"/conversations/{identity(number)}", version=version)
    assert (whole["ai_agent"]["resolution_state"], whole["priority"], key in whole["teammates"]) == (
        state,
        priority,
        True,
    )


def test_an_unanswered_rating_shows_only_before_2_15(helpdesk: IntercomSandbox) -> None:
    helpdesk.desk.change(1, "automation", 6, ("csat_offered", None, None))
    assert conversation(helpdesk, 1, "2.14")["conversation_rating"]["rating"] is None
    assert conversation(helpdesk, 1, "2.16")["conversation_rating"] is None


def test_ratings_say_whom_they_judge(helpdesk: IntercomSandbox) -> None:
    of_ai = conversation(helpdesk, number_of(helpdesk, "low_csat"))
    assert (of_ai["ai_agent"]["rating"], of_ai["conversation_rating"]) == (1, None)
    assert of_ai["ai_agent"]["rating_remark"]
    of_person = conversation(helpdesk, number_of(helpdesk, "handover_rated"))
    assert of_person["conversation_rating"]["teammate"]["type"] == "admin"
    assert of_person["ai_agent"]["rating"] is None


def test_unknown_versions_and_resources_of_later_versions_are_refused(helpdesk: IntercomSandbox) -> None:
    assert code(send(helpdesk, "GET", "/me", version="1.4")) == (400, "intercom_version_invalid")
    assert code(send(helpdesk, "GET", "/conversations/deleted", version="2.15")) == (400, "intercom_version_invalid")


# --- tickets, directory, deletions ---


def test_ticket_rows_bring_their_parts_and_share_the_id_of_the_conversation(helpdesk: IntercomSandbox) -> None:
    found = good(helpdesk, "POST", "/tickets/search", {"query": ALL, "pagination": {"per_page": 150}}, "2.11")
    assert len(found["tickets"]) > 15
    row = found["tickets"][0]
    whole = good(helpdesk, "GET", f"/conversations/{row['id']}")["conversation_parts"]["conversation_parts"]
    assert [part["id"] for part in row["ticket_parts"]["ticket_parts"]][:-1] == [part["id"] for part in whole]
    assert isinstance(row["ticket_state"], str)
    newer = good(helpdesk, "GET", f"/tickets/{row['id']}")
    assert newer["ticket_state"]["category"] == row["ticket_state"]
    assert code(send(helpdesk, "GET", f"/tickets/{identity(1)}")) == (404, "not_found")
    assert code(send(helpdesk, "POST", "/tickets/search", {})) == (400, "parameter_invalid")


def test_the_directory_lists_the_bot_as_an_admin_and_its_inbox_as_a_team_without_people(
    helpdesk: IntercomSandbox,
) -> None:
    admins = good(helpdesk, "GET", "/admins")["admins"]
    assert [one["name"] for one in admins if one["email"].startswith("operator+")] == ["Operator"]
    assert "Nova AI Agent" not in [one["name"] for one in admins]
    teams = {team["name"]: team["admin_ids"] for team in good(helpdesk, "GET", "/teams")["teams"]}
    assert (teams["AI agents"], len(teams["Billing"])) == ([], 8)
    assert "ai_escalated" in [tag["name"] for tag in good(helpdesk, "GET", "/tags")["data"]]
    me = good(helpdesk, "GET", "/me")
    assert (me["type"], me["app"]["region"]) == ("admin", "US")


def test_deleted_conversations_leave_every_list_but_their_own(helpdesk: IntercomSandbox) -> None:
    helpdesk.delete(5)
    helpdesk.delete(5)
    assert code(send(helpdesk, "GET", f"/conversations/{identity(5)}")) == (404, "not_found")
    assert identity(5) not in {row["id"] for row in walk(helpdesk, ALL)}
    listed = good(helpdesk, "GET", "/conversations/deleted?per_page=3")
    assert listed["conversations"][0]["id"] == identity(5)
    assert listed["total_count"] == 6
    assert listed["pages"]["next"].endswith("per_page=3&order=desc&page=2")
    rest = good(helpdesk, "GET", "/conversations/deleted?per_page=3&page=2&order=asc")
    assert (rest["conversations"][-1]["id"], rest["pages"]["next"]) == (identity(5), None)
    assert code(send(helpdesk, "GET", "/conversations/deleted?per_page=61")) == (400, "parameter_invalid")


# --- time, credentials, limits ---


def test_what_the_world_has_planned_happens_when_time_passes(helpdesk: IntercomSandbox) -> None:
    number = number_of(helpdesk, "open_at_the_end")
    before = conversation(helpdesk, number)
    helpdesk.advance(40 * 3600)
    after = conversation(helpdesk, number)
    assert (before["state"], after["state"]) == ("open", "closed")
    assert after["updated_at"] > before["updated_at"]


@pytest.mark.parametrize("path", ["/me", "/conversations/1", "/nowhere"])
def test_without_the_token_nothing_is_told(helpdesk: IntercomSandbox, path: str) -> None:
    assert code(send(helpdesk, "GET", path, token="guess")) == (401, "unauthorized")


def test_unknown_paths_and_wrong_methods_are_not_found(helpdesk: IntercomSandbox) -> None:
    assert code(send(helpdesk, "GET", "/nowhere")) == (404, "not_found")
    assert code(send(helpdesk, "PUT", "/me")) == (404, "not_found")


def test_the_limit_holds_per_window_of_ten_seconds_and_says_when_it_ends() -> None:
    clock = Clock()
    helpdesk = IntercomSandbox(World(seed=7, tickets=20), limits={"app": Limit(2, 10)}, clock=clock)
    headers = [send(helpdesk, "GET", "/me").headers for _ in range(2)]
    assert [one["x-ratelimit-remaining"] for one in headers] == ["1", "0"]
    assert (headers[0]["x-ratelimit-limit"], headers[0]["x-ratelimit-reset"]) == ("2", "1772352010")
    over = send(helpdesk, "GET", "/me")
    assert code(over) == (429, "rate_limit_exceeded")
    assert "retry-after" not in over.headers
    assert len(helpdesk.violations) == 1
    clock.now_s += 10
    assert send(helpdesk, "GET", "/me").status == 200
