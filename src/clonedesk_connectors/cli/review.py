"""`clonedesk-sync review`: the reviewer's side of the queue, for scripts."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from clonedesk_connectors.cli.drafts import plain_id
from clonedesk_connectors.cli.options import ConfigFile, Json, ProfileName, Store, review_queue, store_url
from clonedesk_connectors.cli.review_serve import serve
from clonedesk_connectors.errors import EXIT_INCOMPLETE, ConfigError

if TYPE_CHECKING:
    from clonedesk_connectors.review.queue import ReviewQueue
    from clonedesk_connectors.review.values import Item

reviews = typer.Typer(help="Review drafts: claim, decide, and see how reviewers decide.", no_args_is_help=True)
Reviewer = Annotated[str, typer.Option("--reviewer", help="Who reviews, e.g. an address.")]
DraftId = Annotated[str, typer.Argument(help="The draft's id or its reference, e.g. CD-ABCDEFGHIJKL.")]
reviews.command("serve")(serve)


def register(app: typer.Typer) -> None:
    app.add_typer(reviews, name="review")


@reviews.command("claim")
def claim(
    reviewer: Reviewer,
    draft_id: Annotated[str | None, typer.Option("--draft", help="This draft instead of the next.")] = None,
    store: Store = None,
    profile: ProfileName = None,
    config: ConfigFile = None,
) -> None:
    """Lease the next draft and print it as JSON, its text included; prints null when nothing waits.

    Example: clonedesk-sync review claim --reviewer ana@example.com
    """
    with _queue(store, profile, config) as queue:
        item = queue.claim(reviewer, draft_id=plain_id(draft_id) if draft_id else None)
    shown = item.model_dump(mode="json", exclude={"is_check"}) if item else None  # a check is blind
    typer.echo(json.dumps(shown, ensure_ascii=False))


@reviews.command("decide")
def decide(
    draft_id: DraftId,
    decision: Annotated[str, typer.Argument(help="approve, edit, reject or escalate.")],
    reviewer: Reviewer,
    version: Annotated[int, typer.Option(help="The version that claim printed.")],
    text: Annotated[str | None, typer.Option(help="File with the edited text; - for stdin.")] = None,
    reason: Annotated[str | None, typer.Option(help="Why it is rejected, e.g. wrong_fact.")] = None,
    remark: Annotated[str | None, typer.Option(help="A word to go with it.")] = None,
    store: Store = None,
    profile: ProfileName = None,
    config: ConfigFile = None,
) -> None:
    """Decide a claimed draft; ends with code 5 and changes nothing when somebody was faster.

    Example: clonedesk-sync review decide CD-ABCDEFGHIJKL approve --version 3 --reviewer ana@example.com
    """
    final = _text(text) if text else None
    with _queue(store, profile, config) as queue:
        item = queue.decide(plain_id(draft_id), version, reviewer, decision, text=final, reason=reason, remark=remark)
    _print(item)


@reviews.command("undo")
def undo(
    draft_id: DraftId,
    reviewer: Reviewer,
    store: Store = None,
    profile: ProfileName = None,
    config: ConfigFile = None,
) -> None:
    """Take your decision back, within the undo window.

    Example: clonedesk-sync review undo CD-ABCDEFGHIJKL --reviewer ana@example.com
    """
    with _queue(store, profile, config) as queue:
        _print(queue.undo(plain_id(draft_id), reviewer))


@reviews.command("assign")
def assign(
    draft_ids: Annotated[list[str], typer.Argument(help="Ids or references of drafts; - for stdin, one per line.")],
    by: Annotated[str, typer.Option(help="Who hands them out.")],
    to: Annotated[str | None, typer.Option(help="Who gets them; without it they are nobody's again.")] = None,
    store: Store = None,
    profile: ProfileName = None,
    config: ConfigFile = None,
) -> None:
    """Hand drafts out to one person: nobody else is given them as the next draft.

    Prints one line for each draft that could not be assigned, and then ends with code 7.

    Example: clonedesk-sync review assign CD-ABCDEFGHIJKL --to ana@example.com --by lea@example.com
    """
    wanted = sys.stdin.read().split() if draft_ids == ["-"] else draft_ids
    with _queue(store, profile, config) as queue:
        done = queue.assign_many(dict.fromkeys(map(plain_id, wanted)), to, by)
    failed = {draft_id: why for draft_id, why in done.items() if why}
    for why in failed.values():
        typer.echo(why, err=True)
    typer.echo(f"{len(done) - len(failed):,} drafts assigned to {to or 'nobody'}")
    raise typer.Exit(EXIT_INCOMPLETE if failed else 0)


@reviews.command("stats")
def stats(
    by: Annotated[str, typer.Option(help="reviewer, segment or model.")] = "reviewer",
    store: Store = None,
    profile: ProfileName = None,
    config: ConfigFile = None,
    as_json: Json = False,
) -> None:
    """Show what people decide, how fast, how far they agree, and what that suggests for the thresholds.

    Example: clonedesk-sync review stats --by segment
    """
    from dataclasses import asdict

    if by not in ("reviewer", "segment", "model"):
        raise ConfigError("--by takes reviewer, segment or model")
    with _queue(store, profile, config) as queue:
        lines, agreed, bands = queue.stats(by), queue.agreement(), queue.calibrate()  # type: ignore[arg-type]
    if as_json:
        shown = {"stats": [asdict(line) for line in lines], "agreement": asdict(agreed)}
        typer.echo(json.dumps(shown | {"calibration": [asdict(band) for band in bands]}))
        return
    for line in lines:
        outcomes = "  ".join(f"{name} {number:,}" for name, number in line.outcomes.items())
        median = "-" if line.median_seconds is None else f"{line.median_seconds:.0f} s"
        typer.echo(f"{line.name}: {line.decisions:,} decisions, median {median}  {outcomes}")
        if line.checks_agreed is not None:
            typer.echo(f"  {line.checks:,} seeded checks, {line.checks_agreed:.0%} decided as the first time")
        if line.rubber_stamped:
            typer.echo(f"  {line.rubber_stamped:.0%} of the approvals took no time to read")
    for band in bands:
        typer.echo(
            f"{band.segment} {band.decile / 10:.1f}–{(band.decile + 1) / 10:.1f}: {band.approved} of {band.reviewed} "
            f"approved ({band.low:.0%}–{band.high:.0%}) {band.advice}"
        )


def _queue(store: str | None, profile: str | None, config: Path | None) -> ReviewQueue:
    return review_queue(store_url(store, profile, config), config)


def _text(file: str) -> str:
    try:
        return sys.stdin.read() if file == "-" else Path(file).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"cannot read the edited text ({type(error).__name__})") from None


def _print(item: Item) -> None:
    kept = ("draft_id", "state", "state_reason", "version", "outcome", "similarity", "critical_change", "decided_by")
    typer.echo(json.dumps({name: item.model_dump(mode="json")[name] for name in kept}))
