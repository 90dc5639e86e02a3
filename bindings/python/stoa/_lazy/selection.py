"""Selections: the rows of a table for which a condition holds, lazily.

A selection begins as its condition, an expression. The bits, one for each row, are computed when
they are first needed, and kept; as long as the condition holds good (moments.py) they are what it
says. To pin a selection is to let go of the condition: from then on the bits decide, until rows
are removed or reordered.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Generic, overload

from stoa._access import loops
from stoa._lazy import bits, masks, tree
from stoa._lazy.assignment import store_objects
from stoa._lazy.expression import AS_IT_IS, Expression, combined
from stoa._lazy.operators import InPlace
from stoa._lazy.queries import Queries, R
from stoa._lib import copies
from stoa._lib.ffi import lib
from stoa._schema.types import OBJECT
from stoa._store.sources import StoredField
from stoa._store.store import Store
from stoa.errors import (
    ArgumentError,
    FieldNameError,
    LengthError,
    ParameterError,
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
    __slots__ = ("__weakref__", "_bits", "_condition", "_order", "_rows", "_store", "_table")

    _bits: Any
    _condition: Expression | None
    _order: int
    _rows: int

    _follows = False

    def __init__(self, table: Table[R], condition: Expression | None, found: Any = None) -> None:
        store = object.__setattr__
        store(self, "_table", table)
        store(self, "_store", table._store)
        store(self, "_order", table._store.order)
        store(self, "_condition", condition)  # None: pinned
        store(self, "_bits", found)  # None: not needed yet
        store(self, "_rows", found.rows if condition is None else condition._rows)

    __copy__ = copies.copy_rows
    __deepcopy__ = copies.deepcopy_rows
    __reduce_ex__ = copies.refused("a selection", "copy()")

    def _scope(self) -> Selection[R]:
        return self

    # ---- which rows ----

    def _check(self) -> None:
        """StaleError if it is."""
        if self._condition is not None:
            self._condition._check()
        else:
            self._store.check_order(self._order, "selection")

    def _condition_left(self) -> Expression | None:
        """The condition, where it has not been computed yet."""
        self._check()
        return self._condition if self._bits is None else None

    def _selected(self) -> Any:
        """The bits."""
        self._check()
        if self._bits is None:
            assert self._condition is not None
            object.__setattr__(self, "_bits", self._condition._select())
        return self._bits

    def _bits_of(self, rows: int) -> Any:
        """The bits for a run over so many rows."""
        found = self._selected()
        if rows != self._rows:
            raise LengthError(f"a selection of {self._rows} rows for {rows}")
        return found

    def pin(self) -> Selection[R]:
        """Finds the rows now, so that writes to the columns of the condition change nothing."""
        self._selected()
        object.__setattr__(self, "_condition", None)
        return self

    def indices(self) -> array[int]:
        """The numbers of the rows, ascending; numpy.asarray() shares the memory."""
        return bits.indices(self._selected())

    def mask(self) -> memoryview:
        """A boolean for each row of the table; numpy.asarray() shares the memory."""
        return bits.mask(self._selected())

    def __len__(self) -> int:
        return self._selected().count  # type: ignore[no-any-return]

    # ---- combined ----

    def __and__(self, other: Any) -> Selection[R]:
        return self._with(other, lib.STOA_AND)

    def __or__(self, other: Any) -> Selection[R]:
        return self._with(other, lib.STOA_OR)

    def __invert__(self) -> Selection[R]:
        condition = self._condition_left()
        if condition is not None:
            return Selection(self._table, combined(lib.STOA_NOT, (condition,)))
        return Selection(self._table, None, bits.others(self._selected()))

    def _found_in(self, store: Store, scope: Selection[R] | None, given: Any) -> Selection[R]:
        """The same as a condition: what `points.where(selection)` is."""
        if given:
            raise ParameterError(f"${next(iter(given))} is for a condition in text")
        if store is not self._store:
            raise ArgumentError("the selection is of another table")
        return self if scope is None else scope & self

    def _with(self, other: Any, operation: int) -> Selection[R]:
        if not isinstance(other, Selection):
            raise WrongTypeError(
                "a selection goes together with another one, such as where(condition), not with "
                f"{type(other).__name__}"
            )
        if other._store is not self._store:
            raise ArgumentError("selections of two tables don't go together")
        mine, others = self._condition_left(), other._condition_left()
        if mine is not None and others is not None and mine._rows == others._rows:
            return Selection(self._table, combined(operation, (mine, others)))
        join = bits.both if operation == lib.STOA_AND else bits.either
        first = bits.fitted(self._store, self._selected())
        if others is None:
            second = other._selected()
        else:  # where the first decides, the second is not asked
            asked = first if operation == lib.STOA_AND else bits.others(first)
            second = others._found_among(asked)
        return Selection(self._table, None, join(first, bits.fitted(self._store, second)))

    # ---- columns ----

    def _column(self, name: str) -> SelectedColumn:
        return SelectedColumn(self, self._store.field(name))

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
        if isinstance(value, SelectedColumn) and value._is_of(self, key):
            return  # what `near.x += 1` stores last
        if self._store.field(key).type is OBJECT:
            store_objects(self._store, self._store.field(key), self, value)
            self._let_go()
        else:
            self.update({key: value})

    def _let_go(self) -> None:
        """Pins what was found, when the columns of the condition have been written to."""
        object.__setattr__(self, "_condition", None)

    # ---- rows ----

    def _range(self) -> array[int]:
        return self.pin().indices()

    def __iter__(self) -> Iterator[R]:
        """The rows, which are pinned."""
        return loops.iterate(self)

    def copy(self) -> Table[R]:
        """A table of its own with copies of the rows; objects are not copied."""
        condition, store = self._condition_left(), self._store
        if condition is not None:
            made = condition._program()
            pointer = made.filter(store, self._rows)
            condition._put_back(AS_IT_IS, made)
            return self._table._around(Store(pointer, store.record, store.pool, store.asked))
        self._selected()
        with store.lock, (call := store.call()), call:
            selected = bits.fitted(store, self._selected())
            return self._table._around(store.derive(lib.stoa_table_take_selected, selected))

    def delete(self) -> None:
        """Removes the rows from the table; all rows become stale, and the selection does."""
        self._selected()  # which may take long, before others have to wait
        store = self._store
        with store.lock, (call := store.call()), call:
            selected = bits.fitted(self._store, self._selected())
            self._store.change(lib.stoa_table_remove_selected, selected)

    def __repr__(self) -> str:
        name = self._store.record.__name__
        if self._condition is None:
            return f"<Selection of {self._bits.count:,} of {self._rows:,} rows of {name}, pinned>"
        stale = ", stale" if any(each.over for each in self._condition._moments) else ""
        where = tree.text_of(self._condition._node)
        return f"<Selection where {where}, of {self._rows:,} rows of {name}{stale}>"


class SelectedColumn(Expression, InPlace[Expression]):
    """A field of the selected rows: what `points.where(points.x > 3).w` is.

    An expression that can be stored into: `near.w = 0.0`, `near.w += 1`.
    """

    __slots__ = ("_field",)

    def __init__(self, selection: Selection[Any], field: StoredField) -> None:
        store = selection._store
        if field.type is OBJECT:
            raise WrongTypeError(f"{field.name} is an object field: there is nothing to compute")
        moments = (store.moment(field.index),)
        super().__init__(tree.field(field), store, selection._rows, moments, selection=selection)
        self._field = field

    def _is_of(self, selection: Selection[Any], name: str) -> bool:
        return self._selection is selection and self._field.name == name

    def tolist(self) -> list[Any]:
        """The values as a list; only the selected rows are read."""
        self._check()
        assert self._selection is not None
        cells = self._store.cells[self._field.index]
        return [cells[index] for index in self._selection.indices()]

    def __iter__(self) -> Iterator[Any]:
        return iter(self.tolist())

    def _store_values(self, value: Expression) -> None:
        assert self._selection is not None
        self._selection.update({self._field.name: value})
