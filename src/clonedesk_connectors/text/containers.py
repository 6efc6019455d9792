"""Where mail programs and helpdesks put the quoted thread and the signature in HTML.

Sources: the markup these programs send, as described in the public rules of mail-parsing libraries; checked 2026-11.
Outlook on the web prefixes foreign ids and classes with `x_`; the prefix is ignored here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from clonedesk_connectors.text.html import Cut

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

_BY_CLASS = {
    "gmail_attr": Cut("gmail_attr"),
    "gmail_signature": Cut("signature"),
    "freshdesk_quote": Cut("freshdesk_quote"),
    "yahoo_quoted": Cut("yahoo_quoted"),
    "protonmail_quote": Cut("protonmail_quote"),
    "protonmail_signature_block": Cut("signature"),
    "tutanota_quote": Cut("tutanota_quote"),
    "zmail_extra": Cut("zoho_quote"),
    "front-blockquote": Cut("front_quote"),
    "moz-cite-prefix": Cut("moz_cite_prefix"),
    "moz-forward-container": Cut("moz_forward"),
    "moz-signature": Cut("signature"),
    "OutlookMessageHeader": Cut("outlook_header", rest=True),
    "signature": Cut("signature"),  # Zendesk agent signatures
}
_BY_ID = {
    "divRplyFwdMsg": Cut("outlook_reply", rest=True),
    "appendonsend": Cut("outlook_reply", rest=True),
    "mail-editor-reference-message-container": Cut("outlook_reply"),
    "ms-outlook-mobile-signature": Cut("signature"),
    "OLK_SRC_BODY_SECTION": Cut("outlook_mac_quote"),
    "Signature": Cut("signature"),
}
_BY_NAME = {"messageReplySection": Cut("spark_quote")}
_CITE = Cut("blockquote_cite")
_GMAIL = Cut("gmail_quote")
_OUTLOOK_RULE = Cut("outlook_border", rest=True)
_BORDER_TOP = re.compile(r"border-top:solid#(?:e1e1e1|b5c4df)1(?:\.0)?pt")


def classify(node: LexborNode, attributes: Mapping[str, str | None], /) -> Cut | None:
    """Say whether an element is a quoted thread or a signature; None for everything else."""
    if not attributes:
        return None
    classes = [name.removeprefix("x_") for name in (attributes.get("class") or "").split()]
    if node.tag == "blockquote" and ((attributes.get("type") or "").lower() == "cite" or "gmail_quote" in classes):
        return _CITE
    if "gmail_quote" in classes and not _answers_between(node):
        return _GMAIL
    for name in classes:
        if name in _BY_CLASS:
            return _BY_CLASS[name]
    if (attributes.get("id") or "").startswith("yahoo_quoted"):
        return _BY_CLASS["yahoo_quoted"]
    if cut := _BY_ID.get((attributes.get("id") or "").removeprefix("x_")):
        return cut
    if cut := _BY_NAME.get(attributes.get("name") or ""):
        return cut
    return _OUTLOOK_RULE if _has_outlook_rule(attributes.get("style") or "") else None


def _answers_between(node: LexborNode) -> bool:
    """Whether Gmail's wrapper holds block quotes: then only those are cut, and answers between them stay."""
    return any(
        child.tag == "blockquote" and "gmail_quote" in (child.attributes.get("class") or "") for child in node.iter()
    )


def _has_outlook_rule(style: str) -> bool:
    """Whether this is the line Outlook draws above the headers of the message it quotes."""
    return "border-top" in style and bool(_BORDER_TOP.search(style.replace(" ", "").lower()))
