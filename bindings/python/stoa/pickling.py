"""Tables in pickles and in copy.deepcopy.

A pickle has the record class (see record.reference) and, for each field, the bytes of the cells;
from protocol 5 on these can be out of band. Objects are pickled one by one, after the table itself,
so that they may refer to it.
"""

from __future__ import annotations

import sys
from array import array
from copy import deepcopy
from typing import Any, SupportsIndex

from stoa._access.rows import layout
from stoa._schema.record import RecordType, dereference, reference
from stoa._schema.types import OBJECT, FieldType
from stoa._store.sources import VectorSource, packed_source
from stoa._store.store import new_store


def reduce_table(self: Any, protocol: SupportsIndex, /) -> tuple[Any, ...]:
    store = self._store
    columns: list[Any] = []
    for each in store.fields.values():
        column = self._column(each.name)
        if each.type.kind in "os" or len(column) == 0:
            columns.append(column.tolist())
        elif each.parts:
            columns.append([cells_of(self._column(part.name), protocol) for part in each.parts])
        elif each.type.nullable:
            bits = column._cells().bits(column._range())
            columns.append((bits, column._raw().tobytes()))
        else:
            columns.append(cells_of(column, protocol))
    arguments = (type(self), *reference(store.record), store.asked, *[True] * store.is_open)
    return restore_table, arguments, (sys.byteorder, columns)


def cells_of(column: Any, protocol: SupportsIndex) -> Any:
    from pickle import PickleBuffer

    cells = column.buffer
    return PickleBuffer(cells) if protocol.__index__() >= 5 else cells.tobytes()


def restore_table(
    table_class: type[Any],
    family: RecordType | None,
    parts: tuple[Any, ...],
    asked: int,
    is_open: bool = False,
) -> Any:
    """A table without rows, made from its pickle."""
    made = object.__new__(table_class)
    object.__setattr__(made, "_store", new_store(dereference(family, parts), 0, asked, layout))
    made._store.is_open = is_open
    return made


def set_state(self: Any, state: tuple[str, list[Any]]) -> None:
    byte_order, columns = state
    fields = self._store.fields.values()
    self._store.extend(
        {
            each.name: column
            if isinstance(column, list) and not (column and each.parts)
            else cells_source(column, each.type, byte_order)
            for each, column in zip(fields, columns)
        }
    )


def cells_source(cells: Any, field_type: FieldType, byte_order: str) -> Any:
    """What a pickle has of a column."""
    if field_type.length:
        parts = [cells_source(each, field_type.base, byte_order) for each in cells]
        return VectorSource(field_type, parts)
    if isinstance(cells, tuple):
        bits, plain = cells
        return cells_source(plain, field_type.inner, byte_order).with_validity(bits)
    values = values_of_bytes(cells, field_type.code, byte_order)
    return packed_source(values, field_type, len(values))


def values_of_bytes(cells: Any, code: str, byte_order: str) -> memoryview:
    raw = memoryview(cells).cast("B")
    if byte_order == sys.byteorder or code in "?bB":
        return raw.cast(code)  # type: ignore[call-overload,no-any-return]
    swapped = array(code, raw.tobytes())
    swapped.byteswap()
    return memoryview(swapped)


def deepcopy_table(self: Any, memo: dict[int, Any]) -> Any:
    made = self.copy()
    memo[id(self)] = made
    for each in made._store.fields.values():
        if each.type is OBJECT and len(made):
            made[each.name] = [deepcopy(value, memo) for value in made[each.name]]
    return made
