"""Every error this library raises on purpose.

The class says what a program does next (its `exit_code` is what `clonedesk-sync` ends with); the message says what
failed, for which record, what was done about it and what to do. No message holds customer text, a token or a query
string.
"""

from __future__ import annotations

from typing import ClassVar


class ClonedeskError(Exception):
    """Base of everything raised on purpose."""

    exit_code: ClassVar[int] = 1


class ConfigError(ClonedeskError):
    """The settings are wrong or incomplete; nothing was sent."""

    exit_code = 2


class MissingExtraError(ConfigError):
    """An optional dependency is not installed."""

    def __init__(self, extra: str) -> None:
        super().__init__(f"this needs an optional part: pip install 'clonedesk-connectors[{extra}]'")
        self.extra = extra


class PluginError(ConfigError):
    """A connector plugin cannot be loaded; names the distribution that ships it."""


class AuthError(ClonedeskError):
    """The helpdesk does not accept the credentials, or they may not do what is needed."""

    exit_code = 3


class VendorError(ClonedeskError):
    """The helpdesk answered in a way that stops this piece of work."""

    exit_code = 4


class RateLimited(VendorError):
    """The limit stayed exhausted for longer than we are willing to wait."""


class Unavailable(VendorError):
    """The helpdesk did not answer usefully after all retries."""


class RecordGone(VendorError):
    """The record no longer exists or may not be read."""


class RequestRejected(VendorError):
    """The helpdesk refused the request itself; sending it again would not help."""


class CapabilityMissing(VendorError):
    """This account, plan or role does not offer what was asked for."""


class StuckCursor(VendorError):
    """The vendor's cursor did not advance; going on would loop for ever."""


class ContractBroken(VendorError):
    """An answer is not the JSON the vendor documents."""


class ForeignOrigin(VendorError):
    """A request would have gone to a host other than the account's own."""


class StoreError(ClonedeskError):
    """The archive cannot be read or written."""

    exit_code = 5


class ArchiveLocked(StoreError):
    """Another process is writing to this archive."""


class SchemaTooNew(StoreError):
    """The archive was written by a newer version of this library."""


class PushBackError(ClonedeskError):
    """A write to the helpdesk was refused, is in doubt, or would be unsafe."""

    exit_code = 6


class DraftStale(PushBackError):
    """The conversation moved on after the draft was made."""


class AlreadyPosted(PushBackError):
    """The note of this draft is already in the helpdesk."""


class NoteUnconfirmed(PushBackError):
    """It is not known whether the note arrived; look before posting again."""


class LeakSuspected(PushBackError):
    """A write could not be shown to be private; the adapter stops until a person clears it."""


EXIT_OK = 0
EXIT_INCOMPLETE = 7
EXIT_INTERRUPTED = 130
