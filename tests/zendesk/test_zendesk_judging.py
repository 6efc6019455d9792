"""What Zendesk's statuses, error envelopes and limit headers mean."""

from __future__ import annotations

import pytest

from clonedesk_connectors.protocol import Budget, Outcome, Request, Response, Verdict
from tests.zendesk.helpers import ZENDESK, ask, response

ASKED = Request("me", "/api/v2/users/me", "account")


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({"error": "RecordNotFound", "description": "Not found"}, "HTTP 404 RecordNotFound"),
        ({"error": {"title": "Forbidden", "message": "Ada may not"}}, "HTTP 404 Forbidden"),
        ({"errors": [{"code": "NotFound", "title": "Ada was not found", "status": "404"}]}, "HTTP 404 NotFound"),
        ({"error": "Couldn't authenticate you"}, "HTTP 404"),
        ({"errors": [{"title": "Ada Lovelace is not here"}]}, "HTTP 404"),
        (b"<html>Ada</html>", "HTTP 404"),
        ({"errors": []}, "HTTP 404"),
    ],
)
def test_a_reason_is_a_code_word_of_any_envelope_and_never_prose(body: object, reason: str) -> None:
    assert ZENDESK.judge(ask("audits", None, "7"), response(body, 404)).reason == reason


@pytest.mark.parametrize(
    ("stream", "subject", "status", "verdict"),
    [
        ("tickets", None, 401, Verdict.ABORT),
        ("tickets", None, 403, Verdict.ABORT),
        ("tickets", None, 404, Verdict.DEAD),
        ("tickets", None, 400, Verdict.DEAD),
        ("tickets", None, 504, Verdict.RETRY),
        ("satisfaction_ratings", None, 403, Verdict.SKIP),
        ("survey_responses", None, 404, Verdict.SKIP),
        ("audits", "7", 404, Verdict.GONE),
        ("audits", "7", 403, Verdict.GONE),
        ("audits", "7", 422, Verdict.DEAD),
    ],
)
def test_a_status_means_what_its_stream_makes_of_it(
    stream: str, subject: str | None, status: int, verdict: Verdict
) -> None:
    assert ZENDESK.judge(ask(stream, None, subject), response({"error": "X"}, status)).verdict is verdict


def test_a_start_in_the_newest_minute_is_asked_again_when_the_minute_has_passed() -> None:
    body = {"error": "StartTimeTooRecent", "description": "start_time must be at least 60 seconds ago"}
    assert ZENDESK.judge(ask("ticket_events"), response(body, 400)) == Outcome(
        Verdict.RETRY, "HTTP 400 StartTimeTooRecent", 60.0
    )


@pytest.mark.parametrize("body", [b"<html>maintenance</html>", b'{"tickets": [{"id": 1', b""])
def test_a_success_that_is_no_whole_object_is_tried_again(body: bytes) -> None:
    outcome = ZENDESK.judge(ask("tickets"), response(body))
    assert outcome == Outcome(Verdict.RETRY, "HTTP 200 without a whole JSON object")


@pytest.mark.parametrize(
    ("headers", "wait_s"),
    [
        ({"retry_after": "17", "ratelimit_reset": "50", "ratelimit_remaining": "0"}, 17.0),
        ({"ratelimit_limit": "700", "ratelimit_remaining": "0", "ratelimit_reset": "9"}, 9.0),
        (
            {
                "ratelimit_remaining": "50",
                "ratelimit_reset": "9",
                "zendesk_ratelimit_incremental_exports": "total=10; remaining=0; resets=42",
            },
            42.0,
        ),
        ({}, 60.0),
    ],
)
def test_an_exhausted_limit_says_how_long_to_wait(headers: dict[str, str], wait_s: float) -> None:
    outcome = ZENDESK.judge(ask("tickets"), response(b"Rate limit", 429, **headers))
    assert (outcome.verdict, outcome.wait_s) == (Verdict.LIMITED, wait_s)


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"ratelimit-limit": "700", "ratelimit-remaining": "585", "ratelimit-reset": "9"}, ("account", 700, 585, 9)),
        ({"rate-limit": "700", "rate-limit-remaining": "698", "rate-limit-reset": "6"}, ("account", 700, 698, 6)),
        ({"x-rate-limit": "400", "x-rate-limit-remaining": "1"}, ("account", 400, 1, None)),
        ({"zendesk-ratelimit-tickets-index": "total=100; remaining=95; resets=17"}, ("tickets-index", 100, 95, 17)),
        (
            {"zendesk-rate-limit-incremental-exports": "total=10; remaining=9; resets=2"},
            ("incremental-exports", 10, 9, 2),
        ),
    ],
)
def test_every_spelling_of_a_limit_is_read(headers: dict[str, str], expected: tuple[object, ...]) -> None:
    assert list(ZENDESK.budget(ASKED, Response(200, headers, b"{}"))) == [Budget(*expected)]  # type: ignore[arg-type]


def test_headers_without_numbers_say_nothing() -> None:
    assert list(ZENDESK.budget(ASKED, Response(200, {"x-rate-limit": "many", "ratelimit-remaining": ""}, b"{}"))) == []
