"""Labels from a file: CSV with a header, or one JSON object per line.

Columns: `ticket` (the key `vendor:account:ticket:id`) and `label` are needed; `set_at` (ISO 8601 or unix seconds),
`set_by` (a name or id) and `name` (which list or tool it comes from) may be there.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from clonedesk_connectors.errors import ConfigError
from clonedesk_connectors.model import Actor, ActorKind, Key
from clonedesk_connectors.quality.labels import EscalationLabel, Given, LabelSource, LabelValue
from clonedesk_connectors.text.times import parse_time

MAX_PROBLEMS = 100
_WORDS = {value.value: value for value in LabelValue}


class LabelImport(NamedTuple):
    """What a file gave. problems: one sentence per row that could not be used (at most 100), with its line number.

    skipped: how many rows those were in all. Two rows that claim different things about one ticket are both kept: the
    conflict is a finding (L15).
    """

    labels: Given
    rows: int
    skipped: int
    problems: tuple[str, ...]


def read_labels(path: Path) -> LabelImport:
    """Read a `.csv`, `.jsonl` or `.ndjson` file. Raises ConfigError for another kind of file or an unreadable one."""
    kind = path.suffix.lower()
    if kind not in (".csv", ".jsonl", ".ndjson"):
        raise ConfigError(
            f"labels are read from .csv, .jsonl or .ndjson files, not from {kind or 'a file without ending'}"
        )
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            return collect(csv_rows(lines) if kind == ".csv" else json_rows(lines), name=path.name)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ConfigError(f"the label file {path.name} cannot be read ({type(error).__name__})") from error


def csv_rows(lines: Iterable[str]) -> Iterator[tuple[int, dict[str, object]]]:
    """Rows with their line number; header names compare lower-case."""
    reader = csv.DictReader(lines, strict=True)
    for row in reader:
        yield reader.line_num, {str(name).strip().lower(): value for name, value in row.items()}


def json_rows(lines: Iterable[str]) -> Iterator[tuple[int, dict[str, object]]]:
    """Objects with their line number; a line that is no JSON object comes as an empty row."""
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                row = json.loads(line)
            except ValueError:
                row = None
            yield number, row if isinstance(row, dict) else {}


def collect(rows: Iterable[tuple[int, dict[str, object]]], name: str) -> LabelImport:
    """Turn rows into labels. Nothing raises: a row that cannot be used becomes a sentence."""
    found: dict[str, list[EscalationLabel]] = {}
    problems: list[str] = []
    total = skipped = 0
    for number, row in rows:
        total += 1
        key, label = _key(row.get("ticket")), _WORDS.get(str(row.get("label") or "").strip().lower())
        if key is None or label is None:
            skipped += 1
            if len(problems) < MAX_PROBLEMS:
                what = "no ticket key like vendor:account:ticket:id" if key is None else "no label that is known"
                problems.append(f"line {number}: {what}; the row was not used")
            continue
        when = _time(row.get("set_at"))
        if when is None and row.get("set_at") not in (None, "") and len(problems) < MAX_PROBLEMS:
            problems.append(f"line {number}: set_at is not a time; the label was used without it")
        by = str(row.get("set_by") or "").strip()
        actor = Actor(kind=ActorKind.UNKNOWN, id=by) if by else None
        where = str(row.get("name") or name)
        made = EscalationLabel(label, LabelSource.IMPORT, where, label.value, when, actor)
        found.setdefault(key, []).append(made)
    return LabelImport({k: tuple(v) for k, v in found.items()}, total, skipped, tuple(problems))


def _key(value: object) -> str | None:
    try:
        key = Key.parse(str(value or "").strip())
    except ValueError:
        return None
    return str(key) if all(key) else None


def _time(value: object) -> datetime | None:
    if isinstance(value, str) and len(value) < 16 and value.strip().isdecimal():
        return parse_time(int(value))
    return parse_time(value.strip() if isinstance(value, str) else value)
