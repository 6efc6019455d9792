"""`clonedesk-sync`. One file per noun; each command imports its work when it runs, so `--help` stays light."""

from __future__ import annotations

import sys
import traceback

import typer

from clonedesk_connectors.cli import auth, check, connectors, demo, doctor, drafts, export, pull, review, store
from clonedesk_connectors.errors import EXIT_INTERRUPTED, ClonedeskError

app = typer.Typer(
    name="clonedesk-sync",
    help="Pull helpdesk history into one archive and work with it.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
for part in (auth, pull, store, drafts, review, check, export, connectors, doctor, demo):
    part.register(app)

_debug = False


@app.callback()
def _root(
    debug: bool = typer.Option(False, "--debug", help="Show a traceback when something unexpected happens."),
) -> None:
    global _debug
    _debug = debug


def main() -> None:
    """Entry point: every deliberate error is one paragraph on stderr and its documented exit code."""
    try:
        app()
    except ClonedeskError as error:
        _fail(f"{error}", error.exit_code)
    except KeyboardInterrupt:
        _fail("interrupted", EXIT_INTERRUPTED)
    except Exception as error:  # noqa: BLE001 - the last stop before the user
        if _debug:
            traceback.print_exc()
        _fail(f"unexpected {type(error).__name__}; run again with --debug before the command for a traceback", 1)


def _fail(message: str, code: int) -> None:
    typer.echo(f"clonedesk-sync: {message}", err=True)
    sys.exit(code)
