"""The protocol as text: every name a connector can use, with its fields, members or signature, and no docstrings.

python -m tests.protocol.frozen        writes version_N.json for the present PROTOCOL_VERSION
"""

from __future__ import annotations

import dataclasses
import enum
import inspect
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from clonedesk_connectors import protocol
from clonedesk_connectors.protocol import pushback

FOLDER = Path(__file__).parent
WRITING = (
    "BasedOn", "ContextMessage", "Draft", "ModelInfo", "Note", "NotePurpose", "PushBack", "Reading", "Receipt",
    "Refusal", "Segment", "TagChange", "TicketState",
)  # fmt: skip


def file() -> Path:
    return FOLDER / f"version_{protocol.PROTOCOL_VERSION}.json"


def described() -> dict[str, Any]:
    names = {name: getattr(protocol, name) for name in protocol.__all__ if name != "PROTOCOL_VERSION"}
    names |= {name: getattr(pushback, name) for name in WRITING}
    return {name: _described(names[name]) for name in sorted(names)}


def _described(thing: Any) -> Any:
    if not inspect.isclass(thing):
        return _signature(thing)
    if issubclass(thing, enum.Enum):
        return {member.name: member.value for member in thing}
    if issubclass(thing, BaseModel):
        words = {name: text for base in reversed(thing.__mro__) for name, text in inspect.get_annotations(base).items()}
        return {name: _with_default(str(words[name]), field) for name, field in thing.model_fields.items()}
    if dataclasses.is_dataclass(thing):
        return {field.name: _with_default(str(field.type), field) for field in dataclasses.fields(thing)}
    return dict(_members(thing))


def _members(thing: type) -> Iterator[tuple[str, str]]:
    """Annotated attributes and public methods of a protocol or a plain class."""
    for name, annotation in inspect.get_annotations(thing).items():
        yield name, str(annotation)
    for name, member in vars(thing).items():
        if inspect.isfunction(member) and (name == "__call__" or not name.startswith("_")):
            yield name, _signature(member)


def _with_default(annotation: str, field: Any) -> str:
    """Whether a field may be left out, and what it is then."""
    absent = (dataclasses.MISSING, inspect.Parameter.empty)
    if isinstance(field, dataclasses.Field):
        required = field.default in absent and field.default_factory in absent
        factory, default = field.default_factory not in absent, field.default
    else:
        required, factory, default = field.is_required(), field.default_factory is not None, field.default
    made = factory or isinstance(default, BaseModel)
    return annotation if required else f"{annotation} = {'(made)' if made else repr(default)}"


def _signature(function: Any) -> str:
    parts = []
    for one in inspect.signature(function).parameters.values():
        star = {one.VAR_POSITIONAL: "*", one.VAR_KEYWORD: "**"}.get(one.kind, "")
        only = "key " if one.kind is one.KEYWORD_ONLY else ""
        annotation = "" if one.annotation is one.empty else f": {one.annotation}"
        parts.append(
            f"{only}{star}{one.name}{annotation}" + ("" if one.default is one.empty else f" = {one.default!r}")
        )
    return f"({', '.join(parts)}) -> {inspect.signature(function).return_annotation}"


if __name__ == "__main__":
    file().write_text(json.dumps(described(), indent=1) + "\n", "utf-8")
