"""The narrow window through which facts and rules see text.

Rules work without the extra `[text]`: they are then given no reader, and those that need one abstain and say so.
"""

from __future__ import annotations

from importlib import import_module
from typing import Protocol

from clonedesk_connectors.errors import MissingExtraError
from clonedesk_connectors.model import Message


class TextReader(Protocol):
    """What is asked about a message. Answers depend on the message only, so an implementation may remember them."""

    def text(self, message: Message) -> str:
        """The author's own words: no markup, quoted thread or signature."""

    def own_words(self, message: Message) -> str:
        """`text` without greeting and sign-off."""

    def says_enough(self, message: Message, words: int) -> bool:
        """Whether the author surely wrote more than `words` words of their own; False also means "not known"."""

    def language(self, message: Message) -> tuple[str | None, float]:
        """ISO 639-1 code and confidence 0-1; (None, 0.0) when it cannot be told."""

    def wants_human(self, message: Message) -> bool:
        """The customer asks for a person."""

    def thanks(self, message: Message) -> bool:
        """The message only acknowledges: thanks, solved, works now."""

    def unhappy(self, message: Message) -> bool:
        """The customer says it did not help, or is negative."""

    def asks(self, message: Message) -> bool:
        """The message asks the customer something or asks for data."""

    def answers(self, message: Message) -> bool:
        """The AI's message is substantive: more than a greeting, a courtesy, a question back or a fallback."""


def installed_reader() -> TextReader | None:
    """The reader of this installation; None where the extra `[text]` is missing."""
    try:
        module = import_module("clonedesk_connectors.quality.standard_reader")
    except MissingExtraError:
        return None
    reader: TextReader = module.StandardReader()
    return reader
