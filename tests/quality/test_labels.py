"""Labels: collected from tags, fields, vendor outcomes and files, with who wrote them and when."""

from __future__ import annotations

import json

import pytest

from clonedesk_connectors.errors import ConfigError
from clonedesk_connectors.model import VendorLabel
from clonedesk_connectors.protocol import AccountConfig
from clonedesk_connectors.quality.label_import import read_labels
from clonedesk_connectors.quality.labels import LabelReader, LabelSource, LabelValue
from tests.quality.build import CONFIG, Story, run, when

READER = LabelReader(CONFIG)


def read(story: Story):
    return READER.read(story.facts())


def test_a_tag_carries_who_set_it_when_and_by_what():
    label = read(Story().label("5m", "resolved_ai", by="human:bo", cause="bulk")).current[0]
    assert (label.value, label.source, label.name, label.raw) == ("resolved_ai", "tag", "ai_resolved", "ai_resolved")
    assert (label.set_at, label.set_by.id, label.event, label.cause.kind) == (when("5m"), "bo", "e0", "bulk")


def test_a_tag_that_no_event_explains_takes_the_vendors_word_or_nothing():
    story = Story(tags=("AI_Escalated",))
    label = read(story).current[0]
    assert (label.value, label.set_at, label.set_by) == ("escalated", None, None)
    told = VendorLabel(name="tag:ai_escalated", value="escalated", set_at=when("9m"), set_by="human_agent:bo")
    label = read(Story(tags=("ai_escalated",), vendor_labels=(told,))).current[0]
    assert (label.set_at, label.set_by.kind, label.set_by.id) == (when("9m"), "human_agent", "bo")


def test_a_field_carries_its_change():
    labels = read(Story().field("7m", "Escalated", by="human:bo"))
    label = labels.current[0]
    assert (label.value, label.source, label.name, label.raw) == ("escalated", "field", "outcome", "Escalated")
    assert (label.set_at, label.event) == (when("7m"), "e0")
    assert [(change.old, change.new) for change in labels.changes] == [(None, "escalated")]


def test_a_field_value_without_a_meaning_is_no_label():
    assert read(Story(custom_fields={"outcome": "maybe", "other": "escalated"})).current == ()


def test_taking_a_label_away_is_a_change():
    story = Story().label("1m", "escalated")
    story.add("2m", type(story.events[0]), "human", removed=("ai_escalated",))
    story.tags = []
    labels = read(story)
    assert labels.current == ()
    assert [(change.old, change.new) for change in labels.changes] == [(None, "escalated"), ("escalated", None)]


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("confirmed_resolution", "resolved_ai"),
        ("assumed_resolution", "resolved_ai"),
        ("routed_to_team", "escalated"),
        ("escalated", "escalated"),
        ("procedure_handoff", "escalated"),
        ("abandoned", "abandoned"),
        ("negative_feedback", "unknown"),
        ("something new", "unknown"),
    ],
)
def test_intercoms_resolution_state_is_a_claim_of_the_vendor(word, value):
    labels = read(Story(vendor_labels=(VendorLabel(name="resolution_state", value=word),)))
    assert [(label.value, label.source, label.raw) for label in labels.current] == [(value, "vendor_outcome", word)]
    assert labels.values == frozenset({value} - {"unknown"})


def test_the_ai_agent_scope_claims_nothing_but_denies_an_escalation():
    labels = read(Story(support_scope="ai_agent"))
    assert (labels.value, labels.current[0].rules_out) == (None, "escalated")
    assert read(Story(support_scope="agent")).current == ()


def test_a_configuration_with_a_word_that_is_no_label_is_refused():
    with pytest.raises(ConfigError, match="tag 'done' is configured as label 'solved'"):
        LabelReader(AccountConfig(label_tags={"done": "solved"}))
    with pytest.raises(ConfigError, match="field 'x'"):
        LabelReader(AccountConfig(label_fields={"x": {"1": "nope"}}))


def test_labels_come_from_csv_with_setter_and_time(tmp_path):
    path = tmp_path / "labels.csv"
    path.write_text(
        "Ticket,label,set_at,set_by\nzendesk:acme:ticket:1,Escalated,2026-03-02T10:00:00Z,bo\n"
        "zendesk:acme:ticket:2,resolved_ai,1772445600,\n",
        encoding="utf-8",
    )
    got = read_labels(path)
    assert (got.rows, got.skipped, got.problems) == (2, 0, ())
    first = got.labels["zendesk:acme:ticket:1"][0]
    assert (first.value, first.source, first.name) == (LabelValue.ESCALATED, LabelSource.IMPORT, "labels.csv")
    assert (first.set_at, first.set_by.id) == (when("0m"), "bo")
    assert got.labels["zendesk:acme:ticket:2"][0].set_at == when("0m")


def test_labels_come_from_json_lines_and_conflicts_are_kept(tmp_path):
    path = tmp_path / "labels.jsonl"
    rows = [{"ticket": "zendesk:acme:ticket:1", "label": value} for value in ("escalated", "resolved_ai")]
    path.write_text("\n".join(json.dumps(row) for row in rows) + "\n\n", encoding="utf-8")
    got = read_labels(path)
    assert [label.value for label in got.labels["zendesk:acme:ticket:1"]] == ["escalated", "resolved_ai"]
    results = list(run(Story().customer("0m").ai("1m"), labels=got.labels).results())
    assert "L15" in {finding.rule for finding in results[0].findings}


def test_rows_that_cannot_be_used_become_sentences_without_their_content(tmp_path):
    path = tmp_path / "labels.jsonl"
    path.write_text(
        '{"ticket": "nonsense", "label": "escalated"}\nnot json\n[1]\n{"ticket": "a:b:ticket:1", "label": "secret"}\n'
        '{"ticket": "a:b:ticket:1", "label": "escalated", "set_at": "yesterday"}\n'
        '{"ticket": "a:b:ticket:2", "label": "escalated", "set_at": "' + "9" * 5000 + '"}\n',
        encoding="utf-8",
    )
    got = read_labels(path)
    assert (got.rows, got.skipped, len(got.labels)) == (6, 4, 2)
    assert got.problems[:5] == (
        "line 1: no ticket key like vendor:account:ticket:id; the row was not used",
        "line 2: no ticket key like vendor:account:ticket:id; the row was not used",
        "line 3: no ticket key like vendor:account:ticket:id; the row was not used",
        "line 4: no label that is known; the row was not used",
        "line 5: set_at is not a time; the label was used without it",
    )
    assert "secret" not in " ".join(got.problems)


def test_other_files_and_unreadable_ones_are_refused(tmp_path):
    with pytest.raises(ConfigError, match=r"not from \.xlsx"):
        read_labels(tmp_path / "labels.xlsx")
    with pytest.raises(ConfigError, match="FileNotFoundError"):
        read_labels(tmp_path / "labels.csv")
    (tmp_path / "bytes.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match="UnicodeDecodeError"):
        read_labels(tmp_path / "bytes.csv")


def test_labels_for_tickets_that_are_not_here_are_named():
    imported = {"zendesk:acme:ticket:99": READER.read(Story().label("1m", "escalated").facts()).current}
    report = run(Story().customer("0m"), labels=imported)
    assert report.unknown_labels == 1
    assert "1 imported labels belong to tickets that are not here: zendesk:acme:ticket:99." in report.notes
