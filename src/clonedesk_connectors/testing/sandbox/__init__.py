"""Sandbox helpdesks: real HTTP servers on this machine that show the invented world as a vendor would, faults included.

Needs the extra `[sandbox]` (starlette and uvicorn), but only once a sandbox is asked for.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from clonedesk_connectors.testing.sandbox.faults import Faults, Rule
    from clonedesk_connectors.testing.sandbox.zendesk import ZendeskSandbox

__all__ = ["Faults", "Rule", "ZendeskSandbox"]

_HOMES = {"Faults": "faults", "Rule": "faults", "ZendeskSandbox": "zendesk"}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
