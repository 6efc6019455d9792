"""Where requests may go: to one origin with credentials, to a signed file without, and nowhere else.

Addresses are checked by narrow patterns before any URL library sees them, because libraries disagree about odd ones
(`https://acme.example\\@evil.example/`) and the disagreement is what sends a token to a stranger.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from urllib.parse import quote, urlencode

from clonedesk_connectors.errors import ConfigError, ForeignOrigin, RequestRejected
from clonedesk_connectors.protocol import Request

_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9])?"
_ORIGIN = rf"(?P<scheme>https?)://(?P<host>{_LABEL}(?:\.{_LABEL})*|\[[0-9A-Fa-f:.]+\])(?P<port>:[0-9]{{1,5}})?"
_BASE = re.compile(rf"{_ORIGIN}/?", re.ASCII)
_PATH_CHAR = r"(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})"
_PATH = re.compile(rf"(?:/{_PATH_CHAR}+)+/?|/", re.ASCII)
_DOT_SEGMENT = re.compile(r"/(?:\.|%2e){1,2}(?=/|$)", re.ASCII | re.IGNORECASE)
_EXTERNAL = re.compile(rf"{_ORIGIN}(?:/(?:{_PATH_CHAR}|/)*)?(?:\?(?:{_PATH_CHAR}|[/?\[\]])*)?", re.ASCII)
_METHOD = re.compile(r"[A-Z]{3,10}", re.ASCII)
_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+", re.ASCII)
_HEADER_VALUE = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?|", re.ASCII)
_NOT_OURS = frozenset({"host", "connection", "content-length", "transfer-encoding", "upgrade"})
"""Headers that say where a request goes or where it ends."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Scheme, host and port of one account. https, or plain http where nobody else can listen: on loopback."""

    url: str
    loopback: bool

    @classmethod
    def of(cls, base_url: str) -> Origin:
        """Raises ConfigError for anything but a bare origin (no user, path, query or fragment)."""
        match = _plain(_BASE, base_url)
        if match is None:
            raise ConfigError("a base URL is https://HOST or https://HOST:PORT and nothing else")
        loopback = _is_loopback(match["host"])
        if match["scheme"] == "http" and not loopback:
            raise ConfigError("a base URL without TLS is accepted only for this machine (http://127.0.0.1:PORT)")
        return cls(base_url.rstrip("/"), loopback)

    def address(self, request: Request) -> str:
        """The full URL of a request.

        Raises ForeignOrigin for a path or a signed address that could lead elsewhere, RequestRejected for what
        cannot be written into a URL.
        """
        if _METHOD.fullmatch(request.method) is None:
            raise RequestRejected(f"stream {request.stream!r}: not an HTTP method")
        if request.external_url is not None:
            return self._external(request.external_url, request.stream)
        if _PATH.fullmatch(request.path) is None or _DOT_SEGMENT.search(request.path):
            raise ForeignOrigin(f"stream {request.stream!r}: the path could lead away from the account; nothing sent")
        try:
            query = urlencode(request.params, quote_via=quote)
        except UnicodeEncodeError:
            raise RequestRejected(f"stream {request.stream!r}: a parameter is not valid text; nothing sent") from None
        return f"{self.url}{request.path}{'?' if query else ''}{query}"

    def _external(self, url: str, stream: str) -> str:
        match = _plain(_EXTERNAL, url)
        # A vendor's answer must not make us call services of this machine, except when the vendor is one of them.
        if match is None or (match["scheme"] == "http" and not (self.loopback and _is_loopback(match["host"]))):
            raise ForeignOrigin(f"stream {stream!r}: the address of a file is not a plain https address; nothing sent")
        return url


def checked_headers(*sources: Mapping[str, str] | Iterable[tuple[str, str]]) -> dict[str, str]:
    """Headers with lower-case names; later sources win.

    Raises RequestRejected, without the value, for what could end a header early or redirect a request.
    """
    headers = {name.lower(): value for source in sources for name, value in dict(source).items()}
    for name, value in headers.items():
        if not _HEADER_NAME.fullmatch(name) or name in _NOT_OURS:
            raise RequestRejected("a header has a name that may not be set; nothing sent")
        if not _HEADER_VALUE.fullmatch(value):
            raise RequestRejected(f"header {name!r} holds a character that cannot be sent; nothing sent")
    return headers


def _plain(pattern: re.Pattern[str], url: str) -> re.Match[str] | None:
    """The parts of an address, or None when it is not one that every library reads alike."""
    match = pattern.fullmatch(url)
    if match is None or int((match["port"] or ":0")[1:]) > 65535:
        return None
    return match if not match["host"].startswith("[") or _ip(match["host"]) else None


def _is_loopback(host: str) -> bool:
    ip = _ip(host)
    return host.lower() == "localhost" or (ip is not None and ip.is_loopback)


def _ip(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(host.strip("[]"))
    except ValueError:
        return None
