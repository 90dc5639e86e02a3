"""The C library, as cffi sees it."""

from stoa._core import ffi, lib

__all__ = ["ffi", "lib"]
