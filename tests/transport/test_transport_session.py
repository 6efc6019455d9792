from __future__ import annotations

import asyncio
from random import Random
from typing import Any

import pytest
from transport_fakes import FakeClock, FakeConnector, NoJitter, ScriptedTransport, json_response

from clonedesk_connectors.errors import AuthError, ForeignOrigin, RateLimited, StuckCursor, Unavailable
from clonedesk_connectors.protocol import Bucket, Outcome, Request, Verdict
from clonedesk_connectors.transport import Failure, Fetched, ResponseMeta, Session, TransportFailed

LIST = Request("items", "/items", "lists")
DETAIL = Request("details", "/items/7", "account", subject="7")
NOTE = Request("push", "/notes", "account", "POST", body={"text": "hello"})
FILE = Request("items", "", "lists", external_url="https://files.example/a?signature=s3cret")
GOOD = json_response(b'{"items": [{"id": 1}], "cursor": "c1", "done": false}')


def limited(**headers: str) -> Any:
    return json_response(b"", 429, **headers)


class Setting:
    """A session over a script, on a clock of its own."""

    def __init__(self, *script: Any, connector: FakeConnector | None = None, rng: Random | None = None, **options: Any):
        self.clock = FakeClock()
        self.transport = ScriptedTransport(self.clock, *script)
        self.connector: Any = connector or FakeConnector()
        self.session = Session(
            self.connector,
            self.transport,
            "key",
            {"KEY": "s3cret"},
            clock=self.clock,
            sleep=self.clock.sleep,
            rng=rng or NoJitter(),
            **options,
        )

    def fetch(self, request: Request = LIST) -> Fetched:
        result: Fetched = self.clock.run(self.session.fetch(request))
        return result

    def call(self, request: Request = NOTE, **options: Any) -> Any:
        return self.clock.run(self.session.call(request, **options))

    @property
    def took_s(self) -> float:
        return self.clock.now - 1000.0


def ids(fetched: Fetched) -> list[str]:
    assert fetched.page
    return [record.id for record in fetched.page.records]


def test_a_good_answer_becomes_a_page_and_is_counted() -> None:
    at = Setting(GOOD)
    fetched = at.fetch()
    assert (ids(fetched), fetched.outcome) == (["1"], Outcome(Verdict.OK))
    assert fetched.response_meta == ResponseMeta(200, len(GOOD.body), 1)
    assert at.transport.sent == [(LIST, {"authorization": "Bearer s3cret"})]
    assert at.session.requests == {("items", "lists"): 1}
    assert (at.session.retries, at.session.waited_s) == (0, 0)


@pytest.mark.parametrize(
    "bad",
    [
        json_response(b"<html>maintenance</html>"),
        json_response(b'{"items": [{"id": 1}'),
        json_response(b""),
        json_response(status=503),
        TransportFailed(Failure.RESET),
        TransportFailed(Failure.TIMEOUT),
        TransportFailed(Failure.CONNECT),
        TransportFailed(Failure.BAD_ENCODING),
    ],
    ids=["html", "truncated", "empty", "503", "reset", "timeout", "connect", "bad encoding"],
)
def test_a_transient_failure_of_a_read_is_repeated(bad: Any) -> None:
    at = Setting(bad, GOOD)
    assert ids(at.fetch()) == ["1"]
    assert (at.session.retries, at.took_s) == (1, 0.5)
    assert at.session.waited_s == 0  # a failure is not a limit


def test_pauses_between_failures_double_up_to_a_cap_and_end() -> None:
    at = Setting(*[json_response(status=502)] * 9, attempts=9)
    with pytest.raises(Unavailable) as error:
        at.fetch()
    assert str(error.value) == (
        "acmedesk account 'acme', stream 'items': no usable answer (HTTP 502). "
        "Trying again did not help; run the same command again later."
    )
    assert at.took_s == 0.5 + 1 + 2 + 4 + 8 + 16 + 30 + 30
    assert len(at.transport.sent) == 9


def test_pauses_between_failures_are_spread_at_random() -> None:
    at = Setting(json_response(status=502), GOOD, rng=Random(3))
    at.fetch()
    assert 0.5 < at.took_s < 1.0


def test_a_wait_the_vendor_asks_for_after_a_failure_is_kept() -> None:
    at = Setting(json_response(status=503, retry_after="120"), GOOD)
    at.fetch()
    assert at.took_s == 120


def test_a_failure_with_a_wait_longer_than_we_wait_ends_at_once() -> None:
    at = Setting(json_response(status=503, retry_after="86400"))
    with pytest.raises(Unavailable):
        at.fetch()
    assert at.took_s == 0


@pytest.mark.parametrize(
    ("headers", "waits"),
    [
        ({"retry_after": "17"}, 17),
        ({"retry_after": "Tue, 24 Nov 2026 07:00:17 GMT", "date": "Tue, 24 Nov 2026 07:00:00 GMT"}, 17),
        ({}, 60),
    ],
    ids=["seconds", "date", "none"],
)
def test_a_limit_waits_what_the_header_says_or_a_window(headers: dict[str, str], waits: float) -> None:
    at = Setting(limited(**headers), GOOD)
    assert ids(at.fetch()) == ["1"]
    assert (at.took_s, at.session.waited_s, at.session.retries) == (waits, waits, 1)


def test_limits_are_not_failures_but_end_after_the_time_we_wait() -> None:
    patient = Setting(*[limited(retry_after="10")] * 20, GOOD, attempts=2)
    assert ids(patient.fetch()) == ["1"]
    assert patient.session.waited_s == 200

    at = Setting(*[limited(retry_after="10")] * 20, max_wait_s=45)
    with pytest.raises(RateLimited) as error:
        at.fetch()
    assert at.took_s == 40
    assert "acmedesk account 'acme', stream 'items'" in str(error.value)
    assert "45 s" in str(error.value)


def test_a_limit_met_by_one_holds_everybody_on_its_bucket() -> None:
    at = Setting(GOOD, limited(retry_after="17"), GOOD, GOOD, GOOD)

    async def main() -> None:
        await at.session.fetch(LIST)
        await asyncio.gather(*(at.session.fetch(LIST) for _ in range(2)))

    at.clock.run(main())
    assert at.took_s == 17
    assert len(at.transport.sent) == 4


def test_a_dead_token_is_exchanged_once_and_the_request_goes_again() -> None:
    token = json_response(b"{}")
    at = Setting(token, json_response(status=401), token, GOOD, connector=FakeConnector(exchange=True))
    assert ids(at.fetch()) == ["1"]
    assert [headers.get("authorization") for _, headers in at.transport.sent] == [
        None, "Bearer token-1", None, "Bearer token-2",
    ]  # fmt: skip


def test_a_fresh_token_that_is_refused_too_ends_the_work() -> None:
    token, refused = json_response(b"{}"), json_response(status=401)
    at = Setting(token, refused, token, refused, connector=FakeConnector(exchange=True))
    with pytest.raises(AuthError):
        at.fetch()


def test_many_first_requests_sign_in_once() -> None:
    at = Setting(json_response(b"{}"), GOOD, GOOD, connector=FakeConnector(exchange=True))

    async def main() -> None:
        await asyncio.gather(at.session.fetch(LIST), at.session.fetch(LIST))

    at.clock.run(main())
    assert at.connector.tokens == 1


def test_a_late_refusal_of_a_token_already_renewed_does_not_renew_it_again() -> None:
    token, refused = json_response(b"{}"), json_response(status=401)
    at = Setting(token, GOOD, (5, refused), refused, token, GOOD, GOOD, connector=FakeConnector(exchange=True))

    async def main() -> None:
        await at.session.fetch(LIST)
        await asyncio.gather(at.session.fetch(LIST), at.session.fetch(LIST))

    at.clock.run(main())
    assert (at.took_s, at.connector.tokens) == (5, 2)


def test_a_key_that_is_refused_is_not_tried_twice_and_the_message_says_what_to_do() -> None:
    at = Setting(json_response(b"jane@example.com", 401))
    with pytest.raises(AuthError) as error:
        at.fetch()
    assert str(error.value) == (
        "acmedesk account 'acme' does not accept these credentials (HTTP 401; form 'key'), so the work stopped here; "
        "what was fetched before is kept. Check that they belong to this account, have not expired and may read what "
        "is asked for, then sign in again."
    )
    assert len(at.transport.sent) == 1


@pytest.mark.parametrize("status", [400, 401, 404])
def test_a_token_exchange_that_is_refused_is_an_auth_error(status: int) -> None:
    at = Setting(json_response(status=status), connector=FakeConnector(exchange=True))
    with pytest.raises(AuthError, match=f"HTTP {status}"):
        at.fetch()


def test_a_token_exchange_is_repeated_when_it_fails_by_accident() -> None:
    html = json_response(b"<html>")
    at = Setting(json_response(status=503), html, json_response(b"{}"), GOOD, connector=FakeConnector(exchange=True))
    assert ids(at.fetch()) == ["1"]


@pytest.mark.parametrize(("lifetime_s", "first_renewed_at"), [(7200.0, 7140), (100.0, 90)])
def test_a_token_is_renewed_before_it_expires(lifetime_s: float, first_renewed_at: float) -> None:
    token = json_response(b"{}")
    at = Setting(token, GOOD, GOOD, token, GOOD, connector=FakeConnector(exchange=True, expires_in_s=lifetime_s))

    async def main() -> None:
        await at.session.fetch(LIST)
        at.clock.now = 1000 + first_renewed_at - 1
        await at.session.fetch(LIST)
        assert at.connector.tokens == 1
        at.clock.now += 1
        await at.session.fetch(LIST)

    at.clock.run(main())
    assert at.connector.tokens == 2


def test_a_page_takes_in_the_records_of_the_requests_it_asks_for() -> None:
    at = Setting(
        json_response(b'{"items": [{"id": 1}], "cursor": "c1", "done": false, "then": "/a"}'),
        json_response(status=500),
        json_response(b'{"items": [{"id": 2}], "cursor": "other", "then": "/b"}'),
        json_response(b'{"items": [{"id": 3}]}'),
    )
    fetched = at.fetch()
    assert ids(fetched) == ["1", "2", "3"]
    assert fetched.page
    assert (fetched.page.cursor, fetched.page.done, fetched.page.then) == ("c1", False, None)
    assert fetched.response_meta.requests == 3
    assert [request.path for request, _ in at.transport.sent] == ["/items", "/a", "/a", "/b"]


def test_a_page_whose_further_request_is_refused_is_no_page() -> None:
    at = Setting(json_response(b'{"items": [{"id": 1}], "then": "/a"}'), json_response(status=422))
    fetched = at.fetch()
    assert (fetched.page, fetched.outcome.verdict, fetched.response_meta.status) == (None, Verdict.DEAD, 422)


def test_a_page_that_asks_for_itself_is_stuck() -> None:
    at = Setting(*[json_response(b'{"then": "/items"}')] * 2)
    with pytest.raises(StuckCursor):
        at.fetch()


def test_a_page_that_never_stops_asking_is_stuck() -> None:
    at = Setting(*[json_response(b'{"then": "/a"}'), json_response(b'{"then": "/b"}')] * 500, connector=FakeConnector(
        buckets={"account": Bucket(10_000), "lists": Bucket(10_000)}))  # fmt: skip
    with pytest.raises(StuckCursor):
        at.fetch()
    assert len(at.transport.sent) == 1000


@pytest.mark.parametrize(
    ("request_", "status", "verdict"),
    [(DETAIL, 404, Verdict.GONE), (DETAIL, 403, Verdict.GONE), (LIST, 422, Verdict.DEAD), (LIST, 302, Verdict.DEAD)],
)
def test_refusals_come_back_as_verdicts_without_a_page(request_: Request, status: int, verdict: Verdict) -> None:
    at = Setting(json_response(status=status))
    fetched = at.fetch(request_)
    assert (fetched.page, fetched.outcome, fetched.response_meta.status) == (
        None,
        Outcome(verdict, f"HTTP {status}"),
        status,
    )


def test_a_stream_the_account_does_not_offer_comes_back_as_skip() -> None:
    at = Setting(json_response(status=404))
    at.connector.judge = lambda request, response: Outcome(Verdict.SKIP, "no such feature")
    assert at.fetch().outcome == Outcome(Verdict.SKIP, "no such feature")


def test_a_connector_may_read_a_404_as_a_page() -> None:
    at = Setting(json_response(b'{"items": []}', 404))
    at.connector.judge = lambda request, response: Outcome(Verdict.OK)
    assert ids(at.fetch()) == []


def test_a_signed_file_costs_no_limit_and_carries_no_credential() -> None:
    at = Setting(GOOD, GOOD, connector=FakeConnector(buckets={"account": Bucket(1), "lists": Bucket(1)}))
    at.fetch(FILE)
    at.fetch(LIST)
    assert at.took_s == 0
    assert [headers for _, headers in at.transport.sent] == [{}, {"authorization": "Bearer s3cret"}]


@pytest.mark.parametrize("status", [401, 403])
def test_an_expired_signed_file_is_refused_and_not_taken_for_bad_credentials(status: int) -> None:
    at = Setting(json_response(status=status))
    assert at.fetch(FILE).outcome == Outcome(Verdict.DEAD, f"HTTP {status}")


def test_a_file_host_that_is_busy_stops_nobody_else() -> None:
    at = Setting(limited(), GOOD, GOOD)

    async def main() -> float:
        file = asyncio.create_task(at.session.fetch(FILE))
        await asyncio.sleep(0)
        await at.session.fetch(LIST)
        listed_at = at.clock.now
        await file
        return listed_at

    assert at.clock.run(main()) == 1000
    assert at.took_s == 0.5


@pytest.mark.parametrize(
    ("reason", "advice"),
    [
        (Failure.TOO_LARGE, "no usable answer (too_large). A smaller page may help."),
        (Failure.UNTRUSTED, "name its root certificate in SSL_CERT_FILE."),
    ],
)
def test_what_cannot_get_better_is_not_repeated_and_says_what_to_do(reason: Failure, advice: str) -> None:
    at = Setting(TransportFailed(reason))
    with pytest.raises(Unavailable) as error:
        at.fetch(DETAIL)
    assert str(error.value).startswith("acmedesk account 'acme', stream 'details', record 7: no usable answer")
    assert str(error.value).endswith(advice)


@pytest.mark.parametrize(
    "doubtful", [json_response(status=503), TransportFailed(Failure.TIMEOUT), TransportFailed(Failure.RESET)]
)
def test_a_write_without_a_clear_answer_is_never_repeated(doubtful: Any) -> None:
    at = Setting(doubtful)
    with pytest.raises(Unavailable, match="It may have been carried out"):
        at.call(idempotent=False)
    assert len(at.transport.sent) == 1


@pytest.mark.parametrize("harmless", [limited(retry_after="3"), TransportFailed(Failure.CONNECT)])
def test_a_write_that_was_certainly_not_carried_out_is_repeated(harmless: Any) -> None:
    at = Setting(harmless, json_response(b'{"id": 5}', 201))
    answer = at.call(idempotent=False)
    assert (answer.outcome.verdict, answer.response.body) == (Verdict.OK, b'{"id": 5}')


def test_a_write_with_a_dead_token_is_repeated_with_a_new_one() -> None:
    token = json_response(b"{}")
    at = Setting(token, json_response(status=401), token, json_response(status=201),
                 connector=FakeConnector(exchange=True))  # fmt: skip
    assert at.call(idempotent=False).response.status == 201


def test_a_call_reads_nothing_from_the_answer() -> None:
    at = Setting(json_response(b"no JSON at all"))
    assert at.call(LIST).response.body == b"no JSON at all"


def test_push_back_overtakes_waiting_reads() -> None:
    at = Setting(limited(retry_after="10"), GOOD, GOOD)

    async def main() -> None:
        read = asyncio.create_task(at.session.fetch(DETAIL))
        await at.clock.sleep(5)
        await asyncio.gather(read, at.session.call(NOTE, priority=True))

    at.clock.run(main())
    assert [request.stream for request, _ in at.transport.sent] == ["details", "push", "details"]


def test_an_answer_teaches_the_limit_even_when_it_is_an_error() -> None:
    at = Setting(json_response(status=422, x_limit="1", x_left="0", x_reset="20"), GOOD)

    async def main() -> None:
        await at.session.fetch(LIST)
        await at.session.fetch(LIST)

    at.clock.run(main())
    assert at.took_s == 21  # 20 and a second for the vendor's rounding


@pytest.mark.parametrize(("first", "waits"), [(json_response(status=502), 60), (GOOD, 0)], ids=["error page", "page"])
def test_only_a_good_answer_without_a_word_about_limits_lifts_the_assumed_ones(first: Any, waits: float) -> None:
    at = Setting(first, GOOD, connector=FakeConnector(buckets={"account": Bucket(1)}))

    async def main() -> None:
        await at.session.call(DETAIL)
        await at.session.call(DETAIL)

    if first is not GOOD:
        at.transport.script.append(GOOD)
    at.clock.run(main())
    assert at.took_s == waits


def test_a_refused_address_is_an_error_that_gives_its_leave_back() -> None:
    at = Setting(ForeignOrigin("elsewhere"), GOOD)
    with pytest.raises(ForeignOrigin):
        at.fetch()
    assert ids(at.fetch()) == ["1"]


def test_closing_a_session_closes_its_transport() -> None:
    at = Setting()
    at.clock.run(at.session.aclose())
    assert at.transport.closed


def test_nothing_of_a_session_shows_a_secret() -> None:
    at = Setting()
    assert "s3cret" not in repr(at.session) + str(at.session)
