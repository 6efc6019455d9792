"""The generated parts of docs/connectors.md: what each bundled connector gives, and what the conformance kit checks.

python -m clonedesk_connectors.testing.matrix docs/connectors.md
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable
from dataclasses import fields
from pathlib import Path

from clonedesk_connectors.protocol import Account, Capabilities, Connector, registry
from clonedesk_connectors.testing.conformance import ConnectorConformance

OURS = "clonedesk-connectors"
_WORDS = {
    "ai_involvement": "AI involvement",
    "csat": "satisfaction",
    "push_back": "push-back",
    "requests_per_1000": "requests per 1,000 tickets, at most",
}


def bundled() -> list[Connector]:
    """The connectors of this distribution, by name."""
    offers = registry.installed().values()
    return [registry.load(Account(vendor=one.name, name="probe")) for one in offers if one.distribution == OURS]


def capabilities(connectors: Iterable[Connector]) -> str:
    """One row per capability, one column per connector."""
    columns = list(connectors)
    rows = [["", *(one.name for one in columns)], ["---"] * (len(columns) + 1)]
    for field in fields(Capabilities):
        values = (getattr(one.capabilities, field.name) for one in columns)
        rows.append([_WORDS.get(field.name, field.name), *map(_cell, values)])
    rows.append(["sign in with", *(_cell(", ".join(form.name for form in one.credential_forms)) for one in columns)])
    return _table(rows)


def checks() -> str:
    """One row per check of the kit: its name and what it proves."""
    rows = [["check", "proves"], ["---", "---"]]
    for part in ConnectorConformance.__mro__:
        for name, check in vars(part).items():
            if name.startswith("test_"):
                proof = (check.__doc__ or "").strip().split("\n\n")[0]
                rows.append([f"`{name.removeprefix('test_')}`", " ".join(proof.split())])
    return _table(rows)


def filled(page: str) -> str:
    """The page with its generated sections brought up to date. Raises ValueError when a section has no place in it."""
    sections: dict[str, Callable[[], str]] = {"capabilities": lambda: capabilities(bundled()), "checks": checks}
    for name, make in sections.items():
        place = re.search(f"<!-- generated: {name} -->\n(.*?)<!-- end -->", page, re.DOTALL)
        if place is None:
            raise ValueError(f"the page has no place for the section {name!r}")
        page = page[: place.start(1)] + make() + page[place.end(1) :]
    return page


def _cell(value: object) -> str:
    text = f"{value:g}" if isinstance(value, float | int) else str(value)
    return text.replace("|", "\\|")


def _table(rows: Iterable[list[str]]) -> str:
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def main() -> None:
    """Rewrite the generated sections of the page named on the command line."""
    path = Path(sys.argv[1])
    path.write_text(filled(path.read_text("utf-8")), "utf-8")


if __name__ == "__main__":
    main()
