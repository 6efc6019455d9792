"""Answers requests from a file on this machine, for connectors that read exports instead of a helpdesk."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path

from clonedesk_connectors.protocol import Request, Response
from clonedesk_connectors.transport.base import Failure, TransportFailed

LINE_CAP_BYTES = 32 * 1024 * 1024
PAGE_CAP_BYTES = 64 * 1024 * 1024
"""A page ends early when it is this large, so that a page of huge lines does not fill the memory."""


class FileTransport:
    """Reads whole lines of one file: parameters `offset` (bytes) and `lines`; the header `x-file-end` says whether
    the page reaches the end. Only this file can be read, whatever a request says.
    """

    def __init__(self, path: str | Path) -> None:
        self._path = Path(path)

    async def send(self, request: Request, headers: Mapping[str, str]) -> Response:
        """Raises TransportFailed when the file cannot be read (connect) or a line passes the cap (too_large)."""
        params = dict(request.params)
        try:
            return await asyncio.to_thread(self._read, int(params["offset"]), int(params["lines"]))
        except OSError:
            raise TransportFailed(Failure.CONNECT) from None

    def _read(self, offset: int, lines: int) -> Response:
        body = bytearray()
        with self._path.open("rb") as file:
            file.seek(offset)
            while lines > 0 and len(body) < PAGE_CAP_BYTES:
                line = file.readline(LINE_CAP_BYTES + 1)
                if len(line) > LINE_CAP_BYTES:
                    raise TransportFailed(Failure.TOO_LARGE)
                body += line
                lines -= 1
                if not line.endswith(b"\n"):
                    break
            at_end = file.read(1) == b""
        return Response(200, {"x-file-end": "yes" if at_end else "no"}, bytes(body))

    async def aclose(self) -> None:
        """Nothing stays open."""
