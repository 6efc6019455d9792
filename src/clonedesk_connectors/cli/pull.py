"""`clonedesk-sync pull`: the backfill the first time, afterwards what changed."""

from __future__ import annotations

import json
from datetime import UTC, datetime
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
    Vendor,
    settings_of,
)
from clonedesk_connectors.errors import EXIT_INTERRUPTED, ClonedeskError, ConfigError

if TYPE_CHECKING:
    from clonedesk_connectors.sync import RunReport


def register(app: typer.Typer) -> None:
    app.command("pull")(pull)


def pull(
    target: Vendor,
    account: AccountName = None,
    base_url: BaseUrl = None,
    region: Region = None,
    store: Store = None,
    config: ConfigFile = None,
    since: Annotated[str | None, typer.Option(help="Start of history on the first run: 2025-01-01, UTC.")] = None,
    budget_share: Annotated[
        float | None, typer.Option(help="Part of the vendor's limits to use, 0 to 1 (default: 0.8).")
    ] = None,
    as_json: Json = False,
) -> None:
    """Pull all history, or what changed since the last run, into the archive.

    Credentials come from the environment, a file, the keyring (clonedesk-sync auth login) or a prompt; everything else
    from the command line, the environment or a profile. Stop it at any time with Ctrl-C and run it again: it goes on
    where it stopped.

    Example: clonedesk-sync pull zendesk --account acme --since 2025-01-01
    """
    from clonedesk_connectors import app
    from clonedesk_connectors.cli.progress import showing

    start = parse_date(since) if since else None
    said = {"account": account, "base_url": base_url, "region": region, "store": store, "budget_share": budget_share}
    settings = settings_of(target, config, **said)
    connection = app.connect_profile(settings)
    found = app.credentials_of(connection)
    if settings.profile is not None:
        typer.echo(f"using profile {settings.profile} of {settings.path}", err=True)
    with app.writing(settings.store) as archive, showing() as on_progress:
        run = app.make_pull(connection, archive, since=start, on_progress=on_progress, found=found)
        try:
            run_until_told(run.run())
        except KeyboardInterrupt:
            _print(run.report, as_json)
            typer.echo("stopped; everything fetched so far is kept. Run the same command to go on.", err=True)
            raise typer.Exit(EXIT_INTERRUPTED) from None
        except ClonedeskError:
            _print(run.report, as_json)
            raise
    _print(run.report, as_json)
    raise typer.Exit(run.report.exit_code)


def parse_date(text: str) -> datetime:
    """A date or ISO 8601 time, read as UTC where it has no offset. Raises ConfigError."""
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        raise ConfigError(f"--since takes a date such as 2025-01-01, not {text!r}") from None
    return when.replace(tzinfo=UTC) if when.tzinfo is None else when.astimezone(UTC)


def _print(report: RunReport, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(report.as_dict()))
        return
    tickets = report.tickets
    typer.echo(
        f"{report.vendor} {report.account}: {report.status.value}\n"
        f"tickets  {tickets['new']:,} new  {tickets['changed']:,} changed  {tickets['deleted']:,} deleted\n"
        f"archive  {report.messages:,} messages  {report.events:,} events\n"
        f"requests {report.requests_total:,}  took {report.elapsed_s:,.1f} s, "
        f"waited {report.waited_s:,.1f} s for rate limits"
    )
    for what, number, hint in (
        ("quarantined", report.quarantined, "clonedesk-sync status --problems"),
        ("dead letters", report.dead_letters, "clonedesk-sync status --problems; the next run tries them again"),
        ("unresolved gaps", report.unresolved_gaps, "ticket ids that no list showed; the next runs ask for them"),
        ("incomplete tickets", report.incomplete_tickets, "their coverage says what is missing"),
    ):
        if number:
            typer.echo(f"{what} {number:,} (see: {hint})")
    for stream, reason in report.failed_streams.items():
        typer.echo(f"stream {stream} stopped early: {reason}", err=True)
    for stream, reason in report.skipped_streams.items():
        typer.echo(f"stream {stream} is not offered by this account: {reason}", err=True)
    for note, count in report.notes.items():
        typer.echo(f"note: {note}" + (f" ({count:,} times)" if count > 1 else ""), err=True)
