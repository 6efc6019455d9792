"""The second half of the scenario table: people without AI, doubtful labels, linked tickets, odd histories, the world's end."""

from clonedesk_connectors.testing.world.model import Truth
from clonedesk_connectors.testing.world.scenarios import (
    AI_SOLVES,
    ANSWERED,
    ASKED,
    AUTO_CLOSE,
    ESCALATED,
    HANDOVER,
    HUMAN_ONLY,
    RATED,
    RESOLVED,
    TALKED,
    TIMEOUT,
    fires,
    row,
)

HUMAN_ASK = "0 customer: ask; group human by router\n"
HUMAN_TICKET = HUMAN_ASK + ANSWERED + "?50% 10m-20h customer: say thanks\n 1h-20h human: status solved\n"
SWEPT = "sweep operations: label resolved_ai tag bulk\n"
CONFIRMED = TALKED + "10m-5h customer: say thanks\n"

HUMAN_ROWS = (
    row("human_only", 10, HUMAN_TICKET + RATED + AUTO_CLOSE, HUMAN_ONLY),
    row("human_auto_ack", 2, HUMAN_ASK + "1s-3s rule/auto_ack: say auto_ack\n" + ANSWERED + AUTO_CLOSE, HUMAN_ONLY),
    row(
        "human_only_labelled",
        2,
        HUMAN_TICKET + "5s-60s rule/labeller: label escalated tag\n" + AUTO_CLOSE,
        HUMAN_ONLY._replace(**fires("L25")),
    ),
    row("ai_assisted", 2, HUMAN_ASK + "5s-60s ai: note draft\n" + ANSWERED + AUTO_CLOSE, HUMAN_ONLY),
    row(
        "ai_late",
        1,
        HUMAN_ASK + "20m-8h human: assign human; say human\n 20m-20h customer: say more\n"
        "5s-60s ai: say answer; status solved; label resolved_ai tag\n",
        HUMAN_ONLY._replace(**fires("L25", also=("L02", "L28"))),
    ),
    row("outbound", 1, "0 human: ask outreach; assign human; status pending\n 70h-90h rule/inactivity: status solved\n",
        HUMAN_ONLY._replace(excluded="no_customer_message")),
    row("custom_status", 1.5, ASKED + "2m-3h customer: say ask_person\n" + HANDOVER + "1h-5h human: assign human; "
        "custom_status awaiting_courier hold\n 20h-60h human: say human; status solved\n" + AUTO_CLOSE, ESCALATED),
    row("redacted_message", 1, ASKED + "2m-3h customer: say card_number\n" + HANDOVER + "1h-5h human: assign human; redact 2\n"
        "5m-2h human: say human; status solved\n" + AUTO_CLOSE, ESCALATED),
    row("note_made_public", 1, ASKED + HANDOVER + "1h-5h human: assign human; note triage\n 1m-9m human: make_public 3; "
        "status solved\n", ESCALATED),
    row("message_made_private", 1, ASKED + HANDOVER + "1h-5h human: assign human; say human\n 1m-9m human: make_private 3\n"
        "5m-2h human: say human_again; status solved\n", ESCALATED),
)  # fmt: skip

DOUBTFUL_ROWS = (
    row("label_by_bulk_edit", 1.5, CONFIRMED + "5s-60s ai: status solved\n" + SWEPT, RESOLVED._replace(**fires("L14"))),
    row(
        "human_case_relabelled_in_bulk",
        1.5,
        ASKED + "2m-3h customer: say ask_person\n" + HANDOVER + ANSWERED + SWEPT,
        ESCALATED._replace(**fires("L02", "L14")),
    ),
    row(
        "label_changed_twice",
        1,
        ASKED + HANDOVER + "1h-2h human: assign human; label resolved_ai tag\n" + ANSWERED + "1m-20m human: label escalated tag\n",
        ESCALATED._replace(**fires("L16")),
    ),
    row(
        "conflicting_labels",
        1.5,
        CONFIRMED + AI_SOLVES + "5m-30m operations: label escalated field\n",
        RESOLVED._replace(**fires("L15", also=("L01", "L14"))),
    ),
    row("ai_after_human", 1.5, ASKED + "2m-3h customer: say more\n" + "10s-60s ai: say handover; handoff\n"
        "10m-5h human: assign human; say human\n 1h-9h customer: say more\n 1m-9m human: assign ai; group ai\n"
        "5s-60s ai: say answer; status solved; label resolved_ai tag\n",
        ESCALATED._replace(**fires("L02", "L28"))),
    row("macro_only_human", 2.5, ASKED + "10m-2h customer: say more\n 5s-30s ai: handoff; assign human\n 3s-8s human: say macro\n"
        "1h-2h rule/overflow: assign ai; group ai\n 5s-60s ai: say answer; status pending\n 1h-3h customer: say thanks\n" + AI_SOLVES,
        RESOLVED._replace(h_literal=True, **fires("L29", also=("L02", "L03", "L28")))),
    row("side_channel", 1, ASKED + "2m-3h customer: say more\n 5s-60s ai: say answer; status pending\n"
        "1h-4h human: side_channel call\n 1m-30m ai: status solved; label resolved_ai tag\n",
        Truth("escalated", **fires("L30", also=("L09",)))),
    row("side_conversation", 0.7, ASKED + "1h-4h human: side_channel conversation\n 1h-9h ai: status solved; label resolved_ai tag\n",
        Truth("escalated", **fires("L30", also=("L09",)))),
    row("shared_account", 1.5, ASKED + "10m-3h customer: say more\n 10m-2h shared: say human; status solved\n"
        "5s-60s rule/labeller: label resolved_ai tag\n", Truth("unknown", **fires("L26", also=("L02", "L09")))),
    row("truncated_history", 1, CONFIRMED + AI_SOLVES + AUTO_CLOSE,
        Truth("unknown", excluded="history_incomplete", **fires("L23", also=("L25",))), lost_turns=2),
    row("internal_test", 1.5, TALKED + TIMEOUT, Truth("unknown", excluded="test", **fires("L22", also=("L09", "L11"))), internal=True),
    row("spam", 1, ASKED + "1h-40h operations: tag spam; status closed; label resolved_ai tag\n",
        Truth("unknown", excluded="spam", **fires("L12", also=("L09",)))),
    row("deleted", 1, TALKED + AI_SOLVES + "24h-70h operations: status deleted\n",
        Truth("unknown", excluded="deleted", **fires("L12", also=("L09",)))),
)  # fmt: skip

LINKED_ROWS = (
    row("returned_elsewhere", 1.5, ASKED + TIMEOUT,
        Truth("abandoned", abandonment="definite", abandonment_reason="d", **fires("L13", "L11", also=("L08",))),
        link="returned_as", partner="return_visit", partner_delay_h=(2, 80), channel="web"),
    row("return_visit", 0, HUMAN_ASK.replace("ask;", "ask returned;") + ANSWERED + AUTO_CLOSE, HUMAN_ONLY, link="return_of",
        channel="email"),
    row("merged", 1, ASKED + "2h-8h operations: label resolved_ai tag; merge\n",
        Truth("unknown", excluded="merged", **fires("L12", also=("L09",))),
        link="merged_into", partner="merge_target", partner_after="start", partner_delay_h=(0.2, 1)),
    row("merge_target", 0, HUMAN_TICKET, HUMAN_ONLY, link="merge_target"),
    row("follow_up_within_24h", 0.8, ASKED + "5s-60s ai: status solved; label resolved_ai tag\n 5m-9m rule/inactivity: status closed\n",
        Truth("escalated", r=True, **fires("L04", also=("L11", "L13"))),
        link="followed_up_by", partner="follow_up_ticket", partner_delay_h=(1, 20), channel="email"),
    row("follow_up_late", 0.8, CONFIRMED + AI_SOLVES + "96h-97h rule/close_solved: status closed\n",
        RESOLVED._replace(**fires(also=("L05", "L13"))),
        link="followed_up_by", partner="follow_up_ticket", partner_delay_h=(100, 200), channel="email"),
    row("follow_up_ticket", 0, HUMAN_ASK.replace("ask;", "ask returned;") + ANSWERED + AUTO_CLOSE, HUMAN_ONLY, link="follow_up_of",
        channel="email"),
)  # fmt: skip

END_ROWS = (
    row("open_at_the_end", 2, "0 customer: ask; group ai by router; assign ai by router\n"
        "4s-50s ai: say answer; status pending; label resolved_ai tag\n 21h-30h customer: say thanks\n 5s-60s ai: status solved\n",
        Truth("unknown", **fires("L24")), before_end_h=(3, 20)),
    row("window_open_at_the_end", 1.5, ASKED + "5s-60s ai: status solved; label resolved_ai tag\n 13h-20h customer: say complain\n"
        + HANDOVER + ANSWERED, Truth("unknown", **fires("L24")), before_end_h=(3, 12)),
    row("silence_open_at_the_end", 1, ASKED + "5s-60s ai: label resolved_ai tag\n 73h-80h rule/inactivity: status solved\n",
        Truth("unknown", **fires("L24")), before_end_h=(30, 70)),
)  # fmt: skip

RARE_ROWS = HUMAN_ROWS + DOUBTFUL_ROWS + LINKED_ROWS + END_ROWS
