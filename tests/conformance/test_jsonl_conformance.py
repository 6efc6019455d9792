"""The jsonl connector passes the kit, as far as a file can be a helpdesk."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NoReturn

from clonedesk_connectors.protocol import Account
from clonedesk_connectors.testing import Call, ConnectorConformance, Helpdesk
from clonedesk_connectors.transport.file_ import FileTransport
from clonedesk_connectors.vendors.jsonl import JsonlConnector, connector

FIRST_S = 1_760_000_000


def iso(second: int) -> str:
    return datetime.fromtimestamp(second, UTC).isoformat()


class InventedFile(Helpdesk):
    """A file with a few tickets in the minimal format, written anew for every reading."""

    form = "file"
    secrets: Mapping[str, str] = {}

    def __init__(self, tickets: int) -> None:
        self._folder = tempfile.TemporaryDirectory()
        self.path = Path(self._folder.name) / "tickets.jsonl"
        self.now_s = FIRST_S + 100_000
        self.rows = [self._row(number) for number in range(1, tickets + 1)]

    def _row(self, number: int) -> dict[str, Any]:
        at = iso(FIRST_S + number // 3)
        said = [{"at": at, "from": "customer", "text": f"My sail is torn, number {number}", "public": True}]
        said += [{"at": at, "from": "agent", "html": "<p>A note</p>"}] * (number % 3)
        return {
            "id": number,
            "status": "open",
            "channel": "email",
            "created_at": at,
            "updated_at": at,
            "subject": f"Question {number}",
            "messages": said,
        }

    def handle(self, call: Call) -> NoReturn:
        raise AssertionError("a file is not asked over HTTP")

    def transport(self) -> FileTransport:
        lines = "".join(json.dumps(row) + "\n" for row in self.rows)
        self.path.write_text(lines, "utf-8")
        return FileTransport(self.path)

    def close(self) -> None:
        self._folder.cleanup()

    def ticket_ids(self) -> set[str]:
        return {str(row["id"]) for row in self.rows}

    def message_counts(self) -> Mapping[str, int]:
        return {str(row["id"]): len(row["messages"]) for row in self.rows}

    def say(self, ticket_id: str, text: str, *, public: bool) -> None:
        row = self.rows[int(ticket_id) - 1]
        row["messages"] = [*row["messages"], {"at": iso(self.now_s), "from": "agent", "html": text, "public": public}]
        row["updated_at"] = iso(self.now_s)

    def change_quietly(self, ticket_id: str) -> None:
        self.rows[int(ticket_id) - 1]["subject"] = "Another question"

    def advance(self, seconds: int) -> None:
        self.now_s += seconds


class TestJsonl(ConnectorConformance):
    http = False

    def connector(self) -> JsonlConnector:
        return connector(Account(vendor="jsonl", name="old-desk", options={"path": "tickets.jsonl"}))

    def helpdesk(self, tickets: int, clock: Callable[[], float]) -> InventedFile:
        return InventedFile(tickets)
