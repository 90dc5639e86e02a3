"""Turns the library's statuses into exceptions. Nothing else does."""

from __future__ import annotations

from typing import Any

from stoa import errors
from stoa._lib.ffi import ffi, lib

EXCEPTIONS = {
    lib.STOA_INVALID: errors.ArgumentError,
    lib.STOA_OUT_OF_MEMORY: errors.OutOfMemoryError,
    lib.STOA_FULL: errors.FullError,
    lib.STOA_NO_FIELD: errors.FieldNameError,
    lib.STOA_WRONG_TYPE: errors.WrongTypeError,
    lib.STOA_OVERFLOW: errors.RangeError,
    lib.STOA_OUT_OF_RANGE: errors.RowIndexError,
    lib.STOA_BAD_NAME: errors.BadNameError,
    lib.STOA_IN_USE: errors.InUseError,
    lib.STOA_REFUSED: errors.RefusedError,
    lib.STOA_SYNTAX: errors.ExpressionError,
    lib.STOA_DIVISION_BY_ZERO: errors.DivisionByZeroError,
    lib.STOA_NO_PARAMETER: errors.ParameterError,
    lib.STOA_STALE: errors.StaleError,
    lib.STOA_LOCKED: errors.BusyError,
    lib.STOA_NULL: errors.WrongTypeError,
    lib.STOA_LENT: errors.LentError,
    lib.STOA_NO_ID: errors.RowIdError,
    lib.STOA_REFERRED: errors.ReferredError,
}


def new_error() -> Any:
    """A stoa_error, which receives the library's message."""
    return ffi.new("stoa_error *")


def check(status: int, error: Any) -> None:
    """Raises the exception for a status; `error` is the stoa_error that was passed to the call."""
    if status != lib.STOA_OK:
        message = ffi.string(error.message).decode("utf-8", "replace")
        raise EXCEPTIONS.get(status, errors.Error)(message)
