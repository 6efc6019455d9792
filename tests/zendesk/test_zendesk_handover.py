"""Hand-overs from the AI to people: which rule fired, when, and what is none."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from clonedesk_connectors.model import Handoff
from clonedesk_connectors.protocol import AccountConfig
from tests.zendesk.helpers import ANN, BOT, CUSTOMER, change, comment, header, read, row

CONFIG = AccountConfig(bot_users=frozenset({"802"}), ai_groups=frozenset({"51"}), ai_tags=frozenset({"bot"}))


def hand_overs(*rows: dict[str, Any], **more: Any) -> list[tuple[str | None, str, str | None]]:
    ticket = read(*rows, config=CONFIG, **more)
    return [(e.raw, e.id, e.to_id) for e in ticket.events if isinstance(e, Handoff)]


def test_an_assignee_that_becomes_human_after_the_ai_spoke_is_a_hand_over() -> None:
    rows = row(1, BOT, comment(11, BOT)), row(2, BOT, change(21, "assignee_id", ANN))
    assert hand_overs(*rows) == [("assignee_became_human", "21:handoff", "801")]


def test_an_assignee_that_becomes_human_after_the_ai_was_assigned_is_a_hand_over() -> None:
    rows = row(1, ANN, change(20, "assignee_id", BOT)), row(2, BOT, change(21, "assignee_id", ANN, BOT))
    assert hand_overs(*rows) == [("assignee_became_human", "21:handoff", "801")]


def test_a_group_that_leaves_the_ai_groups_is_a_hand_over() -> None:
    assert hand_overs(row(2, BOT, change(21, "group_id", 52, 51))) == [("left_ai_group", "21:handoff", "52")]


def test_a_group_told_without_its_past_is_known_from_the_history() -> None:
    rows = row(1, ANN, change(20, "group_id", 51)), row(2, BOT, change(21, "group_id", 52))
    assert hand_overs(*rows) == [("left_ai_group", "21:handoff", "52")]


def test_an_ai_tag_means_that_an_ai_has_the_ticket() -> None:
    rows = row(1, ANN, change(20, "tags", ["Bot"], [])), row(2, ANN, change(21, "assignee_id", ANN))
    assert hand_overs(*rows) == [("assignee_became_human", "21:handoff", "801")]


def test_group_and_assignee_in_one_save_are_one_hand_over() -> None:
    rows = (
        row(1, BOT, comment(11, BOT)),
        row(2, BOT, change(21, "group_id", 52, 51), change(22, "assignee_id", ANN)),
    )
    assert hand_overs(*rows) == [("left_ai_group", "21:handoff", "52")]


def test_given_back_and_handed_over_again_is_two_hand_overs() -> None:
    rows = [
        row(n, BOT, change(20 + n, "group_id", new, old)) for n, (new, old) in enumerate([(52, 51), (51, 52), (52, 51)])
    ]
    assert [raw for raw, _, _ in hand_overs(*rows)] == ["left_ai_group", "left_ai_group"]


@pytest.mark.parametrize(
    "rows",
    [
        [row(1, ANN, change(21, "assignee_id", ANN))],
        [row(1, ANN, comment(11, ANN)), row(2, BOT, comment(12, BOT)), row(3, ANN, change(21, "assignee_id", ANN))],
        [row(1, BOT, comment(11, BOT, public=False)), row(2, BOT, change(21, "assignee_id", ANN))],
        [row(1, BOT, comment(11, BOT)), row(2, BOT, change(21, "tags", ["escalated"], ["bot"]))],
        [row(1, BOT, comment(11, BOT)), row(2, BOT, change(21, "assignee_id", None, BOT))],
        [row(1, BOT, change(21, "group_id", None, 51))],
    ],
    ids=["no AI before", "a person spoke first", "an AI note", "a tag alone", "nobody assigned", "no group"],
)
def test_what_is_no_hand_over(rows: list[dict[str, Any]]) -> None:
    assert hand_overs(*rows) == []


OLD_SCOPE = [{"id": "7", "generated_timestamp": 1772446200}]  # 10:10


def test_leaving_the_ai_scope_is_dated_with_the_first_sign_of_people() -> None:
    rows = row(5, BOT, comment(11, BOT)), row(20, ANN, comment(12, ANN)), row(25, CUSTOMER, comment(13, CUSTOMER))
    ticket = read(*rows, config=CONFIG, support_scope=OLD_SCOPE)
    assert [(e.kind, e.id) for e in ticket.events[1:3]] == [("message", "12"), ("handoff", "12:handoff")]
    assert [(e.raw, e.actor.id) for e in ticket.events if isinstance(e, Handoff)] == [("left_ai_agent_scope", "801")]


def test_leaving_the_ai_scope_without_a_trace_is_dated_at_the_end() -> None:
    ticket = read(row(20, CUSTOMER, comment(12, CUSTOMER)), config=CONFIG, support_scope=OLD_SCOPE)
    last = ticket.events[-1]
    assert (last.kind, last.at) == ("handoff", datetime(2026, 3, 2, 10, 20, tzinfo=UTC))


def test_leaving_the_ai_scope_adds_nothing_to_a_hand_over_that_events_show() -> None:
    rows = [row(20, BOT, change(21, "assignee_id", ANN))]
    assert hand_overs(*rows, support_scope=OLD_SCOPE) == [("assignee_became_human", "21:handoff", "801")]


def test_a_ticket_still_in_the_ai_scope_was_not_handed_over() -> None:
    assert hand_overs(ticket=header(), support_scope=[{"id": "7", "generated_timestamp": 1772447400}]) == []
