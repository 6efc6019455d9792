"""`clonedesk-sync drafts`: AI drafts to the helpdesk, decisions back."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from clonedesk_connectors.cli.interrupt import run_until_told
from clonedesk_connectors.cli.options import (
    AccountName,
    BaseUrl,
    ConfigFile,
    Json,
    ProfileName,
    Region,
    Store,
    review_queue,
    review_router,
    settings_of,
    store_url,
)
from clonedesk_connectors.errors import EXIT_INCOMPLETE, ConfigError

if TYPE_CHECKING:
    from clonedesk_connectors.review.drafts import Line
    from clonedesk_connectors.review.queue import ReviewQueue
    from clonedesk_connectors.settings import AccountSettings

drafts = typer.Typer(help="Bring AI drafts to people, and their decisions back.", no_args_is_help=True)
Target = Annotated[str, typer.Argument(help="A profile of clonedesk.toml, or a connector such as zendesk.")]
DraftId = Annotated[str, typer.Argument(help="The draft's id or its reference, e.g. CD-ABCDEFGHIJKL.")]


def register(app: typer.Typer) -> None:
    app.add_typer(drafts, name="drafts")


@drafts.command("push")
def push(
    file: Annotated[str, typer.Argument(help="Drafts, one JSON object per line; - for stdin.")],
    target: Target,
    account: AccountName = None,
    base_url: BaseUrl = None,
    region: Region = None,
    store: Store = None,
    config: ConfigFile = None,
    dry_run: Annotated[bool, typer.Option(help="Print the exact requests; send and store nothing.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before writing to the helpdesk.")] = False,
) -> None:
    """Post drafts as private notes, and finish what earlier runs began or people approved.

    Prints one JSON object per line of input, in its order. Running it again is safe: a draft has one note.

    Example: clonedesk-sync drafts push drafts.jsonl zendesk --account acme --dry-run
    """
    from clonedesk_connectors import app
    from clonedesk_connectors.review.drafts import read_drafts

    settings = settings_of(target, config, account=account, base_url=base_url, region=region, store=store)
    connection = app.connect_profile(settings)
    lines = read_drafts(_lines(file), connection.vendor, connection.account)
    if dry_run:
        from clonedesk_connectors.review.gather import push_back_of

        adapter, router = push_back_of(connection.connector, None), review_router(config)
        for line in lines:
            typer.echo(json.dumps(line.preview(adapter, router), ensure_ascii=False))
        return
    good = [line for line in lines if line.draft is not None]
    if not yes:
        _ask(f"Post {len(good)} drafts as private notes to {connection.vendor} account {connection.account}?", file)
    untagged: dict[str, str] = {}
    with review_queue(settings.store, config) as queue:
        try:
            untagged |= run_until_told(_run_push(connection, settings, queue, lines))
        finally:  # an error ends the run, not what is known of its drafts
            for line in lines:
                typer.echo(json.dumps(line.result(queue, untagged)))
    for problem in untagged.values():
        typer.echo(problem, err=True)
    raise typer.Exit(EXIT_INCOMPLETE if untagged or any(line.is_unfinished for line in lines) else 0)


def _lines(file: str) -> list[str]:
    try:
        text = sys.stdin.read() if file == "-" else Path(file).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"cannot read the drafts ({type(error).__name__})") from None
    return text.split("\n")  # not splitlines(): JSON strings may hold other line separators


def _ask(question: str, file: str) -> None:
    if file == "-" or not sys.stdin.isatty():
        raise ConfigError(f"{question} Nobody can be asked here: look with --dry-run, then run again with --yes")
    typer.confirm(question, abort=True, err=True)


async def _run_push(
    connection: Any, settings: AccountSettings, queue: ReviewQueue, lines: list[Line]
) -> dict[str, str]:
    from clonedesk_connectors import app
    from clonedesk_connectors.review.push import Pushed, Pusher

    async with app.open_push_back(connection, settings.store) as (session, adapter):
        of_draft: dict[str | None, list[Line]] = {}
        for line in lines:
            line.submit(queue)
            of_draft.setdefault(line.draft_id, []).append(line)

        def note(pushed: Pushed) -> None:
            for line in of_draft.get(pushed.draft_id, ()):  # the same draft may come twice
                line.note(pushed)

        return await Pusher(queue, session, adapter).run(note)


@drafts.command("capture")
def capture(
    target: Annotated[
        str | None, typer.Argument(help="Ask this account itself instead of reading the archive.")
    ] = None,
    account: AccountName = None,
    base_url: BaseUrl = None,
    region: Region = None,
    store: Store = None,
    profile: ProfileName = None,
    config: ConfigFile = None,
) -> None:
    """Read decisions off the tickets of the last pull, or (with an account) off the helpdesk itself.

    Prints one JSON object per draft that changed.

    Example: clonedesk-sync drafts capture
    """
    from clonedesk_connectors import app

    url, problems = store_url(store, profile, config), []
    if target is None:
        from clonedesk_connectors.review.gather import capture_archive

        with review_queue(url, config) as queue, app.open_store(url) as archive:
            changed = capture_archive(queue, archive)
            queue.sweep()
            written, withdrawn = queue.write_signals()
    else:
        settings = settings_of(target, config, account=account, base_url=base_url, region=region, store=store)
        with review_queue(settings.store, config) as queue:
            changed, problems = run_until_told(_run_live(settings, queue))
            queue.sweep()
            written, withdrawn = queue.write_signals()
    for item in changed:
        typer.echo(json.dumps(_row(item)))
    for problem in problems:
        typer.echo(problem, err=True)
    typer.echo(f"{len(changed):,} drafts changed, {written:,} signals written, {withdrawn:,} withdrawn", err=True)
    raise typer.Exit(EXIT_INCOMPLETE if problems else 0)


async def _run_live(settings: AccountSettings, queue: ReviewQueue) -> Any:
    from clonedesk_connectors import app
    from clonedesk_connectors.review.gather import capture_live

    async with app.open_push_back(app.connect_profile(settings), settings.store) as (session, adapter):
        return await capture_live(queue, session, adapter)


@drafts.command("list")
def list_drafts(
    store: Store = None,
    profile: ProfileName = None,
    config: ConfigFile = None,
    state: Annotated[list[str] | None, typer.Option(help="Only this state; may be given more than once.")] = None,
    ticket: Annotated[str | None, typer.Option(help="Only this ticket.")] = None,
    decided_by: Annotated[str | None, typer.Option(help="Only what this person decided.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many at most.")] = 50,
    as_json: Json = False,
) -> None:
    """List drafts: those that wait in the order they are handed out, all others last changed first.

    Example: clonedesk-sync drafts list --state awaiting_review
    """
    from clonedesk_connectors.review.listing import Query
    from clonedesk_connectors.review.states import State

    if unknown := set(state or ()) - set(State):
        raise ConfigError(f"no such state: {', '.join(sorted(unknown))}; states are: {', '.join(State)}")
    query = Query(tuple(State(one) for one in state or ()), ticket_id=ticket, decided_by=decided_by)
    with review_queue(store_url(store, profile, config), config) as queue:
        rows = [_row(item) for item in queue.find(query, limit=limit)]
        numbers = {name.value: number for name, number in queue.counts().items() if number}
    if as_json:
        typer.echo(json.dumps({"drafts": rows, "counts": numbers}))
        return
    for row in rows:
        what = row["outcome"] or row["reason"] or ""
        typer.echo(
            f"{row['reference']}  {row['state']:<18} {row['vendor']} {row['account']} ticket {row['ticket_id']}  {what}"
        )
    typer.echo("  ".join(f"{name} {number:,}" for name, number in numbers.items()) or "no drafts", err=True)


@drafts.command("show")
def show(draft_id: DraftId, store: Store = None, profile: ProfileName = None, config: ConfigFile = None) -> None:
    """Print everything the queue knows of a draft, its text included, as JSON.

    Example: clonedesk-sync drafts show CD-ABCDEFGHIJKL
    """
    with review_queue(store_url(store, profile, config), config) as queue:
        item = queue.get(plain_id(draft_id))
    typer.echo(json.dumps(item.model_dump(mode="json"), ensure_ascii=False, indent=2))


@drafts.command("history")
def history(
    draft_id: DraftId,
    store: Store = None,
    profile: ProfileName = None,
    config: ConfigFile = None,
    as_json: Json = False,
) -> None:
    """Print what happened to a draft, line by line, and check that the history was not altered.

    Example: clonedesk-sync drafts history CD-ABCDEFGHIJKL
    """
    with review_queue(store_url(store, profile, config), config) as queue:
        queue.get(plain_id(draft_id))
        events, broken = queue.history(plain_id(draft_id)), queue.verify()
    if as_json:
        typer.echo(json.dumps({"history": [event.model_dump(mode="json") for event in events], "broken_at": broken}))
    else:
        for event in events:
            typer.echo(
                f"{event.at:%Y-%m-%d %H:%M:%S}  {event.action:<10} {event.to_state:<18} {event.actor} {event.reason}"
            )
    if broken is not None:
        typer.echo(f"the history was altered at line {broken} or before it", err=True)
        raise typer.Exit(EXIT_INCOMPLETE)


@drafts.command("clear")
def clear(
    draft_id: DraftId,
    private: Annotated[bool, typer.Option("--private/--public", help="What you saw when you looked at the note.")],
    by: Annotated[str, typer.Option(help="Who looked.")],
    store: Store = None,
    profile: ProfileName = None,
    config: ConfigFile = None,
) -> None:
    """Say that a person has looked at a note that could not be shown to be private; pushing may go on.

    Example: clonedesk-sync drafts clear CD-ABCDEFGHIJKL --private --by lee@example.com
    """
    with review_queue(store_url(store, profile, config), config) as queue:
        item = queue.clear_leak(plain_id(draft_id), by, was_private=private)
    typer.echo(json.dumps(_row(item)))


@drafts.command("retry")
def retry(
    draft_id: DraftId,
    by: Annotated[str, typer.Option(help="Who asks.")],
    store: Store = None,
    profile: ProfileName = None,
    config: ConfigFile = None,
) -> None:
    """Let the next push deliver an approved text again that the helpdesk refused.

    Example: clonedesk-sync drafts retry CD-ABCDEFGHIJKL --by lee@example.com
    """
    with review_queue(store_url(store, profile, config), config) as queue:
        item = queue.retry_delivery(plain_id(draft_id), by)
    typer.echo(json.dumps(_row(item)))


def plain_id(draft_id: str) -> str:
    return draft_id.removeprefix("CD-").removesuffix("-A")


def _row(item: Any) -> dict[str, Any]:
    """A draft without its texts."""
    return {
        "draft_id": item.draft_id,
        "reference": item.reference,
        "vendor": item.draft.vendor,
        "account": item.draft.account,
        "ticket_id": item.draft.ticket_id,
        "state": item.state,
        "reason": item.state_reason,
        "outcome": item.outcome,
        "similarity": item.similarity,
        "source": item.source,
        "decided_by": item.decided_by,
        "observed_outcome": item.observed_outcome,
    }
