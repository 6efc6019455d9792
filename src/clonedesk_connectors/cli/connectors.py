"""`clonedesk-sync connectors`: what is installed, plugins included."""

from __future__ import annotations

import json

import typer

from clonedesk_connectors.cli.options import Json
from clonedesk_connectors.errors import ConfigError


def register(app: typer.Typer) -> None:
    app.command("connectors")(connectors)


def connectors(as_json: Json = False) -> None:
    """List the installed connectors and whether each can be loaded.

    Example: clonedesk-sync connectors
    """
    from clonedesk_connectors.protocol import Account, registry

    rows = []
    for offer in registry.installed().values():
        try:
            connector = registry.load(Account(vendor=offer.name, name="probe"))
            forms = [" + ".join(form.fields) for form in connector.credential_forms]
            state = "ok"
        except ConfigError as error:
            forms, state = [], str(error)
        rows.append({"name": offer.name, "distribution": offer.distribution, "state": state, "credentials": forms})
    if as_json:
        typer.echo(json.dumps({"connectors": rows}))
        return
    for row in rows:
        typer.echo(f"{row['name']:<12} {row['distribution']:<24} {row['state']}")
        for form in row["credentials"]:
            typer.echo(f"{'':<12} credentials: {form}")
