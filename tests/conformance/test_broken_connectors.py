"""Each deliberately broken connector is caught by the check named for its fault, and for that reason.

That the connector they are made from passes everything is shown by its own tests (tests/plugins).
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from clonedesk_connectors.protocol import Account
from clonedesk_connectors.testing import ConnectorConformance
from tests.conformance import broken
from tests.conformance.impure import LooksAtTheClock
from tests.conformance.reference import HarbourdeskConnector, InventedHarbourdesk

CAUGHT = {
    broken.SendsNumbers: ("test_the_plan_survives_json", "a Request of tickets does not survive JSON"),
    broken.RemembersWhereItWas: ("test_requests_are_built_from_the_stored_position_alone", "builds another request"),
    broken.TidiesCursors: ("test_cursors_are_stored_and_replayed_verbatim", "does not carry the stream, cursor"),
    broken.ChangesItsInput: ("test_parse_and_normalise_are_pure_and_deterministic", "normalising changes its input"),
    LooksAtTheClock: ("test_it_touches_no_network_clock_or_disk", "impure.py:5: imports time"),
    broken.HidesAStandstill: ("test_it_never_gets_stuck", "the vendor's cursor stood still"),
    broken.StopsAfterOnePage: ("test_every_ticket_the_vendor_has_is_there", "missing: "),
    broken.RenamesTickets: ("test_every_ticket_the_vendor_has_is_there", "goes by another name"),
    broken.ReadsEverythingAgain: (
        "test_a_second_pull_without_changes_reads_no_detail",
        "details were fetched again",
    ),
    broken.GoesOnASecondLater: ("test_a_burst_of_one_second_larger_than_a_page_is_read_whole", "tickets are missing"),
    broken.TakesARepeatForTheEnd: ("test_rows_repeated_at_page_edges_change_nothing", "tickets are missing"),
    broken.TakesAFrozenPageForTheEnd: ("test_a_page_shown_for_ever_is_never_the_end", "staff: its first page"),
    broken.FetchesDetailsOnce: ("test_tickets_that_change_while_pages_are_read_are_not_lost", "tickets differ"),
    broken.FiltersByUpdatedAt: ("test_a_change_without_updated_at_is_seen", "tickets differ"),
    broken.TakesTheWallForTheEnd: ("test_a_page_wall_never_truncates_silently", "calls itself complete"),
    broken.CollectsFirst: ("test_killed_at_every_request_it_resumes_to_the_same_archive", "stopped at request"),
    broken.DropsLimitedRequests: ("test_limits_and_failures_on_the_way_lose_nothing", "streams ended early"),
    broken.TakesGarbageForEmpty: ("test_a_broken_answer_is_never_an_empty_page", "taken for a page without records"),
    broken.GivesUpOnMissingChildren: ("test_a_forbidden_or_missing_child_is_a_tombstone", "requests gave up"),
    broken.KnocksForEver: ("test_wrong_credentials_stop_the_run", "not AuthError"),
    broken.GuessesTheStatus: (
        "test_unknown_values_are_kept_and_never_guessed",
        "an unknown status always became something else",
    ),
    broken.DropsTheVendorsWord: ("test_unknown_values_are_kept_and_never_guessed", "no ticket has a raw_status"),
    broken.TrustsItsFields: ("test_odd_values_never_stop_normalising", "one odd field must not lose a ticket"),
    broken.CountsFields: ("test_new_fields_change_nothing", "a field nobody asked about changes it"),
    broken.TellsOtherFacts: ("test_facts_and_normalize_tell_the_same_ticket", "facts tell another ticket"),
    broken.IgnoresOffsets: ("test_all_times_are_utc", "the offset of a time was ignored"),
    broken.PutsTheNewestFirst: ("test_messages_are_in_the_vendors_order", "not in its order"),
    broken.ShowsNotes: ("test_private_text_is_never_public", "a text said in private is public"),
    broken.LooksUpStrangers: ("test_normalise_looks_up_only_what_people_announces", "looks up user"),
    broken.WritesJsonAnew: ("test_raw_records_keep_the_vendors_bytes", "not kept as it was received"),
    broken.PutsTheKeyInTheAddress: ("test_no_secret_or_text_in_logs_reports_or_errors", "the request of entries"),
    broken.QuotesCustomers: ("test_no_secret_or_text_in_logs_reports_or_errors", "the report"),
    broken.ReadsTinyPages: ("test_requests_stay_under_the_declared_ceiling", "1201 requests for 1000 tickets"),
    broken.MisreadsTheLimit: ("test_the_budget_share_is_never_exceeded", "more than 80% of a limit"),
    broken.Hoards: ("test_memory_stays_flat_while_streaming", "KiB stay after reading"),
}


def kit_for(made: type[HarbourdeskConnector]) -> ConnectorConformance:
    class Kit(ConnectorConformance):
        def connector(self) -> HarbourdeskConnector:
            return made(Account(vendor="harbourdesk", name="pier"))

        def helpdesk(self, tickets: int, clock: Callable[[], float]) -> InventedHarbourdesk:
            return InventedHarbourdesk(tickets, clock)

    return Kit()


@pytest.mark.parametrize("made", CAUGHT, ids=lambda made: made.__name__)
def test_the_named_check_catches(made: type[HarbourdeskConnector]) -> None:
    check, reason = CAUGHT[made]
    with pytest.raises(AssertionError, match=reason):
        getattr(kit_for(made), check)()


def test_every_check_of_the_kit_catches_something() -> None:
    checks = {name for name in dir(ConnectorConformance) if name.startswith("test_")}
    assert checks == {check for check, _ in CAUGHT.values()}
