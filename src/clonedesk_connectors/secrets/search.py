"""Looking through the places in order, and the error that names all of them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Literal

from clonedesk_connectors.errors import ConfigError
from clonedesk_connectors.protocol import CredentialForm
from clonedesk_connectors.secrets.keyring_ import Keyring
from clonedesk_connectors.secrets.places import RUN_SECRETS, Environment, Files, NamedFiles
from clonedesk_connectors.secrets.prompt import Prompt
from clonedesk_connectors.secrets.values import Credentials, Slot, Source, variable

Reference = Literal["environment", "keyring"] | Mapping[str, Path]
"""Where a profile says its credentials are: a place, or a file for each field."""


def standard_sources(
    variables: Mapping[str, str] | None = None,
    *,
    only: Reference | None = None,
    allow_insecure: bool | None = None,
    prompt: bool = True,
) -> list[Source]:
    """Every place after the argument in code, in order; what is set for one account goes before what is set for all.

    only: the environment and then just this place. allow_insecure: see `Keyring`; None asks the variable
    CLONEDESK_ALLOW_INSECURE_BACKEND. prompt: whether a person may be asked.
    """
    variables = os.environ if variables is None else variables
    if allow_insecure is None:
        allow_insecure = insecure_allowed(variables)
    environment: list[Source] = [Environment(variables, of_account=True), Environment(variables)]
    keyring = Keyring(allow_insecure=allow_insecure)
    if only == "environment":
        return environment
    if only == "keyring":
        return [*environment, keyring]
    if only is not None:
        return [*environment, NamedFiles(only)]
    found = [*environment, Files(variables, of_account=True), Files(variables), keyring]
    return [*found, Prompt(hint=lambda: keyring.trouble)] if prompt else found


def insecure_allowed(variables: Mapping[str, str] | None = None) -> bool:
    """Whether CLONEDESK_ALLOW_INSECURE_BACKEND is 1."""
    return (os.environ if variables is None else variables).get("CLONEDESK_ALLOW_INSECURE_BACKEND", "") == "1"


def find_credentials(
    vendor: str, account: str, forms: Iterable[CredentialForm], sources: Sequence[Source] | None = None
) -> Credentials:
    """The first complete form of the first source that has anything; `standard_sources` by default.

    Parts are never put together from several sources: half a form in one place is a mistake to point out, not to
    paper over. Raises ConfigError that names what is missing, and never a value.
    """
    forms = tuple(forms)
    sources = standard_sources() if sources is None else sources
    for source in sources:
        partial: list[list[Slot]] = []
        for form in forms:
            slots = [Slot(vendor, account, form.name, field) for field in form.fields]
            values = {slot.field: secret for slot in slots if (secret := source.read(slot))}
            if len(values) == len(slots):
                return Credentials(form.name, values, source.title, tuple(map(source.label, slots)))
            if values:
                partial.append([slot for slot in slots if slot.field not in values])
        if partial:
            missing = min(partial, key=len)
            names = " and ".join(map(source.label, missing))
            raise ConfigError(
                f"{source.title} holds only a part of the {missing[0].form!r} credentials; missing: {names}"
            )
    raise ConfigError(_nothing_found(vendor, account, forms, sources))


def _nothing_found(vendor: str, account: str, forms: Sequence[CredentialForm], sources: Iterable[Source]) -> str:
    looked = {source.title: f" ({source.trouble})" if source.trouble else "" for source in sources}
    slots = [[Slot(vendor, account, form.name, field) for field in form.fields] for form in forms]
    names = ", or ".join(" and ".join(map(variable, form)) for form in slots)
    first = next((slot for form in slots for slot in form), Slot(vendor, account, "", "TOKEN"))
    given = ", ".join(f'"{slot.field.lower()}": …' for slot in slots[0]) if slots else ""
    example, own = variable(first), variable(first, of_account=True)
    return (
        f"no credentials for {vendor} account {account!r}. Looked in "
        f"{', '.join(title + why for title, why in looked.items())}. Give them in one of five places: "
        f"(1) in code, connect(…, credentials={{{given}}}); "
        f"(2) the environment, {names} (for this account only: {own} and so on); "
        f"(3) a file, its path in {example}_FILE, or {RUN_SECRETS}/{example.lower()}, "
        f"or $CREDENTIALS_DIRECTORY/{example.lower()}; "
        f"(4) the keyring, clonedesk-sync auth login {vendor} --account {account}; "
        f"(5) a terminal, where you are asked"
    )
