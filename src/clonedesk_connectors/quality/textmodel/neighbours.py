"""Find texts that are nearly the same, in time and memory that grow with the number of texts and not its square.

Exact copies (case, spacing, digits aside) are found by a dictionary. The others are blocked by MinHash bands
(Broder 1997; Leskovec, Rajaraman, Ullman, "Mining of Massive Datasets", 3.4) and confirmed by cosine.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from .grams import counted, hashed

Ints = NDArray[np.int64]

BANDS, ROWS = 8, 4  # a pair of Jaccard 0.8 (about cosine 0.9) shares a band with probability 0.985
CHUNK = 2_000  # texts or pairs handled at once; bounds memory
_AGREE = 0.55  # share of equal MinHash values that makes a pair worth a cosine: 0.8 less three standard errors
_DIGITS = re.compile(r"\d+")


def plain(text: str) -> str:
    """Return the text without what never tells two messages apart: case, spacing, the digits of a number."""
    return " ".join(_DIGITS.sub("0", text.casefold()).split())


def near_groups(texts: Sequence[str], near: float) -> Ints:
    """Return one number per text; near-duplicates of one leading text (cosine >= near) share it.

    The number is the index of the group's first text. A group holds copies of its leader, not chains of
    copies of copies, so that texts cannot drift apart inside a group.
    """
    first: dict[str, int] = {}
    exact = np.array([first.setdefault(plain(text), i) for i, text in enumerate(texts)], dtype=np.int64)
    bodies, places = list(first), np.array(list(first.values()), dtype=np.int64)
    leader = np.arange(len(bodies))
    for early, late in _confirmed(bodies, near):  # sorted by the later text
        if leader[late] == late and leader[early] == early:
            leader[late] = early
    position = np.empty(len(texts), dtype=np.int64)
    position[places] = np.arange(len(places))
    return np.asarray(places[leader[position[exact]]], dtype=np.int64)


def _confirmed(bodies: Sequence[str], near: float) -> list[tuple[int, int]]:
    signatures = _signatures(bodies)
    pairs = _candidates(signatures)
    agree = (signatures[pairs[:, 0]] == signatures[pairs[:, 1]]).mean(axis=1)
    pairs = pairs[agree >= _AGREE]
    kept: list[tuple[int, int]] = []
    for start in range(0, len(pairs), CHUNK):
        part = pairs[start : start + CHUNK]
        used, where = np.unique(part, return_inverse=True)
        rows = counted([bodies[i] for i in used])
        where = where.reshape(part.shape)
        cosine = np.asarray(rows[where[:, 0]].multiply(rows[where[:, 1]]).sum(axis=1)).ravel()
        kept += [(int(a), int(b)) for a, b in part[cosine >= near]]
    return kept


def _signatures(bodies: Sequence[str]) -> NDArray[np.uint32]:
    """Return MinHash signatures, shape (texts, BANDS * ROWS), over character 4-grams."""
    rng = np.random.default_rng(0)  # fixed: the search must not depend on the model's seed
    factors = rng.integers(1, 1 << 32, BANDS * ROWS, dtype=np.uint64).astype(np.uint32) | np.uint32(1)
    out = np.empty((len(bodies), BANDS * ROWS), dtype=np.uint32)
    for start in range(0, len(bodies), CHUNK):
        part = bodies[start : start + CHUNK]
        grams, starts = hashed(part, 4)
        short = (grams >> np.uint64(32)).astype(np.uint32)
        for k, factor in enumerate(factors):
            out[start : start + len(part), k] = np.minimum.reduceat(short * factor, starts)
    return out


def _candidates(signatures: NDArray[np.uint32]) -> Ints:
    """Return pairs (earlier, later) that share a band, sorted by the later: at most two per text and band."""
    found = []
    for band in range(BANDS):
        part = np.ascontiguousarray(signatures[:, band * ROWS : (band + 1) * ROWS])
        keys = part.view(np.dtype((np.void, part.dtype.itemsize * ROWS))).ravel()
        _, bucket = np.unique(keys, return_inverse=True)
        order = np.argsort(bucket, kind="stable")
        same = bucket[order][1:] == bucket[order][:-1]
        starts = np.concatenate([[True], ~same])
        opener = order[np.maximum.accumulate(np.where(starts, np.arange(len(order)), 0))]
        found += [np.column_stack([order[:-1], order[1:]])[same], np.column_stack([opener[1:], order[1:]])[same]]
    pairs = np.unique(np.concatenate(found), axis=0)
    return np.asarray(pairs[np.lexsort((pairs[:, 0], pairs[:, 1]))], dtype=np.int64)
