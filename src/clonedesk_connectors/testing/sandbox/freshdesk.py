"""A Freshdesk account on this machine, filled with the invented world.

    with FreshdeskSandbox(World(seed=7, tickets=300)) as helpdesk:
        httpx.get(f"{helpdesk.url}/api/v2/tickets", auth=(helpdesk.api_key, "X"))

Paging, credits, limits and errors follow the vendor's documentation and recorded answers; where those are silent the
choice is named at the code.
"""

import re
import time
from collections.abc import Callable, Iterable, Mapping
from email.utils import formatdate
from typing import Self

from clonedesk_connectors.protocol import AccountConfig
from clonedesk_connectors.testing.sandbox.calls import Call, Reply
from clonedesk_connectors.testing.sandbox.faults import Faults
from clonedesk_connectors.testing.sandbox.freshdesk_desk import ARCHIVED, GONE, MAIN, Desk
from clonedesk_connectors.testing.sandbox.freshdesk_export import Export, FileHost
from clonedesk_connectors.testing.sandbox.freshdesk_lists import Lists
from clonedesk_connectors.testing.sandbox.freshdesk_people import (
    AGENT_BASE,
    GROUP_BASE,
    RESOLVED,
    People,
    agent_of,
    key_of,
)
from clonedesk_connectors.testing.sandbox.freshdesk_replies import forbidden, not_found, unauthorized
from clonedesk_connectors.testing.sandbox.freshdesk_rows import Rows
from clonedesk_connectors.testing.sandbox.freshdesk_write import Write, Writer
from clonedesk_connectors.testing.sandbox.limits import Limit
from clonedesk_connectors.testing.sandbox.server import Sandbox
from clonedesk_connectors.testing.world import World
from clonedesk_connectors.testing.world.dice import mix
from clonedesk_connectors.testing.world.directory import AI_AGENT, AI_GROUP, FIRST_HUMAN, LABEL_TAGS, STAFF_DOMAIN

API_KEY, AGENT_KEY = "sandbox-key", "sandbox-agent-key"
_PLANS = {
    "trial": (50, None, None),
    "growth": (200, 80, 20),
    "pro": (400, 160, 100),
    "enterprise": (700, 280, 200),
    "addon_1000": (1000, 400, 300),
    "addon_2000": (2000, 800, 400),
}
PLANS = (*_PLANS, "none")
_ADMIN = re.compile(r"/api/v2/(?:agents|groups|export/.*)")


def plan_limits(plan: str) -> dict[str, Limit]:
    """Credits per minute of a plan: the account, ticket updates and the list of tickets."""
    if plan == "none":
        return {}
    total, update, listed = _PLANS[plan]
    more = {"tickets-update": update, "tickets-list": listed}
    return {"account": Limit(total), **{name: Limit(number) for name, number in more.items() if number}}


class FreshdeskSandbox(Sandbox):
    """See the module. limits: a plan of `PLANS` or a table of buckets. `api_key` is an admin's, `agent_key` is not.

    survey_from: share of the world's period after which ratings carry the newer codes. archived_share: of tickets
    closed and left alone for 120 days. activity_export: whether the account has it. ties: `stable` or `shuffled`, the
    order of tickets changed in one second. churn: tickets that change before each page of the list.
    files: the other origin, where exports lie.
    """

    plans = PLANS
    api_key, agent_key = API_KEY, AGENT_KEY

    def __init__(
        self,
        world: World | None = None,
        *,
        limits: str | Mapping[str, Limit] = "enterprise",
        faults: Faults | None = None,
        clock: Callable[[], float] = time.time,
        port: int = 0,
        survey_from: float = 0.5,
        archived_share: float = 0.02,
        activity_export: bool = True,
        ties: str = "stable",
        churn: int = 0,
    ) -> None:
        table = plan_limits(limits) if isinstance(limits, str) else limits
        super().__init__(limits=table, faults=faults, clock=clock, port=port)
        self.world = world or World()
        self.desk = Desk(self.world, archived_share)
        self.files = FileHost(clock)
        self.churn = churn
        self._pages = 0
        people = People(self.world)
        survey_from_s = self.world.start_s + int((self.world.end_s - self.world.start_s) * survey_from)
        rows = Rows(self.desk, people, survey_from_s)
        self._writer = Writer(self.desk, rows)
        lists = Lists(self.desk, people, rows, ties, self._stir)
        export = Export(self.desk, self.files, enabled=activity_export)
        self._routes = [
            (method, re.compile(path), handler) for method, path, handler in _routes(lists, export, self._writer)
        ]

    @property
    def credentials(self) -> dict[str, str]:
        """What `connect(credentials=…)` takes for this account."""
        return {"api_key": self.api_key}

    def credentials_of(self, agent: int) -> dict[str, str]:
        """How a person of the helpdesk signs in. agent: index in the world's staff."""
        return {"api_key": key_of(agent)}

    @property
    def account_config(self) -> AccountConfig:
        """What the owner of this account would tell us about it."""
        return AccountConfig(
            bot_users=frozenset({str(AGENT_BASE + AI_AGENT)}),
            ai_groups=frozenset({str(GROUP_BASE + AI_GROUP)}),
            internal_domains=frozenset({STAFF_DOMAIN}),
            tier_field="account_tier",
            type_field="cf_topic",
            label_tags={tag: value for value, tag in LABEL_TAGS.items()},
            label_fields={"cf_ai_outcome": {"escalated": "escalated", "resolved_ai": "resolved_ai"}},
        )

    def __enter__(self) -> Self:
        self.files.__enter__()
        return super().__enter__()

    def __exit__(self, *exc: object) -> None:
        super().__exit__(*exc)
        self.files.__exit__(*exc)

    # --- changes behind the connector's back ---

    def advance(self, seconds: int) -> None:
        """Let the desk's own time pass; what the world has planned for it happens."""
        with self.lock:
            self.desk.advance(seconds)

    def update(
        self, number: int, *, by: str = "customer", comment: str | None = None, public: bool = True, **fields: str
    ) -> None:
        """Change a ticket at the desk's now. by: customer, human or ai; fields: status, priority or tag.

        A customer's comment reopens a pending or resolved ticket.
        """
        with self.lock:
            story, history = self.desk.story(number), self.desk.history(number)
            steps: list[tuple[str, str, str | None]] = []
            if comment is not None:
                steps.append(("message" if public else "note", "text", comment))
                if by == "customer" and history.status >= RESOLVED:
                    fields = {"status": "open"} | fields
            steps.extend((kind, value, None) for kind, value in fields.items())
            self.desk.change(number, by, {"customer": story.customer, "human": FIRST_HUMAN, "ai": AI_AGENT}[by], *steps)

    def bulk(self, numbers: Iterable[int], tag: str = "bulk_edit") -> None:
        """A bulk edit: all these tickets change in the same second."""
        with self.lock:
            for number in numbers:
                self.desk.change(number, "human", FIRST_HUMAN, ("tag", tag, None))

    def touch(self, number: int) -> None:
        """`updated_at` moves to now without any other change."""
        with self.lock:
            self.desk.touch(number)

    def mark(self, number: int, value: str) -> None:
        """Mark a ticket as spam or deleted, or restore it (value: spam, deleted, restored)."""
        with self.lock:
            self.desk.mark(number, value)

    def archive(self, number: int) -> None:
        """Move a ticket to the archive: no list shows it any more."""
        with self.lock:
            self.desk.hide(number, ARCHIVED)

    def destroy(self, number: int) -> None:
        """Delete a ticket for good."""
        with self.lock:
            self.desk.hide(number, GONE)

    def _stir(self) -> None:
        """Change some tickets, in the seconds before a page is read."""
        self._pages += 1
        for turn in range(self.churn):
            self.desk.now_s += 1
            number = 1 + mix(self.world.seed, 0xC4, self._pages, turn) % self.world.tickets
            if self.desk.place(number) == MAIN:
                self.desk.touch(number)

    # --- what was written ---

    @property
    def writes(self) -> list[Write]:
        """Every write that took effect, in order."""
        return self._writer.writes

    @property
    def public_writes(self) -> list[Write]:
        """Writes that put text before the customer's eyes."""
        return [write for write in self._writer.writes if write.public]

    @property
    def notified(self) -> list[str]:
        """Addresses that got mail because a note asked for it."""
        return self._writer.notified

    # --- the vendor ---

    def answer(self, call: Call) -> Reply:
        reply = self._answer(call)
        reply.headers |= {
            "date": formatdate(self.desk.now_s, usegmt=True),
            "x-ratelimit-used-currentrequest": str(self.cost(call)),
        }
        return reply

    def _answer(self, call: Call) -> Reply:
        key, is_agent = call.basic.partition(":")[0], agent_of(call) is not None
        if key not in (API_KEY, AGENT_KEY) and not is_agent:
            return unauthorized()
        if (is_agent or key == AGENT_KEY) and _ADMIN.fullmatch(call.path):
            return forbidden()
        for method, pattern, handler in self._routes:
            if method == call.method and (found := pattern.fullmatch(call.path)):
                return handler(call, *found.groups())
        return not_found()

    def cost(self, call: Call) -> int:
        """Credits: a list takes two more for each include, a single object one."""
        includes = len([name for name in call.get("include").split(",") if name])
        return 1 + includes * (2 if call.path == "/api/v2/tickets" else 1)

    def buckets(self, call: Call) -> tuple[str, ...]:
        """That the limit of the list counts credits, as the account's does, is our reading (and the stricter one)."""
        if (call.method, call.path) == ("GET", "/api/v2/tickets"):
            return "account", "tickets-list"
        if call.method == "PUT" and call.path.startswith("/api/v2/tickets/"):
            return "account", "tickets-update"
        return ("account",)

    def limit_headers(self, buckets: Iterable[str]) -> dict[str, str]:
        """The account's credits; the smaller limits are in no header."""
        account = self.limits.standing("account")
        if account is None:
            return {}
        return {"x-ratelimit-total": str(account.total), "x-ratelimit-remaining": str(account.remaining)}

    def too_many(self, wait_s: int) -> Reply:
        body = {"message": "You have exceeded the limit of requests per minute"}
        return Reply(body, 429, {"retry-after": str(wait_s)})


def _routes(lists: Lists, export: Export, writer: Writer) -> list[tuple[str, str, Callable[..., Reply]]]:
    return [
        ("GET", "/api/v2/tickets", lists.tickets),
        ("GET", r"/api/v2/tickets/(\d+)", lists.ticket),
        ("GET", r"/api/v2/tickets/(\d+)/conversations", lists.conversations),
        ("GET", r"/api/v2/tickets/(\d+)/satisfaction_ratings", lists.ticket_ratings),
        ("GET", r"/api/v2/tickets/archived/(\d+)", lists.archived),
        ("GET", r"/api/v2/tickets/archived/(\d+)/conversations", lists.archived_conversations),
        ("GET", "/api/v2/surveys", lists.surveys),
        ("GET", "/api/v2/surveys/satisfaction_ratings", lists.ratings),
        ("GET", "/api/v2/agents", lists.agents),
        ("GET", "/api/v2/agents/me", lists.me),
        ("GET", "/api/v2/groups", lists.groups),
        ("GET", "/api/v2/companies", lists.companies),
        ("GET", "/api/v2/ticket_fields", lists.ticket_fields),
        ("GET", "/api/v2/export/ticket_activities", export.address),
        ("GET", r"/api/v2/jobs/([0-9a-f]+)", writer.job),
        ("POST", r"/api/v2/tickets/(\d+)/notes", writer.note),
        ("POST", r"/api/v2/tickets/(\d+)/reply", writer.reply),
        ("POST", "/api/v2/tickets/bulk_update", writer.bulk_update),
        ("PUT", r"/api/v2/tickets/(\d+)", writer.ticket),
        ("PUT", r"/api/v2/conversations/(\d+)", writer.edit),
        ("DELETE", r"/api/v2/conversations/(\d+)", writer.remove),
    ]
