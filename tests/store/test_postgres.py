"""The archive on PostgreSQL: the same rows, the same single writer."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from clonedesk_connectors.errors import ArchiveLocked, StoreError
from clonedesk_connectors.store import Archive
from tests.store import postgres
from tests.sync.over_http import pull_from, tickets_in

pytest.importorskip("uvicorn")
from clonedesk_connectors.testing.sandbox.zendesk import ZendeskSandbox
from clonedesk_connectors.testing.world import World

pytestmark = pytest.mark.skipif(
    postgres.binaries() is None and not os.environ.get("REQUIRE_POSTGRES"), reason="PostgreSQL is not installed"
)


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder, postgres.server(Path(folder)) as running:
        yield running


def test_both_databases_hold_the_same_tickets(url: str, tmp_path: Path) -> None:
    file = f"sqlite:///{tmp_path / 'a.sqlite'}"
    with ZendeskSandbox(World(seed=5, tickets=60), limits="none") as helpdesk:
        for store in (url, file):
            pull_from(helpdesk, store, page_size=20)
        helpdesk.advance(600)
        helpdesk.update(20, comment="One more question.")
        helpdesk.advance(600)
        reports = [pull_from(helpdesk, store, page_size=20) for store in (url, file)]
    assert tickets_in(url) == tickets_in(file)
    assert reports[0].tickets == reports[1].tickets
    assert reports[0].tickets["changed"] >= 1


def test_a_second_writer_is_refused_and_a_reader_is_not(url: str) -> None:
    with Archive.open(url, write=True):
        with pytest.raises(ArchiveLocked, match="another process is writing to this database"):
            Archive.open(url, write=True)
        with Archive.open(url) as reader:
            reader.accounts()


def test_a_server_that_is_not_there_is_a_store_error() -> None:
    with pytest.raises(StoreError, match="could not be used"):
        Archive.open("postgresql://postgres@127.0.0.1:1/none")
