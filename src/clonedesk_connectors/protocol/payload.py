"""Reading a page body: parse it once and keep every record's own bytes."""

from __future__ import annotations

import json
from json.decoder import scanstring  # type: ignore[attr-defined]
from typing import Any

from clonedesk_connectors.errors import ContractBroken

_SCAN = json.JSONDecoder().scan_once  # type: ignore[attr-defined]
_SPACE = " \t\n\r"

Record = tuple[dict[str, Any], bytes]


def split_records(body: bytes, *names: str) -> tuple[dict[str, Any], dict[str, list[Record]]]:
    """Split a JSON object into (envelope, records).

    Each top-level array called one of `names` becomes a list of (parsed record, its bytes as received); every other
    member goes into the envelope. Absent arrays are absent from the result: the caller decides whether that is an
    error. Raises ContractBroken for anything that is not a JSON object, is truncated, too deeply nested, or holds
    records that are not objects. Costs the same as `json.loads`.
    """
    try:
        return _Splitter(body.decode("utf-8"), names).whole_object()
    except (ValueError, StopIteration, IndexError, RecursionError):
        raise ContractBroken("the answer is not the JSON object the vendor documents") from None


def split_list(body: bytes) -> list[Record]:
    """The same for a body that is one JSON array of objects. Raises ContractBroken for anything else."""
    try:
        return _Splitter(body.decode("utf-8"), ()).whole_array()
    except (ValueError, StopIteration, IndexError, RecursionError):
        raise ContractBroken("the answer is not the JSON array the vendor documents") from None


def parse_object(body: bytes) -> dict[str, Any]:
    """A whole JSON object, for small answers. Raises ContractBroken for anything else."""
    return split_records(body)[0]


class _Splitter:
    def __init__(self, text: str, names: tuple[str, ...]) -> None:
        self.text, self.names = text, names

    def skip(self, at: int) -> int:
        text = self.text
        while text[at] in _SPACE:
            at += 1
        return at

    def expect(self, at: int, char: str) -> int:
        at = self.skip(at)
        if self.text[at] != char:
            raise ValueError(char)
        return at + 1

    def whole_array(self) -> list[Record]:
        records, at = self.array(self.expect(0, "["))
        self.end(at)
        return records

    def whole_object(self) -> tuple[dict[str, Any], dict[str, list[Record]]]:
        envelope: dict[str, Any] = {}
        found: dict[str, list[Record]] = {}
        at = self.skip(self.expect(0, "{"))
        while self.text[at] != "}":
            name, at = scanstring(self.text, self.expect(at, '"'))
            at = self.skip(self.expect(at, ":"))
            if name in self.names and self.text[at] == "[":
                found[name], at = self.array(at + 1)
            else:
                envelope[name], at = _SCAN(self.text, at)
            at = self.next_item(at, "}")
        self.end(at + 1)
        return envelope, found

    def end(self, at: int) -> None:
        if self.text[at:].strip(_SPACE):
            raise ValueError("trailing data")

    def array(self, at: int) -> tuple[list[Record], int]:
        text = self.text
        records: list[Record] = []
        at = self.skip(at)
        while text[at] != "]":
            record, end = _SCAN(text, at)
            if type(record) is not dict:
                raise ValueError("record is not an object")
            records.append((record, text[at:end].encode()))
            at = self.next_item(end, "]")
        return records, at + 1

    def next_item(self, at: int, closing: str) -> int:
        """Step over the comma to the next item, or stay on the closing bracket."""
        at = self.skip(at)
        if self.text[at] == ",":
            at = self.skip(at + 1)
            if self.text[at] == closing:
                raise ValueError("trailing comma")
        elif self.text[at] != closing:
            raise ValueError("no comma")
        return at
