"""Hostile text made safe to look at: links with their real host, invisible characters with a name.

A template writes each `Piece` as text of its own; nothing here makes HTML.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

_ALWAYS = (
    "\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e007f"
)
_JOINERS = "\u200c\u200d"  # Persian and emoji need them; next to Latin letters or nothing they only hide
_MARK = rf"[{_ALWAYS}]|(?<![^\x00-\x7f])[{_JOINERS}]|[{_JOINERS}](?![^\x00-\x7f])"
_LINK = rf"(?:https?://|mailto:)[^\s<>\"'()\[\]{{}}|\\^`{_ALWAYS}{_JOINERS}]*[^\s<>\"'()\[\]{{}}|\\^`.,;:!?{_ALWAYS}{_JOINERS}]"
_PIECE = re.compile(rf"(?P<mark>{_MARK})|(?P<link>{_LINK})", re.IGNORECASE)
_MARKS = re.compile(_MARK)


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text. note: of a link the host it really leads to, of a mark the name of the character, of something
    masked what it was.
    """

    kind: Literal["text", "link", "mark", "masked"]
    text: str
    note: str = ""


def pieces(text: str) -> list[Piece]:
    """Split a text for showing. The texts joined are the text given, except for line ends, which become newlines."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    found: list[Piece] = []
    end = 0
    for match in _PIECE.finditer(text):
        piece = Piece("mark", match[0], mark_name(match[0])) if match["mark"] else _link(match[0])
        found += [Piece("text", text[end : match.start()]), piece]
        end = match.end()
    found.append(Piece("text", text[end:]))
    return [piece for piece in found if piece.text]


def marks(text: str) -> list[tuple[str, int]]:
    """Names of the invisible and direction-changing characters of a text, with how often they occur."""
    text = text.replace("\r\n", "\n")
    return sorted(Counter(mark_name(found) for found in _MARKS.findall(text)).items())


def mark_name(character: str) -> str:
    """For instance `U+202E RIGHT-TO-LEFT OVERRIDE`."""
    return f"U+{ord(character):04X} {unicodedata.name(character, 'CONTROL CHARACTER')}"


def _link(url: str) -> Piece:
    host = host_of(url)
    return Piece("link", url, host) if host else Piece("text", url)


def host_of(url: str) -> str:
    """Where an http, https or mailto address really leads, in ASCII; empty when it leads nowhere."""
    try:
        parts = urlsplit(url)
        host = parts.path.rpartition("@")[2] if parts.scheme == "mailto" else parts.hostname or ""
        return host.encode("idna").decode() if parts.scheme in ("http", "https", "mailto") else ""
    except ValueError:  # UnicodeError is one
        return ""
