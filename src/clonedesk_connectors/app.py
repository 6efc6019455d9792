"""The composition root: the one place where connector, credentials, transport, engine and archive meet."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit
from urllib.request import url2pathname

from pydantic import ValidationError

from clonedesk_connectors.errors import ConfigError, StoreError
from clonedesk_connectors.model import Ticket
from clonedesk_connectors.protocol import (
    Account,
    AccountConfig,
    Connector,
    Identity,
    Verdict,
    parse_object,
    registry,
)
from clonedesk_connectors.protocol.pushback import PushBack
from clonedesk_connectors.secrets import (
    Credentials,
    Given,
    Reference,
    Source,
    find_credentials,
    standard_sources,
)
from clonedesk_connectors.settings import AccountSettings, Profiles
from clonedesk_connectors.store import Archive
from clonedesk_connectors.suggest import Advice, Known, suggest
from clonedesk_connectors.sync import Progress, Pull, RunReport
from clonedesk_connectors.sync import rebuild as rebuild_account
from clonedesk_connectors.transport.base import Transport
from clonedesk_connectors.transport.clients import CLIENT_FORM, Bridge, bridge_to
from clonedesk_connectors.transport.file_ import FileTransport
from clonedesk_connectors.transport.httpx_ import HttpxTransport
from clonedesk_connectors.transport.origin import Origin
from clonedesk_connectors.transport.session import Session

T = TypeVar("T")

SAMPLE = 20_000
"""Tickets that `suggestions` reads at most."""


@dataclass(frozen=True, slots=True)
class Connection:
    """An account we can talk to: its connector and how to sign in. Makes no request by itself.

    sources: where credentials are looked for when none are given; None means everywhere. bridge: the SDK client that
    signs in and sends instead of us.
    """

    connector: Connector
    credentials: Mapping[str, str] | None = field(default=None, repr=False)
    budget_share: float = 0.8
    sources: Sequence[Source] | None = field(default=None, repr=False)
    bridge: Bridge | None = None

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
    client: object = None,
    config: AccountConfig | None = None,
    options: Mapping[str, str] | None = None,
    budget_share: float = 0.8,
) -> Connection:
    """Describe an account to pull from.

    account: the workspace's name (Zendesk, Freshdesk: the subdomain). credentials: field -> secret, as in the
    vendor's credential forms (e.g. {"oauth_token": "…"}); without it they are looked for when first needed: in the
    environment, in files, in the keyring, then a person at the terminal is asked. client: a `zenpy.Zenpy`,
    `intercom.Intercom` or `intercom.AsyncIntercom` to send through instead, with its own credential (docs/sdk.md).
    budget_share: the part of the vendor's limits this program may use, more than 0 and at most 1.
    Raises ConfigError for an unknown vendor, an unusable account or another account's client, PluginError for a broken
    connector plugin.
    """
    if not 0 < budget_share <= 1:
        raise ConfigError("the budget share is a number above 0 and at most 1, e.g. 0.8")
    described = _account(
        vendor=vendor,
        name=account,
        base_url=base_url,
        region=region,
        options=dict(options or {}),
        config=config or AccountConfig(),
    )
    connector = registry.load(described)
    address = connector.base_url()
    bridge = None if client is None else bridge_to(vendor, client)
    if bridge and credentials is not None:
        raise ConfigError("a client brings its own credential: hand over the client or credentials, not both")
    if bridge and Origin.of(bridge.address) != Origin.of(address):
        raise ConfigError(
            f"this client signs in at {bridge.address}, the account is at {address}. Nothing was sent. Correct the "
            "account, its region or its base_url, or hand over the other client"
        )
    return Connection(connector, credentials, budget_share, bridge=bridge)


def _account(**fields: Any) -> Account:
    """Raises ConfigError for what cannot be an account."""
    try:
        return Account(**fields)
    except ValidationError as error:
        raise ConfigError(f"this account cannot be used: {error.errors()[0]['msg']}") from None


def connect_profile(
    settings: AccountSettings, *, prompt: bool = True, allow_insecure: bool | None = None
) -> Connection:
    """The account that flags, environment and profile describe. prompt, allow_insecure: see `standard_sources`."""
    profile = settings.details
    connection = connect(
        settings.vendor,
        settings.account,
        base_url=settings.value("base_url"),
        region=settings.value("region"),
        config=profile.config if profile else None,
        options=profile.options if profile else None,
        budget_share=settings.budget_share,
    )
    only = _reference(profile.credentials, connection.connector) if profile else None
    return replace(connection, sources=standard_sources(only=only, prompt=prompt, allow_insecure=allow_insecure))


def _reference(named: str | Path | Mapping[str, Path] | None, connector: Connector) -> Reference | None:
    """What a profile says about credentials; a single path is the file of the form that has a single field."""
    if not isinstance(named, Path):
        return named  # type: ignore[return-value]  # the profile accepts no other words
    fields = next((form.fields for form in connector.credential_forms if len(form.fields) == 1), None)
    if fields is None:
        raise ConfigError(f"{connector.name} needs several values: in the profile, name a file for each")
    return {fields[0]: named}


def credentials_of(connection: Connection) -> Credentials:
    """Look for the credentials; may wait for a keyring or for a person. Raises ConfigError that names every way."""
    if connection.bridge:
        return Credentials(CLIENT_FORM, {})
    connector = connection.connector
    sources = connection.sources if connection.credentials is None else [Given(connection.credentials)]
    return find_credentials(connector.name, connector.account.name, connector.credential_forms, sources)


def open_session(connection: Connection, found: Credentials | None = None) -> Session:
    """Transport, limits and retries for one account. found: credentials, if they were looked for already.

    Raises ConfigError when credentials are missing.
    """
    connector = connection.connector
    found = credentials_of(connection) if found is None else found
    return Session(
        connector,
        _transport(connection),
        found.form,
        found.reveal(),
        share=connection.budget_share,
        clock=time.monotonic,
        sleep=asyncio.sleep,
        rng=random.Random(),  # noqa: S311 - jitter, not a secret
    )


def _transport(connection: Connection) -> Transport:
    """The caller's own client, a file on this machine (`file:` addresses), or HTTP."""
    if connection.bridge:
        return connection.bridge.open()
    address = connection.connector.base_url()
    if address.startswith("file:"):
        return FileTransport(url2pathname(urlsplit(address).path))
    return HttpxTransport(address)


@asynccontextmanager
async def open_push_back(connection: Connection, store: str) -> AsyncIterator[tuple[Session, PushBack]]:
    """A session and the writing side of an account. store: the archive that knows its people, read when somebody is not
    explained by an answer, so it stays open as long; it need not exist.

    Raises CapabilityMissing for a connector that cannot write notes.
    """
    from clonedesk_connectors.review.gather import push_back_of  # noqa: PLC0415 - needs the extra [text]

    with ExitStack() as opened:
        try:
            archive = opened.enter_context(open_store(store))
        except StoreError:
            archive = None  # nothing was pulled yet
        adapter = push_back_of(connection.connector, archive)
        session = open_session(connection)
        try:
            yield session, adapter
        finally:
            await session.aclose()


async def who_am_i(connection: Connection, found: Credentials | None = None) -> Identity | None:
    """Ask the helpdesk whose credentials these are; None when its answer proves nothing. Raises AuthError."""
    session = open_session(connection, found)
    try:
        answer = await session.call(connection.connector.who_am_i())
    finally:
        await session.aclose()
    if answer.outcome.verdict is not Verdict.OK:
        return None
    identity = connection.connector.identity(answer.response)
    return replace(identity, scopes=identity.scopes or session.scopes) if identity else None


def make_pull(
    connection: Connection,
    archive: Archive,
    *,
    since: datetime | None = None,
    on_progress: Callable[[Progress], None] = lambda progress: None,
    found: Credentials | None = None,
) -> Pull:
    """A run that has not started; its `report` can be read even when it is interrupted. found: see `open_session`."""
    session = open_session(connection, found)
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
    found = await asyncio.to_thread(credentials_of, connection)
    with writing(store) as archive:
        return await make_pull(connection, archive, since=since, on_progress=on_progress, found=found).run()


def pull(
    connection: Connection,
    store: Archive | str,
    *,
    since: datetime | None = None,
    on_progress: Callable[[Progress], None] = lambda progress: None,
) -> RunReport:
    """`pull_async` for code without an event loop, or inside one (a notebook): it then runs in a thread of its own.

    Raises ConfigError for a connection through an asynchronous client: it works only in its own loop, with `aio.pull`.
    """
    if connection.bridge and connection.bridge.in_loop:
        raise ConfigError("an asynchronous client works only in its own event loop: use `await cd.aio.pull(…)`")
    return run_sync(pull_async(connection, store, since=since, on_progress=on_progress))


def run_sync(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end from synchronous code, whether or not a loop is running in this thread."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(work)
    with ThreadPoolExecutor(max_workers=1) as thread:
        return thread.submit(asyncio.run, work).result()


def rebuild(store: Archive | str, accounts: Iterable[Account] = ()) -> dict[str, int]:
    """Normalise every ticket again from raw records, offline. Returns "vendor account" -> tickets.

    accounts: what is known of accounts beyond their data; all others are rebuilt as if nothing were.
    """
    known = {(account.vendor, account.name): account for account in accounts}
    results: dict[str, int] = {}
    with writing(store) as archive:
        for part in archive.accounts():
            account = known.get((part.vendor, part.name)) or Account(vendor=part.vendor, name=part.name)
            rebuild_account(part, registry.load(account))
            results[f"{part.vendor} {part.name}"] = part.summary().tickets
    return results


def accounts_of(profiles: Profiles) -> list[Account]:
    """The accounts that profiles describe, for work that makes no request. Raises ConfigError for two of one."""
    found: dict[tuple[str, str], Account] = {}
    for name, profile in profiles.by_name.items():
        key = (profile.vendor, profile.account or name)
        account = _account(vendor=key[0], name=key[1], options=profile.options, config=profile.config)
        if found.setdefault(key, account) != account:
            raise ConfigError(f"two profiles describe {key[0]} account {key[1]!r} differently; make them one")
    return [*found.values()]


def suggestions(archive: Archive, vendor: str, account: str, config: AccountConfig) -> Advice:
    """What the pulled tickets of an account suggest for its configuration; of many tickets, an even sample is read.

    Raises StoreError when the archive holds nothing of the account.
    """
    part = archive.account(vendor, account)

    def listed(*kinds: str) -> dict[str, dict[str, Any]]:
        return {record.id: parse_object(record.payload) for kind in kinds for record in part.directory(kind)}

    known = Known.of(listed("staff", "agent", "admin"), listed("group", "team"), listed("ticket_field"))
    total = len(part.ticket_ids())
    every = max(1, -(-total // SAMPLE))
    sample = islice(archive.ticket_lines(vendor, account), 0, None, every)
    advice = suggest(map(Ticket.model_validate_json, sample), config, known)
    return replace(advice, of=total if every > 1 else None)


def open_store(url: str, *, write: bool = False) -> Archive:
    """Open an archive: `sqlite:///FILE` or `postgresql://…`."""
    return Archive.open(url, write=write)


async def tickets_async(store: Archive, vendor: str | None = None, account: str | None = None) -> AsyncIterator[Ticket]:
    """`store.tickets()` without blocking the event loop: batches are read in a thread."""
    found = store.tickets(vendor, account)
    while batch := await asyncio.to_thread(lambda: list(islice(found, 100))):
        for ticket in batch:
            yield ticket
