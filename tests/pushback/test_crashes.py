"""At most one note per draft in any order of crashes, and none lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from random import Random
from typing import Any

import pytest

from clonedesk_connectors.errors import Unavailable
from clonedesk_connectors.review.states import State
from clonedesk_connectors.testing.sandbox.calls import Call
from tests.pushback.rig import Killed, Rig


def count_steps(rig: Rig, monkeypatch: pytest.MonkeyPatch, decide: Callable[[int, str], bool]) -> list[str]:
    """Let the process die at a step: each call and each transaction is two (before it, after it). Returns the steps
    that were passed.
    """
    passed: list[str] = []

    def step(name: str) -> bool:
        passed.append(name)
        return decide(len(passed) - 1, name)

    def fate(call: Call) -> str:
        if step("before a call"):
            return "killed before"
        return "killed after" if step("after a call") else "answer"

    plain_write = rig.queue.ledger.write

    @contextmanager
    def dying_write() -> Iterator[Any]:
        with plain_write() as connection:
            yield connection
            if step("before a commit"):
                raise Killed
        if step("after a commit"):
            raise Killed

    rig.wire.fate = fate
    monkeypatch.setattr(rig.queue.ledger, "write", dying_write)
    return passed


def test_a_process_that_dies_at_any_one_step_leaves_one_note(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    rehearsal, *numbers = rig.open_tickets(30)
    rig.wire.lag_s = 3.0
    rig.submit(rig.draft(rehearsal))
    with monkeypatch.context() as patch:
        steps = count_steps(rig, patch, lambda at, name: False)
        rig.run()
    assert len(steps) >= 14  # one look or two, a note, two calls about tags; and three commits
    drafts = {}
    for at, number in zip(range(len(steps)), numbers, strict=False):
        rig.wire.fate = lambda call: "answer"
        draft_id = drafts[number] = rig.submit(rig.draft(number))
        with monkeypatch.context() as patch:
            count_steps(rig, patch, lambda now, name, at=at: now == at)  # type: ignore[misc]
            with pytest.raises(Killed):
                rig.run()
        rig.wire.fate = lambda call: "answer"
        rig.run()
        assert rig.queue.get(draft_id).state is State.AWAITING_REVIEW
    assert len(drafts) == len(steps)
    assert [len(rig.notes(number, draft_id)) for number, draft_id in drafts.items()] == [1] * len(drafts)
    assert rig.sandbox.public_writes == []


FATES = ["answer"] * 14 + ["killed before", "killed after", "lost before", "lost after", "503 after", "409 before"]
READ_FATES = ["answer"] * 60 + ["killed before", "lost before", "503 before"]


def test_drafts_through_every_kind_of_crash_give_one_private_note_each(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A death between any two steps, lost answers, lagging reads. `tests/crash/test_push_kill.py` really kills."""
    dice, count = Random(11), 40
    drafts: set[str] = set()
    for number in rig.open_tickets(count):
        draft = rig.draft(number)
        drafts.add(rig.submit(draft.model_copy(update={"body": f"{draft.body}\n{{{{ticket.id}}}} <b>x</b>"})))
    rig.wire.lag_s = 3.0
    rig.wire.fate = lambda call: dice.choice(FATES if call.method != "GET" else READ_FATES)
    plain_write = rig.queue.ledger.write

    @contextmanager
    def dying_write() -> Iterator[Any]:
        fate = dice.random()
        with plain_write() as connection:
            yield connection
            if fate < 0.02:
                raise Killed  # before the commit
        if fate > 0.98:
            raise Killed  # after it

    monkeypatch.setattr(rig.queue.ledger, "write", dying_write)
    runs = 0
    while rig.queue.counts()[State.AWAITING_REVIEW] < count and runs < 2_000:
        runs += 1
        try:
            rig.run(give_up_after=10_000, refused_tags=[])
        except (Killed, Unavailable):
            rig.time.now_s += 1.0  # a supervisor starts the worker again, sooner than notes become visible
    assert runs > count // 20
    written = [body for write in rig.sandbox.writes if "CD-" in (body := write.body or "")]
    references = [body[body.index("CD-") :][:15] for body in written]
    assert sorted(references) == sorted(f"CD-{draft_id}" for draft_id in drafts)
    assert rig.sandbox.public_writes == []
    assert rig.queue.verify() is None
