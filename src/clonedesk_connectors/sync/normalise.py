"""Raw records to tickets. Runs after the lists are read, in batches; the only place that calls `normalize`."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from hashlib import sha256
from typing import Any

from clonedesk_connectors.collector import not_collecting
from clonedesk_connectors.model import SCHEMA_VERSION, Ticket
from clonedesk_connectors.model.lean import lean_ticket
from clonedesk_connectors.protocol import Bundle, Connector, FactsReader, FollowUp, PeopleReader, parse_object
from clonedesk_connectors.store import AccountArchive
from clonedesk_connectors.store.cache import Normalised, Saved

BATCH = 500
TOO_LARGE = "more raw records than one ticket can have"
Records = Mapping[str, list[dict[str, Any]]]


class StoredDirectory:
    """Directory records read from the archive: the shaping kinds whole, people as the current batch needs them, and
    one by one whom nobody announced.
    """

    def __init__(self, account: AccountArchive, connector: Connector) -> None:
        self._account, self._whole = account, frozenset(connector.shaping_kinds)
        self._fixed = {
            (kind, record.id): parse_object(record.payload)
            for kind in connector.shaping_kinds
            for record in account.directory(kind)
        }
        self._people: dict[tuple[str, str], Mapping[str, Any] | None] = {}

    def get(self, kind: str, native_id: object) -> Mapping[str, Any] | None:
        key = (kind, str(native_id))
        if kind in self._whole:
            return self._fixed.get(key)
        if key not in self._people:
            self._load(kind, [key[1]])
        return self._people[key]

    def fetch(self, wanted: set[tuple[str, str]]) -> None:
        """Load these people (one query per kind) and forget those of the batch before."""
        self._people = {key: found for key, found in self._people.items() if key in wanted}
        missing = wanted - self._people.keys()
        for kind in sorted({kind for kind, _ in missing}):
            self._load(kind, sorted(native_id for name, native_id in missing if name == kind))

    def _load(self, kind: str, ids: Sequence[str]) -> None:
        self._people.update(((kind, one), None) for one in ids)
        for record in self._account.directory(kind, ids):
            self._people[kind, record.id] = parse_object(record.payload)

    def fingerprint(self, connector: Connector) -> str:
        """What the normalised tickets depend on besides their own records."""
        shapes = sorted((kind, key, connector.shape(kind, record)) for (kind, key), record in self._fixed.items())
        config = connector.account.config.model_dump(mode="json")
        config = {name: sorted(value) if isinstance(value, list) else value for name, value in config.items()}
        text = json.dumps([SCHEMA_VERSION, config, connector.account.options, shapes], sort_keys=True)
        return sha256(text.encode()).hexdigest()


def normalise_dirty(
    account: AccountArchive, connector: Connector, on_batch: Callable[[Saved], None] = lambda saved: None
) -> int:
    """Normalise every ticket whose records changed; returns how many follow-ups the results made necessary.

    Tickets are also normalised again when the directory or the account's configuration changed in a way that matters.
    A ticket that cannot be normalised is quarantined with the kind of error; its raw records stay.
    """
    directory = StoredDirectory(account, connector)
    shape = directory.fingerprint(connector)
    if account.shape() != shape:
        account.mark_all_dirty()
        account.set_shape(shape)
    queued, last = 0, ""
    while ids := account.dirty_after(last, BATCH):
        with not_collecting():
            saved, more = _batch(account, connector, directory, ids)
        queued += more
        on_batch(saved)
        last = ids[-1]
    return queued


def _batch(
    account: AccountArchive, connector: Connector, directory: StoredDirectory, ids: list[str]
) -> tuple[Saved, int]:
    """Normalise and save these tickets. Keeps nothing alive: what is gone when the collector wakes costs it nothing."""
    gone = account.gone(ids)
    bundles = account.bundles(ids)
    directory.fetch(_people(connector, bundles.values()))
    batch = [Normalised(one, quarantined=TOO_LARGE) for one in ids if one not in bundles]
    gaps: list[FollowUp] = []
    make = _maker(connector)
    for ticket_id, kinds in bundles.items():
        records = _parsed(kinds)
        bundle = Bundle(ticket_id, records, directory, account.name, connector.account.config, gone.get(ticket_id, {}))
        try:
            ticket = make(bundle)
            if ticket is not None:
                gaps.extend(connector.gaps(bundle, ticket))
            batch.append(Normalised(ticket_id, ticket))
        except Exception as error:  # noqa: BLE001 - one bad record must not stop the run
            batch.append(Normalised(ticket_id, quarantined=_reason(error)))
    return account.save(batch, gaps)


def _maker(connector: Connector) -> Callable[[Bundle], Ticket | None]:
    """How tickets are made that are only stored."""
    if not isinstance(connector, FactsReader):
        return connector.normalize
    facts_of = connector.facts

    def make(bundle: Bundle) -> Ticket | None:
        facts = facts_of(bundle)
        return None if facts is None else lean_ticket(facts)

    return make


def _people(connector: Connector, bundles: Iterable[Mapping[str, list[bytes]]]) -> set[tuple[str, str]]:
    """Whom these tickets need. Their records are parsed for it and parsed again to be normalised: to keep what a batch
    holds until then costs more, because it leaves the processor's memory meanwhile.
    """
    quick = connector.people_in if isinstance(connector, PeopleReader) else None
    wanted: set[tuple[str, str]] = set()
    for kinds in bundles:
        wanted.update(quick(kinds) if quick else connector.people(_parsed(kinds)))
    return wanted


def _parsed(kinds: Mapping[str, list[bytes]]) -> Records:
    return {kind: [parse_object(payload) for payload in payloads] for kind, payloads in kinds.items()}


def _reason(error: Exception) -> str:
    """The kind of error and the line of our code it came from; never its text, which may quote the customer."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = f"{trace.tb_frame.f_code.co_name}:{trace.tb_lineno}" if trace else "?"
    return f"{type(error).__name__} in {where}"


def rebuild(
    account: AccountArchive, connector: Connector, on_batch: Callable[[Saved], None] = lambda saved: None
) -> int:
    """Normalise everything again from raw records, offline; returns the follow-ups that became necessary."""
    account.drop_tickets()
    return normalise_dirty(account, connector, on_batch)
