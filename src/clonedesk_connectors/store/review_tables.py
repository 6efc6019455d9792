"""The tables of the review queue. Times are unix milliseconds: `_ms` is our clock, `_vms` the vendor's.

The two clocks are never compared with each other.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Float, Index, Integer, String, Table, Text

from clonedesk_connectors.store.tables import metadata, partial_index

_Serial = BigInteger().with_variant(Integer, "sqlite")
_OPEN = "state IN ('queued', 'posting', 'awaiting_review', 'needs_adjudication')"

draft = Table(
    "review_draft",
    metadata,
    Column("draft_id", String, primary_key=True),
    Column("vendor", String, nullable=False),
    Column("account", String, nullable=False),
    Column("ticket_id", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("model_version", String, nullable=False),
    Column("segment_type", String),
    Column("segment_channel", String),
    Column("segment_tier", String),
    Column("segment_language", String),
    Column("confidence", Float),
    Column("body_mark", String, nullable=False),  # of the normalised body: identical drafts share it
    Column("body", Text, nullable=False),
    Column("submitted", Text, nullable=False),  # the Draft as JSON, without its body
    Column("requester_id", String),
    Column("context", Text),  # public messages up to the one the draft is based on, as JSON
    Column("based_on_id", String, nullable=False),
    Column("based_on_vms", BigInteger, nullable=False),
    Column("submitted_ms", BigInteger, nullable=False),
    Column("expires_ms", BigInteger, nullable=False),
    Column("place", String, nullable=False),  # helpdesk, local
    Column("delivery", String, nullable=False),  # note, none
    # routing and order
    Column("label", String, nullable=False),
    Column("route_reason", String, nullable=False),
    Column("audited", Boolean, nullable=False),
    Column("reviews_required", Integer, nullable=False),
    Column("due_ms", BigInteger, nullable=False),
    Column("tier_rank", Integer, nullable=False),
    Column("certainty", Integer, nullable=False),
    # the state machine
    Column("state", String, nullable=False),
    Column("state_reason", String, nullable=False),
    Column("version", Integer, nullable=False),
    Column("changed_ms", BigInteger, nullable=False),  # by the last step
    Column("claimed_by", String),
    Column("claimed_ms", BigInteger),
    Column("lease_until_ms", BigInteger),
    # the notes in the helpdesk
    Column("attempts", Integer, nullable=False),
    Column("note_id", String),
    Column("posted_vms", BigInteger),
    Column("delivery_note_id", String),
    Column("tags_due", String, nullable=False),  # the outcome tag the helpdesk should show
    Column("tags_shown", String, nullable=False),
    # the decision
    Column("outcome", String),
    Column("outcome_reason", String),
    Column("final_text", Text),
    Column("similarity", Float),
    Column("critical_change", Boolean),
    Column("decided_by", String),
    Column("decided_ms", BigInteger),
    Column("decided_vms", BigInteger),
    Column("source", String),  # explicit, inferred
    Column("seconds", Float),
    Column("bulk", Boolean, nullable=False),
    Column("authoritative", Boolean, nullable=False),
    # what was seen later
    Column("observed_outcome", String),
    Column("observed_similarity", Float),
    Column("reopened_24h", Boolean),
    Column("csat", Integer),
    Column("second_human_reply", Boolean),
    Column("signal", String, nullable=False),  # none, written, withdrawn
    Index("review_draft_next", "state", "due_ms", "tier_rank", "certainty", "submitted_ms", "draft_id"),
    Index("review_draft_ticket", "vendor", "account", "ticket_id"),
    Index("review_draft_changed", "changed_ms"),
)
partial_index(
    "review_draft_open", draft, "vendor, account, ticket_id, kind", sqlite=_OPEN, postgresql=_OPEN, unique=True
)

event = Table(
    "draft_event",
    metadata,
    Column("seq", _Serial, primary_key=True, autoincrement=True),
    Column("draft_id", String, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("actor", String, nullable=False),
    Column("actor_kind", String, nullable=False),
    Column("action", String, nullable=False),
    Column("from_state", String),
    Column("to_state", String, nullable=False),
    Column("version", Integer, nullable=False),
    Column("reason", String, nullable=False),
    Column("payload_hash", String, nullable=False),  # of what the step wrote to the draft: texts stay out of here
    Column("prev_hash", String, nullable=False),
    Column("hash", String, nullable=False),
    Index("draft_event_draft", "draft_id", "seq"),
)

# What each person said. Kept when a decision is undone or overruled.
opinion = Table(
    "draft_opinion",
    metadata,
    Column("id", _Serial, primary_key=True, autoincrement=True),
    Column("draft_id", String, nullable=False),
    Column("reviewer", String, nullable=False),
    Column("decision", String, nullable=False),
    Column("outcome", String, nullable=False),
    Column("reason", String),
    Column("remark", Text),
    Column("final_text", Text),
    Column("similarity", Float),
    Column("critical_change", Boolean, nullable=False),
    Column("seconds", Float),
    Column("at_ms", BigInteger, nullable=False),
    Column("is_lead", Boolean, nullable=False),
    Column("undone", Boolean, nullable=False),
    Index("draft_opinion_draft", "draft_id"),
)

skip = Table(
    "draft_skip",
    metadata,
    Column("draft_id", String, primary_key=True),
    Column("reviewer", String, primary_key=True),
    Column("at_ms", BigInteger, nullable=False),
)

# Drafts that are handed out to one person only.
assignment = Table(
    "draft_assignment",
    metadata,
    Column("draft_id", String, primary_key=True),
    Column("reviewer", String, nullable=False),
    Index("draft_assignment_reviewer", "reviewer"),
)

# The newest public message of a ticket that anybody has seen, so that freshness is checked in the deciding transaction.
ticket_seen = Table(
    "review_ticket",
    metadata,
    Column("vendor", String, primary_key=True),
    Column("account", String, primary_key=True),
    Column("ticket_id", String, primary_key=True),
    Column("message_id", String, nullable=False),
    Column("message_vms", BigInteger, nullable=False),
    Column("cause", String, nullable=False),
    Column("is_writable", Boolean, nullable=False),
)

# Where a ticket with drafts went: answers there may still use them.
merged = Table(
    "review_merge",
    metadata,
    Column("vendor", String, primary_key=True),
    Column("account", String, primary_key=True),
    Column("ticket_id", String, primary_key=True),
    Column("target_id", String, nullable=False),
    Index("review_merge_target", "vendor", "account", "target_id"),
)

breaker = Table(
    "review_breaker",
    metadata,
    Column("vendor", String, primary_key=True),
    Column("account", String, primary_key=True),
    Column("draft_id", String, nullable=False),
    Column("reason", String, nullable=False),
    Column("opened_ms", BigInteger, nullable=False),
)

signal = Table(
    "review_signal",
    metadata,
    Column("seq", _Serial, primary_key=True, autoincrement=True),
    Column("draft_id", String, nullable=False),
    Column("entry", String, nullable=False),  # written, withdrawn
    Column("at_ms", BigInteger, nullable=False),
    Column("reason", String, nullable=False),
    Column("record", Text, nullable=False),
    Index("review_signal_once", "draft_id", "entry", unique=True),
)

REVIEW_TABLES = (draft, event, opinion, skip, ticket_seen, breaker, signal)
REVIEW_TABLES_2 = (merged, assignment)
