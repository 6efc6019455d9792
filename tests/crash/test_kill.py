"""SIGKILL at random moments, again and again: the archive ends up the same, row for row."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from clonedesk_connectors.store import Archive, tables
from tests.crash import zygote

pytest.importorskip("uvicorn")
from clonedesk_connectors.testing.sandbox.zendesk import ZendeskSandbox
from clonedesk_connectors.testing.world import World

KILLS = 100
TICKETS = 400


def contents(url: str) -> dict[str, Any]:
    """Everything an archive holds, without the places where bytes happen to lie."""
    with Archive.open(url) as archive:
        account = archive.account("zendesk", "acme")
        kinds = account.summary().raw_records
        with archive.transaction() as connection:
            follow_ups = connection.execute(
                select(
                    tables.follow_up.c.stream,
                    tables.follow_up.c.subject,
                    tables.follow_up.c.version,
                    tables.follow_up.c.state,
                    tables.follow_up.c.status,
                ).order_by(tables.follow_up.c.stream, tables.follow_up.c.subject)
            ).all()
        return {
            "records": {kind: account.directory(kind) for kind in kinds},
            "tickets": list(account.archive.ticket_lines()),
            "checkpoints": account.checkpoints(),
            "follow_ups": [tuple(row) for row in follow_ups],
            "dirty": account.dirty_after("", 10),
            "problems": (account.summary().quarantined, account.summary().dead_letters),
        }


@pytest.mark.crash
def test_a_pull_killed_a_hundred_times_ends_in_the_same_archive(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dice = random.Random(20261124)
    whole, broken = (f"sqlite:///{tmp_path / name}.sqlite" for name in ("whole", "broken"))
    with ZendeskSandbox(World(seed=5, tickets=TICKETS), limits="none") as helpdesk:
        monkeypatch.setenv("CLONEDESK_ZENDESK_CLIENT_ID", helpdesk.client_id)
        monkeypatch.setenv("CLONEDESK_ZENDESK_CLIENT_SECRET", helpdesk.client_secret)
        started = time.monotonic()
        zygote.pull_in_small_pages(helpdesk.url, whole)
        full_run_s = time.monotonic() - started
        outcomes: Counter[str] = Counter()
        nursery = subprocess.Popen(
            [sys.executable, "-m", "tests.crash.zygote"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=dict(os.environ),
        )  # fmt: skip
        assert nursery.stdin is not None
        assert nursery.stdout is not None
        with nursery:
            while outcomes["killed"] < KILLS:
                print(helpdesk.url, broken, file=nursery.stdin, flush=True)
                pid = int(nursery.stdout.readline())
                time.sleep(dice.uniform(0.02, max(0.2, full_run_s / 6)))
                with suppress(ProcessLookupError):  # it finished by itself
                    os.kill(pid, signal.SIGKILL)
                outcome = nursery.stdout.readline().strip()
                outcomes[outcome] += 1
                if outcome == "ended 0":  # finished before it could be killed: start over
                    assert contents(broken) == contents(whole)
                    for path in tmp_path.glob("broken.sqlite*"):
                        path.unlink()
            nursery.stdin.close()
        zygote.pull_in_small_pages(helpdesk.url, broken)
    found, expected = contents(broken), contents(whole)
    for part in expected:
        assert found[part] == expected[part], part
    rows = sum(len(records) for records in expected["records"].values())
    print(
        f"kill test: {outcomes['killed']} pulls of {TICKETS} tickets killed, "
        f"{outcomes['ended 0']} finished first; every archive equals the uninterrupted one: "
        f"{rows} raw records, {len(expected['tickets'])} tickets, {len(expected['follow_ups'])} follow-ups"
    )
