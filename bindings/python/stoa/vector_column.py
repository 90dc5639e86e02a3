"""Columns of vectors."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from stoa._access import masks
from stoa._lazy.expression import Expression
from stoa._lib.failure import check, new_error
from stoa._lib.ffi import ffi, lib
from stoa._schema.vectors import Live
from stoa._store.sources import StoredField, VectorSource
from stoa._store.store import Store
from stoa.column import Column
from stoa.errors import ColumnBufferError
from stoa.reference_column import ReferenceColumn


class VectorColumn(Column[Any]):
    """A vector field of all rows: `numpy.asarray(points.position)` is of shape (rows, length).

    An item is the vector of a row, which reads and writes the table; tolist() and iteration give
    tuples. `component(0)` and `[:, 0]` are the column of a component.
    """

    __slots__ = ()

    def _cells(self) -> Any:
        self._store.cells_of(self._field, self._name)
        return self._store.cells_for(self._stored_field())

    def component(self, number: int) -> Column[Any]:
        """The column of one component: `points.position.component(0)`.

        Raises RowIndexError if there is no such component.
        """
        field = self._stored_field()
        part = field.parts[masks.position(number, lambda: range(len(field.parts)))]
        return Column(self._store, part, self._positions)

    def __getitem__(self, index: Any) -> Any:
        """The vector of a row; for a slice, a column of those rows; for `[:, 0]`, of a component.

        Raises RowIndexError, and StaleError for the column of a stale window.
        """
        if isinstance(index, tuple) and len(index) == 2:
            return self.component(index[1])[index[0]]
        if isinstance(index, slice):
            return super().__getitem__(index)
        position = masks.position(index, self._range)
        self._cells()
        store = self._store
        return Live(store, self._stored_field(), store.order, position)

    def __setitem__(self, index: Any, value: Any) -> None:
        """Stores the vector of a row; or, into a slice, one vector, one number, or a vector for
        each row; into `[:, 0]`, values of a component.

        Raises RowIndexError, WrongTypeError, RangeError, LengthError and BusyError.
        """
        if isinstance(index, tuple) and len(index) == 2:
            self.component(index[1])[index[0]] = value
        elif isinstance(index, slice):
            self._write(masks.part(index, self._range), value)
        else:
            converted = self._type.convert(value, self._name)
            position = masks.position(index, self._range)
            self._cells()
            self._store.put_vector(self._stored_field(), position, self._store.order, converted)

    def _parts(self) -> list[Column[Any]]:
        return [self.component(i) for i in range(self._type.length)]

    def tolist(self) -> list[Any]:
        """The vectors as a list of tuples.

        Raises FieldNameError once the field was dropped, and StaleError for the column of a stale
        window.
        """
        return list(zip(*(each.tolist() for each in self._parts())))

    def _live(self, rows: range) -> Iterator[Any]:
        return zip(*(each._live(rows) for each in self._parts()))

    def _equals(self, other: Column[Any]) -> bool:
        if not isinstance(other, VectorColumn) or other._type.length != self._type.length:
            return False
        return all(mine._equals(theirs) for mine, theirs in zip(self._parts(), other._parts()))

    def norm(self) -> Expression:
        """The lengths of the vectors, sqrt(dot(v, v)), as an expression."""
        return self._expression().norm()

    @property
    def buffer(self) -> memoryview:
        """None: raises ColumnBufferError. The components have buffers: component(0).buffer."""
        raise ColumnBufferError(
            f"{self._name} is a vector, whose components lie apart: take component(0).buffer, or "
            "numpy.asarray(), which shares the memory of all"
        )

    if not TYPE_CHECKING:

        @property
        def __array_interface__(self):
            """How numpy shares the memory: of shape (rows, length)."""
            first = self.component(0).__array_interface__
            self._kept_export()  # of all components
            place = ffi.new("stoa_vector *")
            core, name = self._store.c, self._stored_field().c_name
            check(lib.stoa_table_find_vector(core, name, place, ffi.NULL), new_error())
            stride = (first["strides"] or (self._type.base.width,))[0]
            return {
                **first,
                "shape": (*first["shape"], self._type.length),
                "strides": (stride, place.distance),
            }

    def _stoa_source(self) -> VectorSource:
        """The cells as they lie, for a store into another column."""
        return VectorSource(self._type, [each._stoa_source() for each in self._parts()])


def column_of(store: Store, field: StoredField, positions: range | None = None) -> Column[Any]:
    """The column of a field, of its kind."""
    if field.type.kind == "r":
        return ReferenceColumn(store, field, positions)
    return (VectorColumn if field.parts else Column)(store, field, positions)
