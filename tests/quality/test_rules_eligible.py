"""L12, L21, L22, L23, L24, L25: tickets that are no examples or cannot be judged."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from clonedesk_connectors.model import Coverage, Gap, Person, Status
from clonedesk_connectors.quality.findings import Severity
from clonedesk_connectors.quality.settings import CheckSettings
from tests.quality.build import Story, escalated, fired, found, resolved, result_of, when, why_not

ABSENCE = {"L01", "L03", "L07", "L08", "L09", "L10", "L25", "L26", "L29"}


def test_a_merged_ticket_is_no_example():
    finding = found("L12", resolved().merged("2h", "77"))
    assert finding is not None
    assert finding.severity is Severity.EXCLUDE
    assert (finding.evidence[0].event, finding.evidence[0].value) == ("e4", "77")


def test_spam_deleted_and_tagged_tickets_are_no_examples():
    assert found("L12", resolved(Story(is_spam=True))) is not None
    assert found("L12", resolved(Story(status=Status.DELETED))) is not None
    assert found("L12", resolved(Story(tags=("Duplicate",)))) is not None


def test_an_ordinary_tag_excludes_nothing():
    assert found("L12", resolved(Story(tags=("spam_folder_question",)))) is None


def test_exclusion_abstains_on_a_status_nobody_mapped():
    story = resolved(Story(status=Status.UNKNOWN, raw_status="quarantined"))
    assert why_not("L12", story) == "the ticket has a status that is not known"


def test_nothing_else_is_said_about_an_excluded_ticket_than_what_excludes_it():
    assert fired(resolved(Story(is_spam=True)).human("1h").customer("2h")) == {"L12"}


@given(tag=st.sampled_from(["spam", "SPAM", "duplicate", "merged", "vip", "closed_by_merge"]))
def test_excluding_tags_compare_without_case(tag):
    assert (found("L12", resolved(Story(tags=(tag,)))) is not None) == (tag != "vip")


def short(text: str, **header: object) -> Story:
    return Story(**header).customer("0m", text).ai("1m").solved("2m").label("2m", "resolved_ai", by="ai")


def test_two_words_are_nothing_to_judge():
    finding = found("L21", short("hello broken thing"))
    assert finding is not None
    assert finding.severity is Severity.UNVERIFIABLE
    assert (finding.evidence[0].value, finding.evidence[0].event) == ("broken thing", "e0")


def test_three_words_of_fifteen_characters_are_enough():
    assert found("L21", short("parcel never arrived")) is None


def test_japanese_needs_no_spaces_to_be_enough():
    assert found("L21", short("注文が届きません")) is None


def test_a_later_message_makes_up_for_a_short_first_one():
    assert found("L21", short("hi").customer("1h", "the parcel never arrived here")) is None


def test_nothing_to_judge_needs_no_reader_when_nothing_was_written():
    assert found("L21", short(""), text=False) is not None


def test_nothing_to_judge_abstains_without_texts():
    assert why_not("L21", short("hello"), text=False) == "texts cannot be read: the extra [text] is not installed"


@given(words=st.integers(0, 8), size=st.integers(1, 8))
def test_too_short_means_fewer_than_three_words_or_fifteen_characters(words, size):
    text = " ".join(["x" * size] * words)
    assert (found("L21", short(text)) is not None) == (words < 3 or len(text) < 15)


def test_internal_requesters_are_tests():
    inside = Person(id="1", email="ann@EXAMPLE.org")
    finding = found("L22", resolved(Story(requester=inside)))
    assert finding is not None
    assert finding.severity is Severity.EXCLUDE
    assert "mail domain is the company's own" in finding.explanation


def test_staff_test_tags_test_flags_and_sandbox_brands_are_tests():
    assert found("L22", resolved(Story(requester=Person(id="1", is_staff=True)))) is not None
    assert found("L22", resolved(Story(tags=("QA",)))) is not None
    assert found("L22", resolved(Story(is_test=True))) is not None
    sandbox = CheckSettings(sandbox_brands=frozenset({"b9"}))
    assert found("L22", resolved(Story(brand_id="b9")), settings=sandbox) is not None


def test_a_customer_at_a_similar_domain_is_no_test():
    assert found("L22", resolved(Story(requester=Person(id="1", email="ann@notexample.org")))) is None


def test_test_rule_abstains_without_a_requester():
    assert why_not("L22", resolved(Story(requester=None))) == "the requester is not known"


@given(count=st.integers(1, 13))
def test_ten_identical_texts_of_one_requester_are_a_monitor(count):
    probe = Person(id="probe")
    stories = [
        Story(str(n), requester=probe, created_at=when(f"{n * 40}d")).customer(f"{n * 40}d") for n in range(count)
    ]
    stories[0].ai("1m").solved("2m").label("2m", "resolved_ai", by="ai")
    assert (found("L22", *stories, cut="600d") is not None) == (count >= 10)


def test_missing_history_is_said_with_what_is_missing():
    gap = Coverage(messages_expected=5, messages_got=2, gaps=(Gap(what="messages", why="rate limit"),))
    finding = found("L23", resolved(Story(coverage=gap)))
    assert finding is not None
    assert finding.severity is Severity.UNVERIFIABLE
    assert [item.value for item in finding.evidence[:3]] == [
        "messages: rate limit",
        "messages: 2 of 5 were synced",
        "2 of 5 messages",
    ]
    assert (finding.evidence[3].event, finding.evidence[4].event) == ("e0", "e3")


def test_a_history_that_begins_after_the_creation_is_missing_its_beginning():
    late = Story(created_at=when("-2d"))
    assert found("L23", resolved(late)) is not None
    assert found("L23", resolved(Story(created_at=when("-4m")))) is None


def test_complete_history_is_not_truncated():
    assert found("L23", resolved()) is None


def test_truncation_abstains_when_the_helpdesk_does_not_count():
    assert why_not("L23", resolved(Story(coverage=Coverage()))) is not None


@given(expected=st.integers(0, 6), got=st.integers(0, 6))
def test_fewer_messages_than_counted_switch_every_rule_on_absence_off(expected, got):
    counts = Coverage(messages_expected=expected, messages_got=got, events_complete=True)
    story = Story(coverage=counts).customer("0m").ai("1m", "which one?").solved("2m").label("2m", "resolved_ai")
    rules = fired(story)
    assert ("L23" in rules) == (got < expected)
    assert bool(rules & ABSENCE) == (got >= expected)


def test_an_open_ticket_is_not_settled():
    finding = found("L24", resolved(Story(status=Status.PENDING)))
    assert finding is not None
    assert finding.severity is Severity.UNVERIFIABLE
    assert [item.value for item in finding.evidence] == ["2026-05-01T10:00:00+00:00", "pending"]


def test_a_ticket_tells_from_when_on_it_can_be_judged():
    finding = found("L24", resolved(), cut="20h")
    assert finding is not None
    assert [(item.what, item.at) for item in finding.evidence[1:]] == [
        ("reopening possible until", when("24h10m")),
        ("silence possible until", when("72h1m")),
    ]
    assert "from 2026-03-05 10:01 UTC on" in finding.explanation


def test_a_survey_that_may_still_be_answered_keeps_a_ticket_open():
    assert found("L24", resolved().rated("80h", None, asked="80h"), cut="90h") is not None
    assert found("L24", resolved().rated("80h", None, asked="80h"), cut="152h") is None


def test_a_decided_escalation_has_no_open_window():
    story = escalated().human("3m").solved("4m", by="human")
    assert found("L24", story, cut="5m") is None


def test_settling_abstains_on_a_status_nobody_mapped():
    assert why_not("L24", resolved(Story(status=Status.UNKNOWN, raw_status="limbo"))) is not None


@given(status=st.sampled_from(sorted(Status)))
def test_only_new_open_pending_and_on_hold_are_unsettled(status):
    story = resolved(Story(status=status))
    assert (found("L24", story) is not None) == (status in ("new", "open", "pending", "on_hold"))


def human_only() -> Story:
    return Story().customer("0m").human("5m").solved("6m", by="human").label("7m", "escalated", by="human")


def test_a_label_on_a_ticket_without_ai_is_no_example():
    finding = found("L25", human_only())
    assert finding is not None
    assert finding.severity is Severity.EXCLUDE
    assert (finding.evidence[0].event, finding.evidence[0].value) == ("e1", "human agent human-1")


def test_an_ai_that_comes_late_or_only_drafts_is_told_apart():
    late = human_only().ai("8m")
    assert "A person answered before the AI" in found("L25", late).explanation
    drafted = Story().customer("0m").note("1m", by="ai").human("5m").label("7m", "escalated")
    assert "only wrote drafts" in found("L25", drafted).explanation


def test_an_assignment_to_the_ai_is_involvement():
    assert (
        found("L25", Story().customer("0m").assign("1m", "ai").solved("2m", by="rule").label("3m", "resolved_ai"))
        is None
    )


def test_no_ai_abstains_when_somebody_unknown_wrote_or_history_is_missing():
    unknown = Story().customer("0m").human("1m", by="unknown").label("2m", "resolved_ai")
    assert why_not("L25", unknown) == "somebody who may be a person or the AI wrote"
    part = human_only()
    part.header["coverage"] = Coverage(events_complete=False)
    assert why_not("L25", part) is not None


@given(ai=st.integers(1, 50), human=st.integers(1, 50))
def test_whoever_speaks_first_decides_whether_the_ai_had_the_ticket(ai, human):
    story = Story().customer("0m")
    for minute, who in sorted([(ai, "ai"), (human, "human")]):
        story.says(f"{minute}m", who, "words of mine")
    story.label("2h", "resolved_ai")
    assert (found("L25", story) is not None) == (human < ai)


def test_an_excluded_ticket_is_dropped():
    result = result_of(human_only())
    assert (result.decision, result.weight, result.severity) == ("drop", 0.0, Severity.EXCLUDE)
