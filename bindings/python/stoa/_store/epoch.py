"""Epochs: how a row in pure Python notices at no cost that it is stale.

They are the views of a table that rows are made with; views.py has the same functions for the C
extension, whose rows compare order numbers instead. A row reads `epoch.c0[index]`, where c0 are
the cells of a column. The table hands out one epoch until its rows are removed, inserted in the
middle or reordered: then each c0, c1, … of that epoch is replaced by an object that raises at any
access, and the next row gets a new epoch. A column that is dropped or renamed is replaced alone.
Appending changes nothing, since columns never move.
Writes go through the library, by the number of the field (f0, f1, …; -1 where it was taken away),
which counts them and refuses those to columns that a run is over.

Cells are a memoryview over all rows that the table can ever have, on PyPy a C pointer, which its
compiler reads in place; who makes a row checks its index, and a read needs no check.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from stoa._lib.ffi import ffi
from stoa._schema import generate
from stoa._schema.types import IS_PYPY, FieldType
from stoa.errors import Error, FieldNameError, StaleError

if TYPE_CHECKING:
    from stoa._schema.record import RecordType
    from stoa._store.sources import StoredField
    from stoa._store.store import Store

STALE = (
    "{} was taken before rows were removed, inserted in the middle or reordered, and may stand "
    "for another record now: take it again from the table (stoa.copy(row) keeps values)"
)


class Refusal:
    """Stands in for cells that may not be touched any more."""

    __slots__ = ("error", "message")

    def __init__(self, error: type[Error], message: str) -> None:
        self.error = error
        self.message = message

    def __getitem__(self, index: int) -> Any:
        raise self.error(self.message)

    def __setitem__(self, index: int, value: Any) -> None:
        raise self.error(self.message)


STALE_CELLS = Refusal(StaleError, STALE.format("this row"))


def stale(what: str) -> StaleError:
    return StaleError(STALE.format(f"this {what}"))


def make_cells(pointer: Any, field_type: FieldType, count: int) -> Any:
    """The cells at a void pointer: who uses them keeps the table, and the field, alive."""
    if IS_PYPY:
        return ffi.cast(CELL_POINTERS[field_type], pointer)
    cells: Any = memoryview(ffi.buffer(ffi.cast("char *", pointer), count * field_type.width))
    return cells.cast(field_type.code or "I")


CELL_POINTERS = {
    **{f"int{bits}": f"int{bits}_t *" for bits in (8, 16, 32, 64)},
    **{f"uint{bits}": f"uint{bits}_t *" for bits in (8, 16, 32, 64)},
    "bool": "bool *",
    "float32": "float *",
    "float64": "double *",
    "object": "stoa_handle *",
}


def make_row(record: RecordType) -> tuple[type, Any]:
    """The row class of a record class, and what begin() needs."""
    from stoa._access.row import Row

    return generate.make_row(record, Row, record._stoa_fields)


def begin(parts: tuple[type, Any], fields: Iterable[StoredField], store: Store) -> Any:
    """A new epoch; its c0, c1, … are the fields' cells."""
    row_class, epoch_class = parts
    epoch = epoch_class()
    epoch.row_class = row_class
    epoch.columns = tuple(each.index for each in fields)
    epoch.objects = store.pool.objects
    epoch.table = store.c  # whose the cells are, even if the table were made anew
    epoch.order = store.order
    for i, column in enumerate(epoch.columns):
        setattr(epoch, f"c{i}", store.cells[column])
        setattr(epoch, f"f{i}", column)
    return epoch


def reordered(epoch: Any) -> None:
    """Makes every row of the epoch stale: rows were removed or changed places.

    Returns what the next rows are made with: None, for a new epoch.
    """
    for i in range(len(epoch.columns)):
        setattr(epoch, f"c{i}", STALE_CELLS)
        setattr(epoch, f"f{i}", -1)


def close(epoch: Any, column: int, message: str) -> None:
    """Takes one field from the rows of the epoch."""
    if column in epoch.columns:
        i, refusal = epoch.columns.index(column), Refusal(FieldNameError, message)
        setattr(epoch, f"c{i}", refusal)
        setattr(epoch, f"f{i}", -1)
