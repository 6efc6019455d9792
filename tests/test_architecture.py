"""The shape of the code base, as far as import-linter (pyproject.toml) does not see it."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SRC = ROOT / "src" / "clonedesk_connectors"
FILES = sorted(SRC.rglob("*.py"))
VENDORS = sorted(path for path in (SRC / "vendors").iterdir() if (path / "__init__.py").exists())
HTTP_VENDORS = [path for path in VENDORS if path.name != "jsonl"]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(SRC)))
def test_no_file_is_longer_than_400_lines_and_no_function_than_60(path: Path) -> None:
    text = path.read_text("utf-8")
    assert text.count("\n") <= 400
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert (node.end_lineno or 0) - node.lineno < 60, node.name


@pytest.mark.parametrize("path", HTTP_VENDORS, ids=lambda path: path.name)
def test_vendor_folders_hold_the_same_files(path: Path) -> None:
    assert {"__init__.py", "streams.py", "mapping.py", "normalize.py", "QUIRKS.md"} <= {
        file.name for file in path.iterdir()
    }


def test_every_vendor_has_a_page_with_the_same_headings() -> None:
    wanted = ["What you get", "Set up", "Scopes needed", "Rate limits", "What is missing", "Quirks", "Mapping tables"]
    wanted.append("How it was recorded")
    for path in HTTP_VENDORS:
        page = (ROOT / "docs" / f"{path.name}.md").read_text("utf-8")
        assert [line[3:].strip() for line in page.splitlines() if line.startswith("## ")] == wanted, path


def test_every_public_module_and_class_says_what_it_is_for() -> None:
    missing = []
    for path in FILES:
        tree = ast.parse(path.read_text("utf-8"))
        if tree.body and not ast.get_docstring(tree):
            missing.append(str(path.relative_to(SRC)))
    assert missing == []


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode != 0:
        pytest.skip("not a git checkout")
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def test_nothing_names_a_package_registry_or_a_home_folder() -> None:
    names = ("pypi" + r"\.org", "pythonhosted" + r"\.org", "npmjs" + r"\.(?:org|com)", "deb" + r"\.debian\.org")
    hosts = re.compile("|".join(names))
    home = re.compile("/" + "(?:root|home/[a-z]+|work/main)/")
    found = []
    for path in tracked():
        try:
            text = path.read_text("utf-8")
        except UnicodeDecodeError:
            continue
        if hosts.search(text) or home.search(text):
            found.append(str(path.relative_to(ROOT)))
    assert found == []


def test_the_library_does_not_know_the_reference_material() -> None:
    assert [str(path) for path in FILES if re.search(r"\.\./shared|vendors/data", path.read_text("utf-8"))] == []
