"""Ids of rows: numbers that stay with their rows, wherever these move to."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from operator import index as as_index
from typing import Any, overload

from stoa._access import masks
from stoa._lazy import bits
from stoa._lazy.queries import R
from stoa._lib.ffi import ffi, lib
from stoa._lib.integers import integer
from stoa._store import ids as stored
from stoa.errors import ArgumentError, RowIdError, WrongTypeError, shown
from stoa.sequence import Rows

CHUNK = 1024  # ids that are read at once in a loop


class Ids(Sequence[int]):
    """The ids of the rows of a table, window or selection: integers from 1 to 2**63 - 1, in order.

    It follows the table: `id in points.ids` tells, in O(1), whether a row has that id now.
    numpy.asarray(points.ids) is a copy, as int64. RowIdError is raised if the table was made
    without ids.
    """

    __module__ = "stoa"
    __slots__ = ("_rows",)

    def __init__(self, rows: Any) -> None:
        self._rows = rows  # a table, window or selection

    def _read(self, rows: Sequence[int]) -> array[int]:
        return stored.read(self._rows._store, rows)

    def _stoa_ids(self) -> array[int]:
        """All of them, which a reference takes, too (sources.py)."""
        row_set = self._rows._row_set
        if row_set is None:
            return self._read(self._rows._range())
        stored.require(row_set.store)
        return bits.ids(row_set.store, row_set.pin().bits())

    def __len__(self) -> int:
        stored.require(self._rows._store)
        return len(self._rows._range())

    @overload
    def __getitem__(self, key: int) -> int: ...
    @overload
    def __getitem__(self, key: slice) -> list[int]: ...
    def __getitem__(self, key: Any) -> Any:
        """The id of a row, or a list of the ids of a slice. Raises RowIndexError."""
        if isinstance(key, slice):
            key = masks.checked_slice(key)
            return self._read(self._rows._range()[key]).tolist()
        stored.require(self._rows._store)
        row = masks.position(key, self._rows._range)
        return self._read(range(row, row + 1))[0]

    def __iter__(self) -> Iterator[int]:
        """Raises StaleError if rows are removed or reordered meanwhile."""
        store = self._rows._store
        stored.require(store)
        order, first = store.order, 0
        while True:
            store.check_order(order, "iterator")
            part = self._rows._range()[first : first + CHUNK]
            if not part:
                return
            yield from self._read(part)
            first += len(part)

    def __contains__(self, value: object) -> bool:
        """Whether a row has that id: False for what is no integer."""
        rows = self._rows
        try:
            found = stored.find(rows._store, as_index(value))  # type: ignore[arg-type]
        except TypeError:
            return False
        return found >= 0 and found in rows._range()

    def tolist(self) -> list[int]:
        """The ids as a list. Raises RowIdError if the table has none, and StaleError."""
        return self._stoa_ids().tolist()

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        import numpy

        if copy is False:
            raise ArgumentError("the ids of rows are copied: numpy.asarray(points.ids)")
        made = numpy.frombuffer(self._stoa_ids(), numpy.int64)
        return made if dtype is None else made.astype(dtype, copy=False)

    def __repr__(self) -> str:
        ids = self[:4]
        more = ", …" if len(self) > len(ids) else ""
        return f"<{len(self)} ids: {', '.join(map(str, ids))}{more}>"


class Identified(Rows[R]):
    """The base of Table: rows by their ids."""

    __slots__ = ()

    @property
    def has_ids(self) -> bool:
        """Whether the rows have ids: whether the table was made with `ids=True`."""
        return self._store.has_ids()

    def by_id(self, id: int, /) -> R:
        """The row that has an id, as stoa.id_of(row) gave it. O(1).

        Raises RowIdError if its row was removed, or was never in this table.
        """
        store, number = self._store, integer(id, "an id")
        while True:  # again if another thread reorders the rows meanwhile
            order = store.c.order
            index = stored.find(store, number)
            if index < 0:
                raise RowIdError(
                    f"no row has the id {shown(number)}: its row was removed, or was never here"
                )
            row = self._row(index)
            if store.c.order == order:
                return row

    def remove_ids(self, ids: Iterable[int], /) -> None:
        """Removes the rows that have these ids: all of them, or none. The others keep their order.

        Raises RowIdError if no row has one of them, and BusyError while another thread computes
        with the table. O(rows).
        """
        if isinstance(ids, (str, bytes, bytearray)) or not hasattr(ids, "__iter__"):
            raise WrongTypeError(f"ids are given as an iterable of integers, not {shown(ids)}")
        given = stored.given(ids)
        data = ffi.from_buffer("uint64_t[]", given)
        self._store.remove(lib.stoa_table_remove_ids, data, len(given))
