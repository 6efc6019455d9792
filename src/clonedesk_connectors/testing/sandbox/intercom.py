"""An Intercom workspace on this machine, filled with the invented world.

    with IntercomSandbox(World(seed=7, tickets=300)) as helpdesk:
        httpx.get(f"{helpdesk.url}/me", headers={"Authorization": f"Bearer {helpdesk.token}"})

Searches, cursors, versions, limits and errors follow the vendor's documentation and published answers; where the
documentation is silent the choice is named at the code, and `reading` switches between the possible ones.
"""

import re
import time
from collections.abc import Callable, Iterable, Mapping
from math import ceil

from clonedesk_connectors.protocol import AccountConfig
from clonedesk_connectors.testing.sandbox.calls import Call, Reply
from clonedesk_connectors.testing.sandbox.faults import Faults
from clonedesk_connectors.testing.sandbox.intercom_desk import ID_BASE, Desk
from clonedesk_connectors.testing.sandbox.intercom_history import OUTCOME_ATTRIBUTE
from clonedesk_connectors.testing.sandbox.intercom_people import ADMIN_BASE, Row, admin_row, admins, teams
from clonedesk_connectors.testing.sandbox.intercom_replies import (
    invalid,
    not_found,
    too_many,
    unauthorized,
    version_invalid,
)
from clonedesk_connectors.testing.sandbox.intercom_rows import Rows, Version
from clonedesk_connectors.testing.sandbox.intercom_search import DEFAULT_ROWS, MOST_ROWS, Page, Reading, Search
from clonedesk_connectors.testing.sandbox.intercom_write import Write, Writer
from clonedesk_connectors.testing.sandbox.limits import Limit
from clonedesk_connectors.testing.sandbox.server import Sandbox
from clonedesk_connectors.testing.world import World
from clonedesk_connectors.testing.world.directory import AI_AGENT, FIRST_HUMAN, LABEL_TAGS, OPERATIONS, STAFF_DOMAIN

TOKEN, INBOX_TOKEN = "sandbox-token", "sandbox-inbox"
PLANS: dict[str, dict[str, Limit]] = {
    "standard": {"app": Limit(1_666, 10), "workspace": Limit(4_166, 10)},
    "low": {"app": Limit(166, 10), "workspace": Limit(4_166, 10)},
    "none": {},
}
"""Published limits, spread by the vendor over windows of ten seconds."""
VERSIONS = {f"2.{minor}": (2, minor) for minor in range(7, 17)}
APP_VERSION: Version = (2, 11)
"""What the app is set to: answers without an `Intercom-Version` header come in this version."""
_MOST_DELETIONS = 60

Handler = Callable[..., Reply]


class IntercomSandbox(Sandbox):
    """See the module. limits: a plan of `PLANS` or a table of buckets; quirks: some rows break the schema as real ones
    do; reading: how the service reads queries, may be changed while running. The credential is `token`.
    """

    plans = tuple(PLANS)
    token = TOKEN

    def __init__(
        self,
        world: World | None = None,
        *,
        limits: str | Mapping[str, Limit] = "standard",
        faults: Faults | None = None,
        clock: Callable[[], float] = time.time,
        port: int = 0,
        quirks: bool = True,
        reading: Reading | None = None,
    ) -> None:
        table = PLANS[limits] if isinstance(limits, str) else limits
        super().__init__(limits=table, faults=faults, clock=clock, port=port)
        self.world = world or World()
        self.desk = Desk(self.world)
        self.search = Search(self.desk, reading or Reading())
        self._rows = Rows(self.desk, quirks=quirks)
        self._writer = Writer(self.desk, self._rows, f"Bearer {INBOX_TOKEN}")
        self._routes: list[tuple[str, re.Pattern[str], Handler]] = [
            (method, re.compile(pattern), handler) for method, pattern, handler in self._table()
        ]

    @property
    def credentials(self) -> dict[str, str]:
        """What `connect(credentials=…)` takes for this workspace."""
        return {"token": self.token}

    def credentials_of(self, agent: int) -> dict[str, str]:
        """How a teammate acts: through the vendor's own Inbox, which has no public API. Here it takes the same requests
        with a token of its own; who acts is the `admin_id` in them. agent: index in the world's staff.
        """
        return {"token": INBOX_TOKEN}

    @property
    def account_config(self) -> AccountConfig:
        """What the owner of this workspace would tell us about it; Fin needs no naming."""
        return AccountConfig(
            internal_domains=frozenset({STAFF_DOMAIN}),
            type_field="Topic",
            tier_field="Tier",
            label_tags={tag: value for value, tag in LABEL_TAGS.items()},
            label_fields={OUTCOME_ATTRIBUTE: {"escalated": "escalated", "resolved_ai": "resolved_ai"}},
        )

    def _table(self) -> Iterable[tuple[str, str, Handler]]:
        one = r"/conversations/(\d+)"
        yield "GET", "/me", self._me
        yield "GET", "/admins", lambda call, version: Reply({"type": "admin.list", "admins": admins()})
        yield "GET", "/teams", lambda call, version: Reply({"type": "team.list", "teams": teams()})
        yield "GET", "/tags", lambda call, version: Reply({"type": "list", "data": self.desk.tags.rows()})
        yield "POST", "/tags", self._writer.create_tag
        yield "POST", "/conversations/search", self._search
        yield "POST", "/tickets/search", self._search_tickets
        yield "GET", "/conversations/deleted", self._deletions
        yield "GET", "/conversations", self._list
        yield "GET", one, self._conversation
        yield "GET", r"/tickets/(\d+)", self._ticket
        yield "POST", f"{one}/reply", self._writer.reply
        yield "POST", f"{one}/parts", self._writer.parts
        yield "POST", f"{one}/tags", self._writer.tag
        yield "DELETE", rf"{one}/tags/(\d+)", self._writer.untag

    # --- what a test can do behind the connector's back ---

    def advance(self, seconds: int) -> None:
        """Let the desk's own time pass; what the world has planned for it happens."""
        with self.lock:
            self.desk.advance(seconds)

    def update(
        self, number: int, *, by: str = "customer", comment: str | None = None, public: bool = True, **fields: str
    ) -> None:
        """Change a conversation (by its number in the world) at the desk's now. by: customer, human or ai.

        fields: status, priority or tag. A customer's comment reopens a closed or snoozed conversation.
        """
        with self.lock:
            actor = {"customer": self.desk.story(number).customer, "human": FIRST_HUMAN, "ai": AI_AGENT}[by]
            steps: list[tuple[str, str, str | None]] = []
            if comment is not None:
                steps.append(("message" if public else "note", "text", comment))
            steps.extend((kind, value, None) for kind, value in fields.items())
            self.desk.change(number, by, actor, *steps)

    def touch(self, number: int) -> None:
        """Move a conversation's `updated_at` to now without any other change."""
        with self.lock:
            self.desk.touch(number)

    def delete(self, number: int) -> None:
        """Delete a conversation: it leaves every list but that of the deletions."""
        with self.lock:
            self.desk.delete(number)

    @property
    def writes(self) -> list[Write]:
        """Every write that took effect, in order."""
        return self._writer.writes

    @property
    def public_writes(self) -> list[Write]:
        """Writes that put text before the customer's eyes."""
        return [write for write in self._writer.writes if write.public]

    # --- the vendor ---

    def answer(self, call: Call) -> Reply:
        if call.headers.get("authorization") not in (f"Bearer {TOKEN}", f"Bearer {INBOX_TOKEN}"):
            return unauthorized()
        asked = call.headers.get("intercom-version")
        version = APP_VERSION if asked is None else VERSIONS.get(asked)
        if version is None:
            return version_invalid()
        for method, pattern, handler in self._routes:
            if method == call.method and (found := pattern.fullmatch(call.path)):
                return handler(call, version, *found.groups())
        return not_found()

    def buckets(self, call: Call) -> tuple[str, ...]:
        return "app", "workspace"

    def limit_headers(self, buckets: Iterable[str]) -> dict[str, str]:
        """The app's share of the window, and the wall-clock second at which it ends."""
        standing = self.limits.standing("app")
        if standing is None:
            return {}
        return {
            "x-ratelimit-limit": str(standing.total),
            "x-ratelimit-remaining": str(standing.remaining),
            "x-ratelimit-reset": str(ceil(self.clock() + standing.resets_s)),
        }

    def too_many(self, wait_s: int) -> Reply:
        return too_many()

    def _me(self, call: Call, version: Version) -> Reply:
        admin = admin_row(ADMIN_BASE + OPERATIONS) or {}
        app = {"type": "app", "id_code": "sandbox", "name": "Hollowbrook", "region": "US", "timezone": "Etc/UTC"}
        return Reply({**admin, "email_verified": True, "app": app})

    def _search(self, call: Call, version: Version) -> Reply:
        found = self.search.page(call.json(), _any)
        return found if isinstance(found, Reply) else self._conversations(found, version)

    def _list(self, call: Call, version: Version) -> Reply:
        rows = min(call.number("per_page", DEFAULT_ROWS), MOST_ROWS)
        found = self.search.newest(rows, call.get("starting_after") or None, _any)
        return found if isinstance(found, Reply) else self._conversations(found, version)

    def _conversations(self, page: Page, version: Version) -> Reply:
        rows = [self._rows.item(number, version) for number in page.numbers]
        return Reply(_listed("conversation.list", "conversations", rows, page))

    def _search_tickets(self, call: Call, version: Version) -> Reply:
        found = self.search.page(call.json(), self._rows.is_ticket)
        if isinstance(found, Reply):
            return found
        rows = [self._rows.ticket(number, version) for number in found.numbers]
        return Reply(_listed("ticket.list", "tickets", rows, found))

    def _conversation(self, call: Call, version: Version, identity: str) -> Reply:
        number = self.desk.number_of(identity)
        if number is None:
            return not_found("Conversation")
        return Reply(self._rows.whole(number, version, plain=call.get("display_as") == "plaintext"))

    def _ticket(self, call: Call, version: Version, identity: str) -> Reply:
        number = self.desk.number_of(identity)
        if number is None or not self._rows.is_ticket(number):
            return not_found()
        return Reply(self._rows.ticket(number, version))

    def _deletions(self, call: Call, version: Version) -> Reply:
        """Ordered by time of deletion, newest first unless `order=asc`; that it is not by id is our reading."""
        if version < (2, 16):
            return version_invalid()
        size, page = call.number("per_page", DEFAULT_ROWS), max(1, call.number("page", 1))
        if not 1 <= size <= _MOST_DELETIONS:
            return invalid(f"per_page must be between 1 and {_MOST_DELETIONS}")
        descending = call.get("order", "desc") != "asc"
        found = sorted(self.desk.deletions, key=lambda one: (one.at_s, one.number), reverse=descending)
        chosen = found[(page - 1) * size : page * size]
        rows = [
            {
                "type": "conversation",
                "id": str(ID_BASE + one.number),
                "metrics_retained": False,
                "deleted_at": one.at_s,
            }
            for one in chosen
        ]
        more = page * size < len(found)
        pages: Row = {"type": "pages", "page": page, "per_page": size, "total_pages": -(-len(found) // size)}
        following = f"{call.base_url}/conversations/deleted?per_page={size}&order={call.get('order', 'desc')}"
        pages["next"] = f"{following}&page={page + 1}" if more else None
        body = {"type": "conversations.list", "total_count": len(found), "pages": pages, "conversations": rows}
        return Reply(body)


def _any(number: int) -> bool:
    return True


def _listed(kind: str, name: str, rows: list[Row], page: Page) -> Row:
    return {"type": kind, "pages": page.pages, "total_count": page.total, name: rows}
