"""Connectors that each break one rule, in ways people really break them. The docstring says what is wrong."""

from __future__ import annotations

import json
from base64 import b64decode
from dataclasses import replace

from clonedesk_connectors.errors import ContractBroken
from clonedesk_connectors.model import Status
from clonedesk_connectors.protocol import Budget, FollowUp, Mode, Outcome, Page, Stream, Token, Verdict
from clonedesk_connectors.text.times import parse_time, unix_s
from tests.conformance.reference import HarbourdeskConnector


class SendsNumbers(HarbourdeskConnector):
    """A parameter is a number, which reads back from JSON as an error."""

    def request(self, stream, cursor, page_size, subject=None):
        made = super().request(stream, cursor, page_size, subject)
        return replace(made, params=(("limit", page_size), *made.params[1:]))


class RemembersWhereItWas(HarbourdeskConnector):
    """The position is an attribute, as in a generator; the cursor is decoration."""

    after = None

    def request(self, stream, cursor, page_size, subject=None):
        made = super().request(stream, self.after if stream == "tickets" else cursor, page_size, subject)
        return replace(made, cursor=cursor)

    def parse(self, request, response):
        page = super().parse(request, response)
        if request.stream == "tickets":
            self.after = page.cursor
        return page


class TidiesCursors(HarbourdeskConnector):
    """The vendor's cursor is trimmed before it is sent back."""

    def request(self, stream, cursor, page_size, subject=None):
        return super().request(stream, cursor.rstrip("=") if cursor else cursor, page_size, subject)


class ChangesItsInput(HarbourdeskConnector):
    """Fields are popped off the raw record while reading it."""

    def normalize(self, bundle):
        for row in bundle.records.get("ticket", ()):
            row["subject"] = row.pop("subject", None) or "(no subject)"
            row.setdefault("seen", True)
        return super().normalize(bundle)


class HidesAStandstill(HarbourdeskConnector):
    """A counter in the cursor makes it new each time, even when the vendor's own does not move."""

    def request(self, stream, cursor, page_size, subject=None):
        made = super().request(stream, cursor.partition("#")[0] if cursor else None, page_size, subject)
        return replace(made, cursor=cursor)

    def parse(self, request, response):
        number = int((request.cursor or "").partition("#")[2] or 0)
        page = super().parse(replace(request, cursor=(request.cursor or "0").partition("#")[0]), response)
        return replace(page, cursor=f"{page.cursor}#{number + 1}")


class StopsAfterOnePage(HarbourdeskConnector):
    """The first page is taken for the whole list."""

    def parse(self, request, response):
        return replace(super().parse(request, response), done=True)


class GoesOnASecondLater(HarbourdeskConnector):
    """The next page starts one second after the last row: the rest of that second is never read."""

    def parse(self, request, response):
        page = super().parse(request, response)
        if request.stream != "tickets" or page.done:
            return page
        second = int(b64decode(page.cursor).decode().partition(":")[0])
        return replace(page, cursor=f"since={parse_time(second + 1):%Y-%m-%dT%H:%M:%SZ}")


class TakesARepeatForTheEnd(HarbourdeskConnector):
    """A row of the page before means that nothing new comes."""

    def request(self, stream, cursor, page_size, subject=None):
        made = super().request(stream, cursor.partition("#")[0] if cursor else None, page_size, subject)
        return replace(made, cursor=cursor)

    def parse(self, request, response):
        page = super().parse(replace(request, cursor=(request.cursor or "0").partition("#")[0]), response)
        last = (request.cursor or "").partition("#")[2]
        ids = [record.id for record in page.records]
        newest = ids[-1] if ids else last
        return replace(page, cursor=f"{page.cursor}#{newest}", done=page.done or last in ids)


class TakesAFrozenPageForTheEnd(HarbourdeskConnector):
    """A page that looks like the one before holds nothing, so the list is over."""

    def request(self, stream, cursor, page_size, subject=None):
        made = super().request(stream, cursor.partition("#")[0] if cursor else None, page_size, subject)
        return replace(made, cursor=cursor)

    def parse(self, request, response):
        before = (request.cursor or "").partition("#")[2]
        page = super().parse(replace(request, cursor=(request.cursor or "").partition("#")[0] or None), response)
        if request.stream != "staff" or page.done:
            return page
        shown = ",".join(record.id for record in page.records)
        if shown == before:
            return replace(page, records=(), done=True)
        return replace(page, cursor=f"{page.cursor}#{shown}")


class FiltersByUpdatedAt(HarbourdeskConnector):
    """Rows whose `updated_at` lies before the cursor are "not new"."""

    def parse(self, request, response):
        page = super().parse(request, response)
        if request.stream != "tickets" or not request.cursor:
            return page
        second = int(b64decode(request.cursor).decode().partition(":")[0])
        new = [one for one in page.records if unix_s(json.loads(one.payload)["updated_at"]) >= second]
        return replace(page, records=tuple(new))


class TakesTheWallForTheEnd(HarbourdeskConnector):
    """A refused page is the end of the list."""

    def judge(self, request, response):
        return Outcome(Verdict.OK) if response.status == 400 else super().judge(request, response)

    def parse(self, request, response):
        if response.status == 400:
            return Page((), request.cursor, done=True)
        return super().parse(request, response)


class FetchesDetailsOnce(HarbourdeskConnector):
    """All versions of a ticket ask for the same detail, so a changed ticket keeps its old entries."""

    def parse(self, request, response):
        page = super().parse(request, response)
        return replace(page, follow_ups=tuple(FollowUp(one.stream, one.subject, 1) for one in page.follow_ups))


class ReadsEverythingAgain(HarbourdeskConnector):
    """The last cursor points back to the beginning, and each reading calls itself a new version."""

    def request(self, stream, cursor, page_size, subject=None):
        made = super().request(stream, cursor.partition("#")[0] if cursor else None, page_size, subject)
        return replace(made, cursor=cursor)

    def parse(self, request, response):
        run = int((request.cursor or "").partition("#")[2] or 0)
        page = super().parse(replace(request, cursor=(request.cursor or "0").partition("#")[0]), response)
        if request.stream != "tickets":
            return replace(page, cursor=f"{page.cursor}#{run}")
        again = tuple(FollowUp(one.stream, one.subject, one.version * 1000 + run) for one in page.follow_ups)
        end = f"since=2020-01-01T00:00:00Z#{run + 1}"
        return replace(page, cursor=end if page.done else f"{page.cursor}#{run}", follow_ups=again)


class CollectsFirst(HarbourdeskConnector):
    """Details are asked for at the end of the list, from memory; a run that is stopped before forgets them."""

    def __init__(self, account):
        super().__init__(account)
        self.ids = []

    def parse(self, request, response):
        page = super().parse(request, response)
        if request.stream != "tickets":
            return page
        self.ids += page.follow_ups
        return replace(page, follow_ups=tuple(self.ids) if page.done else ())


class DropsLimitedRequests(HarbourdeskConnector):
    """429 is an error like any other."""

    def judge(self, request, response):
        return Outcome(Verdict.DEAD, "429") if response.status == 429 else super().judge(request, response)


class TakesGarbageForEmpty(HarbourdeskConnector):
    """What cannot be read holds nothing."""

    def parse(self, request, response):
        try:
            return super().parse(request, response)
        except ContractBroken:
            return Page((), request.cursor, done=True)


class GivesUpOnMissingChildren(HarbourdeskConnector):
    """A ticket whose entries are gone is a failure for ever."""

    def judge(self, request, response):
        if response.status in (403, 404):
            return Outcome(Verdict.DEAD, f"HTTP {response.status}")
        return super().judge(request, response)


class KnocksForEver(HarbourdeskConnector):
    """401 is worth another try."""

    def judge(self, request, response):
        return Outcome(Verdict.RETRY, "HTTP 401") if response.status == 401 else super().judge(request, response)


class GuessesTheStatus(HarbourdeskConnector):
    """A status nobody knows is probably open."""

    def normalize(self, bundle):
        ticket = super().normalize(bundle)
        guess = {"status": Status.OPEN if ticket.status is Status.UNKNOWN else ticket.status}
        return ticket.model_copy(update=guess)


class DropsTheVendorsWord(HarbourdeskConnector):
    """The raw status is thrown away once it is mapped."""

    def normalize(self, bundle):
        return super().normalize(bundle).model_copy(update={"raw_status": None})


class TrustsItsFields(HarbourdeskConnector):
    """Every requester has an address, surely."""

    def normalize(self, bundle):
        assert bundle.records["ticket"][-1]["requester"]["email"].count("@") == 1
        return super().normalize(bundle)


class CountsFields(HarbourdeskConnector):
    """The last field of a ticket is its subject."""

    def normalize(self, bundle):
        last = list(bundle.records["ticket"][-1])[-1]
        return super().normalize(bundle).model_copy(update={"subject": last})


class IgnoresOffsets(HarbourdeskConnector):
    """The first nineteen characters of a time are the time."""

    def normalize(self, bundle):
        rows = [row | {"created_at": f"{row['created_at'][:19]}Z"} for row in bundle.records["ticket"]]
        return super().normalize(replace(bundle, records={**bundle.records, "ticket": rows}))


class PutsTheNewestFirst(HarbourdeskConnector):
    """Entries of one second come in the order the vendor's page shows, upside down."""

    def normalize(self, bundle):
        entries = list(reversed(bundle.records.get("entry", ())))
        return super().normalize(replace(bundle, records={**bundle.records, "entry": entries}))


class ShowsNotes(HarbourdeskConnector):
    """Text is text."""

    def normalize(self, bundle):
        entries = [
            row | {"type": "reply"} if row.get("type") == "note" else row for row in bundle.records.get("entry", ())
        ]
        return super().normalize(replace(bundle, records={**bundle.records, "entry": entries}))


class LooksUpStrangers(HarbourdeskConnector):
    """Customers are looked up in the directory without being announced."""

    def normalize(self, bundle):
        bundle.directory.get("user", bundle.records["ticket"][-1]["id"])
        return super().normalize(bundle)


class WritesJsonAnew(HarbourdeskConnector):
    """Records are kept as Python writes them."""

    def parse(self, request, response):
        page = super().parse(request, response)
        again = [replace(one, payload=json.dumps(json.loads(one.payload)).encode()) for one in page.records]
        return replace(page, records=tuple(again))


class PutsTheKeyInTheAddress(HarbourdeskConnector):
    """The key travels as a parameter too."""

    key = ""

    def sign_in(self, form, secrets):
        self.key = secrets["KEY"]
        return Token({"Authorization": f"Key {self.key}"})

    def request(self, stream, cursor, page_size, subject=None):
        made = super().request(stream, cursor, page_size, subject)
        return replace(made, params=(*made.params, ("api_key", self.key)))


class QuotesCustomers(HarbourdeskConnector):
    """A note about a page says what its last entry was."""

    def parse(self, request, response):
        page = super().parse(request, response)
        return replace(page, notes=(f"last: {page.records[-1].payload[-200:]!r}",) if page.records else ())


class ReadsTinyPages(HarbourdeskConnector):
    """Five tickets a page, and the ceiling was computed for a hundred."""

    streams = (Stream("tickets", Mode.INCREMENTAL, "account", page_size=5), *HarbourdeskConnector.streams[1:])


class MisreadsTheLimit(HarbourdeskConnector):
    """The header is read as requests per second."""

    def budget(self, request, response):
        return [
            Budget(one.bucket, one.limit * 60, one.remaining * 60, one.resets_s)
            for one in super().budget(request, response)
        ]


class Hoards(HarbourdeskConnector):
    """Every record ever seen is kept, for later."""

    hoard: list[bytes] = []  # noqa: RUF012 - the fault

    def parse(self, request, response):
        page = super().parse(request, response)
        self.hoard.extend(one.payload + b" " for one in page.records)
        return page


class TellsOtherFacts(HarbourdeskConnector):
    """The short way to a ticket leaves its events out."""

    def facts(self, bundle):
        ticket = super().normalize(bundle)
        told = {name: getattr(ticket, name) for name in ("vendor", "account", "native_id", "version", "status")}
        return told | {"coverage": ticket.coverage.model_dump()}


class RenamesTickets(HarbourdeskConnector):
    """The ticket goes by another id than its bundle."""

    def normalize(self, bundle):
        return super().normalize(bundle).model_copy(update={"account": "elsewhere"})
