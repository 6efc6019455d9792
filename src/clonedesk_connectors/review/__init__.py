"""The review queue: AI drafts go to people, and what people did with them comes back as decisions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from clonedesk_connectors.review.queue import ReviewQueue

__all__ = ["ReviewQueue"]


def __getattr__(name: str) -> Any:
    """Loaded when used: the matcher is imported from here too, and by code that needs no database."""
    if name == "ReviewQueue":
        from clonedesk_connectors.review.queue import ReviewQueue  # noqa: PLC0415

        return ReviewQueue
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
