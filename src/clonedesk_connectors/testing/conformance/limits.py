"""Checks of cost and discretion: bytes kept, limits kept, memory flat, nothing told."""

from __future__ import annotations

import json
import logging
import traceback
import tracemalloc
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple
from unittest import SkipTest

from clonedesk_connectors.protocol import Request, Response, to_json
from clonedesk_connectors.testing.conformance.failures import FAULTS, SOME
from clonedesk_connectors.testing.conformance.kit import Kit, finished, talkative
from clonedesk_connectors.testing.conformance.rig import After, Ran, expect, records

MANY = 1000
SHARE = 0.8
"""The budget share of an ordinary run."""

_KIB = 1024
_WARM = 20


class Long(NamedTuple):
    """What a pull of `MANY` tickets in ordinary pages took. usage: None where the helpdesk does not count."""

    requests: int
    usage: dict[str, float] | None


class LimitChecks(Kit):
    """See the module."""

    def test_raw_records_keep_the_vendors_bytes(self) -> None:
        """A raw record is a piece of the answer, byte for byte, and the archive gives it back as it was."""
        ran, snapshot, _ = self._recording()
        for request, response, page in ran.watched.exchanges:
            for record in page.records:
                verbatim = record.kind in self.derived_kinds or record.payload in response.body
                expect(verbatim, f"{request.stream}: a {record.kind} was not kept as it was received")
        stored = {(kind, row.id): row.payload for kind, rows in snapshot.records.items() for row in rows}
        last: dict[tuple[str, str], tuple[int, bytes]] = {}
        for record in records(ran):
            held = last.get((record.kind, record.id))
            if held is None or record.version >= held[0]:
                last[record.kind, record.id] = record.version, record.payload
        expect(stored == {key: payload for key, (_, payload) in last.items()}, "the archive holds other bytes")

    def test_no_secret_or_text_in_logs_reports_or_errors(self) -> None:
        """Whatever goes wrong, neither a secret nor a customer's words are logged, reported, raised or put in a URL."""
        with self._rig(SOME) as rig, _listening() as heard:
            finished(rig.pull())
            rig.helpdesk.say(talkative(rig.snapshot())[0], f"<p>{_CANARY}</p>", public=False)
            rig.helpdesk.advance(3600)
            runs = [rig.pull()]
            for name in sorted(FAULTS) if self.http else ():
                with self._fresh(rig, page_size=1) as other:
                    runs.append(other.pull(after=_broken_for_ever(name)))
                    summary = other.account.summary()
                    heard += [f"the quarantine: {summary.quarantined}", f"the dead letters: {summary.dead_letters}"]
            words = {_CANARY, *_shapes(rig.helpdesk.secrets.values())}
            for ran in runs:
                words |= {value for headers in ran.wire.headers for value in headers.values() if len(value) > 8}
            told = [*heard, *(text for ran in runs for text in _told(ran))]
        leaks = sorted({kind for text in told for kind in [text.split(":", 1)[0]] if any(w in text for w in words)})
        expect(not leaks, f"a secret or a customer's text was told in: {', '.join(leaks)}")

    def test_requests_stay_under_the_declared_ceiling(self) -> None:
        """A first pull of 1,000 ordinary tickets takes no more requests than `capabilities.requests_per_1000` says."""
        declared, taken = self.connector().capabilities.requests_per_1000, self._long().requests
        expect(taken <= declared, f"{taken} requests for {MANY} tickets; declared are {declared:g}")

    def test_the_budget_share_is_never_exceeded(self) -> None:
        """Of no limit that the vendor enforces more than the share is used in any window, and no request is refused."""
        usage = self._long().usage
        if usage is None:
            raise SkipTest("this helpdesk does not count its limits")
        expect(usage, "the helpdesk counted no limit at all")
        over = {name: round(part, 2) for name, part in usage.items() if part > SHARE + 1e-9}
        expect(not over, f"more than {SHARE:.0%} of a limit was used (2.0: a request was refused): {over}")

    def test_memory_stays_flat_while_streaming(self) -> None:
        """Reading and normalising holds one page at a time: nothing of it is kept, and a page costs what it weighs."""
        with self._rig(200) as rig:
            ran = rig.pull()
            finished(ran)
        connector, exchanges = self.connector(), ran.watched.exchanges
        warm = {exchange.request.stream: exchange for exchange in exchanges}
        for request, response, _ in warm.values():
            connector.parse(request, response)
        for bundle, _, _ in [*ran.watched.normalised.values()][:_WARM]:
            connector.normalize(bundle)
        read_bytes = sum(len(response.body) for _, response, _ in exchanges)
        largest = max(len(response.body) for _, response, _ in exchanges)
        tracemalloc.start()
        try:
            for request, response, _ in exchanges:
                connector.parse(request, response)
            for bundle, _, _ in ran.watched.normalised.values():
                connector.normalize(bundle)
            kept, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        expect(kept < 96 * _KIB + read_bytes / 10, f"{kept // _KIB} KiB stay after reading {read_bytes // _KIB} KiB")
        expect(peak < 4096 * _KIB + 40 * largest, f"a page of {largest // _KIB} KiB took {peak // _KIB} KiB to read")

    def _long(self) -> Long:
        """Made once per class."""
        made: Long | None = type(self).__dict__.get("_made_long")
        if made is None:
            with self._rig(MANY) as rig:
                ran = rig.pull()
                finished(ran)
                try:
                    usage: dict[str, float] | None = dict(rig.helpdesk.usage())
                except SkipTest:
                    usage = None
                made = Long(len(ran.wire.sent), usage)
            setattr(type(self), "_made_long", made)  # noqa: B010
        return made


_CANARY = "bilge-water-canary"


def _shapes(secrets: object) -> set[str]:
    """Secrets as they are and as Basic authentication writes them."""
    values = [value for value in secrets if isinstance(value, str) and len(value) > 3]  # type: ignore[attr-defined]
    return {*values, *(b64encode(value.encode()).decode().rstrip("=") for value in values)}


def _broken_for_ever(name: str) -> After:
    def after(request: Request, response: Response) -> Response:
        odd = FAULTS[name](response)
        if isinstance(odd, Exception):
            raise odd
        return odd

    return after


@contextmanager
def _listening() -> Iterator[list[str]]:
    """Everything that is logged meanwhile, at any level."""
    heard: list[str] = []

    class Ear(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            heard.append(f"the log of {record.name}: {record.getMessage()} {record.exc_text or ''}")

    root, ear = logging.getLogger(), Ear()
    level = root.level
    root.addHandler(ear)
    root.setLevel(logging.DEBUG)
    try:
        yield heard
    finally:
        root.removeHandler(ear)
        root.setLevel(level)


def _told(ran: Ran) -> Iterator[str]:
    yield f"the report: {json.dumps(ran.report.as_dict())}"
    if ran.error is not None:
        yield f"an error: {''.join(traceback.format_exception(ran.error, limit=0))} {ran.error!r}"
    for request in ran.wire.sent:
        if request.stream != "sign_in":
            yield f"the request of {request.stream}: {to_json(request)} {request!r}"
    for exchange in ran.watched.exchanges:
        yield f"the notes of {exchange.request.stream}: {exchange.page.notes} {exchange.page.cursor}"
    for asked in ran.watched.exchanges:
        verdict = ran.watched.judge(asked.request, asked.response)
        yield f"a verdict about {asked.request.stream}: {verdict!r}"
