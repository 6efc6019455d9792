"""Bare loops: download the pages a pull needs and parse them, with one shared httpx client and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx

CREDENTIALS = {
    "zendesk": {"client_id": "sandbox-client", "client_secret": "sandbox-secret"},
    "intercom": {"token": "sandbox-token"},
    "freshdesk": {"api_key": "sandbox-key"},
}


def zendesk(client: httpx.Client, audits: int) -> tuple[int, int]:
    """Sign in, then both exports, the AI scope, ratings and the directory to their ends, and the audits of as many
    tickets as a pull asks for: the same pages. Returns (tickets, requests).
    """
    grant = {"grant_type": "client_credentials", "scope": "read", **CREDENTIALS["zendesk"]}
    client.headers["authorization"] = f"Bearer {client.post('/oauth/tokens', json=grant).json()['access_token']}"
    include = "users,groups,organizations,brands,custom_statuses,metric_sets,comment_count"
    tickets, requests = _export(client, "all", include)
    requests += 1 + _export(client, "ai_agent", "")[1] + sum(_listed(client, path) for path in _LISTS)
    start, done = 0, False
    while not done:
        params = {"per_page": 1000, "support_type_scope": "all", "include": "comment_events", "start_time": start}
        page = client.get("/api/v2/incremental/ticket_events", params=params).json()
        requests, start, done = requests + 1, page["end_time"], page["end_of_stream"]
    for number in range(1, audits + 1):
        client.get(f"/api/v2/tickets/{number}/audits?page[size]=100").json()
    return tickets, requests + audits


def _export(client: httpx.Client, scope: str, include: str) -> tuple[int, int]:
    """One ticket export to its end: (tickets, requests)."""
    tickets = requests = 0
    position: dict[str, Any] = {"start_time": 0}
    while True:
        params = {"per_page": 1000, "support_type_scope": scope, "include": include, **position}
        page = client.get("/api/v2/incremental/tickets/cursor", params=params).json()
        tickets, requests, position = tickets + len(page["tickets"]), requests + 1, {"cursor": page["after_cursor"]}
        if page["end_of_stream"]:
            return tickets, requests


_LISTS = (
    "satisfaction_ratings?score=received&start_time=0",
    "guide/survey_responses?filter[created_at_start]=0&sort=id",
    "users?role[]=agent&role[]=admin",
    "groups?exclude_deleted=false",
    "custom_statuses?",
    "ticket_fields?",
)


def _listed(client: httpx.Client, path: str) -> int:
    """One list with cursor pages to its end: requests."""
    requests, after = 0, ""
    while True:
        page = client.get(f"/api/v2/{path}&page[size]=100{after}").json()
        requests, meta = requests + 1, page.get("meta") or {}
        if not meta.get("has_more"):
            return requests
        after = f"&page[after]={meta['after_cursor']}"


def intercom(client: httpx.Client, audits: int) -> tuple[int, int]:
    """Every search page and every conversation."""
    token = CREDENTIALS["intercom"]["token"]
    client.headers.update({"authorization": f"Bearer {token}", "intercom-version": "2.16"})
    found = requests = 0
    paging: dict[str, Any] = {"per_page": 150}
    while paging:
        query = {"field": "updated_at", "operator": ">", "value": 1}
        body = {"query": query, "pagination": paging, "sort": {"field": "updated_at", "order": "ascending"}}
        page = client.post("/conversations/search", json=body).json()
        for row in page["conversations"]:
            client.get(f"/conversations/{row['id']}").json()
        found, requests = found + len(page["conversations"]), requests + 1 + len(page["conversations"])
        onward = page["pages"].get("next")
        paging = {"per_page": 150, "starting_after": onward["starting_after"]} if onward else {}
    return found, requests


def freshdesk(client: httpx.Client, audits: int) -> tuple[int, int]:
    """Every list page by number (nothing shifts here) and every ticket's conversations."""
    client.auth = (CREDENTIALS["freshdesk"]["api_key"], "X")
    found = requests = 0
    number: int | None = 1
    while number is not None:
        params = {"updated_since": "2010-01-01T00:00:00Z", "order_by": "updated_at", "order_type": "asc"}
        params |= {"include": "stats,description", "per_page": "100", "page": str(number)}
        answer = client.get("/api/v2/tickets", params=params)
        rows = answer.json()
        for row in rows:
            client.get(f"/api/v2/tickets/{row['id']}/conversations", params={"per_page": "100"}).json()
        found, requests = found + len(rows), requests + 1 + len(rows)
        number = number + 1 if "next" in answer.links else None
    return found, requests


LOOPS: dict[str, Callable[[httpx.Client, int], tuple[int, int]]] = {
    "zendesk": zendesk,
    "intercom": intercom,
    "freshdesk": freshdesk,
}
