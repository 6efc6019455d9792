"""Which value counts, and where it is said to come from."""

from __future__ import annotations

from pathlib import Path

import pytest

from clonedesk_connectors.errors import ConfigError
from clonedesk_connectors.settings import AccountSettings, Chosen, archive_url, resolve

VENDORS = ("intercom", "zendesk")
TOML = """
[accounts.acme]
vendor = "zendesk"
region = "eu"
store = "sqlite:///acme.sqlite"
budget_share = 0.5
[accounts.acme.options]
oauth_scope = "read"
[accounts.acme.config]
bot_users = ["18", "17"]
label_fields = { "360" = { yes = "escalated" } }

[accounts.live]
vendor = "intercom"
account = "abc123"
credentials = { token = "/run/secrets/live" }
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "clonedesk.toml"
    path.write_text(TOML)
    return path


def settings(
    target: str, config: Path | None, variables: dict[str, str] | None = None, **flags: str
) -> AccountSettings:
    return resolve(target, flags=flags, config=config, vendors=VENDORS, variables=variables or {})


def test_flag_beats_environment_beats_profile_beats_default(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("clonedesk_connectors.settings.effective.default_store", lambda: "sqlite:///default.sqlite")
    variables = {"CLONEDESK_STORE": "sqlite:///env.sqlite", "CLONEDESK_BUDGET_SHARE": "0.4"}
    for flags, environment, profile, wanted in (
        ({"store": "sqlite:///flag.sqlite"}, variables, "acme", Chosen("sqlite:///flag.sqlite", "flag --store")),
        ({}, variables, "acme", Chosen("sqlite:///env.sqlite", "CLONEDESK_STORE")),
        ({}, {}, "acme", Chosen("sqlite:///acme.sqlite", "profile acme")),
        ({}, {}, "live", Chosen("sqlite:///default.sqlite", "default")),
    ):
        assert settings(profile, config, environment, **flags).chosen["store"] == wanted
    assert settings("acme", config, variables, budget_share="0.3").budget_share == 0.3
    assert settings("acme", config, variables).budget_share == 0.4
    assert settings("acme", config).budget_share == 0.5
    assert settings("live", config).budget_share == 0.8


def test_every_simple_value_can_come_from_the_environment(config: Path) -> None:
    variables = {
        "CLONEDESK_ACCOUNT": "other",
        "CLONEDESK_REGION": "au",
        "CLONEDESK_BASE_URL": "https://proxy.example.com",
        "CLONEDESK_STORE": " sqlite:///x.sqlite ",
        "CLONEDESK_BUDGET_SHARE": "0.1",
    }
    chosen = settings("acme", config, variables).chosen
    assert {name: (it.value, it.origin) for name, it in chosen.items()} == {
        "account": ("other", "CLONEDESK_ACCOUNT"),
        "region": ("au", "CLONEDESK_REGION"),
        "base_url": ("https://proxy.example.com", "CLONEDESK_BASE_URL"),
        "store": ("sqlite:///x.sqlite", "CLONEDESK_STORE"),
        "budget_share": ("0.1", "CLONEDESK_BUDGET_SHARE"),
    }


def test_the_name_may_be_a_profile_or_a_connector(config: Path) -> None:
    live = settings("live", config)
    assert (live.vendor, live.account, live.profile) == ("intercom", "abc123", "live")
    plain = settings("intercom", config, account="other")
    assert (plain.vendor, plain.account, plain.profile, plain.details) == ("intercom", "other", None, None)


def test_a_connector_with_the_account_of_a_profile_uses_that_profile(config: Path) -> None:
    found = settings("zendesk", config, account="acme")
    assert (found.profile, found.value("region")) == ("acme", "eu")
    assert found.config.bot_users == frozenset({"17", "18"})
    assert settings("zendesk", config, {"CLONEDESK_ACCOUNT": "acme"}).profile == "acme"


def test_a_profile_that_is_called_like_a_connector_counts_unless_an_account_is_given(tmp_path: Path) -> None:
    path = tmp_path / "c.toml"
    path.write_text('[accounts.zendesk]\nvendor = "zendesk"\naccount = "acme"\n')
    assert settings("zendesk", path).account == "acme"
    assert settings("zendesk", path, account="beta").profile is None


@pytest.mark.parametrize(
    ("target", "told"),
    [
        ("zendesk", "zendesk is a connector: say which account with --account, or name a profile"),
        ("nosuch", "no profile called 'nosuch' (profiles in {path}: acme, live; connectors: intercom, zendesk)"),
    ],
)
def test_it_must_be_clear_which_account_is_meant(config: Path, target: str, told: str) -> None:
    with pytest.raises(ConfigError) as error:
        settings(target, config)
    assert str(error.value) == told.format(path=config)


def test_without_a_file_the_error_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    with pytest.raises(ConfigError, match=r"no profile called 'nosuch' \(no profiles; connectors"):
        settings("nosuch", None)


def test_two_profiles_of_one_account_must_be_told_apart(tmp_path: Path) -> None:
    path = tmp_path / "c.toml"
    path.write_text('[accounts.a]\nvendor = "zendesk"\naccount = "acme"\n[accounts.acme]\nvendor = "zendesk"\n')
    with pytest.raises(ConfigError, match="several profiles describe zendesk account 'acme'; name one: a, acme"):
        settings("zendesk", path, account="acme")
    assert settings("a", path).profile == "a"


def test_a_budget_share_that_is_no_number_names_its_origin(config: Path) -> None:
    with pytest.raises(ConfigError, match="the budget share from CLONEDESK_BUDGET_SHARE is not a number"):
        _ = settings("acme", config, {"CLONEDESK_BUDGET_SHARE": "most"}).budget_share


def test_the_table_shows_every_value_with_its_origin(config: Path) -> None:
    profile = f"profile acme in {config}"
    rows = list(settings("acme", config, {"CLONEDESK_STORE": "postgresql://me:CANARY@db.example.com/x"}).rows())
    assert rows == [
        ("settings file", str(config), "first of --config, CLONEDESK_CONFIG, ./, user's directory"),
        ("profile", "acme", profile),
        ("vendor", "zendesk", profile),
        ("account", "acme", "profile acme"),
        ("region", "eu", "profile acme"),
        ("base_url", "not set", "default"),
        ("store", "(holds a password, not shown)", "CLONEDESK_STORE"),
        ("budget_share", "0.5", "profile acme"),
        ("credentials", "any place", profile),
        ("options.oauth_scope", "read", profile),
        ("config.bot_users", "17, 18", profile),
        ("config.label_fields", "360: yes: escalated", profile),
    ]
    assert ("credentials", "token: /run/secrets/live", f"profile live in {config}") in settings("live", config).rows()


def test_commands_about_no_single_account_use_the_archive_that_all_profiles_share(
    tmp_path: Path, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("clonedesk_connectors.settings.effective.default_store", lambda: "sqlite:///default.sqlite")
    shared = tmp_path / "shared.toml"
    shared.write_text(
        '[accounts.a]\nvendor = "zendesk"\nstore = "sqlite:///s.sqlite"\n'
        '[accounts.b]\nvendor = "intercom"\nstore = "sqlite:///s.sqlite"\n'
    )
    empty = tmp_path / "empty.toml"
    empty.write_text("")
    assert archive_url(None, config=shared, variables={}) == "sqlite:///s.sqlite"
    assert archive_url(None, config=empty, variables={}) == "sqlite:///default.sqlite"
    assert archive_url(None, config=config, profile="acme", variables={}) == "sqlite:///acme.sqlite"
    assert archive_url(None, config=config, profile="live", variables={}) == "sqlite:///default.sqlite"
    assert archive_url("sqlite:///f.sqlite", config=config, profile="acme", variables={}) == "sqlite:///f.sqlite"
    assert archive_url(None, variables={"CLONEDESK_STORE": "sqlite:///e.sqlite"}) == "sqlite:///e.sqlite"
    with pytest.raises(ConfigError, match="keep several archives; say which with --profile or --store"):
        archive_url(None, config=config, variables={})
    with pytest.raises(ConfigError, match="no profile called 'nosuch'"):
        archive_url("sqlite:///f.sqlite", config=config, profile="nosuch", variables={})
