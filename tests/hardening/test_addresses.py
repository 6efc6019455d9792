"""A credential reaches the account it belongs to and nobody else."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import cycle
from typing import Any

import pytest

import clonedesk_connectors as cd
from clonedesk_connectors.errors import ConfigError, RequestRejected
from clonedesk_connectors.protocol import Request
from clonedesk_connectors.testing.sandbox import faults as f
from clonedesk_connectors.testing.sandbox.calls import Call, Reply
from clonedesk_connectors.testing.sandbox.server import Sandbox
from clonedesk_connectors.transport.origin import Origin, checked_headers
from clonedesk_connectors.transport.wire import Wire
from tests.hardening.ways import WAYS, Way, pull
from tests.sdk.lent import KINDS, close, lend, make_client

FORMS = [
    "evil.example/", "evil.example#", "evil.example?", "evil.example\\", "acme.evil.example", "evil.example:443",
    "user@evil.example", "user:pass@evil.example", "acme@evil.example/#", "https://evil.example", "//evil.example",
    "acme\r\nHost: evil.example", "acme\n", "acme\x00", "acme ", " acme", "acme%2eevil", "acme/../evil", "..", ".",
    "-acme", "acme-", "acmé", "аcme", "acme。evil", "ACME", "a" * 64, "", "127.0.0.1", "[::1]", "acme_", "acme,evil",
]  # fmt: skip


@pytest.mark.parametrize("vendor", ["zendesk", "freshdesk", "intercom"])
@pytest.mark.parametrize("name", FORMS)
def test_what_is_no_subdomain_is_no_account(vendor: str, name: str) -> None:
    with pytest.raises(ConfigError) as error:
        cd.connect(vendor, name, credentials={})
    assert "evil" not in str(error.value)


@pytest.mark.parametrize("region", ["evil.example", "us.evil.example", "eu/../", "us\n", "https://evil.example", "EU@"])
def test_a_region_is_one_of_three_words(region: str) -> None:
    with pytest.raises(ConfigError, match="us, eu, au"):
        cd.connect("intercom", "acme", region=region)


class Stranger(Sandbox):
    """Another host, which answers whatever it is asked and remembers who asked."""

    def answer(self, call: Call) -> Reply:
        return Reply({})

    def buckets(self, call: Call) -> tuple[str, ...]:
        return ()

    def limit_headers(self, buckets: Any) -> dict[str, str]:
        return {}

    def too_many(self, wait_s: int) -> Reply:
        return Reply({}, 429)


@pytest.fixture
def stranger() -> Iterator[Stranger]:
    with Stranger(limits={}) as running:
        yield running


@pytest.mark.parametrize("way", WAYS)
def test_links_to_another_host_are_not_followed(
    way: Way, stranger: Stranger, store: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    sandbox, connect = way(monkeypatch)
    sandbox.faults.add(f.Rule(f.foreign_next(stranger.url)))
    with sandbox:
        report = pull(connect(sandbox), store)
    assert report.tickets["new"] == 4
    assert sandbox.faults.fired > 4
    assert list(stranger.log) == []


@pytest.mark.parametrize("way", WAYS)
def test_redirects_to_another_host_are_not_followed(
    way: Way, stranger: Stranger, store: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    sandbox, connect = way(monkeypatch)
    statuses = cycle((301, 302, 303, 307, 308))
    sandbox.faults.add(f.Rule(lambda call, handler: Reply(b"", next(statuses), {"location": f"{stranger.url}/steal"})))
    with sandbox:
        report = pull(connect(sandbox), store)
    assert (report.status.value, report.tickets["new"]) == ("incomplete", 0)
    assert {seen.status for seen in sandbox.log} == {301, 302, 303, 307, 308}
    assert list(stranger.log) == []


INJECTED = ["a\r\nHost: evil.example", "a\nX: 1", "a\x00", "é", "a\x7f", " a", "a "]


@pytest.mark.parametrize("value", INJECTED)
def test_a_header_value_cannot_end_its_line(value: str) -> None:
    with pytest.raises(RequestRejected) as error:
        checked_headers({"authorization": value})
    assert "evil" not in str(error.value)


@pytest.mark.parametrize(
    "name", ["host", "Host", "content-length", "Transfer-Encoding", "connection", "x:y", "a b", ""]
)
def test_a_header_that_says_where_a_request_goes_or_ends_cannot_be_set(name: str) -> None:
    with pytest.raises(RequestRejected):
        Wire.of(Origin.of("https://acme.example.com"), Request("s", "/", "b"), {name: "1"})


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("value", INJECTED[:3])
async def test_a_lent_client_sends_no_injected_header_either(kind: str, value: str, stranger: Stranger) -> None:
    client = make_client(kind)
    transport = lend(client, stranger.url)
    with pytest.raises(RequestRejected):
        await transport.send(Request("s", "/", "b"), {"x-token": value})
    await transport.aclose()
    await close(client)
    assert list(stranger.log) == []


def test_an_api_version_is_no_way_into_a_header() -> None:
    with pytest.raises(ConfigError):
        cd.connect("intercom", "acme", options={"api_version": "2.16\r\nHost: evil.example"})
