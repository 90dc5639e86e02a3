"""Versions: they tell an expression whether the values for which it was written have changed.

The library counts all writes to a column that go through it, and includes the order of the rows in
the same number (stoa_column_version). An expression keeps the versions of the columns that it
reads, and compares them when it is used. A run compares them again once its columns are locked
(program.py).
"""

from __future__ import annotations

from typing import Optional

from stoa._lib.ffi import lib
from stoa._store.access import Access
from stoa._store.sources import StoredField
from stoa.errors import StaleError

MOVED = (
    "rows were removed, inserted in the middle or reordered since this was written: write it again"
)
WRITTEN = (
    "{!r} was written to since this was written, and it meant the values of then: write it again, "
    "store several columns by one update(), or pin() a selection before its columns change"
)

FOLLOWED = (
    "{!r} was written to since this was written, or rows that it refers to were removed or "
    "reordered: write it again"
)

# A field, its version, the order number, and of which store. None instead of a field: the order
# number twice.
Seen = tuple[Optional[StoredField], int, int, Access]
column_version = lib.stoa_column_version


def seen(store: Access, field: StoredField) -> Seen:
    """The present version of a column."""
    return field, column_version(store.c, field.index), store.order, store


def seen_order(store: Access) -> Seen:
    """The present order of the rows."""
    return None, store.order, store.order, store


def is_stale(each: Seen) -> bool:
    field, version, _, store = each
    now = store.order if field is None else column_version(store.c, field.index)
    return now != version


def check_seen(all_seen: tuple[Seen, ...]) -> None:
    """Raises StaleError if one of the versions has changed."""
    for each in all_seen:
        if is_stale(each):
            raise StaleError(why_stale(each))


def why_stale(each: Seen) -> str:
    field, _, order, store = each
    if field is None or order != store.order:
        return MOVED
    names = [
        cell.name
        for each in store.fields.values()
        for cell in each.cells()
        if cell.index == field.index
    ]
    if not names:
        return f"the field {field.name!r} was dropped"
    if names[0] != field.name:
        return f"the field {field.name!r} is called {names[0]!r} now: take the row again"
    return (FOLLOWED if field.type.kind == "r" else WRITTEN).format(field.name)


def together(some: tuple[Seen, ...], others: tuple[Seen, ...]) -> tuple[Seen, ...]:
    """The versions in both, each once."""
    if some is others or not others:
        return some
    return tuple(dict.fromkeys((*some, *others)))
