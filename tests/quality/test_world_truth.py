"""The rules against the invented world, whose truth is known: precision and recall per rule.

The history is what the Zendesk sandbox shows, read by the Zendesk connector. Run with `-s` to see the table.
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

import pytest

from clonedesk_connectors.model import ticket_json
from clonedesk_connectors.model.lean import read_lean_ticket
from clonedesk_connectors.quality.checker import check
from clonedesk_connectors.quality.combine import TicketResult
from clonedesk_connectors.quality.rules import BUILT_IN
from clonedesk_connectors.quality.standard_reader import StandardReader
from clonedesk_connectors.testing.world import Story
from tests.quality.desks import LossyWorld
from tests.quality.test_rules_eligible import ABSENCE
from tests.quality.worlds import CONFIG, PerfectReader, WorldDesk

MUST_REACH = ("L01", "L02", "L03", "L04", "L05", "L06", "L08", "L10", "L12", "L13", "L15", "L23", "L24", "L25")
Pairs = list[tuple[Story, TicketResult | None]]


class Judged:
    """One world, and the verdicts on it by a reader that errs never and by the real one."""

    def __init__(self) -> None:
        self.world = LossyWorld(seed=11, tickets=1200)
        self.desk = WorldDesk(self.world)
        self.tickets = list(self.desk.tickets())

    def pairs(self, reader: StandardReader) -> Pairs:
        results: dict[str, TicketResult] = {}
        check(
            lambda: self.tickets,
            {},
            CONFIG,
            datetime.fromtimestamp(self.world.end_s, UTC),
            rules=BUILT_IN,
            open_reader=lambda: reader,
            sink=lambda result: results.__setitem__(result.key, result),
        )
        return [(story, results.get(f"zendesk:hollowbrook:ticket:{story.number}")) for story in self.desk.stories()]


@pytest.fixture(scope="module")
def judged() -> Judged:
    return Judged()


@pytest.fixture(scope="module")
def pairs(judged: Judged) -> Pairs:
    return judged.pairs(PerfectReader(judged.desk.names))


def counts(pairs: Pairs) -> dict[str, tuple[int, int, int]]:
    """Right, false and missed findings per rule."""
    right, false, missed = Counter[str](), Counter[str](), Counter[str]()
    for story, result in pairs:
        fired = {finding.rule for finding in result.findings} if result is not None else set()
        right.update(fired & story.truth.rules)
        missed.update(story.truth.rules - fired)
        false.update(fired - story.truth.rules - story.truth.tolerated)
    return {rule: (right[rule], false[rule], missed[rule]) for rule in sorted({*right, *false, *missed})}


def rates(pairs: Pairs) -> dict[str, tuple[float, float]]:
    """Precision and recall per rule; printed as a table."""
    found = {}
    for rule, (right, false, missed) in counts(pairs).items():
        precision, recall = found[rule] = right / max(1, right + false), right / max(1, right + missed)
        print(f"{rule}  precision {precision:.3f}  recall {recall:.3f}  {right} right {false} false {missed} missed")
    return found


def test_rules_find_what_is_wrong_and_little_else(pairs):
    table = rates(pairs)
    assert all(counts(pairs)[rule][0] >= 5 for rule in MUST_REACH)
    assert {rule: table[rule] for rule in MUST_REACH if table[rule][0] < 0.98 or table[rule][1] < 0.95} == {}


def test_with_the_real_reader_they_find_as_much(judged):
    table = rates(judged.pairs(StandardReader()))
    assert {rule: table[rule] for rule in MUST_REACH if table[rule][0] < 0.98 or table[rule][1] < 0.95} == {}


def test_no_rule_on_absence_fires_when_history_is_truncated(pairs):
    truncated = [result for story, result in pairs if story.truth.excluded == "history_incomplete"]
    assert len(truncated) >= 5
    for result in truncated:
        assert result is not None
        assert {finding.rule for finding in result.findings} & ABSENCE == set()


def test_what_the_truth_calls_excluded_is_never_kept(pairs):
    excluded = [result for story, result in pairs if story.truth.excluded and result is not None]
    assert len(excluded) >= 20
    assert {result.decision for result in excluded} == {"drop"}


def test_kept_labels_agree_with_the_truth(pairs):
    """Of kept tickets with a decided truth, the label is right or the truth is an unproven silence."""
    kept = [(story, result) for story, result in pairs if result is not None and result.decision == "keep"]
    wrong = [
        story.truth.scenario
        for story, result in kept
        if story.truth.outcome not in ("unknown", result.labels.value) and result.weight == 1.0
    ]
    assert len(kept) >= 500
    assert len(wrong) / len(kept) < 0.03, Counter(wrong)


def test_learning_from_lean_tickets_gives_the_same_verdicts():
    desk = WorldDesk(LossyWorld(seed=12, tickets=500))
    tickets = list(desk.tickets())
    lines = [ticket_json(ticket) for ticket in tickets]
    assert any(ticket.merged_into for ticket in tickets)
    cut = datetime.fromtimestamp(desk.world.end_s, UTC)
    whole, lean = (
        check(lambda: iter(tickets), {}, CONFIG, cut, open_reader=StandardReader, lean=first)
        for first in (None, lambda: map(read_lean_ticket, lines))
    )
    assert list(lean.results()) == list(whole.results())
    assert (lean.tally.by("channel"), lean.notes) == (whole.tally.by("channel"), whole.notes)
    assert lean.labelled > 300
