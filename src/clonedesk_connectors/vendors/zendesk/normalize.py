"""Raw Zendesk records of one ticket to a `Ticket`: pure, repeatable, and never raising on what a vendor may send."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from operator import itemgetter
from typing import Any

import msgspec

from clonedesk_connectors.model import AssigneeKind, Channel, Status, Ticket
from clonedesk_connectors.protocol import AccountConfig, Bundle, FollowUp, parse_as
from clonedesk_connectors.text.times import parse_time, unix_s
from clonedesk_connectors.vendors.zendesk.cast import Cast, Via, read_via
from clonedesk_connectors.vendors.zendesk.csat import csat_events, header_rating
from clonedesk_connectors.vendors.zendesk.events import Json, Trail
from clonedesk_connectors.vendors.zendesk.handover import with_hand_overs
from clonedesk_connectors.vendors.zendesk.mapping import CHANNEL, PRIORITY, STATUS
from clonedesk_connectors.vendors.zendesk.updates import EPOCH, updates
from clonedesk_connectors.vendors.zendesk.values import dicts, native_id, short, text, words

_at = itemgetter("at")
Records = Mapping[str, list[dict[str, Any]]]


def people(records: Records) -> Iterator[tuple[str, str]]:
    """The users this ticket refers to; staff and custom statuses are small and loaded whole."""
    raw = latest(records, "ticket")
    found = [raw.get(name) for name in ("requester_id", "submitter_id", "assignee_id")]
    for kind, author, children in (("ticket_event", "updater_id", "child_events"), ("audit", "author_id", "events")):
        for row in records.get(kind, ()):
            found.append(row.get(author))
            found += [child["author_id"] for child in dicts(row.get(children)) if "author_id" in child]
    return (("user", key) for key in {native_id(value) for value in found} if key)


class _Named(msgspec.Struct, gc=False):
    """The people that a ticket's own record names."""

    requester_id: Any = None
    submitter_id: Any = None
    assignee_id: Any = None


def people_in(payloads: Mapping[str, list[bytes]]) -> Iterator[tuple[str, str]]:
    """Those of the ticket's own record, read from its bytes: few others act on a ticket who are not staff."""
    for payload in payloads.get("ticket", ())[-1:]:
        named = parse_as(payload, _Named)
        keys = {native_id(named.requester_id), native_id(named.submitter_id), native_id(named.assignee_id)}
        yield from (("user", key) for key in keys if key)


def latest(records: Records, kind: str) -> Json:
    """The newest record of a kind; an empty one where there is none."""
    listed = records.get(kind)
    return listed[-1] if listed else {}


def normalize(account: str, bundle: Bundle) -> Ticket | None:
    """None while the ticket's own record has not arrived."""
    found = facts(account, bundle)
    return None if found is None else Ticket.model_validate(found)


def facts(account: str, bundle: Bundle) -> Json | None:
    """The fields of a `Ticket`; None while the ticket's own record has not arrived."""
    raw = latest(bundle.records, "ticket")
    if not raw:
        return None
    version = version_of(raw)
    scope, left_scope = support_scope(bundle, version)
    was_ai = scope == "ai_agent" or left_scope is not None
    born = parse_time(raw.get("created_at")) or parse_time(version or None)
    cast = Cast(bundle.directory, bundle.config, native_id(raw.get("requester_id")), ai_scope=was_ai)
    ratings = csat_events(bundle.records, cast, born or EPOCH)
    trail = Trail(cast, born, bundle.config.type_field or "type", bundle.config.label_fields, bool(ratings))
    for update in updates(bundle.records.get("ticket_event", ()), bundle.records.get("audit", ()), born):
        trail.read(update)
    for index, entry in enumerate(bundle.records.get("conversation_log", ())):
        trail.turn(entry, f"log:{native_id(entry.get('id')) or index}", born or EPOCH)
    trail.finish()
    told = header(raw, bundle.config, cast, trail)
    events = [*trail.events, *ratings, *own_events(raw, told, trail, ratings)]
    events.sort(key=_at)
    events = with_hand_overs(events, bundle.config, was_ai=was_ai, left_scope=left_scope)
    for seq, event in enumerate(events):
        event["seq"] = seq
    return {
        **told,
        "vendor": "zendesk",
        "account": bundle.account or account,
        "native_id": bundle.ticket_id,
        "version": version,
        "support_scope": scope,
        "vendor_labels": labels(told, bundle.config, trail, events, scope),
        "events": events,
        "coverage": coverage(raw, bundle, trail, version),
    }


def version_of(raw: Json) -> int:
    """`generated_timestamp` moves with every change, `updated_at` only with those that make an event."""
    return unix_s(raw.get("generated_timestamp")) or unix_s(raw.get("updated_at"))


def support_scope(bundle: Bundle, version: int) -> tuple[str | None, datetime | None]:
    """The support type, and since when a ticket that left the AI scope can have left it.

    The scope pass names every ticket in AI scope, at its version. Named at this version: still there. Named only at an
    older one: it left. Never named although a pass was completed: an ordinary ticket. No completed pass: not known.
    """
    named = latest(bundle.records, "support_scope")
    if named:
        seen = unix_s(named.get("generated_timestamp"))
        return ("ai_agent", None) if seen >= version else ("agent", parse_time(seen))
    return ("agent" if bundle.directory.get("scope_pass", "ai_agent") else None), None


def header(raw: Json, config: AccountConfig, cast: Cast, trail: Trail) -> Json:
    """Everything about the ticket that is not an event."""
    via = read_via(raw.get("via"))
    tags, fields = words(raw.get("tags")), custom_fields(raw)
    status = _status(raw, cast)
    customer = cast.customer()
    merges = [event for event in trail.events if event["kind"] == "merge"]
    linked = [native_id(value) for value in (*_list(raw.get("followup_ids")), raw.get("problem_id"))]
    return {
        "created_at": parse_time(raw.get("created_at")),
        "updated_at": parse_time(raw.get("updated_at")),
        "status": status,
        "raw_status": short(raw.get("status")),
        "channel": _channel(via.channel, raw),
        "raw_channel": via.channel,
        "priority": PRIORITY("none" if raw.get("priority") is None else raw["priority"]),
        "subject": text(raw.get("subject")),
        "ticket_type": _ticket_type(raw, config, fields, trail),
        "language": cast.locale,
        "tier": _tier(config.tier_field, fields, cast),
        "tags": tags,
        "requester": customer,
        "organization_id": native_id(raw.get("organization_id")),
        "brand_id": native_id(raw.get("brand_id")),
        "group_id": native_id(raw.get("group_id")),
        "assignee_id": native_id(raw.get("assignee_id")),
        "assignee_kind": _held_by(raw, cast, tags),
        "custom_fields": fields,
        "merged_into": next((event["into"] for event in merges if event.get("into")), None),
        "follow_up_of": _continues(via),
        "linked": [key for key in linked if key],
        "is_test": _is_test(config, cast, customer["email"] if customer else None, tags),
        "deleted": status is Status.DELETED,
    }


def _continues(via: Via) -> str | None:
    """The closed ticket that this one follows up."""
    if via.rel != "follow_up" and via.channel != "closed_ticket":
        return None
    return native_id(via.source.get("ticket_id")) or native_id(via.source.get("id"))


def _status(raw: Json, cast: Cast) -> Status:
    """The status; where only a custom one is known, its category."""
    status = STATUS(raw.get("status"))
    if status is not Status.UNKNOWN:
        return status
    custom = cast.directory.get("custom_status", native_id(raw.get("custom_status_id"))) or {}
    return STATUS(custom.get("status_category"))


def _channel(word: str | None, raw: Json) -> Channel:
    channel = CHANNEL(word)
    return Channel.MESSAGING if channel is Channel.UNKNOWN and raw.get("from_messaging_channel") is True else channel


def _ticket_type(raw: Json, config: AccountConfig, fields: Mapping[str, str | None], trail: Trail) -> str | None:
    """The first type the ticket was given: a type edited after an escalation would tell its outcome."""
    current = fields.get(config.type_field) if config.type_field else short(raw.get("type"))
    return field_text(trail.first_type) or current


def _tier(name: str | None, fields: Mapping[str, str | None], cast: Cast) -> str | None:
    """From a custom field of the ticket, else from a field of the requester."""
    return (fields.get(name) or field_text(cast.user_fields.get(name))) if name else None


def _held_by(raw: Json, cast: Cast, tags: Iterable[str]) -> AssigneeKind:
    """The assignee decides; without one an AI's tag or group does."""
    if native_id(raw.get("assignee_id")) is not None:
        return cast.assignee_kind(raw["assignee_id"])
    if cast.config.ai_tags and any(tag.lower() in cast.config.ai_tags for tag in tags):
        return AssigneeKind.AI
    return cast.group_kind(raw.get("group_id"))


def _is_test(config: AccountConfig, cast: Cast, email: str | None, tags: Iterable[str]) -> bool:
    domain = (email or "").rpartition("@")[2].lower()
    return (
        domain in config.internal_domains
        or cast.requester in config.test_requesters
        or bool(config.test_tags and any(tag.lower() in config.test_tags for tag in tags))
    )


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def custom_fields(raw: Json) -> dict[str, str | None]:
    """Custom fields by id, as text; several choices are joined by commas."""
    found: dict[str, str | None] = {}
    for field in dicts(raw.get("custom_fields")):
        key = native_id(field.get("id"))
        if key is not None:
            found[key] = field_text(field.get("value"))
    return found


def field_text(value: object) -> str | None:
    """A field's value as text, whatever its type; None for nothing."""
    if isinstance(value, list):
        return ",".join(words(value)) or None
    return text(value) or short(value)


def own_events(raw: Json, facts: Json, trail: Trail, ratings: list[Json]) -> Iterator[Json]:
    """What the ticket's own record says and its history does not: the ticket it continues, a rating, a deletion."""
    changed = facts["updated_at"] or parse_time(raw.get("generated_timestamp")) or trail.born or EPOCH
    rated = ratings or any(event["kind"] == "csat" and event["satisfaction"]["value"] for event in trail.events)
    rating = None if rated else header_rating(raw, trail.cast, changed)
    if rating:
        yield rating
    if facts["follow_up_of"]:
        yield {
            "id": "follow_up",
            "at": trail.born or EPOCH,
            "actor": trail.cast.person(raw.get("requester_id")),
            "native_kind": "follow_up",
            "kind": "follow_up",
            "of": facts["follow_up_of"],
        }
    if facts["deleted"] and not any(event["kind"] == "deleted" for event in trail.events):
        yield {
            "id": "deleted",
            "at": changed,
            "actor": trail.cast.person(None),
            "native_kind": "deleted",
            "kind": "deleted",
        }


def labels(facts: Json, config: AccountConfig, trail: Trail, events: list[Json], scope: str | None) -> list[Json]:
    """The vendor's own scope, and the escalation labels the account writes into tags and fields, with their setters."""
    found: list[Json] = [{"name": "support_scope", "value": scope}] if scope else []
    for tag in facts["tags"] if config.label_tags else ():
        label = config.label_tags.get(tag)
        if label is not None:
            setter = next((e for e in reversed(events) if e["kind"] == "tag" and tag in e["added"]), None)
            found.append({"name": f"tag:{tag}", "value": label, **_set_by(setter)})
    for field, meanings in config.label_fields.items():
        label = meanings.get(facts["custom_fields"].get(field) or "")
        if label is not None:
            found.append({"name": f"field:{field}", "value": label, **_set_by(trail.setters.get(field))})
    return found


def _set_by(event: Json | None) -> Json:
    """`kind` or `kind:id` of whoever set a label, and when."""
    if event is None:
        return {}
    actor = event["actor"]
    return {"set_at": event["at"], "set_by": f"{actor.kind}:{actor.id}" if actor.id else str(actor.kind)}


def coverage(raw: Json, bundle: Bundle, trail: Trail, version: int) -> Json:
    """What we hold against the vendor's own count of comments, taken when the ticket's record was made."""
    counted = raw.get("comment_count")
    expected = counted if type(counted) is int and counted >= 0 else None
    until = parse_time(version or None)
    got = sum(1 for at in trail.comment_times if until is None or at <= until)
    if got != expected and got - trail.calls == expected:
        got -= trail.calls  # whether the count includes calls is not documented
    return {
        "messages_expected": expected,
        "messages_got": got,
        "events_complete": _from_the_start(bundle, trail),
        "gaps": list(_gaps(raw, bundle, trail, expected, got)),
    }


def _from_the_start(bundle: Bundle, trail: Trail) -> bool | None:
    """Every history begins with first values. Without them something is missing: surely so where nothing came at all
    or the vendor's own full history lacks them too.
    """
    if trail.created:
        return True
    return None if trail.events and not bundle.records.get("audit") else False


def _gaps(raw: Json, bundle: Bundle, trail: Trail, expected: int | None, got: int) -> Iterator[Json]:
    if expected is not None and expected != got:
        reason = _WHY_MISSING.get(STATUS(raw.get("status")), "the export left them out")
        yield {"what": "messages", "why": f"{got} of {expected} comments; {reason}"}
    if needs_transcript(raw, trail):
        yield {"what": "transcript", "why": "a messaging ticket without its conversation"}
    for stream, status in sorted(bundle.gone.items()):
        yield {"what": stream, "why": f"the vendor answered {status}"}
    if trail.untimed:
        yield {"what": "event times", "why": f"{trail.untimed} updates without a readable time"}


_WHY_MISSING = {
    Status.DELETED: "the ticket is deleted",
    Status.CLOSED: "the ticket is closed and may be archived",
}


def needs_transcript(raw: Json, trail: Trail) -> bool:
    """A messaging ticket of which we hold nothing public: its comment is a private stub, its turns are elsewhere."""
    if raw.get("from_messaging_channel") is not True or STATUS(raw.get("status")) is Status.DELETED:
        return False
    return not any(event["kind"] == "message" and event["visibility"] == "public" for event in trail.events)


def gaps(bundle: Bundle, ticket: Ticket) -> Iterator[FollowUp]:
    """Audits where the vendor counts other comments than we hold; the conversation where it is missing."""
    if ticket.deleted:
        return
    seen = ticket.coverage
    if seen.messages_expected not in (None, seen.messages_got) and "audits" not in bundle.gone:
        yield FollowUp("audits", ticket.native_id, ticket.version)
    if any(gap.what == "transcript" for gap in seen.gaps) and "conversation_log" not in bundle.gone:
        yield FollowUp("conversation_log", ticket.native_id, ticket.version)
