"""Assignment: values computed for many rows and stored into fields.

All right sides are compiled to one program, which the library runs as a whole: it checks everything
that can fail before it stores, and every right side sees the values from before.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from stoa._lazy import bits, tree
from stoa._lazy.expression import Expression
from stoa._lazy.operands import constant_of, vector_of
from stoa._lazy.operators import Counted, InPlace, Operators
from stoa._lazy.paths import Following, Link, field_at, linked
from stoa._lazy.program import Program, kept, room_for, validity_for
from stoa._lazy.rowset import RowSet
from stoa._lib.ffi import ffi, lib
from stoa._schema.types import OBJECT, FieldType
from stoa._store import versions
from stoa._store.arrow import Export
from stoa._store.cells import value_reader
from stoa._store.sources import (
    Source,
    StoredField,
    id_array,
    is_scalar,
    one_vector,
    packed_source,
    parts_of,
    source_of,
)
from stoa._store.store import Store
from stoa.errors import ArgumentError, LengthError, WrongTypeError


def store_values(
    store: Store,
    values: Mapping[str, Any],
    rows: int,
    scope: RowSet | None = None,
    where: Expression | None = None,
) -> None:
    """Stores each value into the field of its name, in the first `rows` rows; only in the selected
    ones if there is a selection, and only where the condition holds if there is one."""
    state = store.state()
    sides = [right_side(store, store.field(name), values[name], rows, scope) for name in values]
    if not sides:
        return
    store.check_state(state)
    check_all(sides if where is None else [*sides, where])
    chosen = ffi.NULL if scope is None else scope.bits_for(rows)
    if where is not None and must_come_first(store, where, sides, scope, values):
        chosen, where = where._found_among(chosen), None
    if chosen != ffi.NULL:
        sides = [narrowed(each, chosen) for each in sides]
    if any(reads_what_is_written(store, each, values) for each in sides):
        sides = [aside(each, where, chosen) for each in sides]
    made = program_of(store, sides, where)
    read = sides if where is None else [*sides, where]
    made.assign(store, rows, chosen, list(values), lambda: check_all(read))
    made.keep()
    if scope is not None:
        scope.drop_condition()


def check_all(expressions: Iterable[Expression]) -> None:
    for each in expressions:
        each._check()


def program_of(store: Store, sides: list[Expression], where: Expression | None) -> Program:
    condition = None if where is None else where._node
    return kept(store, tree.listed([each._node for each in sides]), condition)


def must_come_first(
    store: Store,
    where: Expression,
    sides: list[Expression],
    scope: RowSet | None,
    names: Iterable[str],
) -> bool:
    """Whether the condition must be evaluated before anything else is computed. That is so if it
    would see what is written; if it covers all rows but only some are assigned to; or if a right
    side covers all rows."""
    is_whole = where._is_whole and scope is not None
    return (
        is_whole
        or any(is_of_all(each) for each in sides)
        or reads_what_is_written(store, where, names)
    )


def is_of_all(side: Expression) -> bool:
    return side._is_whole and side._scope is None


def reads_what_is_written(store: Store, side: Expression, names: Iterable[str]) -> bool:
    """Whether an expression reads an array that lies in a column that is stored into (a part of the
    column, or a view of it): its cells would be overwritten before they are read."""
    if not side._keep:
        return False
    for name in names:
        for field in store.field(name).cells():
            start = int(ffi.cast("uintptr_t", lib.stoa_column_cells(store.c, field.index)))
            end = start + store.rows() * field.type.width
            if any(lies_within(source, start, end) for source in side._keep):
                return True
    return False


def lies_within(source: Source, start: int, end: int) -> bool:
    first = int(ffi.cast("uintptr_t", source.data))
    last = first + ((source.length or 1) - 1) * (source.stride or source.type.width)
    return min(first, last) < end and max(first, last) + source.type.width > start


def narrowed(side: Expression, chosen: Any) -> Expression:
    """The same values, for a run over only some of their rows."""
    return (
        aside(side._only(bits.mask(chosen)[: side._rows]), None, ffi.NULL)
        if is_of_all(side)
        else side
    )


def aside(side: Expression, where: Expression | None, chosen: Any) -> Expression:
    """The same values, computed beforehand."""
    made = program_of(side._store, [side], where)
    found, rows = made.type(side._store), side._rows
    memory = bytearray(rows * found.width) if found.kind == "s" else room_for(rows, found)
    validity = validity_for(rows) if found.nullable else ffi.NULL
    made.fill(side._store, rows, chosen, found, memory, side._check, validity)
    if found.kind == "s":
        source = packed_source(memory, found, rows)
        source.strings = lib.stoa_program_strings(made.c)
        if found.nullable:
            source.with_validity(bytes(ffi.buffer(validity)))
        source = side._store.handles_of(StoredField("the values", found, -1), source)
        made.keep()
        return Expression(vector_of([source], rows), side._store, rows, (), (source,))
    made.keep()
    if found.nullable:
        source = packed_source(memory, found, rows).with_validity(bytes(ffi.buffer(validity)))
        return Expression(vector_of([source], rows), side._store, rows, (), (source,))
    cells, size = memoryview(memory).cast("B"), rows * found.base.width
    sources = [
        packed_source(cells[i * size : (i + 1) * size], found.base, rows)
        for i in range(found.length or 1)
    ]
    return Expression(vector_of(sources, rows), side._store, rows, (), tuple(sources))


def right_side(
    store: Store, field: StoredField, value: Any, rows: int, scope: RowSet | None
) -> Expression:
    """A value to store into a field, as an expression."""
    if field.type is OBJECT:
        raise WrongTypeError(f"{field.name} is an object field: it takes no computed values")
    is_link = isinstance(value, Operators) and isinstance(value._expression(), Link)
    if field.type.kind == "r" and not is_link:
        raise WrongTypeError(
            f"{field.name} is a reference: it takes no computed values; assign the column, "
            f"table.{field.name} = …"
        )
    if isinstance(value, Operators):
        return expression_side(store, field, value._expression(), rows, scope)
    if value is None and field.type.nullable:
        return Expression(tree.constant(None), store, rows, ())
    if is_scalar(value, field.type):
        if field.parts:
            node = tree.constants(tuple(number for number, _ in one_vector(value, field)))
        else:
            node = constant_of(field.type, field.type.convert(value, field.name))
        return Expression(node, store, rows, ())
    source = source_of(value, field)
    if field.type.kind == "s":
        source = store.handles_of(field, source)
    count = rows if scope is None else len(scope)
    if source.length != count:
        raise LengthError(f"{field.name} was given {source.length} values for {count} rows")
    sources = parts_of(source)
    if scope is not None:
        sources = [spread(each, scope, rows) for each in sources]
    return Expression(vector_of(sources, rows), store, rows, (), tuple(sources))


def expression_side(
    store: Store, field: StoredField, value: Expression, rows: int, scope: RowSet | None
) -> Expression:
    value._check()
    if value._scope is not None and value._scope is not scope:
        raise ArgumentError("the values of one selection don't fit the rows of another")
    if value._store is not store:
        raise ArgumentError("the expression is over another table: give its values by tolist()")
    if value._rows != rows:
        raise LengthError(f"the expression has {value._rows} rows, not {rows}")
    if value._members not in (None, field.type.inner):
        raise WrongTypeError(
            f"{field.name} is {field.type} and takes no members of {value._members}"
        )
    return value


def spread(source: Source, scope: RowSet, rows: int) -> Source:
    """The values of some rows, spread to their places among all rows."""
    width, chosen = source.type.width, scope.bits()
    whole = bytearray(rows * width)
    stride = 0 if source.repeat else source.stride or width
    bits.spread(chosen, source.data, stride, width, whole)
    made = packed_source(whole, source.type, rows)
    made.strings, made.keep = source.strings, (made.keep, source)  # which keeps the pool
    if source.validity != ffi.NULL:
        there = bytearray(rows // 8 + 1)
        for i, index in enumerate(scope.indices()):
            at = 0 if source.repeat else i
            there[index >> 3] |= (source.validity[at >> 3] >> (at & 7) & 1) << (index & 7)
        made.with_validity(bytes(there))
    return made


def listed(store: Store, field: StoredField, values: Any) -> list[Any]:
    """Objects, or rows: those that an array of ids tells, too. Raises RowIdError for an id of none,
    and WrongTypeError."""
    if field.type is OBJECT or id_array(values, field) is None:
        return list(values)
    target = store.target_of(field.index)
    return [target.by_id(each) if each else None for each in values]


def store_one_by_one(store: Store, field: StoredField, scope: RowSet, value: Any) -> None:
    """Stores objects or references into the selected rows: one for all, or one for each."""
    state, indices = store.state(), scope.indices()
    values = [value] * len(indices) if is_scalar(value, field.type) else listed(store, field, value)
    if len(values) != len(indices):
        raise LengthError(f"{field.name} was given {len(values)} values for {len(indices)} rows")
    write = store.write_objects if field.type is OBJECT else store.write_references
    write(field, indices, values, state)


class SelectedColumn(Expression, InPlace[Expression]):
    """A field of the selected rows, such as `points.where(points.x > 3).w`.

    It is an expression that can also be stored into: `near.w = 0.0`, `near.w += 1`.
    """

    __slots__ = ("_field", "_row_set")

    def __init__(self, scope: RowSet, field: StoredField) -> None:
        store = scope.store
        if field.type is OBJECT:
            raise WrongTypeError(f"{field.name} is an object field: it cannot be computed with")
        seen = tuple(versions.seen(store, each) for each in field.cells())
        super().__init__(tree.field(field), store, scope.rows, seen, scope=scope)
        self._field = field
        self._row_set = scope

    def _is_of(self, scope: RowSet, name: str) -> bool:
        return self._row_set is scope and self._field.name == name

    def _chosen(self, found: FieldType) -> bytearray:
        return self._store.reading([each.index for each in self._field.cells()], self._taken)

    def _taken(self) -> bytearray:
        """The cells of the selected rows, read where they lie."""
        self._check()
        chosen, store, fields = self._row_set.bits_for(self._rows), self._store, self._field.cells()
        parts = [ffi.cast("char *", lib.stoa_column_cells(store.c, each.index)) for each in fields]
        return bits.taken_at(chosen, parts, fields[0].type.width)

    def tolist(self) -> list[Any]:
        """The values as a list; only the selected rows are read."""
        if not self._field.type.nullable and self._field.type.kind not in "rs":
            return super().tolist()
        self._check()
        cells, read = (
            self._store.cells_for(self._field),
            value_reader(self._field.type, self._store, self._field.index),
        )
        values = [cells[index] for index in self._row_set.indices()]
        return values if read is None else list(map(read, values))

    def __iter__(self) -> Iterator[Any]:
        return iter(self.tolist())

    def _counted(self, is_sorted: bool) -> Counted:
        return self._count_values(is_sorted, self._field.type)

    def _for_arrow(self) -> Export:
        self._check()
        return Export(self._store, self._field.index, None, self._row_set.bits())

    def _store_values(self, value: Expression) -> None:
        store_values(self._store, {self._field.name: value}, self._rows, self._row_set)


class SelectedReference(Following, SelectedColumn):
    """A reference field of the selected rows; its attributes are the fields that it leads to."""

    __slots__ = ()

    def _target(self) -> Any:
        return self._store.target_of(self._field.index)

    def _link(self) -> Link:
        return linked(self._store, self._field, self)

    _expression = _link

    def __getitem__(self, key: Any) -> Any:
        """For a name, that field of the rows; for an index, a row.

        Raises FieldNameError, RowIndexError and StaleError.
        """
        return field_at(self._link(), key) if isinstance(key, str) else self._link()[key]


def selected_column(scope: RowSet, field: StoredField) -> SelectedColumn:
    """The column of a field, of its kind."""
    return (SelectedReference if field.type.kind == "r" else SelectedColumn)(scope, field)
