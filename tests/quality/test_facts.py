"""Facts: what follows from the events alone."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from clonedesk_connectors.model import AssigneeKind, Coverage, Person, Status
from clonedesk_connectors.quality.context import EMPTY, ContextBuilder
from clonedesk_connectors.quality.facts import FACTS_VERSION, derive
from clonedesk_connectors.quality.labels import NO_LABELS
from clonedesk_connectors.quality.outcome import judge
from clonedesk_connectors.quality.settings import CheckSettings
from tests.quality.build import CONFIG, Story, WordReader, when

SETTINGS = CheckSettings()


def outcome(story: Story, cut: str = "60d", context=EMPTY, text: bool = True):
    return judge(story.facts(), context, WordReader() if text else None, when(cut), SETTINGS)


def test_the_version_of_the_facts_is_part_of_the_contract():
    assert FACTS_VERSION == 2


def test_the_first_ai_turn_is_a_public_message_or_an_assignment_to_the_ai():
    assert Story().customer("0m").ai("1m").facts().first_ai.id == "e1"
    assert Story().customer("0m").group("1m", "ai").ai("2m").facts().first_ai.id == "e1"
    assert Story().customer("0m").note("1m", by="ai").facts().first_ai is None


def test_private_ai_notes_assist_and_do_not_touch():
    facts = Story().customer("0m").note("1m", by="ai").human("2m").facts()
    assert (facts.ai_touched, facts.ai_assisted, facts.ai_late) == (False, True, False)


def test_an_ai_that_speaks_after_a_human_is_late():
    facts = Story().customer("0m").human("1m").ai("2m").facts()
    assert (facts.ai_touched, facts.ai_assisted, facts.ai_late) == (False, False, True)


def test_an_acknowledgement_by_a_rule_is_not_the_ai_and_not_the_last_word():
    facts = Story().customer("0m").says("1m", "rule", "we got your message").facts()
    assert facts.first_ai is None
    assert facts.last_public.id == "e0"


def test_who_closes_decides_whether_it_is_an_ai_closure():
    def closure(by: str):
        return Story().customer("0m").ai("1m").solved("2m", by=by).facts().closures[0]

    assert [closure(by).by_ai for by in ("ai", "rule", "customer", "system", "unknown", "human")] == [True] * 5 + [
        False
    ]
    assert closure("human").silent_human
    assert closure("unknown").uncertain


def test_a_closure_of_a_ticket_that_a_person_holds_is_not_the_ais():
    assert not Story().customer("0m").ai("1m").assign("2m", "human").solved("3m", by="rule").facts().closures[0].by_ai
    assert Story().customer("0m").ai("1m").assign("2m", "none").solved("3m", by="rule").facts().closures[0].by_ai
    held = Story(assignee_kind=AssigneeKind.HUMAN).customer("0m").ai("1m").solved("3m", by="rule")
    assert not held.facts().closures[0].by_ai


def test_a_closure_after_a_human_answer_is_not_the_ais():
    assert not Story().customer("0m").ai("1m").human("2m").solved("3m", by="rule").facts().closures[0].by_ai


def test_a_ticket_that_was_reopened_can_close_again():
    facts = Story().customer("0m").ai("1m").solved("2m").status("1h", "open", "customer").solved("2h").facts()
    assert [closure.event.id for closure in facts.closures] == ["e2", "e4"]
    assert [(back.closure.event.id, back.event.id) for back in facts.returns] == [("e2", "e3")]


def test_a_source_without_a_status_closes_by_a_day_of_silence():
    story = Story(status=Status.UNKNOWN).customer("0m").ai("1m").customer("40h", "again")
    facts = story.facts()
    assert [(closure.at, closure.event) for closure in facts.closures] == [(when("24h1m"), None)]
    assert outcome(story).reopenings[0].at == when("40h")


def test_a_source_without_a_status_stays_open_while_people_write():
    assert Story(status=Status.UNKNOWN).customer("0m").ai("1m").customer("23h").facts().closures == ()
    assert Story(status=Status.UNKNOWN).customer("0m").ai("1m").human("2h").facts().closures == ()


def test_literal_and_strict_hand_over_differ():
    given = outcome(Story().customer("0m").ai("1m").handoff("2m"))
    assert (given.h_literal.id, given.h_strict) == ("e2", None)
    noted = outcome(Story().customer("0m").ai("1m").note("2m"))
    assert (noted.h_literal, noted.h_strict.id) == (None, "e2")
    closed = outcome(Story().customer("0m").ai("1m").solved("2m", by="human"))
    assert (closed.h_literal.id, closed.h_strict.id) == ("e2", "e2")


def test_an_assignment_before_the_first_ai_turn_is_no_hand_over():
    assert outcome(Story().customer("0m").assign("1m", "human").ai("2m")).h_literal is None


def test_a_flicker_by_rules_within_a_minute_is_no_hand_over():
    story = Story().customer("0m").ai("1m").group("1h", "group").handoff("1h", by="rule").group("1h1m", "ai")
    assert outcome(story).h_literal is None
    slow = Story().customer("0m").ai("1m").group("1h", "group").group("1h1m1s", "ai")
    assert outcome(slow).h_literal.id == "e2"
    seen = Story().customer("0m").ai("1m").group("1h", "group").note("1h10s").group("1h20s", "ai")
    assert outcome(seen).h_literal.id == "e2"


def test_an_assignment_by_bulk_edit_after_the_last_closure_is_housekeeping():
    story = Story().customer("0m").ai("1m").solved("2m").assign("9d", "human", by="human", cause="bulk")
    assert outcome(story).h_literal is None
    assert outcome(Story().customer("0m").ai("1m").solved("2m").assign("9d", "human", by="human")).h_literal is not None


def test_escalation_is_unknown_while_the_reopening_window_is_open():
    story = Story().customer("0m").ai("1m").solved("2m")
    assert outcome(story, cut="24h1m").escalated is None
    assert outcome(story, cut="24h2m").escalated is False
    assert outcome(story.customer("3h"), cut="4h").escalated is True


def test_a_rating_is_the_ais_only_before_a_human_speaks():
    assert outcome(Story().customer("0m").ai("1m").rated("2m", 2)).low_rating.id == "e2"
    assert outcome(Story().customer("0m").rated("1m", 1).ai("2m")).low_rating is None
    assert outcome(Story().customer("0m").ai("1m").human("2m").rated("3m", 1)).low_rating is None


def test_both_readings_of_an_unknown_actor_are_kept():
    judged = outcome(Story().customer("0m").ai("1m").human("2m", by="unknown").handoff("3m"))
    assert (judged.h_literal.id, judged.h_if_human.id, judged.h_strict) == ("e3", "e2", None)


def test_an_unanswered_customer_is_neither_silent_nor_abandoned():
    judged = outcome(Story().customer("0m").ai("1m").customer("2m", "and the invoice?"))
    assert (judged.unanswered.id, judged.silence, judged.confirmed) == ("e2", None, None)


def test_without_texts_definite_needs_no_reading_and_possible_is_not_claimed():
    silent = outcome(Story().customer("0m").ai("1m").solved("2m"), text=False)
    assert (silent.definite, silent.possible) == (False, False)
    assert silent.silence is not None
    pressed = outcome(Story().customer("0m").ai("1m").feedback("2m", helped=False), text=False)
    assert pressed.definite


def test_confirmation_must_follow_a_real_answer():
    early = Story().customer("0m").ai("1m", "welcome").customer("2m", "thanks").ai("3m", "it arrives tomorrow")
    assert outcome(early).confirmed is None
    assert outcome(early.customer("4m", "thanks")).confirmed.id == "e4"


def test_exclusions_come_in_the_order_of_the_audit():
    staff = Person(id="1", is_staff=True)
    everything = {"status": Status.DELETED, "is_spam": True, "requester": staff, "merged_into": "9"}
    seen = []
    for name in ("status", "is_spam", "requester", "merged_into", None):
        seen.append(Story(**everything, coverage=Coverage(events_complete=False)).facts().excluded)
        everything.pop(name, None)
    assert seen == ["deleted", "spam", "test", "merged", "no_customer_message"]
    assert Story(coverage=Coverage(events_complete=False)).customer("0m").facts().excluded == "history_incomplete"
    assert Story().customer("0m").facts().excluded is None


def test_messages_of_a_merged_ticket_join_the_one_it_went_into():
    builder = ContextBuilder(SETTINGS)
    child = Story("7").customer("1m").human("2m").solved("3m").merged("4m", "8")
    builder.add(child.facts(), NO_LABELS)
    context = builder.finish()
    parent = Story("8").customer("0m").ai("1m")
    facts = derive(parent.ticket(), CONFIG, SETTINGS, context.joined[parent.key])
    assert [event.id for event in facts.events] == ["e0", "7/e0", "e1", "7/e1"]
    assert facts.closures == ()
    assert [message.id for message in facts.human_after] == ["7/e1"]


def test_a_chain_and_a_circle_of_merges_end():
    builder = ContextBuilder(SETTINGS)
    for child, parent in (("1", "2"), ("2", "3"), ("4", "5"), ("5", "4")):
        builder.add(Story(child).customer("0m").merged("1m", parent).facts(), NO_LABELS)
    joined = builder.finish().joined
    assert [event.id for event in joined["zendesk:acme:ticket:3"]] == ["1/e0", "2/e0"]
    assert sum(len(events) for events in joined.values()) == 4


def test_a_ticket_without_events_has_facts():
    facts = Story().facts()
    assert (facts.ai_touched, facts.excluded, facts.missing) == (
        False,
        "no_customer_message",
        ("everything: no event was synced",),
    )


def test_a_beginning_is_missing_when_the_first_message_is_late_whatever_changed_before():
    lost = ("beginning: the first message is later than the ticket's creation",)
    assert Story().assign("0m", "ai").customer("6m").facts().missing == lost
    assert Story().assign("0m", "ai").customer("5m").facts().missing == ()


MOVES = st.sampled_from(["customer", "ai", "human", "unknown", "solved", "open", "handoff", "rated", "note", "assign"])


@given(moves=st.lists(MOVES, max_size=12), cut=st.integers(0, 20))
def test_whatever_happens_the_parts_never_contradict_each_other(moves, cut):
    story = Story()
    for hour, move in enumerate(moves):
        at = f"{hour * 7}h"
        if move in ("customer", "ai", "human", "unknown"):
            story.says(at, move, "some words of mine")
        elif move in ("solved", "open"):
            story.status(at, move, "customer" if move == "open" else "ai")
        elif move == "assign":
            story.assign(at, "human")
        elif move == "rated":
            story.rated(at, 1 + hour % 5)
        else:
            getattr(story, move)(at)
    judged = outcome(story, cut=f"{cut}d")
    endings = [judged.silence, judged.confirmed, judged.unanswered]
    assert sum(ending is not None for ending in endings) <= 1
    if judged.escalated:
        assert endings == [None, None, None]
        assert judged.h_literal or judged.reopenings or judged.low_rating
    assert not (judged.definite and judged.possible)
