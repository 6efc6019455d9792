"""Programs that sign in by more than a fixed header: OAuth sessions, flows, hooks. And what only requests can do."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import Any

import httpx
import pytest
import requests
from urllib3.exceptions import MaxRetryError, NewConnectionError, SSLError

from clonedesk_connectors.protocol import Request
from clonedesk_connectors.transport import Failure, TransportFailed
from clonedesk_connectors.transport.requests_ import LentSession, failure_of
from tests.sdk.lent import lent
from tests.transport.transport_server import Server, answer, hang

GET = Request("items", "/items", "account")


async def test_a_hanging_server_ends_in_a_timeout() -> None:
    async with lent("requests", hang, timeout_s=0.05) as (_, transport, _):
        with pytest.raises(TransportFailed, match="timeout"):
            await transport.send(GET, {})


class OAuthSession(requests.Session):
    """Signs in `request`, from an attribute of its own, and renews its token there: as requests-oauthlib does."""

    def __init__(self) -> None:
        super().__init__()
        self.tokens = ["second", "first"]

    def request(self, method: str, url: str, **options: Any) -> requests.Response:  # type: ignore[override]
        options["headers"] = {**options["headers"], "Authorization": f"Bearer {self.tokens.pop()}"}
        return super().request(method, url, **options)


async def test_a_session_that_signs_in_by_itself_goes_on_doing_so() -> None:
    session = OAuthSession()
    session.trust_env = False
    async with Server(answer()) as server:
        transport = LentSession(session, server.url)
        await transport.send(GET, {})
        await transport.send(GET, {})
        await transport.aclose()
    session.close()
    heads = [head.lower() for head, _ in server.requests]
    assert [head.partition("authorization: bearer ")[2][:6].strip() for head in heads] == ["first", "second"]


@pytest.mark.parametrize("kind", ["httpx", "async httpx"])
async def test_an_httpx_client_that_signs_in_by_itself_goes_on_doing_so(kind: str) -> None:
    def sign(request: httpx.Request) -> httpx.Request:
        request.headers["Authorization"] = "Bearer from the flow"
        return request

    def stamp(request: httpx.Request) -> None:
        request.headers["X-Stamp"] = "from the hook"

    async def stamp_later(request: httpx.Request) -> None:
        stamp(request)

    def prepare(client: Any) -> None:
        client.auth = sign
        client.event_hooks = {"request": [stamp_later if kind == "async httpx" else stamp]}

    async with lent(kind, answer(), prepare=prepare) as (server, transport, _):
        await transport.send(GET, {})
    head = server.requests[0][0].lower()
    assert "authorization: bearer from the flow\r\n" in head
    assert "x-stamp: from the hook\r\n" in head


async def test_the_environment_can_neither_replace_the_programs_certificates_nor_make_us_trust_nobody(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """requests itself lets REQUESTS_CA_BUNDLE take precedence over `session.verify`."""
    asked: list[object] = []

    class Watching(requests.adapters.HTTPAdapter):
        def send(self, *arguments: Any, **options: Any) -> requests.Response:
            asked.append(options["verify"])
            raise requests.ConnectionError

    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "evil.pem"))
    session = requests.Session()
    session.mount("https://", Watching())
    session.verify = "/own/roots.pem"
    transport = LentSession(session, "https://acme.example.com")
    with pytest.raises(TransportFailed):
        await transport.send(GET, {})
    await transport.aclose()
    assert asked == ["/own/roots.pem"]


async def test_roots_that_cannot_be_read_are_a_certificate_problem(tmp_path: Path) -> None:
    session = requests.Session()
    session.trust_env = False
    session.verify = str(tmp_path / "absent.pem")
    transport = LentSession(session, "https://127.0.0.1:9")
    with pytest.raises(TransportFailed) as caught:
        await transport.send(GET, {})
    await transport.aclose()
    assert caught.value.reason is Failure.UNTRUSTED


def test_a_certificate_that_does_not_verify_is_told_from_a_line_that_is_down() -> None:
    pool: Any = None
    untrusted = requests.exceptions.SSLError(MaxRetryError(pool, "/secret", SSLError()))
    untrusted.__context__ = ssl.SSLCertVerificationError()
    assert failure_of(untrusted) is Failure.UNTRUSTED
    down = requests.ConnectionError(MaxRetryError(pool, "/secret", NewConnectionError(pool, "down")))
    assert failure_of(down) is Failure.CONNECT
    assert failure_of(requests.exceptions.ProxyError()) is Failure.CONNECT
    assert failure_of(requests.exceptions.SSLError()) is Failure.RESET
