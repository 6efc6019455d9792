"""Quoted threads and signatures are cut, the author's own words never are."""

import pytest

from clonedesk_connectors.text.replies import strip_html_reply, strip_text_reply

QUOTE = "\n> Hello,\n> where is it?"


@pytest.mark.parametrize(
    "intro",
    [
        "On Mon, May 4, 2026 at 10:12 AM Support <help@example.com> wrote:",
        "On Mon, May 4, 2026 at 10:12 AM Support Team\n<help@example.com> wrote:",
        "Am 04.05.2026 um 10:12 schrieb Support <help@example.com>:",
        "Support <help@example.com> schrieb am Mo., 4. Mai 2026, 10:12:",
        "Le lun. 4 mai 2026 à 10:12, Support <help@example.com> a écrit\u00a0:",
        "El lun, 4 may 2026 a las 10:12, Soporte (<help@example.com>) escribió:",
        "Em seg., 4 de mai. de 2026 às 10:12, Suporte <help@example.com> escreveu:",
        "Il giorno lun 4 mag 2026 alle ore 10:12 Supporto <help@example.com> ha scritto:",
        "Op ma 4 mei 2026 om 10:12 schreef Support <help@example.com>:",
        "pon., 4 maj 2026 o 10:12 Wsparcie <help@example.com> napisał(a):",
        "W dniu 4.05.2026 o 10:12, Wsparcie pisze:",
        "Den mån 4 maj 2026 kl 10:12 skrev Support <help@example.com>:",
        "пн, 4 мая 2026 г. в 10:12, Support <help@example.com> написал(а):",
        "2026年5月4日(月) 10:12 サポート <help@example.com>:",
        "2026/05/04 10:12、サポート <help@example.com>のメール:",
        "-----Original Message-----",
        "---------- Messaggio inoltrato ----------",
    ],
)
def test_everything_below_a_quote_header_is_cut_and_kept_aside(intro: str) -> None:
    stripped = strip_text_reply(f"It works now.\n\n{intro}\n{QUOTE}")
    assert stripped.text == "It works now."
    assert stripped.removed.endswith("> where is it?")
    assert stripped.cuts
    assert not stripped.fell_back


@pytest.mark.parametrize(
    "block",
    [
        "From: Support <help@example.com>\nSent: Monday\nTo: Max\nSubject: Re: x\n\nold",
        "Von: Support\nGesendet: Montag, 4. Mai 2026\nAn: Max\nBetreff: AW: x\n\nalt",
        "Da: Supporto\nInviato: lunedì 4 maggio\nA: Anna\nOggetto: Re: x\n\nvecchio",
        "Od: Wsparcie\nWysłano: 4 maja\nDo: Anna\nTemat: Re: x\n\nstare",
        "差出人: サポート\n送信日時: 2026年5月4日\n宛先: 田中\n件名: Re: x\n\n古い",
        "________________________________\nFrom: Ann <a@example.com>\nSent: Monday\nSubject: x\n\nold",
        "Begin forwarded message:\n\nFrom: Ann <a@example.com>\nDate: 3 May 2026\n\nold",
        "##- Please type your reply above this line -##\n\nYour request has been updated.",
        "##- Bitte geben Sie Ihre Antwort oberhalb dieser Zeile ein -##\nalt",
    ],
)
def test_header_blocks_and_delimiter_lines_end_the_message(block: str) -> None:
    stripped = strip_text_reply(f"My answer\n\n{block}")
    assert stripped.text == "My answer"
    assert block.splitlines()[-1] in stripped.removed


@pytest.mark.parametrize(
    "prose",
    [
        "On Monday I wrote:\nmy printer is broken.\nStill no answer!",
        "Hi,\nOn Monday I wrote:\nmy printer is broken.",
        "From: Berlin\nTo: Paris\nWhen: Friday\nPlease book.",
        "Hi, my trip\nFrom: Berlin\nTo: Paris\nDate: 3 May\nThanks",
        "Part one\n________________________________\nPart two",
        "2026年5月4日の注文について：\nまだ届いていません。",
        "My size is > 40 and\n> that is it",
        "Please read above this line in the manual",
        "Subject: none of your business",
        "I was sent from my mobile shop to you, help me please because nothing works at all here",
    ],
)
def test_prose_that_looks_like_a_header_survives(prose: str) -> None:
    stripped = strip_text_reply(prose)
    assert (stripped.text, stripped.removed, stripped.cuts) == (prose, "", ())


def test_answers_written_between_quoted_lines_are_kept() -> None:
    stripped = strip_text_reply(
        "See below.\n\nOn 4 May 2026 at 10:12, Bob wrote:\n> Is it red?\nYes, red.\n> Is it big?\nNo."
    )
    assert stripped.text == "See below.\n\nYes, red.\nNo."
    assert stripped.removed == "On 4 May 2026 at 10:12, Bob wrote:\n> Is it red?\n> Is it big?"


@pytest.mark.parametrize("message", ["> a\n> b\n> c", "On 4 May 2026 at 10:12, Bob wrote:\n> all quoted", "-- \nAnna"])
def test_a_message_that_is_all_quote_comes_back_whole_and_says_so(message: str) -> None:
    stripped = strip_text_reply(message)
    assert (stripped.text, stripped.removed, stripped.fell_back) == (message, "", True)


@pytest.mark.parametrize(
    ("signature", "cut"),
    [
        ("-- \nAnna Berg\nAcme", "signature"),
        ("Sent from my iPhone", "sent_from"),
        ("Von meinem iPhone gesendet", "sent_from"),
        ("Envoyé de mon iPhone", "sent_from"),
        ("iPhoneから送信", "sent_from"),
        ("Get Outlook for iOS", "sent_from"),
    ],
)
def test_signatures_and_device_lines_are_cut(signature: str, cut: str) -> None:
    stripped = strip_text_reply(f"Yes please\n\n{signature}\n")
    assert (stripped.text, stripped.removed, stripped.cuts) == ("Yes please", signature, (cut,))


@pytest.mark.parametrize(
    ("container", "cut"),
    [
        ('<div class="gmail_quote">old</div>', "gmail_quote"),
        ('<blockquote type="cite">old</blockquote>', "blockquote_cite"),
        ('<blockquote class="freshdesk_quote">old</blockquote>', "freshdesk_quote"),
        ('<div class="moz-cite-prefix">old</div>', "moz_cite_prefix"),
        ('<div id="yahoo_quoted_123">old</div>', "yahoo_quoted"),
        ('<div class="yahoo_quoted">old</div>', "yahoo_quoted"),
        ('<div id="x_divRplyFwdMsg">From: a</div><div>old</div>', "outlook_reply"),
        ('<div name="messageReplySection">old</div>', "spark_quote"),
        (
            '<div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm">From: a</div><p>old</p>',
            "outlook_border",
        ),
        ('<div class="signature"><p>old</p></div>', "signature"),
    ],
)
def test_known_html_containers_are_cut(container: str, cut: str) -> None:
    stripped = strip_html_reply(f"<p>Mine</p>{container}")
    assert stripped.text == "Mine"
    assert stripped.removed.endswith("old")
    assert stripped.cuts == (cut,)


def test_gmail_answers_between_quotes_are_kept() -> None:
    stripped = strip_html_reply(
        '<div>Sure.</div><div class="gmail_quote"><div class="gmail_attr">On Mon wrote:</div>'
        '<blockquote class="gmail_quote">q1</blockquote><div>my answer</div>'
        '<blockquote class="gmail_quote">q2</blockquote></div>'
    )
    assert stripped.text == "Sure.\nmy answer"
    assert stripped.removed == "On Mon wrote:\n\nq1\n\nq2"


def test_an_apple_mail_intro_outside_its_blockquote_goes_too() -> None:
    stripped = strip_html_reply(
        "<div>Yes!</div><div>On 4 May 2026, at 10:12, Bob &lt;b@example.com&gt; wrote:</div>"
        '<blockquote type="cite">old</blockquote>'
    )
    assert stripped.text == "Yes!"
    assert stripped.cuts == ("blockquote_cite", "intro")


def test_an_html_forward_without_own_words_comes_back_whole() -> None:
    stripped = strip_html_reply('<div class="gmail_quote">Forwarded question</div><p style="display:none">x</p>')
    assert (stripped.text, stripped.fell_back, stripped.hidden_text) == ("Forwarded question", True, True)


def test_a_cited_reply_without_own_words_comes_back_whole() -> None:
    stripped = strip_html_reply(
        "<div>On 4 May 2026, at 10:12, Bob &lt;b@example.com&gt; wrote:</div><blockquote type='cite'>old</blockquote>"
    )
    assert stripped.text == "On 4 May 2026, at 10:12, Bob <b@example.com> wrote:\n\nold"
    assert (stripped.removed, stripped.fell_back) == ("", True)


def test_a_plain_quote_block_of_the_author_stays() -> None:
    assert strip_html_reply("<p>The manual says</p><blockquote>press it</blockquote>").text == (
        "The manual says\n\npress it"
    )


def test_two_quotes_in_one_message_are_both_cut() -> None:
    stripped = strip_text_reply(
        "First\n\nOn 4 May 2026 at 10:12, Bob wrote:\n> a\n\nSecond\n\n-----Original Message-----\nold"
    )
    assert stripped.text == "First\n\n\nSecond"
    assert stripped.cuts == ("intro", "forward")
