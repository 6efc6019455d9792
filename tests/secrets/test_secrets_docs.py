"""What the pages about credentials and security say is so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from clonedesk_connectors.protocol import Account, registry
from clonedesk_connectors.settings import read_profiles

ROOT = Path(__file__).parents[2]


def page(name: str) -> str:
    return (ROOT / "docs" / f"{name}.md").read_text("utf-8")


def test_every_attack_names_tests_that_exist() -> None:
    rows = [line for line in page("security").splitlines() if line.startswith("| ") and "::" in line]
    named = re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", "\n".join(rows))
    assert len(rows) >= 15
    assert len(named) >= len(rows)
    missing = [
        f"{path}::{name}"
        for path, name in named
        if not (ROOT / path).exists() or f"def {name}(" not in (ROOT / path).read_text("utf-8")
    ]
    assert missing == []


@pytest.mark.parametrize("vendor", ["zendesk", "intercom", "freshdesk"])
def test_every_field_of_every_form_is_documented(vendor: str) -> None:
    connector = registry.load(Account(vendor=vendor, name="acme"))
    table = page("credentials").partition("| vendor | fields |")[2].partition("##")[0]
    fields = [field for form in connector.credential_forms for field in form.fields]
    assert [field for field in fields if f"`{field}`" not in table] == []


def test_the_example_of_the_profiles_page_is_read(tmp_path: Path) -> None:
    example = page("profiles").partition("```toml\n")[2].partition("```")[0]
    path = tmp_path / "clonedesk.toml"
    path.write_text(example.replace("# region", "region").replace("# base_url", "base_url"), "utf-8")
    profile = read_profiles(path).by_name["acme"]
    assert profile.model_fields_set == {
        "vendor",
        "account",
        "store",
        "budget_share",
        "credentials",
        "region",
        "base_url",
        "options",
        "config",
    }
    said = profile.config.model_fields_set | {"human_users"}
    assert said == set(type(profile.config).model_fields)
