"""The one file that knows httpx. Exchanging the HTTP library is a change of this file."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from http.cookiejar import CookieJar, DefaultCookiePolicy
from importlib.metadata import version

import httpx

from clonedesk_connectors.errors import ConfigError
from clonedesk_connectors.protocol import Request, Response
from clonedesk_connectors.transport.base import Failure, TransportFailed
from clonedesk_connectors.transport.body import ACCEPTED, CappedBody
from clonedesk_connectors.transport.origin import Origin, checked_headers

_LOGGERS = ("httpx", *(f"httpcore.{part}" for part in ("connection", "http11", "proxy", "socks")))
_SENDING: ContextVar[bool] = ContextVar("sending", default=False)
_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)


class HttpxTransport:
    """HTTP/1.1 to one account over at most `connections` connections.

    Each connection has a client of its own: httpx's shared pool looks at every connection for every request. CPU per
    request against a local server, shared pool / own clients: 1.42 / 1.19 ms at 8 connections, 4.52 / 0.79 at 32.

    timeout_s: the longest silence while sending or reading. deadline_s: the longest whole exchange.
    max_body_bytes: of the decoded body. Proxies are taken from the environment, except for an account on this machine.
    """

    def __init__(
        self,
        base_url: str,
        *,
        connections: int = 8,
        timeout_s: float = 60.0,
        deadline_s: float = 300.0,
        max_body_bytes: int = 128 * 1024 * 1024,
    ) -> None:
        self._origin = Origin.of(base_url)
        self._deadline_s = deadline_s
        self._max_body_bytes = max_body_bytes
        self._headers = {
            "accept": "application/json",
            "accept-encoding": ACCEPTED,
            "user-agent": f"clonedesk-connectors/{version('clonedesk-connectors')}",
        }
        trust = trusted_roots(os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR"))
        timeout = httpx.Timeout(timeout_s, connect=min(10.0, timeout_s))
        self._clients = [_client(trust, timeout, proxies=not self._origin.loopback) for _ in range(connections)]
        self._idle: asyncio.LifoQueue[httpx.AsyncClient] = asyncio.LifoQueue()  # the warmest connection first
        for client in self._clients:
            self._idle.put_nowait(client)
        for name in _LOGGERS:
            logging.getLogger(name).addFilter(_not_ours)

    async def send(self, request: Request, headers: Mapping[str, str]) -> Response:
        """See `Transport`. A redirect is an answer like any other: it is never followed."""
        url = self._origin.address(request)
        external = request.external_url is not None
        sent = checked_headers(self._headers, () if external else request.headers, () if external else headers)
        content = None if request.body is None else json.dumps(request.body).encode()
        if content is not None:
            sent.setdefault("content-type", "application/json")
        client = await self._idle.get()
        try:
            with _quiet():
                async with asyncio.timeout(self._deadline_s):
                    return await self._exchange(client, request.method, url, sent, content)
        except (httpx.HTTPError, TimeoutError) as error:
            # Not chained: the library's words may hold an address with its query.
            raise TransportFailed(failure_of(error)) from None
        finally:
            self._idle.put_nowait(client)

    async def aclose(self) -> None:
        for client in self._clients:
            await client.aclose()

    async def _exchange(
        self, client: httpx.AsyncClient, method: str, url: str, headers: dict[str, str], content: bytes | None
    ) -> Response:
        async with client.stream(method, url, headers=headers, content=content) as answer:
            body = CappedBody(answer.headers.get("content-encoding", ""), self._max_body_bytes)
            async for chunk in answer.aiter_raw():
                body.feed(chunk)
            return Response(answer.status_code, dict(answer.headers.items()), body.finish())


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
        return Failure.UNTRUSTED if _is_certificate_error(error) else Failure.CONNECT
    return Failure.TIMEOUT if isinstance(error, httpx.TimeoutException | TimeoutError) else Failure.RESET


def _is_certificate_error(error: BaseException | None) -> bool:
    while error is not None and not isinstance(error, ssl.SSLCertVerificationError):
        error = error.__cause__ or error.__context__
    return error is not None


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep this request out of the logs of httpx and httpcore: they write addresses, queries and headers."""
    token = _SENDING.set(True)
    try:
        yield
    finally:
        _SENDING.reset(token)


def _not_ours(_record: logging.LogRecord) -> bool:
    """Other users of httpx in the same program keep their logs."""
    return not _SENDING.get()
