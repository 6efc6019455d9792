"""Keyring backends that live in memory and misbehave in one way each. No test touches a real keyring."""

from __future__ import annotations

from threading import Event
from typing import NoReturn

from clonedesk_connectors.protocol import CredentialForm
from clonedesk_connectors.secrets import Keyring, Secret, Slot

OAUTH = CredentialForm("oauth", ("CLIENT_ID", "CLIENT_SECRET"))
TOKEN = CredentialForm("token", ("EMAIL", "API_TOKEN"))
FORMS = (OAUTH, TOKEN)
SLOT = Slot("zendesk", "acme", "token", "API_TOKEN")


class Memory:
    """A good backend."""

    priority: float = 5

    def __init__(self) -> None:
        self.entries: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.entries.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.entries[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.entries[service, username]


class LowPriority(Memory):
    priority = 0.5


class PlaintextKeyring(Memory):
    """Says it is fine; its name says it is not."""

    priority = 9


class Chained(Memory):
    """Like the chain of the keyring library: several backends, one of which is plain text."""

    priority = 10

    def __init__(self) -> None:
        super().__init__()
        self.backends = [PlaintextKeyring(), Memory()]


class Forgetful(Memory):
    """Takes everything, keeps nothing."""

    def set_password(self, service: str, username: str, password: str) -> None:
        return None


class Garbling(Memory):
    """Keeps something else for the last field of a form, like a store with a length limit."""

    def set_password(self, service: str, username: str, password: str) -> None:
        super().set_password(service, username, password[:3])


class Failing(Memory):
    """Raises the same error whatever it is asked."""

    def __init__(self, error: BaseException) -> None:
        super().__init__()
        self.error, self.calls = error, 0

    def get_password(self, service: str, username: str) -> NoReturn:
        self.calls += 1
        raise self.error

    def set_password(self, service: str, username: str, password: str) -> NoReturn:
        raise self.error


class Hanging(Memory):
    """Waits for a window that nobody sees."""

    def __init__(self) -> None:
        super().__init__()
        self.closed = Event()

    def get_password(self, service: str, username: str) -> None:
        self.closed.wait(30)


def ring(backend: Memory, *, allow_insecure: bool = False, timeout_s: float = 30) -> Keyring:
    return Keyring(load=lambda: backend, allow_insecure=allow_insecure, timeout_s=timeout_s)


def secrets(**values: str) -> dict[str, Secret]:
    return {name: Secret(value) for name, value in values.items()}
