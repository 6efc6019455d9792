"""Every status at every step: a defined state, a clear reason, nothing lost and nothing sent twice."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from clonedesk_connectors.errors import AuthError, RateLimited, RecordGone
from clonedesk_connectors.review.states import State
from clonedesk_connectors.testing.sandbox.calls import Call
from tests.pushback.rig import Rig


def once(match: Callable[[Call], bool], fate: str, times: int = 1) -> Callable[[Call], str]:
    """This fate for the first matching calls."""
    left = [times]

    def choose(call: Call) -> str:
        if left[0] > 0 and match(call):
            left[0] -= 1
            return fate
        return "answer"

    return choose


def is_look(call: Call) -> bool:
    return call.method == "GET" and call.path != "/me"


def is_tag_write(call: Call) -> bool:
    body = call.json()
    return call.method in ("PUT", "POST", "DELETE") and isinstance(body, dict) and bool(body.keys() & {"tags", "name"})


def finish(rig: Rig, number: int, draft_id: str) -> None:
    """The next run ends with one private note, the tag, and the draft before the reviewers."""
    rig.wire.fate = lambda call: "answer"
    rig.run()
    assert len(rig.notes(number, draft_id)) == 1
    assert rig.queue.get(draft_id).state is State.AWAITING_REVIEW
    assert "ai_draft_pending" in (rig.look(number).tags or ())
    assert rig.sandbox.public_writes == []


@pytest.mark.parametrize(
    "fate", ["409 before", "422 before", "400 before", "429 before", "500 before", "503 before", "lost before"]
)
def test_a_look_that_fails_once_is_made_again_in_the_same_run(rig: Rig, fate: str) -> None:
    [number] = rig.open_tickets(1)
    draft_id = rig.submit(rig.draft(number))
    rig.wire.fate = once(is_look, fate)
    [done] = rig.run()
    assert (done.state, done.problem) == (State.AWAITING_REVIEW, "")
    finish(rig, number, draft_id)


@pytest.mark.parametrize("fate", ["409 before", "429 before", "500 before", "503 after", "504 after", "lost after"])
def test_a_write_with_a_passing_or_unclear_answer_ends_with_one_note_in_the_same_run(rig: Rig, fate: str) -> None:
    [number] = rig.open_tickets(1)
    rig.wire.lag_s = 3.0
    draft_id = rig.submit(rig.draft(number))
    rig.wire.fate = once(rig.is_write, fate)
    [done] = rig.run()
    assert (done.state, done.problem) == (State.AWAITING_REVIEW, "")
    finish(rig, number, draft_id)


@pytest.mark.parametrize("status", ["400", "403", "404", "422"])
def test_a_write_that_is_refused_for_good_fails_the_draft_with_the_reason(rig: Rig, status: str) -> None:
    fine, refused = rig.open_tickets(2)
    rig.submit(rig.draft(fine))
    draft_id = rig.submit(rig.draft(refused))
    place = f"/{rig.ticket_id(refused)}{rig.vendor.write[1]}"
    rig.wire.fate = lambda call: f"{status} before" if rig.is_write(call) and call.path.endswith(place) else "answer"
    done = {one.draft_id: one for one in rig.run()}[draft_id]
    assert (done.state, done.reason.split()[:2]) == (State.FAILED, ["HTTP", status])
    rig.wire.fate = lambda call: "answer"
    rig.run()
    assert rig.notes(refused, draft_id) == []


@pytest.mark.parametrize("status", ["403", "404", "410"])
def test_a_ticket_that_may_not_be_read_withdraws_the_draft(rig: Rig, status: str) -> None:
    fine, hidden = rig.open_tickets(2)
    rig.submit(rig.draft(fine))
    draft_id = rig.submit(rig.draft(hidden))
    place = f"/{rig.ticket_id(hidden)}"
    rig.wire.fate = lambda call: f"{status} before" if place in call.path else "answer"
    done = {one.draft_id: one for one in rig.run()}[draft_id]
    assert (done.state, done.reason) == (State.WITHDRAWN, "gone")
    assert rig.notes(hidden, draft_id) == []


@pytest.mark.parametrize("count", [1, 3])
def test_credentials_that_may_read_no_ticket_end_no_draft(rig: Rig, count: int) -> None:
    numbers = rig.open_tickets(count)
    ids = [rig.submit(rig.draft(number)) for number in numbers]
    rig.wire.fate = lambda call: "403 before" if is_look(call) else "answer"
    with pytest.raises(RecordGone, match=r"these credentials may not read it \(HTTP 403"):
        rig.run()
    assert [rig.queue.get(draft_id).state for draft_id in ids] == [State.QUEUED] * count
    rig.wire.fate = lambda call: "answer"
    rig.run()
    assert [len(rig.notes(number, draft_id)) for number, draft_id in zip(numbers, ids, strict=True)] == [1] * count


@pytest.mark.parametrize("step", ["look", "write", "tags"])
def test_credentials_that_are_refused_stop_the_run_and_the_next_one_goes_on(rig: Rig, step: str) -> None:
    [number] = rig.open_tickets(1)
    draft_id = rig.submit(rig.draft(number))
    rig.wire.fate = once({"look": is_look, "write": rig.is_write, "tags": is_tag_write}[step], "401 before")
    with pytest.raises(AuthError):
        rig.run()
    finish(rig, number, draft_id)


@pytest.mark.parametrize("step", ["look", "write"])
def test_a_limit_that_stays_exhausted_stops_the_run_and_the_next_one_goes_on(rig: Rig, step: str) -> None:
    [number] = rig.open_tickets(1)
    draft_id = rig.submit(rig.draft(number))
    rig.wire.fate = once({"look": is_look, "write": rig.is_write}[step], "429 before", times=1_000_000)
    with pytest.raises(RateLimited):
        rig.run()
    rig.time.now_s += 3_600
    finish(rig, number, draft_id)


@pytest.mark.parametrize("status", ["400", "403", "409", "422"])
def test_a_refused_tag_is_reported_and_set_by_the_next_run(rig: Rig, status: str) -> None:
    """Also a 403: the note stays as it is and is never written again."""
    [number] = rig.open_tickets(1)
    draft_id = rig.submit(rig.draft(number))
    rig.wire.fate = once(is_tag_write, f"{status} before")
    refused: dict[str, str] = {}
    [done] = rig.run(refused_tags=refused)
    assert (done.state, done.problem) == (State.AWAITING_REVIEW, "")
    assert [*refused] == [rig.ticket_id(number)]
    assert f"HTTP {status}" in refused[rig.ticket_id(number)]
    item = rig.queue.get(draft_id)
    assert (item.tags_due, item.tags_shown) == ("ai_draft_pending", "")
    finish(rig, number, draft_id)
    assert rig.queue.get(draft_id).tags_shown == "ai_draft_pending"
    assert sum(rig.is_write(call) for call in rig.wire.calls) == 1


@pytest.mark.parametrize("status", ["403", "500"])
def test_tags_that_cannot_be_read_after_the_note_are_reported(rig: Rig, status: str) -> None:
    [number] = rig.open_tickets(1)
    draft_id = rig.submit(rig.draft(number))
    written: list[Call] = []

    def refuse_reads_after_the_note(call: Call) -> str:
        if rig.is_write(call):
            written.append(call)
        return f"{status} before" if written and call.method == "GET" and call.path != "/me" else "answer"

    rig.wire.fate = refuse_reads_after_the_note
    refused: dict[str, str] = {}
    rig.run(refused_tags=refused)
    assert f"HTTP {status}" in refused[rig.ticket_id(number)]
    finish(rig, number, draft_id)
    assert len(written) == 1


def test_one_ticket_whose_tags_fail_does_not_keep_the_others_from_theirs(rig: Rig) -> None:
    bad, good = rig.open_tickets(2)
    for number in (bad, good):
        rig.submit(rig.draft(number))
    place = f"/{rig.ticket_id(bad)}"

    def fail_one(call: Call) -> str:
        is_tagging = call.method != "GET" and not rig.is_write(call) and place in call.path
        return "503 before" if is_tagging else "answer"

    rig.wire.fate = fail_one
    refused: dict[str, str] = {}
    rig.run(refused_tags=refused)
    assert [*refused] == [rig.ticket_id(bad)]
    assert "ai_draft_pending" in (rig.look(good).tags or ())


def test_a_ticket_that_is_gone_when_it_is_tagged_needs_no_tags(rig: Rig) -> None:
    [number] = rig.open_tickets(1)
    draft_id = rig.submit(rig.draft(number))
    written: list[Call] = []

    def gone_after_the_note(call: Call) -> str:
        if rig.is_write(call):
            written.append(call)
        return "404 before" if written and call.method == "GET" and call.path != "/me" else "answer"

    rig.wire.fate = gone_after_the_note
    rig.run()
    assert rig.queue.get(draft_id).tags_shown == "ai_draft_pending"


@pytest.mark.parametrize("fate", ["500 before", "503 after", "lost after", "429 before"])
def test_a_tag_with_an_unclear_answer_is_simply_set_again(rig: Rig, fate: str) -> None:
    [number] = rig.open_tickets(1)
    draft_id = rig.submit(rig.draft(number))
    rig.wire.fate = once(is_tag_write, fate)
    rig.run()
    finish(rig, number, draft_id)
