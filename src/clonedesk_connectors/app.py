"""The composition root: the one place where connector, credentials, transport, engine and archive meet."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any, TypeVar

from pydantic import ValidationError

from clonedesk_connectors.errors import ConfigError
from clonedesk_connectors.model import Ticket
from clonedesk_connectors.protocol import Account, AccountConfig, Connector, Identity, Verdict, registry
from clonedesk_connectors.secrets import Given, find_credentials
from clonedesk_connectors.store import Archive
from clonedesk_connectors.sync import Progress, Pull, RunReport
from clonedesk_connectors.sync import rebuild as rebuild_account
from clonedesk_connectors.transport.httpx_ import HttpxTransport
from clonedesk_connectors.transport.session import Session

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Connection:
    """An account we can talk to: its connector and how to sign in. Makes no request by itself."""

    connector: Connector
    credentials: Mapping[str, str] | None = field(default=None, repr=False)
    budget_share: float = 0.8

    @property
    def vendor(self) -> str:
        return self.connector.name

    @property
    def account(self) -> str:
        return self.connector.account.name


def connect(
    vendor: str,
    account: str,
    *,
    base_url: str | None = None,
    region: str | None = None,
    credentials: Mapping[str, str] | None = None,
    config: AccountConfig | None = None,
    options: Mapping[str, str] | None = None,
    budget_share: float = 0.8,
) -> Connection:
    """Describe an account to pull from.

    account: the workspace's name (Zendesk, Freshdesk: the subdomain). credentials: field -> secret, as in the
    vendor's credential forms (e.g. {"oauth_token": "…"}); without it they come from the environment. budget_share:
    the part of the vendor's limits this program may use, more than 0 and at most 1.
    Raises ConfigError for an unknown vendor or unusable account, PluginError for a broken connector plugin.
    """
    if not 0 < budget_share <= 1:
        raise ConfigError("the budget share is a number above 0 and at most 1, e.g. 0.8")
    try:
        described = Account(
            vendor=vendor,
            name=account,
            base_url=base_url,
            region=region,
            options=dict(options or {}),
            config=config or AccountConfig(),
        )
    except ValidationError as error:
        raise ConfigError(f"this account cannot be used: {error.errors()[0]['msg']}") from None
    connector = registry.load(described)
    connector.base_url()
    return Connection(connector, credentials, budget_share)


def open_session(connection: Connection) -> Session:
    """Transport, limits and retries for one account. Raises ConfigError when credentials are missing."""
    connector = connection.connector
    sources = None if connection.credentials is None else [Given(connection.credentials)]
    found = find_credentials(connector.name, connector.account.name, connector.credential_forms, sources)
    return Session(
        connector,
        HttpxTransport(connector.base_url()),
        found.form,
        found.reveal(),
        share=connection.budget_share,
        clock=time.monotonic,
        sleep=asyncio.sleep,
        rng=random.Random(),  # noqa: S311 - jitter, not a secret
    )


async def who_am_i(connection: Connection) -> Identity | None:
    """Ask the helpdesk whose credentials these are; None when its answer proves nothing. Raises AuthError."""
    session = open_session(connection)
    try:
        answer = await session.call(connection.connector.who_am_i())
    finally:
        await session.aclose()
    return connection.connector.identity(answer.response) if answer.outcome.verdict is Verdict.OK else None


def make_pull(
    connection: Connection,
    archive: Archive,
    *,
    since: datetime | None = None,
    on_progress: Callable[[Progress], None] = lambda progress: None,
) -> Pull:
    """A run that has not started; its `report` can be read even when it is interrupted."""
    session = open_session(connection)
    account = archive.account(connection.vendor, connection.account)
    return Pull(connection.connector, session, account, since=since, on_progress=on_progress)


@contextmanager
def writing(store: Archive | str) -> Iterator[Archive]:
    """The archive itself, or one opened from a URL for the length of the block."""
    if isinstance(store, Archive):
        yield store
        return
    with Archive.open(store, write=True) as archive:
        yield archive


async def pull_async(
    connection: Connection,
    store: Archive | str,
    *,
    since: datetime | None = None,
    on_progress: Callable[[Progress], None] = lambda progress: None,
) -> RunReport:
    """Pull everything new of one account into the archive; the first run is the backfill.

    since: aware UTC, only for first runs. Raises AuthError, VendorError and StoreError as their names say; what was
    committed before stays, and the next run resumes there.
    """
    with writing(store) as archive:
        return await make_pull(connection, archive, since=since, on_progress=on_progress).run()


def pull(
    connection: Connection,
    store: Archive | str,
    *,
    since: datetime | None = None,
    on_progress: Callable[[Progress], None] = lambda progress: None,
) -> RunReport:
    """`pull_async` for code without an event loop, or inside one (a notebook): it then runs in a thread of its own."""
    return run_sync(pull_async(connection, store, since=since, on_progress=on_progress))


def run_sync(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end from synchronous code, whether or not a loop is running in this thread."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(work)
    with ThreadPoolExecutor(max_workers=1) as thread:
        return thread.submit(asyncio.run, work).result()


def rebuild(store: Archive | str, configs: Mapping[tuple[str, str], AccountConfig] | None = None) -> dict[str, int]:
    """Normalise every ticket again from raw records, offline. Returns "vendor account" -> tickets.

    configs: what is known of an account beyond its data, by (vendor, account).
    """
    results: dict[str, int] = {}
    with writing(store) as archive:
        for part in archive.accounts():
            config = (configs or {}).get((part.vendor, part.name))
            rebuild_account(part, connect(part.vendor, part.name, config=config).connector)
            results[f"{part.vendor} {part.name}"] = part.summary().tickets
    return results


def open_store(url: str, *, write: bool = False) -> Archive:
    """Open an archive: `sqlite:///FILE` or `postgresql://…`."""
    return Archive.open(url, write=write)


async def tickets_async(store: Archive, vendor: str | None = None, account: str | None = None) -> AsyncIterator[Ticket]:
    """`store.tickets()` without blocking the event loop: batches are read in a thread."""
    found = store.tickets(vendor, account)
    while batch := await asyncio.to_thread(lambda: list(islice(found, 100))):
        for ticket in batch:
            yield ticket
