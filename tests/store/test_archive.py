"""The archive keeps what the vendor sent, once, newest, private, for one writer."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
import threading
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, select, update

from clonedesk_connectors.errors import ArchiveLocked, ConfigError, SchemaTooNew, StoreError
from clonedesk_connectors.model import Coverage, Status, Ticket
from clonedesk_connectors.protocol import FollowUp, Page, RawRecord, Request
from clonedesk_connectors.store import (
    AccountArchive,
    Archive,
    Changes,
    Checkpoint,
    blocks,
    migrations,
    records,
    tables,
)
from clonedesk_connectors.store.cache import Normalised, Saved
from clonedesk_connectors.store.codec import decompress
from clonedesk_connectors.store.values import DeadWork, GoneWork, PageWork, QueueWork


def url_of(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'archive.sqlite'}"


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive.open(url_of(tmp_path), write=True) as opened:
        yield opened


@pytest.fixture
def account(archive: Archive) -> AccountArchive:
    return archive.account("toy", "acme")


def record(native_id: str, text: str, version: int = 0, bundle: str | None = "1", kind: str = "ticket") -> RawRecord:
    return RawRecord(kind, native_id, text.encode(), version, bundle)


def put(account: AccountArchive, *records: RawRecord) -> Changes:
    return account.commit([PageWork(Page(records, None, True))])


def texts(account: AccountArchive, bundle: str = "1", kind: str = "ticket") -> list[str]:
    return [payload.decode() for payload in account.bundles([bundle])[bundle].get(kind, [])]


def test_a_record_comes_back_byte_for_byte(account: AccountArchive) -> None:
    text = '{"id" : 1,  "body":"h\\u00e9llo – שלום 🎉"}'
    put(account, record("1", text))
    assert texts(account) == [text]


@pytest.mark.parametrize(
    ("versions", "kept", "change"),
    [
        (((5, "old"), (6, "new")), "new", Changes(changed=1)),
        (((6, "new"), (5, "old")), "new", Changes(unchanged=1)),
        (((5, "same"), (5, "same")), "same", Changes(unchanged=1)),
        (((5, "a"), (5, "b")), "b", Changes(changed=1)),
    ],
    ids=["newer replaces", "older is ignored", "same is no change", "same version with other content replaces"],
)
def test_upserts_are_guarded_by_version(
    account: AccountArchive, versions: tuple[tuple[int, str], ...], kept: str, change: Changes
) -> None:
    results = [put(account, record("1", text, version)) for version, text in versions]
    assert texts(account) == [kept]
    assert results[-1] == change


def test_of_two_copies_on_one_page_the_higher_version_wins(account: AccountArchive) -> None:
    assert put(account, record("1", "new", 2), record("1", "old", 1)) == Changes(new=1)
    assert texts(account) == ["new"]


def test_replaced_text_does_not_survive_in_the_file(account: AccountArchive, archive: Archive) -> None:
    put(account, record("1", "my card is 4111", 1), record("2", "other", 1))
    put(account, record("1", "my card is ****", 2))
    with archive.transaction() as connection:
        plain = b"".join(decompress(row.data) for row in connection.execute(select(tables.block)))
    assert b"4111" not in plain
    assert texts(account) == ["other", "my card is ****"]


def test_a_block_whose_records_are_all_replaced_is_deleted(account: AccountArchive, archive: Archive) -> None:
    put(account, record("1", "a", 1))
    put(account, record("1", "b", 2))
    with archive.transaction() as connection:
        assert [row.live for row in connection.execute(select(tables.block))] == [1]


def test_big_pages_are_cut_into_blocks_and_records_of_a_ticket_lie_together(
    account: AccountArchive, archive: Archive
) -> None:
    put(account, *(record(str(n), "x" * 1000, bundle=str(n % 10), kind="event") for n in range(200)))
    with archive.transaction() as connection:
        placed = connection.execute(select(tables.record.c.bundle, tables.record.c.block_id)).all()
    by_bundle = {bundle: {row.block_id for row in placed if row.bundle == bundle} for bundle, _ in placed}
    assert len({row.block_id for row in placed}) == 4
    assert max(len(found) for found in by_bundle.values()) <= 2


@settings(max_examples=30, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from("abcd"), st.integers(0, 4), st.binary(min_size=1, max_size=40), st.booleans()),
        max_size=25,
    )
)
def test_any_order_of_upserts_keeps_the_newest_of_each(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, int, bytes, bool]]
) -> None:
    expected: dict[str, tuple[int, bytes]] = {}
    with Archive.open(url_of(tmp_path_factory.mktemp("h")), write=True) as archive:
        account = archive.account("toy", "acme")
        page: list[RawRecord] = []
        for native_id, version, payload, flush in steps:
            page.append(RawRecord("ticket", native_id, payload, version, "1"))
            if version >= expected.get(native_id, (0, b""))[0]:
                expected[native_id] = (version, payload)
            if flush:
                put(account, *page)
                page = []
        put(account, *page)
        found = {item.id: (item.version, item.payload) for item in account.directory("ticket")}
    assert found == expected


def test_page_follow_ups_and_checkpoint_are_one_transaction(account: AccountArchive) -> None:
    good = PageWork(
        Page((record("1", "a"),), "c1", False, (FollowUp("notes", "1", 1),)), Checkpoint("tickets", "c1", False)
    )
    broken = PageWork(Page((RawRecord("ticket", "2", None, 0, "2"),), "c2", False))  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        account.commit([good, broken])
    assert account.checkpoints() == {}
    assert account.waiting(10) == []
    assert texts(account) == []


def test_a_follow_up_waits_once_per_version(account: AccountArchive) -> None:
    def queue(version: int) -> int:
        return account.commit([QueueWork((FollowUp("notes", "1", version),))]).queued

    assert [queue(1), queue(1), queue(2)] == [1, 0, 1]
    (item,) = account.waiting(10)
    assert (item.version, item.generation) == (2, 2)
    account.commit([PageWork(Page((), None, True), pending=item)])
    assert account.waiting(10) == []
    assert [queue(2), queue(1), queue(3)] == [0, 0, 1]


def test_a_fetch_of_an_older_generation_does_not_end_the_wait(account: AccountArchive) -> None:
    account.commit([QueueWork((FollowUp("notes", "1", 1),))])
    (old,) = account.waiting(10)
    account.commit([QueueWork((FollowUp("notes", "1", 2),))])
    account.commit([PageWork(Page((), None, True), pending=old)])
    assert [item.version for item in account.waiting(10)] == [2]
    account.commit([GoneWork(old, 404)])
    assert [item.version for item in account.waiting(10)] == [2]


def test_a_detail_of_several_pages_goes_on_at_its_own_cursor(account: AccountArchive) -> None:
    account.commit([QueueWork((FollowUp("notes", "1", 1),))])
    (item,) = account.waiting(10)
    account.commit([PageWork(Page((record("n1", "x", kind="note"),), "page2", False), pending=item)])
    assert [waiting.cursor for waiting in account.waiting(10)] == ["page2"]


def test_waiting_leaves_out_what_is_in_flight(account: AccountArchive) -> None:
    account.commit([QueueWork(tuple(FollowUp("notes", str(n)) for n in range(5)))])
    assert [item.subject for item in account.waiting(2, [("notes", "0"), ("notes", "1")])] == ["2", "3"]


def test_dead_letters_are_named_and_revived_by_the_next_run(account: AccountArchive) -> None:
    account.commit([QueueWork((FollowUp("notes", "1", 1),))])
    (item,) = account.waiting(10)
    account.commit([DeadWork(Request("notes", "/notes/1", "account", subject="1"), "HTTP 422", item)])
    assert account.waiting(10) == []
    assert account.summary().dead_letters == [("notes", "1", "HTTP 422")]
    account.revive()
    assert account.summary().dead_letters == []
    assert [waiting.subject for waiting in account.waiting(10)] == ["1"]


def ticket(native_id: str, **fields: object) -> Ticket:
    base = {"vendor": "toy", "account": "acme", "native_id": native_id, "status": Status.OPEN}
    return Ticket.model_validate(base | {"created_at": datetime(2025, 1, 1, tzinfo=UTC)} | fields)


def test_saving_tells_new_changed_and_deleted_apart(account: AccountArchive) -> None:
    put(account, *(record(n, n, bundle=n) for n in "123"))
    first = [Normalised(n, ticket(n)) for n in "123"]
    assert account.save(first) == (Saved(new=3), 0)
    second = [ticket("1"), ticket("2", subject="x"), ticket("3", deleted=True)]
    assert account.save([Normalised(t.native_id, t) for t in second]) == (Saved(changed=2, deleted=1), 0)


def test_tickets_are_ordered_by_account_and_by_number(archive: Archive) -> None:
    for name, ids in (("b", ["2", "10", "1"]), ("a", ["7"])):
        part = archive.account("toy", name)
        put(part, *(record(n, n, bundle=n) for n in ids))
        part.save([Normalised(n, ticket(n, account=name)) for n in ids])
    assert [(t.account, t.native_id) for t in archive.tickets()] == [("a", "7"), ("b", "1"), ("b", "2"), ("b", "10")]
    assert [t.native_id for t in archive.tickets("toy", "a")] == ["7"]


def test_quarantine_ends_when_the_ticket_normalises(account: AccountArchive) -> None:
    put(account, record("1", "x"))
    account.save([Normalised("1", quarantined="ValueError in normalize:1")])
    assert account.summary().quarantined == {"1": "ValueError in normalize:1"}
    assert account.dirty_after("", 10) == []
    account.save([Normalised("1", ticket("1"))])
    assert account.summary().quarantined == {}


def test_summary_counts_incomplete_tickets(account: AccountArchive) -> None:
    put(account, record("1", "x"), record("2", "y", bundle="2"))
    short = Coverage(messages_expected=3, messages_got=2)
    account.save(
        [Normalised("1", ticket("1", coverage=short)), Normalised("2", ticket("2", deleted=True, coverage=short))]
    )
    summary = account.summary()
    assert (summary.tickets, summary.incomplete, summary.deleted, summary.messages) == (2, 1, 1, 4)
    assert summary.raw_records == {"ticket": 2}


def test_the_archive_is_readable_by_its_owner_only(tmp_path: Path, archive: Archive) -> None:
    archive.account("toy", "acme")
    for path in tmp_path.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path.name


def test_a_second_writer_is_refused_and_a_reader_is_not(tmp_path: Path, account: AccountArchive) -> None:
    put(account, record("1", "x"))
    account.save([Normalised("1", ticket("1"))])
    with pytest.raises(ArchiveLocked, match="another process is writing"):
        Archive.open(url_of(tmp_path), write=True)
    with Archive.open(url_of(tmp_path)) as reader:
        assert [t.native_id for t in reader.tickets()] == ["1"]


def test_the_lock_ends_with_its_process(tmp_path: Path) -> None:
    code = (
        "import os, signal; from clonedesk_connectors.store import Archive; "
        f"Archive.open({url_of(tmp_path)!r}, write=True); os.kill(os.getpid(), signal.SIGKILL)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == -9
    with Archive.open(url_of(tmp_path), write=True) as archive:
        assert archive.accounts() == []


def test_an_archive_of_a_later_version_is_refused_untouched(tmp_path: Path) -> None:
    with Archive.open(url_of(tmp_path), write=True) as archive, archive.transaction() as connection:
        connection.execute(update(tables.meta).where(tables.meta.c.key == "schema_version").values(value="99"))
    before = (tmp_path / "archive.sqlite").read_bytes()
    for write in (True, False):
        with pytest.raises(SchemaTooNew, match="has schema 99"):
            Archive.open(url_of(tmp_path), write=write)
    assert (tmp_path / "archive.sqlite").read_bytes() == before


def test_migrations_run_forward_from_any_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Archive.open(url_of(tmp_path), write=True):
        pass
    ran: list[str] = []
    steps = (*migrations.MIGRATIONS, lambda connection: ran.append("next"))
    monkeypatch.setattr(migrations, "MIGRATIONS", steps)
    monkeypatch.setattr(migrations, "LATEST", len(steps))
    monkeypatch.setattr("clonedesk_connectors.store.archive.LATEST", len(steps))
    with pytest.raises(StoreError, match="made by an older version"):
        Archive.open(url_of(tmp_path))
    with Archive.open(url_of(tmp_path), write=True) as archive, archive.transaction() as connection:
        assert migrations.schema_version(connection) == len(steps)
    assert ran == ["next"]


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "mysql://x/y", "nonsense"])
def test_other_stores_are_refused_with_an_example(url: str) -> None:
    with pytest.raises(ConfigError, match="sqlite:///"):
        Archive.open(url, write=True)


def test_reading_an_archive_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="there is no archive at"):
        Archive.open(url_of(tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_reading_an_account_that_was_never_pulled_says_so(tmp_path: Path, archive: Archive) -> None:
    with Archive.open(url_of(tmp_path)) as reader, pytest.raises(StoreError, match="nothing of toy account 'none'"):
        reader.account("toy", "none")


def test_a_file_that_cannot_be_made_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(StoreError, match="cannot open the archive"):
        Archive.open(f"sqlite:///{tmp_path / 'file' / 'a.sqlite'}", write=True)


def test_a_full_disk_loses_only_the_page_in_hand(account: AccountArchive, archive: Archive) -> None:
    put(account, record("1", "kept"))
    with archive.transaction() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")
    big = tuple(record(str(n), os.urandom(2000).hex(), bundle=str(n)) for n in range(2, 52))
    work = PageWork(Page(big, "c", False), Checkpoint("tickets", "c", False))
    with pytest.raises(StoreError, match="full"):
        account.commit([work])
    assert texts(account) == ["kept"]
    assert account.checkpoints() == {}
    with archive.transaction() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count=1000000")
    assert account.commit([work]).new == 50


def test_a_file_locked_by_another_program_is_reported_as_such(
    tmp_path: Path, account: AccountArchive, archive: Archive
) -> None:
    with archive.transaction() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout=0")
    other = sqlite3.connect(tmp_path / "archive.sqlite", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(ArchiveLocked, match="holds the archive"):
        put(account, record("1", "x"))
    other.execute("ROLLBACK")
    other.close()
    assert put(account, record("1", "x")).new == 1


def test_a_broken_file_is_a_store_error_without_content(tmp_path: Path) -> None:
    (tmp_path / "archive.sqlite").write_bytes(b"secret text, not a database" * 100)
    with pytest.raises(StoreError) as caught:
        Archive.open(url_of(tmp_path), write=True)
    assert "secret" not in str(caught.value)


def test_a_ticket_of_too_many_or_too_large_records_is_left_out_of_a_batch(
    account: AccountArchive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(records, "MAX_RECORDS", 2)
    monkeypatch.setattr(records, "MAX_BYTES", 100)
    put(account, *(record(f"a{n}", "x", bundle="1") for n in range(3)))
    put(account, record("b", "x" * 101, bundle="2"), record("c", "x" * 100, bundle="3"))
    assert list(account.bundles(["1", "2", "3"])) == ["3"]


def test_threads_share_an_archive_by_turns(account: AccountArchive) -> None:
    def work(start: int) -> None:
        for n in range(start, start + 20):
            put(account, record(str(n), "x", bundle=str(n)))

    threads = [threading.Thread(target=work, args=(start,)) for start in (0, 100, 200)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert account.summary().raw_records == {"ticket": 60}


def test_a_new_archive_has_the_tables_of_the_newest_version(tmp_path: Path) -> None:
    with Archive.open(url_of(tmp_path), write=True):
        pass
    engine = create_engine(url_of(tmp_path))
    with engine.connect() as connection:
        names = set(connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type='table'").scalars())
    engine.dispose()
    assert names == {
        "account", "block", "checkpoint", "dead_letter", "finding_review",
        "follow_up", "meta", "quarantine", "record", "sqlite_stat1", "ticket",
    }  # fmt: skip


def test_block_size_is_the_documented_one() -> None:
    assert blocks.BLOCK_BYTES == 65536


def test_known_ids_are_read_bit_by_bit_and_hold_what_was_probed(account: AccountArchive) -> None:
    numbers = ["1", "10", "2", "33", "4"]
    put(account, *(record(number, "{}", bundle=number) for number in [*numbers, "unnormalised"]))
    account.save([Normalised(number, ticket(number)) for number in numbers])
    account.commit([QueueWork((FollowUp("probe", "77"), FollowUp("notes", "1", 5)))])
    for batch in (1, 2, 5, 6):
        assert list(account.known_ids(batch)) == ["1", "10", "2", "33", "4", "77"]


def test_tickets_that_lie_far_apart_are_read_a_block_at_a_time(account: AccountArchive) -> None:
    for number in range(100):  # each page a block of its own, of which the ticket is a small part
        put(
            account,
            record(str(number), f"ticket {number}", bundle=str(number)),
            record(f"f{number}", "x" * 60_000, bundle=None),
        )
    account.bundles(["1"])  # what the first call makes once
    tracemalloc.start()
    try:
        found = account.bundles([str(number) for number in range(100)])
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert found["42"] == {"ticket": [b"ticket 42"]}
    assert peak < 1_000_000
