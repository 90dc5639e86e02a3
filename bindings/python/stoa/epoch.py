"""Epochs: how a row notices at no cost that it is stale.

A row reads `epoch.c0[index]`, where c0 are the cells of a column. The table hands out one epoch
until its rows are removed, inserted in the middle or reordered: then each c0, c1, … of that epoch
is replaced by an object that raises at any access, and the next row gets a new epoch. A column
that is dropped or renamed is replaced alone. Appending changes nothing, since columns never move.
Writes go to w0, w1, …: the same cells, or what wants to know of a write first (see moments.py).

Cells are a memoryview over all rows that the table can ever have, on PyPy a C pointer, which its
compiler reads in place; who makes a row checks its index, and a read needs no check.
"""

from __future__ import annotations

from typing import Any

from stoa._ffi import ffi
from stoa.errors import Error, FieldNameError, StaleError
from stoa.types import IS_PYPY, FieldType

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


def begin(
    epoch_class: type,
    columns: tuple[int, ...],
    cells: list[Any],
    writable: list[Any],
    objects: Any,
) -> Any:
    """A new epoch; `columns` are the field indices of c0, c1, …"""
    epoch = epoch_class()
    for i, column in enumerate(columns):
        setattr(epoch, f"c{i}", cells[column])
        setattr(epoch, f"w{i}", writable[column])
    epoch.columns = columns
    epoch.objects = objects
    return epoch


def end(epoch: Any) -> None:
    """Makes every row of the epoch stale."""
    for i in range(len(epoch.columns)):
        setattr(epoch, f"c{i}", STALE_CELLS)
        setattr(epoch, f"w{i}", STALE_CELLS)


def end_column(epoch: Any, column: int, message: str) -> None:
    """Takes one field from the rows of the epoch."""
    if column in epoch.columns:
        i, refusal = epoch.columns.index(column), Refusal(FieldNameError, message)
        setattr(epoch, f"c{i}", refusal)
        setattr(epoch, f"w{i}", refusal)


def set_writable(epoch: Any, column: int, cells: Any) -> None:
    """What writes of the epoch's rows into a column go to, unless it was taken from them."""
    if column in epoch.columns:
        name = f"w{epoch.columns.index(column)}"
        if type(getattr(epoch, name)) is not Refusal:
            setattr(epoch, name, cells)
