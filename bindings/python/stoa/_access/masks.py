"""The rows meant by an index, a slice, a mask or a sequence of indices."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from itertools import compress
from operator import index as as_index
from typing import Any, Callable

from stoa._lib.integers import SIZE_FORMAT, integer
from stoa.errors import ArgumentError, LengthError, RowIndexError, WrongTypeError, shown

MASK_TYPES = {"bool", "bool_"}


def position(index: Any, rows: Callable[[], Sequence[int]]) -> int:
    """The row number of an index into `rows`."""
    number = integer(index)
    found = rows()
    try:
        return found[number]
    except IndexError:
        raise RowIndexError(f"there is no row {shown(number)}: there are {len(found)}") from None


def checked_slice(key: slice) -> slice:
    """The slice with its parts converted to int or None."""
    parts = [None if each is None else integer(each) for each in (key.start, key.stop, key.step)]
    if parts[2] == 0:
        raise ArgumentError("the step of a slice cannot be 0")
    return slice(*parts)


def part(key: slice, rows: Callable[[], range]) -> range:
    """The row numbers of a slice. With at most one row the step, which does not matter then, is 2,
    so that it fits a C integer."""
    checked = checked_slice(key)
    found = rows()[checked]
    if found.step != 1 and len(found) <= 1:
        return range(found.start, found.start + len(found), 2)
    return found


def listed(key: Any) -> list[Any]:
    if hasattr(type(key), "pin"):
        raise WrongTypeError(
            "a selection is not a sequence of booleans or indices: give its mask() or indices(), "
            "or use its own copy() and delete()"
        )
    if isinstance(key, (str, bytes, bytearray, dict, set, frozenset)):
        raise wrong_key(key)
    try:
        values = key.tolist() if hasattr(key, "tolist") else list(key)
    except TypeError:
        raise wrong_key(key) from None
    if not isinstance(values, list):
        raise wrong_key(key)
    return values


def wrong_key(key: Any) -> WrongTypeError:
    return WrongTypeError(
        "rows are asked for by an index, a slice, a field's name, or a sequence or buffer of "
        f"booleans or of indices, not by {type(key).__name__}"
    )


def is_mask(key: Any, values: list[Any]) -> bool:
    if not values:
        kind = getattr(getattr(key, "dtype", None), "kind", None)
        return kind == "b" or getattr(key, "format", None) == "?"
    found = {type(value).__name__ in MASK_TYPES for value in values}
    if len(found) == 2:
        raise WrongTypeError("booleans and indices cannot be mixed")
    return found == {True}


def checked_mask(values: list[Any], rows: int) -> list[Any]:
    if len(values) != rows:
        raise LengthError(f"the mask has {len(values)} booleans, but there are {rows} rows")
    return values


def mask_bytes(key: Any, rows: int) -> bytes:
    """A mask as bytes of 0 and 1."""
    values = checked_mask(listed(key), rows)
    if rows and not is_mask(key, values):
        raise WrongTypeError("a mask can contain booleans only")
    return bytes(map(bool, values))


def positions(key: Any, rows: range) -> array[int]:
    """The row numbers that `key` means among `rows` rows."""
    values = listed(key)
    if is_mask(key, values):
        return array(SIZE_FORMAT, compress(rows, checked_mask(values, len(rows))))
    try:
        return array(SIZE_FORMAT, [rows[as_index(value)] for value in values])
    except IndexError:
        wrong = next(v for v in values if not -len(rows) <= as_index(v) < len(rows))
        raise RowIndexError(f"there is no row {shown(wrong)}: there are {len(rows)}") from None
    except TypeError:
        raise wrong_key(key) from None
