"""Out-of-fold probability of the label "escalated", from the customer's text.

Words, beginnings of words and word pairs weighted by TF-IDF, nearness to other tickets (see `landmarks`), and the
ticket's type, under logistic regression. Where the caller gives an encoder, a second regression on its vectors and the
labels of the nearest vectors join it. No ticket is ever scored by a model that saw its own label.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import ArrayLike, NDArray
from scipy.special import logit
from sklearn.exceptions import ConvergenceWarning
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss, roc_auc_score

from .landmarks import nearness

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Encoder = Callable[[list[str]], ArrayLike]

REPEATS = 2  # partitions into folds that are averaged; the second steadies the probabilities, a third adds nothing
PLENTY = 50_000  # with so many rows one partition is steady enough
STRENGTHS = (0.25, 0.5, 1.0, 2.0, 4.0)  # inverse regularisation strengths that are tried, in this order
NEARNESS = (3.0, 1.0, 0.0)  # how much nearness to landmarks may count beside words
TRIAL_ROWS = 15_000  # rows on which both are tried
NEIGHBOURS, REFERENCES = 30, 5_000  # vectors asked, and drawn once to ask from: keeps the cost linear
CHUNK = 5_000  # rows compared with the references at once
TOLERANCE = 5e-4  # a fitter regression costs twice as much and orders the labels no better
EDGE = 1e-3  # no probability is nearer to 0 or 1 than this
# Scripts written without spaces (Thai, kana, Han) are read character by character, all others word by word.
_UNSPACED = r"\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
_TOKEN = re.compile(rf"[{_UNSPACED}]|[^\W{_UNSPACED}]+")
STEM = 5


@dataclass(frozen=True)
class Features:
    """What is read of each ticket: TF-IDF rows of unit length, names of their columns, nearness to landmarks, types,
    unit vectors or None.
    """

    words: sp.csr_matrix
    names: NDArray[np.object_]
    near: sp.csr_matrix
    kinds: sp.csr_matrix
    vectors: NDArray[np.float32] | None


@dataclass(frozen=True)
class Scored:
    """Out-of-fold probabilities, and the mean weight of each word in the models that gave them."""

    probability: Floats
    coefficients: Floats


def features(texts: Sequence[str], types: Ints, max_terms: int, encode: Encoder | None, seed: int) -> Features:
    """Turn texts and type numbers (-1 = not known) into features; equal texts are read once.

    Raises ValueError if the encoder returns anything but one vector per text.
    """
    first: dict[str, int] = {}
    where = np.array([first.setdefault(text, len(first)) for text in texts])
    distinct = list(first)
    words, names = _tfidf(distinct, max_terms)
    kinds = sp.csr_matrix((np.ones(len(types), np.float32), (np.arange(len(types)), types + 1)))
    vectors = None if encode is None else _unit(encode(distinct), len(distinct))[where]
    return Features(words[where], names, nearness(words, seed)[where], kinds, vectors)


def terms(text: str) -> list[str]:
    """Return what is counted of a text: words, word pairs, and the first letters of long words (`refun*`).

    The beginnings make up for inflection and misspelling at a fraction of the cost of character n-grams.
    """
    words = _TOKEN.findall(text.casefold())
    pairs = [f"{one} {two}" for one, two in pairwise(words)]
    return words + pairs + [f"{word[:STEM]}*" for word in words if len(word) > STEM]


def _tfidf(texts: list[str], max_terms: int) -> tuple[sp.csr_matrix, NDArray[np.object_]]:
    for least in (2, 1):  # where no word occurs twice, rare words are all there is
        vectorizer = TfidfVectorizer(
            analyzer=terms, min_df=least, max_features=max_terms, sublinear_tf=True, dtype=np.float32
        )
        try:
            return vectorizer.fit_transform(texts), vectorizer.get_feature_names_out()
        except ValueError:
            continue
    return sp.csr_matrix((len(texts), 0), dtype=np.float32), np.array([], dtype=object)


def _unit(vectors: ArrayLike, count: int) -> NDArray[np.float32]:
    array = np.nan_to_num(np.asarray(vectors, dtype=np.float32))
    if array.ndim != 2 or len(array) != count:
        raise ValueError(f"encode() must return one vector per text: wanted ({count}, n), got {array.shape}")
    return np.asarray(array / np.maximum(np.linalg.norm(array, axis=1, keepdims=True), 1e-9), dtype=np.float32)


def fold_numbers(groups: Ints, folds: int, seed: int) -> Ints:
    """Return the fold of each row; rows of a group share it, and folds get groups of like sizes."""
    _, where, sizes = np.unique(groups, return_inverse=True, return_counts=True)
    shuffled = np.random.default_rng(seed).permutation(len(sizes))
    order = shuffled[np.argsort(-sizes[shuffled], kind="stable")]
    fold = np.empty(len(sizes), dtype=np.int64)
    fold[order] = np.arange(len(sizes)) % folds
    return np.asarray(fold[where], dtype=np.int64)


def out_of_fold(data: Features, label: Ints, groups: Ints, folds: int, seed: int) -> Scored:
    """Score every row by models trained on other groups; `label` is 1 for escalated, 0 for resolved."""
    table, strength = _best_table(data, label, fold_numbers(groups, 3, seed), seed)
    columns: list[Floats] = []
    weights = np.zeros(table.shape[1])
    repeats = REPEATS if len(label) < PLENTY else 1
    for repeat in range(repeats):
        fold = fold_numbers(groups, folds, seed + repeat)
        probability, weight = _cross(table, label, fold, strength)
        weights += weight / repeats
        parts = [probability]
        if data.vectors is not None:
            parts += [_cross(data.vectors, label, fold, 1.0)[0], _vote(data.vectors, label, fold, seed)]
        columns.append(_blend(parts, label))
    mean = np.mean(columns, axis=0)
    return Scored(_blend([mean], label), weights[: data.words.shape[1]])


def informative(probability: Floats, label: Ints) -> bool:
    """Say whether probabilities order the labels better than chance: AUROC over 0.5 by 0.02 and by 3 standard errors.

    The standard error is that of no relation at all (Hanley and McNeil 1982).
    """
    ones = int(label.sum())
    error = np.sqrt((len(label) + 1) / (12 * ones * (len(label) - ones)))
    return bool(roc_auc_score(label, probability) > 0.5 + max(0.02, 3 * error))


def _regression(rows: Any, label: Ints, strength: float) -> LogisticRegression | None:
    """Fit a regression, or return None if the rows show one label only."""
    return _fitted(LogisticRegression(C=strength, max_iter=300, tol=TOLERANCE), rows, label)


def _fitted(model: LogisticRegression, rows: Any, label: Ints) -> LogisticRegression | None:
    if label.min() == label.max():
        return None
    with warnings.catch_warnings():  # a regression stopped after 300 steps is good enough to be scored out of fold
        warnings.simplefilter("ignore", ConvergenceWarning)
        return model.fit(rows, label)


def _cross(rows: Any, label: Ints, fold: Ints, strength: float) -> tuple[Floats, Floats]:
    """Return each row's probability by the models of the other folds, and the mean coefficients."""
    probability, weights = np.full(len(label), label.mean()), np.zeros(rows.shape[1])
    for test in _parts(fold):
        model = _regression(rows[~test], label[~test], strength)
        if model is not None:
            probability[test] = model.predict_proba(rows[test])[:, 1]
            weights += model.coef_[0] / (fold.max() + 1)
    return np.clip(probability, EDGE, 1 - EDGE), weights


def _parts(fold: Ints) -> Iterator[NDArray[np.bool_]]:
    return (fold == number for number in np.unique(fold))


def _best_table(data: Features, label: Ints, fold: Ints, seed: int) -> tuple[sp.csr_matrix, float]:
    """Return the columns to learn from and the regularisation, by what predicts held-out labels best (log-loss)."""
    trial = data
    if len(label) > TRIAL_ROWS:
        rows = np.sort(np.random.default_rng(seed).choice(len(label), TRIAL_ROWS, replace=False))
        trial = replace(data, words=data.words[rows], near=data.near[rows], kinds=data.kinds[rows])
        label, fold = label[rows], fold[rows]
    best, chosen, strength = np.inf, NEARNESS[0], STRENGTHS[0]
    for scale in NEARNESS:
        loss, found = _best_strength(_table(trial, scale), label, fold)
        if loss < best:
            best, chosen, strength = loss, scale, found
    return _table(data, chosen), strength


def _table(data: Features, scale: float) -> sp.csr_matrix:
    return sp.hstack([data.words, data.near * scale, data.kinds]).tocsr()


def _best_strength(rows: Any, label: Ints, fold: Ints) -> tuple[float, float]:
    """Return the least log-loss and the regularisation that has it: the first that no further one beats.

    Each fold's model starts from its own result for the strength before, which saves most of the steps.
    """
    parts = [(rows[~test], label[~test], test, rows[test]) for test in _parts(fold)]
    models = [LogisticRegression(max_iter=300, tol=TOLERANCE, warm_start=True) for _ in parts]
    best, least = STRENGTHS[0], np.inf
    for strength in STRENGTHS:
        probability = np.full(len(label), label.mean())
        for model, (seen, given, test, unseen) in zip(models, parts, strict=True):
            if _fitted(model.set_params(C=strength), seen, given) is not None:
                probability[test] = model.predict_proba(unseen)[:, 1]
        loss = log_loss(label, np.clip(probability, EDGE, 1 - EDGE), labels=[0, 1])
        if loss >= least:
            break
        best, least = strength, loss
    return float(least), best


def _vote(vectors: NDArray[np.float32], label: Ints, fold: Ints, seed: int) -> Floats:
    """Return the share of escalated labels among the nearest references of other folds."""
    rng = np.random.default_rng(seed)
    chosen = np.sort(rng.choice(len(label), min(REFERENCES, len(label)), replace=False))
    votes = np.empty(len(label))
    count = min(NEIGHBOURS, len(chosen) - 1)
    for start in range(0, len(label), CHUNK):
        part = slice(start, start + CHUNK)
        near = vectors[part] @ vectors[chosen].T
        near[fold[part][:, None] == fold[chosen][None, :]] = -2.0  # below any cosine: never asked
        nearest = np.argpartition(-near, count, axis=1)[:, :count]
        weight = np.exp(5 * (np.take_along_axis(near, nearest, axis=1) - 1))
        votes[part] = ((weight * label[chosen][nearest]).sum(axis=1) + label.mean()) / (weight.sum(axis=1) + 1)
    return np.clip(votes, EDGE, 1 - EDGE)


def _blend(parts: Sequence[Floats], label: Ints) -> Floats:
    """Weigh several probabilities into one that is calibrated on the given labels (Platt scaling of their log-odds).

    Where nothing is learnt, the mean of the other folds runs against the mean of the scored one. A scale turned round
    would take that for knowledge, so parts that run against the labels are left out.
    """
    odds = [part for part in map(logit, parts) if part[label == 1].mean() > part[label == 0].mean()]
    if not odds:
        return np.full(len(label), label.mean())
    table = np.column_stack(odds)
    model = LogisticRegression(C=100.0).fit(table, label)
    return np.asarray(np.clip(model.predict_proba(table)[:, 1], EDGE, 1 - EDGE), dtype=np.float64)
