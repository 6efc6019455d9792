"""Folding, tokens, core and learned signatures."""

import re

import pytest

from clonedesk_connectors.text.normal import content, core, flat, fold, learn_signature, tokens, word_count


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("“don’t” – it’s «ok»…", '"don\'t" - it\'s "ok"...'),
        ("a\u200bb\u00adc\ufeff d\u202e", "abc d"),
        ("a&amp;amp;b &lt;x&gt; &#8364;5", "a&b <x> €5"),
        ("&&#97;mp;lt;", "<"),
        ("  a \t b\u00a0c \r\n\r\n\r\n\r\nd\u2028e ", "a b c\n\nd\ne"),
        ("４９８０円 ﾃｽﾄ ①", "4980円 テスト 1"),
        ("e\u0301", "é"),
        ("❤️", "❤"),
        ("", ""),
    ],
)
def test_fold_undoes_typography(text: str, folded: str) -> None:
    assert fold(text) == folded
    assert fold(folded) == folded


def test_entities_nested_deeper_than_eight_times_lose_their_ampersands() -> None:
    nested = "&#97;"
    for _ in range(12):  # write the first digit as an entity itself
        digit = re.search(r"\d", nested)
        assert digit is not None
        nested = f"{nested[: digit.start()]}&#{ord(digit.group())};{nested[digit.end() :]}"
    folded = fold(nested)
    assert "&" not in folded
    assert fold(folded) == folded


def test_flat_ignores_layout_only() -> None:
    assert flat("a\n\n  b") == flat("a b")
    assert flat("a B") != flat("a b")


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("1.234,50 €", "€1,234.50"),
        ("1 234,50", "1234.50"),
        ("€50.00", "50 €"),
        ("1,234", "1.234"),
        ("1,234.5", "1234.5"),
        ("03.05.2026", "3.5.2026"),
        ("2026-05-03", "3/5/2026"),
        ("https://A.example.com/x/.", "http://a.example.com/x"),
        ("[reset page](https://a.example.com/r)", "reset page (https://a.example.com/r)"),
        ("[a.example.com](https://a.example.com/)", "a.example.com"),
        ("**Bold** and `code`!", "bold and code"),
        ("- one\n- two", "* one\n• two"),
        ("1. Open\n2. Close", "- Open\n- Close"),
        ("# Title", "Title"),
        ("an E-Mail", "an email"),
    ],
)
def test_notations_of_the_same_thing_give_the_same_tokens(left: str, right: str) -> None:
    assert tokens(left) == tokens(right)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("49.90", "94.90"),
        ("5. Mai", "6. Mai"),
        ("3/5/2026", "5/3/2026"),
        ("RMA-2231", "RMB-2231"),
        ("SAVE10", "SAVE15"),
        ("a.example.com/x", "a.example.com/y"),
        ("me@example.com", "you@example.com"),
        ("can", "can't"),
        ("€5", "$5"),
    ],
)
def test_different_things_give_different_tokens(left: str, right: str) -> None:
    assert tokens(left) != tokens(right)


def test_japanese_is_compared_by_character() -> None:
    assert tokens("返金は3日") == ["返", "金", "は", "3", "日"]


BODY = "Your refund is on its way."


@pytest.mark.parametrize(
    "greeting",
    [
        "Hi Anna,",
        "Hey Tom!",
        "Dear Sir or Madam,",
        "Good morning, Mr. Smith!",
        "Hello there",
        "hi anna,",
        "Hi Anna,\n\nI hope this message finds you well.",
        "Guten Tag Frau Müller,",
        "Sehr geehrte Damen und Herren,",
        "Moin Lea,",
        "Bonjour Madame, Monsieur,",
        "Chère Anne,",
        "Hola, buenas tardes, Carmen:",
        "¡Hola Lucía!",
        "Estimado Sr. López:",
        "Olá, Helena! Tudo bem?",
        "Prezada Beatriz,",
        "Gentile Sig.ra Conti,",
        "Buongiorno Dott. Riva,",
        "Beste mevrouw Visser,",
        "Dzień dobry Pani Anno,",
        "Cześć Marek!",
        "田中様\n\nいつもお世話になっております。\nサポートの佐藤です。",
        "お世話になっております。みどりストアの森です。",
        "こんにちは。",
    ],
)
def test_core_drops_greetings(greeting: str) -> None:
    assert core(f"{greeting}\n\n{BODY}") == BODY


@pytest.mark.parametrize(
    "sign_off",
    [
        "Best regards,\nTom\nAcme GmbH | Street 1",
        "Thanks & kind regards\nDee Walker (she/her)\nSenior Support Specialist | Skybox\nMon-Fri 9-17",
        "Have a great day!\nCheers, Tom from Acme",
        "Mit freundlichen Grüßen\nIhr Support-Team",
        "Herzliche Grüße aus Köln\nMehmet",
        "VG Jan",
        "Bien cordialement,\nPaul Durand\n+33 1 55 55 01 00",
        "Merci et bonne journée,\nInès",
        "¡Que tenga un buen día!\nAlba",
        "Saludos cordiales,\nPablo Rey\nAtención al cliente",
        "Um abraço,\nDuda do Suporte",
        "Obrigado e cumprimentos,\nNuno",
        "Distinti saluti,\nMarco Ferri",
        "Met vriendelijke groet,\nBram",
        "Fijne dag nog,\nFleur",
        "Z poważaniem,\nTomasz",
        "以上、どうぞよろしくお願いいたします。\n\n----------\n会員センター 森",
        "Tom",
    ],
)
def test_core_drops_sign_offs_and_what_follows(sign_off: str) -> None:
    assert core(f"{BODY}\n\n{sign_off}") == BODY


@pytest.mark.parametrize(
    "text",
    [
        "Hi I need help",
        "Hint: restart it.\nThen wait.",
        "Hi Ann, No! That is wrong.\nSorry.",
        "Thanks for your patience\nWe are on it.",
        "Done.\n\nBest,\nTom\nPlease note the price is now $60",
        "Done.\n\nBest,\nTom\nTotal: $60",
        "Done.\n\nBest,\nTom\nPS: only until Friday",
        "Best\nis what we want to be for you.",
        "原因は設定の問題です。\n直しました。",
    ],
)
def test_core_keeps_sentences_that_only_look_like_a_frame(text: str) -> None:
    assert core(text).splitlines()[-1] == text.splitlines()[-1]
    assert len(core(text)) >= len(text) - len("Hi Ann, ")


def test_core_is_never_empty_when_the_text_is_not() -> None:
    assert core("Hi Anna,") == "Hi Anna,"
    assert core("Hello\n\nBest regards") == "Best regards"
    assert core("  ") == ""


def test_a_signature_is_the_block_that_ends_three_different_replies() -> None:
    tail = "Ola\nAcme\nwww.acme.example"
    replies = [f"{body}\n\n{tail}" for body in ("one", "two", "three")]
    assert learn_signature(replies) == tail
    assert core("Your refund is out.\n\nOla\n\nAcme\nwww.acme.example\n", tail) == "Your refund is out."
    assert core("Other end", tail) == "Other end"


def test_a_macro_sent_often_is_no_signature() -> None:
    assert learn_signature(["same\ntext"] * 5) is None
    assert learn_signature([]) is None


def test_two_replies_are_too_few_for_a_signature() -> None:
    assert learn_signature(["a\nOla", "b\nOla"]) is None


def test_content_says_whether_anything_but_a_greeting_was_written() -> None:
    assert content("Dear Support Team,\n\nI hope you are well.") == ""
    assert content("Hello,\nwhere is it?") == "where is it?"


def test_words_are_counted_without_spaces_too() -> None:
    assert word_count("where is order 5, please?") == 5
    assert word_count("返金はいつですか") == 2
    assert word_count("...") == 0
