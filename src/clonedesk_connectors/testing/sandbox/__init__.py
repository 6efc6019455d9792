"""Sandbox helpdesks: real HTTP servers on this machine that show the invented world as a vendor would, faults included.

Needs the extra `[sandbox]` (starlette and uvicorn), but only once a sandbox is asked for.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from clonedesk_connectors.testing.sandbox.faults import Faults, Rule
    from clonedesk_connectors.testing.sandbox.freshdesk import FreshdeskSandbox
    from clonedesk_connectors.testing.sandbox.intercom import IntercomSandbox
    from clonedesk_connectors.testing.sandbox.zendesk import ZendeskSandbox

__all__ = ["SANDBOXES", "Faults", "FreshdeskSandbox", "IntercomSandbox", "Rule", "ZendeskSandbox"]

SANDBOXES = {"zendesk": "ZendeskSandbox", "intercom": "IntercomSandbox", "freshdesk": "FreshdeskSandbox"}
"""Class by vendor. All take a world and `limits`, and tell their `credentials` and `account_config`."""

_HOMES = {"Faults": "faults", "Rule": "faults"} | {name: vendor for vendor, name in SANDBOXES.items()}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
