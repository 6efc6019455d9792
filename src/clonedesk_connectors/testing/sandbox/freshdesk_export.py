"""The daily activity export: the vendor answers with a signed address, and the file lies on another host."""

import json
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import Any

from clonedesk_connectors.testing.sandbox.calls import Call, Reply
from clonedesk_connectors.testing.sandbox.freshdesk_desk import GONE, UNBORN, Desk
from clonedesk_connectors.testing.sandbox.freshdesk_history import Activity
from clonedesk_connectors.testing.sandbox.freshdesk_replies import invalid, not_found
from clonedesk_connectors.testing.sandbox.server import Sandbox

DAY_BEGINS = timedelta(hours=10)
"""A file's day is shifted by the account's time zone: from 10:00 the day before to 9:59:59."""

KEPT_DAYS = 30
VALID_S = 300
_DENIED = b"<?xml version='1.0' encoding='UTF-8'?><Error><Code>AccessDenied</Code></Error>"


def written(seconds: int) -> str:
    """Unix seconds as the export writes a time."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%d-%m-%Y %H:%M:%S +0000")


class FileHost(Sandbox):
    """Another origin that gives out files to whoever has a signed address; `log` shows who sent credentials along."""

    def __init__(self, clock: Callable[[], float]) -> None:
        super().__init__(limits={}, clock=clock)
        self._files: dict[str, tuple[float, bytes]] = {}

    def offer(self, name: str, body: bytes) -> str:
        """A signed address for a file, good for a while."""
        expires_s = self.clock() + VALID_S
        signature = sha256(f"{name}:{expires_s}".encode()).hexdigest()
        path = f"/exports/{name}"
        self._files[f"{path}?{signature}"] = (expires_s, body)
        return f"{self.url or 'http://files.test'}{path}?X-Amz-Expires={VALID_S}&X-Amz-Signature={signature}"

    def answer(self, call: Call) -> Reply:
        expires_s, body = self._files.get(f"{call.path}?{call.get('X-Amz-Signature')}", (0.0, b""))
        if self.clock() > expires_s:
            return Reply(_DENIED, 403, {"content-type": "application/xml"})
        return Reply(body, headers={"content-type": "binary/octet-stream"})

    def buckets(self, call: Call) -> tuple[str, ...]:
        return ()

    def limit_headers(self, buckets: Iterable[str]) -> dict[str, str]:
        return {}

    def too_many(self, wait_s: int) -> Reply:
        return Reply(_DENIED, 503)


class Export:
    """Handler of `GET /export/ticket_activities`. enabled: whether the account has switched the export on."""

    def __init__(self, desk: Desk, files: FileHost, *, enabled: bool) -> None:
        self._desk, self._files, self._enabled = desk, files, enabled

    def address(self, call: Call) -> Reply:
        """404 for a day that is not ready, no longer kept, or not exported."""
        try:
            day = date.fromisoformat(call.get("created_at"))
        except ValueError:
            return invalid("created_at", "invalid_value", "It should be in the date format")
        today = datetime.fromtimestamp(self._desk.now_s, UTC)
        ready = datetime(day.year, day.month, day.day, tzinfo=UTC) + DAY_BEGINS <= today
        if not self._enabled or not ready or today.date() - day > timedelta(days=KEPT_DAYS):
            return not_found()
        url = self._files.offer(f"{day}.json", json.dumps(self.file(day), separators=(",", ":")).encode())
        return Reply({"export": [{"created_at": f"{day.day}-{day.month}-{day.year}", "url": url}]})

    def file(self, day: date) -> dict[str, Any]:
        """Everything that happened in the day's window, oldest first."""
        end = datetime(day.year, day.month, day.day, tzinfo=UTC) + DAY_BEGINS
        first_s, last_s = int((end - timedelta(days=1)).timestamp()), int(end.timestamp()) - 1
        rows = sorted(
            (activity.at_s, number, place, activity)
            for number in self._numbers(first_s)
            for place, activity in enumerate(self._desk.history(number).activities())
            if first_s <= activity.at_s <= last_s
        )
        data = [_row(number, activity) for _, number, _, activity in rows]
        meta = {"start_at": written(first_s), "end_at": written(last_s), "activities_count": len(data)}
        return {"metadata": meta, "activities_data": data}

    def _numbers(self, first_s: int) -> Iterable[int]:
        """Tickets that changed since: only they can have rows in the window."""
        for number in range(1, self._desk.world.tickets + 1):
            if self._desk.updated_s(number) >= first_s and self._desk.place(number) not in (GONE, UNBORN):
                yield number


def _row(number: int, activity: Activity) -> dict[str, Any]:
    return {
        "performed_at": written(activity.at_s),
        "ticket_id": number,
        "performer_type": "system" if activity.performer is None else "user",
        "performer_id": activity.performer,
        "activity": activity.changes,
    }
