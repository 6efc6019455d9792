"""The values of the protocol: JSON and back, mapping tables, statuses and waits."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from clonedesk_connectors.protocol import (
    Budget,
    FollowUp,
    MappingTable,
    Mode,
    Outcome,
    Page,
    RawRecord,
    Request,
    Response,
    Stream,
    Verdict,
    from_json,
    judge_status,
    retry_after_s,
    to_json,
)

REQUEST = Request(
    "tickets",
    "/v1/tickets",
    "account",
    method="POST",
    params=(("page[after]", "a=b&c"), ("x", "ü")),
    body={"query": [1, None, {"deep": True}]},
    headers=(("Accept", "application/json"),),
    cursor='{"a":1}',
    page_size=50,
    cost=3,
)
RECORD = RawRecord("ticket", "17", b"\xff\x00 not even text", 2**62, "17")
VALUES = [
    REQUEST,
    Request("file", "", "files", subject="9", external_url="https://files.example.com/a?sig=1"),
    Response(200, {"retry-after": "1"}, bytes(range(256))),
    RECORD,
    FollowUp("notes", "17", 5),
    Page((RECORD,), "c", False, (FollowUp("notes", "17"),), REQUEST, ("odd",)),
    Page((), None, True),
    Stream("tickets", Mode.SNAPSHOT, "account", after=("a",), optional=True),
    Outcome(Verdict.LIMITED, "HTTP 429", 1.5),
    Budget("account", 10, None, 0.5),
]


@pytest.mark.parametrize("value", VALUES, ids=lambda value: type(value).__name__)
def test_a_value_survives_json(value: object) -> None:
    assert from_json(type(value), to_json(value)) == value


def test_what_is_not_a_value_is_refused() -> None:
    with pytest.raises(ValidationError):
        from_json(Request, '{"stream": "tickets"}')


@pytest.mark.parametrize(
    ("value", "secret"),
    [(REQUEST, "query"), (Request("f", "", "b", external_url="https://x.example?sig=1"), "sig"), (RECORD, "not even")],
)
def test_what_may_be_private_is_not_in_the_repr(value: object, secret: str) -> None:
    assert secret not in repr(value)


def test_a_mapping_table_compares_words_by_their_text_and_guesses_nothing() -> None:
    table = MappingTable({2: "open", "Solved": "solved"}, unknown="unknown")
    assert [table(raw) for raw in (2, "2", "SOLVED", "solved")] == ["open", "open", "solved", "solved"]
    assert [table(raw) for raw in (None, "", 2.5, [], {"a": 1}, "open")] == ["unknown"] * 6
    assert ("solved" in table, 3 in table) == (True, False)
    assert list(table) == [("2", "open"), ("solved", "solved")]


def answer(status: int = 200, **headers: str) -> Response:
    return Response(status, {name.replace("_", "-"): value for name, value in headers.items()}, b"")


LIST = Request("tickets", "/", "account")
DETAIL = Request("notes", "/", "account", subject="9")


@pytest.mark.parametrize(
    ("status", "on_list", "on_optional", "on_detail"),
    [
        (200, "ok", "ok", "ok"),
        (204, "ok", "ok", "ok"),
        (301, "dead", "dead", "dead"),
        (400, "dead", "dead", "dead"),
        (401, "abort", "abort", "abort"),
        (403, "abort", "skip", "gone"),
        (404, "dead", "skip", "gone"),
        (410, "dead", "skip", "gone"),
        (408, "retry", "retry", "retry"),
        (422, "dead", "dead", "dead"),
        (429, "limited", "limited", "limited"),
        (500, "retry", "retry", "retry"),
        (503, "retry", "retry", "retry"),
        (524, "retry", "retry", "retry"),
    ],
)
def test_a_status_means_the_same_for_every_vendor(status: int, on_list: str, on_optional: str, on_detail: str) -> None:
    response = answer(status)
    found = (judge_status(LIST, response), judge_status(LIST, response, optional=True), judge_status(DETAIL, response))
    assert tuple(outcome.verdict for outcome in found) == (on_list, on_optional, on_detail)
    assert {outcome.reason for outcome in found} == ({""} if on_list == "ok" else {f"HTTP {status}"})


@pytest.mark.parametrize("status", [429, 503])
def test_a_wait_the_vendor_asks_for_is_passed_on(status: int) -> None:
    assert judge_status(LIST, answer(status, retry_after="17")).wait_s == 17.0
    assert judge_status(LIST, answer(status)).wait_s is None


NOON = "Tue, 24 Nov 2026 12:00:00 GMT"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry_after": " "}, None),
        ({"retry_after": "17"}, 17.0),
        ({"retry_after": "0.5"}, 0.5),
        ({"retry_after": "-3"}, 0.0),
        ({"retry_after": "Tue, 24 Nov 2026 12:01:30 GMT", "date": NOON}, 90.0),
        ({"retry_after": "Tue, 24 Nov 2026 11:00:00 GMT", "date": NOON}, 0.0),
        ({"retry_after": "Tue, 24 Nov 2026 12:01:30 -0000", "date": NOON}, 90.0),
        ({"retry_after": "Tue, 24 Nov 2026 12:01:30 GMT"}, None),
        ({"retry_after": "soon", "date": NOON}, None),
    ],
)
def test_retry_after_is_seconds_or_a_date_read_against_the_answers_own(
    headers: dict[str, str], seconds: float | None
) -> None:
    assert retry_after_s(answer(429, **headers)) == seconds
