"""Where things are kept when nobody says otherwise."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from clonedesk_connectors.errors import ConfigError

FILE_NAME = "clonedesk.toml"


def data_dir() -> Path:
    """The user's data directory for this program (XDG on Linux, Application Support on macOS)."""
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "clonedesk"
    base = os.environ.get("XDG_DATA_HOME")
    return Path(base) / "clonedesk" if base else Path.home() / ".local" / "share" / "clonedesk"


def config_dir() -> Path:
    """The user's settings directory for this program (XDG on Linux, Application Support on macOS)."""
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "clonedesk"
    base = os.environ.get("XDG_CONFIG_HOME")
    return Path(base) / "clonedesk" if base else Path.home() / ".config" / "clonedesk"


def default_store() -> str:
    """URL of the archive used when nothing names one."""
    return f"sqlite:///{data_dir() / 'archive.sqlite'}"


def find_config(given: Path | None = None, variables: Mapping[str, str] | None = None) -> Path | None:
    """The settings file: the given one, $CLONEDESK_CONFIG, ./clonedesk.toml, then the user's; None when there is none.

    Raises ConfigError when one that was named does not exist.
    """
    variables = os.environ if variables is None else variables
    named = variables.get("CLONEDESK_CONFIG", "").strip()
    for path, who in ((given, "--config"), (Path(named) if named else None, "CLONEDESK_CONFIG")):
        if path is not None:
            if not path.is_file():
                raise ConfigError(f"{who} names a settings file that does not exist: {path}")
            return path
    return next((path for path in (Path(FILE_NAME), config_dir() / FILE_NAME) if path.is_file()), None)
