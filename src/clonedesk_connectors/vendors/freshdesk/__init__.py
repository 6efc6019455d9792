"""The Freshdesk connector: API v2 of one account as pure functions. What is odd about it is in QUIRKS.md."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import msgspec

from clonedesk_connectors.errors import AuthError, ConfigError
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
    parse_as,
    parse_object,
)
from clonedesk_connectors.protocol.pushback import NOBODY
from clonedesk_connectors.vendors.freshdesk import streams
from clonedesk_connectors.vendors.freshdesk.normalize import normalize
from clonedesk_connectors.vendors.freshdesk.options import Options
from clonedesk_connectors.vendors.freshdesk.pushback import FreshdeskPushBack
from clonedesk_connectors.vendors.freshdesk.values import Json, dicts, native_id, part, text

CAPABILITIES = Capabilities(
    history="complete: lists by change time, plus a probe of every ticket id that no list showed",
    events="messages and ratings complete; changes from the daily activity export (30 days back), else estimated",
    csat="survey ratings, both code families",
    ai_involvement="weighed evidence; the API has no field for it",
    deleted="marked while in the trash, then known as gone",
    archived="found by probing ids, read one by one",
    redactions="not visible; a deleted note only stops being listed",
    push_back="private note; no drafts",
    requests_per_1000=1100,
)


class _Customer(msgspec.Struct):
    company_id: Any = None


class FreshdeskConnector:
    """One Freshdesk account. Raises ConfigError for options that cannot be read."""

    name = "freshdesk"
    protocol_version = PROTOCOL_VERSION
    capabilities = CAPABILITIES
    buckets = streams.BUCKETS
    credential_forms = (CredentialForm("api_key", ("API_KEY",), "Profile settings; an admin's key reads most"),)
    shaping_kinds = ("agent", "group", "survey", "ticket_field")

    def __init__(self, account: Account) -> None:
        self.account = account
        self.options = Options.of(account)
        left_out = {
            *(() if self.options.activities else ("activities",)),
            *(() if self.options.companies else ("companies",)),
        }
        self.streams = tuple(stream for stream in streams.STREAMS if stream.name not in left_out)

    def base_url(self) -> str:
        """The API answers on the vendor's own domain only, never on a customer's."""
        return self.account.base_url or f"https://{self.account.name}.freshdesk.com"

    def sign_in(self, form: str, secrets: Mapping[str, str]) -> Token | Request:
        """HTTP Basic with the key as user; the password is ignored. Raises ConfigError for another form."""
        if form != "api_key":
            raise ConfigError(f"Freshdesk has no sign-in form {form!r}; it has api_key")
        pair = base64.b64encode(f"{secrets['API_KEY']}:X".encode()).decode()
        return Token({"Authorization": f"Basic {pair}"})

    def token(self, response: Response) -> Token:
        raise AuthError("Freshdesk keys are not exchanged for tokens")

    def who_am_i(self) -> Request:
        """The only call about agents that needs no admin."""
        return Request("who_am_i", "/api/v2/agents/me", streams.ACCOUNT)

    def identity(self, response: Response) -> Identity | None:
        me = parse_object(response.body) if response.status == 200 else {}
        key = native_id(me.get("id"))
        if key is None:
            return None
        name = text(part(me, "contact").get("name")) or ""
        return Identity(key, name, role=text(me.get("type")) or "")

    def first_cursor(self, stream: str, since: datetime | None) -> str | None:
        return streams.first_cursor(stream, since)

    def request(self, stream: str, cursor: str | None, page_size: int, subject: str | None = None) -> Request:
        return streams.request(stream, cursor, page_size, subject, self.options)

    def parse(self, request: Request, response: Response) -> Page:
        return streams.parse(request, response, self.options)

    def judge(self, request: Request, response: Response) -> Outcome:
        return streams.judge(request, response)

    def budget(self, request: Request, response: Response) -> Iterable[Budget]:
        return streams.budget(response)

    def people(self, records: Mapping[str, list[Json]]) -> Iterable[tuple[str, str]]:
        """Agents, groups and surveys this ticket names, and the lists that hold the account's own words."""
        for field in ("default_status", "default_source", "default_agent", "default_group"):
            yield "ticket_field", field
        for kind, names in _NAMED.items():
            for record in records.get(kind, ()):
                source = part(record, "activity") if kind == "activity" else record
                for name, directory in names:
                    if (key := native_id(source.get(name) or record.get(name))) is not None:
                        yield directory, key

    def people_in(self, payloads: Mapping[str, list[bytes]]) -> Iterable[tuple[str, str]]:
        """The company, where the account reads companies: all other kinds are shaping kinds, which are known whole."""
        for payload in payloads.get("ticket", ()) if self.options.companies else ():
            if (key := native_id(parse_as(payload, _Customer).company_id)) is not None:
                yield "company", key

    def shape(self, kind: str, record: Mapping[str, Any]) -> str:
        """Names, choices and accepted answers; not when somebody was last seen."""
        if kind == "agent":
            contact = part(dict(record), "contact")
            return f"{contact.get('name')} {contact.get('email')}"
        if kind == "survey":
            return str([question.get("accepted_ratings") for question in dicts(record.get("questions"))])
        return str(record.get("choices") if kind == "ticket_field" else record.get("name"))

    def normalize(self, bundle: Bundle) -> Ticket | None:
        return normalize(bundle, self.options)

    def gaps(self, bundle: Bundle, ticket: Ticket) -> Iterable[FollowUp]:
        """Conversations that answered 404 while the ticket is there: it may have been archived meanwhile."""
        if "conversations" in bundle.gone and not ticket.deleted:
            yield FollowUp("archived_conversations", bundle.ticket_id, ticket.version)

    def sweep(self, known: Iterable[str]) -> Sweep:
        return streams.sweep(known, self.options.gap_budget)

    def push_back(self, directory: Directory = NOBODY) -> FreshdeskPushBack:
        """The optional second capability; see `protocol.pushback.PushBack`."""
        return FreshdeskPushBack(self.account, self.options, directory)


_NAMED: dict[str, tuple[tuple[str, str], ...]] = {
    "ticket": (
        ("responder_id", "agent"),
        ("requester_id", "agent"),
        ("group_id", "group"),
        ("company_id", "company"),
    ),
    "conversation": (("user_id", "agent"),),
    "rating": (("agent_id", "agent"), ("survey_id", "survey")),
    "activity": (("performer_id", "agent"), ("agent_id", "agent")),
}


def connector(account: Account) -> FreshdeskConnector:
    """The factory behind the entry point. Raises ConfigError for options that cannot be read."""
    return FreshdeskConnector(account)
