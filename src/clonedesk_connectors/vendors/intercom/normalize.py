"""Raw Intercom records of one conversation to a `Ticket`: pure, repeatable, and never raising on what may be sent."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from clonedesk_connectors.model import AssigneeKind, Priority, Status, Ticket
from clonedesk_connectors.protocol import AccountConfig, Bundle, FollowUp
from clonedesk_connectors.vendors.intercom.cast import Cast
from clonedesk_connectors.vendors.intercom.events import RESOLUTION_STATE, Part, Trail, is_preview
from clonedesk_connectors.vendors.intercom.mapping import CHANNEL, CUSTOMER_TYPES, PRIORITY, STATUS, TICKET_STATUS
from clonedesk_connectors.vendors.intercom.values import Json, ident, items, obj, scalar, text, version_of, when

Records = Mapping[str, list[dict[str, Any]]]

MOST_PARTS = 500
"""The vendor returns the 500 most recent parts and has no way to older ones."""
_GONE = frozenset({404, 410})
_INTERNAL = ("Back-office", "Tracker")
_PEOPLE = (AssigneeKind.HUMAN, AssigneeKind.GROUP)


def gaps(bundle: Bundle) -> Iterator[FollowUp]:
    """The whole conversation, where only its line in the search, or an older copy, is known."""
    item, whole = _latest(bundle.records, "conversation_item"), _latest(bundle.records, "conversation")
    if _is_stale(whole, item) and not bundle.gone.get("conversation"):
        yield FollowUp("conversation", bundle.ticket_id, version_of(item))


def normalize(bundle: Bundle, account: str, api_version: str) -> Ticket | None:
    """None while neither a conversation, a ticket nor a deletion of this id is known.

    api_version: the `Intercom-Version` of the account; words and meanings differ between versions, so it is recorded.
    """
    story = _Story(bundle)
    if not (story.head or story.deletion):
        return None
    return Ticket.model_validate({"vendor": "intercom", "account": account, **story.ticket(api_version)})


def _latest(records: Records, kind: str) -> dict[str, Any]:
    found = records.get(kind)
    return found[-1] if found else {}


def _is_stale(whole: Json, item: Json) -> bool:
    """Whether the search showed something newer than the whole conversation we have, if we have it."""
    return bool(item) and (not whole or version_of(item) > version_of(whole))


def _parts(head: Json) -> list[dict[str, Any]]:
    for name in ("conversation_parts", "ticket_parts"):
        if name in head:
            return items(obj(head[name]).get(name))
    return []


def _as_conversation(ticket: Json) -> Json:
    """A ticket without its conversation, in the shape of one. Its description is its first message."""
    attributes = obj(ticket.get("ticket_attributes"))
    return {
        **ticket,
        "title": attributes.get("_default_title_"),
        "source": {"body": attributes.get("_default_description_")},
        "custom_attributes": attributes,
        "state": "open" if ticket.get("open") is True else "closed" if ticket.get("open") is False else None,
    }


class _Story:
    """One conversation on its way to a ticket."""

    def __init__(self, bundle: Bundle) -> None:
        records = bundle.records
        self.bundle, self.config = bundle, bundle.config
        self.deletion = _latest(records, "deletion")
        self.ticket_json = _latest(records, "ticket")
        self.whole, item = _latest(records, "conversation"), _latest(records, "conversation_item")
        self.stale = _is_stale(self.whole, item)
        head = {**self.whole, **item} if self.stale else self.whole
        self.native = bool(head)
        self.head: Json = head or (_as_conversation(self.ticket_json) if self.ticket_json else {})
        self.ai = obj(self.head.get("ai_agent"))
        self.source = obj(self.head.get("source"))
        self.untimed = 0
        self.born, self.changed = when(self.head.get("created_at")), when(self.head.get("updated_at"))
        self.parts = self._merged_parts()
        authors = [obj(part.json.get("author")) for part in self.parts]
        participated = self.head.get("ai_agent_participated") is True or bool(self.ai)
        self.cast = Cast(bundle.directory, self.config, [obj(self.source.get("author")), *authors], participated)
        self.participated = participated

    # --- parts ---

    def _merged_parts(self) -> list[Part]:
        """Parts of the conversation and, where it is a ticket too, those only the ticket has; in order of time."""
        rows = _parts(self.head)
        seen = {_fingerprint(part) for part in rows}
        if self.native and self.ticket_json:
            rows = rows + [part for part in _parts(self.ticket_json) if _fingerprint(part) not in seen]
        parts: dict[str, Part] = {}
        before = self.born
        for number, row in enumerate(rows):
            at = when(row.get("created_at")) or when(row.get("updated_at"))
            if at is None:
                self.untimed += 1
                at = before or self.changed
            if at is not None:
                before = at
                native_id = ident(row.get("id")) or f"#{number}"
                parts[native_id] = Part(native_id, at, text(row.get("part_type")) or "unknown", row)
        return sorted(parts.values(), key=lambda part: part.at)

    def _counts(self) -> tuple[int | None, int]:
        """Parts the vendor says there are (None: it does not say) and parts it sent."""
        name = "conversation_parts" if self.native else "ticket_parts"
        holder = obj(self.head.get(name))
        stated = (holder.get("total_count"), obj(self.head.get("statistics")).get("count_conversation_parts"))
        return max((one for one in stated if type(one) is int), default=None), len(items(holder.get(name)))

    def _coverage(self, trail: Trail, messages: int) -> Json:
        expected, got = self._counts()
        missing = self._missing(expected, got)
        gaps = [("messages", missing)] if missing else []
        known = expected is not None and not missing
        state = STATUS(scalar(self.head.get("state")))
        if known and not self.ticket_json and trail.status not in (None, state) and state is not Status.UNKNOWN:
            gaps.append(("events", "the state is not the one the parts lead to"))
        complete = not gaps if known or gaps else None
        if self.untimed:
            gaps.append(("times", f"{self.untimed} parts without a readable time stand where the vendor put them"))
        return {
            "messages_expected": messages if known else None,
            "messages_got": messages,
            "events_complete": complete,
            "gaps": [{"what": what, "why": why} for what, why in gaps],
        }

    def _missing(self, expected: int | None, got: int) -> str | None:
        """Why messages are known to be missing; None where they are not."""
        if not self.head:
            return "deleted before it was read"
        if self.stale:
            status = self.bundle.gone.get("conversation")
            return f"the conversation answered {status}" if status else "the newest version was not read yet"
        if got >= MOST_PARTS or (expected is not None and expected > got):
            total = str(expected) if expected is not None and expected > got else "an unknown number"
            return f"the vendor returned the {got} most recent of {total} parts"
        return None

    # --- events ---

    def _trail(self) -> Trail:
        customer_began = self.source.get("delivered_as") == "customer_initiated"
        from_start = customer_began and self._counts()[1] < MOST_PARTS
        internal = self.ticket_json.get("category") in _INTERNAL and self.ticket_json.get("is_shared") is not True
        trail = Trail(self.cast, Status.OPEN if from_start else None, internal=internal)
        born = self.born or (self.parts[0].at if self.parts else self.changed)
        if born is not None:
            trail.first_message(self.source, born)
        for part in self.parts:
            trail.part(part)
        trail.tags(self._tags())
        trail.rating(obj(self.head.get("conversation_rating")), self.changed)
        trail.ai_rating(self.ai, self.changed)
        if self.participated:
            trail.ai_agent(self.ai, self.changed, self._holder())
        trail.deleted(when(self.deletion.get("deleted_at")))
        return trail

    def _holder(self) -> str | None:
        admin, kind = self._assignee()
        return (admin or ident(self.head.get("team_assignee_id"))) if kind in _PEOPLE else None

    def _tags(self) -> list[dict[str, Any]]:
        return items(obj(self.head.get("tags")).get("tags"))

    def _assignee(self) -> tuple[str | None, AssigneeKind]:
        admin, team = ident(self.head.get("admin_assignee_id")), ident(self.head.get("team_assignee_id"))
        older = obj(self.head.get("assignee"))
        if admin is None and older.get("type") == "admin":
            admin = ident(older.get("id"))
        return admin, self.cast.admin_kind(admin) if admin else self.cast.team_kind(team)

    # --- the ticket ---

    def ticket(self, api_version: str) -> Json:
        trail = self._trail()
        events = trail.ordered()
        fields = self._fields(api_version)
        ticket_type = obj(self.ticket_json.get("ticket_type"))
        return {
            **self._header(),
            **self._place(),
            "ticket_type": fields.get(self.config.type_field or "") or text(ticket_type.get("name")),
            "tier": fields.get(self.config.tier_field or ""),
            "custom_fields": fields,
            "linked": tuple(filter(None, (ident(one.get("id")) for one in self._linked()))),
            "vendor_labels": self._labels(),
            "events": events,
            "coverage": self._coverage(trail, sum(event["kind"] == "message" for event in events)),
        }

    def _header(self) -> Json:
        head, raw_status = self.head, self._raw_status()
        deleted = bool(self.deletion) or self.bundle.gone.get("conversation") in _GONE
        return {
            "native_id": self.bundle.ticket_id,
            "version": max(version_of(head), version_of(self.ticket_json), version_of(self.whole)),
            "created_at": self.born,
            "updated_at": self.changed,
            "status": Status.DELETED if deleted else self._status(raw_status),
            "raw_status": raw_status,
            "deleted": deleted,
            "channel": CHANNEL(scalar(self.source.get("type"))),
            "raw_channel": scalar(self.source.get("type")),
            "priority": Priority.NONE if head.get("priority") is None else PRIORITY(scalar(head["priority"])),
            "subject": text(self.source.get("subject")) or text(head.get("title")),
        }

    def _place(self) -> Json:
        """Whose it is and whom it is with."""
        assignee, assignee_kind = self._assignee()
        requester = self._requester()
        tags = tuple(filter(None, (text(tag.get("name")) for tag in self._tags())))
        return {
            "requester": requester,
            "organization_id": ident(obj(self.head.get("company")).get("id")),
            "group_id": ident(self.head.get("team_assignee_id")),
            "assignee_id": assignee,
            "assignee_kind": assignee_kind,
            "tags": tags,
            "is_test": is_preview(self.ai) or _is_test(requester, tags, self.config),
        }

    def _raw_status(self) -> str | None:
        """The conversation's state; of a ticket without its conversation the ticket's, an object since 2.12."""
        if self.native:
            return scalar(self.head.get("state"))
        state = self.ticket_json.get("ticket_state")
        return scalar(obj(state).get("category")) or scalar(state)

    def _status(self, raw: str | None) -> Status:
        status = (STATUS if self.native else TICKET_STATUS)(raw)
        return STATUS(scalar(self.head.get("state"))) if status is Status.UNKNOWN else status

    def _linked(self) -> list[dict[str, Any]]:
        return items(obj(self.head.get("linked_objects")).get("data"))

    def _labels(self) -> list[Json]:
        state = text(self.ai.get("resolution_state"))
        return [{"name": RESOLUTION_STATE, "value": state}] if state else []

    def _fields(self, api_version: str) -> dict[str, str | None]:
        state = obj(self.ticket_json.get("ticket_state"))
        fields = {
            "Intercom-Version": api_version,
            "ticket_id": scalar(self.ticket_json.get("ticket_id")),
            "ticket_category": scalar(self.ticket_json.get("category")),
            "ticket_state": scalar(state.get("category")) or scalar(self.ticket_json.get("ticket_state")),
        }
        for other in items(self.head.get("external_references")):
            fields[f"external_reference.{other.get('type')}"] = ident(other.get("id"))
        fields = {name: value for name, value in fields.items() if value is not None}
        for attributes in (self.ticket_json.get("ticket_attributes"), self.head.get("custom_attributes")):
            fields.update((name, _field(value)) for name, value in obj(attributes).items())
        return fields

    def _requester(self) -> Json | None:
        """The first contact; name and address from what they wrote, as contacts carry only ids."""
        authors = [obj(self.source.get("author")), *(obj(part.json.get("author")) for part in self.parts)]
        customers = {ident(one.get("id")): one for one in reversed(authors) if _is_contact(one)}
        contacts = items(obj(self.head.get("contacts")).get("contacts"))
        first = next((ident(one.get("id")) for one in (authors[0], *contacts) if _is_contact(one)), None)
        native_id = first or next(reversed(customers), None)
        if native_id is None:
            return None
        known = customers.get(native_id, {})
        return {"id": native_id, "name": text(known.get("name")), "email": text(known.get("email"))}


def _is_contact(one: Json) -> bool:
    return scalar(one.get("type")) in CUSTOMER_TYPES and ident(one.get("id")) is not None


def _fingerprint(part: Json) -> tuple[str | None, ...]:
    """What makes two parts the same in a conversation and in its ticket."""
    return ident(part.get("id")), scalar(part.get("created_at"))


def _field(value: object) -> str | None:
    plain = scalar(value)
    return plain if plain is not None or value is None else json.dumps(value, sort_keys=True, default=str)


def _is_test(requester: Json | None, tags: Iterable[str], config: AccountConfig) -> bool:
    if any(tag.lower() in config.test_tags for tag in tags):
        return True
    if requester is None:
        return False
    domain = (requester["email"] or "").rpartition("@")[2].lower()
    return requester["id"] in config.test_requesters or domain in config.internal_domains
