"""clonedesk.toml: what it may hold, and how a mistake in it is told."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from clonedesk_connectors.errors import ConfigError
from clonedesk_connectors.settings import config_dir, data_dir, default_store, find_config, read_profiles
from clonedesk_connectors.settings.profiles import refuse_strangers

FULL = """
[accounts.acme]
vendor = "zendesk"
region = "eu"
base_url = "https://desk.example.com"
store = "sqlite:///acme.sqlite"
budget_share = 0.5
credentials = "keyring"

[accounts.acme.options]
oauth_scope = "read"

[accounts.acme.config]
bot_users = ["17"]
ai_tags = ["AI_Handled"]
tier_field = "plan"
label_tags = { password_reset = "resolved_ai" }

[accounts.beta]
vendor = "intercom"
account = "abc123"
credentials = { token = "/run/secrets/beta" }
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "clonedesk.toml"
    path.write_text(text, "utf-8")
    return path


def test_a_full_file_is_read(tmp_path: Path) -> None:
    profiles = read_profiles(written(tmp_path, FULL))
    acme, beta = profiles.by_name["acme"], profiles.by_name["beta"]
    assert (acme.vendor, acme.account, acme.region, acme.budget_share) == ("zendesk", None, "eu", 0.5)
    assert (acme.credentials, acme.options) == ("keyring", {"oauth_scope": "read"})
    assert (acme.config.bot_users, acme.config.ai_tags) == (frozenset({"17"}), frozenset({"ai_handled"}))
    assert acme.config.label_tags == {"password_reset": "resolved_ai"}
    assert (beta.account, beta.credentials) == ("abc123", {"token": Path("/run/secrets/beta")})
    assert profiles.named("zendesk", "acme") == ["acme"]
    assert profiles.named("intercom", "beta") == []


@pytest.mark.parametrize(
    ("line", "place"),
    [
        ('token = "CANARY"', "accounts.acme.token"),
        ('api_key = "CANARY"', "accounts.acme.api_key"),
        ('client-secret = "CANARY"', "accounts.acme.client-secret"),
        ('Password = "CANARY"', "accounts.acme.Password"),
        ('options = { oauth_token = "CANARY" }', "accounts.acme.options.oauth_token"),
        ('options = { key = "CANARY" }', "accounts.acme.options.key"),
        ('config = { pwd = ["CANARY"] }', "accounts.acme.config.pwd"),
    ],
)
def test_a_field_that_looks_like_a_secret_is_refused_without_its_value(tmp_path: Path, line: str, place: str) -> None:
    path = written(tmp_path, f'[accounts.acme]\nvendor = "zendesk"\n{line}\n')
    with pytest.raises(ConfigError) as error:
        read_profiles(path)
    assert str(error.value) == (
        f"{path}: {place} looks like a secret. Secrets do not belong into this file: keep them in the keyring "
        "(clonedesk-sync auth login), an environment variable or a file of their own"
    )


def test_a_secret_outside_of_the_accounts_is_refused_too(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r": zendesk\.secret looks like a secret"):
        read_profiles(written(tmp_path, '[[zendesk]]\nsecret = "CANARY"\n'))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('credentials = "CANARY"', 'credentials is "environment", "keyring", an absolute path'),
        ('credentials = { token = "CANARY" }', 'credentials is "environment", "keyring", an absolute path'),
        ('store = "postgresql://me:CANARY@db.example.com/x"', "accounts.acme.store: this URL holds a password"),
        ("budget_share = 1.5", "accounts.acme.budget_share: Input should be less than or equal to 1"),
        ("config = { bot_users = [17] }", "accounts.acme.config.bot_users.0: Input should be a valid string"),
        ("config = { bots = [] }", "accounts.acme.config.bots: Extra inputs are not permitted"),
        ("shop = 1", "accounts.acme.shop: Extra inputs are not permitted"),
    ],
)
def test_a_mistake_is_told_by_its_place_without_the_value(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(ConfigError) as error:
        read_profiles(written(tmp_path, f'[accounts.acme]\nvendor = "zendesk"\n{text}\n'))
    assert told in str(error.value)
    assert "CANARY" not in str(error.value)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("accounts = 3", "accounts must be tables"),
        ("[shop]\nx = 1", "only [accounts.NAME] and [review] are known at the top, not 'shop'"),
        ("accounts = CANARY", "is not valid TOML (line 1, column 12)"),
        ("[accounts", "is not valid TOML (end of document)"),
        ("accounts = { acme = 3 }", "accounts.acme: Input should be a valid dictionary"),
    ],
)
def test_a_file_that_is_something_else_is_told_without_quoting_it(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(ConfigError) as error:
        read_profiles(written(tmp_path, text))
    assert told in str(error.value)
    assert "CANARY" not in str(error.value)


def test_a_file_that_is_not_text_cannot_be_read(tmp_path: Path) -> None:
    path = tmp_path / "clonedesk.toml"
    path.write_bytes(b"\xff")
    with pytest.raises(ConfigError, match=r"cannot be read \(UnicodeDecodeError\)"):
        read_profiles(path)


@pytest.mark.skipif(sys.platform == "win32", reason="owners and modes are those of POSIX")
@pytest.mark.parametrize(
    ("me", "owner", "mode", "used"),
    [
        (1000, 1000, 0o644, True),
        (1000, 1000, 0o664, True),
        (1000, 0, 0o644, True),
        (0, 1000, 0o644, True),
        (1000, 1001, 0o644, False),
        (1000, 1000, 0o646, False),
        (0, 0, 0o666, False),
    ],
)
def test_a_file_that_others_can_change_is_not_used(
    monkeypatch: pytest.MonkeyPatch, me: int, owner: int, mode: int, used: bool
) -> None:
    monkeypatch.setattr("os.getuid", lambda: me)
    found = os.stat_result((mode, 0, 0, 1, owner, 0, 0, 0, 0, 0))
    if used:
        refuse_strangers(Path("c.toml"), found)
    else:
        with pytest.raises(ConfigError, match=r"c\.toml belongs to another user or can be changed by everybody"):
            refuse_strangers(Path("c.toml"), found)


def test_the_rule_about_strangers_is_applied(tmp_path: Path) -> None:
    path = written(tmp_path, FULL)
    path.chmod(0o646)
    with pytest.raises(ConfigError, match="can be changed by everybody"):
        read_profiles(path)


def test_the_settings_file_is_looked_for_in_four_places_in_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    given, named = tmp_path / "given.toml", tmp_path / "named.toml"
    here, home = Path("clonedesk.toml"), tmp_path / "home" / "clonedesk" / "clonedesk.toml"
    home.parent.mkdir(parents=True)
    assert find_config(variables={}) is None
    for path in (home, here, named, given):
        path.write_text("")
    environment = {"CLONEDESK_CONFIG": str(named)}
    assert find_config(given, environment) == given
    assert find_config(None, environment) == named
    assert find_config(variables={"CLONEDESK_CONFIG": " "}) == here
    here.unlink()
    assert find_config(variables={}) == home


@pytest.mark.parametrize(("given", "variables", "who"), [
    (Path("/none.toml"), {}, "--config"),
    (None, {"CLONEDESK_CONFIG": "/none.toml"}, "CLONEDESK_CONFIG"),
])  # fmt: skip
def test_a_settings_file_that_was_named_must_exist(given: Path | None, variables: dict[str, str], who: str) -> None:
    with pytest.raises(ConfigError) as error:
        find_config(given, variables)
    assert str(error.value) == f"{who} names a settings file that does not exist: /none.toml"


def test_directories_follow_the_platform(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "home", lambda: Path("/u"))
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    assert (config_dir(), data_dir()) == (Path("/u/.config/clonedesk"), Path("/u/.local/share/clonedesk"))
    assert default_store() == "sqlite:////u/.local/share/clonedesk/archive.sqlite"
    monkeypatch.setenv("XDG_DATA_HOME", "/d")
    assert data_dir() == Path("/d/clonedesk")
    monkeypatch.setattr(sys, "platform", "darwin")
    assert config_dir() == data_dir() == Path("/u/Library/Application Support/clonedesk")
