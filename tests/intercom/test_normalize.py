from __future__ import annotations

from typing import Any

import pytest

from clonedesk_connectors.model import (
    ActorKind,
    AiEnding,
    AiTurn,
    AssigneeKind,
    Assignment,
    Channel,
    Csat,
    Gap,
    GroupChange,
    Handoff,
    Message,
    Other,
    Priority,
    Rated,
    Redaction,
    Status,
    StatusChange,
    TagChange,
    Ticket,
    VendorLabel,
)
from clonedesk_connectors.protocol import AccountConfig, Bundle, FollowUp

from .build import (
    ADA,
    CUSTOMER,
    FIN,
    T0,
    WORKFLOW,
    Directory,
    at,
    conversation,
    intercom,
    item,
    kinds,
    normalise,
    part,
    ticket_of,
)


def event(ticket: Ticket, key: str) -> Any:
    return next(one for one in ticket.events if one.id == key)


def handoffs(ticket: Ticket) -> list[Handoff]:
    return [one for one in ticket.events if isinstance(one, Handoff)]


# --- messages ---


def test_the_first_message_is_the_source() -> None:
    ticket = ticket_of()
    assert ticket.events == (
        Message.model_validate(
            {
                "id": "source:s1",
                "at": at(0),
                "actor": {
                    "kind": "customer",
                    "id": "6650c0ffee",
                    "name": "Mira Holt",
                    "evidence": [{"source": "author.type", "value": "user"}],
                },
                "native_kind": "customer_initiated",
                "visibility": "public",
                "body": "<p>Where is my parcel?</p>",
                "channel": "conversation",
            }
        ),
    )


def test_a_customer_message_that_reopens_is_a_message_although_its_type_is_open() -> None:
    ticket = ticket_of(part(1, "close", WORKFLOW, 60), part(2, "open", CUSTOMER, 90, "<p>Not solved.</p>"))
    assert kinds(ticket) == ["message", "status", "message", "status"]
    reopened = ticket.events[3]
    assert isinstance(reopened, StatusChange)
    assert (reopened.from_status, reopened.to_status, reopened.actor.kind) == ("closed", "open", ActorKind.CUSTOMER)


@pytest.mark.parametrize("kind", ["note", "note_and_reopen", "note_and_something_new"])
def test_notes_are_private_whatever_else_they_do(kind: str) -> None:
    note = event(ticket_of(part(1, kind, ADA, 60, "<p>Check the depot.</p>")), "1")
    assert (note.kind, note.visibility) == ("message", "private")


@pytest.mark.parametrize("kind", ["comment", "close", "assignment", "quick_reply", "something_new"])
def test_any_other_part_with_text_is_a_public_message(kind: str) -> None:
    message = event(ticket_of(part(1, kind, ADA, 60, "<p>Hello</p>")), "1")
    assert (message.kind, message.visibility, message.body) == ("message", "public", "<p>Hello</p>")


def test_a_part_without_text_is_a_message_if_it_has_a_file() -> None:
    files = [{"name": "label.png", "content_type": "image/png", "filesize": 9, "url": "https://files.example.com/x"}]
    message = event(ticket_of(part(1, "comment", CUSTOMER, 60, attachments=files)), "1")
    assert message.body == ""
    assert [(one.name, one.size_bytes) for one in message.attachments] == [("label.png", 9)]
    assert "example.com" not in message.model_dump_json(include={"attachments"})


def test_quick_replies_are_text_the_customer_sees() -> None:
    options = {"quick_reply_options": [{"text": "Yes", "uuid": "1"}, {"text": "Talk to a person", "uuid": "2"}]}
    message = event(ticket_of(part(1, "quick_reply", FIN, 60, metadata=options)), "1")
    assert (message.body, message.body_format) == ("Yes\nTalk to a person", "text")


def test_an_unknown_part_without_text_is_kept_as_an_event() -> None:
    details = {"attribute": {"name": "plan"}, "value": {"name": "gold", "previous": None}, "list": [1]}
    other = event(ticket_of(part(1, "moon_phase_changed", ADA, 60, event_details=details)), "1")
    assert isinstance(other, Other)
    assert (other.native_kind, other.data) == ("moon_phase_changed", {"attribute.name": "plan", "value.name": "gold"})


def test_a_redacted_message_keeps_its_place_and_leaves_an_event() -> None:
    gone = part(1, "comment", CUSTOMER, 60, "<p><i>This message was deleted</i></p>", redacted=True)
    ticket = ticket_of(gone | {"updated_at": T0 + 800}, part(2, "comment", ADA, 70, "<p>Thanks</p>"))
    assert [one.id for one in ticket.events] == ["source:s1", "1", "2", "1:redacted"]
    redaction = ticket.events[3]
    assert isinstance(redaction, Redaction)
    assert (redaction.target, redaction.at, event(ticket, "1").redacted) == ("1", at(800), True)


def test_events_are_in_order_of_time_and_ties_keep_the_vendors_order() -> None:
    ticket = ticket_of(
        part(3, "comment", ADA, 90, "late"), part(2, "comment", ADA, 60, "b"), part(1, "comment", ADA, 60, "a")
    )
    assert [(one.id, one.seq) for one in ticket.events] == [("source:s1", 0), ("2", 1), ("1", 2), ("3", 3)]


def test_a_part_without_a_readable_time_stays_where_it_was_and_is_reported() -> None:
    odd = part(2, "comment", CUSTOMER, 0, "when?") | {"created_at": "yesterday", "updated_at": None}
    ticket = ticket_of(part(1, "comment", ADA, 60, "a"), odd)
    assert event(ticket, "2").at == at(60)
    assert ticket.coverage.gaps == (
        Gap(what="times", why="1 parts without a readable time stand where the vendor put them"),
    )


def test_ids_are_text_even_where_the_vendor_sends_numbers() -> None:
    ticket = ticket_of(part(7, "comment", {**ADA, "id": 11}, 60, "Hi") | {"id": 7})
    assert (ticket.events[1].id, ticket.events[1].actor.id) == ("7", "11")


# --- who is who ---


@pytest.mark.parametrize(
    ("author", "kind", "evidence"),
    [
        (CUSTOMER, ActorKind.CUSTOMER, {"author.type": "user"}),
        ({**CUSTOMER, "type": "lead"}, ActorKind.CUSTOMER, {"author.type": "lead"}),
        (ADA, ActorKind.HUMAN_AGENT, {"author.type": "admin"}),
        (FIN, ActorKind.AI_AGENT, {"author.from_ai_agent": "true"}),
        ({**ADA, "is_ai_answer": True}, ActorKind.AI_AGENT, {"author.is_ai_answer": "true"}),
        (WORKFLOW, ActorKind.AUTOMATION, {"author.type": "bot", "author.from_ai_agent": "false"}),
        (
            {"type": "bot", "id": "900", "name": "Fin"},
            ActorKind.AI_AGENT,
            {"author.type": "bot", "author.name": "Fin"},
        ),
        ({"type": "bot", "id": "900", "name": "Operator"}, ActorKind.AUTOMATION, {"author.type": "bot"}),
        (
            {**ADA, "email": "operator+w1@intercom.io"},
            ActorKind.AUTOMATION,
            {"author.type": "admin", "bot_user": "11"},
        ),
        ({"type": "admin", "id": 900}, ActorKind.AUTOMATION, {"author.type": "admin", "bot_user": "900"}),
        ({"type": "team", "id": "70"}, ActorKind.UNKNOWN, {"author.type": "team"}),
        ({}, ActorKind.UNKNOWN, {}),
        (None, ActorKind.UNKNOWN, {}),
    ],
)
def test_each_author_is_judged_with_evidence(author: Any, kind: ActorKind, evidence: dict[str, str]) -> None:
    actor = event(ticket_of(part(1, "comment", author, 60, "Hi")), "1").actor
    assert (actor.kind, {one.source: one.value for one in actor.evidence}) == (kind, evidence)


def test_on_old_data_without_flags_the_bot_of_an_ai_conversation_is_the_ai() -> None:
    operator = {"type": "bot", "id": "900", "name": "Operator"}
    ticket = ticket_of(part(1, "comment", operator, 60, "Try this"), ai_agent_participated=True)
    assert event(ticket, "1").actor.kind is ActorKind.AI_AGENT


def test_a_message_written_through_the_api_under_a_name_proves_no_person() -> None:
    message = event(ticket_of(part(1, "comment", ADA, 60, "Hi", app_package_code="crm-sync")), "1")
    assert (message.actor.kind, message.via_api, message.cause.kind, message.cause.id) == (
        ActorKind.UNKNOWN,
        True,
        "api",
        "crm-sync",
    )


def test_the_owner_knows_better_who_is_a_bot_and_who_is_not() -> None:
    parts = (
        part(1, "comment", ADA, 60, "Hi"),
        part(2, "comment", {**ADA, "id": "12"}, 70, "Hi", app_package_code="crm"),
    )
    config = AccountConfig(bot_users=frozenset({"11"}), human_users=frozenset({"12"}))
    ticket = ticket_of(*parts, config=config)
    assert [one.actor.kind for one in ticket.events[1:]] == [ActorKind.AI_AGENT, ActorKind.HUMAN_AGENT]


@pytest.mark.parametrize("how", ["campaigns_initiated", "automated", "operator_initiated"])
def test_an_outbound_message_under_a_teammates_name_is_automation(how: str) -> None:
    source = {"id": "s1", "delivered_as": how, "type": "push", "body": "News", "author": ADA}
    ticket = ticket_of(source=source)
    assert ticket.events[0].actor.kind is ActorKind.AUTOMATION
    assert (ticket.channel, ticket.requester and ticket.requester.id) == (Channel.MOBILE, "6650c0ffee")


def test_a_merge_is_an_event_of_the_survivor() -> None:
    ticket = ticket_of(part(1, "merged_primary_conversation", WORKFLOW, 60))
    assert [(one.id, one.kind) for one in ticket.events[1:]] == [("1:merged", "merge")]


# --- responsibility ---


def test_assignments_are_told_apart_by_what_the_target_is() -> None:
    ticket = ticket_of(
        part(1, "assignment", WORKFLOW, 10, assigned_to={"type": "team", "id": 70}),
        part(2, "balanced_assignment", ADA, 20, assigned_to={"type": "admin", "id": "11"}),
        part(3, "assignment", ADA, 30, assigned_to={"type": "team", "id": "71"}),
        part(4, "assignment", ADA, 40, assigned_to={"type": "nobody_admin", "id": None}),
        part(5, "assignment", ADA, 50, assigned_to={"type": "bot", "id": "900"}),
        part(6, "assignment", ADA, 55, assigned_to={"type": "contact", "id": "1a2b3c"}),
    )
    changes = [one for one in ticket.events if isinstance(one, Assignment | GroupChange)]
    assert [(one.id, one.to_kind, one.from_id, one.to_id) for one in changes] == [
        ("1:group", AssigneeKind.GROUP, None, "70"),
        ("2:assigned", AssigneeKind.HUMAN, None, "11"),
        ("3:group", AssigneeKind.AI, "70", "71"),
        ("4:assigned", AssigneeKind.NONE, "11", None),
        ("5:assigned", AssigneeKind.AI, None, "900"),
        ("6:assigned", AssigneeKind.UNKNOWN, "900", "1a2b3c"),
    ]
    assert (changes[1].actor.kind, changes[1].cause and changes[1].cause.name) == (
        ActorKind.AUTOMATION,
        "balanced_assignment",
    )


def test_a_comment_that_merely_names_an_assignee_assigns_nothing() -> None:
    assert kinds(ticket_of(part(1, "comment", ADA, 60, "Hi", assigned_to={"type": "admin", "id": "11"}))) == [
        "message",
        "message",
    ]


def test_teams_of_the_configuration_and_teams_without_people_belong_to_the_ai() -> None:
    config = AccountConfig(ai_groups=frozenset({"70"}), bot_users=frozenset({"12"}))
    assert ticket_of(team_assignee_id=70, config=config).assignee_kind is AssigneeKind.AI
    assert ticket_of(team_assignee_id="71").assignee_kind is AssigneeKind.AI
    assert ticket_of(team_assignee_id=72).assignee_kind is AssigneeKind.GROUP
    assert ticket_of(team_assignee_id=99).assignee_kind is AssigneeKind.GROUP
    assert ticket_of(team_assignee_id="0").assignee_kind is AssigneeKind.NONE
    assert ticket_of(admin_assignee_id=900).assignee_kind is AssigneeKind.AI
    assert ticket_of(assignee={"type": "admin", "id": "11"}).assignee_id == "11"


# --- hand-offs ---

ANSWER = part(1, "comment", FIN, 20, "<p>It ships today.</p>")
TO_TEAM = {"assigned_to": {"type": "team", "id": "70"}}


def test_an_assignment_to_people_after_the_ai_spoke_is_a_hand_off_and_names_its_rule() -> None:
    ticket = ticket_of(ANSWER, part(2, "assignment", WORKFLOW, 40, **TO_TEAM), ai_agent_participated=True)
    handoff = handoffs(ticket)[0]
    assert (handoff.id, handoff.raw, handoff.to_id, handoff.requested_only) == (
        "2:handoff",
        "assigned_after_ai",
        "70",
        False,
    )


def test_routing_before_the_ai_spoke_is_no_hand_off() -> None:
    assert handoffs(ticket_of(part(2, "assignment", WORKFLOW, 5, **TO_TEAM), ANSWER)) == []


def test_a_bot_inbox_is_no_hand_off() -> None:
    to_bots = {"assigned_to": {"type": "team", "id": "71"}}
    assert handoffs(ticket_of(ANSWER, part(2, "assignment", WORKFLOW, 40, **to_bots))) == []


@pytest.mark.parametrize(("after", "actor", "count"), [(100, WORKFLOW, 0), (101, WORKFLOW, 1), (50, ADA, 1)])
def test_what_automation_takes_back_within_a_minute_was_routing(after: int, actor: Any, count: int) -> None:
    back = part(3, "assignment", WORKFLOW, after, assigned_to={"type": "team", "id": "71"})
    assert len(handoffs(ticket_of(ANSWER, part(2, "assignment", actor, 40, **TO_TEAM), back))) == count


def test_reassignment_between_people_is_no_second_hand_off() -> None:
    ticket = ticket_of(
        ANSWER,
        part(2, "assignment", WORKFLOW, 40, **TO_TEAM),
        part(3, "assignment", ADA, 50, assigned_to={"type": "admin", "id": "11"}),
    )
    assert [one.id for one in handoffs(ticket)] == ["2:handoff"]


def test_after_a_person_answered_an_assignment_is_no_hand_off() -> None:
    ticket = ticket_of(ANSWER, part(2, "comment", ADA, 30, "I take this"), part(3, "assignment", ADA, 40, **TO_TEAM))
    assert handoffs(ticket) == []


@pytest.mark.parametrize("state", ["escalated", "procedure_handoff", "routed_to_team"])
def test_the_vendors_word_is_a_hand_off_where_no_assignment_shows_it(state: str) -> None:
    agent = {"source_type": "workflow", "resolution_state": state}
    ticket = ticket_of(ANSWER, ai_agent=agent, ai_agent_participated=True, team_assignee_id=70)
    (handoff,) = handoffs(ticket)
    assert (handoff.raw, handoff.at, handoff.to_id, handoff.requested_only) == (
        f"ai_agent.resolution_state={state}",
        at(20),
        "70",
        False,
    )
    asked = handoffs(ticket_of(ANSWER, ai_agent=agent, team_assignee_id=71))[0]
    assert (asked.to_id, asked.requested_only) == (None, True)
    seen = ticket_of(ANSWER, part(2, "assignment", WORKFLOW, 40, **TO_TEAM), ai_agent=agent)
    assert [one.raw for one in handoffs(seen)] == ["assigned_after_ai"]


# --- the AI's part ---


@pytest.mark.parametrize(
    ("state", "ending", "kinds_"),
    [
        ("assumed_resolution", AiEnding.CUSTOMER_SILENT, ["message", "message", "ai_turn"]),
        ("abandoned", AiEnding.CUSTOMER_LEFT, ["message", "message", "ai_turn"]),
        ("confirmed_resolution", AiEnding.CUSTOMER_CONFIRMED, ["message", "message", "ai_turn", "feedback"]),
        ("negative_feedback", AiEnding.NEGATIVE_FEEDBACK, ["message", "message", "ai_turn", "feedback"]),
        ("levitated", AiEnding.UNKNOWN, ["message", "message", "ai_turn"]),
    ],
)
def test_the_vendors_outcome_is_kept_as_its_claim(state: str, ending: AiEnding, kinds_: list[str]) -> None:
    ticket = ticket_of(ANSWER, ai_agent={"source_type": "workflow", "resolution_state": state})
    assert ticket.vendor_labels == (VendorLabel(name="ai_agent.resolution_state", value=state),)
    turn = ticket.events[2]
    assert isinstance(turn, AiTurn)
    assert (turn.ending, turn.raw, turn.at, turn.preview) == (ending, state, at(20), False)
    assert kinds(ticket) == kinds_


def test_no_answer_is_no_outcome() -> None:
    ticket = ticket_of(ai_agent_participated=True)
    assert (kinds(ticket), ticket.vendor_labels, ticket.events[1].at) == (["message", "ai_turn"], (), at(9000))
    assert kinds(ticket_of()) == ["message"]


@pytest.mark.parametrize("source", ["workflow_preview", "fin_preview"])
def test_previews_are_tests(source: str) -> None:
    ticket = ticket_of(ANSWER, ai_agent={"source_type": source, "resolution_state": None})
    assert ticket.is_test
    assert [one.preview for one in ticket.events if isinstance(one, AiTurn)] == [True]


def test_customers_of_the_house_are_tests() -> None:
    assert ticket_of(config=AccountConfig(internal_domains=frozenset({"Example.com"}))).is_test
    assert ticket_of(config=AccountConfig(test_requesters=frozenset({"6650c0ffee"}))).is_test
    tags = {"tags": [{"id": "1", "name": "QA"}]}
    assert ticket_of(config=AccountConfig(test_tags=frozenset({"qa"})), tags=tags).is_test
    assert not ticket_of().is_test


# --- ratings ---


@pytest.mark.parametrize(
    ("teammate", "rated"),
    [
        ({"type": "admin", "id": 11}, Rated.HUMAN),
        ({"type": "bot", "id": 5}, Rated.AI),
        ({"type": "admin", "id": 900}, Rated.AI),
        (None, Rated.UNKNOWN),
    ],
)
def test_a_rating_says_who_is_judged(teammate: Any, rated: Rated) -> None:
    rating = {"rating": 2, "remark": "slow", "created_at": T0 + 50, "updated_at": T0 + 80, "teammate": teammate}
    csat = event(ticket_of(conversation_rating=rating), "rating")
    assert isinstance(csat, Csat)
    score = csat.satisfaction
    assert (score.raw, score.value, score.rated, score.comment) == ("2", 2, rated, "slow")
    assert (csat.at, score.asked_at, score.answered_at) == (at(80), at(50), at(80))


def test_a_request_without_an_answer_is_missing_not_a_middle_value() -> None:
    score = event(ticket_of(conversation_rating={"rating": None, "created_at": T0 + 50}), "rating").satisfaction
    assert (score.raw, score.value, score.answered_at) == ("requested", None, None)


def test_a_rating_outside_the_scale_keeps_its_raw_value_only() -> None:
    score = event(ticket_of(conversation_rating={"rating": 9, "updated_at": T0 + 50}), "rating").satisfaction
    assert (score.raw, score.value) == ("9", None)


def test_the_rating_of_the_ai_is_the_ais() -> None:
    agent = {"rating": 1, "rating_remark": "no", "created_at": T0 + 40, "updated_at": T0 + 45}
    csat = event(ticket_of(ANSWER, ai_agent=agent), "ai_rating")
    assert (csat.satisfaction.rated, csat.satisfaction.value, csat.at) == (Rated.AI, 1, at(45))


def test_a_rating_without_any_time_is_no_event() -> None:
    rating = {"rating": 4, "created_at": None, "updated_at": None}
    assert kinds(ticket_of(conversation_rating=rating, updated_at=None)) == ["message"]


# --- header ---


def test_the_header_keeps_the_vendors_words() -> None:
    ticket = ticket_of(
        state="snoozed",
        priority="medium",
        title="Parcel",
        company={"id": 31},
        team_assignee_id=70,
        admin_assignee_id=11,
        custom_attributes={"Tier": "gold", "Kind": "delivery", "n": 3, "none": None, "list": ["a"]},
        linked_objects={"data": [{"type": "ticket", "id": 88}]},
        external_references=[{"type": "zendesk_ticket", "id": "3633338"}],
        config=AccountConfig(tier_field="Tier", type_field="Kind"),
    )
    assert (ticket.native_id, ticket.account, ticket.version) == ("500", "acme", T0 + 9000)
    assert (ticket.status, ticket.raw_status, ticket.priority) == (Status.PENDING, "snoozed", Priority.NORMAL)
    assert (ticket.subject, ticket.organization_id, ticket.group_id, ticket.assignee_id) == ("Parcel", "31", "70", "11")
    assert (ticket.tier, ticket.ticket_type, ticket.linked) == ("gold", "delivery", ("88",))
    assert (ticket.channel, ticket.raw_channel) == (Channel.MESSAGING, "conversation")
    assert ticket.custom_fields == {
        "Intercom-Version": "2.16",
        "external_reference.zendesk_ticket": "3633338",
        "Tier": "gold",
        "Kind": "delivery",
        "n": "3",
        "none": None,
        "list": '["a"]',
    }


@pytest.mark.parametrize(
    ("word", "priority"),
    [
        ("priority", Priority.HIGH),
        ("not_priority", Priority.NONE),
        ("urgent", Priority.URGENT),
        (None, Priority.NONE),
        ("p0", Priority.UNKNOWN),
    ],
)
def test_both_generations_of_priority_are_known(word: str | None, priority: Priority) -> None:
    assert ticket_of(priority=word).priority is priority


def test_a_new_state_is_unknown_and_keeps_its_word() -> None:
    ticket = ticket_of(state="hibernating")
    assert (ticket.status, ticket.raw_status) == (Status.UNKNOWN, "hibernating")


def test_the_requester_is_the_contact_with_what_they_wrote_under() -> None:
    source = {"id": "s1", "delivered_as": "admin_initiated", "body": "Hi", "author": ADA}
    requester = ticket_of(part(1, "open", CUSTOMER, 60, "Hello"), source=source).requester
    assert requester is not None
    assert (requester.id, requester.name, requester.email) == ("6650c0ffee", "Mira Holt", "mira@example.com")
    assert ticket_of(source=source, contacts=None).requester is None


def test_tags_are_events_where_the_vendor_says_since_when() -> None:
    tags = [
        {"id": "1", "name": "vip", "applied_at": T0 + 30, "applied_by": {"type": "admin", "id": "11"}},
        {"id": "2", "name": "old"},
    ]
    ticket = ticket_of(tags={"tags": tags})
    added = ticket.events[1]
    assert isinstance(added, TagChange)
    assert (added.added, added.at, added.actor.id, ticket.tags) == (("vip",), at(30), "11", ("vip", "old"))


# --- coverage ---


def test_a_conversation_is_complete_when_the_vendors_count_is_reached() -> None:
    coverage = ticket_of(part(1, "comment", ADA, 60, "Hi")).coverage
    assert (coverage.messages_expected, coverage.messages_got, coverage.complete) == (2, 2, True)


def test_without_a_count_completeness_is_not_known() -> None:
    coverage = ticket_of(conversation_parts={"conversation_parts": []}).coverage
    assert (coverage.messages_expected, coverage.events_complete, coverage.gaps) == (None, None, ())


@pytest.mark.parametrize(
    ("parts", "statistics", "why"),
    [
        (2, {"count_conversation_parts": 7}, "the vendor returned the 2 most recent of 7 parts"),
        (500, None, "the vendor returned the 500 most recent of an unknown number parts"),
        (500, {"count_conversation_parts": 612}, "the vendor returned the 500 most recent of 612 parts"),
    ],
)
def test_a_cut_history_says_so(parts: int, statistics: Any, why: str) -> None:
    listed = [part(number, "comment", ADA, number, "Hi") for number in range(parts)]
    coverage = ticket_of(*listed, statistics=statistics).coverage
    assert (coverage.gaps, coverage.messages_expected) == ((Gap(what="messages", why=why),), None)
    assert coverage.events_complete is False


def test_a_state_no_part_led_to_means_events_are_missing() -> None:
    coverage = ticket_of(part(1, "snoozed", ADA, 60), state="closed").coverage
    assert (coverage.gaps, coverage.complete) == (
        (Gap(what="events", why="the state is not the one the parts lead to"),),
        False,
    )


def test_a_line_of_the_search_alone_is_a_ticket_that_still_lacks_its_parts() -> None:
    ticket = normalise(conversation_item=[item()])
    assert ticket is not None
    assert (kinds(ticket), ticket.coverage.gaps[0].why) == (["message"], "the newest version was not read yet")


def test_a_newer_line_of_the_search_updates_the_header_and_asks_for_the_parts() -> None:
    records = {
        "conversation": [conversation(part(1, "comment", ADA, 60, "Hi"))],
        "conversation_item": [item(state="closed", updated_at=T0 + 9999)],
    }
    bundle = Bundle("500", records, Directory(), "acme")
    ticket = intercom().normalize(bundle)
    assert ticket is not None
    assert (ticket.status, ticket.version, len(ticket.events)) == (Status.CLOSED, T0 + 9999, 2)
    assert list(intercom().gaps(bundle, ticket)) == [FollowUp("conversation", "500", T0 + 9999)]


def test_a_complete_conversation_asks_for_nothing() -> None:
    bundle = Bundle("500", {"conversation": [conversation()], "conversation_item": [item()]}, Directory(), "acme")
    ticket = intercom().normalize(bundle)
    assert ticket is not None
    assert list(intercom().gaps(bundle, ticket)) == []


# --- deletions ---


def test_a_conversation_gone_between_search_and_detail_is_a_tombstone_with_what_was_seen() -> None:
    bundle = Bundle("500", {"conversation_item": [item()]}, Directory(), "acme", gone={"conversation": 404})
    ticket = intercom().normalize(bundle)
    assert ticket is not None
    assert (ticket.deleted, ticket.status, kinds(ticket)) == (True, Status.DELETED, ["message"])
    assert ticket.coverage.gaps == (Gap(what="messages", why="the conversation answered 404"),)
    assert list(intercom().gaps(bundle, ticket)) == []


def test_a_conversation_we_may_not_read_is_not_deleted() -> None:
    ticket = normalise(conversation_item=[item()], gone={"conversation": 403})
    assert ticket is not None
    assert (ticket.deleted, ticket.status) == (False, Status.OPEN)


def test_a_deletion_keeps_the_history_and_marks_it() -> None:
    deletion = {"type": "conversation", "id": "500", "deleted_at": T0 + 9500}
    ticket = normalise(conversation=[conversation()], deletion=[deletion])
    assert ticket is not None
    assert (ticket.deleted, kinds(ticket), ticket.events[1].at) == (True, ["message", "deleted"], at(9500))
    assert ticket.raw_status == "open"


def test_a_deletion_alone_is_a_tombstone() -> None:
    ticket = normalise(deletion=[{"id": "500", "deleted_at": T0}])
    assert ticket is not None
    assert (ticket.deleted, ticket.created_at, kinds(ticket)) == (True, None, ["deleted"])
    assert ticket.coverage.gaps[0].why == "deleted before it was read"


def test_nothing_known_is_no_ticket() -> None:
    assert normalise() is None


# --- the Tickets API ---

TICKET: dict[str, Any] = {
    "type": "ticket",
    "id": "500",
    "ticket_id": "40",
    "category": "Customer",
    "ticket_attributes": {"_default_title_": "Refund", "_default_description_": "Please refund"},
    "ticket_state": {"type": "ticket_state", "category": "waiting_on_customer"},
    "ticket_type": {"name": "Refunds"},
    "created_at": T0,
    "updated_at": T0 + 100,
    "open": True,
    "ticket_parts": {
        "ticket_parts": [
            part(
                8,
                "ticket_state_updated_by_admin",
                ADA,
                50,
                ticket_state="waiting_on_customer",
                previous_ticket_state="submitted",
            ),
            part(
                9,
                "ticket_state_updated_by_admin",
                ADA,
                60,
                ticket_state="waiting_on_customer",
                previous_ticket_state="waiting_on_customer",
            ),
        ],
        "total_count": 2,
    },
}


def test_a_ticket_of_its_own_is_read_from_its_parts() -> None:
    ticket = normalise(ticket=[TICKET])
    assert ticket is not None
    assert (ticket.status, ticket.raw_status, ticket.subject) == (Status.PENDING, "waiting_on_customer", "Refund")
    assert (ticket.ticket_type, ticket.custom_fields["ticket_id"]) == ("Refunds", "40")
    assert kinds(ticket) == ["message", "status", "other"]
    change = ticket.events[1]
    assert isinstance(change, StatusChange)
    assert (change.from_status, change.to_status, change.raw_to) == (Status.NEW, Status.PENDING, "waiting_on_customer")
    assert ticket.events[0].actor.kind is ActorKind.UNKNOWN
    assert ticket.coverage.complete


@pytest.mark.parametrize(("shared", "visibility"), [(False, "private"), (True, "public")])
def test_nothing_of_a_back_office_ticket_is_public_unless_it_is_shared(shared: bool, visibility: str) -> None:
    parts = {"ticket_parts": [part(1, "comment", ADA, 60, "Hi")], "total_count": 1}
    ticket = normalise(ticket=[{**TICKET, "category": "Back-office", "is_shared": shared, "ticket_parts": parts}])
    assert ticket is not None
    assert [one.visibility for one in ticket.events if isinstance(one, Message)] == [visibility, visibility]


def test_the_state_was_a_word_before_2_12() -> None:
    ticket = normalise(ticket=[{**TICKET, "ticket_state": "resolved", "admin_assignee_id": "0"}])
    assert ticket is not None
    assert (ticket.status, ticket.assignee_kind) == (Status.SOLVED, AssigneeKind.NONE)
    unknown = normalise(ticket=[{**TICKET, "ticket_state": "parked", "open": False}])
    assert unknown is not None
    assert (unknown.status, unknown.raw_status) == (Status.CLOSED, "parked")


def test_a_conversation_that_is_also_a_ticket_is_one_ticket_with_each_part_once() -> None:
    both = [part(1, "comment", ADA, 10, "Hi")]
    shared = {"ticket_parts": [*both, *TICKET["ticket_parts"]["ticket_parts"]], "total_count": 3}
    ticket = normalise(conversation=[conversation(*both)], ticket=[{**TICKET, "ticket_parts": shared}])
    assert ticket is not None
    assert [one.id for one in ticket.events] == ["source:s1", "1", "8:status", "9"]
    assert (ticket.status, ticket.custom_fields["ticket_state"]) == (Status.OPEN, "waiting_on_customer")
    assert ticket.coverage.complete
