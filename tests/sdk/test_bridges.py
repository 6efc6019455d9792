"""Whole pulls through the clients of vendor SDKs: the same tickets, under our limits, and never to another account."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from intercom import AsyncIntercom, Intercom
from zenpy import Zenpy

import clonedesk_connectors as cd
from clonedesk_connectors import app
from clonedesk_connectors.errors import AuthError, ConfigError, MissingExtraError
from clonedesk_connectors.store import Archive
from clonedesk_connectors.testing.sandbox import faults as f
from clonedesk_connectors.testing.sandbox.intercom import IntercomSandbox
from clonedesk_connectors.testing.sandbox.zendesk import ZendeskSandbox
from clonedesk_connectors.testing.world import World

TICKETS = 12


@pytest.fixture(scope="module")
def zendesk() -> Iterator[ZendeskSandbox]:
    with ZendeskSandbox(World(seed=5, tickets=TICKETS), limits="none") as running:
        yield running


@pytest.fixture(scope="module")
def intercom() -> Iterator[IntercomSandbox]:
    with IntercomSandbox(World(seed=5, tickets=TICKETS), limits="none") as running:
        yield running


@pytest.fixture
def to_sandbox(monkeypatch: pytest.MonkeyPatch, zendesk: ZendeskSandbox) -> None:
    """zenpy's own switch for tests."""
    monkeypatch.setenv("ZENPY_FORCE_NETLOC", zendesk.url.removeprefix("http://"))
    monkeypatch.setenv("ZENPY_FORCE_SCHEME", "http")


def make_zenpy(helpdesk: ZendeskSandbox, **options: Any) -> Zenpy:
    return Zenpy(**{"subdomain": "acme", "email": helpdesk.email, "token": helpdesk.api_token, **options})


def make_intercom(helpdesk: IntercomSandbox, **options: Any) -> Intercom:
    return Intercom(**{"token": helpdesk.token, "base_url": helpdesk.url, **options})


def tickets_in(store: str) -> list[bytes]:
    with Archive.open(store) as archive:
        return list(archive.ticket_lines())


@pytest.fixture
def store(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'lent.sqlite'}"


@pytest.fixture
def usual_store(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'usual.sqlite'}"


@pytest.mark.usefixtures("to_sandbox")
def test_a_pull_through_zenpy_finds_what_our_own_connection_finds(
    zendesk: ZendeskSandbox, store: str, usual_store: str
) -> None:
    zendesk.log.clear()
    report = cd.pull(cd.connect("zendesk", "acme", base_url=zendesk.url, client=make_zenpy(zendesk)), store)
    assert (report.status.value, report.tickets["new"], report.retries) == ("complete", TICKETS, 0)
    assert {(seen.credentialed, seen.status) for seen in zendesk.log} == {(True, 200)}
    secrets = {"email": zendesk.email, "token": zendesk.api_token}
    cd.pull(cd.connect("zendesk", "acme", base_url=zendesk.url, credentials=secrets), usual_store)
    assert tickets_in(store) == tickets_in(usual_store)


def test_a_pull_through_python_intercom_finds_what_our_own_connection_finds(
    intercom: IntercomSandbox, store: str, usual_store: str
) -> None:
    client = make_intercom(intercom, headers={"Intercom-Version": "2.11"})  # ours wins: the records depend on it
    report = cd.pull(cd.connect("intercom", "acme", base_url=intercom.url, client=client), store)
    assert (report.status.value, report.tickets["new"]) == ("complete", TICKETS)
    usual = cd.connect("intercom", "acme", base_url=intercom.url, credentials={"token": intercom.token})
    cd.pull(usual, usual_store)
    assert tickets_in(store) == tickets_in(usual_store)
    client._client_wrapper.httpx_client.httpx_client.close()


async def test_a_pull_through_async_intercom_in_its_own_loop(intercom: IntercomSandbox, store: str) -> None:
    client = AsyncIntercom(token=intercom.token, base_url=intercom.url)
    connection = cd.connect("intercom", "acme", base_url=intercom.url, client=client)
    assert (await cd.aio.pull(connection, store)).tickets["new"] == TICKETS
    me: Any = await client.admins.identify()
    assert me.type == "admin"  # the client still works after our pull
    with pytest.raises(ConfigError, match=r"cd\.aio\.pull"):
        cd.pull(connection, store)
    await client._client_wrapper.httpx_client.httpx_client.aclose()


async def test_the_token_of_a_client_is_asked_for_with_each_request(intercom: IntercomSandbox) -> None:
    tokens = iter(["expired", intercom.token])
    client = make_intercom(intercom, token=lambda: next(tokens))
    connection = cd.connect("intercom", "acme", base_url=intercom.url, client=client)
    with pytest.raises(AuthError, match="'client'"):
        await app.who_am_i(connection)
    identity = await app.who_am_i(connection)
    assert identity is not None
    assert identity.role == "admin"
    client._client_wrapper.httpx_client.httpx_client.close()


@pytest.mark.usefixtures("to_sandbox")
async def test_no_secret_is_looked_up_for_a_client_and_a_bad_one_is_an_auth_error(
    zendesk: ZendeskSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLONEDESK_ZENDESK_OAUTH_TOKEN", "of-somebody-else")
    connection = cd.connect("zendesk", "acme", base_url=zendesk.url, client=make_zenpy(zendesk, token="wrong"))
    session = app.open_session(connection)
    with pytest.raises(AuthError):
        await session.fetch(connection.connector.request("groups", None, 10))
    await session.aclose()


@pytest.mark.usefixtures("to_sandbox")
def test_the_limits_of_the_vendor_are_kept_through_a_client_too(store: str, zendesk: ZendeskSandbox) -> None:
    plan = f.Faults(f.Rule(f.rate_limited(0), path="/api/v2/users*", nth={1}))
    zendesk.faults, before = plan, zendesk.faults
    try:
        report = cd.pull(cd.connect("zendesk", "acme", base_url=zendesk.url, client=make_zenpy(zendesk)), store)
    finally:
        zendesk.faults = before
    assert (report.tickets["new"], report.retries) == (TICKETS, 1)


def test_another_accounts_client_is_refused_before_anything_is_sent(zendesk: ZendeskSandbox) -> None:
    with pytest.raises(ConfigError, match=r"signs in at https://other\.zendesk\.com, the account is at"):
        cd.connect("zendesk", "acme", client=make_zenpy(zendesk, subdomain="other"))
    with pytest.raises(ConfigError, match=r"signs in at https://acme\.zendesk\.com"):
        cd.connect("zendesk", "acme", base_url=zendesk.url, client=make_zenpy(zendesk))
    with pytest.raises(ConfigError, match=r"signs in at https://api\.intercom\.io, .* region"):
        cd.connect("intercom", "acme", region="eu", client=Intercom(token="t"))
    assert cd.connect("intercom", "acme", client=Intercom(token="t")).bridge
    assert cd.connect("intercom", "acme", base_url="https://api.intercom.io/", client=Intercom(token="t")).bridge


def test_what_is_no_client_of_the_vendor_is_refused(zendesk: ZendeskSandbox) -> None:
    with pytest.raises(ConfigError, match=r"zenpy\.Zenpy"):
        cd.connect("zendesk", "acme", client=Intercom(token="t"))
    with pytest.raises(ConfigError, match=r"intercom\.Intercom"):
        cd.connect("intercom", "acme", client=make_zenpy(zendesk))
    with pytest.raises(ConfigError, match="zendesk and intercom, not for freshdesk"):
        cd.connect("freshdesk", "acme", client=object())
    with pytest.raises(ConfigError, match="not both"):
        cd.connect("zendesk", "acme", client=make_zenpy(zendesk), credentials={"oauth_token": "t"})


@pytest.mark.parametrize(
    ("vendor", "sdk", "module"), [("zendesk", "zenpy", "zenpy_"), ("intercom", "intercom", "intercom_")]
)
def test_without_its_sdk_a_bridge_names_the_extra(
    monkeypatch: pytest.MonkeyPatch, vendor: str, sdk: str, module: str
) -> None:
    monkeypatch.setitem(sys.modules, sdk, None)
    monkeypatch.delitem(sys.modules, f"clonedesk_connectors.transport.{module}", raising=False)
    with pytest.raises(MissingExtraError, match=rf"clonedesk-connectors\[{sdk}\]"):
        cd.connect(vendor, "acme", client=object())


def test_a_connection_shows_neither_its_client_nor_a_credential(zendesk: ZendeskSandbox) -> None:
    shown = repr(cd.connect("zendesk", "acme", client=make_zenpy(zendesk)))
    assert zendesk.api_token not in shown
    assert "Zenpy" not in shown
