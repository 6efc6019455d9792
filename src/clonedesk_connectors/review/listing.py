"""Reading the queue: lists, counts, history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, func, or_, select

from clonedesk_connectors.review.claims import IN_ORDER
from clonedesk_connectors.review.states import Action, State
from clonedesk_connectors.store.records import AnyRow
from clonedesk_connectors.store.review_tables import draft, event, opinion

_D = draft.c


@dataclass(frozen=True, slots=True)
class Query:
    """Which drafts; everything given must hold. text: found in the draft or the final text, in any case.

    claimed_by, decided_by: a person. source: explicit or inferred.
    """

    states: Sequence[State] = ()
    vendor: str | None = None
    account: str | None = None
    ticket_id: str | None = None
    kind: str | None = None
    outcome: str | None = None
    decided_by: str | None = None
    claimed_by: str | None = None
    source: str | None = None
    segment_type: str | None = None
    segment_channel: str | None = None
    segment_tier: str | None = None
    segment_language: str | None = None
    model_version: str | None = None
    text: str | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        plain = [
            column == value
            for name in self.__slots__
            if name not in ("states", "text") and (value := getattr(self, name)) is not None
            for column in (_D[name],)
        ]
        if self.states:
            plain.append(_D.state.in_(tuple(self.states)))
        if self.text:
            found = (column.icontains(self.text, autoescape=True) for column in (_D.body, _D.final_text))
            plain.append(or_(*found))
        return plain


def find(connection: Connection, query: Query, limit: int, offset: int) -> list[AnyRow]:
    """Waiting drafts alone come in the order they are handed out, everything else last changed first."""
    waiting = tuple(query.states) == (State.AWAITING_REVIEW,)
    order = IN_ORDER if waiting else (_D.changed_ms.desc(), _D.draft_id)
    return list(
        connection.execute(select(draft).where(*query.conditions()).order_by(*order).limit(limit).offset(offset))
    )


def counts(connection: Connection, query: Query) -> dict[State, int]:
    rows = connection.execute(select(_D.state, func.count()).where(*query.conditions()).group_by(_D.state))
    found = {State(state): number for state, number in rows}
    return {state: found.get(state, 0) for state in State}


def history(connection: Connection, draft_id: str | None, after: int, limit: int) -> list[AnyRow]:
    """History lines after a sequence number, of one draft or of all."""
    wanted = [event.c.seq > after, *([event.c.draft_id == draft_id] if draft_id else [])]
    return list(connection.execute(select(event).where(*wanted).order_by(event.c.seq).limit(limit)))


def has_revealed(connection: Connection, draft_id: str, person: str) -> bool:
    """Whether this person has asked to see the personal data of the draft."""
    asked = (event.c.draft_id == draft_id, event.c.action == Action.REVEAL, event.c.actor == person)
    return connection.scalar(select(event.c.seq).where(*asked).limit(1)) is not None


def opinions(connection: Connection, draft_id: str) -> list[AnyRow]:
    """Everything people said of a draft, undone opinions included, oldest first."""
    return list(connection.execute(select(opinion).where(opinion.c.draft_id == draft_id).order_by(opinion.c.id)))
