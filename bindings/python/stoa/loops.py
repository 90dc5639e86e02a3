"""Loops over rows, one after the other: in C where the extension is, else in Python.

`rows` is a table, window or selection: `_range()` gives its positions in its `_table`, ascending
numbers or a range. A table's loop follows it: it sees rows that are appended. After a removal or a
reordering a loop is stale, at its next step.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from stoa.epoch import stale
from stoa.extension import rows as extension
from stoa.types import OBJECT

if TYPE_CHECKING:
    from stoa.store import Store

ROWS, CURSOR, VALUES = range(3)

if extension is not None:

    def iterate(rows: Any) -> Iterator[Any]:
        """A row for each."""
        return extension.iterate(rows._table, rows._range(), rows._follows, ROWS)  # type: ignore[no-any-return]

    def move(rows: Any) -> Iterator[Any]:
        """One row for all."""
        return extension.iterate(rows._table, rows._range(), rows._follows, CURSOR)  # type: ignore[no-any-return]

    def values(rows: Any, names: tuple[str, ...]) -> Iterator[tuple[Any, ...]]:
        """A tuple for each row of the values of these fields, which there are."""
        return extension.iterate(rows._table, rows._range(), rows._follows, VALUES, names)  # type: ignore[no-any-return]

    def new_row(table: Any, position: int) -> Any:
        """Row `position` of the table, which must be there."""
        return extension.new_row(table, position)

else:

    def iterate(rows: Any) -> Iterator[Any]:
        """A row for each."""
        table = rows._table
        view = table._store.current_view()
        return (row_at(table, view, index) for index in steps(rows, "iterator"))

    def move(rows: Any) -> Iterator[Any]:
        """One row for all."""
        table = rows._table
        row, place = row_at(table, table._store.current_view(), 0), object.__setattr__
        return (place(row, "_stoa_index", index) or row for index in steps(rows, "cursor"))

    def values(rows: Any, names: tuple[str, ...]) -> Iterator[tuple[Any, ...]]:
        """A tuple for each row of the values of these fields, which there are."""
        store = rows._store
        order, columns = list(store.fields), []
        for name in names:
            columns.append((f"c{order.index(name)}", store.fields[name].type is OBJECT))
        return read(rows._table, store.current_view(), columns, steps(rows, "iterator"))

    def new_row(table: Any, position: int) -> Any:
        """Row `position` of the table, which must be there."""
        store = table._store
        view = store.view or store.current_view()
        if position >= store.rows():  # another thread came in between
            raise stale("row")
        return row_at(table, view, position)


def row_at(table: Any, view: Any, index: int) -> Any:
    row: Any = object.__new__(view.row_class)
    row._stoa_table = table
    row._stoa_epoch = view
    row._stoa_index = index
    return row


def steps(rows: Any, what: str) -> Iterator[int]:
    """The positions, as long as they are what they were now."""
    store: Store = rows._store
    return running(store, rows._range(), store.order, rows._follows, what)


def running(
    store: Store, positions: Sequence[int], order: int, follows: bool, what: str
) -> Iterator[int]:
    if store.order != order:
        store.check_order(order, what)
    done = len(positions)
    while positions:
        for index in positions:
            yield index
            if store.order != order:
                store.check_order(order, what)
        positions = range(done, store.rows()) if follows else ()
        done += len(positions)


def read(
    table: Any, view: Any, columns: list[tuple[str, bool]], positions: Iterator[int]
) -> Iterator[tuple[Any, ...]]:
    """Through the view, where cells that may not be read any more refuse. Keeps the table."""
    objects = view.objects
    for index in positions:
        yield tuple(
            objects[getattr(view, name)[index]] if is_object else getattr(view, name)[index]
            for name, is_object in columns
        )
