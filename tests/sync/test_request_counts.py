"""What a pull costs in requests. The vendor counts them, so they are the scarcest thing there is."""

from __future__ import annotations

from pathlib import Path

import pytest

from clonedesk_connectors.sync import RunReport
from tests.sync.over_http import pull_from

pytest.importorskip("uvicorn")
from clonedesk_connectors.testing.sandbox.zendesk import ZendeskSandbox
from clonedesk_connectors.testing.world import World


def pulls(tickets: int, folder: Path, times: int) -> list[RunReport]:
    """Reports of so many pulls in a row from a helpdesk of this size."""
    with ZendeskSandbox(World(tickets=tickets), limits="none") as helpdesk:
        return [pull_from(helpdesk, f"sqlite:///{folder / f'{tickets}.sqlite'}") for _ in range(times)]


def test_a_first_pull_of_20_000_tickets_needs_12_requests_per_1_000_and_a_second_one_8_in_all(tmp_path: Path) -> None:
    """Counted on 1,000 and 6,000 tickets, because 20,000 take a minute: the fixed lists and the rare histories that
    every sandbox begins with are in both, so the difference is what each further 1,000 costs.
    """
    small = pulls(1_000, tmp_path, 1)[0]
    large, second = pulls(6_000, tmp_path, 2)
    each_further_1000 = (large.requests_total - small.requests_total) / 5
    assert small.requests_total <= 24
    assert each_further_1000 <= 11.5
    assert small.requests_total + 19 * each_further_1000 <= 12 * 20
    assert second.tickets == {"new": 0, "changed": 0, "deleted": 0}
    assert second.requests_total <= 8
