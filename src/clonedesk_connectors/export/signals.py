"""Training signals as JSON lines: one canonical record for each finished decision, see docs/review.md."""

from __future__ import annotations

import json

from clonedesk_connectors.export.tickets import replacing
from clonedesk_connectors.review.queue import ReviewQueue


def write_signals(queue: ReviewQueue, out: str) -> tuple[int, int]:
    """Write all records in the order they were made; withdrawn ones are listed with weight 0 and the reason.

    out: a path (replaced only when everything is written, mode 0600) or "-" for stdout. Decisions that can still be
    undone are not among them. Returns how many records, and how many of them withdrawn. Raises StoreError when the
    file cannot be written.
    """
    queue.write_signals()
    count = withdrawn = 0
    with replacing(out) as file:
        for record in queue.signals():
            file.write(json.dumps(record, ensure_ascii=False).encode() + b"\n")
            count += 1
            withdrawn += record["withdrawn"] is not None
    return count, withdrawn
