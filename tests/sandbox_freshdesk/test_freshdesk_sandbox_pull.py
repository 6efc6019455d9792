"""The connector against the sandbox: nothing lost, nothing public that is private, and within its budget."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from clonedesk_connectors.model import Csat, Message, StatusChange, Ticket
from clonedesk_connectors.testing.sandbox.faults import Rule, drop_value, edited, set_value
from clonedesk_connectors.testing.sandbox.freshdesk import FreshdeskSandbox
from clonedesk_connectors.testing.world import Step, Story, World
from clonedesk_connectors.vendors.freshdesk.streams import FOUND_ARCHIVED, FOUND_LOST, GONE
from clonedesk_connectors.vendors.freshdesk.walk import RUN_UNSETTLED

from .drive import Clock, Engine, engine

WORLD = World(seed=7, tickets=300)
ROLES = {"customer": "customer", "ai": "ai_agent", "automation": "automation"}
"""Everybody else is a person, as far as Freshdesk can tell."""


def desk(world: World = WORLD, **options: object) -> FreshdeskSandbox:
    return FreshdeskSandbox(world, **({"limits": "none", "clock": Clock(), "archived_share": 0.3} | options))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def pulled() -> Engine:
    run = engine(desk())
    run.pull()
    return run


@pytest.fixture(scope="module")
def tickets(pulled: Engine) -> dict[int, Ticket]:
    return pulled.tickets()


def visible(story: Story) -> list[Step]:
    return [step for step in story.until(WORLD.end_s) if step.turn >= story.lost_turns]


# --- the truth ---


def test_every_ticket_of_the_world_arrives_wherever_it_is(pulled, tickets) -> None:
    assert sorted(tickets) == list(range(1, 301))
    places = {number: pulled.desk.desk.place(number) for number in tickets}
    for number, found in tickets.items():
        assert found.is_spam is (places[number] == "spam")
        assert found.deleted is (places[number] == "deleted")
        assert found.archived is (places[number] == "archived")
    archived = sum(place == "archived" for place in places.values())
    assert archived > 10
    assert pulled.store.notes[FOUND_ARCHIVED] == archived
    assert pulled.store.notes[FOUND_LOST] == 0


def test_every_public_message_is_there_by_its_author_and_nothing_private_is_among_them(tickets) -> None:
    for number, found in tickets.items():
        story = WORLD.story(number - 1)
        if story.truth.scenario in ("note_made_public", "message_made_private", "redacted_message"):
            continue
        said = [(step.at_s, ROLES.get(step.role, "human_agent")) for step in visible(story) if step.kind == "message"]
        got = [
            (int(event.at.timestamp()), event.actor.kind.value)
            for event in found.events
            if isinstance(event, Message) and event.visibility == "public"
        ]
        assert got == said, (number, story.truth.scenario)


def test_visibility_that_changed_later_is_the_final_one(tickets) -> None:
    for number, found in tickets.items():
        story = WORLD.story(number - 1)
        if story.truth.scenario in ("note_made_public", "message_made_private"):
            said = [e for e in found.events if isinstance(e, Message) and e.actor.kind == "human_agent"]
            assert [e.visibility for e in said].count("public") == 1


def test_ratings_of_both_families_mean_what_the_customer_meant(pulled, tickets) -> None:
    near = {1: {1}, 2: {1, 2}, 3: {3}, 4: {4, 5}, 5: {5}}
    count = 0
    for rating in pulled.desk.desk.ratings:
        values = [e.satisfaction.value for e in tickets[rating.number].events if isinstance(e, Csat)]
        assert len(values) == 1
        assert values[0] in near[rating.step.value]
        count += 1
    assert count > 15


def test_the_last_closure_is_exact_and_recent_tickets_have_their_whole_history(tickets) -> None:
    whole = 0
    recent = datetime.fromtimestamp(WORLD.end_s, UTC).replace(day=2)
    for number, found in tickets.items():
        story = WORLD.story(number - 1)
        closures = [s.at_s for s in story.until(WORLD.end_s) if s.kind == "status" and s.value in ("solved", "closed")]
        if closures and not found.deleted and not found.archived and found.status.is_closure:
            last = [event for event in found.events if isinstance(event, StatusChange) and event.to_status.is_closure]
            assert int(last[-1].at.timestamp()) == closures[-1], (number, story.truth.scenario)
        if story.created_at > recent:
            whole += found.coverage.events_complete is True
    assert whole >= 4


def test_what_the_world_says_of_merges_tests_and_missing_beginnings_is_found(pulled) -> None:
    config_run = engine(pulled.desk, requester="yes")
    config_run.store = pulled.store
    for number, found in config_run.tickets().items():
        story = WORLD.story(number - 1)
        merged = [str(step.value) for step in story.until(WORLD.end_s) if step.kind == "merge"]
        assert found.merged_into == (merged[0] if merged else None)
        if story.truth.scenario == "truncated_history":
            assert {gap.what for gap in found.coverage.gaps} == {"messages"}
        assert "sla_breached" not in " ".join(event.kind for event in found.events)


def test_a_hand_over_by_the_ai_is_a_claim_with_its_time(tickets) -> None:
    for number, found in tickets.items():
        steps = WORLD.story(number - 1).until(WORLD.end_s)
        handed = [step.at_s for step in steps if step.kind == "handoff" and step.role == "ai"]
        claims = [int(event.at.timestamp()) for event in found.events if event.kind == "handoff"]
        assert claims == handed


# --- changes, gaps and budgets ---


def test_a_second_run_without_changes_costs_six_requests_and_none_for_details(pulled) -> None:
    again = engine(pulled.desk)
    again.store = pulled.store
    again.pull()
    assert again.requests <= 6
    assert not [seen for seen in list(pulled.desk.log)[-again.requests :] if seen.path.endswith("conversations")]


def test_what_changed_behind_our_back_arrives_with_the_next_run() -> None:
    run = engine(desk(archived_share=0.0))
    run.pull()
    helpdesk = run.desk
    helpdesk.advance(3600)
    helpdesk.update(5, comment="are you there?")
    helpdesk.mark(6, "spam")
    helpdesk.mark(7, "deleted")
    helpdesk.archive(8)
    helpdesk.destroy(9)
    run.pull()
    found = run.tickets()
    assert found[5].events[-1].actor.kind == "customer" or "are you there?" in found[5].model_dump_json()
    assert (found[6].is_spam, found[7].deleted) == (True, True)
    assert {8, 9} <= found.keys()


def test_numbers_that_are_gone_for_good_are_asked_for_once_and_within_the_budget() -> None:
    helpdesk = desk(archived_share=0.0)
    for number in range(100, 140):
        helpdesk.destroy(number)
    run = engine(helpdesk, gap_budget="30")
    run.pull()
    assert run.store.notes[GONE] == 30
    run.pull()
    assert run.store.notes[GONE] == 40
    before = run.requests
    run.pull()
    assert run.store.notes[GONE] == 40
    assert run.requests - before <= 6
    assert run.store.tickets() == set(range(1, 301)) - set(range(100, 140))


def test_a_first_pull_of_5000_tickets_without_gaps_costs_at_most_1_10_credits_each() -> None:
    world = World(seed=3, tickets=5000)
    run = engine(desk(world, archived_share=0.0, activity_export=False))
    run.pull()
    born = 5000 - sum(world.story(index).created_s > world.end_s for index in range(5000))
    print(f"\n{run.credits} credits, {run.requests} requests for {born} tickets: {run.credits / born:.3f} each")
    assert len(run.store.tickets()) == born
    assert run.credits / born <= 1.10
    assert run.requests / born <= run.connector.capabilities.requests_per_1000 / 1000
    before = run.requests
    run.pull()
    assert run.requests - before <= 12


def test_35000_tickets_with_bulk_edits_and_moving_rows_past_the_page_wall_are_all_found() -> None:
    world = World(seed=7, tickets=35_000)
    helpdesk = desk(world, archived_share=0.01, churn=3, ties="shuffled")
    helpdesk.bulk(range(9000, 9600))
    helpdesk.advance(600)
    helpdesk.bulk(range(20_000, 20_250))
    run = engine(helpdesk)
    for name in ("tickets", "spam", "deleted"):
        run.list(name)
    listed = len(run.store.tickets())
    run.sweep(only="probe")
    pages = max(
        int(seen.query.partition("&page=")[2].partition("&")[0]) for seen in helpdesk.log if "&page=" in seen.query
    )
    print(f"\n{listed} listed, {dict(run.store.notes)}, {run.requests} requests, deepest page {pages}")
    assert run.store.tickets() == set(range(1, 35_001))
    assert run.store.notes[RUN_UNSETTLED] == 2
    assert pages <= 8
    archived = sum(helpdesk.desk.place(number) == "archived" for number in range(1, 35_001))
    assert run.store.notes[FOUND_ARCHIVED] == archived > 50


def test_rows_of_bad_shape_are_kept_and_the_rest_goes_on() -> None:
    helpdesk = desk(archived_share=0.0)
    helpdesk.faults.add(
        Rule(set_value("*.status", 4711), path="/api/v2/tickets", nth={1}),
        Rule(set_value("*.tags", None), path="/api/v2/tickets", nth={2}),
        Rule(drop_value("*.requester_id"), path="/api/v2/tickets", nth={3}),
        Rule(
            edited(lambda call, rows: [row | {"created_at": "T010:08:16Z", "updated_at": None} for row in rows]),
            path="/api/v2/tickets/*/conversations",
            every=3,
        ),
        Rule(set_value("*.ratings.default_question", 55), path="/api/v2/surveys/satisfaction_ratings"),
    )
    run = engine(helpdesk)
    run.pull()
    found = run.tickets()
    assert len(found) == 300
    assert {ticket.raw_status for ticket in found.values()} >= {"4711"}
    assert any(gap.what == "times" for ticket in found.values() for gap in ticket.coverage.gaps)
    assert {e.satisfaction.value for t in found.values() for e in t.events if isinstance(e, Csat)} == {None}
