"""A request and an answer as plain values, so that a vendor's behaviour is ordinary functions."""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Call:
    """One request. path: without query; query: decoded pairs in order; headers: lower-case names; base_url: ours."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    base_url: str = ""

    def get(self, name: str, default: str = "") -> str:
        """The last value of a query parameter."""
        return next((value for key, value in reversed(self.query) if key == name), default)

    def all(self, name: str) -> list[str]:
        """Every value of a repeated query parameter."""
        return [value for key, value in self.query if key == name]

    def number(self, name: str, default: int) -> int:
        """A query parameter as a whole number; the default if it is missing or not a number."""
        text = self.get(name)
        return int(text) if text.isascii() and text.isdigit() else default

    @property
    def basic(self) -> str:
        """`user:password` of a Basic authorization; empty where there is none."""
        kind, _, value = self.headers.get("authorization", "").partition(" ")
        try:
            return base64.b64decode(value, validate=True).decode() if kind.lower() == "basic" else ""
        except (binascii.Error, ValueError):
            return ""

    def json(self) -> Any:
        """The body as JSON; None if it is not JSON."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None


@dataclass(slots=True)
class Reply:
    """One answer. body: a JSON value, or bytes sent as they are.

    wire: how it travels: normally, hanging until the server closes (or `hang_s` is over), or cut in mid-body.
    """

    body: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    wire: Literal["normal", "hang", "cut"] = "normal"
    hang_s: float | None = None

    def encoded(self) -> bytes:
        if isinstance(self.body, bytes):
            return self.body
        return json.dumps(self.body, ensure_ascii=False, separators=(",", ":")).encode()
