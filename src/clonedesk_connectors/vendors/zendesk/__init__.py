"""Zendesk Support: one account as pure functions. See QUIRKS.md for what the vendor does and how we know."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from pydantic import JsonValue

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
from clonedesk_connectors.vendors.zendesk import normalize as _normalize
from clonedesk_connectors.vendors.zendesk import streams as _streams
from clonedesk_connectors.vendors.zendesk import verdicts as _verdicts
from clonedesk_connectors.vendors.zendesk.pushback import ZendeskPushBack
from clonedesk_connectors.vendors.zendesk.values import native_id, part, text

CAPABILITIES = Capabilities(
    history="complete: incremental exports, archived and deleted tickets included",
    events="every change with its author, rule or API client",
    csat="good/bad ratings and 1-5 survey responses",
    ai_involvement="AI agent tickets by the vendor's support type; bots elsewhere by configuration",
    deleted="kept as tombstones; their messages are gone at the vendor",
    archived="yes; checked per ticket against the vendor's comment count",
    redactions="re-applied to stored messages",
    push_back="private notes, except on AI agent tickets (read-only)",
    requests_per_1000=30,
)

READ_SCOPE = "read"
"""Audits need the global scope; `tickets:read` is refused there."""


class ZendeskConnector:
    """The connector protocol for one Zendesk account."""

    name = "zendesk"
    protocol_version = PROTOCOL_VERSION
    capabilities = CAPABILITIES
    streams = _streams.STREAMS
    buckets = _streams.BUCKETS
    shaping_kinds = ("staff", "custom_status", "scope_pass")
    credential_forms = (
        CredentialForm("oauth_client", ("CLIENT_ID", "CLIENT_SECRET"), "a confidential OAuth client of the account"),
        CredentialForm("oauth_token", ("OAUTH_TOKEN",), "an OAuth access token made elsewhere"),
        CredentialForm("api_token", ("EMAIL", "TOKEN"), "legacy: the vendor switches API tokens off on 2027-04-30"),
    )

    def __init__(self, account: Account) -> None:
        self.account = account

    def base_url(self) -> str:
        return self.account.base_url or f"https://{self.account.name}.zendesk.com"

    def sign_in(self, form: str, secrets: Mapping[str, str]) -> Token | Request:
        """A client is exchanged for a token (option `oauth_scope`, else read); tokens are used as they are."""
        if form == "oauth_client":
            body: JsonValue = {
                "grant_type": "client_credentials",
                "client_id": secrets["CLIENT_ID"],
                "client_secret": secrets["CLIENT_SECRET"],
                "scope": self.account.options.get("oauth_scope", READ_SCOPE),
            }
            return Request("sign_in", "/oauth/tokens", _streams.ACCOUNT, method="POST", body=body)
        if form == "oauth_token":
            return _bearer(secrets["OAUTH_TOKEN"])
        if form == "api_token":
            pair = f"{secrets['EMAIL']}/token:{secrets['TOKEN']}"
            return Token({"Authorization": f"Basic {b64encode(pair.encode()).decode()}"})
        raise ConfigError(f"zendesk has no way to sign in called {form!r}")

    def token(self, response: Response) -> Token:
        """Raises AuthError when the answer holds no token."""
        try:
            answer = parse_object(response.body) if 200 <= response.status < 300 else {}
        except ContractBroken:
            answer = {}
        token, expires = text(answer.get("access_token")), answer.get("expires_in")
        if token is None:
            code = _verdicts.error_code(response.body)
            raise AuthError(f"zendesk gave no access token: HTTP {response.status} {code}".rstrip())
        granted = _bearer(token, float(expires) if isinstance(expires, int | float) else None)
        return replace(granted, scopes=tuple((text(answer.get("scope")) or "").split()))

    def who_am_i(self) -> Request:
        return Request("who_am_i", "/api/v2/users/me", _streams.ACCOUNT)

    def identity(self, response: Response) -> Identity | None:
        """None for the anonymous user, whom the vendor answers with 200 too."""
        try:
            user = part(parse_object(response.body), "user") if response.status == 200 else {}
        except ContractBroken:
            return None
        key, role = native_id(user.get("id")), text(user.get("role"))
        return Identity(key, text(user.get("name")) or "", role) if key and role else None

    def first_cursor(self, stream: str, since: datetime | None) -> str | None:
        return _streams.first_cursor(stream, since)

    def request(self, stream: str, cursor: str | None, page_size: int, subject: str | None = None) -> Request:
        return _streams.request(stream, cursor, page_size, subject)

    def parse(self, request: Request, response: Response) -> Page:
        return _streams.parse(request, response)

    def judge(self, request: Request, response: Response) -> Outcome:
        return _verdicts.judge(request, response)

    def budget(self, request: Request, response: Response) -> Iterable[Budget]:
        return _verdicts.budget(response)

    def people(self, records: Mapping[str, list[dict[str, Any]]]) -> Iterable[tuple[str, str]]:
        return _normalize.people(records)

    def people_in(self, payloads: Mapping[str, list[bytes]]) -> Iterable[tuple[str, str]]:
        return _normalize.people_in(payloads)

    def shape(self, kind: str, record: Mapping[str, Any]) -> str:
        """Role, group and name of staff; a custom status's category and whether it is the usual one of that; of a
        finished scope pass, that it is.
        """
        fields = {"staff": ("role", "default_group_id", "name"), "custom_status": ("status_category", "default")}
        return "|".join(str(record.get(name)) for name in fields.get(kind, ()))

    def normalize(self, bundle: Bundle) -> Ticket | None:
        return _normalize.normalize(self.account.name, bundle)

    def facts(self, bundle: Bundle) -> Mapping[str, Any] | None:
        return _normalize.facts(self.account.name, bundle)

    def gaps(self, bundle: Bundle, ticket: Ticket) -> Iterable[FollowUp]:
        return _normalize.gaps(bundle, ticket)

    def sweep(self, known: Iterable[str]) -> Sweep:
        """Nothing: the exports hold every ticket, deleted and archived ones included."""
        return Sweep()

    def push_back(self, directory: Directory = NOBODY) -> ZendeskPushBack:
        """The optional second capability; see `protocol.pushback.PushBack`."""
        return ZendeskPushBack(self.account, directory)


def _bearer(token: str, expires_in_s: float | None = None) -> Token:
    return Token({"Authorization": f"Bearer {token}"}, expires_in_s)


def connector(account: Account) -> ZendeskConnector:
    """The factory of the entry point group."""
    return ZendeskConnector(account)
