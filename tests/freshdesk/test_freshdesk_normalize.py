"""From raw records to a ticket, with literal expectations."""

from __future__ import annotations

import pytest

from clonedesk_connectors.model import (
    ActorKind,
    AiEnding,
    AssigneeKind,
    Channel,
    Csat,
    Evidence,
    Gap,
    Message,
    Person,
    Priority,
    Rated,
    Scale,
    Status,
    StatusChange,
    Ticket,
    VendorLabel,
)
from clonedesk_connectors.protocol import AccountConfig, Bundle

from .helpers import STAFF, People, acme, conversation, read, ticket

FIELDS = {
    "default_status": {"choices": {"2": ["Open", "Seen"], "6": ["Waiting on Customer", "x"], "9": ["Parked"]}},
    "default_source": {"choices": {"Email": 1, "Kiosk": 101}},
    "default_agent": {"choices": {"Odile Marsh": 15}},
    "default_group": {"choices": {"Billing": 4}},
}  # fmt: skip


def told(found: Ticket) -> list[tuple[str, str, str]]:
    """(kind, actor kind, id) of every event, in order."""
    return [(event.kind, event.actor.kind.value, event.id) for event in found.events]


def event(found: Ticket, key: str):
    return next(one for one in found.events if one.id == key)


def test_the_description_is_the_customers_first_message_and_replies_follow_by_time_and_id():
    rows = [
        conversation(31, "10:00:00", "On its way"),
        conversation(30, "09:00:00", "Let me look"),
        conversation(29, "10:00:00", "Thanks", user=900, incoming=True),
        conversation(32, "11:00:00", "Call them", private=True, source=2),
    ]
    found = read(ticket(), rows)
    assert [(e.seq, e.id, e.actor.kind, e.visibility) for e in found.events if isinstance(e, Message)] == [
        (0, "description", "customer", "public"),
        (1, "conversation:30", "human_agent", "public"),
        (2, "conversation:29", "customer", "public"),
        (3, "conversation:31", "human_agent", "public"),
        (4, "conversation:32", "human_agent", "private"),
    ]
    assert found.events[0].body == "<div>Where is my parcel?</div>"
    assert found.events[1].actor.name == "Imke Torvald"
    assert found.events[1].actor.evidence == (Evidence(source="agents", value="11"),)


def test_only_an_explicit_false_makes_a_conversation_public():
    for private in (True, None, "false", 0):
        found = read(ticket(), [conversation(1, "09:00:00", "secret", private=private)])
        assert event(found, "conversation:1").visibility == "private"
    row = conversation(1, "09:00:00", "secret")
    del row["private"]
    assert event(read(ticket(), [row]), "conversation:1").visibility == "private"


def test_the_head_of_a_ticket():
    head = ticket(
        responder_id=11,
        group_id=4,
        company_id=5,
        product_id=6,
        priority=4,
        type="Delivery",
        tags=["vip", "vip", " late "],
        custom_fields={"cf_tier": "gold", "cf_many": ["a", "b"], "cf_done": True, "cf_size": 3, "cf_none": None},
        requester={"id": 900, "name": "Alva Abelard", "email": "alva@example.com", "phone": None, "mobile": "555"},
        updated_at="2025-03-01T17:30:00+05:30",
    )
    found = read(head, people=People(agents={11: "Imke Torvald"}, ticket_field=FIELDS))
    assert (found.version, found.updated_at and found.updated_at.isoformat()) == (
        1740830400,
        "2025-03-01T12:00:00+00:00",
    )
    assert (found.status, found.raw_status) == (Status.OPEN, "Open")
    assert (found.channel, found.raw_channel, found.priority) == (Channel.EMAIL, "Email", Priority.URGENT)
    assert (found.ticket_type, found.tags, found.tier) == ("Delivery", ("vip", "late"), None)
    assert (found.organization_id, found.brand_id, found.group_id, found.assignee_id) == ("5", "6", "4", "11")
    assert found.assignee_kind is AssigneeKind.HUMAN
    assert found.custom_fields == {
        "cf_tier": "gold", "cf_many": "a, b", "cf_done": "true", "cf_size": "3", "cf_none": None,
    }  # fmt: skip
    assert found.requester == Person(
        id="900", name="Alva Abelard", email="alva@example.com", phone="555", organization_id="5"
    )


@pytest.mark.parametrize(
    ("raw", "options", "status", "name"),
    [
        (2, {}, Status.OPEN, "Open"),
        (5, {}, Status.CLOSED, "5"),
        (6, {}, Status.PENDING, "Waiting on Customer"),
        (9, {}, Status.UNKNOWN, "Parked"),
        (9, {"statuses": "9=on_hold"}, Status.ON_HOLD, "Parked"),
        (77, {}, Status.UNKNOWN, "77"),
        (None, {}, Status.UNKNOWN, None),
        ("gone fishing", {}, Status.UNKNOWN, "gone fishing"),
    ],
)
def test_own_statuses_keep_their_name_and_are_never_guessed(raw, options, status, name):
    found = read(ticket(status=raw), desk=acme(**options), people=People(ticket_field=FIELDS))
    assert (found.status, found.raw_status) == (status, name)


@pytest.mark.parametrize(
    ("source", "channel", "name"),
    [
        (12, Channel.CHAT, "bot"),
        (101, Channel.UNKNOWN, "Kiosk"),
        (999, Channel.UNKNOWN, "999"),
        (None, Channel.UNKNOWN, None),
    ],
)
def test_unknown_sources_keep_their_number_or_name(source, channel, name):
    found = read(ticket(source=source), people=People(ticket_field=FIELDS))
    assert (found.channel, found.raw_channel) == (channel, name)


def test_type_and_tier_come_from_the_fields_the_account_names_or_from_the_company():
    head = ticket(company_id=5, type="Question", custom_fields={"cf_topic": "refund"})
    desk = acme(AccountConfig(tier_field="account_tier", type_field="cf_topic"))
    found = read(head, desk=desk, people=People(company={"5": {"id": 5, "account_tier": "Premium"}}))
    assert (found.ticket_type, found.tier) == ("refund", "Premium")
    own = acme(AccountConfig(tier_field="cf_level"))
    company = {"5": {"id": 5, "custom_fields": {"cf_level": "basic"}}}
    assert read(head, desk=own, people=People(company=company)).tier == "basic"


def test_a_test_ticket_is_known_by_its_requester_address_or_tag():
    config = AccountConfig(
        test_requesters=frozenset({"900"}), internal_domains=frozenset({"example.org"}), test_tags=frozenset({"drill"})
    )
    other = {"id": 901, "email": "x@EXAMPLE.org"}
    for head in (
        ticket(),
        ticket(requester_id=901, requester=other),
        ticket(requester_id=902, tags=["Drill"]),
    ):
        assert read(head, desk=acme(config)).is_test
    assert not read(ticket(requester_id=903), desk=acme(config)).is_test


def test_a_requester_who_is_an_agent_is_staff():
    found = read(ticket(requester_id=11))
    assert found.requester == Person(id="11", is_staff=True)


def test_an_outbound_mail_begins_with_the_agents_message():
    found = read(ticket(source=10, responder_id=11))
    assert told(found)[0] == ("message", "human_agent", "description")


def test_a_bots_ticket_may_begin_with_a_transcript_so_its_author_is_unknown():
    assert told(read(ticket(source=12)))[0] == ("message", "unknown", "description")


def test_a_chat_that_repeats_its_first_message_in_the_description_is_told_once():
    first = conversation(1, "08:00:00", "Where is  my parcel?", user=900, incoming=True)
    assert told(read(ticket(source=15), [first]))[0] == ("message", "customer", "conversation:1")
    assert [key for _, _, key in told(read(ticket(source=1), [first]))] == ["description", "conversation:1"]


def test_a_message_without_html_is_its_plain_text_or_the_parts_of_a_chat_message():
    parts = [{"type": "text", "data": {"content": "one"}}, {"data": {"content": "two"}}, {"data": None}, 5]
    plain = conversation(1, "09:00:00", "x") | {"body": None}
    chat = conversation(2, "09:01:00", "x", structured_body={"body_contents": parts}) | {"body": None, "body_text": ""}
    empty = conversation(3, "09:02:00", "x") | {"body": None, "body_text": None}
    found = read(ticket(), [plain, chat, empty])
    assert [(e.body, e.body_format) for e in found.events[1:4]] == [("x", "text"), ("one\ntwo", "text"), ("", "text")]


def test_attachments_are_named_and_never_addressed():
    file = {
        "name": "a.txt",
        "content_type": "text/plain",
        "file_size": 44,
        "attachment_url": "https://cdn.example.net/s?sig",
    }
    found = read(ticket(), [conversation(1, "09:00:00", "see", attachments=[file, None, {"size": "big"}])])
    message = event(found, "conversation:1")
    assert [(a.name, a.content_type, a.size_bytes) for a in message.attachments] == [
        ("a.txt", "text/plain", 44),
        (None, None, None),
    ]
    assert "cdn.example" not in found.model_dump_json()


def test_a_deleted_conversation_keeps_its_place_and_loses_its_text():
    message = event(read(ticket(), [conversation(1, "09:00:00", "oops", deleted=True)]), "conversation:1")
    assert (message.body, message.redacted) == ("", True)


# --- who ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("user", "fields", "kind", "evidence"),
    [
        (11, {}, "human_agent", [("agents", "11")]),
        (12, {}, "ai_agent", [("name", "of an AI (0.8)")]),
        (13, {}, "unknown", [("vague_name", "may be of an AI (0.5)")]),
        (14, {}, "unknown", [("unlisted", "not in the agents list (0.2)")]),
        (15, {}, "human_agent", [("ticket_fields.default_agent", "15")]),
        (900, {}, "customer", [("ticket.requester_id", "900")]),
        (901, {"incoming": True}, "customer", [("conversation.incoming", "true")]),
        (11, {"automation_id": 5}, "automation", [("conversation.automation_id", "5")]),
        (11, {"auto_response": True}, "automation", [("conversation.auto_response", "true")]),
        (16, {}, "ai_agent", [("configured_user", "16 (1)"), ("unlisted", "not in the agents list (0.2)")]),
        (17, {}, "human_agent", [("config.human_users", "17")]),
        (None, {}, "unknown", []),
    ],
)
def test_who_wrote_a_conversation_and_why_we_think_so(user, fields, kind, evidence):
    config = AccountConfig(bot_users=frozenset({"16"}), human_users=frozenset({"17"}))
    people = People(
        agents={11: "Imke Torvald", 12: "Freddy AI Agent", 13: "Virtual Desk", 17: "Freddy Bot"}, ticket_field=FIELDS
    )
    row = conversation(1, "09:00:00", "hello", user=user, **fields)
    who = event(read(ticket(), [row], desk=acme(config), people=people), "conversation:1").actor
    assert (who.kind, [(e.source, e.value) for e in who.evidence]) == (kind, evidence)


def test_a_person_whose_name_only_contains_the_letters_is_a_person():
    people = People(agents={11: "Abbott Botha", 12: "Aina Freddyson"})
    rows = [conversation(1, "09:00:00", "a", user=11), conversation(2, "09:01:00", "b", user=12)]
    kinds = [e.actor.kind for e in read(ticket(), rows, people=people).events[1:]]
    assert kinds == [ActorKind.HUMAN_AGENT, ActorKind.HUMAN_AGENT]


def test_the_weights_and_the_threshold_are_the_accounts_to_change():
    row = conversation(1, "09:00:00", "hello", user=12)
    strict = acme(ai_threshold="0.95")
    assert event(read(ticket(), [row], desk=strict), "conversation:1").actor.kind is ActorKind.UNKNOWN
    off = acme(ai_weights="name=0,author=0")
    assert event(read(ticket(), [row], desk=off), "conversation:1").actor.kind is ActorKind.HUMAN_AGENT


def test_an_unlisted_responder_under_an_ai_status_is_the_ai():
    fields = {"default_status": {"choices": {"8": ["Assigned to AI Agent", "x"]}}}
    head = ticket(status=8, responder_id=77)
    found = read(head, [conversation(1, "09:00:00", "Hi", user=77)], people=People(ticket_field=fields))
    who = event(found, "conversation:1").actor
    assert (who.kind, [e.source for e in who.evidence]) == (ActorKind.AI_AGENT, ["unlisted", "ai_status"])
    assert (found.status, found.assignee_kind) == (Status.OPEN, AssigneeKind.AI)


# --- evidence for an AI ---------------------------------------------------------------------------------------------


def test_every_hint_of_an_ai_is_recorded_with_its_weight_and_their_sum():
    config = AccountConfig(ai_groups=frozenset({"Robots"}), ai_tags=frozenset({"ai-handled"}))
    head = ticket(source=12, group_id=4, tags=["AI-handled"])
    found = read(head, desk=acme(config), people=People(group={"4": {"id": 4, "name": "robots"}}))
    evidence = event(found, "ai-evidence")
    assert evidence.raw == "bot_source, configured_group, tag"
    assert [e.value for e in evidence.actor.evidence] == ["bot (0.6)", "4 (1)", "AI-handled (0.5)"]
    assert (evidence.confidence, evidence.actor.kind) == (1.0, ActorKind.AI_AGENT)
    assert found.assignee_kind is AssigneeKind.AI


def test_weak_hints_are_recorded_but_do_not_make_an_ai():
    evidence = event(read(ticket(source=15)), "ai-evidence")
    assert (evidence.confidence, evidence.actor.kind, evidence.raw) == (0.1, ActorKind.UNKNOWN, "ai_source")
    named = event(read(ticket(group_id=4), people=People(group={"4": {"name": "AI Agents bot"}})), "ai-evidence")
    assert (named.confidence, named.actor.kind, named.raw) == (0.7, ActorKind.UNKNOWN, "group_name")


def test_without_a_hint_nothing_is_said_about_an_ai():
    assert "ai_turn" not in [e.kind for e in read(ticket(), [conversation(1, "09:00:00", "Hi")]).events]


@pytest.mark.parametrize(
    ("note", "ending", "handoff"),
    [
        ("Conversation handed over to agent: no answer found", AiEnding.HANDED_OFF, True),
        ("Handed over because of negative feedback", AiEnding.NEGATIVE_FEEDBACK, True),
        ("Resolved by AI agent: inactivity", AiEnding.CUSTOMER_SILENT, False),
        ("Resolved: positive feedback", AiEnding.CUSTOMER_CONFIRMED, False),
        ("AI Agent timed out", AiEnding.CUSTOMER_LEFT, False),
        ("Resolved by Freddy", None, False),
    ],
)
def test_a_bots_private_note_is_a_claim_about_how_its_part_ended(note, ending, handoff):
    row = conversation(1, "09:00:00", note, user=12, private=True, source=2)
    found = read(ticket(), [row])
    assert event(found, "conversation:1:ai").ending is ending
    claims = [e for e in found.events if e.kind == "handoff"]
    assert [claim.requested_only for claim in claims] == ([True] if handoff else [])


def test_the_same_words_by_a_person_or_in_public_claim_nothing():
    rows = [
        conversation(1, "09:00:00", "I handed over the parcel", private=True, source=2),
        conversation(2, "09:01:00", "handed over to the carrier", user=12),
    ]
    kinds = [e.kind for e in read(ticket(), rows).events]
    assert kinds == ["message", "message", "message", "ai_turn"]  # the last one says that an AI wrote a message


# --- status, from remembered times ----------------------------------------------------------------------------------


def statuses(found: Ticket) -> list[tuple[str, str, str, str]]:
    return [
        (e.at.strftime("%H:%M:%S"), e.to_status.value, e.actor.kind.value, e.native_kind)
        for e in found.events
        if isinstance(e, StatusChange)
    ]


def test_remembered_times_become_status_changes_and_nobody_claims_that_these_are_all():
    stats = {"resolved_at": "2025-03-01T10:00:00Z", "closed_at": "2025-03-01T12:00:00Z", "pending_since": None}
    found = read(ticket(status=5, stats=stats), [conversation(1, "09:59:58", "Done")])
    assert statuses(found) == [
        ("10:00:00", "solved", "human_agent", "stats.resolved_at"),
        ("12:00:00", "closed", "unknown", "stats.closed_at"),
    ]
    assert event(found, "stats:resolved_at").actor.evidence == (
        Evidence(source="same moment as", value="conversation:1"),
    )
    assert (found.coverage.events_complete, found.coverage.messages_got, found.coverage.gaps) == (None, 2, ())


def test_a_ticket_closed_in_one_go_has_one_closure():
    stats = {"resolved_at": "2025-03-01T10:00:00Z", "closed_at": "2025-03-01T10:00:00Z"}
    assert statuses(read(ticket(status=5, stats=stats))) == [("10:00:00", "closed", "unknown", "stats.closed_at")]


def test_a_reopening_is_the_customers_when_their_message_came_with_it_and_the_lost_closure_is_estimated():
    stats = {"reopened_at": "2025-03-01T11:00:02Z", "status_updated_at": "2025-03-01T11:00:02Z"}
    rows = [
        conversation(1, "09:00:00", "Solved for you", user=12),
        conversation(2, "11:00:00", "No it is not", user=900, incoming=True),
    ]
    found = read(ticket(stats=stats), rows)
    assert statuses(found) == [
        ("09:00:00", "solved", "unknown", "estimate"),
        ("11:00:02", "open", "customer", "stats.reopened_at"),
    ]
    assert event(found, "estimate:closure").actor.evidence == (
        Evidence(source="estimated from", value="conversation:1"),
    )


def test_a_reopening_without_a_customers_message_is_nobodys():
    stats = {"reopened_at": "2025-03-01T11:00:02Z"}
    assert statuses(read(ticket(stats=stats))) == [("11:00:02", "open", "unknown", "stats.reopened_at")]


def test_an_own_status_shows_when_it_was_set():
    stats = {"status_updated_at": "2025-03-01T11:00:00Z"}
    found = read(ticket(status=9, stats=stats), people=People(ticket_field=FIELDS))
    assert statuses(found) == [("11:00:00", "unknown", "unknown", "stats.status_updated_at")]
    assert event(found, "stats:status_updated_at").raw_to == "Parked"


def test_due_times_that_passed_are_labels_of_the_vendor_and_never_a_hand_over():
    found = read(ticket(is_escalated=True, fr_escalated=True, nr_escalated=False))
    assert found.vendor_labels == (
        VendorLabel(name="sla_breached.resolution", value="true"),
        VendorLabel(name="sla_breached.first_response", value="true"),
    )
    assert [e.kind for e in found.events] == ["message"]


# --- status, from activities ----------------------------------------------------------------------------------------


def activity(at: str, performer: int | str, **changes: object) -> dict[str, object]:
    kind = "system" if performer == "system" else "user"
    head = {"performed_at": f"01-03-2025 {at} +0000", "ticket_id": 7, "performer_type": kind, "performer_id": performer}
    return head | {"activity": changes}


def test_activity_rows_are_the_exact_history_and_replace_remembered_times():
    rows = [
        activity("08:00:01", 900, status="Open", priority=1, group="Billing", agent_id=12, source=1),
        activity("10:00:00", 12, status="Resolved"),
        activity("10:30:00", 900, status="Open"),
        activity("10:31:00", "system", agent_id=11, automation={"rule": "Route to people"}),
        activity("11:00:00", "system", status="Closed", automation={"name": "AI Agent"}),
        activity("11:00:00", 11, note={"id": 5, "type": 4}),
        activity("11:30:00", 11, added_tags=["a"], removed_tags=None),
        activity("11:40:00", 11, cf_size="large", nested={"x": 1}),
        {"performed_at": "yesterday", "activity": {"status": "Open"}},
    ]
    stats = {"closed_at": "2025-03-01T11:00:20Z", "reopened_at": "2025-03-01T10:30:00Z"}
    people = People(agents={11: "Imke Torvald", 12: "Freddy AI Agent"}, ticket_field=FIELDS)
    found = read(ticket(status=5, stats=stats), activity=rows, people=people)
    assert [
        (e.at.strftime("%H:%M"), e.kind, e.actor.kind.value) for e in found.events if e.id.startswith("activity:")
    ] == [
        ("08:00", "status", "customer"),
        ("08:00", "priority", "customer"),
        ("08:00", "group", "customer"),
        ("08:00", "assignment", "customer"),
        ("10:00", "status", "ai_agent"),
        ("10:30", "status", "customer"),
        ("10:31", "assignment", "automation"),
        ("11:00", "status", "ai_agent"),
        ("11:30", "tag", "human_agent"),
        ("11:40", "other", "human_agent"),
    ]
    assert statuses(found)[1:3] == [
        ("10:00:00", "solved", "ai_agent", "activity"),
        ("10:30:00", "open", "customer", "activity"),
    ]
    assert not [e for e in found.events if e.native_kind.startswith("stats.")]
    group, first, second = (e for e in found.events if e.kind in ("group", "assignment"))
    assert (group.to_id, group.to_kind) == ("4", AssigneeKind.GROUP)
    assert (first.to_id, first.to_kind, second.to_kind) == ("12", AssigneeKind.AI, AssigneeKind.HUMAN)
    assert second.cause is not None
    assert second.cause.name == "Route to people"
    assert found.coverage.events_complete is True
    assert found.coverage.gaps == ()


def test_activities_that_begin_late_are_not_the_whole_history():
    found = read(ticket(status=4), activity=[activity("10:00:00", 11, status="Resolved", group=None, agent_id=None)])
    assert found.coverage.events_complete is None
    moved = [(e.kind, e.to_kind.value) for e in found.events if e.kind in ("group", "assignment")]
    assert moved == [("group", "none"), ("assignment", "none")]


# --- ratings --------------------------------------------------------------------------------------------------------


def rating(code: object, **fields: object) -> dict[str, object]:
    made = {
        "id": 1,
        "survey_id": 3,
        "user_id": 900,
        "agent_id": 11,
        "feedback": "ok",
        "ratings": {"default_question": code},
    }
    return made | {"created_at": "2025-03-02T08:00:00Z", "updated_at": "2025-03-02T08:00:00Z"} | fields


@pytest.mark.parametrize(
    ("code", "accepted", "scale", "value"),
    [
        (103, None, Scale.FRESHDESK, 5),
        (102, None, Scale.FRESHDESK, 5),
        (101, None, Scale.FRESHDESK, 4),
        (100, [103, 100, -103], Scale.FRESHDESK, 3),
        (-101, None, Scale.FRESHDESK, 2),
        (-102, None, Scale.FRESHDESK, 1),
        (-103, None, Scale.FRESHDESK, 1),
        (1, [1, 2, 3], Scale.FRESHDESK_CLASSIC, 5),
        (2, None, Scale.FRESHDESK_CLASSIC, 3),
        (3, None, Scale.FRESHDESK_CLASSIC, 1),
        (1, [103, -103], Scale.UNKNOWN, None),
        (104, None, Scale.FRESHDESK, None),
        (4, None, Scale.FRESHDESK_CLASSIC, None),
        ("103", None, Scale.UNKNOWN, None),
        (True, None, Scale.UNKNOWN, None),
        (None, None, Scale.UNKNOWN, None),
    ],
)
def test_both_families_of_rating_codes_and_neither_guessed(code, accepted, scale, value):
    survey = {"questions": [{"accepted_ratings": accepted}, {"accepted_ratings": None}, None]}
    found = read(ticket(), rating=[rating(code)], people=People(survey={"3": survey} if accepted else {}))
    csat = next(e for e in found.events if isinstance(e, Csat))
    assert (csat.satisfaction.scale, csat.satisfaction.value) == (scale, value)


def test_a_rating_says_whom_it_judges_and_all_ratings_are_kept():
    rows = [
        rating(103, id=2, agent_id=12, created_at="2025-03-03T08:00:00Z"),
        rating(-103),
        rating(100, id=3, agent_id=None),
    ]
    found = read(ticket(), rating=rows)
    assert [(e.id, e.satisfaction.rated, e.satisfaction.comment) for e in found.events if isinstance(e, Csat)] == [
        ("rating:1", Rated.HUMAN, "ok"),
        ("rating:3", Rated.TICKET, "ok"),
        ("rating:2", Rated.AI, "ok"),
    ]


def test_a_survey_answer_that_arrives_as_a_conversation_is_not_a_message():
    for fields in ({"source": 6}, {"category": 7}):
        row = conversation(1, "11:00:00", "Great!", user=900, incoming=True, **fields)
        found = read(ticket(), [row])
        assert told(found) == [("message", "customer", "description"), ("other", "customer", "conversation:1")]
        assert "Great" not in found.model_dump_json()
        assert found.coverage.messages_got == 1


# --- merged, deleted, gone ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "note",
    [
        "This ticket is closed and merged into ticket 42",
        "Merged to Ticket ID: #42.",
        "Dieses Ticket wurde mit Ticket #42 zusammengeführt",
        "Ce ticket a été fusionné avec le ticket 42",
        "Este ticket se ha combinado con el ticket 42",
        "Este tíquete foi mesclado ao ticket 42",
        "Dit ticket is samengevoegd met ticket 42",
    ],
)
def test_a_merge_is_known_by_the_note_it_leaves_on_a_closed_ticket(note):
    row = conversation(1, "11:00:00", note, private=True, source=2)
    assert read(ticket(status=5), [row]).merged_into == "42"
    assert read(ticket(status=2), [row]).merged_into is None


def test_the_survivor_names_the_ticket_it_took_in():
    row = conversation(1, "11:00:00", "Ticket with ID 41 is merged into this ticket", private=True, source=2)
    merge = event(read(ticket(), [row]), "conversation:1:merge")
    assert (merge.into, merge.absorbed) == (None, "41")


def test_spam_and_deletion_are_marked_and_the_ticket_stays():
    found = read(ticket(spam=True, deleted=True))
    assert (found.is_spam, found.deleted, found.archived) == (True, True, False)
    assert [(e.kind, e.reason, e.at.strftime("%H")) for e in found.events[1:]] == [
        ("deleted", "deleted", "12"),
        ("deleted", "spam", "12"),
    ]
    assert read(ticket(archived=True)).archived


def test_conversations_that_cannot_be_read_any_more_are_a_gap_unless_the_archive_had_them():
    lost = Gap(what="messages", why="the conversations cannot be read any more (HTTP 404)")
    assert lost in read(ticket(), gone={"conversations": 404}).coverage.gaps
    rows = [conversation(1, "09:00:00", "hi")]
    assert lost not in read(ticket(), rows, gone={"conversations": 404}).coverage.gaps
    assert lost in read(ticket(), rows, gone={"conversations": 404, "archived_conversations": 404}).coverage.gaps


def test_an_answer_the_ticket_remembers_but_nobody_can_read_is_a_gap():
    head = ticket(stats={"agent_responded_at": "2025-03-01T09:00:00Z"})
    missing = Gap(what="messages", why="the ticket remembers an agent's answer that no conversation shows")
    assert missing in read(head).coverage.gaps
    assert missing not in read(head, [conversation(1, "09:00:00", "hi")]).coverage.gaps


def test_a_ticket_without_its_first_message_says_so_and_an_empty_one_is_a_message():
    lost = Gap(what="messages", why="the ticket has no description, which is its first message")
    nothing = {"description": None, "description_text": None}
    assert lost in read(ticket(**nothing)).coverage.gaps
    chat = [conversation(1, "09:00:00", "hi", user=900, incoming=True)]
    assert lost not in read(ticket(source=15, **nothing), chat).coverage.gaps
    empty = read(ticket(description="", description_text=""))
    assert ([e.body for e in empty.events if isinstance(e, Message)], empty.coverage.gaps) == ([""], ())


def test_malformed_dates_put_events_at_the_tickets_creation_and_are_counted():
    rows = [conversation(1, "010:08:16", "when?"), conversation(2, "09:00:00", "fine")]
    found = read(ticket(), rows)
    assert [(e.id, e.at.strftime("%H:%M")) for e in found.events[:2]] == [
        ("description", "08:00"),
        ("conversation:1", "08:00"),
    ]
    assert "1 events without a readable time" in found.coverage.gaps[0].why
    nowhere = read(ticket(created_at="soon", updated_at=None))
    assert (nowhere.created_at, nowhere.version, nowhere.events[0].at.year) == (None, 0, 1970)


def test_a_rating_whose_ticket_has_not_arrived_makes_no_ticket():
    assert acme().normalize(Bundle("7", {"rating": [rating(103)]}, STAFF, "acme")) is None
