"""Public tools for testing connectors: the conformance kit, an invented world, sandbox helpdesks and their truth.

Names are loaded when first used; only the sandboxes need the extra `[sandbox]`.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from clonedesk_connectors.testing.conformance import ConnectorConformance, Helpdesk, SandboxHelpdesk
    from clonedesk_connectors.testing.inprocess import FakeTime, InProcessTransport
    from clonedesk_connectors.testing.sandbox.calls import Call, Reply
    from clonedesk_connectors.testing.sandbox.limits import Limit, Limits
    from clonedesk_connectors.testing.world import World

_HOMES = {
    "Call": "sandbox.calls",
    "ConnectorConformance": "conformance",
    "FakeTime": "inprocess",
    "Helpdesk": "conformance",
    "InProcessTransport": "inprocess",
    "Limit": "sandbox.limits",
    "Limits": "sandbox.limits",
    "Reply": "sandbox.calls",
    "SandboxHelpdesk": "conformance",
    "World": "world",
}

__all__ = [
    "Call",
    "ConnectorConformance",
    "FakeTime",
    "Helpdesk",
    "InProcessTransport",
    "Limit",
    "Limits",
    "Reply",
    "SandboxHelpdesk",
    "World",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
