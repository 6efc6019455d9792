"""Moves of responsibility after the first AI turn: hand-overs, bounces and routing flicker."""

from __future__ import annotations

from typing import NamedTuple

from clonedesk_connectors.model import Event, Handoff
from clonedesk_connectors.quality.settings import CheckSettings
from clonedesk_connectors.quality.walk import (
    HUMAN,
    PROGRAMS,
    TO_AI,
    TO_GROUP,
    TO_HUMAN,
    TO_NOBODY,
    Routing,
    Walk,
    by_time,
)

_TOWARD_HUMAN = (TO_HUMAN, TO_GROUP)
_AWAY = (TO_AI, TO_NOBODY)


class Bounce(NamedTuple):
    """Given to a person or group and taken back (to the AI or nobody) before any human message.

    flicker: both moves were made by programs within the flicker window, so the ticket never really moved.
    """

    to_human: Routing
    back: Routing
    flicker: bool


def bounces(state: Walk, events: tuple[Event, ...], settings: CheckSettings) -> tuple[Bounce, ...]:
    found: list[Bounce] = []
    routing = state.routing_after
    for position, given in enumerate(routing):
        if given.to_kind not in _TOWARD_HUMAN:
            continue
        back = next((move for move in routing[position + 1 :] if move.kind == given.kind), None)
        if back is None or back.to_kind not in _AWAY or back.at - given.at > settings.bounce:
            continue
        if not any(given.at <= message.at <= back.at for message in (*state.human_after, *state.notes_after)):
            found.append(Bounce(given, back, _is_flicker(given, back, events, settings)))
    return tuple(found)


def _is_flicker(given: Routing, back: Routing, events: tuple[Event, ...], settings: CheckSettings) -> bool:
    if given.actor.kind not in PROGRAMS or back.actor.kind not in PROGRAMS or back.at - given.at > settings.flicker:
        return False
    return not any(event.actor.kind is HUMAN and given.at <= event.at <= back.at for event in events)


def handovers(state: Walk, taken_back: tuple[Bounce, ...]) -> tuple[Handoff | Routing, ...]:
    """Explicit hand-overs and assignments to people or groups after the first AI turn, routing flicker left out."""
    moves = [*state.handoffs, *(move for move in state.routing_after if move.to_kind in _TOWARD_HUMAN)]
    flickers = [bounce for bounce in taken_back if bounce.flicker]
    if flickers:
        moves = [move for move in moves if not any(_belongs(move, bounce) for bounce in flickers)]
    if len(moves) > 1:
        moves.sort(key=by_time)
    return tuple(moves)


def _belongs(move: Handoff | Routing, flicker: Bounce) -> bool:
    """Whether a program's move, or the hand-over told because of it, is part of the flicker."""
    return move.actor.kind in PROGRAMS and flicker.to_human.at <= move.at <= flicker.back.at
