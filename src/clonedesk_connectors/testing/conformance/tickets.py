"""Checks of normalised tickets: what the vendor said is kept, in order, in UTC, and private text stays private."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from enum import StrEnum
from typing import Any
from unittest import SkipTest

from clonedesk_connectors.model import Channel, Message, Status, Ticket, ticket_json
from clonedesk_connectors.model.lean import lean_ticket
from clonedesk_connectors.protocol import FactsReader
from clonedesk_connectors.testing.conformance.kit import Kit, finished, talkative
from clonedesk_connectors.testing.conformance.paging import LATER_S
from clonedesk_connectors.testing.conformance.rig import Found, Normalised, expect

Path = tuple[Any, ...]
ODD: tuple[Any, ...] = ("carrier_pigeon", "", None, -1, 10**30, 0.5, True, [], {}, [None], [{}], {"": None})
"""Values a field may hold one day."""
FUZZED = 3
"""Tickets whose every field is tried with every odd value."""

_NEW_WORD, _NEW_CODE = "carrier_pigeon", 990_017
_NAMES = {"status": ("status", "state"), "channel": ("channel", "source", "via")}
"""What vendors call it; a raw word may be looked up from a code, so it is not always found by its value."""

_UTC_TEXT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|\+00:00)")
_ELSEWHERE = timezone(timedelta(hours=5, minutes=30))


class TicketChecks(Kit):
    """See the module."""

    def test_unknown_values_are_kept_and_never_guessed(self) -> None:
        """A status or channel nobody has heard of becomes UNKNOWN, with the vendor's word beside it."""
        self._unknown("status", Status.UNKNOWN)
        self._unknown("channel", Channel.UNKNOWN)

    def _unknown(self, name: str, unknown: StrEnum) -> None:
        """Other fields of the record may still decide; then the new word counts as much as none. The directory is
        left empty, so that nothing is looked up.
        """
        connector, found = self.connector(), []
        for bundle, ticket, _ in self._normalised():
            word = getattr(ticket, f"raw_{name}") if ticket and not ticket.deleted else None
            for path, value in _leaves(bundle.records):
                mine = word is not None and (str(value).lower() == word.lower() or path[-1] in _NAMES[name])
                if not mine or not isinstance(value, str | int) or isinstance(value, bool):
                    continue
                new = _NEW_CODE if isinstance(value, int) else _NEW_WORD
                changed, bare = (
                    connector.normalize(
                        replace(bundle, records=_with(bundle.records, path, other), directory=Found({}))
                    )
                    for other in (new, None)
                )
                if changed and bare and getattr(changed, f"raw_{name}") == str(new):
                    found.append(getattr(changed, name))
                    same = found[-1] in (unknown, getattr(bare, name))
                    expect(same, f"an unknown {name} became {found[-1].value!r}: that is a guess")
        named = any(ticket and getattr(ticket, f"raw_{name}") for _, ticket, _ in self._normalised())
        expect(found or not named, f"an unknown {name} is not kept: raw_{name} does not hold the vendor's word")
        expect(unknown in found or not found, f"an unknown {name} always became something else: that is a guess")
        expect(named or name != "status", "no ticket has a raw_status: the vendor's own word is lost")

    def test_odd_values_never_stop_normalising(self) -> None:
        """Whatever a field holds - nothing, a new word, another type - normalising never raises."""
        connector, tried = self.connector(), set()
        seen = sorted(self._normalised(), key=lambda one: -len(str(one.bundle.records)))
        for bundle, _, _ in seen[:FUZZED]:
            for path in _places(bundle.records):
                shape = tuple("*" if isinstance(step, int) else step for step in path)
                if shape in tried:
                    continue
                tried.add(shape)
                for value in ODD:
                    odd = replace(bundle, records=_with(bundle.records, path, value))
                    try:
                        connector.normalize(odd)
                    except Exception as error:
                        where = ".".join(map(str, shape))
                        what = f"{where} = {value!r} raises {type(error).__name__}"
                        raise AssertionError(f"{what}: one odd field must not lose a ticket") from error

    def test_new_fields_change_nothing(self) -> None:
        """A vendor adds fields at any time; tickets come out the same."""
        for bundle, ticket, _ in self._normalised():
            found = self.connector().normalize(replace(bundle, records=_enriched(bundle.records)))
            expect(found == ticket, f"ticket {bundle.ticket_id}: a field nobody asked about changes it")

    def test_facts_and_normalize_tell_the_same_ticket(self) -> None:
        """Where a connector offers `facts`, what the engine stores is word for word what `normalize` gives."""
        connector = self.connector()
        if not isinstance(connector, FactsReader):
            raise SkipTest("this connector has no facts")
        for bundle, ticket, _ in self._recording().ran.watched.normalised.values():
            facts = connector.facts(replace(bundle, records=deepcopy(bundle.records)))
            told = None if facts is None else json.loads(ticket_json(lean_ticket(facts)))
            wanted = None if ticket is None else json.loads(ticket_json(ticket))
            expect(told == wanted, f"ticket {bundle.ticket_id}: facts tell another ticket than normalize")

    def test_all_times_are_utc(self) -> None:
        """Every time is aware and UTC, and the same moment written with another offset is the same moment."""
        rewritten = 0
        for bundle, ticket, _ in self._normalised():
            if ticket is None:
                continue
            for moment in _moments(ticket):
                expect(moment.utcoffset() == timedelta(0), f"ticket {bundle.ticket_id} holds a time that is not UTC")
            elsewhere = deepcopy(bundle.records)
            rewritten += _move_times(elsewhere)
            again = self.connector().normalize(replace(bundle, records=elsewhere))
            expect(again is not None, f"ticket {bundle.ticket_id}: lost when its times have an offset")
            same = again is not None and list(_moments(again)) == list(_moments(ticket))
            expect(same, f"ticket {bundle.ticket_id}: the offset of a time was ignored, so it moved by hours")
        if not rewritten:
            raise SkipTest("this vendor writes times as numbers; those found are UTC")

    def test_messages_are_in_the_vendors_order(self) -> None:
        """Events are ordered by (at, seq) with ids and places of their own; messages of one second keep their order."""
        for ticket in self._recording().snapshot.tickets.values():
            order = [(event.at, event.seq) for event in ticket.events]
            expect(order == sorted(set(order)), f"ticket {ticket.native_id}: events are not in order of (at, seq)")
            ids = [event.id for event in ticket.events]
            expect(len(set(ids)) == len(ids), f"ticket {ticket.native_id}: two events have one id")
        said = [message.body for message in self._conversation()]
        found = [word for body in said for word in _WORDS if word in body]
        expect(found == list(_WORDS), "messages of a conversation are not in its order")

    def test_private_text_is_never_public(self) -> None:
        """Notes stay private and replies public, each with its own text."""
        found = {
            word: message.visibility for message in self._conversation() for word in _WORDS if word in message.body
        }
        for word, public in _WORDS.items():
            wanted = "public" if public else "private"
            expect(
                found.get(word) == wanted, f"a text said in {'public' if public else 'private'} is {found.get(word)}"
            )

    def _normalised(self) -> list[Normalised]:
        return list(self._recording().ran.watched.normalised.values())

    def _conversation(self) -> list[Message]:
        """The messages of a ticket on which the words of `_WORDS` were said, the last two in one second."""
        with self._rig() as rig:
            finished(rig.pull())
            target = talkative(rig.snapshot())[0]
            for number, (word, public) in enumerate(_WORDS.items()):
                rig.helpdesk.say(target, f"<p>{word}</p>", public=public)
                rig.helpdesk.advance(60 if number < len(_WORDS) - 2 else 0)
            rig.helpdesk.advance(LATER_S)
            finished(rig.pull())
            return [event for event in rig.snapshot().tickets[target].events if isinstance(event, Message)]

    def test_normalise_looks_up_only_what_people_announces(self) -> None:
        """Directory records are loaded by `people`; what it does not announce is missing in a large archive."""
        connector = self.connector()
        for bundle, _, looked_up in self._normalised():
            announced = {(kind, str(key)) for kind, key in connector.people(bundle.records)}
            asked = {key for key in looked_up if key[0] not in connector.shaping_kinds}
            forgotten = sorted({kind for kind, _ in asked - announced})
            expect(
                not forgotten, f"ticket {bundle.ticket_id}: looks up {', '.join(forgotten)} that people() did not name"
            )


_WORDS = {"lantern-reply": True, "ballast-note": False, "harpoon-reply": True, "gunwale-note": False}
"""What is said in a test conversation, and whether in public."""


def _leaves(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else None
    if items is None:
        yield path, value
        return
    for key, inner in items:
        yield from _leaves(inner, (*path, key))


def _places(value: Any, path: Path = ()) -> Iterator[Path]:
    """Every field below a record (kind, position), containers included."""
    if len(path) > 2:
        yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield from _places(inner, (*path, key))


def _with(records: Any, path: Path, value: Any) -> Any:
    """A copy with another value at a path; only what lies on the path is copied."""
    if not path:
        return deepcopy(value)
    copy = records.copy()
    copy[path[0]] = _with(records[path[0]], path[1:], value)
    return copy


def _enriched(records: Any) -> Any:
    """Records with one field more. Deeper objects are left alone: their keys may be data, such as field names."""
    new = {"zz_field_of_tomorrow": {"status": _NEW_WORD}}
    return {kind: [row | new for row in rows] for kind, rows in records.items()}


def _moments(value: Any) -> Iterator[datetime]:
    if isinstance(value, datetime):
        yield value
    elif isinstance(value, Ticket):
        yield from _moments(value.model_dump())
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _moments(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _moments(inner)


def _move_times(value: Any) -> int:
    """Write every UTC time in place as the same moment elsewhere; returns how many."""
    items = list(value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ())
    moved = 0
    for key, inner in items:
        if isinstance(inner, str) and _UTC_TEXT.fullmatch(inner):
            value[key] = datetime.fromisoformat(inner).astimezone(_ELSEWHERE).isoformat()
            moved += 1
        else:
            moved += _move_times(inner)
    return moved
