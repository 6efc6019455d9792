"""The demo tells its story with the ordinary library."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import pytest

pytest.importorskip("uvicorn")
from clonedesk_connectors import app, cli
from clonedesk_connectors.errors import LeakSuspected
from clonedesk_connectors.review.listing import Query
from clonedesk_connectors.review.queue import ReviewQueue
from clonedesk_connectors.testing import demo, demo_review
from clonedesk_connectors.testing.sandbox.zendesk import ZendeskSandbox
from clonedesk_connectors.testing.sandbox.zendesk_write import Write

VENDORS = ("zendesk", "intercom", "freshdesk")


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, list[str]]:
    """The archive of one demo, and its lines."""
    path = tmp_path_factory.mktemp("demo") / "demo.sqlite"
    return f"sqlite:///{path}", list(demo.run(path, 120, kept=True))


def test_the_demo_pulls_checks_and_leaves_an_archive(told: tuple[str, list[str]]) -> None:
    store, lines = told
    text = "\n".join(lines)
    assert [line.split()[:2] for line in lines[1:] if " tickets, " in line and "second pull" in line] == [
        ["zendesk", "120"],
        ["intercom", "120"],
        ["freshdesk", "120"],
    ]
    assert "tickets carry an escalation label" in text
    assert "L08" in text
    with app.open_store(store) as opened:
        assert sum(1 for _ in opened.tickets()) == 360


def test_agents_of_all_helpdesks_approve_edit_reject_and_ignore_drafts(told: tuple[str, list[str]]) -> None:
    store, lines = told
    with ReviewQueue(store) as queue:
        for vendor in VENDORS:
            items = queue.find(Query(vendor=vendor), limit=100)
            assert Counter((item.state.value, item.outcome, item.state_reason, item.source) for item in items) == {
                ("decided", "approved_verbatim", "approved_verbatim", "inferred"): 4,
                ("decided", "approved_formatting", "approved_formatting", "inferred"): 1,
                ("decided", "light_edit", "light_edit", "inferred"): 2,
                ("decided", "replaced", "replaced", "inferred"): 2,
                ("decided", "rejected", "wrong_fact", "explicit"): 1,
                ("decided", "rejected", "rejected", "explicit"): 1,
                ("expired", None, "customer_replied", None): 1,
            }
            assert [item.critical_change for item in items if item.outcome == "light_edit"] == [True, True]
            assert {item.draft.model.name for item in items} == {"none, the demo's own words"}
            assert {item.tags_shown for item in items} == {
                "ai_draft_approved",
                "ai_draft_edited",
                "ai_draft_rejected",
                "ai_draft_expired",
            }
            assert all(item.note_id and item.tags_due == item.tags_shown for item in items)
        assert len(list(queue.signals())) == 33
    header = next(line for line in lines if "approved" in line and "explicit" in line)
    assert header.split() == list(demo_review.COLUMNS)
    rows = [line.split() for line in lines if line.split()[1:2] == ["12"]]
    assert [row for row in rows if len(row) == 9] == [
        [vendor, "12", "5", "2", "2", "2", "1", "2", "9"] for vendor in VENDORS
    ]


def test_the_demo_ends_with_an_example_the_proof_and_what_to_look_at(told: tuple[str, list[str]]) -> None:
    store, lines = told
    text = "\n".join(lines)
    assert "no model wrote them" in text
    assert "a critical change: " in text
    assert "rejected, wrong_fact, by a private note of " in text
    assert "Public writes of ours, as the helpdesks counted: 0 of " in text
    assert "(36 private notes, the rest are tags). The 27 public replies are the agents'." in text
    assert "33 decisions became training signals." in text
    assert f"  clonedesk-sync drafts list --store {store}" in lines
    assert "--keep" not in text


def test_a_public_text_of_ours_would_fail_the_demo() -> None:
    helpdesk = ZendeskSandbox(limits="none")
    helpdesk.writes.append(Write(1, "PUT", "/api/v2/tickets/1", 1, True, "Hello", by_agent=False))
    connection = app.connect("zendesk", "hollowbrook", credentials=helpdesk.credentials)
    with pytest.raises(LeakSuspected, match="saw 1 public texts of ours"):
        list(demo_review.proof([demo_review.Desk("zendesk", helpdesk, connection)]))


def test_a_helpdesk_of_one_ticket_is_a_short_story(tmp_path: Path) -> None:
    text = "\n".join(demo.run(tmp_path / "demo.sqlite", 1))
    assert "  zendesk      0 drafts became 0 private notes" in text
    assert "  clonedesk-sync demo --keep demo.sqlite" in text


def test_an_archive_that_is_there_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "mine.sqlite"
    path.write_bytes(b"precious")
    monkeypatch.setattr(sys, "argv", ["clonedesk-sync", "demo", "--keep", str(path)])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 2
    assert "exists already" in capsys.readouterr().err
    assert path.read_bytes() == b"precious"
