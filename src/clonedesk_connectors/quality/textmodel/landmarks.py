"""Tickets described by the tickets they are most like, whatever the words.

Texts are placed in a space of latent topics (truncated SVD of their TF-IDF rows: Deerwester et al. 1990) and described
by the nearest of some tickets drawn at random, the landmarks (as in anchor graphs: Liu, He and Chang 2010). A
regression on these columns learns what a neighbourhood of texts has in common, which no single word tells. No label is
read, and time and memory grow with the number of tickets and not its square.
"""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from sklearn.utils.extmath import randomized_svd

LANDMARKS, TOPICS = 1_500, 200  # more of either adds nothing that was measured
LEARNT_ON = 5_000  # texts from which the topics are learnt
NEAREST = 20  # landmarks that describe a text; fewer where they would be more than a tenth of all
SHARPNESS = 4  # power of the cosine that weighs them
CHUNK = 2_000  # texts placed at once; bounds memory

Floats32 = NDArray[np.float32]


def nearness(words: sp.csr_matrix, seed: int) -> sp.csr_matrix:
    """Return a row per text and a column per landmark; the weights of a row add up to 1, or to 0 for no words.

    words: TF-IDF rows of unit length.
    """
    rng, rows = np.random.default_rng(seed), words.shape[0]
    topics = _topics(words[_drawn(rng, rows, LEARNT_ON)], seed)
    chosen = _drawn(rng, rows, LANDMARKS)
    if topics is None:
        return sp.csr_matrix((rows, len(chosen)), dtype=np.float32)
    landmarks = _placed(topics, words[chosen])
    parts = [_described(_placed(topics, words[at : at + CHUNK]), landmarks) for at in range(0, rows, CHUNK)]
    return sp.vstack(parts).tocsr()


def _drawn(rng: np.random.Generator, rows: int, count: int) -> NDArray[np.int64]:
    return np.sort(rng.choice(rows, min(count, rows), replace=False))


def _topics(words: sp.csr_matrix, seed: int) -> Floats32 | None:
    """Return a row per word and a column per topic; None where there are too few texts or words to learn from."""
    count = min(TOPICS, min(words.shape) - 1)
    if count < 2:
        return None
    _, _, topics = randomized_svd(words, count, n_iter=2, random_state=seed)
    return np.ascontiguousarray(topics.T, dtype=np.float32)


def _placed(topics: Floats32, words: sp.csr_matrix) -> Floats32:
    """Return unit vectors; zero for a text without a known word."""
    places = words @ topics
    return np.asarray(places / np.maximum(np.linalg.norm(places, axis=1, keepdims=True), 1e-9), dtype=np.float32)


def _described(places: Floats32, landmarks: Floats32) -> sp.csr_matrix:
    near = places @ landmarks.T
    count = max(1, min(NEAREST, len(landmarks) // 10))
    nearest = np.argpartition(near, -count, axis=1)[:, -count:]
    weight = np.maximum(np.take_along_axis(near, nearest, axis=1), 0) ** SHARPNESS
    weight /= np.maximum(weight.sum(axis=1, keepdims=True), 1e-9)
    starts = np.arange(0, weight.size + 1, count)
    return sp.csr_matrix((weight.ravel(), nearest.ravel(), starts), shape=near.shape)
