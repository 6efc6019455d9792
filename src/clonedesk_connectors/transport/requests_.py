"""The one file that knows requests: sending through a `requests.Session` that belongs to the calling program."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import requests
from requests.adapters import HTTPAdapter
from requests.cookies import RequestsCookieJar
from requests.hooks import default_hooks
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError, ReadTimeoutError
from urllib3.util.retry import Retry

from clonedesk_connectors.errors import ConfigError, ForeignOrigin
from clonedesk_connectors.protocol import Request, Response
from clonedesk_connectors.transport.base import Failure, TransportFailed
from clonedesk_connectors.transport.body import CappedBody
from clonedesk_connectors.transport.httpx_ import is_certificate_error
from clonedesk_connectors.transport.origin import Origin
from clonedesk_connectors.transport.quiet import quiet, silence
from clonedesk_connectors.transport.wire import BODY_CAP_BYTES, CONNECT_S, DEADLINE_S, TIMEOUT_S, USUAL, Wire

T = TypeVar("T")

_CHUNK_BYTES = 64 * 1024
_LOGGERS = (
    *(f"urllib3.{part}" for part in ("connection", "connectionpool", "poolmanager", "response", "util.retry")),
    *(f"requests_oauthlib.{part}" for part in ("oauth1_session", "oauth2_session")),
)


class LentSession:
    """Sends through a `requests.Session` that belongs to the calling program: its connections, proxies, certificates
    and sign-in (an OAuth session renews its tokens as usual), but one attempt, no redirect, our timeouts and our cap.

    The session itself stays as it is: each request goes through a copy that shares its connection pools. The copy has
    the session's adapters without their retries, sends its cookies and keeps none, adds no default parameters (they
    would change what we ask for) and runs no response hooks (they may raise, log or read the body). One request at a
    time, in a thread of its own: sessions promise nothing about threads. A session that does not verify certificates is
    refused.
    """

    def __init__(
        self,
        session: requests.Session,
        base_url: str,
        *,
        timeout_s: float = TIMEOUT_S,
        deadline_s: float = DEADLINE_S,
        max_body_bytes: int = BODY_CAP_BYTES,
    ) -> None:
        self._session = session
        self._origin = Origin.of(base_url)
        self._timeout = (min(CONNECT_S, timeout_s), timeout_s)
        self._deadline_s, self._max_body_bytes = deadline_s, max_body_bytes
        self._thread = ThreadPoolExecutor(1, "clonedesk-requests")
        silence(*_LOGGERS)

    async def send(self, request: Request, headers: Mapping[str, str]) -> Response:
        """See `Transport`. Raises ConfigError for a session that verifies no certificates."""
        if request.external_url is not None:
            raise ForeignOrigin(f"stream {request.stream!r}: a lent session is used for its own account only")
        if self._session.verify is False and not self._origin.loopback:
            raise ConfigError("this session verifies no certificates; set session.verify to your root certificates")
        wire = Wire.of(self._origin, request, USUAL, dict(request.headers), headers)
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._in_thread, wire)

    async def aclose(self) -> None:
        """Lets go of the thread; the session stays open."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _in_thread(self, wire: Wire) -> Response:
        ends_at = time.monotonic() + self._deadline_s
        try:
            with quiet(), self._answer(wire) as answer:
                body = CappedBody(answer.headers.get("content-encoding", ""), self._max_body_bytes)
                for chunk in answer.raw.stream(_CHUNK_BYTES, decode_content=False):
                    body.feed(chunk)
                    if time.monotonic() > ends_at:
                        raise TransportFailed(Failure.TIMEOUT)
                headers = {name.lower(): value for name, value in answer.headers.items()}
                return Response(answer.status_code, headers, body.finish())
        except (requests.RequestException, HTTPError, OSError) as error:
            # Not chained: the library's words may hold an address with its query.
            raise TransportFailed(failure_of(error)) from None

    def _answer(self, wire: Wire) -> requests.Response:
        return _copy(self._session).request(
            wire.method,
            wire.url,
            headers=wire.headers,
            data=wire.content,
            timeout=self._timeout,
            verify=self._session.verify,  # said again, or the environment would take precedence over the program
            allow_redirects=False,
            stream=True,
        )


def _copy(session: requests.Session) -> requests.Session:
    """See `LentSession`. Made anew for each request, so that a changed session is used as it is now."""
    cookies = RequestsCookieJar()
    cookies.update(session.cookies)
    return _twin(
        session,
        adapters=OrderedDict((prefix, _sending_once(adapter)) for prefix, adapter in session.adapters.items()),
        cookies=cookies,
        hooks=default_hooks(),
        params={},
        # Else requests reads a redirect's whole body, of any size, to tell where it would lead.
        get_redirect_target=lambda response: None,
    )


def _sending_once(adapter: T) -> T:
    """The adapter with its connection pools but without retries: zenpy's repeats a PUT three times after a 503."""
    return _twin(adapter, max_retries=Retry(0, read=False)) if isinstance(adapter, HTTPAdapter) else adapter


def _twin(original: T, **differences: object) -> T:
    """Another object of the same class with the same attributes but these. Not `copy.copy`: both classes define how
    they are pickled, and would lose what a subclass has added."""
    twin = object.__new__(type(original))
    vars(twin).update(vars(original), **differences)
    return twin


def failure_of(error: Exception) -> Failure:
    """Our word for what requests or urllib3 raised."""
    if is_certificate_error(error) or not isinstance(error, requests.RequestException | HTTPError):
        return Failure.UNTRUSTED  # a bare OSError is a file of root certificates that cannot be read
    if isinstance(error, requests.ReadTimeout | ReadTimeoutError):
        return Failure.TIMEOUT
    reason = getattr(error.args[0], "reason", None) if error.args else None
    unsent = isinstance(error, requests.ConnectTimeout | requests.exceptions.ProxyError)
    unsent = unsent or isinstance(reason, NewConnectionError | ConnectTimeoutError)
    return Failure.CONNECT if unsent else Failure.RESET
