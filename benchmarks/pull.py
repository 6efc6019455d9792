"""What a pull costs, beside a bare loop that only downloads the same pages and parses them.

    python benchmarks/pull.py                            # every vendor at its sizes
    python benchmarks/pull.py --vendor zendesk --sizes 2000

Each row is a process of its own against a sandbox helpdesk in another process, so CPU seconds are the client's alone.
`share` is tickets per CPU-second of the pull (fetched, normalised and stored) as a part of the bare loop's; its inverse
is how many times dearer the pull is.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
from bare import CREDENTIALS, LOOPS

SIZES = {"zendesk": [10_000, 50_000, 200_000], "intercom": [3_000], "freshdesk": [3_000]}
COLUMNS = ("vendor", "tickets", "what", "cpu s", "tickets/cpu s", "share", "requests/1000", "peak MB", "wall s")


@contextlib.contextmanager
def helpdesk(vendor: str, tickets: int) -> Iterator[str]:
    """URL of a sandbox helpdesk of this size in a process of its own."""
    command = [sys.executable, "-m", "clonedesk_connectors.testing.sandbox", vendor, "--limits", "none"]
    server = subprocess.Popen([*command, "--tickets", str(tickets)], stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        yield server.stdout.readline().strip()
    finally:
        server.terminate()
        server.wait()


def bare(vendor: str, url: str, audits: int) -> dict[str, Any]:
    """The bare loop of this vendor. audits: how many tickets' audits the pull asked for."""
    with httpx.Client(base_url=url, timeout=120) as client:
        tickets, requests = LOOPS[vendor](client, audits)
    return {"tickets": tickets, "requests": requests, "status": ""}


def pull(vendor: str, url: str, store: str) -> dict[str, Any]:
    """A first pull, everything included."""
    import clonedesk_connectors as cd

    connection = cd.connect(vendor, "acme", base_url=url, credentials=CREDENTIALS[vendor], budget_share=1.0)
    report = cd.pull(connection, store)
    row = {"tickets": report.tickets["new"], "requests": report.requests_total, "status": report.status.value}
    return row | {"audits": report.requests_by_stream.get("audits", 0)}


def child(what: str, vendor: str, url: str, store: str, audits: str) -> None:
    """Run one row in this process and print its figures."""
    started = time.monotonic()
    row = bare(vendor, url, int(audits)) if what == "bare" else pull(vendor, url, store)
    used = resource.getrusage(resource.RUSAGE_SELF)
    row |= {"cpu_s": used.ru_utime + used.ru_stime, "wall_s": time.monotonic() - started}
    row |= {"peak_mb": used.ru_maxrss / 1024}
    print(json.dumps(row))


def measure(what: str, vendor: str, url: str, store: str, audits: int = 0) -> dict[str, Any]:
    command = [sys.executable, __file__, "--child", what, vendor, url, store, str(audits)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def compare(vendor: str, size: int) -> None:
    """Two rows, and what the archive takes."""
    with helpdesk(vendor, size) as url, tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "bench.sqlite"
        pulled = measure("pull", vendor, url, f"sqlite:///{file}")
        rows = {"bare": measure("bare", vendor, url, "", pulled["audits"]), "pull": pulled}
        archive_mb = file.stat().st_size / 1e6
    floor = rows["bare"]["tickets"] / rows["bare"]["cpu_s"]
    for what, row in rows.items():
        speed = row["tickets"] / row["cpu_s"]
        print(
            f"{vendor:<10} {row['tickets']:>8,}  {what:<5} {row['cpu_s']:>8.2f} {speed:>13,.0f} {speed / floor:>6.0%}"
            f" {row['requests'] / row['tickets'] * 1000:>13.2f} {row['peak_mb']:>8.0f} {row['wall_s']:>8.1f}"
            f"  {row['status']}",
            flush=True,
        )
    per_ticket = archive_mb * 1e6 / rows["pull"]["tickets"]
    print(f"{'':<10} {'':>8}  archive {archive_mb:,.1f} MB, {per_ticket:,.0f} bytes per ticket", flush=True)


def main(vendors: list[str], sizes: list[int] | None) -> None:
    print("{:<10} {:>8}  {:<5} {:>8} {:>13} {:>6} {:>13} {:>8} {:>8}  status".format(*COLUMNS))
    for vendor in vendors:
        for size in sizes or SIZES[vendor]:
            compare(vendor, size)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--vendor", choices=sorted(LOOPS), action="append", help="only this one; may be repeated")
    parser.add_argument("--sizes", type=int, nargs="+", help="tickets of each helpdesk")
    parser.add_argument(
        "--child", nargs=5, metavar=("WHAT", "VENDOR", "URL", "STORE", "AUDITS"), help=argparse.SUPPRESS
    )
    options = parser.parse_args()
    if options.child:
        child(*options.child)
    else:
        main(options.vendor or list(LOOPS), options.sizes)
