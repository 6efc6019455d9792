"""What the Freshdesk sandbox shows, traps included."""

from __future__ import annotations

import json

import httpx
import pytest

from clonedesk_connectors.testing.sandbox.faults import Rule, html_page, rate_limited
from clonedesk_connectors.testing.sandbox.freshdesk import FreshdeskSandbox, plan_limits
from clonedesk_connectors.testing.sandbox.limits import Limit
from clonedesk_connectors.testing.world import World

from .drive import Clock, get, send

WORLD = World(seed=7, tickets=260)
ALL = "/api/v2/tickets?updated_since=2010-01-01T00:00:00Z&order_by=updated_at&order_type=asc&per_page=100"


def desk(**options: object) -> FreshdeskSandbox:
    return FreshdeskSandbox(WORLD, **({"limits": "none", "clock": Clock(), "archived_share": 0.3} | options))  # type: ignore[arg-type]


def code(reply: object) -> tuple[int, str, str]:
    error = reply.body["errors"][0]  # type: ignore[attr-defined]
    return reply.status, error["field"], error["code"]  # type: ignore[attr-defined]


def rows_of(helpdesk: FreshdeskSandbox, path: str) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    page = 1
    while True:
        reply = send(helpdesk, "GET", f"{path}&page={page}")
        assert reply.status == 200
        rows.extend(json.loads(reply.encoded()))
        if 'rel="next"' not in reply.headers.get("link", ""):
            return rows
        page += 1


# --- the list of tickets ---


def test_without_updated_since_the_list_holds_thirty_days_newest_first_and_thirty_a_page() -> None:
    helpdesk = desk()
    rows = get(helpdesk, "/api/v2/tickets")
    assert 0 < len(rows) <= 30
    created = [row["created_at"] for row in rows]
    assert created == sorted(created, reverse=True)
    assert min(created) >= "2026-09-30"
    assert "description" not in rows[0]
    assert "stats" not in rows[0]


def test_lists_by_change_hold_everything_but_spam_deleted_and_archived_tickets() -> None:
    helpdesk = desk()
    lists = (rows_of(helpdesk, f"{ALL}{more}") for more in ("", "&filter=spam", "&filter=deleted"))
    main, spam, deleted = ({int(str(row["id"])) for row in rows} for rows in lists)
    hidden = set(range(1, 261)) - main - spam - deleted
    assert not main & (spam | deleted)
    assert len(spam) >= 1
    assert len(deleted) >= 1
    assert {helpdesk.desk.place(number) for number in hidden} == {"archived"}
    assert all(send(helpdesk, "GET", f"/api/v2/tickets/{number}").status == 404 for number in hidden)


def test_rows_come_in_the_order_asked_for_and_updated_since_includes_its_second() -> None:
    helpdesk = desk()
    times = [row["updated_at"] for row in rows_of(helpdesk, ALL)]
    assert times == sorted(times)
    middle = times[50]
    later = rows_of(helpdesk, f"/api/v2/tickets?updated_since={middle}&order_by=updated_at&order_type=asc&per_page=100")
    assert later[0]["updated_at"] == middle
    down = get(helpdesk, ALL.replace("asc", "desc"))
    assert down[0]["updated_at"] == times[-1]
    by_status = get(helpdesk, "/api/v2/tickets?updated_since=2010-01-01&order_by=status&order_type=asc&per_page=100")
    statuses = [row["status"] for row in by_status]
    assert statuses == sorted(statuses)


@pytest.mark.parametrize(
    ("query", "refusal"),
    [
        ("page=301&per_page=1", (400, "page", "invalid_value")),
        ("page=0", (400, "page", "invalid_value")),
        ("per_page=101", (400, "per_page", "invalid_value")),
        ("per_page=many", (400, "per_page", "invalid_value")),
        ("include=conversations", (400, "include", "invalid_value")),
        ("since=2020-01-01", (400, "since", "invalid_field")),
        ("updated_since=yesterday", (400, "updated_since", "invalid_value")),
        ("filter=closed", (400, "filter", "invalid_value")),
        ("order_by=id", (400, "order_by", "invalid_value")),
    ],
)
def test_what_the_list_does_not_know_is_refused_with_the_field_and_a_code(query, refusal) -> None:
    assert code(send(desk(), "GET", f"/api/v2/tickets?{query}")) == refusal


def test_the_wall_says_what_the_vendor_says() -> None:
    reply = send(desk(), "GET", "/api/v2/tickets?page=301")
    assert reply.body == {
        "description": "Validation failed",
        "errors": [
            {
                "field": "page",
                "message": "You cannot access tickets beyond the 300th page. Please provide a smaller page number.",
                "code": "invalid_value",
            }
        ],
    }
    assert send(desk(), "GET", "/api/v2/tickets?page=300").body == []


def test_filters_that_look_complete_are_not() -> None:
    helpdesk = desk()
    mine = get(helpdesk, "/api/v2/tickets?filter=new_and_my_open&updated_since=2010-01-01&per_page=100")
    assert all((row["status"], row["responder_id"]) == (2, None) for row in mine)
    assert get(helpdesk, "/api/v2/tickets?filter=watching") == []
    requester = get(helpdesk, ALL)[0]["requester_id"]
    theirs = get(helpdesk, f"{ALL}&requester_id={requester}")
    assert {row["requester_id"] for row in theirs} == {requester}


def test_ties_can_be_shuffled_on_every_request() -> None:
    helpdesk = desk(ties="shuffled")
    helpdesk.bulk(range(100, 140))
    ids = [tuple(row["id"] for row in get(helpdesk, ALL + "&page=2")[-60:]) for _ in range(3)]
    assert len(set(ids)) == 3


def test_churn_moves_rows_while_the_list_is_read_by_page() -> None:
    helpdesk = desk(churn=3, archived_share=0.0)
    seen = {int(str(row["id"])) for row in rows_of(helpdesk, ALL)}
    listed = {n for n in range(1, 261) if helpdesk.desk.place(n) == "main"}
    assert seen < listed


def test_includes_add_what_they_say() -> None:
    row = get(desk(), f"{ALL}&include=stats,description,requester,company")[0]
    assert row["requester"]["email"].endswith("@example.com")
    assert row["description"].startswith("<")
    assert set(row["stats"]) == {
        "agent_responded_at", "requester_responded_at", "first_responded_at", "status_updated_at", "reopened_at",
        "resolved_at", "closed_at", "pending_since",
    }  # fmt: skip


def test_lists_may_be_null_on_some_tickets() -> None:
    rows = rows_of(desk(), ALL)
    assert {row["cc_emails"] is None for row in rows} == {True, False}
    assert {"nr_due_by" in row for row in rows} == {True, False}


# --- one ticket ---


def test_a_ticket_has_its_description_and_at_most_ten_conversations_with_it() -> None:
    helpdesk = desk()
    number = max(range(1, 261), key=lambda n: len(helpdesk.desk.history(n).said) * (helpdesk.desk.place(n) == "main"))
    row = get(helpdesk, f"/api/v2/tickets/{number}?include=conversations,stats")
    assert row["description"]
    assert row["id"] == number
    assert len(row["conversations"]) == min(
        10, len(get(helpdesk, f"/api/v2/tickets/{number}/conversations?per_page=100"))
    )
    assert code(send(helpdesk, "GET", f"/api/v2/tickets/{number}?include=description")) == (
        400,
        "include",
        "invalid_value",
    )


def test_an_archived_ticket_is_elsewhere_and_other_tickets_are_not_there() -> None:
    helpdesk = desk()
    helpdesk.archive(10)
    row = get(helpdesk, "/api/v2/tickets/archived/10")
    assert (row["id"], row["archived"]) == (10, True)
    assert get(helpdesk, "/api/v2/tickets/archived/10/conversations")
    for path in ("tickets/10", "tickets/10/conversations", "tickets/archived/11", "tickets/archived/11/conversations"):
        reply = send(helpdesk, "GET", f"/api/v2/{path}")
        assert (reply.status, reply.encoded()) == (404, b"")
    assert code(send(helpdesk, "GET", "/api/v2/tickets/archived/10?include=stats")) == (400, "include", "invalid_field")


def test_conversations_come_in_pages_in_order_of_creation() -> None:
    helpdesk = desk()
    for count in range(35):
        helpdesk.update(5, by="human", comment=f"answer {count}")
    first = send(helpdesk, "GET", "/api/v2/tickets/5/conversations")
    assert (len(first.body), 'rel="next"' in first.headers["link"]) == (30, True)
    assert first.headers["link"].startswith("<http://desk.test/api/v2/tickets/5/conversations?page=2>")
    every = get(helpdesk, "/api/v2/tickets/5/conversations?per_page=100")
    times = [row["created_at"] for row in every]
    assert times == sorted(times)
    assert every[-1]["body_text"] == "answer 34"


def test_a_rating_also_arrives_as_an_incoming_conversation() -> None:
    helpdesk = desk()
    rating = helpdesk.desk.ratings[0]
    rows = [row for row in get(helpdesk, f"/api/v2/tickets/{rating.number}/conversations") if row["source"] == 6]
    assert [(row["incoming"], row["private"], row["category"]) for row in rows] == [(True, False, 7)]
    assert len(get(helpdesk, f"/api/v2/tickets/{rating.number}/satisfaction_ratings")) == 1


def test_ratings_of_both_code_families_with_the_classic_one_upside_down() -> None:
    helpdesk = desk()
    rows = rows_of(helpdesk, "/api/v2/surveys/satisfaction_ratings?created_since=2010-01-01&per_page=100")
    wanted = {rating.number: rating.step.value for rating in helpdesk.desk.ratings}
    meaning = {1: (4, 5), 2: (3,), 3: (1, 2), 103: (5,), 101: (4,), 100: (3,), -101: (2,), -103: (1,)}
    codes = [row["ratings"]["default_question"] for row in rows]  # type: ignore[index]
    assert all(wanted[row["ticket_id"]] in meaning[value] for row, value in zip(rows, codes, strict=True))  # type: ignore[index]
    assert {value > 99 or value < -99 for value in codes} == {True, False}
    later = get(helpdesk, "/api/v2/surveys/satisfaction_ratings?created_since=2026-08-01T00:00:00Z&per_page=100")
    assert 0 < len(later) < len(rows)


def test_statuses_of_the_account_are_named_in_the_ticket_fields() -> None:
    fields = {row["type"]: row["choices"] for row in get(desk(), "/api/v2/ticket_fields")}
    assert fields["default_status"]["9"][0] == "Assigned to AI Agent"
    assert fields["default_agent"]["Nova AI Agent"] == 67013000000
    assert [
        question["accepted_ratings"] for row in get(desk(), "/api/v2/surveys") for question in row["questions"]
    ] == [
        [1, 2, 3],
        [103, 102, 101, 100, -101, -102, -103],
    ]


# --- rights, credits, limits ---


def test_without_a_key_nothing_and_without_an_admins_key_no_staff_and_no_export() -> None:
    helpdesk = desk()
    assert send(helpdesk, "GET", "/api/v2/tickets", api_key="wrong").body["code"] == "invalid_credentials"
    for path in ("agents", "groups", "export/ticket_activities?created_at=2026-10-01"):
        reply = send(helpdesk, "GET", f"/api/v2/{path}", api_key=helpdesk.agent_key)
        assert (reply.status, reply.body["code"]) == (403, "access_denied")
    assert send(helpdesk, "GET", "/api/v2/agents/me", api_key=helpdesk.agent_key).status == 200
    assert send(helpdesk, "GET", "/api/v2/nowhere").status == 404


@pytest.mark.parametrize(
    ("path", "credits"),
    [
        ("/api/v2/tickets", 1),
        ("/api/v2/tickets?include=stats,description", 5),
        ("/api/v2/tickets/5?include=stats,conversations", 3),
        ("/api/v2/tickets/5/conversations", 1),
        ("/api/v2/tickets/99999", 1),
        ("/api/v2/tickets?page=301", 1),
    ],
)
def test_every_answer_tells_credits_and_refused_requests_cost_too(path, credits) -> None:
    reply = send(desk(limits="growth"), "GET", path)
    assert {name: value for name, value in reply.headers.items() if name.startswith("x-ratelimit")} == {
        "x-ratelimit-total": "200",
        "x-ratelimit-remaining": str(200 - credits),
        "x-ratelimit-used-currentrequest": str(credits),
    }


def test_the_list_has_a_smaller_limit_of_its_own_that_no_header_tells() -> None:
    clock = Clock()
    helpdesk = desk(limits="growth", clock=clock)
    statuses = [send(helpdesk, "GET", "/api/v2/tickets?include=stats,description").status for _ in range(5)]
    assert statuses == [200, 200, 200, 200, 429]
    refused = send(helpdesk, "GET", "/api/v2/tickets")
    assert (refused.status, refused.headers["retry-after"]) == (429, "60")
    assert refused.headers["x-ratelimit-remaining"] == "180"
    assert send(helpdesk, "GET", "/api/v2/tickets/5").status == 200
    assert len(helpdesk.violations) == 2
    clock.now_s += 60
    assert send(helpdesk, "GET", "/api/v2/tickets").status == 200


def test_plans_differ() -> None:
    assert plan_limits("none") == {}
    assert plan_limits("trial") == {"account": Limit(50)}
    assert plan_limits("pro") == {"account": Limit(400), "tickets-update": Limit(160), "tickets-list": Limit(100)}


def test_faults_apply() -> None:
    helpdesk = desk()
    helpdesk.faults.add(Rule(html_page(), path="/api/v2/agents"), Rule(rate_limited(17), path="/api/v2/groups"))
    assert send(helpdesk, "GET", "/api/v2/agents").encoded().startswith(b"<!DOCTYPE")
    assert send(helpdesk, "GET", "/api/v2/groups").headers["retry-after"] == "17"


# --- the activity export, and the wire ---


def test_the_export_gives_a_days_file_an_address_on_another_host_and_only_for_thirty_days() -> None:
    helpdesk = desk()
    for day, status in (("2026-10-30", 404), ("2026-10-29", 200), ("2026-09-30", 200), ("2026-09-29", 404)):
        assert send(helpdesk, "GET", f"/api/v2/export/ticket_activities?created_at={day}").status == status
    assert send(helpdesk, "GET", "/api/v2/export/ticket_activities?created_at=soon").status == 400
    off = desk(activity_export=False)
    assert send(off, "GET", "/api/v2/export/ticket_activities?created_at=2026-10-29").status == 404


def test_over_the_wire_the_file_is_read_without_a_key_until_the_address_expires() -> None:
    clock = Clock()
    with desk(clock=clock) as helpdesk:
        account = httpx.Client(base_url=helpdesk.url, auth=(helpdesk.api_key, "X"))
        answer = account.get("/api/v2/export/ticket_activities", params={"created_at": "2026-10-29"})
        assert answer.headers.get_list("date") == ["Fri, 30 Oct 2026 00:00:00 GMT"]
        (export,) = answer.json()["export"]
        assert export["created_at"] == "29-10-2026"
        assert not export["url"].startswith(helpdesk.url)
        file = httpx.get(export["url"])
        assert file.json()["metadata"]["start_at"] == "28-10-2026 10:00:00 +0000"
        assert file.json()["activities_data"]
        assert [seen.credentialed for seen in helpdesk.files.log] == [False]
        assert httpx.get(export["url"] + "0").status_code == 403
        clock.now_s += 301
        expired = httpx.get(export["url"])
        assert (expired.status_code, b"AccessDenied" in expired.content) == (403, True)
        account.close()


def test_activity_rows_tell_who_changed_what() -> None:
    helpdesk = desk()
    rows = [row for day in range(1, 31) for row in _file(helpdesk, f"2026-10-{day:02d}")]
    changes = {name for row in rows for name in row["activity"]}
    assert {"status", "agent_id", "group", "note", "added_tags", "automation"} <= changes
    assert {row["performer_type"] for row in rows} == {"user", "system"}


def _file(helpdesk: FreshdeskSandbox, day: str) -> list[dict[str, object]]:
    from datetime import date

    from clonedesk_connectors.testing.sandbox.freshdesk_export import Export

    return Export(helpdesk.desk, helpdesk.files, enabled=True).file(date.fromisoformat(day))["activities_data"]
