"""Every way our requests take: our own connection, and the clients that a program hands over."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from intercom import AsyncIntercom, Intercom
from zenpy import Zenpy

import clonedesk_connectors as cd
from clonedesk_connectors import app
from clonedesk_connectors.store import Archive
from clonedesk_connectors.sync import Pull, RunReport
from clonedesk_connectors.testing.inprocess import FakeTime
from clonedesk_connectors.testing.sandbox.intercom import IntercomSandbox
from clonedesk_connectors.testing.sandbox.server import Sandbox
from clonedesk_connectors.testing.sandbox.zendesk import ZendeskSandbox
from clonedesk_connectors.testing.world import World
from clonedesk_connectors.transport.httpx_ import HttpxTransport
from clonedesk_connectors.transport.session import Session
from tests.sdk.lent import close

Way = Callable[[pytest.MonkeyPatch], tuple[Sandbox, Callable[[Any], cd.Connection]]]
"""Makes a sandbox (not yet running) and what connects to it once it runs."""

CAP_BYTES = 500_000


def world() -> World:
    return World(seed=5, tickets=4)


def zendesk_httpx(_: pytest.MonkeyPatch) -> tuple[Sandbox, Callable[[Any], cd.Connection]]:
    def connect(desk: ZendeskSandbox) -> cd.Connection:
        credentials = {"email": desk.email, "token": desk.api_token}
        return cd.connect("zendesk", "acme", base_url=desk.url, credentials=credentials)

    return ZendeskSandbox(world(), limits="none"), connect


def zendesk_zenpy(monkeypatch: pytest.MonkeyPatch) -> tuple[Sandbox, Callable[[Any], cd.Connection]]:
    def connect(desk: ZendeskSandbox) -> cd.Connection:
        monkeypatch.setenv("ZENPY_FORCE_SCHEME", "http")
        monkeypatch.setenv("ZENPY_FORCE_NETLOC", desk.url.removeprefix("http://"))
        client = Zenpy(subdomain="acme", email=desk.email, token=desk.api_token)
        return cd.connect("zendesk", "acme", base_url=desk.url, client=client)

    return ZendeskSandbox(world(), limits="none"), connect


def intercom_httpx(_: pytest.MonkeyPatch) -> tuple[Sandbox, Callable[[Any], cd.Connection]]:
    def connect(desk: IntercomSandbox) -> cd.Connection:
        return cd.connect("intercom", "acme", base_url=desk.url, credentials={"token": desk.token})

    return IntercomSandbox(world(), limits="none"), connect


def intercom_sdk(_: pytest.MonkeyPatch) -> tuple[Sandbox, Callable[[Any], cd.Connection]]:
    def connect(desk: IntercomSandbox) -> cd.Connection:
        client = Intercom(token=desk.token, base_url=desk.url)
        return cd.connect("intercom", "acme", base_url=desk.url, client=client)

    return IntercomSandbox(world(), limits="none"), connect


def intercom_async_sdk(_: pytest.MonkeyPatch) -> tuple[Sandbox, Callable[[Any], cd.Connection]]:
    def connect(desk: IntercomSandbox) -> cd.Connection:
        client = AsyncIntercom(token=desk.token, base_url=desk.url)
        return cd.connect("intercom", "acme", base_url=desk.url, client=client)

    return IntercomSandbox(world(), limits="none"), connect


WAYS = (zendesk_httpx, zendesk_zenpy, intercom_httpx, intercom_sdk, intercom_async_sdk)


def pull(connection: cd.Connection, store: str, *, cap_bytes: int = CAP_BYTES, page_size: int = 8) -> RunReport:
    """One run with a low cap on bodies, on a clock that only moves for sleepers; then the SDK's client is closed.

    page_size: of every stream; a page that fails is tried again at half its size until there is nothing to halve.
    """
    connector: Any = connection.connector
    connector.streams = tuple(replace(stream, page_size=page_size) for stream in connector.streams)
    found, bridge, time = app.credentials_of(connection), connection.bridge, FakeTime()
    transport: Any = bridge.open() if bridge else HttpxTransport(connector.base_url(), connections=2)
    transport._max_body_bytes = cap_bytes
    session = Session(connector, transport, found.form, found.reveal(), share=1, clock=time, sleep=time.sleep)

    async def run(archive: Archive) -> RunReport:
        account = archive.account(connection.vendor, connection.account)
        try:
            return await Pull(connector, session, account, clock=time).run()
        finally:
            if lent := getattr(transport, "_client", None) or getattr(transport, "_session", None):
                await close(lent)

    with Archive.open(store, write=True) as archive:
        return asyncio.run(run(archive))
