"""Integers passed by the caller: indices and counts."""

from __future__ import annotations

from operator import index as as_index
from typing import Any

from stoa._lib.ffi import ffi
from stoa.errors import ArgumentError, FullError, WrongTypeError, shown

SIZE_FORMAT = "Q" if ffi.sizeof("size_t") == 8 else "I"


def integer(index: Any, what: str = "an index") -> int:
    """Converts an integer passed by the caller. Its __index__ may change the table, so count rows
    afterwards."""
    try:
        return int(as_index(index))
    except TypeError:
        if hasattr(index, "__index__") and getattr(index, "ndim", 0) == 0:
            raise
        raise WrongTypeError(f"{what} must be an integer, not {type(index).__name__}") from None


def checked_count(value: Any, what: str, least: int = 0) -> int:
    try:
        number = int(as_index(value))
    except TypeError:
        raise WrongTypeError(f"{what} must be an integer, not {type(value).__name__}") from None
    if number < least:
        raise ArgumentError(f"{what} must be at least {least}, not {shown(number)}")
    if number >= 2**63:
        raise FullError(f"{what} must be less than 2**63, not {shown(number)}")
    return number
