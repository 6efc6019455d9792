"""The rules on one invented world as three vendors show it: precision and recall per rule and vendor.

What a vendor's interface cannot show is listed by name in HIDDEN with the reason; there a rule must stay silent or
abstain, never guess. Run with `-s` to see the table.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from clonedesk_connectors.quality.checker import check
from clonedesk_connectors.quality.combine import TicketResult
from clonedesk_connectors.quality.rules import BUILT_IN
from clonedesk_connectors.quality.standard_reader import StandardReader
from clonedesk_connectors.testing.world import Story
from tests.quality.desks import LossyWorld, Pulled, followed, pulled, stories
from tests.quality.test_rules_eligible import ABSENCE
from tests.quality.test_world_truth import MUST_REACH

WORLD = LossyWorld(seed=11, tickets=700)
NO_FOLLOW_UPS = "knows no follow-up tickets: who writes after the end opens another one, which is L13's matter"
NO_ACTORS = "tells of no assignments, and not who changed a status, without the activity export"
HIDDEN = {
    ("intercom", "L04", "follow_up_within_24h"): NO_FOLLOW_UPS,
    ("intercom", "L12", "deleted"): "answers 404 for what was deleted before the first pull, so there is no label",
    ("freshdesk", "L04", "follow_up_within_24h"): NO_FOLLOW_UPS,
    ("freshdesk", "L01", "handover_nobody"): NO_ACTORS,
    ("freshdesk", "L03", "bounced"): NO_ACTORS,
    ("freshdesk with export", "L04", "follow_up_within_24h"): NO_FOLLOW_UPS,
}
ABSTAINING = {NO_ACTORS}
"""For these reasons the rule must say that it abstains; for the others there is nothing that it could see."""

# Intercom writes its own label beside the customer's; the rules judge that one, too.
CLAIMS = {
    "confirmed_resolution": "resolved_ai",
    "assumed_resolution": "resolved_ai",
    "routed_to_team": "escalated",
    "escalated": "escalated",
    "procedure_handoff": "escalated",
    "abandoned": "abandoned",
}
DESKS: dict[str, Callable[[], Pulled]] = {
    "zendesk": lambda: pulled("zendesk", WORLD),
    "intercom": lambda: pulled("intercom", WORLD),
    "freshdesk": lambda: pulled("freshdesk", WORLD),
    "freshdesk with export": lambda: followed(WORLD),
}


class Seen:
    """One vendor's tickets, the verdicts on them, and what should have been found."""

    def __init__(self, name: str) -> None:
        self.name, self.desk = name, DESKS[name]()
        self.results: dict[str, TicketResult] = {}
        tickets = self.desk.tickets
        self.claims = {str(ticket.key): {label.value for label in ticket.vendor_labels} for ticket in tickets}
        check(
            lambda: tickets,
            {},
            self.desk.config,
            datetime.fromtimestamp(WORLD.end_s, UTC),
            rules=BUILT_IN,
            open_reader=StandardReader,
            sink=lambda result: self.results.__setitem__(result.key, result),
        )

    def fired(self, story: Story) -> set[str]:
        result = self.results.get(self.desk.key(story))
        return set() if result is None else {finding.rule for finding in result.findings}

    def expected(self, story: Story) -> set[str]:
        """The truth, as far as the vendor can show it, and what follows from the vendor's own label."""
        if self.desk.key(story) not in self.claims:  # changed in the last minute: it comes with the next pull
            return set()
        truth = story.truth
        hidden = {rule for vendor, rule, scenario in HIDDEN if (vendor, scenario) == (self.name, truth.scenario)}
        written = {label.value for label in truth.labels}
        own = {CLAIMS[word] for word in self.claims[self.desk.key(story)] & CLAIMS.keys()}
        never_escalated = "ai_agent" in self.claims[self.desk.key(story)] and "escalated" in written
        more = {"L15"} if len(written | own) > 1 or never_escalated else set()
        if "resolved_ai" in own - written and truth.abandonment == "definite" and truth.abandonment_reason != "d":
            more.add("L08")
        return (truth.rules | more) - hidden

    def counts(self) -> dict[str, tuple[int, int, int]]:
        """Right, false and missed findings per rule."""
        right, false, missed = Counter[str](), Counter[str](), Counter[str]()
        for story in stories(WORLD):
            fired, expected = self.fired(story), self.expected(story)
            right.update(fired & expected)
            missed.update(expected - fired)
            false.update(fired - expected - story.truth.tolerated)
        return {rule: (right[rule], false[rule], missed[rule]) for rule in sorted({*right, *false, *missed})}


@pytest.fixture(scope="module", params=list(DESKS))
def seen(request: pytest.FixtureRequest) -> Seen:
    return Seen(request.param)


def test_every_vendor_lets_the_rules_find_what_is_wrong_and_little_else(seen: Seen) -> None:
    poor = {}
    for rule, (right, false, missed) in seen.counts().items():
        precision, recall = right / max(1, right + false), right / max(1, right + missed)
        print(
            f"{seen.name:22} {rule}  fired {right + false:3}  expected {right + missed:3}  "
            f"precision {precision:.3f}  recall {recall:.3f}"
        )
        if rule in MUST_REACH and (precision < 0.98 or recall < 0.95):
            poor[rule] = (precision, recall)
    assert poor == {}


def test_next_to_nothing_is_left_for_the_next_pull(seen: Seen) -> None:
    assert len(seen.claims) >= WORLD.tickets - 2


def test_every_rule_has_cases_to_prove_itself_on(seen: Seen) -> None:
    few = {rule: right for rule, (right, _, _) in seen.counts().items() if rule in MUST_REACH and right < 5}
    assert few == {}


def test_what_a_vendor_cannot_show_is_never_guessed(seen: Seen) -> None:
    for (vendor, rule, scenario), reason in HIDDEN.items():
        if vendor != seen.name:
            continue
        cases = [story for story in stories(WORLD) if story.truth.scenario == scenario and rule in story.truth.rules]
        assert len(cases) >= 3
        assert [story.number for story in cases if rule in seen.fired(story)] == []
        for story in cases if reason in ABSTAINING else ():
            assert rule in {one.rule for one in seen.results[seen.desk.key(story)].abstentions}


def test_no_rule_on_absence_fires_where_history_is_truncated(seen: Seen) -> None:
    cut = [story for story in stories(WORLD) if story.truth.excluded == "history_incomplete"]
    assert len(cut) >= 3
    assert [seen.fired(story) & ABSENCE for story in cut] == [set()] * len(cut)
