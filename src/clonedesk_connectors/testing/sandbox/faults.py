"""Everything that goes wrong on the way to a helpdesk, planned in advance.

    Faults(
        Rule(rate_limited(17), path="/api/v2/incremental/*", nth={2}),
        Rule(set_value("tickets.*.via.channel", "carrier_pigeon"), every=3),
    )

A rule counts the requests that match it; the first rule that wants the request gets it. Same requests, same faults.
"""

import gzip
from collections.abc import Callable, Collection
from dataclasses import dataclass
from email.utils import formatdate
from fnmatch import fnmatchcase
from typing import Any
from urllib.parse import urlsplit

from clonedesk_connectors.testing.sandbox.calls import Call, Reply

Handler = Callable[[Call], Reply]
Action = Callable[[Call, Handler], Reply]

_HTML = b"<!DOCTYPE html><html><head><title>Please wait</title></head><body><h1>Service page</h1></body></html>"


@dataclass(frozen=True, slots=True)
class Rule:
    """action for matching requests: the nth ones (counted from 1), every nth, or all of them.

    path: a shell-style pattern on the path as sent; method: None for any; query: text the query string must hold.
    """

    action: Action
    path: str = "*"
    method: str | None = None
    query: str = ""
    nth: Collection[int] | None = None
    every: int | None = None

    def matches(self, call: Call) -> bool:
        if self.method not in (None, call.method) or not fnmatchcase(call.path, self.path):
            return False
        return self.query in "&".join(f"{key}={value}" for key, value in call.query)

    def due(self, count: int) -> bool:
        if self.nth is not None:
            return count in self.nth
        return self.every is None or count % self.every == 0


class Faults:
    """A plan of faults; add rules at any time with `add`. fired: how many requests met one."""

    def __init__(self, *rules: Rule) -> None:
        self._rules: list[Rule] = []
        self._counts: list[int] = []
        self.fired = 0
        self.add(*rules)

    def add(self, *rules: Rule) -> None:
        self._rules.extend(rules)
        self._counts.extend(0 for _ in rules)

    def clear(self) -> None:
        self._rules.clear()
        self._counts.clear()

    def apply(self, call: Call, handler: Handler) -> Reply:
        """Answer a call through the first rule that is due, else through the handler."""
        chosen: Rule | None = None
        for position, rule in enumerate(self._rules):
            if rule.matches(call):
                self._counts[position] += 1
                if chosen is None and rule.due(self._counts[position]):
                    chosen = rule
        if chosen is None:
            return handler(call)
        self.fired += 1
        return chosen.action(call, handler)


def answer(status: int, body: Any = None, headers: dict[str, str] | None = None) -> Action:
    """Answer with this and never ask the helpdesk."""
    return lambda call, handler: Reply(body, status, dict(headers or {}))


def rate_limited(retry_after_s: int | None = 1, *, date_from_s: float | None = None, html: bool = False) -> Action:
    """429. Retry-After in seconds, or the HTTP date `retry_after_s` after `date_from_s` (unix), or missing (None)."""
    headers = {"content-type": "text/html"} if html else {}
    if retry_after_s is not None:
        absolute = None if date_from_s is None else formatdate(date_from_s + retry_after_s, usegmt=True)
        headers["retry-after"] = absolute or str(retry_after_s)
    return answer(429, _HTML if html else {"error": "TooManyRequests", "description": "Rate limit exceeded"}, headers)


def server_error(status: int = 503, *, html: bool = False) -> Action:
    """500, 502, 503 or 504 with a JSON or an HTML body."""
    if html:
        return answer(status, _HTML, {"content-type": "text/html"})
    return answer(status, {"error": "InternalError", "description": "Something went wrong"})


def not_found() -> Action:
    return answer(404, {"error": "RecordNotFound", "description": "Not found"})


def forbidden() -> Action:
    return answer(403, {"error": {"title": "Forbidden", "message": "You do not have access to this page."}})


def html_page() -> Action:
    """200 with an HTML page (maintenance, a login wall)."""
    return answer(200, _HTML, {"content-type": "text/html"})


def empty_body() -> Action:
    return answer(200, b"")


def redirect(location: str, status: int = 302) -> Action:
    """Send the client elsewhere; a good client does not take its credentials there."""
    return answer(status, b"", {"location": location})


def gzip_bomb(size_bytes: int = 64 * 1024 * 1024) -> Action:
    """A small gzip body that grows to `size_bytes` of JSON white space."""

    def action(call: Call, handler: Handler) -> Reply:
        return Reply(gzip.compress(b" " * size_bytes + b"{}", 9), headers={"content-encoding": "gzip"})

    return action


def hang(seconds: float | None = None) -> Action:
    """Say nothing until the sandbox closes or the seconds are over, then answer 504."""
    return lambda call, handler: Reply(b"", 504, wire="hang", hang_s=seconds)


def cut_body() -> Action:
    """Do the work, send half of the body and drop the connection."""

    def action(call: Call, handler: Handler) -> Reply:
        reply = handler(call)
        reply.wire = "cut"
        return reply

    return action


def lost_answer(status: int = 504) -> Action:
    """Do the work, then answer with an error as if nothing had happened: the ambiguous outcome of a write."""

    def action(call: Call, handler: Handler) -> Reply:
        handler(call)
        return Reply(_HTML, status, {"content-type": "text/html"})

    return action


def truncated_json() -> Action:
    """200, a complete HTTP body, half of the JSON."""

    def action(call: Call, handler: Handler) -> Reply:
        reply = handler(call)
        whole = reply.encoded()
        return Reply(whole[: len(whole) // 2], reply.status, reply.headers)

    return action


def edited(edit: Callable[[Call, Any], Any]) -> Action:
    """Change the JSON of a good answer; `edit` gets the call and the JSON and returns the new JSON."""

    def action(call: Call, handler: Handler) -> Reply:
        reply = handler(call)
        if reply.status == 200 and not isinstance(reply.body, bytes):
            reply.body = edit(call, reply.body)
        return reply

    return action


def wrong_type() -> Action:
    """200 with a list where an object belongs."""
    return edited(lambda call, body: [body])


def set_value(path: str, value: Any) -> Action:
    """Set a value inside the JSON. path: keys and list positions joined by dots, `*` for each element."""
    return edited(lambda call, body: _at(body, path.split("."), lambda parent, key: parent.__setitem__(key, value)))


def drop_value(path: str) -> Action:
    """Remove keys from the JSON; path as in `set_value`."""

    def drop(parent: Any, key: Any) -> None:
        if key in parent:
            del parent[key]

    return edited(lambda call, body: _at(body, path.split("."), drop))


def _at(body: Any, keys: list[str], act: Callable[[Any, Any], None]) -> Any:
    head, *rest = keys
    if isinstance(body, list):
        places: list[Any] = list(range(len(body))) if head == "*" else [int(head)] if int(head) < len(body) else []
    elif isinstance(body, dict):
        places = list(body) if head == "*" else [head]
    else:
        places = []
    for place in places:
        if not rest:
            act(body, place)
        elif isinstance(body, list) or place in body:
            _at(body[place], rest, act)
    return body


def duplicate_rows(count: int = 1) -> Action:
    """Begin each page with the last `count` rows of the page before."""
    before: list[Any] = []

    def edit(call: Call, body: Any) -> Any:
        rows = max((value for value in body.values() if isinstance(value, list)), key=len, default=[])
        tail = rows[-count:]
        rows[:0] = before
        before[:] = tail
        return body

    return edited(edit)


def only_small_pages(
    largest: int, *, default: int = 100, parameters: Collection[str] = ("per_page", "page[size]")
) -> Action:
    """504 unless the request asks for at most `largest` rows (`default` is what it gets when it does not ask)."""

    def action(call: Call, handler: Handler) -> Reply:
        asked = max((call.number(name, 0) for name in parameters), default=0) or default
        return handler(call) if asked <= largest else Reply(_HTML, 504, {"content-type": "text/html"})

    return action


_CURSORS = {"cursor": "after_cursor", "start_time": "end_time", "page[after]": "meta.after_cursor"}


def repeat_cursor() -> Action:
    """The answer points back to the request that got it, for ever."""

    def edit(call: Call, body: Any) -> Any:
        if "end_of_stream" in body:
            body["end_of_stream"] = False
        if "meta" in body:
            body["meta"]["has_more"] = True
        for parameter, place in _CURSORS.items():
            if value := call.get(parameter):
                same = int(value) if place == "end_time" else value
                _at(body, place.split("."), lambda parent, key, same=same: parent.__setitem__(key, same))  # type: ignore[misc]
        return body

    return edited(edit)


def foreign_next(origin: str = "http://127.0.0.1:9") -> Action:
    """Every link in the answer (also a Link header) goes to another origin."""

    def action(call: Call, handler: Handler) -> Reply:
        reply = handler(call)
        own = "{0.scheme}://{0.netloc}".format(urlsplit(call.base_url))
        reply.body = _moved(reply.body, own, origin)
        reply.headers = {name: value.replace(own, origin) for name, value in reply.headers.items()}
        return reply

    return action


def _moved(value: Any, own: str, origin: str) -> Any:
    if isinstance(value, dict):
        return {key: _moved(inner, own, origin) for key, inner in value.items()}
    if isinstance(value, str) and value.startswith(own):
        return origin + value[len(own) :]
    return value
