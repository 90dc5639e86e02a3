"""Objects of the library that are freed once nothing in Python uses them.

ffi.gc cannot be used: CPython's collector finalizes the objects of a cycle in any order, so that a
__del__ could run after its table was freed. A plain pointer of cffi is not tracked by the
collector, and dies only when the cycle is cleared, after every __del__ in it. On PyPy an object
stays alive while a __del__ that has not run yet can reach it.
"""

from __future__ import annotations

from typing import Any, Callable
from weakref import getweakrefs, ref

from stoa._lib.ffi import ffi


def receiver(kind: str, free: Callable[[Any], None]) -> Any:
    """Receives a pointer to a new object, and frees the object unless it is taken."""

    def end(room: Any) -> None:
        if room[0]:
            free(room[0])

    return ffi.gc(ffi.new(f"{kind} *"), end)


def taken(room: Any) -> Any:
    """The new object; the caller owns it from now on."""
    pointer = room[0]
    room[0] = ffi.NULL
    return pointer


class Owned(ref):  # type: ignore[type-arg]
    """A weak reference to a pointer. It is equal only to itself."""

    __slots__ = ("address", "free", "kind")

    __eq__ = object.__eq__
    __hash__ = object.__hash__

    address: int
    free: Callable[[Any], None]
    kind: str


waiting: set[Owned] = set()


def owned(pointer: Any, kind: str, free: Callable[[Any], None]) -> Any:
    """A pointer to keep; when it dies, `free` is called with an equal pointer."""
    kept = ffi.cast(kind, pointer)
    made = Owned(kept, end)
    made.address, made.free, made.kind = int(ffi.cast("uintptr_t", pointer)), free, kind
    waiting.add(made)
    return kept


def free_now(kept: Any) -> None:
    """Frees the object of a kept pointer, which must not be used again."""
    for each in getweakrefs(kept):
        end(each)


def end(gone: Owned, waiting: set[Owned] = waiting, cast: Any = ffi.cast) -> None:
    try:
        waiting.remove(gone)
    except KeyError:
        return  # another thread has freed it
    gone.free(cast(gone.kind, gone.address))
