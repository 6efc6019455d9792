"""The text reader of the extra `[text]`: our own phrase tables, reply stripping and language guess.

Customers repeat little, but AI and macros repeat a lot and rules ask the same thing twice, so answers are remembered
for the most recent texts (bounded). Finding quotes costs ten times as much as everything else that is asked about a
message, so it is left out where it cannot matter: for messages without anything that looks like a quote, and for
phrases that do not even occur in the whole message.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from html import unescape
from typing import TypeVar

from clonedesk_connectors.model import Message
from clonedesk_connectors.text import intent
from clonedesk_connectors.text.language import guess_language
from clonedesk_connectors.text.normal import core
from clonedesk_connectors.text.replies import strip_html_reply, strip_text_reply

REMEMBERED = 20_000
_SENTENCE = re.compile(r"(?<=[.!?。？])\s*(?=\S)|\n+")
# Tags that only shape paragraphs, with the attributes helpdesks put on all of them (they neither hide nor quote).
# A body with any other tag is read by the real parser.
_BREAK = re.compile(
    r"""</?(?:p|br|div|li|ul|ol)(?:\s+(?:dir="\w+"|class="(?:zd-comment|no-margin)"))*\s*/?>""", re.IGNORECASE
)
_INLINE = re.compile(r"</?(?:b|i|em|strong|u|span)>", re.IGNORECASE)
# What every quote, forwarded head and signature delimiter that `text.replies` knows begins or ends with.
_QUOTE_LIKE = re.compile(r"^\s*(?:>|[\w .-]{2,30}[:：])|[:：]\s*$|--|__|\*\*\*|==|～|―|—{2}", re.MULTILINE)
_ANY_TAG = re.compile(r"<[^<>]{0,2000}>")
_BLANK_LINES = re.compile(r"[ \t]*\n\s*")

T = TypeVar("T")


class StandardReader:
    """Implements `reading.TextReader`."""

    def __init__(self, remembered: int = REMEMBERED) -> None:
        def kept(ask: Callable[[str], T]) -> Callable[[str], T]:
            return lru_cache(remembered)(ask)

        self._html = kept(_html_text)
        self._plain = kept(_plain_text)
        self._whole = kept(_whole)
        self._core = kept(core)
        self._language = kept(_language)
        self._human = kept(lambda text: intent.asks_for_human(text) is not None)
        self._thanks = kept(lambda text: intent.acknowledges(text) is not None)
        self._unhappy = kept(lambda text: intent.says_not_helped(text) is not None)
        self._asks = kept(_asks)
        self._answers = kept(_answers)

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
        return self._language(self._whole(message.body))

    def wants_human(self, message: Message) -> bool:
        """See `TextReader.wants_human`."""
        return self._human(self._whole(message.body)) and self._human(self.text(message))

    def thanks(self, message: Message) -> bool:
        """See `TextReader.thanks`."""
        return self._thanks(self.text(message))

    def unhappy(self, message: Message) -> bool:
        """See `TextReader.unhappy`."""
        return self._unhappy(self._whole(message.body)) and self._unhappy(self.text(message))

    def asks(self, message: Message) -> bool:
        """See `TextReader.asks`. An offer of further help is a courtesy, not a question."""
        return self._asks(self.text(message))

    def says_enough(self, message: Message, words: int) -> bool:
        """See `TextReader.says_enough`."""
        whole = self._whole(message.body)
        quote = _QUOTE_LIKE.search(whole)
        return len((whole if quote is None else whole[: quote.start()]).split(None, words)) > words

    def answers(self, message: Message) -> bool:
        """See `TextReader.answers`."""
        return self._answers(self.text(message))


def _html_text(body: str) -> str:
    text = _INLINE.sub("", _BREAK.sub("\n", body))
    if "<" in text:
        return strip_html_reply(body).text
    text = _BLANK_LINES.sub("\n", unescape(text)).strip()
    return text if text and not _QUOTE_LIKE.search(text) else strip_html_reply(body).text


def _whole(body: str) -> str:
    """Everything written in a message, markup roughly taken off."""
    if "<" not in body:
        return body
    return unescape(_ANY_TAG.sub(" ", _BREAK.sub("\n", body)))


def _plain_text(body: str) -> str:
    return strip_text_reply(body).text if _QUOTE_LIKE.search(body) else body.strip()


def _language(text: str) -> tuple[str | None, float]:
    guess = guess_language(text)
    return (None, 0.0) if guess is None else (guess.language, guess.confidence)


def _asks(text: str) -> bool:
    if intent.asks_question(text) is None:
        return False
    sentences = _SENTENCE.split(text)
    return any(intent.asks_question(part) is not None and intent.ai_greeting_only(part) is None for part in sentences)


def _answers(text: str) -> bool:
    if not text.strip():
        return False
    empty = (intent.ai_clarification_only, intent.ai_fallback, intent.ai_greeting_only)
    return all(found(text) is None for found in empty)
