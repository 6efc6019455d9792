"""The real engine, the connector and the sandbox together, on one clock and without a socket."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from random import Random
from urllib.parse import parse_qsl, urlsplit

import pytest

from clonedesk_connectors.protocol import Account, Request, Response
from clonedesk_connectors.store import Archive
from clonedesk_connectors.sync import Pull, RunReport
from clonedesk_connectors.testing.sandbox.calls import Call
from clonedesk_connectors.testing.sandbox.faults import Rule, html_page, rate_limited, server_error, truncated_json
from clonedesk_connectors.testing.sandbox.freshdesk import FreshdeskSandbox
from clonedesk_connectors.testing.world import World
from clonedesk_connectors.transport.session import Session
from clonedesk_connectors.vendors.freshdesk import connector

from .drive import BASE_URL, Clock


class Wire:
    """A transport into the sandbox; each exchange takes a tenth of a second of the shared clock."""

    def __init__(self, desk: FreshdeskSandbox, clock: Clock) -> None:
        self.desk, self.clock = desk, clock

    async def send(self, request: Request, headers: Mapping[str, str]) -> Response:
        await asyncio.sleep(0)
        self.clock.now_s += 0.1
        sent = {name.lower(): value for name, value in headers.items()}
        if request.external_url is not None:
            url = urlsplit(request.external_url)
            reply = self.desk.files.handle(Call("GET", url.path, tuple(parse_qsl(url.query)), sent))
        else:
            call = Call(request.method, request.path, request.params, sent, base_url=BASE_URL)
            reply = self.desk.handle(call)
        return Response(reply.status, reply.headers, reply.encoded())

    async def aclose(self) -> None:
        pass


def pull(desk: FreshdeskSandbox, clock: Clock, path: Path, **options: str) -> RunReport:
    async def sleep(seconds: float) -> None:
        clock.now_s += seconds
        await asyncio.sleep(0)

    async def run() -> RunReport:
        desk_connector = connector(Account(vendor="freshdesk", name="acme", options=options))
        session = Session(
            desk_connector, Wire(desk, clock), "api_key", {"API_KEY": desk.api_key},
            clock=clock, sleep=sleep, rng=Random(1),
        )  # fmt: skip
        with Archive.open(f"sqlite:///{path / 'a.db'}", write=True) as archive:
            return await Pull(desk_connector, session, archive.account("freshdesk", "acme"), clock=clock).run()

    return asyncio.run(run())


def sandbox(clock: Clock, tickets: int = 200, **options: object) -> FreshdeskSandbox:
    return FreshdeskSandbox(World(seed=7, tickets=tickets), clock=clock, **({"limits": "none"} | options))  # type: ignore[arg-type]


def test_every_ticket_arrives_also_archived_ones_of_which_a_rating_came_first(tmp_path) -> None:
    clock = Clock()
    desk = sandbox(clock, archived_share=0.4)
    rated = {rating.number for rating in desk.desk.ratings}
    archived = {number for number in range(1, 201) if desk.desk.place(number) == "archived"}
    assert archived & rated
    first = pull(desk, clock, tmp_path)
    assert first.tickets["new"] == 200
    assert first.failed_streams == {}
    assert [seen.credentialed for seen in desk.files.log] == [False] * 30
    second = pull(desk, clock, tmp_path)
    assert second.requests_total <= 6
    assert second.records["changed"] == 0


def test_the_audit_goes_on_where_its_budget_ended(tmp_path) -> None:
    clock = Clock()
    desk = sandbox(clock, tickets=60, archived_share=0.0, activity_export=False)
    for number in range(20, 30):
        desk.destroy(number)
    reports = [pull(desk, clock, tmp_path, gap_budget="4") for _ in range(4)]
    assert [report.requests_by_stream.get("probe", 0) for report in reports] == [4, 4, 2, 0]
    assert [report.unresolved_gaps for report in reports] == [6, 2, 0, 0]


def test_neither_the_accounts_limit_nor_the_hidden_one_of_the_list_is_ever_passed(tmp_path) -> None:
    clock = Clock()
    desk = sandbox(clock, tickets=500, limits="growth", archived_share=0.0, activity_export=False)
    report = pull(desk, clock, tmp_path)
    assert desk.violations == []
    assert report.tickets["new"] > 480
    assert report.waited_s > 60


@pytest.mark.parametrize(
    "fault",
    [rate_limited(3), server_error(502, html=True), html_page(), truncated_json()],
    ids=["429", "502", "html", "cut"],
)
def test_whatever_goes_wrong_on_the_way_nothing_is_lost(tmp_path, fault) -> None:
    clock = Clock()
    desk = sandbox(clock, tickets=60, archived_share=0.4)
    desk.faults.add(Rule(fault, every=7))
    report = pull(desk, clock, tmp_path)
    assert report.tickets["new"] == 60
    assert (report.failed_streams, report.dead_letters) == ({}, 0)
    assert report.retries > 5
