"""`status` and `rebuild`: what the archive holds, and its tickets made anew from raw records."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated

import typer

from clonedesk_connectors.cli.options import ConfigFile, Json, ProfileName, Store, store_url


def register(app: typer.Typer) -> None:
    app.command("status")(status)
    app.command("rebuild")(rebuild)


def status(
    store: Store = None,
    profile: ProfileName = None,
    config: ConfigFile = None,
    problems: Annotated[bool, typer.Option(help="List quarantined tickets and dead letters.")] = False,
    as_json: Json = False,
) -> None:
    """Show what the archive holds and what is still missing.

    Example: clonedesk-sync status --problems
    """
    from clonedesk_connectors import app

    with app.open_store(store_url(store, profile, config)) as archive:
        found = [(part.vendor, part.name, part.summary(), part.checkpoints()) for part in archive.accounts()]
    if as_json:
        rows = [
            {"vendor": vendor, "account": name, **asdict(summary), "streams": {k: v.done for k, v in points.items()}}
            for vendor, name, summary, points in found
        ]
        typer.echo(json.dumps({"accounts": rows}))
        return
    for vendor, name, summary, points in found:
        unread = sorted(stream for stream, point in points.items() if not point.done)
        typer.echo(
            f"{vendor} {name}: {summary.tickets:,} tickets ({summary.deleted:,} deleted, {summary.incomplete:,} "
            f"incomplete), {summary.messages:,} messages, {summary.events:,} events"
        )
        typer.echo(
            f"  waiting {summary.waiting:,} requests, {summary.unnormalised:,} tickets to normalise, "
            f"{len(summary.quarantined):,} quarantined, {len(summary.dead_letters):,} dead letters"
            + (f", unfinished: {', '.join(unread)}" if unread else "")
        )
        if problems:
            for native_id, reason in summary.quarantined.items():
                typer.echo(f"  quarantined ticket {native_id}: {reason}")
            for stream, subject, reason in summary.dead_letters:
                typer.echo(f"  dead letter {stream} {subject or '(list)'}: {reason}")


def rebuild(store: Store = None, profile: ProfileName = None, config: ConfigFile = None, as_json: Json = False) -> None:
    """Normalise every ticket again from the raw records, without any request, as the profiles describe the accounts.

    Example: clonedesk-sync rebuild --store sqlite:///archive.sqlite
    """
    from clonedesk_connectors import app
    from clonedesk_connectors.settings import find_config, read_profiles

    accounts = app.accounts_of(read_profiles(find_config(config)))
    results = app.rebuild(store_url(store, profile, config), accounts)
    if as_json:
        typer.echo(json.dumps({"rebuilt": results}))
        return
    for account, tickets in results.items():
        typer.echo(f"{account}: {tickets:,} tickets rebuilt")
