"""Ids of rows, as the library's inline code reads them (include/stoa/ids.h)."""

from __future__ import annotations

import sys
from array import array
from collections.abc import Iterable, Sequence
from operator import index as as_index
from typing import TYPE_CHECKING, Any

from stoa._lib.failure import check, new_error
from stoa._lib.ffi import ffi, lib
from stoa._store.sources import packed_bytes
from stoa.errors import RowIdError, WrongTypeError, shown

if TYPE_CHECKING:
    from stoa._store.store import Store


def require(store: Store) -> Any:
    """The ids of a table. Raises RowIdError if it has none."""
    ids = store.c.ids
    if ids == ffi.NULL:
        raise RowIdError("the table was made without ids: stoa.Table(Point, ids=True)")
    return ids


def find(store: Store, id: int) -> int:
    """The row that has an id; -1: none."""
    ids, core = require(store), store.c
    if not 0 < id < 1 << 63:
        return -1
    row: int = id ^ ids.origin
    if row < ids.begun and row < core.rows:
        return row
    slot = id & ids.slots
    if slot >= ids.slot_count:
        return -1
    row = ids.rows[slot] ^ slot
    return row if row < core.rows and ids.cells[row] ^ ids.origin ^ row == id else -1


def id_at(store: Store, row: int) -> int:
    """The id of a row that exists."""
    ids = require(store)
    id: int = ids.origin ^ row
    return id if row < ids.begun else id ^ ids.cells[row]


def read(store: Store, rows: Sequence[int]) -> array[int]:
    """The ids of rows of the table, which are a range or ascending."""
    require(store)
    first, count = (min(rows[0], rows[-1]), abs(rows[-1] - rows[0]) + 1) if rows else (0, 0)
    made, error = array("q", [0]) * count, new_error()
    place = ffi.from_buffer("uint64_t[]", made)
    check(lib.stoa_table_read_ids(store.c, first, count, place, error), error)
    if not isinstance(rows, range):
        return array("q", [made[row - first] for row in rows])
    return made[:: rows.step] if rows.step != 1 else made


def given(ids: Iterable[Any]) -> array[int]:
    """Ids that a caller gives. Raises WrongTypeError for what is no integer, and RowIdError for one
    that no id is."""
    try:
        view = memoryview(ids)  # type: ignore[arg-type]
        if view.format in ("q", "l") and view.itemsize == 8 and view.ndim == 1:
            return array("q", packed_bytes(view))
    except TypeError:
        pass
    made = array("q")
    for each in ids:
        try:
            made.append(as_index(each))
        except TypeError:
            raise WrongTypeError(f"an id must be an integer, not {shown(each)}") from None
        except OverflowError:
            raise RowIdError(f"no row has the id {shown(each)}") from None
    return made


def restore(store: Store, ids: bytes, byte_order: str) -> None:
    """Gives the rows of a new table the ids that they had in a pickle."""
    made, error = array("q", ids), new_error()
    if byte_order != sys.byteorder:
        made.byteswap()
    place = ffi.from_buffer("uint64_t[]", made)
    check(lib.stoa__table_restore_ids(store.c, place, len(made), error), error)
