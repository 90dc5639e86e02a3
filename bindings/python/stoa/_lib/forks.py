"""What a forked child must set right: locks and runs of threads that only its parent has.

A fork takes the forking thread along and no other. Locks that others held would never come free
in the child, and their runs would never leave: so locks are made here, which gives the child
those that its own thread does not hold, and gates are told (gate.py). A change that another
thread was within stays as it was then: half done, so that its table is refused as busy for good.
"""

from __future__ import annotations

import os
from threading import RLock
from typing import Any, Callable
from weakref import WeakSet

from stoa._lib.ffi import lib

locks: WeakSet[Any] = WeakSet()


def new_lock() -> Any:
    """A lock that one thread may take again, and that a forked child finds free."""
    made = RLock()
    locks.add(made)
    return made


def free_locks() -> None:
    for each in locks:
        if not each._is_owned():
            each._at_fork_reinit()


def in_child(call: Callable[[], None]) -> None:
    """Has it called in each forked child."""
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=call)


in_child(free_locks)
in_child(lib.stoa_python_forget_turns)
