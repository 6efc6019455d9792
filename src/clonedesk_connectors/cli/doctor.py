"""`clonedesk-sync doctor`: what is installed, configured and reachable, and what to do about the rest."""

from __future__ import annotations

import json
import platform
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from clonedesk_connectors.cli.interrupt import run_until_told
from clonedesk_connectors.cli.options import (
    AccountName,
    BaseUrl,
    ConfigFile,
    Json,
    Region,
    Store,
    settings_of,
    store_url,
)
from clonedesk_connectors.errors import ClonedeskError

if TYPE_CHECKING:
    from clonedesk_connectors.settings import AccountSettings
    from clonedesk_connectors.suggest import Advice

EXTRAS = {
    "zenpy": "zenpy",
    "intercom": "intercom",
    "text": "selectolax",
    "quality": "sklearn",
    "review": "jinja2",
    "sandbox": "uvicorn",
    "postgres": "psycopg",
}


def register(app: typer.Typer) -> None:
    app.command("doctor")(doctor)


def doctor(
    target: Annotated[
        str | None, typer.Argument(help="Also look at this profile, or this connector's --account.")
    ] = None,
    account: AccountName = None,
    base_url: BaseUrl = None,
    region: Region = None,
    store: Store = None,
    config: ConfigFile = None,
    as_json: Json = False,
) -> None:
    """Check the installation and the archive; for an account also show where every setting comes from, whether its
    credentials are accepted, and what its tickets suggest for its configuration.

    Example: clonedesk-sync doctor zendesk --account acme
    """
    settings, advice = None, None
    if target is not None:
        settings = settings_of(target, config, account=account, base_url=base_url, region=region, store=store)
    url = settings.store if settings else store_url(store, config=config)
    rows = [_python(), _extras(), _connectors(), _archive(url)]
    rows += _review(config)
    if settings is not None:
        rows.append(_credentials(settings))
        advice = _advice(settings)
    if as_json:
        typer.echo(json.dumps(_as_dict(rows, settings, advice)))
    else:
        _show(rows, settings, advice)
    raise typer.Exit(0 if all(good for _, good, _ in rows) else 1)


Check = tuple[str, bool, str]


def _python() -> Check:
    return "python", sys.version_info >= (3, 11), f"{platform.python_version()} on {platform.system()}"


def _extras() -> Check:
    here = [extra for extra, module in EXTRAS.items() if find_spec(module)]
    missing = [extra for extra in EXTRAS if extra not in here]
    return "extras", True, f"installed: {', '.join(here) or 'none'}; not installed: {', '.join(missing) or 'none'}"


def _connectors() -> Check:
    from clonedesk_connectors.protocol import Account, registry

    broken = []
    names = registry.installed()
    for name in names:
        try:
            registry.load(Account(vendor=name, name="probe"))
        except ClonedeskError as error:
            broken.append(str(error))
    return "connectors", not broken, "; ".join(broken) or ", ".join(names)


def _archive(url: str) -> Check:
    from clonedesk_connectors import app
    from clonedesk_connectors.errors import StoreError

    try:
        with app.open_store(url) as archive:
            parts = [f"{part.vendor} {part.name}: {part.summary().tickets:,} tickets" for part in archive.accounts()]
    except StoreError as error:
        absent = "there is no archive" in str(error)
        return "archive", absent, str(error)
    return "archive", True, "; ".join(parts) or "empty"


def _review(config: Path | None) -> list[Check]:
    """Whether the table [review] can be used, where there is one."""
    from clonedesk_connectors.settings import find_config, read_profiles

    profiles = read_profiles(find_config(config))
    if not profiles.review:
        return []
    try:
        from clonedesk_connectors.review.configured import configured

        rules = len(configured(profiles)[1].rules)
    except ClonedeskError as error:
        return [("review", False, str(error))]
    return [("review", True, f"{rules} routing rules, {len(profiles.review)} settings in {profiles.path}")]


def _credentials(settings: AccountSettings) -> Check:
    from clonedesk_connectors import app

    connection = app.connect_profile(settings, prompt=False)
    try:
        found = app.credentials_of(connection)
        identity = run_until_told(app.who_am_i(connection, found))
    except ClonedeskError as error:
        return "credentials", False, str(error)
    where = f"({found.form} from {found.source})"
    if identity is None:
        return "credentials", False, f"{where} the helpdesk answered, but the answer does not prove who we are"
    return "credentials", True, f"accepted: {identity.role or 'user'} {identity.id} {where}"


def _advice(settings: AccountSettings) -> Advice | None:
    """What the archive suggests for the account's configuration; None while there is nothing to look at."""
    from clonedesk_connectors import app
    from clonedesk_connectors.errors import StoreError

    try:
        with app.open_store(settings.store) as archive:
            return app.suggestions(archive, settings.vendor, settings.account, settings.config)
    except StoreError:
        return None


def _as_dict(rows: list[Check], settings: AccountSettings | None, advice: Advice | None) -> dict[str, object]:
    return {
        "checks": [dict(zip(("name", "ok", "detail"), row, strict=True)) for row in rows],
        "settings": [
            dict(zip(("name", "value", "source"), row, strict=True)) for row in (settings.rows() if settings else ())
        ],
        "suggestions": advice.as_dict() if advice else None,
    }


def _show(rows: list[Check], settings: AccountSettings | None, advice: Advice | None) -> None:
    for name, good, detail in rows:
        typer.echo(f"{'ok  ' if good else 'FAIL'} {name:<12} {detail}")
    if settings is not None:
        typer.echo("\nsetting            value | source")
        for name, value, source in settings.rows():
            typer.echo(f"{name:<18} {value} | {source}")
    if advice is not None and settings is not None:
        typer.echo(
            "\n"
            + (
                advice.as_toml(settings.profile)
                if settings.profile
                else advice.as_toml(settings.account, settings.vendor)
            )
        )
