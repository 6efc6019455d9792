"""The same names for code that runs in an event loop."""

from typing import TYPE_CHECKING, Any

from clonedesk_connectors.app import connect, open_store
from clonedesk_connectors.app import pull_async as pull
from clonedesk_connectors.app import tickets_async as tickets

if TYPE_CHECKING:
    from clonedesk_connectors.review.aio import AsyncReviewQueue as ReviewQueue

__all__ = ["ReviewQueue", "connect", "open_store", "pull", "tickets"]


def __getattr__(name: str) -> Any:
    """Loaded when used, as in the package itself."""
    if name == "ReviewQueue":
        from clonedesk_connectors.review.aio import AsyncReviewQueue  # noqa: PLC0415

        return AsyncReviewQueue
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
