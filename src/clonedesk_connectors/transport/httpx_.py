"""The one file that knows httpx. Exchanging the HTTP library is a change of this file."""

from __future__ import annotations

import asyncio
import copy
import os
import ssl
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache, partial
from http.cookiejar import CookieJar, DefaultCookiePolicy
from importlib.metadata import version
from typing import TypeVar
from urllib.request import getproxies

import httpx

from clonedesk_connectors.errors import ConfigError, ForeignOrigin
from clonedesk_connectors.protocol import Request, Response
from clonedesk_connectors.transport.base import Failure, TransportFailed
from clonedesk_connectors.transport.body import CappedBody
from clonedesk_connectors.transport.httpcore_ import ERRORS as LINE_ERRORS
from clonedesk_connectors.transport.httpcore_ import LOGGERS as LINE_LOGGERS
from clonedesk_connectors.transport.httpcore_ import Line
from clonedesk_connectors.transport.httpcore_ import failure_of as line_failure
from clonedesk_connectors.transport.origin import Origin
from clonedesk_connectors.transport.quiet import quiet, silence
from clonedesk_connectors.transport.wire import BODY_CAP_BYTES, CONNECT_S, DEADLINE_S, TIMEOUT_S, USUAL, Wire

Client = TypeVar("Client", httpx.Client, httpx.AsyncClient)

_LOGGERS = ("httpx", *LINE_LOGGERS, *(f"hpack.{part}" for part in ("hpack", "table")))
_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)


class HttpxTransport:
    """HTTP/1.1 to one account over at most `connections` connections, each a `Line` of its own.

    httpx itself carries what a bare connection cannot: requests through a proxy, and files on another host.

    timeout_s, deadline_s, max_body_bytes: see `transport/wire.py`. Proxies are taken from the environment, except for
    an account on this machine.
    """

    def __init__(
        self,
        base_url: str,
        *,
        connections: int = 8,
        timeout_s: float = TIMEOUT_S,
        deadline_s: float = DEADLINE_S,
        max_body_bytes: int = BODY_CAP_BYTES,
    ) -> None:
        self._origin = Origin.of(base_url)
        self._deadline_s = deadline_s
        self._max_body_bytes = max_body_bytes
        self._usual = {**USUAL, "user-agent": f"clonedesk-connectors/{version('clonedesk-connectors')}"}
        trust = trusted_roots(os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR"))
        connect_s = min(CONNECT_S, timeout_s)
        timeout = httpx.Timeout(timeout_s, connect=connect_s)
        proxied = not self._origin.loopback and not {"http", "https", "all"}.isdisjoint(getproxies())
        self._lanes = [
            _Lane(
                None if proxied else Line(self._origin, trust, timeout_s, connect_s),
                partial(_client, trust, timeout, proxies=not self._origin.loopback),
            )
            for _ in range(connections)
        ]
        self._idle: asyncio.LifoQueue[_Lane] = asyncio.LifoQueue()  # the warmest connection first
        for lane in self._lanes:
            self._idle.put_nowait(lane)
        silence(*_LOGGERS)

    async def send(self, request: Request, headers: Mapping[str, str]) -> Response:
        """See `Transport`. A redirect is an answer like any other: it is never followed."""
        own = () if request.external_url is not None else (dict(request.headers), headers)
        wire = Wire.of(self._origin, request, self._usual, *own)
        lane = await self._idle.get()
        try:
            if lane.line is None or request.external_url is not None:
                return await _exchange(lane.client, wire, self._deadline_s, self._max_body_bytes)
            return await _directly(lane.line, wire, self._deadline_s, self._max_body_bytes)
        finally:
            self._idle.put_nowait(lane)

    async def aclose(self) -> None:
        for lane in self._lanes:
            await lane.aclose()


class _Lane:
    """What one request at a time goes through. line: None where a proxy stands in between."""

    def __init__(self, line: Line | None, open_client: Callable[[], httpx.AsyncClient]) -> None:
        self.line, self._open_client = line, open_client
        self._client: httpx.AsyncClient | None = None

    @property
    def client(self) -> httpx.AsyncClient:
        """Made when it is needed for the first time."""
        if self._client is None:
            self._client = self._open_client()
        return self._client

    async def aclose(self) -> None:
        if self.line is not None:
            await self.line.aclose()
        if self._client is not None:
            await self._client.aclose()


class LentClient:
    """Sends through an httpx client that belongs to the calling program: its connections, proxies, certificates and
    sign-in, but one attempt, no redirect, our timeouts and our cap on bodies.

    The client itself stays as it is: each request goes through a copy that shares its connections. The copy sends the
    client's cookies and keeps none, adds no default parameters (they would change what we ask for), and runs the
    client's request hooks, but not its response hooks (they may raise, log or read the body). An asynchronous client
    works only in the event loop it was used in; a synchronous one is called from up to `threads` threads.

    headers: what the client's owner adds to every request, asked for anew each time.
    """

    def __init__(
        self,
        client: httpx.Client | httpx.AsyncClient,
        base_url: str,
        headers: Callable[[], Mapping[str, str]],
        *,
        threads: int = 8,
        deadline_s: float = DEADLINE_S,
        max_body_bytes: int = BODY_CAP_BYTES,
    ) -> None:
        self._client = client
        self._origin = Origin.of(base_url)
        self._headers = headers
        self._deadline_s, self._max_body_bytes = deadline_s, max_body_bytes
        self._threads = ThreadPoolExecutor(threads, "clonedesk-httpx") if isinstance(client, httpx.Client) else None
        silence(*_LOGGERS)

    async def send(self, request: Request, headers: Mapping[str, str]) -> Response:
        """See `Transport`. Raises ConfigError when the client was closed."""
        if request.external_url is not None:
            raise ForeignOrigin(f"stream {request.stream!r}: a lent client is used for its own account only")
        if self._client.is_closed:
            raise ConfigError("the client that was handed over is closed; hand over one that is open")
        wire = Wire.of(self._origin, request, self._headers(), USUAL, dict(request.headers), headers)
        if isinstance(self._client, httpx.AsyncClient):
            return await _exchange(_copy(self._client), wire, self._deadline_s, self._max_body_bytes)
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, self._in_thread, _copy(self._client), wire)

    async def aclose(self) -> None:
        """Lets go of the threads; the client stays open."""
        if self._threads:
            self._threads.shutdown(wait=False, cancel_futures=True)

    def _in_thread(self, client: httpx.Client, wire: Wire) -> Response:
        ends_at = time.monotonic() + self._deadline_s
        try:
            with (
                quiet(),
                client.stream(
                    wire.method, wire.url, headers=wire.headers, content=wire.content, follow_redirects=False
                ) as answer,
            ):
                body = _body(answer, self._max_body_bytes)
                for chunk in answer.iter_raw():
                    body.feed(chunk)
                    if time.monotonic() > ends_at:
                        raise TimeoutError
                return _response(answer, body)
        except (httpx.HTTPError, TimeoutError) as error:
            raise TransportFailed(failure_of(error)) from None


_TIMEOUT = httpx.Timeout(TIMEOUT_S, connect=CONNECT_S)


async def _directly(line: Line, wire: Wire, deadline_s: float, max_body_bytes: int) -> Response:
    try:
        with quiet():
            async with asyncio.timeout(deadline_s):
                return await line.exchange(wire, max_body_bytes)
    except TimeoutError:
        raise TransportFailed(Failure.TIMEOUT) from None
    except LINE_ERRORS as error:
        failure = Failure.UNTRUSTED if is_certificate_error(error) else line_failure(error)
        raise TransportFailed(failure) from None


async def _exchange(client: httpx.AsyncClient, wire: Wire, deadline_s: float, max_body_bytes: int) -> Response:
    try:
        with quiet():
            async with (
                asyncio.timeout(deadline_s),
                client.stream(
                    wire.method, wire.url, headers=wire.headers, content=wire.content, follow_redirects=False
                ) as answer,
            ):
                body = _body(answer, max_body_bytes)
                async for chunk in answer.aiter_raw():
                    body.feed(chunk)
                return _response(answer, body)
    except (httpx.HTTPError, TimeoutError) as error:
        # Not chained: the library's words may hold an address with its query.
        raise TransportFailed(failure_of(error)) from None


def _body(answer: httpx.Response, max_body_bytes: int) -> CappedBody:
    return CappedBody(answer.headers.get("content-encoding", ""), max_body_bytes)


def _response(answer: httpx.Response, body: CappedBody) -> Response:
    return Response(answer.status_code, dict(answer.headers.items()), body.finish())


def _copy(client: Client) -> Client:
    """See `LentClient`."""
    twin = copy.copy(client)
    twin.event_hooks = {"request": client.event_hooks["request"], "response": []}
    twin.cookies = client.cookies  # the setter copies
    twin.params = {}
    twin.timeout = _TIMEOUT
    return twin


def _client(trust: ssl.SSLContext, timeout: httpx.Timeout, *, proxies: bool) -> httpx.AsyncClient:
    no_cookies = CookieJar(DefaultCookiePolicy(allowed_domains=()))
    return httpx.AsyncClient(
        verify=trust,
        timeout=timeout,
        limits=httpx.Limits(max_connections=1),
        cookies=no_cookies,
        follow_redirects=False,
        trust_env=proxies,
    )


@lru_cache(maxsize=4)
def trusted_roots(file: str | None, folder: str | None) -> ssl.SSLContext:
    """The bundled certificate roots, and those named by SSL_CERT_FILE and SSL_CERT_DIR besides (a company's own proxy).

    Nothing in the environment can replace the roots or switch verification off. Raises ConfigError when what it names
    cannot be read.
    """
    trust = httpx.create_ssl_context(trust_env=False)
    if file or folder:
        try:
            trust.load_verify_locations(file or None, folder or None)
        except OSError:
            raise ConfigError("SSL_CERT_FILE or SSL_CERT_DIR does not hold readable certificates") from None
    return trust


def failure_of(error: Exception) -> Failure:
    """Our word for what httpx raised."""
    if isinstance(error, _NEVER_SENT):
        return Failure.UNTRUSTED if is_certificate_error(error) else Failure.CONNECT
    return Failure.TIMEOUT if isinstance(error, httpx.TimeoutException | TimeoutError) else Failure.RESET


def is_certificate_error(error: BaseException | None) -> bool:
    """Whether a certificate that does not verify is among an error's causes."""
    while error is not None and not isinstance(error, ssl.SSLCertVerificationError):
        error = error.__cause__ or error.__context__
    return error is not None
