"""The label rules L01 to L30 and the registry that third parties extend.

A distribution offers rules by an entry point in the group `clonedesk_connectors.label_rules` that loads to one `Rule`
or to an iterable of them. Their ids must not be those of ours.
"""

from __future__ import annotations

from collections.abc import Iterable
from importlib.metadata import EntryPoint, entry_points

from clonedesk_connectors.errors import PluginError
from clonedesk_connectors.quality.rules.doubtful import (
    actor_unknown,
    agent_outlier,
    duplicates_disagree,
    impossible_order,
    language_mismatch,
    model_disagrees,
)
from clonedesk_connectors.quality.rules.eligible import (
    no_ai,
    not_a_case,
    not_settled,
    nothing_to_judge,
    test_or_internal,
    truncated,
)
from clonedesk_connectors.quality.rules.handed_over import bounced, good_rating, macro_only, nobody_came, side_channel
from clonedesk_connectors.quality.rules.not_resolved import (
    ai_after_human,
    human_replied,
    low_rating,
    reopened,
    reopened_later,
)
from clonedesk_connectors.quality.rules.rule import Abstain, Found, Rule, rule
from clonedesk_connectors.quality.rules.silence import (
    asked_for_person,
    came_back_elsewhere,
    closed_by_clock,
    silent_after_question,
    unconfirmed_silence,
)
from clonedesk_connectors.quality.rules.written import changed, conflicting, written_late

GROUP = "clonedesk_connectors.label_rules"

BUILT_IN: tuple[Rule, ...] = (
    nobody_came,
    human_replied,
    bounced,
    reopened,
    reopened_later,
    low_rating,
    good_rating,
    silent_after_question,
    unconfirmed_silence,
    asked_for_person,
    closed_by_clock,
    not_a_case,
    came_back_elsewhere,
    written_late,
    conflicting,
    changed,
    agent_outlier,
    duplicates_disagree,
    model_disagrees,
    language_mismatch,
    nothing_to_judge,
    test_or_internal,
    truncated,
    not_settled,
    no_ai,
    actor_unknown,
    impossible_order,
    ai_after_human,
    macro_only,
    side_channel,
)


def all_rules() -> tuple[Rule, ...]:
    """Our rules, then those of other distributions by name.

    Raises PluginError, naming the distribution, for an entry point that does not load to rules or reuses an id.
    """
    found = {one.id: one for one in BUILT_IN}
    for point in sorted(entry_points(group=GROUP), key=lambda point: point.name):
        for one in _load(point):
            if one.id in found:
                raise PluginError(f"{_source(point)} offers a rule {one.id!r}, and there is one with that id already")
            found[one.id] = one
    return tuple(found.values())


def _load(point: EntryPoint) -> tuple[Rule, ...]:
    try:
        loaded = point.load()
        offered = (loaded,) if isinstance(loaded, Rule) else tuple(loaded) if isinstance(loaded, Iterable) else ()
    except Exception as error:  # whatever a plugin does at import must become one clear error
        raise PluginError(f"{_source(point)} cannot be loaded ({type(error).__name__})") from error
    if not offered or not all(isinstance(one, Rule) for one in offered):
        raise PluginError(f"{_source(point)} does not give label rules")
    return offered


def _source(point: EntryPoint) -> str:
    name = point.dist.name if point.dist else "unknown distribution"
    return f"the entry point {point.name!r} of distribution {name!r}"


__all__ = ["BUILT_IN", "GROUP", "Abstain", "Found", "Rule", "all_rules", "rule"]
