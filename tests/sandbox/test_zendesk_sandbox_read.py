"""The reading side of the Zendesk sandbox: what is there, how it pages, and what it hides."""

import base64
from typing import Any

import pytest

from clonedesk_connectors.testing.sandbox.zendesk import ZendeskSandbox
from clonedesk_connectors.testing.world import World
from tests.sandbox.client import all_events, all_tickets, get, send


@pytest.fixture(scope="module")
def helpdesk() -> ZendeskSandbox:
    """For reading only; tests that change something build their own."""
    return ZendeskSandbox(World(seed=7, tickets=300), limits="none")


def number_of(helpdesk: ZendeskSandbox, scenario: str) -> int:
    stories = map(helpdesk.world.story, range(helpdesk.world.tickets))
    return next(story.number for story in stories if story.truth.scenario == scenario)


def comments_in(events: list[Any]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for row in events:
        for child in row["child_events"]:
            if child["event_type"] == "Comment":
                found.setdefault(row["ticket_id"], []).append(child)
    return found


# --- tickets by cursor ---


def test_small_pages_give_the_same_tickets_in_the_same_order_as_one(helpdesk: ZendeskSandbox) -> None:
    whole = all_tickets(helpdesk)
    assert len(whole) == 300
    assert all_tickets(helpdesk, "&support_type_scope=all&per_page=7") == whole
    places = [(row["generated_timestamp"], row["id"]) for row in whole]
    assert places == sorted(places)


def test_the_cursor_holds_generated_time_and_id_of_the_last_row(helpdesk: ZendeskSandbox) -> None:
    page = get(helpdesk, "/api/v2/incremental/tickets/cursor?start_time=0&per_page=3")
    last = page["tickets"][-1]
    assert base64.b64decode(page["after_cursor"]).decode() == f"{last['generated_timestamp']}.0||{last['id']}|"
    assert page["end_of_stream"] is False
    assert page["after_url"].startswith("http://desk.test/api/v2/incremental/tickets/cursor.json?cursor=")
    assert page["after_url"].endswith("&per_page=3")


def test_the_last_cursor_starts_the_next_run(helpdesk: ZendeskSandbox) -> None:
    cursor = get(helpdesk, "/api/v2/incremental/tickets/cursor?start_time=0&support_type_scope=all")["after_cursor"]
    nothing = get(helpdesk, f"/api/v2/incremental/tickets/cursor?cursor={cursor}&support_type_scope=all")
    assert (nothing["tickets"], nothing["after_cursor"], nothing["end_of_stream"]) == ([], cursor, True)


def test_without_a_scope_the_tickets_only_the_ai_saw_are_missing(helpdesk: ZendeskSandbox) -> None:
    everything = {row["id"] for row in all_tickets(helpdesk)}
    ordinary = {row["id"] for row in all_tickets(helpdesk, "")}
    ai_only = {row["id"] for row in all_tickets(helpdesk, "&support_type_scope=ai_agent")}
    assert ordinary | ai_only == everything
    assert not ordinary & ai_only
    assert len(ai_only) > 20
    assert {row["ticket_id"] for row in all_events(helpdesk, "")} == ordinary


def test_a_deleted_ticket_is_a_row_that_can_be_left_out(helpdesk: ZendeskSandbox) -> None:
    number = number_of(helpdesk, "deleted")
    assert next(row["status"] for row in all_tickets(helpdesk) if row["id"] == number) == "deleted"
    kept = all_tickets(helpdesk, "&support_type_scope=all&exclude_deleted=true")
    assert number not in {row["id"] for row in kept}
    for path in (f"tickets/{number}", f"tickets/{number}/audits", f"tickets/{number}/comments", "tickets/9999/audits"):
        reply = send(helpdesk, "GET", f"/api/v2/{path}.json")
        assert (reply.status, reply.body["error"]) == (404, "RecordNotFound")


def test_sideloads_come_as_arrays_or_inside_the_ticket(helpdesk: ZendeskSandbox) -> None:
    names = "users,groups,organizations,brands,custom_statuses,metric_sets,comment_count,nonsense"
    page = get(helpdesk, f"/api/v2/incremental/tickets/cursor?start_time=0&support_type_scope=all&include={names}")
    row = page["tickets"][0]
    assert row["requester_id"] in {user["id"] for user in page["users"]}
    assert {group["name"] for group in page["groups"]} >= {"AI agents", "Billing"}
    assert page["organizations"][0]["organization_fields"]["tier"] in ("free", "standard", "premium", "enterprise")
    assert [status["status_category"] for status in page["custom_statuses"]] == [
        "new", "open", "pending", "hold", "solved", "hold",
    ]  # fmt: skip
    assert page["brands"][0]["default"] is True
    assert row["comment_count"] >= 1
    assert row["metric_set"]["ticket_id"] == row["id"]
    assert "nonsense" not in page


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("", "InvalidStartTime"),
        ("start_time=yesterday", "InvalidStartTime"),
        ("start_time=4102444800", "StartTimeTooRecent"),
        ("cursor=!!!", "InvalidValue"),
        ("cursor=aGVsbG8=", "InvalidValue"),
        ("start_time=0&include=last_audits", "InvalidInclude"),
    ],
)
def test_a_bad_start_is_a_400_that_names_it(helpdesk: ZendeskSandbox, query: str, code: str) -> None:
    reply = send(helpdesk, "GET", f"/api/v2/incremental/tickets/cursor?{query}")
    assert (reply.status, reply.body["errors"][0]["code"]) == (400, code)


# --- time-based pages ---


def test_a_full_page_of_events_repeats_its_last_second_on_the_next(helpdesk: ZendeskSandbox) -> None:
    first = get(helpdesk, "/api/v2/incremental/ticket_events?start_time=0&per_page=10&support_type_scope=all")
    assert first["count"] == len(first["ticket_events"]) == 10
    last = first["ticket_events"][-1]
    assert first["end_time"] == last["timestamp"]
    assert first["next_page"].endswith(f"start_time={last['timestamp']}&per_page=10")
    second = get(
        helpdesk,
        f"/api/v2/incremental/ticket_events?start_time={first['end_time']}&per_page=10&support_type_scope=all",
    )
    assert second["ticket_events"][0]["id"] == last["id"]


def test_a_page_within_one_second_is_extended_to_it_and_ends_a_second_later(helpdesk: ZendeskSandbox) -> None:
    seconds: dict[int, int] = {}
    for row in all_events(helpdesk):
        seconds[row["timestamp"]] = seconds.get(row["timestamp"], 0) + 1
    busy, count = max(seconds.items(), key=lambda item: item[1])
    assert count > 1
    page = get(helpdesk, f"/api/v2/incremental/ticket_events?start_time={busy}&per_page=1&support_type_scope=all")
    assert {row["timestamp"] for row in page["ticket_events"]} == {busy}
    assert (len(page["ticket_events"]), page["end_time"], page["end_of_stream"]) == (count, busy + 1, False)


@pytest.mark.parametrize("size", [1, 13])
def test_walking_by_end_time_finds_every_event_with_any_page_size(helpdesk: ZendeskSandbox, size: int) -> None:
    small = all_events(helpdesk, f"&support_type_scope=all&include=comment_events&per_page={size}")
    assert small == all_events(helpdesk)


def test_tickets_and_organizations_have_time_based_exports_too(helpdesk: ZendeskSandbox) -> None:
    tickets = get(helpdesk, "/api/v2/incremental/tickets.json?start_time=0&support_type_scope=all")
    assert (tickets["count"], tickets["end_of_stream"]) == (300, True)
    assert tickets["next_page"].endswith(f"start_time={tickets['end_time']}")
    organizations = get(helpdesk, "/api/v2/incremental/organizations?start_time=0&per_page=10")
    assert len(organizations["organizations"]) == 40
    later = get(helpdesk, f"/api/v2/incremental/organizations?start_time={organizations['end_time'] + 1}")
    assert (later["organizations"], later["end_of_stream"]) == ([], True)


# --- events and audits ---


def test_bulk_comments_and_audits_together_are_complete(helpdesk: ZendeskSandbox) -> None:
    bulk = comments_in(all_events(helpdesk))
    rows = all_tickets(helpdesk, "&support_type_scope=all&include=comment_count")
    short = [row["id"] for row in rows if row["comment_count"] != len(bulk.get(row["id"], []))]
    truncated = [n for n in short if helpdesk.world.story(n - 1).truth.scenario == "truncated_history"]
    archived = [n for n in short if n not in truncated]
    assert truncated
    assert archived == list(helpdesk.desk.archived)
    for row in rows:
        if row["id"] in archived:
            audits = get(helpdesk, f"/api/v2/tickets/{row['id']}/audits?page[size]=2")
            assert audits["meta"] == {"has_more": False}
            comments = [e for audit in audits["audits"] for e in audit["events"] if e["type"] == "Comment"]
            assert len(comments) == row["comment_count"]
        elif row["status"] != "deleted":
            listed = get(helpdesk, f"/api/v2/tickets/{row['id']}/comments")["comments"]
            assert [c["id"] for c in listed] == [c["id"] for c in bulk[row["id"]]]
            assert (len(listed) == row["comment_count"]) == (row["id"] not in truncated)


def test_the_two_shapes_of_a_change_say_the_same(helpdesk: ZendeskSandbox) -> None:
    number = number_of(helpdesk, "handover_answered")
    bulk = {row["id"]: row for row in all_events(helpdesk) if row["ticket_id"] == number}
    audits = get(helpdesk, f"/api/v2/tickets/{number}/audits")["audits"]
    assert set(bulk) == {audit["id"] for audit in audits}
    seen = set()
    for audit in audits:
        children = {child["id"]: child for child in bulk[audit["id"]]["child_events"]}
        for event in audit["events"]:
            child = children[event["id"]]
            assert child["event_type"] == event["type"]
            if event["type"] == "Change" and event["field_name"] == "group_id":
                assert child["group_id"] == int(event["value"])
                assert isinstance(event["value"], str)
                seen.add("id")
            if event["type"] == "Change" and event["field_name"] == "tags":
                assert sorted(set(event["value"]) - set(event["previous_value"])) == child["added_tags"]
                assert child["removed_tags"] == []
                seen.add("tags")
            if event["type"] == "Change" and event["field_name"] == "status":
                assert (child["status"], child["previous_value"]) == (event["value"], event["previous_value"])
                seen.add("status")
    assert seen == {"id", "tags", "status"}


def test_via_is_a_word_in_bulk_and_an_object_in_audits(helpdesk: ZendeskSandbox) -> None:
    number = number_of(helpdesk, "ai_silent_answer")
    audits = get(helpdesk, f"/api/v2/tickets/{number}/audits")["audits"]
    closing = next(audit for audit in audits if audit["author_id"] == -1)
    assert closing["via"]["source"]["rel"] == "automation"
    assert closing["via"]["source"]["from"]["title"] == "Solve pending tickets without an answer"
    row = next(row for row in all_events(helpdesk) if row["id"] == closing["id"])
    assert (row["via"], row["via_reference_id"], row["updater_id"]) == ("Rule", 5_600_000_000_001, -1)


def test_a_public_answer_by_mail_brings_a_notification_by_a_trigger(helpdesk: ZendeskSandbox) -> None:
    number = number_of(helpdesk, "follow_up_late")
    audit = get(helpdesk, f"/api/v2/tickets/{number}/audits")["audits"][1]
    event = audit["events"][-1]
    assert (event["type"], event["via"]["source"]["rel"]) == ("Notification", "trigger")
    row = next(row for row in all_events(helpdesk) if row["id"] == audit["id"])
    child = row["child_events"][-1]
    assert (child["event_type"], child["via"], child["via_reference_id"]) == ("Notification", "Rule", 5_600_000_000_007)


def test_without_comment_events_a_comment_is_only_announced(helpdesk: ZendeskSandbox) -> None:
    events = all_events(helpdesk, "&support_type_scope=all")
    child = events[0]["child_events"][0]
    assert (child["event_type"], child["comment_present"], child["comment_public"]) == ("Comment", True, True)
    assert "body" not in child


def test_a_custom_field_is_keyed_by_its_id(helpdesk: ZendeskSandbox) -> None:
    number = number_of(helpdesk, "conflicting_labels")
    children = [c for row in all_events(helpdesk) if row["ticket_id"] == number for c in row["child_events"]]
    assert {"5400000000002": "escalated"} in [child.get("custom_ticket_fields") for child in children]
    fields = get(helpdesk, f"/api/v2/tickets/{number}")["ticket"]["custom_fields"]
    assert {"id": 5_400_000_000_002, "value": "escalated"} in fields


def test_a_redacted_comment_is_gone_everywhere_and_the_redaction_is_an_event(helpdesk: ZendeskSandbox) -> None:
    number = number_of(helpdesk, "redacted_message")
    rows = [row for row in all_events(helpdesk) if row["ticket_id"] == number]
    assert "4111" not in str(rows) + str(get(helpdesk, f"/api/v2/tickets/{number}/audits"))
    event = next(c for row in rows for c in row["child_events"] if c["event_type"] == "CommentRedactionEvent")
    comment = next(c for row in rows for c in row["child_events"] if c["id"] == event["comment_id"])
    assert comment["plain_body"] == "▇▇▇▇▇▇▇▇"


@pytest.mark.parametrize(("scenario", "at_first"), [("note_made_public", False), ("message_made_private", True)])
def test_a_visibility_change_shows_the_old_value_in_bulk_and_the_new_one_in_audits(
    helpdesk: ZendeskSandbox, scenario: str, at_first: bool
) -> None:
    number = number_of(helpdesk, scenario)
    children = [c for row in all_events(helpdesk) if row["ticket_id"] == number for c in row["child_events"]]
    change = next(child for child in children if child["event_type"] == "CommentPrivacyChange")
    assert change["public"] is not at_first
    assert next(c["public"] for c in children if c["id"] == change["comment_id"]) is at_first
    listed = get(helpdesk, f"/api/v2/tickets/{number}/comments")["comments"]
    assert next(c["public"] for c in listed if c["id"] == change["comment_id"]) is not at_first


@pytest.mark.parametrize(
    ("scenario", "kind"),
    [("merged", "TicketMerge"), ("side_channel", "VoiceComment"), ("side_conversation", "CollabThreadCreated")],
)
def test_rarer_events_keep_their_own_types(helpdesk: ZendeskSandbox, scenario: str, kind: str) -> None:
    number = number_of(helpdesk, scenario)
    events = [e for audit in get(helpdesk, f"/api/v2/tickets/{number}/audits")["audits"] for e in audit["events"]]
    assert kind in [event["type"] for event in events]


def test_a_merged_ticket_names_its_target_in_tag_via_and_comment(helpdesk: ZendeskSandbox) -> None:
    number = number_of(helpdesk, "merged")
    ticket = get(helpdesk, f"/api/v2/tickets/{number}")["ticket"]
    assert (ticket["status"], "closed_by_merge" in ticket["tags"]) == ("closed", True)
    last = get(helpdesk, f"/api/v2/tickets/{number}/comments?sort=-created_at&page[size]=1")["comments"][0]
    assert f"#{number + 1}" in last["plain_body"]
    source = get(helpdesk, f"/api/v2/tickets/{number}/audits")["audits"][-1]["via"]["source"]
    assert (source["rel"], source["to"]["ticket_id"]) == ("merge", number + 1)


def test_a_follow_up_knows_its_parent_and_the_parent_its_follow_up(helpdesk: ZendeskSandbox) -> None:
    parent = number_of(helpdesk, "follow_up_late")
    assert get(helpdesk, f"/api/v2/tickets/{parent}")["ticket"]["followup_ids"] == [parent + 1]
    source = get(helpdesk, f"/api/v2/tickets/{parent + 1}")["ticket"]["via"]["source"]
    assert (source["rel"], source["from"]["ticket_id"]) == ("follow_up", parent)


def test_a_custom_status_lies_inside_its_category(helpdesk: ZendeskSandbox) -> None:
    number = number_of(helpdesk, "custom_status")
    events = [e for audit in get(helpdesk, f"/api/v2/tickets/{number}/audits")["audits"] for e in audit["events"]]
    changes = [(e["field_name"], e["value"]) for e in events if e["type"] == "Change"]
    assert ("status", "hold") in changes
    assert ("custom_status_id", "5300000000020") in changes
    assert ("custom_status_id", "5300000000004") not in changes
