"""Webhooks: a helpdesk says that a ticket changed, so capture looks at it now instead of at the next poll.

A payload is a hint and never data: all that is used of it is which ticket to look at. Deliveries come twice, late, out
of order or not at all, so polling stays the truth. Addresses are `/zendesk`, `/intercom` and `/freshdesk` below
wherever the app is mounted. Signatures by the vendors' pages on verifying webhooks; Freshdesk signs nothing, so its
rule has to send a secret of ours in a header.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import logging
from base64 import b64encode
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from clonedesk_connectors.errors import ConfigError, MissingExtraError
from clonedesk_connectors.text.times import parse_time

try:
    from starlette.applications import Starlette
    from starlette.background import BackgroundTask
    from starlette.datastructures import Headers
    from starlette.requests import ClientDisconnect, Request
    from starlette.responses import Response
    from starlette.routing import Route
except ImportError as err:
    raise MissingExtraError("review") from err

OnTicket = Callable[[str, str], Awaitable[object]]
"""Called with (vendor, ticket id) after the vendor has its answer; one call at a time."""

SECRET_HEADER = "x-clonedesk-secret"  # noqa: S105 - the name of a header
MAX_BODY_BYTES = 2 * 1024 * 1024
WINDOW = timedelta(minutes=5)
"""How far a signed time may be from ours; older deliveries may be replays."""

_SHORTEST_SECRET = 16
_REMEMBERED = 10_000
_MOST_WAITING = 1_000
_LONGEST_ID = 40
_LOG = logging.getLogger(__name__)

Json = dict[str, Any]


class Hint(NamedTuple):
    """What a payload says changed. delivery: the same for every copy of one notification; None when nothing is."""

    ticket_id: str | None
    delivery: str | None = None


class _Kind(NamedTuple):
    verify: Callable[[Headers, bytes, bytes, datetime], bool]
    read: Callable[[Json], Hint]
    signature: str
    """The header that stands for the delivery where the payload has no id; "" where none does."""


def webhook_app(
    secrets: Mapping[str, str],
    on_ticket: OnTicket,
    *,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Starlette:
    """An ASGI app that answers 202 at once and then calls `on_ticket`, once per notification.

    secrets: by vendor: Zendesk's signing secret, Intercom's client secret, the value of `X-Clonedesk-Secret` for
    Freshdesk. A vendor without one is 404. Other answers: 401 not signed as it must be, 413 larger than 2 MiB, 400 not
    JSON; none says more. Raises ConfigError for an unknown vendor or a secret of less than 16 characters.
    """
    for vendor, secret in secrets.items():
        if vendor not in _KINDS:
            raise ConfigError(f"there are no webhooks of {vendor!r}; there are: {', '.join(_KINDS)}")
        if len(secret) < _SHORTEST_SECRET:
            raise ConfigError(f"the webhook secret of {vendor} needs at least {_SHORTEST_SECRET} characters")
    inbox = _Inbox(on_ticket)

    async def endpoint(request: Request) -> Response:
        vendor = request.path_params["vendor"]
        if vendor not in secrets:
            return Response(status_code=404)
        if request.method == "HEAD":  # Intercom asks so whether the address exists
            return Response()
        return await _receive(request, vendor, secrets[vendor].encode(), inbox, now())

    return Starlette(routes=[Route("/{vendor}", endpoint, methods=["POST", "HEAD"])])


async def _receive(request: Request, vendor: str, secret: bytes, inbox: _Inbox, now: datetime) -> Response:
    body = await _body(request)
    if body is None:
        return Response(status_code=413)
    kind = _KINDS[vendor]
    if not kind.verify(request.headers, body, secret, now):
        return Response(status_code=401)
    try:
        payload = json.loads(body or b"{}")
    except (ValueError, RecursionError):
        return Response(status_code=400)
    hint = kind.read(payload) if isinstance(payload, dict) else Hint(None)
    delivery = hint.delivery or request.headers.get(kind.signature)
    if hint.ticket_id is None or not inbox.is_new(vendor, delivery):
        return Response(status_code=202)
    return Response(status_code=202, background=BackgroundTask(inbox.tell, vendor, hint.ticket_id))


async def _body(request: Request) -> bytes | None:
    """The raw body; None when it is too large, whatever its headers say."""
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > MAX_BODY_BYTES:
                return None
    except ClientDisconnect:
        return None
    return bytes(body)


class _Inbox:
    """Which deliveries were seen, and which tickets wait to be looked at. Bounded: what falls out is polled."""

    def __init__(self, on_ticket: OnTicket) -> None:
        self._on_ticket = on_ticket
        self._seen: OrderedDict[tuple[str, str], None] = OrderedDict()
        self._waiting: set[tuple[str, str]] = set()
        self._turn = asyncio.Lock()

    def is_new(self, vendor: str, delivery: str | None) -> bool:
        """Whether this delivery has not been seen; one that cannot be told from others counts as new."""
        if delivery is None:
            return True
        key = (vendor, hashlib.sha256(delivery.encode("utf-8", "replace")).hexdigest())
        if key in self._seen:
            return False
        self._seen[key] = None
        if len(self._seen) > _REMEMBERED:
            self._seen.popitem(last=False)
        return True

    async def tell(self, vendor: str, ticket_id: str) -> None:
        """Look at a ticket when it is its turn; a look that has not begun covers everything told until then."""
        key = (vendor, ticket_id)
        if key in self._waiting or len(self._waiting) >= _MOST_WAITING:
            return
        self._waiting.add(key)
        async with self._turn:
            self._waiting.discard(key)
            try:
                await self._on_ticket(vendor, ticket_id)
            except Exception as error:  # noqa: BLE001 - whatever it was, the next poll makes up for it
                _LOG.warning(
                    "%s ticket %s: the look after a webhook failed (%s)", vendor, ticket_id, type(error).__name__
                )


# --- what each vendor signs -----------------------------------------------------------------------------------------


def _zendesk_signed(headers: Headers, body: bytes, secret: bytes, now: datetime) -> bool:
    """base64 of HMAC-SHA256 over the time as sent and the raw body, which may be empty."""
    stamp = headers.get("x-zendesk-webhook-signature-timestamp", "")
    wanted = b64encode(hmac.new(secret, stamp.encode("latin-1") + body, hashlib.sha256).digest())
    at = parse_time(stamp)
    is_signed = _same(headers.get("x-zendesk-webhook-signature", ""), wanted)
    return is_signed and at is not None and abs(now - at) <= WINDOW


def _intercom_signed(headers: Headers, body: bytes, secret: bytes, now: datetime) -> bool:
    """`sha1=` and the hex of HMAC-SHA1 over the raw body; there is no time in it."""
    wanted = "sha1=" + hmac.new(secret, body, hashlib.sha1).hexdigest()
    return _same(headers.get("x-hub-signature", ""), wanted.encode())


def _freshdesk_signed(headers: Headers, body: bytes, secret: bytes, now: datetime) -> bool:
    return _same(headers.get(SECRET_HEADER, ""), secret)


def _same(given: str, wanted: bytes) -> bool:
    """In a time that does not tell how much of it is right. Header values arrive as latin-1."""
    return hmac.compare_digest(given.encode("latin-1", "replace"), wanted)


# --- what each vendor says ------------------------------------------------------------------------------------------


def _zendesk_hint(payload: Json) -> Hint:
    """An event of the vendor's own shape, or a trigger's body with `ticket_id`."""
    is_about_ticket = "ticket." in str(payload.get("type"))
    said = _part(payload, "detail").get("id") if is_about_ticket else payload.get("ticket_id")
    return Hint(_id(said), _text(payload.get("id")))


def _intercom_hint(payload: Json) -> Hint:
    item = _part(_part(payload, "data"), "item")
    is_about_ticket = item.get("type") in ("conversation", "ticket")
    return Hint(_id(item.get("id")) if is_about_ticket else None, _text(payload.get("id")))


def _freshdesk_hint(payload: Json) -> Hint:
    """The simple form wraps what an own template has at the top. Only `latest_id` tells two deliveries apart."""
    said = _part(payload, "freshdesk_webhook") or payload
    ticket_id, latest = _id(said.get("ticket_id")), _id(said.get("latest_id"))
    return Hint(ticket_id, f"{ticket_id}:{latest}" if latest else None)


def _part(json_object: Json, name: str) -> Json:
    value = json_object.get(name)
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _id(value: object) -> str | None:
    """A short id of letters and digits; None for anything else."""
    word = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
    return word if word.isascii() and word.isalnum() and len(word) <= _LONGEST_ID else None


_KINDS = {
    "zendesk": _Kind(_zendesk_signed, _zendesk_hint, "x-zendesk-webhook-signature"),
    "intercom": _Kind(_intercom_signed, _intercom_hint, "x-hub-signature"),
    "freshdesk": _Kind(_freshdesk_signed, _freshdesk_hint, ""),
}
