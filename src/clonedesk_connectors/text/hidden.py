"""Which HTML elements a reader cannot see.

Hidden text is where mail preheaders and prompt injections sit, so it is dropped from the text and reported.
Not covered: text in the background's colour, selectors more complex than `.class` and `#id`, CSS escapes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

GONE = 4  # the whole subtree is invisible, whatever its children say
TINY = 1  # font size 0: a child may set its own size and be visible again (newsletters do)
UNSEEN = 2  # visibility hidden: a child may be visible again

_LENGTH = r"(?:px|pt|em|rem|%|cm|mm|in|vw|vh)?"
_END = r"(?=;|!|$)"
_ZERO = rf"0*\.?0+{_LENGTH}{_END}"
_RULES: tuple[tuple[re.Pattern[str], int, int], ...] = tuple(
    (re.compile(rf"(?:^|;){pattern}"), hides, shows)
    for pattern, hides, shows in (
        (r"display:none", GONE, 0),
        (rf"opacity:0*\.?0+%?{_END}", GONE, 0),
        (r"mso-hide:all", GONE, 0),
        (r"color:(?:transparent|rgba\([^;)]*,0*\.?0+\))", GONE, 0),
        (rf"max-(?:height|width):{_ZERO}", GONE, 0),
        (r"text-indent:-\d{3,}", GONE, 0),
        (r"(?:left|top):-\d{3,}", GONE, 0),
        (r"clip:rect\((?:0|1px)", GONE, 0),
        (rf"font-size:{_ZERO}", TINY, 0),
        (r"font-size:(?!0*\.?0+(?!\d))(?:\d|\.\d)[\d.]*(?:px|pt|rem|cm|mm|in|vw|vh)", 0, TINY),
        (r"visibility:(?:hidden|collapse)", UNSEEN, 0),
        (r"visibility:visible", 0, UNSEEN),
    )
)
_CSS_COMMENT = re.compile(r"/\*[^*]*(?:\*(?!/)[^*]*)*\*/")
_CSS_SPACE = re.compile(r"\s+")
_BRACE = re.compile(r"[{}]")
_SIMPLE_SELECTOR = re.compile(r"[a-z0-9]*([.#][\w-]+)", re.IGNORECASE)
_MAX_CSS_CHARS = 50_000


def _style_change(style: str) -> tuple[int, int]:
    """Return the bits a declaration list sets and the bits it clears."""
    compact = _CSS_SPACE.sub("", _CSS_COMMENT.sub("", style)).lower()
    hides = shows = 0
    for pattern, hide, show in _RULES:
        if pattern.search(compact):
            hides |= hide
            shows |= show
    if "overflow:hidden" in compact and re.search(rf"(?:^|;)(?:height|width):{_ZERO}", compact):
        hides |= GONE
    return hides, shows


def _top_level_rules(css: str) -> Iterable[tuple[str, str]]:
    """Yield (selectors, declarations) outside of @media and the like: those depend on the reader's screen."""
    depth = start = 0
    selectors = ""
    for brace in _BRACE.finditer(css):
        if brace.group() == "{":
            if depth == 0:
                selectors = css[start : brace.start()]
            depth += 1
        else:
            depth = max(0, depth - 1)
            if depth == 0 and "@" not in selectors:
                yield selectors, css[start : brace.start()]
        if depth <= 1:
            start = brace.end()


@dataclass(frozen=True, slots=True)
class Visibility:
    """The hiding rules of one document's style sheets, keyed `.class` or `#id`."""

    rules: Mapping[str, int]

    @classmethod
    def of_styles(cls, sheets: Iterable[str]) -> Visibility:
        """Read the simple hiding rules of the given style sheets; everything else in them is ignored."""
        rules: dict[str, int] = {}
        for sheet in sheets:
            for selectors, declarations in _top_level_rules(_CSS_COMMENT.sub("", sheet[:_MAX_CSS_CHARS])):
                hides, _ = _style_change(declarations)
                for selector in selectors.split(",") if hides else ():
                    if simple := _SIMPLE_SELECTOR.fullmatch(selector.strip()):
                        rules[simple[1]] = hides
        return cls(rules)

    def below(self, inherited: int, attributes: Mapping[str, str | None]) -> int:
        """Return the hiding bits of an element from its parent's bits and its own attributes; 0 means visible."""
        bits = inherited
        if "hidden" in attributes or (attributes.get("aria-hidden") or "").lower() == "true":
            bits |= GONE
        if self.rules:
            bits |= self.rules.get(f"#{attributes.get('id')}", 0)
            for name in (attributes.get("class") or "").split():
                bits |= self.rules.get(f".{name}", 0)
        if style := attributes.get("style"):
            hides, shows = _style_change(style)
            bits = (bits & ~shows) | hides
        return bits
