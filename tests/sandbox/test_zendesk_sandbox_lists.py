"""Lists and ratings of the Zendesk sandbox, and what happens when its time moves or a ticket changes."""

import pytest

from clonedesk_connectors.testing.sandbox.zendesk import ZendeskSandbox
from clonedesk_connectors.testing.world import World
from tests.sandbox.client import all_events, all_tickets, basic, get, send
from tests.sandbox.test_zendesk_sandbox_read import number_of


@pytest.fixture(scope="module")
def helpdesk() -> ZendeskSandbox:
    """For reading only; tests that change something take `changing`."""
    return ZendeskSandbox(World(seed=7, tickets=300), limits="none")


@pytest.fixture
def changing() -> ZendeskSandbox:
    return ZendeskSandbox(World(seed=7, tickets=120), limits="none")


# --- lists ---


def test_cursor_pagination_ends_with_has_more_false(helpdesk: ZendeskSandbox) -> None:
    first = get(helpdesk, "/api/v2/users?role[]=agent&role[]=admin&page[size]=20")
    assert (len(first["users"]), first["meta"]["has_more"]) == (20, True)
    rest = get(
        helpdesk, f"/api/v2/users?role[]=agent&role[]=admin&page[size]=20&page[after]={first['meta']['after_cursor']}"
    )
    assert rest["meta"]["has_more"] is False
    assert rest["links"]["next"] is None
    names = [user["name"] for user in first["users"] + rest["users"]]
    assert len(names) == 28
    assert {"Nova AI Agent", "Support", "Operations", "Review Integration"} <= set(names)


def test_end_users_are_listed_and_exported(helpdesk: ZendeskSandbox) -> None:
    listed = get(helpdesk, "/api/v2/users?role=end-user&page=2&per_page=100")
    assert (len(listed["users"]), listed["next_page"]) == (84, None)
    page = get(helpdesk, "/api/v2/incremental/users/cursor?start_time=0&per_page=200")
    assert (len(page["users"]), page["end_of_stream"]) == (200, False)
    rest = get(helpdesk, f"/api/v2/incremental/users/cursor?cursor={page['after_cursor']}&per_page=200")
    assert (len(rest["users"]), rest["end_of_stream"]) == (12, True)


def test_offset_pagination_has_counts_links_and_an_end(helpdesk: ZendeskSandbox) -> None:
    page = get(helpdesk, "/api/v2/ticket_fields?per_page=3")
    assert len(page["ticket_fields"]) == 3
    assert page["next_page"].endswith("page=2&per_page=3")
    deep = send(helpdesk, "GET", "/api/v2/users?page=101&per_page=100")
    assert (deep.status, deep.body["errors"][0]["code"]) == (400, "InvalidPaginationDepth")
    bad = send(helpdesk, "GET", "/api/v2/groups?page[after]=nonsense")
    assert bad.status == 400


def test_directory_lists_answer(helpdesk: ZendeskSandbox) -> None:
    assert len(get(helpdesk, "/api/v2/groups.json?page[size]=100")["groups"]) == 4
    assert get(helpdesk, "/api/v2/brands?page[size]=1")["brands"][0]["name"] == "Hollowbrook"
    assert len(get(helpdesk, "/api/v2/custom_statuses")["custom_statuses"]) == 6
    both = get(helpdesk, "/api/v2/tickets/show_many?ids=1,2,9999&include=users")
    assert [row["id"] for row in both["tickets"]] == [1, 2]
    many = ",".join(str(n) for n in range(1, 102))
    assert send(helpdesk, "GET", f"/api/v2/tickets/show_many?ids={many}").status == 400
    users = get(helpdesk, "/api/v2/tickets/1/comments?include=users")["users"]
    assert {user["role"] for user in users} == {"end-user", "agent"}


def test_ratings_are_good_or_bad_before_the_survey_and_one_to_five_after(helpdesk: ZendeskSandbox) -> None:
    old = get(helpdesk, "/api/v2/satisfaction_ratings?score=received&page[size]=100")["satisfaction_ratings"]
    assert {row["score"] for row in old} == {"good", "bad"}
    every = get(helpdesk, "/api/v2/satisfaction_ratings?page[size]=100")["satisfaction_ratings"]
    assert "offered" in {row["score"] for row in every}
    new = get(helpdesk, "/api/v2/guide/survey_responses?page[size]=100")["survey_responses"]
    assert {answer["rating"] for row in new for answer in row["answers"][:1]} == {1, 2, 4, 5}
    on_ticket = get(helpdesk, f"/api/v2/tickets/{old[0]['ticket_id']}")["ticket"]["satisfaction_rating"]
    assert on_ticket["score"] == old[0]["score"]
    surveyed = int(new[0]["subjects"][0]["id"])
    assert get(helpdesk, f"/api/v2/tickets/{surveyed}")["ticket"]["satisfaction_rating"] == {"score": "unoffered"}
    one = get(helpdesk, f"/api/v2/guide/survey_responses?filter[subject_zrns]=zen:ticket:{surveyed}&page[size]=5")
    assert [row["id"] for row in one["survey_responses"]] == [new[0]["id"]]


def test_ratings_can_be_asked_for_since_a_time(helpdesk: ZendeskSandbox) -> None:
    start_s = helpdesk.world.start_s + 90 * 86_400
    late = get(helpdesk, f"/api/v2/satisfaction_ratings?start_time={start_s}&page[size]=100")["satisfaction_ratings"]
    every = get(helpdesk, "/api/v2/satisfaction_ratings?page[size]=100")["satisfaction_ratings"]
    assert 0 < len(late) < len(every)
    end_ms = helpdesk.world.end_s * 1000
    assert get(helpdesk, f"/api/v2/guide/survey_responses?filter[created_at_start]={end_ms}")["survey_responses"] == []


# --- time and change ---


def test_system_updates_move_generated_time_and_not_updated_at(changing: ZendeskSandbox) -> None:
    before = get(changing, "/api/v2/tickets/1")["ticket"]
    changing.advance(3600)
    changing.touch(1)
    changing.advance(61)
    after = all_tickets(changing)[-1]
    assert after["id"] == 1
    assert after["updated_at"] == before["updated_at"]
    assert after["generated_timestamp"] == changing.world.end_s + 3600


def test_the_newest_minute_is_withheld(changing: ZendeskSandbox) -> None:
    number = number_of(changing, "handover_answered")
    changing.advance(600)
    changing.update(number, by="human", comment="One more thing", public=False)
    assert all_tickets(changing)[-1]["id"] != number
    changing.advance(60)
    row = all_tickets(changing)[-1]
    assert (row["id"], row["generated_timestamp"]) == (number, changing.world.end_s + 600)
    newest = all_events(changing)[-1]
    assert newest["child_events"][0]["plain_body"] == "One more thing"
    assert newest["child_events"][0]["public"] is False


def test_a_customer_who_writes_again_reopens(changing: ZendeskSandbox) -> None:
    number = number_of(changing, "low_csat")
    assert get(changing, f"/api/v2/tickets/{number}")["ticket"]["status"] == "solved"
    changing.advance(600)
    changing.update(number, comment="Still there", priority="urgent", tag="vip")
    ticket = get(changing, f"/api/v2/tickets/{number}")["ticket"]
    assert (ticket["status"], ticket["priority"], "vip" in ticket["tags"]) == ("open", "urgent", True)
    assert ticket["updated_at"] == "2026-10-30T00:10:00Z"


def test_the_future_happens_when_time_advances(changing: ZendeskSandbox) -> None:
    number = number_of(changing, "window_open_at_the_end")
    before = len(get(changing, f"/api/v2/tickets/{number}/audits")["audits"])
    changing.advance(5 * 86_400)
    audits = get(changing, f"/api/v2/tickets/{number}/audits")["audits"]
    assert len(audits) > before
    ids = [row["id"] for row in all_events(changing) if row["ticket_id"] == number]
    assert ids == [audit["id"] for audit in audits]


def test_a_person_turns_an_ai_agent_ticket_into_an_ordinary_one(changing: ZendeskSandbox) -> None:
    number = all_tickets(changing, "&support_type_scope=ai_agent")[0]["id"]
    changing.update(number, by="ai", comment="Automatic")
    changing.advance(61)
    assert number in {row["id"] for row in all_tickets(changing, "&support_type_scope=ai_agent")}
    changing.update(number, by="human", comment="Hello, I am taking over")
    changing.advance(61)
    assert number not in {row["id"] for row in all_tickets(changing, "&support_type_scope=ai_agent")}
    assert all_tickets(changing, "")[-1]["id"] == number


def test_a_live_change_takes_the_place_of_what_was_planned(changing: ZendeskSandbox) -> None:
    number = number_of(changing, "open_at_the_end")
    changing.update(number, comment="Never mind")
    changing.advance(5 * 86_400)
    bodies = [c["plain_body"] for c in get(changing, f"/api/v2/tickets/{number}/comments")["comments"]]
    assert len(bodies) == 3
    assert bodies[-1] == "Never mind"


def test_unknown_paths_are_invalid_endpoints(helpdesk: ZendeskSandbox) -> None:
    reply = send(helpdesk, "GET", "/api/v2/suspended_tickets", headers=basic(helpdesk))
    assert (reply.status, reply.body["error"]["message"]) == (404, "InvalidEndpoint")
