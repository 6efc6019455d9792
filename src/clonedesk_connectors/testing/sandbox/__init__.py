"""Sandbox helpdesks: real HTTP servers on this machine that show the invented world as a vendor would, faults included.

Needs the extra `[sandbox]` (starlette and uvicorn).
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from clonedesk_connectors.testing.sandbox.faults import Faults
    from clonedesk_connectors.testing.sandbox.zendesk import ZendeskSandbox

__all__ = ["Faults", "ZendeskSandbox"]


def __getattr__(name: str) -> Any:
    if name == "ZendeskSandbox":
        from clonedesk_connectors.testing.sandbox.zendesk import ZendeskSandbox  # noqa: PLC0415 - needs the extra

        return ZendeskSandbox
    if name == "Faults":
        from clonedesk_connectors.testing.sandbox.faults import Faults  # noqa: PLC0415 - kept light with the other

        return Faults
    raise AttributeError(name)
