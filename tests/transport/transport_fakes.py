"""A clock, a connector and a server without a network, for the transport tests."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterable, Mapping
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import count
from random import Random
from types import SimpleNamespace
from typing import Any

from clonedesk_connectors.protocol import (
    Bucket,
    Budget,
    CredentialForm,
    Outcome,
    Page,
    RawRecord,
    Request,
    Response,
    Token,
    judge_status,
    parse_object,
)


class FakeClock:
    """Time that moves only when every task waits for it. `run` drives a whole program on it."""

    def __init__(self, now: float = 1000.0) -> None:
        self.now = now
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._order = count()

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        wake: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heappush(self._sleepers, (self.now + seconds, next(self._order), wake))
        await wake

    async def drive(self, work: Coroutine[Any, Any, Any]) -> Any:
        task = asyncio.ensure_future(work)
        while not task.done():
            await asyncio.sleep(0)
            if asyncio.get_running_loop()._ready:  # type: ignore[attr-defined]  # somebody can still go on now
                continue
            while self._sleepers and self._sleepers[0][2].done():
                heappop(self._sleepers)
            if task.done():
                break
            assert self._sleepers, "everybody waits and nothing will happen"
            self.now, _, wake = heappop(self._sleepers)
            wake.set_result(None)
        return await task

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run(self.drive(work))


def json_response(body: bytes = b'{"items": []}', status: int = 200, **headers: str) -> Response:
    return Response(status, {name.replace("_", "-"): value for name, value in headers.items()}, body)


class NoJitter(Random):
    """A random source that adds nothing, so that waits can be stated exactly."""

    def random(self) -> float:
        return 0.0


@dataclass
class FakeConnector:
    """Reads `{"items": [{"id": …}], "then": path?}`; limits from `x-limit`, `x-left`, `x-reset`."""

    name: str = "acmedesk"
    exchange: bool = False
    expires_in_s: float | None = None
    buckets: Mapping[str, Bucket] = field(default_factory=lambda: {"account": Bucket(100), "lists": Bucket(10)})
    credential_forms: tuple[CredentialForm, ...] = (CredentialForm("key", ("KEY",)),)
    account: Any = field(default_factory=lambda: SimpleNamespace(name="acme"))
    tokens: int = 0

    def sign_in(self, form: str, secrets: Mapping[str, str]) -> Token | Request:
        if self.exchange:
            return Request("token", "/oauth", "account", "POST", body={"secret": secrets["KEY"]})
        return Token({"authorization": f"Bearer {secrets['KEY']}"}, self.expires_in_s)

    def token(self, response: Response) -> Token:
        parse_object(response.body)
        self.tokens += 1
        return Token({"authorization": f"Bearer token-{self.tokens}"}, self.expires_in_s)

    def judge(self, request: Request, response: Response) -> Outcome:
        return judge_status(request, response)

    def budget(self, request: Request, response: Response) -> Iterable[Budget]:
        if "x-limit" in response.headers:
            yield Budget("account", *(int(response.headers[name]) for name in ("x-limit", "x-left", "x-reset")))

    def parse(self, request: Request, response: Response) -> Page:
        body = parse_object(response.body)
        records = tuple(RawRecord("item", str(item["id"]), b"{}") for item in body.get("items", []))
        then = Request(request.stream, body["then"], request.bucket) if "then" in body else None
        return Page(records, body.get("cursor"), body.get("done", True), then=then)


class ScriptedTransport:
    """Answers with the next line of a script, after a while where it is (seconds, answer); exceptions are raised."""

    def __init__(self, clock: FakeClock, *script: Any) -> None:
        self.script = list(script)
        self.sent: list[tuple[Request, dict[str, str]]] = []
        self.closed = False
        self._clock = clock

    async def send(self, request: Request, headers: Mapping[str, str]) -> Response:
        self.sent.append((request, dict(headers)))
        line = self.script.pop(0)
        delay_s, answer = line if isinstance(line, tuple) else (0, line)
        await self._clock.sleep(delay_s)
        if isinstance(answer, Exception):
            raise answer
        assert isinstance(answer, Response)
        return answer

    async def aclose(self) -> None:
        self.closed = True
