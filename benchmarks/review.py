"""Time from a decision on the review page to the next draft, with a long queue behind it.

    python benchmarks/review.py            # 100,000 drafts, through the ASGI app and a queue on disk

The drafts are copies of one, put in by the database itself: what is measured is deciding, not submitting.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import statistics
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import httpx
from sqlalchemy import text

from clonedesk_connectors.protocol.pushback import BasedOn, ContextMessage, Draft, ModelInfo, Segment
from clonedesk_connectors.review.queue import ReviewQueue
from clonedesk_connectors.review.settings import ReviewSettings
from clonedesk_connectors.review.web import Doorkeeper, Role, make_app

BODY = "Hello Kim,\n\nyour refund of 40.00 EUR was sent on Monday and arrives within 3 days.\n\nKind regards\nAna"
COPIES = """
WITH RECURSIVE counter(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counter WHERE n < :copies)
INSERT INTO review_draft ({columns})
SELECT {values} FROM review_draft, counter WHERE draft_id = :template
"""
OWN = {
    "draft_id": "printf('X%011d', n)",
    "ticket_id": "'t' || n",
    "submitted_ms": "submitted_ms + n",
    "state": "CASE n % 2 WHEN 0 THEN 'awaiting_review' ELSE 'expired' END",
}


def fill(queue: ReviewQueue, copies: int) -> None:
    now = datetime.now(UTC)
    draft = Draft(
        vendor="acmedesk",
        account="acme",
        ticket_id="1",
        body=BODY,
        confidence=0.7,
        segment=Segment(type="billing", language="en"),
        based_on=BasedOn(message_id="m1", at=now),
        model=ModelInfo(name="draftwriter", version="7"),
        created_at=now,
        context=(ContextMessage(id="m1", at=now, author="customer", body="Where is my refund?"),),
    )
    template = queue.submit(draft).draft_id
    with queue.ledger.write() as connection:
        columns = [row[1] for row in connection.execute(text("PRAGMA table_info(review_draft)"))]
        statement = COPIES.format(columns=", ".join(columns), values=", ".join(OWN.get(name, name) for name in columns))
        connection.execute(text(statement), {"copies": copies - 1, "template": template})


def field(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, name
    return found[1]


async def measure(client: httpx.AsyncClient, decisions: int) -> dict[str, list[float]]:
    seen: dict[str, list[float]] = {"first page": [], "heartbeat": [], "decide to next draft": []}
    headers = {"sec-fetch-site": "same-origin"}

    async def timed(what: str, method: str, path: str, **form: str) -> httpx.Response:
        start = time.perf_counter()
        answer = await client.request(method, path, data=form or None, headers=headers, follow_redirects=True)
        seen[what].append((time.perf_counter() - start) * 1000)
        assert answer.status_code == 200, (answer.status_code, path)
        return answer

    page = await timed("first page", "GET", "/")
    csrf = field(page.text, "csrf")
    page = await client.post("/claim", data={"csrf": csrf}, headers=headers, follow_redirects=True)
    for _ in range(decisions):
        address, version = page.url.path, field(page.text, "version")
        await timed("heartbeat", "POST", f"{address}/renew", csrf=csrf)
        await timed("first page", "GET", "/")
        form = {"csrf": csrf, "version": version, "decision": "approve", "text": BODY}
        page = await timed("decide to next draft", "POST", f"{address}/decide", **form)
    return seen


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--drafts", type=int, default=100_000)
    parser.add_argument("--decisions", type=int, default=50)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'archive.sqlite'}"
        with ReviewQueue(url, settings=ReviewSettings(double_review_rate=0)) as queue:
            fill(queue, options.drafts)
            door = Doorkeeper()
            transport = httpx.ASGITransport(make_app(queue, url, door))
            async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
                await client.get(f"/login?token={door.invite('ana@example.com', Role.REVIEWER)}")
                seen = await measure(client, options.decisions)
    print(f"{options.drafts:,} drafts, half of them waiting; milliseconds")
    for what, values in seen.items():
        worst = max(values)
        print(f"{what:22} median {statistics.median(values):7.1f}  worst {worst:7.1f}  n {len(values)}")


if __name__ == "__main__":
    asyncio.run(main())
