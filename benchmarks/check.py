"""What checking costs: tickets per CPU-second, and memory, for rules alone, with texts, and with the text model.

Run: python benchmarks/check.py [--tickets 10000 50000 100000] [--kinds judging memory rules text model]

Tickets are those of the invented helpdesk, pulled once and then copied under other numbers, requesters and, because
customers repeat little, with a number of their own in every customer message. They lie in a file, compressed as in
an archive, and are read from there in every pass of the check. Reading and dropping them is counted apart ("read"):
it is what any use of an archive costs. Each line is measured in a process of its own; the rules are also measured on
tickets that are in memory already. A busy machine makes CPU seconds longer, so a fixed piece of work is timed along
("unit", in ms). "judging" is the rules alone: facts, labels and what tickets tell of each other are at hand, and
every ticket is judged by all rules, combined and passed on once more.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from random import Random
from statistics import mean
from tempfile import TemporaryDirectory

from clonedesk_connectors.model import Ticket, ticket_json
from clonedesk_connectors.model.lean import read_lean_ticket
from clonedesk_connectors.protocol import Account
from clonedesk_connectors.quality.checker import CheckReport, check
from clonedesk_connectors.quality.labels import LabelValue
from clonedesk_connectors.quality.opinions import TextJudge, TextOpinions, TextRow
from clonedesk_connectors.quality.reading import installed_reader
from clonedesk_connectors.quality.text_judge import ModelJudge
from clonedesk_connectors.store import Archive
from clonedesk_connectors.store.codec import compress, decompress
from clonedesk_connectors.sync import Pull
from clonedesk_connectors.testing import FakeTime, InProcessTransport
from clonedesk_connectors.testing.sandbox.zendesk import ZendeskSandbox
from clonedesk_connectors.testing.world import World
from clonedesk_connectors.transport.session import Session
from clonedesk_connectors.vendors import zendesk

BASE = World(seed=7, tickets=4_000)
ACCOUNT = "bench"
KINDS = ("judging", "memory", "rules", "text", "model")
AT_HAND = ("judging", "memory")
IN_MEMORY = 4_000
BEST_OF = 3
"""Short measurements are repeated; the fastest is the least disturbed one."""
LENGTH_BYTES = 4
TIMES = " total s   read s  model s  check s"


def pulled() -> list[Ticket]:
    """The base tickets, through the connector and the engine."""
    clock = FakeTime(BASE.end_s + 3600)
    sandbox = ZendeskSandbox(BASE, limits="none", clock=clock)
    connector = zendesk.connector(Account(vendor="zendesk", name=ACCOUNT, config=sandbox.account_config))
    secrets = {name.upper(): value for name, value in sandbox.credentials.items()}
    transport = InProcessTransport(sandbox.handle, clock=clock)
    session = Session(
        connector, transport, "oauth_client", secrets, share=1.0, clock=clock, sleep=clock.sleep, rng=Random(1)
    )
    with TemporaryDirectory() as folder, Archive.open(f"sqlite:///{Path(folder, 'a.db')}", write=True) as archive:
        asyncio.run(Pull(connector, session, archive.account("zendesk", ACCOUNT), clock=clock).run())
        return list(archive.tickets())


def copy(ticket: Ticket, turn: int) -> Ticket:
    """The ticket as another one of another customer, in other words."""

    def other(name: str | None) -> str | None:
        return None if name is None else f"{name}.{turn}"

    events = tuple(
        event.model_copy(update={"body": f"{event.body} ({ticket.native_id}-{turn}-{number})"})
        if event.kind == "message" and event.actor.kind == "customer" and event.body
        else event
        for number, event in enumerate(ticket.events)
    )
    person = ticket.requester
    changed = {
        "native_id": other(ticket.native_id),
        "merged_into": other(ticket.merged_into),
        "follow_up_of": other(ticket.follow_up_of),
        "linked": tuple(f"{name}.{turn}" for name in ticket.linked),
        "requester": person
        and person.model_copy(update={"id": other(person.id), "email": person.email and f"{turn}.{person.email}"}),
        "events": events,
    }
    return ticket.model_copy(update=changed)


def write(path: Path, count: int) -> None:
    """Write `count` tickets: their length and their compressed JSON."""
    base = pulled()
    with path.open("wb") as file:
        for number in range(count):
            body = compress(ticket_json(copy(base[number % len(base)], number // len(base))))
            file.write(len(body).to_bytes(LENGTH_BYTES, "big") + body)


class Stock:
    """Opens the tickets of a file again and again, and counts how often."""

    def __init__(self, path: Path, count: int) -> None:
        self._path, self._count = path, count
        self.passes = self.lean_passes = 0

    def __call__(self) -> Iterator[Ticket]:
        """As `Archive.tickets`."""
        self.passes += 1
        return map(Ticket.model_validate_json, self._lines())

    def lean(self) -> Iterator[Ticket]:
        """As `Archive.lean_tickets`."""
        self.lean_passes += 1
        return map(read_lean_ticket, self._lines())

    def _lines(self) -> Iterator[bytes]:
        with self._path.open("rb") as file:
            for _ in range(self._count):
                size = int.from_bytes(file.read(LENGTH_BYTES), "big")
                yield decompress(file.read(size))


class Timed:
    """A text model whose own CPU time is measured."""

    def __init__(self, judge: TextJudge) -> None:
        self._judge = judge
        self.spent_s = 0.0

    def judge(self, rows: Sequence[TextRow], reviewed: Mapping[str, LabelValue]) -> TextOpinions:
        before = time.process_time()
        opinions = self._judge.judge(rows, reviewed)
        self.spent_s += time.process_time() - before
        return opinions


def measure(path: Path, count: int, kind: str) -> dict[str, float]:
    """Check once in this process. Times in CPU seconds, memory in MB (the process's peak)."""
    stock = Stock(path, count)
    tickets: Callable[[], Iterable[Ticket]] = stock
    if kind in AT_HAND:
        kept = list(stock())
        gc.collect()
        gc.freeze()  # going through somebody else's objects once in a while is not the check's work
        tickets = lambda: kept  # noqa: E731
    one_pass, lean_pass = cpu(lambda: deque(tickets(), maxlen=0)), cpu(lambda: deque(stock.lean(), maxlen=0))
    model = Timed(ModelJudge()) if kind == "model" else None
    config = ZendeskSandbox(BASE, limits="none").account_config
    reader = installed_reader if kind in ("text", "model") else lambda: None
    cut = datetime.fromtimestamp(BASE.end_s, UTC)
    unit, stock.passes, stock.lean_passes = unit_ms(), 0, 0
    lean = None if kind in AT_HAND else stock.lean
    reports: list[CheckReport] = []
    total = cpu(
        lambda: reports.append(check(tickets, {}, config, cut, open_reader=reader, text_model=model, lean=lean))
    )
    if kind == "judging":
        total = min(cpu(lambda: deque(reports[0].results(), maxlen=0)) for _ in range(BEST_OF))
    elif kind == "memory":
        again = lambda: check(tickets, {}, config, cut, open_reader=reader)  # noqa: E731
        total = min(total, *(cpu(again) for _ in range(BEST_OF - 1)))
    read = one_pass * stock.passes + lean_pass * stock.lean_passes
    fitted = model.spent_s if model is not None else 0.0
    return {
        "total": total,
        "read": read,
        "model": fitted,
        "check": total - read - fitted,
        "events": mean(len(ticket.events) for ticket in islice(tickets(), 1000)),
        "mb": peak_mb(),
        "unit": (unit + unit_ms()) / 2,
    }


def cpu(work: Callable[[], object]) -> float:
    before = time.process_time()
    work()
    return time.process_time() - before


def peak_mb() -> float:
    """Of this process alone: what the kernel reports to a parent begins with the parent's own peak."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))


def unit_ms() -> float:
    """A fixed piece of work; about 20 ms where this was written, when nothing else ran."""

    def work() -> None:
        seen: dict[int, int] = {}
        for number in range(200_000):
            seen[number & 1023] = seen.get(number & 511, 0) + 1

    return cpu(work) * 1000


def measured_apart(path: Path, count: int, kind: str) -> dict[str, float]:
    run = subprocess.run(
        [sys.executable, __file__, "--measure", str(path), str(count), kind], capture_output=True, text=True, check=True
    )
    found: dict[str, float] = json.loads(run.stdout)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tickets", type=int, nargs="+", default=[10_000, 50_000, 100_000])
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=KINDS)
    parser.add_argument("--measure", nargs=3, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.measure:
        path, count, kind = given.measure
        print(json.dumps(measure(Path(path), int(count), kind)))
        return
    with TemporaryDirectory() as folder:
        path = Path(folder, "tickets")
        write(path, max(given.tickets))
        print(
            "   tickets  kind     total s   read s  model s  check s  tickets/s of check   events/s   peak MB   unit ms"
        )
        for kind in given.kinds:
            for count in (IN_MEMORY,) if kind in AT_HAND else given.tickets:
                row = measured_apart(path, count, kind)
                times = " ".join(f"{row[name]:8.1f}" for name in ("total", "read", "model", "check"))
                rate = count / row["check"]
                speed = f"{rate:19,.0f} {rate * row['events']:10,.0f}"
                print(f"{count:10,}  {kind:7} {times} {speed} {row['mb']:9,.0f} {row['unit']:9.1f}", flush=True)


if __name__ == "__main__":
    main()
