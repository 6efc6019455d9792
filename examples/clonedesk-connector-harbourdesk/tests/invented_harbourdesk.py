"""An invented Harbourdesk account that answers in memory: what the conformance kit pulls from."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from clonedesk_connectors.testing import Call, Helpdesk, Limit, Limits, Reply

KEY = "harbour-key-of-nobody"
FIRST_S = 1_760_000_000
Row = dict[str, Any]


def iso(second: int) -> str:
    return datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class InventedHarbourdesk(Helpdesk):
    """Tickets with two to five entries; every fifth is deleted, every seventh closed; three share each second."""

    form = "key"
    secrets: Mapping[str, str] = {"KEY": KEY}

    def __init__(self, tickets: int, clock: Callable[[], float]) -> None:
        self.clock, self.now_s = clock, FIRST_S + tickets + 100_000
        self.limits, self.peak = Limits({"account": Limit(600, 60)}, clock), 0.0
        self.tickets: dict[int, Row] = {}
        self.entries: dict[int, list[Row]] = {}
        self.changed_s: dict[int, int] = {}
        self.staff = [{"id": n, "name": f"Colleague {n}", "bot": n == 3} for n in range(1, 13)]
        for number in range(1, tickets + 1):
            self._open(number, FIRST_S + number // 3)

    def _open(self, number: int, at_s: int) -> None:
        customer = {"id": 1000 + number % 9, "email": f"customer{number % 9}@example.com"}
        self.tickets[number] = {
            "id": number,
            "state": "locked" if number % 7 == 0 else "open",
            "channel": ("mail", "form")[number % 2],
            "subject": f"Question {number}",
            "created_at": iso(at_s),
            "updated_at": iso(at_s),
            "requester": customer,
            "deleted": number % 5 == 0,
            "messages": 0,
            "revision": 0,
        }
        self.entries[number] = []
        by = {"id": customer["id"], "role": "customer"}
        self._add(number, at_s, "reply", by, html=f"<p>My mast is broken, number {number}</p>")
        for turn in range(number % 4):
            agent = {"id": 1 + turn, "role": "agent", "name": f"Colleague {1 + turn}"}
            self._add(number, at_s, "note" if turn == 1 else "reply", agent, html=f"<p>Answer {turn}</p>")
        self._add(number, at_s, "state", {"id": 7, "role": "rule"}, to=self.tickets[number]["state"])

    def _add(self, number: int, at_s: int, kind: str, by: Row, **fields: str) -> None:
        known = self.entries[number]
        known.append({"id": number * 1000 + len(known), "at": iso(at_s), "type": kind, "by": by, **fields})
        self.tickets[number]["messages"] = sum(entry["type"] in ("reply", "note") for entry in known)
        self.tickets[number]["revision"] += 1
        self.changed_s[number] = at_s

    # --- what the kit does behind the connector's back ---

    def ticket_ids(self) -> set[str]:
        return {str(number) for number in self.tickets}

    def message_counts(self) -> Mapping[str, int]:
        return {str(number): row["messages"] for number, row in self.tickets.items()}

    def say(self, ticket_id: str, text: str, *, public: bool) -> None:
        agent = {"id": 1, "role": "agent", "name": "Colleague 1"}
        self._add(int(ticket_id), self.now_s, "reply" if public else "note", agent, html=text)
        self.tickets[int(ticket_id)]["updated_at"] = iso(self.now_s)

    def change_quietly(self, ticket_id: str) -> None:
        self.tickets[int(ticket_id)]["subject"] += " (merged spelling)"
        self.tickets[int(ticket_id)]["revision"] += 1
        self.changed_s[int(ticket_id)] = self.now_s

    def advance(self, seconds: int) -> None:
        self.now_s += seconds

    def usage(self) -> Mapping[str, float]:
        return {"account": self.peak}

    # --- the vendor ---

    def handle(self, call: Call) -> Reply:
        wait_s = self.limits.spend(["account"])
        standing = self.limits.standing("account")
        assert standing is not None
        self.peak = max(self.peak, 2.0 if wait_s else 1 - standing.remaining / standing.total)
        reply = Reply({"error": "slow down"}, 429, {"retry-after": str(wait_s)}) if wait_s else self._answer(call)
        reply.headers |= {
            "x-allowed": str(standing.total),
            "x-allowed-left": str(standing.remaining),
            "x-allowed-reset-in": str(standing.resets_s),
        }
        return reply

    def _answer(self, call: Call) -> Reply:
        if call.headers.get("authorization") != f"Key {KEY}":
            return Reply({"error": "unauthorized"}, 401)
        if call.path == "/v1/me":
            return Reply({"id": 1, "role": "admin"})
        if call.path == "/v1/tickets":
            return self._tickets(call)
        if call.path == "/v1/staff":
            return self._listed(call, "staff", self.staff)
        if found := re.fullmatch(r"/v1/tickets/(\d+)/entries", call.path):
            return self._listed(call, "entries", self.entries.get(int(found[1]), []))
        return Reply({"error": "not found"}, 404)

    def _tickets(self, call: Call) -> Reply:
        """In order of (last change, id); the cursor says after which row to go on."""
        after = base64.b64decode(call.get("after") + "==").decode() or "0:0"
        second, number = map(int, after.split(":"))
        if since := call.get("since"):
            second = int(datetime.fromisoformat(since).timestamp())
        order = sorted((at_s, key) for key, at_s in self.changed_s.items() if (at_s, key) > (second, number))
        page = order[: call.number("limit", 100)]
        last = page[-1] if page else (second, number)
        cursor = base64.b64encode(f"{last[0]}:{last[1]}".encode()).decode()
        rows = [self.tickets[key] for _, key in page]
        return Reply({"tickets": rows, "after": cursor, "end": len(page) == len(order)})

    def _listed(self, call: Call, name: str, rows: list[Row]) -> Reply:
        first = call.number("offset", 0)
        return Reply({name: rows[first : first + call.number("limit", 50)], "total": len(rows)})
