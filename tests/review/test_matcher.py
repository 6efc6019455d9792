"""Which draft became which reply, and how much of it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clonedesk_connectors.model.vocab import ActorKind
from clonedesk_connectors.review.matcher import (
    DraftMatch,
    MatchOutcome,
    MatchSettings,
    PostedDraft,
    ThreadMessage,
    compare,
    match,
)

DRAFT = (
    "Hi Ann,\n\nYour plan costs $50 per month and renews on Monday. You can cancel it at any time in the settings. "
    "Nothing else changes for your team.\n\nBest,\nLumen"
)
NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


def at(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


def customer(message_id: str, minutes: float) -> ThreadMessage:
    return ThreadMessage(message_id, "Question?", at(minutes), ActorKind.CUSTOMER, "c1")


def agent(message_id: str, minutes: float, text: str = DRAFT, author_id: str = "a1") -> ThreadMessage:
    return ThreadMessage(message_id, text, at(minutes), ActorKind.HUMAN_AGENT, author_id)


def draft(draft_id: str = "d1", minutes: float = 0, text: str = DRAFT) -> PostedDraft:
    return PostedDraft(draft_id, text, at(minutes))


def outcomes(found: tuple[DraftMatch, ...]) -> list[tuple[str, str, tuple[str, ...]]]:
    return [(one.draft_id, one.outcome.value, one.message_ids) for one in found]


@pytest.mark.parametrize(
    ("final", "outcome"),
    [
        (DRAFT, "approved_verbatim"),
        (DRAFT.replace("\n\n", "\n").replace(" ", "\u00a0"), "approved_verbatim"),
        (DRAFT.replace("Best,\nLumen", "Kind regards,\nTom"), "approved_formatting"),
        (DRAFT.replace("at any time", "any time"), "light_edit"),
        ("You can cancel it at any time in the settings.", "partial"),
        (DRAFT.replace("Nothing else changes for your team.", "I also moved your seats to the new group."), "edited"),
        ("Please send a screenshot of the error, I could not see it.", "replaced"),
    ],
)
def test_the_outcome_follows_from_what_was_kept(final: str, outcome: str) -> None:
    assert compare(DRAFT, final).outcome == outcome


def test_a_text_between_edit_and_new_is_uncertain() -> None:
    found = compare("alpha beta gamma delta epsilon zeta", "alpha beta one two three four")
    assert (found.outcome, round(found.similarity, 2)) == (MatchOutcome.UNCERTAIN, 0.33)


def test_a_changed_amount_is_a_light_edit_with_a_critical_change() -> None:
    found = compare(DRAFT, DRAFT.replace("$50", "$60"))
    assert (found.outcome, found.critical_change) == (MatchOutcome.LIGHT_EDIT, True)
    assert [token.value for token in found.lost] == ["50"]
    assert [token.value for token in found.added] == ["60"]


def test_a_sentence_after_the_sign_off_is_not_formatting() -> None:
    assert compare(DRAFT, f"{DRAFT}\nPS: only until Friday").outcome is not MatchOutcome.APPROVED_FORMATTING


def test_a_known_signature_does_not_count() -> None:
    signature = "Lumen Care is here for you on all days\nof the week, at home and on the road."
    final = f"{DRAFT}\n{signature}"
    assert compare(DRAFT, final).outcome is MatchOutcome.EDITED
    assert compare(DRAFT, final, signature=signature).outcome is MatchOutcome.APPROVED_FORMATTING


def test_different_emoji_are_not_approved() -> None:
    assert compare("👍", "👎").outcome is MatchOutcome.UNCERTAIN
    assert compare("👍", "👍").outcome is MatchOutcome.APPROVED_VERBATIM
    assert compare(DRAFT, "👍").outcome is MatchOutcome.REPLACED


def test_a_difference_beyond_the_compared_length_is_seen() -> None:
    long = "word " * 25_000
    assert compare(long + "yes", long + "no").outcome is MatchOutcome.LIGHT_EDIT


def test_thresholds_come_from_the_settings() -> None:
    final = DRAFT.replace("at any time", "any time")
    assert compare(DRAFT, final, settings=MatchSettings(light_edit=0.99)).outcome is MatchOutcome.EDITED


def test_a_human_reply_in_the_window_decides_the_draft() -> None:
    found = match([draft()], [customer("m0", -5), agent("m1", 3), customer("m2", 9)])
    assert outcomes(found) == [("d1", "approved_verbatim", ("m1",))]
    assert (found[0].author_id, found[0].decided_at) == ("a1", at(3))


def test_replies_after_the_next_customer_message_do_not_count() -> None:
    found = match([draft()], [customer("m0", -5), customer("m1", 3), agent("m2", 9)])
    assert outcomes(found) == [("d1", "expired", ())]
    assert found[0].decided_at == at(3)


def test_messages_of_bots_and_automations_do_not_count() -> None:
    bot = ThreadMessage("m1", DRAFT, at(1), ActorKind.AI_AGENT)
    rule = ThreadMessage("m2", DRAFT, at(2), ActorKind.AUTOMATION)
    assert outcomes(match([draft()], [customer("m0", -5), bot, rule])) == [("d1", "waiting", ())]


def test_a_draft_posted_after_the_agents_reply_was_not_seen() -> None:
    thread = [customer("m0", -5), agent("m1", -1), agent("m2", 4)]
    assert outcomes(match([draft()], thread)) == [("d1", "not_seen", ())]


def test_a_reply_before_the_message_the_draft_answers_does_not_make_it_unseen() -> None:
    thread = [agent("m1", -8), customer("m0", -5), agent("m2", 4)]
    based = PostedDraft("d1", DRAFT, at(0), based_on_at=at(-5))
    assert outcomes(match([based], thread)) == [("d1", "approved_verbatim", ("m2",))]


def test_the_best_of_several_drafts_wins_and_the_others_are_superseded() -> None:
    drafts = [
        draft("d1", 0, "Please restart the router and tell me what the lamp does."),
        draft("d2", 1),
        draft("d3", 2, DRAFT.replace("$50", "$60")),
    ]
    found = match(drafts, [customer("m0", -5), agent("m1", 5)])
    assert outcomes(found) == [
        ("d1", "superseded", ("m1",)),
        ("d2", "approved_verbatim", ("m1",)),
        ("d3", "superseded", ("m1",)),
    ]
    assert found[0].result is not None
    assert found[0].result.outcome is MatchOutcome.REPLACED


def test_the_later_of_two_equal_drafts_wins() -> None:
    found = match([draft("d1", 0), draft("d2", 1)], [customer("m0", -5), agent("m1", 5)])
    assert [one.outcome.value for one in found] == ["superseded", "approved_verbatim"]


def test_drafts_of_different_windows_do_not_compete() -> None:
    thread = [customer("m0", -5), agent("m1", 1), customer("m2", 2), agent("m3", 8)]
    found = match([draft("d1", 0), draft("d2", 5)], thread)
    assert outcomes(found) == [("d1", "approved_verbatim", ("m1",)), ("d2", "approved_verbatim", ("m3",))]


SPLIT = DRAFT.index("You can cancel")


def test_a_reply_split_over_two_messages_is_joined() -> None:
    thread = [customer("m0", -5), agent("m1", 1, DRAFT[:SPLIT]), agent("m2", 4, DRAFT[SPLIT:])]
    assert outcomes(match([draft()], thread)) == [("d1", "approved_verbatim", ("m1", "m2"))]


def test_parts_are_not_joined_over_authors_or_after_ten_minutes() -> None:
    late = [customer("m0", -5), agent("m1", 1, DRAFT[:SPLIT]), agent("m2", 11.1, DRAFT[SPLIT:])]
    other = [customer("m0", -5), agent("m1", 1, DRAFT[:SPLIT]), agent("m2", 4, DRAFT[SPLIT:], author_id="a2")]
    assert outcomes(match([draft()], late)) == [("d1", "partial", ("m2",))]
    assert outcomes(match([draft()], other)) == [("d1", "partial", ("m2",))]


def test_a_short_note_before_the_real_reply_does_not_hide_it() -> None:
    thread = [customer("m0", -5), agent("m1", 1, "Let me look into this for you."), agent("m2", 30)]
    assert outcomes(match([draft()], thread)) == [("d1", "approved_verbatim", ("m2",))]


def test_the_agents_own_signature_is_used() -> None:
    signature = "Lumen Care is here for you on all days\nof the week, at home and on the road."
    thread = [customer("m0", -5), agent("m1", 1, f"{DRAFT}\n{signature}")]
    found = match([draft()], thread, signatures={"a1": signature})
    assert outcomes(found) == [("d1", "approved_formatting", ("m1",))]


def test_the_order_of_messages_does_not_matter() -> None:
    thread = [agent("m1", 3), customer("m2", 9), customer("m0", -5)]
    assert outcomes(match([draft()], thread)) == [("d1", "approved_verbatim", ("m1",))]


def test_naive_times_are_refused() -> None:
    naive = datetime(2026, 5, 4, 12, 0)  # noqa: DTZ001
    with pytest.raises(ValueError, match="aware"):
        match([PostedDraft("d1", DRAFT, naive)], [])
    with pytest.raises(ValueError, match="aware"):
        match([draft()], [ThreadMessage("m1", DRAFT, naive, ActorKind.CUSTOMER)])


def test_the_example_in_the_documentation_runs() -> None:
    page = (Path(__file__).parents[2] / "docs" / "matcher.md").read_text(encoding="utf-8")
    exec(page.split("```python\n")[1].split("```")[0], {})


texts = st.text(max_size=60) | st.lists(st.sampled_from(["Hi Ann,", "\n", "not", "50 €", "word", "> q", " "])).map(
    " ".join
)


@settings(deadline=None)
@given(texts)
def test_a_text_compared_with_itself_is_verbatim(text: str) -> None:
    found = compare(text, text)
    assert (found.outcome, found.similarity, found.critical_change) == (MatchOutcome.APPROVED_VERBATIM, 1.0, False)


@settings(deadline=None, max_examples=60)
@given(texts, texts)
def test_similarity_is_symmetric_and_shares_stay_in_range(left: str, right: str) -> None:
    there, back = compare(left, right, language="en"), compare(right, left, language="en")
    assert there.similarity == back.similarity
    assert there.critical_change == back.critical_change
    assert 0 <= there.similarity <= 1
    assert 0 <= there.share_copied <= 1
