"""Reading a body that may be hostile: never more than a cap in memory, however small it arrives."""

from __future__ import annotations

import zlib

from clonedesk_connectors.transport.base import Failure, TransportFailed

ACCEPTED = "gzip"

_GZIP = 31  # window bits: 15, plus 16 for "gzip header only"


class CappedBody:
    """Collects a body chunk by chunk, decoded.

    encoding: the Content-Encoding header; only gzip, which we ask for, or nothing. Stacked encodings are refused:
    each layer multiplies what a few bytes can grow to. Raises TransportFailed (TOO_LARGE, BAD_ENCODING).
    """

    def __init__(self, encoding: str, cap_bytes: int) -> None:
        name = encoding.strip().lower()
        if name not in ("", "identity", "gzip", "x-gzip"):
            raise TransportFailed(Failure.BAD_ENCODING)
        self._inflate = zlib.decompressobj(_GZIP) if name.endswith("gzip") else None
        self._parts: list[bytes] = []
        self._left = cap_bytes
        self._empty = True

    def feed(self, chunk: bytes) -> None:
        self._empty = self._empty and not chunk
        part = self._inflated(chunk) if self._inflate else chunk
        self._left -= len(part)
        if self._left < 0:
            raise TransportFailed(Failure.TOO_LARGE)
        self._parts.append(part)

    def finish(self) -> bytes:
        """The whole body. A gzip stream must have ended; no body at all is an empty one."""
        if self._inflate and not self._empty and not self._inflate.eof:
            raise TransportFailed(Failure.BAD_ENCODING)
        return b"".join(self._parts)

    def _inflated(self, chunk: bytes) -> bytes:
        assert self._inflate
        try:
            part = self._inflate.decompress(chunk, self._left + 1)
        except zlib.error:
            raise TransportFailed(Failure.BAD_ENCODING) from None
        if self._inflate.unused_data:
            raise TransportFailed(Failure.BAD_ENCODING)
        return part
