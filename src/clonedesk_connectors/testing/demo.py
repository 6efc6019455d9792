"""What `clonedesk-sync demo` shows: invented helpdesks on this machine, pulled and checked with the library, and AI
drafts reviewed in them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

from clonedesk_connectors import app
from clonedesk_connectors.protocol import AccountConfig
from clonedesk_connectors.quality.checker import check
from clonedesk_connectors.quality.rules import all_rules
from clonedesk_connectors.store import Archive
from clonedesk_connectors.sync import RunReport
from clonedesk_connectors.testing import demo_review, sandbox
from clonedesk_connectors.testing.world import World

ACCOUNT = "hollowbrook"
SHOWN = 8
OPTIONS = {"zendesk": {"oauth_scope": "read tickets:write"}}
"""By vendor; the default scope could not write notes."""


def run(archive: Path, tickets: int, *, kept: bool = False) -> Iterator[str]:
    """Pull an invented helpdesk of each vendor into one archive, check its labels, and let its agents review drafts;
    yields the lines of the story.

    tickets: how many each helpdesk has; they show the same invented world, so their numbers should agree.
    kept: whether the archive stays afterwards, for what is said about looking at it.
    """
    store = f"sqlite:///{archive}"
    world = World(tickets=tickets)
    desks: list[demo_review.Desk] = []
    with ExitStack() as open_helpdesks:
        yield f"Invented helpdesks with {tickets:,} tickets each, on this machine:"
        for vendor, name in sandbox.SANDBOXES.items():
            helpdesk = open_helpdesks.enter_context(getattr(sandbox, name)(world, limits="none"))
            connection = app.connect(
                vendor,
                ACCOUNT,
                base_url=helpdesk.url,
                credentials=helpdesk.credentials,
                config=helpdesk.account_config,
                options=OPTIONS.get(vendor),
            )
            desks.append(demo_review.Desk(vendor, helpdesk, connection))
            yield from _pulled(app.pull(connection, store), app.pull(connection, store))
        configs = {f"{desk.vendor}:{ACCOUNT}": desk.helpdesk.account_config for desk in desks}
        with app.open_store(store) as opened:
            yield from _learned(opened, configs, datetime.fromtimestamp(world.end_s, UTC))
        yield from demo_review.run(archive, desks, kept=kept)
    yield f"The archive is {archive.stat().st_size / 1e6:.1f} MB."


def _pulled(first: RunReport, again: RunReport) -> Iterator[str]:
    yield (
        f"  {first.vendor:<10} {first.tickets['new']:>6,} tickets, {first.messages:>7,} messages, {first.events:>7,} "
        f"events in {first.requests_total:,} requests and {first.elapsed_s:.1f} s; a second pull without changes: "
        f"{again.requests_total} requests"
    )
    if first.incomplete_tickets:
        yield (
            f"{'':<13}incomplete: {first.incomplete_tickets:,}, by messages that the helpdesk itself no longer gives; "
            "the coverage of a ticket says so"
        )


def _learned(opened: Archive, configs: dict[str, AccountConfig], cut: datetime) -> Iterator[str]:
    titles = {rule.id: rule.title for rule in all_rules()}
    actors = Counter[str]()
    for ticket in opened.tickets():
        actors.update({event.actor.kind.value for event in ticket.events if event.kind == "message"})
    yield ""
    yield "Who wrote in how many tickets: " + ", ".join(f"{kind} {count:,}" for kind, count in actors.most_common())
    yield ""
    report = check(opened.tickets, {}, configs, cut)
    total = report.tally.total
    yield f"{report.labelled:,} tickets carry an escalation label. Held against what happened in them:"
    for (rule, severity), count in sorted(report.tally.rules.items(), key=lambda row: -row[1])[:SHOWN]:
        yield f"  {count:>5,}  {rule} {severity.value:<12} {titles[rule]}"
    if total.rate is not None and total.kept_rate is not None:
        yield (
            f"By label {total.rate:.0%} were escalated; among the {total.kept:,} labels that can be trusted, "
            f"{total.kept_rate:.0%}."
        )
    for _, step in report.readiness.steps[:2]:
        yield f"  {step}"
