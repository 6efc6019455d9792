"""Input that is not as it should be: each case gets a clear statement of what could not be judged, never an error.

One test per clause of the promise, through the whole check.
"""

from __future__ import annotations

from collections.abc import Iterable
from random import Random

import pytest

from clonedesk_connectors.model import Status
from clonedesk_connectors.quality.checker import CheckReport, check
from clonedesk_connectors.quality.findings import Severity
from clonedesk_connectors.quality.label_import import read_labels
from clonedesk_connectors.quality.rules import BUILT_IN
from tests.quality.build import CONFIG, Story, found, resolved, result_of, run, when

TOPICS = {
    "escalated": ["fraud", "lawyer", "stolen", "charged", "angry", "refund", "manager", "dispute", "bank", "police"],
    "resolved_ai": ["password", "reset", "login", "page", "link", "mail", "address", "change", "button", "help"],
}
MIXED = {
    "escalated": ["betrug", "avocat", "盗まれた", "احتيال", "angry", "rembolso", "manager", "streit", "banque", "警察"],
    "resolved_ai": ["passwort", "lien", "ログイン", "صفحة", "link", "correo", "adresse", "ändern", "bouton", "助けて"],
}


def told(number: int, label: str, text: str) -> Story:
    """A settled ticket whose label no rule contradicts."""
    story = Story(str(number)).customer("0m", text).ai("1m", "here is how it works")
    if label == "escalated":
        return story.human("2m").solved("3m", by="human").label("3m", label, by="human")
    return story.customer("2m", "thanks").solved("3m").label("3m", label, by="ai")


def desk(count: int, labels: tuple[str, ...], words: dict[str, list[str]] = TOPICS) -> list[Story]:
    dice = Random(3)
    stories = []
    for number in range(count):
        label = labels[number % len(labels)]
        stories.append(told(number, label, " ".join(dice.choices(words[label], k=6))))
    return stories


def modelled(stories: Iterable[Story], **choices: object) -> CheckReport:
    pytest.importorskip("sklearn", reason="needs the extra [quality]")
    from clonedesk_connectors.quality.text_judge import ModelJudge

    return run(*stories, text_model=ModelJudge(), **choices)


def test_tickets_without_events_are_named_and_dropped():
    story = Story(status=Status.CLOSED, tags=("ai_escalated",))
    report = run(story)
    (result,) = report.results()
    assert (result.decision, result.severity) == ("drop", Severity.UNVERIFIABLE)
    assert "1 tickets have no events at all and cannot be judged." in report.notes


def test_unordered_events_are_judged_in_the_order_of_their_times_and_called_a_fault():
    story = resolved().customer("30m", "thanks")
    story.events.reverse()
    for number, event in enumerate(story.events):
        story.events[number] = event.model_copy(update={"seq": number})
    finding = found("L27", story)
    assert finding is not None
    assert finding.evidence[0].what == "events are told in an order that their times contradict"
    assert finding.severity is Severity.HIGH


def test_an_event_that_is_told_twice_counts_once_and_is_called_a_fault():
    story = resolved().customer("12m", "it is still missing")
    story.events.append(story.events[-1])
    judged = result_of(story)
    assert [one.explanation for one in judged.findings if one.rule == "L27"] == [
        "The history cannot be right as it stands: event ids occur twice. Fix the data before trusting the label."
    ]
    assert judged.decision == "drop"


def test_clocks_that_run_backwards_are_called_a_fault():
    early = found("L27", resolved().rated("1h", 5, asked="5h"))
    before = Story().customer("-2h").ai("1m").solved("10m").label("10m", "resolved_ai", by="ai")
    assert early is not None
    assert early.evidence[0].what == "a rating was answered before it was asked for"
    assert found("L27", before).evidence[0].what == "an event lies before the ticket's creation"


def test_labels_of_one_kind_only_are_not_compared_by_text():
    report = modelled(desk(240, ("resolved_ai",)))
    assert report.tally.abstained["L19", "the text model did not judge this ticket"] == 240
    assert "240 tickets: one of the two labels is missing or too rare to learn from" in report.notes


def test_ten_tickets_are_too_few_for_the_text_model_and_enough_for_the_rules():
    report = modelled([*desk(9, ("escalated", "resolved_ai")), resolved(Story("9")).human("1h")])
    assert "10 tickets are too few to learn from" in report.notes
    assert report.tally.rules == {("L02", Severity.HIGH): 1}


def test_a_million_equal_texts_are_refused():
    pytest.importorskip("sklearn", reason="needs the extra [quality]")
    from clonedesk_connectors.quality.textmodel.model import TextModel

    count = 1_000_000
    scores = TextModel().fit_score(["where is my parcel"] * count, ["escalated", "resolved_ai"] * (count // 2))
    assert scores.notes == ("1000000 tickets: their texts hardly differ, so text cannot tell them apart",)
    assert not scores.flagged.any()


def test_empty_texts_are_nothing_to_judge():
    for text in ("", " \n\t "):
        story = Story().customer("0m", text).ai("1m").solved("2m").label("2m", "resolved_ai", by="ai")
        assert result_of(story).decision == "drop"
        assert found("L21", story) is not None
    report = modelled([told(number, "escalated", "") for number in range(5)])
    assert report.tally.rules["L21", Severity.UNVERIFIABLE] == 5


def test_languages_may_be_mixed_as_they_like():
    pytest.importorskip("selectolax", reason="needs the extra [text]")
    from clonedesk_connectors.quality.standard_reader import StandardReader

    pytest.importorskip("sklearn", reason="needs the extra [quality]")
    from clonedesk_connectors.quality.text_judge import ModelJudge

    tickets = [story.ticket() for story in desk(240, ("escalated", "resolved_ai"), MIXED)]
    report = check(
        lambda: tickets, {}, CONFIG, when("60d"), rules=BUILT_IN, open_reader=StandardReader, text_model=ModelJudge()
    )
    assert report.labelled == sum(report.tally.decisions.values()) == 240
    assert report.tally.abstained["L19", "the text model did not judge this ticket"] < 240


def test_labels_for_tickets_that_are_not_here_are_counted_and_named(tmp_path):
    file = tmp_path / "labels.csv"
    file.write_text("ticket,label\nzendesk:acme:ticket:404,escalated\n")
    report = run(resolved(), labels=read_labels(file).labels)
    assert report.unknown_labels == 1
    assert "1 imported labels belong to tickets that are not here: zendesk:acme:ticket:404." in report.notes


def test_imports_that_conflict_are_a_finding_and_no_choice_is_made(tmp_path):
    file = tmp_path / "labels.csv"
    file.write_text("ticket,label\nzendesk:acme:ticket:1,escalated\nzendesk:acme:ticket:1,abandoned\n")
    story = Story().customer("0m").ai("1m", "it arrives tomorrow").solved("2m")
    judged = result_of(story, labels=read_labels(file).labels)
    assert judged.labels.value is None
    assert (judged.decision, judged.weight) == ("drop", 0.0)
    conflict = next(one for one in judged.findings if one.rule == "L15")
    assert conflict.explanation == "The ticket carries labels that cannot both be true: abandoned and escalated."
    assert conflict.proposal is None
