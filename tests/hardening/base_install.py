"""Runs in an environment that holds the wheel and what it requires without extras, and nothing else.

    python base_install.py ADDRESS FOLDER

Pulls from a sandbox that runs in another process, exports, and prints what it found as JSON.
"""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import clonedesk_connectors as cd
from clonedesk_connectors.errors import ConfigError

EXTRAS = ("zenpy", "intercom", "requests", "selectolax", "quotequail", "rapidfuzz", "sklearn", "starlette", "psycopg")


def main(address: str, folder: Path) -> None:
    store = f"sqlite:///{folder / 'archive.sqlite'}"
    credentials = {"email": "integration@example.org", "token": "sandbox-token"}
    report = cd.pull(cd.connect("zendesk", "acme", base_url=address, credentials=credentials), store)
    command = [
        str(Path(sys.executable).with_name("clonedesk-sync")),
        "export",
        "tickets",
        "--store",
        store,
        "--out",
        "-",
    ]
    exported = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    found = {
        "installed": [name for name in EXTRAS if find_spec(name)],
        "home": str(Path(cd.__file__).resolve()),
        "status": report.status.value,
        "tickets": report.tickets["new"],
        "exported": len(exported),
        "normalised": cd.normalize(json.loads('{"id": 1, "submitter_id": 2, "subject": "Lamp"}')).subject,
        "bridge": "",
    }
    try:
        cd.connect("zendesk", "acme", client=object())
    except ConfigError as error:
        found["bridge"] = str(error)
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
