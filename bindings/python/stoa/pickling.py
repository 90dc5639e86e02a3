"""Tables in pickles and in copy.deepcopy.

A pickle has the record class (see record.reference) and, for each field, the bytes of the cells and
of the validity bits; from protocol 5 on these can be out of band, and are then the memory of the
table itself. Of strings it has each different one once, and their numbers in that list, from 1 on,
as cells; 0 is the empty string. (Older pickles have a list of strings for each field.) The rows of
a table with ids keep theirs. References are ids, too; the tables that they refer to go along. Of an
enumeration it has the members' names: their places may be others where it is loaded.
Objects are pickled one by one, after the table, so that they may refer to it.
"""

from __future__ import annotations

import sys
from array import array
from collections.abc import Sequence
from copy import deepcopy
from typing import Any, SupportsIndex

from stoa._access.rows import layout
from stoa._schema.fields import Field
from stoa._schema.record import RecordType, dereference, described, reference
from stoa._schema.types import IS_PYPY, OBJECT, STRING, FieldType
from stoa._store import ids
from stoa._store.sources import StoredField, VectorSource, packed_source
from stoa._store.store import Store, new_store
from stoa._store.strings import texts_of
from stoa._store.targets import Targets, settle
from stoa.errors import ArgumentError, LengthError, WrongTypeError
from stoa.vector_column import column_of


def reduce_table(self: Any, protocol: SupportsIndex, /) -> tuple[Any, ...]:
    store = self._store
    refuse_circle(store)
    columns: list[Any] = []
    aside = strings_aside(self)
    for each in store.fields.values():
        column = self._column(each.name)
        if aside is not None and each.type.kind == "s":
            column = column_of(aside, aside.field(each.name))
        if each.type.kind == "r":
            columns.append(lent(column._link()._ids(), protocol))
        elif each.type is OBJECT or len(column) == 0:
            columns.append(column.tolist())
        elif each.parts:
            columns.append([lent(self._column(part.name)._raw(), protocol) for part in each.parts])
        elif each.type.nullable:
            bits = column._cells().bits(column._range())
            columns.append((lent(bits, protocol), lent(column._raw(), protocol)))
        else:
            columns.append(lent(column._raw(), protocol))
    arguments: tuple[Any, ...]
    arguments = (type(self), *reference(store.record), store.asked, store.is_open, self.has_ids)
    if store.targets:
        arguments += ({name: store.targets[each.index] for name, each in store.references()},)
    labels = {each.name: each.type.labels for each in store.fields.values() if each.type.labels}
    more: list[Any] = []
    if aside is not None or self.has_ids or labels:
        more.append(() if aside is None else texts_of(aside.c.strings))
    if self.has_ids or labels:
        more.append(ids.read(store, self._range()).tobytes() if self.has_ids else None)
    if labels:
        more.append(labels)
    return restore_table, arguments, (sys.byteorder, columns, *more)


def refuse_circle(store: Store) -> None:
    """Raises ArgumentError if the rows of other tables refer back: none of them could be loaded
    before the others."""
    asked, seen = [store], {store}
    while asked:
        of = asked.pop()
        for name, each in of.references():
            target = of.target_of(each.index)._store
            if target is store and of is not store:
                raise ArgumentError(
                    f"{of.record.__name__}.{name} refers back to the table: tables that refer to "
                    "each other can't be pickled; pickle their columns, or drop that field first"
                )
            if target not in seen:
                seen.add(target)
                asked.append(target)


def strings_aside(table: Any) -> Store | None:
    """The string fields of a table alone, with a pool that has no other strings; None if there are
    none."""
    names = [name for name, each in table._store.fields.items() if each.type.kind == "s"]
    if not names:
        return None
    fields = [Field(name, table._store.fields[name].type) for name in names]
    made = new_store(described(fields), 0, 0, layout)
    made.extend({name: table._column(name) for name in names})
    return made


def lent(memory: Any, protocol: SupportsIndex) -> Any:
    """Memory that may go out of band."""
    from pickle import PickleBuffer

    if protocol.__index__() < 5 or (IS_PYPY and memoryview(memory).nbytes < 2):
        return bytes(memory)  # PyPy's pickler asserts that a byte alone comes only once
    return PickleBuffer(memory)


def restore_table(
    table_class: type[Any],
    family: RecordType | None,
    parts: tuple[Any, ...],
    asked: int,
    is_open: bool = False,
    has_ids: bool = False,
    targets: Targets | None = None,
) -> Any:
    """A table without rows, made from its pickle."""
    made = object.__new__(table_class)
    record = dereference(family, parts)
    settle(made, new_store(record, 0, asked, layout, ids=has_ids, targets=targets))
    made._store.is_open = is_open
    return made


def set_state(self: Any, state: tuple[Any, ...]) -> None:
    byte_order, columns, *more = state
    fields = self._store.fields.values()
    pool = pool_with(more[0]) if more else None
    labels = more[2] if len(more) > 2 else {}
    columns = [
        with_places(column, each, labels[each.name], byte_order) if each.name in labels else column
        for each, column in zip(fields, columns)
    ]
    given = {
        each.name: column
        if isinstance(column, list) and not (column and each.parts)
        else cells_source(column, each.type, byte_order, pool)
        for each, column in zip(fields, columns)
        if each.type.kind != "r"
    }
    if given:
        self._store.extend(given)
    else:
        self._store.resize(memoryview(columns[0]).nbytes // 8)  # all are references
    if len(more) > 1 and more[1] is not None:
        ids.restore(self._store, more[1], byte_order)
    for each, column in zip(fields, columns):
        if each.type.kind == "r":  # of rows that have their ids again
            restore_references(self._store, each, values_of_bytes(column, "Q", byte_order))


def with_places(column: Any, field: StoredField, labels: tuple[str, ...], byte_order: str) -> Any:
    """The column of an enumeration whose members had these names: with the places that they have
    now. Raises WrongTypeError for a value that is no member any more."""
    if labels == field.type.labels or isinstance(column, list):
        return column
    bits, cells = column if isinstance(column, tuple) else (None, column)
    now = {label: place for place, label in enumerate(field.type.labels)}
    places = [now.get(label) for label in labels]
    there = None if bits is None else memoryview(bits).cast("B")
    made = array(field.type.code)
    code = "B" if len(labels) <= 256 else "H"
    for i, was in enumerate(values_of_bytes(cells, code, byte_order)):
        is_null = there is not None and not there[i >> 3] >> (i & 7) & 1
        place = 0 if is_null else places[was] if was < len(places) else None
        if place is None:
            what = repr(labels[was]) if was < len(labels) else f"a member {was}"
            raise WrongTypeError(
                f"the pickle has {what} in {field.name}, which is no member of {field.type}"
            )
        made.append(place)
    if byte_order != sys.byteorder:
        made.byteswap()
    return made if bits is None else (bits, made)


def restore_references(store: Store, field: StoredField, found: Sequence[int]) -> None:
    """Fills a column of references with ids, of which 0 is None."""
    if field.type.is_optional or 0 not in found:
        source = packed_source(array("Q", found), field.type, len(found))
        store.write(field, range(len(found)), source, store.state())
        return
    for index, number in enumerate(found):
        if number != 0:
            store.put(field.index, "u", index, number)


def pool_with(texts: Any) -> Store:
    """A store whose pool gives these strings the handles 1, 2, …; it keeps the pool alive."""
    made = new_store(described([Field("texts", STRING)]), 0, 0, layout)
    made.extend({"texts": texts})
    if made.c.strings.count != len(texts) + 1:
        raise ArgumentError("the pickle is damaged: its strings are not all different")
    return made


def cells_source(cells: Any, field_type: FieldType, byte_order: str, pool: Store | None) -> Any:
    """What a pickle has of a column; the pool has its strings."""
    if field_type.length:
        parts = [cells_source(each, field_type.base, byte_order, pool) for each in cells]
        return VectorSource(field_type, parts)
    if isinstance(cells, tuple):
        bits, plain = cells
        made = cells_source(plain, field_type.inner, byte_order, pool)
        found = memoryview(bits).cast("B")
        if 8 * len(found) < made.length:
            raise LengthError(f"{len(found)} bytes of validity for {made.length} values")
        return made.with_validity(found)
    values = values_of_bytes(cells, field_type.code or "I", byte_order)
    made = packed_source(values, field_type, len(values))
    if field_type is STRING:
        if pool is None:
            raise ArgumentError("the pickle is damaged: it has no strings")
        made.strings, made.keep = pool.c.strings, (made.keep, pool)
    return made


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
