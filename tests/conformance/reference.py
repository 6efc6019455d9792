"""The example plugin as the correct connector that the broken ones are made from, loaded from `examples/`."""

from __future__ import annotations

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

EXAMPLE = Path(__file__).parents[2] / "examples" / "clonedesk-connector-harbourdesk"


def _load(path: Path) -> ModuleType:
    spec = spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[path.stem] = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


plugin = _load(EXAMPLE / "clonedesk_connector_harbourdesk.py")
HarbourdeskConnector = plugin.HarbourdeskConnector
InventedHarbourdesk = _load(EXAMPLE / "tests" / "invented_harbourdesk.py").InventedHarbourdesk
