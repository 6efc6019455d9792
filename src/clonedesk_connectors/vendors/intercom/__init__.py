"""Intercom: conversations with their parts, tickets, AI involvement, ratings and deletions. Facts in `QUIRKS.md`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from clonedesk_connectors.errors import AuthError, ConfigError, ContractBroken
from clonedesk_connectors.model import Ticket
from clonedesk_connectors.protocol import (
    PROTOCOL_VERSION,
    Account,
    Budget,
    Bundle,
    Capabilities,
    CredentialForm,
    Directory,
    FollowUp,
    Identity,
    Outcome,
    Page,
    Request,
    Response,
    Sweep,
    Token,
    parse_object,
)
from clonedesk_connectors.protocol.pushback import NOBODY
from clonedesk_connectors.vendors.intercom import normalize as normalising
from clonedesk_connectors.vendors.intercom import streams as reading
from clonedesk_connectors.vendors.intercom import verdicts
from clonedesk_connectors.vendors.intercom.cast import is_operator, members
from clonedesk_connectors.vendors.intercom.pushback import IntercomPushBack
from clonedesk_connectors.vendors.intercom.values import ident, obj, text

REGIONS = {
    "us": "https://api.intercom.io",
    "eu": "https://api.eu.intercom.io",
    "au": "https://api.au.intercom.io",
}

CAPABILITIES = Capabilities(
    history="every conversation and ticket; of each the 500 most recent parts",
    events="from parts: messages, notes, state, assignment, attributes; tags by their last addition",
    csat="conversation rating and AI rating, with who was rated",
    ai_involvement="per message, plus the vendor's resolution state",
    deleted="ids and times from API version 2.16 on",
    archived="nothing is archived",
    redactions="flag on the part, text replaced by the vendor",
    push_back="private note and tag",
    requests_per_1000=1015.0,
)


class IntercomConnector:
    """One Intercom workspace. `account.region` is us (default), eu or au; `account.options["api_version"]` replaces
    the pinned API version.
    """

    name = "intercom"
    protocol_version = PROTOCOL_VERSION
    capabilities = CAPABILITIES
    streams = reading.STREAMS
    buckets = reading.BUCKETS
    credential_forms = (CredentialForm("token", ("TOKEN",), "access token of a private app"),)
    shaping_kinds = ("admin", "team")

    def __init__(self, account: Account) -> None:
        """Raises ConfigError for an API version that is not one."""
        self.account = account
        self.api_version = account.options.get("api_version", reading.API_VERSION)
        if not re.fullmatch(r"\d+\.\d+|Preview|Unstable", self.api_version, re.ASCII):
            raise ConfigError("api_version must look like 2.16")

    def base_url(self) -> str:
        """The configured address, else that of the workspace's region. Raises ConfigError for an unknown region."""
        if self.account.base_url is not None:
            return self.account.base_url
        region = (self.account.region or "us").lower()
        if region not in REGIONS:
            raise ConfigError(f"an Intercom workspace lives in one of: {', '.join(REGIONS)}")
        return REGIONS[region]

    def sign_in(self, form: str, secrets: Mapping[str, str]) -> Token | Request:
        """The access token is used as it is."""
        if form != "token":
            raise ConfigError(f"intercom has no way to sign in called {form!r}")
        return Token({"Authorization": f"Bearer {secrets['TOKEN']}"})

    def token(self, response: Response) -> Token:
        """Raises AuthError: Intercom tokens are not exchanged."""
        raise AuthError("Intercom tokens are used as they are; there is nothing to exchange")

    def who_am_i(self) -> Request:
        return reading.build("me", None, 1, None, self.api_version)

    def identity(self, response: Response) -> Identity | None:
        """The teammate the token belongs to; None for anything but a teammate of a workspace."""
        try:
            me = parse_object(response.body) if response.status == 200 else {}
        except ContractBroken:
            return None
        native_id = ident(me.get("id"))
        if me.get("type") != "admin" or native_id is None or not obj(me.get("app")):
            return None
        return Identity(id=native_id, name=text(me.get("name")) or "", role="admin")

    def first_cursor(self, stream: str, since: datetime | None) -> str | None:
        return reading.first_cursor(stream, since)

    def request(self, stream: str, cursor: str | None, page_size: int, subject: str | None = None) -> Request:
        return reading.build(stream, cursor, page_size, subject, self.api_version)

    def parse(self, request: Request, response: Response) -> Page:
        return reading.parse(request, response)

    def judge(self, request: Request, response: Response) -> Outcome:
        return verdicts.judge(request, response)

    def budget(self, request: Request, response: Response) -> Iterable[Budget]:
        return verdicts.budget(response)

    def people(self, records: Mapping[str, list[dict[str, Any]]]) -> Iterable[tuple[str, str]]:
        """Nobody: teammates and teams are shaping kinds, and parts carry names and addresses themselves."""
        return ()

    def people_in(self, payloads: Mapping[str, list[bytes]]) -> Iterable[tuple[str, str]]:
        return ()

    def shape(self, kind: str, record: Mapping[str, Any]) -> str:
        """Of a team who is in it (one without people is a bot inbox), of a teammate whether it is the bot."""
        if kind == "team":
            return ",".join(sorted(members(record)))
        return "operator" if kind == "admin" and is_operator(record) else ""

    def normalize(self, bundle: Bundle) -> Ticket | None:
        return normalising.normalize(bundle, self.account.name, self.api_version)

    def gaps(self, bundle: Bundle, ticket: Ticket) -> Iterable[FollowUp]:
        return normalising.gaps(bundle)

    def sweep(self, known: Iterable[str]) -> Sweep:
        """Nothing: a search without filters but `updated_at` lists everything."""
        return Sweep()

    def push_back(self, directory: Directory = NOBODY) -> IntercomPushBack:
        """The optional second capability; see `protocol.pushback.PushBack`."""
        return IntercomPushBack(self.account, self.api_version, directory)


def connector(account: Account) -> IntercomConnector:
    """Factory of the entry point `intercom`."""
    return IntercomConnector(account)
