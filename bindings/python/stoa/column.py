"""Columns: the values of one field, as an array that reads and writes the table."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from reprlib import recursive_repr
from typing import TYPE_CHECKING, Any, Callable, Generic, TypeVar, overload

from stoa._access import masks
from stoa._lazy import tree
from stoa._lazy.assignment import store_values
from stoa._lazy.expression import Expression
from stoa._lazy.operators import Counted, InPlace
from stoa._lazy.program import reduce_field
from stoa._lazy.results import with_nan
from stoa._lib import copies
from stoa._lib.ffi import ffi, lib
from stoa._schema.extension import rows as extension
from stoa._schema.times import DATE, numpy_dtype, numpy_times
from stoa._schema.types import IS_PYPY, OBJECT, FieldType
from stoa._store import versions
from stoa._store.arrow import Export
from stoa._store.cells import text_at, value_reader
from stoa._store.sources import (
    Source,
    StoredField,
    given_source,
    parts_of,
)
from stoa._store.store import Store
from stoa._store.tensors import AsTensor
from stoa._store.versions import column_version
from stoa.errors import (
    ArgumentError,
    ColumnBufferError,
    RowValueError,
    StaleError,
    WrongTypeError,
    shown,
)

Value = TypeVar("Value")
ALL: Any = object()
CHUNK = 1 << 14  # values that a search reads at once

if IS_PYPY and not TYPE_CHECKING:
    from __pypy__.bufferable import bufferable as Base
elif extension is not None and not TYPE_CHECKING:
    Base = extension.Bufferable
else:

    class Base:
        """The base that makes a __buffer__ method work on PyPy, and on CPython before 3.12."""

        __slots__ = ()


SHOWN = 6


class Column(Base, InPlace[Expression], AsTensor, Generic[Value]):
    """A field of all rows of a table, or of a window: an array that does not move.

    Reads and writes go through to the table. A column of a table follows its length; a slice of a
    column, or the column of a window, has a fixed length, and is stale once rows were removed,
    inserted in the middle or reordered. len() is the number of rows; items and iteration give
    Python values. Operators give expressions, reductions (sum, mean, …) compute at once, and
    `column += 1` writes through.
    """

    __slots__ = (
        "_assignments",
        "_export",
        "_field",
        "_is_read_only",
        "_name",
        "_order",
        "_positions",
        "_store",
        "_type",
    )

    def __init__(self, store: Store, field: StoredField, positions: range | None = None) -> None:
        self._store = store
        self._field = field.index
        self._name = field.name
        self._type = field.type
        self._positions = positions
        self._order = store.order
        self._assignments = store.assignments.get(field.index, 0)
        self._export: Any = None
        self._is_read_only = False  # of that export

    _stoa_cells = True  # its cells are in a table (sources.py)

    def __copy__(self) -> Column[Value]:
        return self

    __reduce_ex__ = copies.refused("a column", "tolist()")

    def _range(self) -> range:
        """The rows that it covers."""
        if self._positions is None:
            return range(self._store.rows())
        self._store.check_order(self._order, "column of a window")
        return self._positions

    def _reader(self) -> Callable[[int], Any] | None:
        """The value of what a cell holds; None: it is the value."""
        return value_reader(self._type, self._store, self._field)

    def _cells(self) -> Any:
        return self._store.cells_of(self._field, self._name)

    def _live_fields(self) -> Iterator[StoredField]:
        is_vector = self._type.length > 0
        return (
            each
            for each in self._store.columns.values()
            if each.index == self._field and bool(each.parts) == is_vector
        )

    def _parts(self) -> list[Column[Any]]:
        """The columns of its components: itself."""
        return [self]

    def _has_nulls(self) -> bool:
        return self._type.nullable and self._cells().has_nulls(self._range())

    # ---- properties ----

    def _called(self) -> str:
        self._cells()
        return next(self._live_fields()).name

    @property
    def name(self) -> str:
        """The present name of the field. Raises FieldNameError once the field was dropped."""
        return self._called()

    @property
    def type(self) -> FieldType:
        """The type of the field, for example stoa.int32; a str."""
        return self._type

    @property
    def nbytes(self) -> int:
        """The bytes of the cells; for an object or string field, of the handles.

        Raises FieldNameError once the field was dropped.
        """
        return len(self) * self._type.width

    @property
    def version(self) -> int:
        """A number that grows when values change: a cell is written to, or rows are removed,
        inserted in the middle or reordered.

        Appending rows does not change it, since existing values stay the same. Writes through
        numpy's views and `buffer` are not noticed. Part of a column has the version of the whole
        column. Raises FieldNameError once the field was dropped. O(1).
        """
        self._cells()
        return column_version(self._store.c, self._field)  # type: ignore[no-any-return]

    def __len__(self) -> int:
        self._cells()
        return len(self._range())

    @recursive_repr()
    def __repr__(self) -> str:
        rows = self._range()
        first = [text_at(self, i, shown) for i in range(min(SHOWN, len(rows)))]
        more = ", …" if len(rows) > SHOWN else ""
        return (
            f"<Column {self._called()}: {self._type}, {len(rows):,} rows: {', '.join(first)}{more}>"
        )

    # ---- computing ----

    def _stored_field(self) -> StoredField:
        found = self._store.columns.get(self._name)
        if found is not None and found.index == self._field:
            return found
        return self._store.columns[self._called()]

    def _expression(self) -> Expression:
        """The node of its present values; for a part of a column, an array."""
        field, store = self._stored_field(), self._store
        if self._type is OBJECT:
            raise WrongTypeError(f"{field.name} is an object field: it cannot be computed with")
        seen = tuple(versions.seen(store, each) for each in field.cells())
        rows = self._range()  # counted last, so that rows removed before are noticed
        if self._positions is None:
            return Expression(tree.field(field), store, len(rows), seen)
        source = self._stoa_source()
        assert source is not None
        name = f"{field.name}[{rows.start}:{rows.stop}:{rows.step}]"
        node = tree.arrays(parts_of(source), name)
        return Expression(node, store, len(rows), seen, tuple(parts_of(source)))

    def _reduce(self, operation: int, *others: Any) -> Any:
        if self._positions is not None or self._type is OBJECT:
            return super()._reduce(operation, *others)
        field = self._stored_field()
        return reduce_field(self._store, tree.field(field), operation, *others)

    def _counted(self, is_sorted: bool) -> Counted:
        return self._expression()._count_values(is_sorted, self._type)

    def _store_values(self, value: Expression) -> None:
        self._write(self._range(), value)

    def _check_assigned(self, store: Store) -> None:
        """Raises if it is used as a right side after its field was assigned to as a whole, because
        the line `points.x, points.y = points.y, points.x` means the values from before."""
        if self._store is store and store.assignments.get(self._field, 0) != self._assignments:
            raise StaleError(
                f"{self._name!r} was assigned to since this column was taken, and may have meant "
                "the values of then: take it again, or store several columns by one update()"
            )

    def _is(self, other: Any) -> bool:
        """Whether the other column has the same cells."""
        return (
            isinstance(other, Column)
            and other._store is self._store
            and other._field == self._field
            and other._range() == self._range()
        )

    # ---- items ----

    @overload
    def __getitem__(self, index: int) -> Value: ...
    @overload
    def __getitem__(self, index: slice) -> Column[Value]: ...
    def __getitem__(self, index: Any) -> Any:
        """A value; for a slice, a column of those rows that shares the memory.

        Raises RowIndexError, and StaleError for the column of a stale window.
        """
        if isinstance(index, slice):
            field = StoredField(self._name, self._type, self._field)
            return type(self)(self._store, field, masks.part(index, self._range))
        position = masks.position(index, self._range)
        cell, read = self._cells()[position], self._reader()
        return cell if read is None else read(cell)

    def __setitem__(self, index: Any, value: Any) -> None:
        """Stores one value; or, into a slice, a scalar or as many values as it has rows.

        Raises RowIndexError, WrongTypeError or RangeError for a value that does not fit its field,
        LengthError for another number of values, and BusyError while another thread computes with
        the table.
        """
        if isinstance(index, slice):
            self._write(masks.part(index, self._range), value)
            return
        converted = self._type.convert(value, self._name)
        position = masks.position(index, self._range)
        self._cells()
        if self._type.kind in "osr":
            self._store.write_object(self._field, position, converted)
        else:
            encoder = None if converted is None else self._type.encoder
            cell = converted if encoder is None else encoder(converted)
            self._store.put(self._field, self._type.base.kind, position, cell)

    def _write(self, rows: range, value: Any) -> None:
        """Everything is checked before anything is stored; `value` may be a column of the same
        table."""
        field, store = self._stored_field(), self._store
        if isinstance(value, Column) and value._is(self) and rows == self._range():
            return  # `points.x += 1` ends with this store
        if isinstance(value, Expression) and value._store is store and rows == range(store.rows()):
            store_values(store, {field.name: value}, len(rows))
            return
        state = store.state()
        self._range()  # raises if the rows are stale
        store.write(field, rows, given_source(value, field), state)

    def _for_arrow(self) -> Export:
        self._cells()
        return Export(self._store, self._field, None if self._positions is None else self._range())

    # ---- searching ----

    def index(self, value: Any, start: int = 0, stop: int = sys.maxsize) -> int:
        """The first row from start to stop that holds the value, as list.index does.

        Raises RowValueError if there is none.
        """
        asked = masks.checked_slice(slice(start, stop))
        for first, values in self._chunks(*asked.indices(len(self))[:2]):
            if value in values:
                return first + values.index(value)
        raise RowValueError(f"{shown(value)} is not in the column")

    def count(self, value: Any = ALL) -> int:
        """The number of values that are not None; with a value given, how many equal it, as
        list.count does.

        Raises FieldNameError once the field was dropped.
        """
        if value is ALL:
            return super().count() if self._type.nullable else len(self)
        return sum(values.count(value) for _, values in self._chunks(0, len(self)))

    def _chunks(self, start: int, stop: int) -> Iterator[tuple[int, list[Value]]]:
        """Yields lists of many values each, with the row of their first."""
        for first in range(start, stop, CHUNK):
            yield first, self[first : min(first + CHUNK, stop)].tolist()

    # ---- all values ----

    def tolist(self) -> list[Value]:
        """The values as a list of Python objects.

        Raises FieldNameError once the field was dropped, and StaleError for the column of a stale
        window.
        """
        cells, rows = self._cells(), self._range()
        if self._type.nullable:
            if cells.has_nulls(rows):
                read, values = self._reader(), cells.of(rows)
                return values if read is None else list(map(read, values))
            cells = cells.plain
        if IS_PYPY:
            plain = ffi.unpack(cells + rows.start, len(rows)) if rows.step == 1 and rows else None
            values = [cells[i] for i in rows] if plain is None else plain
        else:
            values = cells[slice_of(rows)].tolist()
        read = self._reader()
        return values if read is None else list(map(read, values))

    def __iter__(self) -> Iterator[Value]:
        """Yields the values one by one, including those of rows appended meanwhile."""
        store, order = self._store, self._order
        if self._positions is None:
            order = store.order
        return self._running(order, store.generation, self._range())

    def _running(self, order: int, generation: int, rows: range) -> Iterator[Value]:
        store = self._store
        if store.generation != generation:
            generation = store.check_generation(self._field, self._name, order, "iterator")
        while rows:
            for value in self._live(rows):
                yield value
                if store.generation != generation:
                    generation = store.check_generation(self._field, self._name, order, "iterator")
            rows = range(rows.stop, store.rows()) if self._positions is None else rows[:0]

    def _live(self, rows: range) -> Iterator[Any]:
        """Yields the values of these rows; each is read when it is asked for."""
        cells = self._cells()
        if IS_PYPY or self._type.nullable:
            values: Iterator[Any] = (cells[i] for i in rows)
        else:
            values = iter(cells[slice_of(rows)])
        read = self._reader()
        return values if read is None else map(read, values)

    def __reversed__(self) -> Iterator[Value]:
        return iter(self[::-1])

    def __contains__(self, value: object) -> bool:
        return any(each is value or each == value for each in self)

    def _equals(self, other: Column[Any]) -> bool:
        """Whether both have the same values."""
        if len(self) != len(other):
            return False
        is_plain = self._type.kind not in "osr" and not self._type.nullable and not IS_PYPY
        if self._type is other._type and is_plain:
            return self.buffer == other.buffer
        if self._type is OBJECT:
            return all(mine is theirs or mine == theirs for mine, theirs in zip(self, other))
        return all(mine == theirs for mine, theirs in zip(self, other))

    # ---- memory ----

    def _exported(self) -> Any:
        """A pointer to the cells. While it lives, the table is alive and the memory stays
        mapped."""
        self._cells()
        store = self._store
        store.export(self._field)
        pointer = ffi.cast("char *", lib.stoa_column_cells(store.c, self._field))
        return ffi.gc(pointer, unexport(store, self._field, store.new_view()))

    def _kept_export(self) -> Any:
        """The same, kept with the column, and whether what it is for is read-only."""
        is_lent = self._store.is_lent()
        if self._export is None or (self._is_read_only and not is_lent):
            self._export, self._is_read_only = self._exported(), is_lent
        return self._export, self._is_read_only

    @property
    def buffer(self) -> memoryview:
        """The cells as a memoryview of the field's format, without a copy: writable, unless the
        table is lent.

        It keeps the table alive, and its length stays the same. After rows were removed, or the
        field was dropped, its values are unspecified. An object or string field has no buffer.
        memoryview checks what is stored, and rounds a float for a float32 cell. Raises
        ColumnBufferError for an object or string field, and for a column with nulls.
        """
        if self._type.kind in "os":
            what = "an object" if self._type is OBJECT else "a string"
            raise ColumnBufferError(f"{self._name} is {what} field, which has no buffer")
        if self._has_nulls():
            raise ColumnBufferError(
                f"{self._name} has nulls, for which a buffer of {self._type.inner} has no value: "
                "take fill_null(value), and the validity beside it"
            )
        return self._raw()

    def _raw(self) -> memoryview:
        """The cells as they are: zero where there is no value."""
        rows, size = self._range(), max(1, self._store.rows()) * self._type.width
        whole: Any = memoryview(ffi.buffer(self._exported(), size))
        view: memoryview = whole.cast(self._type.code or "I")[slice_of(rows)]
        return view.toreadonly() if self._store.is_lent() else view

    def __buffer__(self, flags: int) -> memoryview:
        if self._type.kind == "t":  # so that numpy asks for its own kind of times
            raise ColumnBufferError(f"{self._name} is {self._type}: its counts are in .buffer")
        return self.buffer

    if TYPE_CHECKING:
        __array_interface__: dict[str, Any]
    else:

        @property
        def __array_interface__(self):
            """numpy's array interface, version 3: shares the memory, writable."""
            if self._type.kind in "os" or self._type.base is DATE or self._has_nulls():
                raise AttributeError("objects, strings, dates and nulls have no array interface")
            export, is_read_only = self._kept_export()
            rows, width = self._range(), self._type.width
            kind = f"{self._type.base.kind.replace('?', 'b')}{width}"
            if self._type.kind == "t":
                kind = numpy_dtype(self._type)
            order = "|" if width == 1 else {"little": "<", "big": ">"}[sys.byteorder]
            address = int(ffi.cast("uintptr_t", export))
            return {
                "version": 3,
                "shape": (len(rows),),
                "typestr": f"{order}{kind}",
                "data": (address + (rows.start * width if rows else 0), is_read_only),
                "strides": None if rows.step == 1 else (rows.step * width,),
            }

    @property
    def validity(self) -> memoryview:
        """Which rows have a value, as bools: a read-only copy, of format "?", for numpy.asarray.

        Raises FieldNameError once the field was dropped.
        """
        there: Any = (~self.is_null())._values()
        return there.toreadonly()  # type: ignore[no-any-return]

    if not TYPE_CHECKING:

        @property
        def __array__(self):
            """How numpy makes an array of strings, of dates, and of values with nulls."""
            if self._type.kind == "s":
                return self._array_of_objects
            if self._type.base is DATE and not self._has_nulls():
                return self._array_of_days
            if self._has_nulls():
                return self._array_with_nan
            raise AttributeError("other columns share their memory")

    def _array_of_objects(self, dtype: Any = None, copy: bool | None = None) -> Any:
        from numpy import array, empty

        if copy is False:
            raise ArgumentError(f"{self._name} is a string field: an array of it is a copy")
        made: Any = empty(len(self), dtype=object)
        made[:] = self.tolist()
        return made if dtype is None else array(made, dtype=dtype)

    def _array_of_days(self, dtype: Any = None, copy: bool | None = None) -> Any:
        import numpy

        if copy is False:
            raise ArgumentError(f"{self._name} counts days in 32 bits: an array of it is a copy")
        values = numpy_times(numpy.asarray(self._raw()), self._type)
        return values if dtype is None else values.astype(dtype, copy=False)

    def _array_with_nan(self, dtype: Any = None, copy: bool | None = None) -> Any:
        import numpy

        if copy is False:
            raise ArgumentError(f"{self._name} has nulls: its array is always a copy")
        cells = numpy.asarray(self._raw())
        if self._type.kind == "t":
            cells = numpy_times(cells, self._type)
        values = with_nan(cells, numpy.asarray(self.validity), self._name, self._type)
        return values if dtype is None else values.astype(dtype, copy=False)

    def _stoa_source(self) -> Any:
        """A Source of the cells themselves, for a store into another column."""
        if self._type is OBJECT:
            return None
        rows, width = self._range(), self._type.width
        self._cells()
        pointer = ffi.cast("char *", lib.stoa_column_cells(self._store.c, self._field))
        start = rows.start * width if rows else 0
        made = Source(self._type, pointer + start, len(rows), rows.step * width, keep=self)
        if self._type.kind == "s":
            made.strings = self._store.c.strings
        if self._has_nulls():
            made.with_validity(self._cells().bits(rows))
        return made


def unexport(store: Store, field: int, views: list[None]) -> Callable[[Any], None]:
    """What ends an export, and the view that it is for: one of `views`, unless it is empty."""

    def end(pointer: Any) -> None:
        if views:
            views.pop()
        store.unexport(field)

    return end


def slice_of(rows: range) -> slice:
    """The slice of a sequence that takes these rows."""
    if not rows:
        return slice(0, 0)
    return slice(rows.start, rows.stop if rows.stop >= 0 else None, rows.step)
