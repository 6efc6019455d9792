"""One ticket from what a program already holds: vendor JSON, or the objects of a vendor's SDK. Makes no request."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from clonedesk_connectors.errors import ConfigError, ContractBroken
from clonedesk_connectors.model import Ticket
from clonedesk_connectors.protocol import Account, AccountConfig, Bundle, registry

Json = dict[str, Any]
Records = dict[str, list[Json]]


def normalize(
    obj: object,
    *,
    comments: Iterable[object] | None = None,
    audits: Iterable[object] | None = None,
    people: Iterable[object] = (),
    vendor: str | None = None,
    account: str = "local",
    config: AccountConfig | None = None,
    options: Mapping[str, str] | None = None,
) -> Ticket:
    """A Zendesk or Freshdesk ticket, or an Intercom conversation or ticket, as our `Ticket`.

    obj: the vendor's JSON object, a zenpy `Ticket` or a python-intercom `Conversation` or `Ticket`. comments: a Zendesk
    ticket's comments or a Freshdesk ticket's conversations. audits: a Zendesk ticket's audits; they hold its comments
    too, and everything else that happened. people: users, admins or agents the vendor sent along; without them it may
    stay unknown who is a person and who a program. What is not handed over is missing in the ticket, and its `coverage`
    says so. vendor: where the object does not tell. account, config, options: as for `connect`.

    Raises ConfigError for an object that is not one of these, and ContractBroken for one that is nested without end.
    """
    raw, sent_along = _unwrapped(_plain(obj))
    name = vendor or _vendor_of(raw)
    if name not in _SHAPES:
        raise ConfigError(f"this is not a ticket of {', '.join(_SHAPES)}; if it is, say vendor=…")
    shape = _SHAPES[name]
    key = raw.get("id")
    if isinstance(key, bool) or not isinstance(key, int | str):
        raise ConfigError("a ticket without an id cannot be normalised")
    records = shape.records(raw, _rows(comments), _rows(audits))
    directory = _People(shape.person, [*sent_along, *_rows(people)])
    try:
        described = Account(vendor=name, name=account, options=dict(options or {}), config=config or AccountConfig())
        bundle = Bundle(str(key), records, directory, account, described.config)
        ticket = registry.load(described).normalize(bundle)
    except ValidationError as error:
        raise ConfigError(f"this cannot be normalised: {error.errors()[0]['msg']}") from None
    except RecursionError:
        raise ContractBroken("the object is nested too deeply to be a ticket") from None
    if ticket is None:
        raise ConfigError("the object does not hold a ticket of its own")
    return ticket


class _People:
    """The directory of one ticket: whoever was handed over, by id."""

    def __init__(self, kind: str, rows: Iterable[Json]) -> None:
        self._found = {(kind, str(row.get("id"))): row for row in rows}

    def get(self, kind: str, native_id: object) -> Json | None:
        return self._found.get((kind, str(native_id)))


# --- from objects to JSON -------------------------------------------------------------------------------------------


def _rows(objects: Iterable[object] | None) -> list[Json]:
    return [_plain(one) for one in objects or ()]


def _plain(obj: object) -> Json:
    """JSON as received. Reads only what the object holds: the lazy members of zenpy's objects would make requests."""
    sdk = type(obj).__module__.partition(".")[0]
    plain: object = obj
    if sdk == "zenpy" and hasattr(obj, "to_dict"):
        plain = obj.to_dict()
    elif sdk == "intercom":
        plain = _members(obj)
    if not isinstance(plain, Mapping):
        raise ConfigError(f"a {type(obj).__name__} is neither JSON nor an object of a vendor's SDK")
    return dict(plain)


def _members(value: Any) -> Any:
    """The fields a python-intercom model was given, exactly. Its own `dict()` warns of, and changes, what its types do
    not foresee."""
    if hasattr(value, "model_fields_set"):
        given = {**vars(value), **(value.model_extra or {})}
        return {name: _members(given[name]) for name in given if name in value.model_fields_set}
    if isinstance(value, Mapping):
        return {name: _members(inner) for name, inner in value.items()}
    return [_members(inner) for inner in value] if isinstance(value, list | tuple) else value


def _unwrapped(raw: Json) -> tuple[Json, list[Json]]:
    """The ticket, and the people, of a whole Zendesk answer."""
    ticket = raw.get("ticket")
    return (ticket, _objects(raw.get("users"))) if isinstance(ticket, dict) else (raw, [])


def _objects(value: object) -> list[Json]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _vendor_of(raw: Json) -> str | None:
    """By members that every record of a vendor has and no other vendor's."""
    if raw.get("type") in ("conversation", "ticket") and "submitter_id" not in raw:
        return "intercom"
    return next((name for name, shape in _SHAPES.items() if shape.mark in raw), None)


# --- from JSON to raw records ---------------------------------------------------------------------------------------


def _zendesk(ticket: Json, comments: list[Json], audits: list[Json]) -> Records:
    """Comments stand inside audits; those that are in none become audits of their own."""
    told = (event for audit in audits for event in _objects(audit.get("events")))
    known = {str(event.get("id")) for event in told}
    made: dict[str, Json] = {}
    for comment in comments:
        if str(comment.get("id")) not in known:
            key = comment.get("audit_id") or comment.get("id")
            audit = {name: comment.get(name) for name in ("created_at", "author_id", "via")}
            events = made.setdefault(str(key), {**audit, "id": key, "events": []})["events"]
            events.append({**comment, "type": comment.get("type") or "Comment"})
    return {"ticket": [ticket], "audit": [*audits, *made.values()]}


def _intercom(conversation: Json, comments: list[Json], audits: list[Json]) -> Records:
    if comments or audits:
        raise ConfigError("an Intercom conversation holds its parts itself; comments and audits belong to tickets")
    return {"ticket" if conversation.get("type") == "ticket" else "conversation": [conversation]}


def _freshdesk(ticket: Json, comments: list[Json], audits: list[Json]) -> Records:
    if audits:
        raise ConfigError("Freshdesk tickets have no audits")
    return {"ticket": [ticket], "conversation": comments or _objects(ticket.get("conversations"))}


@dataclass(frozen=True, slots=True)
class _Shape:
    """mark: a member that gives the vendor away. person: the directory kind of its people."""

    mark: str
    person: str
    records: Callable[[Json, list[Json], list[Json]], Records]


_SHAPES = {
    "zendesk": _Shape("submitter_id", "user", _zendesk),
    "intercom": _Shape("conversation_parts", "admin", _intercom),
    "freshdesk": _Shape("responder_id", "agent", _freshdesk),
}
