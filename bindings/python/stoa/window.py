"""Windows: some rows of a table, by start, stop and step, in its own memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import compress
from typing import TYPE_CHECKING, Any, NoReturn

from stoa._lazy.operators import Operators
from stoa._lazy.queries import R, condition_of
from stoa._lazy.rowset import RowSet, of_positions
from stoa._lazy.selection import Selection
from stoa._lib import copies
from stoa.column import Column
from stoa.errors import ArgumentError, FixedLengthError, RowIndexError, WrongTypeError
from stoa.sequence import Rows

if TYPE_CHECKING:
    from stoa.table import Table


class Window(Rows[R], Sequence[R]):
    """What a slice of a table is: a sequence of fixed length that shares the table's memory.

    Reads and writes go through to the table, which it keeps alive. It is stale once rows were
    removed, inserted in the middle or reordered. copy() makes a table of its own.
    """

    __slots__ = ("_order", "_positions", "_table")

    _order: int
    _positions: range

    def __init__(self, table: Table[R], positions: range) -> None:
        rows = table._range()
        if positions and not (positions[0] in rows and positions[-1] in rows):
            raise RowIndexError(f"{positions!r} is not within the {len(rows)} rows of the table")
        store = object.__setattr__
        store(self, "_table", table)
        store(self, "_store", table._store)
        store(self, "_positions", positions)
        store(self, "_order", table._store.order)

    __copy__ = copies.copy_rows
    __deepcopy__ = copies.deepcopy_rows
    __reduce_ex__ = copies.refused("a window", "copy()")

    def _range(self) -> range:
        self._store.check_order(self._order, "window")
        return self._positions

    def _column(self, name: str) -> Column[Any]:
        return Column(self._store, self._store.field(name), self._range())

    # ---- as a selection of the table: text has the table's row numbers ----

    def _scope(self) -> RowSet:
        if self._range().step < 0:
            raise ArgumentError("a window that runs backwards is no selection: take one forwards")
        return of_positions(self._store, self._range())

    def where(self, condition: Any, /, **parameters: Any) -> Selection[R]:
        """The rows of the window for which a condition holds, already found.

        The condition is text, or an expression or array as long as the window.
        """
        if isinstance(condition, str):
            return super().where(condition, **parameters).pin()
        rows = self._range()
        made = condition_of(self._store, condition, len(rows), parameters)
        return Selection(self._table, of_positions(self._store, compress(rows, made)))

    def assign(
        self, field: str, value: str | Operators[Any], /, where: Any = None, **parameters: Any
    ) -> None:
        """A field from the others, both in text: `points[:9].assign("w", "x + y", "x > 0")`."""
        if not isinstance(value, str) or not isinstance(where, (str, type(None))):
            raise WrongTypeError("a window takes text here, and expressions as window[field] = …")
        super().assign(field, value, where, **parameters)

    def update(self, values: Mapping[str, Any] | None = None, /, **named: Any) -> None:
        """Several fields at once; expressions and arrays are as long as the window."""
        given = {
            name: value._expression()._values() if isinstance(value, Operators) else value
            for name, value in {**(values or {}), **named}.items()
        }
        super().update(given)

    # ---- what it can't ----

    def _set_slice(self, positions: range, records: Any) -> None:
        state = self._store.state()
        columns = self._table._columns_aside(records)
        self._store.splice(positions, columns, state, "a window")

    def _fixed(self, *arguments: Any, **named: Any) -> NoReturn:
        """A window has a fixed length: change its table."""
        raise FixedLengthError(
            "a window has a fixed length and order: append, insert, remove and reorder in its "
            "table, or in a copy()"
        )

    __delitem__ = __iadd__ = append = extend = insert = pop = remove = clear = _fixed
    reverse = resize = swap = swap_remove = shuffle = keep = _fixed
