"""People of a sandbox helpdesk at work: over HTTP, signed in as themselves, in the vendor's own requests.

Nothing of the review queue is used here: what agents do reaches it only through the helpdesk, as it would in life.
"""

from __future__ import annotations

import html
import json
from collections.abc import Callable
from typing import Any, Protocol

from clonedesk_connectors import app
from clonedesk_connectors.protocol import Request, Verdict
from clonedesk_connectors.testing.sandbox.intercom_people import ADMIN_BASE
from clonedesk_connectors.transport.session import Session

_Body = dict[str, Any]


class Agent(Protocol):
    """One person. ticket_id: the vendor's id; text: plain."""

    async def reply(self, ticket_id: str, text: str) -> None:
        """Answer the customer."""
        ...

    async def note(self, ticket_id: str, text: str) -> None:
        """Write a private note."""
        ...

    async def tag(self, ticket_id: str, tag: str) -> None:
        """Add a tag."""
        ...


def _html(text: str) -> str:
    """As an editor in the browser sends it."""
    return "<p>" + html.escape(text).replace("\n", "<br>") + "</p>"


class _Line:
    """Sends and expects success."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._bucket = next(iter(session.connector.buckets))

    async def send(self, method: str, path: str, body: _Body | None = None) -> Any:
        """Raises RuntimeError when the helpdesk does not take it."""
        answer = await self._session.call(Request("agent", path, self._bucket, method, body=body))
        if answer.outcome.verdict is not Verdict.OK:
            raise RuntimeError(f"{method} {path}: {answer.outcome.reason}")
        return json.loads(answer.response.body) if answer.response.body else None


class _ZendeskAgent:
    def __init__(self, line: _Line, staff: int) -> None:
        self._line = line

    async def reply(self, ticket_id: str, text: str) -> None:
        await self._comment(ticket_id, text, public=True)

    async def note(self, ticket_id: str, text: str) -> None:
        await self._comment(ticket_id, text, public=False)

    async def tag(self, ticket_id: str, tag: str) -> None:
        await self._line.send("PUT", f"/api/v2/tickets/{ticket_id}/tags", {"tags": [tag]})

    async def _comment(self, ticket_id: str, text: str, *, public: bool) -> None:
        comment = {"html_body": _html(text), "public": public}
        await self._line.send("PUT", f"/api/v2/tickets/{ticket_id}", {"ticket": {"comment": comment}})


class _IntercomAgent:
    def __init__(self, line: _Line, staff: int) -> None:
        self._line, self._admin_id = line, str(ADMIN_BASE + staff)

    async def reply(self, ticket_id: str, text: str) -> None:
        await self._say(ticket_id, text, "comment")

    async def note(self, ticket_id: str, text: str) -> None:
        await self._say(ticket_id, text, "note")

    async def tag(self, ticket_id: str, tag: str) -> None:
        made = await self._line.send("POST", "/tags", {"name": tag})
        body = {"id": made["id"], "admin_id": self._admin_id}
        await self._line.send("POST", f"/conversations/{ticket_id}/tags", body)

    async def _say(self, ticket_id: str, text: str, kind: str) -> None:
        body = {"message_type": kind, "type": "admin", "admin_id": self._admin_id, "body": _html(text)}
        await self._line.send("POST", f"/conversations/{ticket_id}/reply", body)


class _FreshdeskAgent:
    def __init__(self, line: _Line, staff: int) -> None:
        self._line = line

    async def reply(self, ticket_id: str, text: str) -> None:
        body = {"body": _html(text)}
        await self._line.send("POST", f"/api/v2/tickets/{ticket_id}/reply", body)

    async def note(self, ticket_id: str, text: str) -> None:
        body = {"body": _html(text), "private": True}
        await self._line.send("POST", f"/api/v2/tickets/{ticket_id}/notes", body)

    async def tag(self, ticket_id: str, tag: str) -> None:
        ticket = await self._line.send("GET", f"/api/v2/tickets/{ticket_id}")
        await self._line.send("PUT", f"/api/v2/tickets/{ticket_id}", {"tags": [*ticket["tags"], tag]})


_KINDS: dict[str, Callable[[_Line, int], Agent]] = {
    "zendesk": _ZendeskAgent,
    "intercom": _IntercomAgent,
    "freshdesk": _FreshdeskAgent,
}


class Shift:
    """One person of a sandbox helpdesk while the context is open: `async with Shift(...) as agent`.

    helpdesk: a running sandbox of this vendor. staff: index in the world's staff.
    """

    def __init__(self, vendor: str, account: str, helpdesk: Any, staff: int) -> None:
        signed_in = helpdesk.credentials_of(staff)
        self._session = app.open_session(
            app.connect(vendor, account, base_url=helpdesk.url, credentials=signed_in, budget_share=1.0)
        )
        self._agent = _KINDS[vendor](_Line(self._session), staff)

    async def __aenter__(self) -> Agent:
        return self._agent

    async def __aexit__(self, *exc: object) -> None:
        await self._session.aclose()
