"""Checks the labels of all tickets: facts, rules, text model, verdicts. Streams; nothing is written anywhere.

The tickets are read twice, so they come as a function that opens them: once to learn what tickets tell about each
other (there a cheaper form of them will do), once to judge them. With a text model each verdict waits for it in memory,
or, where a `sink` wants it with its evidence, is made in a third reading. Of each ticket a few hundred bytes stay in
memory, and its text for the model.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from clonedesk_connectors.collector import collecting_rarely
from clonedesk_connectors.errors import ConfigError
from clonedesk_connectors.model import Event, Ticket
from clonedesk_connectors.model.lean import whole_ticket
from clonedesk_connectors.protocol import AccountConfig
from clonedesk_connectors.quality.case import Case
from clonedesk_connectors.quality.combine import KEEP, Segment, TicketResult, combine
from clonedesk_connectors.quality.context import EMPTY, Context, ContextBuilder
from clonedesk_connectors.quality.facts import Facts, derive
from clonedesk_connectors.quality.labels import ESCALATED, RESOLVED_AI, Given, LabelReader, Labels, LabelValue
from clonedesk_connectors.quality.opinions import TextJudge, TextOpinions, TextRow
from clonedesk_connectors.quality.outcome import judge
from clonedesk_connectors.quality.panel import Panel
from clonedesk_connectors.quality.precision import ReviewedFinding, RulePrecision, learn
from clonedesk_connectors.quality.reading import TextReader, installed_reader
from clonedesk_connectors.quality.recall import Recall
from clonedesk_connectors.quality.report import Readiness, SegmentRow, Tally, readiness
from clonedesk_connectors.quality.rules import Rule, all_rules
from clonedesk_connectors.quality.settings import CheckSettings

OpenTickets = Callable[[], Iterable[Ticket]]
Configs = AccountConfig | Mapping[str, AccountConfig]
"""One configuration for all, or one per `vendor:account`."""

_Derived = tuple[Facts, Labels, AccountConfig]

_AXES = ("ticket_type", "channel", "tier")
_MOST_NAMED = 20


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What a check found. `results()` gives the verdict of every labelled ticket, again and again.

    tickets: all that were read; held_out were not looked at; unlabelled carry no label. unknown_labels: imported labels
    for tickets that do not exist here. notes: sentences about everything that could not be judged.
    """

    tickets: int
    labelled: int
    unlabelled: int
    held_out: int
    tally: Tally
    precision: Mapping[str, RulePrecision]
    readiness: Readiness
    unknown_labels: int
    notes: tuple[str, ...]
    results: Callable[[], Iterator[TicketResult]]

    def segments(self) -> Mapping[str, tuple[SegmentRow, ...]]:
        """Escalation rate by label, before and after dropping, by ticket type, channel and tier."""
        return {axis: self.tally.by(axis) for axis in _AXES}


def check(
    tickets: OpenTickets,
    labels: Given,
    config: Configs,
    cut: datetime,
    settings: CheckSettings | None = None,
    *,
    text_model: TextJudge | None = None,
    reviews: Iterable[ReviewedFinding] = (),
    held_out: frozenset[str] = frozenset(),
    rules: Iterable[Rule] | None = None,
    open_reader: Callable[[], TextReader | None] = installed_reader,
    sink: Callable[[TicketResult], None] | None = None,
    lean: OpenTickets | None = None,
) -> CheckReport:
    """Check every label.

    labels: imported and manual ones by ticket key. cut: the latest instant to which every source is synced (aware).
    held_out: keys of tickets that are not even read. sink gets each result once, in the order of the tickets. lean: the
    same tickets as `Archive.lean_tickets` gives them.
    Raises ConfigError for a naive `cut` and for label words that are none; PluginError for a broken rule plugin.
    """
    if cut.tzinfo is None:
        raise ConfigError("the cut-off of a check needs a time zone")
    run = _Run(tickets, labels, config, cut.astimezone(UTC), settings or CheckSettings(), held_out)
    run.panel = Panel(all_rules() if rules is None else tuple(rules))
    run.reader = open_reader()
    reviewed = tuple(reviews)
    run.precision = learn(reviewed, run.panel.rules, run.settings)
    with collecting_rarely():
        run.learn_context(lean or tickets)
        early = None if text_model is None else run.ask(text_model, reviewed, keep=sink is None)
        return run.report(sink, early)


class _Run:
    """The state of one check."""

    def __init__(
        self,
        tickets: OpenTickets,
        given: Given,
        config: Configs,
        cut: datetime,
        settings: CheckSettings,
        held_out: frozenset[str],
    ) -> None:
        self.tickets, self.given, self.config, self.cut = tickets, given, config, cut
        self.settings, self.held_out = settings, held_out
        self.panel = Panel(())
        self.reader: TextReader | None = None
        self.opinions: TextOpinions | None = None
        self.precision: Mapping[str, RulePrecision] = {}
        self.context = EMPTY
        self._kept: list[_Derived] | None = None  # of tickets that the caller holds in memory anyway
        self._readers: dict[tuple[str, str], tuple[AccountConfig, LabelReader]] = {}
        self.seen = self.skipped = self.unlabelled = self.unlabelled_ai = 0
        self.without_events = 0
        self.given_seen: set[str] = set()

    def learn_context(self, tickets: OpenTickets) -> None:
        """First pass."""
        builder = ContextBuilder(self.settings, self.reader)
        opened = tickets()
        self._kept = [] if isinstance(opened, Sequence) else None
        for ticket in opened:
            if self.held_out and str(ticket.key) in self.held_out:
                self.skipped += 1
                continue
            if ticket.merged_into is not None:
                ticket = whole_ticket(ticket)  # its events will be judged as those of the ticket it was merged into
            derived = facts, labels, _ = self._facts(ticket, None)
            if self._kept is not None:
                self._kept.append(derived)
            self.seen += 1
            self.without_events += not facts.events
            if facts.key in self.given:
                self.given_seen.add(facts.key)
            if not labels.values:
                self.unlabelled += 1
                self.unlabelled_ai += facts.ai_touched and facts.excluded is None
            builder.add(facts, labels)
        self.context = builder.finish()

    def _derived(self) -> Iterator[_Derived]:
        """Every ticket that is not held out. Facts of streamed tickets are not kept, but derived again in each pass."""
        if self._kept is not None:
            for known in self._kept:
                merged = known[0].key in self.context.joined
                yield self._facts(known[0].ticket, self.context) if merged else known
            return
        for ticket in self.tickets():
            if not self.held_out or str(ticket.key) not in self.held_out:
                yield self._facts(ticket, self.context)

    def _facts(self, ticket: Ticket, context: Context | None) -> _Derived:
        config, reader = self._account(ticket)
        joined: Sequence[Event] = ()
        if context is not None and context.joined:
            joined = context.joined.get(str(ticket.key), ())
        facts = derive(ticket, config, self.settings, joined)
        return facts, reader.read(facts, self.given.get(facts.key, ())), config

    def _account(self, ticket: Ticket) -> tuple[AccountConfig, LabelReader]:
        account = (ticket.vendor, ticket.account)
        known = self._readers.get(account)
        if known is None:
            config = self.config
            if not isinstance(config, AccountConfig):
                config = config.get(":".join(account), AccountConfig())
            known = self._readers[account] = (config, LabelReader(config))
        return known

    def cases(self) -> Iterator[Case]:
        """Labelled tickets that are not held out, with their facts."""
        for facts, labels, config in self._derived():
            if labels.values:
                outcome = judge(facts, self.context, self.reader, self.cut, self.settings)
                yield Case(
                    facts,
                    labels,
                    outcome,
                    self.context,
                    reader=self.reader,
                    opinions=self.opinions,
                    config=config,
                    cut=self.cut,
                    settings=self.settings,
                )

    def results(self) -> Iterator[TicketResult]:
        """Last pass; may be repeated."""
        for case in self.cases():
            yield self._result(case)

    def _result(self, case: Case, panel: Panel | None = None) -> TicketResult:
        findings, abstentions = (panel or self.panel).ask(case)
        ticket = case.facts.ticket
        segment = Segment(ticket.ticket_type, str(ticket.channel), ticket.tier)
        return combine(case.facts.key, segment, case.labels, findings, abstentions, self.settings, self.precision)

    def ask(self, model: TextJudge, reviewed: Iterable[ReviewedFinding], *, keep: bool) -> Recall | None:
        """Let the text model judge. Returns what the rules said of each ticket meanwhile, if it can be kept."""
        parted = self.panel.parted() if keep else None
        early = None if parted is None else Recall(parted[1])
        rows = self.text_rows(early, self.panel if parted is None else parted[0])
        self.opinions = model.judge(rows, {one.ticket: one.truth for one in reviewed if one.truth is not None})
        return early

    def text_rows(self, early: Recall | None, panel: Panel) -> list[TextRow]:
        """For the text model: labels that the rules left standing; anchors are those whose truth the trail proves.

        What the rules said meanwhile is kept in `early`, where it is given.
        """
        rows = []
        self.opinions = TextOpinions({}, {}) if early is not None else None
        for case in self.cases():
            result = self._result(case, panel)
            if early is not None:
                early.keep(case, result)
            value = case.labels.value
            if value is not None and case.facts.ai_touched and case.facts.excluded is None:
                anchor = _anchor(case)
                if anchor is not None or result.decision is KEEP:
                    rows.append(_text_row(case, value, anchor))
        return rows

    def report(self, sink: Callable[[TicketResult], None] | None, early: Recall | None) -> CheckReport:
        """Judge all tickets and count."""
        tally = Tally()
        if early is not None and self.opinions is not None:
            results = early.results(self.opinions, self.context, self.settings, self.precision)
        else:
            results = self.results()
        for result in results:
            tally.add(result)
            if sink is not None:
                sink(result)
        tally.close()
        unknown = len(self.given) - len(self.given_seen)
        return CheckReport(
            self.seen,
            self.seen - self.unlabelled,
            self.unlabelled,
            self.skipped,
            tally,
            self.precision,
            readiness(tally, self.unlabelled_ai, self.settings.readiness_goal),
            unknown,
            tuple(self._notes(unknown)),
            self.results,
        )

    def _notes(self, unknown: int) -> Iterator[str]:
        if not self.seen:
            yield "There are no tickets to check."
        elif self.unlabelled == self.seen:
            yield "No ticket carries a label; configure label_tags or label_fields, or import labels."
        if self.reader is None:
            yield "Texts were not read, so rules on wording abstained; install the extra [text]."
        if self.opinions is None:
            yield "No text model was used, so L17 and L19 abstained."
        else:
            yield from self.opinions.notes
        if unknown:
            names = sorted(key for key in self.given if key not in self.given_seen)[:_MOST_NAMED]
            yield f"{unknown} imported labels belong to tickets that are not here: {', '.join(names)}."
        if self.without_events:
            yield f"{self.without_events} tickets have no events at all and cannot be judged."
        if self.context.shared_mailboxes:
            shared, tickets = self.context.shared_mailboxes, self.context.shared_tickets
            yield f"{shared} shared mailboxes with {tickets} tickets were left out of repeat contacts."
        for known in self.precision.values():
            if known.demoted:
                yield known.sentence()


def _text_row(case: Case, value: LabelValue, anchor: LabelValue | None) -> TextRow:
    ticket, gist = case.facts.ticket, case.gist
    return TextRow(
        key=gist.key,
        text="\n".join(case.words(message) for message in case.facts.customer),
        label=value,
        labeller=gist.labeller,
        ticket_type=ticket.ticket_type,
        requester=ticket.requester.id if ticket.requester is not None else None,
        course=gist.course,
        anchor=anchor,
    )


def _anchor(case: Case) -> LabelValue | None:
    """The true label where the trail decides: F true, or confirmed."""
    if not case.facts.complete or case.outcome.windows:
        return None
    if case.outcome.escalated and case.outcome.h_strict is not None:
        return ESCALATED
    return RESOLVED_AI if case.outcome.confirmed is not None else None
