"""Words that hint at something. A hint is (weight 0-1, evidence for people); see `judge` for how hints add up.

The names are products and words that helpdesks show for automatic authors; names that people have too weigh little.
"""

from __future__ import annotations

import re
from itertools import pairwise

Hint = tuple[float, str]

_SPLIT = re.compile(r"[\W_]+")
_CLEAR = frozenset({"bot", "chatbot", "freddy", "forethought", "answerbot", "autoresponder", "aiagent"})
_CLEAR_PAIRS = frozenset({("ai", "agent"), ("answer", "bot"), ("virtual", "agent"), ("fin", "ai"), ("ultimate", "ai")})
_CLEAR_ALONE = frozenset({"fin", "ada", "operator", "ultimate", "assistant", "ai"})
_PLURAL = {"bots": "bot", "agents": "agent", "chatbots": "chatbot", "assistants": "assistant"}
_VAGUE = frozenset({"ai", "assistant", "virtual", "answer", "operator", "copilot", "automation", "automated"})
_ALSO_PEOPLE = frozenset({"fin", "ada", "ultimate"})

_NEGATED = re.compile(
    r"(?:^|[\W_])(?:not?|non|never|without)(?:$|[\W_])|(?:^|[\W_])(?:de|un)[\W_]?escalat", re.IGNORECASE
)
_AI = r"(?:ai|bot|chatbot|fin|freddy|ada|assistant|agent_ai)"
_ENDED = r"(?:resolved|solved|contained|deflected|handled)"
_LABELS: tuple[tuple[re.Pattern[str], str, float], ...] = (
    (re.compile(r"escalat", re.IGNORECASE), "escalated", 0.8),
    (
        re.compile(rf"(?:^|_){_ENDED}_(?:by_)?{_AI}(?:_|$)|(?:^|_){_AI}_{_ENDED}(?:_|$)|(?:^|_)deflected(?:_|$)"),
        "resolved_ai",
        0.8,
    ),
    (re.compile(r"(?:^|_)(?:hand(?:ed)?_?(?:off|over)|needs?_human|to_human)(?:_|$)"), "escalated", 0.7),
    (re.compile(r"abandon"), "abandoned", 0.7),
    (re.compile(r"(?:^|_)(?:tier_?2|l2|second_level)(?:_|$)"), "escalated", 0.5),
)

_TIER_NAME = re.compile(r"(?:^|_)(?:tier|plan|segment|support_level|customer_level)(?:_|$)")
_TIERS = frozenset(
    [
        "free",
        "trial",
        "starter",
        "basic",
        "standard",
        "plus",
        "pro",
        "professional",
        "growth",
        "team",
        "business",
        "premium",
        "enterprise",
        "vip",
        "bronze",
        "silver",
        "gold",
        "platinum",
        "diamond",
        "smb",
        "mid_market",
    ]
)
_TYPE_NAME = re.compile(r"(?:^|_)(?:type|category|topic|reason|intent|issue|subject_area)(?:_|$)")
PUBLIC_MAIL = frozenset(
    [
        "gmail.com",
        "googlemail.com",
        "outlook.com",
        "hotmail.com",
        "live.com",
        "msn.com",
        "yahoo.com",
        "icloud.com",
        "me.com",
        "aol.com",
        "gmx.de",
        "gmx.net",
        "web.de",
        "proton.me",
        "protonmail.com",
        "mail.com",
        "qq.com",
        "163.com",
        "yandex.ru",
        "mail.ru",
    ]
)
"""Mail providers whose addresses say nothing about who somebody works for."""


def words(text: str) -> list[str]:
    """Lower-case words of a name, e.g. of `Escalated_to-L2?`."""
    return [word for word in _SPLIT.split(text.lower()) if word]


def snake(text: str) -> str:
    """`Escalated to L2?` as escalated_to_l2."""
    return "_".join(words(text))


def ai_name(name: str) -> Hint | None:
    """Whether a name of a person, group, tag or the front of a mail address is an AI's."""
    found = [_PLURAL.get(word, word) for word in words(name)]
    if _CLEAR & {*found} or _CLEAR_PAIRS & {*pairwise(found)}:
        return 0.8, f"called {name!r}"
    if len(found) == 1 and found[0] in _CLEAR_ALONE:
        return 0.7, f"called {name!r}"
    if _VAGUE & {*found}:
        return 0.5, f"called {name!r}"
    return (0.2, f"called {name!r}") if _ALSO_PEOPLE & {*found} else None


def label_of(word: str) -> tuple[str, float] | None:
    """The label that a tag or field value seems to mean, and how sure that is; None for none and for a denial."""
    plain = snake(word)
    if _NEGATED.search(word):
        return None
    return next(((label, weight) for pattern, label, weight in _LABELS if pattern.search(plain)), None)


def tier_name(name: str) -> bool:
    return _TIER_NAME.search(snake(name)) is not None


def tier_value(value: str) -> bool:
    return snake(value) in _TIERS


def type_name(name: str) -> bool:
    return _TYPE_NAME.search(snake(name)) is not None
