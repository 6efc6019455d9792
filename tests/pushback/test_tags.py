"""Tags are added and taken away; what others set stays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from clonedesk_connectors.review.states import State
from clonedesk_connectors.testing.sandbox.calls import Call
from tests.pushback.rig import Rig

OURS = ("ai_draft_pending", "ai_draft_approved", "ai_draft_rejected")


def decide(rig: Rig, decision: str, **how: Any) -> None:
    item = rig.queue.claim("ana")
    assert item is not None
    rig.queue.decide(item.draft_id, item.version, "ana", decision, **how)


def test_tags_of_others_stay_and_ours_follow_the_draft(rig: Rig) -> None:
    [number] = rig.open_tickets(1)
    rig.sandbox.update(number, by="human", tag="vip")
    before = rig.look(number).tags or frozenset()
    assert "vip" in before
    rig.submit(rig.draft(number))
    rig.run()
    assert rig.look(number).tags == before | {"ai_draft_pending"}
    decide(rig, "reject", reason="tone")
    rig.run()
    assert rig.look(number).tags == before | {"ai_draft_rejected"}


def test_a_command_tag_is_cleared_once_it_was_heard(rig: Rig) -> None:
    [number] = rig.open_tickets(1)
    rig.submit(rig.draft(number))
    rig.run()
    rig.sandbox.update(number, by="human", tag="ai_draft_escalate")
    decide(rig, "approve")
    rig.run()
    tags = rig.look(number).tags or frozenset()
    assert {tag for tag in tags if tag.startswith("ai_draft")} == {"ai_draft_approved"}


def test_what_is_already_so_is_not_written(rig: Rig) -> None:
    [number] = rig.open_tickets(1)
    rig.sandbox.update(number, by="human", tag="ai_draft_pending")
    rig.submit(rig.draft(number))
    rig.run()
    assert len(rig.sandbox.writes) == 1


@pytest.mark.parametrize(("vendor", "status"), [("zendesk", "closed"), ("freshdesk", "spam"), ("freshdesk", "deleted")])
def test_a_ticket_that_takes_no_tags_any_more_is_left_alone(
    make_rig: Callable[..., Rig], vendor: str, status: str
) -> None:
    rig = make_rig(vendor)
    [number] = rig.open_tickets(1)
    rig.submit(rig.draft(number))
    rig.run()
    written = len(rig.sandbox.writes)
    decide(rig, "reject", reason="tone")
    if vendor == "zendesk":
        rig.sandbox.update(number, by="human", status=status)
    else:
        rig.sandbox.mark(number, status)  # type: ignore[union-attr]
    rig.run()
    assert len(rig.sandbox.writes) == written


def test_tags_that_somebody_sets_between_read_and_write_at_freshdesk_are_the_known_gap(
    make_rig: Callable[..., Rig],
) -> None:
    """The vendor has no additive address and no guard. The gap is one request long, and our own tag is verified."""
    rig = make_rig("freshdesk")
    [number] = rig.open_tickets(1)
    draft_id = rig.submit(rig.draft(number))
    rig.run()
    decide(rig, "reject", reason="tone")

    def interrupt(call: Call) -> str:
        if call.method == "PUT":
            rig.sandbox.update(number, by="human", tag="vip")
        return "answer"

    rig.wire.fate = interrupt
    rig.run()
    tags = rig.look(number).tags or frozenset()
    assert {"ai_draft_rejected"} <= tags
    assert rig.queue.get(draft_id).state is State.DECIDED


@pytest.mark.parametrize("times", [1, 9])
def test_a_helpdesk_that_does_not_keep_a_list_of_tags_is_asked_once_more_and_then_reported(
    make_rig: Callable[..., Rig], times: int
) -> None:
    rig = make_rig("freshdesk")
    [number] = rig.open_tickets(1)
    rig.submit(rig.draft(number))
    left = [times]

    def forget(call: Call, body: Any) -> Any:
        if call.method == "PUT" and left[0] > 0:
            left[0] -= 1
            rig.sandbox.desk.change(number, "human", 1, ("set_tags", ["vip"], None))
            body["tags"] = ["vip"]
        return body

    rig.wire.edit = forget
    refused: dict[str, str] = {}
    rig.run(refused_tags=refused)
    assert len(refused) == (0 if times == 1 else 1)
    assert all("did not keep the tags" in line for line in refused.values())
    assert sum(call.method == "PUT" for call in rig.wire.calls) == 2


@pytest.mark.parametrize("tags", [None, "a,b", 7])
def test_a_list_of_tags_that_is_not_shown_is_never_written_over(make_rig: Callable[..., Rig], tags: Any) -> None:
    rig = make_rig("freshdesk")
    [number] = rig.open_tickets(1)
    draft = rig.draft(number)
    rig.submit(draft)
    rig.run()
    decide(rig, "reject", reason="tone")
    before = rig.look(number).tags

    def hide(call: Call, body: Any) -> Any:
        return {**body, "tags": tags} if isinstance(body, dict) and "tags" in body else body

    rig.wire.edit = hide
    refused: dict[str, str] = {}
    rig.run(refused_tags=refused)
    assert len(refused) == 1
    assert rig.look(number).tags == before
