"""The registry: thirty rules, their pages, and rules of other distributions."""

from __future__ import annotations

import re
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from clonedesk_connectors.errors import PluginError
from clonedesk_connectors.quality import rules
from clonedesk_connectors.quality.findings import Severity, Verdict
from clonedesk_connectors.quality.rules import BUILT_IN, Found, all_rules, rule
from tests.quality.build import found, resolved

PAGES = Path(__file__).parents[2] / "docs" / "labels"


@rule("X01", "Everything is odd")
def odd(case):
    """Fires always."""
    return Found(Verdict.WEAKENS, Severity.LOW, "This is odd.", ())


pair = (odd, rule("X02", "Nothing is odd")(lambda case: None))
broken = 7
clash = rule("L01", "Mine")(lambda case: None)


def offer(monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    points = [EntryPoint(name, f"tests.quality.test_rules_registry:{name}", rules.GROUP) for name in names]
    monkeypatch.setattr(rules, "entry_points", lambda group: points)


def test_the_rules_are_l01_to_l30_in_order_of_the_handbook():
    assert sorted(one.id for one in BUILT_IN) == [f"L{number:02d}" for number in range(1, 31)]


@pytest.mark.parametrize("one", BUILT_IN, ids=lambda one: one.id)
def test_every_rule_has_a_page_with_all_it_needs(one):
    page = (PAGES / f"{one.id}.md").read_text(encoding="utf-8")
    assert page.startswith(f"# {one.id}: {one.title}\n")
    headings = re.findall(r"^## (.+)$", page, re.MULTILINE)
    assert headings == ["Definition", "Example", "Evidence", "When it abstains"]
    assert f"[{one.id}]({one.id}.md)" in (PAGES / "index.md").read_text(encoding="utf-8")


def test_rules_of_other_distributions_join_ours(monkeypatch):
    offer(monkeypatch, "odd")
    assert [one.id for one in all_rules()][-1] == "X01"
    finding = found("X01", resolved(), rules=all_rules())
    assert (finding.rule, finding.version, finding.explanation) == ("X01", 1, "This is odd.")


def test_an_entry_point_may_give_several_rules(monkeypatch):
    offer(monkeypatch, "pair")
    assert [one.id for one in all_rules()][-2:] == ["X01", "X02"]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("broken", "does not give label rules"),
        ("missing", r"cannot be loaded \(AttributeError\)"),
        ("clash", "there is one with that id already"),
    ],
)
def test_a_broken_plugin_is_one_clear_error_that_names_it(monkeypatch, name, message):
    offer(monkeypatch, name)
    with pytest.raises(PluginError, match=f"entry point '{name}' of distribution 'unknown distribution'.*{message}"):
        all_rules()


def test_the_example_of_the_handbook_is_a_working_rule():
    page = (PAGES / "index.md").read_text(encoding="utf-8")
    names: dict[str, object] = {}
    exec(page.split("```python\n")[2].split("```")[0], names)
    finding = found("ACME1", resolved().ai("20m", "You get a refund"), rules=(names["refund_promised"],))
    assert finding.evidence[0].event == "e4"
