"""What we promise about a client that a program hands over, for each kind of client."""

from __future__ import annotations

import asyncio
import gzip
import logging
from typing import Any

import httpx
import pytest
import requests

from clonedesk_connectors.errors import ConfigError, ForeignOrigin
from clonedesk_connectors.protocol import Request, Response
from clonedesk_connectors.transport import Failure, TransportFailed
from tests.sdk.lent import KINDS, TOKEN, close, lend, lent, make_client
from tests.transport.transport_server import Behaviour, Server, answer, reset, vanish

GET = Request("items", "/items", "account", params=(("q", "jane@example.com"),))
BOMB = gzip.compress(b"\0" * 5_000_000)
PUT = Request("items", "/items/1", "account", "PUT", body={"note": "é"}, headers=(("X-Version", "2"),))

pytestmark = pytest.mark.parametrize("kind", KINDS)


def sent(head: str) -> dict[str, str]:
    return {name.lower(): value for name, _, value in (line.partition(": ") for line in head.split("\r\n")[1:-2])}


async def own_call(client: Any, url: str) -> Any:
    """The program uses its client for itself."""
    return await client.get(url) if isinstance(client, httpx.AsyncClient) else await asyncio.to_thread(client.get, url)


async def test_a_request_goes_out_as_we_built_it_with_what_the_client_adds(kind: str) -> None:
    async with lent(kind, answer(b'{"ok": 1}', "201 Created", "X-Left: 3")) as (server, transport, _):
        response = await transport.send(PUT, {})
    head, body = server.requests[0]
    assert response == Response(201, {"content-length": "9", "x-left": "3"}, b'{"ok": 1}')
    assert head.startswith("PUT /items/1 HTTP/1.1\r\n")  # the client's own parameter would change what we ask for
    assert body == b'{"note": "\\u00e9"}'
    wanted = {"authorization": f"Bearer {TOKEN}", "x-own": "1", "x-version": "2", "accept-encoding": "gzip"}
    assert wanted.items() <= sent(head).items()


async def test_a_write_is_sent_once_although_the_client_would_repeat_it(kind: str) -> None:
    async with lent(kind, answer(b"", "503 Busy", "Retry-After: 1")) as (server, transport, _):
        assert (await transport.send(PUT, {})).status == 503
    assert len(server.requests) == 1


async def test_a_lost_connection_is_not_tried_again(kind: str) -> None:
    async with lent(kind, vanish) as (server, transport, _):
        with pytest.raises(TransportFailed):
            await transport.send(GET, {})
    assert len(server.requests) == 1


async def test_a_redirect_is_an_answer_and_its_body_is_not_read_beyond_the_cap(kind: str) -> None:
    async with Server(answer()) as other:
        there = f"Location: {other.url}/steal"
        bomb = answer(BOMB, "302 Found", there, "Content-Encoding: gzip")
        async with lent(kind, answer(b"", "307 Moved", there), bomb, max_body_bytes=1000) as (_, transport, _):
            assert (await transport.send(GET, {})).status == 307
            with pytest.raises(TransportFailed, match="too_large"):
                await transport.send(GET, {})
        assert other.requests == []


@pytest.mark.parametrize(
    ("behaviour", "reason"),
    [
        (answer(BOMB, "200 OK", "Content-Encoding: gzip"), Failure.TOO_LARGE),
        (answer(b"x" * 100_001), Failure.TOO_LARGE),
        (answer(gzip.compress(gzip.compress(b"{}")), "200 OK", "Content-Encoding: gzip, gzip"), Failure.BAD_ENCODING),
        (answer(b"{}", "200 OK", "Content-Encoding: br"), Failure.BAD_ENCODING),
        (reset, Failure.RESET),
        (vanish, Failure.RESET),
        (b"nonsense\r\n\r\n", Failure.RESET),
    ],
    ids=["gzip bomb", "too long", "stacked", "not offered", "reset in the body", "reset before a word", "not HTTP"],
)
async def test_an_answer_that_cannot_be_used_says_only_why(kind: str, behaviour: Behaviour, reason: Failure) -> None:
    async with lent(kind, behaviour, max_body_bytes=100_000) as (_, transport, _):
        with pytest.raises(TransportFailed) as caught:
            await transport.send(GET, {})
    error = caught.value
    assert error.reason is reason
    assert error.__cause__ is None
    assert error.__suppress_context__ or error.__context__ is None  # no words of a library, they may hold an address


async def test_a_gzip_body_is_decoded(kind: str) -> None:
    async with lent(kind, answer(gzip.compress(b"{}"), "200 OK", "Content-Encoding: gzip")) as (_, transport, _):
        assert (await transport.send(GET, {})).body == b"{}"


async def test_a_server_that_only_drips_meets_the_deadline(kind: str) -> None:
    async def drip(writer: asyncio.StreamWriter) -> None:
        writer.write(answer(b"", length=10_000_000))
        while True:
            writer.write(b"x" * 70_000)
            await asyncio.sleep(0.01)

    async with lent(kind, drip, deadline_s=0.1) as (_, transport, _):
        with pytest.raises(TransportFailed, match="timeout"):
            await transport.send(GET, {})


async def test_nobody_listening_is_a_connection_that_was_not_made(kind: str) -> None:
    async with Server(answer()) as server:
        url = server.url
    client = make_client(kind)
    transport = lend(client, url)
    with pytest.raises(TransportFailed, match="connect"):
        await transport.send(GET, {})
    await transport.aclose()
    await close(client)


async def test_the_client_stays_as_it_was_and_open(kind: str) -> None:
    async with lent(kind, answer(b"{}", "200 OK", "Set-Cookie: theirs=1; Path=/")) as (server, transport, client):
        client.cookies.set("own", "1")
        before = state_of(client)
        await transport.send(GET, {})
        await transport.send(GET, {})
        await transport.aclose()
        assert state_of(client) == before
        assert (await own_call(client, f"{server.url}/own")).status_code == 200
    assert [sent(head)["cookie"] for head, _ in server.requests[:2]] == ["own=1", "own=1"]


def state_of(client: Any) -> dict[str, object]:
    """What the owner of a client could notice, as text where values are mutable."""
    state = {name: str(value) for name, value in vars(client).items() if name not in ("adapters", "_transport")}
    state["cookies"] = str(
        sorted((cookie.name, cookie.value) for cookie in getattr(client.cookies, "jar", client.cookies))
    )
    if isinstance(client, requests.Session):
        state["adapters"] = str([(name, id(one), one.max_retries.total) for name, one in client.adapters.items()])
    return state


async def test_response_hooks_of_the_program_do_not_see_our_answers(kind: str) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a hook was run")

    async def refuse_later(*_: object) -> None:
        refuse()

    def hook(client: Any) -> None:
        if kind == "requests":
            client.hooks["response"] = [refuse]
        else:
            client.event_hooks = {"response": [refuse_later if kind == "async httpx" else refuse]}

    async with lent(kind, answer(b"", "404 Not Found"), prepare=hook) as (_, transport, _):
        assert (await transport.send(GET, {})).status == 404


async def test_a_signed_file_on_another_host_is_never_asked_for_with_the_client(kind: str) -> None:
    async with Server(answer()) as other, lent(kind, answer()) as (_, transport, _):
        with pytest.raises(ForeignOrigin):
            await transport.send(Request("s", "", "b", external_url=f"{other.url}/f"), {})
        assert other.requests == []


async def test_a_path_that_leads_elsewhere_is_not_sent(kind: str) -> None:
    async with lent(kind, answer()) as (server, transport, _):
        with pytest.raises(ForeignOrigin):
            await transport.send(Request("s", "//evil.example/x", "b"), {})
        assert server.requests == []


async def test_nothing_of_our_requests_is_logged_and_the_programs_own_are(
    kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with lent(kind, answer(), reset) as (server, transport, client):
        await transport.send(GET, {})
        with pytest.raises(TransportFailed):
            await transport.send(GET, {})
        ours = [
            record.name for record in caplog.records if record.name.split(".")[0] in ("httpx", "httpcore", "urllib3")
        ]
        with pytest.raises((requests.RequestException, httpx.HTTPError)):
            await own_call(client, f"{server.url}/theirs")
    assert ours == []
    assert any(record.name.startswith(("httpcore", "urllib3")) for record in caplog.records)


async def test_how_many_requests_run_at_once_depends_on_the_client(kind: str) -> None:
    """A requests.Session promises nothing about threads, so it carries one request at a time."""
    running, most = 0, 0

    async def slow(writer: asyncio.StreamWriter) -> None:
        nonlocal running, most
        running += 1
        most = max(most, running)
        for _ in range(20):
            await asyncio.sleep(0.001)
        running -= 1
        writer.write(answer())

    async with lent(kind, slow) as (_, transport, _):
        await asyncio.gather(*(transport.send(GET, {}) for _ in range(4)))
    assert (most == 1) is (kind == "requests")


async def test_a_closed_client_or_one_that_trusts_everybody_is_refused(kind: str) -> None:
    client = make_client(kind)
    await close(client)
    transport: Any = lend(client, "https://acme.example.com")
    if kind == "requests":
        client.verify = False
    with pytest.raises(ConfigError, match="verifies no certificates" if kind == "requests" else "closed"):
        await transport.send(GET, {})
    await transport.aclose()
