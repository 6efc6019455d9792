"""What is left of a request and its answer before a recording is written. Allow-lists: what is not named here vanishes.

`scrubbed` is enough for our sandboxes, whose data is invented. `anonymous` besides replaces every text of a real
account, and is used for those only.
"""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

KEEP_REQUEST = frozenset({"accept", "content-type", "intercom-version"})
KEEP_RESPONSE = frozenset(
    {"content-type", "content-encoding", "date", "link", "retry-after", "etag"}
    | {"x-rate-limit", "x-rate-limit-remaining", "ratelimit-limit", "ratelimit-remaining", "ratelimit-reset"}
    | {"x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"}
    | {"x-ratelimit-total", "x-ratelimit-used-currentrequest"}
    | {"zendesk-ratelimit-incremental-exports", "zendesk-ratelimit-ticket-audits"}
)
SECRET = re.compile(r"(?i)token|secret|api_?key|password|signature|^sig$|^code$|credential|expires")
EMAIL = re.compile(r"[\w.+-]+@(?!example\.(?:com|org|net)\b)[\w-]+\.[\w.-]+")
PHONE = re.compile(r"(?<![\w.:/+-])\+\d[\d ()/-]{7,}\d(?!\w)")

Clean = Callable[[str], str]
Hosts = Mapping[str, str]
"""real origin or host -> the fictional one"""


def cleaner(hosts: Hosts) -> Clean:
    def clean(text: str) -> str:
        for real, fictional in hosts.items():
            text = text.replace(real, fictional)
        return PHONE.sub("+00 000 000000", EMAIL.sub("person@example.com", text))

    return clean


def request_scrubber(hosts: Hosts) -> Callable[[Any], Any]:
    """For vcrpy's `before_record_request`."""
    clean = cleaner(hosts)

    def scrub(request: Any) -> Any:
        parts = urlsplit(clean(request.uri))
        query = [(k, "REDACTED" if SECRET.search(k) else v) for k, v in parse_qsl(parts.query, keep_blank_values=True)]
        request.uri = parts._replace(query=urlencode(query)).geturl()
        request.headers = {k.lower(): v for k, v in request.headers.items() if k.lower() in KEEP_REQUEST}
        request.body = _json_body(request.body, clean)
        return request

    return scrub


def _json_body(body: Any, clean: Clean) -> bytes | None:
    """None for no body (requests says None, httpx b""), JSON with sorted keys and without secrets."""
    if not body:
        return None
    try:
        members = json.loads(body)
    except (UnicodeDecodeError, ValueError):
        return b"REDACTED"
    if isinstance(members, dict):
        members = {name: "REDACTED" if SECRET.search(name) else value for name, value in members.items()}
    return clean(json.dumps(members, sort_keys=True)).encode()


def response_scrubber(hosts: Hosts, rewrite: Callable[[Any], Any] | None = None) -> Callable[[Any], Any]:
    """For vcrpy's `before_record_response`. rewrite: applied to a JSON body. A body that is still compressed is taken
    apart and compressed again, so that it is as clean as the others."""
    clean = cleaner(hosts)

    def scrub(response: Any) -> Any:
        headers = {
            name.lower(): [clean(value) for value in values]
            for name, values in response["headers"].items()
            if name.lower() in KEEP_RESPONSE
        }
        body: bytes = response["body"]["string"] or b""
        packed = body[:2] == b"\x1f\x8b"
        text = _text(gzip.decompress(body) if packed else body)
        if rewrite and text:
            text = _rewritten(text, rewrite)
        cleaned = clean(text).encode()
        return {
            **response,
            "headers": headers,
            "body": {"string": gzip.compress(cleaned, mtime=0) if packed else cleaned},
        }

    return scrub


def _text(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError:
        return "REDACTED"


def _rewritten(text: str, rewrite: Callable[[Any], Any]) -> str:
    try:
        return json.dumps(rewrite(json.loads(text)), ensure_ascii=False)
    except ValueError:
        return "REDACTED"


# --- a real account -------------------------------------------------------------------------------------------------

WORDS = frozenset(
    {"type", "event_type", "status", "state", "role", "priority", "channel", "via", "rel", "field_name", "locale"}
    | {"time_zone", "delivered_as", "part_type", "resolution_state", "last_answer_type", "source_type", "score"}
    | {"status_category", "support_type_scope", "operator", "field", "order", "token_type", "error", "code"}
    | {"created_at", "updated_at", "deleted_at", "generated_timestamp", "timestamp", "solved_at", "assigned_at"}
    | {"resolved_at", "closed_at", "reopened_at", "pending_since", "agent_responded_at", "status_updated_at"}
    | {"url", "after_url", "before_url", "next_page", "next", "prev", "after_cursor", "before_cursor", "starting_after"}
)
"""Members whose text is a word, a time or a position of the vendor's, in every API we record. All other text is
somebody's."""

_PLAIN = re.compile(r"[\w:./?=&%+\[\]-]{0,300}", re.ASCII)


def anonymous(value: Any, name: str = "") -> Any:
    """A JSON value with every text replaced by another of the same length, except the vendor's own words and ids."""
    if isinstance(value, dict):
        return {key: anonymous(inner, key) for key, inner in value.items()}
    if isinstance(value, list):
        return [anonymous(inner, name) for inner in value]
    if not isinstance(value, str):
        return value
    named = name in WORDS or name == "id" or name.endswith("_id") or name.endswith("_ids")
    return value if named and _PLAIN.fullmatch(value) and not EMAIL.search(value) else "x" * len(value)
