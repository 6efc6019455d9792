"""Both of Zendesk's satisfaction models on one scale, and what is never taken for a rating."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from clonedesk_connectors.model import Csat, Rated, Satisfaction, Scale
from clonedesk_connectors.protocol import AccountConfig
from tests.zendesk.helpers import ANN, BOT, CUSTOMER, change, header, load, read, row


def rated(**records: Any) -> list[Csat]:
    return [event for event in read(**records).events if isinstance(event, Csat)]


def rating(**fields: Any) -> dict[str, Any]:
    return {
        "id": 35436,
        "ticket_id": 7,
        "requester_id": CUSTOMER,
        "assignee_id": ANN,
        "score": "bad",
        "comment": "Too slow.",
        "reason": "Took too long",
        "created_at": "2026-03-02T11:00:00Z",
        "updated_at": "2026-03-02T12:00:00Z",
    } | fields


def test_a_rating_keeps_its_word_its_times_and_whom_it_judges() -> None:
    (event,) = rated(satisfaction_rating=[rating()])
    assert (event.id, event.at, event.actor.id) == ("rating:35436", datetime(2026, 3, 2, 12, tzinfo=UTC), "901")
    assert event.satisfaction == Satisfaction(
        raw="bad",
        scale=Scale.GOOD_BAD,
        value=1,
        rated=Rated.HUMAN,
        asked_at=datetime(2026, 3, 2, 11, tzinfo=UTC),
        answered_at=datetime(2026, 3, 2, 12, tzinfo=UTC),
        comment="Too slow.",
        reason="Took too long",
    )


@pytest.mark.parametrize(
    ("score", "value"),
    [("good", 5), ("bad", 1), ("offered", None), ("unoffered", None), ("splendid", None), (None, None)],
)
def test_only_good_and_bad_are_values(score: object, value: int | None) -> None:
    assert rated(satisfaction_rating=[rating(score=score)])[0].satisfaction.value == value


@pytest.mark.parametrize(
    ("assignee", "who"), [(ANN, Rated.HUMAN), (BOT, Rated.AI), (None, Rated.TICKET), (999, Rated.UNKNOWN)]
)
def test_a_rating_judges_whoever_was_assigned(assignee: int | None, who: Rated) -> None:
    config = AccountConfig(bot_users=frozenset({"802"}))
    assert rated(satisfaction_rating=[rating(assignee_id=assignee)], config=config)[0].satisfaction.rated is who


def test_a_survey_answer_is_on_the_five_point_scale() -> None:
    (event,) = rated(survey_response=[load("survey.json")])
    assert (event.id, event.at) == ("survey:01SURVEY", datetime(2026, 3, 3, 10, 30, tzinfo=UTC))
    assert event.satisfaction == Satisfaction(
        raw="2",
        scale=Scale.ONE_TO_FIVE,
        value=2,
        rated=Rated.TICKET,
        answered_at=datetime(2026, 3, 3, 10, 30, tzinfo=UTC),
        comment="Took too long.",
    )


def answer(rating: object, category: object, **question: Any) -> dict[str, Any]:
    return {
        "id": "01S",
        "updated_at": "2026-03-03T10:00:00Z",
        "answers": [
            {
                "type": "rating_scale",
                "rating": rating,
                "rating_category": category,
                "question": {"sub_type": "customer_satisfaction"} | question,
            }
        ],
    }


FIVE = [{"rating": n} for n in (1, 2, 3, 4, 5)]


@pytest.mark.parametrize(
    ("response", "value", "scale", "raw"),
    [
        (answer(4, "good"), 4, Scale.ONE_TO_FIVE, "4"),
        (answer(3, "bad", options=FIVE), 3, Scale.ONE_TO_FIVE, "3"),
        (answer(2, "good"), 5, Scale.CATEGORY, "good/2"),
        (answer(2, "neutral", options=FIVE[:3]), 3, Scale.CATEGORY, "neutral/2"),
        (answer(9, "good"), 5, Scale.CATEGORY, "good/9"),
        (answer(4, "good", sub_type="other"), 5, Scale.CATEGORY, "good/4"),
        (answer("4", None), None, Scale.UNKNOWN, "4"),
        (answer(None, "lukewarm"), None, Scale.UNKNOWN, "lukewarm"),
    ],
)
def test_the_number_counts_only_on_a_five_point_satisfaction_question(
    response: dict[str, Any], value: int | None, scale: Scale, raw: str
) -> None:
    satisfaction = rated(survey_response=[response])[0].satisfaction
    assert (satisfaction.value, satisfaction.scale, satisfaction.raw) == (value, scale, raw)


def test_the_satisfaction_question_is_read_even_if_another_scale_comes_first() -> None:
    other, asked = answer(1, "bad", sub_type="other"), answer(5, "good")
    both = {**asked, "answers": [*other["answers"], *asked["answers"]]}
    assert rated(survey_response=[both])[0].satisfaction.value == 5


@pytest.mark.parametrize("answers", [[], None, [{"type": "skipped"}], [{"type": "open_ended", "value": "Hm"}]])
def test_a_survey_without_a_rating_is_no_rating(answers: object) -> None:
    assert rated(survey_response=[{"id": "01S", "answers": answers}]) == []


def test_a_rating_told_by_the_history_alone_counts() -> None:
    rows = [
        row(5, CUSTOMER, change(21, "satisfaction_score", "offered", "unoffered")),
        row(9, CUSTOMER, {"id": 22, "event_type": "SatisfactionRating", "score": "good", "body": "Thanks"}),
    ]
    found = [event for event in read(*rows).events if isinstance(event, Csat)]
    assert [(e.satisfaction.value, e.satisfaction.comment) for e in found] == [(None, None), (5, "Thanks")]
    assert found[0].satisfaction.asked_at == datetime(2026, 3, 2, 10, 5, tzinfo=UTC)


def test_the_history_does_not_repeat_a_rating_that_has_its_own_record() -> None:
    rows = [
        row(5, CUSTOMER, change(21, "satisfaction_score", "bad", "offered")),
        row(6, CUSTOMER, {"id": 22, "event_type": "SatisfactionRating", "score": "bad"}),
    ]
    ticket = read(*rows, satisfaction_rating=[rating()])
    assert [event.kind for event in ticket.events] == ["other", "other", "csat"]


def test_a_rating_only_the_ticket_itself_shows_is_dated_with_its_last_change() -> None:
    shown = {"score": "bad", "id": 9, "comment": "No"}
    (event,) = rated(ticket=header(satisfaction_rating=shown))
    assert (event.native_kind, event.at) == ("ticket.satisfaction_rating", datetime(2026, 3, 2, 10, 30, tzinfo=UTC))
    assert (event.satisfaction.value, event.satisfaction.answered_at) == (1, None)


@pytest.mark.parametrize("shown", [None, {"score": "unoffered"}, {"score": "offered"}, "bad", {}])
def test_a_ticket_that_shows_no_answer_has_no_rating(shown: object) -> None:
    assert rated(ticket=header(satisfaction_rating=shown)) == []
