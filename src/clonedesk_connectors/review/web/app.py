"""The ASGI app of the review page: what is where, who may see it, and how refusals look."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clonedesk_connectors.errors import ClonedeskError, ConfigError, DraftStale, MissingExtraError
from clonedesk_connectors.review.values import ReviewConflict

try:
    from starlette.applications import Starlette
    from starlette.concurrency import run_in_threadpool
    from starlette.exceptions import HTTPException
    from starlette.middleware import Middleware
    from starlette.middleware.trustedhost import TrustedHostMiddleware
    from starlette.requests import Request
    from starlette.responses import RedirectResponse, Response
    from starlette.routing import Mount, Route
    from starlette.staticfiles import StaticFiles
    from starlette.types import ASGIApp

    from clonedesk_connectors.review.web.frame import Frame, Visit
except ImportError as err:
    raise MissingExtraError("review") from err

from clonedesk_connectors.review.web.desk import Desk
from clonedesk_connectors.review.web.lists import Lists
from clonedesk_connectors.review.web.sessions import Doorkeeper, Role, TooManyLogins, same
from clonedesk_connectors.review.web.settings import PageSettings
from clonedesk_connectors.review.web.shield import Shield, read_form

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from clonedesk_connectors.review.queue import ReviewQueue

COOKIE = "clonedesk_review"
_STATIC = Path(__file__).with_name("static")
Handler = Callable[[Visit], Response]


def make_app(queue: ReviewQueue, archive_url: str, door: Doorkeeper, settings: PageSettings | None = None) -> ASGIApp:
    """The review page over an open queue; the caller closes it. archive_url: where conversations are read from.

    Raises MissingExtraError without the extra `review`.
    """
    settings = settings or PageSettings()
    frame = Frame(queue, settings)
    desk, lists = Desk(frame, archive_url), Lists(frame, door)
    guard = _Guard(frame, door, settings)

    @asynccontextmanager
    async def closing(_app: Starlette) -> AsyncIterator[None]:
        yield
        desk.close()

    app = Starlette(
        routes=[*guard.entrance(), *_review_routes(guard, desk), *_list_routes(guard, lists), _static()],
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=list(settings.hosts), www_redirect=False)],
        exception_handlers={HTTPException: frame.refused},
        lifespan=closing,
    )
    return Shield(app)  # outside of everything, so that an unexpected error carries the headers too


def _review_routes(guard: _Guard, desk: Desk) -> list[Route]:
    one = "/drafts/{draft_id:str}"
    return [
        guard.get(one, desk.show),
        guard.post("/claim", desk.claim),
        guard.post(f"{one}/decide", desk.decide),
        guard.post(f"{one}/skip", desk.skip),
        guard.post(f"{one}/release", desk.release),
        guard.post(f"{one}/move", desk.move),
        guard.post(f"{one}/undo", desk.undo),
        guard.post(f"{one}/renew", desk.renew),
        guard.post(f"{one}/changes", desk.changes),
        guard.post(f"{one}/reveal", desk.reveal),
    ]


def _list_routes(guard: _Guard, lists: Lists) -> list[Route]:
    return [
        guard.get("/", lists.waiting),
        guard.get("/decided", lists.decided),
        guard.post("/decided", lists.decided),
        guard.get("/statistics", lists.statistics),
        guard.get("/keys", lists.keys),
        guard.get("/people", lists.people, Role.ADMIN),
        guard.post("/people", lists.invite, Role.ADMIN),
    ]


def _static() -> Mount:
    return Mount("/static", StaticFiles(directory=_STATIC), name="static")


@dataclass(frozen=True, slots=True)
class _Guard:
    """Between the routes and the handlers: sign-in, role, CSRF token, and the queue's refusals as pages."""

    frame: Frame
    door: Doorkeeper
    settings: PageSettings

    def get(self, path: str, handler: Handler, role: Role = Role.REVIEWER) -> Route:
        async def endpoint(request: Request) -> Response:
            return await self._call(Visit(request, await self._session(request, role)), handler)

        return Route(path, endpoint, methods=["GET"])

    def post(self, path: str, handler: Handler, role: Role = Role.REVIEWER) -> Route:
        async def endpoint(request: Request) -> Response:
            session = await self._session(request, role)
            form = await read_form(request, self.settings.max_body_bytes)
            if not same(form.get("csrf", ""), session.csrf):
                raise HTTPException(403, "This form is from another session. Load the page again.")
            return await self._call(Visit(request, session, form), handler)

        return Route(path, endpoint, methods=["POST"])

    async def _session(self, request: Request, role: Role) -> Any:
        session = self.door.find(request.cookies.get(COOKIE, ""))
        if session is None:
            raise HTTPException(401, "Please open your login link. A link works once and for a short time.")
        if session.role < role:
            raise HTTPException(403, "Your role does not allow this.")
        return session

    async def _call(self, visit: Visit, handler: Handler) -> Response:
        try:
            return await run_in_threadpool(handler, visit)
        except (ReviewConflict, DraftStale) as error:
            return await run_in_threadpool(self.frame.problem, visit, HTTPStatus.CONFLICT, str(error))
        except ConfigError as error:
            return await run_in_threadpool(self.frame.problem, visit, HTTPStatus.UNPROCESSABLE_ENTITY, str(error))
        except ClonedeskError as error:
            return await run_in_threadpool(self.frame.problem, visit, HTTPStatus.SERVICE_UNAVAILABLE, str(error))

    def entrance(self) -> list[Route]:
        async def login(request: Request) -> Response:
            if request.method == "HEAD":  # a preview of the link must not use it up
                return Response(status_code=204)
            try:
                cookie = self.door.redeem(request.query_params.get("token", ""))
            except TooManyLogins:
                raise HTTPException(429, "Too many wrong links. Wait a minute.", {"Retry-After": "60"}) from None
            if cookie is None:
                raise HTTPException(401, "This login link is unknown, was used already or is too old.")
            answer = RedirectResponse("/", 303)
            answer.set_cookie(COOKIE, cookie, **self._cookie())
            return answer

        def logout(visit: Visit) -> Response:
            self.door.end(visit.session)
            answer = RedirectResponse("/", 303)
            answer.delete_cookie(COOKIE, **{key: value for key, value in self._cookie().items() if key != "max_age"})
            return answer

        return [Route("/login", login, methods=["GET"]), self.post("/logout", logout)]

    def _cookie(self) -> dict[str, Any]:
        return {
            "max_age": self.settings.session_s,
            "httponly": True,
            "samesite": "strict",
            "secure": self.settings.is_secure,
        }
