"""Of limits that the helpdesk enforces, all of our share is used while work waits, and never more.

The helpdesks are small ones: their limits are passed within seconds by whoever does not keep to them. Seconds are
virtual.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

pytest.importorskip("uvicorn")
from clonedesk_connectors.protocol import Account
from clonedesk_connectors.testing import World
from clonedesk_connectors.testing.sandbox import FreshdeskSandbox, IntercomSandbox, ZendeskSandbox
from clonedesk_connectors.testing.sandbox.limits import Limit
from clonedesk_connectors.vendors import freshdesk, intercom, zendesk
from tests.limits.virtual import VirtualLoop, most_in_a_window, pulled, used


def test_freshdesk_calls_for_conversations_go_on_while_the_limit_of_the_ticket_list_is_exhausted(
    tmp_path: Path,
) -> None:
    """Of 200 credits a minute 160 are ours, of the list's 20 we may use 16: three pages of 5 credits."""
    loop, limits = VirtualLoop(), {"account": Limit(200), "tickets-list": Limit(20)}
    desk = FreshdeskSandbox(
        World(seed=7, tickets=900), limits=limits, clock=loop.unix_s, archived_share=0.0, activity_export=False
    )
    connector = freshdesk.connector(Account(vendor="freshdesk", name="acme"))
    report, sent = pulled(loop, connector, desk, "api_key", {"API_KEY": desk.api_key}, tmp_path)
    pages = [one for one in sent if one.stream == "tickets"]
    details = [one for one in sent if one.stream == "conversations"]
    assert report.tickets["new"] == 900
    assert desk.violations == []
    assert (len(pages), len(details)) == (9, 900)
    # The list waits for its limit, and meanwhile the details use what the list may not.
    exhausted, again = pages[3].at, pages[4].at
    assert again - exhausted > 55
    assert sum(exhausted < one.at < again for one in details) > 100
    assert most_in_a_window(pages, 60) == 15
    assert most_in_a_window(sent, 60) == 160
    assert used(sent, 160, 60) > 0.95
    # The list ends long before the details, so its limit costs the pull no time at all.
    assert report.elapsed_s < 60 * sum(one.cost for one in sent) / 160 + 5


def test_intercom_is_asked_as_often_as_the_share_of_its_ten_second_windows_allows(tmp_path: Path) -> None:
    loop = VirtualLoop()
    desk = IntercomSandbox(World(seed=7, tickets=600), limits={"app": Limit(100, 10)}, clock=loop.unix_s)
    connector = intercom.connector(Account(vendor="intercom", name="acme"))
    report, sent = pulled(loop, connector, desk, "token", {"TOKEN": desk.token}, tmp_path)
    assert report.tickets["new"] == 600
    assert desk.violations == []
    assert most_in_a_window(sent, 10) == 80
    assert used(sent, 80, 10) > 0.95


def test_zendesk_exports_are_read_as_fast_as_their_own_limit_allows(tmp_path: Path) -> None:
    """Ten a minute, eight of them ours; pages are made small, so that there are many of them."""
    loop = VirtualLoop()
    desk = ZendeskSandbox(World(seed=7, tickets=300), limits="team", clock=loop.unix_s)
    connector = zendesk.connector(Account(vendor="zendesk", name="acme"))
    connector.streams = tuple(replace(stream, page_size=min(stream.page_size, 50)) for stream in connector.streams)
    secrets = {"CLIENT_ID": desk.client_id, "CLIENT_SECRET": desk.client_secret}
    report, sent = pulled(loop, connector, desk, "oauth_client", secrets, tmp_path)
    exports = [one for one in sent if one.bucket == "incremental-exports"]
    assert report.tickets["new"] == 300
    assert desk.violations == []
    assert most_in_a_window(exports, 60) == 8
    assert used(exports, 8, 60) > 0.95
