"""The table [review] of `clonedesk.toml`: what a queue is opened with."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from pathlib import Path

import pytest

from clonedesk_connectors.errors import ConfigError
from clonedesk_connectors.review.configured import configured, open_queue
from clonedesk_connectors.review.matcher import MatchSettings
from clonedesk_connectors.review.router import Router, Rule
from clonedesk_connectors.review.settings import ReviewSettings
from clonedesk_connectors.review.states import State
from clonedesk_connectors.settings import Profiles, read_profiles, resolve
from tests.review.build import make_draft

FULL = """
[accounts.acme]
vendor = "zendesk"

[review]
lease_s = 300
undo_s = 0
double_review_rate = 1
agreement = 0.8
bulk_limit = 5
rubber_stamp_s = 2.5
tiers = ["gold", "silver"]
late_days = 3
audit_sample = 0.1

[review.match]
light_edit = 0.95
split_window = 120

[[review.rules]]
type = "billing"
tier = "gold"
lo = 0.55
hi = 0.8
reviews_required = 2

[[review.rules]]
lo = 0.2
hi = 0.9
"""


def written(tmp_path: Path, text: str) -> Profiles:
    path = tmp_path / "clonedesk.toml"
    path.write_text(text)
    return read_profiles(path)


def test_a_full_table_is_read(tmp_path: Path) -> None:
    settings, router = configured(written(tmp_path, FULL))
    assert settings == ReviewSettings(
        lease_s=300,
        undo_s=0,
        double_review_rate=1.0,
        agreement=0.8,
        bulk_limit=5,
        rubber_stamp_s=2.5,
        tiers=("gold", "silver"),
        late_days=3,
        match=MatchSettings(light_edit=0.95, split_window=timedelta(seconds=120)),
    )
    assert router.audit_sample == 0.1
    assert list(router.rules) == [
        Rule(lo=0.55, hi=0.8, type="billing", tier="gold", reviews_required=2),
        Rule(lo=0.2, hi=0.9),
    ]


def test_without_the_table_everything_is_as_in_code(tmp_path: Path) -> None:
    for profiles in (Profiles(), written(tmp_path, '[accounts.acme]\nvendor = "zendesk"\n'), written(tmp_path, "")):
        assert configured(profiles) == (ReviewSettings(), Router())


def test_every_simple_setting_of_the_code_can_be_set(tmp_path: Path) -> None:
    """A setting that is added later must not be forgotten here: numbers are taken from the defaults themselves."""
    for field in dataclasses.fields(ReviewSettings):
        if field.name not in ("tiers", "match"):
            profiles = written(tmp_path, f"[review]\n{field.name} = {str(field.default).lower()}\n")
            assert configured(profiles)[0] == ReviewSettings()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("undo_s = -1", "review.undo_s: Input should be greater than or equal to 0"),
        ('undo_s = "private words"', "review.undo_s: Input should be a valid integer"),
        ("undo_s = true", "review.undo_s: Input should be a valid integer"),
        ("double_review_rate = 2", "review.double_review_rate: Input should be less than or equal to 1"),
        ("audit_sample = 5", "review.audit_sample: Input should be less than or equal to 1"),
        ("undo_seconds = 5", "review.undo_seconds: Unexpected keyword argument"),
        ("[review.match]\nlight = 0.5", "review.match.light: Unexpected keyword argument"),
        ("[review.match]\nedited = 0.95", "review.match: it must hold that uncertain <= edited <= light_edit"),
        ("[[review.rules]]\nlo = 0.5", "review.rules.0.hi: Field required"),
        ("[[review.rules]]\nlo = 0.9\nhi = 0.1", "review.rules: a routing rule needs 0 <= lo <= hi"),
        ("[[review.rules]]\nlo = 0.1\nhi = 0.9\nchannels = 1", "review.rules.0.channels: Unexpected keyword argument"),
        ('api_token = "private words"', "review.api_token looks like a secret"),
        ("[[review.rules]]\nlo = 0.1\nhi = 0.9\npassword = 1", "review.rules.password looks like a secret"),
    ],
)
def test_a_mistake_is_told_by_its_place_without_the_value(tmp_path: Path, text: str, told: str) -> None:
    head = "" if text.startswith("[[") else "[review]\n"
    with pytest.raises(ConfigError) as caught:
        configured(written(tmp_path, head + text))
    assert told in str(caught.value)
    assert "private words" not in str(caught.value)
    assert str(tmp_path) in str(caught.value)


def test_the_example_in_the_documentation_shows_the_defaults(tmp_path: Path) -> None:
    page = Path(__file__).parents[2] / "docs" / "review.md"
    text = page.read_text("utf-8").partition("```toml\n")[2].partition("```")[0]
    settings, router = configured(written(tmp_path, text))
    assert settings == ReviewSettings()
    assert router == Router([Rule(lo=0.55, hi=0.8, type="billing", reviews_required=2)])


@pytest.mark.parametrize("text", ["review = 3", "[[review]]\nundo_s = 1"])
def test_review_must_be_one_table(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigError, match=r"review must be a table, \[review\]"):
        written(tmp_path, text)


def test_a_queue_opened_with_the_file_routes_and_reviews_as_it_says(tmp_path: Path) -> None:
    profiles = written(tmp_path, FULL.replace("audit_sample = 0.1", "audit_sample = 0"))
    with open_queue(f"sqlite:///{tmp_path / 'archive.sqlite'}", profiles) as queue:
        inside = queue.submit(make_draft("1", confidence=0.6))
        outside = queue.submit(make_draft("2", confidence=0.5))
        assert (inside.state, inside.route_reason) == (
            State.AWAITING_REVIEW,
            "billing gold: 0.55–0.80, confidence 0.60",
        )
        assert (outside.state, outside.label) == (None, "escalate")
        assert queue.get(inside.draft_id).reviews_required == 2  # double_review_rate = 1


def test_the_table_of_doctor_shows_the_review_settings_with_their_file(tmp_path: Path) -> None:
    path = tmp_path / "clonedesk.toml"
    path.write_text('[accounts.acme]\nvendor = "zendesk"\n[review]\nundo_s = 5\ntiers = ["gold"]\n')
    rows = [row for row in resolve("acme", flags={}, config=path, variables={}).rows() if row[0].startswith("review.")]
    assert rows == [("review.undo_s", "5", str(path)), ("review.tiers", "gold", str(path))]
