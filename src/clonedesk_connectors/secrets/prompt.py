"""Asking the person at the terminal."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable
from getpass import GetPassWarning, getpass

from clonedesk_connectors.errors import ConfigError
from clonedesk_connectors.secrets.values import Secret, Slot


def on_terminal() -> bool:
    """Whether somebody can be asked: stdin and stderr are both a terminal."""
    return sys.stdin is not None and sys.stdin.isatty() and sys.stderr is not None and sys.stderr.isatty()


class Prompt:
    """Asks without showing what is typed. An empty answer to the first question of a form skips that form.

    hint: what went wrong before, shown with the first question.
    """

    title = "the terminal"

    def __init__(
        self,
        *,
        ask: Callable[[str], str] = getpass,
        interactive: Callable[[], bool] = on_terminal,
        hint: Callable[[], str | None] = lambda: None,
    ) -> None:
        self._ask, self._interactive, self._hint = ask, interactive, hint
        self._skipped: set[str] = set()
        self._asked = False

    @property
    def trouble(self) -> str | None:
        return None if self._interactive() else "nobody can be asked: stdin or stderr is not a terminal"

    def read(self, slot: Slot) -> Secret | None:
        if slot.form in self._skipped or not self._interactive():
            return None
        value = self._answer(slot).strip()
        if not value:
            self._skipped.add(slot.form)
            return None
        return Secret(value)

    def label(self, slot: Slot) -> str:
        return slot.field.lower().replace("_", " ")

    def _answer(self, slot: Slot) -> str:
        hint = None if self._asked else self._hint()
        self._asked = True
        question = f"{slot.vendor} account {slot.account}, {slot.form}: {self.label(slot)} (hidden; Enter skips): "
        with warnings.catch_warnings():
            warnings.simplefilter("error", GetPassWarning)
            try:
                return self._ask(f"{hint}\n{question}" if hint else question)
            except EOFError:
                return ""
            except GetPassWarning:
                raise ConfigError("this terminal cannot hide what is typed; pipe the secret in or use a file") from None
