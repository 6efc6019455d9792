"""Satisfaction: both of the vendor's models, each rating with its raw value, its scale and our 1-5 value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from clonedesk_connectors.model import AssigneeKind, Rated, Scale
from clonedesk_connectors.text.times import parse_time
from clonedesk_connectors.vendors.zendesk.cast import Cast
from clonedesk_connectors.vendors.zendesk.mapping import FIVE_POINT, RATING_CATEGORY, SCORE
from clonedesk_connectors.vendors.zendesk.values import dicts, native_id, part, short, text

Json = dict[str, Any]

_RATED = {AssigneeKind.HUMAN: Rated.HUMAN, AssigneeKind.AI: Rated.AI, AssigneeKind.NONE: Rated.TICKET}


def csat_events(records: Mapping[str, list[Json]], cast: Cast, fallback: datetime) -> list[Json]:
    """Rating records of a ticket as events; fallback: UTC time of a rating whose own times cannot be read."""
    found = [_rating(row, index, cast, fallback) for index, row in enumerate(records.get("satisfaction_rating", ()))]
    for index, row in enumerate(records.get("survey_response", ())):
        found += _survey(row, index, cast, fallback)
    return found


def _rating(row: Json, index: int, cast: Cast, fallback: datetime) -> Json:
    """`created_at` may be when the rating was asked for, `updated_at` is when it got its present score."""
    asked, changed = parse_time(row.get("created_at")), parse_time(row.get("updated_at"))
    value = SCORE(row.get("score"))
    return {
        "id": f"rating:{native_id(row.get('id')) or index}",
        "at": changed or asked or fallback,
        "actor": cast.person(row.get("requester_id")),
        "native_kind": "satisfaction_rating",
        "kind": "csat",
        "satisfaction": {
            "raw": short(row.get("score")) or "",
            "scale": Scale.GOOD_BAD,
            "value": value,
            "rated": _RATED.get(cast.assignee_kind(row.get("assignee_id")), Rated.UNKNOWN),
            "asked_at": asked,
            "answered_at": None if value is None else changed,
            "comment": text(row.get("comment")),
            "reason": text(row.get("reason")),
        },
    }


def _survey(row: Json, index: int, cast: Cast, fallback: datetime) -> Iterator[Json]:
    """Nothing for a survey without an answer to a rating question: it was only asked."""
    answers = dicts(row.get("answers"))
    scales = [answer for answer in answers if answer.get("type") == "rating_scale"]
    judged = [answer for answer in scales if part(answer, "question").get("sub_type") == "customer_satisfaction"]
    for answer in (judged or scales)[:1]:
        value, scale, raw = rating_value(answer)
        at = next(filter(None, map(parse_time, answer_times(answer, row))), None)
        comments = (text(other.get("value")) for other in answers if other.get("type") == "open_ended")
        yield {
            "id": f"survey:{native_id(row.get('id')) or index}",
            "at": at or fallback,
            "actor": cast.person(native_id(row.get("responder_id")) or cast.requester),
            "native_kind": "survey_response",
            "kind": "csat",
            "satisfaction": {
                "raw": raw,
                "scale": scale,
                "value": value,
                "rated": Rated.TICKET,
                "answered_at": at,
                "comment": next((comment for comment in comments if comment), None),
            },
        }


def answer_times(answer: Json, row: Json) -> tuple[object, ...]:
    """When a survey was answered, best first: the reference page dates the answers, others date the response."""
    return tuple(part_of.get(name) for part_of in (answer, row) for name in ("updated_at", "created_at"))


def header_rating(raw: Json, cast: Cast, at: datetime) -> Json | None:
    """The rating that a ticket's own record shows; it has no time, so it is dated with the record's last change."""
    shown = part(raw, "satisfaction_rating")
    if SCORE(shown.get("score")) is None:
        return None
    rating = _rating(
        {**shown, "requester_id": raw.get("requester_id"), "assignee_id": raw.get("assignee_id")}, 0, cast, at
    )
    return {**rating, "native_kind": "ticket.satisfaction_rating"}


def rating_value(answer: Json) -> tuple[int | None, Scale, str]:
    """(1-5 value, scale, raw). The number counts only on the five-point satisfaction question, else the category does.

    A custom scale shows itself by another number of options or by a number that its category cannot have on five.
    """
    rating, category = answer.get("rating"), answer.get("rating_category")
    if type(rating) is int and _is_five_point(rating, category, part(answer, "question")):
        return rating, Scale.ONE_TO_FIVE, str(rating)
    value = RATING_CATEGORY(category)
    scale = Scale.UNKNOWN if value is None else Scale.CATEGORY
    return value, scale, "/".join(word for word in (short(category), short(rating)) if word)


def _is_five_point(rating: int, category: object, question: Json) -> bool:
    if question.get("sub_type") != "customer_satisfaction" or not 1 <= rating <= 5:
        return False
    options = question.get("options")
    return len(options) == 5 if isinstance(options, list) and options else rating in FIVE_POINT(category)
