"""Rows: a table, an epoch and an index, made when asked for and stored nowhere.

The row class of each record class stands on Row and has a property for each field (generate.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from stoa.epoch import STALE_CELLS, stale
from stoa.errors import WrongTypeError
from stoa.generate import Quiet
from stoa.record import Record

if TYPE_CHECKING:
    from stoa.table import Table


class Row(Quiet):
    """What all rows have."""

    __slots__ = ("_stoa_epoch", "_stoa_index", "_stoa_table")

    _stoa_epoch: Any
    _stoa_index: int
    _stoa_table: Table[Any]


def checked_row(row: Any) -> Row:
    if not isinstance(row, Row):
        what = "a standalone record" if isinstance(row, Record) else f"a {type(row).__name__}"
        raise WrongTypeError(f"a row of a table is needed, not {what}")
    return row


def index_of(row: Record) -> int:
    """Where a row stands in its table, from 0. StaleError where that is not known any more."""
    found = checked_row(row)
    if found._stoa_epoch.c0 is STALE_CELLS:
        raise stale("row")
    return found._stoa_index


def table_of(row: Record) -> Table[Any]:
    """The table that a row belongs to."""
    return checked_row(row)._stoa_table
