"""Hashed character n-grams of many texts at once, as flat arrays: the base of the near-duplicate search."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

BUCKETS = 1 << 20
_MIX = np.uint64(0x9E3779B97F4A7C15)  # 2^64 / golden ratio: Fibonacci hashing spreads neighbouring values


def hashed(texts: Sequence[str], size: int) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """Return 64-bit hashes of all `size`-character grams, text after text, and where each text starts.

    Every text is framed by spaces, so that each has at least one gram. Texts need not be valid Unicode.
    """
    pad = " " * (size - 1)
    framed = [f" {text}{pad}" for text in texts]
    points = np.frombuffer("".join(framed).encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.uint64)
    ends = np.cumsum([len(text) for text in framed])
    grams = np.zeros(len(points) - size + 1, dtype=np.uint64)
    for offset in range(size):
        grams = (grams ^ points[offset : offset + len(grams)]) * _MIX
        grams ^= grams >> np.uint64(29)
    inside = np.ones(len(grams), dtype=bool)
    for back in range(1, size):  # grams that would run over the end of their text
        inside[ends[:-1] - back] = False
    counts = np.diff(ends, prepend=0) - (size - 1)
    return grams[inside], np.concatenate([[0], np.cumsum(counts)[:-1]])


def counted(texts: Sequence[str], sizes: Sequence[int] = (3, 4, 5)) -> sp.csr_matrix:
    """Return unit-length rows of hashed gram counts, shape (texts, 2^20): their dot product is the cosine."""
    parts = []
    for size in sizes:
        grams, starts = hashed(texts, size)
        columns = (grams >> np.uint64(44)).astype(np.int32)
        bounds = np.append(starts, len(grams))
        parts.append(sp.csr_matrix((np.ones(len(grams), np.float32), columns, bounds), shape=(len(texts), BUCKETS)))
    total = sum(parts[1:], parts[0])
    total.sum_duplicates()
    norms = np.sqrt(np.asarray(total.multiply(total).sum(axis=1)).ravel())
    return sp.diags(1 / norms).dot(total).tocsr()
