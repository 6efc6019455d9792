"""One ticket's raw records to a `Ticket`. Pure: the same records give the same ticket, and nothing unknown raises."""

from __future__ import annotations

from collections.abc import Iterator

from clonedesk_connectors.model import ActorKind, Channel, Coverage, Gap, Priority, Ticket, VendorLabel
from clonedesk_connectors.protocol import Bundle
from clonedesk_connectors.text.times import parse_time, unix_s
from clonedesk_connectors.vendors.freshdesk.cast import Cast, actor, combined, is_ai_name
from clonedesk_connectors.vendors.freshdesk.events import Trail, read_conversations, read_ratings, read_stats
from clonedesk_connectors.vendors.freshdesk.history import read_activities
from clonedesk_connectors.vendors.freshdesk.mapping import (
    AI_FIRST_SOURCES,
    BOT,
    OUTBOUND,
    PRIORITY,
    SLA_FLAGS,
    SOURCE,
)
from clonedesk_connectors.vendors.freshdesk.options import Options
from clonedesk_connectors.vendors.freshdesk.values import Json, label, native_id, part, text, words


def normalize(bundle: Bundle, options: Options) -> Ticket | None:
    """None while the ticket itself has not arrived (only a rating or an activity has).

    Without the activity export it cannot be told whether status, group and assignee changed more often than the ticket
    remembers (`events_complete` is None); how a remembered or estimated change was found out is in its `native_kind`.
    """
    rows = bundle.records.get("ticket", ())
    if not rows:
        return None
    ticket = rows[-1]
    cast = Cast(ticket, bundle.directory, bundle.config, options)
    trail = Trail(ticket, cast)
    read_conversations(trail, bundle.records.get("conversation", ()))
    whole = read_activities(trail, bundle.records.get("activity", ()))
    read_stats(trail)
    read_ratings(trail, bundle.records.get("rating", ()))
    _flags(trail)
    _ai_evidence(trail)
    gaps = tuple(_gaps(bundle, trail))
    return Ticket.model_validate(
        {
            **_header(bundle, ticket, cast, trail),
            "merged_into": trail.merged_into,
            "events": trail.ordered(),
            "coverage": Coverage(messages_got=len(trail.messages), events_complete=whole or None, gaps=gaps),
        }
    )


def _header(bundle: Bundle, ticket: Json, cast: Cast, trail: Trail) -> Json:
    raw_status, source = ticket.get("status"), cast.source or ""
    channel_name, channel = SOURCE.get(source, (None, Channel.UNKNOWN))
    responder, group = native_id(ticket.get("responder_id")), native_id(ticket.get("group_id"))
    fields = {name: _field(value) for name, value in part(ticket, "custom_fields").items() if text(name)}
    config, requester = bundle.config, cast.requester()
    priority = ticket.get("priority")
    tags = tuple(dict.fromkeys(words(ticket.get("tags"))))
    return {
        "vendor": "freshdesk",
        "account": bundle.account,
        "native_id": bundle.ticket_id,
        "version": unix_s(ticket.get("updated_at")),
        "created_at": parse_time(ticket.get("created_at")),
        "updated_at": parse_time(ticket.get("updated_at")),
        "status": trail.status(raw_status),
        "raw_status": cast.status_name or label(raw_status),
        "channel": channel,
        "raw_channel": cast.choice("default_source", source) or channel_name or label(ticket.get("source")),
        "priority": Priority.NONE if priority is None else PRIORITY(priority),
        "subject": text(ticket.get("subject")),
        "ticket_type": fields.get(config.type_field) if config.type_field else text(ticket.get("type")),
        "tier": _tier(config.tier_field, fields, cast) if config.tier_field else None,
        "tags": tags,
        "requester": requester,
        "organization_id": native_id(ticket.get("company_id")),
        "brand_id": native_id(ticket.get("product_id")),
        "group_id": group,
        "assignee_id": responder,
        "assignee_kind": cast.assignee_kind(responder) if responder else cast.group_kind(group),
        "custom_fields": fields,
        "is_spam": ticket.get("spam") is True,
        "is_test": _is_test(bundle, tags, requester.id if requester else None, requester.email if requester else None),
        "deleted": ticket.get("deleted") is True,
        "archived": ticket.get("archived") is True,
        "vendor_labels": [
            VendorLabel(name=name, value="true") for flag, name in SLA_FLAGS.items() if ticket.get(flag) is True
        ],
    }


def _field(value: object) -> str | None:
    return ", ".join(words(value)) if isinstance(value, list) else label(value)


def _tier(name: str, fields: dict[str, str | None], cast: Cast) -> str | None:
    """From the ticket's field, else from the company's: `account_tier` and the like."""
    company_id = native_id(cast.ticket.get("company_id"))
    company = dict(cast.directory.get("company", company_id) or {}) if company_id else {}
    return fields.get(name) or label(company.get(name)) or label(part(company, "custom_fields").get(name))


def _is_test(bundle: Bundle, tags: tuple[str, ...], requester: str | None, email: str | None) -> bool:
    config = bundle.config
    domain = (email or "").rpartition("@")[2].lower()
    return (
        requester in config.test_requesters
        or domain in config.internal_domains
        or any(tag.lower() in config.test_tags for tag in tags)
    )


def _flags(trail: Trail) -> None:
    """Spam and deletion are states without a time of their own; the last update is when they were set at the latest."""
    for flag in ("deleted", "spam"):
        if trail.ticket.get(flag) is True:
            who = actor(ActorKind.UNKNOWN, None, None)
            trail.add(flag, trail.last, who, f"ticket.{flag}", "deleted", reason=flag)


def _ai_evidence(trail: Trail) -> None:
    """Every hint that an AI had a part, with its weight. Without any, nothing is said: that is not proof of a human."""
    cast, ticket = trail.cast, trail.ticket
    if cast.source == BOT:
        trail.hint("bot_source", "bot")
    elif cast.source in AI_FIRST_SOURCES:
        trail.hint("ai_source", SOURCE[cast.source][0])
    if is_ai_name(cast.status_name):
        trail.hint("ai_status", cast.status_name or "")
    group = native_id(ticket.get("group_id"))
    if group and cast.group_kind(group).value == "ai":
        trail.hint("configured_group", group)
    elif is_ai_name(name := cast.group_name(group)):
        trail.hint("group_name", name or "")
    for tag in words(ticket.get("tags")):
        if tag.lower() in cast.config.ai_tags:
            trail.hint("tag", tag)
    if trail.hints:
        hints = sorted(trail.hints.values())
        total = combined(hints)
        kind = ActorKind.AI_AGENT if total >= cast.options.ai_threshold else ActorKind.UNKNOWN
        who = actor(kind, None, None, *((kind_, f"{value} ({weight:g})") for kind_, value, weight in hints))
        raw = ", ".join(dict.fromkeys(kind_ for kind_, _, _ in hints))
        trail.add("ai-evidence", trail.last, who, "ai_evidence", "ai_turn", confidence=round(total, 4), raw=raw)


def _gaps(bundle: Bundle, trail: Trail) -> Iterator[Gap]:
    gone = bundle.gone.get("archived_conversations")
    if gone is None and not bundle.records.get("conversation"):
        gone = bundle.gone.get("conversations")
    if gone:
        yield Gap(what="messages", why=f"the conversations cannot be read any more (HTTP {gone})")
    public = [message for message in trail.messages if message["visibility"] == "public"]
    answered = parse_time(part(trail.ticket, "stats").get("agent_responded_at")) is not None
    if answered and trail.cast.source != OUTBOUND and all(m["actor"].kind is ActorKind.CUSTOMER for m in public):
        yield Gap(what="messages", why="the ticket remembers an agent's answer that no conversation shows")
    if trail.beginning_lost:
        yield Gap(what="messages", why="the ticket has no description, which is its first message")
    if trail.untimed:
        yield Gap(what="times", why=f"{trail.untimed} events without a readable time were put at the ticket's creation")
