"""SIGKILL between every two steps of a push, lost answers, lagging reads: one private note per draft, none lost."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from contextlib import suppress
from pathlib import Path
from random import Random

import pytest

from clonedesk_connectors.review import ledger
from clonedesk_connectors.review.states import PENDING_TAG, State
from clonedesk_connectors.store.database import open_engine
from clonedesk_connectors.testing.sandbox import Rule
from clonedesk_connectors.testing.sandbox.calls import Call
from clonedesk_connectors.testing.world import World
from tests.crash.pushing import Orders, SharedTime
from tests.pushback.rig import VENDORS, Rig

TICKETS, KINDS = 250, 8
DRAFTS = TICKETS * KINDS
FATES = ["answer"] * 40 + ["lost before", "lost after", "503 after", "409 before", "killed"]
READ_FATES = ["answer"] * 200 + ["lost before", "503 before"]
LAG_S = 7.0  # of a settle time of 10
STEPS = [
    "look: before it is sent", "look: answered",
    "intent: before the commit", "intent: after the commit",
    "note: before it is sent", "note: on the way", "note: answered",
    "done: before the commit", "done: after the commit",
    "find: before it is sent", "find: answered",
    "tags: before it is sent", "tags: on the way", "tags: answered",
    "tags noted: before the commit", "tags noted: after the commit",
]  # fmt: skip


def submit_drafts(rig: Rig) -> dict[str, int]:
    """Draft id -> number of its ticket."""
    drafts: dict[str, int] = {}
    for number in rig.open_tickets(TICKETS):
        base = rig.draft(number)
        for kind in range(KINDS):
            changes = {"kind": f"kind{kind}", "body": f"{base.body}\nVariant {kind} {{{{ticket.id}}}} <b>x</b>"}
            drafts[rig.submit(base.model_copy(update=changes))] = number
    return drafts


def make_hostile(rig: Rig, shared: SharedTime, seed: int, kills: Counter[str]) -> None:
    """Answers get lost, reads lag, and the worker dies while its request is on the way; the helpdesk carries it out."""
    dice = Random(seed)

    def fate(call: Call) -> str:
        drawn = dice.choice(READ_FATES if call.method == "GET" else FATES)
        if drawn != "killed":
            return drawn
        with suppress(ProcessLookupError):
            os.kill(shared.pid, signal.SIGKILL)
            kills["note: on the way" if rig.is_write(call) else "tags: on the way"] += 1
        return "answer"

    rig.wire.lag_s, rig.wire.fate = LAG_S, fate
    rig.sandbox.faults.add(Rule(rig.wire.through))


def push_to_the_end(rig: Rig, place: Path, shared: SharedTime) -> tuple[int, Counter[str]]:
    """How many children it took, and how many died at which step."""
    kills: Counter[str] = Counter()
    with rig.sandbox as helpdesk:
        make_hostile(rig, shared, 20261124, kills)
        names = (f"{place / name}" for name in ("clock", "kills"))
        orders = Orders(rig.vendor.name, helpdesk.url, rig.url, *names, seed=7, rate=0.005)
        command = [sys.executable, "-m", "tests.crash.pushing"]
        done = subprocess.run(command, input=json.dumps(vars(orders)), capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, done.stderr
        helpdesk.faults.clear()
    kills.update((place / "kills").read_text().split("\n")[:-1])
    return int(done.stdout), kills


@pytest.mark.crash
@pytest.mark.parametrize("vendor", VENDORS)
def test_a_push_killed_between_any_two_steps_writes_each_note_once(
    vendor: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger, "open_shared", lambda url: open_engine(url, write=True))  # as in `pushing`
    shared = SharedTime.make(tmp_path / "clock")
    rig = Rig(VENDORS[vendor], World(seed=11, tickets=900), tmp_path, time=shared)
    drafts = submit_drafts(rig)
    assert len(drafts) == DRAFTS
    children, kills = push_to_the_end(rig, tmp_path, shared)
    bodies = [body for write in rig.sandbox.writes if "CD-" in (body := write.body or "")]
    written = Counter(body[body.index("CD-") :][:15] for body in bodies)
    states = {state: number for state, number in rig.queue.counts().items() if number}
    untagged = [number for number in {*drafts.values()} if PENDING_TAG not in (rig.look(number).tags or ())]
    broken = rig.queue.verify()
    rig.queue.close()
    print(f"push kill test, {vendor}: {DRAFTS} drafts, {children} processes, {kills.total()} of them killed:")
    print("\n".join(f"  {kills[step]:4} {step}" for step in STEPS))
    twice, lost = len(bodies) - len(written), DRAFTS - len(written)
    print(f"  {len(bodies)} notes, {twice} too many, {lost} lost, {len(rig.sandbox.public_writes)} public")
    assert written == Counter(f"CD-{draft_id}" for draft_id in drafts)
    assert rig.sandbox.public_writes == []
    assert states == {State.AWAITING_REVIEW: DRAFTS}
    assert (untagged, broken) == ([], None)
    assert {*kills} == {*STEPS}
