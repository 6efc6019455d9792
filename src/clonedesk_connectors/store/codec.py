"""Compression of what the archive holds."""

from __future__ import annotations

import sys
from zlib import crc32

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

LEVEL = 1


_COMPRESSOR = zstd.ZstdCompressor(LEVEL)  # reused: making one costs half as much as compressing a ticket


def compress(data: bytes) -> bytes:
    """One frame, the same for the same data. Threads take turns (the compressor locks itself)."""
    return _COMPRESSOR.compress(data, zstd.ZstdCompressor.FLUSH_FRAME)


def decompress(data: bytes) -> bytes:
    return zstd.decompress(data)


def digest(payload: bytes) -> int:
    """A fingerprint (length and CRC-32), enough to tell whether a record of the same version changed."""
    return len(payload) << 32 | crc32(payload)
