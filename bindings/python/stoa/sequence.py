"""What tables and windows have in common: rows by index and in order, and columns.

Both are a store and a range of row numbers. A table's range follows its length. A window's range is
fixed, and the window is stale once the table's order number has changed.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from itertools import islice
from reprlib import recursive_repr
from typing import TYPE_CHECKING, Any, Generic

from stoa import display, hints
from stoa._access import intake, masks, rows
from stoa._lazy.queries import Queries, R
from stoa._schema.extension import rows as extension
from stoa._schema.record import (
    Record,
    to_tuple,
)
from stoa._schema.types import FieldType
from stoa._store.store import Store
from stoa.column import Column
from stoa.errors import FieldNameError, RowValueError, WrongTypeError, shown

if extension is not None and not TYPE_CHECKING:
    SequenceBase = extension.SequenceBase
else:

    class SequenceBase:
        """Replaced by the extension's base, if there is one: the store."""

        __slots__ = ("_store",)

        _store: Store


class Rows(SequenceBase, Queries[R], Generic[R]):
    """The base of Table and Window: everything except what returns another table or window."""

    __slots__ = ()

    def _range(self) -> range:
        """Its row numbers in the table. Raises StaleError for a stale window."""
        raise NotImplementedError

    # ---- properties ----

    @property
    def record(self) -> type[R]:
        """The class of its rows: the one it was made with, until a field is added, dropped or
        renamed."""
        return self._store.record  # type: ignore[return-value]

    @property
    def fields(self) -> dict[str, FieldType]:
        """A new dict of field names and types, in order."""
        return {each.name: each.type for each in self._store.fields.values()}

    @property
    def nbytes(self) -> int:
        """The bytes of the rows' values: the number of rows times the sum of the field widths."""
        width = sum(each.type.width for each in self._store.fields.values())
        return len(self._range()) * width

    def __len__(self) -> int:
        """The number of rows."""
        return len(self._range())

    @recursive_repr()
    def __repr__(self) -> str:
        return display.as_text(self)

    def _repr_html_(self) -> str:
        return display.as_html(self)

    def __dir__(self) -> list[str]:
        """The names of the fields and of the attributes that every table has."""
        return sorted({*object.__dir__(self), *filter(str.isidentifier, self._store.fields)})

    # ---- columns ----

    def _column(self, name: str) -> Column[Any]:
        raise NotImplementedError

    def __getattr__(self, name: str) -> Column[Any]:
        if name.startswith("__") or name == "_store":
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        if name in hints.ELSEWHERE and name not in self._store.fields:
            raise FieldNameError(hints.text(name, self._store.fields))
        return self._column(name)

    def __setattr__(self, name: str, value: Any) -> None:
        """Stores a whole column: from a scalar, or from one value per row."""
        is_own = hasattr(type(self), name)
        if name in self._store.fields and is_own:
            raise FieldNameError(
                f"{name!r} is an attribute of every {type(self).__name__}: write the field of that "
                f"name as rows[{name!r}] = …"
            )
        if is_own:
            object.__setattr__(self, name, value)
        else:
            self._store_column(name, value)

    def _store_column(self, name: str, value: Any) -> None:
        column, assigned = self._column(name), self._store.assignments
        if isinstance(value, Column):
            value._check_assigned(self._store)
        column._write(self._range(), value)
        assigned[column._field] = assigned.get(column._field, 0) + 1

    # ---- rows ----

    def _row(self, position: int) -> R:
        return rows.new_row(self._table, position)  # type: ignore[no-any-return]

    def __setitem__(self, key: Any, value: Any) -> None:
        """Stores a record (or tuple, or mapping) into a row, or a whole column by name.

        Assigning a row of the same table is refused: `t[i], t[j] = t[j], t[i]` would lose one. A
        slice takes as many records as it has rows; a slice of a table any number, as with a list.
        Raises RowIndexError, WrongTypeError or RangeError for a value that does not fit its field,
        LengthError for another number of values, and BusyError while another thread computes with
        the table.
        """
        if isinstance(key, str):
            self._store_column(key, value)
        elif isinstance(key, slice):
            self._set_slice(masks.part(key, self._range), value)
        else:
            position, state = masks.position(key, self._range), self._store.state()
            if isinstance(value, rows.Row) and value._stoa_table is self._table:
                raise WrongTypeError(
                    "a row of the same table holds no values of its own: use swap(i, j) to "
                    "exchange two rows, shuffle() for a random order, stoa.copy(row) to store "
                    "what it holds now"
                )
            self._store.replace(position, intake.values_of(self._store, value), state)

    def _set_slice(self, positions: range, records: Any) -> None:
        raise NotImplementedError

    # ---- iterating ----

    _follows = False  # whether iteration includes rows appended meanwhile

    def __iter__(self) -> Iterator[R]:
        return rows.iterate(self)

    def cursor(self) -> Iterator[R]:
        """Yields one row object that moves from row to row. Don't keep the object.

        Raises StaleError once rows were removed or reordered.
        """
        return rows.move(self)

    def to_dicts(self) -> list[dict[str, Any]]:
        """Yields a dict for each row; objects are not copied.

        Raises StaleError if rows are removed meanwhile.
        """
        names = list(self._store.fields)
        return [dict(zip(names, values)) for values in self.values()]

    # ---- searching ----

    def _find(self, value: Any, start: int = 0, stop: int = sys.maxsize) -> Iterator[int]:
        if isinstance(value, Record):
            value = to_tuple(value)
        elif isinstance(value, Mapping) and set(value) == set(self._store.fields):
            value = tuple(value[name] for name in self._store.fields)
        if not isinstance(value, tuple):
            return
        first, stop, _ = masks.checked_slice(slice(start, stop)).indices(len(self._range()))
        for i, values in enumerate(islice(Queries.values(self), first, max(first, stop)), first):
            if values == value:
                yield i

    def __contains__(self, value: object) -> bool:
        return next(self._find(value), None) is not None

    def index(self, value: Any, start: int = 0, stop: int = sys.maxsize) -> int:
        """The index of the first row that is equal to a record, tuple or mapping.

        Raises RowValueError if there is none.
        """
        return self._first(value, start, stop)

    def _first(self, value: Any, start: int = 0, stop: int = sys.maxsize) -> int:
        for i in self._find(value, start, stop):
            return i
        raise RowValueError(f"{shown(value)} is not in the table")

    def count(self, value: Any) -> int:
        """The number of rows that are equal to a record, tuple or mapping.

        Raises StaleError if rows are removed meanwhile.
        """
        return sum(1 for _ in self._find(value))

    def __eq__(self, other: object) -> bool:
        """Whether both have fields with the same names, and rows with the same values."""
        if not isinstance(other, Rows):
            return NotImplemented
        if list(self._store.fields) != list(other._store.fields) or len(self) != len(other):
            return False
        names = self._store.fields
        return all(self._column(name)._equals(other._column(name)) for name in names)

    __hash__ = None  # type: ignore[assignment]
