"""Statements for many rows or many ids, without work per row or id in SQLAlchemy.

That work is a third of a commit, measured on pages of 1,000 rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from operator import itemgetter
from typing import Any

import msgspec
from sqlalchemy import Column, ColumnElement, Connection, any_, bindparam, func, select
from sqlalchemy.types import ARRAY

Row = tuple[Any, ...]


def among(connection: Connection, column: Column[Any], values: Iterable[str | int]) -> ColumnElement[bool]:
    """The rows whose column has one of these values, as one bound parameter however many they are."""
    if connection.dialect.name == "sqlite":
        listed = func.json_each(msgspec.json.encode([*values]).decode()).table_valued("value")
        return column.in_(select(listed.c.value))
    return column == any_(bindparam(None, [*values], type_=ARRAY(column.type)))


class Bulk:
    """One statement for many rows, run through the driver and compiled once.

    build: makes the statement for a connection's dialect; fields: its bound parameters, in the order of a row."""

    def __init__(self, build: Callable[[Connection], Any], fields: Sequence[str]) -> None:
        self._build, self._fields = build, tuple(fields)
        self._compiled: dict[str, tuple[str, Callable[[Row], Any]]] = {}

    def __call__(self, connection: Connection, rows: Sequence[Row]) -> None:
        """Run it for all rows; nothing for none."""
        if not rows:
            return
        known = self._compiled.get(connection.dialect.name)
        if known is None:
            known = self._compiled[connection.dialect.name] = self._compile(connection)
        sql, ordered = known
        connection.exec_driver_sql(sql, [ordered(row) for row in rows])

    def _compile(self, connection: Connection) -> tuple[str, Callable[[Row], Any]]:
        compiled = self._build(connection).compile(dialect=connection.dialect)
        if compiled.positiontup is None:
            return str(compiled), lambda row: dict(zip(self._fields, row, strict=True))
        return str(compiled), itemgetter(*(self._fields.index(name) for name in compiled.positiontup))
