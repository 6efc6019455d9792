"""One account's way to its helpdesk: sign in, keep to the limits, send, judge, read, and repeat if needed."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from math import inf
from random import Random
from typing import Generic, NoReturn, TypeVar

from clonedesk_connectors.errors import (
    AuthError,
    ContractBroken,
    RateLimited,
    StuckCursor,
    Unavailable,
    VendorError,
)
from clonedesk_connectors.protocol import Budget, Connector, Outcome, Page, Request, Response, Token, Verdict
from clonedesk_connectors.transport.base import Clock, Failure, Sleep, Transport, TransportFailed
from clonedesk_connectors.transport.budget import Budgets
from clonedesk_connectors.transport.clients import CLIENT_FORM
from clonedesk_connectors.transport.retry import LONGEST_WAIT_S, Again, Retry

T = TypeVar("T")

_LONGEST_CHAIN = 1000
"""Further requests one page may need before we call it a loop."""

_RENEW_EARLY_S = 60.0
"""A token is renewed this long before it expires, or for the last tenth of its life if that is shorter."""


_ADVICE: Mapping[str, str] = {
    Failure.TOO_LARGE: "A smaller page may help.",
    Failure.UNTRUSTED: "If a proxy of your company answers, name its root certificate in SSL_CERT_FILE.",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """A response and what it means. The verdict is OK, GONE, SKIP or DEAD; everything else was dealt with."""

    outcome: Outcome
    response: Response


@dataclass(frozen=True, slots=True)
class ResponseMeta:
    """status: of the last response. size_bytes: of all bodies, decoded. requests: answers that made up the page."""

    status: int
    size_bytes: int
    requests: int = 1


@dataclass(frozen=True, slots=True)
class Fetched:
    """A page with everything it needs, or None with the verdict that says why there is none."""

    outcome: Outcome
    page: Page | None
    response_meta: ResponseMeta


@dataclass(slots=True)
class _Call(Generic[T]):
    """One call with all its attempts. renewed: whether it has already had a new token."""

    request: Request
    read: Callable[[Request, Response], T]
    idempotent: bool = True
    priority: bool = False
    signed: bool = True
    renewed: bool = False

    def __post_init__(self) -> None:
        self.signed = self.signed and self.request.external_url is None


class Session:
    """requests: calls sent, by (stream, bucket). retries: calls that were repeated. waited_s: see `Budgets`.

    form, secrets: how to sign in, see `Connector.credential_forms`. share, max_wait_s: see `Budgets`. attempts: how
    often a failing call is sent. clock: monotonic seconds. Safe to use from many tasks of one event loop.
    """

    def __init__(
        self,
        connector: Connector,
        transport: Transport,
        form: str,
        secrets: Mapping[str, str],
        *,
        share: float = 0.8,
        max_wait_s: float = LONGEST_WAIT_S,
        attempts: int = 5,
        clock: Clock = time.monotonic,
        sleep: Sleep = asyncio.sleep,
        rng: Random | None = None,
    ) -> None:
        rng = rng or Random()  # noqa: S311  (spreads waiting times; nothing secret comes from it)
        self.connector = connector
        self.requests: Counter[tuple[str, str]] = Counter()
        self._transport = transport
        self._budgets = Budgets(
            connector.buckets, clock=clock, sleep=sleep, rng=rng, share=share, max_wait_s=max_wait_s
        )
        self._retry = Retry(sleep, rng, attempts=attempts, max_wait_s=max_wait_s)
        self._form, self._secrets = form, secrets
        self._clock = clock
        self._signing_in = asyncio.Lock()
        self._token: Token | None = None
        self._renewable = False
        self._renew_at = 0.0

    @property
    def retries(self) -> int:
        return self._retry.repeats

    @property
    def waited_s(self) -> float:
        return self._budgets.waited_s

    @property
    def scopes(self) -> tuple[str, ...]:
        """What the vendor granted when this session signed in; empty where it does not say or nothing was sent yet."""
        return self._token.scopes if self._token else ()

    async def aclose(self) -> None:
        await self._transport.aclose()

    async def fetch(self, request: Request, *, priority: bool = False) -> Fetched:
        """Read one page, with the records of all requests it says it needs (`Page.then`).

        The page is complete or None: when a further request is GONE, SKIP or DEAD, so is the whole.
        Raises AuthError, RateLimited, Unavailable and StuckCursor.
        """
        page: Page | None = None
        size_bytes, following = 0, request
        for count in range(1, _LONGEST_CHAIN + 1):
            answer, part = await self._send(_Call(following, self.connector.parse, priority=priority))
            size_bytes += len(answer.response.body)
            meta = ResponseMeta(answer.response.status, size_bytes, count)
            if part is None:
                return Fetched(answer.outcome, None, meta)
            page = _joined(page, part) if page else part
            if part.then is None:
                return Fetched(answer.outcome, replace(page, then=None), meta)
            if part.then == following:
                break
            following = part.then
        raise StuckCursor(f"{self._who}: reading {request.stream!r}, one page asks for more requests without end")

    async def call(self, request: Request, *, idempotent: bool = True, priority: bool = False) -> Answer:
        """Send one request and judge it, without reading a page from it.

        idempotent: whether sending it twice is the same as sending it once. If not, it is repeated only when it was
        certainly not carried out, and Unavailable means: in doubt, look before you send it again.
        Raises AuthError, RateLimited and Unavailable.
        """
        answer, _ = await self._send(_Call(request, _nothing, idempotent, priority))
        return answer

    async def _send(self, call: _Call[T]) -> tuple[Answer, T | None]:
        try:
            return await self._retry(partial(self._attempt, call))
        except Again as again:
            raise self._defeat(call, again) from again.__cause__

    async def _attempt(self, call: _Call[T]) -> tuple[Answer, T | None]:
        request = call.request
        token = await self._signed_in() if call.signed else None
        response = await self._exchange(call, token)
        outcome = self.connector.judge(request, response)
        answer = Answer(outcome, response)
        match outcome.verdict:
            case Verdict.OK:
                try:
                    return answer, call.read(request, response)
                except ContractBroken as broken:
                    raise Again("unreadable answer", final=not call.idempotent) from broken
            case Verdict.LIMITED if not request.external_url:
                raise Again(outcome.reason, self._budgets.pause(request.bucket, outcome.wait_s), failure=False)
            case Verdict.RETRY | Verdict.LIMITED:
                raise Again(outcome.reason, outcome.wait_s, final=not call.idempotent)
            case Verdict.ABORT if not request.external_url:
                self._renew_or_abort(call, token, answer)
            case Verdict.ABORT:  # an expired signed address: no credential was sent, so none can be at fault
                return Answer(Outcome(Verdict.DEAD, outcome.reason), response), None
        return answer, None

    async def _exchange(self, call: _Call[T], token: Token | None) -> Response:
        """One request, one response, paid for. A signed file on another host costs nothing of the account's limits."""
        request = call.request
        free = request.external_url is not None
        permit = None if free else await self._budgets.acquire(request.bucket, request.cost, priority=call.priority)
        told: Iterable[Budget] | None = None
        try:
            self.requests[request.stream, request.bucket] += 1
            response = await self._transport.send(request, token.headers if token else {})
            told = tuple(self.connector.budget(request, response)) or _silence(response)
            return response
        except TransportFailed as failed:
            hopeless = failed.reason in (Failure.TOO_LARGE, Failure.UNTRUSTED)
            unsent = failed.reason is Failure.CONNECT
            raise Again(failed.reason, final=hopeless or not (unsent or call.idempotent)) from failed
        finally:
            if permit:
                permit.settle(told)

    async def _signed_in(self) -> Token:
        async with self._signing_in:
            if self._token is None or self._clock() >= self._renew_at:
                self._token = await self._sign_in()
                lasts_s = self._token.expires_in_s
                self._renew_at = inf if lasts_s is None else self._clock() + lasts_s - min(_RENEW_EARLY_S, lasts_s / 10)
            return self._token

    async def _sign_in(self) -> Token:
        step = Token({}) if self._form == CLIENT_FORM else self.connector.sign_in(self._form, self._secrets)
        if isinstance(step, Token):
            return step
        self._renewable = True
        answer, token = await self._send(_Call(step, lambda _, response: self.connector.token(response), signed=False))
        if token is None:
            raise self._not_accepted(answer.outcome)
        return token

    def _renew_or_abort(self, call: _Call[T], token: Token | None, answer: Answer) -> NoReturn:
        """A token may be withdrawn before its time: exchange it anew, once per call."""
        if not (token and self._renewable and answer.response.status == 401) or call.renewed:
            raise self._not_accepted(answer.outcome)
        call.renewed = True
        if self._token is token:  # else another task has renewed it already
            self._token = None
        raise Again(answer.outcome.reason, failure=False)

    def _not_accepted(self, outcome: Outcome) -> AuthError:
        return AuthError(
            f"{self._who} does not accept these credentials ({outcome.reason}; form {self._form!r}), so the work "
            "stopped here; what was fetched before is kept. Check that they belong to this account, have not expired "
            "and may read what is asked for, then sign in again."
        )

    def _defeat(self, call: _Call[T], again: Again) -> VendorError:
        request = call.request
        what = f"{self._who}, stream {request.stream!r}" + (f", record {request.subject}" if request.subject else "")
        if not again.failure:
            return RateLimited(
                f"{what}: the limit stays exhausted for longer than we wait ({self._retry.max_wait_s:.0f} s). "
                "Nothing is lost: run the same command again later."
            )
        if not call.idempotent:
            return Unavailable(f"{what}: no clear answer to a write ({again.reason}). It may have been carried out.")
        advice = _ADVICE.get(again.reason, "Trying again did not help; run the same command again later.")
        return Unavailable(f"{what}: no usable answer ({again.reason}). {advice}")

    @property
    def _who(self) -> str:
        return f"{self.connector.name} account {self.connector.account.name!r}"


def _nothing(_request: Request, _response: Response) -> None:
    """Read nothing: for calls whose answer the caller reads."""


def _silence(response: Response) -> tuple[Budget, ...] | None:
    """What an answer without a word about limits says of them: that there are none, if it is the helpdesk's own. An
    error page may come from a machine in between and says nothing."""
    return () if 200 <= response.status < 300 else None


def _joined(page: Page, more: Page) -> Page:
    """A page and the records that belong to it; where reading goes on is the first request's word."""
    return replace(
        page,
        records=page.records + more.records,
        follow_ups=page.follow_ups + more.follow_ups,
        notes=page.notes + more.notes,
    )
