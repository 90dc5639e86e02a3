"""Views: what the C extension's rows are made with; in place of the epochs of epoch.py.

One view lasts as long as the table has the same fields, since its rows know the order number of
when they were taken.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from stoa._lib.ffi import ffi
from stoa._schema.extension import rows
from stoa._schema.fields import MISSING
from stoa._schema.generate import hidden

if TYPE_CHECKING:
    from stoa._schema.record import RecordType
    from stoa._store.sources import StoredField
    from stoa._store.store import Store


def make_row(record: RecordType) -> tuple[type, Any]:
    """The row class of a record class, and what begin() needs: the fields as a View has them."""
    from stoa._access.row import Row

    fields = record._stoa_fields
    namespace = {"__slots__": (), **{each.name: rows.Field(each.name) for each in fields}}
    row_class = hidden(record, (Row, record), namespace)
    rows.adopt(row_class)
    described = tuple(
        (
            each.name,
            i,
            each.type.number,
            each.type.convert,
            None if each.default is MISSING else each.default,
            each.kw_only,
        )
        for i, each in enumerate(fields)
    )
    return row_class, (record, described)


def begin(parts: tuple[type, Any], fields: Iterable[StoredField], store: Store) -> Any:
    """A new view of the store's columns."""
    record, known_fields = parts[1]
    described = tuple(
        known if known[1] == each.index else (known[0], each.index, *known[2:])
        for known, each in zip(known_fields, fields)
    )
    address = int(ffi.cast("uintptr_t", store.c))
    return rows.View(parts[0], record, store.c, address, store.pool.objects, described)


def reordered(view: Any) -> Any:
    """Returns what the next rows are made with: the same, since its rows see by themselves that
    they are stale."""
    return view


def close(view: Any, column: int, message: str) -> None:
    """Takes one field from the rows of the view."""
    view.close(column, message)
