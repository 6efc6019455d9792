"""Did the agent use the draft? Normalise both texts, then compare; times come from the vendor, never from a clock.

The similarity is Indel over tokens, 2 x LCS / (draft + final), as in rapidfuzz's `Indel.normalized_similarity`.
A similarity cannot tell a typo from a changed amount, so critical tokens are compared on their own.
Measured figures and the limits of the method: docs/matcher.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import ConfigDict, Field

from clonedesk_connectors.errors import MissingExtraError
from clonedesk_connectors.model.vocab import ActorKind
from clonedesk_connectors.text.critical import CriticalToken, critical_among, critical_difference
from clonedesk_connectors.text.language import guess_language
from clonedesk_connectors.text.normal import core, flat, tokens
from clonedesk_connectors.text.replies import strip_text_reply

try:
    from rapidfuzz.distance import LCSseq
except ImportError as err:
    raise MissingExtraError("text") from err

Share = Annotated[float, Field(strict=True, ge=0, le=1)]
_MAX_CHARS = 100_000  # of each text; the rest counts as a single token
_MAX_REPLIES = 20  # per window; more is a chat, where no single reply answers a draft


class MatchOutcome(StrEnum):
    """What became of a draft, as far as the thread shows."""

    APPROVED_VERBATIM = "approved_verbatim"
    APPROVED_FORMATTING = "approved_formatting"  # greeting, sign-off, signature, quote, punctuation
    LIGHT_EDIT = "light_edit"
    PARTIAL = "partial"  # the reply is a part of the draft
    EDITED = "edited"
    UNCERTAIN = "uncertain"  # too far for an edit, too near for a new text: no training pair
    REPLACED = "replaced"
    SUPERSEDED = "superseded"  # another draft of the same window fits the reply better
    NOT_SEEN = "not_seen"  # a person had answered before the draft was posted
    EXPIRED = "expired"  # the customer wrote again before any person answered
    WAITING = "waiting"  # nobody has written since


@dataclass(frozen=True, slots=True)
class MatchSettings:
    """Thresholds; shares and similarities in 0..1. The defaults were checked on the project's edit pairs."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    light_edit: Share = 0.90
    edited: Share = 0.40
    uncertain: Share = 0.28
    partial_share: Share = 0.90  # of the reply's tokens that the draft has, in order
    partial_min_tokens: Annotated[int, Field(strict=True, ge=1)] = 6
    partial_max_length: Share = 0.80  # of the draft's length
    split_window: timedelta = timedelta(minutes=10)


DEFAULT_SETTINGS = MatchSettings()


@dataclass(frozen=True, slots=True)
class MatchResult:
    """One draft against one reply.

    share_copied: part of the reply's tokens found in the draft, in order. lost, added: critical tokens only in the
    draft, only in the reply; `critical_change` says whether there are any.
    """

    outcome: MatchOutcome
    similarity: float
    share_copied: float
    lost: tuple[CriticalToken, ...] = ()
    added: tuple[CriticalToken, ...] = ()

    @property
    def critical_change(self) -> bool:
        """Whether a number, amount, date, link, address or negation differs."""
        return bool(self.lost or self.added)


@dataclass(frozen=True, slots=True)
class PostedDraft:
    """A draft in the thread. Times are aware; `based_on_at` is the time of the message it answers, if known."""

    draft_id: str
    text: str
    posted_at: datetime
    based_on_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ThreadMessage:
    """A public message of the ticket as plain text. `at` is aware and from the same vendor clock as the drafts'."""

    message_id: str
    text: str
    at: datetime
    author_kind: ActorKind
    author_id: str = ""


@dataclass(frozen=True, slots=True)
class DraftMatch:
    """What became of one draft. `message_ids` and `author_id` name the reply it was compared with, if any."""

    draft_id: str
    outcome: MatchOutcome
    result: MatchResult | None = None
    message_ids: tuple[str, ...] = ()
    author_id: str = ""
    decided_at: datetime | None = None


def compare(
    draft: str,
    final: str,
    *,
    signature: str | None = None,
    language: str | None = None,
    settings: MatchSettings = DEFAULT_SETTINGS,
) -> MatchResult:
    """Compare a draft with the text an agent sent, both as plain text (see `html_to_text`).

    signature: the agent's own, as learned or configured. language: ISO 639-1 code; guessed from the draft when None.
    """
    language = language or _language(draft)
    return _compare(_prepared(draft, signature, language), _prepared(final, signature, language), settings)


def match(
    drafts: Sequence[PostedDraft],
    messages: Iterable[ThreadMessage],
    *,
    signatures: Mapping[str, str] | None = None,
    settings: MatchSettings = DEFAULT_SETTINGS,
) -> tuple[DraftMatch, ...]:
    """Say what became of each draft of one ticket, in the order given.

    Only public messages belong in `messages`. A draft's window runs from its posting to the next customer message; the
    best of its human replies counts, alone or joined with the same author's next ones within `split_window`.
    signatures: author id to signature. Raises ValueError if a time is naive.
    """
    thread = sorted(messages, key=lambda message: _aware(message.at))
    seen = [(draft, _window(draft, thread)) for draft in drafts]
    found = [_best_reply(draft, window, signatures or {}, settings) for draft, window in seen]
    winners: dict[str | None, str] = {}
    # A later draft wins a tie, because it was the one on top.
    for one, (draft, window) in sorted(zip(found, seen, strict=True), key=lambda pair: _standing(*pair)):
        if one is not None:
            winners[_window_key(window)] = draft.draft_id
    return tuple(_settled(draft, window, one, winners) for one, (draft, window) in zip(found, seen, strict=True))


@dataclass(frozen=True, slots=True)
class _Prepared:
    flat: str
    tokens: tuple[str, ...]
    critical: tuple[CriticalToken, ...]

    def __add__(self, other: _Prepared) -> _Prepared:
        joined = f"{self.flat} {other.flat}"
        return _Prepared(joined, self.tokens + other.tokens, self.critical + other.critical)


@dataclass(frozen=True, slots=True)
class _Window:
    """The human replies a draft may have led to. `closed` is the customer message that ends it."""

    replies: tuple[ThreadMessage, ...]
    closed: ThreadMessage | None
    answered_before: bool


def _prepared(text: str, signature: str | None, language: str | None) -> _Prepared:
    body = core(strip_text_reply(text[:_MAX_CHARS]).text, signature)
    found = tuple(tokens(body))
    rest = (text[_MAX_CHARS:],) if len(text) > _MAX_CHARS else ()
    return _Prepared(flat(text), found + rest, critical_among(found, body, language))


def _language(text: str) -> str | None:
    guess = guess_language(text)
    return guess.language if guess else None


def _compare(draft: _Prepared, final: _Prepared, settings: MatchSettings) -> MatchResult:
    if draft.flat == final.flat:
        return MatchResult(MatchOutcome.APPROVED_VERBATIM, 1.0, 1.0)
    if not draft.tokens and not final.tokens:  # only emoji or punctuation, and not the same
        return MatchResult(MatchOutcome.UNCERTAIN, 0.0, 0.0)
    common = LCSseq.similarity(draft.tokens, final.tokens)
    similarity = 2 * common / (len(draft.tokens) + len(final.tokens))
    share = common / len(final.tokens) if final.tokens else 0.0
    lost, added = critical_difference(draft.critical, final.critical)
    outcome = _outcome(draft, final, similarity, share, settings)
    return MatchResult(outcome, similarity, share, lost, added)


def _outcome(
    draft: _Prepared, final: _Prepared, similarity: float, share: float, settings: MatchSettings
) -> MatchOutcome:
    if draft.tokens == final.tokens:
        return MatchOutcome.APPROVED_FORMATTING
    if similarity >= settings.light_edit:
        return MatchOutcome.LIGHT_EDIT
    is_shorter = len(final.tokens) < settings.partial_max_length * len(draft.tokens)
    if share >= settings.partial_share and len(final.tokens) >= settings.partial_min_tokens and is_shorter:
        return MatchOutcome.PARTIAL
    if similarity >= settings.edited:
        return MatchOutcome.EDITED
    return MatchOutcome.UNCERTAIN if similarity >= settings.uncertain else MatchOutcome.REPLACED


def _aware(at: datetime) -> datetime:
    if at.utcoffset() is None:
        raise ValueError("times must be aware")
    return at


def _window(draft: PostedDraft, thread: Sequence[ThreadMessage]) -> _Window:
    posted = _aware(draft.posted_at)
    asked = [one for one in thread if one.author_kind is ActorKind.CUSTOMER]
    closed = next((one for one in asked if one.at > posted), None)
    since = draft.based_on_at or max((one.at for one in asked if one.at <= posted), default=None)
    human = [one for one in thread if one.author_kind is ActorKind.HUMAN_AGENT]
    before = any(one.at < posted and since is not None and one.at > since for one in human)
    after = [one for one in human if one.at >= posted and (closed is None or one.at < closed.at)]
    return _Window(tuple(after[:_MAX_REPLIES]), closed, before)


def _best_reply(
    draft: PostedDraft, window: _Window, signatures: Mapping[str, str], settings: MatchSettings
) -> DraftMatch | None:
    """Compare a draft with every reply of its window, alone and joined; None if there is nothing to compare with."""
    if window.answered_before or not window.replies:
        return None
    language = _language(draft.text)
    replies = window.replies
    parts = [_prepared(reply.text, signatures.get(reply.author_id), language) for reply in replies]
    authors = {reply.author_id for reply in replies}
    own = {author: _prepared(draft.text, signatures.get(author), language) for author in authors}
    best: DraftMatch | None = None
    for start, stop in _runs(replies, settings.split_window):
        final = parts[start]
        for part in parts[start + 1 : stop]:
            final += part
        author = replies[start].author_id
        result = _compare(own[author], final, settings)
        ids = tuple(reply.message_id for reply in replies[start:stop])
        current = DraftMatch(draft.draft_id, result.outcome, result, ids, author, replies[stop - 1].at)
        if best is None or _rank(current) > _rank(best):
            best = current
    return best


def _runs(replies: Sequence[ThreadMessage], split_window: timedelta) -> Iterable[tuple[int, int]]:
    """Yield each reply as (start, stop), then with the same author's following replies inside the window."""
    for start in range(len(replies)):
        yield start, start + 1
    for start, first in enumerate(replies):
        for stop in range(start + 2, len(replies) + 1):
            later = replies[stop - 1]
            if later.author_id != first.author_id or later.at - first.at > split_window:
                break
            yield start, stop


def _standing(found: DraftMatch | None, seen: tuple[PostedDraft, _Window]) -> tuple[tuple[float, bool], datetime, str]:
    return (_rank(found) if found else (0.0, False)), seen[0].posted_at, seen[0].draft_id


def _rank(found: DraftMatch) -> tuple[float, bool]:
    similarity = found.result.similarity if found.result else 0.0
    return similarity, found.outcome is MatchOutcome.APPROVED_VERBATIM


def _settled(
    draft: PostedDraft, window: _Window, found: DraftMatch | None, winners: Mapping[str | None, str]
) -> DraftMatch:
    if found is not None:
        is_best = winners[_window_key(window)] == draft.draft_id
        return found if is_best else replace(found, outcome=MatchOutcome.SUPERSEDED)
    if window.answered_before:
        return DraftMatch(draft.draft_id, MatchOutcome.NOT_SEEN)
    if window.closed:
        return DraftMatch(draft.draft_id, MatchOutcome.EXPIRED, decided_at=window.closed.at)
    return DraftMatch(draft.draft_id, MatchOutcome.WAITING)


def _window_key(window: _Window) -> str | None:
    """Drafts whose windows end with the same customer message compete for the same replies."""
    return window.closed.message_id if window.closed else None
