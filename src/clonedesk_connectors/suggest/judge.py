"""From counts to suggestions. Independent hints add up to 1 - (1-a)(1-b)…; below `LEAST_SURE` nothing is said.

The weights are chosen so that no single habit of a person makes a bot of them: canned replies, odd hours and a first
name such as Ada stay below the threshold; two habits, or one clear name, do not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from clonedesk_connectors.suggest.advice import Suggestion
from clonedesk_connectors.suggest.observe import Author, Observations, Share
from clonedesk_connectors.suggest.tally import Heavy
from clonedesk_connectors.suggest.words import (
    PUBLIC_MAIL,
    Hint,
    ai_name,
    label_of,
    tier_name,
    tier_value,
    type_name,
)

LEAST_SURE = 0.5
ENOUGH = 20
"""Observations of a habit before it counts."""

IDENTICAL = 10
"""Identical first messages by one requester that make a test of them."""


def judge(seen: Observations) -> Iterator[Suggestion]:
    """Everything worth suggesting, in the order of the configuration's entries."""
    yield from _bots(seen)
    yield from _groups(seen)
    yield from _ai_tags(seen)
    yield from _domains(seen)
    yield from _test_requesters(seen)
    labelled = list(_label_fields(seen))
    taken = {suggestion.value for suggestion in labelled}
    yield from _field(seen, "tier_field", taken)
    yield from _field(seen, "type_field", taken)
    yield from _label_tags(seen)
    yield from labelled


def combined(hints: Iterable[Hint]) -> float:
    doubt = 1.0
    for weight, _ in hints:
        doubt *= 1.0 - weight
    return 1.0 - doubt


def _made(entry: str, value: str, hints: list[Hint], **more: str) -> Iterator[Suggestion]:
    sure = combined(hints)
    if sure >= LEAST_SURE - 1e-9:
        yield Suggestion(entry, value, round(sure, 2), tuple(evidence for _, evidence in hints), **more)


def _bots(seen: Observations) -> Iterator[Suggestion]:
    for key, author in seen.authors.items():
        if key not in seen.config.bot_users:
            yield from _made("bot_users", key, [*_author_hints(author, seen.known.emails.get(key, ""))])


def _author_hints(author: Author, email: str) -> Iterator[Hint]:
    names = [hint for hint in map(ai_name, (author.name, email.partition("@")[0])) if hint]
    yield from sorted(names, reverse=True)[:1]
    median_s = author.delays.median_at_most_s()
    if author.delays.count >= ENOUGH and median_s is not None and median_s <= 60:
        yield 0.7 if median_s <= 10 else 0.4, f"answers within {median_s} s (median of {author.delays.count:,} replies)"
    repeated = sum(count for _, count in author.bodies.at_least(5))
    if author.messages >= ENOUGH and 2 * repeated >= author.messages:
        yield 0.4, f"{repeated:,} of {author.messages:,} messages repeat a text"
    if author.messages >= 5 * ENOUGH:
        quietest = min(sum(author.hours[(start + hour) % 24] for hour in range(8)) for start in range(24))
        if quietest >= 0.15 * author.messages:
            yield 0.4, f"works day and night ({quietest:,} of {author.messages:,} messages in the quietest 8 hours)"


def _groups(seen: Observations) -> Iterator[Suggestion]:
    for key, share in seen.groups.items():
        name = seen.known.groups.get(key, key)
        if {key, name, name.lower()} & seen.config.ai_groups:
            continue
        hints = [hint for hint in [ai_name(name)] if hint]
        if share.tickets >= ENOUGH and share.only_ai >= 0.9 * share.tickets:
            hints.append((0.6, f"only an AI answered in {share.only_ai:,} of {share.tickets:,} tickets"))
        yield from _made("ai_groups", key, hints)


def _ai_tags(seen: Observations) -> Iterator[Suggestion]:
    for tag, share in seen.tags.items():
        hint = ai_name(tag)
        if hint is None or tag in seen.config.ai_tags or label_of(tag) is not None:
            continue
        yield from _made("ai_tags", tag, [hint, *_together(share, seen)])


def _together(share: Share, seen: Observations) -> Iterator[Hint]:
    if share.tickets >= ENOUGH and share.ai >= 0.95 * share.tickets and 2 * seen.ai_tickets <= seen.tickets:
        yield 0.4, f"an AI wrote in {share.ai:,} of {share.tickets:,} tickets with it"


def _domains(seen: Observations) -> Iterator[Suggestion]:
    for domain, staff in seen.staff_domains.at_least(1):
        asked = seen.requester_domains[domain]
        if asked and domain not in PUBLIC_MAIL and domain not in seen.config.internal_domains:
            hints = [(0.6 if staff > 1 else 0.4, f"{staff:,} addresses of staff"), (0.5, f"{asked:,} tickets from it")]
            yield from _made("internal_domains", domain, hints)


def _test_requesters(seen: Observations) -> Iterator[Suggestion]:
    most: dict[str, int] = {}
    for (requester, _), count in seen.repeated.at_least(IDENTICAL):
        most[requester] = max(count, most.get(requester, 0))
    for requester, count in most.items():
        if requester not in seen.config.test_requesters:
            weight = 0.9 if count >= 10 * IDENTICAL else 0.75
            yield from _made("test_requesters", requester, [(weight, f"began {count:,} tickets with the same text")])


def _field(seen: Observations, entry: str, taken: set[str]) -> Iterator[Suggestion]:
    """The best candidate for an entry that takes one field; None where the account has said it already."""
    if getattr(seen.config, entry) is not None:
        return
    hints_of = _tier_hints if entry == "tier_field" else _type_hints
    found = [
        suggestion
        for key, values in seen.fields.items()
        if key not in taken
        for suggestion in _made(entry, key, [*hints_of(seen, key, values)])
    ]
    if found:
        best = max(found, key=lambda suggestion: (suggestion.sure, suggestion.value))
        taken.add(best.value)
        yield best


def _tier_hints(seen: Observations, key: str, values: Heavy[str]) -> Iterator[Hint]:
    name, filled = seen.known.fields.get(key, key), seen.filled[key]
    if tier_name(name):
        yield 0.7, f"called {name!r}"
    tiers = [count for value, count in values.at_least(1) if tier_value(value)]
    if len(tiers) > 1 and sum(tiers) >= 0.8 * filled:
        yield 0.6, f"{sum(tiers):,} of {filled:,} values are names of tiers"


def _type_hints(seen: Observations, key: str, values: Heavy[str]) -> Iterator[Hint]:
    name, filled = seen.known.fields.get(key, key), seen.filled[key]
    if type_name(name):
        yield 0.6, f"called {name!r}"
    biggest = next((count for _, count in values.at_least(1)), 0)
    if 3 <= len(values) <= 60 and filled >= max(ENOUGH, 0.3 * seen.tickets) and biggest <= 0.8 * filled:
        yield 0.3, f"{len(values)} different values in {filled:,} of {seen.tickets:,} tickets"


def _label_tags(seen: Observations) -> Iterator[Suggestion]:
    known = {tag.lower() for tag in seen.config.label_tags}
    for tag, share in seen.tags.items():
        meaning = label_of(tag)
        if meaning is not None and tag not in known:
            hint = meaning[1], f"the word, on {share.tickets:,} tickets"
            yield from _made("label_tags", tag, [hint], label=meaning[0])


def _label_fields(seen: Observations) -> Iterator[Suggestion]:
    for key, values in seen.fields.items():
        if key in seen.config.label_fields:
            continue
        meanings = _meanings(seen.known.fields.get(key, key), values)
        for value, (label, weight, count) in meanings.items():
            hints = [(weight, f"the word, on {count:,} tickets")]
            yield from _made("label_fields", key, hints, field_value=value, label=label)


def _meanings(name: str, values: Heavy[str]) -> Mapping[str, tuple[str, float, int]]:
    """Values of a field that seem to mean a label; a field called "escalated" needs only a yes."""
    found: dict[str, tuple[str, float, int]] = {}
    asked = label_of(name)
    for value, count in values.at_least(1):
        meaning = label_of(value)
        if meaning is None and asked is not None and value.strip().lower() in ("true", "yes", "1"):
            meaning = asked
        if meaning is not None:
            found[value] = (*meaning, count)
    return found
