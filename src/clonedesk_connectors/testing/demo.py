"""What `clonedesk-sync demo` shows: invented helpdesks on this machine, pulled and checked with the library."""

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
from clonedesk_connectors.testing.sandbox.zendesk import ZendeskSandbox
from clonedesk_connectors.testing.world import World

ACCOUNT = "hollowbrook"
SHOWN = 8


def run(archive: Path, tickets: int) -> Iterator[str]:
    """Pull invented helpdesks of this many tickets each into an archive; yields the lines of the story."""
    store = f"sqlite:///{archive}"
    world = World(tickets=tickets)
    configs: dict[str, AccountConfig] = {}
    with ExitStack() as stack:
        helpdesk = stack.enter_context(ZendeskSandbox(world, limits="none"))
        yield f"An invented Zendesk with {tickets:,} tickets answers at {helpdesk.url}"
        configs[f"zendesk:{ACCOUNT}"] = helpdesk.account_config
        connection = app.connect(
            "zendesk",
            ACCOUNT,
            base_url=helpdesk.url,
            credentials={"client_id": helpdesk.client_id, "client_secret": helpdesk.client_secret},
            config=helpdesk.account_config,
        )
        first = app.pull(connection, store)
        yield from _pulled(first)
        again = app.pull(connection, store)
        yield f"A second pull without changes took {again.requests_total} requests."
    with app.open_store(store) as opened:
        yield from _learned(opened, configs, datetime.fromtimestamp(world.end_s, UTC))
    yield f"The archive is {archive.stat().st_size / 1e6:.1f} MB."


def _pulled(report: RunReport) -> Iterator[str]:
    yield (
        f"Pulled {report.tickets['new']:,} tickets with {report.messages:,} messages and {report.events:,} events in "
        f"{report.requests_total:,} requests and {report.elapsed_s:.1f} s."
    )
    if report.incomplete_tickets:
        yield (
            f"{report.incomplete_tickets:,} of them lack messages that the helpdesk itself no longer has; "
            "each ticket says so in its coverage."
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
