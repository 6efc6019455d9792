"""Normalised tickets as JSON lines: `model/ticket.py` is the schema, `docs/ticket.schema.json` its JSON Schema."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from clonedesk_connectors.errors import StoreError
from clonedesk_connectors.store import Archive


def write_tickets(archive: Archive, out: str, *, vendor: str | None = None, account: str | None = None) -> int:
    """Write one ticket per line, ordered by account and native id; identical archives give identical files.

    out: a path (replaced only when everything is written, mode 0600) or "-" for stdout. Returns the number of
    tickets. Raises StoreError when the file cannot be written.
    """
    count = 0
    with replacing(out) as file:
        for line in archive.ticket_lines(vendor, account):
            file.write(line + b"\n")
            count += 1
    return count


@contextmanager
def replacing(out: str) -> Iterator[BinaryIO]:
    """A binary file that takes its name only when the block ends well; "-" is stdout."""
    if out == "-":
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    path = Path(out)
    part = path.with_name(path.name + ".part")
    try:
        part.unlink(missing_ok=True)
        with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600), "wb") as file:
            yield file
        part.replace(path)
    except OSError as error:
        raise StoreError(f"cannot write {path.name}: {error.strerror}") from None
    finally:
        part.unlink(missing_ok=True)
