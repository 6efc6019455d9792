"""L17 to L20, L26, L27: statistics, languages, unknown actors and impossible histories."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from clonedesk_connectors.quality.findings import Severity
from clonedesk_connectors.quality.opinions import LabellerOpinion, TextOpinion, TextOpinions, TextRow
from clonedesk_connectors.quality.settings import CheckSettings
from tests.quality.build import Story, fired, found, resolved, result_of, run, when, why_not


class Oracle:
    """A text model that says what it is told."""

    def __init__(self, tickets: Mapping[str, TextOpinion] | None = None, **labellers: LabellerOpinion) -> None:
        self.opinions = TextOpinions(tickets or {}, labellers, ("the oracle spoke",))
        self.rows: Sequence[TextRow] = ()
        self.reviewed: Mapping[str, Any] = {}

    def judge(self, rows: Sequence[TextRow], reviewed: Mapping[str, Any]) -> TextOpinions:
        self.rows, self.reviewed = rows, reviewed
        return self.opinions


def by_bo() -> Story:
    return (
        Story().customer("0m").ai("1m").customer("2m", "thanks").solved("3m").label("3m", "resolved_ai", by="human:bo")
    )


def careless(tickets: int = 40, posterior: float = 0.99) -> LabellerOpinion:
    return LabellerOpinion("bo", tickets, 0.4, 0.3, 0.5, 0.1, posterior)


def test_a_careless_labeller_is_a_hint_on_each_of_their_tickets():
    finding = found("L17", by_bo(), text_model=Oracle(bo=careless()))
    assert finding is not None
    assert finding.severity is Severity.LOW
    assert [item.value for item in finding.evidence] == ["40", "40% (30% to 50%)", "10%"]


def test_a_labeller_like_the_others_is_no_outlier():
    assert found("L17", by_bo(), text_model=Oracle(bo=careless(posterior=0.5))) is None


def test_labeller_rule_abstains_without_model_without_person_and_with_few_tickets():
    assert "text model" in why_not("L17", by_bo())
    assert why_not("L17", resolved(), text_model=Oracle()) == "no person is known to have set the label"
    assert why_not("L17", by_bo(), text_model=Oracle(bo=careless(tickets=29))) is not None


@given(tickets=st.integers(1, 60), posterior=st.floats(0, 1))
def test_an_outlier_needs_tickets_and_certainty(tickets, posterior):
    finding = found("L17", by_bo(), text_model=Oracle(bo=careless(tickets, posterior)))
    assert (finding is not None) == (tickets >= 30 and posterior > 0.95)


def twin(native_id: str, value: str, text: str = "where is my parcel, it should be here") -> Story:
    story = Story(native_id).customer("0m", text).ai("1m").customer("2m", "thanks").solved("3m")
    return story.label("3m", value)


def test_equal_tickets_with_opposite_labels_cannot_both_be_right():
    finding = found("L18", twin("1", "resolved_ai"), twin("2", "escalated"))
    assert finding is not None
    assert finding.severity is Severity.MEDIUM
    assert finding.evidence[1].value == "zendesk:acme:ticket:2"


def test_equal_texts_with_another_course_of_events_may_differ():
    assert found("L18", twin("1", "resolved_ai"), twin("2", "escalated").human("4m")) is None
    assert found("L18", twin("1", "resolved_ai"), twin("2", "resolved_ai")) is None


def test_near_duplicates_of_the_text_model_count_too():
    opinion = TextOpinion(0.3, 0.2, flagged=False, twins=("zendesk:acme:ticket:9",))
    story = twin("1", "resolved_ai")
    finding = found("L18", story, text_model=Oracle({story.key: opinion}))
    assert finding is not None
    assert finding.evidence[1].value == "zendesk:acme:ticket:9"


def test_duplicate_rule_abstains_without_a_text():
    assert why_not("L18", twin("1", "resolved_ai", text="")) == "there is no text by the customer to compare"


@given(spaces=st.integers(1, 5), upper=st.booleans())
def test_duplicates_are_found_from_both_sides_whatever_the_spacing(spaces, upper):
    text = "where is my parcel, it should be here".replace(" ", " " * spaces)
    one, other = twin("1", "resolved_ai"), twin("2", "escalated", text.upper() if upper else text)
    assert found("L18", one, other) is not None
    assert found("L18", other, one) is not None


def test_a_flagged_text_is_a_hint():
    story = by_bo()
    finding = found("L19", story, text_model=Oracle({story.key: TextOpinion(0.81, 0.66, flagged=True)}))
    assert finding is not None
    assert (finding.severity, finding.proposal) == (Severity.LOW, None)
    assert [item.value for item in finding.evidence] == ["0.81", "0.66"]


def test_a_text_that_is_not_flagged_is_no_hint():
    story = by_bo()
    assert found("L19", story, text_model=Oracle({story.key: TextOpinion(0.4, 0.3, flagged=False)})) is None


def test_model_rule_abstains_without_a_model_or_an_opinion():
    assert "text model" in why_not("L19", by_bo())
    assert why_not("L19", by_bo(), text_model=Oracle()) == "the text model did not judge this ticket"


@given(flagged=st.booleans(), p=st.floats(0, 1))
def test_the_model_decides_what_is_flagged(flagged, p):
    story = by_bo()
    finding = found("L19", story, text_model=Oracle({story.key: TextOpinion(p, p, flagged)}))
    assert (finding is not None) == flagged


def test_the_model_gets_what_the_rules_proved_and_what_people_said():
    oracle = Oracle()
    served = resolved(Story("2")).human("2h")
    silent = Story("4").customer("0m").ai("1m", "which one?").solved("2m").label("2m", "resolved_ai", by="ai")
    report = run(by_bo(), served, Story("3").customer("0m").ai("1m"), silent, text_model=oracle)
    rows = {row.key: (row.label, row.labeller, row.anchor) for row in oracle.rows}
    assert rows == {
        "zendesk:acme:ticket:1": ("resolved_ai", "bo", "resolved_ai"),
        "zendesk:acme:ticket:2": ("resolved_ai", None, "escalated"),
    }
    assert "the oracle spoke" in report.notes


def chat(*languages: str, customer: str = "de") -> Story:
    story = Story().customer("0m", f"[{customer}] wo ist mein paket, es sollte da sein")
    for number, language in enumerate(languages):
        story.ai(f"{number + 1}m", f"[{language}] some answer")
    return story.solved("1h").label("1h", "resolved_ai", by="ai")


def test_two_answers_in_another_language_void_the_text():
    finding = found("L20", chat("en", "en"))
    assert finding is not None
    assert finding.severity is Severity.LOW
    assert [item.value for item in finding.evidence] == ["de (0.90)", "en (0.90)", "en (0.90)"]


def test_one_answer_in_another_language_is_tolerated():
    assert found("L20", chat("en", "de", "de")) is None


def test_a_language_the_ai_is_not_made_for_voids_the_text():
    english_only = CheckSettings(languages=frozenset({"en"}))
    assert found("L20", chat("de"), settings=english_only) is not None
    assert found("L20", chat("de"), settings=CheckSettings(languages=frozenset({"de"}))) is None


def test_language_rule_abstains_without_texts_or_a_language():
    assert "[text]" in why_not("L20", chat("en", "en"), text=False)
    story = resolved().ai("11m")
    assert why_not("L20", story) == "the customer's language cannot be told"


@given(languages=st.lists(st.sampled_from(["de", "en", "fr"]), max_size=5))
def test_mismatches_are_counted_per_answer(languages):
    wrong = sum(language != "de" for language in languages)
    assert (found("L20", chat(*languages)) is not None) == (wrong >= 2)


def test_an_answer_by_an_actor_of_unknown_kind_decides_nothing():
    story = resolved().human("20m", by="unknown:api-7")
    finding = found("L26", story)
    assert finding is not None
    assert finding.severity is Severity.UNVERIFIABLE
    assert [(item.what, item.value) for item in finding.evidence] == [
        ("message", "unknown api-7"),
        ("share of tickets where this actor decides", "100.0%"),
        ("median time to reply", "20 min"),
        ("texts sent more than once", "0%"),
    ]
    assert "bot_users or human_users" in finding.explanation


def test_a_closure_by_nobody_in_particular_leaves_nobody_to_ask_about():
    story = Story().customer("0m").ai("1m").solved("1h", by="nobody").label("1h", "resolved_ai")
    assert why_not("L26", story) == "the helpdesk does not tell who made the change that would decide"
    assert found("L26", story.human("2h", by="nobody")) is not None


def test_an_unknown_actor_beside_a_known_person_does_not_matter():
    assert found("L26", resolved().human("20m", by="unknown:api-7").human("30m")) is None


def test_a_shared_account_is_neither_person_nor_program_until_configured():
    story = resolved().human("20m", by="human:Support")
    assert found("L26", story) is not None
    config = run(story).results()  # the default configuration vouches for nobody
    assert "L26" in {one.rule for result in config for one in result.findings}


def test_actor_rule_abstains_when_history_is_missing():
    story = resolved(Story(created_at=when("-3d"))).human("20m", by="unknown:api-7")
    assert why_not("L26", story) is not None


@given(kind=st.sampled_from(["human", "unknown", "rule", "system", "ai", "customer"]))
def test_only_unknown_actors_leave_it_open(kind):
    assert (found("L26", resolved().human("20m", by=f"{kind}:x")) is not None) == (kind == "unknown")


def test_an_event_id_that_occurs_twice_is_a_fault():
    story = resolved().add("1h", type(resolved().events[0]), "ai", id="e1", visibility="public", body="again")
    finding = found("L27", story)
    assert finding is not None
    assert (finding.severity, finding.evidence[0].event) == (Severity.HIGH, "e1")


def test_times_that_run_backwards_are_a_fault():
    assert found("L27", Story().customer("0m").ai("5m").customer("3m").label("9m", "resolved_ai")) is not None


def test_an_event_before_the_creation_is_a_fault():
    assert found("L27", resolved(Story(created_at=when("2m")))) is not None
    assert found("L27", resolved(Story(created_at=when("1m")))) is None


def test_an_answered_rating_before_the_question_is_a_fault():
    assert found("L27", resolved().rated("1h", 5, asked="2h")) is not None


def test_an_escalation_from_an_ai_that_came_after_the_human_is_a_fault():
    late = Story().customer("0m").human("1m").ai("2m").label("3m", "escalated")
    assert {"L25", "L27"} <= fired(late)


def test_fault_rule_abstains_without_a_creation_time():
    assert why_not("L27", resolved(Story(created_at=None))) == "nobody knows when the ticket was created"


@given(order=st.permutations([0, 1, 2, 3, 4]))
def test_any_order_that_contradicts_the_times_is_a_fault_and_never_an_error(order):
    events = resolved().customer("3d").events
    shuffled = Story()
    shuffled.tags, shuffled.now_status = ["ai_resolved"], resolved().now_status
    shuffled.events = [events[place] for place in order]
    times = [event.at for event in shuffled.events]
    assert (found("L27", shuffled) is not None) == (times != sorted(times))
    assert result_of(shuffled).labels.value == "resolved_ai"
