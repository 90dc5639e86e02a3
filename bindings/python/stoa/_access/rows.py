"""Rows: a table, what tells whether they are stale, and an index; made when asked for.

They are in C where the extension is, else in Python; both have a class that all rows stand on, the
layout that a store makes rows with, and loops. For a loop `rows` is a table, window or selection:
`_range()` gives its positions in its `_table`, ascending numbers or a range. A table's loop follows
it: it sees rows that are appended. After a removal or a reordering a loop is stale, at its next
step.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from stoa._schema.extension import rows as extension
from stoa._schema.record import Record
from stoa._store.access import Layout
from stoa._store.cells import stale
from stoa.errors import WrongTypeError

if TYPE_CHECKING or extension is None:
    from stoa._access import rows_in_python as chosen
else:
    from stoa._access import rows_in_c as chosen

layout: Layout = chosen
Row = chosen.Row
iterate, move, values, new_row = chosen.iterate, chosen.move, chosen.values, chosen.new_row


def checked_row(row: Any) -> Row:
    if not isinstance(row, Row):
        what = "a standalone record" if isinstance(row, Record) else f"a {type(row).__name__}"
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
