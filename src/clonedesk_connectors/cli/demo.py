"""`clonedesk-sync demo`: the main job end to end against invented helpdesks on this machine, no credentials."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    app.command("demo")(demo)


def demo(
    tickets: Annotated[int, typer.Option(min=1, max=100_000, help="How many tickets the invented helpdesk has.")] = 300,
    keep: Annotated[Path | None, typer.Option(help="Keep the archive in this file, which must not exist yet.")] = None,
) -> None:
    """Start invented helpdesks on this machine, pull all of them, show what was learned, and let their agents review AI
    drafts.

    Example: clonedesk-sync demo --tickets 1000
    """
    from clonedesk_connectors.errors import ConfigError
    from clonedesk_connectors.testing.demo import run

    if keep is not None and keep.exists():  # invented tickets do not belong into an archive that is in use
        raise ConfigError(f"{keep} exists already; choose another file")
    with tempfile.TemporaryDirectory() as folder:
        for line in run(keep or Path(folder) / "demo.sqlite", tickets, kept=keep is not None):
            typer.echo(line)
