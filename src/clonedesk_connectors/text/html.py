"""HTML to text by an iterative walk over the parsed tree (selectolax, lexbor).

The result is what a reader sees: blocks become lines, list items get a marker, table cells a tab, links show their
target as `label (url)`. Hidden text is dropped and reported. Size and tag count are capped, because lexbor's time grows
with the square of the nesting depth: 50,000 nested elements take seconds, 10,000 tags 0.15 s.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Protocol

from clonedesk_connectors.errors import MissingExtraError
from clonedesk_connectors.text.hidden import Visibility
from clonedesk_connectors.text.tables import words

try:
    from selectolax.lexbor import LexborHTMLParser
except ImportError as err:
    raise MissingExtraError("text") from err

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

MAX_HTML_CHARS = 1_000_000
MAX_TAGS = 10_000

# The HTML standard re-opens unclosed formatting elements in every following block, so a few thousand of them make
# millions of nodes. Text needs none of these elements: they are read as <span>, which is never re-opened.
_FORMATTING = re.compile(
    r"<(/?)(?:b|big|code|em|font|i|nobr|s|small|strike|strong|tt|u)(?=[\s/>])", re.IGNORECASE | re.ASCII
)
_SPACE = re.compile(r"[ \t\n\r\f\xa0]+")
_SKIPPED = words("head script style template title iframe object embed svg math audio video canvas map noframes")
_PARAGRAPHS = words("p ul ol dl table blockquote h1 h2 h3 h4 h5 h6 pre hr")
_LINES = words(
    "div section article header footer main aside nav address center figure figcaption form fieldset li dt dd tr tbody "
    "thead tfoot caption details summary body html"
)
_LINK_SCHEMES = ("http://", "https://", "mailto:", "tel:")
_PRE_STYLE = re.compile(r"white-space:\s*(?:pre|break-spaces)")


@dataclass(frozen=True, slots=True)
class Link:
    """A link as shown (`label`) and where it really leads (`url`; http, https, mailto or tel only)."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class HtmlText:
    """Text of an HTML body.

    hidden_text: text that no reader sees was dropped. truncated: the size or tag cap was hit, the rest is lost.
    """

    text: str
    hidden_text: bool = False
    truncated: bool = False
    links: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class Cut:
    """A verdict that an element is not the author's own text.

    name: the rule, kept as evidence. rest: everything after the element in reading order goes too.
    """

    name: str
    rest: bool = False


@dataclass(frozen=True, slots=True)
class SplitHtml:
    """`kept` is the author's text; `removed` the text of every cut element, `cuts` the rules that fired."""

    kept: HtmlText
    removed: str
    cuts: tuple[str, ...]


class Classifier(Protocol):
    """Decides about one element, given its attributes; asked in reading order, never inside a cut element."""

    def __call__(self, node: LexborNode, attributes: Mapping[str, str | None], /) -> Cut | None: ...


class _Writer:
    """Collects text with HTML's white-space rules: runs collapse, block edges become line breaks."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self._newlines = 0
        self._space = False
        self._after_marker = False

    def edge(self, newlines: int) -> None:
        if not self._after_marker:
            self._newlines = max(self._newlines, newlines)

    def line_break(self) -> None:
        self._newlines = min(self._newlines + 1, 2)
        self._after_marker = False

    def write(self, text: str, *, preformatted: bool = False, marker: bool = False) -> None:
        if preformatted:
            first, *others = text.replace("\r\n", "\n").split("\n")
            self._put(first.replace("\xa0", " "))
            for line in others:
                self.line_break()
                self._put(line.replace("\xa0", " "))
            return
        collapsed = _SPACE.sub(" ", text)
        if collapsed.startswith(" "):
            self._space = True
        self._put(collapsed.strip(" "))
        if len(collapsed) > 1 and collapsed.endswith(" "):
            self._space = True
        self._after_marker = marker

    def cell(self) -> None:
        if self.parts and not self._newlines and not self._after_marker:
            self.parts.append("\t")
            self._space = False

    def _put(self, text: str) -> None:
        if not text:
            return
        if self._newlines and self.parts:
            self.parts.append("\n" * self._newlines)
        elif self._space and self.parts and not self.parts[-1].endswith((" ", "\t", "\n")):
            self.parts.append(" ")
        self.parts.append(text)
        self._newlines, self._space, self._after_marker = 0, False, False

    def text(self) -> str:
        return re.sub(r"[ \t]+(?=\n|$)", "", "".join(self.parts)).strip()


@dataclass(slots=True)
class _Frame:
    """Where the walk stands: inherited by children."""

    hidden: int = 0
    preformatted: bool = False
    cut: bool = False
    numbers: list[int] | None = None  # counter of the enclosing <ol>, [] inside <ul>


@dataclass(slots=True)
class _Walk:
    visibility: Visibility
    classify: Classifier
    kept: _Writer = field(default_factory=_Writer)
    removed: _Writer = field(default_factory=_Writer)
    cuts: list[str] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    hidden_text: bool = False
    rest_cut: bool = False

    def run(self, root: LexborNode) -> None:
        stack: list[tuple[LexborNode, _Frame] | Callable[[], None]] = [(root, _Frame())]
        while stack:
            item = stack.pop()
            if callable(item):
                item()
                continue
            node, frame = item
            if node.is_text_node:
                self._text(node.text_content or "", frame)
            elif node.is_element_node and node.tag not in _SKIPPED:
                child_frame, leave = self._enter(node, frame)
                if leave is not None:
                    stack.append(leave)
                children = list(node.iter(include_text=True))
                stack.extend((child, child_frame) for child in reversed(children))

    def _text(self, text: str, frame: _Frame) -> None:
        if frame.hidden:
            self.hidden_text = self.hidden_text or any(map(str.isalnum, text))
        else:
            self._writer(frame).write(text, preformatted=frame.preformatted)

    def _writer(self, frame: _Frame) -> _Writer:
        return self.removed if frame.cut or self.rest_cut else self.kept

    def _enter(self, node: LexborNode, frame: _Frame) -> tuple[_Frame, Callable[[], None] | None]:
        tag = node.tag or ""
        attributes = node.attributes
        inner = _Frame(frame.hidden, frame.preformatted, frame.cut, frame.numbers)
        if attributes:  # most elements have none
            self._judge(node, attributes, frame, inner)
        writer = self._writer(inner)
        if inner.hidden:
            return inner, None
        if tag == "br":
            writer.line_break()
            return inner, None
        if tag == "pre":
            inner.preformatted = True
        if tag == "a":
            return inner, self._link(writer, attributes.get("href") or "")
        if tag in ("ol", "ul"):
            inner.numbers = [0] if tag == "ol" else []
        return inner, self._block(tag, writer, inner)

    def _judge(self, node: LexborNode, attributes: Mapping[str, str | None], frame: _Frame, inner: _Frame) -> None:
        """Set in `inner` what an element's attributes change."""
        inner.hidden = self.visibility.below(frame.hidden, attributes)
        if not inner.hidden and self._writer(frame) is not self.removed and (cut := self.classify(node, attributes)):
            self.cuts.append(cut.name)
            inner.cut = True
            self.rest_cut = self.rest_cut or cut.rest
        if _PRE_STYLE.search(attributes.get("style") or ""):
            inner.preformatted = True

    @staticmethod
    def _block(tag: str, writer: _Writer, frame: _Frame) -> Callable[[], None] | None:
        if tag in ("td", "th"):
            writer.cell()
            return None
        newlines = 2 if tag in _PARAGRAPHS else 1 if tag in _LINES else 0
        if not newlines:
            return None
        writer.edge(newlines)
        if tag == "li":
            writer.write(_item_marker(frame), marker=True)
        return lambda: writer.edge(newlines)

    def _link(self, writer: _Writer, href: str) -> Callable[[], None] | None:
        url = href.strip()
        if not url.lower().startswith(_LINK_SCHEMES) or _SPACE.search(url):
            return None
        start = len(writer.parts)

        def leave() -> None:
            label = "".join(writer.parts[start:]).strip()
            self.links.append(Link(label, url))
            target = re.sub(r"^(?:mailto|tel):", "", url, flags=re.IGNORECASE)
            if label and _bare(target) not in _bare(label):
                writer.write(f" ({target})")

        return leave


def _item_marker(frame: _Frame) -> str:
    if not frame.numbers:
        return "- "
    frame.numbers[0] += 1
    return f"{frame.numbers[0]}. "


def _bare(url: str) -> str:
    """A URL as people write it: no scheme, no query-less trailing slash, any case."""
    return re.sub(r"^https?://", "", url, flags=re.IGNORECASE).rstrip("/").lower()


def _capped(html: str) -> tuple[str, bool]:
    capped = html[:MAX_HTML_CHARS]
    if capped.count("<") > MAX_TAGS:
        last = next(islice(re.finditer("<", capped), MAX_TAGS, None))
        capped = capped[: last.start()]
    return capped, len(capped) < len(html)


def _never(_node: LexborNode, _attributes: Mapping[str, str | None], /) -> Cut | None:
    return None


def split_html(html: str, classify: Classifier = _never) -> SplitHtml:
    """Convert HTML to text in one walk, sending each element that `classify` cuts to `removed`. Never raises."""
    capped, truncated = _capped(html)
    tree = LexborHTMLParser(_FORMATTING.sub(r"<\1span", capped))
    walk = _Walk(Visibility.of_styles(style.text() for style in tree.css("style")), classify)
    if tree.root is not None:
        walk.run(tree.root)
    kept = HtmlText(walk.kept.text(), walk.hidden_text, truncated, tuple(walk.links))
    return SplitHtml(kept, walk.removed.text(), tuple(walk.cuts))


def html_to_text(html: str) -> HtmlText:
    """Convert an HTML body, or plain text with entities, to the text a reader sees. Never raises."""
    return split_html(html).kept
