"""The command line as a newcomer meets it."""

from __future__ import annotations

import json
import subprocess
import sys

HEAVY = {"httpx", "pydantic", "sqlalchemy", "zenpy", "intercom", "keyring", "rich"}
PROBE = """
import json, sys
sys.argv = ["clonedesk-sync", *{arguments!r}]
from clonedesk_connectors.cli import main
try:
    main()
except SystemExit as end:
    code = end.code
print(json.dumps([code, sorted({heavy!r} & set(sys.modules))]))
"""


def test_help_imports_nothing_heavy() -> None:
    code = PROBE.format(arguments=["--help"], heavy=HEAVY)
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    *shown, last = run.stdout.strip().splitlines()
    assert json.loads(last) == [0, []]
    assert any("Usage" in line for line in shown)


def test_importing_the_package_imports_nothing_heavy() -> None:
    code = f"import sys, clonedesk_connectors; print(sorted({HEAVY!r} & set(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
