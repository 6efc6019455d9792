"""Push and live capture from the command line, over HTTP, with what the archive knows of each vendor's people."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("uvicorn")
from clonedesk_connectors import app, cli
from clonedesk_connectors.review.push import READ_FIRST
from clonedesk_connectors.testing import demo, demo_review, sandbox
from clonedesk_connectors.testing.agents import Shift
from clonedesk_connectors.testing.sandbox.calls import Call, Reply
from clonedesk_connectors.testing.world import World
from clonedesk_connectors.testing.world.directory import FIRST_HUMAN

Run = Callable[..., list[dict[str, Any]]]


@pytest.fixture(params=sandbox.SANDBOXES)
def desk(request: pytest.FixtureRequest, store: str) -> Any:
    """A running helpdesk, pulled once."""
    vendor = request.param
    with getattr(sandbox, sandbox.SANDBOXES[vendor])(World(seed=7, tickets=60), limits="none") as helpdesk:
        connection = app.connect(
            vendor,
            "acme",
            base_url=helpdesk.url,
            credentials=helpdesk.credentials,
            config=helpdesk.account_config,
            options=demo.OPTIONS.get(vendor),
        )
        app.pull(connection, store)
        yield demo_review.Desk(vendor, helpdesk, connection)


@pytest.fixture
def store(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'archive.sqlite'}"


@pytest.fixture
def run(desk: Any, store: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> Run:
    """Runs a command of this account and returns the JSON objects it printed."""
    options = "".join(
        f'options.{name} = "{value}"\n' for name, value in desk.connection.connector.account.options.items()
    )
    config = tmp_path / "clonedesk.toml"
    config.write_text(
        f'[accounts.acme]\nvendor = "{desk.vendor}"\nbase_url = "{desk.helpdesk.url}"\nstore = "{store}"\n{options}'
        f'[accounts.acme.config]\ntier_field = "{desk.helpdesk.account_config.tier_field}"\n[review]\nundo_s = 0\n'
    )
    for name, value in desk.helpdesk.credentials.items():
        monkeypatch.setenv(f"CLONEDESK_{desk.vendor}_{name}".upper(), value)

    def call(*arguments: str) -> list[dict[str, Any]]:
        monkeypatch.setattr(sys, "argv", ["clonedesk-sync", *arguments, "--config", str(config)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        shown = capsys.readouterr()
        assert not ended.value.code, shown.err
        return [json.loads(line) for line in shown.out.splitlines()]

    return call


def heard(desk: Any, monkeypatch: pytest.MonkeyPatch) -> list[Call]:
    """Everything the helpdesk is asked from now on."""
    calls: list[Call] = []
    handle = desk.helpdesk.handle

    def listen(call: Call) -> Reply:
        calls.append(call)
        return handle(call)

    monkeypatch.setattr(desk.helpdesk, "handle", listen)
    return calls


def test_drafts_are_shown_pushed_answered_and_captured(
    desk: Any, run: Run, store: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drafts = demo_review.drafts_for(desk, store)[:2]
    file = tmp_path / "drafts.jsonl"
    file.write_text("\n".join(draft.model_dump_json() for draft in drafts))
    calls = heard(desk, monkeypatch)
    shown = [line["requests"][1] for line in run("drafts", "push", str(file), "acme", "--dry-run")]
    assert calls == []

    pushed = run("drafts", "push", str(file), "acme", "--yes")
    assert [(one["state"], one["problem"], one["tag_problem"]) for one in pushed] == [("awaiting_review", "", "")] * 2
    for request in shown:
        [sent] = [call for call in calls if (call.method, call.path) == (request["method"], request["path"])]
        version = sent.json().get("ticket", {}).get("updated_stamp") or sent.json().get("admin_id") or ""
        assert json.dumps(request["body"]).replace(READ_FIRST, version).encode() == sent.body

    async def answer() -> None:
        async with Shift(desk.vendor, "acme", desk.helpdesk, FIRST_HUMAN) as agent:
            await agent.reply(drafts[0].ticket_id, drafts[0].body)
            await agent.note(drafts[1].ticket_id, "/draft reject tone")

    desk.helpdesk.advance(60)
    asyncio.run(answer())
    captured = {one["ticket_id"]: one for one in run("drafts", "capture", "acme")}
    used, refused = captured[drafts[0].ticket_id], captured[drafts[1].ticket_id]
    assert (used["outcome"], used["source"]) == ("approved_verbatim", "inferred")
    assert (refused["outcome"], refused["reason"], refused["source"]) == ("rejected", "tone", "explicit")
    assert used["decided_by"] == refused["decided_by"]
    again = run("drafts", "push", str(file), "acme", "--yes")
    assert [one["tag_problem"] for one in again] == ["", ""]
    assert desk.notes == 2
    assert [write.by_agent for write in desk.helpdesk.public_writes] == [True]


def test_an_agent_who_answers_before_the_push_is_known_from_the_archive(
    desk: Any, run: Run, store: str, tmp_path: Path
) -> None:
    """At Freshdesk only the archive tells who is staff."""
    drafts = demo_review.drafts_for(desk, store)

    async def answer() -> None:
        async with Shift(desk.vendor, "acme", desk.helpdesk, FIRST_HUMAN) as agent:
            for draft in drafts:
                await agent.reply(draft.ticket_id, "I was faster")

    asyncio.run(answer())
    file = tmp_path / "drafts.jsonl"
    file.write_text("\n".join(draft.model_dump_json() for draft in drafts))
    pushed = run("drafts", "push", str(file), "acme", "--yes")
    assert len(pushed) >= 3
    assert {(one["state"], one["reason"]) for one in pushed} == {("expired", "agent_replied")}
    assert desk.notes == 0
