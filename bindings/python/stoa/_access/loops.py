"""Loops over rows, one after the other: in C where the extension is, else in Python.

`rows` is a table, window or selection: `_range()` gives its positions in its `_table`, ascending
numbers or a range. A table's loop follows it: it sees rows that are appended. After a removal or a
reordering a loop is stale, at its next step.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from stoa._schema.extension import rows as extension
from stoa._schema.generate import compiled
from stoa._schema.types import OBJECT
from stoa._store.epoch import stale

if TYPE_CHECKING:
    from stoa._store.store import Store

ROWS, CURSOR, VALUES = range(3)

place = object.__setattr__  # Row's own looks at the name

if extension is not None:

    def loop(rows: Any, mode: int, fields: tuple[int, ...] = ()) -> Iterator[Any]:
        made = extension.iterate(rows._table, rows._range(), rows._follows, mode, fields)
        return made  # type: ignore[no-any-return]

    def iterate(rows: Any) -> Iterator[Any]:
        """A row for each."""
        return loop(rows, ROWS)

    def move(rows: Any) -> Iterator[Any]:
        """One row for all."""
        return loop(rows, CURSOR)

    def values(rows: Any, fields: tuple[int, ...]) -> Iterator[tuple[Any, ...]]:
        """A tuple for each row of the values of the fields in these places of the record."""
        return loop(rows, VALUES, fields)

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
        row = row_at(table, table._store.current_view(), 0)
        return (place(row, "_stoa_index", index) or row for index in steps(rows, "cursor"))

    def values(rows: Any, fields: tuple[int, ...]) -> Iterator[tuple[Any, ...]]:
        """A tuple for each row of the values of the fields in these places of the record."""
        store = rows._store
        stored = list(store.fields.values())
        read = reader(tuple((i, stored[i].type is OBJECT) for i in fields))
        return read(rows._table, store.current_view(), steps(rows, "iterator"))  # type: ignore[no-any-return]

    def new_row(table: Any, position: int) -> Any:
        """Row `position` of the table, which must be there."""
        store = table._store
        view = store.view or store.current_view()
        if position >= store.rows():  # another thread came in between
            raise stale("row")
        return row_at(table, view, position)


def row_at(table: Any, view: Any, index: int) -> Any:
    row = object.__new__(view.row_class)
    place(row, "_stoa_table", table)
    place(row, "_stoa_epoch", view)
    place(row, "_stoa_index", index)
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


@lru_cache(maxsize=256)
def reader(columns: tuple[tuple[int, bool], ...]) -> Any:
    """Writes read(table, view, positions), which gives a tuple for each position. It reads through
    the view, where cells that may not be read any more refuse, and keeps the table."""
    cells = [f"view.c{i}[index]" for i, _ in columns]
    values = "".join(
        f"view.objects[{cell}], " if is_object else f"{cell}, "
        for cell, (_, is_object) in zip(cells, columns)
    )
    source = ["def read(table, view, positions):", "    for index in positions:"]
    return compiled([*source, f"        yield ({values})"], {})["read"]
