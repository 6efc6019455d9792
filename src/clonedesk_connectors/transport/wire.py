"""A request as it is written to the line, whichever library carries it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from clonedesk_connectors.protocol import Request
from clonedesk_connectors.transport.body import ACCEPTED
from clonedesk_connectors.transport.origin import Origin, checked_headers

TIMEOUT_S = 60.0
"""The longest silence while sending or reading."""
CONNECT_S = 10.0
DEADLINE_S = 300.0
"""The longest whole exchange."""
BODY_CAP_BYTES = 128 * 1024 * 1024
"""Of the decoded body."""

USUAL: Mapping[str, str] = {"accept": "application/json", "accept-encoding": ACCEPTED}


@dataclass(frozen=True, slots=True)
class Wire:
    """Method, full address, lower-case headers and body of one request, all checked."""

    method: str
    url: str
    headers: dict[str, str] = field(repr=False)
    content: bytes | None = field(repr=False)

    @classmethod
    def of(cls, origin: Origin, request: Request, *headers: Mapping[str, str]) -> Wire:
        """headers: everything to send, later ones win. For a signed file on another host there must be neither
        credentials nor the request's own headers among them.

        Raises ForeignOrigin and RequestRejected, see `Origin.address` and `checked_headers`.
        """
        url = origin.address(request)
        content = None if request.body is None else json.dumps(request.body).encode()
        kind = {} if content is None else {"content-type": "application/json"}
        return cls(request.method, url, checked_headers(kind, *headers), content)
