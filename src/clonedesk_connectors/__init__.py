"""Helpdesk history in one archive.

import clonedesk_connectors as cd

connection = cd.connect("zendesk", "acme")
report = cd.pull(connection, "sqlite:///archive.sqlite")
with cd.open_store("sqlite:///archive.sqlite") as store:
    for ticket in store.tickets():
        ...

`cd.aio` has the same names for code inside an event loop. Names are loaded when first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from clonedesk_connectors import aio
    from clonedesk_connectors.app import Connection, connect, open_store, pull
    from clonedesk_connectors.checking import check
    from clonedesk_connectors.errors import AuthError, ClonedeskError, ConfigError, StoreError, VendorError
    from clonedesk_connectors.model import Ticket
    from clonedesk_connectors.normalize_api import normalize
    from clonedesk_connectors.protocol import Account, AccountConfig
    from clonedesk_connectors.review import ReviewQueue
    from clonedesk_connectors.store import Archive
    from clonedesk_connectors.sync import Progress, RunReport

_HOMES = {
    "Account": "protocol",
    "AccountConfig": "protocol",
    "Archive": "store",
    "AuthError": "errors",
    "ClonedeskError": "errors",
    "ConfigError": "errors",
    "Connection": "app",
    "Progress": "sync",
    "ReviewQueue": "review",
    "RunReport": "sync",
    "StoreError": "errors",
    "Ticket": "model",
    "VendorError": "errors",
    "check": "checking",
    "connect": "app",
    "normalize": "normalize_api",
    "open_store": "app",
    "pull": "app",
}

__all__ = [
    "Account",
    "AccountConfig",
    "Archive",
    "AuthError",
    "ClonedeskError",
    "ConfigError",
    "Connection",
    "Progress",
    "ReviewQueue",
    "RunReport",
    "StoreError",
    "Ticket",
    "VendorError",
    "aio",
    "check",
    "connect",
    "normalize",
    "open_store",
    "pull",
]
__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    if name == "aio":
        return import_module("clonedesk_connectors.aio")
    if name in _HOMES:
        return getattr(import_module(f"clonedesk_connectors.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
