"""The text reader of the extra `[text]`: our own phrase tables, reply stripping and language guess.

A check asks the same things about the same message in each of its passes, so answers are remembered by the hash of the
message (bounded; no text is kept), and texts for the most recent messages. Finding quotes costs ten times as much as
everything else that is asked about a message, so it is left out where it cannot matter: for messages without anything
that looks like a quote, and for phrases that do not even occur in the whole message.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from html import unescape

from clonedesk_connectors.model import Message
from clonedesk_connectors.text import intent
from clonedesk_connectors.text.language import guess_language
from clonedesk_connectors.text.normal import core
from clonedesk_connectors.text.replies import strip_html_reply, strip_text_reply

REMEMBERED = 1_000_000
"""Messages whose answers are kept, at about 200 bytes each."""

_RECENT = 1_000
# Tags that only shape paragraphs, with the attributes helpdesks put on all of them (they neither hide nor quote).
# A body with any other tag is read by the real parser.
_ATTRIBUTES = r"""(?:\s+(?:dir="\w+"|class="(?:zd-comment|no-margin)"))*\s*/?>"""
_BREAK = re.compile(rf"</?(?:p|br|div|li|ul|ol){_ATTRIBUTES}", re.IGNORECASE)
_PARAGRAPH = re.compile(rf"</?p{_ATTRIBUTES}", re.IGNORECASE)
_INLINE = re.compile(r"</?(?:b|i|em|strong|u|span)>", re.IGNORECASE)
# What every quote, forwarded head and signature delimiter that `text.replies` knows begins or ends with.
_QUOTE_LIKE = re.compile(r"^\s*(?:>|[\w .-]{2,30}[:：])|[:：]\s*$|--|__|\*\*\*|==|～|―|—{2}", re.MULTILINE)
_QUOTE_MARKS = (":", ">", "--", "__", "：", "***", "==", "～", "―", "——")
"""Without any of these in it a text has nothing quote-like, which is told in a tenth of the time."""
_ANY_TAG = re.compile(r"<[^<>]{0,2000}>")
_MANY_BREAKS = re.compile(r"\n{3,}")
_BLANK_LINES = re.compile(r"[ \t]*\n\s*")

Question = Callable[[str], object | None]


class StandardReader:
    """Implements `reading.TextReader`."""

    def __init__(self, remembered: int = REMEMBERED) -> None:
        self._most = remembered
        self._answered: dict[int, int] = {}
        self._languages: dict[int, tuple[str | None, float]] = {}
        self._html = lru_cache(_RECENT)(_html_text)
        self._plain = lru_cache(_RECENT)(_plain_text)
        self._whole = lru_cache(_RECENT)(_whole)
        self._core = lru_cache(_RECENT)(core)
        self._guess = lru_cache(_RECENT)(_language)

    def text(self, message: Message) -> str:
        """See `TextReader.text`."""
        if message.redacted or not message.body:
            return ""
        return self._html(message.body) if message.body_format == "html" else self._plain(message.body)

    def own_words(self, message: Message) -> str:
        """See `TextReader.own_words`; a message that is a greeting only stays as it is."""
        return self._core(self.text(message))

    def language(self, message: Message) -> tuple[str | None, float]:
        """See `TextReader.language`; read from the whole message, quotes included."""
        key = hash(message.body)
        known = self._languages.get(key)
        if known is None:
            known = self._guess(self._whole(message.body))
            if len(self._languages) < self._most:
                self._languages[key] = known
        return known

    def wants_human(self, message: Message) -> bool:
        """See `TextReader.wants_human`."""
        return self._says(message, 0, intent.asks_for_human)

    def thanks(self, message: Message) -> bool:
        """See `TextReader.thanks`."""

        def thanked() -> bool:
            whole = self._whole(message.body)
            return intent.says_solved(whole) is not None and intent.acknowledges(self.text(message)) is not None

        return self._answer(message, 1, thanked)

    def unhappy(self, message: Message) -> bool:
        """See `TextReader.unhappy`."""
        return self._says(message, 2, intent.says_not_helped)

    def asks(self, message: Message) -> bool:
        """See `TextReader.asks`. An offer of further help is a courtesy, not a question."""
        return self._says(message, 3, intent.asks_for_answer)

    def says_enough(self, message: Message, words: int) -> bool:
        """See `TextReader.says_enough`."""
        whole = self._whole(message.body)
        quote = _quote_like(whole)
        return len((whole if quote is None else whole[: quote.start()]).split(None, words)) > words

    def answers(self, message: Message) -> bool:
        """See `TextReader.answers`."""
        return self._answer(message, 4, lambda: _answers(self.text(message)))

    def _says(self, message: Message, number: int, find: Question) -> bool:
        """Whether the author's own words hold a phrase: looked for in the whole message first, which is cheaper."""

        def said() -> bool:
            whole = self._whole(message.body)
            if find(whole) is None:
                return False
            return (_quote_like(whole) is None and not message.redacted) or find(self.text(message)) is not None

        return self._answer(message, number, said)

    def _answer(self, message: Message, number: int, find: Callable[[], bool]) -> bool:
        """The answer to one question. Two bits per question: whether it was asked, and what was answered."""
        key = hash((message.body, message.body_format, message.redacted))
        known = self._answered.get(key, 0)
        asked, yes = 1 << 2 * number, 2 << 2 * number
        if not known & asked:
            known |= asked | (yes if find() else 0)
            if key in self._answered or len(self._answered) < self._most:
                self._answered[key] = known
        return bool(known & yes)


def _html_text(body: str) -> str:
    apart = _BREAK.sub("\n", _PARAGRAPH.sub("\n\n", _INLINE.sub("", body)))
    if "<" in apart:
        return strip_html_reply(body).text
    apart = unescape(apart)
    text = _BLANK_LINES.sub("\n", apart).strip()
    if _quote_like(text) is not None:  # blank lines matter: they part a quote's head from what is no part of it
        lines = "\n".join(map(str.strip, apart.split("\n")))
        return strip_text_reply(_MANY_BREAKS.sub("\n\n", lines).strip()).text
    return text or strip_html_reply(body).text


def _whole(body: str) -> str:
    """Everything written in a message, markup roughly taken off."""
    if "<" not in body:
        return body
    return unescape(_ANY_TAG.sub(" ", _BREAK.sub("\n", body)))


def _plain_text(body: str) -> str:
    return body.strip() if _quote_like(body) is None else strip_text_reply(body).text


def _quote_like(text: str) -> re.Match[str] | None:
    """The first thing that may begin or end a quote."""
    return _QUOTE_LIKE.search(text) if any(mark in text for mark in _QUOTE_MARKS) else None


def _language(text: str) -> tuple[str | None, float]:
    guess = guess_language(text)
    return (None, 0.0) if guess is None else (guess.language, guess.confidence)


def _answers(text: str) -> bool:
    if not text.strip():
        return False
    empty = (intent.ai_clarification_only, intent.ai_fallback, intent.ai_greeting_only)
    return all(found(text) is None for found in empty)
