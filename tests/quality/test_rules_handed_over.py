"""L01, L03, L07, L29, L30: labels that say a person took over."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from clonedesk_connectors.model import Coverage, Gap
from clonedesk_connectors.quality.findings import Severity, Verdict
from tests.quality.build import Story, escalated, found, resolved, why_not

GAP = Coverage(gaps=(Gap(what="messages", why="the export left them out"),))
MACRO = "thank you for your patience"


def test_an_escalated_ticket_without_any_human_or_hand_over_is_false():
    finding = found("L01", escalated().customer("2h", "thanks a lot").solved("3h"))
    assert finding is not None
    assert (finding.verdict, finding.severity) == (Verdict.CONTRADICTS, Severity.HIGH)
    assert finding.proposal == "resolved_ai"
    assert [item.event for item in finding.evidence] == [None, "e2", "e3", "e4"]


def test_a_hand_over_nobody_served_only_weakens_the_label():
    finding = found("L01", escalated().handoff("3m").solved("9d", by="rule"))
    assert finding is not None
    assert (finding.severity, finding.proposal) == (Severity.MEDIUM, None)
    assert finding.evidence[0].event == "e3"
    assert finding.marks == ("requested_unanswered",)


def test_a_private_note_by_a_person_is_somebody_who_came():
    assert found("L01", escalated().handoff("3m").note("1h")) is None


def test_an_escalation_by_reopening_needs_no_human():
    assert found("L01", escalated().solved("3m").customer("1h", "still missing")) is None


def test_nobody_came_abstains_when_history_is_missing():
    story = escalated(Story(coverage=GAP)).handoff("3m")
    assert found("L01", story) is None
    assert "history is missing" in (why_not("L01", story) or "")


def test_nobody_came_waits_a_week_after_the_hand_over():
    story = escalated().handoff("1h")
    assert why_not("L01", story, cut="7d") == "too early: judged 7 days after the hand-over"
    assert found("L01", story, cut="7d1h") is not None


def test_nobody_came_abstains_when_an_actor_may_be_a_person():
    assert why_not("L01", escalated().human("1h", by="unknown:shared")) is not None


@given(hours=st.integers(0, 24 * 20))
def test_nobody_came_depends_on_the_wait_alone(hours):
    story = escalated().handoff("3h")
    assert (found("L01", story, cut=f"{hours}h") is not None) == (hours - 3 >= 168)


def test_a_ticket_that_came_back_within_a_day_bounced():
    finding = found("L03", escalated().assign("1h", "human").assign("20h", "ai"))
    assert finding is not None
    assert finding.severity is Severity.MEDIUM
    assert finding.marks == ("literal_only",)
    assert [item.event for item in finding.evidence] == ["e3", "e4"]


def test_a_ticket_that_came_back_after_a_day_did_not_bounce():
    assert found("L03", escalated().assign("1h", "human").assign("25h1m", "ai")) is None


def test_a_routing_flicker_is_no_bounce():
    assert found("L03", escalated().group("1h", "group").group("1h1m", "ai")) is None


def test_bounce_abstains_when_history_is_missing():
    story = escalated(Story(coverage=GAP)).assign("1h", "human").assign("2h", "none")
    assert why_not("L03", story) is not None


def test_bounce_abstains_when_the_helpdesk_tells_no_assignments():
    silent = Coverage(messages_got=2, events_complete=None)
    assert why_not("L03", escalated(Story(coverage=silent))) == (
        "the helpdesk does not tell who was given the ticket, and when"
    )
    assert why_not("L03", escalated(Story(coverage=silent)).assign("1h", "human")) is None


@given(minutes=st.integers(2, 3000))
def test_a_bounce_is_a_matter_of_24_hours(minutes):
    story = escalated().assign("1h", "human", by="human").assign(f"{60 + minutes}m", "none", by="human")
    assert (found("L03", story) is not None) == (minutes <= 1440)


def test_a_good_rating_without_a_person_speaks_for_the_ai():
    finding = found("L07", escalated().solved("1h").rated("2h", 5))
    assert finding is not None
    assert (finding.severity, finding.proposal) == (Severity.MEDIUM, "resolved_ai")
    assert finding.evidence[0].event == "e4"


def test_a_good_rating_after_a_person_wrote_says_nothing_about_the_ai():
    assert found("L07", escalated().human("1h").solved("2h", by="human").rated("3h", 5)) is None


def test_a_good_rating_abstains_on_a_scale_nobody_knows():
    assert why_not("L07", escalated().rated("2h", None, raw="seven stars")) is not None


@given(value=st.integers(1, 5))
def test_only_four_and_five_are_good(value):
    assert (found("L07", escalated().solved("1h").rated("2h", value)) is not None) == (value >= 4)


def macro_ticket(number: int, delay: str = "5s", body: str = MACRO) -> Story:
    story = escalated(Story(str(number))).assign("1h", "human")
    return story.human(f"1h{delay}", body)


def test_a_text_sent_in_seconds_to_five_tickets_is_a_macro():
    stories = [macro_ticket(number) for number in range(5)]
    finding = found("L29", *stories)
    assert finding is not None
    assert (finding.severity, finding.marks) == (Severity.MEDIUM, ("human_not_proven",))
    assert finding.evidence[1].value == "5"


def test_a_text_of_ones_own_sent_in_seconds_is_no_macro():
    assert found("L29", macro_ticket(0, body="your parcel is at the depot"), *map(macro_ticket, range(1, 5))) is None


def test_macro_abstains_when_history_is_missing():
    first = macro_ticket(0)
    first.header["coverage"] = GAP
    assert why_not("L29", first, *map(macro_ticket, range(1, 5))) is not None


@given(seconds=st.integers(0, 30), tickets=st.integers(1, 7))
def test_a_macro_needs_both_haste_and_repetition(seconds, tickets):
    stories = [macro_ticket(number, f"{seconds}s") for number in range(tickets)]
    assert (found("L29", *stories) is not None) == (seconds < 10 and tickets >= 5)


def test_a_call_by_a_person_is_work_the_thread_does_not_show():
    finding = found("L30", resolved().other("20m", "human", "VoiceComment"))
    assert finding is not None
    assert (finding.severity, finding.proposal) == (Severity.MEDIUM, "escalated")
    assert finding.evidence[0].event == "e4"


def test_a_linked_ticket_with_human_work_counts():
    other = Story("2").human("1h").customer("2h")
    assert found("L30", resolved(Story(linked=("2",))), other) is not None


def test_a_linked_ticket_of_the_customers_own_is_another_contact_and_no_side_work():
    assert found("L30", resolved(Story(linked=("2",))), Story("2").customer("0m").human("1h")) is None


def test_a_linked_ticket_without_human_work_does_not_count():
    assert found("L30", resolved(Story(linked=("2",))), Story("2").customer("0m")) is None


def test_side_channel_abstains_when_history_is_missing():
    assert why_not("L30", resolved(Story(coverage=GAP))) is not None


@given(kind=st.sampled_from(["VoiceComment", "CollabThreadCreated", "Notification", "External", "call"]))
def test_only_known_side_channels_count(kind):
    known = kind in ("VoiceComment", "CollabThreadCreated", "call")
    assert (found("L30", resolved().other("20m", "human", kind)) is not None) == known
