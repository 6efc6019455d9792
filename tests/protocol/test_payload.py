"""Pages are cut into records that keep their own bytes."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clonedesk_connectors.errors import ContractBroken
from clonedesk_connectors.protocol import parse_as, parse_object, split_list, split_records


class Head(msgspec.Struct):
    id: Any = None


def test_records_keep_their_own_bytes_whatever_the_white_space() -> None:
    body = b'{ "rows" : [ {"id": 1,  "x": "\\u00e9"} , {"id":2} ], "next": null }'
    envelope, found = split_records(body, "rows", "absent")
    assert envelope == {"next": None}
    assert found == {"rows": [({"id": 1, "x": "é"}, b'{"id": 1,  "x": "\\u00e9"}'), ({"id": 2}, b'{"id":2}')]}


def test_only_the_head_is_read_where_one_is_given() -> None:
    _, found = split_records(b'{"rows":[{"id":"7","body":"long"},{}]}', rows=Head)
    assert found["rows"] == [(Head("7"), b'{"id":"7","body":"long"}'), (Head(None), b"{}")]


def test_a_member_of_another_type_goes_into_the_envelope() -> None:
    assert split_records(b'{"rows": null}', "rows") == ({"rows": None}, {})


BROKEN = {
    "empty": b"",
    "html": b"<html>",
    "list": b"[]",
    "null": b"null",
    "truncated": b'{"rows":[{"id":1}',
    "not objects": b'{"rows":[1]}',
    "trailing": b'{"rows":[]} x',
    "not utf-8": b'{"rows":[{"a":"\xff"}]}',
    "nested": b'{"rows":' + b"[" * 100_000,
}


@pytest.mark.parametrize("body", BROKEN.values(), ids=BROKEN.keys())
def test_anything_else_is_a_broken_contract_without_its_text(body: bytes) -> None:
    with pytest.raises(ContractBroken) as caught:
        split_records(body, "rows")
    assert str(caught.value) == "the answer is not the JSON the vendor documents"


def test_half_an_emoji_does_not_lose_the_page() -> None:
    body = rb'{"rows":[{"id":1,"t":"cut \ud83d"},{"id":2,"t":"whole \ud83d\ude00 and literal \\ud83d"}]}'
    _, found = split_records(body, "rows")
    assert [record["t"] for record, _ in found["rows"]] == ["cut \ufffd", "whole 😀 and literal \\ud83d"]


def test_lists_and_single_objects() -> None:
    assert split_list(b'[{"id":1}, {"id":2}]', Head) == [(Head(1), b'{"id":1}'), (Head(2), b'{"id":2}')]
    assert parse_object(b'{"a": {"b": 1}}') == {"a": {"b": 1}}
    assert parse_as(b'{"id": 5, "b": 1}', Head) == Head(5)
    for wrong in (b'{"id":1}', b"7"):
        with pytest.raises(ContractBroken):
            split_list(wrong)


VALUES = st.recursive(st.none() | st.text() | st.integers(-(2**60), 2**60), st.lists, max_leaves=8)


@given(st.lists(st.dictionaries(st.text(), VALUES, max_size=8), max_size=8))
def test_every_json_object_comes_back_whole(rows: list[dict[str, Any]]) -> None:
    texts = [json.dumps(row).encode() for row in rows]
    _, found = split_records(b'{"rows": [' + b", ".join(texts) + b"]}", "rows")
    assert found["rows"] == list(zip(rows, texts, strict=True))
