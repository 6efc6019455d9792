"""`clonedesk-sync auth`, profiles and doctor against a sandbox helpdesk."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main

from clonedesk_connectors import cli
from clonedesk_connectors.secrets import Prompt

pytest.importorskip("uvicorn")
from clonedesk_connectors.testing.sandbox import faults as f
from clonedesk_connectors.testing.sandbox.zendesk import ANONYMOUS, ZendeskSandbox
from clonedesk_connectors.testing.world import World
from tests.secrets.driver import Run, isolate, runner, use_keyring
from tests.secrets.fakes import Forgetful, Memory, PlaintextKeyring


@pytest.fixture(scope="module")
def helpdesk() -> Iterator[ZendeskSandbox]:
    with ZendeskSandbox(World(seed=3, tickets=60), limits="none") as running:
        yield running


@pytest.fixture
def backend() -> Memory:
    return Memory()


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    return runner(monkeypatch, capsys)


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, backend: Memory, helpdesk: ZendeskSandbox) -> None:
    isolate(monkeypatch, tmp_path, backend)
    helpdesk.faults.clear()
    helpdesk.log.clear()


@pytest.fixture
def account(helpdesk: ZendeskSandbox) -> tuple[str, ...]:
    return "zendesk", "--account", "acme", "--base-url", helpdesk.url


def pair(helpdesk: ZendeskSandbox) -> str:
    return f"{helpdesk.client_id}\n{helpdesk.client_secret}\n"


def test_login_status_test_logout(
    run: Run, account: tuple[str, ...], helpdesk: ZendeskSandbox, backend: Memory
) -> None:
    ran = run("auth", "login", *account, "--form", "oauth_client", "--token-stdin", stdin=pair(helpdesk))
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == (
        "zendesk account 'acme': accepted as admin 6100000000001, kept in tests.secrets.fakes.Memory (oauth_client)\n"
    )
    assert backend.entries == {
        ("clonedesk-zendesk", "acme:oauth_client:CLIENT_ID"): helpdesk.client_id,
        ("clonedesk-zendesk", "acme:oauth_client:CLIENT_SECRET"): helpdesk.client_secret,
    }
    assert json.loads(run("auth", "status", *account, "--json").out) == {
        "vendor": "zendesk",
        "account": "acme",
        "source": "the keyring",
        "places": "clonedesk-zendesk acme:oauth_client:CLIENT_ID, clonedesk-zendesk acme:oauth_client:CLIENT_SECRET",
        "backend": "tests.secrets.fakes.Memory",
        "form": "oauth_client",
        "validity": "accepted",
        "identity": "6100000000001",
        "role": "admin",
        "scopes": "read",
    }
    assert run("auth", "test", *account).out == (
        "zendesk account 'acme': accepted as admin 6100000000001 (oauth_client from the keyring)\n"
    )
    assert run("auth", "logout", *account).out == "zendesk account 'acme': removed from the keyring\n"
    assert backend.entries == {}
    assert run("auth", "logout", *account).out == "zendesk account 'acme': the keyring held nothing\n"
    assert run("auth", "test", *account).code == 2


def test_a_pull_finds_what_login_kept(run: Run, account: tuple[str, ...], helpdesk: ZendeskSandbox) -> None:
    run("auth", "login", *account, "--form", "oauth_client", "--token-stdin", stdin=pair(helpdesk))
    ran = run("pull", *account, "--store", "sqlite:///a.sqlite", "--json")
    assert ran.code in (0, 7)
    assert json.loads(ran.out.splitlines()[-1])["tickets"]["new"] >= 58


def test_credentials_that_are_not_accepted_are_not_kept(run: Run, account: tuple[str, ...], backend: Memory) -> None:
    ran = run("auth", "login", *account, "--form", "oauth_client", "--token-stdin", stdin="me\nwrong\n")
    assert (ran.code, backend.entries) == (3, {})
    assert "does not accept these credentials" in ran.err


def test_an_answer_to_nobody_proves_nothing_and_is_not_kept(
    run: Run, account: tuple[str, ...], helpdesk: ZendeskSandbox, backend: Memory
) -> None:
    helpdesk.faults.add(f.Rule(f.answer(200, ANONYMOUS), path="/api/v2/users/me"))
    ran = run("auth", "login", *account, "--form", "oauth_client", "--token-stdin", stdin=pair(helpdesk))
    assert (ran.code, backend.entries) == (3, {})
    assert ran.err == (
        "clonedesk-sync: zendesk account 'acme' answered, but not to these credentials: the answer proves nothing\n"
    )


def test_one_line_is_the_form_with_one_field(
    run: Run, account: tuple[str, ...], helpdesk: ZendeskSandbox, backend: Memory
) -> None:
    ran = run("auth", "login", *account, "--token-stdin", stdin="bad-token\n")
    assert (ran.code, backend.entries) == (3, {})
    assert [seen.path for seen in helpdesk.log] == ["/api/v2/users/me"]  # no exchange: a token is used as it is


@pytest.mark.parametrize(
    ("arguments", "stdin", "told"),
    [
        (["--token-stdin"], "a\nb\n", "stdin holds 2 lines; pipe in the values of one form, one per line"),
        (["--token-stdin"], "", "stdin holds 0 lines"),
        (["--token-stdin", "--form", "api_token"], "a\n", "api_token (EMAIL, TOKEN)"),
        (["--token-stdin", "--form", "CANARY"], "a\n", "--form takes one of: oauth_client (CLIENT_ID, CLIENT_SECRET)"),
        ([], "", "stdin or stderr is not a terminal; pipe the secret in with --token-stdin"),
    ],
)
def test_nothing_is_guessed_about_what_is_piped_in(
    run: Run, account: tuple[str, ...], helpdesk: ZendeskSandbox, arguments: list[str], stdin: str, told: str
) -> None:
    ran = run("auth", "login", *account, *arguments, stdin=stdin)
    assert ran.code == 2
    assert told in ran.err
    assert "CANARY" not in ran.err
    assert not helpdesk.log


def test_on_a_terminal_login_asks(
    run: Run,
    account: tuple[str, ...],
    helpdesk: ZendeskSandbox,
    backend: Memory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answers = iter(["", "", helpdesk.email, helpdesk.api_token])
    prompt = Prompt(ask=lambda question: next(answers), interactive=lambda: True)
    monkeypatch.setattr("clonedesk_connectors.secrets.Prompt", lambda: prompt)
    assert run("auth", "login", *account).code == 0
    assert backend.entries["clonedesk-zendesk", "acme:api_token:TOKEN"] == helpdesk.api_token


@pytest.mark.parametrize(
    ("keyring", "told"),
    [
        (PlaintextKeyring(), "keeps secrets readable in a file"),
        (Forgetful(), "the keyring did not give back what it was told to keep, so nothing was stored"),
    ],
)
def test_a_keyring_that_is_no_safe_place_is_refused(
    run: Run,
    account: tuple[str, ...],
    helpdesk: ZendeskSandbox,
    monkeypatch: pytest.MonkeyPatch,
    keyring: Memory,
    told: str,
) -> None:
    use_keyring(monkeypatch, keyring)
    ran = run("auth", "login", *account, "--form", "oauth_client", "--token-stdin", stdin=pair(helpdesk))
    assert (ran.code, keyring.entries) == (2, {})
    assert told in ran.err


def test_a_plain_keyring_is_used_when_asked_for_and_only_then_read(
    run: Run, account: tuple[str, ...], helpdesk: ZendeskSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_keyring(monkeypatch, PlaintextKeyring())
    login = ("auth", "login", *account, "--form", "oauth_client", "--token-stdin", "--allow-insecure-backend")
    assert run(*login, stdin=pair(helpdesk)).code == 0
    assert run("auth", "test", *account, "--allow-insecure-backend").code == 0
    refused = run("auth", "test", *account)
    assert refused.code == 2
    assert "the keyring (the keyring backend tests.secrets.fakes.PlaintextKeyring keeps secrets readable" in refused.err
    monkeypatch.setenv("CLONEDESK_ALLOW_INSECURE_BACKEND", "1")
    assert run("auth", "test", *account).code == 0


def test_what_goes_before_the_keyring_is_pointed_out(
    run: Run, account: tuple[str, ...], helpdesk: ZendeskSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLONEDESK_ZENDESK_ACME_OAUTH_TOKEN", "other")
    ran = run("auth", "login", *account, "--form", "oauth_client", "--token-stdin", stdin=pair(helpdesk))
    assert ran.code == 0
    assert ran.err == "note: the environment (CLONEDESK_ZENDESK_ACME_OAUTH_TOKEN) is used before the keyring\n"
    assert "is used before the keyring" in run("auth", "logout", *account).err
    status = run("auth", "status", *account)
    assert status.code == 3
    assert "source    the environment\nplaces    CLONEDESK_ZENDESK_ACME_OAUTH_TOKEN\nbackend   -" in status.out


def test_status_tells_that_the_helpdesk_cannot_be_asked(
    run: Run, account: tuple[str, ...], helpdesk: ZendeskSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLONEDESK_ZENDESK_OAUTH_TOKEN", "x")
    helpdesk.faults.add(f.Rule(f.answer(404, {"error": "x"}), path="/api/v2/users/me"))
    ran = run("auth", "status", *account)
    assert ran.code == 3
    assert "validity  zendesk account 'acme' answered, but not to these credentials" in ran.out


def every_option() -> Iterator[tuple[str, Any]]:
    """All parameters of all commands."""
    waiting: list[tuple[str, Any]] = [("", typer.main.get_command(cli.app))]
    while waiting:
        name, command = waiting.pop()
        yield from ((name, parameter) for parameter in command.params)
        for child, below in getattr(command, "commands", {}).items():
            waiting.append((f"{name} {child}".strip(), below))


def test_no_command_takes_a_secret_as_an_argument() -> None:
    words = ("token", "secret", "password", "credential", "api", "key", "bearer")
    found = [
        (command, name)
        for command, parameter in every_option()
        for name in parameter.opts
        if any(word in name for word in words) and not getattr(parameter, "is_flag", False)
    ]
    assert found == []
    assert ("auth login", "--token-stdin") in [(c, name) for c, parameter in every_option() for name in parameter.opts]


@pytest.mark.parametrize("extra", [["CANARY"], ["--token", "CANARY"], ["--token=CANARY"], ["--token-stdin=CANARY"]])
def test_a_secret_on_the_command_line_is_refused_and_not_repeated(
    run: Run, account: tuple[str, ...], helpdesk: ZendeskSandbox, extra: list[str]
) -> None:
    ran = run("auth", "login", *account, *extra, stdin="x\n")
    assert ran.code == 2
    assert "CANARY" not in ran.out + ran.err
    assert not helpdesk.log


PROFILE = """
[accounts.shop]
vendor = "zendesk"
account = "acme"
base_url = "{url}"
store = "sqlite:///shop.sqlite"
credentials = "environment"
[accounts.shop.config]
bot_users = ["6000000000000"]
tier_field = "tier"
"""


@pytest.fixture
def profile(helpdesk: ZendeskSandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CLONEDESK_ZENDESK_CLIENT_ID", helpdesk.client_id)
    monkeypatch.setenv("CLONEDESK_ZENDESK_CLIENT_SECRET", helpdesk.client_secret)
    path = tmp_path / "clonedesk.toml"
    path.write_text(PROFILE.format(url=helpdesk.url))
    return path


def actors(export: str) -> set[str]:
    return {
        event["actor"]["kind"]
        for line in export.splitlines()
        for event in json.loads(line)["events"]
        if event["actor"]["id"] == "6000000000000"
    }


def test_a_profile_is_enough_to_pull_to_rebuild_and_to_export(run: Run, profile: Path) -> None:
    pulled = run("pull", "shop")
    assert pulled.code in (0, 7)
    assert pulled.err.splitlines()[0] == "using profile shop of clonedesk.toml"
    assert actors(run("export", "tickets", "--out", "-").out) == {"ai_agent"}
    assert run("status", "--profile", "shop").out.startswith("zendesk acme: ")
    profile.write_text(profile.read_text().replace("bot_users", "human_users"))
    assert run("rebuild").code == 0
    assert actors(run("export", "tickets", "--out", "-").out) == {"human_agent"}


def test_rebuild_refuses_two_descriptions_of_one_account(run: Run, profile: Path) -> None:
    run("pull", "shop")
    profile.write_text(profile.read_text() + '[accounts.acme]\nvendor = "zendesk"\nstore = "sqlite:///shop.sqlite"\n')
    ran = run("rebuild")
    assert (ran.code, "two profiles describe zendesk account 'acme' differently" in ran.err) == (2, True)


def test_doctor_tells_settings_credentials_and_suggestions(run: Run, profile: Path, tmp_path: Path) -> None:
    before = run("doctor", "shop")
    assert before.code == 0
    assert "base_url           http://127.0.0.1" in before.out
    assert "store              sqlite:///shop.sqlite | profile shop" in before.out
    assert "config.tier_field  tier | profile shop in clonedesk.toml" in before.out
    assert "suggest" not in before.out
    profile.write_text(profile.read_text().replace('bot_users = ["6000000000000"]', ""))
    run("pull", "shop")
    found = json.loads(run("doctor", "shop", "--json").out)
    assert found["checks"][-1]["detail"] == "accepted: admin 6100000000001 (oauth_client from the environment)"
    assert {"name": "budget_share", "value": "0.8", "source": "default"} in found["settings"]
    suggested = {(it["entry"], it["value"]): it["confidence"] for it in found["suggestions"]["suggestions"]}
    assert suggested["bot_users", "6000000000000"] in ("medium", "high")
    assert ("tier_field", "tier") not in suggested
    shown = run("doctor", "shop").out
    assert "[accounts.shop.config]\nbot_users = [\n" in shown


def test_doctor_of_an_account_without_profile_prints_one_to_paste(
    run: Run, profile: Path, account: tuple[str, ...]
) -> None:
    run("pull", "shop")
    profile.unlink()
    shown = run("doctor", *account, "--store", "sqlite:///shop.sqlite").out
    suggested = tomllib.loads(shown.partition("# suggested by")[2].partition("\n")[2])["accounts"]["acme"]
    assert suggested["vendor"] == "zendesk"
    assert suggested["config"]["label_tags"]["ai_escalated"] == "escalated"


def test_doctor_says_that_an_answer_proves_nothing(run: Run, profile: Path, helpdesk: ZendeskSandbox) -> None:
    helpdesk.faults.add(f.Rule(f.answer(200, ANONYMOUS), path="/api/v2/users/me"))
    ran = run("doctor", "shop")
    assert ran.code == 1
    assert "the answer does not prove who we are" in ran.out
