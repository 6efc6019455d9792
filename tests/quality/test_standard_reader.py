"""The reader of the extra `[text]`: its answers, and that its short way reads what the long way reads."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clonedesk_connectors.model import Actor, ActorKind, Message
from clonedesk_connectors.quality import reading
from clonedesk_connectors.quality.standard_reader import StandardReader
from clonedesk_connectors.text.replies import strip_html_reply

READER = StandardReader()


def message(body: str, form: str = "html", **fields: object) -> Message:
    return Message(
        id="1",
        at=datetime(2026, 3, 2, tzinfo=UTC),
        actor=Actor(kind=ActorKind.CUSTOMER),
        native_kind="x",
        visibility="public",
        body=body,
        body_format=form,
        **fields,
    )


def test_quotes_and_signatures_are_not_the_authors_words():
    mail = "<p>Still broken.</p><p>-- <br>Ann Bell</p><blockquote type='cite'>Please talk to a human</blockquote>"
    assert READER.text(message(mail)) == "Still broken."
    assert not READER.wants_human(message(mail))
    plain = "Still broken.\n\nOn Mon, 2 Mar 2026 at 10:00, Support wrote:\n> talk to a human agent"
    assert READER.text(message(plain, "text")) == "Still broken."


def test_greeting_and_sign_off_are_not_own_words():
    assert READER.own_words(message("<p>Hello,</p><p>parcel lost</p><p>Kind regards</p>")) == "parcel lost"


def test_redacted_and_empty_messages_say_nothing():
    assert READER.text(message("<p>4111</p>", redacted=True)) == ""
    assert READER.text(message("")) == ""
    assert not READER.answers(message("<p> </p>"))


@pytest.mark.parametrize(
    ("question", "yes", "no"),
    [
        ("wants_human", "I want to speak to a real person", "My parcel is late"),
        ("thanks", "Thanks, that solved it!", "Thanks, but it still fails"),
        ("unhappy", "This did not help at all", "It arrived today"),
        ("asks", "Could you send me your order number?", "It arrives tomorrow."),
        ("answers", "Your parcel arrives tomorrow before noon.", "Hi, I am Nova. How can I help you today?"),
    ],
)
def test_each_question_tells_yes_from_no(question, yes, no):
    ask = getattr(READER, question)
    assert ask(message(f"<p>{yes}</p>"))
    assert not ask(message(f"<p>{no}</p>"))


def test_a_fallback_is_no_answer():
    assert not READER.answers(message("<p>I did not find an article about that.</p>"))


def test_language_is_guessed_and_may_be_unknown():
    german = "<p>Wo ist mein Paket? Ich warte seit einer Woche und es ist nicht da.</p>"
    assert READER.language(message(german))[0] == "de"
    assert READER.language(message("<p>ok</p>")) == (None, 0.0)


def test_enough_is_said_only_by_words_before_anything_quoted():
    long = " ".join(["word"] * 25)
    assert READER.says_enough(message(f"<p>{long}</p>"), 20)
    assert not READER.says_enough(message(f"<p>short</p><p>On Monday Ann wrote:</p><p>{long}</p>"), 20)
    assert not READER.says_enough(message("<p>short</p>"), 20)


PARTS = (
    "<p>Hello,</p>",
    "<p>it is late &amp; broken</p>",
    "line<br>break",
    "<div>more</div>",
    "<b>bold</b> ",
    "<ul><li>one</li></ul>",
    "<p>On Monday, Ann wrote:</p>",
    "<p>-- <br>Ann</p>",
    "<p>&gt; quoted</p>",
    "<blockquote>old</blockquote>",
    "plain 3 &lt; 4 ",
)


@given(parts=st.lists(st.sampled_from(PARTS), min_size=1, max_size=6))
def test_the_short_way_reads_the_same_words_as_the_long_way(parts):
    body = "".join(parts)
    short, long = READER.text(message(body)), strip_html_reply(body).text
    assert short.replace("- ", "").split() == long.replace("- ", "").split()


def test_without_the_extra_there_is_no_reader(monkeypatch):
    def missing(name: str) -> None:
        raise reading.MissingExtraError("text")

    assert isinstance(reading.installed_reader(), StandardReader)
    monkeypatch.setattr(reading, "import_module", missing)
    assert reading.installed_reader() is None
