"""What a forked child must repair: locks and runs of threads that only its parent has.

A fork copies the forking thread alone. Locks that other threads held would never be released in the
child, and their runs would never end: so locks are made here, which replaces those in the child
that its own thread does not hold, and gates forget the runs (gate.py). A change that another thread
had begun stays half done, so its table is refused as busy for ever.
"""

from __future__ import annotations

import os
from threading import RLock
from typing import Any, Callable
from weakref import WeakSet

from stoa._lib.ffi import lib

locks: WeakSet[Any] = WeakSet()


def new_lock() -> Any:
    """A reentrant lock that a forked child finds free."""
    made = RLock()
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
