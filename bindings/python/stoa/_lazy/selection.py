"""Selections: the public form of a row set (rowset.py)."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from typing import Any, Generic, TypeVar, overload

from stoa._access import masks, rows
from stoa._lazy.assignment import SelectedColumn, selected_column, store_one_by_one
from stoa._lazy.queries import Queries, R
from stoa._lazy.rowset import RowSet
from stoa._lib.ffi import lib
from stoa._store.arrow import Export
from stoa.errors import (
    FieldNameError,
    WrongTypeError,
)

Self = TypeVar("Self", bound="Selected[Any]")


class Selected(Queries[R], Generic[R]):
    """The base of Selection: everything except what returns a table."""

    __slots__ = ("_row_set", "_store", "_table")

    _row_set: RowSet
    _follows = False

    def __init__(self, table: Any, row_set: RowSet) -> None:
        store = object.__setattr__
        store(self, "_table", table)
        store(self, "_store", row_set.store)
        store(self, "_row_set", row_set)

    def _scope(self) -> RowSet:
        return self._row_set

    # ---- which rows ----

    def pin(self: Self) -> Self:
        """Finds the rows now, so that writes to the condition's columns no longer matter.

        Raises StaleError, and RangeError or DivisionByZeroError if a row's value fails.
        """
        self._row_set.pin()
        return self

    def indices(self) -> array[int]:
        """The row numbers, ascending; numpy.asarray() shares the memory.

        Raises StaleError, and RangeError or DivisionByZeroError if a row's value fails.
        """
        return self._row_set.indices()

    def mask(self) -> memoryview:
        """A boolean for each row of the table; numpy.asarray() shares the memory.

        Raises StaleError, and RangeError or DivisionByZeroError if a row's value fails.
        """
        return self._row_set.mask()

    def __len__(self) -> int:
        return len(self._row_set)

    # ---- combining ----

    def __and__(self: Self, other: Any) -> Self:
        return self._joined(other, lib.STOA_AND)

    def __or__(self: Self, other: Any) -> Self:
        return self._joined(other, lib.STOA_OR)

    def __invert__(self: Self) -> Self:
        return type(self)(self._table, self._row_set.complement())

    def _joined(self: Self, other: Any, operation: int) -> Self:
        if not isinstance(other, Selected):
            raise WrongTypeError(
                "a selection can be combined with another one, such as where(condition), not with "
                f"{type(other).__name__}"
            )
        return type(self)(self._table, self._row_set.joined(other._row_set, operation))

    def _for_arrow(self) -> Export:
        return Export(self._store, None, None, self._row_set.bits())

    # ---- columns ----

    def _column(self, name: str) -> SelectedColumn:
        return selected_column(self._row_set, self._store.field(name))

    def __getattr__(self, name: str) -> SelectedColumn:
        if name.startswith("__") or name in Selected.__slots__:
            raise AttributeError(f"a selection has no attribute {name!r}")
        return self._column(name)

    def __setattr__(self, name: str, value: Any) -> None:
        """Stores into a field of the selected rows: a scalar, an expression, or values for them."""
        if hasattr(type(self), name):
            raise FieldNameError(
                f"{name!r} is an attribute of every selection: write the field of that name as "
                f"selection[{name!r}] = …"
            )
        self[name] = value

    @overload
    def __getitem__(self, key: str) -> SelectedColumn: ...
    @overload
    def __getitem__(self, key: int) -> R: ...
    def __getitem__(self, key: Any) -> Any:
        """For a name, the column of the selected rows; for an index, one of the rows, which pins
        them.

        Raises FieldNameError, RowIndexError, and StaleError.
        """
        if isinstance(key, str):
            return self._column(key)
        return rows.new_row(self._table, masks.position(key, self._range))

    def __setitem__(self, key: str, value: Any) -> None:
        """Stores into a field, like assigning the attribute; for names that are methods, too.

        Raises FieldNameError, WrongTypeError or RangeError for a value that does not fit its field,
        LengthError, StaleError, and BusyError while another thread computes with the table.
        """
        if isinstance(value, SelectedColumn) and value._is_of(self._row_set, key):
            return  # `near.x += 1` ends with this store
        if self._store.field(key).type.kind in "or":
            store_one_by_one(self._store, self._store.field(key), self._row_set, value)
            self._row_set.drop_condition()
        else:
            self.update({key: value})

    # ---- rows ----

    def _range(self) -> array[int]:
        return self._row_set.pin().indices()

    def __iter__(self) -> Iterator[R]:
        """The selected rows, which pins them."""
        return rows.iterate(self)

    def delete(self) -> None:
        """Removes the rows from the table; all rows and the selection itself become stale.

        Raises StaleError, and BusyError while another thread computes with the table.
        """
        self._row_set.delete()

    def __repr__(self) -> str:
        return f"<Selection {self._row_set}>"
