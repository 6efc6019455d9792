"""A language guess that stays silent when unsure."""

import pytest

from clonedesk_connectors.text.language import guess_language


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "I would like to know where my order is, thank you."),
        ("de", "Ich möchte wissen, wo meine Bestellung ist, vielen Dank."),
        ("fr", "Je voudrais savoir où est ma commande, merci."),
        ("es", "Me gustaría saber dónde está mi pedido, muchas gracias."),
        ("pt", "Gostaria de saber onde está o meu pedido, muito obrigado."),
        ("it", "Vorrei sapere dove si trova il mio ordine, grazie mille."),
        ("nl", "Ik wil graag weten waar mijn bestelling is, bedankt."),
        ("pl", "Chciałbym wiedzieć, gdzie jest moje zamówienie, dziękuję."),
        ("sv", "Jag vill veta var det är och om ni har skickat det, tack."),
        ("ja", "注文した商品はいつ届きますか。"),
        ("zh", "请问我的订单什么时候到"),
        ("ko", "제 주문은 언제 도착하나요"),
        ("ru", "Где мой заказ, подскажите пожалуйста"),
        ("uk", "Де моє замовлення, підкажіть будь ласка, ще ні"),
        ("el", "Πού είναι η παραγγελία μου"),
        ("ar", "أين طلبي من فضلك"),
    ],
)
def test_running_text_is_recognised(language: str, text: str) -> None:
    guess = guess_language(text)
    assert guess is not None
    assert guess.language == language
    assert 0 < guess.confidence <= 1


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ok",
        "48213",
        "RMA-2231 SKU",
        "https://the.example.com/and/you/are",
        "lorem ipsum dolor sit amet consectetur",
        "der the los",
    ],
)
def test_text_without_enough_evidence_is_not_guessed(text: str) -> None:
    assert guess_language(text) is None
