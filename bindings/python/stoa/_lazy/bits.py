"""Wraps the library's selections, which have a bit for each row."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from typing import Any, Callable

from stoa._lib.failure import check, new_error
from stoa._lib.ffi import ffi, lib
from stoa._lib.integers import SIZE_FORMAT
from stoa._lib.owner import owned
from stoa._store.store import Store


def made_by(function: Callable[..., int], *arguments: Any) -> Any:
    """The selection made by a call into the library."""
    made, error = ffi.new("stoa_selection **"), new_error()
    check(function(made, *arguments, error), error)
    return owned(made[0], "stoa_selection *", lib.stoa_selection_free)


def of_indices(store: Store, indices: Iterable[int]) -> Any:
    """A selection of the rows with these numbers, among all present rows."""
    numbers = indices if isinstance(indices, array) else array(SIZE_FORMAT, indices)
    data = ffi.from_buffer("size_t[]", numbers)
    return made_by(lib.stoa_selection_from_indices, store.c, data, len(numbers))


def fitted(store: Store, bits: Any) -> Any:
    """The same rows, for a table that has grown since."""
    return bits if bits.rows == store.rows() else of_indices(store, indices(bits))


def both(one: Any, other: Any) -> Any:
    made, error = made_by(lib.stoa_selection_copy, one), new_error()
    check(lib.stoa_selection_and(made, other, error), error)
    return made


def either(one: Any, other: Any) -> Any:
    made, error = made_by(lib.stoa_selection_copy, one), new_error()
    check(lib.stoa_selection_or(made, other, error), error)
    return made


def others(one: Any) -> Any:
    made = made_by(lib.stoa_selection_copy, one)
    lib.stoa_selection_not(made)
    return made


def indices(bits: Any) -> array[int]:
    """The row numbers, ascending."""
    made = array(SIZE_FORMAT, bytes(bits.count * ffi.sizeof("size_t")))
    if made:
        lib.stoa_selection_indices(bits, ffi.from_buffer("size_t[]", made, True))
    return made


def ids(store: Store, bits: Any) -> array[int]:
    """The ids of the selected rows."""
    made: array[int] = array("q", [0]) * bits.count
    error = new_error()
    place = ffi.from_buffer("uint64_t[]", made, True)
    check(lib.stoa_selection_ids(bits, store.c, place, error), error)
    return made


def spread(bits: Any, values: Any, stride: int, width: int, cells: bytearray) -> None:
    """Writes values at an address, so many bytes apart, into the cells of the selected rows."""
    to, error = ffi.from_buffer("char[]", cells, True), new_error()
    check(lib.stoa_selection_spread(bits, values, stride, width, to, error), error)


def taken(bits: Any, cells: Any, width: int, parts: int = 1) -> bytearray:
    """The selected ones of cells in a buffer, one for each row, or of so many such parts."""
    given, apart = ffi.from_buffer("char[]", cells), bits.rows * width
    return taken_at(bits, [given + i * apart for i in range(parts)], width)


def taken_at(bits: Any, parts: list[Any], width: int) -> bytearray:
    """The same of cells at these addresses."""
    size, error = bits.count * width, new_error()
    made = bytearray(size * len(parts))
    to = ffi.from_buffer("char[]", made, True)
    for i, cells in enumerate(parts if made else ()):
        check(lib.stoa_selection_values(bits, cells, width, to + i * size, error), error)
    return made


def mask(bits: Any) -> memoryview:
    """A boolean for each row."""
    made = bytearray(bits.rows)
    if made:
        lib.stoa_selection_mask(bits, ffi.from_buffer("uint8_t[]", made, True))
    view: Any = memoryview(made)
    cast: memoryview = view.cast("?")
    return cast
