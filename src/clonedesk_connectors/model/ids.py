"""Keys: how a record is named across vendors and accounts."""

from __future__ import annotations

from typing import NamedTuple


class Key(NamedTuple):
    """`vendor:account:kind:native_id`. Native ids are strings even where a vendor sends numbers."""

    vendor: str
    account: str
    kind: str
    native_id: str

    def __str__(self) -> str:
        return ":".join(self)

    @classmethod
    def parse(cls, text: str) -> Key:
        """Read a key back; the native id may itself hold colons. Raises ValueError when a part is missing."""
        vendor, account, kind, native_id = text.split(":", 3)
        return cls(vendor, account, kind, native_id)
