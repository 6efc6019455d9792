"""The pages around the drafts: what waits, what was decided, statistics, people."""

from __future__ import annotations

from datetime import datetime

from starlette.responses import Response

from clonedesk_connectors.errors import ConfigError
from clonedesk_connectors.review.listing import Query
from clonedesk_connectors.review.states import OPEN, State
from clonedesk_connectors.review.values import Item
from clonedesk_connectors.review.web.frame import Frame, Visit
from clonedesk_connectors.review.web.sessions import Doorkeeper, Role

_PER_PAGE = 50
_ENDED = tuple(state for state in State if state not in OPEN)
OUTCOMES = (
    "approved_verbatim",
    "approved_formatting",
    "light_edit",
    "partial",
    "edited",
    "replaced",
    "rejected",
    "escalated",
)


class Lists:
    """Handlers of the pages that show many drafts or none."""

    def __init__(self, frame: Frame, door: Doorkeeper) -> None:
        self._frame, self._queue, self._door = frame, frame.queue, door

    def waiting(self, visit: Visit) -> Response:
        counts = self._queue.counts()
        if visit.request.headers.get("hx-target") == "counts":
            return self._frame.part("_counts.html", counts=counts)
        items = self._queue.find(Query(states=(State.AWAITING_REVIEW,)), limit=_PER_PAGE)
        disputed = []
        if visit.session.role >= Role.LEAD:
            disputed = self._queue.find(Query(states=(State.NEEDS_ADJUDICATION,)), limit=_PER_PAGE)
        now = self._frame.now()
        assigned = self._queue.assignees(item.draft_id for item in items)
        rows = [(item, _holder(item, now), assigned.get(item.draft_id)) for item in items if item.expires_at > now]
        return self._frame.page(visit, "waiting.html", counts=counts, rows=rows, disputed=disputed, now=now)

    def decided(self, visit: Visit) -> Response:
        """Search ended drafts. A form that is posted, because words of a customer do not belong into an address."""
        form = visit.form
        page = int(form["page"]) if form.get("page", "").isdecimal() and len(form["page"]) < 6 else 0
        sought = {name: form.get(name, "").strip() for name in ("text", "ticket_id", "decided_by", "outcome")}
        query = Query(states=_ENDED, **{name: value for name, value in sought.items() if value})
        items = self._queue.find(query, limit=_PER_PAGE + 1, offset=page * _PER_PAGE)
        return self._frame.page(
            visit,
            "decided.html",
            items=items[:_PER_PAGE],
            has_more=len(items) > _PER_PAGE,
            page=page,
            sought=sought,
            outcomes=OUTCOMES,
        )

    def statistics(self, visit: Visit) -> Response:
        """Reviewers see their own line; leads see everybody, and how far people agree."""
        mine = self._queue.stats("reviewer")
        if visit.session.role < Role.LEAD:
            tables = {"You": [line for line in mine if line.name == visit.session.name]}
            return self._frame.page(visit, "statistics.html", tables=tables, agreement=None, bands=[])
        tables = {
            "By reviewer": mine,
            "By segment": self._queue.stats("segment"),
            "By model version": self._queue.stats("model"),
        }
        return self._frame.page(
            visit, "statistics.html", tables=tables, agreement=self._queue.agreement(), bands=self._queue.calibrate()
        )

    def keys(self, visit: Visit) -> Response:
        return self._frame.page(visit, "keys.html")

    def people(self, visit: Visit) -> Response:
        return self._frame.page(visit, "people.html", link="", invited="")

    def invite(self, visit: Visit) -> Response:
        """Show a login link for somebody, once."""
        roles = {role.name.lower(): role for role in Role}
        role = roles.get(visit.form.get("role", ""))
        if role is None:
            raise ConfigError(f"a role is one of: {', '.join(roles)}")
        token = self._door.invite(visit.form.get("name", ""), role)
        scheme = "https" if self._frame.settings.is_secure else visit.request.url.scheme
        link = f"{scheme}://{visit.request.url.netloc}/login?token={token}"
        return self._frame.page(visit, "people.html", link=link, invited=visit.form.get("name", "").strip())


def _holder(item: Item, now: datetime) -> str:
    return item.claimed_by or "" if item.lease_until is not None and item.lease_until > now else ""
