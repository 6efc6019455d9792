"""Bring texts to one form, so that only differences of meaning remain.

`fold` undoes what mail programs, helpdesks and keyboards do to characters; `core` also drops the greeting, the sign-off
and a known signature; `tokens` is what texts are compared by.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable

from clonedesk_connectors.text.phrases import ADDRESSEE, GREETING, GREETING_JA, SIGN_OFF, SIGN_OFF_JA, WELL_WISH
from clonedesk_connectors.text.tables import words

_MAX_ROUNDS = 8
_AMP_CHAIN = re.compile(r"&(?:(?:amp|#0*38|#x0*26);)+", re.IGNORECASE)
_QUOTES_AND_DASHES = {
    **dict.fromkeys(map(ord, "‘’‚‛′ʼ´`＇"), "'"),
    **dict.fromkeys(map(ord, "“”„‟«»″〝〞＂"), '"'),
    **dict.fromkeys(map(ord, "‐‑‒–—―−﹘﹣－"), "-"),
    **dict.fromkeys([0xFE0E, 0xFE0F], None),  # variation selectors: the same emoji with and without
}
_TYPOGRAPHIC = re.compile(f"[{re.escape(''.join(map(chr, _QUOTES_AND_DASHES)))}]")
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e"
    "\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
_LINE_BREAK = re.compile(r"\r\n?|[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_SPACES = re.compile(r"[^\S\n]{2,}|[^\S\n ]")  # all white space but a single blank
_BLANK_LINES = re.compile(r"\n{3,}")

CJK = re.compile("[\u0e00-\u0e7f\u1100-\u11ff\u3005\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff]")
_MARKDOWN_LINK = re.compile(r"\[([^\[\]\n]{1,200})\]\(<?((?:https?://|mailto:)[^\s()<>]{1,2000})>?\)")
_BULLET = re.compile(r"(?:[-*+•·▪◦‣○●・]|#{1,6}) +")
_ORDINAL = re.compile(r"(\d{1,2})[.)] +")
_CURRENCY_FIRST = re.compile(r"([€$£¥₹₩₺]) ?(\d[\d.,]*)")
_SPACED_THOUSANDS = re.compile(r"(?<![\d.,])(\d{1,3})((?: \d{3})+)(?!\d)")
_DOMAIN = r"(?:[\w-]{1,63}\.){1,4}(?:com|net|org|io|eu|de|fr|es|pt|br|it|nl|pl|jp|co|uk|ch|at|be|app|dev|info|example)"
URL = re.compile(rf"(?:https?://|www\.)\S+|{_DOMAIN}(?:/\S*)?(?!\w)")
EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}")
_PLAIN_TOKENS = (
    r"[a-z]{1,8}-?\d[a-z\d]*(?:-[a-z\d]+)*"  # codes: rma-2231, save10
    r"|\d+(?:[.,:/-]\d+)*"
    r"|[^\W\d_]+(?:'[^\W\d_]+)*"
    r"|[%€$£¥₹₩₺₽]"
)
_PLAIN_TOKEN = re.compile(_PLAIN_TOKENS)
_TOKEN = re.compile(rf"{EMAIL.pattern}|{URL.pattern}|{_PLAIN_TOKENS}")
_ADDRESS_SIGN = re.compile(r"@|://|\w\.\w")  # without one of these a text has no link and no address
_GROUPED = re.compile(r"\d{1,3}(?:[.,]\d{3})+(?:[.,]\d{1,2})?")
_DECIMAL = re.compile(r"\d+[.,]\d{1,2}")
_NUMERIC_DATE = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}")

_JOINT = re.compile(r"[\s,.!;:&-]*(?:(?:and|und|et|y|e|en|i|och|og)(?!\w))?\s*", re.IGNORECASE)
_ANSWERS = words("yes no ja nein oui non sí si no sim não sì nee tak nie")
_POSTSCRIPT = re.compile(r"p\.? ?s\b|n\.? ?b\b|追伸|※", re.IGNORECASE)
_AMOUNT = re.compile("[%€$£¥₹₩₺₽円]")
_JAPANESE_SENTENCE = re.compile(r"(?:です|ます|ません|ください|た)[。!?]?$|。")
_MAX_GREETING_STEPS = 4
_MAX_SIGN_OFF_LINES = 10
_MAX_SIGNATURE_LINES = 12
_CONNECTORS = words(
    "from the and of at von vom und der die de del la el da do e et van het z zespół your our i aus desde namens dal"
)


def fold(text: str) -> str:
    """Undo typography: entities, NFKC, quotes, dashes, invisible characters, runs of space. Case and lines stay.

    Folding twice changes nothing. Entities nested deeper than eight times lose their `&`.
    """
    for _ in range(_MAX_ROUNDS):
        folded = _fold_once(text)
        if folded == text or _is_folded(folded):
            return folded
        text = folded
    return _fold_once(text.replace("&", " "))


def _is_folded(once: str) -> bool:
    """Whether a text that was folded once surely stays as it is."""
    if "&" in once:
        return False
    return once.isascii() or (unicodedata.is_normalized("NFKC", once) and not _TYPOGRAPHIC.search(once))


def _fold_once(text: str) -> str:
    if "&" in text:
        text = html.unescape(_AMP_CHAIN.sub("&", text))
    if not text.isascii():
        if _TYPOGRAPHIC.search(text):
            text = text.translate(_QUOTES_AND_DASHES)
        text = unicodedata.normalize("NFKC", text)
    text = text.replace("`", "'")
    plain = text.isascii() and text.replace("\n", " ").isprintable()  # most texts are, and have nothing to undo
    if not plain:
        text = _INVISIBLE.sub("", _LINE_BREAK.sub("\n", text))
    if not plain or "  " in text:
        text = _SPACES.sub(" ", text)
    if "\n" in text:
        text = _BLANK_LINES.sub("\n\n", "\n".join(map(str.strip, text.split("\n"))))
    return text.strip()


def flat(text: str) -> str:
    """Fold a text and put it on one line: two texts with equal `flat` differ in layout only."""
    return " ".join(fold(text).split())


def tokens(text: str) -> list[str]:
    """Split a text into comparable tokens: lower-case words, canonical numbers, links, addresses, CJK characters.

    Punctuation, list markers and Markdown signs are no tokens. `1.234,50` and `1,234.50` give the same token.
    """
    lines = (
        "\n".join(_without_markers(_MARKDOWN_LINK.sub(_shown_link, fold(text)).split("\n")))
        .casefold()
        .replace("e-mail", "email")
    )
    spaced = CJK.sub(r" \g<0> ", _SPACED_THOUSANDS.sub(lambda m: m[1] + m[2].replace(" ", ""), lines))
    pattern = _TOKEN if _ADDRESS_SIGN.search(spaced) else _PLAIN_TOKEN
    return [_canonical(found) for found in pattern.findall(_CURRENCY_FIRST.sub(r"\2 \1", spaced))]


def _shown_link(link: re.Match[str]) -> str:
    """Write a Markdown link the way `html_to_text` writes an HTML link."""
    label, url = link[1], link[2].removeprefix("mailto:")
    bare = re.sub(r"^https?://", "", url).rstrip("/").lower()
    return label if bare in label.lower() else f"{label} ({url})"


def _without_markers(lines: list[str]) -> list[str]:
    """Drop bullets, and list numbers if they count 1, 2, …: a lone `5. Mai` is a date."""
    lines = [_BULLET.sub("", line, count=1) if _BULLET.match(line) else line for line in lines]
    numbered = [(n, found) for n, line in enumerate(lines) if (found := _ORDINAL.match(line))]
    if len(numbered) >= 2 and [int(found[1]) for _, found in numbered] == list(range(1, len(numbered) + 1)):
        for n, found in numbered:
            lines[n] = lines[n][found.end() :]
    return lines


def _canonical(token: str) -> str:
    if token.isalpha():
        return token
    if "@" in token:
        return token.rstrip(".-")
    if "." in token and URL.match(token):
        return re.sub(r"^https?://", "", token).rstrip(".,;:!?)]}>'\"*_").rstrip("/")
    if not token[0].isdigit():
        return token
    if _GROUPED.fullmatch(token):
        whole, decimals = (token[:-3], token[-2:]) if token[-3] in ".," else (token, "")
        if len(token) > 2 and token[-2] in ".,":
            whole, decimals = token[:-2], token[-1:]
        token = re.sub(r"[.,]", "", whole) + (f".{decimals}" if decimals else "")
    elif _DECIMAL.fullmatch(token):
        token = token.replace(",", ".")
    elif _NUMERIC_DATE.fullmatch(token):
        parts = [part.lstrip("0") or "0" for part in re.split(r"[-/.]", token)]
        return "/".join(parts[::-1] if len(parts[0]) == 4 else parts)
    token = token.removesuffix(".00")
    return (token.lstrip("0") or "0") if len(token) <= 2 else token


def core(text: str, signature: str | None = None) -> str:
    """Return the folded text without greeting, sign-off block and the given signature (see `learn_signature`).

    Never empty unless the text is: what consists of a greeting only stays as it is.
    """
    return content(text, signature) or fold(text)


def content(text: str, signature: str | None = None) -> str:
    """As `core`, but empty for a text that is nothing but a greeting: use it to ask whether anything was said."""
    lines = fold(text).split("\n")
    if signature:
        lines = _without_tail(lines, fold(signature).split("\n"))
    return "\n".join(_without_sign_off(_without_greeting(lines))).strip()


def word_count(text: str) -> int:
    """Count words, numbers, links and addresses; three Chinese, Japanese, Korean or Thai characters count as one."""
    found = tokens(text)
    cjk = sum(1 for token in found if CJK.fullmatch(token))
    return len(found) - cjk + cjk // 3


def learn_signature(replies: Iterable[str], *, shared_by: int = 3) -> str | None:
    """Return the longest block of lines (at most 12) that ends at least `shared_by` different replies of one agent.

    Identical replies count once, and a block that is a whole reply does not count: a macro is not a signature.
    """
    ends: Counter[tuple[str, ...]] = Counter()
    for folded in {fold(reply) for reply in replies}:
        lines = [line for line in folded.split("\n") if line]
        for size in range(1, min(len(lines), _MAX_SIGNATURE_LINES + 1)):
            ends[tuple(lines[-size:])] += 1
    shared = [block for block, count in ends.items() if count >= shared_by]
    longest = max(shared, key=lambda block: (len(block), block), default=())
    return "\n".join(longest) or None


def _without_tail(lines: list[str], tail: list[str]) -> list[str]:
    """Drop the signature lines from the end, ignoring blank lines on both sides."""
    wanted = [line for line in tail if line]
    end = len(lines)
    for expected in reversed(wanted):
        while end > 0 and not lines[end - 1]:
            end -= 1
        if end == 0 or lines[end - 1] != expected:
            return lines
        end -= 1
    return lines[:end]


def _without_greeting(lines: list[str]) -> list[str]:
    """Drop greeting lines at the top; of `Hi Anna, your refund …` only the greeting."""
    for _ in range(_MAX_GREETING_STEPS):
        first = next((n for n, line in enumerate(lines) if line), None)
        if first is None:
            return lines
        rest = _after_greeting(lines[first])
        if rest is None:
            return lines
        lines = [rest, *lines[first + 1 :]]
    return lines


def _after_greeting(line: str) -> str | None:
    """Return what follows the greeting on its line, or None if the line does not start with one."""
    if found := GREETING_JA.match(line) or WELL_WISH.match(line):
        return line[found.end() :]
    line = line.lstrip("¡¿ ")
    found = GREETING.match(line)
    if not found:
        return None
    named = re.match(r"([^,!:]{0,60}?)([,!:]+|\.?$| - )(.*)", line[found.end() :])
    if not named:
        return None
    names = named[1].split()
    by_comma = named[2][:1] in (",", "!") and len(names) <= 2
    if len(names) > 5 or not (by_comma or all(map(_is_name, names)) or _is_addressee(" ".join(names))):
        return None
    rest = named[3].strip(" )")
    addressed = re.match(r"([^,!:]{1,40})[,!:]+\s*", rest)  # "Good morning, Mr. Smith!"
    if addressed and _is_addressed(addressed[1].split(), named_before=bool(names)):
        return rest[addressed.end() :]
    return rest


def _is_addressed(parts: list[str], *, named_before: bool) -> bool:
    """Whether words after the first comma still name the reader; after a name only `Madame, Monsieur` does."""
    if not parts or len(parts) > 3 or parts[0].lower() in _ANSWERS:
        return False
    return all(map(_is_addressee if named_before else _is_name, parts))


def _is_name(word: str) -> bool:
    return word[:1].isupper() or _is_addressee(word) or not word[:1].isalnum()


def _is_addressee(word: str) -> bool:
    return bool(ADDRESSEE.fullmatch(word.rstrip(".,")))


def _without_sign_off(lines: list[str]) -> list[str]:
    """Cut from the first sign-off line near the end if only short, signature-like lines follow it."""
    written = [n for n, line in enumerate(lines) if line]
    if len(written) < 2:
        return lines
    for n in written[1:][-_MAX_SIGN_OFF_LINES:]:
        if _is_sign_off(lines[n]) and all(_is_signature_like(lines[later]) for later in written if later > n):
            return lines[:n]
    last = written[-1]
    return lines[:last] if not lines[last - 1] and _is_bare_name(lines[last]) else lines


def _is_sign_off(line: str) -> bool:
    if SIGN_OFF_JA.fullmatch(line):
        return True
    if len(line) > 80:
        return False
    rest = line = line.lstrip("¡¿ ")
    while found := SIGN_OFF.match(rest):  # "Thanks and best regards"
        rest = _JOINT.sub("", rest[found.end() :], count=1)
    names = rest.replace(",", " ").split()
    return rest != line and len(names) <= 6 and all(_is_name(name) or name in _CONNECTORS for name in names)


def _is_signature_like(line: str) -> bool:
    """Names, titles, addresses: short, mostly capitalised. A sentence or a postscript after the sign-off is content."""
    if _is_sign_off(line):
        return True
    names = line.split()
    if len(line) > 80 or len(names) > 12 or _POSTSCRIPT.match(line) or _AMOUNT.search(line):
        return False
    if CJK.search(line):
        return len(line) <= 24 and not _JAPANESE_SENTENCE.search(line)
    lower = sum(name[0].islower() for name in names if "@" not in name and "." not in name[:-1])
    return lower <= (1 if line.endswith((".", "?", "!")) else 3)


def _is_bare_name(line: str) -> bool:
    names = line.split()
    return 1 <= len(names) <= 3 and all(name.replace("-", "").isalpha() and name.istitle() for name in names)
