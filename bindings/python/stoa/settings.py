"""Settings of the whole process: threads, processor level, kept memory."""

from __future__ import annotations

from stoa._lib.failure import check, new_error
from stoa._lib.ffi import ffi, lib
from stoa._lib.integers import integer
from stoa.errors import ArgumentError, shown


def set_threads(threads: int) -> None:
    """Sets how many threads bulk work may use; 0 means one for each core of the process.

    Raises ArgumentError for a number below 0 or above 256.
    """
    number = integer(threads, "the number of threads")
    if not 0 <= number < 2**63:
        raise ArgumentError(
            f"the number of threads must be positive, or 0 for all cores, not {shown(number)}"
        )
    error = new_error()
    check(lib.stoa_set_threads(number, error), error)


def threads() -> int:
    """How many threads bulk work may use, including the calling one."""
    return int(lib.stoa_threads())


def simd() -> str:
    """The level of the kernels in use: "baseline", "avx2" or "avx512". STOA_SIMD limits it."""
    text: str = ffi.string(lib.stoa_simd()).decode()
    return text


def trim() -> int:
    """Returns memory that is kept for later tables to the system; returns the number of bytes."""
    return int(lib.stoa_trim())
