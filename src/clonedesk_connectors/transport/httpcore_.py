"""The one file that knows httpcore, the layer below httpx: one connection to one origin, without pool or client.

What httpx does for every request beside sending it (looking for a connection, cookies, redirects, sign-in, addresses
taken apart once more) is never used by us and costs more than the sending. CPU per request against a local server: a
shared pool 1.42 ms, a client for each connection 0.53, this 0.25.
"""

from __future__ import annotations

import ssl

import httpcore

from clonedesk_connectors.protocol import Response
from clonedesk_connectors.transport.base import Failure
from clonedesk_connectors.transport.body import CappedBody
from clonedesk_connectors.transport.origin import Origin
from clonedesk_connectors.transport.wire import Wire

LOGGERS = tuple(f"httpcore.{part}" for part in ("connection", "http11", "http2", "proxy", "socks"))

ERRORS = (
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.ProxyError,
    httpcore.TimeoutException,
    httpcore.UnsupportedProtocol,
)

_IDLE_S = 5.0
"""Servers close idle connections, some after five seconds; a request on one of those would be lost."""


class Line:
    """One connection, made when it is needed and anew when it has ended. One request at a time.

    timeout_s: the longest silence; connect_s: to get a connection, certificate included.
    """

    def __init__(self, origin: Origin, trust: ssl.SSLContext, timeout_s: float, connect_s: float) -> None:
        self._url, self._trust = origin.url, trust
        self._host, self._origin = _parts(origin.url)
        self._extensions = {"timeout": {"connect": connect_s, "read": timeout_s, "write": timeout_s}}
        self._connection = self._new()

    async def exchange(self, wire: Wire, max_body_bytes: int) -> Response:
        """Send a request to this origin and read its answer. Raises one of `ERRORS` or TransportFailed."""
        connection = await self._ready()
        answer = await connection.handle_async_request(self._request(wire))
        try:
            headers = _joined(answer.headers)
            body = CappedBody(headers.get("content-encoding", ""), max_body_bytes)
            async for chunk in answer.aiter_stream():
                body.feed(chunk)
            return Response(answer.status, headers, body.finish())
        finally:
            await answer.aclose()

    async def aclose(self) -> None:
        await self._connection.aclose()

    def _new(self) -> httpcore.AsyncHTTPConnection:
        return httpcore.AsyncHTTPConnection(self._origin, self._trust, keepalive_expiry=_IDLE_S)

    async def _ready(self) -> httpcore.AsyncHTTPConnection:
        if self._connection.is_closed() or self._connection.has_expired():
            await self._connection.aclose()
            self._connection = self._new()
        return self._connection

    def _request(self, wire: Wire) -> httpcore.Request:
        target = wire.url[len(self._url) :].encode("ascii") or b"/"
        url = httpcore.URL(scheme=self._origin.scheme, host=self._origin.host, port=self._origin.port, target=target)
        headers = [(b"host", self._host), *((n.encode("ascii"), v.encode("ascii")) for n, v in wire.headers.items())]
        content = wire.content or b""
        if content or wire.method in ("POST", "PUT", "PATCH"):
            headers.append((b"content-length", str(len(content)).encode("ascii")))
        return httpcore.Request(wire.method, url, headers=headers, content=content, extensions=self._extensions)


def failure_of(error: Exception) -> Failure:
    """Our word for what httpcore raised."""
    if isinstance(error, httpcore.ConnectError | httpcore.ConnectTimeout):
        return Failure.CONNECT
    return Failure.TIMEOUT if isinstance(error, httpcore.TimeoutException) else Failure.RESET


def _parts(origin: str) -> tuple[bytes, httpcore.Origin]:
    """The Host header and the origin of an address that `Origin` has checked. A port that is usual is left out."""
    scheme, _, authority = origin.partition("://")
    url = httpcore.URL(origin)
    usual = {"http": 80, "https": 443}[scheme]
    if url.port in (None, usual):
        authority = authority.removesuffix(f":{usual}")
    port = usual if url.port is None else url.port
    return authority.encode("ascii"), httpcore.Origin(url.scheme, url.host, port)


def _joined(pairs: list[tuple[bytes, bytes]]) -> dict[str, str]:
    """Headers by lower-case name; what came more than once is one value, as HTTP means it."""
    headers: dict[str, str] = {}
    for raw_name, raw_value in pairs:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return headers
