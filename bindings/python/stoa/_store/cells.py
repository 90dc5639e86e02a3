"""Cells: the values of a column in memory, and Refusals, which replace cells."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Callable

from stoa._lib.ffi import ffi, lib
from stoa._schema.types import IS_PYPY, FieldType
from stoa.errors import FieldNameError, StaleError

STALE = (
    "{} was taken before rows were removed, inserted in the middle or reordered, and may stand "
    "for another record now: take it again from the table (stoa.copy(row) keeps values)"
)


class Refusal:
    """Replaces the cells of a field that was taken away; any access raises."""

    __slots__ = ("message",)

    def __init__(self, message: str) -> None:
        self.message = message

    def __getitem__(self, index: int) -> Any:
        raise FieldNameError(self.message)


def stale(what: str) -> StaleError:
    return StaleError(STALE.format(f"this {what}"))


def make_cells(pointer: Any, field_type: FieldType, count: int) -> Any:
    """The cells at a void pointer. Whoever uses them keeps the table and the field alive."""
    if IS_PYPY:
        return ffi.cast(CELL_POINTERS[field_type.base], pointer)
    cells: Any = memoryview(ffi.buffer(ffi.cast("char *", pointer), count * field_type.width))
    return cells.cast(field_type.code or "I")


class Decoded:
    """The values of cells that hold something else."""

    __slots__ = ("cells", "decoder")

    def __init__(self, cells: Any, decoder: Any) -> None:
        self.cells = cells
        self.decoder = decoder

    def __getitem__(self, index: int) -> Any:
        return self.decoder[self.cells[index]]

    def __iter__(self) -> Iterator[Any]:
        return map(self.decoder.__getitem__, self.cells)

    def tolist(self) -> list[Any]:
        return list(self)


def value_reader(field_type: FieldType, of: Any) -> Callable[[int], Any] | None:
    """The value of what a cell holds; None: it is the value. `of` is a view or a store, which has
    the objects and the strings."""
    if field_type.kind == "o":
        return of.objects.__getitem__  # type: ignore[no-any-return]
    if field_type.kind == "s":
        return of.texts.__getitem__  # type: ignore[no-any-return]
    if field_type.kind == "v":  # VectorCells give tuples
        return None
    decoder = field_type.decoder
    return None if decoder is None else decoder.__getitem__


CELL_POINTERS = {
    **{f"int{bits}": f"int{bits}_t *" for bits in (8, 16, 32, 64)},
    **{f"uint{bits}": f"uint{bits}_t *" for bits in (8, 16, 32, 64)},
    "bool": "bool *",
    "float32": "float *",
    "float64": "double *",
    "object": "stoa_handle *",
    "string": "stoa_handle *",
}

# The functions that write a value into a cell of a row, by kind: see stoa__cell_put_int64.
PUT: dict[str, Callable[[Any, int, int, int, Any], int]] = {
    "?": lib.stoa__cell_put_boolean,
    "i": lib.stoa__cell_put_int64,
    "u": lib.stoa__cell_put_uint64,
    "f": lib.stoa__cell_put_float64,
}
