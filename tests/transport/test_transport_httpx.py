from __future__ import annotations

import asyncio
import gzip
import logging
import ssl
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from transport_fakes import FakeConnector, NoJitter
from transport_server import Behaviour, Server, answer, hang, reset, vanish

from clonedesk_connectors.errors import AuthError, ConfigError, RateLimited, Unavailable
from clonedesk_connectors.protocol import Request, Response, Verdict
from clonedesk_connectors.transport import Failure, Session, TransportFailed, httpcore_
from clonedesk_connectors.transport.httpx_ import HttpxTransport, failure_of, trusted_roots

GET = Request("items", "/items", "account", params=(("q", "jane@example.com"),))
KEY = {"authorization": "Bearer s3cret"}
GOOD = answer(b'{"items": [{"id": 1}]}')


@asynccontextmanager
async def sending(*behaviours: Behaviour, **options: Any) -> AsyncIterator[tuple[Server, HttpxTransport]]:
    async with Server(*behaviours) as server:
        transport = HttpxTransport(server.url, **options)
        try:
            yield server, transport
        finally:
            await transport.aclose()


async def failure(*behaviours: Behaviour, **options: Any) -> Failure:
    async with sending(*behaviours, **options) as (_, transport):
        with pytest.raises(TransportFailed) as caught:
            await transport.send(GET, KEY)
    error = caught.value
    assert error.__cause__ is None
    assert error.__suppress_context__ or error.__context__ is None  # no words of a library, they may hold an address
    return caught.value.reason


async def test_a_request_arrives_as_it_was_built_and_so_does_its_answer() -> None:
    write = Request("s", "/a/b", "b", "PUT", (("page[size]", "2"),), {"text": "é\ud800"}, (("X-Api", "9"),))
    async with sending(answer(b'{"ok": 1}', "201 Created", "X-Left: 3", "x-left: 4")) as (server, transport):
        response = await transport.send(write, KEY)
        host = server.url.removeprefix("http://")
    head, body = server.requests[0]
    assert response == Response(201, {"content-length": "9", "x-left": "3, 4"}, b'{"ok": 1}')
    assert head.startswith("PUT /a/b?page%5Bsize%5D=2 HTTP/1.1\r\n")
    sent = {name.lower(): value for name, _, value in (line.partition(": ") for line in head.split("\r\n")[1:-2])}
    assert sent.pop("user-agent").startswith("clonedesk-connectors/")
    assert sent == {
        "accept": "application/json",
        "accept-encoding": "gzip",
        "authorization": "Bearer s3cret",
        "content-length": "24",
        "content-type": "application/json",
        "host": host,
        "x-api": "9",
    }
    assert body == b'{"text": "\\u00e9\\ud800"}'


async def test_a_get_has_no_body() -> None:
    async with sending(answer()) as (server, transport):
        await transport.send(GET, {})
    assert server.requests[0][1] == b""
    assert "content-" not in server.requests[0][0].lower()


@pytest.mark.parametrize(
    ("behaviour", "reason"),
    [
        (reset, Failure.RESET),
        (vanish, Failure.RESET),
        (answer(b"{", "200 OK", "Connection: close", length=1) + b"junk", None),
        (b"nonsense\r\n\r\n", Failure.RESET),
        (hang, Failure.TIMEOUT),
    ],
    ids=["reset in the body", "reset before a word", "more than promised", "not HTTP", "hang"],
)
async def test_an_answer_that_does_not_arrive_says_only_why(behaviour: Behaviour, reason: Failure | None) -> None:
    if reason is None:
        async with sending(behaviour) as (_, transport):
            assert (await transport.send(GET, KEY)).body == b"{"
    else:
        assert await failure(behaviour, timeout_s=0.05) == reason


async def test_a_server_that_only_drips_meets_the_deadline() -> None:
    async def drip(writer: asyncio.StreamWriter) -> None:
        writer.write(answer(b"", length=1000))
        while True:
            writer.write(b"x")
            await asyncio.sleep(0.01)

    assert await failure(drip, timeout_s=5, deadline_s=0.1) == Failure.TIMEOUT


async def test_nobody_listening_is_a_connection_that_was_not_made() -> None:
    async with Server(answer()) as server:
        url = server.url
    transport = HttpxTransport(url)
    with pytest.raises(TransportFailed, match="connect"):
        await transport.send(GET, KEY)
    await transport.aclose()


async def test_a_gzip_body_is_decoded() -> None:
    body = gzip.compress(b'{"items": []}')
    async with sending(answer(body, "200 OK", "Content-Encoding: gzip")) as (_, transport):
        assert (await transport.send(GET, KEY)).body == b'{"items": []}'


async def test_no_body_is_an_empty_body_whatever_its_encoding() -> None:
    async with sending(answer(b"", "204 No Content", "Content-Encoding: gzip")) as (_, transport):
        assert (await transport.send(GET, KEY)).body == b""


async def test_a_body_of_exactly_the_cap_is_read_and_one_byte_more_is_not() -> None:
    async with sending(answer(b"x" * 1000), answer(b"x" * 1001), max_body_bytes=1000) as (_, transport):
        assert len((await transport.send(GET, KEY)).body) == 1000
        with pytest.raises(TransportFailed, match="too_large"):
            await transport.send(GET, KEY)


async def test_a_gzip_bomb_stops_at_the_cap() -> None:
    bomb = gzip.compress(b"\0" * 50_000_000)
    assert len(bomb) < 60_000
    assert await failure(answer(bomb, "200 OK", "Content-Encoding: gzip"), max_body_bytes=100_000) == Failure.TOO_LARGE


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        (gzip.compress(gzip.compress(b"{}")), "gzip, gzip"),
        (zlib.compress(b"{}"), "deflate"),
        (b"{}", "br"),
        (b"{}", "gzip"),
        (gzip.compress(b'{"items": []}')[:-9], "gzip"),
        (gzip.compress(b"{}") + b"more", "gzip"),
    ],
    ids=["stacked", "not offered", "unknown", "not gzip", "cut short", "with a tail"],
)
async def test_a_body_that_is_not_plain_gzip_is_refused(body: bytes, encoding: str) -> None:
    assert await failure(answer(body, "200 OK", f"Content-Encoding: {encoding}")) == Failure.BAD_ENCODING


async def test_a_redirect_is_an_answer_and_no_credential_reaches_the_other_host() -> None:
    async with Server(answer()) as other:
        redirect = answer(b"", "302 Found", f"Location: {other.url}/steal")
        async with sending(redirect) as (_, transport):
            response = await transport.send(GET, KEY)
        assert (response.status, other.requests) == (302, [])


async def test_a_signed_file_on_another_host_sees_neither_credential_nor_our_headers() -> None:
    async with Server(answer(b'{"file": 1}')) as other, Server(answer()) as account:
        transport = HttpxTransport(account.url)
        file = Request("s", "", "b", headers=(("X-Api", "9"),), external_url=f"{other.url}/f?signature=abc")
        response = await transport.send(file, KEY)
        await transport.aclose()
    assert response.body == b'{"file": 1}'
    assert account.requests == []
    assert other.requests[0][0].startswith("GET /f?signature=abc HTTP/1.1\r\n")
    assert "s3cret" not in other.requests[0][0]
    assert "x-api" not in other.requests[0][0].lower()


async def test_cookies_are_not_kept() -> None:
    async with sending(answer(b"{}", "200 OK", "Set-Cookie: session=1; Path=/")) as (server, transport):
        await transport.send(GET, KEY)
        await transport.send(GET, KEY)
    assert "cookie" not in server.requests[1][0].lower()


async def test_connections_are_reused_and_never_more_than_allowed() -> None:
    async with sending(answer(), connections=2) as (server, transport):
        await transport.send(GET, KEY)
        await transport.send(GET, KEY)
        assert server.connections == 1
        await asyncio.gather(*(transport.send(GET, KEY) for _ in range(6)))
        assert server.connections == 2
        assert len(server.requests) == 8


async def test_a_connection_that_the_server_ends_is_made_anew() -> None:
    async with sending(answer(b"{}", "200 OK", "Connection: close")) as (server, transport):
        for _ in range(3):
            assert (await transport.send(GET, KEY)).status == 200
        assert server.connections == 3


@pytest.mark.parametrize(
    ("address", "host", "origin"),
    [
        ("https://acme.example.com", b"acme.example.com", (b"https", b"acme.example.com", 443)),
        ("https://acme.example.com:443", b"acme.example.com", (b"https", b"acme.example.com", 443)),
        ("https://acme.example.com:8443", b"acme.example.com:8443", (b"https", b"acme.example.com", 8443)),
        ("http://[::1]:9000", b"[::1]:9000", (b"http", b"::1", 9000)),
        ("http://localhost", b"localhost", (b"http", b"localhost", 80)),
    ],
)
def test_a_host_is_named_with_its_port_unless_it_is_the_usual_one(
    address: str, host: bytes, origin: tuple[bytes, bytes, int]
) -> None:
    named, found = httpcore_._parts(address)
    assert (named, (found.scheme, found.host, found.port)) == (host, origin)


async def test_who_gives_up_leaves_the_connection_usable_for_others() -> None:
    async with sending(hang, answer(b"next"), connections=1) as (server, transport):
        impatient = asyncio.create_task(transport.send(GET, KEY))
        await server.asked.wait()
        impatient.cancel()
        assert (await transport.send(GET, KEY)).body == b"next"


async def test_nothing_of_a_request_is_logged_and_other_users_of_httpx_keep_their_logs(
    caplog: pytest.LogCaptureFixture,
) -> None:
    for name in ("httpx", "httpcore", "httpcore.http11", "httpcore.connection"):
        caplog.set_level(logging.DEBUG, name)
    async with sending(answer(), reset) as (server, transport):
        await transport.send(GET, KEY)
        with pytest.raises(TransportFailed):
            await transport.send(GET, KEY)
        ours = list(caplog.records)
        async with httpx.AsyncClient(trust_env=False) as client:
            with pytest.raises(httpx.HTTPError):
                await client.get(f"{server.url}/theirs")
    assert [record.getMessage() for record in ours if record.name.startswith("http")] == []
    assert any(record.name.startswith("httpcore") for record in caplog.records)


async def test_an_account_on_this_machine_is_never_reached_through_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    async with Server(answer(b"proxy")) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        monkeypatch.setenv("ALL_PROXY", proxy.url)
        async with sending(answer(b"account")) as (_, transport):
            assert (await transport.send(GET, KEY)).body == b"account"
        assert proxy.requests == []


async def test_a_remote_account_is_reached_through_the_proxy_of_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with Server(answer(b"", "502 Bad Gateway")) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        transport = HttpxTransport("https://acme.example.com")
        with pytest.raises(TransportFailed) as caught:
            await transport.send(GET, KEY)
        await transport.aclose()
    assert caught.value.reason is Failure.CONNECT
    assert proxy.requests[0][0].startswith("CONNECT acme.example.com:443 HTTP/1.1")
    assert "s3cret" not in proxy.requests[0][0]


def test_the_environment_may_add_roots_but_not_replace_them(tmp_path: Path) -> None:
    bundled = trusted_roots(None, None)
    some_root = ssl.DER_cert_to_PEM_cert(bundled.get_ca_certs(binary_form=True)[0])
    (tmp_path / "roots.pem").write_text(some_root)
    trust = trusted_roots(str(tmp_path / "roots.pem"), None)
    assert trust.cert_store_stats() == bundled.cert_store_stats()
    assert (trust.verify_mode, trust.check_hostname) == (ssl.CERT_REQUIRED, True)


def test_roots_that_cannot_be_read_are_a_mistake_in_the_settings(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "absent.pem"))
    with pytest.raises(ConfigError, match="SSL_CERT_FILE"):
        HttpxTransport("https://acme.example.com")


def test_a_certificate_that_does_not_verify_is_told_from_a_line_that_is_down() -> None:
    untrusted = httpx.ConnectError("")
    untrusted.__cause__ = OSError()
    untrusted.__cause__.__context__ = ssl.SSLCertVerificationError()
    assert failure_of(untrusted) is Failure.UNTRUSTED
    assert failure_of(httpx.ConnectError("")) is Failure.CONNECT


# A whole session over a real connection.


def session_on(server: Server, **options: Any) -> tuple[Session, list[float]]:
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    connector: Any = FakeConnector()
    transport = HttpxTransport(server.url, timeout_s=0.2, max_body_bytes=10_000)
    session = Session(
        connector, transport, "key", {"KEY": "s3cret"}, clock=lambda: sum(waits), sleep=sleep, rng=NoJitter(), **options
    )
    return session, waits


@pytest.mark.parametrize(
    "bad",
    [
        reset,
        vanish,
        hang,
        answer(b'{"items": [', length=5000),
        answer(b'{"items": [{"id":'),
        answer(b"<html>down for maintenance</html>", "200 OK", "Content-Type: text/html"),
        answer(b""),
        answer(gzip.compress(b'{"items": []}')[:-9], "200 OK", "Content-Encoding: gzip"),
        answer(b"<html>bad gateway</html>", "502 Bad Gateway"),
    ],
    ids=["reset", "vanish", "hang", "short", "truncated", "html", "empty", "bad gzip", "502"],
)
async def test_a_page_survives_whatever_a_bad_line_does_to_it_once(bad: Behaviour) -> None:
    async with Server(bad, GOOD) as server:
        session, waits = session_on(server)
        fetched = await session.fetch(GET)
        await session.aclose()
    assert fetched.page
    assert [record.id for record in fetched.page.records] == ["1"]
    assert (session.retries, waits) == (1, [0.5])


@pytest.mark.parametrize(
    ("headers", "waits_s"),
    [
        (("Retry-After: 17",), 17),
        (("Retry-After: Tue, 24 Nov 2026 07:00:17 GMT", "Date: Tue, 24 Nov 2026 07:00:00 GMT"), 17),
        ((), 60),
    ],
    ids=["seconds", "date", "none"],
)
async def test_a_real_429_waits_what_it_says(headers: tuple[str, ...], waits_s: float) -> None:
    async with Server(answer(b"slow down", "429 Too Many Requests", *headers), GOOD) as server:
        session, _ = session_on(server)
        assert (await session.fetch(GET)).page
        await session.aclose()
    assert session.waited_s == waits_s


async def test_a_gzip_bomb_ends_in_an_error_that_shows_nothing_of_the_request() -> None:
    bomb = answer(gzip.compress(b"\0" * 5_000_000), "200 OK", "Content-Encoding: gzip")
    async with Server(bomb) as server:
        session, _ = session_on(server)
        with pytest.raises(Unavailable) as error:
            await session.fetch(GET)
        await session.aclose()
    assert len(server.requests) == 1
    for secret in ("s3cret", "jane", "q="):
        assert secret not in repr(error.value)


async def test_a_redirect_elsewhere_is_a_refused_request() -> None:
    async with Server(answer()) as other, Server(answer(b"", "307 Moved", f"Location: {other.url}/")) as server:
        session, _ = session_on(server)
        assert (await session.fetch(GET)).outcome.verdict is Verdict.DEAD
        await session.aclose()
        assert other.requests == []


async def test_bad_credentials_and_endless_limits_stop_the_work() -> None:
    async with Server(answer(b"", "401 No"), answer(b"", "429 No", "Retry-After: 4000")) as server:
        session, waits = session_on(server)
        with pytest.raises(AuthError):
            await session.fetch(GET)
        with pytest.raises(RateLimited):
            await session.fetch(GET)
        await session.aclose()
    assert waits == []
