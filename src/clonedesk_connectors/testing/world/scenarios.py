"""The scenario table: how often something happens, what happens, and what is true about it.

The grammar of the scripts is in `script.py`, the meaning of the truth in `model.py`. A lead scenario needs a second ticket
of the same customer: the ticket with the next (odd) index plays `partner`.
"""

from dataclasses import dataclass, field

from clonedesk_connectors.testing.world.model import Truth
from clonedesk_connectors.testing.world.script import Turn, compile_script


@dataclass(frozen=True, slots=True)
class Scenario:
    """weight: relative share of all tickets. before_end_h: created that many hours before the world's end instead of anywhere.

    link, partner: see `model.LINKS`; partner_after: "start" of the lead or its "closure" (first solved or closed); partner_delay_h counts from there.
    channel: the only channel it happens in, or None. lost_turns: first turns that no longer exist.
    """

    name: str
    weight: float
    truth: Truth
    turns: tuple[Turn, ...]
    channel: str | None = None
    internal: bool = False
    lost_turns: int = 0
    before_end_h: tuple[int, int] | None = None
    link: str | None = None
    partner: str | None = None
    partner_after: str = "closure"
    partner_delay_h: tuple[float, float] = (0, 0)
    has_ai: bool = field(default=False)


def row(name: str, weight: float, script: str, truth: Truth, /, **more: object) -> Scenario:
    """Build one row of the table from its script."""
    turns = compile_script(script)
    has_ai = any(turn.actor == "ai" for turn in turns)
    return Scenario(name, weight, truth._replace(scenario=name), turns, has_ai=has_ai, **more)  # type: ignore[arg-type]


def fires(*rules: str, also: tuple[str, ...] = ()) -> dict[str, frozenset[str]]:
    return {"rules": frozenset(rules), "tolerated": frozenset(also)}


RESOLVED = Truth("resolved_ai", confirmed=True)
GUESSED = Truth("unknown", abandonment="possible")
ABANDONED = Truth("abandoned", abandonment="definite")
ESCALATED = Truth("escalated", h_literal=True, h_strict=True)
HUMAN_ONLY = Truth("unknown", ai_touched=False)

INTRO = "0 customer: ask; group ai by router; assign ai by router\n"
ASKED = INTRO + "4s-50s ai: say answer; status pending\n"
TALKED = ASKED + "?70% 5m-6h customer: say more\n 5s-60s ai: say answer; status pending\n"
AUTO_CLOSE = "?50% 96h-97h rule/close_solved: status closed\n"
TIMEOUT = "73h-80h rule/inactivity: status solved; label resolved_ai tag by labeller\n" + AUTO_CLOSE
AI_SOLVES = "5s-60s ai: status solved; label resolved_ai tag by labeller\n"
HANDOVER = "10s-60s ai: say handover; handoff; label escalated tag by labeller\n"
TAKEN = "10m-5h human: assign human; priority high\n"
ANSWERED = (
    TAKEN
    + "?40% 5m-2h human: note triage\n 5m-8h human: say human; status pending\n ?60% 20m-20h customer: say more\n"
    + "20m-6h human: say human_again; status solved\n"
)
RATED = "?15% 1h-20h rule/survey: csat_offered\n"

AI_ROWS = (
    row("ai_confirmed", 13, TALKED + "10m-5h customer: say thanks\n" + AI_SOLVES + AUTO_CLOSE, RESOLVED),
    row("ai_silent_answer", 8, TALKED + TIMEOUT, GUESSED._replace(**fires("L09", "L11"))),
    row(
        "ai_silent_ai_close",
        4,
        ASKED + "?50% 5m-5h customer: say more\n 5s-60s ai: say answer; status solved; label resolved_ai tag\n" + AUTO_CLOSE,
        GUESSED._replace(**fires("L09")),
    ),
    row(
        "ai_silent_question",
        6,
        ASKED + "10m-5h customer: say more\n 5s-60s ai: say question; status pending\n" + TIMEOUT,
        ABANDONED._replace(abandonment_reason="a", **fires("L08", "L11")),
    ),
    row(
        "abandoned_labelled_so",
        2,
        INTRO
        + "5s-60s ai: say question; status pending\n"
        + "73h-80h rule/inactivity: status solved; label abandoned tag by labeller\n"
        + AUTO_CLOSE,
        ABANDONED._replace(abandonment_reason="a", **fires(also=("L11",))),
    ),
    row(
        "asks_person_nobody",
        3,
        ASKED + "2m-2h customer: say ask_person\n 5s-30s ai: say fallback; status pending\n" + TIMEOUT,
        ABANDONED._replace(abandonment_reason="b", **fires("L08", "L10", "L11")),
    ),
    row(
        "ai_greeting_only",
        1.5,
        INTRO + "2s-9s ai: say greeting; status pending\n" + TIMEOUT,
        ABANDONED._replace(abandonment_reason="e", **fires("L08", "L11")),
    ),
    row(
        "unanswered",
        1,
        ASKED + "1h-5h customer: say more\n 100h-120h rule/inactivity: status solved; label resolved_ai tag by labeller\n",
        Truth("abandoned", unanswered=True, **fires("L11", also=("L08", "L09"))),
    ),
    row(
        "handover_answered",
        13,
        ASKED + "2m-3h customer: say ask_person\n" + HANDOVER + ANSWERED + AUTO_CLOSE,
        ESCALATED,
    ),
    row(
        "handover_rated",
        4,
        ASKED + "2m-3h customer: say complain\n" + HANDOVER + ANSWERED + "1h-9h rule/survey: csat_offered\n 1h-30h customer: csat 2 csat_bad\n",
        ESCALATED,
    ),
    row(
        "handover_nobody",
        2.5,
        ASKED + "2m-3h customer: say ask_person\n" + HANDOVER + "200h-260h rule/inactivity: status solved\n" + AUTO_CLOSE,
        Truth("escalated", h_literal=True, **fires("L01", also=("L11",))),
    ),
    row(
        "bounced",
        2,
        ASKED + "2m-3h customer: say more\n" + HANDOVER + "30m-5h rule/overflow: assign ai; group ai\n"
        "5s-60s ai: say answer; status pending\n 5m-3h customer: say thanks\n 5s-60s ai: status solved\n" + AUTO_CLOSE,
        Truth("escalated", h_literal=True, confirmed=True, **fires("L01", "L03")),
    ),
    row(
        "routing_flicker",
        1,
        "0 customer: ask; group ai by router\n 4s-50s ai: say answer; status pending\n 1h-2h rule/router: group human\n"
        "20s-40s rule/router: group ai\n 1h-5h customer: say thanks\n" + AI_SOLVES,
        RESOLVED._replace(**fires(also=("L03",))),
    ),
    row(
        "reopened_24h",
        3,
        TALKED + AI_SOLVES + "2h-23h customer: say complain\n 5s-60s ai: say answer; status pending\n"
        "1h-3h customer: say thanks\n 5s-60s ai: status solved\n" + AUTO_CLOSE,
        Truth("escalated", r=True, confirmed=True, **fires("L04")),
    ),
    row(
        "reopened_ack_only",
        2,
        TALKED + AI_SOLVES + "10m-20h customer: say thanks\n 10s-60s ai: status solved\n" + AUTO_CLOSE,
        Truth("resolved_ai", r=True, r_ack_only=True, confirmed=True, **fires("L04")),
    ),
    row(
        "reopened_later",
        2,
        TALKED + AI_SOLVES + "30h-80h customer: say more\n 5s-60s ai: say answer; status pending\n"
        "1h-3h customer: say thanks\n 5s-60s ai: status solved\n" + AUTO_CLOSE,
        RESOLVED._replace(**fires("L05")),
    ),
    row(
        "low_csat",
        3,
        TALKED + AI_SOLVES + "1h-5h rule/survey: csat_offered\n 1h-40h customer: csat 1 csat_bad\n",
        Truth("escalated", c=True, **fires("L06")),
    ),
    row(
        "good_csat",
        4,
        TALKED + AI_SOLVES + "1h-5h rule/survey: csat_offered\n 1h-40h customer: csat 5 csat_good\n" + AUTO_CLOSE,
        RESOLVED,
    ),
    row(
        "good_csat_labelled_escalated",
        1.5,
        ASKED + "5m-3h customer: say thanks\n 5s-60s ai: status solved; label escalated field by labeller\n"
        "1h-5h rule/survey: csat_offered\n 1h-40h customer: csat 4\n",
        RESOLVED._replace(**fires("L01", "L07")),
    ),
    row(
        "resolved_label_human_replied",
        3,
        ASKED + "2m-3h customer: say more\n 10s-60s ai: say handover; handoff\n" + ANSWERED
        + "5s-60s rule/labeller: label resolved_ai tag\n" + AUTO_CLOSE,
        ESCALATED._replace(**fires("L02")),
    ),
    row(
        "human_silent_close",
        1,
        ASKED + HANDOVER + TAKEN + "1h-9h human: note triage; status solved\n",
        ESCALATED,
    ),
)  # fmt: skip
