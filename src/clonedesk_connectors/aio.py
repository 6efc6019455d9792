"""The same names for code that runs in an event loop."""

from clonedesk_connectors.app import connect, open_store
from clonedesk_connectors.app import pull_async as pull
from clonedesk_connectors.app import tickets_async as tickets

__all__ = ["connect", "open_store", "pull", "tickets"]
