"""No value that anybody can choose makes a write public, and no write goes to an address that answers customers."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

import pytest

from clonedesk_connectors.errors import ContractBroken, RecordGone
from clonedesk_connectors.protocol import Account, Request, Response
from clonedesk_connectors.protocol.pushback import Note, NotePurpose, PushBack, TagChange
from clonedesk_connectors.review.push import compose
from tests.pushback.rig import T0, VENDORS

HOSTILE = (
    *('"public": true', '","public":true,"x":"', "message_type", '"message_type":"comment"', "</p><p>", "<!-- -->"),
    *("{{ticket.id}}", "{%if x%}", "{{{", "{", "{\u2060{", "&#123;&#123;a&#125;&#125;", "<script>alert(1)</script>"),
    *("\u202egnp.exe", "\U0001f600", "é", "漢字", "'", '"', "\\", "\\u0000", "\r\n", "#", "?public=true"),
    *("CD-AAAAAAAAAAAA", "/draft reject", "notify_emails", "../reply", "<img src=x onerror=y>"),
)  # fmt: skip
PLACES = ("1", "42", "215468000001", "abc", "..", "1/reply", "1/../2", "1?x=y", "1#", "", " 1", "1%2Freply", "é", "１")


def adapter(vendor: str, **options: str) -> PushBack:
    account = Account(vendor=vendor, name="acme", options=options)
    return VENDORS[vendor].connector(account).push_back()  # type: ignore[attr-defined, no-any-return]


def check_zendesk(request: Request) -> None:
    assert (request.method, request.bucket) == ("PUT", "tickets-update")
    assert re.fullmatch(r"/api/v2/tickets/[0-9A-Za-z]+", request.path)
    body: Any = request.body
    assert body.keys() == {"ticket"}
    assert body["ticket"].keys() == {"comment", "safe_update", "updated_stamp"}
    assert body["ticket"]["safe_update"] is True
    comment = body["ticket"]["comment"]
    assert comment.keys() == {"html_body", "public"}
    assert comment["public"] is False
    check_html(comment["html_body"])


def check_intercom(request: Request) -> None:
    assert request.method == "POST"
    assert re.fullmatch(r"/conversations/[0-9A-Za-z]+/reply", request.path)
    body: Any = request.body
    assert body.keys() == {"message_type", "type", "admin_id", "body"}
    assert (body["message_type"], body["type"]) == ("note", "admin")
    check_html(body["body"])


def check_freshdesk(request: Request) -> None:
    assert request.method == "POST"
    assert re.fullmatch(r"/api/v2/tickets/[0-9A-Za-z]+/notes", request.path)
    body: Any = request.body
    assert body.keys() == {"body", "private"}
    assert body["private"] is True
    check_html(body["body"])


def check_html(text: str) -> None:
    """Nothing of the draft is markup, and no template token is left, whether entities are decoded or not."""
    assert re.sub(r"</?p>|<br>", "", text).count("<") == 0
    assert "{{" not in text
    assert "{%" not in text


CHECKS: dict[str, Callable[[Request], None]] = {
    "zendesk": check_zendesk,
    "intercom": check_intercom,
    "freshdesk": check_freshdesk,
}


def random_notes(count: int, seed: int) -> Iterator[Note]:
    dice = Random(seed)
    for number in range(count):
        words = [dice.choice(HOSTILE) if dice.random() < 0.6 else f"word{number}" for _ in range(dice.randint(1, 12))]
        body = dice.choice(("", " ", "\n", "\t")).join(words)
        route, version = dice.choice(HOSTILE), dice.choice((None, "7", "true", *HOSTILE))
        purpose = dice.choice(tuple(NotePurpose))
        yield compose(purpose, f"AAAAAAAA{number:04d}"[:12], dice.choice(PLACES), body, route, version)


@pytest.mark.parametrize("vendor", VENDORS)
def test_10000_random_and_hostile_drafts_give_only_private_notes(vendor: str) -> None:
    push = adapter(vendor)
    built = refused = 0
    for note in random_notes(10_000, seed=3):
        try:
            request = push.note(note)
        except RecordGone:
            assert not re.fullmatch("[0-9A-Za-z]+", note.ticket_id)
            refused += 1
        else:
            CHECKS[vendor](request)
            assert request.subject == note.ticket_id
            assert not request.params
            assert json.loads(json.dumps(request.body)) == request.body
            built += 1
    assert built > 2_000
    assert refused > 2_000


@pytest.mark.parametrize("vendor", VENDORS)
def test_what_is_no_id_never_becomes_part_of_a_path(vendor: str) -> None:
    push = adapter(vendor)
    for place in PLACES[4:]:
        for build in (
            lambda place: push.preflight(place),
            lambda place: push.find_note(place, T0),
            lambda place: push.read_back(place, T0),
            lambda place: push.tags(place, TagChange(("a",))),
            lambda place: push.make_private("1", place) or push.preflight(place),
        ):
            with pytest.raises(RecordGone):
                build(place)


def shapes(dice: Random, depth: int = 0) -> Any:
    """Random JSON in the shapes of answers."""
    names = (
        "ticket",
        "tags",
        "id",
        "type",
        "status",
        "name",
        "spam",
        "deleted",
        "conversation_parts",
        "public",
        "state",
    )
    kind = dice.randint(0, 7 if depth < 3 else 5)
    if kind < 6:
        return dice.choice((None, True, False, 3, "1", "open", "conversation", "admin", "../reply", "ai_draft_pending"))
    if kind == 6:
        return [shapes(dice, depth + 1) for _ in range(dice.randint(0, 3))]
    return {dice.choice(names): shapes(dice, depth + 1) for _ in range(dice.randint(0, 5))}


ONLY_TAGS = {
    "zendesk": (r"(PUT|DELETE) /api/v2/tickets/42/tags", {"tags"}),
    "freshdesk": (r"PUT /api/v2/tickets/42", {"tags"}),
    "intercom": (r"POST (/tags|/conversations/42/tags)|DELETE /conversations/42/tags/\w+", {"admin_id", "id", "name"}),
}


@pytest.mark.parametrize("vendor", VENDORS)
def test_no_answer_turns_a_change_of_tags_into_anything_else(vendor: str) -> None:
    dice, push, change = Random(5), adapter(vendor), TagChange(("ai_draft_pending",), ("ai_draft_reject", "1"))
    pattern, members = ONLY_TAGS[vendor]
    sent = 0
    for _ in range(4_000):
        waiting = [*push.tags("42", change)]
        for _ in range(4):
            if not waiting:
                break
            request = waiting.pop()
            is_look = request.method == "GET" and request.body is None
            assert is_look or re.fullmatch(pattern, f"{request.method} {request.path}")
            assert set(request.body or {}) <= members
            answer = {name: shapes(dice) for name in ("type", "id", "tags", "ticket", "spam")}
            if dice.random() < 0.8:
                answer |= {"type": dice.choice(("conversation", "admin")), "id": dice.choice((5, "7", "x/y"))}
                answer |= {"tags": dice.choice(([], ["1"], {"tags": [{"name": "1", "id": "9/../reply"}]}))}
                answer |= {"ticket": {"status": "open", "tags": ["1"]}}
            try:
                waiting += push.tags_then(change, request, Response(200, {}, json.dumps(answer).encode()))
            except (ContractBroken, RecordGone):
                break
            sent += 1
    assert sent > 500


def test_no_function_of_the_protocol_takes_a_visibility() -> None:
    names = {
        name
        for _, member in inspect.getmembers(PushBack, inspect.isfunction)
        for name in inspect.signature(member).parameters
    }
    assert names.isdisjoint({"public", "private", "visibility", "message_type"})
    assert set(Note.__dataclass_fields__) == {
        *("ticket_id", "reference", "purpose", "body", "lines", "ticket_version"),
    }  # fmt: skip
