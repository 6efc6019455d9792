"""Where credentials come from. They are looked for in sources, one after the other; the first usable one wins.

A source knows nothing but names. Today there is the environment; a file, a keyring or a prompt is one more class.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from clonedesk_connectors.errors import ConfigError
from clonedesk_connectors.protocol import CredentialForm


class Secret:
    """A value that shows itself only when asked by name: not in repr, str, format, logs or pickles."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        return self._value

    def __repr__(self) -> str:
        return "Secret('***')"

    def __reduce__(self) -> str:
        raise TypeError("a secret is not written anywhere")


@dataclass(frozen=True, slots=True)
class Credentials:
    """Values for every field of one credential form, by field name."""

    form: str
    values: Mapping[str, Secret]

    def reveal(self) -> dict[str, str]:
        """The plain values, for `Connector.sign_in` and nothing else."""
        return {field: secret.reveal() for field, secret in self.values.items()}


class Source(Protocol):
    """One place to look in. `title` says where that is, for messages: "the environment"."""

    title: str

    def read(self, vendor: str, account: str, field: str) -> Secret | None:
        """The value of a field ("API_TOKEN"), or None when there is none here."""
        ...

    def label(self, vendor: str, account: str, field: str) -> str:
        """What a person has to set for this field; never its value."""
        ...


class Environment:
    """`CLONEDESK_<VENDOR>_<FIELD>`, the same for all accounts of a vendor. Empty and blank values count as not set."""

    title = "the environment"

    def __init__(self, variables: Mapping[str, str] | None = None) -> None:
        self._variables = os.environ if variables is None else variables

    def read(self, vendor: str, account: str, field: str) -> Secret | None:
        value = self._variables.get(self.label(vendor, account, field), "").strip()
        return Secret(value) if value else None

    def label(self, vendor: str, account: str, field: str) -> str:
        return f"CLONEDESK_{vendor}_{field}".upper().replace("-", "_")


class Given:
    """Values that the calling program hands over, by field name in any case."""

    title = "the credentials argument"

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = {name.upper(): value for name, value in values.items()}

    def read(self, vendor: str, account: str, field: str) -> Secret | None:
        value = self._values.get(field.upper(), "").strip()
        return Secret(value) if value else None

    def label(self, vendor: str, account: str, field: str) -> str:
        return field.lower()


def find_credentials(
    vendor: str, account: str, forms: Iterable[CredentialForm], sources: Sequence[Source] | None = None
) -> Credentials:
    """The first complete form of the first source that has anything; by default only the environment is asked.

    Parts are never put together from several sources: half a form in one place is a mistake to point out, not to
    paper over. Raises ConfigError that names what is missing, and never a value.
    """
    forms = tuple(forms)
    sources = (Environment(),) if sources is None else sources
    for source in sources:
        partial: list[tuple[CredentialForm, list[str]]] = []
        for form in forms:
            found = {field: source.read(vendor, account, field) for field in form.fields}
            values = {field: secret for field, secret in found.items() if secret}
            if len(values) == len(form.fields):
                return Credentials(form.name, values)
            if values:
                partial.append((form, [field for field in form.fields if field not in values]))
        if partial:
            form, missing = min(partial, key=lambda candidate: len(candidate[1]))
            names = " and ".join(source.label(vendor, account, field) for field in missing)
            raise ConfigError(f"{source.title} holds only a part of the {form.name!r} credentials; missing: {names}")
    raise ConfigError(_nothing_found(vendor, account, forms, sources))


def _nothing_found(vendor: str, account: str, forms: Iterable[CredentialForm], sources: Iterable[Source]) -> str:
    ways = (
        f"{' and '.join(source.label(vendor, account, field) for field in form.fields)} ({form.name}, {source.title})"
        for source in sources
        for form in forms
    )
    return f"no credentials for {vendor} account {account!r}; set one of: {'; '.join(ways)}"
