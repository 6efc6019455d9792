"""What tickets suggest for an account's configuration: what fires, what must not, and how it is printed."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from datetime import timedelta

import pytest

from clonedesk_connectors.model import Person, Ticket
from clonedesk_connectors.protocol import AccountConfig
from clonedesk_connectors.quality.labels import LabelReader
from clonedesk_connectors.suggest import Advice, Known, Suggestion, suggest
from clonedesk_connectors.suggest import words as w
from clonedesk_connectors.suggest.tally import Delays, Heavy
from tests.suggest.build import T0, asked, ticket

BLANK = AccountConfig()
SAME = "thanks for writing, it is on its way"


def found(
    tickets: Iterable[Ticket], entry: str, config: AccountConfig = BLANK, known: Known | None = None
) -> dict[str, tuple[float, str]]:
    """value -> (sure, confidence) of one entry."""
    advice = suggest(tickets, config, known)
    return {it.value: (it.sure, it.confidence) for it in advice.suggestions if it.entry == entry}


def evidence(tickets: Iterable[Ticket], entry: str, known: Known | None = None) -> list[tuple[str, ...]]:
    return [it.evidence for it in suggest(tickets, BLANK, known).suggestions if it.entry == entry]


def test_a_member_of_staff_that_answers_in_seconds_day_and_night_with_the_same_words_is_a_bot() -> None:
    tickets = [asked(n, "human:7:Sam", 4, SAME, at=T0 + timedelta(hours=n)) for n in range(240)]
    assert found(tickets, "bot_users") == {"7": (0.89, "medium")}
    assert evidence(tickets, "bot_users") == [
        (
            "answers within 5 s (median of 240 replies)",
            "240 of 240 messages repeat a text",
            "works day and night (80 of 240 messages in the quietest 8 hours)",
        )
    ]


@pytest.mark.parametrize(
    ("author", "email", "sure"),
    [
        ("human:7:Helper Bot", "", (0.8, "medium")),
        ("human:7:Freddy", "", (0.8, "medium")),
        ("human:7:Acme AI Agent", "", (0.8, "medium")),
        ("unknown:7:Answer Bot", "", (0.8, "medium")),
        ("human:7:Fin", "", (0.7, "medium")),
        ("human:7:Virtual Assistant", "", (0.5, "low")),
        ("human:7:Sam", "support-bot@example.org", (0.8, "medium")),
    ],
)
def test_a_name_alone_is_a_hint(author: str, email: str, sure: tuple[float, str]) -> None:
    known = Known(emails={"7": email})
    assert found([asked(1, author, 900, "hello")], "bot_users", known=known) == {"7": sure}


@pytest.mark.parametrize(
    "author",
    ["human:7:Ada Lovelace", "human:7:Fin Doe", "human:7:Mr Abbott", "human:7:Robotham", "rule:7:Bot", "customer:7:Bot",
     "human::Bot", "ai:7:Bot"],
)  # fmt: skip
def test_people_rules_customers_and_known_ais_are_left_alone(author: str) -> None:
    assert found([asked(1, author, 900, "hello")], "bot_users") == {}


def test_one_habit_of_a_person_makes_no_bot() -> None:
    macros = [asked(n, "human:1:Sam", 4000, SAME) for n in range(100)]
    nights = [asked(n, "human:2:Kim", 4000, f"text {n}", at=T0 + timedelta(hours=n)) for n in range(240)]
    minutes = [asked(n, "human:3:Lee", 50, f"text {n}") for n in range(100)]
    assert found([*macros, *nights, *minutes], "bot_users") == {}


def test_two_habits_make_a_doubtful_one() -> None:
    tickets = [asked(n, "human:1:Sam", 50, SAME) for n in range(30)]
    assert found(tickets, "bot_users") == {"1": (0.64, "low")}


def test_too_few_replies_prove_no_habit() -> None:
    assert found([asked(n, "human:1:Sam", 2, SAME) for n in range(19)], "bot_users") == {}
    assert found([asked(n, "human:1:Sam", 2, SAME) for n in range(20)], "bot_users") == {"1": (0.82, "medium")}


def test_who_is_configured_already_is_not_suggested() -> None:
    tickets = [asked(n, "human:7:Helper Bot", 4, SAME) for n in range(30)]
    for config in (AccountConfig(bot_users={"7"}), AccountConfig(human_users={"7"})):
        assert found(tickets, "bot_users", config) == {}


def test_notes_second_answers_and_tickets_that_do_not_count_prove_nothing() -> None:
    turns = (("customer", 0, "where is my parcel now"), ("human:7:Sam", 9000, "x"), ("human:7:Sam", 9001, "y"))
    slow = [ticket(n, *turns) for n in range(30)]
    spam = [asked(n, "human:7:Sam", 1, SAME, **{kind: True}) for n in range(30) for kind in ("is_spam", "is_test")]
    deleted = [asked(n, "human:7:Sam", 1, SAME, deleted=True) for n in range(30)]
    assert suggest([*slow, *spam, *deleted], BLANK).tickets == 30
    assert found([*slow, *spam, *deleted], "bot_users") == {}


def test_a_group_is_an_ais_by_its_name_and_by_who_answers_in_it() -> None:
    tickets = [
        *(asked(n, "ai:1", 4, "done", group_id="10") for n in range(30)),
        *(asked(n, "human:2:Sam", 4000, "done", group_id="20") for n in range(30)),
    ]
    known = Known(groups={"10": "Bots", "20": "Returns", "30": "AI agents"})
    assert found(tickets, "ai_groups", known=known) == {"10": (0.92, "high")}
    assert found(tickets, "ai_groups") == {"10": (0.6, "low")}
    assert found(tickets, "ai_groups", AccountConfig(ai_groups={"bots"}), known) == {}
    assert evidence(tickets, "ai_groups") == [("only an AI answered in 30 of 30 tickets",)]


def test_a_tag_is_an_ais_by_its_words_and_by_where_it_is() -> None:
    tickets = [
        *(asked(n, "ai:1", 4, "done", tags=("AI_handling",), given=("bot_greeted",)) for n in range(30)),
        *(asked(n, "human:2:Sam", 4000, "done", tags=("returns", "email_paid")) for n in range(30)),
    ]
    assert found(tickets, "ai_tags") == {"ai_handling": (0.7, "medium"), "bot_greeted": (0.88, "medium")}
    assert found(tickets, "ai_tags", AccountConfig(ai_tags={"AI_handling", "bot_greeted"})) == {}


def test_internal_domains_are_those_that_staff_and_requesters_share() -> None:
    tickets = [
        ticket(1, requester=Person(id="1", email="eve@acme.example.org")),
        ticket(2, requester=Person(id="2", email="ann@gmail.com")),
        ticket(3, requester=Person(id="3", email="bob@example.com")),
        ticket(4, requester=Person(id="4", email="sam@Acme.example.org", is_staff=True)),
        ticket(5, requester=Person(id="5", email=None)),
    ]
    staff = {"1": "kim@acme.example.org", "2": "kim@gmail.com", "3": "lee@partner.example"}
    assert found(tickets, "internal_domains", known=Known(emails=staff)) == {"acme.example.org": (0.8, "medium")}
    assert found(tickets, "internal_domains") == {"acme.example.org": (0.7, "medium")}
    config = AccountConfig(internal_domains={"acme.example.org"})
    assert found(tickets, "internal_domains", config) == {}


def test_ten_identical_beginnings_by_one_requester_are_a_test() -> None:
    monitor, person = Person(id="m"), Person(id="p")
    body = "synthetic check of the contact form"

    def began(count: int, requester: Person, text: str = body) -> list[Ticket]:
        return [ticket(n, ("customer", 0, text), ("customer", 9, text), requester=requester) for n in range(count)]

    assert found(began(9, monitor), "test_requesters") == {}
    assert found(began(10, monitor), "test_requesters") == {"m": (0.75, "medium")}
    assert found(began(100, monitor), "test_requesters") == {"m": (0.9, "high")}
    assert found(began(50, person, "hello?"), "test_requesters") == {}
    config = AccountConfig(test_requesters={"m"})
    assert found(began(10, monitor), "test_requesters", config) == {}


def test_fields_for_tier_and_type_are_found_by_name_and_by_values() -> None:
    plans = ("Free", "Pro", "Enterprise")
    tickets = [
        ticket(n, custom_fields={"1": plans[n % 3], "2": f"topic {n % 5}", "3": "x", "4": None, "order": str(n)})
        for n in range(60)
    ]
    known = Known(fields={"1": "Customer plan", "2": "Contact reason", "3": "Order type"})
    assert found(tickets, "tier_field", known=known) == {"1": (0.88, "medium")}
    assert found(tickets, "type_field", known=known) == {"2": (0.72, "medium")}
    assert found(tickets, "tier_field") == {"1": (0.6, "low")}
    assert found(tickets, "type_field") == {}
    assert found(tickets, "tier_field", AccountConfig(tier_field="x"), known) == {}


def test_labels_are_suggested_from_tags_and_from_field_values() -> None:
    tickets = [
        ticket(
            n,
            tags=("Escalated_L2", "bot_resolved", "abandoned_chat", "not_escalated", "de_escalation", "needs_human"),
            custom_fields={"360": "resolved_by_ai", "361": "yes", "362": "no"},
        )
        for n in range(3)
    ]
    advice = suggest(tickets, BLANK, Known(fields={"361": "Escalated?", "362": "Escalated?"}))
    tags = {it.value: (it.label, it.sure) for it in advice.suggestions if it.entry == "label_tags"}
    assert tags == {
        "escalated_l2": ("escalated", 0.8),
        "bot_resolved": ("resolved_ai", 0.8),
        "abandoned_chat": ("abandoned", 0.7),
        "needs_human": ("escalated", 0.7),
    }
    values = [(it.value, it.field_value, it.label) for it in advice.suggestions if it.entry == "label_fields"]
    assert values == [("360", "resolved_by_ai", "resolved_ai"), ("361", "yes", "escalated")]
    known = AccountConfig(label_tags={"Escalated_L2": "escalated"}, label_fields={"360": {"x": "escalated"}})
    assert "escalated_l2" not in found(tickets, "label_tags", known)
    assert "360" not in found(tickets, "label_fields", known)


def everything() -> Advice:
    return Advice(
        1200,
        (
            Suggestion("bot_users", "7", 0.95, ("called 'Helper Bot'", "answers within 5 s (median of 240 replies)")),
            Suggestion("bot_users", "8", 0.5, ("called 'Assistant'",)),
            Suggestion("tier_field", "plan", 0.88, ("called 'plan'",)),
            Suggestion("type_field", "topic", 0.6, ("called 'topic'",)),
            Suggestion("label_tags", "ai_escalated", 0.8, ("the word, on 3 tickets",), label="escalated"),
            Suggestion("label_fields", "360", 0.8, ("the word, on 3 tickets",), "escalated", "to L2"),
        ),
    )


def test_suggestions_are_printed_as_toml_with_doubtful_ones_commented_out() -> None:
    assert everything().as_toml("acme", "zendesk") == (
        "# suggested by 1,200 tickets; look at each before you keep it\n"
        "[accounts.acme]\n"
        'vendor = "zendesk"\n'
        "\n"
        "[accounts.acme.config]\n"
        "bot_users = [\n"
        "  \"7\",  # high (0.95): called 'Helper Bot'; answers within 5 s (median of 240 replies)\n"
        "  # \"8\",  # low (0.50): called 'Assistant'\n"
        "]\n"
        "tier_field = \"plan\"  # medium (0.88): called 'plan'\n"
        "# type_field = \"topic\"  # low (0.60): called 'topic'\n"
        'label_tags.ai_escalated = "escalated"  # medium (0.80): the word, on 3 tickets\n'
        'label_fields.360."to L2" = "escalated"  # medium (0.80): the word, on 3 tickets'
    )


def test_what_is_printed_is_a_configuration_that_the_checker_accepts() -> None:
    content = tomllib.loads(everything().as_toml("acme"))["accounts"]["acme"]["config"]
    config = AccountConfig.model_validate(content)
    assert (config.bot_users, config.tier_field, config.type_field) == (frozenset({"7"}), "plan", None)
    assert LabelReader(config) is not None


def test_hostile_names_neither_break_the_toml_nor_move_the_cursor() -> None:
    evil = 'x"\n[accounts.acme]\nbase_url = "https://evil.example"\x1b[2J\u202e\\'
    tickets = [asked(n, f"human:7:Bot {evil.replace(':', '')}", 1, "x", tags=(f"bot_{evil}",)) for n in range(30)]
    text = suggest(tickets, BLANK, Known(groups={"7": evil})).as_toml(f"acme {evil}")
    accounts = tomllib.loads(text)["accounts"]
    assert list(accounts) == [f"acme {evil}"]
    assert accounts[f"acme {evil}"]["config"]["ai_tags"] == [f"bot_{evil}".lower()]
    assert all(character.isprintable() or character == "\n" for character in text)


def test_nothing_to_suggest_says_so() -> None:
    assert suggest([asked(1, "human:7:Sam", 900, "hi")], BLANK).as_toml("acme") == "# nothing to suggest from 1 tickets"
    assert Advice(20_000, (), of=1_000_000).as_toml("acme") == (
        "# nothing to suggest from 20,000 tickets (a sample of 1,000,000)"
    )


def test_for_programs_there_are_numbers_and_words() -> None:
    rows = everything().as_dict()["suggestions"]
    assert rows[1] == {  # type: ignore[index]
        "entry": "bot_users",
        "value": "8",
        "sure": 0.5,
        "evidence": ("called 'Assistant'",),
        "label": "",
        "field_value": "",
        "confidence": "low",
    }


def test_the_directory_gives_addresses_and_names_whatever_the_vendor() -> None:
    known = Known.of(
        staff={"1": {"email": "a@example.org"}, "2": {"contact": {"email": "b@example.org"}}, "3": {"email": 7}},
        groups={"10": {"name": "Bots"}, "11": {"name": ""}},
        fields={"20": {"title": "Plan"}, "cf_tier": {"label": "Tier", "name": "cf_tier"}, "x": {"name": "x"}},
    )
    assert known == Known(
        {"1": "a@example.org", "2": "b@example.org"}, {"10": "Bots"}, {"20": "Plan", "cf_tier": "Tier", "x": "x"}
    )


def test_memory_does_not_grow_with_the_number_of_authors_groups_tags_and_fields(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("MAX_AUTHORS", "MAX_GROUPS", "MAX_TAGS", "MAX_FIELDS"):
        monkeypatch.setattr(f"clonedesk_connectors.suggest.observe.{name}", 2)
    tickets = [
        asked(n, f"human:{n}:Bot", 1, "x", group_id=str(n), tags=(f"bot_{n}",), custom_fields={f"{n}_tier": "x"})
        for n in range(5)
    ]
    known = Known(groups={str(n): "Bots" for n in range(5)})
    for entry in ("bot_users", "ai_groups", "ai_tags"):
        assert len(found(tickets, entry, known=known)) == 2
    assert found(tickets, "tier_field") == {"1_tier": (0.7, "medium")}


def test_a_full_counter_keeps_what_is_frequent() -> None:
    counter: Heavy[str] = Heavy(3)
    for key in [*"aaaaabbbbcc", *"defgh"]:
        counter.add(key)
    assert dict(counter.at_least(1)).keys() <= {*"abcdefgh"}
    assert counter["a"] >= 2
    assert len(counter) <= 3


@pytest.mark.parametrize(
    ("delays", "median"), [([], None), ([1], 2), ([3, 3, 100], 5), ([5, 6, 6], 10), ([1, 1, 99_999, 99_999_999], 2)]
)
def test_the_median_is_told_as_the_step_that_half_do_not_exceed(delays: list[float], median: int | None) -> None:
    seen = Delays()
    for delay in delays:
        seen.add(delay)
    assert seen.median_at_most_s() == median


def test_a_median_beyond_the_last_step_is_none() -> None:
    seen = Delays()
    seen.add(10**9)
    assert seen.median_at_most_s() is None


@pytest.mark.parametrize(
    ("word", "label"),
    [
        ("Resolved by AI", "resolved_ai"),
        ("deflected", "resolved_ai"),
        ("handed_over", "escalated"),
        ("tier2", "escalated"),
        ("no_escalation", None),
        ("vip", None),
        ("stair_solved", None),
    ],
)
def test_words_of_labels(word: str, label: str | None) -> None:
    meaning = w.label_of(word)
    assert (meaning[0] if meaning else None) == label
