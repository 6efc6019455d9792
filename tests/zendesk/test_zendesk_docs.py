"""The page of Zendesk says what the code does."""

from __future__ import annotations

import re
from pathlib import Path

from clonedesk_connectors.vendors.zendesk.mapping import STATUS
from tests.zendesk.helpers import ZENDESK

PAGE = (Path(__file__).parents[2] / "docs" / "zendesk.md").read_text()


def test_the_page_has_every_heading_of_a_vendor_page() -> None:
    assert re.findall(r"^## (.+)$", PAGE, re.MULTILINE) == [
        "What you get",
        "Set up",
        "Scopes needed",
        "Rate limits",
        "What is missing",
        "Quirks",
        "Mapping tables",
        "How it was recorded",
    ]


def test_the_page_shows_the_whole_status_table() -> None:
    section = PAGE.split("### Status")[1].split("###")[0]
    shown = dict(re.findall(r"^\| (\w+) \| `(\w+)` \|$", section, re.MULTILINE))
    assert shown == {word: status.value for word, status in STATUS}


def test_the_page_names_every_way_to_sign_in_and_its_secrets() -> None:
    for form in ZENDESK.credential_forms:
        assert f"| `{form.name}` | {', '.join(f'`{field}`' for field in form.fields)} |" in PAGE
