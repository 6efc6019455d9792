"""What every answer carries, and what is refused before anything looks at a request."""

from __future__ import annotations

from urllib.parse import parse_qsl

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_SAFE = ("GET", "HEAD")
_FORM = "application/x-www-form-urlencoded"
_MOST_FIELDS = 50


class Shield:
    """Adds HEADERS to every answer and refuses requests that another site made this browser send."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        if comes_from_elsewhere(scope["method"], Headers(scope=scope)):
            await PlainTextResponse("This request came from another site.", 403)(scope, receive, send_with_headers)
            return
        await self._app(scope, receive, send_with_headers)


def comes_from_elsewhere(method: str, headers: Headers) -> bool:
    """Whether another site made the browser send this. Following a link to the page is allowed; a write that does not
    say where it comes from is not: every browser says it, in `Sec-Fetch-Site` or in `Origin`.
    """
    site = headers.get("sec-fetch-site")
    if method in _SAFE:
        is_link = headers.get("sec-fetch-mode") == "navigate" and headers.get("sec-fetch-dest") == "document"
        return site not in (None, "same-origin", "none") and not is_link
    if site is not None:
        return site != "same-origin"
    return headers.get("origin", "").partition("://")[2] != headers.get("host")


async def read_form(request: Request, max_bytes: int) -> dict[str, str]:
    """The fields of a posted form; of a repeated one the last counts. Raises HTTPException 413, 415 or 400."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM:
        raise HTTPException(415, "This page takes forms only.")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > max_bytes:
            raise HTTPException(413, "This text is too long to be sent; nothing was changed.")
    try:
        return dict(parse_qsl(body.decode(), keep_blank_values=True, errors="strict", max_num_fields=_MOST_FIELDS))
    except ValueError:  # UnicodeDecodeError is one
        raise HTTPException(400, "This form cannot be read; nothing was changed.") from None
