"""An invented desk: short requests of known propensity to be escalated, written by nobody."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

TOPICS = {  # words of the topic, propensity to be escalated
    "invoice": ("invoice bill copy download month tax number", 0.01),
    "password": ("password reset login email link forgot screen", 0.02),
    "address": ("address change street delivery new flat parcel", 0.03),
    "legal": ("lawyer court complaint damages sue letter deadline", 0.99),
    "fraud": ("fraud stolen card charge unknown police account", 0.98),
    "broken": ("broken arrived damaged glass replace photo crack", 0.60),
}
FILLER = [
    "please",
    "hello",
    "could",
    "you",
    "help",
    "me",
    "today",
    "with",
    "this",
    "thing",
    "thanks",
    "since",
    "really",
]


@dataclass(frozen=True)
class Desk:
    texts: list[str]
    types: list[str]
    truth: NDArray[np.int64]

    def labels(self, wrong: NDArray[np.bool_]) -> list[str]:
        return ["escalated" if y else "resolved_ai" for y in np.where(wrong, 1 - self.truth, self.truth)]


def invent(rows: int, seed: int) -> Desk:
    rng = np.random.default_rng(seed)
    types = [str(t) for t in rng.choice(list(TOPICS), rows)]
    texts = []
    for kind in types:
        words = [*rng.choice(TOPICS[kind][0].split(), 4), *rng.choice(FILLER, 4)]
        texts.append(" ".join(rng.permutation(words)))
    truth = (rng.random(rows) < [TOPICS[kind][1] for kind in types]).astype(np.int64)
    return Desk(texts, types, truth)
