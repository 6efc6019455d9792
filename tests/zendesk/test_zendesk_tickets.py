"""What a Zendesk ticket says of itself: header, people, scope, labels, coverage and what must still be fetched."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from clonedesk_connectors.model import ActorKind, AssigneeKind, Channel, Priority, Status
from clonedesk_connectors.protocol import AccountConfig, FollowUp
from tests.zendesk.helpers import (
    ANN,
    BOT,
    CUSTOMER,
    PEOPLE,
    STRANGER,
    ZENDESK,
    bundle,
    change,
    comment,
    header,
    read,
    row,
)


def author_of(
    *, config: AccountConfig | None = None, who: int = ANN, **more: Any
) -> tuple[ActorKind, list[tuple[str, str]]]:
    actor = read(row(0, who, comment(11, who)), config=config, **more).events[0].actor
    return actor.kind, [(reason.source, reason.value) for reason in actor.evidence]


def test_nothing_is_made_before_the_tickets_own_record_has_come() -> None:
    waiting = bundle(row(0, ANN, comment(11, ANN)))
    waiting.records["ticket"].clear()  # type: ignore[attr-defined]
    assert ZENDESK.normalize(waiting) is None


def test_the_header_is_the_tickets_own() -> None:
    ticket = read(
        ticket=header(
            status="pending",
            priority="urgent",
            subject="Lamp",
            type="question",
            tags=["lamp", "vip"],
            organization_id=61,
            brand_id=81,
            group_id=52,
            assignee_id=ANN,
            custom_fields=[{"id": 41, "value": "b"}, {"id": 42, "value": ["x", "y"]}, {"id": 43, "value": None}],
            followup_ids=[99],
            problem_id=5,
        )
    )
    assert ticket.key == ("zendesk", "hollowbrook", "ticket", "7")
    assert (ticket.version, ticket.created_at) == (1772447400, datetime(2026, 3, 2, 10, tzinfo=UTC))
    assert (ticket.status, ticket.raw_status, ticket.priority) == (Status.PENDING, "pending", Priority.URGENT)
    assert (ticket.channel, ticket.raw_channel, ticket.language) == (Channel.WEB_FORM, "web", "de")
    assert (ticket.subject, ticket.ticket_type, ticket.tags) == ("Lamp", "question", ("lamp", "vip"))
    assert (ticket.organization_id, ticket.brand_id, ticket.group_id, ticket.assignee_id) == ("61", "81", "52", "801")
    assert (ticket.assignee_kind, ticket.linked) == (AssigneeKind.HUMAN, ("99", "5"))
    assert ticket.custom_fields == {"41": "b", "42": "x,y", "43": None}
    assert ticket.requester is not None
    assert ticket.requester.model_dump(exclude_defaults=True) == {
        "id": "901",
        "name": "Corvin Ash",
        "email": "corvin@example.com",
    }


@pytest.mark.parametrize("version", [{"generated_timestamp": None}, {"generated_timestamp": "soon"}])
def test_without_a_generated_time_the_last_update_is_the_version(version: dict[str, Any]) -> None:
    assert read(ticket=header(**version)).version == 1772447400


def test_a_custom_status_counts_as_its_category_where_no_other_status_is_told() -> None:
    assert read(ticket=header(status=None, custom_status_id=71)).status is Status.PENDING
    assert read(ticket=header(status="asleep", custom_status_id=404)).status is Status.UNKNOWN


@pytest.mark.parametrize(
    ("via", "channel"),
    [
        ({"channel": "email"}, Channel.EMAIL),
        ({"channel": 4}, Channel.EMAIL),
        ("Mail", Channel.EMAIL),
        ({"channel": "whatsapp"}, Channel.MESSAGING),
        ({"channel": "carrier_pigeon"}, Channel.UNKNOWN),
        (None, Channel.UNKNOWN),
    ],
)
def test_a_channel_may_be_a_word_or_a_number(via: object, channel: Channel) -> None:
    assert read(ticket=header(via=via)).channel is channel


def test_an_unknown_channel_of_a_messaging_ticket_is_messaging() -> None:
    ticket = read(ticket=header(via={"channel": "new_thing"}, from_messaging_channel=True))
    assert (ticket.channel, ticket.raw_channel) == (Channel.MESSAGING, "new_thing")


def test_the_type_is_the_first_one_given_not_the_last() -> None:
    config = AccountConfig(type_field="41")
    edits = [
        {"id": 21, "event_type": "Create", "custom_ticket_fields": {"41": None}},
        {"id": 22, "event_type": "Change", "custom_ticket_fields": {"41": "delivery"}},
        {"id": 23, "event_type": "Change", "custom_ticket_fields": {"41": "refund"}, "previous_value": "delivery"},
    ]
    ticket = read(row(0, ANN, *edits), ticket=header(custom_fields=[{"id": 41, "value": "refund"}]), config=config)
    assert ticket.ticket_type == "delivery"


def test_a_type_changed_before_we_looked_is_what_it_was_before() -> None:
    assert read(
        row(5, ANN, change(21, "type", "incident", "question")), ticket=header(type="incident")
    ).ticket_type == ("question")


def test_the_tier_comes_from_a_field_of_the_ticket_or_of_the_requester() -> None:
    fields = header(custom_fields=[{"id": 44, "value": "platinum"}])
    assert read(ticket=fields, config=AccountConfig(tier_field="44")).tier == "platinum"
    assert read(ticket=fields, config=AccountConfig(tier_field="tier")).tier == "gold"
    assert read(ticket=fields).tier is None


def test_a_follow_up_names_the_closed_ticket_it_continues() -> None:
    via = {"channel": "web", "source": {"from": {"ticket_id": 3, "subject": "Lamp"}, "to": {}, "rel": "follow_up"}}
    ticket = read(ticket=header(via=via))
    assert ticket.follow_up_of == "3"
    assert [(e.kind, e.of, e.at) for e in ticket.events if e.kind == "follow_up"] == [
        ("follow_up", "3", datetime(2026, 3, 2, 10, tzinfo=UTC))
    ]


def test_a_deleted_ticket_is_marked_and_its_deletion_dated() -> None:
    ticket = read(ticket=header(status="deleted"))
    assert (ticket.deleted, ticket.status) == (True, Status.DELETED)
    assert [(e.kind, e.at) for e in ticket.events] == [("deleted", datetime(2026, 3, 2, 10, 30, tzinfo=UTC))]


def test_a_deletion_that_the_history_tells_is_not_told_twice() -> None:
    ticket = read(row(29, ANN, change(21, "status", "deleted", "open")), ticket=header(status="deleted"))
    assert [event.id for event in ticket.events] == ["21"]


@pytest.mark.parametrize(
    ("config", "tags"),
    [
        (AccountConfig(internal_domains=frozenset({"Example.com"})), []),
        (AccountConfig(test_requesters=frozenset({"901"})), []),
        (AccountConfig(test_tags=frozenset({"qa"})), ["QA"]),
    ],
)
def test_tests_are_known_by_domain_requester_or_tag(config: AccountConfig, tags: list[str]) -> None:
    assert read(ticket=header(tags=tags), config=config).is_test
    assert not read(ticket=header(tags=tags)).is_test


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({"assignee_id": ANN, "tags": ["bot"]}, AssigneeKind.HUMAN),
        ({"assignee_id": None, "tags": ["bot"], "group_id": 52}, AssigneeKind.AI),
        ({"assignee_id": None, "group_id": 51}, AssigneeKind.AI),
        ({"assignee_id": None, "group_id": 52}, AssigneeKind.GROUP),
        ({"assignee_id": None, "group_id": None}, AssigneeKind.NONE),
    ],
)
def test_who_has_the_ticket_is_the_assignee_else_the_tag_else_the_group(
    fields: dict[str, Any], kind: AssigneeKind
) -> None:
    config = AccountConfig(ai_tags=frozenset({"bot"}), ai_groups=frozenset({"51"}))
    assert read(ticket=header(**fields), config=config).assignee_kind is kind


# --- who is who ---


def test_a_user_is_what_the_account_says_before_what_the_vendor_says() -> None:
    assert author_of() == (ActorKind.HUMAN_AGENT, [("user.role", "agent")])
    bots = AccountConfig(bot_users=frozenset({"801"}))
    assert author_of(config=bots) == (ActorKind.AI_AGENT, [("config.bot_users", "801")])
    humans = AccountConfig(human_users=frozenset({"802"}), ai_groups=frozenset({"51"}))
    assert author_of(config=humans, who=BOT) == (ActorKind.HUMAN_AGENT, [("config.human_users", "802")])


def test_staff_whose_home_is_an_ai_group_is_an_ai() -> None:
    config = AccountConfig(ai_groups=frozenset({"51"}))
    assert author_of(config=config, who=BOT) == (ActorKind.AI_AGENT, [("config.ai_groups", "51")])


def test_an_end_user_is_a_customer() -> None:
    assert author_of(who=CUSTOMER) == (ActorKind.CUSTOMER, [("user.role", "end-user")])


def test_a_requester_nobody_lists_is_still_the_customer() -> None:
    assert author_of(who=CUSTOMER, people={}) == (ActorKind.CUSTOMER, [("ticket.requester_id", "901")])


def test_whoever_nobody_lists_is_unknown() -> None:
    assert author_of(who=STRANGER) == (ActorKind.UNKNOWN, [])


def test_former_staff_keep_what_they_were_in_the_staff_list() -> None:
    left = PEOPLE | {("user", "801"): {"id": 801, "role": "end-user"}}
    assert author_of(people=left)[0] is ActorKind.HUMAN_AGENT


def test_the_vendors_own_user_is_the_system_except_where_only_its_bot_can_speak() -> None:
    assert author_of(who=-1) == (ActorKind.SYSTEM, [("author_id", "-1")])
    scope = [{"id": "7", "generated_timestamp": 1772447400}]
    assert author_of(who=-1, support_scope=scope) == (
        ActorKind.AI_AGENT,
        [("author_id", "-1"), ("support_type_scope", "ai_agent")],
    )


def test_the_people_of_a_bundle_are_its_requester_and_all_authors() -> None:
    records = bundle(
        row(0, STRANGER, comment(11, BOT)), audit=[{"id": 5, "author_id": ANN, "events": [{"author_id": 3}]}]
    )
    payloads = {kind: [json.dumps(record).encode() for record in listed] for kind, listed in records.records.items()}
    assert set(ZENDESK.people(records.records)) == {("user", key) for key in ("901", "777", "802", "801", "3")}
    assert list(ZENDESK.people_in(payloads)) == [("user", "901")]


# --- support scope ---


def test_a_ticket_named_by_the_scope_pass_at_its_version_is_the_ais() -> None:
    ticket = read(support_scope=[{"id": "7", "generated_timestamp": 1772447400}])
    assert ticket.support_scope == "ai_agent"
    assert [(label.name, label.value) for label in ticket.vendor_labels] == [("support_scope", "ai_agent")]


def test_a_ticket_named_only_at_an_older_version_has_left_the_scope() -> None:
    ticket = read(support_scope=[{"id": "7", "generated_timestamp": 1772447000}])
    assert ticket.support_scope == "agent"
    assert [(event.kind, event.raw) for event in ticket.events] == [("handoff", "left_ai_agent_scope")]


def test_a_ticket_that_a_finished_pass_does_not_name_is_ordinary() -> None:
    finished = PEOPLE | {("scope_pass", "ai_agent"): {"end_of_stream": True}}
    assert read(people=finished).support_scope == "agent"


def test_before_a_pass_has_finished_the_scope_is_not_known() -> None:
    assert read().support_scope is None
    assert read().vendor_labels == ()


# --- labels ---


def test_a_label_tag_names_who_set_it_and_when() -> None:
    config = AccountConfig(label_tags={"ai_resolved": "resolved_ai"})
    ticket = read(
        row(3, ANN, change(21, "tags", ["ai_resolved"], [])), ticket=header(tags=["ai_resolved"]), config=config
    )
    assert [label.model_dump() for label in ticket.vendor_labels] == [
        {
            "name": "tag:ai_resolved",
            "value": "resolved_ai",
            "set_at": datetime(2026, 3, 2, 10, 3, tzinfo=UTC),
            "set_by": "human_agent:801",
        }
    ]


def test_a_label_tag_taken_off_is_no_label_any_more() -> None:
    config = AccountConfig(label_tags={"ai_resolved": "resolved_ai"})
    assert read(row(3, ANN, change(21, "tags", ["ai_resolved"], [])), config=config).vendor_labels == ()


def test_a_label_field_names_its_last_setter() -> None:
    config = AccountConfig(label_fields={"42": {"esc": "escalated"}})
    by_rule = {
        "id": 22,
        "event_type": "Change",
        "custom_ticket_fields": {"42": "esc"},
        "via": "Rule",
        "via_reference_id": 9,
    }
    ticket = read(row(4, ANN, by_rule), ticket=header(custom_fields=[{"id": 42, "value": "esc"}]), config=config)
    (label,) = ticket.vendor_labels
    assert (label.name, label.value, label.set_by) == ("field:42", "escalated", "automation:9")


def test_a_label_whose_setting_we_did_not_see_has_no_setter() -> None:
    config = AccountConfig(label_tags={"ai_resolved": "resolved_ai"}, label_fields={"42": {"esc": "escalated"}})
    ticket = read(ticket=header(tags=["ai_resolved"], custom_fields=[{"id": 42, "value": "other"}]), config=config)
    assert [(label.name, label.set_at, label.set_by) for label in ticket.vendor_labels] == [
        ("tag:ai_resolved", None, None)
    ]


# --- coverage ---


def created(*more: dict[str, Any]) -> dict[str, Any]:
    return row(0, CUSTOMER, comment(11, CUSTOMER), {"id": 12, "event_type": "Create", "status": "new"}, *more)


def test_a_ticket_with_all_counted_comments_and_its_creation_is_complete() -> None:
    ticket = read(created(), ticket=header(comment_count=1))
    assert ticket.coverage.complete
    assert list(ZENDESK.gaps(bundle(), ticket)) == []


def test_comments_made_after_the_count_was_taken_are_not_held_against_it() -> None:
    late = row(45, CUSTOMER, comment(13, CUSTOMER))
    coverage = read(created(), late, ticket=header(comment_count=1)).coverage
    assert (coverage.messages_expected, coverage.messages_got, coverage.complete) == (1, 1, True)


def test_calls_may_or_may_not_be_in_the_count() -> None:
    call = {"id": 13, "event_type": "VoiceComment", "author_id": ANN, "body": "Call", "public": False}
    assert read(created(call), ticket=header(comment_count=1)).coverage.complete
    assert read(created(call), ticket=header(comment_count=2)).coverage.complete


def test_missing_comments_are_fetched_with_the_audits_once_per_version() -> None:
    ticket = read(created(), ticket=header(comment_count=3))
    assert [(gap.what, gap.why) for gap in ticket.coverage.gaps] == [
        ("messages", "1 of 3 comments; the export left them out")
    ]
    assert list(ZENDESK.gaps(bundle(), ticket)) == [FollowUp("audits", "7", 1772447400)]


def test_nothing_more_is_asked_for_once_the_audits_are_gone() -> None:
    ticket = read(created(), ticket=header(comment_count=3), gone={"audits": 404})
    assert [gap.what for gap in ticket.coverage.gaps] == ["messages", "audits"]
    assert list(ZENDESK.gaps(bundle(gone={"audits": 404}), ticket)) == []


def test_a_deleted_ticket_is_not_asked_for_its_comments() -> None:
    ticket = read(ticket=header(status="deleted", comment_count=3))
    assert ticket.coverage.gaps[0].why == "0 of 3 comments; the ticket is deleted"
    assert list(ZENDESK.gaps(bundle(), ticket)) == []


def test_a_closed_ticket_may_be_archived() -> None:
    ticket = read(ticket=header(status="closed", comment_count=1))
    assert ticket.coverage.gaps[0].why == "0 of 1 comments; the ticket is closed and may be archived"


def test_without_a_count_nothing_is_expected() -> None:
    coverage = read(created()).coverage
    assert (coverage.messages_expected, coverage.complete) == (None, False)


@pytest.mark.parametrize(
    ("rows", "complete"),
    [([created()], True), ([row(5, ANN, change(21, "status", "open"))], None), ([], False)],
    ids=["from creation on", "from some point on", "nothing"],
)
def test_changes_are_complete_from_the_creation_on(rows: list[dict[str, Any]], complete: bool | None) -> None:
    assert read(*rows).coverage.events_complete is complete


def test_fetched_audits_that_lack_the_creation_prove_that_something_is_missing() -> None:
    audit = {"id": 5, "author_id": ANN, "created_at": "2026-03-02T10:05:00Z", "events": [{"id": 6, "type": "Cc"}]}
    assert read(audit=[audit]).coverage.events_complete is False


def test_a_messaging_ticket_with_only_its_stub_needs_its_conversation() -> None:
    stub = row(0, CUSTOMER, comment(11, CUSTOMER, "Conversation with Corvin", public=False))
    ticket = read(stub, ticket=header(from_messaging_channel=True, comment_count=1))
    assert [gap.what for gap in ticket.coverage.gaps] == ["transcript"]
    assert list(ZENDESK.gaps(bundle(), ticket)) == [FollowUp("conversation_log", "7", 1772447400)]
    assert list(ZENDESK.gaps(bundle(gone={"conversation_log": 404}), ticket)) == []


def test_a_messaging_ticket_that_shows_its_messages_needs_nothing_more() -> None:
    ticket = read(created(), ticket=header(from_messaging_channel=True, comment_count=1))
    assert ticket.coverage.complete
