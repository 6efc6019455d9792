"""Starts pulls that are meant to be killed: imports once, then forks one process per line on stdin.

A line is `URL STORE`; the answer is the child's process id. The child pulls with small pages, so that there are many
commits to be killed between.
"""

from __future__ import annotations

import os
import sys
from dataclasses import replace

from clonedesk_connectors import app
from clonedesk_connectors.store import Archive

SMALL_PAGE = 20


def pull_in_small_pages(url: str, store: str) -> None:
    connection = app.connect("zendesk", "acme", base_url=url, budget_share=1)
    connector = connection.connector
    connector.streams = tuple(replace(stream, page_size=SMALL_PAGE) for stream in connector.streams)
    with Archive.open(store, write=True) as archive:
        app.run_sync(app.make_pull(connection, archive).run())


def main() -> None:
    for line in sys.stdin:
        url, store = line.split()
        pid = os.fork()
        if pid == 0:
            pull_in_small_pages(url, store)
            os._exit(0)
        print(pid, flush=True)
        _, status = os.waitpid(pid, 0)
        print("killed" if os.WIFSIGNALED(status) else f"ended {os.waitstatus_to_exitcode(status)}", flush=True)


if __name__ == "__main__":
    main()
