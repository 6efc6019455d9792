"""The connector protocol. Structural: a vendor implements these names, there is nothing to inherit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, runtime_checkable

from clonedesk_connectors.model import Ticket
from clonedesk_connectors.protocol.account import Account, AccountConfig
from clonedesk_connectors.protocol.values import (
    Bucket,
    Budget,
    FollowUp,
    Outcome,
    Page,
    Request,
    Response,
    Stream,
    Sweep,
)

PROTOCOL_VERSION = 1
"""The version this library speaks, frozen: docs/connectors.md says what that means. A plugin states its own number."""


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a vendor gives, for the capability matrix in the docs. Text where yes/no would mislead."""

    history: str
    events: str
    csat: str
    ai_involvement: str
    deleted: str
    archived: str
    redactions: str
    push_back: str
    requests_per_1000: float
    """Requests a first pull of 1,000 ordinary tickets may cost; the conformance kit enforces it."""


@dataclass(frozen=True, slots=True)
class CredentialForm:
    """One way to sign in. `fields` are suffixes of environment variables: ("CLIENT_ID", "CLIENT_SECRET")."""

    name: str
    fields: tuple[str, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Token:
    """Headers that authenticate a request, and after how many seconds they must be renewed (None: they stay).

    scopes: what the vendor granted, in its words, where it says.
    """

    headers: Mapping[str, str] = field(repr=False)
    expires_in_s: float | None = None
    scopes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a token belongs to. `role` and `scopes` in the vendor's words."""

    id: str
    name: str = ""
    role: str = ""
    scopes: tuple[str, ...] = ()


class Directory(Protocol):
    """Directory records of the account (people, groups, fields …), looked up by kind and native id."""

    def get(self, kind: str, native_id: object) -> Mapping[str, Any] | None: ...


@dataclass(frozen=True, slots=True)
class Bundle:
    """Everything known about one ticket, input of `normalize`.

    records: parsed raw records by kind, each list ordered by (version, native id).
    gone: detail streams that answered 403/404 for this ticket, with the status.
    """

    ticket_id: str
    records: Mapping[str, list[dict[str, Any]]]
    directory: Directory
    account: str = ""
    config: AccountConfig = field(default_factory=AccountConfig)
    gone: Mapping[str, int] = field(default_factory=dict)


@runtime_checkable
class Connector(Protocol):
    """One vendor account as pure functions. Built by a factory `(account: Account) -> Connector`."""

    name: str
    protocol_version: int
    """The number of the version it was written for, as a literal."""
    account: Account
    capabilities: Capabilities
    streams: tuple[Stream, ...]
    buckets: Mapping[str, Bucket]
    credential_forms: tuple[CredentialForm, ...]
    shaping_kinds: tuple[str, ...]
    """Directory kinds that change how tickets normalise (staff, groups, statuses …); small ones only."""

    def base_url(self) -> str:
        """Origin of the account, e.g. `https://acme.zendesk.com`. Raises ConfigError for an unusable account."""
        ...

    def sign_in(self, form: str, secrets: Mapping[str, str]) -> Token | Request:
        """Headers for these secrets, or the request that exchanges them for a token."""
        ...

    def token(self, response: Response) -> Token:
        """Read the answer to a token exchange. Raises AuthError when it holds none."""
        ...

    def who_am_i(self) -> Request:
        """A cheap request that only a valid token can pass."""
        ...

    def identity(self, response: Response) -> Identity | None:
        """Who answered `who_am_i`; None when the answer proves nothing."""
        ...

    def first_cursor(self, stream: str, since: datetime | None) -> str | None:
        """Where a first run of a stream starts; `since` is aware UTC."""
        ...

    def request(self, stream: str, cursor: str | None, page_size: int, subject: str | None = None) -> Request:
        """The request for one page. Built from the cursor alone, never from an address the vendor sent."""
        ...

    def parse(self, request: Request, response: Response) -> Page:
        """Raises ContractBroken when the body is not what the vendor documents."""
        ...

    def judge(self, request: Request, response: Response) -> Outcome:
        """The one place that decides what a status means."""
        ...

    def budget(self, request: Request, response: Response) -> Iterable[Budget]:
        """What the headers say about limits: the account's, and those of the endpoint that answered."""
        ...

    def people(self, records: Mapping[str, list[dict[str, Any]]]) -> Iterable[tuple[str, str]]:
        """(kind, native id) of directory records that `normalize` will look up for this bundle."""
        ...

    def shape(self, kind: str, record: Mapping[str, Any]) -> str:
        """What of a directory record of `shaping_kinds` matters to `normalize`, as text; a change of it makes every
        ticket be normalised again, so leave out what moves by itself (last login, update times).
        """
        ...

    def normalize(self, bundle: Bundle) -> Ticket | None:
        """Raw records to a Ticket; pure and repeatable. None while the ticket's own record has not arrived."""
        ...

    def gaps(self, bundle: Bundle, ticket: Ticket) -> Iterable[FollowUp]:
        """What must still be fetched before this ticket is complete."""
        ...

    def sweep(self, known: Iterable[str]) -> Sweep:
        """Proof of completeness after all lists are read: probes for tickets that no list showed.

        known: native ids of every ticket that has arrived or was probed before, unordered. A subject is probed once,
        ever. Empty where a vendor's lists are complete by contract. What is left makes a run incomplete.
        """
        ...


@runtime_checkable
class FactsReader(Protocol):
    """Optional: a ticket's fields before they are checked. The engine checks them as strictly and stores them, without
    the price of a `Ticket` object.
    """

    def facts(self, bundle: Bundle) -> Mapping[str, Any] | None:
        """What `normalize` makes its `Ticket` of: events as dicts, their actor and cause as instances, times in UTC."""
        ...


@runtime_checkable
class PeopleReader(Protocol):
    """Optional: tells from the bytes whom most tickets need, so that they are read together and without parsing."""

    def people_in(self, payloads: Mapping[str, list[bytes]]) -> Iterable[tuple[str, str]]:
        """Part of `Connector.people`, of records as they were received; whoever is missing is read when looked up."""
        ...
