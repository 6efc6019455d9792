"""What HTTP statuses mean for every vendor; a connector's `judge` starts here and adds its own codes."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from clonedesk_connectors.protocol.values import Outcome, Request, Response, Verdict

_TRANSIENT = frozenset({408, 425, 500, 502, 503, 504, 520, 521, 522, 523, 524, 529})


def retry_after_s(response: Response) -> float | None:
    """Seconds to wait by `Retry-After` (a number or an HTTP date, read against the answer's own `Date`)."""
    value = response.headers.get("retry-after", "").strip()
    if not value:
        return None
    try:
        return max(0.0, float(value))
    except ValueError:
        pass
    until, now = _http_date(value), _http_date(response.headers.get("date", ""))
    return max(0.0, (until - now).total_seconds()) if until and now else None


def _http_date(value: str) -> datetime | None:
    try:
        when = parsedate_to_datetime(value)
    except ValueError:
        return None
    return when if when.tzinfo else when.replace(tzinfo=UTC)


def judge_status(request: Request, response: Response, *, optional: bool = False) -> Outcome:
    """The common reading of a status.

    2xx OK · 429 LIMITED · timeouts and 5xx RETRY · 401 ABORT · 403/404/410 on a follow-up GONE, on an optional
    stream SKIP, else 403 ABORT · redirects and every other 4xx DEAD.
    """
    status = response.status
    reason = f"HTTP {status}"
    if 200 <= status < 300:
        return Outcome(Verdict.OK)
    if status == 429:
        return Outcome(Verdict.LIMITED, reason, retry_after_s(response))
    if status in _TRANSIENT:
        return Outcome(Verdict.RETRY, reason, retry_after_s(response))
    if status == 401:
        return Outcome(Verdict.ABORT, reason)
    if status in (403, 404, 410):
        if request.subject is not None:
            return Outcome(Verdict.GONE, reason)
        if optional:
            return Outcome(Verdict.SKIP, reason)
        if status == 403:
            return Outcome(Verdict.ABORT, reason)
    return Outcome(Verdict.DEAD, reason)
