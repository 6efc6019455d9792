"""`clonedesk-sync doctor`: what is installed, configured and reachable, and what to do about the rest."""

from __future__ import annotations

import json
import platform
import sys
from importlib.util import find_spec
from typing import Annotated

import typer

from clonedesk_connectors.cli.options import BaseUrl, Json, Store, store_url
from clonedesk_connectors.errors import AuthError, ClonedeskError

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
    vendor: Annotated[str | None, typer.Argument(help="Also check this vendor's credentials.")] = None,
    account: Annotated[str | None, typer.Option("--account", help="The workspace's name.")] = None,
    base_url: BaseUrl = None,
    store: Store = None,
    as_json: Json = False,
) -> None:
    """Check the installation, the archive and, for a vendor and account, that the credentials are accepted.

    Example: clonedesk-sync doctor zendesk --account acme
    """
    rows = [_python(), _extras(), _connectors(), _archive(store_url(store))]
    if vendor and account:
        rows.append(_credentials(vendor, account, base_url))
    if as_json:
        typer.echo(json.dumps({"checks": [dict(zip(("name", "ok", "detail"), row, strict=True)) for row in rows]}))
    else:
        for name, good, detail in rows:
            typer.echo(f"{'ok  ' if good else 'FAIL'} {name:<12} {detail}")
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


def _credentials(vendor: str, account: str, base_url: str | None) -> Check:
    from clonedesk_connectors import app

    connection = app.connect(vendor, account, base_url=base_url)
    try:
        identity = app.run_sync(app.who_am_i(connection))
    except ClonedeskError as error:
        return "credentials", False, str(error)
    if identity is None:
        raise AuthError(f"{vendor} account {account!r} answered, but the answer does not prove who we are")
    return "credentials", True, f"accepted: {identity.role or 'user'} {identity.id}"
