"""A helpdesk inside this process: the engine's transport without sockets, and a clock that only moves when told."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from email.utils import formatdate
from urllib.parse import parse_qsl, unquote, urlsplit

from clonedesk_connectors.protocol import Request, Response
from clonedesk_connectors.testing.sandbox.calls import Call, Reply
from clonedesk_connectors.transport.base import Failure, TransportFailed
from clonedesk_connectors.transport.body import CappedBody
from clonedesk_connectors.transport.origin import Origin, checked_headers

_BODY_CAP_BYTES = 128 * 1024 * 1024


class FakeTime:
    """Seconds that pass only while somebody sleeps. Call it to read it; both unix and monotonic clocks can be it."""

    def __init__(self, start_s: float = 1_790_000_000.0) -> None:
        self.now_s = start_s

    def __call__(self) -> float:
        return self.now_s

    async def sleep(self, seconds: float) -> None:
        self.now_s += seconds
        await asyncio.sleep(0)


class InProcessTransport:
    """Carries requests to a function from `Call` to `Reply`, for example the `handle` of a sandbox helpdesk.

    It refuses what the real transport refuses: addresses outside `base_url`, headers that are none, bodies that are
    too large. clock: unix seconds, for the `Date` header.
    """

    def __init__(
        self,
        handle: Callable[[Call], Reply],
        base_url: str = "https://helpdesk.example.com",
        clock: Callable[[], float] | None = None,
    ) -> None:
        self._handle, self._clock = handle, clock
        self._origin = Origin.of(base_url)

    async def send(self, request: Request, headers: Mapping[str, str]) -> Response:
        """See `Transport`. A reply that is cut is a reset, one that hangs is a timeout."""
        call = self._call(request, headers)
        await asyncio.sleep(0)
        reply = self._handle(call)
        if reply.wire != "normal":
            raise TransportFailed(Failure.RESET if reply.wire == "cut" else Failure.TIMEOUT)
        usual = {"content-type": "application/json"}
        if self._clock is not None:
            usual["date"] = formatdate(self._clock(), usegmt=True)
        received = usual | {name.lower(): value for name, value in reply.headers.items()}
        body = CappedBody(received.get("content-encoding", ""), _BODY_CAP_BYTES)
        body.feed(reply.encoded())
        return Response(reply.status, received, body.finish())

    def _call(self, request: Request, headers: Mapping[str, str]) -> Call:
        address = urlsplit(self._origin.address(request))
        external = request.external_url is not None
        sent = checked_headers(() if external else request.headers, () if external else headers)
        query = tuple(parse_qsl(address.query, keep_blank_values=True))
        body = b"" if request.body is None else json.dumps(request.body).encode()
        return Call(request.method, unquote(address.path), query, sent, body, self._origin.url)

    async def aclose(self) -> None:
        """Nothing stays open."""
