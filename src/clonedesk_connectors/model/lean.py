"""Tickets that are made only to be stored, or read only to be counted: checked like a `Ticket`, much cheaper.

The types are derived from the models, so there is one definition of a ticket. What a lean ticket lacks are pydantic's
methods and classes; its fields, its properties and its JSON are those of a `Ticket`, which a test holds against each
other.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cache, reduce
from operator import or_
from types import UnionType
from typing import Annotated, Any, Literal, Union, cast, get_args, get_origin

import msgspec
from annotated_types import Ge, Le
from pydantic import AwareDatetime, BaseModel
from pydantic.fields import FieldInfo

from clonedesk_connectors.model.actor import Actor
from clonedesk_connectors.model.base import Instant
from clonedesk_connectors.model.events import Cause
from clonedesk_connectors.model.ticket import Ticket, ticket_json

_AWARE = Annotated[datetime, msgspec.Meta(tz=True)]
_READY_MADE = (Actor, Cause)
"""One of these serves many events, so they come as instances and are not copied."""


def lean_ticket(facts: Mapping[str, Any]) -> Ticket:
    """What `Ticket.model_validate` would check and fill in, as a value to read, store and drop.

    facts: the fields of a ticket; events as dicts whose actor and cause are instances, all times UTC.
    Raises ValueError for what is no ticket.
    """
    return cast(Ticket, msgspec.convert(facts, _lean(Ticket, _READY_MADE)))


def read_lean_ticket(line: bytes) -> Ticket:
    """A ticket from its JSON, as a value to read and drop. Raises ValueError for what is no ticket."""
    return cast(Ticket, _reader().decode(line))


def whole_ticket(ticket: Ticket) -> Ticket:
    """The `Ticket` that a lean one stands for."""
    return ticket if isinstance(ticket, Ticket) else Ticket.model_validate_json(ticket_json(ticket))


@cache
def _reader() -> msgspec.json.Decoder[msgspec.Struct]:
    return msgspec.json.Decoder(_lean(Ticket, ()))


@cache
def _lean(model: type[BaseModel], as_they_are: tuple[type[BaseModel], ...]) -> type[msgspec.Struct]:
    """as_they_are: models whose instances are taken over."""
    own: dict[str, Any] = {name: value for name, value in vars(model).items() if isinstance(value, property)}
    fields: list[Any] = []
    options: dict[str, Any] = {"kw_only": True, "gc": False, "forbid_unknown_fields": True}
    for name, field in model.model_fields.items():
        if name == "kind" and get_origin(field.annotation) is Literal:
            options |= {"tag_field": "kind", "tag": field.default}
            own["kind"] = field.default
        else:
            fields.append((name, _bounded(field, as_they_are), *_default(field, as_they_are)))
    return msgspec.defstruct(model.__name__, fields, namespace=own, **options)


def _default(field: FieldInfo, as_they_are: tuple[type[BaseModel], ...]) -> tuple[Any, ...]:
    if field.is_required():
        return ()
    if field.default_factory is not None:
        return (msgspec.field(default_factory=cast(Any, field.default_factory)),)
    value = field.default
    if isinstance(value, BaseModel):
        value = msgspec.convert(dict(value), _lean(type(value), as_they_are))
        return (msgspec.field(default_factory=lambda: value),)
    return (value,)


def _bounded(field: FieldInfo, as_they_are: tuple[type[BaseModel], ...]) -> Any:
    """A field's type with the bounds that stand beside it."""
    bounds: dict[str, Any] = {}
    for item in field.metadata:
        if isinstance(item, Ge):
            bounds["ge"] = item.ge
        elif isinstance(item, Le):
            bounds["le"] = item.le
    return _type(field.annotation, as_they_are, msgspec.Meta(**bounds) if bounds else None)


def _type(annotation: Any, as_they_are: tuple[type[BaseModel], ...], meta: msgspec.Meta | None = None) -> Any:
    origin, parts = get_origin(annotation), get_args(annotation)
    if annotation in (Instant, AwareDatetime):
        return _AWARE
    if annotation is int and meta is not None:
        return Annotated[int, meta]
    if origin is Annotated:
        return _type(parts[0], as_they_are, meta)
    if origin in (Union, UnionType):
        return reduce(or_, (_type(part, as_they_are, meta) for part in parts))
    if origin is tuple:
        item = _type(parts[0], as_they_are)
        return tuple.__class_getitem__((item, ...))
    if isinstance(annotation, type) and issubclass(annotation, BaseModel) and annotation not in as_they_are:
        return _lean(annotation, as_they_are)
    return annotation
