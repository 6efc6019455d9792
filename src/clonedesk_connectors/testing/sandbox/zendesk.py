"""A Zendesk Support account on this machine, filled with the invented world.

    with ZendeskSandbox(World(seed=7, tickets=300)) as helpdesk:
        httpx.get(f"{helpdesk.url}/api/v2/users/me", auth=(f"{helpdesk.email}/token", helpdesk.api_token))

Paging, scopes, limits and errors follow the vendor's documentation and recorded answers; where the documentation is
silent the choice is named at the code.
"""

import re
import time
from collections.abc import Callable, Iterable, Mapping

from clonedesk_connectors.protocol import AccountConfig
from clonedesk_connectors.testing.sandbox.calls import Call, Reply
from clonedesk_connectors.testing.sandbox.faults import Faults
from clonedesk_connectors.testing.sandbox.limits import Limit
from clonedesk_connectors.testing.sandbox.server import Sandbox
from clonedesk_connectors.testing.sandbox.zendesk_auth import API_TOKEN, CLIENT_ID, CLIENT_SECRET, EMAIL, Doorman, may
from clonedesk_connectors.testing.sandbox.zendesk_desk import Desk
from clonedesk_connectors.testing.sandbox.zendesk_events import Events
from clonedesk_connectors.testing.sandbox.zendesk_exports import Exports
from clonedesk_connectors.testing.sandbox.zendesk_lists import Lists
from clonedesk_connectors.testing.sandbox.zendesk_people import (
    FIELD_OUTCOME,
    FIELD_TOPIC,
    GROUP_BASE,
    INTEGRATION_USER,
    STAFF_BASE,
    People,
)
from clonedesk_connectors.testing.sandbox.zendesk_replies import forbidden, invalid_endpoint, unauthorized
from clonedesk_connectors.testing.sandbox.zendesk_tickets import Tickets
from clonedesk_connectors.testing.sandbox.zendesk_write import Write, Writer
from clonedesk_connectors.testing.world import World
from clonedesk_connectors.testing.world.directory import (
    AI_AGENT,
    AI_GROUP,
    FIRST_HUMAN,
    LABEL_TAGS,
    STAFF,
    STAFF_DOMAIN,
)

_ACCOUNT = {
    "team": 200,
    "growth": 400,
    "professional": 400,
    "enterprise": 700,
    "enterprise_plus": 2500,
    "high_volume": 2500,
}
PLANS = (*_ACCOUNT, "none")
ANONYMOUS = {
    "user": {"id": None, "name": "Anonymous user", "email": "invalid@example.com", "role": "end-user", "active": False}
}


def plan_limits(plan: str) -> dict[str, Limit]:
    """Limits of a plan, per minute unless noted: the account, and the endpoints with buckets of their own."""
    if plan == "none":
        return {}
    more = 3 if plan == "high_volume" else 1
    return {
        "account": Limit(_ACCOUNT[plan]),
        "incremental-exports": Limit(10 * more),
        "incremental-exports-cursor": Limit(20 * more),
        "ticket-audits": Limit(500),
        "tickets-update": Limit(100 * more),
        "ticket-update": Limit(30, 600),
    }


class ZendeskSandbox(Sandbox):
    """See the module. limits: a plan of `PLANS` or a table of buckets; token_ttl_s: life of OAuth tokens.

    survey_from: share of the world's period after which ratings belong to the newer five-step survey.
    archived_share: share of tickets whose last comments the bulk events lack.
    Exact credentials are in `email`, `api_token`, `client_id`, `client_secret`.
    """

    plans = PLANS
    email, api_token, client_id, client_secret = EMAIL, API_TOKEN, CLIENT_ID, CLIENT_SECRET

    def __init__(
        self,
        world: World | None = None,
        *,
        limits: str | Mapping[str, Limit] = "enterprise",
        faults: Faults | None = None,
        clock: Callable[[], float] = time.time,
        port: int = 0,
        token_ttl_s: float = 3600,
        survey_from: float = 0.6,
        archived_share: float = 0.0015,
    ) -> None:
        table = plan_limits(limits) if isinstance(limits, str) else limits
        super().__init__(limits=table, faults=faults, clock=clock, port=port)
        self.world = world or World()
        self.desk = Desk(self.world, archived_share)
        self._people = People(self.world, self.world.start_s)
        self._doorman = Doorman(clock, token_ttl_s)
        survey_from_s = self.world.start_s + int((self.world.end_s - self.world.start_s) * survey_from)
        tickets = Tickets(self.desk, self._people, survey_from_s)
        events = Events(self.world, self._people)
        exports = Exports(self.desk, self._people, tickets, events)
        lists = Lists(self.desk, self._people, tickets, events)
        self._writer = Writer(self.desk, tickets, events)
        self._routes = [
            (method, re.compile(path), handler) for method, path, handler in _routes(exports, lists, self._writer)
        ]

    @property
    def credentials(self) -> dict[str, str]:
        """What `connect(credentials=…)` takes for this account."""
        return {"client_id": self.client_id, "client_secret": self.client_secret}

    def credentials_of(self, agent: int) -> dict[str, str]:
        """How a person of the helpdesk signs in. agent: index in the world's staff."""
        return {"email": STAFF[agent].email, "token": self.api_token}

    @property
    def account_config(self) -> AccountConfig:
        """What the owner of this account would tell us about it."""
        return AccountConfig(
            bot_users=frozenset({str(STAFF_BASE + AI_AGENT)}),
            ai_groups=frozenset({str(GROUP_BASE + AI_GROUP)}),
            internal_domains=frozenset({STAFF_DOMAIN}),
            type_field=str(FIELD_TOPIC),
            tier_field="tier",
            label_tags={tag: value for value, tag in LABEL_TAGS.items()},
            label_fields={str(FIELD_OUTCOME): {"escalated": "escalated", "resolved_ai": "resolved_ai"}},
        )

    def advance(self, seconds: int) -> None:
        """Let the desk's own time pass; what the world has planned for it happens."""
        with self.lock:
            self.desk.advance(seconds)

    def update(
        self, number: int, *, by: str = "customer", comment: str | None = None, public: bool = True, **fields: str
    ) -> None:
        """Change a ticket at the desk's now, behind the connector's back. by: customer, human or ai.

        fields: status, priority or tag. A customer's comment reopens a pending or solved ticket.
        """
        with self.lock:
            story = self.desk.story(number)
            steps: list[tuple[str, str, str | None]] = []
            if comment is not None:
                steps.append(("message" if public else "note", "text", comment))
                if by == "customer" and self.desk.history(number).state.status in ("pending", "hold", "solved"):
                    fields = {"status": "open"} | fields
            steps.extend((kind, value, None) for kind, value in fields.items())
            self.desk.change(number, by, {"customer": story.customer, "human": FIRST_HUMAN, "ai": AI_AGENT}[by], *steps)

    def touch(self, number: int) -> None:
        """A system change: the ticket's generated_timestamp moves to now, its updated_at stays."""
        with self.lock:
            self.desk.touch(number)

    @property
    def writes(self) -> list[Write]:
        """Every write that took effect, in order."""
        return self._writer.writes

    @property
    def public_writes(self) -> list[Write]:
        """Writes that put a comment before the customer's eyes."""
        return [write for write in self._writer.writes if write.public]

    def answer(self, call: Call) -> Reply:
        self._people.base_url = call.base_url
        path = call.path.removesuffix(".json")
        if (call.method, path) in (("POST", "/oauth/tokens"), ("POST", "/api/v2/oauth/tokens")):
            return self._doorman.issue(call)
        scopes = self._doorman.scopes(call)
        if (call.method, path) == ("GET", "/api/v2/users/me"):
            return Reply(ANONYMOUS if scopes is None else {"user": self._people.user(INTEGRATION_USER)})
        if scopes is None:
            return unauthorized()
        if not may(scopes, call):
            return forbidden()
        for method, pattern, handler in self._routes:
            if method == call.method and (found := pattern.fullmatch(path)):
                return handler(call, *found.groups())
        return invalid_endpoint()

    def buckets(self, call: Call) -> tuple[str, ...]:
        """The account's bucket, and the endpoint's own one. That exports count for the account too is our reading."""
        path = call.path.removesuffix(".json")
        if path == "/api/v2/incremental/users/cursor":
            return "account", "incremental-exports-cursor"
        if path.startswith("/api/v2/incremental/"):
            return "account", "incremental-exports"
        if path.endswith("/audits"):
            return "account", "ticket-audits"
        if call.method == "PUT" and path.startswith("/api/v2/tickets/"):
            return "account", "tickets-update", f"ticket-update/{path.split('/')[4]}"
        return ("account",)

    def limit_headers(self, buckets: Iterable[str]) -> dict[str, str]:
        headers: dict[str, str] = {}
        for standing in filter(None, map(self.limits.standing, buckets)):
            if standing.name == "account":
                for prefix in ("x-rate-limit", "ratelimit-limit"):
                    headers[prefix] = str(standing.total)
                for prefix in ("x-rate-limit-remaining", "ratelimit-remaining"):
                    headers[prefix] = str(standing.remaining)
                headers["ratelimit-reset"] = str(standing.resets_s)
            else:
                name = f"zendesk-ratelimit-{standing.name.partition('/')[0]}"
                headers[name] = f"total={standing.total}; remaining={standing.remaining}; resets={standing.resets_s}"
        return headers

    def too_many(self, wait_s: int) -> Reply:
        body = {"error": "APIRateLimitExceeded", "description": "Number of allowed API requests per minute exceeded"}
        return Reply(body, 429, {"retry-after": str(wait_s)})


def _routes(exports: Exports, lists: Lists, writer: Writer) -> list[tuple[str, str, Callable[..., Reply]]]:
    """Method, pattern over the path without `.json`, handler."""
    return [
        ("GET", "/api/v2/incremental/tickets/cursor", exports.tickets_by_cursor),
        ("GET", "/api/v2/incremental/tickets", exports.tickets_by_time),
        ("GET", "/api/v2/incremental/ticket_events", exports.ticket_events),
        ("GET", "/api/v2/incremental/organizations", exports.organizations),
        ("GET", "/api/v2/incremental/users/cursor", exports.users_by_cursor),
        ("GET", "/api/v2/users", lists.users),
        ("GET", "/api/v2/groups", lists.groups),
        ("GET", "/api/v2/brands", lists.brands),
        ("GET", "/api/v2/custom_statuses", lists.custom_statuses),
        ("GET", "/api/v2/ticket_fields", lists.ticket_fields),
        ("GET", "/api/v2/satisfaction_ratings", lists.satisfaction_ratings),
        ("GET", "/api/v2/guide/survey_responses", lists.survey_responses),
        ("GET", "/api/v2/tickets/show_many", lists.show_many),
        ("GET", r"/api/v2/tickets/(\d+)", lists.ticket),
        ("GET", r"/api/v2/tickets/(\d+)/audits", lists.audits),
        ("GET", r"/api/v2/tickets/(\d+)/comments", lists.comments),
        ("PUT", r"/api/v2/tickets/(\d+)", writer.ticket),
        ("PUT", r"/api/v2/tickets/(\d+)/tags", writer.tags),
        ("POST", r"/api/v2/tickets/(\d+)/tags", writer.tags),
        ("DELETE", r"/api/v2/tickets/(\d+)/tags", writer.tags),
    ]
