"""What the handlers share: a visit, the templates, and pages that say why something was not done."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from clonedesk_connectors.review.ledger import from_ms
from clonedesk_connectors.review.states import State
from clonedesk_connectors.review.values import RejectReason
from clonedesk_connectors.review.web.sessions import Flash, Role, Session
from clonedesk_connectors.review.web.settings import PageSettings
from clonedesk_connectors.review.web.shown import marks, pieces

if TYPE_CHECKING:
    from clonedesk_connectors.review.queue import ReviewQueue

_TITLES = {
    HTTPStatus.UNAUTHORIZED: "Sign in",
    HTTPStatus.CONFLICT: "Not done",
    HTTPStatus.UNPROCESSABLE_ENTITY: "Not done",
}


@dataclass(frozen=True, slots=True)
class Visit:
    """One request of a signed-in person. form: empty for GET."""

    request: Request
    session: Session
    form: dict[str, str] = field(default_factory=dict, repr=False)

    @property
    def draft_id(self) -> str:
        return str(self.request.path_params.get("draft_id", ""))

    @property
    def is_partial(self) -> bool:
        """Whether a script of the page asks for a part of it."""
        return "hx-request" in self.request.headers


class Frame:
    """Renders templates; autoescape is on and nothing may switch it off."""

    def __init__(self, queue: ReviewQueue, settings: PageSettings) -> None:
        self.queue, self.settings = queue, settings
        self._templates = Environment(
            loader=PackageLoader("clonedesk_connectors.review.web", "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.filters.update(pieces=pieces, marks=marks, moment=_moment, words=_words)
        self._templates.globals.update(Role=Role, State=State, reasons=[*RejectReason], settings=settings)

    def now(self) -> datetime:
        """Our clock, the one leases and expiry are measured by."""
        now = from_ms(self.queue.ledger.now_ms())
        assert now is not None
        return now

    def page(self, visit: Visit, template: str, status: int = HTTPStatus.OK, **values: Any) -> Response:
        flash = visit.session.take_flash() if status == HTTPStatus.OK else None
        shared = {"session": visit.session, "flash": flash, "notice": ""}
        return HTMLResponse(self._render(template, {**shared, **values}), status)

    def part(self, template: str, **values: Any) -> Response:
        return HTMLResponse(self._render(template, values))

    def go(self, visit: Visit, path: str, message: str = "", *, undo: str | None = None) -> Response:
        """To another page, which shows the message."""
        if message:
            visit.session.flash = Flash(message, undo)
        return RedirectResponse(path, HTTPStatus.SEE_OTHER)

    def problem(self, visit: Visit, status: HTTPStatus, message: str) -> Response:
        """Why a request was not carried out. A text that was typed is given back, so that it is not lost.

        A page with scripts takes only the notice out of this and stays as it is.
        """
        values = {"title": _TITLES.get(status, status.phrase), "notice": message, "typed": visit.form.get("text", "")}
        answer = self.page(visit, "problem.html", status, draft_id=visit.draft_id, **values)
        answer.headers["HX-Push-Url"] = "false"
        return answer

    async def refused(self, _request: Request, error: Exception) -> Response:
        """The page for what the routes and the guard refuse."""
        assert isinstance(error, HTTPException)
        title = _TITLES.get(HTTPStatus(error.status_code), HTTPStatus(error.status_code).phrase)
        values = {"session": None, "flash": None, "title": title, "notice": error.detail, "typed": "", "draft_id": ""}
        headers = {**(error.headers or {}), "HX-Push-Url": "false"}
        return HTMLResponse(self._render("problem.html", values), error.status_code, headers)

    def _render(self, template: str, values: dict[str, Any]) -> str:
        return self._templates.get_template(template).render(values)


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"


def _words(code: str | None) -> str:
    """`approved_verbatim` as people write it."""
    return (code or "").replace("_", " ")
