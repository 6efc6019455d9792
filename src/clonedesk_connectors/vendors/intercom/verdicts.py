"""What an answer means: verdicts from statuses and error codes, limits from headers. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from email.utils import parsedate_to_datetime

from clonedesk_connectors.errors import ContractBroken
from clonedesk_connectors.protocol import Budget, Outcome, Request, Response, Verdict, judge_status, parse_object
from clonedesk_connectors.vendors.intercom.streams import BUCKET, STREAMS

WINDOW_S = 10.0
"""Limits are counted in windows of this length."""

# Error codes that say more than the status. Source: "Error codes" reference and the OpenAPI examples; checked 2026-11.
_CODES = {
    **dict.fromkeys(
        (
            "token_not_found",
            "token_revoked",
            "token_expired",
            "token_blocked",
            "token_suspended",
            "token_unauthorized",
            "unauthorized",
            "missing_authorization",
        ),
        Verdict.ABORT,
    ),
    **dict.fromkeys(("rate_limit_exceeded", "too_many_requests"), Verdict.LIMITED),
    **dict.fromkeys(("request_timeout", "service_unavailable", "server_error"), Verdict.RETRY),
    "api_plan_restricted": Verdict.SKIP,
    "not_found": Verdict.GONE,
    "conversation_not_found": Verdict.GONE,
    "intercom_version_invalid": Verdict.GONE,  # the resource does not exist in the version that was asked for
}
_OPTIONAL = frozenset(stream.name for stream in STREAMS if stream.optional)


def judge(request: Request, response: Response) -> Outcome:
    """The error code decides where it is known, else the status. A 200 that holds no JSON object is worth a retry:
    empty bodies and pages of the edge network are known to come with 200.
    """
    code = _code(response)
    verdict = _CODES.get(code)
    if verdict is None:
        outcome = judge_status(request, response, optional=request.stream in _OPTIONAL)
        if outcome.verdict is Verdict.OK and response.body[:64].lstrip()[:1] != b"{":
            return Outcome(Verdict.RETRY, "the answer is not JSON")
    else:
        outcome = Outcome(_fitting(verdict, request), f"HTTP {response.status} {code}")
    if outcome.verdict is Verdict.LIMITED and outcome.wait_s is None:
        return replace(outcome, wait_s=_resets_s(response))
    return outcome


def _fitting(verdict: Verdict, request: Request) -> Verdict:
    """A refusal of one conversation is about that conversation, one of a list is about the stream."""
    if verdict not in (Verdict.SKIP, Verdict.GONE):
        return verdict
    if request.subject is not None:
        return Verdict.GONE
    return Verdict.SKIP if request.stream in _OPTIONAL or verdict is Verdict.SKIP else Verdict.DEAD


def _code(response: Response) -> str:
    """The first code of an `error.list`, else nothing. Codes are the vendor's fixed words, never customer text."""
    if b"error.list" not in response.body[:64] and response.status < 400:
        return ""
    try:
        code = parse_object(response.body)["errors"][0]["code"]
    except (ContractBroken, TypeError, LookupError):
        return ""
    return code if isinstance(code, str) and code.isascii() and code.replace("_", "").isalnum() else ""


def budget(response: Response) -> Iterable[Budget]:
    """`X-RateLimit-…`: the share of the current 10-second window."""
    headers = response.headers
    limit, remaining = _whole(headers.get("x-ratelimit-limit")), _whole(headers.get("x-ratelimit-remaining"))
    if limit is not None or remaining is not None:
        yield Budget(BUCKET, limit, remaining, _resets_s(response))


def _resets_s(response: Response) -> float:
    """Seconds to `X-RateLimit-Reset` by the answer's own `Date`; a whole window where either is missing."""
    reset, now = _whole(response.headers.get("x-ratelimit-reset")), response.headers.get("date")
    if reset is None or now is None:
        return WINDOW_S
    sent = _http_seconds(now)
    return WINDOW_S if sent is None else min(max(0.0, reset - sent), 600.0)


def _http_seconds(value: str) -> float | None:
    try:
        return parsedate_to_datetime(value).timestamp()
    except ValueError:
        return None


def _whole(value: str | None) -> int | None:
    return int(value) if value is not None and value.isascii() and value.isdigit() else None
