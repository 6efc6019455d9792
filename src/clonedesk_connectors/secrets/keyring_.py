"""The system's keyring: macOS Keychain, Windows Credential Locker, Secret Service, KWallet; whatever `keyring` finds.

It may be missing, locked, waiting for a password nobody sees, or broken. None of that stops a run: the next place is
asked, and `trouble` says what was wrong. Only storing raises.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from importlib import import_module
from threading import Thread
from typing import Any, Protocol, TypeVar

from clonedesk_connectors.errors import ConfigError
from clonedesk_connectors.protocol import CredentialForm
from clonedesk_connectors.secrets.values import Credentials, Secret, Slot

T = TypeVar("T")

TIMEOUT_S = 15.0
"""How long a keyring may take; somebody may have to type a password into its window."""

_OTHERWISE = "use an environment variable or a file, or make a keyring available"


class Backend(Protocol):
    """The part of `keyring.backend.KeyringBackend` that is used."""

    priority: Any

    def get_password(self, service: str, username: str) -> str | None: ...
    def set_password(self, service: str, username: str, password: str) -> None: ...
    def delete_password(self, service: str, username: str) -> None: ...


def _system_backend() -> Backend:
    backend: Backend = import_module("keyring").get_keyring()
    return backend


class Keyring:
    """Entries of service `clonedesk-<vendor>`, user `<account>:<form>:<field>`.

    allow_insecure: also use a backend that keeps secrets readable, or that `keyring` itself does not recommend.
    load: gives the backend; asked once, when first needed. timeout_s: for each call.
    """

    title = "the keyring"

    def __init__(
        self,
        *,
        allow_insecure: bool = False,
        load: Callable[[], Backend] = _system_backend,
        timeout_s: float = TIMEOUT_S,
    ) -> None:
        self._allow_insecure, self._load, self._timeout_s = allow_insecure, load, timeout_s
        self._loaded: Backend | None = None
        self.trouble: str | None = None

    def read(self, slot: Slot) -> Secret | None:
        if self.trouble is not None:  # it would be the same again, and may take as long
            return None
        try:
            return self._get(slot)
        except ConfigError as error:
            self.trouble = str(error)
            return None

    def label(self, slot: Slot) -> str:
        return f"{_service(slot)} {_user(slot)}"

    @property
    def backend(self) -> str:
        """The class that keeps the secrets. Raises ConfigError when there is none that may be used."""
        return self._within_time(lambda: _name(self._backend()))

    def store(self, vendor: str, account: str, forms: Iterable[CredentialForm], credentials: Credentials) -> None:
        """Keep one form of an account, read it back and compare; forget every other form, so that this one is found.

        Raises ConfigError when the backend may not be used or did not keep the values; then nothing is left behind.
        """
        slots = {Slot(vendor, account, credentials.form, name): value for name, value in credentials.values.items()}
        try:
            for slot, secret in slots.items():
                self._set(slot, secret)
            kept = all(secret.same_as(self._get(slot)) for slot, secret in slots.items())
        except ConfigError:
            self._undo(slots)
            raise
        if not kept:
            self._undo(slots)
            raise ConfigError("the keyring did not give back what it was told to keep, so nothing was stored")
        self.remove(vendor, account, (form for form in forms if form.name != credentials.form))

    def remove(self, vendor: str, account: str, forms: Iterable[CredentialForm]) -> int:
        """Forget these forms of an account; returns how many values there were. Raises ConfigError."""
        slots = (Slot(vendor, account, form.name, field) for form in forms for field in form.fields)
        return sum(self._delete(slot) for slot in slots)

    def _undo(self, slots: Iterable[Slot]) -> None:
        for slot in slots:
            try:
                self._delete(slot)
            except ConfigError:
                return  # the failure that brought us here is the one to tell

    def _get(self, slot: Slot) -> Secret | None:
        value = self._within_time(lambda: self._backend().get_password(_service(slot), _user(slot)))
        return Secret(value) if value else None

    def _set(self, slot: Slot, secret: Secret) -> None:
        self._within_time(lambda: self._backend().set_password(_service(slot), _user(slot), secret.reveal()))

    def _delete(self, slot: Slot) -> bool:
        if self._get(slot) is None:
            return False
        self._within_time(lambda: self._backend().delete_password(_service(slot), _user(slot)))
        return True

    def _backend(self) -> Backend:
        if self._loaded is None:
            self._loaded = usable(self._load(), allow_insecure=self._allow_insecure)
        return self._loaded

    def _within_time(self, work: Callable[[], T]) -> T:
        """Do it in a thread that may be left behind: a backend can wait for ever for a window nobody sees."""
        results: list[T] = []
        errors: list[Exception] = []

        def run() -> None:
            try:
                results.append(work())
            except Exception as error:  # noqa: BLE001 - whatever a backend does becomes one clear sentence
                errors.append(error)

        thread = Thread(target=run, daemon=True, name="clonedesk-keyring")
        thread.start()
        thread.join(self._timeout_s)
        if results:
            return results[0]
        if thread.is_alive():
            raise ConfigError(f"the keyring did not answer within {self._timeout_s:g} s; unlock it, or {_OTHERWISE}")
        raise _explained(errors[0] if errors else None)


def usable(backend: Backend, *, allow_insecure: bool = False) -> Backend:
    """The backend, or of several in a chain the first that may be used. Raises ConfigError with the objection."""
    if allow_insecure:
        return backend
    candidates: list[Backend] = list(getattr(backend, "backends", None) or [backend])
    objections = [objection(candidate) for candidate in candidates]
    for candidate, problem in zip(candidates, objections, strict=True):
        if problem is None:
            return candidate
    raise ConfigError(
        f"the keyring backend {_name(candidates[0])} {objections[0]}; {_OTHERWISE} "
        "(--allow-insecure-backend, or CLONEDESK_ALLOW_INSECURE_BACKEND=1, accepts it as it is)"
    )


def objection(backend: Backend) -> str | None:
    """Why a backend must not keep secrets, or None. Raises what its priority raises where it cannot work."""
    kinds = [f"{kind.__module__}.{kind.__qualname__}".lower() for kind in type(backend).__mro__]
    for part, problem in (
        ("plaintext", "keeps secrets readable in a file"),
        ("keyring.backends.null.", "keeps nothing"),
        ("keyring.backends.fail.", "only says that this machine has no keyring"),
    ):
        if any(part in kind for kind in kinds):
            return problem
    return None if backend.priority >= 1 else f"is not recommended by keyring (priority {backend.priority:g})"


def _explained(error: Exception | None) -> ConfigError:
    """One sentence for what a backend raised: its kind, never its words, which may hold anything."""
    if isinstance(error, ConfigError):
        return error
    kind = type(error).__name__ if error is not None else "it ended without an answer"
    if kind in ("KeyringLocked", "InitError", "LockedException", "PromptDismissedException"):
        return ConfigError(f"the keyring is locked; unlock it, or {_OTHERWISE}")
    if kind in ("NoKeyringError", "ModuleNotFoundError"):
        return ConfigError(f"there is no keyring here; {_OTHERWISE}")
    return ConfigError(f"the keyring is broken ({kind}); {_OTHERWISE}")


def _name(backend: Backend) -> str:
    return f"{type(backend).__module__}.{type(backend).__qualname__}"


def _service(slot: Slot) -> str:
    return f"clonedesk-{slot.vendor}"


def _user(slot: Slot) -> str:
    return f"{slot.account}:{slot.form}:{slot.field}"
