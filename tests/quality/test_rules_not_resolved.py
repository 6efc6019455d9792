"""L02, L04, L05, L06, L28: labels that say the AI resolved it, though somebody came after."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from clonedesk_connectors.model import Status
from clonedesk_connectors.protocol import AccountConfig
from clonedesk_connectors.quality.findings import Severity, Verdict
from tests.quality.build import CONFIG, Story, escalated, found, resolved, result_of, when, why_not
from tests.quality.test_rules_handed_over import MACRO


def test_a_human_reply_after_the_ai_contradicts_a_resolution():
    finding = found("L02", resolved().human("2h", "your   parcel was lost, " + "x" * 300, by="human:bo"))
    assert finding is not None
    assert (finding.verdict, finding.severity, finding.proposal) == (Verdict.CONTRADICTS, Severity.HIGH, "escalated")
    shown = finding.evidence[0]
    assert (shown.what, shown.event, shown.at) == ("message by human agent bo", "e4", when("2h"))
    assert len(shown.value) == 200
    assert shown.value.startswith("your parcel was lost, xxx")


def test_a_private_note_is_no_reply():
    assert found("L02", resolved().note("2h")) is None


def test_a_reply_by_a_configured_bot_is_no_human_reply():
    config = AccountConfig(label_tags=CONFIG.label_tags, bot_users=frozenset({"bo"}))
    assert found("L02", resolved().human("2h", by="human:bo"), config=config) is None


def test_human_reply_abstains_for_a_shared_account():
    assert why_not("L02", resolved().human("2h", by="human:Support")) is not None


def test_human_reply_abstains_when_it_was_only_a_macro():
    def macro(number: int) -> Story:
        return resolved(Story(str(number))).assign("1h", "human").human("1h4s", MACRO)

    assert why_not("L02", *map(macro, range(5))) == "the only human message looks automatic (L29)"


@given(order=st.lists(st.sampled_from(["ai", "human", "customer"]), max_size=6))
def test_a_reply_counts_whenever_it_follows_the_ai(order):
    story = resolved()
    for number, who in enumerate(order):
        story.says(f"{20 + number}m", who, "some words of mine")
    assert (found("L02", story) is not None) == ("human" in order)


def test_a_customer_back_within_24_hours_reopens():
    finding = found("L04", resolved().customer("24h10m", "it is still missing"))
    assert finding is not None
    assert (finding.severity, finding.proposal) == (Severity.HIGH, "escalated")
    assert [item.event for item in finding.evidence] == ["e2", "e4", "e4"]
    assert "24" not in finding.explanation
    assert "1 d after the AI closed" in finding.explanation


def test_a_customer_back_one_second_later_does_not():
    assert found("L04", resolved().customer("24h10m1s", "it is still missing")) is None


def test_a_reopening_by_a_rule_does_not_count():
    assert found("L04", resolved().status("2h", "open", "rule")) is None
    assert found("L04", resolved().status("2h", "open", "customer", cause="rule")) is None
    assert found("L04", resolved().status("2h", "open", "customer")) is not None


def test_mere_thanks_lowers_the_reopening():
    finding = found("L04", resolved().customer("2h", "thanks"))
    assert finding is not None
    assert (finding.severity, finding.proposal, finding.marks) == (Severity.LOW, None, ("ack_only",))


def test_thanks_and_then_a_complaint_is_more_than_thanks():
    story = (
        resolved().customer("2h", "thanks").status("2h", "open", "customer").customer("3h", "no, it is still missing")
    )
    finding = found("L04", story)
    assert finding is not None
    assert finding.severity is Severity.HIGH


def test_a_reopening_whose_text_cannot_be_read_stays_medium():
    finding = found("L04", resolved().customer("2h", "thanks"), text=False)
    assert finding is not None
    assert (finding.severity, finding.marks) == (Severity.MEDIUM, ("ack_unread",))


def test_a_follow_up_ticket_within_24_hours_reopens():
    later = Story("2", follow_up_of="1", created_at=when("5h")).customer("5h", "again about this")
    finding = found("L04", resolved(), later)
    assert finding is not None
    assert finding.evidence[1].value == "zendesk:acme:ticket:2, 4 h 50 min later"


def test_a_follow_up_opened_by_staff_does_not_reopen():
    later = Story("2", follow_up_of="1", created_at=when("5h")).human("5h", "we write to you").customer("6h")
    assert found("L04", resolved(), later) is None


def test_reopening_abstains_when_nobody_knows_when_the_ticket_closed():
    story = Story(status=Status.CLOSED).customer("0m").ai("1m").label("2m", "resolved_ai")
    assert why_not("L04", story) == "the ticket is closed, but no event says when and by whom"
    assert why_not("L05", story) is not None


@given(seconds=st.integers(1, 16 * 86400))
def test_each_return_is_counted_by_exactly_the_rule_of_its_delay(seconds):
    story = resolved().customer(f"{600 + seconds}s", "it is still missing")
    assert (found("L04", story) is not None) == (seconds <= 86400)
    assert (found("L05", story) is not None) == (86400 < seconds <= 14 * 86400)


def test_a_return_after_three_days_is_outside_the_definition():
    finding = found("L05", resolved().customer("3d", "it is still missing"))
    assert finding is not None
    assert (finding.severity, finding.proposal) == (Severity.MEDIUM, None)


def test_late_thanks_are_only_a_hint():
    finding = found("L05", resolved().customer("3d", "thanks again"))
    assert finding is not None
    assert finding.severity is Severity.LOW


def test_a_return_after_a_human_answer_is_not_the_ais():
    story = Story().customer("0m").ai("1m").human("5m").solved("10m", by="human").label("10m", "resolved_ai")
    assert found("L05", story.customer("3d", "again")) is None


def test_a_low_rating_contradicts_a_resolution():
    finding = found("L06", resolved().rated("2h", 2, comment="the bot repeated itself"))
    assert finding is not None
    assert (finding.severity, finding.proposal) == (Severity.HIGH, "escalated")
    assert finding.evidence[0].value == "2 of 5 (raw 2 on scale 1-5, about ticket)"
    assert finding.evidence[1].value == "the bot repeated itself"


def test_a_low_rating_after_a_human_message_judges_the_human():
    assert found("L06", resolved().human("1h").rated("2h", 1)) is None


def test_the_last_of_two_ratings_counts():
    assert found("L06", resolved().rated("2h", 1).rated("3h", 5)) is None
    assert found("L06", resolved().rated("2h", 5).rated("3h", 1)) is not None


def test_low_rating_abstains_on_a_scale_nobody_knows():
    assert why_not("L06", resolved().rated("2h", None, raw="meh")) == "a rating was given on a scale that is not known"


def test_a_survey_nobody_answered_is_no_rating():
    assert why_not("L06", resolved().rated("2h", None)) is None


@given(value=st.integers(1, 5))
def test_only_one_and_two_are_low(value):
    assert (found("L06", resolved().rated("2h", value)) is not None) == (value <= 2)


def test_an_ai_that_ends_what_a_person_answered_does_not_resolve_it():
    finding = found("L28", Story().customer("0m").ai("1m").human("1h").ai("2h").solved("2h").label("2h", "resolved_ai"))
    assert finding is not None
    assert (finding.severity, finding.proposal) == (Severity.MEDIUM, "escalated")
    assert [item.event for item in finding.evidence] == ["e2", "e3"]


def test_a_ticket_the_human_ended_is_not_ai_after_human():
    story = Story().customer("0m").ai("1m").human("1h").ai("2h").solved("2h", by="human").label("2h", "resolved_ai")
    assert found("L28", story) is None


def test_ai_after_human_abstains_when_nobody_knows_who_closed():
    story = Story(status=Status.SOLVED).customer("0m").ai("1m").human("1h").ai("2h").label("2h", "resolved_ai")
    assert why_not("L28", story) is not None


@given(minutes=st.lists(st.integers(0, 100), min_size=1, max_size=4, unique=True), human=st.integers(0, 100))
def test_ai_after_human_is_a_matter_of_order_alone(minutes, human):
    story = Story().customer("0m").ai("1m")
    for at, who in sorted([*((minute, "ai") for minute in minutes), (human, "human")]):
        story.says(f"{2 + at}m", who, "words of mine")
    story.solved("3h").label("3h", "resolved_ai", by="ai")
    assert (found("L28", story) is not None) == (max(minutes) > human)


def test_rules_about_resolution_leave_other_labels_alone():
    story = escalated().human("1h").solved("2h").customer("3h", "again").rated("4h", 1)
    assert {one.rule for one in result_of(story).findings}.isdisjoint({"L02", "L04", "L05", "L06", "L28"})
