"""Repairs forked children: locks and runs that belong to threads which only the parent has.

A fork copies only the thread that forks. In the child, locks held by other threads would never be
released, and their runs would never end. So locks are made here, which replaces in the child those
that its own thread does not hold; and gates forget the runs (gate.py). A change that another thread
had begun stays half done, so its table is refused as busy for ever.
"""

from __future__ import annotations

import os
import sys
from _thread import RLock
from typing import Any, Callable
from weakref import WeakSet

from stoa._lib.ffi import lib

locks: WeakSet[Any] = WeakSet()


class Lock(RLock):  # type: ignore[misc] # which is final only in its stub
    """A lock that a `with` takes and enters in one step. Since CPython 3.14 a signal handler may
    raise after the call of `__enter__` and before the block: a lock that is in C would then never
    be released. Here the last call is that of `iter`: the loop takes the lock, and calls nothing
    more."""

    __slots__ = ()

    def __enter__(self) -> bool:  # type: ignore[override]
        for _ in iter(self.acquire, None):
            break
        return True


def new_lock() -> Any:
    """A reentrant lock that is free in a forked child."""
    made = Lock() if sys.version_info >= (3, 14) else RLock()
    locks.add(made)
    return made


def free_locks() -> None:
    for each in locks:
        if not each._is_owned():
            each._at_fork_reinit()


def in_child(call: Callable[[], None]) -> None:
    """Registers a function to be called in each forked child."""
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=call)


in_child(free_locks)
in_child(lib.stoa_python_forget_turns)
