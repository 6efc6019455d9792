"""`cd.normalize`: one ticket from SDK objects and vendor JSON, the same as a pull makes of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from intercom import Intercom
from zenpy import Zenpy
from zenpy.lib.api_objects import Comment as ZenpyComment
from zenpy.lib.api_objects import Ticket as ZenpyTicket

import clonedesk_connectors as cd
from clonedesk_connectors.errors import ConfigError, ContractBroken
from clonedesk_connectors.model import Ticket
from clonedesk_connectors.testing.sandbox.freshdesk import FreshdeskSandbox
from clonedesk_connectors.testing.sandbox.intercom import IntercomSandbox
from clonedesk_connectors.testing.sandbox.zendesk import ZendeskSandbox
from clonedesk_connectors.testing.world import World

WORLD = World(seed=11, tickets=8)


def messages(ticket: Ticket) -> list[tuple[str, str | None, str, str]]:
    """Id, author, visibility and text of every message."""
    return [
        (event.id, event.actor.id, event.visibility, event.body) for event in ticket.events if event.kind == "message"
    ]


def changes(ticket: Ticket) -> list[tuple[str, str]]:
    """Changes that both of the vendor's histories tell; audits also list notifications, lists also ratings."""
    kinds = ("message", "status", "assignment", "group", "tag", "priority")
    return [(event.id, event.kind) for event in ticket.events if event.kind in kinds]


def pulled(connection: cd.Connection, folder: Path) -> dict[str, Ticket]:
    store = f"sqlite:///{folder / 'pulled.sqlite'}"
    cd.pull(connection, store)
    with cd.open_store(store) as archive:
        return {ticket.native_id: ticket for ticket in archive.tickets()}


# --- Zendesk --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def zendesk() -> Iterator[ZendeskSandbox]:
    with ZendeskSandbox(WORLD, limits="none", archived_share=0) as running:
        yield running


@pytest.fixture
def zenpy(zendesk: ZendeskSandbox, monkeypatch: pytest.MonkeyPatch) -> Zenpy:
    monkeypatch.setenv("ZENPY_FORCE_NETLOC", zendesk.url.removeprefix("http://"))
    monkeypatch.setenv("ZENPY_FORCE_SCHEME", "http")
    return Zenpy(subdomain="acme", email=zendesk.email, token=zendesk.api_token, disable_cache=True)


Get = Callable[[str], Any]


@pytest.fixture
def get(zendesk: ZendeskSandbox) -> Iterator[Get]:
    with httpx.Client(base_url=zendesk.url, auth=(f"{zendesk.email}/token", zendesk.api_token)) as client:
        yield lambda path: client.get(path).raise_for_status().json()


def test_zenpy_objects_give_the_ticket_a_pull_gives(zendesk: ZendeskSandbox, zenpy: Zenpy, tmp_path: Path) -> None:
    secrets = {"email": zendesk.email, "token": zendesk.api_token}
    expected = pulled(cd.connect("zendesk", "acme", base_url=zendesk.url, credentials=secrets), tmp_path)
    assert len(expected) == 8
    for number, wanted in expected.items():
        users = list(zenpy.users(role=["agent", "admin"]))
        got = cd.normalize(zenpy.tickets(id=int(number)), audits=zenpy.tickets.audits(int(number)), people=users)
        assert (got.vendor, got.native_id, got.status) == ("zendesk", number, wanted.status)
        assert messages(got) == messages(wanted)
        assert changes(got) == changes(wanted)


def test_comments_alone_give_the_messages_and_the_coverage_says_that_the_rest_is_missing(
    zenpy: Zenpy, get: Get
) -> None:
    whole = cd.normalize(zenpy.tickets(id=1), audits=zenpy.tickets.audits(1))
    got = cd.normalize(zenpy.tickets(id=1), comments=zenpy.tickets.comments(1))
    from_json = cd.normalize(get("/api/v2/tickets/1"), comments=get("/api/v2/tickets/1/comments")["comments"])
    assert len(messages(whole)) > 1
    assert messages(got) == messages(from_json) == messages(whole)
    assert {event.kind for event in got.events} == {"message"}
    assert (whole.coverage.events_complete, got.coverage.events_complete) == (True, False)


def test_comments_that_are_in_the_audits_too_are_counted_once(get: Get) -> None:
    ticket, audits = get("/api/v2/tickets/1"), get("/api/v2/tickets/1/audits")["audits"]
    comments = get("/api/v2/tickets/1/comments")["comments"]
    assert messages(cd.normalize(ticket, comments=comments, audits=audits)) == messages(
        cd.normalize(ticket, audits=audits)
    )
    half = cd.normalize(ticket, comments=comments, audits=audits[:1])
    assert sorted(messages(half)) == sorted(messages(cd.normalize(ticket, comments=comments)))


def test_a_zenpy_object_makes_no_request() -> None:
    """Reading `ticket.requester` or `comment.author` would call the API; without one it raises."""
    ticket = ZenpyTicket(id=7, subject="Lamp", status="open", requester_id=5, submitter_id=5)
    comment = ZenpyComment(id=70, author_id=5, body="It is dark.", public=True)
    got = cd.normalize(ticket, comments=[comment], account="acme")
    assert (got.account, got.subject) == ("acme", "Lamp")
    assert messages(got) == [("70", "5", "public", "It is dark.")]
    assert got.events[0].actor.kind.value == "customer"


def test_people_and_configuration_decide_who_is_who() -> None:
    ticket = {"id": 7, "submitter_id": 5, "requester_id": 5}
    comments = [{"id": 1, "author_id": 6, "body": "Hello", "public": True, "created_at": "2026-01-02T03:04:05Z"}]

    def kind(**known: Any) -> str:
        return (
            cd.normalize({"ticket": ticket, "users": known.pop("users", [])}, comments=comments, **known)
            .events[0]
            .actor.kind.value
        )

    assert kind() == "unknown"
    assert kind(people=[{"id": 6, "role": "agent"}]) == "human_agent"
    assert kind(users=[{"id": 6, "role": "agent"}]) == "human_agent"
    assert kind(config=cd.AccountConfig(bot_users=frozenset({"6"}))) == "ai_agent"


# --- Intercom and Freshdesk -----------------------------------------------------------------------------------------


def test_python_intercom_objects_give_the_ticket_a_pull_gives(tmp_path: Path) -> None:
    with IntercomSandbox(WORLD, limits="none") as helpdesk, httpx.Client() as http:
        credentials = {"token": helpdesk.token}
        expected = pulled(cd.connect("intercom", "acme", base_url=helpdesk.url, credentials=credentials), tmp_path)
        headers = {"Intercom-Version": "2.16"}
        client = Intercom(token=helpdesk.token, base_url=helpdesk.url, headers=headers, httpx_client=http)
        people = client.admins.list().admins
        for native_id, wanted in expected.items():
            found = client.conversations.find(conversation_id=native_id)
            got = cd.normalize(found, people=people or (), account="acme")
            assert (got.vendor, got.status, got.coverage) == ("intercom", wanted.status, wanted.coverage)
            assert messages(got) == messages(wanted)
            http.headers.update({"Authorization": f"Bearer {helpdesk.token}", **headers})
            raw = http.get(f"{helpdesk.url}/conversations/{native_id}").json()
            assert cd.normalize(raw, people=people or (), account="acme") == got
    assert len(expected) == 8


def test_freshdesk_json_with_its_conversations_inside_or_beside_it() -> None:
    with FreshdeskSandbox(WORLD, limits="none") as helpdesk, httpx.Client(auth=(helpdesk.api_key, "X")) as http:
        number = http.get(f"{helpdesk.url}/api/v2/tickets?updated_since=2020-01-01T00:00:00Z").json()[0]["id"]
        ticket = http.get(f"{helpdesk.url}/api/v2/tickets/{number}").json()
        conversations = http.get(f"{helpdesk.url}/api/v2/tickets/{number}/conversations").json()
        agents = http.get(f"{helpdesk.url}/api/v2/agents").json()
    got = cd.normalize(ticket, comments=conversations, people=agents)
    assert (got.vendor, got.native_id) == ("freshdesk", str(number))
    assert len(messages(got)) == 1 + len(conversations)  # the description is the first message
    inside = {**ticket, "conversations": conversations}
    assert messages(cd.normalize(inside, people=agents)) == messages(got)


# --- what is refused ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("obj", "more", "why"),
    [
        (object(), {}, "neither JSON nor"),
        (["ticket"], {}, "neither JSON nor"),
        ({"id": 1, "subject": "x"}, {}, "say vendor="),
        ({"id": 1}, {"vendor": "acmedesk"}, "say vendor="),
        ({"submitter_id": 5}, {}, "without an id"),
        ({"id": True, "submitter_id": 5}, {}, "without an id"),
        ({"id": 1, "submitter_id": 5}, {"account": "a/b"}, "account name"),
        ({"id": 1, "type": "conversation"}, {"comments": [{"id": 1}]}, "parts itself"),
        ({"id": 1, "responder_id": 5}, {"audits": [{"id": 1}]}, "no audits"),
    ],
)
def test_what_is_no_ticket_is_refused_in_one_sentence(obj: object, more: dict[str, Any], why: str) -> None:
    with pytest.raises(ConfigError, match=why):
        cd.normalize(obj, **more)


def test_an_object_that_is_nested_without_end_is_refused() -> None:
    deep: Any = "x"
    for _ in range(100_000):
        deep = {"inner": deep}
    with pytest.raises(ContractBroken, match="nested"):
        cd.normalize({"id": 1, "type": "conversation", "custom_attributes": {"field": deep}})


def test_members_of_any_type_are_no_reason_to_fail() -> None:
    odd: Any = {"id": 1, "submitter_id": [], "tags": 5, "via": "?", "custom_fields": {"x": 1}, "status": ["new"]}
    got = cd.normalize(
        {"ticket": odd, "users": "?"}, audits=[{"id": {}, "events": 7}], comments=[{"id": 9, "body": {}}]
    )
    assert got.native_id == "1"
