"""What a Zendesk history becomes: both shapes of a change, messages, and what happened to them later."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from clonedesk_connectors.model import ActorKind, AssigneeKind, Event, Other, Priority, Status, Ticket
from clonedesk_connectors.protocol import AccountConfig
from tests.zendesk.helpers import ANN, BOT, BY_RULE, CUSTOMER, PEOPLE, change, comment, header, load, read, row


def only(ticket: Ticket, kind: str) -> Any:
    (event,) = [event for event in ticket.events if event.kind == kind]
    return event


def kinds(ticket: Ticket) -> list[str]:
    return [event.kind for event in ticket.events]


def plain(event: Event) -> dict[str, Any]:
    return event.model_dump(exclude={"actor", "cause", "native_kind", "seq"})


def test_the_same_history_reads_the_same_from_the_export_and_from_audits() -> None:
    told = load("one_history.json")
    from_export = read(*told["ticket_events"])
    from_audits = read(audit=told["audits"])
    assert [plain(event) for event in from_export.events] == [plain(event) for event in from_audits.events]
    assert kinds(from_export) == ["message", "status", "tag", "priority", "assignment", "group", "tag", "other"]


def test_a_fetched_audit_replaces_the_row_of_the_same_id() -> None:
    told = load("one_history.json")
    assert kinds(read(*told["ticket_events"], audit=told["audits"])) == kinds(read(audit=told["audits"]))


def test_a_message_keeps_its_richest_text_its_channel_and_what_was_attached() -> None:
    web = {"channel": "web", "source": {"from": {}, "to": {}, "rel": None}}
    file = {"id": 5, "file_name": "crash.log", "content_type": "text/plain", "size": 2532, "content_url": "https://x"}
    message = only(read(row(0, CUSTOMER, comment(11, CUSTOMER, via=web, attachments=[file]))), "message")
    assert (message.id, message.body, message.body_format) == ("11", "<p>Hello</p>", "html")
    assert (message.visibility, message.channel, message.via_api) == ("public", "web", False)
    assert message.attachments[0].model_dump() == {
        "name": "crash.log",
        "content_type": "text/plain",
        "size_bytes": 2532,
    }


@pytest.mark.parametrize(
    ("bodies", "body", "form"),
    [
        ({"html_body": "<b>h</b>", "plain_body": "p", "body": "b"}, "<b>h</b>", "html"),
        ({"html_body": "", "plain_body": "p", "body": "b"}, "p", "text"),
        ({"html_body": None, "plain_body": None, "body": "b"}, "b", "text"),
        ({"html_body": "", "plain_body": None, "body": None}, "", "text"),
    ],
)
def test_the_richest_text_there_is_becomes_the_body(bodies: dict[str, Any], body: str, form: str) -> None:
    message = only(read(row(0, CUSTOMER, comment(11, CUSTOMER) | bodies)), "message")
    assert (message.body, message.body_format) == (body, form)


def test_a_comment_without_its_text_is_no_message_but_a_gap() -> None:
    stub = {"id": 11, "event_type": "Comment", "comment_present": True, "comment_public": True}
    ticket = read(row(0, CUSTOMER, stub), ticket=header(comment_count=1))
    assert kinds(ticket) == ["other"]
    assert (ticket.coverage.messages_expected, ticket.coverage.messages_got) == (1, 0)


@pytest.mark.parametrize("public", [False, None, "true", 1])
def test_what_is_not_plainly_public_is_private(public: object) -> None:
    assert only(read(row(0, ANN, comment(11, ANN, public=public))), "message").visibility == "private"


def test_a_comment_made_private_later_is_private_and_the_change_is_told() -> None:
    hidden = {"id": 12, "event_type": "CommentPrivacyChange", "comment_id": 11, "public": False}
    ticket = read(row(0, ANN, comment(11, ANN)), row(5, ANN, hidden))
    assert only(ticket, "message").visibility == "private"
    assert (only(ticket, "visibility").target, only(ticket, "visibility").visibility) == ("11", "private")


def test_a_note_made_public_later_is_public() -> None:
    shown = {"id": 12, "event_type": "CommentPrivacyChange", "comment_id": "11", "public": True}
    assert only(read(row(0, ANN, comment(11, ANN, public=False)), row(5, ANN, shown)), "message").visibility == "public"


def test_an_unclear_privacy_change_changes_nothing() -> None:
    unclear = {"id": 12, "event_type": "CommentPrivacyChange", "comment_id": 11, "public": "yes"}
    ticket = read(row(0, ANN, comment(11, ANN, public=False)), row(5, ANN, unclear))
    assert only(ticket, "message").visibility == "private"
    assert kinds(ticket) == ["message", "other"]


def test_redacted_text_does_not_survive_here() -> None:
    redacted = {"id": 12, "event_type": "CommentRedactionEvent", "comment_id": "11"}
    ticket = read(row(0, CUSTOMER, comment(11, CUSTOMER, "my card is 4111")), row(5, ANN, redacted))
    message = only(ticket, "message")
    assert (message.body, message.redacted) == ("", True)
    assert only(ticket, "redaction").target == "11"


def test_redaction_works_even_if_its_time_cannot_be_read() -> None:
    redacted = {"id": 12, "event_type": "CommentRedactionEvent", "comment_id": "11"}
    early = row(5, ANN, redacted, created_at="yesterday")
    assert only(read(row(3, CUSTOMER, comment(11, CUSTOMER, "4111")), early), "message").body == ""


def test_text_that_the_vendor_has_redacted_already_is_kept() -> None:
    redacted = {"id": 12, "event_type": "CommentRedactionEvent", "comment_id": "11"}
    ticket = read(row(0, CUSTOMER, comment(11, CUSTOMER, "my card is ▇▇▇▇")), row(5, ANN, redacted))
    assert only(ticket, "message").body == "<p>my card is ▇▇▇▇</p>"


def test_text_redacted_again_after_we_read_it_does_not_survive() -> None:
    redacted = [{"id": key, "event_type": "CommentRedactionEvent", "comment_id": "11"} for key in (12, 13)]
    ticket = read(row(0, CUSTOMER, comment(11, CUSTOMER, "▇▇▇▇ and 4111")), row(5, ANN, *redacted))
    assert only(ticket, "message").body == ""


def test_a_redacted_attachment_is_gone_and_the_others_stay() -> None:
    files = [{"id": 5, "file_name": "id.png"}, {"id": 6, "file_name": "log.txt"}]
    redacted = {"id": 12, "event_type": "AttachmentRedactionEvent", "comment_id": 11, "attachment_id": 5}
    ticket = read(row(0, CUSTOMER, comment(11, CUSTOMER, attachments=files)), row(5, ANN, redacted))
    assert [file.name for file in only(ticket, "message").attachments] == ["log.txt"]
    assert only(ticket, "message").body == "<p>Hello</p>"


def test_attachments_redacted_one_after_the_other_are_all_gone() -> None:
    files = [{"id": 5, "file_name": "id.png"}, {"id": 6, "file_name": "log.txt"}]
    redacted = [
        {"id": key + 7, "event_type": "AttachmentRedactionEvent", "comment_id": 11, "attachment_id": key}
        for key in (5, 6)
    ]
    ticket = read(row(0, CUSTOMER, comment(11, CUSTOMER, attachments=files)), row(5, ANN, *redacted))
    assert only(ticket, "message").attachments == ()


def test_a_status_keeps_its_word_beside_ours() -> None:
    status = only(read(row(0, ANN, change(21, "status", "hold", "open"))), "status")
    assert (status.from_status, status.to_status, status.raw_from, status.raw_to) == (
        Status.OPEN,
        Status.ON_HOLD,
        "open",
        "hold",
    )


def test_an_unknown_status_is_unknown_and_keeps_its_word() -> None:
    status = only(read(row(0, ANN, change(21, "status", "sleeping", "open"))), "status")
    assert (status.to_status, status.raw_to) == (Status.UNKNOWN, "sleeping")


STATUSES = PEOPLE | {
    ("custom_status", "71"): {"id": 71, "status_category": "pending", "default": True},
    ("custom_status", "72"): {"id": 72, "status_category": "pending", "default": False},
}


def test_the_usual_custom_status_of_the_status_just_set_is_not_told_twice() -> None:
    told = change(22, "custom_status_id", 71, 70), change(21, "status", "pending", "open")
    events = [
        {"id": 21, "type": "Change", "field_name": "status", "value": "pending", "previous_value": "open"},
        {"id": 22, "type": "Change", "field_name": "custom_status_id", "value": "71", "previous_value": "70"},
    ]
    audit = {"id": 1001, "author_id": ANN, "created_at": "2026-03-02T10:01:00Z", "events": events}
    for ticket in (read(row(1, ANN, *told), people=STATUSES), read(audit=[audit], people=STATUSES)):
        assert [(event.kind, event.id) for event in ticket.events] == [("status", "21")]


@pytest.mark.parametrize(
    "children",
    [
        (change(21, "status", "pending", "open"), change(22, "custom_status_id", 72, 70)),
        (change(21, "status", "pending", "open"), change(22, "custom_status_id", 404, 70)),
        (change(21, "priority", "high", None), change(22, "custom_status_id", 71, 72)),
    ],
    ids=["not the usual one", "unknown", "status stays"],
)
def test_a_custom_status_that_says_more_than_the_status_is_told(children: tuple[dict[str, Any], ...]) -> None:
    event = read(row(1, ANN, *children), people=STATUSES).events[-1]
    assert isinstance(event, Other)
    assert (event.id, event.data["field"]) == ("22", "custom_status_id")


def test_a_rule_behind_a_change_is_its_actor_and_its_cause() -> None:
    status = only(read(row(0, CUSTOMER, change(21, "status", "solved", "open", via=BY_RULE))), "status")
    assert (status.actor.kind, status.actor.id, status.actor.name) == (ActorKind.AUTOMATION, "31", "Escalate")
    assert [(e.source, e.value) for e in status.actor.evidence] == [("via", "rule:trigger")]
    assert (status.cause.kind, status.cause.id, status.cause.name) == ("rule", "31", "Escalate")


def test_a_rule_named_by_word_and_number_is_the_same_rule() -> None:
    status = only(
        read(row(0, CUSTOMER, change(21, "status", "solved", "open", via="Rule", via_reference_id=31))), "status"
    )
    assert (status.actor.kind, status.actor.id) == (ActorKind.AUTOMATION, "31")


def test_a_rule_that_fires_on_another_rules_save_is_the_actor_of_its_own_change() -> None:
    children = (
        change(21, "status", "solved", "open"),
        change(22, "priority", "low", None, via="Rule", via_reference_id=31),
    )
    ticket = read(row(0, -1, *children, via="Rule", via_reference_id=30))
    assert [event.actor.id for event in ticket.events] == ["30", "31"]


def test_an_api_client_is_a_cause_and_the_author_stays_the_author() -> None:
    message = only(read(row(0, ANN, comment(11, ANN), via="Web service (API)")), "message")
    assert (message.actor.kind, message.cause.kind, message.via_api) == (ActorKind.HUMAN_AGENT, "api", True)


@pytest.mark.parametrize(
    ("fields", "added", "removed"),
    [
        ({"tags": ["a", "c"], "added_tags": ["c"], "removed_tags": ["b"]}, ("c",), ("b",)),
        ({"tags": ["a", "c"], "previous_value": ["a", "b"]}, ("c",), ("b",)),
        ({"tags": "a c", "previous_value": "a b"}, ("c",), ("b",)),
        ({"tags": None, "previous_value": ["b"]}, (), ("b",)),
    ],
)
def test_tags_are_told_as_added_and_removed(fields: dict[str, Any], added: object, removed: object) -> None:
    tag = only(read(row(0, ANN, {"id": 21, "event_type": "Change", **fields})), "tag")
    assert (tag.added, tag.removed) == (added, removed)


def test_assignment_says_what_the_assignee_is() -> None:
    config = AccountConfig(bot_users=frozenset({"802"}))
    rows = [row(n, ANN, change(20 + n, "assignee_id", who)) for n, who in enumerate((BOT, ANN, None, 999))]
    found = [e.to_kind for e in read(*rows, config=config).events if e.kind == "assignment"]
    assert found == [AssigneeKind.AI, AssigneeKind.HUMAN, AssigneeKind.NONE, AssigneeKind.UNKNOWN]


def test_a_group_is_ai_only_if_the_account_says_so() -> None:
    config = AccountConfig(ai_groups=frozenset({"51"}))
    rows = [row(0, ANN, change(20, "group_id", "51")), row(1, ANN, change(21, "group_id", "52", "51"))]
    found = [(e.to_kind, e.from_id, e.to_id) for e in read(*rows, config=config).events if e.kind == "group"]
    assert found == [(AssigneeKind.AI, None, "51"), (AssigneeKind.GROUP, "51", "52")]


def test_a_priority_taken_away_is_none_and_an_unknown_one_unknown() -> None:
    rows = [row(0, ANN, change(20, "priority", None, "high")), row(1, ANN, change(21, "priority", "galactic"))]
    found = [(e.from_priority, e.to_priority, e.raw_to) for e in read(*rows).events if e.kind == "priority"]
    assert found == [(Priority.HIGH, Priority.NONE, None), (None, Priority.UNKNOWN, "galactic")]


def test_first_values_are_events_only_where_the_field_has_events() -> None:
    created = [
        {"id": 20 + n, "event_type": "Create", field: value}
        for n, (field, value) in enumerate(
            {"status": "new", "priority": None, "subject": "Help", "requester_id": CUSTOMER, "tags": ["a"]}.items()
        )
    ]
    assert kinds(read(row(0, CUSTOMER, *created))) == ["status", "tag"]


def test_other_changes_keep_their_small_values() -> None:
    event = only(read(row(0, ANN, change(21, "due_at", "2026-03-05", "2026-03-04"))), "other")
    assert event.data == {"field": "due_at", "from": "2026-03-04", "to": "2026-03-05"}


def test_long_values_stay_in_the_raw_record() -> None:
    event = only(read(row(0, ANN, change(21, "description", "x" * 5000, "short"))), "other")
    assert event.data == {"field": "description", "from": "short", "to": None}


def test_custom_fields_change_by_their_number_in_both_shapes() -> None:
    bulk = {"id": 21, "event_type": "Change", "custom_ticket_fields": {"41": "b"}, "previous_value": {"41": "a"}}
    audit = {"id": 21, "type": "Change", "field_name": "41", "value": "b", "previous_value": "a"}
    for child in (bulk, audit):
        assert only(read(row(0, ANN, child)), "other").data == {"field": "41", "from": "a", "to": "b"}


def test_several_fields_in_one_child_are_events_with_ids_of_their_own() -> None:
    child = {"id": 21, "event_type": "Create", "status": "open", "priority": "high"}
    assert [(e.id, e.kind) for e in read(row(0, ANN, child)).events] == [("21", "status"), ("21:priority", "priority")]


def test_a_child_without_an_id_is_named_by_its_place() -> None:
    child = {"event_type": "Change", "status": "open", "previous_value": "new"}
    assert only(read(row(0, ANN, comment(11, ANN), child)), "status").id == "1000:1"


def test_ids_stay_unique_when_the_vendor_repeats_them() -> None:
    ticket = read(row(0, ANN, change(1, "status", "open")), row(1, ANN, change(1, "status", "solved")))
    assert [event.id for event in ticket.events] == ["1", "1001:0"]


def test_unknown_kinds_of_events_are_kept_as_they_are_called() -> None:
    event = only(read(row(0, ANN, {"id": 21, "event_type": "SkillAssigned", "skill": "x"})), "other")
    assert (event.native_kind, event.data) == ("SkillAssigned", {})


def test_events_are_ordered_by_time_then_by_the_vendors_order() -> None:
    late = row(5, ANN, change(22, "status", "solved", "open"))
    first = row(0, CUSTOMER, comment(11, CUSTOMER), change(21, "status", "open", "new"))
    assert [(event.seq, event.id) for event in read(late, first).events] == [(0, "11"), (1, "21"), (2, "22")]


def test_updates_of_one_second_are_ordered_by_number_not_by_text() -> None:
    rows = [row(0, ANN, change(key, "status", "open"), id=key) for key in (1000, 999)]
    assert [event.id for event in read(*rows).events] == ["999", "1000"]


def test_a_time_that_cannot_be_read_falls_back_and_is_reported() -> None:
    ticket = read(row(0, ANN, change(21, "status", "open"), created_at="soon", timestamp=None))
    assert ticket.events[0].at == datetime(2026, 3, 2, 10, tzinfo=UTC)
    assert [(gap.what, gap.why) for gap in ticket.coverage.gaps] == [
        ("event times", "1 updates without a readable time")
    ]


def test_deletion_and_restoring_are_events() -> None:
    rows = [row(0, ANN, change(21, "status", "deleted", "open")), row(1, ANN, change(22, "status", "open", "deleted"))]
    assert [(e.kind, e.reason) for e in read(*rows).events if e.kind == "deleted"] == [
        ("deleted", "deleted"),
        ("deleted", "restored"),
    ]


def test_a_merged_ticket_names_the_survivor() -> None:
    told = comment(11, ANN, "This request was closed and merged into request #42 &quot;Lamp&quot;.")
    tagged = change(21, "tags", ["closed_by_merge"], [])
    ticket = read(row(3, ANN, told, tagged))
    assert (only(ticket, "merge").into, only(ticket, "merge").absorbed, ticket.merged_into) == ("42", None, "42")


def test_the_survivor_names_the_merged_ticket() -> None:
    told = comment(11, ANN, "Request #41 was closed and merged into this request.")
    via = {"channel": "web", "source": {"from": {"ticket_id": 41}, "to": {}, "rel": "merge"}}
    ticket = read(row(3, ANN, told, via=via))
    assert (only(ticket, "merge").absorbed, ticket.merged_into) == ("41", None)


def test_a_merge_that_names_nobody_is_still_told() -> None:
    merge = only(read(row(3, ANN, comment(11, ANN, "merged, no number #"), via=19)), "merge")
    assert (merge.into, merge.absorbed) == (None, None)


def test_a_history_in_chats_becomes_messages_with_their_authors() -> None:
    ticket = read(*load("chat_history.json"), people={})
    spoken = [(e.body, e.actor.kind.value, e.visibility) for e in ticket.events if e.kind == "message"]
    assert spoken == [
        ("Hey, what is it about?", "ai_agent", "public"),
        ("Where is my lamp", "customer", "public"),
        ("A person will join", "system", "public"),
        ("Ann here, one moment", "human_agent", "public"),
    ]
    assert ticket.coverage.messages_got == 0


def test_a_chat_turn_is_dated_by_its_own_milliseconds() -> None:
    message = next(e for e in read(*load("chat_history.json")).events if e.kind == "message")
    assert message.at == datetime(2026, 3, 2, 10, 0, 5, tzinfo=UTC)


def test_the_conversation_log_tells_who_was_the_bot() -> None:
    ticket = read(ticket=header(from_messaging_channel=True), conversation_log=load("conversation_log.json")["events"])
    spoken = [(e.id, e.actor.kind.value, e.actor.name) for e in ticket.events if e.kind == "message"]
    assert spoken == [("log:01BOT", "ai_agent", "SampleBot"), ("log:01USER", "customer", "Corvin Ash")]
    assert ticket.coverage.gaps == ()
