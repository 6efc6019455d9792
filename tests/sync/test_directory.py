"""The directory that normalising sees: small kinds whole, people as they are needed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from clonedesk_connectors.protocol import Account, Page, RawRecord, registry
from clonedesk_connectors.store import AccountArchive, Archive
from clonedesk_connectors.store.values import PageWork
from clonedesk_connectors.sync.normalise import StoredDirectory


@pytest.fixture
def account(tmp_path: Path) -> Iterator[AccountArchive]:
    with Archive.open(f"sqlite:///{tmp_path / 'a.sqlite'}", write=True) as archive:
        part = archive.account("zendesk", "acme")
        people = [RawRecord("user", str(number), b'{"id":%d}' % number, 1) for number in (1, 2, 3)]
        staff = RawRecord("staff", "9", b'{"id":9,"role":"agent"}', 1)
        part.commit([PageWork(Page((*people, staff), None, done=True))])
        yield part


def test_whom_nobody_announced_is_read_when_looked_up_and_only_once(
    account: AccountArchive, monkeypatch: pytest.MonkeyPatch
) -> None:
    directory = StoredDirectory(account, registry.load(Account(vendor="zendesk", name="acme")))
    reads: list[tuple[str, list[str]]] = []
    read = account.directory
    monkeypatch.setattr(account, "directory", lambda kind, ids: reads.append((kind, ids)) or read(kind, ids))
    directory.fetch({("user", "1")})
    assert [directory.get("user", key) for key in (1, "1", 2, 2, 7, 7)] == [
        {"id": 1},
        {"id": 1},
        {"id": 2},
        {"id": 2},
        None,
        None,
    ]
    assert reads == [("user", ["1"]), ("user", ["2"]), ("user", ["7"])]


def test_small_kinds_are_never_looked_for_again(account: AccountArchive, monkeypatch: pytest.MonkeyPatch) -> None:
    directory = StoredDirectory(account, registry.load(Account(vendor="zendesk", name="acme")))
    monkeypatch.setattr(account, "directory", None)
    assert directory.get("staff", 9) == {"id": 9, "role": "agent"}
    assert directory.get("staff", 8) is None
