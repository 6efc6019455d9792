"""Who did something, and why we think so."""

from __future__ import annotations

from clonedesk_connectors.model.base import Value
from clonedesk_connectors.model.vocab import ActorKind


class Evidence(Value):
    """One reason for believing an actor is of a kind: the vendor field or setting, and what it holds."""

    source: str
    value: str


class Actor(Value):
    """Who did something. `kind` is a judgement and carries its evidence; UNKNOWN is never counted as a human."""

    kind: ActorKind
    id: str | None = None
    name: str | None = None
    evidence: tuple[Evidence, ...] = ()


class Person(Value):
    """The customer a ticket is for. `id` is the vendor's id, unique within the account."""

    id: str
    name: str | None = None
    email: str | None = None
    phone: str | None = None
    organization_id: str | None = None
    is_staff: bool = False
