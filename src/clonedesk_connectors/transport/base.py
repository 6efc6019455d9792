"""What carries a request to a helpdesk. A transport knows nothing of vendors, limits, retries or credentials."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from enum import StrEnum
from typing import Protocol

from clonedesk_connectors.errors import VendorError
from clonedesk_connectors.protocol import Request, Response

Clock = Callable[[], float]
"""Monotonic seconds."""
Sleep = Callable[[float], Awaitable[None]]


class Failure(StrEnum):
    """Why there is no response. A closed set: the text of a library's exception may hold an address or a body."""

    CONNECT = "connect"
    """No connection was made, so nothing was sent: even a write may be sent again."""
    UNTRUSTED = "untrusted_certificate"
    """The server's certificate does not verify. Nothing was sent, and trying again will not help."""
    TIMEOUT = "timeout"
    RESET = "reset"
    """The connection ended before the answer was complete."""
    TOO_LARGE = "too_large"
    """The decoded body passed the cap. A smaller page may help, the same request will not."""
    BAD_ENCODING = "bad_encoding"
    """The body is compressed in a way that was not offered, or its compressed form is damaged."""


class TransportFailed(VendorError):
    """No complete answer arrived. `reason` says why; there is nothing else to know."""

    def __init__(self, reason: Failure) -> None:
        super().__init__(f"no answer ({reason})")
        self.reason = reason


class Transport(Protocol):
    """Sends one request once, to the account it was made for. No retry, no redirect, no cookie."""

    async def send(self, request: Request, headers: Mapping[str, str]) -> Response:
        """The complete answer, whatever its status, with lower-case header names and the decoded body.

        headers: what authenticates the account; a transport must not send them with an `external_url`.
        Raises TransportFailed when there is no complete answer and ForeignOrigin for an address it will not go to.
        """
        ...

    async def aclose(self) -> None:
        """Let go of every connection. May be called twice."""
        ...
