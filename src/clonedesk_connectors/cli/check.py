"""`clonedesk-sync check`: which escalation labels can be trusted, and why not."""

from __future__ import annotations

import getpass
import json
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from clonedesk_connectors.cli.options import ConfigFile, Json, ProfileName, Store, store_url
from clonedesk_connectors.errors import ConfigError

if TYPE_CHECKING:
    from clonedesk_connectors.quality.checker import CheckReport
    from clonedesk_connectors.quality.combine import TicketResult
    from clonedesk_connectors.quality.report import SegmentRow
    from clonedesk_connectors.store import Archive

_MOST_RULES = 5
checks = typer.Typer(help="Check which escalation labels can be trusted.", rich_markup_mode=None)
Labels = Annotated[Path | None, typer.Option("--labels", help="Labels to check as well: .csv or .jsonl.")]
Cut = Annotated[str | None, typer.Option("--cut", help="Until when all accounts are synced (default: last change).")]
TextModel = Annotated[bool, typer.Option("--text-model", help="Also ask a text model (extra [quality]).")]


def register(app: typer.Typer) -> None:
    app.add_typer(checks, name="check")


@checks.callback(invoke_without_command=True)
def summary(
    context: typer.Context,
    store: Store = None,
    profile: ProfileName = None,
    config: ConfigFile = None,
    labels: Labels = None,
    cut: Cut = None,
    text_model: TextModel = False,
    as_json: Json = False,
) -> None:
    """Hold every escalation label against what happened in its ticket; changes nothing.

    Example: clonedesk-sync check --profile acme
    """
    from clonedesk_connectors import app

    if context.invoked_subcommand is not None:
        return
    with app.open_store(store_url(store, profile, config)) as archive:
        report = _report(archive, config, labels, cut, text_model)
    if as_json:
        typer.echo(json.dumps(_numbers(report)))
    else:
        typer.echo("\n".join(map(_plain, _lines(report))))


@checks.command("show")
def show(
    ticket: Annotated[str, typer.Argument(help="A ticket: vendor:account:ticket:id, or just its id.")],
    store: Store = None,
    profile: ProfileName = None,
    config: ConfigFile = None,
    labels: Labels = None,
    cut: Cut = None,
    text_model: TextModel = False,
) -> None:
    """Show a ticket's trail with the evidence of each finding marked.

    Example: clonedesk-sync check show 4711
    """
    from clonedesk_connectors import app, checking

    with app.open_store(store_url(store, profile, config)) as archive:
        key = checking.find(archive, ticket)
        found = archive.ticket(key)
        if found is None:
            raise ConfigError(f"the archive holds no ticket {key}")
        caught: dict[str, TicketResult] = {}

        def catch(one: TicketResult) -> None:
            if one.key == str(key):
                caught[one.key] = one

        _report(archive, config, labels, cut, text_model, catch)
        result = caught.get(str(key))
        for line, rules in checking.trail(found, result):
            typer.echo(_plain(f"{','.join(rules):<12} {line}"))
    typer.echo()
    for line in _verdict(result) if result is not None else ("no escalation label, so nothing to check",):
        typer.echo(_plain(line))


@checks.command("export")
def export(
    out: Annotated[str, typer.Option(help="File to write (mode 0600), or - for stdout.")],
    store: Store = None,
    profile: ProfileName = None,
    config: ConfigFile = None,
    labels: Labels = None,
    cut: Cut = None,
    text_model: TextModel = False,
) -> None:
    """Write one line of JSON per labelled ticket: label, findings with evidence, decision and weight.

    Example: clonedesk-sync check export --out findings.jsonl
    """
    from clonedesk_connectors import app
    from clonedesk_connectors.export.tickets import replacing

    with app.open_store(store_url(store, profile, config)) as archive, replacing(out) as file:

        def write(result: TicketResult) -> None:
            file.write(json.dumps(_result(result), ensure_ascii=False).encode() + b"\n")

        _report(archive, config, labels, cut, text_model, write)


@checks.command("review")
def review(
    ticket: Annotated[str, typer.Argument(help="A ticket: vendor:account:ticket:id, or just its id.")],
    rule: Annotated[str, typer.Argument(help="The rule whose finding you judge, e.g. L04.")],
    confirm: Annotated[bool, typer.Option("--confirm/--refute", help="Is the finding right?")],
    truth: Annotated[str | None, typer.Option(help="The label that is right, if you know.")] = None,
    reviewer: Annotated[str | None, typer.Option(help="Your name (default: your login).")] = None,
    store: Store = None,
    profile: ProfileName = None,
    config: ConfigFile = None,
) -> None:
    """Confirm or refute a finding; a rule that proves bad turns itself down.

    Example: clonedesk-sync check review 4711 L04 --confirm --truth escalated
    """
    from clonedesk_connectors import app, checking

    with app.writing(store_url(store, profile, config)) as archive:
        said = checking.review(
            archive,
            ticket,
            rule,
            confirmed=confirm,
            truth=truth,
            reviewer=reviewer or getpass.getuser(),
            at=datetime.now(UTC),
        )
    typer.echo(f"{said.rule} on ticket {said.native_id}: {'confirmed' if said.confirmed else 'refuted'}")


def _report(
    archive: Archive,
    config: Path | None,
    labels: Path | None,
    cut: str | None,
    text: bool,
    sink: Callable[[TicketResult], None] | None = None,
) -> CheckReport:
    from clonedesk_connectors import app, checking
    from clonedesk_connectors.cli.pull import parse_date
    from clonedesk_connectors.quality.label_import import read_labels
    from clonedesk_connectors.settings import find_config, read_profiles

    judge = None
    if text:
        from clonedesk_connectors.quality.text_judge import ModelJudge

        judge = ModelJudge()
    given = read_labels(labels) if labels else None
    for problem in given.problems if given else ():
        typer.echo(_plain(problem), err=True)
    accounts = app.accounts_of(read_profiles(find_config(config)))
    until = parse_date(cut) if cut else None
    return checking.check(
        archive, accounts, labels=given.labels if given else None, cut=until, text_model=judge, sink=sink
    )


def _lines(report: CheckReport) -> Iterable[str]:
    from clonedesk_connectors.quality.rules import all_rules

    titles = {rule.id: rule.title for rule in all_rules()}
    yield f"{report.tickets:,} tickets, {report.labelled:,} with an escalation label"
    for (rule, severity), count in sorted(report.tally.rules.items()):
        yield f"  {rule} {severity.value:<12} {count:>7,}  {titles.get(rule, '')}"
    yield "decisions: " + ", ".join(f"{d.value} {n:,}" for d, n in sorted(report.tally.decisions.items()))
    yield "escalation rate by label, before and after dropping:"
    for name, rows in {"": (report.tally.total,), **report.segments()}.items():
        for row in rows:
            yield f"  {name:<12} {row.name:<16} {_rate(row)}"
    yield "most frequent findings by segment:"
    for axis in report.segments():
        for name, rules in report.tally.rules_by(axis).items():
            top = ", ".join(f"{rule} {count:,}" for rule, count in list(rules.items())[:_MOST_RULES])
            yield f"  {axis:<12} {name:<16} {top}"
    ready = report.readiness
    yield f"clean labelled interactions: {ready.clean:,} of {ready.goal:,}"
    yield from (f"  {sentence}" for _, sentence in ready.steps[:5])
    yield from (known.sentence() for known in report.precision.values())
    yield from (f"note: {note}" for note in report.notes)


def _verdict(result: TicketResult) -> Iterable[str]:
    proposal = f"; proposed {result.proposal.value}" if result.proposal is not None else ""
    named = ", ".join(sorted(result.labels.values)) or "none"
    yield f"label {named}; decision {result.decision.value}; training weight {result.weight:g}{proposal}"
    for finding in result.findings:
        yield f"{finding.rule} {finding.severity.value}: {finding.explanation}"
        yield from (f"    {one.what}: {one.value or '-'}" for one in finding.evidence)
    for abstention in result.abstentions:
        yield f"{abstention.rule} could not judge: {abstention.why}"


def _plain(line: str) -> str:
    """What a ticket says may hold control characters; none reaches the terminal."""
    return "".join(sign if sign.isprintable() else "\ufffd" for sign in line)


def _rate(row: SegmentRow) -> str:
    before = "-" if row.rate is None else f"{row.rate:.1%}"
    after = "-" if row.kept_rate is None else f"{row.kept_rate:.1%}"
    low, high = row.kept_interval
    return f"{before:>6} of {row.labelled:,} -> {after:>6} of {row.kept:,} (95 % {low:.1%} to {high:.1%})"


def _numbers(report: CheckReport) -> dict[str, Any]:
    ready = report.readiness
    return {
        "tickets": report.tickets,
        "labelled": report.labelled,
        "unlabelled": report.unlabelled,
        "rules": {f"{rule} {severity.value}": n for (rule, severity), n in sorted(report.tally.rules.items())},
        "decisions": {decision.value: n for decision, n in sorted(report.tally.decisions.items())},
        "segments": {axis: [row._asdict() for row in rows] for axis, rows in report.segments().items()},
        "rules_by_segment": {axis: report.tally.rules_by(axis) for axis in report.segments()},
        "total": report.tally.total._asdict(),
        "readiness": {
            "goal": ready.goal,
            "clean": ready.clean,
            "missing": ready.missing,
            "by_type": dict(ready.by_type),
            "steps": list(ready.steps),
        },
        "precision": {rule: known._asdict() for rule, known in report.precision.items()},
        "notes": list(report.notes),
    }


def _result(result: TicketResult) -> dict[str, Any]:
    return {
        "ticket": result.key,
        **result.segment._asdict(),
        "labels": sorted(result.labels.values),
        "severity": result.severity,
        "proposal": result.proposal,
        "decision": result.decision,
        "weight": result.weight,
        "findings": [
            {
                **finding._asdict(),
                "params": dict(finding.params),
                "evidence": [
                    {**one._asdict(), "at": one.at.isoformat() if one.at else None} for one in finding.evidence
                ],
            }
            for finding in result.findings
        ],
        "abstentions": [abstention._asdict() for abstention in result.abstentions],
    }
