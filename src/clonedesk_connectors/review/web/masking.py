"""Personal data hidden on the page: addresses, telephone, card and account numbers, names of customers.

Patterns see no names inside texts and no numbers of a shape they do not know: this spares the eye, it is no redaction.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from clonedesk_connectors.model import ActorKind
from clonedesk_connectors.review.web.conversation import Conversation, Shown
from clonedesk_connectors.review.web.shown import Piece, pieces
from clonedesk_connectors.text.normal import EMAIL

_GAP = r"[ \u00a0./()-]{0,3}"
_PERSONAL = re.compile(
    rf"(?P<email>{EMAIL.pattern})"
    r"|(?P<account>\b[A-Z]{2}\d{2}(?:[ \u00a0]?[A-Z0-9]{4}){3,7}(?:[ \u00a0]?[A-Z0-9]{1,3})?\b)"  # IBAN
    r"|(?P<card>(?<![\w.,])\d{4}(?:[ \u00a0-]?\d{4}){2}[ \u00a0-]?\d{1,7}(?!\w))"
    rf"|(?P<phone>(?<![\w.,])(?:\+|00|\(0|0)\d(?:{_GAP}\d){{5,14}}(?!\w))"
    r"|(?P<number>(?<![\w.,])\d{9,}(?!\w))"  # account, tax and insurance numbers; amounts are written with marks
)
_NAMES = {
    "email": "e-mail address",
    "account": "account number",
    "card": "card number",
    "phone": "telephone number",
    "number": "long number",
}


def hide(found: Iterable[Piece]) -> list[Piece]:
    """The pieces with personal data replaced by `masked` ones: no text, and a note that says what it was."""
    return [one for piece in found for one in _hidden(piece)]


def _hidden(piece: Piece) -> Iterator[Piece]:
    if piece.kind == "mark":
        yield piece
        return
    if piece.kind == "link":
        yield Piece("masked", "", "link") if _PERSONAL.search(piece.text) else piece
        return
    end = 0
    for match in _PERSONAL.finditer(piece.text):
        if match.start() > end:
            yield Piece("text", piece.text[end : match.start()])
        yield Piece("masked", "", _NAMES[match.lastgroup or "number"])
        end = match.end()
    if end < len(piece.text):
        yield Piece("text", piece.text[end:])


def holds_personal(text: str) -> bool:
    return any(piece.kind == "masked" for piece in hide(pieces(text)))


def hidden_conversation(conversation: Conversation) -> Conversation:
    return Conversation(tuple(map(_message, conversation.older)), tuple(map(_message, conversation.shown)))


def _message(one: Shown) -> Shown:
    return replace(one, body=hide(one.body), name="" if one.kind == ActorKind.CUSTOMER else one.name)
