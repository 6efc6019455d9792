"""In which order places are asked, and what is said when none has anything."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Mapping
from pathlib import Path

import pytest

from clonedesk_connectors.errors import ConfigError
from clonedesk_connectors.protocol import CredentialForm
from clonedesk_connectors.secrets import (
    Credentials,
    Environment,
    Files,
    Given,
    Prompt,
    Secret,
    Slot,
    Source,
    find_credentials,
    insecure_allowed,
    standard_sources,
)
from tests.secrets.fakes import FORMS, SLOT, Memory, ring


def found(**variables: str) -> Credentials:
    return find_credentials("zendesk", "acme", FORMS, [Environment(variables)])


class Drawer:
    """A second place to look in."""

    title = "the drawer"
    trouble: str | None = None

    def __init__(self, **values: str) -> None:
        self.values: Mapping[str, str] = values

    def read(self, slot: Slot) -> Secret | None:
        value = self.values.get(f"{slot.account}_{slot.field}")
        return Secret(value) if value else None

    def label(self, slot: Slot) -> str:
        return f"{slot.vendor}/{slot.account}/{slot.field}"


def test_the_first_complete_form_wins() -> None:
    both = found(
        CLONEDESK_ZENDESK_EMAIL="jane@example.com",
        CLONEDESK_ZENDESK_API_TOKEN="t",
        CLONEDESK_ZENDESK_CLIENT_ID="id",
        CLONEDESK_ZENDESK_CLIENT_SECRET="se",
    )
    assert (both.form, both.reveal()) == ("oauth", {"CLIENT_ID": "id", "CLIENT_SECRET": "se"})
    assert (both.source, both.places) == (
        "the environment",
        ("CLONEDESK_ZENDESK_CLIENT_ID", "CLONEDESK_ZENDESK_CLIENT_SECRET"),
    )


def test_a_complete_form_is_used_although_an_earlier_one_is_half_there() -> None:
    credentials = found(
        CLONEDESK_ZENDESK_CLIENT_ID="id", CLONEDESK_ZENDESK_EMAIL="jane@example.com", CLONEDESK_ZENDESK_API_TOKEN="t"
    )
    assert credentials.form == "token"


@pytest.mark.parametrize("blank", ["", "  ", "\n"])
def test_half_a_form_names_exactly_what_is_missing(blank: str) -> None:
    with pytest.raises(ConfigError) as error:
        found(CLONEDESK_ZENDESK_EMAIL="jane@example.com", CLONEDESK_ZENDESK_API_TOKEN=blank)
    assert str(error.value) == (
        "the environment holds only a part of the 'token' credentials; missing: CLONEDESK_ZENDESK_API_TOKEN"
    )


def test_a_later_source_is_asked_only_when_the_earlier_ones_have_nothing() -> None:
    drawer = Drawer(acme_EMAIL="d", acme_API_TOKEN="d", acme_CLIENT_ID="d", acme_CLIENT_SECRET="d")
    environment = {"CLONEDESK_ZENDESK_EMAIL": "e", "CLONEDESK_ZENDESK_API_TOKEN": "e"}
    assert find_credentials("zendesk", "acme", FORMS, [Environment({}), drawer]).form == "oauth"
    assert find_credentials("zendesk", "acme", FORMS, [Environment(environment), drawer]).form == "token"
    with pytest.raises(ConfigError, match="missing: CLONEDESK_ZENDESK_API_TOKEN"):
        find_credentials("zendesk", "acme", FORMS, [Environment({"CLONEDESK_ZENDESK_EMAIL": "e"}), drawer])


def test_the_order_is_environment_file_keyring_prompt_and_one_account_goes_before_all(tmp_path: Path) -> None:
    """Take the winner away, and the next one wins."""
    (tmp_path / "own").write_text("own file")
    (tmp_path / "all").write_text("file for all")
    for name in ("own", "all"):
        (tmp_path / name).chmod(0o600)
    variables = {
        "CLONEDESK_DESK_ACME_KEY": "own",
        "CLONEDESK_DESK_KEY": "for all",
        "CLONEDESK_DESK_ACME_KEY_FILE": str(tmp_path / "own"),
        "CLONEDESK_DESK_KEY_FILE": str(tmp_path / "all"),
    }
    backend = Memory()
    backend.set_password("clonedesk-desk", "acme:key:KEY", "kept")
    form, seen = CredentialForm("key", ("KEY",)), []

    def sources() -> list[Source]:
        prompt = Prompt(ask=lambda question: "typed", interactive=lambda: True)
        environment = [Environment(variables, of_account=True), Environment(variables)]
        return [*environment, Files(variables, of_account=True), Files(variables), ring(backend), prompt]

    while variables or backend.entries:
        seen.append(find_credentials("desk", "acme", [form], sources()).reveal()["KEY"])
        if variables:
            del variables[next(iter(variables))]
        else:
            backend.entries.clear()
    seen.append(find_credentials("desk", "acme", [form], sources()).reveal()["KEY"])
    assert seen == ["own", "for all", "own file", "file for all", "kept", "typed"]


def test_the_standard_sources_are_these_in_this_order() -> None:
    titles = ["the environment"] * 2 + ["secret files"] * 2 + ["the keyring", "the terminal"]
    assert [source.title for source in standard_sources({})] == titles
    assert [source.title for source in standard_sources({}, prompt=False)] == titles[:-1]


@pytest.mark.parametrize(
    ("only", "titles"),
    [
        ("environment", ["the environment"] * 2),
        ("keyring", ["the environment"] * 2 + ["the keyring"]),
        ({"key": Path("/x")}, ["the environment"] * 2 + ["the files that the profile names"]),
    ],
)
def test_a_profile_may_name_the_only_place_beside_the_environment(only: object, titles: list[str]) -> None:
    assert [source.title for source in standard_sources({}, only=only)] == titles  # type: ignore[arg-type]


def test_an_insecure_keyring_is_allowed_by_a_variable_that_is_exactly_1() -> None:
    assert [insecure_allowed({"CLONEDESK_ALLOW_INSECURE_BACKEND": value}) for value in ("1", "0", "yes")] == [
        True,
        False,
        False,
    ]


def test_nothing_at_all_names_all_five_ways_and_why_two_of_them_failed() -> None:
    keyring = ring(Memory())
    keyring.trouble = "it is locked"
    sources: list[Source] = [Environment({}), Files({}), keyring, Prompt(interactive=lambda: False), Drawer()]
    with pytest.raises(ConfigError) as error:
        find_credentials("zendesk", "acme-eu", FORMS, sources)
    assert str(error.value) == (
        "no credentials for zendesk account 'acme-eu'. Looked in the environment, secret files, the keyring (it is "
        "locked), the terminal (nobody can be asked: stdin or stderr is not a terminal), the drawer. Give them in one "
        'of five places: (1) in code, connect(…, credentials={"client_id": …, "client_secret": …}); '
        "(2) the environment, CLONEDESK_ZENDESK_CLIENT_ID and CLONEDESK_ZENDESK_CLIENT_SECRET, or "
        "CLONEDESK_ZENDESK_EMAIL and CLONEDESK_ZENDESK_API_TOKEN (for this account only: "
        "CLONEDESK_ZENDESK_ACME_EU_CLIENT_ID and so on); "
        "(3) a file, its path in CLONEDESK_ZENDESK_CLIENT_ID_FILE, or /run/secrets/clonedesk_zendesk_client_id, or "
        "$CREDENTIALS_DIRECTORY/clonedesk_zendesk_client_id; "
        "(4) the keyring, clonedesk-sync auth login zendesk --account acme-eu; (5) a terminal, where you are asked"
    )


def test_by_default_the_process_environment_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLONEDESK_MY_DESK_KEY", " k\n")
    credentials = find_credentials("my-desk", "acme", [CredentialForm("key", ("KEY",))])
    assert credentials.reveal() == {"KEY": "k"}


def test_a_secret_shows_itself_only_when_asked_by_name() -> None:
    credentials = found(CLONEDESK_ZENDESK_EMAIL="jane@example.com", CLONEDESK_ZENDESK_API_TOKEN="s3cret")
    secret = credentials.values["API_TOKEN"]
    for shown in (repr(secret), str(secret), f"{secret}", f"{secret!s:>20}", "%s" % secret, repr(credentials)):  # noqa: UP031
        assert "s3cret" not in shown
    assert secret.reveal() == "s3cret"
    for write in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match="not written anywhere"):
            write(secret)


def test_secrets_are_compared_by_value() -> None:
    assert Secret("ä").same_as(Secret("ä"))
    assert not Secret("a").same_as(Secret("b"))
    assert not Secret("a").same_as(None)


def test_a_program_may_hand_over_values_by_field_name() -> None:
    given = Given({"email": "jane@example.com", "API_TOKEN": "t"})
    assert find_credentials("zendesk", "acme", FORMS, [given]).reveal() == {
        "EMAIL": "jane@example.com",
        "API_TOKEN": "t",
    }
    with pytest.raises(ConfigError, match=r"the credentials argument holds only a part.*missing: api_token"):
        find_credentials("zendesk", "acme", FORMS, [Given({"email": "jane@example.com"})])


def test_a_prompt_asks_for_one_form_after_the_other_and_an_empty_answer_skips_a_form() -> None:
    answers, questions = iter(["", "jane@example.com", "s3cret"]), list[str]()

    def ask(question: str) -> str:
        questions.append(question)
        return next(answers)

    prompt = Prompt(ask=ask, interactive=lambda: True, hint=lambda: "the keyring is locked")
    assert find_credentials("zendesk", "acme", FORMS, [prompt]).form == "token"
    assert questions == [
        "the keyring is locked\nzendesk account acme, oauth: client id (hidden; Enter skips): ",
        "zendesk account acme, token: email (hidden; Enter skips): ",
        "zendesk account acme, token: api token (hidden; Enter skips): ",
    ]


def test_a_prompt_is_silent_where_nobody_can_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    class Pipe:
        def __init__(self, terminal: bool) -> None:
            self.terminal = terminal

        def isatty(self) -> bool:
            return self.terminal

    for stdin, stderr, answer in (
        (Pipe(True), Pipe(True), "typed"),
        (Pipe(True), Pipe(False), None),
        (Pipe(False), Pipe(True), None),
        (None, Pipe(True), None),
    ):
        monkeypatch.setattr("sys.stdin", stdin)
        monkeypatch.setattr("sys.stderr", stderr)
        read = Prompt(ask=lambda question: "typed").read(SLOT)
        assert (read.reveal() if read else None) == answer


def test_the_end_of_input_counts_as_no_answer() -> None:
    def closed(question: str) -> str:
        raise EOFError

    assert Prompt(ask=closed, interactive=lambda: True).read(SLOT) is None


def test_a_terminal_that_would_show_the_secret_is_refused() -> None:
    import warnings
    from getpass import GetPassWarning

    def echoing(question: str) -> str:
        warnings.warn("Can not control echo", GetPassWarning, stacklevel=2)
        return "shown"

    with pytest.raises(ConfigError, match="cannot hide what is typed"):
        Prompt(ask=echoing, interactive=lambda: True).read(SLOT)
