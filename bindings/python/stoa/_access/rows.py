"""Rows: a table, an index, and what tells whether the row is stale; made when they are asked for.

The extension implements rows in C; without it they are in Python. Both implementations offer a base
class of all rows, the layout with which a store makes rows, and loops. The argument `rows` of a
loop is a table, window or selection; `rows._range()` gives its positions in its `_table`, as
ascending numbers or a range. A loop over a table also sees rows that are appended meanwhile. After
a removal or a reordering, the next step of a loop raises StaleError.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from stoa._schema import references
from stoa._schema.extension import rows as extension
from stoa._schema.record import Record
from stoa._store.access import Layout
from stoa._store.cells import stale
from stoa._store.ids import id_at
from stoa.errors import WrongTypeError, shown

if TYPE_CHECKING or extension is None:
    from stoa._access import rows_in_python as chosen
else:
    from stoa._access import rows_in_c as chosen

layout: Layout = chosen
Row = chosen.Row
iterate, move, values, new_row = chosen.iterate, chosen.move, chosen.values, chosen.new_row


def checked_row(row: Any) -> Row:
    if not isinstance(row, Row):
        what = "a standalone record" if isinstance(row, Record) else shown(row)
        raise WrongTypeError(f"a row of a table is needed, not {what}")
    return row


def index_of(row: Record) -> int:
    """The index of a row in its table.

    Raises StaleError for a stale row, and WrongTypeError unless it is a row.
    """
    found = checked_row(row)
    if not found._stoa_is_fresh():
        raise stale("row")
    return found._stoa_index


def id_of(row: Record) -> int:
    """The id of a row of a table with ids: a number that stays with the row wherever it moves to,
    and by which `points.by_id(id)` finds it, until it is removed. No other row gets it.

    Raises StaleError for a stale row, RowIdError if the table was made without ids, and
    WrongTypeError unless it is a row.
    """
    if extension is not None and (known := extension.row_id(row)) is not None:
        return int(known)
    found = checked_row(row)
    made = id_at(found._stoa_table._store, index_of(row))
    if not found._stoa_is_fresh():  # another thread has moved it meanwhile
        raise stale("row")
    return made


references.identify = id_of
