"""What a reviewer does, without a script in the browser: every action is a form that ends in a 303."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from clonedesk_connectors.model import ActorKind
from clonedesk_connectors.protocol.pushback import BasedOn
from clonedesk_connectors.review import checks
from clonedesk_connectors.review.states import State
from clonedesk_connectors.review.web import Role
from clonedesk_connectors.store import Archive
from clonedesk_connectors.store.cache import Normalised
from tests.review.build import BODY, vendor_time
from tests.web.conftest import Person
from tests.web.world import ANA, BEN, LEA, World, hidden, hostile_ticket, submit, turn


async def claimed(person: Person) -> tuple[str, dict[str, str]]:
    """Take the next draft; its address and the fields a decision needs."""
    answer = await person.post("/claim")
    address = answer.headers["location"]
    page = await person.get(address)
    return address, {"version": hidden(page.text, "version")}


async def test_the_first_page_lists_what_waits_in_order(ana: Person) -> None:
    page = (await ana.get("/")).text
    assert "awaiting review" in page
    tickets = [page.index(f"acmedesk ticket {number}") for number in (1, 2, 3)]
    assert tickets == sorted(tickets)


async def test_approving_brings_the_next_draft_and_an_undo_button(ana: Person, world: World) -> None:
    address, fields = await claimed(ana)
    text = BODY.replace("\n", "\r\n")  # what a browser sends
    page = (await ana.follow(f"{address}/decide", decision="approve", text=text, **fields)).text
    done = world.queue.get(address.rpartition("/")[2])
    assert (done.state, done.outcome, done.final_text) == (State.DECIDED, "approved_verbatim", BODY)
    assert f"Approved {done.reference}." in page
    assert "ticket 2" in page
    assert f'action="{address}/undo"' in page


async def test_an_edited_text_is_recorded_as_an_edit(ana: Person, world: World) -> None:
    address, fields = await claimed(ana)
    await ana.follow(f"{address}/decide", decision="approve", text=BODY.replace("40.00", "45.00"), **fields)
    done = world.queue.get(address.rpartition("/")[2])
    assert (done.outcome, done.critical_change) == ("light_edit", True)


async def test_a_rejection_needs_a_reason(ana: Person, world: World) -> None:
    address, fields = await claimed(ana)
    refused = await ana.post(f"{address}/decide", decision="reject", **fields)
    assert refused.status_code == 422
    assert "a rejection needs a reason" in refused.text
    await ana.follow(f"{address}/decide", decision="reject", reason="tone", remark="too stiff", **fields)
    done = world.queue.get(address.rpartition("/")[2])
    assert (done.outcome, done.outcome_reason) == ("rejected", "tone")
    assert world.queue.opinions(done.draft_id)[0].remark == "too stiff"


async def test_escalating_and_undoing_brings_the_draft_back(ana: Person, world: World) -> None:
    address, fields = await claimed(ana)
    await ana.follow(f"{address}/decide", decision="escalate", **fields)
    page = await ana.follow(f"{address}/undo")
    back = world.queue.get(address.rpartition("/")[2])
    assert (back.state, back.claimed_by) == (State.AWAITING_REVIEW, ANA)
    assert "back." in page.text
    leased = [item.draft.ticket_id for item in world.queue.find() if item.claimed_by == ANA]
    assert leased == ["1"]


async def test_a_skipped_draft_does_not_come_again(ana: Person) -> None:
    for number in (1, 2):
        address, _ = await claimed(ana)
        page = await ana.follow(f"{address}/skip")
        assert f"ticket {number + 1}" in page.text
    address, _ = await claimed(ana)
    page = await ana.follow(f"{address}/skip")
    assert "Nothing else is waiting for you." in page.text
    assert "Nothing is waiting for you." in (await ana.follow("/claim")).text


async def test_next_and_previous_change_the_draft_and_give_the_old_one_back(ana: Person, world: World) -> None:
    address, _ = await claimed(ana)
    page = await ana.follow(f"{address}/move", to="next")
    assert "ticket 2" in page.text
    assert world.queue.get(address.rpartition("/")[2]).claimed_by is None
    second = str(page.url.path)
    assert "ticket 1" in (await ana.follow(f"{second}/move", to="previous")).text
    assert "no other draft that way" in (await ana.follow(f"{address}/move", to="previous")).text


async def test_a_reviewer_who_comes_back_gets_the_draft_that_is_open(ana: Person) -> None:
    address, _ = await claimed(ana)
    assert (await ana.post("/claim")).headers["location"] == address
    page = await ana.follow(f"{address}/release")
    assert "Gave" in page.text
    assert (await ana.post("/claim")).headers["location"] == address


async def test_the_second_of_two_reviewers_gets_a_conflict_and_keeps_the_text(
    ana: Person, sign_in: Callable[..., Any], world: World
) -> None:
    address, fields = await claimed(ana)
    world.clock.advance(601)  # Ana went for lunch
    ben = await sign_in(BEN)
    assert (await ben.post("/claim")).headers["location"] == address
    refused = await ana.post(f"{address}/decide", decision="approve", text="my careful words", **fields)
    assert refused.status_code == 409
    assert refused.headers["hx-push-url"] == "false"
    assert "being reviewed by ben@example.com" in refused.text
    assert "my careful words" in refused.text
    assert world.queue.get(address.rpartition("/")[2]).state is State.AWAITING_REVIEW


async def test_an_old_version_is_a_conflict(ana: Person, world: World) -> None:
    address, fields = await claimed(ana)
    for version in ("1", "", "x", "999999999999999999999"):
        refused = await ana.post(f"{address}/decide", decision="approve", version=version)
        assert refused.status_code == 409, version
    assert world.queue.counts()[State.DECIDED] == 0
    assert (await ana.post(f"{address}/decide", decision="approve", **fields)).status_code == 303


async def test_a_draft_that_someone_has_open_cannot_be_taken(ana: Person, sign_in: Callable[..., Any]) -> None:
    address, _ = await claimed(ana)
    ben = await sign_in(BEN)
    page = (await ben.get(address)).text
    assert "It is being reviewed by ana@example.com." in page
    assert '/decide"' not in page
    taken = await ben.post("/claim", draft_id=address.rpartition("/")[2])
    assert taken.status_code == 409
    assert "being reviewed by ana@example.com" in taken.text
    assert "Being reviewed by ana@example.com" in (await ben.get("/")).text


async def test_the_heartbeat_renews_the_lease_and_tells_when_it_is_lost(ana: Person, world: World) -> None:
    address, _ = await claimed(ana)
    world.clock.advance(590)
    beat = await ana.post(f"{address}/renew")
    assert (beat.status_code, "Yours until" in beat.text, "3 waiting" in beat.text) == (200, True, True)
    world.clock.advance(590)
    assert (await ana.post(f"{address}/renew")).status_code == 200
    world.clock.advance(601)
    lost = await ana.post(f"{address}/renew")
    assert lost.status_code == 286
    assert 'role="alert" data-lost' in lost.text


async def test_the_heartbeat_tells_when_the_customer_wrote_again(ana: Person, world: World) -> None:
    address, fields = await claimed(ana)
    ticket = hostile_ticket()
    newer = turn(20, ActorKind.CUSTOMER, "It has arrived!")
    world.queue.capture(ticket.model_copy(update={"events": (*ticket.events, newer)}))
    lost = await ana.post(f"{address}/renew")
    assert lost.status_code == 286
    assert "expired (customer replied)" in lost.text
    assert (await ana.post(f"{address}/decide", decision="approve", **fields)).status_code == 409


async def test_a_draft_that_ran_out_of_time_while_open_is_not_decided(ana: Person, world: World) -> None:
    short = submit(world.queue, 9, ttl_s=300, due_at=world.clock.now)
    address, fields = await claimed(ana)
    assert address == f"/drafts/{short}"
    world.clock.advance(400)
    assert "ran out of time" in (await ana.post(f"{address}/renew")).text
    assert "ran out of time" in (await ana.get(address)).text
    refused = await ana.post(f"{address}/decide", decision="approve", **fields)
    assert refused.status_code == 409
    assert "expired (ttl)" in refused.text
    assert world.queue.get(short).state is State.EXPIRED


async def test_changes_are_shown_with_and_without_a_script(ana: Person) -> None:
    address, _ = await claimed(ana)
    edited = BODY.replace("40.00", "45.00")
    part = (await ana.post(f"{address}/changes", {"hx-request": "true"}, text=edited)).text
    assert "<html" not in part
    assert "Critical change: number" in part
    assert '<del class="critical"><span class="vh">removed, critical (number): </span>40.00</del>' in part
    whole = (await ana.post(f"{address}/changes", text=edited)).text
    assert "<html" in whole
    assert edited in whole


async def test_a_decided_draft_shows_its_history_and_can_be_undone_by_a_lead_only(
    ana: Person, sign_in: Callable[..., Any]
) -> None:
    address, fields = await claimed(ana)
    await ana.post(f"{address}/decide", decision="approve", **fields)
    page = (await ana.get(address)).text
    assert "approved verbatim" in page
    assert "History" in page
    ben, lea = await sign_in(BEN), await sign_in(LEA, Role.LEAD)
    assert "/undo" not in (await ben.get(address)).text
    assert (await ben.post(f"{address}/undo")).status_code == 409
    assert "/undo" in (await lea.get(address)).text
    assert (await lea.post(f"{address}/undo")).status_code == 303


@pytest.fixture
async def disputed(ana: Person, sign_in: Callable[..., Any], world: World, monkeypatch: pytest.MonkeyPatch) -> str:
    """A draft that Ana approved and Ben rejected."""
    monkeypatch.setattr(world.queue._intake, "_reviews", lambda draft, route: 2)
    draft_id = submit(world.queue, 7, due_at=world.clock.now)
    address, fields = await claimed(ana)
    await ana.post(f"{address}/decide", decision="approve", **fields)
    ben = await sign_in(BEN)
    address, fields = await claimed(ben)
    assert "approved verbatim" not in (await ben.get(address)).text  # reviews are blind
    await ben.post(f"{address}/decide", decision="reject", reason="tone", **fields)
    return draft_id


async def test_a_lead_settles_what_reviewers_disagree_on(
    disputed: str, ana: Person, sign_in: Callable[..., Any], world: World
) -> None:
    assert world.queue.get(disputed).state is State.NEEDS_ADJUDICATION
    assert '/decide"' not in (await ana.get(f"/drafts/{disputed}")).text
    lea = await sign_in(LEA, Role.LEAD)
    assert "Reviewers disagree" in (await lea.get("/")).text
    page = (await lea.get(f"/drafts/{disputed}")).text
    assert "approved verbatim" in page
    assert "tone" in page
    await lea.post(f"/drafts/{disputed}/decide", decision="escalate", version=hidden(page, "version"))
    settled = world.queue.get(disputed)
    assert (settled.outcome, settled.authoritative, settled.decided_by) == ("escalated", True, LEA)


async def test_an_unknown_draft_and_an_unknown_decision_are_refused(ana: Person) -> None:
    assert (await ana.get("/drafts/NOSUCHDRAFT1")).status_code == 404
    address, fields = await claimed(ana)
    assert (await ana.post(f"{address}/decide", decision="publish", **fields)).status_code == 422


async def test_newer_messages_than_the_draft_answers_are_marked_and_missing_ones_said(
    ana: Person, world: World
) -> None:
    page = (await ana.get((await ana.post("/claim")).headers["location"])).text
    assert "Newer than the draft" not in page
    behind = submit(world.queue, 1, kind="follow_up", based_on=BasedOn(message_id="1-m1", at=vendor_time(-9)))
    assert "Newer than the draft" in (await ana.get(f"/drafts/{behind}")).text
    later = submit(world.queue, 8, context=())
    assert "The conversation is not in the archive" in (await ana.get(f"/drafts/{later}")).text


async def test_a_seeded_check_looks_like_any_draft_and_shows_the_conversation_as_it_was(
    ana: Person, world: World, tmp_path: Path
) -> None:
    first = next(item for item in world.queue.find() if item.draft.ticket_id == "1")
    item = world.queue.claim(BEN, draft_id=first.draft_id)
    assert item is not None
    world.queue.decide(item.draft_id, item.version, BEN, "approve")
    world.clock.advance(601)
    with world.queue.ledger.write() as connection:
        row = checks.seed(connection, world.queue.ledger, world.queue.settings)
    assert row is not None
    ticket = hostile_ticket()
    answer = turn(20, ActorKind.HUMAN_AGENT, "The answer that was sent.")
    with Archive.open(f"sqlite:///{tmp_path / 'archive.sqlite'}", write=True) as archive:
        later = ticket.model_copy(update={"events": (*ticket.events, answer)})
        archive.account("acmedesk", "acme").save([Normalised("1", later)])
    page = (await ana.follow("/claim", draft_id=row.draft_id)).text
    assert "My refund is late" in page
    assert "The answer that was sent." not in page
    assert "eeded" not in page
    assert "The answer that was sent." in (await ana.get(f"/drafts/{first.draft_id}")).text
