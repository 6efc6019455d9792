"""Where things are kept when nobody says otherwise."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def data_dir() -> Path:
    """The user's data directory for this program (XDG on Linux, Application Support on macOS)."""
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "clonedesk"
    base = os.environ.get("XDG_DATA_HOME")
    return Path(base) / "clonedesk" if base else Path.home() / ".local" / "share" / "clonedesk"


def default_store() -> str:
    """URL of the archive used when no `--store` is given."""
    return f"sqlite:///{data_dir() / 'archive.sqlite'}"
