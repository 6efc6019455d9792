"""What may wake capture, and what may not."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from clonedesk_connectors.errors import ConfigError
from clonedesk_connectors.review.webhooks import MAX_BODY_BYTES, webhook_app

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SECRETS = {vendor: f"an invented secret of {vendor}" for vendor in ("zendesk", "intercom", "freshdesk")}
TEXT = "invented words of a customer"

ZENDESK: dict[str, Any] = {
    "type": "zen:event-type:ticket.comment_added",
    "id": "cbe4028c-7239-495d-b020-f22348516046",
    "subject": "zen:ticket:35436",
    "detail": {"id": "35436", "subject": TEXT},
    "event": {"comment": {"body": TEXT}},
}
INTERCOM: dict[str, Any] = {
    "type": "notification_event",
    "id": "notif_78c122d0",
    "topic": "conversation.admin.replied",
    "data": {"type": "notification_event_data", "item": {"type": "conversation", "id": "215468000001", "body": TEXT}},
}
FRESHDESK: dict[str, Any] = {"freshdesk_webhook": {"ticket_id": 17, "latest_id": "905", "ticket_description": TEXT}}
PAYLOADS = {"zendesk": ZENDESK, "intercom": INTERCOM, "freshdesk": FRESHDESK}
IDS = {"zendesk": "35436", "intercom": "215468000001", "freshdesk": "17"}


def signed(vendor: str, body: bytes, secret: str | None = None, at: datetime = NOW) -> dict[str, str]:
    """Headers as the vendor would send them."""
    key = (secret or SECRETS[vendor]).encode()
    if vendor == "zendesk":
        stamp = at.strftime("%Y-%m-%dT%H:%M:%SZ")
        mark = base64.b64encode(hmac.new(key, stamp.encode() + body, hashlib.sha256).digest()).decode()
        return {"X-Zendesk-Webhook-Signature": mark, "X-Zendesk-Webhook-Signature-Timestamp": stamp}
    if vendor == "intercom":
        return {"X-Hub-Signature": "sha1=" + hmac.new(key, body, hashlib.sha1).hexdigest()}
    return {"X-Clonedesk-Secret": key.decode()}


class Hooks:
    """The app, what it told, and a clock."""

    def __init__(self, secrets: Mapping[str, str] = SECRETS) -> None:
        self.now, self.told = NOW, list[tuple[str, str]]()
        self.on_ticket: Callable[[str, str], Any] = self.remember
        self.app = webhook_app(
            secrets, lambda vendor, ticket_id: self.on_ticket(vendor, ticket_id), now=lambda: self.now
        )

    async def remember(self, vendor: str, ticket_id: str) -> None:
        self.told.append((vendor, ticket_id))

    async def send(self, vendor: str, body: bytes, headers: Mapping[str, str], method: str = "POST") -> int:
        transport = httpx.ASGITransport(self.app)
        async with httpx.AsyncClient(transport=transport, base_url="https://hooks.example.com") as client:
            response = await client.request(method, f"/{vendor}", content=body, headers=dict(headers))
            assert response.content in (b"", b"Method Not Allowed")
            return response.status_code

    async def post(self, vendor: str, payload: Any, **how: Any) -> int:
        body = json.dumps(payload).encode()
        return await self.send(vendor, body, signed(vendor, body, **how))


@pytest.fixture
def hooks() -> Hooks:
    return Hooks()


VENDORS = pytest.mark.parametrize("vendor", SECRETS)


@VENDORS
async def test_a_signed_notification_names_the_ticket_to_look_at_and_nothing_else(hooks: Hooks, vendor: str) -> None:
    assert await hooks.post(vendor, PAYLOADS[vendor]) == 202
    assert hooks.told == [(vendor, IDS[vendor])]


def test_signatures_are_those_of_the_vendors() -> None:
    """Worked out by hand with openssl, so that test and code cannot be wrong together."""
    assert signed("zendesk", b"{}", "0123456789abcdef")["X-Zendesk-Webhook-Signature"] == (
        "qqUbKCUR9kVK/EPGed5Mw0zHs1WZy/rZTiA3NFwUxU4="
    )
    assert signed("intercom", b"{}", "0123456789abcdef")["X-Hub-Signature"] == (
        "sha1=1ed9af9e5e8ff2f804bcff95a337649c0095d057"
    )


@VENDORS
async def test_a_notification_that_comes_again_is_accepted_and_does_nothing(hooks: Hooks, vendor: str) -> None:
    assert [await hooks.post(vendor, PAYLOADS[vendor]) for _ in range(3)] == [202, 202, 202]
    assert len(hooks.told) == 1


async def test_a_delivery_signed_anew_is_known_by_the_id_of_its_notification(hooks: Hooks) -> None:
    assert await hooks.post("zendesk", ZENDESK) == 202
    assert await hooks.post("zendesk", ZENDESK, at=NOW + timedelta(seconds=60)) == 202
    assert len(hooks.told) == 1


async def test_bodies_of_triggers_have_no_id_so_only_an_exact_replay_is_known(hooks: Hooks) -> None:
    own = {"ticket_id": "9"}
    assert [await hooks.post("zendesk", own) for _ in range(2)] == [202, 202]
    assert hooks.told == [("zendesk", "9")]
    assert await hooks.post("zendesk", own, at=NOW + timedelta(seconds=1)) == 202
    assert len(hooks.told) == 2


async def test_freshdesk_payloads_that_cannot_be_told_apart_each_cause_a_look(hooks: Hooks) -> None:
    assert [await hooks.post("freshdesk", {"ticket_id": "17"}) for _ in range(2)] == [202, 202]
    assert hooks.told == [("freshdesk", "17")] * 2


@VENDORS
@pytest.mark.parametrize("flaw", ["another secret", "another body", "no header", "empty header", "odd bytes"])
async def test_what_is_not_signed_as_it_must_be_is_refused(hooks: Hooks, vendor: str, flaw: str) -> None:
    body = json.dumps(PAYLOADS[vendor]).encode()
    headers = signed(vendor, body, "some other invented secret" if flaw == "another secret" else None)
    sent = body + b" " if flaw == "another body" else body
    if flaw == "no header":
        headers = {}
    elif flaw == "empty header":
        headers = dict.fromkeys(headers, "")
    raw = {name: (b"\xff\xfe" if flaw == "odd bytes" else value) for name, value in headers.items()}
    expected = 202 if (vendor, flaw) == ("freshdesk", "another body") else 401  # it signs nothing
    assert await hooks.send(vendor, sent, raw) == expected  # type: ignore[arg-type]
    assert len(hooks.told) == (expected == 202)


@pytest.mark.parametrize(("seconds", "status"), [(-301, 401), (-299, 202), (299, 202), (301, 401)])
async def test_a_signed_time_of_zendesk_counts_for_five_minutes_either_way(
    hooks: Hooks, seconds: int, status: int
) -> None:
    assert await hooks.post("zendesk", ZENDESK, at=NOW + timedelta(seconds=seconds)) == status


@pytest.mark.parametrize("stamp", ["", "yesterday", "2026-03-02", "1772442000000000000000", "\u00e9"])
async def test_a_time_that_is_none_is_refused_however_well_it_is_signed(hooks: Hooks, stamp: str) -> None:
    mark = hmac.new(SECRETS["zendesk"].encode(), stamp.encode("latin-1") + b"{}", hashlib.sha256).digest()
    headers = {
        "X-Zendesk-Webhook-Signature": base64.b64encode(mark),
        "X-Zendesk-Webhook-Signature-Timestamp": stamp.encode("latin-1"),
    }
    assert await hooks.send("zendesk", b"{}", headers) == 401  # type: ignore[arg-type]


@VENDORS
async def test_a_huge_body_is_refused_before_it_is_all_read(hooks: Hooks, vendor: str) -> None:
    sent = 0

    async def receive() -> dict[str, Any]:
        nonlocal sent
        sent += 65_536
        return {"type": "http.request", "body": b"x" * 65_536, "more_body": True}

    statuses: list[int] = []

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    await hooks.app(_scope(vendor), receive, send)
    assert statuses == [413]
    assert sent <= MAX_BODY_BYTES + 65_536


def _scope(vendor: str, headers: Mapping[str, str] | None = None) -> dict[str, Any]:
    raw = [(name.lower().encode(), value.encode()) for name, value in (headers or {}).items()]
    return {"type": "http", "method": "POST", "path": f"/{vendor}", "headers": raw, "query_string": b""}


async def test_a_sender_that_goes_away_disturbs_nothing(hooks: Hooks) -> None:
    async def receive() -> dict[str, Any]:
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        return None

    await hooks.app(_scope("zendesk"), receive, send)
    assert hooks.told == []


@VENDORS
@pytest.mark.parametrize("body", [b"<html>", b"{", b"\xff\xfe", b"[" * 200_000, b"9" * 10_000])
async def test_a_signed_body_that_is_no_json_is_refused(hooks: Hooks, vendor: str, body: bytes) -> None:
    assert await hooks.send(vendor, body, signed(vendor, body)) == 400


@VENDORS
@pytest.mark.parametrize(
    "payload",
    [
        *([], "x", 7, None, {}, {"id": "n1"}, {"type": "zen:event-type:user.created", "detail": {"id": "3"}}),
        *({"type": "zen:event-type:ticket.x", "detail": "5"}, {"data": [], "ticket_id": True}, {"ticket_id": ""}),
        *({"ticket_id": "../5"}, {"ticket_id": "5" * 41}, {"ticket_id": "５"}, {"ticket_id": {"$gt": 1}}),
        *({"data": {"item": {"type": "user", "id": "5"}}}, {"data": {"item": {"type": "conversation", "id": "a b"}}}),
    ],
)
async def test_a_payload_that_names_no_ticket_is_accepted_and_does_nothing(
    hooks: Hooks, vendor: str, payload: Any
) -> None:
    assert await hooks.post(vendor, payload) == 202
    assert hooks.told == []


async def test_an_empty_signed_body_is_accepted(hooks: Hooks) -> None:
    assert await hooks.send("zendesk", b"", signed("zendesk", b"")) == 202


async def test_only_vendors_with_a_secret_have_an_address_and_only_posts_count() -> None:
    hooks = Hooks({"intercom": SECRETS["intercom"]})
    assert await hooks.post("zendesk", ZENDESK) == 404
    assert await hooks.send("nobody", b"{}", {}) == 404
    assert await hooks.send("intercom", b"", {}, "HEAD") == 200
    assert await hooks.send("intercom", b"", {}, "GET") == 405
    assert hooks.told == []


@pytest.mark.parametrize("secrets", [{"zendesk": ""}, {"freshdesk": "short"}, {"acmedesk": "x" * 40}])
def test_secrets_that_protect_nothing_are_refused_at_the_start(secrets: dict[str, str]) -> None:
    with pytest.raises(ConfigError):
        Hooks(secrets)


async def test_the_vendor_has_its_answer_before_the_ticket_is_looked_at(hooks: Hooks) -> None:
    order: list[str] = []

    async def look(vendor: str, ticket_id: str) -> None:
        order.append("look")

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Any) -> None:
        order.append(message["type"])

    hooks.on_ticket = look
    body = json.dumps(INTERCOM).encode()
    await hooks.app(_scope("intercom", signed("intercom", body)), receive, send)
    assert order == ["http.response.start", "http.response.body", "look"]


async def test_notifications_during_a_look_cause_one_more_look_and_never_two_at_once(hooks: Hooks) -> None:
    going, running, most = asyncio.Event(), 0, 0

    async def look(vendor: str, ticket_id: str) -> None:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await going.wait()
        hooks.told.append((vendor, ticket_id))
        running -= 1

    hooks.on_ticket = look
    posts = [
        asyncio.create_task(hooks.post("freshdesk", {"ticket_id": ticket, "latest_id": number}))
        for number in range(10)
        for ticket in ("1", "2")
    ]
    for _ in range(200):
        await asyncio.sleep(0)
    going.set()
    assert set(await asyncio.gather(*posts)) == {202}
    assert sorted(hooks.told) == [("freshdesk", "1")] * 2 + [("freshdesk", "2")]
    assert most == 1


async def test_what_is_remembered_has_an_end(hooks: Hooks) -> None:
    assert await hooks.post("intercom", INTERCOM) == 202
    for number in range(10_000):
        body = json.dumps({"id": f"n{number}", "data": {"item": {"type": "conversation", "id": "1"}}}).encode()
        await _quietly(hooks, "intercom", body)
    assert await hooks.post("intercom", INTERCOM) == 202
    assert hooks.told.count(("intercom", "215468000001")) == 2


async def _quietly(hooks: Hooks, vendor: str, body: bytes) -> None:
    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Any) -> None:
        return None

    await hooks.app(_scope(vendor, signed(vendor, body)), receive, send)


@VENDORS
async def test_a_look_that_fails_is_logged_without_a_word_of_the_ticket(
    hooks: Hooks, vendor: str, caplog: pytest.LogCaptureFixture
) -> None:
    async def look(vendor: str, ticket_id: str) -> None:
        raise RuntimeError(TEXT)

    hooks.on_ticket = look
    caplog.set_level(logging.DEBUG)
    assert await hooks.post(vendor, PAYLOADS[vendor]) == 202
    ours = [record.getMessage() for record in caplog.records if record.name.startswith("clonedesk")]
    assert ours == [f"{vendor} ticket {IDS[vendor]}: the look after a webhook failed (RuntimeError)"]
    assert TEXT not in caplog.text
    assert SECRETS[vendor] not in caplog.text
