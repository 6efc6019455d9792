"""What a run does, seen from the outside: requests made and rows kept."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from clonedesk_connectors.errors import AuthError, Unavailable
from clonedesk_connectors.model import Ticket
from clonedesk_connectors.protocol import Account, AccountConfig, Bundle, FollowUp, Page, Request, Response, Sweep
from clonedesk_connectors.store import Archive
from clonedesk_connectors.store.values import QueueWork
from clonedesk_connectors.sync import Progress, Status, rebuild
from clonedesk_connectors.transport.base import Failure, TransportFailed
from tests.sync.toy import ToyConnector, ToyHelpdesk, json_response, make_pull


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive.open(f"sqlite:///{tmp_path / 'a.sqlite'}", write=True) as opened:
        yield opened


def subjects(archive: Archive) -> dict[str, str | None]:
    return {ticket.native_id: ticket.subject for ticket in archive.tickets()}


async def test_a_first_run_reads_every_page_and_one_detail_per_ticket(archive: Archive) -> None:
    helpdesk = ToyHelpdesk({n: n for n in range(1, 11)}, {3: 5})
    report = await make_pull(archive, helpdesk).run()
    assert report.status is Status.COMPLETE
    assert helpdesk.counts() == {"tickets": 3, "late": 1, "staff": 1, "notes": 12}
    assert report.tickets == {"new": 10, "changed": 0, "deleted": 0}
    assert subjects(archive)["3"] == "3-0,3-1,3-2,3-3,3-4"
    assert list(subjects(archive)) == [str(n) for n in range(1, 11)]


async def test_a_second_run_without_changes_asks_only_for_news(archive: Archive) -> None:
    helpdesk = ToyHelpdesk({n: n for n in range(1, 11)})
    await make_pull(archive, helpdesk).run()
    helpdesk.log.clear()
    report = await make_pull(archive, helpdesk).run()
    assert helpdesk.counts() == {"tickets": 1, "late": 1}
    assert report.tickets == {"new": 0, "changed": 0, "deleted": 0}
    assert report.status is Status.COMPLETE


async def test_a_changed_ticket_is_fetched_again_and_only_it(archive: Archive) -> None:
    helpdesk = ToyHelpdesk({n: n for n in range(1, 11)})
    await make_pull(archive, helpdesk).run()
    helpdesk.log.clear()
    helpdesk.tickets[4], helpdesk.notes[4] = 99, 2
    report = await make_pull(archive, helpdesk).run()
    assert [r.subject for r in helpdesk.log if r.stream == "notes"] == ["4"]
    assert report.tickets == {"new": 0, "changed": 1, "deleted": 0}
    assert subjects(archive)["4"] == "4-0,4-1"


async def test_a_ticket_that_changes_while_its_detail_is_in_flight_is_fetched_again(archive: Archive) -> None:
    helpdesk = ToyHelpdesk({1: 1})

    def change(request: Request) -> None:
        if request.stream == "notes" and helpdesk.counts()["notes"] == 1:
            archive.account("toy", "acme").commit([QueueWork((FollowUp("notes", "1", 2),))])

    helpdesk.misbehave = change
    await make_pull(archive, helpdesk).run()
    assert helpdesk.counts()["notes"] == 2


async def test_a_detail_that_is_gone_becomes_a_tombstone_and_is_not_asked_for_again(archive: Archive) -> None:
    helpdesk = ToyHelpdesk({1: 1, 2: 2})
    helpdesk.misbehave = lambda r: json_response({}, 404) if r.subject == "2" else None
    report = await make_pull(archive, helpdesk).run()
    assert report.status is Status.COMPLETE
    assert [ticket.deleted for ticket in archive.tickets()] == [False, True]
    helpdesk.log.clear()
    await make_pull(archive, helpdesk).run()
    assert helpdesk.counts()["notes"] == 0


async def test_a_page_that_fails_is_asked_for_in_smaller_pieces(archive: Archive) -> None:
    helpdesk = ToyHelpdesk({n: n for n in range(1, 9)})
    helpdesk.misbehave = lambda r: (
        json_response({}, 504) if r.stream == "tickets" and r.cursor == "4" and (r.page_size or 0) > 1 else None
    )
    report = await make_pull(archive, helpdesk).run()
    assert report.status is Status.COMPLETE
    sizes = [r.page_size for r in helpdesk.log if r.stream == "tickets"]
    assert list(dict.fromkeys(sizes)) == [4, 2, 1]
    assert sizes[-2:] == [2, 4]
    assert len(subjects(archive)) == 8


async def test_a_page_that_never_works_is_kept_as_a_dead_letter_and_tried_again(archive: Archive) -> None:
    helpdesk = ToyHelpdesk({n: n for n in range(1, 9)})
    helpdesk.misbehave = lambda r: json_response({}, 500) if r.stream == "tickets" and r.cursor == "4" else None
    report = await make_pull(archive, helpdesk).run()
    assert report.status is Status.INCOMPLETE
    assert report.dead_letters == 1
    assert len(subjects(archive)) == 4
    helpdesk.misbehave = lambda r: None
    again = await make_pull(archive, helpdesk).run()
    assert again.status is Status.COMPLETE
    assert len(subjects(archive)) == 8


async def test_a_cursor_that_comes_back_stops_the_stream(archive: Archive) -> None:
    helpdesk = ToyHelpdesk({n: n for n in range(1, 9)})
    loop = {"0": "4", "4": "2", "2": "4"}
    helpdesk.misbehave = lambda r: (
        json_response({"rows": [], "next": loop[r.cursor or "0"], "done": False}) if r.stream == "tickets" else None
    )
    report = await make_pull(archive, helpdesk).run()
    assert report.status is Status.INCOMPLETE
    assert helpdesk.counts()["tickets"] == 3
    assert report.failed_streams == {"tickets": "StuckCursor: the vendor's cursor came back"}


def frozen(stream: str, rows: list[object]) -> Callable[[Request], Response | None]:
    """A helpdesk that ignores which page of a stream is asked for."""

    def answer(request: Request) -> Response | None:
        if request.stream != stream:
            return None
        following = int(request.cursor or 0) + len(rows)
        return json_response({"rows": rows, "next": str(following), "done": False})

    return answer


async def test_a_snapshot_list_that_shows_the_same_page_for_ever_stops_and_the_next_run_begins_where_news_ended(
    archive: Archive,
) -> None:
    staff = [{"id": n, "role": "agent"} for n in range(5)]
    helpdesk = ToyHelpdesk({1: 1}, staff=staff, misbehave=frozen("staff", staff[:2]))
    report = await make_pull(archive, helpdesk).run()
    assert report.status is Status.INCOMPLETE
    assert report.failed_streams == {"staff": "StuckCursor: the vendor's pages repeat themselves"}
    assert [r.cursor for r in helpdesk.log if r.stream == "staff"] == ["0", "2", "4", "6"]
    helpdesk.misbehave = lambda r: None
    helpdesk.log.clear()
    again = await make_pull(archive, helpdesk).run()
    assert again.status is Status.COMPLETE
    assert [r.cursor for r in helpdesk.log if r.stream == "staff"] == ["2", "4"]
    assert len(list(archive.account("toy", "acme").directory("staff"))) == 5


async def test_a_snapshot_list_of_empty_pages_without_end_stops(archive: Archive) -> None:
    helpdesk = ToyHelpdesk({1: 1})
    helpdesk.misbehave = lambda r: (
        json_response({"rows": [], "next": str(int(r.cursor or 0) + 1), "done": False}) if r.stream == "staff" else None
    )
    report = await make_pull(archive, helpdesk).run()
    assert report.failed_streams == {"staff": "StuckCursor: the vendor's pages repeat themselves"}
    assert helpdesk.counts()["staff"] == 3


async def test_two_pages_that_take_turns_for_ever_stop_a_snapshot_list(archive: Archive) -> None:
    def turns(request: Request) -> Response | None:
        at = int(request.cursor or 0)
        return json_response({"rows": [{"id": at % 2, "role": "agent"}], "next": str(at + 1), "done": False})

    helpdesk = ToyHelpdesk({1: 1})
    helpdesk.misbehave = lambda r: turns(r) if r.stream == "staff" else None
    report = await make_pull(archive, helpdesk).run()
    assert report.failed_streams == {"staff": "StuckCursor: the vendor's pages repeat themselves"}
    assert helpdesk.counts()["staff"] == 5


async def test_a_detail_whose_pages_repeat_for_ever_is_a_dead_letter_and_read_by_the_next_run(archive: Archive) -> None:
    rows: list[object] = [{"id": "1-0", "ticket": "1"}, {"id": "1-1", "ticket": "1"}]
    helpdesk = ToyHelpdesk({1: 1}, {1: 5}, misbehave=frozen("notes", rows))
    report = await make_pull(archive, helpdesk).run()
    assert (report.status, report.dead_letters) == (Status.INCOMPLETE, 1)
    assert helpdesk.counts()["notes"] == 4
    helpdesk.misbehave = lambda r: None
    assert (await make_pull(archive, helpdesk).run()).status is Status.COMPLETE
    assert subjects(archive) == {"1": "1-0,1-1,1-2,1-3,1-4"}


async def test_a_list_that_ends_on_a_page_it_has_shown_before_has_not_ended(archive: Archive) -> None:
    """As when the connector counts rows up to the vendor's total, but the vendor shows the first rows each time."""
    staff = [{"id": n, "role": "agent"} for n in range(3)]
    helpdesk = ToyHelpdesk({1: 1}, staff=staff)

    def first_rows(request: Request) -> Response | None:
        if request.stream != "staff":
            return None
        following = int(request.cursor or 0) + 2
        return json_response({"rows": staff[:2], "next": str(following), "done": following >= 3})

    helpdesk.misbehave = first_rows
    report = await make_pull(archive, helpdesk).run()
    assert report.failed_streams == {"staff": "StuckCursor: the vendor's pages repeat themselves"}
    helpdesk.misbehave = lambda r: None
    assert (await make_pull(archive, helpdesk).run()).status is Status.COMPLETE
    assert len(list(archive.account("toy", "acme").directory("staff"))) == 3


async def test_a_list_of_changes_may_show_a_page_again_but_not_for_ever(archive: Archive) -> None:
    rows: list[object] = [{"id": 1, "ticket": 1, "v": 1}]
    helpdesk = ToyHelpdesk({1: 1}, misbehave=frozen("tickets", rows))
    report = await make_pull(archive, helpdesk).run()
    assert report.failed_streams == {"tickets": "StuckCursor: the vendor's pages repeat themselves"}
    assert helpdesk.counts()["tickets"] == 11


async def test_an_optional_stream_the_account_lacks_is_skipped_with_a_word(archive: Archive) -> None:
    helpdesk = ToyHelpdesk({1: 1})
    helpdesk.misbehave = lambda r: json_response({}, 403) if r.stream == "late" else None
    report = await make_pull(archive, helpdesk).run()
    assert report.status is Status.COMPLETE
    assert report.skipped_streams == {"late": "HTTP 403"}


async def test_a_ticket_that_cannot_be_normalised_is_quarantined_without_its_text(archive: Archive) -> None:
    helpdesk = ToyHelpdesk({1: 1, 2: 2}, poison={2})
    report = await make_pull(archive, helpdesk).run()
    assert report.status is Status.QUARANTINED
    assert report.exit_code == 7
    (reason,) = archive.account("toy", "acme").summary().quarantined.values()
    assert reason.startswith("ValueError in normalize:")
    assert "customer" not in reason
    helpdesk.poison.clear()
    helpdesk.tickets[2] = 3
    assert (await make_pull(archive, helpdesk).run()).status is Status.COMPLETE


async def test_wrong_credentials_stop_the_run_at_once(archive: Archive) -> None:
    helpdesk = ToyHelpdesk({1: 1})
    helpdesk.misbehave = lambda r: json_response({"error": "no"}, 401)
    run = make_pull(archive, helpdesk)
    with pytest.raises(AuthError, match="toy account 'acme'"):
        await run.run()
    assert run.report.status is Status.FAILED
    assert run.report.error == "AuthError"


async def test_a_helpdesk_that_is_down_ends_the_run_after_ten_failed_details(archive: Archive) -> None:
    helpdesk = ToyHelpdesk({n: n for n in range(1, 41)})
    helpdesk.misbehave = lambda r: TransportFailed(Failure.CONNECT) if r.stream == "notes" else None
    with pytest.raises(Unavailable):
        await make_pull(archive, helpdesk, workers=1).run()
    assert len({r.subject for r in helpdesk.log if r.subject}) == 10
    helpdesk.misbehave = lambda r: None
    assert (await make_pull(archive, helpdesk).run()).status is Status.COMPLETE
    assert len(subjects(archive)) == 40


async def test_a_detail_that_the_vendor_refuses_is_a_dead_letter_of_its_own(archive: Archive) -> None:
    helpdesk = ToyHelpdesk({1: 1, 2: 2})
    helpdesk.misbehave = lambda r: json_response({}, 422) if r.subject == "1" else None
    report = await make_pull(archive, helpdesk).run()
    assert (report.status, report.dead_letters) == (Status.INCOMPLETE, 1)
    assert archive.account("toy", "acme").summary().dead_letters == [("notes", "1", "HTTP 422")]


async def test_a_detail_whose_cursor_does_not_move_is_not_read_for_ever(archive: Archive) -> None:
    helpdesk = ToyHelpdesk({1: 1})
    helpdesk.misbehave = lambda r: (
        json_response({"rows": [], "next": r.cursor, "done": False}) if r.stream == "notes" and r.cursor else None
    )
    helpdesk.notes[1] = 9
    report = await make_pull(archive, helpdesk).run()
    assert archive.account("toy", "acme").summary().dead_letters == [
        ("notes", "1", "StuckCursor: the vendor's cursor came back")
    ]
    assert report.status is Status.INCOMPLETE


@pytest.mark.parametrize("stop_after", range(1, 18))
async def test_a_run_stopped_at_any_request_resumes_to_the_same_archive(tmp_path: Path, stop_after: int) -> None:
    helpdesk = ToyHelpdesk({n: n for n in range(1, 11)}, {3: 5})
    url = f"sqlite:///{tmp_path / 'b.sqlite'}"

    with Archive.open(url, write=True) as broken:

        async def interrupted() -> None:
            task = asyncio.create_task(make_pull(broken, helpdesk, workers=1).run())
            helpdesk.misbehave = lambda r: task.cancel() and None if len(helpdesk.log) == stop_after else None
            await task

        with pytest.raises(asyncio.CancelledError):
            await interrupted()
    helpdesk.misbehave = lambda r: None
    with Archive.open(url, write=True) as resumed:
        report = await make_pull(resumed, helpdesk).run()
        assert report.status is Status.COMPLETE
        assert subjects(resumed) == {str(n): "3-0,3-1,3-2,3-3,3-4" if n == 3 else f"{n}-0" for n in range(1, 11)}


async def test_staff_that_changes_role_makes_tickets_normalise_again_and_login_times_do_not(archive: Archive) -> None:
    helpdesk = ToyHelpdesk({1: 1, 2: 2})
    await make_pull(archive, helpdesk).run()
    helpdesk.staff, helpdesk.tickets[2] = [{"id": 1, "role": "agent", "last_login": "now"}], 3
    assert (await make_pull(archive, helpdesk).run()).tickets["changed"] == 1
    helpdesk.staff, helpdesk.tickets[2] = [{"id": 1, "role": "admin"}], 4
    assert (await make_pull(archive, helpdesk).run()).tickets["changed"] == 2
    assert {ticket.tier for ticket in archive.tickets()} == {"admin"}


async def test_other_settings_of_the_account_make_tickets_normalise_again(archive: Archive) -> None:
    helpdesk = ToyHelpdesk({1: 1})
    await make_pull(archive, helpdesk).run()
    before = archive.account("toy", "acme").shape()
    account = Account(vendor="toy", name="acme", config=AccountConfig(bot_users=frozenset({"7"})))
    await make_pull(archive, helpdesk, ToyConnector(account)).run()
    assert archive.account("toy", "acme").shape() != before


async def test_rebuild_gives_the_same_tickets_without_a_request(archive: Archive) -> None:
    helpdesk = ToyHelpdesk({n: n for n in range(1, 11)})
    await make_pull(archive, helpdesk).run()
    before, helpdesk.log[:] = list(archive.ticket_lines()), []
    rebuild(archive.account("toy", "acme"), ToyConnector())
    assert list(archive.ticket_lines()) == before
    assert helpdesk.log == []


async def test_sweep_probes_a_missing_ticket_once_ever(archive: Archive) -> None:
    class Sweeping(ToyConnector):
        def sweep(self, known: Iterable[str]) -> Sweep:
            seen = {int(native_id) for native_id in known}
            return Sweep(tuple(FollowUp("notes", str(n)) for n in range(1, max(seen)) if n not in seen))

    helpdesk = ToyHelpdesk({1: 1, 4: 4})
    helpdesk.misbehave = lambda r: json_response({}, 404) if r.subject in ("2", "3") else None
    await make_pull(archive, helpdesk, Sweeping()).run()
    assert sorted(r.subject or "" for r in helpdesk.log if r.stream == "notes") == ["1", "2", "3", "4"]
    helpdesk.log.clear()
    await make_pull(archive, helpdesk, Sweeping()).run()
    assert helpdesk.counts()["notes"] == 0


async def test_gaps_that_are_left_for_later_runs_are_counted_and_the_run_is_not_complete(archive: Archive) -> None:
    class Sweeping(ToyConnector):
        def sweep(self, known: Iterable[str]) -> Sweep:
            return Sweep((), 12)

    report = await make_pull(archive, ToyHelpdesk({1: 1}), Sweeping()).run()
    assert report.status is Status.INCOMPLETE
    assert report.as_dict()["unresolved_gaps"] == 12


async def test_gaps_found_while_normalising_are_fetched_before_the_run_ends(archive: Archive) -> None:
    class Lazy(ToyConnector):
        def parse(self, request: Request, response: Response) -> Page:
            page = super().parse(request, response)
            return Page(page.records, page.cursor, page.done)

        def gaps(self, bundle: Bundle, ticket: Ticket) -> Iterable[FollowUp]:
            return [FollowUp("notes", bundle.ticket_id, ticket.version)] if bundle.ticket_id == "2" else []

    helpdesk = ToyHelpdesk({1: 1, 2: 2})
    await make_pull(archive, helpdesk, Lazy()).run()
    assert subjects(archive) == {"1": "", "2": "2-0"}


async def test_progress_counts_up(archive: Archive) -> None:
    seen: list[Progress] = []
    helpdesk = ToyHelpdesk({n: n for n in range(1, 11)})
    await make_pull(archive, helpdesk, on_progress=seen.append).run()
    await asyncio.sleep(0)
    assert [p.records for p in seen] == sorted(p.records for p in seen)
    assert seen[-1].records == 21


async def test_the_report_counts_requests_by_class(archive: Archive) -> None:
    report = await make_pull(archive, ToyHelpdesk({1: 1})).run()
    found = report.as_dict()
    assert found["requests"] == {"total": 4, "account": 4}
    assert found["requests_by_stream"] == {"late": 1, "notes": 1, "staff": 1, "tickets": 1}
    assert found["status"] == "complete"


async def test_a_history_begun_at_a_date_is_never_searched_for_older_tickets(archive: Archive) -> None:
    class Sweeping(ToyConnector):
        def sweep(self, known: Iterable[str]) -> Sweep:
            return Sweep((FollowUp("notes", "999"),), 7)

    helpdesk = ToyHelpdesk({1: 1})
    await make_pull(archive, helpdesk, Sweeping(), since=datetime(2025, 1, 1, tzinfo=UTC)).run()
    later = await make_pull(archive, helpdesk, Sweeping()).run()
    assert [r.subject for r in helpdesk.log if r.stream == "notes"] == ["1"]
    assert (later.unresolved_gaps, later.status) == (0, Status.COMPLETE)


async def test_notes_are_counted(archive: Archive) -> None:
    class Noting(ToyConnector):
        def parse(self, request: Request, response: Response) -> Page:
            return replace(super().parse(request, response), notes=("odd page",))

    report = await make_pull(archive, ToyHelpdesk({1: 1, 2: 2}), Noting()).run()
    assert report.as_dict()["notes"] == {"odd page": 5}


async def test_a_ticket_larger_than_any_can_be_is_quarantined_and_the_run_goes_on(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("clonedesk_connectors.store.records.MAX_RECORDS", 4)
    report = await make_pull(archive, ToyHelpdesk({1: 1, 2: 2}, {2: 9})).run()
    assert report.status is Status.QUARANTINED
    assert archive.account("toy", "acme").summary().quarantined == {"2": "more raw records than one ticket can have"}
    assert list(subjects(archive)) == ["1"]
