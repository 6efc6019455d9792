"""The part of a sandbox helpdesk that is the same for every vendor: a real HTTP server in a thread of this process."""

import asyncio
import contextlib
import gzip
import logging
import socket
import threading
import time
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from email.utils import formatdate
from typing import Any, NamedTuple, Self
from urllib.parse import parse_qsl

from clonedesk_connectors.testing.sandbox.calls import Call, Reply
from clonedesk_connectors.testing.sandbox.faults import Faults
from clonedesk_connectors.testing.sandbox.limits import Limit, Limits

try:
    import uvicorn
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Route
    from starlette.types import Receive, Scope, Send
except ImportError as err:  # pragma: no cover - depends on the installation
    raise ImportError(
        "The sandbox helpdesks need starlette and uvicorn. Install: pip install 'clonedesk-connectors[sandbox]'"
    ) from err

_KEPT_REQUESTS = 100_000
_START_S = 30
_WORTH_PACKING = 1_000
_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]


class Seen(NamedTuple):
    """One request in the log. query: decoded, joined; buckets: limits it counted against; credentialed: had
    Authorization.
    """

    method: str
    path: str
    query: str
    buckets: tuple[str, ...]
    status: int
    credentialed: bool


class Sandbox(ABC):
    """A helpdesk at `url` while the context is open; everything it saw is in `log`.

    limits: bucket name -> limit; clock: unix seconds, drives limits and token expiry. faults: may be changed while
    running. violations: requests that came although their limit was used up (each was answered 429).
    """

    def __init__(
        self,
        *,
        limits: Mapping[str, Limit],
        faults: Faults | None = None,
        clock: Callable[[], float] = time.time,
        port: int = 0,
    ) -> None:
        self.clock = clock
        self.limits = Limits(limits, clock)
        self.faults = faults or Faults()
        self.log: deque[Seen] = deque(maxlen=_KEPT_REQUESTS)
        self.violations: list[Seen] = []
        self.lock = threading.RLock()
        self.url = ""
        self._port = port
        self._thread: _ServerThread | None = None

    @abstractmethod
    def answer(self, call: Call) -> Reply:
        """Answer a call that is within its limits; runs under `lock`."""

    @abstractmethod
    def buckets(self, call: Call) -> tuple[str, ...]:
        """The limits a call counts against."""

    @abstractmethod
    def limit_headers(self, buckets: Iterable[str]) -> dict[str, str]:
        """What the vendor tells about its limits with each answer."""

    @abstractmethod
    def too_many(self, wait_s: int) -> Reply:
        """The vendor's 429."""

    def cost(self, call: Call) -> int:
        """How much a call takes from its buckets."""
        return 1

    def handle(self, call: Call) -> Reply:
        """Answer one call: limits, then faults, then the vendor. Logs it."""
        with self.lock:
            buckets = self.buckets(call)
            wait_s = self.limits.spend(buckets, self.cost(call))
            reply = self.faults.apply(call, self.answer) if wait_s is None else self.too_many(wait_s)
            for name, value in self.limit_headers(buckets).items():
                reply.headers.setdefault(name, value)
            query = "&".join(f"{key}={value}" for key, value in call.query)
            seen = Seen(call.method, call.path, query, buckets, reply.status, "authorization" in call.headers)
            self.log.append(seen)
            if wait_s is not None:
                self.violations.append(seen)
            return reply

    def __enter__(self) -> Self:
        self._thread = _ServerThread(self, self._port)
        self.url = self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        if self._thread is not None:
            self._thread.stop()
            self._thread = None


class _Server(uvicorn.Server):
    """uvicorn's server that says when it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.listening.set()


def _listening(port: int) -> socket.socket:
    """asyncio switches Nagle's algorithm off only for sockets that say they are TCP; else each answer takes 40 ms."""
    made = socket.create_server(("127.0.0.1", port))
    return socket.socket(made.family, made.type, socket.IPPROTO_TCP, fileno=made.detach())


class _ServerThread:
    """One uvicorn server on its own thread and event loop."""

    def __init__(self, sandbox: Sandbox, port: int) -> None:
        self._sandbox = sandbox
        self._socket = _listening(port)
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        app = Starlette(routes=[Route("/{path:path}", self._endpoint, methods=_METHODS)])
        config = uvicorn.Config(
            app,
            lifespan="off",
            log_config=None,
            access_log=False,
            ws="none",
            date_header=False,
            timeout_graceful_shutdown=5,
        )
        self._server = _Server(config)
        self._closing = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = threading.Thread(target=self._run, name="sandbox-helpdesk", daemon=True)

    def start(self) -> str:
        """Start and wait until it listens. Raises RuntimeError if it does not come up."""
        self._thread.start()
        if not self._server.listening.wait(_START_S):
            raise RuntimeError(f"the sandbox helpdesk did not start within {_START_S} s")
        return self.url

    def stop(self) -> None:
        self._server.should_exit = True
        if self._loop is not None:
            # The loop may have ended between the two lines; then nothing hangs on the event any more.
            with contextlib.suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._closing.set)
        self._thread.join(_START_S)

    def _run(self) -> None:
        # uvicorn reports the connections we cut on purpose as errors of the application.
        log = logging.getLogger("uvicorn.error")
        level = log.level
        log.setLevel(logging.CRITICAL)
        try:
            asyncio.run(self._serve())
        finally:
            log.setLevel(level)

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        await self._server.serve(sockets=[self._socket])

    async def _endpoint(self, request: Request) -> Response:
        call = Call(
            request.method,
            request.url.path,
            tuple(parse_qsl(request.url.query, keep_blank_values=True)),
            {name.lower(): value for name, value in request.headers.items()},
            await request.body(),
            self.url,
        )
        reply = self._sandbox.handle(call)
        if reply.wire == "hang":
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._closing.wait(), reply.hang_s)
        usual = {
            "content-type": "application/json; charset=utf-8",
            "date": formatdate(self._sandbox.clock(), usegmt=True),
        }
        headers = usual | reply.headers
        if reply.wire == "cut":
            return _CutResponse(reply.encoded(), reply.status, headers)
        return Response(_packed(reply.encoded(), call, headers), reply.status, headers)


def _packed(body: bytes, call: Call, headers: dict[str, str]) -> bytes:
    """Compressed for callers that take it, as web servers do with answers that are worth it."""
    takes = "gzip" in call.headers.get("accept-encoding", "")
    if len(body) < _WORTH_PACKING or not takes or "content-encoding" in map(str.lower, headers):
        return body
    headers |= {"content-encoding": "gzip", "vary": "accept-encoding"}
    return gzip.compress(body, compresslevel=1, mtime=0)


class _CutResponse(Response):
    """Promises the whole body, sends half of it and ends; the server then drops the connection."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        start: dict[str, Any] = {"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers}
        await send(start)
        half = bytes(self.body)[: len(self.body) // 2]
        await send({"type": "http.response.body", "body": half, "more_body": True})
