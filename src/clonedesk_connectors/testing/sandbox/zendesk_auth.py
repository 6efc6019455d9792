"""Who may do what: OAuth client credentials with expiring tokens, and the older e-mail/token pair."""

import secrets
from collections.abc import Callable
from typing import NamedTuple

from clonedesk_connectors.testing.sandbox.calls import Call, Reply
from clonedesk_connectors.testing.sandbox.zendesk_replies import bad_request
from clonedesk_connectors.testing.world.directory import STAFF

CLIENT_ID, CLIENT_SECRET = "sandbox-client", "sandbox-secret"
EMAIL, API_TOKEN = "integration@example.org", "sandbox-token"
KNOWN_SCOPES = frozenset({"read", "write", "tickets:read", "tickets:write", "users:read"})
_KEPT_TOKENS = 1000
_AGENTS = {f"{member.email}/token:{API_TOKEN}": member.key for member in STAFF if member.kind == "human"}
"""An API token signs in whoever's address stands before it, also a person of the helpdesk."""


class Grant(NamedTuple):
    """expires_s: on the sandbox's clock."""

    scopes: frozenset[str]
    expires_s: float


class Doorman:
    """Issues and checks credentials. token_ttl_s: life of an access token in seconds of `clock`."""

    def __init__(self, clock: Callable[[], float], token_ttl_s: float) -> None:
        self._clock = clock
        self._ttl_s = token_ttl_s
        self._grants: dict[str, Grant] = {}

    def issue(self, call: Call) -> Reply:
        """`POST /oauth/tokens`, JSON body."""
        asked = call.json()
        if not isinstance(asked, dict) or asked.get("grant_type") != "client_credentials":
            return Reply({"error": "unsupported_grant_type", "error_description": "Use client_credentials"}, 400)
        if (asked.get("client_id"), asked.get("client_secret")) != (CLIENT_ID, CLIENT_SECRET):
            return Reply({"error": "invalid_client", "error_description": "Client authentication failed"}, 401)
        scopes = frozenset(str(asked.get("scope") or "read").split())
        if {"read", "tickets:read"} <= scopes:
            return bad_request("InvalidScope", "A broad scope cannot be mixed with a narrower one")
        if len(self._grants) > _KEPT_TOKENS:
            self._grants.clear()
        token = secrets.token_hex(16)
        self._grants[token] = Grant(scopes, self._clock() + self._ttl_s)
        body = {
            "access_token": token,
            "token_type": "bearer",
            "scope": " ".join(sorted(scopes)),
            "expires_in": int(self._ttl_s),
        }
        return Reply(body)

    def scopes(self, call: Call) -> frozenset[str] | None:
        """What the credentials of a call allow; None without valid credentials."""
        kind, _, value = call.headers.get("authorization", "").partition(" ")
        if kind.lower() == "bearer":
            grant = self._grants.get(value)
            return grant.scopes if grant is not None and self._clock() < grant.expires_s else None
        if call.basic in (f"{EMAIL}/token:{API_TOKEN}", *_AGENTS):
            return frozenset({"read", "write"})
        return None


def may(scopes: frozenset[str], call: Call) -> bool:
    """Whether scopes allow a call. One unknown scope makes the whole token useless; audits need the global `read`."""
    if not scopes <= KNOWN_SCOPES:
        return False
    about_tickets = "ticket" in call.path
    if call.method != "GET":
        return "write" in scopes or (about_tickets and "tickets:write" in scopes)
    if "read" in scopes:
        return True
    return about_tickets and "audits" not in call.path and "tickets:read" in scopes


def agent_of(call: Call) -> int | None:
    """The person of the helpdesk who makes this call, None for the integration."""
    return _AGENTS.get(call.basic)
