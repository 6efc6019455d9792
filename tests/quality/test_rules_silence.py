"""L08, L09, L10, L11, L13: labels that take silence for success."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from clonedesk_connectors.model import Person, Status, VendorLabel
from clonedesk_connectors.quality.findings import Severity
from tests.quality.build import Story, found, resolved, run, when, why_not
from tests.quality.test_rules_handed_over import GAP

ANNA = Person(id="p1", email="anna@example.com")


def asked(story: Story | None = None) -> Story:
    """The AI asks, nobody answers, a rule closes after 80 h."""
    story = story or Story()
    return story.customer("0m").ai("1m", "which order is it?").solved("80h", by="rule").label("80h", "resolved_ai")


def told(story: Story | None = None) -> Story:
    """The AI answers, nobody says whether it helped, a rule closes after 80 h."""
    story = story or Story()
    return story.customer("0m").ai("1m", "it arrives tomorrow").solved("80h", by="rule").label("80h", "resolved_ai")


def test_silence_after_a_question_is_abandonment():
    finding = found("L08", asked(), cut="10d")
    assert finding is not None
    assert (finding.severity, finding.proposal, finding.marks) == (Severity.HIGH, "abandoned", ("a", "e"))
    assert [(item.event, item.value) for item in finding.evidence] == [
        ("e1", "which order is it?"),
        (None, "9 d 23 h"),
        ("e2", "automation rule-1"),
    ]


def test_silence_after_an_answer_is_only_unconfirmed():
    assert found("L08", told()) is None
    finding = found("L09", told())
    assert finding is not None
    assert (finding.severity, finding.proposal) == (Severity.LOW, None)


def test_the_vendors_own_claim_is_shown_beside_the_silence():
    claim = VendorLabel(name="resolution_state", value="assumed_resolution")
    finding = found("L09", told(Story(vendor_labels=(claim,))))
    assert finding is not None
    assert finding.evidence[-1].value == "assumed_resolution"


def test_a_customer_who_said_it_did_not_help_abandoned():
    story = Story().customer("0m").customer("1m", "this is useless").ai("2m").solved("3m").label("3m", "resolved_ai")
    finding = found("L08", story)
    assert finding is not None
    assert finding.marks == ("b",)


def test_the_not_helped_button_needs_no_text():
    finding = found("L08", told().feedback("81h", helped=False), text=False)
    assert finding is not None
    assert finding.marks == ("c",)


def test_confirmed_tickets_are_not_silent():
    assert found("L09", told().feedback("81h", helped=True)) is None
    assert found("L09", told().rated("81h", 4)) is None
    assert found("L09", told().rated("81h", 3)) is not None
    thanked = Story().customer("0m").ai("1m").customer("2m", "thanks").ai("3m", "welcome").solved("4m")
    assert found("L09", thanked.label("4m", "resolved_ai")) is None


def test_a_customer_who_closes_the_ticket_is_not_silent():
    story = Story().customer("0m").ai("1m").solved("2h", by="customer").label("2h", "resolved_ai")
    assert found("L09", story) is None


def test_silence_rules_abstain_without_texts_and_without_history():
    assert why_not("L08", told(), text=False) == "the texts could not be read: the extra [text] is not installed"
    assert why_not("L09", told(), text=False) is not None
    assert why_not("L08", asked(Story(coverage=GAP))) is not None
    assert why_not("L09", told(Story(coverage=GAP))) is not None
    assert found("L08", asked(Story(coverage=GAP))) is None


@given(hours=st.integers(1, 200))
def test_silence_is_judged_after_72_hours_and_not_before(hours):
    story = Story().customer("0m").ai("1h", "which order is it?").solved("2h").label("2h", "resolved_ai", by="ai")
    assert (found("L08", story, cut=f"{1 + hours}h") is not None) == (hours >= 72)


@given(
    texts=st.lists(st.sampled_from(["it arrives tomorrow", "welcome", "which order is it?"]), min_size=1, max_size=4)
)
def test_each_silent_ticket_is_either_definite_or_possible(texts):
    story = Story().customer("0m")
    for number, text in enumerate(texts):
        story.ai(f"{number + 1}m", text)
    story.solved("1h").label("1h", "resolved_ai", by="ai")
    definite = texts[-1].endswith("?") or "it arrives tomorrow" not in texts
    assert (found("L08", story) is not None, found("L09", story) is not None) == (definite, not definite)


def test_a_request_for_a_person_that_nobody_served_is_no_resolution():
    story = Story().customer("0m").ai("1m").customer("2m", "let me talk to a real person").label("9h", "resolved_ai")
    finding = found("L10", story)
    assert finding is not None
    assert (finding.severity, finding.proposal) == (Severity.HIGH, "abandoned")
    assert (finding.evidence[0].event, finding.evidence[0].at) == ("e2", when("2m"))
    assert found("L10", story.handoff("10h")).proposal == "escalated"


def test_a_request_that_a_note_follows_was_seen():
    assert found("L10", resolved().customer("20m", "a real person please").note("30m")) is None


def test_a_request_that_ends_in_thanks_is_only_a_hint():
    story = Story().customer("0m").ai("1m").customer("2m", "a real person please").ai("3m").customer("4m", "thanks")
    finding = found("L10", story.solved("5m").label("5m", "resolved_ai"))
    assert finding is not None
    assert (finding.severity, finding.proposal) == (Severity.LOW, None)


def test_request_for_a_person_abstains_without_texts_and_for_unknown_actors():
    story = resolved().customer("20m", "a real person please")
    assert "[text]" in why_not("L10", story, text=False)
    assert why_not("L10", story.human("30m", by="unknown")) is not None


@given(asked_at=st.integers(11, 60), answered_at=st.integers(11, 60))
def test_a_request_is_served_only_by_what_comes_after_it(asked_at, answered_at):
    story = resolved()
    moments = [(asked_at, "customer", "a real person please"), (answered_at, "human", "how may i help")]
    for minute, who, text in sorted(moments):
        story.says(f"{minute}m", who, text)
    assert (found("L10", story) is not None) == (answered_at < asked_at)


def test_a_closure_by_a_rule_is_not_a_resolution():
    finding = found("L11", told())
    assert finding is not None
    assert (finding.severity, finding.marks) == (Severity.MEDIUM, ("closed_by:automation",))
    thanked = Story().customer("0m").ai("1m").customer("2m", "thanks").solved("80h", by="rule")
    assert found("L11", thanked.label("80h", "resolved_ai")).severity is Severity.LOW


def test_a_closure_by_the_ai_is_none_of_a_clocks():
    assert found("L11", resolved()) is None


def test_solved_to_closed_by_a_rule_is_no_new_closure():
    assert found("L11", resolved().status("96h", "closed", "rule")) is None


def test_closure_rule_abstains_when_nobody_is_named_who_closed():
    story = Story().customer("0m").ai("1m").solved("80h", by="nobody").label("80h", "resolved_ai")
    assert why_not("L11", story) == "the helpdesk does not tell who closed the ticket"


def test_closure_rule_abstains_when_nobody_knows_who_closed():
    story = Story(status=Status.SOLVED).customer("0m").ai("1m").label("2m", "resolved_ai")
    assert why_not("L11", story) is not None


@given(count=st.integers(1, 25))
def test_twenty_closures_within_a_minute_are_a_bulk_edit(count):
    def story(number: int) -> Story:
        one = Story(str(number)).customer("0m").ai("1m").solved(f"2h{number * 2}s", by="system")
        return one.label("2h", "resolved_ai")

    finding = found("L11", *(story(number) for number in range(count)))
    assert finding is not None
    assert any(item.value == str(count) for item in finding.evidence) == (count >= 20)


def again(at: str, **header: object) -> Story:
    fields = {"requester": ANNA, "created_at": when(at), "channel": "chat"} | header
    return Story("2", **fields).customer(at, "where is my parcel, it should be here by now")


def test_the_same_question_in_another_channel_within_a_week_was_not_resolved():
    finding = found("L13", told(Story(requester=ANNA)), again("6d"))
    assert finding is not None
    assert (finding.severity, finding.proposal) == (Severity.HIGH, "abandoned")
    assert [item.value for item in finding.evidence] == [
        "zendesk:acme:ticket:1 (email)",
        "zendesk:acme:ticket:2 (chat)",
        "5 d 23 h",
        "1.00",
        "yes",
        "requester id",
    ]


def test_another_matter_of_the_same_person_is_no_return():
    other = Story("2", requester=ANNA, created_at=when("6d"), ticket_type="invoice").customer("6d", "send the invoice")
    assert found("L13", told(Story(requester=ANNA)), other) is None


def test_the_same_type_alone_weakens_and_a_named_ticket_contradicts():
    other = Story("2", requester=ANNA, created_at=when("6d")).customer("6d", "nothing came")
    assert found("L13", told(Story(requester=ANNA)), other).severity is Severity.MEDIUM
    named = Story("2", requester=ANNA, created_at=when("6d"), linked=("1",)).customer("6d", "nothing came")
    assert found("L13", told(Story(requester=ANNA)), named).severity is Severity.HIGH


def test_a_person_is_found_by_mail_in_another_account_and_never_by_name():
    elsewhere = Person(id="x9", email="ANNA@example.com ", name="Anna")
    finding = found("L13", told(Story(requester=ANNA)), again("3d", account="other", requester=elsewhere))
    assert finding is not None
    assert finding.evidence[-1].value == "e-mail address or phone number"
    namesake = Person(id="x9", name="Anna")
    first = told(Story(requester=Person(id="p1", name="Anna")))
    assert found("L13", first, again("3d", account="other", requester=namesake)) is None


def test_a_linked_ticket_within_a_day_is_a_return_and_a_follow_up_a_reopening():
    linked = again("20h", linked=("1",))
    assert found("L13", told(Story(requester=ANNA)), linked).severity is Severity.HIGH
    follow_up = again("20h", follow_up_of="1")
    assert found("L13", told(Story(requester=ANNA)), follow_up) is None


def test_what_a_tag_calls_merged_is_neither_earlier_nor_later():
    assert found("L13", told(Story(requester=ANNA, tags=("closed_by_merge",))), again("3d")) is None
    assert found("L13", told(Story(requester=ANNA)), again("3d", tags=("Duplicate",))) is None


def test_return_abstains_without_a_requester():
    assert why_not("L13", told(Story(requester=None))) is not None


def test_each_later_ticket_belongs_to_the_latest_earlier_one_only():
    second = told(again("2d"))
    second.events = second.events[:1]
    second.ai("49h").solved("50h").label("50h", "resolved_ai", by="ai")
    third = Story("3", requester=ANNA, created_at=when("4d")).customer("4d", "where is my parcel, it should be here")
    first = told(Story(requester=ANNA))
    assert found("L13", first, second, third).evidence[1].value == "zendesk:acme:ticket:2 (chat)"
    assert found("L13", second, first, third).evidence[1].value == "zendesk:acme:ticket:3 (email)"


def test_a_shared_mailbox_is_nobody():
    crowd = [Story(str(n), requester=ANNA, created_at=when(f"{n}h")).customer(f"{n}h") for n in range(2, 24)]
    report = run(told(Story(requester=ANNA)), *crowd)
    assert "1 shared mailboxes with 23 tickets were left out of repeat contacts." in report.notes
    assert found("L13", told(Story(requester=ANNA)), *crowd) is None


@given(hours=st.integers(1, 24 * 9))
def test_a_return_counts_for_seven_days_after_the_ais_last_word(hours):
    later = again(f"{hours}h1m")
    assert (found("L13", told(Story(requester=ANNA)), later) is not None) == (hours <= 168)
