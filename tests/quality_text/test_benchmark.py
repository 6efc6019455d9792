from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from sklearn.metrics import log_loss

from clonedesk_connectors.quality.textmodel import score

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT.parent / "shared" / "data"


@pytest.fixture(scope="module")
def bench() -> ModuleType:
    spec = importlib.util.spec_from_file_location("labels_benchmark", ROOT / "benchmarks" / "labels.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_missing_texts_are_said_and_end_with_2(bench, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["labels.py", "--data", str(tmp_path)])
    assert bench.main() == 2
    assert capsys.readouterr().err.startswith("No texts here: give by --data the folder of clinc150_intents.csv")


def test_precision_is_counted_from_the_most_suspicious(bench):
    wrong = np.arange(1000) < 50
    auroc, ap, at_100, at_500, at_wrong = bench.measures(wrong, 1.0 - np.arange(1000) / 1000)
    assert (auroc, ap, at_100, at_500, at_wrong) == (1.0, 1.0, 0.5, 0.1, 1.0)


HERE = pytest.mark.skipif(not DATA.is_dir(), reason="the public texts are not beside the checkout (../shared/data)")


@HERE
def test_neighbourhoods_of_real_texts_tell_what_single_words_do_not(bench, monkeypatch):
    desk = bench.open_desk(bench.read_corpus(DATA), "symmetric", 100)
    drawn = np.random.default_rng(0).choice(len(desk.texts), 6_000, replace=False)
    texts, label, truth = [desk.texts[i] for i in drawn], desk.given[drawn], desk.truth[drawn]
    data = score.features(texts, np.full(6_000, -1), 200_000, None, 0)
    loss = {}
    for scales in ((0.0,), score.NEARNESS):
        monkeypatch.setattr(score, "NEARNESS", scales)
        probability = score.out_of_fold(data, label, np.arange(6_000), 5, seed=0).probability
        loss[scales] = log_loss(truth, probability)
    words, with_landmarks = loss.values()
    assert with_landmarks < words - 0.003


@HERE
def test_each_kind_of_noise_is_what_it_says(bench):
    corpus = bench.read_corpus(DATA)
    desks = {kind: bench.open_desk(corpus, kind, 100) for kind in bench.NOISE}
    assert desks["symmetric"].wrong.mean() == pytest.approx(0.10, abs=0.01)
    lost = desks["optimistic"]
    assert lost.wrong[lost.truth == 0].sum() == 0
    assert lost.wrong[lost.truth == 1].mean() == pytest.approx(0.20, abs=0.01)
    assert len(set(desks["labellers"].agents[desks["labellers"].wrong])) == 3
    copies = desks["duplicates"]
    assert copies.wrong[: len(lost.texts)].mean() < 0.02
    assert copies.wrong[len(lost.texts) :].mean() == pytest.approx(0.25, abs=0.03)
    assert desks["mixed"].wrong.mean() == pytest.approx(0.10, abs=0.03)
    assert not set(lost.test_texts) <= set(lost.texts)
