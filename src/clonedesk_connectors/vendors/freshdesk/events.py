"""From a ticket's description, conversations, ratings and remembered times to events.

Events are built as plain dicts; `Ticket.model_validate` checks them once. Each id is stable between pulls.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

from clonedesk_connectors.model import Actor, ActorKind, AiEnding, Cause, Rated, Scale, Status
from clonedesk_connectors.text.times import parse_time
from clonedesk_connectors.vendors.freshdesk.cast import NOBODY, Cast, Hint, actor
from clonedesk_connectors.vendors.freshdesk.mapping import (
    ABSORBED,
    AI_NOTE,
    BOT,
    CHAT_SOURCES,
    CONVERSATION_CHANNEL,
    CSAT,
    MERGED_INTO,
    NEW_SURVEY_CODE,
    OUTBOUND,
    SOURCE,
    STATUS,
    STATUS_NAME,
    SURVEY_CATEGORY,
    SURVEY_SOURCE,
)
from clonedesk_connectors.vendors.freshdesk.values import Json, dicts, native_id, part, text

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NOTE_CHARS = 600
"""How much of a note is searched for what a bot or a merge says: their notes are short and begin with it."""

SAME_MOMENT = timedelta(seconds=5)
"""A reply and the status change made with it are stamped within this time."""

REMEMBERED = (
    ("resolved_at", Status.SOLVED),
    ("closed_at", Status.CLOSED),
    ("reopened_at", Status.OPEN),
    ("pending_since", Status.PENDING),
)
"""Times in `stats`: each is the LAST one, and `resolved_at` is forgotten when the ticket is reopened."""

_TAG = re.compile(r"<[^>]{0,300}>")  # bounded: a text of "<" must not take forever


class Trail:
    """Collects the events of one ticket, and what they say about an AI and about other tickets."""

    def __init__(self, ticket: Json, cast: Cast) -> None:
        self.ticket, self.cast = ticket, cast
        created, updated = parse_time(ticket.get("created_at")), parse_time(ticket.get("updated_at"))
        self.born = created or updated or EPOCH
        self.last = updated or self.born
        self.events: list[Json] = []
        self.messages: list[Json] = []
        self._ids: set[str] = set()
        self.hints: dict[tuple[str, str], Hint] = {}
        self.merged_into: str | None = None
        self.untimed = 0
        self.beginning_lost = False

    def add(self, key: str, at: datetime, who: Actor, native: str, kind: str, **more: object) -> Json:
        while key in self._ids:
            key += "'"
        self._ids.add(key)
        event = {"id": key, "at": at, "actor": who, "native_kind": native, "kind": kind, **more}
        self.events.append(event)
        return event

    def time(self, *candidates: object) -> datetime:
        """The first readable time; else the ticket's birth, which is counted and reported."""
        for candidate in candidates:
            if (at := parse_time(candidate)) is not None:
                return at
        self.untimed += 1
        return self.born

    def hint(self, kind: str, value: str) -> None:
        self.hints[kind, value] = (kind, value, self.cast.options.ai_weights[kind])

    def ordered(self) -> list[Json]:
        """By time; events of one second keep the order they were read in (messages before what they caused)."""
        self.events.sort(key=lambda event: event["at"])
        for place, event in enumerate(self.events):
            event["seq"] = place
        return self.events

    def status(self, raw: object) -> Status:
        """A status number, or a name as activity rows have it."""
        key = native_id(raw)
        if key is None:
            return Status.UNKNOWN
        number = key if key.isdecimal() else self.cast.number("default_status", key) or key
        own = self.cast.options.statuses.get(number)
        if own is not None:
            return own
        known = STATUS(number)
        return known if known is not Status.UNKNOWN else STATUS_NAME(self.cast.choice("default_status", number) or key)


# --- messages -------------------------------------------------------------------------------------------------------


def read_conversations(trail: Trail, rows: Iterable[Json]) -> None:
    """The description, then the conversations in order of time and id."""
    ordered = sorted(_by_id(rows).items(), key=lambda item: (_sort_time(item[1]), len(item[0]), item[0]))
    _description(trail, [row for _, row in ordered])
    for key, row in ordered:
        at = trail.time(row.get("created_at"), row.get("updated_at"))
        source = native_id(row.get("source"))
        who = trail.cast.author(row)
        if source == SURVEY_SOURCE or native_id(row.get("category")) == SURVEY_CATEGORY:
            # A survey answer comes as an incoming public conversation; the customer wrote no message.
            trail.add(f"conversation:{key}", at, who, "survey_feedback", "other", data={"channel": "survey"})
            continue
        event = _message(trail, key, row, at, who)
        if who.kind is ActorKind.AI_AGENT:
            trail.hint("author", who.id or "")
        if event["visibility"] == "private" and row.get("incoming") is not True:
            _read_note(trail, event, row)


def _by_id(rows: Iterable[Json]) -> dict[str, Json]:
    return {key: row for row in rows if (key := native_id(row.get("id"))) is not None}


def _sort_time(row: Json) -> datetime:
    return parse_time(row.get("created_at")) or parse_time(row.get("updated_at")) or EPOCH


def _description(trail: Trail, conversations: list[Json]) -> None:
    """The first message is not among the conversations; on chat channels it may be, too."""
    ticket, cast = trail.ticket, trail.cast
    body, form = _body(ticket, "description")
    if body is None and isinstance(ticket.get("description"), str):
        body = ""  # the customer sent nothing but files, perhaps
    if body is None:
        trail.beginning_lost = cast.source not in CHAT_SOURCES or not conversations
        return
    if cast.source in CHAT_SOURCES and conversations:
        first = conversations[0]
        if first.get("private") is False and plain(first, "body") == plain(ticket, "description"):
            return
    key = cast.requester_id
    if cast.source == OUTBOUND:
        who = cast.agent(native_id(ticket.get("responder_id")))
    elif cast.source == BOT:  # may be a transcript of both sides
        who = actor(ActorKind.UNKNOWN, key, None, ("ticket.source", "bot"))
    else:
        who = actor(ActorKind.CUSTOMER, key, None, ("ticket.requester_id", key or ""))
    event = trail.add(
        "description",
        trail.born,
        who,
        "description",
        "message",
        visibility="public",
        body=body,
        body_format=form,
        channel=SOURCE.get(cast.source or "", (cast.source, None))[0],
        attachments=_attachments(ticket),
    )
    trail.messages.append(event)


def _message(trail: Trail, key: str, row: Json, at: datetime, who: Actor) -> Json:
    """One reply or note. Only an explicit `private: false` is public: a slip must never show a note to a customer."""
    deleted = row.get("deleted") is True
    body, form = _body(row, "body")
    rule = native_id(row.get("automation_id"))
    source = native_id(row.get("source"))
    event = trail.add(
        f"conversation:{key}",
        at,
        who,
        "conversation",
        "message",
        visibility="public" if row.get("private") is False else "private",
        body="" if deleted else body or "",
        body_format=form,
        channel=CONVERSATION_CHANNEL.get(source or "", source),
        attachments=[] if deleted else _attachments(row),
        redacted=deleted,
        cause=Cause(kind="rule", id=rule) if rule else None,
    )
    trail.messages.append(event)
    return event


def _body(record: Json, name: str) -> tuple[str | None, str]:
    """The richest text there is: HTML, plain text, or the parts of a chat message."""
    if (html := text(record.get(name))) is not None:
        return html, "html"
    if (flat := text(record.get(f"{name}_text"))) is not None:
        return flat, "text"
    contents = dicts(part(record, f"structured_{name}").get(f"{name}_contents"))
    parts = [said for content in contents if (said := text(part(content, "data").get("content"))) is not None]
    return ("\n".join(parts) if parts else None), "text"


def plain(record: Json, name: str) -> str:
    """The text without markup, in one line: good enough to compare and to search, not to show."""
    flat = text(record.get(f"{name}_text")) or _TAG.sub(" ", (text(record.get(name)) or "")[: NOTE_CHARS * 5])
    return " ".join(flat.split())


def _attachments(record: Json) -> list[Json]:
    return [
        {
            "name": text(file.get("name")),
            "content_type": text(file.get("content_type")),
            "size_bytes": size if type(size := file.get("size", file.get("file_size"))) is int else None,
        }
        for file in dicts(record.get("attachments"))
    ]


def _read_note(trail: Trail, event: Json, row: Json) -> None:
    """What a private note says about an AI's part (by a bot or a rule only) or about a merge."""
    said = plain(row, "body")[:NOTE_CHARS]
    key, at, who = event["id"], event["at"], event["actor"]
    if who.kind in (ActorKind.AI_AGENT, ActorKind.AUTOMATION):
        found = next(((ending, hands) for pattern, ending, hands in AI_NOTE if pattern.search(said)), None)
        if found is not None:
            ending, hands = found
            trail.hint("note", ending.value)
            trail.add(f"{key}:ai", at, who, "note", "ai_turn", ending=_known(ending), raw=ending.value)
            if hands:
                trail.add(f"{key}:handoff", at, who, "note", "handoff", requested_only=True, raw=ending.value)
    if (into := MERGED_INTO.search(said)) is not None and trail.status(trail.ticket.get("status")).is_closure:
        trail.merged_into = next(filter(None, into.groups()))
        trail.add(f"{key}:merge", at, who, "note", "merge", into=trail.merged_into)
    elif (absorbed := ABSORBED.search(said)) is not None:
        trail.add(f"{key}:merge", at, who, "note", "merge", absorbed=absorbed[1])


def _known(ending: AiEnding) -> AiEnding | None:
    return ending if ending is not AiEnding.UNKNOWN else None


# --- remembered times -----------------------------------------------------------------------------------------------


def read_stats(trail: Trail) -> None:
    """Status changes the ticket remembers, where no activity row tells them better."""
    stats = part(trail.ticket, "stats")
    told = [event for event in trail.events if event["kind"] == "status"]
    times = {name: at for name, _ in REMEMBERED if (at := parse_time(stats.get(name))) is not None}
    if times.get("resolved_at") == times.get("closed_at"):
        times.pop("resolved_at", None)  # closed in one go
    for name, status in REMEMBERED:
        if name in times and not _told(told, times[name], status):
            who = _by_whom(trail, times[name], customer=status is Status.OPEN)
            trail.add(
                f"stats:{name}", times[name], who, f"stats.{name}", "status", to_status=status, raw_to=status.value
            )
    _estimate_closure(trail, times)
    _current_status(trail, stats)


def _told(told: list[Json], at: datetime, status: Status) -> bool:
    near = timedelta(minutes=1)
    return any(event["to_status"] is status and abs(event["at"] - at) <= near for event in told)


def _by_whom(trail: Trail, at: datetime, *, customer: bool) -> Actor:
    """The author of the message that was stamped at the same moment, as an inference that says so."""
    for event in reversed(trail.messages):
        who: Actor = event["actor"]
        if timedelta(0) <= at - event["at"] <= SAME_MOMENT and (who.kind is ActorKind.CUSTOMER) is customer:
            return actor(who.kind, who.id, who.name, ("same moment as", event["id"]))
    return NOBODY


def _estimate_closure(trail: Trail, times: dict[str, datetime]) -> None:
    """The closure before a reopening is forgotten. The last answer before it is the earliest it can have been."""
    reopened = times.get("reopened_at")
    if reopened is None:
        return
    if any(e["kind"] == "status" and e["to_status"].is_closure and e["at"] < reopened for e in trail.events):
        return
    answers = [m for m in trail.messages if m["at"] < reopened and m["actor"].kind is not ActorKind.CUSTOMER]
    if answers:
        why = actor(ActorKind.UNKNOWN, None, None, ("estimated from", answers[-1]["id"]))
        trail.add("estimate:closure", answers[-1]["at"], why, "estimate", "status", to_status=Status.SOLVED)


def _current_status(trail: Trail, stats: Json) -> None:
    """The present status, where its time fits none of the events: an account's own status, mostly."""
    at = parse_time(stats.get("status_updated_at"))
    known = [event["at"] for event in trail.events if event["kind"] == "status"]
    if at is None or at - trail.born <= SAME_MOMENT or any(abs(at - other) <= SAME_MOMENT for other in known):
        return
    raw = trail.ticket.get("status")
    trail.add(
        "stats:status_updated_at",
        at,
        _by_whom(trail, at, customer=False),
        "stats.status_updated_at",
        "status",
        to_status=trail.status(raw),
        raw_to=trail.cast.status_name or native_id(raw),
    )


# --- ratings --------------------------------------------------------------------------------------------------------


def read_ratings(trail: Trail, rows: Iterable[Json]) -> None:
    """Survey answers, in order of time. Several per ticket are possible and all are kept."""
    for row in sorted(rows, key=lambda row: (_sort_time(row), native_id(row.get("id")) or "")):
        at = trail.time(row.get("created_at"), row.get("updated_at"))
        key = native_id(row.get("id")) or str(int(at.timestamp()))
        customer = native_id(row.get("user_id"))
        who = actor(ActorKind.CUSTOMER, customer, None, ("rating.user_id", customer or ""))
        code = part(row, "ratings").get("default_question")
        scale = _scale(trail, code, native_id(row.get("survey_id")))
        trail.add(
            f"rating:{key}",
            at,
            who,
            "satisfaction_rating",
            "csat",
            satisfaction={
                "raw": str(code)[:40] if isinstance(code, int | float | str) else "",
                "scale": scale,
                "value": CSAT[scale](code) if scale in CSAT and type(code) is int else None,
                "rated": _rated(trail, native_id(row.get("agent_id"))),
                "answered_at": at,
                "comment": text(row.get("feedback")),
            },
        )


def _scale(trail: Trail, code: object, survey_id: str | None) -> Scale:
    """Which family a code belongs to: by its size, else by what its survey accepts."""
    if type(code) is not int:
        return Scale.UNKNOWN
    if abs(code) >= NEW_SURVEY_CODE:
        return Scale.FRESHDESK
    survey = trail.cast.directory.get("survey", survey_id) if survey_id else None
    accepted = list(_accepted(dict(survey))) if survey else []
    if accepted and all(abs(one) >= NEW_SURVEY_CODE for one in accepted):
        return Scale.UNKNOWN
    return Scale.FRESHDESK_CLASSIC


def _accepted(survey: Json) -> Iterator[int]:
    for question in dicts(survey.get("questions")):
        answers = question.get("accepted_ratings")
        if isinstance(answers, list):
            yield from (answer for answer in answers if type(answer) is int)


def _rated(trail: Trail, agent_id: str | None) -> Rated:
    if agent_id is None:
        return Rated.TICKET
    kinds = {ActorKind.HUMAN_AGENT: Rated.HUMAN, ActorKind.AI_AGENT: Rated.AI}
    return kinds.get(trail.cast.agent(agent_id).kind, Rated.UNKNOWN)
