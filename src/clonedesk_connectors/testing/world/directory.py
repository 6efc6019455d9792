"""Who lives in the world: staff, groups, rules, organisations and customers. Nobody is real; mail only at
example.com/.org.
"""

from functools import lru_cache
from typing import NamedTuple

from clonedesk_connectors.testing.world.dice import mix

STAFF_DOMAIN = "example.org"
LABEL_TAGS = {"resolved_ai": "ai_resolved", "escalated": "ai_escalated", "abandoned": "ai_abandoned"}
"""Tags in which the desk writes how a ticket ended."""
CUSTOMER_DOMAIN = "example.com"


class Staff(NamedTuple):
    """kind: human, ai, shared (people and scripts use it) or admin (never answers tickets). group: home group or
    None.
    """

    key: int
    name: str
    email: str
    kind: str
    group: int | None


class Group(NamedTuple):
    key: int
    name: str
    is_ai: bool


class Rule(NamedTuple):
    """kind: trigger (fires on a save) or automation (fires by the clock, on the hour)."""

    key: int
    name: str
    title: str
    kind: str


class Organisation(NamedTuple):
    key: int
    name: str
    domain: str
    tier: str


class Customer(NamedTuple):
    """internal: an employee who files test tickets; the address is on the staff domain."""

    key: int
    name: str
    email: str
    organisation: int | None
    tier: str | None
    language: str
    internal: bool


AI_GROUP = 0
GROUPS = (
    Group(0, "AI agents", True),
    Group(1, "Customer care", False),
    Group(2, "Billing", False),
    Group(3, "Technical support", False),
)

_HUMANS = """
Imke Torvald, Rasmus Okello, Noor Veldkamp, Tadeo Brisk, Yuna Falkner, Odile Marsh, Keon Abernal, Sanne Ruiter,
Milo Castane, Freya Lindqvale, Dario Penn, Amara Solheim, Levin Ostrow, Pia Grunhold, Jonas Ferrick, Lucia
Avenal, Henk Dorrel, Maya Quill, Oskar Bramley, Thea Wynter, Bruno Salcedo, Elif Karsten, Nils Hagemark, Rhea
Donnavan
"""

AI_AGENT, SHARED_ACCOUNT, OPERATIONS = 0, 1, 2
FIRST_HUMAN = 3
STAFF = (
    Staff(AI_AGENT, "Nova AI Agent", f"nova.bot@{STAFF_DOMAIN}", "ai", AI_GROUP),
    Staff(SHARED_ACCOUNT, "Support", f"support@{STAFF_DOMAIN}", "shared", 1),
    Staff(OPERATIONS, "Operations", f"operations@{STAFF_DOMAIN}", "admin", None),
    *(
        Staff(FIRST_HUMAN + n, name, f"{name.lower().replace(' ', '.')}@{STAFF_DOMAIN}", "human", 1 + n % 3)
        for n, name in enumerate(" ".join(_HUMANS.split()).split(", "))
    ),
)
HUMANS_OF_GROUP = {g.key: tuple(s.key for s in STAFF if s.kind == "human" and s.group == g.key) for g in GROUPS}

RULES = (
    Rule(0, "close_solved", "Close ticket 4 days after status is set to solved", "automation"),
    Rule(1, "inactivity", "Solve pending tickets without an answer", "automation"),
    Rule(2, "labeller", "Label how the AI agent did", "trigger"),
    Rule(3, "router", "Route new tickets to the AI agent", "trigger"),
    Rule(4, "overflow", "Return unclaimed tickets to the AI agent", "automation"),
    Rule(5, "auto_ack", "Acknowledge new tickets", "trigger"),
    Rule(6, "survey", "Ask for a rating after solving", "automation"),
    Rule(7, "notify", "Notify the requester of a new message", "trigger"),
)
RULE_INDEX = {rule.name: rule.key for rule in RULES}

TIERS = ("free", "standard", "premium", "enterprise")
ORGANISATIONS = tuple(
    Organisation(n, f"{first} {second}", f"{first}-{second}.{CUSTOMER_DOMAIN}".lower(), TIERS[(n * 7 + n // 4) % 4])
    for n, (first, second) in enumerate(
        (first, second)
        for first in ("Bluefern", "Oakmere", "Tidewick", "Larkspire", "Quarrow", "Vellum", "Zephyria", "Pinefold")
        for second in ("Logistics", "Bakery", "Optics", "Textiles", "Gardens")
    )
)

TOPICS = {"delivery": 1, "refund": 2, "invoice": 2, "password": 3, "setup": 3}
"""Ticket type and the human group that looks after it."""

_LANGUAGES = ("en",) * 9 + ("de",) * 3 + ("fr", "fr", "es", "es", "pt", "pt", "ja", "ar")
_FIRST_NAMES = """
Alva Bodil Caspian Delphine Edda Fenn Gideon Hana Ilario Jorun Kaito Leocadia Marit Nadim Orla Paloma Quentin
Runa Salma Teodor Ulrike Vasco Wanda Ximena Yusra Zeno
"""
_FIRST = tuple(_FIRST_NAMES.split())
_LAST_NAMES = """
Abelard Brockhus Calder Dunmore Estevan Fairlie Gorski Hollend Ibsen Jardine Kestrel Lomax Mirrin Nakahara
Oldershaw Pellegrin Quist Rosendal Sato Tamrin Ullman Verhoef Wexley Yamoto Zorrilla
"""
_LAST = tuple(_LAST_NAMES.split())


@lru_cache(maxsize=8192)
def customer(seed: int, index: int, *, internal: bool) -> Customer:
    """Invent the customer with this index; the same seed and index always give the same person."""
    roll = mix(seed, 0xC0, index)
    name = f"{_FIRST[roll % len(_FIRST)]} {_LAST[roll // 26 % len(_LAST)]}"
    domain = STAFF_DOMAIN if internal else CUSTOMER_DOMAIN
    email = f"{name.lower().replace(' ', '.')}.{index}@{domain}"
    roll //= 650
    language = "en" if internal else _LANGUAGES[roll % 20]
    roll //= 20
    if internal or roll % 10 < 3:
        return Customer(index, name, email, None, None, language, internal)
    organisation = ORGANISATIONS[roll // 10 % 40]
    return Customer(index, name, email, organisation.key, organisation.tier, language, False)
