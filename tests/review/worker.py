"""A process of its own that claims drafts until there are none: `python -m tests.review.worker URL NAME`."""

from __future__ import annotations

import sys

from clonedesk_connectors.review.queue import ReviewQueue

if __name__ == "__main__":
    with ReviewQueue(sys.argv[1]) as queue:
        while item := queue.claim(sys.argv[2]):
            print(item.draft_id)
