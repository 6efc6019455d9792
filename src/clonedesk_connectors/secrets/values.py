"""A secret, the place it is filed under, and what a source of secrets is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hmac import compare_digest
from typing import NamedTuple, Protocol


class Secret:
    """A value that shows itself only when asked by name: not in repr, str, format, logs or pickles."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        return self._value

    def same_as(self, other: Secret | None) -> bool:
        """Whether both hold the same value; takes as long for a near miss as for a far one."""
        return other is not None and compare_digest(self._value.encode(), other._value.encode())

    def __repr__(self) -> str:
        return "Secret('***')"

    def __reduce__(self) -> str:
        raise TypeError("a secret is not written anywhere")


class Slot(NamedTuple):
    """One value of one credential form of one account: ("zendesk", "acme", "api_token", "TOKEN")."""

    vendor: str
    account: str
    form: str
    field: str


def variable(slot: Slot, *, of_account: bool = False) -> str:
    """`CLONEDESK_<VENDOR>_<FIELD>`, or `CLONEDESK_<VENDOR>_<ACCOUNT>_<FIELD>` for one account only."""
    parts = (slot.vendor, slot.account, slot.field) if of_account else (slot.vendor, slot.field)
    return "_".join(("clonedesk", *parts)).upper().replace("-", "_")


@dataclass(frozen=True, slots=True)
class Credentials:
    """Values for every field of one credential form, by field name.

    source, places: where they were found, for people ("the environment", the variables). Never a value.
    """

    form: str
    values: Mapping[str, Secret]
    source: str = ""
    places: tuple[str, ...] = ()

    def reveal(self) -> dict[str, str]:
        """The plain values, for `Connector.sign_in` and nothing else."""
        return {field: secret.reveal() for field, secret in self.values.items()}


class Source(Protocol):
    """One place to look in. `title` says where that is, for messages: "the environment"."""

    title: str

    @property
    def trouble(self) -> str | None:
        """Why this place could not be looked at, and what to do; None when all is well."""
        ...

    def read(self, slot: Slot) -> Secret | None:
        """The value, or None when there is none here. Raises ConfigError for one that must not be used."""
        ...

    def label(self, slot: Slot) -> str:
        """What a person has to set for this value; never the value."""
        ...
