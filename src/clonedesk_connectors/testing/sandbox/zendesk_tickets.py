"""Zendesk's ticket rows and what can be asked to come with them."""

from collections.abc import Iterable, Sequence
from typing import Any

from clonedesk_connectors.testing.sandbox.zendesk_desk import Desk, Rating
from clonedesk_connectors.testing.sandbox.zendesk_events import REDACTED
from clonedesk_connectors.testing.sandbox.zendesk_history import History
from clonedesk_connectors.testing.sandbox.zendesk_people import (
    BRAND,
    CUSTOMER_BASE,
    FORM,
    GROUP_BASE,
    ORGANIZATION_BASE,
    People,
    iso,
    user_id,
)
from clonedesk_connectors.testing.world import directory as world_directory
from clonedesk_connectors.testing.world.texts import words

RATING_BASE = 3_000_000_000_000
_CHANNELS = {"email": "email", "web": "web", "messaging": "native_messaging"}
Row = dict[str, Any]


class Tickets:
    """Renders ticket rows, ratings and sideloads.

    survey_from_s: ratings offered from then on belong to the newer five-step survey and are not on the ticket.
    """

    def __init__(self, desk: Desk, people: People, survey_from_s: int) -> None:
        self._desk = desk
        self._people = people
        self._survey_from_s = survey_from_s

    def row(self, number: int, include: Iterable[str] = ()) -> Row:
        """One ticket as the exports and `tickets/{id}` show it."""
        history = self._desk.history(number, keep=False)
        story, state = history.story, history.state
        subject = self._desk.world.subject(story)
        organization = None if story.organisation is None else ORGANIZATION_BASE + story.organisation
        fields = [{"id": identity, "value": value} for identity, value in state.custom_fields.items()]
        row: Row = {
            "url": f"{self._people.base_url}/api/v2/tickets/{number}.json",
            "id": number,
            "external_id": None,
            "via": self._via(history),
            "created_at": iso(story.created_s),
            "updated_at": iso(history.updated_s),
            "generated_timestamp": self._desk.generated_s(number),
            "type": "question",
            "subject": subject,
            "raw_subject": subject,
            "description": self._description(history),
            "priority": state.priority,
            "status": state.status,
            "recipient": "support@example.org" if story.channel == "email" else None,
            "requester_id": CUSTOMER_BASE + story.customer,
            "submitter_id": user_id(story.steps[0].role, story.steps[0].actor),
            "assignee_id": state.assignee_id,
            "organization_id": organization,
            "group_id": state.group_id,
            "collaborator_ids": [],
            "follower_ids": [],
            "email_cc_ids": [],
            "forum_topic_id": None,
            "problem_id": None,
            "has_incidents": False,
            "is_public": True,
            "due_at": None,
            "tags": state.tags,
            "custom_fields": fields,
            "satisfaction_rating": self.satisfaction(history),
            "sharing_agreement_ids": [],
            "custom_status_id": state.custom_status_id,
            "fields": fields,
            "followup_ids": self._followups(history),
            "ticket_form_id": FORM,
            "brand_id": BRAND,
            "allow_channelback": False,
            "allow_attachments": True,
            "from_messaging_channel": story.channel == "messaging",
        }
        if "comment_count" in include:
            row["comment_count"] = len(state.public)
        if "metric_sets" in include:
            row["metric_set"] = self._metrics(history)
        return row

    def _description(self, history: History) -> str:
        first = history.story.steps[0]
        return REDACTED if 0 in history.state.redacted else self._desk.world.text(history.story, first).plain

    def _via(self, history: History) -> Row:
        story = history.story
        source: Row = {"from": {}, "to": {}, "rel": None}
        if story.link == "follow_up_of" and story.partner is not None:
            source = {"from": {"ticket_id": story.partner + 1, "channel": "email"}, "to": {}, "rel": "follow_up"}
        elif story.channel == "email" and story.steps[0].role == "customer":
            person = self._desk.world.customer(story.customer)
            source["from"] = {"address": person.email, "name": person.name}
            source["to"] = {"name": "Hollowbrook", "address": "support@example.org"}
        return {"channel": _CHANNELS[story.channel], "source": source}

    def _followups(self, history: History) -> list[int]:
        story = history.story
        if story.link != "followed_up_by" or story.partner is None:
            return []
        return [story.partner + 1] if self._desk.story(story.partner + 1).created_s <= self._desk.now_s else []

    def satisfaction(self, history: History) -> Row:
        """The good/bad rating on the ticket; the newer survey leaves it unoffered."""
        state = history.state
        if state.offered_s is None or state.offered_s >= self._survey_from_s:
            return {"score": "unoffered"}
        if state.rating is None:
            return {"score": "offered"}
        score, comment = self._verdict(history)
        return {
            "score": score,
            "id": RATING_BASE + history.story.number,
            "comment": comment,
            "reason": "No reason provided",
        }

    def _verdict(self, history: History) -> tuple[str, str | None]:
        step = history.state.rating
        assert step is not None
        comment = None if step.detail is None else words(self._desk.world, history.story, step.detail, 0xC5)
        return ("good" if step.value >= 4 else "bad"), comment

    def is_survey(self, rating: Rating) -> bool:
        return rating.offered_s >= self._survey_from_s

    def rating_row(self, rating: Rating) -> Row:
        """One row of `satisfaction_ratings`; created_at is when the rating was asked for."""
        history = self._desk.history(rating.number)
        identity = RATING_BASE + rating.number
        score, comment = ("offered", None) if rating.value is None else self._verdict(history)
        row: Row = {
            "url": f"{self._people.base_url}/api/v2/satisfaction_ratings/{identity}.json",
            "id": identity,
            "assignee_id": history.state.assignee_id,
            "group_id": history.state.group_id,
            "requester_id": CUSTOMER_BASE + history.story.customer,
            "ticket_id": rating.number,
            "score": score,
            "created_at": iso(rating.offered_s),
            "updated_at": iso(rating.answered_s or rating.offered_s),
            "comment": comment,
        }
        if score == "bad":
            row["reason"], row["reason_id"] = "No reason provided", 0
        return row

    def survey_row(self, rating: Rating) -> Row:
        """One row of `guide/survey_responses` (five-step scale)."""
        history = self._desk.history(rating.number)
        value = rating.value or 0
        category = "bad" if value <= 2 else "neutral" if value == 3 else "good"
        comment = self._verdict(history)[1]
        question = {"id": "01SANDBOXRATING", "sub_type": "customer_satisfaction"}
        answers: list[Row] = [
            {"type": "rating_scale", "rating": value, "rating_category": category, "question": question}
        ]
        if comment:
            answers.append(
                {"type": "open_ended", "value": comment, "question": {"id": "01SANDBOXTEXT", "sub_type": "other"}}
            )
        return {
            "id": f"01SANDBOX{rating.number:08d}",
            "survey": {"id": "01SANDBOXSURVEY", "version": 1},
            "responder_id": CUSTOMER_BASE + history.story.customer,
            "subjects": [{"type": "ticket", "id": str(rating.number), "zrn": f"zen:ticket:{rating.number}"}],
            "answers": answers,
            "created_at": iso(rating.answered_s or 0),
            "updated_at": iso(rating.answered_s or 0),
        }

    def _metrics(self, history: History) -> Row:
        story = history.story
        steps = [
            step for update in history.updates for step in (*update.others, *(change.step for change in update.changes))
        ]
        solved = [step.at_s for step in steps if step.kind == "status" and step.value == "solved"]
        minutes = None if not solved else (solved[-1] - story.created_s) // 60
        return {
            "url": f"{self._people.base_url}/api/v2/ticket_metrics/{story.number}.json",
            "id": story.number,
            "ticket_id": story.number,
            "created_at": iso(story.created_s),
            "updated_at": iso(history.updated_s),
            "reopens": sum(s.kind == "status" and s.previous == "solved" and s.value == "open" for s in steps),
            "replies": sum(s.kind == "message" and s.role != "customer" for s in steps),
            "solved_at": iso(solved[-1]) if solved else None,
            "full_resolution_time_in_minutes": {"calendar": minutes, "business": minutes},
        }

    def sideloads(self, rows: Sequence[Row], include: Iterable[str]) -> Row:
        """The top-level arrays that come with ticket rows; names nobody knows are ignored, as Zendesk does."""
        found: Row = {}
        people = self._people
        if "users" in include:
            ids = dict.fromkeys(row[key] for row in rows for key in ("requester_id", "submitter_id", "assignee_id"))
            found["users"] = [user for identity in ids if identity is not None and (user := people.user(identity))]
        if "groups" in include:
            ids = dict.fromkeys(row["group_id"] for row in rows if row["group_id"])
            found["groups"] = [people.group(identity - GROUP_BASE) for identity in ids]
        if "organizations" in include:
            ids = dict.fromkeys(row["organization_id"] for row in rows if row["organization_id"])
            found["organizations"] = [people.organization(identity - ORGANIZATION_BASE) for identity in ids]
        if "brands" in include:
            found["brands"] = people.brands()
        if "custom_statuses" in include:
            found["custom_statuses"] = people.custom_statuses()
        return found


ORGANIZATION_COUNT = len(world_directory.ORGANISATIONS)
