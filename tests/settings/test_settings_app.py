"""What profiles become: connections, accounts for offline work, suggestions from an archive."""

from __future__ import annotations

from pathlib import Path

import pytest

from clonedesk_connectors import app
from clonedesk_connectors.errors import ConfigError, StoreError
from clonedesk_connectors.model import Person, Status, Ticket
from clonedesk_connectors.protocol import AccountConfig, Page, RawRecord
from clonedesk_connectors.settings import AccountSettings, read_profiles, resolve
from clonedesk_connectors.store import Archive
from clonedesk_connectors.store.cache import Normalised
from clonedesk_connectors.store.values import PageWork


def written(folder: Path, text: str) -> Path:
    path = folder / "clonedesk.toml"
    path.write_text(text)
    return path


def settings(folder: Path, text: str) -> AccountSettings:
    return resolve("acme", flags={}, config=written(folder, text), variables={})


def secret(folder: Path, value: str) -> Path:
    path = folder / "secret"
    path.write_text(value)
    path.chmod(0o600)
    return path


@pytest.fixture(autouse=True)
def no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CLIENT_ID", "CLIENT_SECRET", "OAUTH_TOKEN", "EMAIL", "TOKEN"):
        for prefix in ("CLONEDESK_ZENDESK", "CLONEDESK_ZENDESK_ACME"):
            monkeypatch.delenv(f"{prefix}_{name}", raising=False)


def test_a_profile_becomes_a_connection_with_everything_it_says(tmp_path: Path) -> None:
    connection = app.connect_profile(
        settings(
            tmp_path,
            '[accounts.acme]\nvendor = "intercom"\nregion = "eu"\nbudget_share = 0.5\n'
            'options = { api_version = "2.15" }\nconfig = { bot_users = ["7"] }\n',
        )
    )
    account = connection.connector.account
    assert connection.connector.base_url() == "https://api.eu.intercom.io"
    assert (account.options, account.config.bot_users) == ({"api_version": "2.15"}, frozenset({"7"}))
    assert connection.budget_share == 0.5


def test_one_path_is_the_file_of_the_form_with_one_field(tmp_path: Path) -> None:
    path = secret(tmp_path, "bearer\n")
    found = app.credentials_of(
        app.connect_profile(settings(tmp_path, f'[accounts.acme]\nvendor = "zendesk"\ncredentials = "{path}"\n'))
    )
    assert (found.form, found.reveal()) == ("oauth_token", {"OAUTH_TOKEN": "bearer"})
    assert found.source == "the files that the profile names"


def test_a_path_for_each_field_serves_the_other_forms(tmp_path: Path) -> None:
    path = secret(tmp_path, "x")
    text = f'[accounts.acme]\nvendor = "zendesk"\ncredentials = {{ email = "{path}", token = "{path}" }}\n'
    assert app.credentials_of(app.connect_profile(settings(tmp_path, text))).form == "api_token"


def test_one_path_is_refused_where_no_form_has_one_field(tmp_path: Path) -> None:
    text = '[accounts.acme]\nvendor = "jsonl"\ncredentials = "/x"\noptions = { path = "/t.jsonl" }\n'
    with pytest.raises(ConfigError, match="jsonl needs several values"):
        app.connect_profile(settings(tmp_path, text))


def test_a_profile_whose_name_is_no_account_says_so(tmp_path: Path) -> None:
    path = written(tmp_path, '[accounts."Acme & Co"]\nvendor = "zendesk"\n')
    with pytest.raises(ConfigError, match=r"this account cannot be used: .*an account name is letters"):
        app.accounts_of(read_profiles(path))


def test_profiles_are_the_accounts_of_offline_work(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        '[accounts.acme]\nvendor = "freshdesk"\noptions = { statuses = "6=pending" }\n'
        '[accounts.again]\nvendor = "freshdesk"\naccount = "acme"\noptions = { statuses = "6=pending" }\n'
        '[accounts.beta]\nvendor = "zendesk"\n',
    )
    accounts = app.accounts_of(read_profiles(path))
    assert [(it.vendor, it.name, it.options) for it in accounts] == [
        ("freshdesk", "acme", {"statuses": "6=pending"}),
        ("zendesk", "beta", {}),
    ]


def stored(archive: Archive, count: int) -> None:
    """So many tickets by one monitor, and what the directory says about staff and groups."""
    part = archive.account("zendesk", "acme")
    records = (
        RawRecord("staff", "7", b'{"email": "kim@acme.example.org"}', 0),
        RawRecord("group", "10", b'{"name": "Bots"}', 0),
        *(RawRecord("ticket", str(number), b"{}", 0, str(number)) for number in range(count)),
    )
    part.commit([PageWork(Page(records, None, True))])
    tickets = [
        Ticket(
            vendor="zendesk",
            account="acme",
            native_id=str(number),
            status=Status.OPEN,
            group_id="10",
            requester=Person(id="9", email="eve@acme.example.org"),
        )
        for number in range(count)
    ]
    part.save([Normalised(ticket.native_id, ticket) for ticket in tickets])


@pytest.mark.parametrize(("sample", "seen", "of"), [(100, 7, None), (7, 7, None), (3, 3, 7), (1, 1, 7)])
def test_of_many_tickets_an_even_sample_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sample: int, seen: int, of: int | None
) -> None:
    monkeypatch.setattr(app, "SAMPLE", sample)
    with Archive.open(f"sqlite:///{tmp_path / 'a.sqlite'}", write=True) as archive:
        stored(archive, 7)
        advice = app.suggestions(archive, "zendesk", "acme", AccountConfig())
    assert (advice.tickets, advice.of) == (seen, of)
    assert [(it.entry, it.value) for it in advice.suggestions] == [
        ("ai_groups", "10"),
        ("internal_domains", "acme.example.org"),
    ]


def test_an_archive_without_the_account_suggests_nothing(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'a.sqlite'}"
    Archive.open(url, write=True).close()
    with Archive.open(url) as archive, pytest.raises(StoreError, match="holds nothing of zendesk account 'acme'"):
        app.suggestions(archive, "zendesk", "acme", AccountConfig())
