"""Numbers, amounts, dates, links, addresses and negations."""

import pytest

from clonedesk_connectors.text.critical import CriticalToken, critical_difference, critical_tokens


def pairs(text: str, language: str | None = None) -> list[tuple[str, str]]:
    return [(token.kind, token.value) for token in critical_tokens(text, language)]


def test_critical_tokens_are_listed_in_reading_order_with_their_kind() -> None:
    assert pairs("We do not refund €50 by Monday: see https://a.example.com/x or mail me@example.com, two days.") == [
        ("negation", "not"),
        ("number", "50"),
        ("money", "€"),
        ("date", "monday"),
        ("link", "a.example.com/x"),
        ("email", "me@example.com"),
        ("number", "two"),
        ("period", "days"),
    ]


def test_japanese_tokens_are_found_without_spaces() -> None:
    assert pairs("3営業日以内に明日50円返金できません。") == [
        ("number", "3"),
        ("number", "50"),
        ("negation", "ません"),
        ("money", "円"),
        ("date", "明日"),
        ("period", "営業日"),
    ]


@pytest.mark.parametrize(
    ("language", "before", "after"),
    [
        ("en", "You can cancel.", "You can't cancel."),
        ("de", "Das ist möglich.", "Das ist nicht möglich."),
        ("fr", "C'est possible.", "Ce n'est pas possible."),
        ("es", "Se puede.", "No se puede."),
        ("pt", "É possível.", "Não é possível."),
        ("it", "Si può.", "Non si può."),
        ("nl", "Dat kan.", "Dat kan niet."),
        ("pl", "Można.", "Nie można."),
        ("ja", "できます。", "できません。"),
        (None, "It works", "It never works"),
    ],
)
def test_a_flipped_negation_is_a_difference(language: str | None, before: str, after: str) -> None:
    lost, added = critical_difference(critical_tokens(before, language), critical_tokens(after, language))
    assert (lost, [token.kind for token in added]) == ((), ["negation"])


def test_do_not_and_do_not_contracted_are_the_same() -> None:
    assert critical_difference(critical_tokens("do not send", "en"), critical_tokens("don't send", "en")) == ((), ())


def test_swapped_values_are_a_difference() -> None:
    lost, added = critical_difference(critical_tokens("from 10 to 20"), critical_tokens("from 20 to 10"))
    assert [token.value for token in lost] == ["10", "20"]
    assert [token.value for token in added] == ["20", "10"]


def test_a_value_said_twice_is_counted() -> None:
    lost, added = critical_difference(critical_tokens("5 and 5"), critical_tokens("5"))
    assert (lost, added) == ((CriticalToken("number", "5"),), ())


def test_words_of_another_language_are_not_critical() -> None:
    assert pairs("no problema", "pt") == []
    assert pairs("sin is a song", None) == []
    assert pairs("ich bin noch hier", "de") == []


def test_a_language_without_tables_uses_the_words_that_are_clear_everywhere() -> None:
    assert pairs("nicht 5", "fi") == [("negation", "nicht"), ("number", "5")]
