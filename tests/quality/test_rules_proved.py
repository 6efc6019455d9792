"""Every rule is proved by at least one firing case, one near miss, one abstention and one property test.

What counts is read from the tests themselves: which rule a test asks about, and what it asserts of the answer.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from clonedesk_connectors.quality.rules import BUILT_IN

ASKING = ("found", "why_not")
NEEDED = {"fires", "near miss", "abstains", "property"}


def written() -> Iterator[ast.FunctionDef]:
    for path in sorted(Path(__file__).parent.glob("test_rules_*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_") and asserts(node):
                yield node


def asserts(test: ast.FunctionDef) -> bool:
    return any(isinstance(node, ast.Assert) for node in ast.walk(test))


def is_property(test: ast.FunctionDef) -> bool:
    return any(isinstance(one, ast.Call) and ast.unparse(one.func) == "given" for one in test.decorator_list)


def kinds(test: ast.FunctionDef, rule: str) -> set[str]:
    """What a test proves about a rule."""
    answers = [answer for node in ast.walk(test) for answer in said(node, rule)]
    if is_property(test):
        return {"property"} if answers else set()
    return set(answers) - {""}


def said(node: ast.AST, rule: str) -> Iterator[str]:
    """What one expression says: a comparison of an answer, or a bare question (an empty word: something is asked)."""
    if isinstance(node, ast.Compare):
        left, other = node.left, node.comparators[0]
        missing = isinstance(other, ast.Constant) and other.value is None
        if asks(left, "found", rule) and missing:
            yield "near miss" if isinstance(node.ops[0], ast.Is) else "fires"
        if isinstance(left, ast.Constant) and left.value == rule:
            yield "near miss" if isinstance(node.ops[0], ast.NotIn) else "fires"
        if asks(other, "why_not", rule) or (asks(left, "why_not", rule) and not isinstance(node.ops[0], ast.Is)):
            yield "abstains"
    elif isinstance(node, ast.Assign | ast.Attribute) and asks(node.value, "found", rule):
        yield "fires"  # what is done with it afterwards fails on None
    elif any(asks(node, name, rule) for name in ASKING):
        yield ""


def asks(node: ast.AST, name: str, rule: str) -> bool:
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name and node.args):
        return False
    asked = node.args[0]
    return isinstance(asked, ast.Constant) and asked.value == rule


@pytest.mark.parametrize("rule", [one.id for one in BUILT_IN])
def test_a_rule_has_a_case_a_near_miss_an_abstention_and_a_property(rule: str) -> None:
    proved = {kind for test in written() for kind in kinds(test, rule)}
    assert NEEDED - proved == set()


def test_a_test_that_only_asks_proves_nothing() -> None:
    (bare,) = ast.parse("def test_it():\n    found('L01', story)\n    assert 1").body
    (miss,) = ast.parse("def test_it():\n    assert found('L01', story) is None").body
    (case,) = ast.parse("def test_it():\n    finding = found('L01', story)\n    assert finding.evidence").body
    (mute,) = ast.parse("@given(n=n)\ndef test_it(n):\n    assert found('L01', story(n)) is None").body
    assert [kinds(one, "L01") for one in (bare, miss, case, mute)] == [set(), {"near miss"}, {"fires"}, {"property"}]
    assert kinds(miss, "L02") == set()
