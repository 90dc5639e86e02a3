"""What holds for the whole process: threads, the processor's level, kept memory."""

from __future__ import annotations

from stoa._lib.failure import check, new_error
from stoa._lib.ffi import ffi, lib
from stoa._lib.integers import integer
from stoa.errors import ArgumentError, shown


def set_threads(threads: int) -> None:
    """Sets how many threads bulk work may use; 0: one for each core of the process.

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
    """How many threads bulk work may use, the caller's among them."""
    return int(lib.stoa_threads())


def simd() -> str:
    """The kernels that run: "baseline", "avx2" or "avx512". The variable STOA_SIMD caps them."""
    text: str = ffi.string(lib.stoa_simd()).decode()
    return text


def trim() -> int:
    """Gives memory kept for the next tables back to the system; returns the bytes."""
    return int(lib.stoa_trim())
