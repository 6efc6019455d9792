from __future__ import annotations

import pickle
from collections.abc import Mapping

import pytest

from clonedesk_connectors.errors import ConfigError
from clonedesk_connectors.protocol import CredentialForm
from clonedesk_connectors.secrets import Credentials, Environment, Given, Secret, find_credentials

OAUTH = CredentialForm("oauth", ("CLIENT_ID", "CLIENT_SECRET"))
TOKEN = CredentialForm("token", ("EMAIL", "API_TOKEN"))
FORMS = (OAUTH, TOKEN)


def found(**variables: str) -> Credentials:
    return find_credentials("zendesk", "acme", FORMS, [Environment(variables)])


class Drawer:
    """A second place to look in."""

    title = "the drawer"

    def __init__(self, **values: str) -> None:
        self.values: Mapping[str, str] = values

    def read(self, vendor: str, account: str, field: str) -> Secret | None:
        value = self.values.get(f"{account}_{field}")
        return Secret(value) if value else None

    def label(self, vendor: str, account: str, field: str) -> str:
        return f"{vendor}/{account}/{field}"


def test_the_first_complete_form_wins() -> None:
    both = found(
        CLONEDESK_ZENDESK_EMAIL="jane@example.com",
        CLONEDESK_ZENDESK_API_TOKEN="t",
        CLONEDESK_ZENDESK_CLIENT_ID="id",
        CLONEDESK_ZENDESK_CLIENT_SECRET="se",
    )
    assert (both.form, both.reveal()) == ("oauth", {"CLIENT_ID": "id", "CLIENT_SECRET": "se"})


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


def test_nothing_at_all_names_every_way_in() -> None:
    with pytest.raises(ConfigError) as error:
        find_credentials("zendesk", "acme", FORMS, [Environment({}), Drawer()])
    assert str(error.value) == (
        "no credentials for zendesk account 'acme'; set one of: "
        "CLONEDESK_ZENDESK_CLIENT_ID and CLONEDESK_ZENDESK_CLIENT_SECRET (oauth, the environment); "
        "CLONEDESK_ZENDESK_EMAIL and CLONEDESK_ZENDESK_API_TOKEN (token, the environment); "
        "zendesk/acme/CLIENT_ID and zendesk/acme/CLIENT_SECRET (oauth, the drawer); "
        "zendesk/acme/EMAIL and zendesk/acme/API_TOKEN (token, the drawer)"
    )


def test_a_later_source_is_asked_only_when_the_earlier_ones_have_nothing() -> None:
    drawer = Drawer(acme_EMAIL="d", acme_API_TOKEN="d", acme_CLIENT_ID="d", acme_CLIENT_SECRET="d")
    environment = {"CLONEDESK_ZENDESK_EMAIL": "e", "CLONEDESK_ZENDESK_API_TOKEN": "e"}
    assert find_credentials("zendesk", "acme", FORMS, [Environment({}), drawer]).form == "oauth"
    assert find_credentials("zendesk", "acme", FORMS, [Environment(environment), drawer]).form == "token"
    with pytest.raises(ConfigError, match="missing: CLONEDESK_ZENDESK_API_TOKEN"):
        find_credentials("zendesk", "acme", FORMS, [Environment({"CLONEDESK_ZENDESK_EMAIL": "e"}), drawer])


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
    with pytest.raises(TypeError):
        pickle.dumps(secret)


def test_a_program_may_hand_over_values_by_field_name() -> None:
    given = Given({"email": "jane@example.com", "API_TOKEN": "t"})
    assert find_credentials("zendesk", "acme", FORMS, [given]).reveal() == {
        "EMAIL": "jane@example.com",
        "API_TOKEN": "t",
    }
    with pytest.raises(ConfigError, match="the credentials argument holds only a part"):
        find_credentials("zendesk", "acme", FORMS, [Given({"email": "jane@example.com"})])
