"""Personal data hidden on the page until somebody asks for it, which the history keeps."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from clonedesk_connectors.review.web.masking import hide, holds_personal
from clonedesk_connectors.review.web.shown import pieces
from tests.web.conftest import Person
from tests.web.world import ANA, BEN, World, open_world, submit

BODY = "Hello Kim,\n\nwe wrote to kim@example.com and call +49 30 1234567 on 2026-03-02 about 1,240.00 EUR."


def shown(text: str) -> str:
    return "".join(piece.text or f"[{piece.note}]" for piece in hide(pieces(text)))


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("to kim.example+x@mail.example.com.", "to [e-mail address]."),
        ("<mailto:kim@example.com>", "<[link]>"),
        ("see https://example.com/?u=kim@example.com now", "see [link] now"),
        ("call +49 (0)30 1234567 or 030/123456-7", "call [telephone number] or [telephone number]"),
        ("IBAN DE89 3704 0044 0532 0130 00,", "IBAN [account number],"),
        ("card 4111 1111 1111 1111", "card [card number]"),
        ("card 4111-1111-1111-1111!", "card [card number]!"),
        ("customer 1234567890", "customer [long number]"),
        # what a reviewer needs stays
        ("on 2026-03-02 at 14:05", "on 2026-03-02 at 14:05"),
        ("1,234,567.00 EUR, 12.000,50 EUR, 0.5 %", "1,234,567.00 EUR, 12.000,50 EUR, 0.5 %"),
        ("order 48211, version 10.0.19045, RMA-2231", "order 48211, version 10.0.19045, RMA-2231"),
        ("see https://example.com/help/1234", "see https://example.com/help/1234"),
    ],
)
def test_what_is_taken_for_personal_data(text: str, seen: str) -> None:
    assert shown(text) == seen
    assert holds_personal(text) is (seen != text)


def test_a_mark_that_hides_inside_a_text_stays_visible() -> None:
    assert shown("pass\u200bword") == "pass\u200bword"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with open_world(tmp_path, drafts=0, mask=True) as opened:
        yield opened


SignIn = Callable[..., Any]


async def opened(person: Person, draft_id: str) -> str:
    return (await person.follow("/claim", draft_id=draft_id)).text


async def test_a_text_with_personal_data_is_shown_masked_and_can_be_approved_as_it_is(
    world: World, sign_in: SignIn
) -> None:
    ana = await sign_in(ANA)
    draft_id = submit(world.queue, 2, body=BODY, reason="Asked by kim@example.com")
    page = await opened(ana, draft_id)
    assert "kim@example.com" not in page
    assert "1234567" not in page
    assert "[e-mail address]" in page
    assert "2026-03-02 about 1,240.00 EUR" in page
    assert "<textarea" not in page
    version = world.queue.get(draft_id).version
    await ana.follow(f"/drafts/{draft_id}/decide", decision="approve", version=version)
    done = world.queue.get(draft_id)
    assert (done.outcome, done.final_text) == ("approved_verbatim", BODY)
    assert "kim@example.com" not in (await ana.get(f"/drafts/{draft_id}")).text


async def test_showing_personal_data_is_recorded_and_is_for_one_person_and_one_draft(
    world: World, sign_in: SignIn
) -> None:
    ana, ben = await sign_in(ANA), await sign_in(BEN)
    draft_id, other = (submit(world.queue, number, body=f"{BODY} {number}") for number in (2, 3))
    await opened(ana, draft_id)
    version = world.queue.get(draft_id).version
    page = (await ana.follow(f"/drafts/{draft_id}/reveal")).text
    assert "kim@example.com" in page
    assert "<textarea" in page
    assert world.queue.get(draft_id).version == version  # a lead who looks takes nobody's decision away
    assert [(event.actor, event.action) for event in world.queue.history(draft_id)][-1] == (ANA, "reveal")
    assert "kim@example.com" not in (await ben.get(f"/drafts/{draft_id}")).text
    assert "kim@example.com" not in (await ana.get(f"/drafts/{other}")).text
    assert world.queue.verify() is None


async def test_the_list_of_changes_does_not_tell_what_is_hidden(world: World, sign_in: SignIn) -> None:
    ana = await sign_in(ANA)
    draft_id = submit(world.queue, 2, body=BODY)
    await opened(ana, draft_id)
    answer = await ana.post(f"/drafts/{draft_id}/changes", text="x")
    assert answer.status_code == 409
    assert "kim@example.com" not in answer.text


async def test_conversations_are_masked_too_and_a_draft_without_personal_data_is_edited_as_ever(
    world: World, sign_in: SignIn
) -> None:
    ana = await sign_in(ANA)
    page = await opened(ana, submit(world.queue, 1))  # of the ticket in the archive, asked by Kim Example
    assert "Kim Example" not in page
    assert "<textarea" in page
    assert "Kim Example" in (await ana.follow(f"/drafts/{world.queue.find()[0].draft_id}/reveal")).text
