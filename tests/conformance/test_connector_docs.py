"""docs/connectors.md: its tables are what the code says, and its example works."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from clonedesk_connectors.testing import matrix

PAGE = Path(__file__).parents[2] / "docs" / "connectors.md"


def test_the_generated_tables_are_current() -> None:
    """If not: python -m clonedesk_connectors.testing.matrix docs/connectors.md"""
    text = PAGE.read_text("utf-8")
    assert matrix.filled(text) == text


def test_the_matrix_has_a_column_for_each_bundled_connector() -> None:
    (heading,) = re.findall(r"<!-- generated: capabilities -->\n(.*)\n", PAGE.read_text("utf-8"))
    assert [cell.strip() for cell in heading.split("|")[1:-1]] == ["", "freshdesk", "intercom", "jsonl", "zendesk"]


def test_the_command_rewrites_a_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = tmp_path / "page.md"
    page.write_text("<!-- generated: capabilities -->\nOLD<!-- end -->\n<!-- generated: checks -->\nOLD<!-- end -->\n")
    monkeypatch.setattr(sys, "argv", ["matrix", str(page)])
    matrix.main()
    assert "OLD" not in page.read_text("utf-8")
    assert "| `the_plan_survives_json` | Every request, response and page is" in page.read_text("utf-8")


def test_a_page_without_a_place_for_the_tables_is_an_error() -> None:
    with pytest.raises(ValueError, match="no place for the section 'capabilities'"):
        matrix.filled("# Nothing here")
