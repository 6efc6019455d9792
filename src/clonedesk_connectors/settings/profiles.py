"""`clonedesk.toml`: named settings of accounts. Holds no secrets; a field that looks like one is refused.

[accounts.acme]
vendor = "zendesk"
account = "acme"               # default: the profile's name
store = "sqlite:///acme.sqlite"
budget_share = 0.5
credentials = "keyring"

[accounts.acme.config]         # `AccountConfig`
bot_users = ["9100000000100"]

[review]                       # `ReviewSettings` and `Router`; read by `review/configured.py`
undo_s = 900
"""

from __future__ import annotations

import os
import re
import stat
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from clonedesk_connectors.errors import ConfigError
from clonedesk_connectors.protocol import AccountConfig

_SECRET_NAME = re.compile(r"token|secret|passw|pwd|bearer|credential|(?:^|[_-])(?:api)?keys?(?:$|[_-])", re.IGNORECASE)
_CUSTOMERS_WORDS = ("label_tags", "label_fields")
"""Tables of the account configuration whose keys are the helpdesk's own words, e.g. a tag called password_reset."""
_WORDS_OF_A_TEXT = ("review", "match", "partial_min_tokens")
"""The one setting of ours that is called like a secret."""


class Profile(BaseModel):
    """One named account. account: None means that it is called like the profile.

    credentials: "environment", "keyring", an absolute path (a form with one field), or a path for each field.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    vendor: str
    account: str | None = None
    region: str | None = None
    base_url: str | None = None
    store: str | None = None
    budget_share: float | None = Field(default=None, gt=0, le=1)
    credentials: Literal["environment", "keyring"] | Path | dict[str, Path] | None = None
    options: dict[str, str] = Field(default_factory=dict)
    config: AccountConfig = AccountConfig()

    @field_validator("credentials", mode="after")
    @classmethod
    def _only_references(cls, value: Any) -> Any:
        paths = value.values() if isinstance(value, dict) else [value] if isinstance(value, Path) else []
        if not all(path.expanduser().is_absolute() for path in paths):
            raise ValueError('credentials is "environment", "keyring", an absolute path, or such a path for each field')
        return value

    @field_validator("store", mode="after")
    @classmethod
    def _no_password(cls, store: str | None) -> str | None:
        if store is not None and has_password(store):
            raise ValueError("this URL holds a password; leave it out and use PGPASSFILE, or set CLONEDESK_STORE")
        return store


@dataclass(frozen=True, slots=True)
class Profiles:
    """All profiles of one file, by name; `path` is None when there is no file. review: the table [review] as it is
    written, for every queue that is opened with this file.
    """

    path: Path | None = None
    by_name: Mapping[str, Profile] = field(default_factory=dict)
    review: Mapping[str, Any] = field(default_factory=dict)

    def named(self, vendor: str, account: str) -> list[str]:
        """Names of the profiles that describe this account."""
        return [name for name, it in self.by_name.items() if (it.vendor, it.account or name) == (vendor, account)]


def read_profiles(path: Path | None) -> Profiles:
    """Read a settings file. Raises ConfigError that names the place of a mistake, never the value there."""
    if path is None:
        return Profiles()
    try:
        with path.open("rb") as file:
            refuse_strangers(path, os.fstat(file.fileno()))
            content = tomllib.load(file)
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} cannot be read ({type(error).__name__})") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path} is not valid TOML{_position(error)}") from None
    for place in _secret_fields(content):
        raise ConfigError(
            f"{path}: {place} looks like a secret. Secrets do not belong into this file: keep them in the keyring "
            "(clonedesk-sync auth login), an environment variable or a file of their own"
        )
    if unknown := sorted(content.keys() - {"accounts", "review"}):
        raise ConfigError(f"{path}: only [accounts.NAME] and [review] are known at the top, not {unknown[0]!r}")
    accounts, review = content.get("accounts", {}), content.get("review", {})
    if not isinstance(accounts, dict):
        raise ConfigError(f"{path}: accounts must be tables, [accounts.NAME]")
    if not isinstance(review, dict):
        raise ConfigError(f"{path}: review must be a table, [review]")
    return Profiles(path, {name: _profile(path, name, table) for name, table in accounts.items()}, review)


def has_password(url: str) -> bool:
    """Whether an archive URL holds a password, also one that cannot be read as a URL."""
    try:
        return urlsplit(url).password is not None
    except ValueError:
        return "@" in url


def _profile(path: Path, name: str, table: object) -> Profile:
    try:
        return Profile.model_validate(table)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(("accounts", name, *map(str, first["loc"])))
        raise ConfigError(f"{path}: {place}: {first['msg'].removeprefix('Value error, ')}") from None


def _secret_fields(table: object, place: tuple[str, ...] = ()) -> Iterator[str]:
    """Dotted names of fields that look like secrets. What `credentials` holds is checked to be paths instead."""
    if isinstance(table, list):
        for item in table:
            yield from _secret_fields(item, place)
    if not isinstance(table, dict) or place[-1:] in (("credentials",), *((word,) for word in _CUSTOMERS_WORDS)):
        return
    for name, value in table.items():
        here = (*place, name)
        is_table = isinstance(value, dict)
        is_reference = len(here) == 3 and name == "credentials"
        is_profile = len(here) == 2 and is_table
        if _SECRET_NAME.search(name) and not is_reference and not is_profile and here != _WORDS_OF_A_TEXT:
            yield ".".join(here)
        yield from _secret_fields(value, here)


def refuse_strangers(path: Path, found: os.stat_result) -> None:
    """Raises ConfigError for a file that somebody else can change: it could send our credentials to their address."""
    if os.name != "posix":
        return
    me = os.getuid()
    foreign = found.st_uid not in (me, 0) and me != 0  # root reads files of others, e.g. in a container
    if foreign or found.st_mode & stat.S_IWOTH:
        raise ConfigError(f"{path} belongs to another user or can be changed by everybody, so it is not used")


def _position(error: tomllib.TOMLDecodeError) -> str:
    """Where the parser stopped; the rest of its message may quote the file."""
    found = re.search(r"\(at (line \d+, column \d+|end of document)\)", str(error))
    return f" ({found[1]})" if found else ""
