"""The label check over an archive: what `clonedesk-sync check` and `cd.check` do.

Rules and verdicts are in `quality`; here they meet the archive: its tickets, the accounts' settings, and what people
said of earlier findings.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from operator import attrgetter

from clonedesk_connectors.errors import ConfigError
from clonedesk_connectors.model import Key, Ticket
from clonedesk_connectors.protocol import Account, AccountConfig
from clonedesk_connectors.quality.checker import CheckReport
from clonedesk_connectors.quality.checker import check as check_tickets
from clonedesk_connectors.quality.combine import TicketResult
from clonedesk_connectors.quality.labels import Given, LabelValue
from clonedesk_connectors.quality.opinions import TextJudge
from clonedesk_connectors.quality.precision import ReviewedFinding
from clonedesk_connectors.quality.rules import all_rules
from clonedesk_connectors.quality.settings import CheckSettings
from clonedesk_connectors.store import AccountArchive, Archive
from clonedesk_connectors.store.values import FindingReview


def check(
    store: Archive,
    accounts: Iterable[Account] = (),
    *,
    labels: Given | None = None,
    cut: datetime | None = None,
    settings: CheckSettings | None = None,
    text_model: TextJudge | None = None,
    held_out: frozenset[str] = frozenset(),
    sink: Callable[[TicketResult], None] | None = None,
) -> CheckReport:
    """Hold every escalation label of the archive against what happened in its ticket.

    accounts: what is known of each account (bots, AI groups, where labels are written). labels: imported ones, by
    ticket key. cut: aware; until when every account is synced (default: the earliest "last change" of all accounts).
    held_out: keys of tickets that must not be looked at. sink: gets the verdict on each labelled ticket once, which
    spares a further reading by `results()`. Changes no label and writes nothing.
    """
    configs: dict[str, AccountConfig] = {f"{a.vendor}:{a.name}": a.config for a in accounts}
    for part in store.accounts():
        configs.setdefault(f"{part.vendor}:{part.name}", AccountConfig())
    return check_tickets(
        store.tickets,
        labels or {},
        configs,
        cut or synced_until(store),
        settings,
        text_model=text_model,
        reviews=reviews(store),
        held_out=held_out,
        sink=sink,
        lean=store.lean_tickets,
    )


def synced_until(store: Archive) -> datetime:
    """Until when every account is known, by the vendors' own clocks: the earliest of their last changes (UTC).

    Raises ConfigError for an archive without tickets.
    """
    last = [moment for part in store.accounts() if (moment := part.last_change()) is not None]
    if not last:
        raise ConfigError("the archive holds no tickets yet; run `clonedesk-sync pull` first")
    return datetime.fromtimestamp(min(last), UTC)


def reviews(store: Archive) -> Iterator[ReviewedFinding]:
    """What people said of findings, oldest first."""
    said = [(part, one) for part in store.accounts() for one in part.finding_reviews()]
    for part, one in sorted(said, key=lambda row: row[1].at):
        truth = LabelValue(one.truth) if one.truth else None
        yield ReviewedFinding(one.rule, one.version, _key(part, one.native_id), one.confirmed, truth)


def review(
    store: Archive, ticket: str, rule: str, *, confirmed: bool, reviewer: str, truth: str | None = None, at: datetime
) -> FindingReview:
    """Keep a person's word on one finding; the rule's precision is learned from it.

    store: open for writing. ticket: see `find`. truth: the label that is right, where the person knows. at: aware.
    Raises ConfigError for a rule, label or ticket that does not exist.
    """
    versions = {known.id: known.version for known in all_rules()}
    if rule not in versions:
        raise ConfigError(f"no rule {rule!r}; there are {', '.join(versions)}")
    if truth is not None and truth not in set(LabelValue):
        raise ConfigError(f"no label {truth!r}; there are {', '.join(LabelValue)}")
    key = find(store, ticket)
    said = FindingReview(key.native_id, rule, versions[rule], confirmed, truth, reviewer, int(at.timestamp()))
    store.account(key.vendor, key.account).add_finding_review(said)
    return said


def find(store: Archive, ticket: str) -> Key:
    """The key of a ticket named by its key, or by its native id where only one account has it. Raises ConfigError."""
    if ticket.count(":") >= 3:
        return Key.parse(ticket)
    holders = [part for part in store.accounts() if part.body(ticket) is not None]
    if len(holders) != 1:
        many = "several accounts have a" if holders else "no account has a"
        raise ConfigError(f"{many} ticket {ticket!r}; name it as vendor:account:ticket:id")
    return Key(holders[0].vendor, holders[0].name, "ticket", ticket)


def result_of(report: CheckReport, key: Key) -> TicketResult | None:
    """What the check says of one ticket; None where it carries no label."""
    return next((result for result in report.results() if result.key == str(key)), None)


def trail(ticket: Ticket, result: TicketResult | None) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The ticket's events as lines in order, each with the rules that cite it as evidence."""
    citing: dict[str, list[str]] = {}
    for finding in result.findings if result else ():
        for evidence in finding.evidence:
            if evidence.event is not None:
                citing.setdefault(evidence.event, []).append(finding.rule)
    for event in sorted(ticket.events, key=attrgetter("at", "seq")):
        yield (
            f"{event.at:%Y-%m-%d %H:%M:%S} {event.actor.kind.value:<11} {_told(event)}",
            tuple(dict.fromkeys(citing.get(event.id, ()))),
        )


_TOLD: Mapping[str, tuple[str, ...]] = {
    "message": ("visibility",),
    "status": ("from_status", "to_status"),
    "assignment": ("to_kind", "to_id"),
    "group": ("to_kind", "to_id"),
    "tag": ("added", "removed"),
    "priority": ("to_priority",),
    "handoff": ("raw", "to_id"),
    "ai_turn": ("ending", "raw"),
    "follow_up": ("of", "to"),
    "merge": ("into", "absorbed"),
}


def _told(event: object) -> str:
    kind = str(getattr(event, "kind"))  # noqa: B009 - the union's members differ
    values = [_word(getattr(event, name)) for name in _TOLD.get(kind, ())]
    return " ".join([kind, *filter(None, values)])


def _word(value: object) -> str:
    if isinstance(value, tuple):
        return ",".join(map(str, value))
    return "" if value is None else str(getattr(value, "value", value))


def _key(part: AccountArchive, native_id: str) -> str:
    return str(Key(part.vendor, part.name, "ticket", native_id))
