"""Guess a text's language from its script and its commonest words. Small, fast and silent when unsure.

Measured on the edit pairs of the test set; see docs/matcher.md. Not meant for texts of less than four words.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from clonedesk_connectors.text.tables import words

_MAX_CHARS = 5_000
_MIN_HITS = 2
_MIN_COVERAGE = 0.15  # share of words that are stop words; running prose has 0.3 to 0.5
_MIN_MARGIN = 0.2  # lead over the second language, as a share of the first one's score

# Words of one or two languages count most, so lists leave out what nearly all languages share.
_STOP_WORDS = {
    "en": words(
        "the and you your to of is it for that this with have has was are not be we our can will if my they what when "
        "please would been from there any but how i'm i've it's don't thank thanks hi hello an at by or as so do "
        "i a me want need am does did about where it's could should were who them more their which get got"
    ),
    "de": words(
        "der die das und sie ich nicht ist ein eine einen wir ihr ihre ihnen mit für auf dem den von zu bitte haben "
        "hat wird werden kann können auch noch bei aus wenn dass nach mein meine es im vielen dank wie sich über "
        "ab bis sind nur schon wurde habe uns unser unsere sehr am an zur zum gern gerne leider hallo guten"
    ),
    "fr": words(
        "le la les des et est vous votre nous une un pour pas dans sur que qui je ne du avec bonjour merci ce cette "
        "mon ma mes vos nos au aux sont être avez avons ou plus par si il elle c'est j'ai n'est d'un l'on afin"
    ),
    "es": words(
        "el la los las y es usted su sus una un para no por que con del se le lo mi en está han hemos puede como pero "
        "gracias hola más si al ya este esta muy son ha he nos nuestro nuestra cuando tiene desde también"
    ),
    "pt": words(
        "o os as e é você seu sua uma um para não por que com do da dos das se em está foi pode como mas obrigado "
        "obrigada olá mais ao já este esta muito são tem meu minha nos nosso nossa quando pelo pela até também"
    ),
    "it": words(
        "il lo la gli le e è una un per non che con del della dei di si sono suo sua abbiamo può come ma grazie ciao "
        "più al alla nel nella questo questa molto ha ho mio mia ci nostro nostra quando dal anche se gentile"
    ),
    "nl": words(
        "de het een en is u uw je jouw wij we niet van voor op met dat die dit zijn heeft hebben kan kunt wordt worden "
        "ook nog bij uit als naar mijn er te aan om graag bedankt hallo maar wat hoe ik ons onze door over"
    ),
    "pl": words(
        "w na nie się z do jest że jak po za od przez pan pani państwo proszę dziękuję dzień dobry mój moje czy "
        "już tylko ale lub aby oraz został będzie mogę można są ma o dla te ten ta tego jeśli twój ze"
    ),
    "sv": words(
        "och att det är en ett jag inte du din ditt vi för med på av som har kan ska tack hej om till från ni er"
    ),
    "da": words(
        "og at det er en et jeg ikke du din dit vi for med på af som har kan skal tak hej om til fra jer de den"
    ),
    "cs": words("v na je se že jak po za od pro jsem děkuji prosím dobrý den není už jen ale nebo aby byl bude mohu"),
    "tr": words(
        "ve bir bu için ile de da çok var yok değil ben siz sizin teşekkürler merhaba nasıl ne ama lütfen olarak"
    ),
}
_LANGUAGES_OF: dict[str, tuple[str, ...]] = {
    word: tuple(language for language, stop in _STOP_WORDS.items() if word in stop)
    for word in frozenset().union(*_STOP_WORDS.values())
}
_NAMES = tuple(sorted(_STOP_WORDS))
_FOREIGN = re.compile("[\u0370-\u1fff\u2c00-\uffef]")  # letters of any other script than Latin
_SCRIPTS = (
    ("ja", re.compile("[\u3040-\u30ff]"), 0.1),  # kana decide, though most characters may be Chinese
    ("ko", re.compile("[\u1100-\u11ff\uac00-\ud7af]"), 0.3),
    ("zh", re.compile("[\u3400-\u4dbf\u4e00-\u9fff]"), 0.3),
    ("el", re.compile("[\u0370-\u03ff]"), 0.5),
    ("he", re.compile("[\u0590-\u05ff]"), 0.5),
    ("ar", re.compile("[\u0600-\u06ff]"), 0.5),
    ("th", re.compile("[\u0e00-\u0e7f]"), 0.3),
    ("hi", re.compile("[\u0900-\u097f]"), 0.3),
)
_CYRILLIC = re.compile("[\u0400-\u04ff]")
_UKRAINIAN = re.compile("[іїєґ]")
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")
_NOISE = re.compile(r"https?://\S+|\S{1,64}@\S+")


@dataclass(frozen=True, slots=True)
class LanguageGuess:
    """ISO 639-1 code and a confidence in 0..1: a rank, not a probability."""

    language: str
    confidence: float


def guess_language(text: str) -> LanguageGuess | None:
    """Guess the language of the first 5,000 characters; None when too short, mixed or unknown.

    Chinese text without kana is `zh`, though a Japanese title may look the same. Other Cyrillic languages are `ru`.
    """
    sample = text[:_MAX_CHARS].replace("’", "'").lower()
    if "@" in sample or "://" in sample:
        sample = _NOISE.sub(" ", sample)
    words_found = _WORD.findall(sample)
    letters = sum(map(len, words_found))
    if letters < 2:
        return None
    if sample.isascii() or not _FOREIGN.search(sample):
        return _by_stop_words(words_found)
    for language, script, share in _SCRIPTS:
        found = len(script.findall(sample))
        if found >= max(2, share * letters):
            return LanguageGuess(language, round(min(1.0, 0.5 + found / letters), 2))
    if len(_CYRILLIC.findall(sample)) > 0.5 * letters:
        return LanguageGuess("uk" if _UKRAINIAN.search(sample) else "ru", 0.7)
    return _by_stop_words(words_found)


def _by_stop_words(found: list[str]) -> LanguageGuess | None:
    hits = dict.fromkeys(_NAMES, 0)
    for word in found:
        for language in _LANGUAGES_OF.get(word, ()):
            hits[language] += 1
    best = max(hits, key=hits.__getitem__)  # of equal ones the first by name
    first = hits.pop(best)
    second = max(hits.values())
    if first < _MIN_HITS or first < _MIN_COVERAGE * len(found) or (first - second) < _MIN_MARGIN * first:
        return None
    coverage = min(1.0, first / len(found) / 0.4)
    return LanguageGuess(best, round(coverage * (first - second) / first, 2))
