"""The checker as a whole: verdicts, weights, precision, segments, readiness, and input that is not as it should be."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clonedesk_connectors.errors import ConfigError
from clonedesk_connectors.model import Status
from clonedesk_connectors.protocol import AccountConfig
from clonedesk_connectors.quality.batches import BatchCounter
from clonedesk_connectors.quality.checker import check
from clonedesk_connectors.quality.findings import Severity, Verdict
from clonedesk_connectors.quality.labels import EscalationLabel, LabelSource, LabelValue
from clonedesk_connectors.quality.opinions import TextOpinion
from clonedesk_connectors.quality.people import opening, similarity
from clonedesk_connectors.quality.precision import ReviewedFinding, learn, wilson
from clonedesk_connectors.quality.report import Tally
from clonedesk_connectors.quality.rules import BUILT_IN, Found, rule
from clonedesk_connectors.quality.settings import CheckSettings
from tests.quality.build import CONFIG, Story, WordReader, escalated, found, resolved, result_of, run, span, when
from tests.quality.test_rules_doubtful import Oracle, careless


def confirmed(native_id: str = "1", **header: object) -> Story:
    story = Story(native_id, **header).customer("0m").ai("1m").customer("2m", "thanks").solved("3m")
    return story.label("3m", "resolved_ai", by="ai")


def test_a_clean_ticket_is_kept_with_full_weight():
    result = result_of(confirmed())
    assert (result.findings, result.severity, result.decision, result.weight) == ((), None, "keep", 1.0)


def test_medium_halves_the_weight_and_low_does_not():
    assert result_of(confirmed().customer("3d", "thanks")).weight == 1.0
    medium = result_of(confirmed().customer("3d", "it broke again").ai("73h").customer("74h", "thanks"))
    assert (medium.severity, medium.decision, medium.weight) == (Severity.MEDIUM, "keep", 0.5)


def test_high_findings_that_agree_are_dropped_with_a_proposal():
    result = result_of(resolved().human("1h").rated("2h", 1))
    assert (result.decision, result.proposal, result.weight) == ("drop", "escalated", 0.0)


def test_findings_that_propose_different_labels_go_to_people():
    result = result_of(resolved().customer("20m", "a real person please").ai("21m", "which one?").rated("80h", 1))
    assert {one.proposal for one in result.findings} == {"escalated"}
    torn = escalated().solved("3m").rated("1h", 5).label("2h", "resolved_ai").field("3h", "escalated").human("9h")
    judged = result_of(torn)
    assert {one.proposal for one in judged.findings if one.proposal} == {"escalated"}
    both = Story().customer("0m").ai("1m", "which one?").solved("2m").label("2m", "resolved_ai", by="ai")
    both.other("3m", "human", "call")
    split = result_of(both)
    assert (split.decision, split.proposal, split.weight) == ("needs_review", None, 0.0)


def test_an_unlabelled_ticket_gets_no_verdict():
    report = run(Story().customer("0m").ai("1m"), confirmed("2"))
    assert [one.key for one in report.results()] == ["zendesk:acme:ticket:2"]
    assert (report.tickets, report.labelled, report.unlabelled) == (2, 1, 1)


def test_wilson_interval_agrees_with_the_published_examples():
    assert wilson(8, 10) == pytest.approx((0.4902, 0.9433), abs=5e-5)
    assert wilson(0, 10) == pytest.approx((0.0, 0.2775), abs=5e-5)
    assert wilson(0, 0) == (0.0, 1.0)


def reviews(right: int, wrong: int, rule: str = "L02", version: int = 1) -> list[ReviewedFinding]:
    return [ReviewedFinding(rule, version, f"t{n}", n < right) for n in range(right + wrong)]


def test_a_rule_that_people_refute_turns_itself_down_and_says_so():
    story = resolved().human("1h")
    report = run(story, reviews=reviews(20, 30))
    finding = next(iter(report.results())).findings[0]
    assert (finding.rule, finding.severity, finding.marks) == ("L02", Severity.LOW, ("demoted",))
    assert "people confirmed only 20 of 50" in finding.explanation
    assert report.precision["L02"].demoted
    assert report.notes[-1] == (
        "L02: 20 of 50 reviewed findings were right (40%, 95 % interval 28% to 54%); from now on it counts as low."
    )


def test_fewer_than_fifty_reviews_or_half_right_change_nothing():
    assert not learn(reviews(10, 39), BUILT_IN, CheckSettings())["L02"].demoted
    assert not learn(reviews(25, 25), BUILT_IN, CheckSettings())["L02"].demoted


def test_reviews_of_another_version_or_an_unknown_rule_do_not_count():
    assert learn([*reviews(0, 60, version=9), *reviews(0, 60, rule="X1")], BUILT_IN, CheckSettings()) == {}


def test_the_last_word_on_a_finding_counts():
    words = [ReviewedFinding("L02", 1, "t", False), ReviewedFinding("L02", 1, "t", True)]
    assert (learn(words, BUILT_IN, CheckSettings())["L02"].confirmed) == 1


def test_what_people_said_is_right_reaches_the_text_model():
    oracle = Oracle()
    said = ReviewedFinding("L02", 1, confirmed().key, True, LabelValue.ESCALATED)
    run(confirmed(), reviews=[said], text_model=oracle)
    assert oracle.reviewed == {confirmed().key: "escalated"}


def test_dropping_shows_what_it_does_to_the_escalation_rate_of_each_segment():
    stories = [
        confirmed("1", tier="gold"),
        resolved(Story("2", tier="gold")).human("1h"),
        escalated(Story("3", tier="gold")).human("3m").solved("4m", by="human"),
        confirmed("4"),
    ]
    report = run(*stories)
    gold = next(row for row in report.segments()["tier"] if row.name == "gold")
    assert (gold.labelled, gold.escalated, gold.kept, gold.kept_escalated) == (3, 1, 2, 1)
    assert (gold.rate, gold.kept_rate) == (pytest.approx(1 / 3), 0.5)
    assert [row.name for row in report.segments()["tier"]] == ["(none)", "gold"]
    assert sum(row.labelled for row in report.segments()["tier"]) == report.tally.total.labelled == 4
    assert report.tally.rules == {("L02", Severity.HIGH): 1}


def test_findings_are_counted_by_segment_the_most_frequent_rule_first():
    late = [resolved(Story(f"b{n}", tier="gold")).human("1h") for n in range(2)]
    report = run(
        *late, resolved(Story("c", tier="gold")).human("1h").rated("2h", 1), resolved(Story("d")).rated("2h", 1)
    )
    assert report.tally.rules_by("tier") == {"(none)": {"L06": 1}, "gold": {"L02": 3}}
    assert list(report.tally.rules_by("ticket_type")["delivery"].items()) == [("L02", 3), ("L06", 1)]


def test_readiness_counts_clean_tickets_and_names_the_fastest_way():
    settings = CheckSettings(readiness_goal=10)
    waiting = [resolved(Story(f"w{n}", status=Status.OPEN)) for n in range(3)]
    stories = [confirmed("1"), Story("2").customer("0m").ai("1m"), *waiting]
    ready = run(*stories, settings=settings).readiness
    assert (ready.goal, ready.clean, ready.missing) == (10, 1, 9)
    assert ready.by_type == {"delivery": 1}
    assert ready.steps == (
        (3, "3 tickets only have to settle; check again after the dates L24 names."),
        (1, "1 tickets were handled by an AI and carry no label at all; label them."),
    )


def test_held_out_tickets_are_not_even_read():
    held = confirmed("1").ticket()

    class Untouchable:
        key = held.key

        def __getattr__(self, name: str) -> object:
            raise AssertionError(name)

    tickets = [Untouchable(), confirmed("2").ticket()]
    report = check(
        lambda: tickets,
        {},
        CONFIG,
        when("60d"),
        held_out=frozenset({str(held.key)}),
        rules=BUILT_IN,
        open_reader=WordReader,
        text_model=Oracle(),
    )
    assert (report.held_out, report.tickets) == (1, 1)
    assert [one.key for one in report.results()] == ["zendesk:acme:ticket:2"]


def spoken() -> list[Story]:
    """Clean, contradicted, late, undecided and untouched tickets, two of them twins with opposing labels."""
    person = confirmed("5")
    person.label("9d", "escalated", by="human:bo")
    twin = Story("6").customer("0m").ai("1m").customer("2m", "thanks").solved("3m").label("3m", "escalated", by="ai")
    human_first = Story("7").customer("0m").human("1m").label("2m", "escalated")
    return [confirmed("1"), resolved(Story("2")).human("1h"), escalated(Story("3")), person, twin, human_first]


def opinions(*, flagged: str) -> Oracle:
    return Oracle({flagged: TextOpinion(0.9, 0.8, True)}, bo=careless())


@pytest.mark.parametrize("text", [True, False])
def test_what_waits_for_the_text_model_counts_like_the_verdict_with_its_evidence(text):
    model = opinions(flagged=confirmed("1").key)
    report = run(*spoken(), text=text, text_model=model, reviews=reviews(0, 60))
    tally = Tally()
    for result in report.results():
        tally.add(result)
    tally.close()
    assert tally == report.tally
    assert {("L17", Severity.LOW), ("L18", Severity.MEDIUM), ("L19", Severity.LOW)} <= set(tally.rules)


def test_tickets_are_read_twice_and_with_a_text_model_no_more_often():
    tickets = [story.ticket() for story in spoken()]
    opened = []

    def stream():
        opened.append(1)
        return iter(tickets)

    model = opinions(flagged=confirmed("1").key)
    check(stream, {}, CONFIG, when("60d"), rules=BUILT_IN, open_reader=WordReader, text_model=model)
    assert len(opened) == 2


def test_a_rule_that_needs_the_history_and_the_model_has_both():
    @rule("X02", "Doubted and long", needs_model=True)
    def doubted(case):
        """Looks at events and at the model."""
        opinion = case.opinions.tickets.get(case.facts.key)
        longer = len(case.facts.events) > 2
        return Found(Verdict.WEAKENS, Severity.LOW, "Doubted.", ()) if opinion and longer else None

    report = run(*spoken(), text_model=opinions(flagged=confirmed("1").key), rules=(*BUILT_IN, doubted))
    assert report.tally.rules["X02", Severity.LOW] == 1


def test_results_reach_the_sink_and_can_be_read_again():
    seen = []
    report = run(confirmed("1"), confirmed("2"), sink=seen.append)
    assert seen == list(report.results()) == list(report.results())


def test_streamed_tickets_are_judged_like_those_in_memory():
    stories = [
        confirmed("1"),
        resolved(Story("2")).merged("11m", "1"),
        escalated(Story("3")),
        Story("4").customer("0m"),
    ]
    tickets = [story.ticket() for story in stories]

    def verdicts(opened):
        report = check(opened, {}, CONFIG, when("60d"), rules=BUILT_IN, open_reader=WordReader)
        return report.tickets, report.tally.rules, list(report.results()), list(report.results())

    streamed = verdicts(lambda: iter(tickets))
    assert streamed == verdicts(lambda: tickets)
    assert streamed[2] == streamed[3]
    assert len(streamed[2]) == 3


def test_each_account_has_its_own_configuration():
    other = confirmed("2", account="other")
    other.tags = ["done"]
    other.events[-1] = other.events[-1].model_copy(update={"added": ("done",)})
    configs = {"zendesk:acme": CONFIG, "zendesk:other": AccountConfig(label_tags={"done": "abandoned"})}
    values = {one.key: one.labels.value for one in run(confirmed(), other, config=configs).results()}
    assert values == {"zendesk:acme:ticket:1": "resolved_ai", "zendesk:other:ticket:2": "abandoned"}


def test_a_cut_off_without_a_time_zone_is_refused():
    with pytest.raises(ConfigError, match="time zone"):
        check(lambda: [], {}, CONFIG, when("0m").replace(tzinfo=None))


def test_nothing_to_check_is_said():
    assert run().notes[0] == "There are no tickets to check."
    assert run(Story()).notes[:2] == (
        "No ticket carries a label; configure label_tags or label_fields, or import labels.",
        "No text model was used, so L17 and L19 abstained.",
    )
    assert "1 tickets have no events at all and cannot be judged." in run(Story()).notes


def test_a_labelled_ticket_without_events_is_unverifiable_and_no_error():
    story = Story(status=Status.CLOSED, tags=("ai_escalated",))
    story.header["created_at"] = None
    result = result_of(story)
    assert (result.decision, result.severity) == ("drop", Severity.UNVERIFIABLE)
    assert {one.rule for one in result.findings} == {"L21", "L23"}


def test_abstentions_are_counted_by_rule_and_reason():
    report = run(confirmed("1"), confirmed("2"), text=False)
    assert report.tally.abstained["L10", "texts cannot be read: the extra [text] is not installed"] == 2
    assert "Texts were not read, so rules on wording abstained; install the extra [text]." in report.notes


def test_two_imported_labels_that_conflict_are_a_finding_and_not_an_error():
    labels = [EscalationLabel(LabelValue(v), LabelSource.IMPORT, "x", v) for v in ("escalated", "abandoned")]
    assert found("L15", confirmed(), labels={confirmed().key: tuple(labels)}) is not None


ODD = st.sampled_from(["customer", "ai", "human", "unknown", "solved", "closed", "open", "handoff", "note", "rated"])


@given(
    moves=st.lists(st.tuples(ODD, st.integers(-50, 500)), max_size=10),
    label=st.sampled_from(["escalated", "resolved_ai"]),
)
def test_no_history_however_odd_raises_or_escapes_a_verdict(moves, label):
    story = Story()
    for move, hour in moves:
        at = f"{'-' if hour < 0 else ''}{abs(hour)}h"
        if move in ("solved", "closed", "open"):
            story.status(at, move, "customer" if move == "open" else "ai")
        elif move == "rated":
            story.rated(at, 1 + hour % 5, asked="0m")
        elif move in ("handoff", "note"):
            getattr(story, move)(at)
        else:
            story.says(at, move, "some words of mine ?")
    story.label("9d", label)
    result = result_of(story)
    assert result.labels.value == label
    assert (result.weight > 0) == (result.decision == "keep")
    assert all(item.event is None or item.event.startswith("e") for f in result.findings for item in f.evidence)


@given(seconds=st.lists(st.integers(0, 600), max_size=60))
def test_bulk_edits_are_exactly_the_windows_with_enough_actions(seconds):
    counter = BatchCounter(5, span("60s"))
    for second in seconds:
        counter.add("ops", "label", when(f"{second}s"))
    batches = counter.finish()
    for second in seconds:
        windows = [sum(start <= other <= start + 60 for other in seconds) for start in range(second - 60, second + 1)]
        assert (batches.size("ops", "label", when(f"{second}s")) > 0) == (max(windows) >= 5)


def test_actions_of_nobody_are_no_bulk_edit():
    counter = BatchCounter(1, span("60s"))
    counter.add(None, "label", when("0m"))
    assert len(counter.finish()) == 0


def test_similarity_compares_words_and_not_markup():
    assert similarity(opening("<p>Where is <b>my</b> parcel?</p>"), "where is MY parcel") == 1.0
    assert similarity("where is my parcel", "where is the parcel now") == pytest.approx(3 / 6)
    assert similarity("", "") == 0.0
    assert len(opening("<p>" + "long " * 1000)) == 200
