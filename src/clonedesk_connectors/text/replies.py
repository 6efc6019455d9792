"""Cut the quoted thread and the signature from a message, and keep what was cut.

Order: known HTML containers, then quotequail's header lines, then our own lines for what it misses (Italian, Polish,
Japanese, delimiter lines). Answers written between quoted lines stay. The result is never empty: if everything looks
like a quote, the whole message comes back and `fell_back` says so.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from clonedesk_connectors.errors import MissingExtraError
from clonedesk_connectors.text.containers import classify
from clonedesk_connectors.text.html import Link, html_to_text, split_html
from clonedesk_connectors.text.intros import (
    DATED,
    FORWARD,
    INTRO,
    QUOTEQUAIL_HEADER,
    REPLY_ABOVE,
    header_kind,
    is_sent_from,
    may_introduce,
    starts_header_block,
)

try:
    from quotequail import unwrap
except ImportError as err:
    raise MissingExtraError("text") from err

_MAX_INTRO_CHARS = 300
_MAX_SCANNED_LINES = 1_000
_MAX_PASSES = 8
# Every rule needs one of these on its line or, wrapped, on the next; most messages have none and are done at once.
_CUE = re.compile(r"[:：]\s*$|[<>@]|^\W{0,3}\w[\w -]{0,20}[:：]|\d:\d|[-_=*#]{2}")
_MARK = re.compile("[:：<>@_=*#-]")  # no cue is without one, and this is looked for in a quarter of the time
# Without one of these (or two header lines) quotequail finds nothing; looking for them costs a hundredth of asking it.
_QUOTEQUAIL_CUE = re.compile(r":\s*$|^\s*>|>\s*$|^\s*---|_{32}", re.MULTILINE)
_MAX_SIGNATURE_LINES = 12


@dataclass(frozen=True, slots=True)
class StrippedReply:
    """What one author wrote (`text`) and what was cut (`removed`, in reading order).

    cuts: names of the rules that fired. fell_back: everything looked quoted, so `text` is the whole message.
    hidden_text, truncated, links: see `HtmlText`; always empty for plain text.
    """

    text: str
    removed: str = ""
    cuts: tuple[str, ...] = ()
    fell_back: bool = False
    hidden_text: bool = False
    truncated: bool = False
    links: tuple[Link, ...] = ()


def strip_html_reply(html: str) -> StrippedReply:
    """Convert an HTML message to text without its quoted thread and signature. Never raises, never empty by cutting."""
    split = split_html(html, classify)
    stripped = strip_text_reply(split.kept.text)
    if split.removed and (stripped.fell_back or not stripped.text):
        whole = html_to_text(html).text
        stripped = StrippedReply(whole, cuts=split.cuts + stripped.cuts, fell_back=True)
    else:
        removed = "\n\n".join(part for part in (stripped.removed, split.removed) if part)
        stripped = replace(stripped, removed=removed, cuts=split.cuts + stripped.cuts)
    kept = split.kept
    return replace(stripped, hidden_text=kept.hidden_text, truncated=kept.truncated, links=kept.links)


def strip_text_reply(text: str) -> StrippedReply:
    """Cut quoted lines, everything below a quote header, and the signature from plain text. Never raises."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    kept: list[str] = []
    removed: list[str] = []
    cuts: list[str] = []
    rest = lines
    for _ in range(_MAX_PASSES):
        found = _find_quote(rest)
        if found is None:
            break
        start, cut = found
        cuts.append(cut)
        kept += rest[:start]
        quote_lines, rest = _split_quote(rest[start:])
        removed += quote_lines
    kept, signature, signature_cuts = _split_signature(kept + rest)
    body = "\n".join(kept).strip()
    if not body and (removed or signature):
        return StrippedReply(text.strip(), cuts=(*cuts, *signature_cuts), fell_back=True)
    return StrippedReply(body, "\n".join(signature + removed).strip(), (*signature_cuts, *cuts))


def _find_quote(lines: list[str]) -> tuple[int, str] | None:
    """Return the line where a quoted message starts, and the rule that says so."""
    view = [_viewed(line) for line in lines[:_MAX_SCANNED_LINES]]
    cued = [n for n, line in enumerate(view) if _MARK.search(line) and line.rstrip() != "--" and _CUE.search(line)]
    if not cued:
        return None
    worth = sorted({*cued, *(n - 1 for n in cued if n)})  # a rule's line may wrap into the one with the cue
    own = next(((n, cut) for n in worth if (cut := _own_rule(view, n))), None)
    start = _quotequail_start(view, len(view) if own is None else own[0])
    if start is not None and (own is None or start < own[0]) and _is_plausible(view, start):
        return start, "quotequail"
    return own


def _viewed(line: str) -> str:
    """A line as the rules see it: plain spaces, and blanked when no header line can look like this (or be so slow)."""
    if len(line) > _MAX_INTRO_CHARS or line.count("<") > 3 or line.count("@") > 4:
        return "…"
    return line if line.isascii() else line.replace("\xa0", " ").replace("\u202f", " ")


def _own_rule(view: list[str], n: int) -> str | None:
    line = view[n].strip()
    if not line:
        return None
    if FORWARD.fullmatch(line):
        return "forward"
    if REPLY_ABOVE.match(line):
        return "reply_above"
    if starts_header_block([one.strip() for one in view[n : n + 8]]):
        return "headers"
    joined = (line, f"{line} {view[n + 1].strip()}" if n + 1 < len(view) else line)
    for wrapped, candidate in enumerate(joined):
        if (
            may_introduce(candidate)
            and INTRO.fullmatch(candidate)
            and (DATED.search(candidate) or _is_quoted_next(view, n + wrapped + 1))
        ):
            return "intro"
    return None


def _quotequail_start(view: list[str], end: int) -> int | None:
    """Where quotequail sees a quote start before line `end`; it only returns the stripped text above the quote."""
    top = "\n".join(view[:end])
    heads = len(QUOTEQUAIL_HEADER.findall(top)) if ":" in top else 0
    if heads < (2 if end == len(view) else 1) and not _QUOTEQUAIL_CUE.search(top):
        return None
    found = unwrap("\n".join(view))
    if found is None:
        return None
    start = _next_written(view, 0)
    if top := found.get("text_top"):
        start = _next_written(view, start + top.count("\n") + 1)
    return start


def _is_plausible(view: list[str], start: int) -> bool:
    """Refuse quotequail's find where it would cut prose: `On Monday I wrote:`, `From: Berlin`, a line of `____`."""
    window = [line.strip() for line in view[start : start + 8]]
    line = window[0] if window else ""
    if line.startswith((">", "--")):
        return True
    if line.startswith("__") or line.endswith(":"):
        if any(starts_header_block(window[n:]) for n in range(1, 4)):
            return True
        if line.startswith("__"):
            return False
    if header_kind(line):
        return starts_header_block(window)
    return bool(DATED.search(" ".join(window[:2]))) or _is_quoted_next(view, start + 1)


def _split_quote(lines: list[str]) -> tuple[list[str], list[str]]:
    """Split at a quote's first line: with `>` marks, unmarked lines after the first marked ones are answers."""
    first = _next_written(lines, 0)
    intro_end = next((n for n in range(first, min(first + 4, len(lines))) if lines[n].startswith(">")), None)
    if intro_end is None:
        return lines, []
    quote = lines[:intro_end] + [line for line in lines[intro_end:] if line.startswith(">")]
    return quote, [line for line in lines[intro_end:] if not line.startswith(">")]


def _split_signature(lines: list[str]) -> tuple[list[str], list[str], list[str]]:
    """Cut what follows a `-- ` line near the end, and lines that phones add at the end."""
    end = len(lines)
    cuts: list[str] = []
    for n in range(len(lines) - 1, max(-1, len(lines) - 2 - _MAX_SIGNATURE_LINES), -1):
        if lines[n].rstrip() == "--":
            end, cuts = n, ["signature"]
    while end > 0 and (not lines[end - 1].strip() or is_sent_from(lines[end - 1].strip())):
        end -= 1
        if lines[end].strip():
            cuts.append("sent_from")
    return (lines[:end], lines[end:], cuts) if cuts else (lines, [], [])


def _is_quoted_next(view: list[str], n: int) -> bool:
    written = _next_written(view, n)
    return written < len(view) and view[written].startswith(">")


def _next_written(lines: list[str], n: int) -> int:
    """Return the first line number from n on that is not blank; len(lines) if none."""
    while n < len(lines) and not lines[n].strip():
        n += 1
    return n
