"""`clonedesk-sync auth`: credentials in the system's keyring. A secret is read from a terminal or from stdin, never
from the command line, where other users and the shell's history would see it.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from clonedesk_connectors.cli.interrupt import run_until_told
from clonedesk_connectors.cli.options import AccountName, BaseUrl, ConfigFile, Json, Region, Vendor, settings_of
from clonedesk_connectors.errors import AuthError, ClonedeskError, ConfigError

if TYPE_CHECKING:
    from clonedesk_connectors.app import Connection
    from clonedesk_connectors.protocol import CredentialForm, Identity
    from clonedesk_connectors.secrets import Credentials, Keyring

Insecure = Annotated[
    bool, typer.Option("--allow-insecure-backend", help="Accept a keyring that keeps secrets readable on disk.")
]
MAX_STDIN_CHARS = 64 * 1024

commands = typer.Typer(help="Keep, check and remove credentials.", no_args_is_help=True, rich_markup_mode=None)


def register(app: typer.Typer) -> None:
    app.add_typer(commands, name="auth")


@commands.command("login", context_settings={"allow_extra_args": True})
def login(
    context: typer.Context,
    target: Vendor,
    account: AccountName = None,
    base_url: BaseUrl = None,
    region: Region = None,
    config: ConfigFile = None,
    form: Annotated[str | None, typer.Option("--form", help="Which way to sign in; see `connectors`.")] = None,
    token_stdin: Annotated[bool, typer.Option("--token-stdin", help="Read from stdin, one value per line.")] = False,
    allow_insecure: Insecure = False,
) -> None:
    """Ask for a secret, check it with the helpdesk, and keep it in the keyring.

    Example: clonedesk-sync auth login zendesk --account acme
    """
    if context.args:
        raise ConfigError(
            "there is an argument too many (not shown, it may be a secret). Secrets are never arguments: leave it out "
            "and you are asked, or pipe it in with --token-stdin. If it was one, replace it: the shell remembers it"
        )
    connection = _connection(target, account, base_url, region, config, allow_insecure)
    keyring = _keyring(allow_insecure)
    backend = keyring.backend  # before anybody types a secret that could not be kept
    forms = connection.connector.credential_forms
    found = _from_stdin(forms, form) if token_stdin else _from_terminal(connection, forms, form)
    identity = _proved(connection, found)
    keyring.store(connection.vendor, connection.account, forms, found)
    typer.echo(f"{_who(connection)}: accepted as {_name(identity)}, kept in {backend} ({found.form})")
    _say_what_comes_first(connection)


@commands.command("status")
def status(
    target: Vendor,
    account: AccountName = None,
    base_url: BaseUrl = None,
    region: Region = None,
    config: ConfigFile = None,
    allow_insecure: Insecure = False,
    as_json: Json = False,
) -> None:
    """Show where the credentials come from, whether they are accepted and what they may do; never the values.

    Example: clonedesk-sync auth status zendesk --account acme
    """
    from clonedesk_connectors import app

    connection = _connection(target, account, base_url, region, config, allow_insecure)
    found = app.credentials_of(connection)
    validity, identity, code = "accepted", None, 0
    try:
        identity = _proved(connection, found)
    except ClonedeskError as error:
        validity, code = str(error), error.exit_code
    rows = {
        "vendor": connection.vendor,
        "account": connection.account,
        "source": found.source,
        "places": ", ".join(found.places),
        "backend": _keyring(allow_insecure).backend if found.source == "the keyring" else "",
        "form": found.form,
        "validity": validity,
        "identity": identity.id if identity else "",
        "role": (identity.role if identity else "") or "not told",
        "scopes": " ".join(identity.scopes if identity else ()) or "not told",
    }
    if as_json:
        typer.echo(json.dumps(rows))
    else:
        for name, value in rows.items():
            typer.echo(f"{name:<9} {value}" if value else f"{name:<9} -")
    raise typer.Exit(code)


@commands.command("test")
def check(
    target: Vendor,
    account: AccountName = None,
    base_url: BaseUrl = None,
    region: Region = None,
    config: ConfigFile = None,
    allow_insecure: Insecure = False,
) -> None:
    """Ask the helpdesk whether it accepts the credentials; ends with 0 if so, 3 if not.

    Example: clonedesk-sync auth test zendesk --account acme
    """
    from clonedesk_connectors import app

    connection = _connection(target, account, base_url, region, config, allow_insecure)
    found = app.credentials_of(connection)
    identity = _proved(connection, found)
    typer.echo(f"{_who(connection)}: accepted as {_name(identity)} ({found.form} from {found.source})")


@commands.command("logout")
def logout(
    target: Vendor,
    account: AccountName = None,
    base_url: BaseUrl = None,
    region: Region = None,
    config: ConfigFile = None,
    allow_insecure: Insecure = False,
) -> None:
    """Remove the credentials of an account from the keyring; other places are left as they are.

    Example: clonedesk-sync auth logout zendesk --account acme
    """
    connection = _connection(target, account, base_url, region, config, allow_insecure)
    forms = connection.connector.credential_forms
    removed = _keyring(allow_insecure).remove(connection.vendor, connection.account, forms)
    typer.echo(f"{_who(connection)}: " + ("removed from the keyring" if removed else "the keyring held nothing"))
    _say_what_comes_first(connection)


def _connection(
    target: str,
    account: str | None,
    base_url: str | None,
    region: str | None,
    config: Path | None,
    allow_insecure: bool,
) -> Connection:
    from clonedesk_connectors import app

    settings = settings_of(target, config, account=account, base_url=base_url, region=region)
    return app.connect_profile(settings, prompt=False, allow_insecure=allow_insecure or None)


def _keyring(allow_insecure: bool) -> Keyring:
    from clonedesk_connectors.secrets import Keyring, insecure_allowed

    return Keyring(allow_insecure=allow_insecure or insecure_allowed())


def _from_stdin(forms: Sequence[CredentialForm], wanted: str | None) -> Credentials:
    """One value per line, in the order of the form's fields; without --form their number must tell which form."""
    from clonedesk_connectors.secrets import Credentials, Secret

    lines = [line.strip() for line in sys.stdin.read(MAX_STDIN_CHARS).splitlines() if line.strip()]
    fitting = [form for form in _wanted(forms, wanted) if len(form.fields) == len(lines)]
    if len(fitting) != 1:
        raise ConfigError(
            f"stdin holds {len(lines)} lines; pipe in the values of one form, one per line: {_shown(forms)}"
        )
    values = {field: Secret(line) for field, line in zip(fitting[0].fields, lines, strict=True)}
    return Credentials(fitting[0].name, values)


def _from_terminal(connection: Connection, forms: Sequence[CredentialForm], wanted: str | None) -> Credentials:
    from clonedesk_connectors.secrets import Prompt, find_credentials

    prompt = Prompt()
    if prompt.trouble:
        raise ConfigError(f"{prompt.trouble}; pipe the secret in with --token-stdin")
    return find_credentials(connection.vendor, connection.account, _wanted(forms, wanted), [prompt])


def _wanted(forms: Sequence[CredentialForm], name: str | None) -> list[CredentialForm]:
    found = [form for form in forms if name in (None, form.name)]
    if not found:
        raise ConfigError(f"--form takes one of: {_shown(forms)}")
    return found


def _shown(forms: Sequence[CredentialForm]) -> str:
    return ", ".join(f"{form.name} ({', '.join(form.fields)})" for form in forms)


def _proved(connection: Connection, found: Credentials) -> Identity:
    """Raises AuthError unless the helpdesk says whose credentials these are: an answer to nobody proves nothing."""
    from clonedesk_connectors import app

    identity = run_until_told(app.who_am_i(connection, found))
    if identity is None:
        raise AuthError(f"{_who(connection)} answered, but not to these credentials: the answer proves nothing")
    return identity


def _say_what_comes_first(connection: Connection) -> None:
    """Whether a place that is asked before the keyring holds credentials too."""
    from clonedesk_connectors import app

    try:
        found = app.credentials_of(connection)
    except ConfigError:
        return
    if found.source != "the keyring":
        typer.echo(f"note: {found.source} ({', '.join(found.places)}) is used before the keyring", err=True)


def _who(connection: Connection) -> str:
    return f"{connection.vendor} account {connection.account!r}"


def _name(identity: Identity) -> str:
    return f"{identity.role or 'user'} {identity.id}"
