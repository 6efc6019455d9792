"""Arbitrary and hostile text: nothing raises, nothing is lost, nothing takes quadratic time."""

import time
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from quotequail import unwrap
from quotequail._patterns import HEADER_MAP

from clonedesk_connectors.text import intent, replies
from clonedesk_connectors.text.critical import critical_tokens
from clonedesk_connectors.text.html import html_to_text
from clonedesk_connectors.text.intros import QUOTEQUAIL_HEADER
from clonedesk_connectors.text.language import guess_language
from clonedesk_connectors.text.normal import core, fold, learn_signature, tokens
from clonedesk_connectors.text.replies import strip_html_reply, strip_text_reply

PIECES = (
    "> ", "\n", "\r\n", "On 4 May 2026 at 10:12, Bob wrote:", "-- ", "Hi Anna,", "Best regards", "From: a@b.example",
    "Subject: x", "&amp;", "&#38;", "\u200b", "e\u0301", "1.234,50", "[a](https://b.example.com)", "、", "ません",
    "<div style='display:none'>", "</div>", "<blockquote type=cite>", "<a href='https://x.example.com'>", "<li>",
    "\x00", "\ud800", "田中様", "text", " ", "1. ", "- ", "__________", "よろしくお願いいたします",
)  # fmt: skip
messages = st.lists(st.sampled_from(PIECES) | st.text(max_size=8), max_size=25).map("".join)
RECOGNISERS: tuple[Callable[[str], object], ...] = (
    intent.asks_for_human,
    intent.acknowledges,
    intent.says_not_helped,
    intent.asks_question,
    intent.ai_fallback,
    intent.ai_greeting_only,
    intent.ai_clarification_only,
    intent.instructs_model,
)


@settings(deadline=None)
@given(messages)
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@settings(deadline=None)
@given(messages)
def test_core_is_empty_only_for_empty_text(text: str) -> None:
    assert bool(core(text)) == bool(fold(text))


@settings(deadline=None)
@given(messages)
def test_stripping_never_empties_a_message(text: str) -> None:
    stripped = strip_text_reply(text)
    assert bool(stripped.text) == bool(text.strip())
    assert not (stripped.fell_back and stripped.removed)


HEADERS = (
    "From: Ann\n", "* Antwort an : Ann\n", "Datum: 4. Mai\n", "reply-to: x\n", "_" * 32 + "\n", "> a\n",
    "---Original Message---\n", "Le 4 mai Ann a écrit :\n", "2026/5/4 Ann <ann@a.example>\n",
    "Forwarded message:\n", " :\n",
)  # fmt: skip


def test_every_header_that_quotequail_reads_is_a_reason_to_ask_it() -> None:
    assert [name for name in HEADER_MAP if not QUOTEQUAIL_HEADER.match(f"*{name.title()}: x")] == []


@settings(deadline=None)
@given(st.lists(st.sampled_from(PIECES + HEADERS), max_size=12).map("".join))
def test_quotequail_is_only_spared_where_it_finds_nothing(text: str) -> None:
    view = text.split("\n")
    with_cue = replies._quotequail_start(view, len(view))
    assert with_cue is not None or unwrap("\n".join(view)) is None


@settings(deadline=None)
@given(messages)
def test_every_written_line_is_kept_or_removed(text: str) -> None:
    stripped = strip_text_reply(text)
    lines = {line.strip() for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")} - {""}
    assert lines == {line.strip() for line in f"{stripped.text}\n{stripped.removed}".split("\n")} - {""}


@settings(deadline=None)
@given(messages)
def test_html_stripping_keeps_something_of_every_visible_body(html: str) -> None:
    assert bool(strip_html_reply(html).text) == bool(html_to_text(html).text)


@settings(deadline=None, max_examples=50)
@given(messages)
def test_no_recogniser_raises(text: str) -> None:
    for recognise in (*RECOGNISERS, guess_language, critical_tokens, tokens):
        recognise(text)
    learn_signature([text, text + "x", "x" + text])


# Each unit is repeated to 40,000 characters: the shapes that make backtracking patterns explode.
UNITS = (
    "a", "a ", "a.", "a@", "-", "> ", "\n", "On ", "On x wrote:\n", " <@", "2026/01/01 <@", "Am 1 schrieb ", ": ",
    "From: a@b\n", "--\n", "__\n", "talk ", "talk!", "ignore x ", "[a](", "[", "http://", "1,234.", "1 234 ", "&amp;",
    "&", "&&#97;mp;", "a-", "a'", "様", "お世話になっております", "Best,\n", "Hi ", "€1", "ab1-", "<b ",
    "Thanks and ", "ﷺ", "um grande forte ", "平素より", "könnten sie ",
)  # fmt: skip


@pytest.mark.parametrize(
    "process",
    [fold, core, tokens, strip_text_reply, strip_html_reply, critical_tokens, guess_language, *RECOGNISERS],
    ids=lambda process: process.__name__,
)
def test_text_made_of_one_repeated_piece_costs_linear_time(process: Callable[[str], object]) -> None:
    hostile = [unit * (40_000 // len(unit)) for unit in UNITS]
    started = time.process_time()
    for text in hostile:
        process(text)
    # All together take 0.1 to 2 s; one cubic or badly quadratic pattern among them takes minutes.
    assert time.process_time() - started < 20
