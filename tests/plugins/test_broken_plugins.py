"""A plugin that is broken in any way is named in one clear error, and nothing else suffers."""

from __future__ import annotations

import json

import pytest

from tests.plugins.conftest import Run

FAULTS = {
    "import": ("import no_such_module", "cannot be loaded (ModuleNotFoundError)"),
    "name": ("other = 1", "cannot be loaded (AttributeError)"),
    "exit": ("raise SystemExit(9)", "cannot be loaded (SystemExit)"),
    "factory": ("def connector(account): raise RuntimeError('secret words')", "cannot be loaded (RuntimeError)"),
    "shape": ("def connector(account): return object()", "is not a connector: a part of the protocol is missing"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_broken_plugin_is_named_with_its_distribution(fault: str, run: Run, distribution) -> None:
    source, what = FAULTS[fault]
    distribution("acme-plugin", "acme", source)
    done = run("clonedesk-sync", "pull", "acme", "--account", "demo")
    assert done.returncode == 2
    assert f"connector 'acme' of distribution 'acme-plugin' {what}; update or uninstall it" in done.stderr
    assert "Traceback" not in done.stderr
    assert "secret words" not in done.stdout + done.stderr


def test_a_broken_plugin_breaks_neither_help_nor_the_list_of_connectors(run: Run, distribution) -> None:
    distribution("acme-plugin", "acme", "raise SystemExit(9)")
    shown = run("clonedesk-sync", "--help")
    assert (shown.returncode, shown.stderr) == (0, "")
    listed = run("clonedesk-sync", "connectors", "--json")
    assert listed.returncode == 0
    states = {row["name"]: row["state"] for row in json.loads(listed.stdout)["connectors"]}
    assert states["zendesk"] == "ok"
    assert "acme-plugin" in states["acme"]


def test_a_plugin_cannot_take_the_name_of_a_bundled_connector(run: Run, distribution) -> None:
    distribution("aaa-plugin", "zendesk", "raise RuntimeError")
    listed = run("clonedesk-sync", "connectors", "--json")
    rows = [row for row in json.loads(listed.stdout)["connectors"] if row["name"] == "zendesk"]
    assert [(row["distribution"], row["state"]) for row in rows] == [("clonedesk-connectors", "ok")]
