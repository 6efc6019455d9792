"""The keyring: which backends are refused, and what happens when one does not work."""

from __future__ import annotations

import sys
from types import ModuleType

import keyring.errors
import pytest
from keyring.backends import fail, null

from clonedesk_connectors.errors import ConfigError
from clonedesk_connectors.secrets import Credentials, Keyring, find_credentials
from tests.secrets.fakes import (
    FORMS,
    SLOT,
    Chained,
    Failing,
    Forgetful,
    Garbling,
    Hanging,
    LowPriority,
    Memory,
    PlaintextKeyring,
    ring,
    secrets,
)

ELSE = "use an environment variable or a file, or make a keyring available"


def test_entries_have_a_service_per_vendor_and_a_user_per_account_form_and_field() -> None:
    backend = Memory()
    kept = Credentials("token", secrets(EMAIL="jane@example.com", API_TOKEN="s3cret"))
    ring(backend).store("zendesk", "acme", FORMS, kept)
    assert backend.entries == {
        ("clonedesk-zendesk", "acme:token:EMAIL"): "jane@example.com",
        ("clonedesk-zendesk", "acme:token:API_TOKEN"): "s3cret",
    }
    found = find_credentials("zendesk", "acme", FORMS, [ring(backend)])
    assert (found.form, found.source, found.places[1]) == (
        "token",
        "the keyring",
        "clonedesk-zendesk acme:token:API_TOKEN",
    )
    assert ring(backend).backend == "tests.secrets.fakes.Memory"


def test_a_new_form_replaces_the_old_one_and_other_accounts_stay() -> None:
    backend = Memory()
    ring(backend).store("zendesk", "beta", FORMS, Credentials("oauth", secrets(CLIENT_ID="b", CLIENT_SECRET="b")))
    ring(backend).store("zendesk", "acme", FORMS, Credentials("oauth", secrets(CLIENT_ID="a", CLIENT_SECRET="a")))
    ring(backend).store("zendesk", "acme", FORMS, Credentials("token", secrets(EMAIL="e", API_TOKEN="t")))
    assert find_credentials("zendesk", "acme", FORMS, [ring(backend)]).form == "token"
    assert ring(backend).remove("zendesk", "acme", FORMS) == 2
    assert ring(backend).remove("zendesk", "acme", FORMS) == 0
    assert set(backend.entries) == {
        ("clonedesk-zendesk", "beta:oauth:CLIENT_ID"),
        ("clonedesk-zendesk", "beta:oauth:CLIENT_SECRET"),
    }


@pytest.mark.parametrize(
    ("backend", "problem"),
    [
        (PlaintextKeyring(), "tests.secrets.fakes.PlaintextKeyring keeps secrets readable in a file"),
        (LowPriority(), "tests.secrets.fakes.LowPriority is not recommended by keyring (priority 0.5)"),
        (
            null.Keyring(),  # type: ignore[no-untyped-call]
            "keyring.backends.null.Keyring keeps nothing",
        ),
        (
            fail.Keyring(),  # type: ignore[no-untyped-call]
            "keyring.backends.fail.Keyring only says that this machine has no keyring",
        ),
    ],
)
def test_a_backend_that_is_no_safe_place_is_passed_over_with_the_reason(backend: Memory, problem: str) -> None:
    place = ring(backend)
    assert place.read(SLOT) is None
    assert place.trouble == (
        f"the keyring backend {problem}; {ELSE} "
        "(--allow-insecure-backend, or CLONEDESK_ALLOW_INSECURE_BACKEND=1, accepts it as it is)"
    )


@pytest.mark.parametrize("backend", [PlaintextKeyring(), LowPriority()])
def test_a_plain_backend_is_used_when_it_is_asked_for(backend: Memory) -> None:
    backend.set_password("clonedesk-zendesk", "acme:token:API_TOKEN", "t")
    found = ring(backend, allow_insecure=True).read(SLOT)
    assert found is not None
    assert found.reveal() == "t"


def test_of_a_chain_the_first_safe_backend_is_used() -> None:
    chain = Chained()
    ring(chain).store("zendesk", "acme", FORMS, Credentials("token", secrets(EMAIL="e", API_TOKEN="t")))
    assert [len(backend.entries) for backend in chain.backends] == [0, 2]


@pytest.mark.parametrize(
    ("error", "trouble"),
    [
        (keyring.errors.KeyringLocked("CANARY"), f"the keyring is locked; unlock it, or {ELSE}"),
        (keyring.errors.InitError("CANARY"), f"the keyring is locked; unlock it, or {ELSE}"),
        (keyring.errors.NoKeyringError("CANARY"), f"there is no keyring here; {ELSE}"),
        (ValueError("CANARY"), f"the keyring is broken (ValueError); {ELSE}"),
    ],
)
def test_a_backend_that_raises_falls_through_and_is_asked_only_once(error: Exception, trouble: str) -> None:
    backend = Failing(error)
    place = ring(backend)
    assert (place.read(SLOT), place.read(SLOT)) == (None, None)
    assert (place.trouble, backend.calls) == (trouble, 1)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_backend_that_ends_its_thread_falls_through_too() -> None:
    """A panic of native code is not an Exception."""
    place = ring(Failing(SystemExit("CANARY")))
    assert place.read(SLOT) is None
    assert place.trouble == f"the keyring is broken (it ended without an answer); {ELSE}"


def test_a_backend_that_hangs_is_left_behind() -> None:
    backend = Hanging()
    place = ring(backend, timeout_s=0)
    try:
        assert place.read(SLOT) is None
        assert place.trouble == f"the keyring did not answer within 0 s; unlock it, or {ELSE}"
    finally:
        backend.closed.set()


def test_a_missing_library_or_an_unknown_backend_falls_through(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)
    place = Keyring()
    assert place.read(SLOT) is None
    assert place.trouble == f"there is no keyring here; {ELSE}"


def test_by_default_the_backend_is_the_one_the_library_finds(monkeypatch: pytest.MonkeyPatch) -> None:
    fake = ModuleType("keyring")
    fake.get_keyring = Memory  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "keyring", fake)
    assert Keyring().backend == "tests.secrets.fakes.Memory"


@pytest.mark.parametrize("backend", [Forgetful(), Garbling()])
def test_what_does_not_come_back_as_it_was_is_not_kept(backend: Memory) -> None:
    with pytest.raises(ConfigError, match="did not give back"):
        ring(backend).store("zendesk", "acme", FORMS, Credentials("token", secrets(EMAIL="eeee", API_TOKEN="tttt")))
    assert backend.entries == {}


def test_storing_in_a_broken_backend_says_so_without_the_value() -> None:
    with pytest.raises(ConfigError) as error:
        ring(Failing(RuntimeError("tttt"))).store("zendesk", "acme", FORMS, Credentials("token", secrets(EMAIL="tttt")))
    assert str(error.value) == f"the keyring is broken (RuntimeError); {ELSE}"
    assert error.value.__cause__ is None
