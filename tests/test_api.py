"""The library as a service or a notebook uses it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import clonedesk_connectors as cd
from clonedesk_connectors.errors import ConfigError, PluginError

pytest.importorskip("uvicorn")
from clonedesk_connectors.testing.sandbox.zendesk import ZendeskSandbox
from clonedesk_connectors.testing.world import World


@pytest.fixture(scope="module")
def helpdesk() -> Iterator[ZendeskSandbox]:
    with ZendeskSandbox(World(seed=3, tickets=40), limits="none") as running:
        yield running


@pytest.fixture
def connection(helpdesk: ZendeskSandbox) -> cd.Connection:
    secrets = {"client_id": helpdesk.client_id, "client_secret": helpdesk.client_secret}
    return cd.connect("zendesk", "acme", base_url=helpdesk.url, credentials=secrets)


@pytest.fixture
def store(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'archive.sqlite'}"


def test_connect_pull_read(connection: cd.Connection, store: str) -> None:
    seen: list[cd.Progress] = []
    report = cd.pull(connection, store, on_progress=seen.append)
    assert report.tickets["new"] == 40
    assert seen
    with cd.open_store(store) as opened:
        tickets = list(opened.tickets("zendesk", "acme"))
    assert {type(ticket) for ticket in tickets} == {cd.Ticket}
    assert len(tickets) == 40


async def test_the_plain_functions_work_inside_a_running_loop(connection: cd.Connection, store: str) -> None:
    assert cd.pull(connection, store).tickets["new"] == 40


async def test_the_aio_mirror(connection: cd.Connection, store: str) -> None:
    report = await cd.aio.pull(connection, store)
    assert report.tickets["new"] == 40
    with cd.aio.open_store(store) as opened:
        assert len([ticket.native_id async for ticket in cd.aio.tickets(opened)]) == 40


def test_an_archive_that_is_open_for_writing_can_be_pulled_into(connection: cd.Connection, store: str) -> None:
    with cd.open_store(store, write=True) as opened:
        cd.pull(connection, opened)
        assert len(list(opened.tickets())) == 40


def test_a_connection_shows_no_secret(connection: cd.Connection, helpdesk: ZendeskSandbox) -> None:
    assert helpdesk.client_secret not in repr(connection)
    assert (connection.vendor, connection.account) == ("zendesk", "acme")


def test_credentials_given_in_part_name_what_is_missing(helpdesk: ZendeskSandbox, store: str) -> None:
    half = cd.connect("zendesk", "acme", base_url=helpdesk.url, credentials={"client_id": "x"})
    with pytest.raises(ConfigError, match="missing: client_secret"):
        cd.pull(half, store)


@pytest.mark.parametrize("share", [0, -1, 1.01])
def test_a_share_outside_nothing_and_everything_is_refused(share: float) -> None:
    with pytest.raises(ConfigError, match="budget share"):
        cd.connect("zendesk", "acme", budget_share=share)


def test_an_unknown_vendor_is_a_config_error_and_a_broken_plugin_one_too() -> None:
    assert issubclass(PluginError, ConfigError)
    with pytest.raises(ConfigError, match="no connector called 'nosuch'"):
        cd.connect("nosuch", "acme")


def test_the_public_names_are_few_and_all_there() -> None:
    assert len(cd.__all__) <= 25
    assert dir(cd) == sorted(cd.__all__)
    for name in cd.__all__:
        assert getattr(cd, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'nosuch'"):
        cd.nosuch  # noqa: B018
