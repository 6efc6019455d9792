"""What `account.options` may say for a Freshdesk account, read once and checked before anything is sent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from clonedesk_connectors.errors import ConfigError
from clonedesk_connectors.model import Status
from clonedesk_connectors.protocol import Account
from clonedesk_connectors.vendors.freshdesk.mapping import AI_WEIGHTS

KNOWN = frozenset({"requester", "gap_budget", "overlap_s", "activities", "statuses", "ai_weights", "ai_threshold"})


@dataclass(frozen=True, slots=True)
class Options:
    """requester: also read names and addresses of requesters (2 credits more per 100 tickets).
    gap_budget: how many unseen ticket ids one run may probe. overlap_s: how far before the newest row the next run
    starts. activities: read the daily activity export. statuses: own statuses by number, e.g. {"6": ON_HOLD}.
    ai_weights / ai_threshold: how much each kind of evidence for an AI counts, and from which sum it is believed.
    """

    requester: bool = False
    companies: bool = False
    gap_budget: int = 1000
    overlap_s: int = 300
    activities: bool = True
    statuses: Mapping[str, Status] = field(default_factory=dict)
    ai_weights: Mapping[str, float] = field(default_factory=lambda: AI_WEIGHTS)
    ai_threshold: float = 0.8

    @classmethod
    def of(cls, account: Account) -> Options:
        """Raises ConfigError naming the option that cannot be read."""
        given = account.options
        if unknown := sorted(given.keys() - KNOWN):
            raise ConfigError(f"Freshdesk has no option {unknown[0]!r}; it has: {', '.join(sorted(KNOWN))}")
        return cls(
            requester=_flag(given, "requester", default=bool(account.config.internal_domains)),
            companies=account.config.tier_field is not None,
            gap_budget=_count(given, "gap_budget", default=1000),
            overlap_s=_count(given, "overlap_s", default=300),
            activities=_flag(given, "activities", default=True),
            statuses=dict(_statuses(given)),
            ai_weights={**AI_WEIGHTS, **dict(_weights(given))},
            ai_threshold=_fraction("ai_threshold", given.get("ai_threshold", "0.8")),
        )


def _flag(given: Mapping[str, str], name: str, *, default: bool) -> bool:
    value = given.get(name, "yes" if default else "no")
    if value not in ("yes", "no"):
        raise ConfigError(f"option {name!r} is yes or no")
    return value == "yes"


def _count(given: Mapping[str, str], name: str, *, default: int) -> int:
    value = given.get(name, str(default))
    if not (value.isascii() and value.isdecimal()):
        raise ConfigError(f"option {name!r} is a whole number, 0 or more")
    return int(value)


def _fraction(name: str, value: str) -> float:
    try:
        number = float(value)
    except ValueError:
        number = -1.0
    if not 0 <= number <= 1:
        raise ConfigError(f"option {name!r} takes numbers from 0 to 1")
    return number


def _pairs(given: Mapping[str, str], name: str) -> Iterator[tuple[str, str]]:
    for pair in filter(None, given.get(name, "").split(",")):
        key, found, value = pair.partition("=")
        if not found:
            raise ConfigError(f"option {name!r} is a list like a=b,c=d")
        yield key.strip(), value.strip()


def _statuses(given: Mapping[str, str]) -> Iterator[tuple[str, Status]]:
    for number, word in _pairs(given, "statuses"):
        if word not in set(Status):
            raise ConfigError(f"option 'statuses' gives statuses of ours: {', '.join(Status)}")
        yield number, Status(word)


def _weights(given: Mapping[str, str]) -> Iterator[tuple[str, float]]:
    for name, value in _pairs(given, "ai_weights"):
        if name not in AI_WEIGHTS:
            raise ConfigError(f"option 'ai_weights' knows: {', '.join(AI_WEIGHTS)}")
        yield name, _fraction("ai_weights", value)
