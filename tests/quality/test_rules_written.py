"""L14, L15, L16: how the label was written."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from clonedesk_connectors.model import Actor, ActorKind
from clonedesk_connectors.quality.findings import Severity
from clonedesk_connectors.quality.labels import EscalationLabel, LabelSource, LabelValue
from tests.quality.build import CONFIG, Story, found, resolved, result_of, when, why_not

WORDS = ("escalated", "resolved_ai", "abandoned")


def closed() -> Story:
    return Story().customer("0m").ai("1m").customer("2m", "thanks").solved("10m")


def test_a_label_by_somebody_who_never_took_part_hours_later_is_an_afterthought():
    finding = found("L14", closed().label("3h", "resolved_ai", by="human:ops"))
    assert finding is not None
    assert finding.severity is Severity.MEDIUM
    assert [item.value for item in finding.evidence] == [
        "resolved_ai (tag ai_resolved)",
        "by human agent ops, who never took part",
        "none",
        "2 h 50 min before the label",
    ]
    assert (finding.evidence[0].event, finding.evidence[0].at) == ("e4", when("3h"))


def test_a_late_label_by_somebody_who_took_part_is_fine():
    story = closed().note("11m", by="human:ops").label("3h", "resolved_ai", by="human:ops")
    assert found("L14", story) is None


def test_rules_bulk_edits_and_interfaces_are_never_part_of_the_conversation():
    assert found("L14", closed().label("3h", "resolved_ai", by="rule")) is not None
    assert found("L14", closed().label("3h", "resolved_ai", by="human:ops", cause="bulk")) is not None
    assert found("L14", closed().note("11m", by="human:ops").label("3h", "resolved_ai", by="human:ops", cause="api"))


def test_twenty_labels_by_one_person_within_a_minute_are_a_bulk_edit():
    def labelled(number: int) -> Story:
        one = Story(str(number)).customer("0m").ai("1m").note("2m", by="human:ops").solved("10m")
        return one.label(f"3h{number}s", "resolved_ai", by="human:ops")

    finding = found("L14", *map(labelled, range(20)))
    assert finding is not None
    assert finding.evidence[1].value == "together with 19 other tickets within a minute"
    assert found("L14", *map(labelled, range(19))) is None


def test_a_late_label_that_another_rule_contradicts_is_high():
    story = closed().human("1h").label("3h", "resolved_ai", by="rule")
    severities = {one.rule: one.severity for one in result_of(story).findings}
    assert severities["L14"] is Severity.HIGH


def test_late_label_abstains_when_nobody_knows_when_it_was_written():
    story = closed()
    story.tags = ["ai_resolved"]
    assert why_not("L14", story) == "nobody knows when the label was written"


@given(minutes=st.integers(0, 300))
def test_a_label_is_late_after_an_hour(minutes):
    story = closed().label(f"{10 + minutes}m", "resolved_ai", by="rule")
    assert (found("L14", story) is not None) == (minutes > 60)


def test_a_tag_and_a_field_that_disagree_are_a_conflict():
    finding = found("L15", closed().label("10m", "resolved_ai").field("11m", "escalated"))
    assert finding is not None
    assert (finding.severity, finding.proposal) == (Severity.HIGH, "resolved_ai")
    assert [(item.what, item.value, item.event) for item in finding.evidence] == [
        ("label by tag ai_resolved", "resolved_ai", "e4"),
        ("label by field outcome", "escalated", "e5"),
    ]


def test_a_conflict_that_the_trail_does_not_decide_gets_no_proposal():
    story = Story().customer("0m").ai("1m").solved("2m").label("2m", "resolved_ai").field("3m", "escalated")
    finding = found("L15", story)
    assert finding is not None
    assert finding.proposal is None


def test_two_places_that_agree_are_no_conflict():
    assert found("L15", closed().label("10m", "resolved_ai").field("11m", "resolved")) is None


def test_the_ai_agent_scope_rules_out_an_escalation_and_nothing_else():
    scope = {"support_scope": "ai_agent"}
    assert found("L15", Story(**scope).customer("0m").ai("1m").label("2m", "escalated")) is not None
    assert found("L15", Story(**scope).customer("0m").ai("1m").label("2m", "abandoned")) is None


def test_conflict_abstains_when_a_label_has_a_word_nobody_mapped():
    label = EscalationLabel(LabelValue.UNKNOWN, LabelSource.MANUAL, "list", "half solved")
    story = closed().label("10m", "resolved_ai")
    assert why_not("L15", story, labels={story.key: (label,)}) is not None


@given(values=st.lists(st.sampled_from(WORDS), min_size=1, max_size=4))
def test_a_conflict_is_two_different_values_and_nothing_else(values):
    story = closed()
    given_labels = tuple(EscalationLabel(LabelValue(v), LabelSource.MANUAL, "list", v) for v in values)
    assert (found("L15", story, labels={story.key: given_labels}) is not None) == (len(set(values)) > 1)


def test_a_label_that_flipped_twice_is_doubtful():
    story = closed().label("11m", "escalated").label("12m", "resolved_ai").label("13m", "escalated")
    finding = found("L16", story)
    assert finding is not None
    assert finding.severity is Severity.MEDIUM
    assert [item.value for item in finding.evidence] == [
        "none → escalated",
        "escalated → resolved_ai",
        "resolved_ai → escalated",
    ]


def test_one_correction_is_fine_unless_the_rating_came_before_it():
    assert found("L16", closed().label("11m", "escalated").label("2h", "resolved_ai")) is None
    story = closed().label("11m", "escalated").rated("1h", 5).label("2h", "resolved_ai")
    assert "after the rating had arrived" in found("L16", story).explanation


def test_change_rule_abstains_without_a_history_of_the_label():
    story = closed()
    label = EscalationLabel(LabelValue.RESOLVED_AI, LabelSource.IMPORT, "list", "resolved_ai", when("1h"))
    assert why_not("L16", story, labels={story.key: (label,)}) == "the history of the label is not known"


@given(values=st.lists(st.sampled_from(WORDS), min_size=1, max_size=5))
def test_only_changes_of_the_value_count_as_flips(values):
    story = closed()
    for number, value in enumerate(values):
        story.label(f"{11 + number}m", value)
    flips = sum(earlier != later for earlier, later in pairwise(values))
    assert (found("L16", story) is not None) == (flips >= 2)


def test_an_imported_label_written_after_the_end_is_an_afterthought():
    story = closed()
    setter = Actor(kind=ActorKind.UNKNOWN, id="sheet")
    label = EscalationLabel(LabelValue.RESOLVED_AI, LabelSource.IMPORT, "list", "resolved_ai", when("9d"), setter)
    finding = found("L14", story, labels={story.key: (label,)}, config=CONFIG)
    assert finding is not None
    assert finding.evidence[1].value == "by an import"


def test_the_label_in_force_is_the_tag_on_the_ticket():
    story = closed().label("11m", "escalated").label("12m", "resolved_ai")
    assert result_of(story).labels.value == "resolved_ai"
    assert resolved().ticket().tags == ("ai_resolved",)
