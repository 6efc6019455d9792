"""Known secrets go in by every way there is; nothing that comes out anywhere may hold them."""

from __future__ import annotations

import base64
import logging
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from clonedesk_connectors import cli
from clonedesk_connectors.errors import ClonedeskError

pytest.importorskip("uvicorn")
import clonedesk_connectors as cd
from clonedesk_connectors.testing.sandbox import faults as f
from clonedesk_connectors.testing.sandbox.zendesk import ZendeskSandbox
from clonedesk_connectors.testing.world import World
from tests.secrets.driver import Run, isolate, runner, use_keyring
from tests.secrets.fakes import Failing, Memory, PlaintextKeyring

TOKEN, SECRET, EMAIL = "sandbox-token", "sandbox-secret", "integration@example.org"
WRONG = "wrong-canary-7c1f"
CANARIES = (
    TOKEN,
    SECRET,
    WRONG,
    base64.b64encode(f"{EMAIL}/token:{TOKEN}".encode()).decode(),
    base64.b64encode(f"{EMAIL}/token:{WRONG}".encode()).decode(),
    "Bearer ",
)


@pytest.fixture(scope="module")
def helpdesk() -> Iterator[ZendeskSandbox]:
    with ZendeskSandbox(World(seed=3, tickets=40), limits="none") as running:
        assert (running.api_token, running.client_secret, running.email) == (TOKEN, SECRET, EMAIL)
        yield running


@pytest.fixture
def run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path, helpdesk: ZendeskSandbox
) -> Run:
    isolate(monkeypatch, tmp_path, Memory())
    helpdesk.faults.clear()
    return runner(monkeypatch, capsys)


@pytest.fixture
def clean(caplog: pytest.LogCaptureFixture, tmp_path: Path) -> Callable[[str], None]:
    """Looks for the secrets in a text, in every log record so far and in every file that was written."""
    caplog.set_level(logging.DEBUG)

    def check(shown: str) -> None:
        logged = "\n".join(f"{record.getMessage()} {record.__dict__}" for record in caplog.records)
        written = {
            path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file() and path.suffix != ".secret"
        }
        for canary in CANARIES:
            assert canary not in shown
            assert canary not in logged
            assert [path for path, content in written.items() if canary.encode() in content] == []

    return check


def by_environment(monkeypatch: pytest.MonkeyPatch, folder: Path, token: str) -> None:
    monkeypatch.setenv("CLONEDESK_ZENDESK_ACME_EMAIL", EMAIL)
    monkeypatch.setenv("CLONEDESK_ZENDESK_ACME_TOKEN", token)


def by_file(monkeypatch: pytest.MonkeyPatch, folder: Path, token: str) -> None:
    for field, value in (("EMAIL", EMAIL), ("TOKEN", token)):
        path = folder / f"{field}.secret"
        path.write_text(value)
        path.chmod(0o600)
        monkeypatch.setenv(f"CLONEDESK_ZENDESK_{field}_FILE", str(path))


def by_keyring(monkeypatch: pytest.MonkeyPatch, folder: Path, token: str) -> None:
    backend = Memory()
    backend.entries["clonedesk-zendesk", "acme:api_token:EMAIL"] = EMAIL
    backend.entries["clonedesk-zendesk", "acme:api_token:TOKEN"] = token
    use_keyring(monkeypatch, backend)


@pytest.mark.parametrize("way", [by_environment, by_file, by_keyring])
@pytest.mark.parametrize(("token", "pulled"), [(TOKEN, (0, 7)), (WRONG, (3,))])
def test_no_command_shows_logs_or_writes_a_secret(
    run: Run,
    clean: Callable[[str], None],
    helpdesk: ZendeskSandbox,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    way: Callable[[pytest.MonkeyPatch, Path, str], None],
    token: str,
    pulled: tuple[int, ...],
) -> None:
    way(monkeypatch, tmp_path, token)
    account = ("zendesk", "--account", "acme", "--base-url", helpdesk.url)
    store = ("--store", "sqlite:///a.sqlite")
    ran = run("--debug", "pull", *account, *store, "--json")
    assert ran.code in pulled
    shown = [ran]
    for command in (
        ("auth", "status", *account),
        ("auth", "status", *account, "--json"),
        ("auth", "test", *account),
        ("doctor", *account, *store),
        ("doctor", *account, *store, "--json"),
        ("status", *store, "--problems"),
        ("rebuild", *store),
        ("export", "tickets", *store, "--out", "tickets.jsonl"),
        ("auth", "logout", *account),
    ):
        shown.append(run("--debug", *command))
    clean("".join(ran.out + ran.err for ran in shown))


@pytest.mark.parametrize(
    ("keyring", "secret", "code"),
    [
        (Memory(), SECRET, 0),
        (Memory(), WRONG, 3),
        (PlaintextKeyring(), SECRET, 2),
        (Failing(RuntimeError(f"{SECRET} {WRONG}")), SECRET, 2),
        (Failing(RuntimeError(f"{SECRET} {WRONG}")), WRONG, 3),
    ],
)
def test_login_shows_logs_and_writes_no_secret(
    run: Run,
    clean: Callable[[str], None],
    helpdesk: ZendeskSandbox,
    monkeypatch: pytest.MonkeyPatch,
    keyring: Memory,
    secret: str,
    code: int,
) -> None:
    use_keyring(monkeypatch, keyring)
    account = ("zendesk", "--account", "acme", "--base-url", helpdesk.url)
    login = ("auth", "login", *account, "--form", "oauth_client", "--token-stdin")
    ran = run("--debug", *login, stdin=f"{helpdesk.client_id}\n{secret}\n")
    assert ran.code == code
    clean(ran.out + ran.err)


@pytest.mark.parametrize("status", [401, 403, 404, 500])
def test_errors_of_the_library_hold_no_secret_even_when_the_helpdesk_repeats_it(
    run: Run, clean: Callable[[str], None], helpdesk: ZendeskSandbox, tmp_path: Path, status: int
) -> None:
    echo = {"error": TOKEN, "description": f"{EMAIL} {TOKEN} Bearer {WRONG}"}
    helpdesk.faults.add(f.Rule(f.answer(status, echo), path="/api/v2/incremental*", nth={1}))
    connection = cd.connect("zendesk", "acme", base_url=helpdesk.url, credentials={"email": EMAIL, "token": TOKEN})
    told = repr(connection)
    try:
        told += repr(cd.pull(connection, f"sqlite:///{tmp_path / 'a.sqlite'}").as_dict())
    except ClonedeskError as error:
        told += "".join(traceback.format_exception(error)) + repr(error)
    clean(told)


def test_a_traceback_shows_no_local_values(
    run: Run, clean: Callable[[str], None], helpdesk: ZendeskSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the secrets are local variables of the frames that are printed."""
    by_environment(monkeypatch, Path(), TOKEN)
    seen: list[str] = []

    def explode(self: object, form: str, secrets: dict[str, str]) -> None:
        seen.append(secrets["TOKEN"])
        raise RuntimeError("broken")

    monkeypatch.setattr("clonedesk_connectors.vendors.zendesk.ZendeskConnector.sign_in", explode)
    ran = run("--debug", "auth", "test", "zendesk", "--account", "acme", "--base-url", helpdesk.url)
    assert (ran.code, seen) == (1, [TOKEN])
    assert "Traceback" in ran.err
    assert not cli.app.pretty_exceptions_enable
    clean(ran.out + ran.err)
