"""Credentials that the program, its environment or a file hands over."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping, Sequence
from pathlib import Path

from clonedesk_connectors.errors import ConfigError
from clonedesk_connectors.secrets.values import Secret, Slot, variable

RUN_SECRETS = Path("/run/secrets")
"""Where container runtimes mount secrets."""

_LONGEST_FILE_BYTES = 64 * 1024
_NO_WAITING: int = getattr(os, "O_NONBLOCK", 0)  # opening a pipe would wait for its writer
_FOR_OTHERS = stat.S_IRWXG | stat.S_IRWXO


class Given:
    """Values that the calling program hands over, by field name in any case."""

    title = "the credentials argument"
    trouble: str | None = None

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = {name.upper(): value for name, value in values.items()}

    def read(self, slot: Slot) -> Secret | None:
        return _filled(self._values.get(slot.field.upper(), ""))

    def label(self, slot: Slot) -> str:
        return slot.field.lower()


class Environment:
    """Variables named by `variable`. Empty and blank values count as not set.

    of_account: only those of the one account, else those for all accounts of a vendor.
    """

    title = "the environment"
    trouble: str | None = None

    def __init__(self, variables: Mapping[str, str] | None = None, *, of_account: bool = False) -> None:
        self._variables = os.environ if variables is None else variables
        self._of_account = of_account

    def read(self, slot: Slot) -> Secret | None:
        return _filled(self._variables.get(self.label(slot), ""))

    def label(self, slot: Slot) -> str:
        return variable(slot, of_account=self._of_account)


class Files:
    """Files: the one that `<variable>_FILE` names, else `<variable in lower case>` in /run/secrets, then in
    $CREDENTIALS_DIRECTORY (systemd). Those two folders are guarded by who mounts them; any other file that group or
    others may read is refused.
    """

    title = "secret files"
    trouble: str | None = None

    def __init__(
        self,
        variables: Mapping[str, str] | None = None,
        *,
        of_account: bool = False,
        run_secrets: Path = RUN_SECRETS,
    ) -> None:
        self._variables = os.environ if variables is None else variables
        self._of_account = of_account
        systemd = self._variables.get("CREDENTIALS_DIRECTORY", "").strip()
        self._guarded = [run_secrets, *([Path(systemd)] if systemd else [])]

    def read(self, slot: Slot) -> Secret | None:
        name = self.label(slot)
        named = self._variables.get(name, "").strip()
        if named:
            found = read_file(Path(named).expanduser(), self._guarded)
            if found is None:
                raise ConfigError(f"{name} names a file that does not exist: {named}")
            return found
        paths = (folder / self._file_name(slot) for folder in self._guarded)
        return next((found for path in paths if (found := read_file(path, self._guarded))), None)

    def label(self, slot: Slot) -> str:
        return f"{variable(slot, of_account=self._of_account)}_FILE"

    def _file_name(self, slot: Slot) -> str:
        return variable(slot, of_account=self._of_account).lower()


class NamedFiles:
    """Files that a profile names, by field in any case."""

    title = "the files that the profile names"
    trouble: str | None = None

    def __init__(self, paths: Mapping[str, Path]) -> None:
        self._paths = {field.upper(): path for field, path in paths.items()}

    def read(self, slot: Slot) -> Secret | None:
        path = self._paths.get(slot.field)
        if path is None:
            return None
        found = read_file(path.expanduser(), [RUN_SECRETS])
        if found is None:
            raise ConfigError(f"the profile names a file for {slot.field} that does not exist: {path}")
        return found

    def label(self, slot: Slot) -> str:
        return f"credentials.{slot.field.lower()} in the profile"


def read_file(path: Path, guarded: Sequence[Path] = ()) -> Secret | None:
    """The text of a secret file without surrounding white space; None when there is no file.

    guarded: folders whose files others may read. Raises ConfigError, never with the content, for a file that group or
    others have rights on, that is empty, too long, not text or not a plain file.
    """
    try:
        file = open(path, "rb", opener=lambda name, flags: os.open(name, flags | _NO_WAITING))  # noqa: SIM115 - below
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError) as error:
        raise ConfigError(f"the secret file {path} cannot be opened ({type(error).__name__})") from None
    with file:
        mode = os.fstat(file.fileno()).st_mode
        if not stat.S_ISREG(mode):
            raise ConfigError(f"the secret file {path} is not a plain file")
        if os.name == "posix" and mode & _FOR_OTHERS and not _is_inside(path, guarded):
            raise ConfigError(f"the secret file {path} is open to other users; run: chmod 600 {path}")
        content = file.read(_LONGEST_FILE_BYTES + 1)
    try:
        found = _filled(content.decode()) if len(content) <= _LONGEST_FILE_BYTES else None
    except UnicodeDecodeError:
        found = None
    if found is None:
        raise ConfigError(f"the secret file {path} is empty, too long or not text")
    return found


def _is_inside(path: Path, folders: Sequence[Path]) -> bool:
    """Whether the real file, links followed, lies in one of the folders."""
    real = path.resolve()
    return any(real.is_relative_to(folder.resolve()) for folder in folders)


def _filled(value: str) -> Secret | None:
    value = value.strip()
    return Secret(value) if value else None
