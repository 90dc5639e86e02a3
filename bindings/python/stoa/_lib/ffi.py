"""The C library, as cffi sees it."""

from stoa._core import ffi, lib

if not lib.stoa_python_is_main():
    raise ImportError("stoa works in the main interpreter only, not in a sub-interpreter")

__all__ = ["ffi", "lib"]
