"""`clonedesk-sync export`: what other programs read."""

from __future__ import annotations

from typing import Annotated

import typer

from clonedesk_connectors.cli.options import ConfigFile, ProfileName, Store, review_queue, store_url

exports = typer.Typer(help="Write the archive out for other programs.", no_args_is_help=True, rich_markup_mode=None)


def register(app: typer.Typer) -> None:
    app.add_typer(exports, name="export")


@exports.command("tickets")
def tickets(
    out: Annotated[str, typer.Option(help="File to write (mode 0600), or - for stdout.")],
    store: Store = None,
    profile: ProfileName = None,
    config: ConfigFile = None,
    vendor: Annotated[str | None, typer.Option(help="Only this vendor.")] = None,
    account: Annotated[str | None, typer.Option(help="Only this account.")] = None,
) -> None:
    """Write one normalised ticket per line as JSON, ordered by account and native id.

    Example: clonedesk-sync export tickets --out tickets.jsonl
    """
    from clonedesk_connectors import app
    from clonedesk_connectors.export.tickets import write_tickets

    with app.open_store(store_url(store, profile, config)) as archive:
        count = write_tickets(archive, out, vendor=vendor, account=account)
    typer.echo(f"{count:,} tickets written to {out}", err=True)


@exports.command("signals")
def signals(
    out: Annotated[str, typer.Option(help="File to write (mode 0600), or - for stdout.")],
    store: Store = None,
    profile: ProfileName = None,
    config: ConfigFile = None,
) -> None:
    """Write one record per finished review decision; withdrawn ones are listed with weight 0.

    Example: clonedesk-sync export signals --out signals.jsonl
    """
    from clonedesk_connectors.export.signals import write_signals

    with review_queue(store_url(store, profile, config), config) as queue:
        count, withdrawn = write_signals(queue, out)
    typer.echo(f"{count:,} signals written to {out}, {withdrawn:,} of them withdrawn", err=True)
