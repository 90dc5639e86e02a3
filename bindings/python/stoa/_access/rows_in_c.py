"""Rows of the C extension, on CPython; used in place of rows_in_python.py.

A row keeps the table's order number from when it was made, and finds its fields in a View
(bindings/python/rows/row.c). A View is used as long as the table has the same fields.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from stoa._lib.ffi import ffi
from stoa._schema.extension import rows as extension
from stoa._schema.fields import MISSING
from stoa._schema.generate import Quiet, hidden
from stoa._schema.record import RecordType
from stoa._schema.vectors import vector_property
from stoa._store.cells import stale
from stoa._store.sources import StoredField
from stoa._store.store import Store

ROWS, CURSOR, VALUES = range(3)


class Row(Quiet, extension.Row):  # type: ignore[misc]
    """The base of all rows."""

    __slots__ = ()


# ---- Views: the layout of a table's rows (see Layout in access.py) ----


def make_row(record: RecordType) -> tuple[type, Any]:
    """The row class of a record class, and the fields as a View needs them, for begin()."""
    fields = record._stoa_fields
    properties = {
        each.name: vector_property(each, stale) if each.type.length else extension.Field(each.name)
        for each in fields
    }
    namespace = {"__slots__": (), **properties}
    row_class = hidden(record, (Row, record), namespace)
    extension.adopt(row_class)
    described = tuple(
        (
            each.name,
            i,
            each.type.number,
            each.type.convert,
            each.type.encoder,
            each.type.inner.decoder,
            None if each.default is MISSING else (each.default,),
            each.kw_only,
            each.type.length,
        )
        for i, each in enumerate(fields)
    )
    return row_class, (record, described)


def begin(parts: tuple[type, Any], fields: Iterable[StoredField], store: Store) -> Any:
    """A new view of the store's columns."""
    record, known_fields = parts[1]
    described = tuple(
        (known[0], each.index, *known[2:5], store.followers[each.index], *known[6:])
        if each.type.kind == "r"
        else known
        if known[1] == each.index
        else (known[0], each.index, *known[2:])
        for known, each in zip(known_fields, fields)
    )
    address = int(ffi.cast("uintptr_t", store.c))
    return extension.View(
        parts[0], record, store.c, address, store.pool.objects, store.texts.kept, described
    )


def close(view: Any, column: int, message: str) -> None:
    """Closes one field for the rows of the view."""
    view.close(column, message)


def renew(row: Any, view: Any) -> None:
    """Makes the row one of the view."""
    extension.renew(row, view)


# ---- loops ----


def loop(rows: Any, mode: int, fields: tuple[int, ...] = ()) -> Iterator[Any]:
    made = extension.iterate(rows._table, rows._range(), rows._follows, mode, fields)
    return made  # type: ignore[no-any-return]


def iterate(rows: Any) -> Iterator[Any]:
    """Yields a row for each position."""
    return loop(rows, ROWS)


def move(rows: Any) -> Iterator[Any]:
    """Yields one row that moves from position to position."""
    return loop(rows, CURSOR)


def values(rows: Any, fields: tuple[int, ...]) -> Iterator[tuple[Any, ...]]:
    """Yields a tuple per row, with the values of the fields at these places of the record."""
    return loop(rows, VALUES, fields)


def new_row(table: Any, position: int) -> Any:
    """Row `position` of the table, which must exist."""
    return extension.new_row(table, position)
