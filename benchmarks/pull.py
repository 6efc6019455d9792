"""What a pull costs, beside a bare loop that only downloads the same pages and parses them.

    python benchmarks/pull.py                 # 10,000, 50,000 and 200,000 tickets
    python benchmarks/pull.py --sizes 2000

Each row is a process of its own against a sandbox helpdesk in another process, so CPU seconds are the client's alone.
`share` is tickets per CPU-second of the pull (fetched, normalised and stored) as a part of the bare loop's.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx

CLIENT = {"client_id": "sandbox-client", "client_secret": "sandbox-secret"}


@contextlib.contextmanager
def helpdesk(tickets: int) -> Iterator[str]:
    """URL of a sandbox helpdesk of this size in a process of its own."""
    command = [sys.executable, "-m", "clonedesk_connectors.testing.sandbox", "zendesk"]
    server = subprocess.Popen(
        [*command, "--tickets", str(tickets), "--limits", "none"], stdout=subprocess.PIPE, text=True
    )
    try:
        assert server.stdout is not None
        yield server.stdout.readline().strip()
    finally:
        server.terminate()
        server.wait()


def bare(url: str) -> dict[str, Any]:
    """Sign in, then read the two exports to their ends: httpx and its JSON parser, nothing else."""
    client = httpx.Client(base_url=url, timeout=120)
    grant = {"grant_type": "client_credentials", "scope": "read", **CLIENT}
    token = client.post("/oauth/tokens", json=grant).json()["access_token"]
    client.headers["authorization"] = f"Bearer {token}"
    include = "users,groups,organizations,brands,custom_statuses,metric_sets,comment_count"
    tickets = requests = 0
    position: dict[str, Any] = {"start_time": 0}
    while True:
        params = {"per_page": 1000, "support_type_scope": "all", "include": include, **position}
        page = client.get("/api/v2/incremental/tickets/cursor", params=params).json()
        tickets, requests, position = tickets + len(page["tickets"]), requests + 1, {"cursor": page["after_cursor"]}
        if page["end_of_stream"]:
            break
    start = 0
    while True:
        params = {"per_page": 1000, "support_type_scope": "all", "include": "comment_events", "start_time": start}
        page = client.get("/api/v2/incremental/ticket_events", params=params).json()
        requests, start = requests + 1, page["end_time"]
        if page["end_of_stream"]:
            break
    return {"tickets": tickets, "requests": requests}


def pull(url: str, store: str) -> dict[str, Any]:
    """A first pull, everything included."""
    import clonedesk_connectors as cd

    connection = cd.connect("zendesk", "acme", base_url=url, credentials=CLIENT, budget_share=1.0)
    report = cd.pull(connection, store)
    return {"tickets": report.tickets["new"], "requests": report.requests_total, "status": report.status.value}


def child(what: str, url: str, store: str) -> None:
    """Run one row in this process and print its figures."""
    started = time.monotonic()
    row = bare(url) if what == "bare" else pull(url, store)
    used = resource.getrusage(resource.RUSAGE_SELF)
    row |= {"cpu_s": used.ru_utime + used.ru_stime, "wall_s": time.monotonic() - started}
    row |= {"peak_mb": used.ru_maxrss / 1024}
    print(json.dumps(row))


def measure(what: str, url: str, store: str) -> dict[str, Any]:
    command = [sys.executable, __file__, "--child", what, url, store]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=dict(os.environ))
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def main(sizes: list[int]) -> None:
    print(f"{'tickets':>8}  {'what':<5} {'cpu s':>8} {'tickets/cpu s':>13} {'share':>6} {'requests/1000':>13}"
          f" {'peak MB':>8} {'wall s':>8}  status")  # fmt: skip
    for size in sizes:
        with helpdesk(size) as url, tempfile.TemporaryDirectory() as folder:
            rows = {what: measure(what, url, f"sqlite:///{Path(folder) / 'bench.sqlite'}") for what in ("bare", "pull")}
            archive_mb = (Path(folder) / "bench.sqlite").stat().st_size / 1e6
        floor = rows["bare"]["tickets"] / rows["bare"]["cpu_s"]
        for what, row in rows.items():
            speed = row["tickets"] / row["cpu_s"]
            print(
                f"{row['tickets']:>8,}  {what:<5} {row['cpu_s']:>8.2f} {speed:>13,.0f} {speed / floor:>6.0%}"
                f" {row['requests'] / row['tickets'] * 1000:>13.2f} {row['peak_mb']:>8.0f} {row['wall_s']:>8.1f}"
                f"  {row.get('status', '')}",
                flush=True,
            )
        print(
            f"{'':>8}  archive {archive_mb:,.1f} MB, {archive_mb * 1e6 / rows['pull']['tickets']:,.0f} bytes per ticket"
        )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 50_000, 200_000])
    parser.add_argument("--child", nargs=3, metavar=("WHAT", "URL", "STORE"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        child(*options.child)
    else:
        main(options.sizes)
