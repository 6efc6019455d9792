"""The labelled edit pairs: how often the matcher says what a person said. Figures are explained in docs/matcher.md."""

import json
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from clonedesk_connectors.review.matcher import MatchResult, compare
from clonedesk_connectors.text.replies import strip_html_reply

PAIRS = Path(__file__).parents[1] / "data" / "edit_pairs"
APPROVED = {"approved_verbatim", "approved_formatting"}
APPROVED_CLASSES = {"verbatim", "formatting"}


@cache
def judged(split: str) -> list[tuple[dict[str, Any], MatchResult]]:
    rows = [json.loads(line) for line in (PAIRS / f"{split}.jsonl").read_text(encoding="utf-8").splitlines()]
    return [(row, compare(row["draft"], final_text(row))) for row in rows]


def final_text(row: dict[str, Any]) -> str:
    return strip_html_reply(row["final"]).text if row["final_format"] == "html" else str(row["final"])


def ratio(part: int, whole: int) -> float:
    return part / whole if whole else 1.0


@pytest.mark.parametrize("split", ["dev", "held"])
def test_approved_replies_are_told_from_all_others(split: str) -> None:
    said = {row["id"] for row, found in judged(split) if found.outcome in APPROVED}
    true = {row["id"] for row, _ in judged(split) if row["class"] in APPROVED_CLASSES}
    precision, recall = ratio(len(said & true), len(said)), ratio(len(said & true), len(true))
    print(f"\n{split} approved: precision {precision:.3f} recall {recall:.3f} of {len(true)}")
    assert precision >= 0.97, sorted(said - true)
    assert recall >= 0.97, sorted(true - said)


@pytest.mark.parametrize("split", ["dev", "held"])
def test_each_class_gets_an_outcome_a_person_would_accept(split: str) -> None:
    seen: Counter[str] = Counter()
    right: Counter[str] = Counter()
    wrong: list[tuple[str, str]] = []
    for row, found in judged(split):
        seen[row["class"]] += 1
        if found.outcome in row["expected"]:
            right[row["class"]] += 1
        else:
            wrong.append((row["id"], found.outcome.value))
    for name, count in sorted(seen.items()):
        print(f"\n{split} {name}: {right[name]}/{count}", end="")
    assert ratio(right.total(), seen.total()) >= 0.97, wrong


@pytest.mark.parametrize("split", ["dev", "held"])
def test_critical_changes_are_flagged(split: str) -> None:
    critical = [(row, found) for row, found in judged(split) if row["class"] == "critical"]
    missed = [row["id"] for row, found in critical if not found.critical_change]
    light = [(row, found) for row, found in judged(split) if found.outcome == "light_edit" and found.critical_change]
    false = [row["id"] for row, _ in light if not row["critical"]]
    print(f"\n{split} critical: missed {len(missed)} of {len(critical)}, false {len(false)} of {len(light)}")
    assert ratio(len(critical) - len(missed), len(critical)) >= 0.97, missed
    assert ratio(len(light) - len(false), len(light)) >= 0.95, false


@pytest.mark.parametrize("split", ["dev", "held"])
def test_an_unrelated_reply_is_never_approved(split: str) -> None:
    unrelated = [found.outcome.value for row, found in judged(split) if row["class"] == "unrelated"]
    assert len(unrelated) >= 15
    assert not APPROVED & set(unrelated)


def test_the_set_is_plain_varied_and_split_by_draft() -> None:
    dev, held = ({row["draft"] for row, _ in judged(split)} for split in ("dev", "held"))
    rows = [row for split in ("dev", "held") for row, _ in judged(split)]
    assert not dev & held
    assert len(rows) >= 300
    assert len({row["id"] for row in rows}) == len(rows)
    assert {"en", "de", "fr", "es", "pt", "it", "nl", "pl", "ja"} == {row["language"] for row in rows}
    assert min(Counter(row["class"] for row in rows).values()) >= 20
