"""What `pull` prints at its end."""

from __future__ import annotations

import json

import pytest

from clonedesk_connectors.cli.pull import _print
from clonedesk_connectors.sync import RunReport, Status


def test_ids_that_were_left_unprobed_are_told_in_text_and_json(capsys: pytest.CaptureFixture[str]) -> None:
    report = RunReport("freshdesk", "acme", Status.INCOMPLETE, unresolved_gaps=41_000)
    _print(report, as_json=False)
    _print(report, as_json=True)
    *text, machine = capsys.readouterr().out.splitlines()
    assert text[0] == "freshdesk acme: incomplete"
    assert text[-1] == "unresolved gaps 41,000 (see: ticket ids that no list showed; the next runs ask for them)"
    assert json.loads(machine)["unresolved_gaps"] == 41_000
