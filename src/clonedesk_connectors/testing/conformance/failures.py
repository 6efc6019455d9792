"""Checks of what goes wrong: nothing is lost, nothing is silently empty, and a stopped run goes on."""

from __future__ import annotations

from collections.abc import Callable
from unittest import SkipTest

from clonedesk_connectors.errors import AuthError
from clonedesk_connectors.protocol import Mode, Request, Response
from clonedesk_connectors.testing.conformance.kit import Kit, finished, same_records, same_tickets
from clonedesk_connectors.testing.conformance.rig import After, expect, fingerprint, lists
from clonedesk_connectors.transport.base import Failure, TransportFailed

SOME = 6
"""Tickets of checks that pull many times; with `small_page` rows a page still more than one page."""

_HTML = b"<!DOCTYPE html><html><head><title>Please wait</title></head><body>Service page</body></html>"
_JSON, _PAGE = {"content-type": "application/json"}, {"content-type": "text/html"}
_LIMITED = {"retry-after": "7"}

FAULTS: dict[str, Callable[[Response], Response | Exception]] = {
    "429 with Retry-After": lambda good: Response(429, _JSON | _LIMITED, b'{"error":"rate limit"}'),
    "429 without a word": lambda good: Response(429, _PAGE, _HTML),
    "500 with JSON": lambda good: Response(500, _JSON, b'{"error":"internal"}'),
    "502 with HTML": lambda good: Response(502, _PAGE, _HTML),
    "503 with Retry-After": lambda good: Response(503, _LIMITED, b""),
    "504 with HTML": lambda good: Response(504, _PAGE, _HTML),
    "200 with HTML": lambda good: Response(200, _PAGE, _HTML),
    "200 without a body": lambda good: Response(200, good.headers, b""),
    "200 with half of the JSON": lambda good: Response(200, good.headers, good.body[: len(good.body) // 2]),
    "a connection that cannot be made": lambda good: TransportFailed(Failure.CONNECT),
    "a reset connection": lambda good: TransportFailed(Failure.RESET),
    "a timeout": lambda good: TransportFailed(Failure.TIMEOUT),
}
"""What may come instead of a good answer."""


class FailureChecks(Kit):
    """See the module."""

    def test_killed_at_every_request_it_resumes_to_the_same_archive(self) -> None:
        """For each request of a run: stopped there and started again, the archive equals the uninterrupted one."""
        size = self.small_page
        with self._rig(SOME, size) as whole:
            first = whole.pull()
            finished(first)
            wanted = whole.snapshot()
        for number in range(1, len(first.wire.sent) + 1):
            with self._rig(SOME, size) as rig:
                rig.pull(stop_at=number)
                finished(rig.pull())
                same_tickets(rig.snapshot(), wanted, f"stopped at request {number}")
                same_records(rig.snapshot(), wanted, f"stopped at request {number}")

    def test_limits_and_failures_on_the_way_lose_nothing(self) -> None:
        """Every request fails once (limit, 5xx, HTML, half an answer, none) and is then answered: nothing is lost."""
        self._needs_http()
        with self._rig(SOME) as whole:
            finished(whole.pull())
            wanted = whole.snapshot()
        for name, fault in FAULTS.items():
            with self._rig(SOME) as rig:
                ran = rig.pull(after=_once(fault))
                finished(ran)
                same_tickets(rig.snapshot(), wanted, name)
                same_records(rig.snapshot(), wanted, name)
                expect(ran.report.retries > 0, f"{name}: nothing was asked again")

    def test_a_broken_answer_is_never_an_empty_page(self) -> None:
        """A list that only answers HTML with 200, or an empty body, is reported as failed; it does not end empty."""
        self._needs_http()
        streams = frozenset(lists(self._recording().ran))
        for body in (_HTML, b"", b"[[]]", b"null"):
            with self._rig(SOME, page_size=1) as rig:
                ran = rig.pull(after=_always(streams, body))
                taken = sorted(streams - ran.report.failed_streams.keys()) if ran.error is None else []
                expect(not taken, f"{', '.join(taken)}: {body[:15]!r} was taken for a page without records")

    def test_a_forbidden_or_missing_child_is_a_tombstone(self) -> None:
        """A detail that answers 403 or 404 is remembered as gone: no failure, no dead letter, never asked for again."""
        details = self._recording().ran.sent(Mode.DETAIL)
        if not details:
            raise SkipTest("an ordinary pull of this connector needs no details")
        subjects = {request.stream: request.subject for request in details}
        for stream, subject in subjects.items():
            for status in (403, 404):
                self._bury(stream, subject or "", status)

    def _bury(self, stream: str, subject: str, status: int) -> None:
        def refuse(request: Request) -> Response | None:
            mine = (request.stream, request.subject) == (stream, subject)
            return Response(status, _JSON, b"{}") if mine else None

        what = f"{stream} of a ticket answers {status}"
        with self._rig() as rig:
            ran = rig.pull(before=refuse)
            finished(ran)
            gone = rig.account.gone([subject]).get(subject, {})
            expect(gone.get(stream) == status, f"{what}: not remembered as gone")
            missing = self._recording().snapshot.tickets.keys() - rig.snapshot().tickets.keys() - {subject}
            expect(not missing, f"{what}: other tickets are missing")
            asked = [request for request in rig.pull(before=refuse).wire.sent if request.subject == subject]
            expect(stream not in {request.stream for request in asked}, f"{what}: asked for again by the next run")

    def test_wrong_credentials_stop_the_run(self) -> None:
        """Credentials that the vendor refuses end the run at once with AuthError, which names no secret."""
        self._needs_http()
        with self._rig(SOME) as rig:
            wrong = {name: f"wrong-{name}".lower() for name in rig.helpdesk.secrets}
            ran = rig.pull(secrets=wrong)
            expect(isinstance(ran.error, AuthError), f"the run ended with {type(ran.error).__name__}, not AuthError")
            expect(not rig.snapshot().tickets, "tickets were read without credentials")
            told = str(ran.error)
            expect(not any(value in told for value in wrong.values()), "the error repeats a secret")

    def _needs_http(self) -> None:
        if not self.http:
            raise SkipTest("this connector reads files: there is no HTTP that could fail and nothing to sign in to")


def _once(fault: Callable[[Response], Response | Exception]) -> After:
    """The fault the first time a request is answered, the true answer afterwards."""
    failed: set[str] = set()

    def after(request: Request, response: Response) -> Response:
        key = fingerprint(request)
        if key in failed:
            return response
        failed.add(key)
        odd = fault(response)
        if isinstance(odd, Exception):
            raise odd
        return odd

    return after


def _always(streams: frozenset[str], body: bytes) -> After:
    return lambda request, good: Response(200, good.headers, body) if request.stream in streams else good
