"""Integers that somebody gives: indices and counts."""

from __future__ import annotations

from operator import index as as_index
from typing import Any

from stoa._lib.ffi import ffi
from stoa.errors import ArgumentError, FullError, WrongTypeError, shown

SIZE_FORMAT = "Q" if ffi.sizeof("size_t") == 8 else "I"


def integer(index: Any, asked: str = "one row is asked for by an integer") -> int:
    """An index that somebody gave. Taken before the rows are counted: its __index__ may do all."""
    try:
        return int(as_index(index))
    except TypeError:
        if hasattr(index, "__index__") and getattr(index, "ndim", 0) == 0:
            raise
        raise WrongTypeError(f"{asked}, not by {type(index).__name__}") from None


def checked_count(value: Any, what: str, least: int = 0) -> int:
    try:
        number = int(as_index(value))
    except TypeError:
        raise WrongTypeError(f"{what} is an integer, not {type(value).__name__}") from None
    if number < least:
        raise ArgumentError(f"{what} is at least {least}, not {shown(number)}")
    if number >= 2**63:
        raise FullError(f"{what} is less than 2**63, not {shown(number)}")
    return number
