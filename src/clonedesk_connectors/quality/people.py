"""Who came back: repeat contacts of the same person across tickets, channels, accounts and vendors.

One compact row per ticket is kept in memory until all tickets are seen (about half a kilobyte); then persons are put
together and each later ticket is attributed to the latest earlier one that an AI had handled.
Same person: the same requester id in one account, else the same e-mail address or phone number. Never the name.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from clonedesk_connectors.model import Person
from clonedesk_connectors.quality.facts import Facts
from clonedesk_connectors.quality.settings import CheckSettings

OPENING_CHARS = 200
_TAG = re.compile(r"<[^>]{0,2000}>")
_WORD = re.compile(r"\w+")
_NO_DIGIT = re.compile(r"\D+")
_SHORTEST_PHONE = 7


class Repeat(NamedTuple):
    """A later ticket of the same person. gap: from the end of the AI's handling to the later ticket's creation.

    similarity: word Jaccard of the two first customer messages (0-1). explicit: the later ticket names the earlier one
    (follow-up or link). basis: what shows that it is the same person.
    """

    key: str
    at: datetime
    gap: timedelta
    same_type: bool
    similarity: float
    explicit: bool
    channels: tuple[str, str]
    basis: str


class Row(NamedTuple):
    """What is remembered of one ticket. Times in unix seconds; ended_s None: it cannot be the earlier ticket.

    names: the tickets it says it belongs to; follows: the one of them that it continues, as the helpdesk says.
    counts: it can be the later ticket (a customer opened it and it is no merge, spam or test).
    """

    key: str
    created_s: int
    ended_s: int | None
    ticket_type: str | None
    channel: str
    requester: int
    beginning: str
    body: int
    names: tuple[str, ...]
    follows: str | None
    counts: bool


class PeopleBuilder:
    """Collects rows by person; `finish` finds repeats, shared mailboxes and monitors."""

    def __init__(self, settings: CheckSettings) -> None:
        self._settings = settings
        self._person: dict[int, int] = {}
        self._same: dict[int, int] = {}
        self._rows: dict[int, list[Row]] = {}

    def add(self, facts: Facts) -> None:
        """Remember one ticket; tickets without a requester or a creation time belong to nobody."""
        ticket = facts.ticket
        if ticket.requester is None or ticket.created_at is None:
            return
        person = ticket.requester
        requester = hash((ticket.vendor, ticket.account, person.id))
        identities = [requester]
        if person.email is not None or person.phone is not None:
            identities.extend(_contacts(person))
        row = _row(facts, ticket.created_at, requester, self._settings)
        code = self._code(identities)
        rows = self._rows.get(code)
        if rows is None:
            self._rows[code] = [row]
        else:
            rows.append(row)

    def _code(self, identities: list[int]) -> int:
        person = self._person
        code = person.get(identities[0])
        for identity in identities:
            other = person.get(identity)
            if other is None:
                if code is None:
                    code = len(person)
                person[identity] = code
            elif code is None:
                code = other
            elif self._root(other) != self._root(code):
                self._same[self._root(other)] = self._root(code)
        assert code is not None
        return code

    def _root(self, code: int) -> int:
        while code in self._same:
            code = self._same[code]
        return code

    def finish(self) -> People:
        """Put persons together. The builder is empty afterwards."""
        rows = self._rows
        for code in [code for code in rows if code in self._same]:
            rows.setdefault(self._root(code), []).extend(rows.pop(code))
        people = People()
        for group in rows.values():
            if len(group) > 1:
                self._finish_person(group, people)
        self._rows, self._person, self._same = {}, {}, {}
        return people

    def _finish_person(self, group: list[Row], people: People) -> None:
        settings = self._settings
        bodies = Counter(row.body for row in group if row.body)
        monitored = {body for body, count in bodies.items() if count >= settings.monitor_bodies}
        for row in group:
            if row.body in monitored:
                people.monitors[row.key] = bodies[row.body]
        group.sort(key=lambda row: row.created_s)
        if _crowded([row.created_s for row in group], settings):
            people.shared_mailboxes += 1
            people.shared_tickets += len(group)
            return
        for earlier, later in _attributed([row for row in group if row.body not in monitored], settings):
            people.repeats.setdefault(earlier.key, []).append(_repeat(earlier, later))


class People:
    """repeats: by the earlier ticket, nearest first. monitors: how often the same text came from one requester.

    shared_mailboxes / shared_tickets: requesters (and their tickets) with too many tickets to be one person.
    """

    def __init__(self) -> None:
        self.repeats: dict[str, list[Repeat]] = {}
        self.monitors: dict[str, int] = {}
        self.shared_mailboxes = 0
        self.shared_tickets = 0


def _contacts(person: Person) -> Iterator[int]:
    if person.email and "@" in person.email:
        yield hash(("mail", person.email.strip().lower()))
    if person.phone:
        digits = _NO_DIGIT.sub("", person.phone)
        if len(digits) >= _SHORTEST_PHONE:
            yield hash(("phone", digits))


def _row(facts: Facts, created_at: datetime, requester: int, settings: CheckSettings) -> Row:
    ticket = facts.ticket
    tagged = any(tag.lower() in settings.excluded_tags for tag in ticket.tags)
    real = facts.excluded in (None, "history_incomplete") and not tagged
    ended = facts.ended_at if facts.ai_touched and real else None
    first = facts.customer[0] if facts.customer else None
    names = ticket.linked if ticket.follow_up_of is None else (ticket.follow_up_of, *ticket.linked)
    body = first.body if first is not None else ""
    return Row(
        facts.key,
        int(created_at.timestamp()),
        None if ended is None else int(ended.timestamp()),
        ticket.ticket_type,
        ticket.channel,
        requester,
        body[: 2 * OPENING_CHARS],
        hash(body) if body else 0,
        names,
        ticket.follow_up_of,
        first is not None and real,
    )


def opening(body: str) -> str:
    """The beginning of a text without markup: what two tickets of one person are compared by."""
    if "<" in body:
        body = _TAG.sub(" ", body[: 2 * OPENING_CHARS])
    return body[:OPENING_CHARS]


def similarity(one: str, other: str) -> float:
    """Jaccard similarity (0-1) of the words of two openings; 0 when either has none."""
    first, second = set(_WORD.findall(one.lower())), set(_WORD.findall(other.lower()))
    both = len(first & second)
    return both / (len(first) + len(second) - both) if both else 0.0


def _crowded(created: list[int], settings: CheckSettings) -> bool:
    """Whether more tickets than one person writes fall into one span (sorted unix seconds)."""
    most, span_s = settings.shared_mailbox_tickets, settings.shared_mailbox_span.total_seconds()
    return any(later - earlier <= span_s for earlier, later in zip(created, created[most:], strict=False))


def _attributed(group: list[Row], settings: CheckSettings) -> Iterator[tuple[Row, Row]]:
    """Pair each later ticket with the earlier one whose handling ended last before it, within the horizon."""
    horizon_s = int(settings.repeat_horizon.total_seconds())
    ended = sorted(((row.ended_s, row) for row in group if row.ended_s is not None), key=lambda pair: pair[0])
    ends = [end for end, _ in ended]
    for later in group:
        place = bisect_left(ends, later.created_s) - 1
        while later.counts and place >= 0 and later.created_s - ends[place] <= horizon_s:
            earlier = ended[place][1]
            if earlier is not later:
                if not _counted_as_reopening(earlier, later, settings):
                    yield earlier, later
                break
            place -= 1


def _counted_as_reopening(earlier: Row, later: Row, settings: CheckSettings) -> bool:
    gap_s = later.created_s - (earlier.ended_s or 0)
    return _native(earlier.key) == later.follows and gap_s <= settings.reopen_window.total_seconds()


def _native(key: str) -> str:
    return key.split(":", 3)[3]


def _repeat(earlier: Row, later: Row) -> Repeat:
    return Repeat(
        later.key,
        datetime.fromtimestamp(later.created_s, UTC),
        timedelta(seconds=later.created_s - (earlier.ended_s or 0)),
        earlier.ticket_type is not None and earlier.ticket_type == later.ticket_type,
        similarity(opening(earlier.beginning), opening(later.beginning)),
        _native(earlier.key) in later.names,
        (earlier.channel, later.channel),
        "requester id" if earlier.requester == later.requester else "e-mail address or phone number",
    )


def nearest(repeats: Iterable[Repeat], settings: CheckSettings) -> Repeat | None:
    """RC_same: the nearest repeat contact within the window about the same matter (type, similar text, or named)."""
    for repeat in repeats:
        same = repeat.same_type or repeat.explicit or repeat.similarity >= settings.repeat_same
        if same and repeat.gap <= settings.repeat_window:
            return repeat
    return None
