"""The jsonl connector: tickets from a file, one JSON object a line. Also the smallest complete connector there is.

A line is either a ticket as `export tickets` writes it, or the minimal format described in docs/jsonl.md. There is no
HTTP: a request names a place in the file, and `transport/file_.py` answers it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from clonedesk_connectors.errors import AuthError, ConfigError
from clonedesk_connectors.model import Ticket
from clonedesk_connectors.protocol import (
    PROTOCOL_VERSION,
    Account,
    Bucket,
    Budget,
    Bundle,
    Capabilities,
    CredentialForm,
    FollowUp,
    Identity,
    Outcome,
    Page,
    Request,
    Response,
    Sweep,
    Token,
)
from clonedesk_connectors.vendors.jsonl import streams
from clonedesk_connectors.vendors.jsonl.normalize import normalize

CAPABILITIES = Capabilities(
    history="what the file holds",
    events="messages; status, assignment, hand-offs and tags where the file tells them",
    csat="on a scale of 1 to 5",
    ai_involvement="by author",
    deleted="where the file says so",
    archived="no",
    redactions="no",
    push_back="no",
    requests_per_1000=10,
)


class JsonlConnector:
    """One file: where `account.base_url` (a `file:` address) or `account.options["path"]` says. Its tickets go by
    `account.name`.
    """

    name = "jsonl"
    protocol_version = PROTOCOL_VERSION
    capabilities = CAPABILITIES
    streams = streams.STREAMS
    buckets: Mapping[str, Bucket] = {}
    credential_forms = (CredentialForm("file", (), "nothing to sign in to"),)
    shaping_kinds: tuple[str, ...] = ()

    def __init__(self, account: Account) -> None:
        self.account = account

    def base_url(self) -> str:
        """The file as a `file:` address. Raises ConfigError where there is none."""
        if self.account.base_url and self.account.base_url.startswith("file:///"):
            return self.account.base_url
        path = self.account.options.get("path")
        if not path:
            raise ConfigError("a jsonl account needs its file: --base-url file:///PATH, or 'path' in a profile")
        return Path(path).absolute().as_uri()

    def sign_in(self, form: str, secrets: Mapping[str, str]) -> Token | Request:
        return Token({})

    def token(self, response: Response) -> Token:
        """Raises AuthError: there is nothing to exchange."""
        raise AuthError("a file needs no token")

    def who_am_i(self) -> Request:
        return streams.request(streams.TICKETS, None, 1)

    def identity(self, response: Response) -> Identity | None:
        return Identity("file", self.account.name) if response.status == 200 else None

    def first_cursor(self, stream: str, since: datetime | None) -> str | None:
        """The whole file: lines need not be in any order, so `since` could only lose some."""
        return None

    def request(self, stream: str, cursor: str | None, page_size: int, subject: str | None = None) -> Request:
        return streams.request(stream, cursor, page_size)

    def parse(self, request: Request, response: Response) -> Page:
        return streams.parse(request, response)

    def judge(self, request: Request, response: Response) -> Outcome:
        return streams.judge(request, response)

    def budget(self, request: Request, response: Response) -> Iterable[Budget]:
        return ()

    def people(self, records: Mapping[str, list[dict[str, Any]]]) -> Iterable[tuple[str, str]]:
        return ()

    def people_in(self, payloads: Mapping[str, list[bytes]]) -> Iterable[tuple[str, str]]:
        return ()

    def shape(self, kind: str, record: Mapping[str, Any]) -> str:
        return ""

    def normalize(self, bundle: Bundle) -> Ticket | None:
        return normalize(bundle)

    def gaps(self, bundle: Bundle, ticket: Ticket) -> Iterable[FollowUp]:
        return ()

    def sweep(self, known: Iterable[str]) -> Sweep:
        return Sweep()


def connector(account: Account) -> JsonlConnector:
    """The factory behind the entry point."""
    return JsonlConnector(account)
