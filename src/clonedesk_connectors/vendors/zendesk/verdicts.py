"""What an answer means: verdicts from statuses and error codes, limits from headers. Pure; see QUIRKS.md."""

from __future__ import annotations

import re
from collections.abc import Iterable

from clonedesk_connectors.errors import ContractBroken
from clonedesk_connectors.protocol import Budget, Outcome, Request, Response, Verdict, judge_status, parse_object
from clonedesk_connectors.vendors.zendesk.streams import ACCOUNT, STREAMS

_OPTIONAL = frozenset(stream.name for stream in STREAMS if stream.optional)
_CODE_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_.]{0,63}", re.ASCII)
_LIMIT_HEADER = re.compile(r"zendesk-rate-?limit-(?P<name>[a-z0-9-]+)")
_LIMIT_PART = re.compile(r"(total|remaining|resets)=(\d+)")


def judge(request: Request, response: Response) -> Outcome:
    """The common reading of a status, sharpened by the vendor's code word."""
    outcome = judge_status(request, response, optional=request.stream in _OPTIONAL)
    if outcome.verdict is Verdict.OK:
        body = response.body.strip()
        whole = response.status == 204 or (body[:1] == b"{" and body[-1:] == b"}")
        return outcome if whole else Outcome(Verdict.RETRY, f"HTTP {response.status} without a whole JSON object")
    code = error_code(response.body)
    reason = f"{outcome.reason} {code}".rstrip()
    if code == "StartTimeTooRecent":
        return Outcome(Verdict.RETRY, reason, 60.0)  # the newest minute is never served; it passes by itself
    wait = outcome.wait_s
    if outcome.verdict is Verdict.LIMITED and wait is None:
        wait = max((b.resets_s for b in budget(response) if b.remaining == 0 and b.resets_s), default=60.0)
    return Outcome(outcome.verdict, reason, wait)


def error_code(body: bytes) -> str:
    """The code word of the four error envelopes; "" where there is only prose (it may quote a customer)."""
    try:
        envelope = parse_object(body)
    except ContractBroken:
        return ""
    error, errors = envelope.get("error"), envelope.get("errors")
    first = errors[0] if isinstance(errors, list) and errors else error
    words = [first.get("code"), first.get("title")] if isinstance(first, dict) else [first]
    return next((word for word in words if isinstance(word, str) and _CODE_WORD.fullmatch(word)), "")


def budget(response: Response) -> Iterable[Budget]:
    """Every limit the headers mention: the account's, in its three spellings, and each endpoint's own."""
    headers = response.headers
    total, left, resets = (
        _number(headers, f"ratelimit-{part}", f"rate-limit-{part}") for part in ("limit", "remaining", "reset")
    )
    total = total if total is not None else _number(headers, "x-rate-limit", "rate-limit")
    left = left if left is not None else _number(headers, "x-rate-limit-remaining")
    if total is not None or left is not None:
        yield Budget(ACCOUNT, total, left, resets)
    for header, value in headers.items():
        name = _LIMIT_HEADER.fullmatch(header)
        if name:
            parts = {part: int(number) for part, number in _LIMIT_PART.findall(value)}
            yield Budget(name["name"], parts.get("total"), parts.get("remaining"), parts.get("resets"))


def _number(headers: dict[str, str], *names: str) -> int | None:
    return next((int(headers[name]) for name in names if headers.get(name, "").strip().isdecimal()), None)
