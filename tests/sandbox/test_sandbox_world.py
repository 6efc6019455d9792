"""The invented world: repeatable, complete, and true to the definitions it claims."""

from collections import Counter
from datetime import UTC, datetime

import pytest

from clonedesk_connectors.testing.world import Step, Story, World
from clonedesk_connectors.testing.world.directory import AI_AGENT, AI_GROUP, STAFF
from clonedesk_connectors.testing.world.scenarios import SCENARIOS, read_scenarios
from clonedesk_connectors.testing.world.script import compile_turns
from clonedesk_connectors.testing.world.tale import next_sweep

HOUR, DAY = 3600, 86_400
CLOSED = ("solved", "closed")


@pytest.fixture(scope="module")
def world() -> World:
    return World(seed=7, tickets=600)


@pytest.fixture(scope="module")
def stories(world: World) -> list[Story]:
    return [world.story(index) for index in range(world.tickets)]


def test_a_story_depends_only_on_seed_and_index(world: World, stories: list[Story]) -> None:
    assert World(seed=7, tickets=600).story(123) == stories[123]
    assert World(seed=8, tickets=600).story(123) != stories[123]


def test_a_story_outside_the_world_is_an_index_error(world: World) -> None:
    with pytest.raises(IndexError, match="0 to 599"):
        world.story(600)


def test_a_small_world_plays_every_scenario(stories: list[Story]) -> None:
    assert {story.truth.scenario for story in stories} == set(SCENARIOS)


def test_every_label_rule_of_the_brief_has_a_ticket_on_which_it_must_fire(stories: list[Story]) -> None:
    rules = set().union(*(story.truth.rules for story in stories))
    assert rules == {
        "L01", "L02", "L03", "L04", "L05", "L06", "L07", "L08", "L09", "L10", "L11", "L12", "L13", "L14", "L15", "L16",
        "L22", "L23", "L24", "L25", "L26", "L28", "L29", "L30",
    }  # fmt: skip


def test_a_ticket_has_about_four_comments_and_six_updates() -> None:
    world = World(seed=3, tickets=4000)
    told = [world.story(index) for index in range(1000, 4000)]
    comments = sum(step.kind in ("message", "note") for story in told for step in story.steps) / len(told)
    updates = sum(story.steps[-1].turn + 1 for story in told) / len(told)
    assert 4.0 < comments < 4.8
    assert 5.8 < updates < 6.6


def test_steps_are_in_order_and_turns_share_one_second(stories: list[Story]) -> None:
    for story in stories:
        assert [step.at_s for step in story.steps] == sorted(step.at_s for step in story.steps)
        times = {step.turn: step.at_s for step in story.steps}
        assert all(step.at_s == times[step.turn] for step in story.steps)
        assert story.steps[0].at_s == story.created_s


def test_only_the_scenarios_of_the_end_reach_into_the_future(world: World, stories: list[Story]) -> None:
    late = {story.truth.scenario for story in stories if story.steps[-1].at_s > world.end_s}
    assert late == {"open_at_the_end", "window_open_at_the_end", "silence_open_at_the_end"}
    assert all("L24" in story.truth.rules for story in stories if story.steps[-1].at_s > world.end_s)


def test_labels_written_after_the_end_are_not_part_of_the_truth(world: World, stories: list[Story]) -> None:
    late = [story for story in stories if story.truth.scenario == "window_open_at_the_end"]
    assert {label.value for story in late for label in story.truth.labels} == {"resolved_ai"}
    assert all(label.at_s <= world.end_s for story in stories for label in story.truth.labels)


def test_a_world_of_a_few_days_is_refused() -> None:
    with pytest.raises(ValueError, match="80 days"):
        World(start=datetime(2026, 1, 1, tzinfo=UTC), end=datetime(2026, 1, 9, tzinfo=UTC))


def test_people_write_only_from_reserved_domains(world: World) -> None:
    addresses = [world.customer(index).email for index in range(world.customers)] + [member.email for member in STAFF]
    assert all(address.endswith(("@example.com", "@example.org")) for address in addresses)
    assert len(set(addresses)) == len(addresses)


def test_some_customers_have_several_tickets(stories: list[Story]) -> None:
    by_customer = Counter(story.customer for story in stories)
    assert 0.55 < len(by_customer) / len(stories) < 0.65
    assert max(by_customer.values()) > 1


def test_a_returning_customer_names_the_first_ticket(world: World, stories: list[Story]) -> None:
    lead = next(story for story in stories if story.truth.scenario == "returned_elsewhere")
    assert lead.partner is not None
    visit = stories[lead.partner]
    assert (visit.customer, visit.topic, visit.link) == (lead.customer, lead.topic, "return_of")
    assert f"#{lead.number}" in world.text(visit, visit.steps[0]).plain
    assert 0 < visit.created_s - closing(lead)[0] <= 7 * DAY


def closing(story: Story) -> list[int]:
    return [step.at_s for step in story.steps if step.kind == "status" and step.value in CLOSED]


# --- the truth, recomputed from the events by the definitions ---


def first_ai(story: Story) -> int | None:
    """Position of the AI's first public message or assignment, None if a human spoke before or never."""
    for position, step in enumerate(story.steps):
        if step.kind == "message" and step.role == "human":
            return None
        if (step.kind == "message" and step.role == "ai") or (step.kind == "assign" and step.value == AI_AGENT):
            return position
    return None


def moves_to_human(step: Step) -> bool:
    to_person = step.kind == "assign" and step.value not in (None, AI_AGENT)
    to_group = step.kind == "group" and step.value != AI_GROUP
    return step.kind == "handoff" or to_person or to_group or (step.kind == "message" and step.role == "human")


def is_flicker(story: Story, step: Step) -> bool:
    if step.kind != "group" or step.role != "automation":
        return False
    return any(s.kind == "group" and s.value == AI_GROUP and 0 < s.at_s - step.at_s <= 60 for s in story.steps)


def reopened(story: Story, stories: list[Story]) -> bool:
    for position, step in enumerate(story.steps):
        if step.kind != "status" or step.value not in CLOSED or step.previous in CLOSED:
            continue
        if any(s.kind == "message" and s.role == "human" for s in story.steps[:position]):
            continue
        after = [s for s in story.steps[position:] if s.role == "customer" and s.kind == "message"]
        if any(0 < s.at_s - step.at_s <= 24 * HOUR for s in after):
            return True
        if story.link == "followed_up_by" and story.partner is not None:
            return 0 < stories[story.partner].created_s - step.at_s <= 24 * HOUR
    return False


def counted(stories: list[Story]) -> list[Story]:
    return [story for story in stories if story.truth.excluded is None and story.truth.decided]


def test_ai_touched_follows_from_the_events(stories: list[Story]) -> None:
    for story in counted(stories):
        assert story.truth.ai_touched == (first_ai(story) is not None), story.truth.scenario


def test_handed_over_follows_from_the_events(stories: list[Story]) -> None:
    for story in counted(stories):
        start = first_ai(story)
        after = story.steps[start + 1 :] if start is not None else ()
        literal = any(moves_to_human(step) and not is_flicker(story, step) for step in after)
        acts = [s for s in after if s.role == "human" and s.kind in ("message", "note", "status")]
        strict = any(step.value != "macro" for step in acts)
        assert story.truth.h_literal == literal, story.truth.scenario
        assert story.truth.h_strict == strict, story.truth.scenario


def test_reopened_follows_from_the_events(stories: list[Story]) -> None:
    for story in counted(stories):
        if first_ai(story) is not None:
            assert story.truth.r == reopened(story, stories), story.truth.scenario


def test_low_rating_after_the_ai_follows_from_the_events(stories: list[Story]) -> None:
    for story in counted(stories):
        ratings = [position for position, step in enumerate(story.steps) if step.kind == "csat"]
        low = bool(ratings) and story.steps[ratings[-1]].value <= 2 and first_ai(story) is not None
        spoke = ratings and any(s.role == "human" and s.kind == "message" for s in story.steps[: ratings[-1]])
        assert story.truth.c == (low and not spoke), story.truth.scenario


def test_abandoned_is_the_ai_having_the_last_word_without_escalation_or_confirmation(stories: list[Story]) -> None:
    for story in counted(stories):
        truth = story.truth
        last = [step for step in story.steps if step.kind == "message"][-1]
        silent = last.role == "ai" and not any(s.role == "customer" for s in story.steps if s.turn > last.turn)
        expected = truth.ai_touched and silent and not truth.functional_escalation and not truth.confirmed
        assert (truth.abandonment is not None) == expected, truth.scenario
        assert truth.abandonment != "definite" or truth.outcome == "abandoned"


def test_rules_agree_with_the_labels_that_were_written(stories: list[Story]) -> None:
    for story in stories:
        values = {label.value for label in story.truth.labels}
        if story.truth.rules & {"L02", "L04", "L05", "L06", "L08", "L09", "L10", "L13", "L28", "L30"}:
            assert "resolved_ai" in values, story.truth.scenario
        if story.truth.rules & {"L01", "L07"}:
            assert "escalated" in values, story.truth.scenario
        assert ("L15" in story.truth.rules) == (len(values) == 2), story.truth.scenario
        if "L14" in story.truth.rules:
            assert story.truth.labels[-1].at_s - closing(story)[-1] > HOUR
            assert story.truth.labels[-1].bulk
        flips = sum(step.kind == "label" and step.previous not in (None, step.value) for step in story.steps)
        assert ("L16" in story.truth.rules) == (flips >= 2), story.truth.scenario


def test_an_ai_only_conversation_ends_when_a_person_gets_it(world: World, stories: list[Story]) -> None:
    for story in stories:
        if story.ai_only_until_s > story.created_s:
            before = [step for step in story.steps if step.at_s < story.ai_only_until_s]
            assert story.channel == "messaging"
            assert all(step.role not in ("human", "shared") for step in before)
    share = sum(story.ai_only_until_s > world.end_s for story in stories) / len(stories)
    assert 0.08 < share < 0.25


def test_the_macro_is_word_for_word_the_same_in_at_least_five_tickets(world: World, stories: list[Story]) -> None:
    texts = [world.text(s, step).fresh for s in stories for step in s.steps if step.value == "macro"]
    assert len(texts) >= 5
    assert len(set(texts)) == 1


# --- words ---


def test_every_language_and_every_mail_dialect_occurs(world: World, stories: list[Story]) -> None:
    texts = [world.text(s, step) for s in stories for step in s.steps if step.kind in ("message", "note")]
    assert {text.language for text in texts} == {"en", "de", "fr", "es", "pt", "ja", "ar"}
    for mark in ('class="gmail_quote"', "MsoNormal", '<blockquote type="cite">', 'dir="rtl"', "🙏"):
        assert any(mark in text.html for text in texts), mark
    assert all("{" not in text.plain and text.fresh in text.plain for text in texts)
    assert len({text.fresh for text in texts}) > len(texts) / 3


def test_a_huge_body_is_rare_but_comes() -> None:
    world = World(seed=7, tickets=3000)
    sizes = [len(world.text(story, story.steps[0]).plain) for story in map(world.story, range(3000))]
    assert 0 < sum(size > 50_000 for size in sizes) < 10


def test_a_literal_text_is_kept_as_it_is(world: World, stories: list[Story]) -> None:
    step = Step(0, 0, "human", 3, "message", "html", None, "<p>Fish &amp; chips</p>")
    assert world.text(stories[0], step).plain == "Fish & chips"
    assert world.text(stories[0], step._replace(value="text", detail="a < b")).html == "<p>a &lt; b</p>"


# --- the scenario language ---


def test_a_line_that_is_no_turn_is_refused() -> None:
    with pytest.raises(ValueError, match="not a scenario line"):
        compile_turns(["customer says hello"])


def test_a_following_turn_happens_only_with_the_turn_before() -> None:
    text = """
    parts = {}
    [scenarios.chatty]
    weight = 1
    turns = ["0 customer: ask", "?50% 1m customer: say more", "& 1m ai: say answer"]
    """
    turns = read_scenarios(text)["chatty"].turns
    assert [(turn.chance, turn.also) for turn in turns] == [(1.0, False), (0.5, False), (1.0, True)]


def test_bulk_edits_run_every_fourth_sunday_at_22_utc() -> None:
    first = next_sweep(int(datetime(2026, 3, 6, 12, tzinfo=UTC).timestamp()))
    assert datetime.fromtimestamp(first, UTC).strftime("%A %H:%M:%S") == "Sunday 22:00:00"
    assert next_sweep(first) == first
    assert next_sweep(first + 1) == first + 28 * DAY
