"""Every threshold of the facts and rules, in one frozen value."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class CheckSettings:
    """What a user of the checker may choose; the defaults are the definitions the documentation gives.

    All windows are elapsed wall-clock time in UTC and include their end point. Shares, similarities and posteriors
    are 0-1. quiet_close: how long nobody writes until a ticket of a source without a status counts as closed.
    languages: the languages the AI was made for (ISO 639-1); None means that any language is in scope.
    excluded_tags: tags that say a ticket is spam, merged or a duplicate. side_channels: native kinds of events,
    lower case, that mean work happened in a call or side conversation. sandbox_brands: brands that only hold tests.
    shared_names: names, lower case, of staff accounts that people and scripts may share; whoever the configuration does
    not call human is then neither.
    weight_medium, weight_low: training weights of tickets whose worst finding is medium or low.
    """

    reopen_window: timedelta = timedelta(hours=24)
    late_reopen_window: timedelta = timedelta(days=14)
    quiet_close: timedelta = timedelta(hours=24)
    silence: timedelta = timedelta(hours=72)
    survey_window: timedelta = timedelta(hours=72)
    flicker: timedelta = timedelta(seconds=60)
    bounce: timedelta = timedelta(hours=24)
    handover_wait: timedelta = timedelta(days=7)
    repeat_window: timedelta = timedelta(days=7)
    repeat_horizon: timedelta = timedelta(days=30)
    repeat_same: float = 0.6
    repeat_strong: float = 0.75
    shared_mailbox_tickets: int = 20
    shared_mailbox_span: timedelta = timedelta(days=30)
    batch_size: int = 20
    batch_span: timedelta = timedelta(seconds=60)
    late_label: timedelta = timedelta(hours=1)
    macro_delay: timedelta = timedelta(seconds=10)
    macro_repeats: int = 5
    monitor_bodies: int = 10
    min_words: int = 3
    min_chars: int = 15
    language_turns: int = 2
    language_confidence: float = 0.7
    creation_slack: timedelta = timedelta(minutes=5)
    clock_slack: timedelta = timedelta(minutes=1)
    agent_min_tickets: int = 30
    agent_posterior: float = 0.95
    near_text: float = 0.9
    quote_chars: int = 200
    review_min: int = 50
    review_floor: float = 0.5
    weight_medium: float = 0.5
    weight_low: float = 1.0
    readiness_goal: int = 5000
    languages: frozenset[str] | None = None
    excluded_tags: frozenset[str] = frozenset({"spam", "duplicate", "closed_by_merge", "merged"})
    side_channels: frozenset[str] = frozenset(
        {"call", "voicecomment", "phone_call_started", "side_conversation", "collabthreadcreated", "forward"}
    )
    sandbox_brands: frozenset[str] = frozenset()
    shared_names: frozenset[str] = frozenset(
        {"support", "support team", "customer support", "customer service", "customer care", "service", "service desk"}
        | {"helpdesk", "help desk", "info", "team", "operator", "api", "integration", "api user", "system", "admin"}
    )
