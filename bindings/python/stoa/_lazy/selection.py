"""Selections: a row set (rowset.py) as users have it."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Generic, overload

from stoa._access import loops
from stoa._lazy import masks
from stoa._lazy.assignment import SelectedColumn, store_objects
from stoa._lazy.queries import Queries, R
from stoa._lazy.rowset import RowSet
from stoa._lib import copies
from stoa._lib.ffi import lib
from stoa._schema.types import OBJECT
from stoa.errors import (
    FieldNameError,
    WrongTypeError,
)

if TYPE_CHECKING:
    from stoa.table import Table


class Selection(Queries[R], Generic[R]):
    """What `points.where(points.x > 3)` is: some of the rows of a table, found when needed.

    `near.x` is a column of the selected rows, for reductions, operators and assignment; iteration
    gives rows. Selections of one table are combined by & | ~. A selection means the values of the
    moment when it was written, and is stale once the columns of its condition are written to,
    unless it is pinned: by its own first write, by iteration or by pin(). Rows that are appended
    later don't belong to it; removal and reordering make it stale.
    """

    __module__ = "stoa"
    __slots__ = ("__weakref__", "_row_set", "_store", "_table")

    _row_set: RowSet
    _follows = False

    def __init__(self, table: Table[R], row_set: RowSet) -> None:
        store = object.__setattr__
        store(self, "_table", table)
        store(self, "_store", row_set.store)
        store(self, "_row_set", row_set)

    __copy__ = copies.copy_rows
    __deepcopy__ = copies.deepcopy_rows
    __reduce_ex__ = copies.refused("a selection", "copy()")

    def _scope(self) -> RowSet:
        return self._row_set

    # ---- which rows ----

    def pin(self) -> Selection[R]:
        """Finds the rows now, so that writes to the columns of the condition change nothing."""
        self._row_set.pin()
        return self

    def indices(self) -> array[int]:
        """The numbers of the rows, ascending; numpy.asarray() shares the memory."""
        return self._row_set.indices()

    def mask(self) -> memoryview:
        """A boolean for each row of the table; numpy.asarray() shares the memory."""
        return self._row_set.mask()

    def __len__(self) -> int:
        return len(self._row_set)

    # ---- combined ----

    def __and__(self, other: Any) -> Selection[R]:
        return self._joined(other, lib.STOA_AND)

    def __or__(self, other: Any) -> Selection[R]:
        return self._joined(other, lib.STOA_OR)

    def __invert__(self) -> Selection[R]:
        return Selection(self._table, self._row_set.complement())

    def _joined(self, other: Any, operation: int) -> Selection[R]:
        if not isinstance(other, Selection):
            raise WrongTypeError(
                "a selection goes together with another one, such as where(condition), not with "
                f"{type(other).__name__}"
            )
        return Selection(self._table, self._row_set.joined(other._row_set, operation))

    # ---- columns ----

    def _column(self, name: str) -> SelectedColumn:
        return SelectedColumn(self._row_set, self._store.field(name))

    def __getattr__(self, name: str) -> SelectedColumn:
        if name.startswith("__") or name in Selection.__slots__:
            raise AttributeError(f"a selection has no attribute {name!r}")
        return self._column(name)

    def __setattr__(self, name: str, value: Any) -> None:
        """Stores into a field of the selected rows: a scalar, an expression, or their values."""
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
        """A column of the selected rows for a name, or one of the rows, which pins them."""
        if isinstance(key, str):
            return self._column(key)
        return loops.new_row(self._table, masks.position(key, self._range))

    def __setitem__(self, key: str, value: Any) -> None:
        """The same as by attribute, for names that are taken."""
        if isinstance(value, SelectedColumn) and value._is_of(self._row_set, key):
            return  # what `near.x += 1` stores last
        if self._store.field(key).type is OBJECT:
            store_objects(self._store, self._store.field(key), self._row_set, value)
            self._row_set.let_go()
        else:
            self.update({key: value})

    # ---- rows ----

    def _range(self) -> array[int]:
        return self._row_set.pin().indices()

    def __iter__(self) -> Iterator[R]:
        """The rows, which are pinned."""
        return loops.iterate(self)

    def copy(self) -> Table[R]:
        """A table of its own with copies of the rows; objects are not copied."""
        return self._table._around(self._row_set.copy())

    def delete(self) -> None:
        """Removes the rows from the table; all rows become stale, and the selection does."""
        self._row_set.delete()

    def __repr__(self) -> str:
        return f"<Selection {self._row_set}>"
