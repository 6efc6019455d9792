"""Which value counts: flag > environment > profile > default. Every value remembers where it came from."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from clonedesk_connectors.errors import ConfigError
from clonedesk_connectors.protocol import AccountConfig
from clonedesk_connectors.settings.places import default_store, find_config
from clonedesk_connectors.settings.profiles import Profile, Profiles, has_password, read_profiles

DEFAULT_BUDGET_SHARE = 0.8


@dataclass(frozen=True, slots=True)
class Chosen:
    """A value and its origin, e.g. "flag --store", "CLONEDESK_STORE", "profile acme", "default"."""

    value: str | None
    origin: str


@dataclass(frozen=True, slots=True)
class AccountSettings:
    """Everything that is set for one account.

    profile, path: the profile it comes from and the file of that, or None. chosen: the simple values by name.
    review: the table [review] of the file, which is about queues and not about one account.
    """

    vendor: str
    chosen: Mapping[str, Chosen]
    profile: str | None = None
    path: Path | None = None
    details: Profile | None = field(default=None, repr=False)
    review: Mapping[str, Any] = field(default_factory=dict, repr=False)

    def value(self, name: str) -> str | None:
        return self.chosen[name].value

    @property
    def account(self) -> str:
        return self.value("account") or ""

    @property
    def store(self) -> str:
        return self.value("store") or ""

    @property
    def config(self) -> AccountConfig:
        return self.details.config if self.details else AccountConfig()

    @property
    def budget_share(self) -> float:
        """Raises ConfigError when it is not a number."""
        chosen = self.chosen["budget_share"]
        try:
            return float(chosen.value or "")
        except ValueError:
            raise ConfigError(f"the budget share from {chosen.origin} is not a number such as 0.8") from None

    def rows(self) -> Iterator[tuple[str, str, str]]:
        """(name, value, origin) of everything that counts, without secrets, for people."""
        origin = f"profile {self.profile} in {self.path}"
        yield "settings file", str(self.path or "none"), "first of --config, CLONEDESK_CONFIG, ./, user's directory"
        yield "profile", self.profile or "none", origin if self.profile else "none describes this account"
        yield "vendor", self.vendor, origin if self.profile else "argument"
        for name, chosen in self.chosen.items():
            yield name, shown(name, chosen.value), chosen.origin
        if self.details is not None:
            yield "credentials", _reference(self.details), origin
            for name, value in self.details.options.items():
                yield f"options.{name}", value, origin
            for name, value in self.details.config.model_dump(mode="json", exclude_defaults=True).items():
                yield f"config.{name}", _listed(value), origin
        for name, value in self.review.items():
            yield f"review.{name}", _listed(value), str(self.path)


def resolve(
    target: str,
    *,
    flags: Mapping[str, str | None],
    config: Path | None = None,
    vendors: Collection[str] = (),
    variables: Mapping[str, str] | None = None,
) -> AccountSettings:
    """The settings for a profile, or for a vendor with an account from flag or environment.

    target: a profile's name, or a vendor's. With an account given, a vendor's name means the vendor.
    flags: what the command line says, by name (account, region, base_url, store, budget_share); None where silent.
    Raises ConfigError when it is not clear which account is meant.
    """
    variables = os.environ if variables is None else variables
    profiles = read_profiles(find_config(config, variables))
    account = _chosen("account", flags, variables, None, None)
    is_vendor = target in vendors
    if target in profiles.by_name and not (is_vendor and account.value is not None):
        name: str | None = target
    else:
        if not is_vendor and account.value is None:
            raise ConfigError(_who_is(target, profiles, vendors))
        if account.value is None:
            raise ConfigError(f"{target} is a connector: say which account with --account, or name a profile")
        name = _only(profiles.named(target, account.value), target, account.value)
    profile = profiles.by_name[name] if name is not None else None
    chosen = {
        "account": _chosen("account", flags, variables, name, (profile.account or name) if profile else None),
        "region": _chosen("region", flags, variables, name, profile and profile.region),
        "base_url": _chosen("base_url", flags, variables, name, profile and profile.base_url),
        "store": _chosen("store", flags, variables, name, profile and profile.store, default_store()),
        "budget_share": _chosen(
            "budget_share", flags, variables, name, profile and profile.budget_share, DEFAULT_BUDGET_SHARE
        ),
    }
    return AccountSettings(profile.vendor if profile else target, chosen, name, profiles.path, profile, profiles.review)


def archive_url(
    flag: str | None,
    *,
    profile: str | None = None,
    config: Path | None = None,
    variables: Mapping[str, str] | None = None,
) -> str:
    """The archive for a command that is about no single account: flag, CLONEDESK_STORE, the named profile's.

    Without a name the one that all profiles share, else the default. Raises ConfigError where they differ.
    """
    variables = os.environ if variables is None else variables
    said = _chosen("store", {"store": flag}, variables, None, None)
    if said.value is not None and profile is None:
        return said.value
    profiles = read_profiles(find_config(config, variables))
    if profile is not None and profile not in profiles.by_name:
        raise ConfigError(_who_is(profile, profiles, ()))
    if said.value is not None:
        return said.value
    wanted = [profiles.by_name[profile]] if profile is not None else [*profiles.by_name.values()]
    stores = {it.store or default_store() for it in wanted} or {default_store()}
    if len(stores) > 1:
        raise ConfigError(f"the profiles in {profiles.path} keep several archives; say which with --profile or --store")
    return stores.pop()


def shown(name: str, value: str | None) -> str:
    """A value as people may see it; a password in an archive's URL is left out."""
    if value is None:
        return "not set"
    return "(holds a password, not shown)" if name == "store" and has_password(value) else value


def _chosen(
    name: str,
    flags: Mapping[str, str | None],
    variables: Mapping[str, str],
    profile: str | None,
    from_profile: Any,
    default: Any = None,
) -> Chosen:
    flag, variable = flags.get(name), f"CLONEDESK_{name.upper()}"
    if flag is not None:
        return Chosen(flag, f"flag --{name.replace('_', '-')}")
    if variables.get(variable, "").strip():
        return Chosen(variables[variable].strip(), variable)
    if from_profile is not None:
        return Chosen(str(from_profile), f"profile {profile}")
    return Chosen(None if default is None else str(default), "default")


def _only(names: list[str], vendor: str, account: str) -> str | None:
    if len(names) > 1:
        raise ConfigError(f"several profiles describe {vendor} account {account!r}; name one: {', '.join(names)}")
    return names[0] if names else None


def _who_is(target: str, profiles: Profiles, vendors: Collection[str]) -> str:
    where = f"profiles in {profiles.path}: {', '.join(profiles.by_name) or 'none'}" if profiles.path else "no profiles"
    known = f"; connectors: {', '.join(vendors)}" if vendors else ""
    return f"no profile called {target!r} ({where}{known})"


def _reference(profile: Profile) -> str:
    found = profile.credentials
    if isinstance(found, dict):
        return ", ".join(f"{name}: {path}" for name, path in found.items())
    return str(found or "any place")


def _listed(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(sorted(map(str, value)))
    if isinstance(value, dict):
        return ", ".join(f"{name}: {_listed(part)}" for name, part in value.items())
    return str(value)
